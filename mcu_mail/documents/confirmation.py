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

_WIDTHS = [45 * mm, 30 * mm, 68 * mm, 37 * mm]
_FILE_WIDTHS = [60 * mm, 120 * mm]
_TYPE_SIZES = (10, 8.5, 7, 6)
_LONGEST_CELL = 400
# At the smallest type more rows than this cannot stand on one page.
_MOST_ROWS = 20


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
    for size in _TYPE_SIZES:
        pages, content = _built(case, number, date, subject_line, rows, files, size)
        if pages == 1:
            return content
    shorter = [tuple(cell[:80] for cell in row) for row in rows]
    _, content = _built(
        case,
        number,
        date,
        subject_line[:300],
        [(r[0], r[1], r[2], r[3]) for r in shorter],
        [(name[:60], digest) for name, digest in files],
        _TYPE_SIZES[-1],
    )
    return content


def _built(
    case: str,
    number: str,
    date: str,
    subject_line: str,
    rows: Sequence[Row],
    files: Sequence[File],
    size: float,
) -> tuple[int, bytes]:
    body = ParagraphStyle("body", fontName=REGULAR, fontSize=size, leading=size * 1.3)
    head = ParagraphStyle("head", parent=body, fontName=BOLD)
    title = ParagraphStyle("title", parent=head, fontSize=size + 4, leading=size + 8, alignment=1)

    def cell(text: str, style: ParagraphStyle = body) -> Paragraph:
        cut = text if len(text) <= _LONGEST_CELL else f"{text[:_LONGEST_CELL]}…"
        return Paragraph(html.escape(cut), style)

    story: list[Flowable] = [
        Paragraph("Подтверждение отправки", title),
        Spacer(1, 4 * mm),
        cell(f"Письмо № {number} от {date}, дело {case}"),
        cell(f"Тема сообщения: {subject_line}"),
        Spacer(1, 4 * mm),
        _table(
            [[cell(name, head) for name in ("Адрес", "Состояние", "Ответ сервера", "Время")]]
            + [[cell(text) for text in row] for row in rows[:_MOST_ROWS]],
            _WIDTHS,
        ),
        *_rest(len(rows), body),
        Spacer(1, 4 * mm),
        _table(
            [[cell("Файл", head), cell("Контрольная сумма SHA-256", head)]]
            + [[cell(name), cell(digest)] for name, digest in files[:_MOST_ROWS]],
            _FILE_WIDTHS,
        ),
        *_rest(len(files), body),
        Spacer(1, 4 * mm),
        cell("Составлено автоматически по ответам почтовых серверов."),
    ]
    out = io.BytesIO()
    document = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=20 * mm,
        rightMargin=10 * mm,
        topMargin=20 * mm,
        bottomMargin=20 * mm,
        title=f"Подтверждение отправки {case}",
        invariant=1,
    )
    document.build(story)
    return document.page, out.getvalue()


def _rest(count: int, style: ParagraphStyle) -> list[Flowable]:
    if count <= _MOST_ROWS:
        return []
    return [Paragraph(f"и ещё {count - _MOST_ROWS}, полностью – в деле", style)]


def _table(cells: list[list[Paragraph]], widths: list[float]) -> Table:
    table = Table(cells, colWidths=widths, repeatRows=1)
    table.setStyle(
        TableStyle([
            ("GRID", (0, 0), (-1, -1), 0.5, colors.grey),
            ("BACKGROUND", (0, 0), (-1, 0), colors.whitesmoke),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ])
    )
    return table
