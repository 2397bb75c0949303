"""The text of a letter as the XML that goes into a Word template: runs, paragraphs, tables.

Guarantees: a citizen's or an executor's words are data. They are escaped here once, and braces pass
as entities, because docxtpl turns «{_{» into «{{» after rendering.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from markupsafe import Markup, escape

from mcu_mail.documents import sheet
from mcu_mail.domain.rich_text import Block, Paragraph, Table

if TYPE_CHECKING:
    from collections.abc import Iterable

TABLE_STYLE: Final = "Таблицаписьма"
"""The id of «Таблица письма» in the templates."""

_TWIPS_PER_MM: Final = 1440 / 25.4
_TWIPS_PER_POINT: Final = 20


class TextBlock(Markup):
    """A paragraph's runs, or a `table` in its place; the other of the two is empty."""

    table: Markup = Markup()


def escaped(text: str) -> Markup:
    """Return one line of text, printable and with nothing that XML or jinja2 could read."""
    return _escaped(sheet.printable(text))


def _escaped(text: str) -> Markup:
    coded = str(escape(text)).replace("{", "&#123;").replace("}", "&#125;").replace("%", "&#37;")
    return Markup(coded)  # noqa: S704 - escaped in the line above


def text_blocks(blocks: Iterable[Block]) -> list[TextBlock]:
    """Return what the template's loop over `paragraphs` gets."""
    found = []
    for block in blocks:
        if isinstance(block, Table):
            made = TextBlock()
            made.table = _table(block)
        else:
            made = TextBlock(rich_runs(block))
        found.append(made)
    return found


def rich_runs(paragraph: Paragraph) -> Markup:
    """Return the words of a paragraph, to be put between `<w:t>` and `</w:t>` of a run."""
    parts = []
    for run in paragraph.runs:
        words = _escaped(run.text)
        parts.append(_IN_BOLD.format(words) if run.bold else words)
    return Markup().join(parts)


_IN_BOLD: Final = Markup(
    "</w:t></w:r><w:r><w:rPr><w:b/></w:rPr>"
    '<w:t xml:space="preserve">{}</w:t></w:r><w:r><w:t xml:space="preserve">'
)


def _table(table: Table) -> Markup:
    """Return a ruled table with a little room above and below it."""
    widths = [round(width * _TWIPS_PER_MM) for width in sheet.column_widths(table)]
    gap = _paragraph(Markup(), line=round(sheet.TABLE_GAP * _TWIPS_PER_MM))
    margin = round(sheet.CELL_MARGIN * _TWIPS_PER_MM)
    rules = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    rows = Markup().join(_row(row, widths) for row in table.rows)
    columns = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    properties = (
        f'<w:tblPr><w:tblW w:type="dxa" w:w="{sum(widths)}"/><w:tblInd w:w="0" w:type="dxa"/>'
        f'<w:tblBorders>{rules}</w:tblBorders><w:tblLayout w:type="fixed"/><w:tblCellMar>'
        f'<w:left w:w="{margin}" w:type="dxa"/><w:right w:w="{margin}" w:type="dxa"/>'
        f"</w:tblCellMar></w:tblPr><w:tblGrid>{columns}</w:tblGrid>"
    )
    return Markup(  # noqa: S704 - numbers
        f"{{}}<w:tbl>{properties}{{}}</w:tbl>{{}}"
    ).format(gap, rows, gap)


def _row(row: tuple[tuple[Paragraph, ...], ...], widths: list[int]) -> Markup:
    cells = Markup().join(
        Markup('<w:tc><w:tcPr><w:tcW w:type="dxa" w:w="{}"/></w:tcPr>{}</w:tc>').format(
            width, Markup().join(map(_cell_paragraph, cell or (None,)))
        )
        for cell, width in zip(row, widths, strict=True)
    )
    return Markup("<w:tr><w:trPr><w:cantSplit/></w:trPr>{}</w:tr>").format(cells)


def _cell_paragraph(paragraph: Paragraph | None) -> Markup:
    return _paragraph(rich_runs(paragraph) if paragraph else Markup())


def _paragraph(words: Markup, *, line: int = 0) -> Markup:
    exact = f' w:line="{line}" w:lineRule="exact"/>' if line else "/>"
    return Markup(  # noqa: S704 - numbers and a constant; the words are escaped
        f'<w:p><w:pPr><w:pStyle w:val="{TABLE_STYLE}"/><w:spacing w:before="0" w:after="0"{exact}'
        '</w:pPr><w:r><w:t xml:space="preserve">{}</w:t></w:r></w:p>'
    ).format(words)
