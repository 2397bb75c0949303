"""HTML to text: the one door to inscriptis.

Guarantees: lines a person sees as lines stay lines, inline tags never split one; any string gives
a string, however broken or deep the mark-up is; nothing is fetched. With ``mark_quotes`` the
containers in which mail programs keep the quoted letter come back as lines prefixed with ``> ``,
so that one line-based cutter serves both plain and HTML mails.
"""

from __future__ import annotations

import html as html_module
import re
from typing import TYPE_CHECKING

import lxml.etree
import lxml.html
from inscriptis import Inscriptis
from inscriptis.css_profiles import CSS_PROFILES
from inscriptis.model.config import ParserConfig

from mcu_mail.mail.hidden import drop_hidden
from mcu_mail.mail.plain_sight import keep_sure

if TYPE_CHECKING:
    from collections.abc import Iterator

# A mail of a million characters is no letter; the rest of it is not read.
_MAX_HTML = 1_000_000
# A paragraph that is only a spacer has few inline children: more need not be looked at.
_MAX_SPACER_CHILDREN = 4
# Newsletters nest eight.
_MAX_TABLES = 15
_TABLE_TAGS = frozenset({"table", "thead", "tbody", "tfoot", "tr", "td", "th", "caption"})
# Private-use characters mark where a quotation opens and closes while inscriptis lays out lines.
_OPEN, _CLOSE, _BLANK = "\ue0f0", "\ue0f1", "\ue0f2"
_MARKS = re.compile(f"[{_OPEN}{_CLOSE}{_BLANK}]")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_SURROGATES = re.compile(r"[\ud800-\udfff]")
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,200}\?>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_BLANK_RUN = re.compile(r"\n{3,}")
_MSO = re.compile(r"Mso(?:Normal|List|PlainText)")
_HIDDEN = re.compile(
    r"(?:display\s{0,3}:\s{0,3}none|visibility\s{0,3}:\s{0,3}hidden)", re.IGNORECASE
)
_COLOUR = re.compile(
    r"(?:^|[;\s\"'])color\s{0,3}:\s{0,3}(#[0-9a-f]{6}|#[0-9a-f]{3}(?![0-9a-f])"
    r"|rgb\(\s{0,3}\d{1,3}\s{0,3},\s{0,3}\d{1,3}\s{0,3},\s{0,3}\d{1,3}|[a-z]{3,12})",
    re.IGNORECASE,
)
_NAMED = {
    "red": (255, 0, 0), "darkred": (139, 0, 0), "crimson": (220, 20, 60),
    "blue": (0, 0, 255), "navy": (0, 0, 128), "darkblue": (0, 0, 139),
    "green": (0, 128, 0), "darkgreen": (0, 100, 0), "lime": (0, 255, 0),
}  # fmt: skip
_HUES = {"красн": 0, "зел": 1, "син": 2}
_LEAST_LEAD = 60
_MAX_COLOURED = 200
_INDENT = re.compile(r"border(?:-left)?\s*:\s*(?:none|0)", re.IGNORECASE)

_QUOTE_CLASSES = frozenset({
    "gmail_quote",
    "gmail_attr",
    "mail-quote-collapse",
    "moz-cite-prefix",
    "moz-forward-container",
    "yahoo_quoted",
    "protonmail_quote",
})
# Outlook on the web and Zimbra leave the quoted letter beside its header, not inside a container.
_QUOTE_HEADS = frozenset({"divRplyFwdMsg", "x_divRplyFwdMsg"})
_QUOTE_MARKERS = frozenset({"__HEADERS__", "__QUOTED_TEXT__"})
_QUOTE_IDS = frozenset({
    "reply-intro",
    "mail-editor-reference-message-container",
    "mail-app-auto-quote",
    "isReplyContent",
})


def html_to_text(html: str, *, mark_quotes: bool = False, doubt_white: bool = False) -> str:
    """Return the text a reader of `html` sees, one visible line per line.

    Args:
        html: any string; scripts, styles and comments are left out.
        mark_quotes: prefix each line inside a quote container with ``> `` per level.
        doubt_white: leave out all that its reader may not have seen; see `mail.plain_sight`.

    """
    source = _SURROGATES.sub("\ufffd", _CONTROLS.sub(" ", html[:_MAX_HTML]))
    source = _XML_DECLARATION.sub("", _MARKS.sub("", source), count=1)
    if not source.strip():
        return ""
    try:
        # Without huge_tree the text under 256 nested elements would vanish without an error.
        tree = lxml.html.document_fromstring(source, parser=lxml.html.HTMLParser(huge_tree=True))
    except (lxml.etree.LxmlError, ValueError):
        return ""
    hidden = drop_hidden(tree, white=doubt_white)
    if doubt_white:
        keep_sure(tree, source)
    _settle_paragraphs(tree)
    _open_deep_tables(tree)
    if mark_quotes:
        _mark(tree)
    laid_out = _layout(tree).replace(_BLANK, "")
    if not (_MARKS.sub("", laid_out).strip() or hidden or doubt_white):
        # The parser gives up on mark-up nested thousands deep: its words must not get lost.
        laid_out = html_module.unescape(_TAG.sub("\n", source))
    lines = laid_out.replace("\xa0", " ").replace("\u202f", " ").split("\n")
    text = "\n".join(_prefixed(lines) if mark_quotes else (line.rstrip() for line in lines))
    return _BLANK_RUN.sub("\n\n", text).strip("\n")


def _settle_paragraphs(tree: lxml.html.HtmlElement) -> None:
    """Make Word's paragraphs plain lines, and paragraphs of a lone space the blank lines they are.

    Outlook writes each line as ``<p class=MsoNormal>`` with no margin, so a paragraph is no gap.
    """
    for element in tree.iter("p", "div"):
        if element.tag == "p" and _MSO.match(str(element.get("class") or "")):
            element.tag = "div"
        if len(element) > _MAX_SPACER_CHILDREN or (element.text or "").strip():
            continue
        inside = [element.text or "", *(part for child in element for part in _own_text(child))]
        text = "".join(inside)
        if "\xa0" in text and not text.strip():
            element.clear(keep_tail=True)
            element.text = _BLANK


def _open_deep_tables(tree: lxml.html.HtmlElement) -> None:
    """Make lines of tables nested deeper than anybody lays out: each level doubles the work."""
    waiting = [(tree, 0)]
    while waiting:
        element, depth = waiting.pop()
        depth += element.tag == "table"
        if depth > _MAX_TABLES and element.tag in _TABLE_TAGS:
            element.tag = "div"
        waiting += [(child, depth) for child in element]


def _own_text(element: lxml.html.HtmlElement) -> Iterator[str]:
    """Return the strings of an inline child; anything that shows by itself counts as text."""
    if element.tag == "br" or not isinstance(element.tag, str):
        yield element.tail or ""
        return
    shows = next(element.iter("img", "hr", "table", "input"), None) is not None
    yield "x" if shows else ""
    for _, text in zip(range(_MAX_SPACER_CHILDREN), element.itertext(), strict=False):
        yield text
    yield element.tail or ""


def _layout(tree: lxml.html.HtmlElement) -> str:
    """Lay the tree out as lines; a tree too deep for inscriptis gives its bare strings."""
    try:
        # "strict" keeps the leading spaces of no tag but <pre>, as mail programs show it.
        return str(Inscriptis(tree, ParserConfig(css=CSS_PROFILES["strict"])).get_text())
    except (RecursionError, ValueError, AttributeError, IndexError, KeyError):
        for element in tree.iter("script", "style", "head"):
            element.clear(keep_tail=True)
        return "\n".join(tree.itertext())


def _is_quote(element: lxml.html.HtmlElement) -> bool:
    classes = set(str(element.get("class") or "").split())
    if element.tag == "blockquote":
        # The "indent" button of webmails makes a borderless blockquote of one's own text.
        own = not classes and element.get("type") != "cite"
        return not (own and _INDENT.search(str(element.get("style") or "")))
    if element.get("data-marker") in _QUOTE_MARKERS:
        return True
    if not classes & _QUOTE_CLASSES and element.get("id") not in _QUOTE_IDS:
        return False
    # Answers typed between the quoted pieces stand in the container beside the blockquotes.
    return not any(child.tag == "blockquote" for child in element)


def _gather_below_head(tree: lxml.html.HtmlElement) -> None:
    """Put the first header of a quoted letter and all that stands below it into one container."""
    head = next((node for node in tree.iter("div") if node.get("id") in _QUOTE_HEADS), None)
    parent = head.getparent() if head is not None else None
    if parent is None:
        return
    place = parent.index(head)
    below = parent[place:]
    container = lxml.html.Element("blockquote")
    parent.insert(place, container)
    container.extend(below)


def _mark(tree: lxml.html.HtmlElement) -> None:
    _gather_below_head(tree)
    for element in [node for node in tree.iter() if isinstance(node.tag, str) and _is_quote(node)]:
        opening, closing = (lxml.html.Element("div") for _ in range(2))
        opening.text, closing.text = _OPEN, _CLOSE
        body = lxml.html.Element("div")
        body.text, element.text = element.text, None
        body.extend(list(element))
        element.extend([opening, body, closing])


def _prefixed(lines: list[str]) -> Iterator[str]:
    depth = 0
    for line in lines:
        opened, closed = line.count(_OPEN), line.count(_CLOSE)
        depth += opened
        bare = _MARKS.sub("", line).strip() if opened or closed else line.rstrip()
        if bare or not (opened or closed):
            yield ("> " * min(depth, 5) + bare.lstrip()).rstrip() if depth else bare
        depth = max(depth - closed, 0)


def coloured_lines(html: str, colour: str) -> list[str]:
    """Return what `html` says in a colour («красным», «синим», «зелёным»), each piece a line.

    Links are left out: programs colour them by themselves. An unknown colour gives nothing.
    """
    hue = next((place for stem, place in _HUES.items() if colour.casefold().startswith(stem)), None)
    source = _SURROGATES.sub("\ufffd", _CONTROLS.sub(" ", html[:_MAX_HTML]))
    if hue is None or not source.strip():
        return []
    try:
        tree = lxml.html.document_fromstring(source)
    except (lxml.etree.LxmlError, ValueError):
        return []
    found: list[str] = []
    inside: set[lxml.html.HtmlElement] = set()
    for element in tree.iter():
        if not isinstance(element.tag, str) or element.tag == "a":
            continue
        if element.getparent() in inside:
            inside.add(element)
        elif _hue_of(element) == hue and len(found) < _MAX_COLOURED:
            inside.add(element)
            found.append(" ".join("".join(element.itertext()).split()))
    return [line for line in found if line]


def _hue_of(element: lxml.html.HtmlElement) -> int | None:
    """Return which of red, green and blue leads in the colour an element states; None for grey."""
    stated = _COLOUR.search(str(element.get("style") or ""))
    value = (
        stated[1] if stated else str(element.get("color") or "") if element.tag == "font" else ""
    )
    parts = _rgb(value.strip().lower())
    if parts is None:
        return None
    lead = max(range(3), key=parts.__getitem__)
    others = max(part for place, part in enumerate(parts) if place != lead)
    return lead if parts[lead] - others >= _LEAST_LEAD else None


def _rgb(value: str) -> tuple[int, ...] | None:
    if value.startswith("rgb("):
        return tuple(int(part) for part in value[4:].split(","))
    if re.fullmatch(r"#[0-9a-f]{3}", value):
        return tuple(int(digit * 2, 16) for digit in value[1:])
    if re.fullmatch(r"#[0-9a-f]{6}", value):
        return tuple(int(value[at : at + 2], 16) for at in (1, 3, 5))
    return _NAMED.get(value)
