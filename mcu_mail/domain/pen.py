"""A word that was changed by pen on the signed paper, found in the frozen text and put into it.

The frozen content is a tree of plain values; whatever in it is text of the letter is searched,
piece by piece. A place counts only when it is the one: nothing is put where the clerk may not have
meant.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from mcu_mail.domain.rich_text import BOLD, BREAK, CELL, PLAIN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

Change = tuple[str, str]
"""(was, is) as the clerk wrote it."""

_NOT_TEXT = frozenset({
    "case",
    "version",
    "kind",
    "letterhead",
    "number",
    "date",
    "ref_number",
    "ref_date",
    "print_code",
})
"""What of the content is the form's or the service's own and changes by no pen."""
_WEIGHT = frozenset((BOLD, PLAIN))
"""Marks that switch bold: no word ends at them."""
_PIECES = re.compile(rf"[{BOLD}{PLAIN}]+|[{CELL}{BREAK}]|[^\S{CELL}]+|.")
"""Of a text: switches of bold, the ends of cells and of their lines, gaps, and single letters."""
_SPACE = re.compile(rf"[^\S{CELL}]+")
_DATE = re.compile(r"[0-3]?[0-9]\.[01]?[0-9](?:\.[0-9]{2,4})?")
_DIGITS = re.compile(r"[0-9]+(?:[.,:][0-9]+)*")


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a word stands: which piece of text, and from where to where in it."""

    piece: int
    start: int
    end: int


class OverlapError(ValueError):
    """Two changes touch the same words."""


def pieces(content: Any) -> list[str]:
    """The texts of a frozen letter, in the order of its fields."""
    found: list[str] = []

    def keep(text: str) -> str:
        found.append(text)
        return text

    _mapped(content, keep)
    return found


def places(content: Any, was: str) -> tuple[Place, ...]:
    """Where `was` stands in the letter: as written, else in any case of letters; whole words."""
    texts = pieces(content)
    wanted = _plain(was.strip())
    if not wanted:
        return ()
    for fold in (False, True):
        found = tuple(
            place
            for index, text in enumerate(texts)
            for place in _in_piece(index, text, wanted, fold=fold)
        )
        if found:
            return found
    return ()


def corrected(content: Any, changes: Sequence[Change]) -> Any:
    """The content with every change put into its place.

    Raises:
        LookupError: a change has no place, or several.
        OverlapError: two of them touch the same words.

    """
    by_piece: dict[int, list[tuple[int, int, str]]] = {}
    for was, now in changes:
        found = places(content, was)
        if len(found) != 1:
            raise LookupError(f"a change has {len(found)} places")
        by_piece.setdefault(found[0].piece, []).append((found[0].start, found[0].end, now))
    for spans in by_piece.values():
        spans.sort()
        for (_, end, _), (start, _, _) in pairwise(spans):
            if start < end:
                raise OverlapError("two changes touch the same words")
    index = -1

    def mend(text: str) -> str:
        nonlocal index
        index += 1
        for start, end, now in reversed(by_piece.get(index, [])):
            marks = "".join(char for char in text[start:end] if char in _WEIGHT)
            text = text[:start] + now + marks + text[end:]
        return text

    return _mapped(content, mend)


def joined(kept: Sequence[Change], new: Sequence[Change]) -> tuple[Change, ...]:
    """The kept changes with the new ones; a new word on a changed place replaces the old change."""
    fresh = {_plain(was).casefold() for was, _ in new}
    return (*(one for one in kept if _plain(one[0]).casefold() not in fresh), *new)


def figures(changes: Iterable[Change]) -> tuple[str, ...]:
    """What of the changes is a date or a figure, as «date» and «figure»."""
    kinds = {}
    for was, now in changes:
        if set(_DATE.findall(was)) != set(_DATE.findall(now)):
            kinds["date"] = True
        elif set(_DIGITS.findall(was)) != set(_DIGITS.findall(now)):
            kinds["figure"] = True
    return tuple(kinds)


def _mapped(value: Any, function: Callable[[str], str]) -> Any:
    """The tree with `function` applied to each of its texts, in a fixed order."""
    if isinstance(value, str):
        return function(value)
    if isinstance(value, dict):
        return {
            key: one if key in _NOT_TEXT else _mapped(one, function)
            for key, one in sorted(value.items())
        }
    if isinstance(value, list | tuple):
        return [_mapped(one, function) for one in value]
    return value


def _plain(text: str) -> str:
    return _SPACE.sub(" ", text).replace("ё", "е").replace("Ё", "Е")


def _in_piece(index: int, text: str, wanted: str, *, fold: bool) -> list[Place]:
    """The places of `wanted` in one text, in positions of the text as it is."""
    origin: list[int] = []
    plain = []
    for match in _PIECES.finditer(text):
        if match[0][0] not in _WEIGHT:
            plain.append(_plain(match[0]))
            origin.append(match.start())
    origin.append(len(text))
    line, needle = "".join(plain), wanted
    if fold:
        line, needle = _folded(line), _folded(wanted)
    pattern = re.escape(needle)
    if needle[0].isalnum():
        pattern = rf"(?<!\w){pattern}"
    if needle[-1].isalnum():
        pattern = rf"{pattern}(?!\w)"
    return [
        Place(piece=index, start=origin[found.start()], end=origin[found.end()])
        for found in re.finditer(pattern, line)
    ]


def _folded(text: str) -> str:
    """`text` in small letters, every character in its place."""
    return "".join(low if len(low := char.lower()) == 1 else char for char in text)
