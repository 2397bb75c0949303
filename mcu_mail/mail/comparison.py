"""A reply compared with the letter of ours that it answers.

The only way to find answers typed inside a quotation that nothing marks, and to cut such a
quotation. Lines are compared as words in the letter's whole text, so that another wrapping does
not matter. Guarantees: nothing is told from the letter unless most of its lines are there; a short
line inside the quotation that stands in the letter is a line of the letter, whoever typed it: a
lost word is asked for again, a quoted verdict would be taken. Bounded: 400 lines, 100 000
characters of the letter.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_MAX_COMPARED = 400
_MAX_COMPARED_LINE = 2_000
_MAX_SENT = 100_000
_WORD = re.compile(r"[^\W_]+")
# So many words in a row are no chance: such a line of a reply is quoted.
_TELLING = 4
_LEAST_BEGUN = 3
_MAX_BEGUN = 60


def words_of(text: str) -> str:
    """Return the words of `text`, folded, with one space between them."""
    kept = unicodedata.normalize("NFKC", text).casefold().replace("ё", "е")
    return " ".join(_WORD.findall(kept))


@dataclass(frozen=True, kw_only=True)
class Compared:
    """What a reply's lines are, beside the letter.

    Attributes:
        own: for each line what of it is the person's own; None for a line of the letter.
        known: how many lines are the letter's.

    """

    own: tuple[str | None, ...]
    known: int


def compare(
    lines: Sequence[str], sent_text: str, is_older: Callable[[int], bool], *, marked: bool
) -> Compared | None:
    """Tell the lines of the letter `sent_text` from others; None when most of it is not there.

    Args:
        lines: of the reply.
        is_older: whether an older letter begins at a line; nothing below it is looked at.
        marked: the lines are known to be a quotation, so even a short line may be its first.

    """
    letter = _Letter(sent_text)
    kept: list[str | None] = []
    least = 1 if marked else _TELLING
    head = next(
        (at for at, line in enumerate(lines[:_MAX_COMPARED]) if letter.has(line, least)), None
    )
    if head is None:
        return None
    # What stands above a marked quotation's first known line is its header.
    kept += [None] * head if marked else lines[:head]
    _walk_back(kept, letter, lines[head])
    letter.known = 0 if marked else sum(1 for line in kept if line is None)
    for at in range(head, len(lines)):
        if at >= _MAX_COMPARED or is_older(at):
            kept += [None] * (len(lines) - at)
            break
        kept.append(letter.rest_of(lines[at]))
    if letter.known * 2 <= letter.expected:
        return None
    return Compared(own=tuple(kept), known=letter.known)


def _walk_back(kept: list[str | None], letter: _Letter, head: str) -> None:
    """Give the letter the short lines that stand right above its first telling one."""
    before = letter.before(head)
    for at in range(len(kept) - 1, -1, -1):
        line = words_of((kept[at] or "")[:_MAX_COMPARED_LINE])
        if line and not before.endswith(f" {line} "):
            return
        if line:
            before = before[: len(before) - len(line) - 1]
            kept[at] = None


class _Letter:
    """The letter as one row of words, and how far the reply has followed it."""

    def __init__(self, sent_text: str) -> None:
        rows = [words_of(line) for line in sent_text[:_MAX_SENT].split("\n")]
        filled = [row for row in rows if row]
        self._text = f" {' '.join(filled)} "
        self._rows = {f"{row} " for row in filled}
        self._at = 0
        self.expected = len(filled)
        self.known = 0

    def has(self, line: str, least: int) -> bool:
        words = words_of(line[:_MAX_COMPARED_LINE])
        return bool(words) and words.count(" ") + 1 >= least and f" {words} " in self._text

    def before(self, line: str) -> str:
        """What of the letter stands above `line`, which it has."""
        return self._text[: self._text.find(f" {words_of(line[:_MAX_COMPARED_LINE])} ") + 1]

    def rest_of(self, line: str) -> str | None:
        """Return what of `line` is not the letter's; None when all of it is."""
        words = words_of(line[:_MAX_COMPARED_LINE])
        if not words:
            return line
        wanted = f" {words} "
        telling = words.count(" ") + 1 >= _TELLING
        if self._text.startswith(wanted, self._at):
            found = self._at
        elif self._at >= len(self._text) - 1 and not telling:
            # Below the letter's last line stands what was written below it.
            return line
        else:
            found = self._text.find(wanted)
        if found < 0:
            return self._after_question(line)
        if telling or found == self._at:
            self._at = found + len(wanted) - 1
        self.known += 1
        return None

    def _after_question(self, line: str) -> str:
        """Return what was typed behind a whole line of the letter, on that line."""
        spans = list(islice(_WORD.finditer(line[:_MAX_COMPARED_LINE]), _MAX_BEGUN))
        folded = [words_of(span[0]) for span in spans]
        for count in range(len(spans) - 1, _LEAST_BEGUN - 1, -1):
            if f"{' '.join(folded[:count])} " in self._rows:
                self.known += 1
                return line[spans[count - 1].end() :].lstrip(" \t.,:;?!…»\"')]—–-")
        return line
