"""The text of a foreign Word file as our own rich text: paragraphs, lists, tables, bold.

What was deleted by a tracked change is gone and what was inserted is there, as if all changes had
been accepted. Headers, footers, comments, text boxes, hidden text and pictures stay behind; a
footnote stands in brackets where it was called.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from docx.oxml import parse_xml
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph

from mcu_mail.documents.word_lists import Lists, lists_of
from mcu_mail.domain import rich_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docx.document import Document
    from docx.oxml.xmlchemy import BaseOxmlElement

_TRANSPARENT: Final = frozenset(
    qn(f"w:{name}")
    for name in (
        "ins",
        "moveTo",
        "hyperlink",
        "fldSimple",
        "smartTag",
        "sdt",
        "sdtContent",
        "customXml",
    )
)
"""What only surrounds text. Everything not named here or below is passed over with all it holds."""
_PAGE_BREAKS: Final = frozenset({"page", "column"})
_OFF: Final = frozenset({"0", "false", "off", "none"})
_DEEPEST: Final = 30
_SPACES = re.compile(r"[^\S\n]+")


@dataclass(frozen=True, kw_only=True)
class Line:
    """A paragraph, or a row of a table, as one line of rich text.

    Attributes:
        text: with marks; never empty.
        styles: the names of the styles of its paragraphs.
        in_table: which table of the document it belongs to, from 1; 0 outside of tables.

    """

    text: str
    styles: frozenset[str]
    in_table: int = 0


@dataclass(kw_only=True)
class _Reader:
    styles: dict[str, BaseOxmlElement]
    lists: Lists
    notes: dict[str, str]
    tables: int = 0
    carried: str = ""
    """Text of a paragraph whose end was deleted by a tracked change: the next one goes on."""
    names: dict[str, str] = field(default_factory=dict)

    def lines(self, parent: BaseOxmlElement, depth: int = 0) -> Iterator[Line]:
        """The lines below an element, in order."""
        for child in parent:
            if child.tag == qn("w:p"):
                yield from self._paragraph(child)
            elif child.tag == qn("w:tbl"):
                yield from self._table(child, depth)
            elif child.tag in _TRANSPARENT and depth < _DEEPEST:
                yield from self.lines(child, depth + 1)

    def _paragraph(self, paragraph: BaseOxmlElement) -> Iterator[Line]:
        style = self._style(paragraph)
        name = self._name(paragraph)
        marker = self.lists.marker(paragraph, style)
        words = self.carried + "".join(self._words(paragraph, self._is_bold(paragraph), 0))
        self.carried = ""
        if paragraph.find(f"{qn('w:pPr')}/{qn('w:rPr')}/{qn('w:del')}") is not None:
            self.carried = words
            return
        for line in _tidy(words).split("\n"):
            if rich_text.readable(line).strip():
                yield Line(text=f"{marker} {line}" if marker else line, styles=frozenset({name}))
                marker = ""

    def _table(self, table: BaseOxmlElement, depth: int) -> Iterator[Line]:
        self.tables += 1
        number = self.tables
        for row in table.iter(qn("w:tr")):
            if _owner(row, qn("w:tbl")) is not table or _has(row, "trPr", "del"):
                continue
            cells, styles = [], set[str]()
            for cell in row.iter(qn("w:tc")):
                if _owner(cell, qn("w:tr")) is not row:
                    continue
                # Cells below a merged one repeat nothing.
                lines = [] if _continues(cell) else list(self.lines(cell, depth + 1))
                cells.append([
                    rich_text.readable(one.text) if one.in_table else one.text for one in lines
                ])
                styles.update(*(one.styles for one in lines))
                cells += [[]] * (_span(cell) - 1)
            text = rich_text.row(cells)
            if rich_text.readable(text).strip(" |"):
                yield Line(text=text, styles=frozenset(styles), in_table=number)

    def _words(self, parent: BaseOxmlElement, bold: bool, depth: int) -> Iterator[str]:
        for child in parent:
            if child.tag == qn("w:r"):
                yield from self._run(child, bold)
            elif child.tag in _TRANSPARENT and depth < _DEEPEST:
                yield from self._words(child, bold, depth + 1)

    def _run(self, run: BaseOxmlElement, bold: bool) -> Iterator[str]:
        properties = run.find(qn("w:rPr"))
        if properties is not None and _is_on(properties, "vanish"):
            return
        if properties is not None:
            named = properties.find(qn("w:rStyle"))
            if named is not None:
                bold = self._style_is_bold(named.get(qn("w:val")), bold)
            bold = _switched(properties, "b", bold)
        text = "".join(filter(None, map(self._piece, run)))
        if text:
            yield rich_text.bold(text) if bold and text.strip() else text

    def _piece(self, item: BaseOxmlElement) -> str:
        kind = item.get(qn("w:type"))
        match item.tag.rpartition("}")[2]:
            case "t":
                return rich_text.without_marks(item.text or "").replace("\n", " ")
            case "tab" | "ptab":
                return " "
            case "br" | "cr":
                return "" if kind in _PAGE_BREAKS else "\n"
            case "noBreakHyphen":
                return "\u2011"
            case "footnoteReference" | "endnoteReference":
                said = self.notes.get(item.get(qn("w:id")) or "", "")
                return f" ({said})" if said else ""
            case _:
                return ""

    def _style(self, paragraph: BaseOxmlElement) -> BaseOxmlElement | None:
        named = paragraph.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
        return self.styles.get(named.get(qn("w:val")) or "") if named is not None else None

    def _name(self, paragraph: BaseOxmlElement) -> str:
        style = self._style(paragraph)
        name = None if style is None else style.find(qn("w:name"))
        return "" if name is None else name.get(qn("w:val")) or ""

    def _is_bold(self, paragraph: BaseOxmlElement) -> bool:
        style = self._style(paragraph)
        return False if style is None else self._style_is_bold(style.get(qn("w:styleId")), False)

    def _style_is_bold(self, style_id: str | None, inherited: bool) -> bool:
        """Whether a style is bold by itself or by one that it is based on."""
        for _ in range(_DEEPEST):
            style = self.styles.get(style_id or "")
            if style is None:
                return inherited
            properties = style.find(qn("w:rPr"))
            if properties is not None and properties.find(qn("w:b")) is not None:
                return _switched(properties, "b", inherited)
            based = style.find(qn("w:basedOn"))
            style_id = None if based is None else based.get(qn("w:val"))
        return inherited


def body_lines(document: Document) -> tuple[Line, ...]:
    """The lines of a document's body, in order; nothing outside the body is read."""
    styles = {
        item.get(qn("w:styleId")) or "": item
        for item in document.styles.element.findall(qn("w:style"))
    }
    reader = _Reader(styles=styles, lists=lists_of(document), notes=_notes(document))
    found = list(reader.lines(document.element.body))
    if reader.carried.strip():
        found.append(Line(text=_tidy(reader.carried), styles=frozenset()))
    return tuple(found)


def first_words(document: Document, style_name: str) -> str:
    """The text of the first paragraph of a style, wherever in the body it stands; else empty."""
    for item in document.element.body.iter(qn("w:p")):
        paragraph = Paragraph(item, document._body)  # noqa: SLF001 - the parent of all of them
        if paragraph.style is not None and paragraph.style.name == style_name:
            return " ".join(paragraph.text.split())
    return ""


def _notes(document: Document) -> dict[str, str]:
    """The texts of footnotes and endnotes by their id."""
    found = {}
    for rel in document.part.rels.values():
        if rel.is_external or not rel.reltype.endswith(("/footnotes", "/endnotes")):
            continue
        for note in parse_xml(rel.target_part.blob):
            text = " ".join("".join(t.text or "" for t in note.iter(qn("w:t"))).split())
            if text and note.get(qn("w:type")) is None:
                found[note.get(qn("w:id")) or ""] = rich_text.without_marks(text)
    return found


def _tidy(words: str) -> str:
    """Neighbouring bold runs as one, and single spaces."""
    joined = words.replace(rich_text.PLAIN + rich_text.BOLD, "")
    return "\n".join(_SPACES.sub(" ", line).strip() for line in joined.split("\n"))


def _owner(item: BaseOxmlElement, tag: str) -> BaseOxmlElement | None:
    """The nearest element of that tag around `item`."""
    return next(iter(item.iterancestors(tag)), None)


def _has(item: BaseOxmlElement, *path: str) -> bool:
    return item.find("/".join(qn(f"w:{name}") for name in path)) is not None


def _continues(cell: BaseOxmlElement) -> bool:
    merged = cell.find(f"{qn('w:tcPr')}/{qn('w:vMerge')}")
    return merged is not None and merged.get(qn("w:val")) != "restart"


def _span(cell: BaseOxmlElement) -> int:
    found = cell.find(f"{qn('w:tcPr')}/{qn('w:gridSpan')}")
    said = "" if found is None else found.get(qn("w:val")) or ""
    return min(int(said), 20) if said.isdecimal() and int(said) else 1


def _is_on(properties: BaseOxmlElement, name: str) -> bool:
    return _switched(properties, name, False)


def _switched(properties: BaseOxmlElement, name: str, otherwise: bool) -> bool:
    found = properties.find(qn(f"w:{name}"))
    return otherwise if found is None else found.get(qn("w:val")) not in _OFF
