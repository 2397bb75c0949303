"""«Подтверждение отправки»: one page that proves when and where a letter went.

It is kept with the case beside the raw message. Its words come from the office's template; here
they are set. The same words give the same bytes. However many rows there are, the result is one
page: the type grows smaller first, and what still does not fit is counted on the page, never
dropped in silence.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from mcu_mail.documents import sheet
from mcu_mail.documents.fonts import BOLD, REGULAR, drawable, register_fonts
from mcu_mail.domain import rich_text

if TYPE_CHECKING:
    from collections.abc import Sequence

# Type size in points, longest text of a cell, most rows of a table: the first that fits is taken,
# and the last always does.
_DENSITIES: Final = (
    (10, 400, 20),
    (8.5, 400, 20),
    (7, 400, 20),
    (6, 120, 20),
    (6, 60, 12),
    (6, 30, 5),
    (5, 30, 3),
)


def write_confirmation(text: str) -> bytes:
    """Return rich text as a PDF of one page, A4; its first line is the title."""
    register_fonts()
    title, *blocks = rich_text.blocks(text) or (rich_text.Paragraph(runs=()),)
    content = b""
    for size, longest, most in _DENSITIES:
        page = _Page(size=size, longest=longest, most=most)
        pages, content = page.build(title, blocks)
        if pages == 1:
            break
    return content


class _Page:
    """The page set in one density."""

    def __init__(self, *, size: float, longest: int, most: int) -> None:
        self.longest = longest
        self.most = most
        self.body = ParagraphStyle("body", fontName=REGULAR, fontSize=size, leading=size * 1.3)
        self.title = ParagraphStyle(
            "title",
            parent=self.body,
            fontName=BOLD,
            fontSize=size + 4,
            leading=size + 8,
            alignment=1,
            spaceAfter=4 * mm,
        )

    def build(self, title: rich_text.Block, blocks: Sequence[rich_text.Block]) -> tuple[int, bytes]:
        """Number of pages, and the PDF."""
        heading = title.text if isinstance(title, rich_text.Paragraph) else ""
        story: list[Flowable] = [Paragraph(escape(drawable(heading)), self.title)]
        for block in blocks:
            if isinstance(block, rich_text.Table):
                story += [Spacer(1, 4 * mm), *self._table(block), Spacer(1, 4 * mm)]
            else:
                story.append(self._cell(block))
        out = io.BytesIO()
        document = SimpleDocTemplate(
            out,
            pagesize=A4,
            leftMargin=sheet.MARGIN_LEFT * mm,
            rightMargin=sheet.MARGIN_RIGHT * mm,
            topMargin=sheet.MARGIN_TOP * mm,
            bottomMargin=sheet.MARGIN_BOTTOM * mm,
            title=heading,
            lang="ru-RU",
            initialFontName=REGULAR,
            invariant=1,
        )
        document.build(story)
        return document.page, out.getvalue()

    def _table(self, block: rich_text.Table) -> list[Flowable]:
        """The table, its first row repeated as a heading, and how many rows were left out."""
        heading, *rows = block.rows
        shown = rich_text.Table(rows=(heading, *rows[: self.most]))
        cells = [[[self._cell(one) for one in cell] for cell in row] for row in shown.rows]
        # A frame keeps six points to itself on either side.
        widths = [width * mm for width in sheet.column_widths(shown)]
        table = Table(cells, colWidths=widths, repeatRows=1)
        table.setStyle(
            TableStyle([
                ("GRID", (0, 0), (-1, -1), 0.5, colors.grey),
                ("BACKGROUND", (0, 0), (-1, 0), colors.whitesmoke),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("FONTNAME", (0, 0), (-1, -1), REGULAR),
            ])
        )
        rest = len(rows) - self.most
        if rest <= 0:
            return [table]
        return [table, Paragraph(f"и ещё {rest}, полностью – в деле", self.body)]

    def _cell(self, paragraph: rich_text.Paragraph) -> Paragraph:
        runs, left = [], self.longest
        for run in paragraph.runs:
            text = run.text if len(run.text) <= left else f"{run.text[:left]}…"
            words = escape(drawable(text))
            runs.append(f'<font name="{BOLD}">{words}</font>' if run.bold else words)
            left -= len(run.text)
            if left <= 0:
                break
        return Paragraph("".join(runs), self.body)
