"""The letter as PDF without any office program: the same sheet, drawn by reportlab.

Guarantees: fonts are embedded and the Russian text can be searched and copied; every page carries
its own mark with its true number; equal content gives equal bytes; the signature never stands alone
on a page.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING, Final, Literal
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.enums import TA_CENTER, TA_JUSTIFY, TA_LEFT, TA_RIGHT
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Paragraph, Table, TableStyle

from mcu_mail.documents import sheet
from mcu_mail.documents.fonts import BOLD, REGULAR, drawable, register_fonts
from mcu_mail.documents.qr import qr_modules
from mcu_mail.domain import rich_text
from mcu_mail.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Sequence

_TEXT_WIDTH: Final = sheet.PAGE_WIDTH - sheet.MARGIN_LEFT - sheet.MARGIN_RIGHT
_MARK_GAP: Final = 3.0
_PAGE_NUMBER_BASELINE: Final = 14.0
_HEADING_WIDTH: Final = 85.0
_BASELINE_ABOVE_RULE: Final = 1.5

_POINT: Final = 1 / mm
_NOTHING: Final = rich_text.Paragraph(runs=())


@dataclass(frozen=True, kw_only=True)
class _Block:
    """A piece of text with the room above and below it, mm."""

    text: Flowable
    before: float = 0.0
    after: float = 0.0
    left: float = sheet.MARGIN_LEFT
    width: float = _TEXT_WIDTH

    @property
    def height(self) -> float:
        return self.before + _height(self.text, self.width) + self.after


def write_pdf(content: sheet.LetterContent) -> bytes:
    """Return the letter as PDF; the same content gives the same bytes.

    Raises RefusedError when the letterhead does not fit its place.
    """
    register_fonts()
    out = io.BytesIO()
    canvas = Canvas(
        out,
        pagesize=(sheet.PAGE_WIDTH * mm, sheet.PAGE_HEIGHT * mm),
        invariant=1,
        initialFontName=REGULAR,  # type: ignore[arg-type]  # the stubs say float; it is a name
        lang="ru-RU",
    )
    canvas.setTitle(f"Ответ {content.case}")
    # Otherwise every reader's «Свойства» says that the letter is by «anonymous».
    canvas.setAuthor(" ".join(content.letterhead.name))
    canvas.setSubject(content.heading)
    _Pen(canvas, content).write()
    canvas.save()
    return out.getvalue()


class _Pen:
    """Writes one letter from top to bottom; `y` is how far down the current page it is, mm."""

    def __init__(self, canvas: Canvas, content: sheet.LetterContent) -> None:
        self.canvas = canvas
        self.content = content
        self.page = 1
        self.y = sheet.MARGIN_TOP
        self._draw_furniture()

    def write(self) -> None:
        content = self.content
        self._write_head()
        if heading := sheet.printable(content.heading):
            self._put(_Block(text=_text(heading), before=14 * _POINT, width=_HEADING_WIDTH))
        salutation = _text(content.salutation, alignment=TA_CENTER)
        self._put(_Block(text=salutation, before=14 * _POINT, after=8 * _POINT))
        *text, last = map(_flowable, self._text_blocks() or (_NOTHING,))
        enclosure = self._enclosure()
        signature = self._signature_height()
        if sum(block.height for block in enclosure) + signature > self._room_of_a_page / 2:
            text, last = [*text, last], _body(sheet.enclosure_line(content))
            enclosure = []
        for flowable in text:
            self._flow(flowable)
        self._close(last, sum(block.height for block in enclosure) + signature)
        for block in enclosure:
            self._put(block)
        self._write_signature()
        self._write_executor()

    # -- the flow of the text

    def _put(self, block: _Block) -> None:
        """Write a block that is known to fit."""
        self.y += block.before
        height = _height(block.text, block.width)
        self._draw(block.text, block.left, self.y, height)
        self.y += height + block.after

    def _flow(self, text: Flowable) -> None:
        """Write a paragraph or a table that may go on overleaf."""
        while (block := _in_text(text)).height > self._room:
            text = self._overleaf(text, self._room - block.before - block.after)
        self._put(block)

    def _close(self, text: Flowable, tail: float) -> None:
        """Write the last paragraph so that its last lines stand on the page of the `tail`, mm."""
        # Two lines, or the last row, and the tail fit on a page of their own: this comes to an end.
        while (block := _in_text(text)).height + tail > self._room:
            margins = block.before + block.after
            all_but_the_end = block.height - margins - 1.9 * sheet.BODY_TYPE.line * _POINT
            text = self._overleaf(text, min(self._room - margins, all_but_the_end))
        self._put(block)

    def _overleaf(self, text: Flowable, height: float) -> Flowable:
        """Write what of `text` fits into `height` mm, turn the page, return the rest."""
        parts = text.split(_TEXT_WIDTH * mm, height * mm) if height > 0 else []
        if len(parts) > 1:
            here, text = parts
            self._put(_in_text(here))
        self._turn()
        return text

    @property
    def _bottom(self) -> float:
        return sheet.PAGE_HEIGHT - max(
            sheet.MARGIN_BOTTOM, sheet.FOOTER_EDGE + self._mark_side + sheet.MARK_CLEARANCE
        )

    @property
    def _room(self) -> float:
        return self._bottom - self.y

    @property
    def _room_of_a_page(self) -> float:
        return self._bottom - sheet.MARGIN_TOP

    def _turn(self) -> None:
        self.canvas.showPage()
        self.page += 1
        self.y = sheet.MARGIN_TOP
        self._draw_furniture()

    # -- the parts of the sheet

    def _write_head(self) -> None:
        content = self.content
        form = _Column(self.canvas, sheet.MARGIN_LEFT, sheet.FORM_WIDTH)
        for line in content.letterhead.higher:
            higher = _text(line, sheet.HIGHER_TYPE, font=BOLD, alignment=TA_CENTER)
            form.add(higher, after=3 * _POINT)
        for line in content.letterhead.name:
            form.add(_text(line, sheet.NAME_TYPE, font=BOLD, alignment=TA_CENTER))
        form.y += 3 * _POINT
        for line in content.letterhead.details:
            form.add(_text(line, sheet.DETAILS_TYPE, alignment=TA_CENTER))
        if form.y > sheet.MARGIN_TOP + sheet.FORM_HEIGHT:
            raise RefusedError("Бланк не умещается в отведённое место: сократите его строки.")
        self._write_registration()
        address_left = sheet.MARGIN_LEFT + sheet.FORM_WIDTH + sheet.FORM_GAP
        column = _Column(self.canvas, address_left, sheet.ADDRESS_WIDTH)
        column.add(_text(content.addressee), after=sheet.BODY_TYPE.line * _POINT)
        for line in content.address_lines:
            column.add(_text(line))
        form_bottom = sheet.DATE_FIELD.y_mm + 2 * sheet.LINE_HEIGHT
        self.y = max(form_bottom, column.y)

    def _write_registration(self) -> None:
        content = self.content
        texts = {sheet.DATE_FIELD: sheet.day(content.date), sheet.NUMBER_FIELD: content.number}
        for field, text in texts.items():
            bottom = _up(field.y_mm + field.h_mm)
            self.canvas.setLineWidth(0.5)
            self.canvas.line(field.x_mm * mm, bottom, (field.x_mm + field.w_mm) * mm, bottom)
            self._centre(field.x_mm + field.w_mm / 2, field.y_mm + field.h_mm, text or "")
        between = (sheet.DATE_FIELD.x_mm + sheet.DATE_FIELD.w_mm + sheet.NUMBER_FIELD.x_mm) / 2
        base = sheet.DATE_FIELD.y_mm + sheet.LINE_HEIGHT
        self._centre(between, base, "№")
        middle = sheet.MARGIN_LEFT + sheet.FORM_WIDTH / 2
        self._centre(middle, base + sheet.LINE_HEIGHT, sheet.reference_line(content))

    def _centre(self, x: float, rule: float, text: str) -> None:
        self.canvas.setFont(REGULAR, 12)
        self.canvas.drawCentredString(
            x * mm, _up(rule - _BASELINE_ABOVE_RULE), drawable(sheet.printable(text))
        )

    def _text_blocks(self) -> tuple[rich_text.Block, ...]:
        blocks = sheet.blocks(self.content)
        if self.content.kind != "interim":
            return blocks
        promise = rich_text.Run(text=sheet.printable(self.content.promise))
        return (*blocks, rich_text.Paragraph(runs=(promise,)))

    def _enclosure(self) -> list[_Block]:
        line = sheet.enclosure_line(self.content)
        return [_Block(text=_text(line, alignment=TA_JUSTIFY), before=12 * _POINT)] if line else []

    def _signature(self) -> tuple[Paragraph, Paragraph]:
        title = _text(self.content.signer_title)
        return title, _text(self.content.signer_name, alignment=TA_RIGHT)

    def _executor(self) -> list[Paragraph]:
        lines = (self.content.executor_name, *self.content.executor_details)
        return [_text(line, sheet.EXECUTOR_TYPE) for line in lines if sheet.printable(line)]

    def _signature_height(self) -> float:
        title, name = self._signature()
        post, _, end = sheet.SIGNATURE_COLUMNS
        executor = sum(_height(text, _TEXT_WIDTH) for text in self._executor())
        signature = max(_height(title, post), _height(name, end))
        return _ABOVE_SIGNATURE + signature + _ABOVE_EXECUTOR + executor

    def _write_signature(self) -> None:
        title, name = self._signature()
        post, middle, end = sheet.SIGNATURE_COLUMNS
        heights = _height(title, post), _height(name, end)
        self.y += _ABOVE_SIGNATURE + max(heights)
        self._draw(title, sheet.MARGIN_LEFT, self.y - heights[0], heights[0])
        self._draw(name, sheet.MARGIN_LEFT + post + middle, self.y - heights[1], heights[1])

    def _write_executor(self) -> None:
        self.y += _ABOVE_EXECUTOR
        for text in self._executor():
            self._put(_Block(text=text))

    def _draw(self, text: Flowable, left: float, top: float, height: float) -> None:
        text.drawOn(self.canvas, left * mm, _up(top + height))

    # -- header and footer

    @property
    def _mark_side(self) -> float:
        return sheet.FIRST_MARK if self.page == 1 else sheet.NEXT_MARK

    def _draw_furniture(self) -> None:
        if self.page > 1:
            middle = sheet.MARGIN_LEFT + _TEXT_WIDTH / 2
            self.canvas.setFont(REGULAR, 12)
            self.canvas.drawCentredString(middle * mm, _up(_PAGE_NUMBER_BASELINE), str(self.page))
        side = self._mark_side
        left = sheet.PAGE_WIDTH - sheet.MARGIN_RIGHT - side
        top = sheet.PAGE_HEIGHT - sheet.FOOTER_EDGE - side
        _draw_mark(self.canvas, qr_modules(sheet.payload(self.content, self.page)), left, top, side)
        leaf = f", лист {self.page}" if self.page > 1 else ""
        self.canvas.setFont(REGULAR, 8)
        self.canvas.drawRightString(
            (left - _MARK_GAP) * mm,
            _up(sheet.PAGE_HEIGHT - sheet.FOOTER_EDGE),
            sheet.mark_label(self.content) + leaf,
        )


_ABOVE_SIGNATURE: Final = 28 * _POINT
_ABOVE_EXECUTOR: Final = 14.0


class _Column:
    """Lines one under another in a box at the top of page 1."""

    def __init__(self, canvas: Canvas, left: float, width: float) -> None:
        self.canvas = canvas
        self.left = left
        self.width = width
        self.y = sheet.MARGIN_TOP

    def add(self, text: Paragraph, *, after: float = 0.0) -> None:
        height = _height(text, self.width)
        text.drawOn(self.canvas, self.left * mm, _up(self.y) - text.height)
        self.y += height + after


def _draw_mark(
    canvas: Canvas, rows: Sequence[Sequence[bool]], left: float, top: float, side: float
) -> None:
    """Draw the symbol as vectors: sharp at any resolution, no picture to lose."""
    module = side / len(rows)
    path = canvas.beginPath()
    for down, row in enumerate(rows, start=1):
        across = 0
        # A row's neighbours in one piece: half the work, and no hairlines between them on screen.
        for dark, run in groupby(row):
            many = len(tuple(run))
            if dark:
                x, y = (left + across * module) * mm, _up(top + down * module)
                path.rect(x, y, many * module * mm, module * mm)
            across += many
    canvas.drawPath(path, stroke=0, fill=1)


def _text(
    text: str,
    kind: sheet.Type = sheet.BODY_TYPE,
    *,
    font: str = REGULAR,
    alignment: Literal[0, 1, 2, 4] = TA_LEFT,
) -> Paragraph:
    return Paragraph(_marked(text), _style(kind, font, alignment, 0.0))


@cache
def _style(
    kind: sheet.Type, font: str, alignment: Literal[0, 1, 2, 4], first_line: float
) -> ParagraphStyle:
    return ParagraphStyle(
        "letter",
        fontName=font,
        fontSize=kind.size,
        leading=kind.line,
        alignment=alignment,
        firstLineIndent=first_line * mm,
        bulletFontName=REGULAR,
        allowWidows=0,
        allowOrphans=0,
    )


def _marked(text: str) -> str:
    return escape(drawable(sheet.printable(text)))


def _runs(paragraph: rich_text.Paragraph) -> str:
    """Return the words as the markup that reportlab reads."""
    return "".join(
        f'<font name="{BOLD}">{escape(drawable(run.text))}</font>'
        if run.bold
        else escape(drawable(run.text))
        for run in paragraph.runs
    )


def _body(text: str) -> Paragraph:
    return _body_of(rich_text.Paragraph(runs=(rich_text.Run(text=sheet.printable(text)),)))


def _body_of(paragraph: rich_text.Paragraph) -> Paragraph:
    return Paragraph(_runs(paragraph), _style(sheet.BODY_TYPE, REGULAR, TA_JUSTIFY, 12.5))


def _flowable(block: rich_text.Block) -> Flowable:
    if isinstance(block, rich_text.Paragraph):
        return _body_of(block)
    style = _style(sheet.TABLE_TYPE, REGULAR, TA_LEFT, 0.0)
    cells = [[[Paragraph(_runs(one), style) for one in cell] for cell in row] for row in block.rows]
    return Table(
        cells,
        colWidths=[width * mm for width in sheet.column_widths(block)],
        style=_RULES,
        splitInRow=1,
    )


_RULES: Final = TableStyle([
    ("GRID", (0, 0), (-1, -1), 0.5, colors.black),
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("LEFTPADDING", (0, 0), (-1, -1), sheet.CELL_MARGIN * mm),
    ("RIGHTPADDING", (0, 0), (-1, -1), sheet.CELL_MARGIN * mm),
    ("TOPPADDING", (0, 0), (-1, -1), 0),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 0),
    ("FONTNAME", (0, 0), (-1, -1), REGULAR),
])


def _in_text(flowable: Flowable) -> _Block:
    gap = sheet.TABLE_GAP if isinstance(flowable, Table) else 0.0
    return _Block(text=flowable, before=gap, after=gap)


def _height(text: Flowable, width: float) -> float:
    return float(text.wrap(width * mm, sheet.PAGE_HEIGHT * mm)[1]) * _POINT


def _up(y: float) -> float:
    """Return the distance from the lower edge, points, of a place `y` mm under the upper edge."""
    return (sheet.PAGE_HEIGHT - y) * mm
