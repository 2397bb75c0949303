"""The numbers and bullets of a Word file's lists, which stand nowhere in its text.

Word computes «1.», «а)», «–» when it shows a list. A letter has no automatic lists (a renumbered
point would change what was signed), so they are written out as Word would have shown them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from docx.oxml.ns import qn

if TYPE_CHECKING:
    from collections.abc import Callable

    from docx.document import Document
    from docx.oxml.xmlchemy import BaseOxmlElement

_DEEPEST: Final = 8
_PLACE: Final = re.compile(r"%([1-9])")
_LATIN: Final = "abcdefghijklmnopqrstuvwxyz"
_RUSSIAN: Final = "абвгдежзиклмнопрстуфхцшщэюя"
"""The letters that number points: without ё, й, ч, ъ, ы, ь, as Word counts them."""
_ROMAN: Final = (
    (1000, "m"),
    (900, "cm"),
    (500, "d"),
    (400, "cd"),
    (100, "c"),
    (90, "xc"),
    (50, "l"),
    (40, "xl"),
    (10, "x"),
    (9, "ix"),
    (5, "v"),
    (4, "iv"),
    (1, "i"),
)


@dataclass(frozen=True, kw_only=True)
class _Level:
    form: str = "decimal"
    pattern: str = "%1."
    start: int = 1


@dataclass(kw_only=True)
class Lists:
    """The lists of one document; `marker` must be asked in the order of the paragraphs."""

    levels: dict[str, dict[int, _Level]]
    """By the id that a paragraph names."""
    counts: dict[tuple[str, int], int] = field(default_factory=dict)
    same: dict[str, str] = field(default_factory=dict)
    """Lists that go on counting each other have one key."""

    def marker(self, paragraph: BaseOxmlElement, style: BaseOxmlElement | None) -> str:
        """«1.», «–» or an empty string, for a paragraph and the style it has."""
        number, depth = _numbering(paragraph, style)
        levels = self.levels.get(number)
        if levels is None:
            return ""
        level = levels.get(depth, _Level())
        if level.form == "none":
            return ""
        if level.form == "bullet":
            return "–"
        key = self.same.get(number, number)
        self.counts[key, depth] = self.counts.get((key, depth), level.start - 1) + 1
        for deeper in range(depth + 1, _DEEPEST + 1):
            self.counts.pop((key, deeper), None)

        def shown(match: re.Match[str]) -> str:
            at = int(match[1]) - 1
            other = levels.get(at, _Level())
            return _FORMS.get(other.form, str)(self.counts.get((key, at), other.start))

        return _PLACE.sub(shown, level.pattern).strip()


def lists_of(document: Document) -> Lists:
    """The lists that a document defines; none when it has no numbering part."""
    # python-docx makes an empty part for a document without one, and its default has none of ours.
    part = next(
        (
            rel.target_part
            for rel in document.part.rels.values()
            if rel.reltype.endswith("/numbering")
        ),
        None,
    )
    root = getattr(part, "element", None)
    if root is None:
        return Lists(levels={})
    abstract = {
        item.get(qn("w:abstractNumId")): _levels(item) for item in root.findall(qn("w:abstractNum"))
    }
    levels, same = {}, {}
    for item in root.findall(qn("w:num")):
        named = item.find(qn("w:abstractNumId"))
        number = item.get(qn("w:numId"))
        if named is None or number is None:
            continue
        which = named.get(qn("w:val"))
        levels[number] = dict(abstract.get(which, {}))
        restarts = item.findall(qn("w:lvlOverride"))
        if not restarts:
            same[number] = f"a{which}"
        for override in restarts:
            start = override.find(qn("w:startOverride"))
            depth = _number(override.get(qn("w:ilvl")))
            if start is not None:
                known = levels[number].get(depth, _Level())
                levels[number][depth] = _Level(
                    form=known.form, pattern=known.pattern, start=_number(start.get(qn("w:val")))
                )
    return Lists(levels=levels, same=same)


def _levels(item: BaseOxmlElement) -> dict[int, _Level]:
    found = {}
    for level in item.findall(qn("w:lvl")):
        values = {
            name: one.get(qn("w:val"))
            for name in ("start", "numFmt", "lvlText")
            if (one := level.find(qn(f"w:{name}"))) is not None
        }
        found[_number(level.get(qn("w:ilvl")))] = _Level(
            form=values.get("numFmt") or "decimal",
            pattern=values.get("lvlText") or "",
            start=_number(values.get("start") or "1"),
        )
    return found


def _numbering(paragraph: BaseOxmlElement, style: BaseOxmlElement | None) -> tuple[str, int]:
    """(id of the list, depth) of a paragraph; its own word goes before its style's."""
    number, depth = "", 0
    for owner in (style, paragraph):
        found = None if owner is None else owner.find(f"{qn('w:pPr')}/{qn('w:numPr')}")
        if found is None:
            continue
        named, level = found.find(qn("w:numId")), found.find(qn("w:ilvl"))
        if named is not None:
            number = named.get(qn("w:val")) or ""
        if level is not None:
            depth = min(_number(level.get(qn("w:val"))), _DEEPEST)
    return number, depth


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() else 0


def _letters(alphabet: str) -> Callable[[int], str]:
    return lambda count: alphabet[(count - 1) % len(alphabet)] * ((count - 1) // len(alphabet) + 1)


def _roman(count: int) -> str:
    said = ""
    for value, letters in _ROMAN:
        said += letters * (count // value)
        count %= value
    return said


_FORMS: Final[dict[str, Callable[[int], str]]] = {
    "lowerLetter": _letters(_LATIN),
    "upperLetter": lambda count: _letters(_LATIN)(count).upper(),
    "russianLower": _letters(_RUSSIAN),
    "russianUpper": lambda count: _letters(_RUSSIAN)(count).upper(),
    "lowerRoman": _roman,
    "upperRoman": lambda count: _roman(count).upper(),
}
