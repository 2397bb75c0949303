"""What the reader of an HTML mail surely sees: the only words that a decision may be read from.

An allow-list of elements, attributes and declarations. What is struck out, what a mail program
does not show as text, what is so small, pale or far away that nobody may have read it, is emptied:
the mail then says two things, and the person is asked again. Guarantees: linear time, no recursion.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mcu_mail.mail.harmless_css import (
    BLACK,
    LEAST_CONTRAST,
    LEAST_SIZE,
    TEXT_SIZE,
    WHITE,
    Colour,
    colour_of,
    contrast,
    declarations,
    ground_of,
    is_harmless,
    light_of,
    size_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import lxml.html

_MAX_SHEETS = 60_000
_MAX_RULES = 2_000
_MAX_HEAD = 2_000
_SHOWN = frozenset({
    "html", "body", "head", "title", "meta", "base", "style", "script", "div", "p", "span", "br",
    "b", "i", "u", "em", "strong", "font", "a", "table", "tr", "td", "th", "tbody", "thead",
    "tfoot", "caption", "col", "colgroup", "ul", "ol", "li", "dl", "dt", "dd", "blockquote", "pre",
    "code", "tt", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "img", "center", "big", "small", "sub",
    "sup", "address", "cite", "q", "kbd", "samp", "var", "abbr", "acronym", "ins", "mark", "nobr",
    "wbr", "section", "article", "header", "footer", "main", "nav", "aside", "figure",
    "figcaption", "label", "form", "time", "o:p", "dfn", "link",
})  # fmt: skip
_SMART_TAG = re.compile(r"st\d{1,3}:[a-z]{1,40}")
_SMALLER = frozenset({"small", "sub", "sup"})
# Word's mark-up for others: its lists are shown by everybody.
_CONDITION = re.compile(r"<!\[\s{0,5}if\s{1,5}([^\]]{0,80})\]", re.IGNORECASE)
_HARMLESS_CONDITIONS = re.compile(r"!(?:supportLists|vml|support[A-Za-z]{1,40})\s{0,5}")
_CLOSED_BLOCK = re.compile(r"</(?:xml|style)\s{0,5}>")
_FOR_OUTLOOK = re.compile(r"<!--\s{0,5}\[if.*?-->", re.DOTALL)
_TAGS = re.compile(r"<[^<>]*>")
_RUSSIAN = re.compile("[а-яё]")
_OUTER = re.compile(r"<(?:body|html)\b([^<>]*)")
_ATTRIBUTE = re.compile(r"([a-z][\w-]*)(?:\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s\"'>][^\s>]*|[\"']))?")
_SILENT = frozenset({"style", "script", "title", "head"})
_TOKEN = re.compile(r"/\*[^*]*\*+(?:[^/*][^*]*\*+)*/|\"[^\"\n]*\"|'[^'\n]*'|<!--|-->")
_VML = re.compile(r"\b[vowx]\\:\*")
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_BRACE = re.compile(r"[{}]")
_GROUPS = ("@media", "@supports")
_COMBINED = re.compile(r"[\s>+~]+")
_SIMPLE = re.compile(r"([a-z][a-z0-9]{0,20})?((?:[.#][\w-]{1,80}){0,5})(?::{1,2}[a-z-]{1,40}){0,5}")
_LOOKED_AT = ("style", "hidden", "popover", "background", "dir", "text", "bgcolor", "link", "vlink")
_DARK, _PALE = 0.35, 0.7
"""Luminances: a sheet's darker letters can be read on each of its lighter grounds."""


@dataclass(frozen=True, kw_only=True)
class _Sheets:
    """What the mail's own style sheets may hide: elements of these tags, classes and ids."""

    everything: bool = False
    tags: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    coloured: bool = False
    shown: _Sheets | None = None
    """What they make a block, a line: elements that are none by themselves would show."""

    def may_hide(self, element: lxml.html.HtmlElement) -> bool:
        if self.everything or element.tag in self.tags:
            return True
        if not self.names:
            return False
        # Old programs take names in any case; a superset is on the safe side.
        own = {f".{name.lower()}" for name in str(element.get("class") or "").split()}
        return bool(self.names & own) or f"#{str(element.get('id')).lower()}" in self.names


@dataclass(frozen=True, kw_only=True)
class _Look:
    colour: Colour = BLACK
    ground: Colour = WHITE
    size: float = TEXT_SIZE


def keep_sure(tree: lxml.html.HtmlElement, source: str) -> None:
    """Empty every element of `tree`, read from `source`, whose words may not have been seen."""
    sheets = _read_sheets(tree)
    if sheets.everything or _is_shown_otherwise(tree, source, sheets):
        _empty(tree)
        return
    waiting = [(tree, _Look())]
    while waiting:
        element, outer = waiting.pop()
        if not isinstance(element.tag, str):
            continue
        look = None if sheets.may_hide(element) else _look_of(element, outer, sheets)
        if look is None:
            _empty(element)
        else:
            waiting += [(child, look) for child in element]


def _is_shown_otherwise(tree: lxml.html.HtmlElement, source: str, sheets: _Sheets) -> bool:
    """Whether a program may show words that are no text here, or hide the whole letter."""
    if not all(map(_HARMLESS_CONDITIONS.fullmatch, _CONDITION.findall(source))):
        return True
    plain = source.lower()
    closed = plain.rfind("-->") + 1
    if "<!--" in plain[closed:]:
        return True
    for comment in _FOR_OUTLOOK.findall(plain[: closed + 2]):
        blocks = _CLOSED_BLOCK.split(comment)
        seen = [block.partition("<xml")[0].partition("<style")[0] for block in blocks]
        if _RUSSIAN.search(_TAGS.sub(" ", "".join(seen))):
            return True
    for attributes in _OUTER.findall(plain):
        # Browsers lay what a second, or a late, tag says upon the first.
        given = {name: value.strip("\"'") for name, value in _ATTRIBUTE.findall(attributes)}
        kept = {name: given[name] for name in _LOOKED_AT if name in given}
        if _look_of(tree.makeelement("body", kept), _Look(), sheets) is None:
            return True
    silent = [element for tag in _SILENT for element in tree.iter(tag)]
    return any(_is_raised(element, sheets) for element in silent)


def _is_raised(element: lxml.html.HtmlElement, sheets: _Sheets) -> bool:
    """Whether an element that is never text is made to show."""
    stated = declarations(str(element.get("style") or ""))
    if stated is None or any(one != ("display", "none") for one in stated):
        return True
    return sheets.shown.may_hide(element) if sheets.shown else False


def _empty(element: lxml.html.HtmlElement) -> None:
    element.clear(keep_tail=True)


def _look_of(element: lxml.html.HtmlElement, outer: _Look, sheets: _Sheets) -> _Look | None:
    """How the letters of an element look; None when they may not be seen as they stand."""
    tag = str(element.tag)
    if tag not in _SHOWN and not _SMART_TAG.fullmatch(tag):
        return None
    if any(element.get(name) is not None for name in ("hidden", "popover", "background")):
        return None
    if str(element.get("dir") or "ltr").strip().lower() not in {"ltr", "auto"}:
        return None
    stated = declarations(str(element.get("style") or ""))
    if stated is None:
        return None
    ways = [*_of_attributes(element), *stated]
    size = outer.size * (0.8 if tag in _SMALLER else 1.0)
    found: _Look | None = _Look(colour=outer.colour, ground=outer.ground, size=size)
    for name, value in ways:
        found = _changed(found, name, value, size) if found else None
    if found is None or found.size < LEAST_SIZE:
        return None
    same = (found.colour, found.ground) == (outer.colour, outer.ground)
    if not same and contrast(found.colour, found.ground) < LEAST_CONTRAST:
        return None
    # The sheets' own colours were weighed against light grounds only.
    deep = sheets.coloured and found.ground != outer.ground and light_of(found.ground) < _PALE
    return None if deep else found


def _of_attributes(element: lxml.html.HtmlElement) -> Iterator[tuple[str, str]]:
    names = {"bgcolor": "background-color"}
    if element.tag == "font":
        names["color"] = "color"
    if element.tag == "body":
        names["text"] = "color"
    for name, meant in names.items():
        value = element.get(name)
        if value is not None:
            plain = str(value).strip().lower()
            yield meant, f"#{plain}" if re.fullmatch(r"[0-9a-f]{6}", plain) else plain
    links = [element.get(name) for name in ("link", "vlink") if element.tag == "body"]
    for value in filter(None, links):
        # Links have a colour of their own: a pale one is as good as an unreadable declaration.
        colour = colour_of(str(value).strip().lower())
        if colour is None or light_of(colour) > _DARK:
            yield "link", "pale"


def _changed(look: _Look, name: str, value: str, parent_size: float) -> _Look | None:
    colour, ground, size = look.colour, look.ground, look.size
    if name == "color" and value not in {"inherit", "unset", "currentcolor"}:
        stated = colour_of(value)
        return _Look(colour=stated, ground=ground, size=size) if stated else None
    if name in {"background", "background-color", "background-image", "mso-highlight"}:
        behind = ground_of(value, ground)
        return _Look(colour=colour, ground=behind, size=size) if behind else None
    if name == "font-size":
        new = size_of(value, parent_size)
        return _Look(colour=colour, ground=ground, size=new) if new else None
    if name == "color" or _is_size_of_word(name, value):
        return look
    return look if is_harmless(name, value) else None


def _is_size_of_word(name: str, value: str) -> bool:
    """Word states the size anew for each alphabet."""
    ours = name.startswith("mso-") and name.endswith("font-size")
    return ours and (size_of(value, TEXT_SIZE) or 0) >= LEAST_SIZE


def _read_sheets(tree: lxml.html.HtmlElement) -> _Sheets:
    links = [str(link.get("rel") or "").lower() for link in tree.iter("link")]
    sheets = [str(sheet.text or "") for sheet in tree.iter("style")]
    if any("style" in rel for rel in links) or sum(map(len, sheets)) > _MAX_SHEETS:
        return _Sheets(everything=True)
    tags: set[str] = set()
    names: set[str] = set()
    coloured = False
    shown: set[str] = set()
    for sheet in sheets:
        rules = _rules(sheet.lower())
        if rules is None:
            return _Sheets(everything=True)
        for selectors, body in rules:
            stated = declarations(body)
            coloured = coloured or bool(stated and any(name == "color" for name, _ in stated))
            subjects = [_subject(selector) for selector in selectors]
            if stated and any(name == "display" and value != "none" for name, value in stated):
                shown.update(subject or "*" for subject in subjects)
            if stated is not None and all(_is_plain(name, value) for name, value in stated):
                continue
            if None in subjects:
                return _Sheets(everything=True)
            for subject in filter(None, subjects):
                (names if subject[:1] in {".", "#"} else tags).add(subject)
    return _Sheets(
        tags=frozenset(tags),
        names=frozenset(names),
        coloured=coloured,
        shown=_Sheets(
            everything="*" in shown,
            tags=frozenset(one for one in shown if one[0].isalpha()),
            names=frozenset(one for one in shown if not one[0].isalpha()),
        ),
    )


def _rules(sheet: str) -> list[tuple[Sequence[str], str]] | None:
    """Selectors and declarations of each rule; None for a sheet that is not plainly written."""
    if "/*" in sheet and sheet.rfind("/*") > sheet.rfind("*/"):
        return None
    plain = _TOKEN.sub(lambda token: '""' if token[0][:1] in "\"'" else " ", _VML.sub("vml", sheet))
    if "\\" in plain or "@import" in plain or plain.count('"') % 2 or "'" in plain:
        return None
    found: list[tuple[Sequence[str], str]] = []
    opened: list[str] = []
    at = 0
    for mark in _BRACE.finditer(plain):
        before, at = plain[at : mark.start()].strip(), mark.end()
        if mark[0] == "{":
            if opened and not opened[-1].startswith(_GROUPS):
                return None
            opened.append(before)
        elif not opened:
            return None
        else:
            head = opened.pop()
            rule = _rule(head, before)
            if rule is None or len(found) > _MAX_RULES:
                return None
            found.append(rule)
    return found if not opened else None


def _rule(head: str, body: str) -> tuple[Sequence[str], str] | None:
    """One rule; an empty one for what concerns no words; None for what cannot be read."""
    if head.startswith(_GROUPS):
        return ((), "") if not body else None
    if head.startswith("@font-face"):
        # Letters of a font of one's own may look like anything.
        return ((), "") if "src" not in body else None
    if head.startswith(("@page", "@list")):
        return (), ""
    if not head or head.startswith("@") or ";" in head or len(head) > _MAX_HEAD:
        return None
    while (shorter := _BRACKETS.sub("", head)) != head:
        head = shorter
    return head.split(","), body


def _subject(selector: str) -> str | None:
    """The tag, «.class» or «#id» of the elements that a selector chooses; None: any element."""
    last = _COMBINED.split(selector.strip())[-1]
    found = _SIMPLE.fullmatch(last)
    if found is None:
        return None
    named = re.findall(r"[.#][\w-]+", found[2])
    return named[0] if named else found[1]


def _is_plain(name: str, value: str) -> bool:
    """Whether a declaration of a sheet hides nothing, wherever its rule may apply."""
    if name == "color":
        colour = BLACK if value in {"inherit", "unset", "currentcolor"} else colour_of(value)
        return colour is not None and light_of(colour) <= _DARK
    if name in {"background", "background-color", "background-image", "mso-highlight"}:
        ground = ground_of(value, WHITE)
        return ground is not None and light_of(ground) >= _PALE
    if name == "font-size" or (name.startswith("mso-") and name.endswith("font-size")):
        # A share of the size around it may be taken again and again.
        least = TEXT_SIZE if value.endswith(("%", "em", "ex", "ch", "smaller")) else LEAST_SIZE
        return (size_of(value, TEXT_SIZE) or 0) >= least
    return is_harmless(name, value)
