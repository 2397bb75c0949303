"""A sheet of an annex: its heading, the captions, our mark and the line that says whose it is.

The mark stands where the following pages of the letter have theirs (`sheet`).
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas

from mcu_mail.documents import sheet
from mcu_mail.documents.fonts import REGULAR, drawable, register_fonts
from mcu_mail.documents.qr import qr_modules
from mcu_mail.domain.codes import PrintMark, print_payload

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pypdf.generic import StreamObject

    from mcu_mail.documents.plane import Affine

BELOW_HEADING: Final = 20.0
FOOT: Final = sheet.FOOTER_EDGE + sheet.NEXT_MARK + 3.0
"""What the mark takes at the lower edge of a sheet."""
_HEADING_BASELINE: Final = 15.0
_CAPTION: Final = 12
_CAPTION_LEADING: Final = 5.6
_CAPTION_LINES: Final = 2
CAPTION_ROOM: Final = _CAPTION_LINES * _CAPTION_LEADING + 2.0


@dataclass(frozen=True, kw_only=True)
class Owner:
    """Whose annexes they are: what their marks say. `pages`: how many the letter itself has."""

    case: str
    version: int
    code: str
    pages: int


@dataclass(frozen=True, kw_only=True)
class Box:
    """A place on a sheet, millimetres from its top left corner."""

    left: float
    top: float
    width: float
    height: float


@dataclass(kw_only=True)
class AnnexSheet:
    """A sheet to be: its size, what is drawn on it in our own type, and what is put on it."""

    width: float = sheet.PAGE_WIDTH
    height: float = sheet.PAGE_HEIGHT
    heading: str = ""
    captions: list[tuple[str, Box]]
    put: list[tuple[StreamObject, Affine]]


def write_sheets(sheets: Sequence[AnnexSheet], owner: Owner) -> bytes:
    """The sheets as a PDF with our own type and marks alone; equal input gives equal bytes."""
    register_fonts()
    out = io.BytesIO()
    canvas = Canvas(
        out,
        invariant=1,
        initialFontName=REGULAR,  # type: ignore[arg-type]  # the stubs say float; it is a name
        lang="ru-RU",
    )
    canvas.setTitle(f"Приложение {owner.case}")
    for ordinal, made in enumerate(sheets, start=1):
        canvas.setPageSize((made.width * mm, made.height * mm))
        _mark(canvas, made, owner, ordinal)
        if made.heading:
            canvas.setFont(REGULAR, 12)
            canvas.drawRightString(
                (made.width - sheet.MARGIN_RIGHT) * mm,
                (made.height - _HEADING_BASELINE) * mm,
                drawable(made.heading),
            )
        for text, box in made.captions:
            _caption(canvas, made, text, box)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _mark(canvas: Canvas, made: AnnexSheet, owner: Owner, ordinal: int) -> None:
    """The symbol where the letter's following pages have theirs, and the line beside it."""
    payload = print_payload(
        PrintMark(
            case=owner.case, version=owner.version, page=owner.pages + ordinal, code=owner.code
        )
    )
    rows = qr_modules(payload)
    left = made.width - sheet.MARGIN_RIGHT - sheet.NEXT_MARK
    top = made.height - sheet.FOOTER_EDGE - sheet.NEXT_MARK
    module = sheet.NEXT_MARK / len(rows)
    path = canvas.beginPath()
    for down, row in enumerate(rows, start=1):
        for across, dark in enumerate(row):
            if dark:
                x, y = left + across * module, made.height - top - down * module
                path.rect(x * mm, y * mm, module * mm, module * mm)
    canvas.drawPath(path, stroke=0, fill=1)
    canvas.setFont(REGULAR, 8)
    canvas.drawRightString(
        (left - 3.0) * mm,
        sheet.FOOTER_EDGE * mm,
        f"Приложение к письму {owner.case}, лист {ordinal}",
    )


def _caption(canvas: Canvas, made: AnnexSheet, text: str, box: Box) -> None:
    """Up to two centred lines under a photo; what does not fit ends with «…»."""
    canvas.setFont(REGULAR, _CAPTION)
    lines = _lines(drawable(sheet.printable(text)), box.width * mm)
    for ordinal, line in enumerate(lines, start=1):
        base = made.height - box.top - ordinal * _CAPTION_LEADING
        canvas.drawCentredString((box.left + box.width / 2) * mm, base * mm, line)


def _lines(text: str, width: float) -> list[str]:
    def fits(line: str) -> bool:
        return bool(pdfmetrics.stringWidth(line, REGULAR, _CAPTION) <= width)

    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if fits(longer):
            lines[-1] = longer
        elif len(lines) < _CAPTION_LINES:
            lines.append(word)
        else:
            while lines[-1] and not fits(f"{lines[-1]}…"):
                lines[-1] = lines[-1][:-1]
            lines[-1] += "…"
            break
    for place, line in enumerate(lines):
        short = line
        while short and not fits(short):
            short = short[:-1]
        lines[place] = short
    return [line for line in lines if line]
