"""«Подтверждение отправки»: one page that proves when and where a letter went.

It is kept with the case beside the raw message. Everything on it is given by the caller; the same
facts give the same bytes. However many rows there are, the result is one page: the type grows
smaller first, and what still does not fit is counted on the page, never dropped in silence.
"""

from __future__ import annotations

import html
import io
from typing import TYPE_CHECKING

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from mcu_mail.documents.fonts import BOLD, REGULAR, register_fonts

if TYPE_CHECKING:
    from collections.abc import Sequence

Row = tuple[str, str, str, str]
File = tuple[str, str]

_WIDTHS = [52 * mm, 24 * mm, 64 * mm, 40 * mm]
_FILE_WIDTHS = [50 * mm, 130 * mm]
# Type size in points, longest text of a cell, most rows of a table: the first that fits is taken,
# and the last always does.
_DENSITIES = ((10, 400, 20), (8.5, 400, 20), (7, 400, 20), (6, 120, 20), (6, 60, 12), (6, 30, 5))


def write_confirmation(
    case: str,
    number: str,
    date: str,
    subject_line: str,
    rows: Sequence[Row],
    files: Sequence[File],
) -> bytes:
    """The confirmation as a one-page PDF, A4.

    Args:
        case: number of the case.
        number: register number of the letter.
        date: its date, as it shall be read.
        subject_line: subject of the message that was sent.
        rows: address, state, the server's answer, moment; one row for each address.
        files: name and SHA-256 of each file that was sent.

    """
    register_fonts()
    content = b""
    for size, longest, most in _DENSITIES:
        sheet = _Sheet(size=size, longest=longest, most=most)
        head = (
            f"Письмо № {number} от {date}, дело {case}",
            f"Тема сообщения: {subject_line}",
        )
        pages, content = sheet.build(f"Подтверждение отправки {case}", head, rows, files)
        if pages == 1:
            break
    return content


class _Sheet:
    """The confirmation set in one density."""

    def __init__(self, *, size: float, longest: int, most: int) -> None:
        self.longest = longest
        self.most = most
        self.body = ParagraphStyle("body", fontName=REGULAR, fontSize=size, leading=size * 1.3)
        self.head = ParagraphStyle("head", parent=self.body, fontName=BOLD)
        self.title = ParagraphStyle(
            "title", parent=self.head, fontSize=size + 4, leading=size + 8, alignment=1
        )

    def build(
        self, title: str, head: Sequence[str], rows: Sequence[Row], files: Sequence[File]
    ) -> tuple[int, bytes]:
        """Number of pages, and the PDF."""
        story: list[Flowable] = [
            Paragraph("Подтверждение отправки", self.title),
            Spacer(1, 4 * mm),
            *(self._cell(line) for line in head),
            Spacer(1, 4 * mm),
            *self._table(("Адрес", "Состояние", "Ответ сервера", "Время"), rows, _WIDTHS),
            Spacer(1, 4 * mm),
            *self._table(("Файл", "Контрольная сумма SHA-256"), files, _FILE_WIDTHS),
            Spacer(1, 4 * mm),
            self._cell("Составлено автоматически по ответам почтовых серверов."),
        ]
        out = io.BytesIO()
        document = SimpleDocTemplate(
            out,
            pagesize=A4,
            leftMargin=20 * mm,
            rightMargin=10 * mm,
            topMargin=20 * mm,
            bottomMargin=20 * mm,
            title=title,
            lang="ru-RU",
            initialFontName=REGULAR,
            invariant=1,
        )
        document.build(story)
        return document.page, out.getvalue()

    def _table(
        self, names: Sequence[str], rows: Sequence[Sequence[str]], widths: list[float]
    ) -> list[Flowable]:
        cells = [[Paragraph(name, self.head) for name in names]]
        cells += [[self._cell(text) for text in row] for row in rows[: self.most]]
        table = Table(cells, colWidths=widths, repeatRows=1)
        table.setStyle(
            TableStyle([
                ("GRID", (0, 0), (-1, -1), 0.5, colors.grey),
                ("BACKGROUND", (0, 0), (-1, 0), colors.whitesmoke),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ])
        )
        rest = len(rows) - self.most
        if rest <= 0:
            return [table]
        return [table, self._cell(f"и ещё {rest}, полностью – в деле")]

    def _cell(self, text: str) -> Paragraph:
        cut = text if len(text) <= self.longest else f"{text[: self.longest]}…"
        return Paragraph(html.escape(cut), self.body)
