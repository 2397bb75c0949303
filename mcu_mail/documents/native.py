"""The letter as PDF without any office program: the same sheet, drawn by reportlab.

Guarantees: fonts are embedded and the Russian text can be searched and copied; every page carries
its own mark with its true number; equal content gives equal bytes; the signature never stands alone
on a page.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, cast
from xml.sax.saxutils import escape

from reportlab.lib.enums import TA_CENTER, TA_JUSTIFY, TA_LEFT, TA_RIGHT
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph

from mcu_mail.documents import sheet
from mcu_mail.documents.fonts import BOLD, REGULAR, drawable, register_fonts
from mcu_mail.documents.qr import qr_modules
from mcu_mail.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Sequence

_TEXT_WIDTH: Final = sheet.PAGE_WIDTH - sheet.MARGIN_LEFT - sheet.MARGIN_RIGHT
_LEADING: Final = 1.325
"""Line height of PT Serif in ems: what an office program calls single spacing."""

_MARK_GAP: Final = 3.0
_PAGE_NUMBER_BASELINE: Final = 14.0
_HEADING_WIDTH: Final = 85.0
_BASELINE_ABOVE_RULE: Final = 1.5

_POINT: Final = 1 / mm


@dataclass(frozen=True, kw_only=True)
class _Block:
    """A piece of text with the room above and below it, mm."""

    text: Paragraph
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
        *paragraphs, last = sheet.body(content) or ("",)
        enclosure = self._enclosure()
        signature = self._signature_height()
        if sum(block.height for block in enclosure) + signature > self._room_of_a_page / 2:
            paragraphs, last = [*paragraphs, last], sheet.enclosure_line(content)
            enclosure = []
        for paragraph in paragraphs:
            self._flow(_body(paragraph))
        self._close(_body(last), sum(block.height for block in enclosure) + signature)
        for block in enclosure:
            self._put(block)
        self._write_signature()
        self._write_executor()

    # -- the flow of the text

    def _put(self, block: _Block) -> None:
        """Write a block that is known to fit."""
        self.y += block.before
        height = _height(block.text, block.width)
        self._draw(block.text, block.left, self.y)
        self.y += height + block.after

    def _flow(self, text: Paragraph) -> None:
        """Write a paragraph that may go on overleaf."""
        while _height(text, _TEXT_WIDTH) > self._room:
            text = self._overleaf(text, self._room)
        self._put(_Block(text=text))

    def _close(self, text: Paragraph, tail: float) -> None:
        """Write the last paragraph so that its last lines stand on the page of the `tail`, mm."""
        # Two lines and the tail always fit on a page of their own, so this comes to an end.
        while (height := _height(text, _TEXT_WIDTH)) + tail > self._room:
            all_but_two_lines = height - 1.9 * 14 * _LEADING * _POINT
            text = self._overleaf(text, min(self._room, all_but_two_lines))
        self._put(_Block(text=text))

    def _overleaf(self, text: Paragraph, height: float) -> Paragraph:
        """Write what of `text` fits into `height` mm, turn the page, return the rest."""
        parts = text.split(_TEXT_WIDTH * mm, height * mm)
        if len(parts) > 1:
            here, text = cast("list[Paragraph]", parts)
            self._put(_Block(text=here))
        self._turn()
        return text

    @property
    def _bottom(self) -> float:
        return sheet.PAGE_HEIGHT - max(
            sheet.MARGIN_BOTTOM, sheet.FOOTER_EDGE + self._mark_side + _MARK_GAP
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
            form.add(_text(line, size=9.5, font=BOLD, alignment=TA_CENTER), after=3 * _POINT)
        for line in content.letterhead.name:
            form.add(_text(line, size=12, font=BOLD, alignment=TA_CENTER))
        form.y += 3 * _POINT
        for line in content.letterhead.details:
            form.add(_text(line, size=8.5, alignment=TA_CENTER))
        if form.y > sheet.MARGIN_TOP + sheet.FORM_HEIGHT:
            raise RefusedError("Бланк не умещается в отведённое место: сократите его строки.")
        self._write_registration()
        address_left = sheet.MARGIN_LEFT + sheet.FORM_WIDTH + sheet.FORM_GAP
        column = _Column(self.canvas, address_left, sheet.ADDRESS_WIDTH)
        column.add(_text(content.addressee), after=14 * _LEADING * _POINT)
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

    def _enclosure(self) -> list[_Block]:
        line = sheet.enclosure_line(self.content)
        return [_Block(text=_text(line, alignment=TA_JUSTIFY), before=12 * _POINT)] if line else []

    def _signature(self) -> tuple[Paragraph, Paragraph]:
        title = _text(self.content.signer_title)
        return title, _text(self.content.signer_name, alignment=TA_RIGHT)

    def _executor(self) -> list[Paragraph]:
        lines = (self.content.executor_name, *self.content.executor_details)
        return [_text(line, size=10) for line in lines if sheet.printable(line)]

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
        self._draw(title, sheet.MARGIN_LEFT, self.y - heights[0])
        self._draw(name, sheet.MARGIN_LEFT + post + middle, self.y - heights[1])

    def _write_executor(self) -> None:
        self.y += _ABOVE_EXECUTOR
        for text in self._executor():
            self._put(_Block(text=text))

    def _draw(self, text: Paragraph, left: float, top: float) -> None:
        text.drawOn(self.canvas, left * mm, _up(top) - text.height)

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


_ABOVE_SIGNATURE: Final = 10.0
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
        for across, dark in enumerate(row):
            if dark:
                x, y = (left + across * module) * mm, _up(top + down * module)
                path.rect(x, y, module * mm, module * mm)
    canvas.drawPath(path, stroke=0, fill=1)


def _text(
    text: str,
    *,
    size: float = 14,
    font: str = REGULAR,
    alignment: Literal[0, 1, 2, 4] = TA_LEFT,
    first_line: float = 0.0,
) -> Paragraph:
    style = ParagraphStyle(
        "letter",
        fontName=font,
        fontSize=size,
        leading=size * _LEADING,
        alignment=alignment,
        firstLineIndent=first_line * mm,
        bulletFontName=REGULAR,
        allowWidows=0,
        allowOrphans=0,
    )
    return Paragraph(escape(drawable(sheet.printable(text))), style)


def _body(text: str) -> Paragraph:
    return _text(text, alignment=TA_JUSTIFY, first_line=12.5)


def _height(text: Paragraph, width: float) -> float:
    return float(text.wrap(width * mm, sheet.PAGE_HEIGHT * mm)[1]) * _POINT


def _up(y: float) -> float:
    """Return the distance from the lower edge, points, of a place `y` mm under the upper edge."""
    return (sheet.PAGE_HEIGHT - y) * mm
