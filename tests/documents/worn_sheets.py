"""What happens to a signed sheet before it is scanned: seals, holes, the dark edge of the glass."""

from __future__ import annotations

import io
import math

from pypdf import PdfReader, PdfWriter
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from mcu_mail.documents.fonts import BOLD, register_fonts

BLUE = (0.1, 0.17, 0.55)


def over(pdf: bytes, draw, *, page: int = 0) -> bytes:
    """The PDF with something drawn over one page; `draw` gets a canvas in points, y up."""
    out = io.BytesIO()
    canvas = Canvas(out, invariant=1)
    draw(canvas)
    canvas.save()
    writer = PdfWriter(clone_from=io.BytesIO(pdf))
    layer = PdfReader(io.BytesIO(out.getvalue())).pages[0]
    writer.pages[page].merge_page(layer)
    result = io.BytesIO()
    writer.write(result)
    return result.getvalue()


def sealed(pdf: bytes, x_mm: float, y_mm: float, *, page: int = 0, dark: float = 0.85) -> bytes:
    """A round seal of 40 mm with its middle at a place of the sheet (from the top left)."""
    return over(pdf, lambda canvas: _seal(canvas, x_mm, y_mm, dark), page=page)


def _seal(canvas: Canvas, x_mm: float, y_mm: float, dark: float) -> None:
    register_fonts()
    x, y = x_mm * mm, (297 - y_mm) * mm
    canvas.setStrokeColorRGB(*BLUE, alpha=dark)
    canvas.setFillColorRGB(*BLUE, alpha=dark)
    for radius, width in ((20, 0.8), (18.6, 0.3), (12, 0.4)):
        canvas.setLineWidth(width * mm)
        canvas.circle(x, y, radius * mm)
    words = "АДМИНИСТРАЦИЯ ПРИМЕРНОГО ОКРУГА * ОБЛАСТЬ-ПРИМЕР * "
    canvas.setFont(BOLD, 8)
    for place, letter in enumerate(words):
        turn = 360 * place / len(words)
        canvas.saveState()
        canvas.translate(x, y)
        canvas.rotate(-turn)
        canvas.drawCentredString(0, 14.2 * mm, letter)
        canvas.restoreState()
    for corner in range(5):
        angle = math.radians(72 * corner + 90)
        other = math.radians(72 * (corner + 2) + 90)
        canvas.setLineWidth(0.5 * mm)
        canvas.line(
            x + 8 * mm * math.cos(angle),
            y + 8 * mm * math.sin(angle),
            x + 8 * mm * math.cos(other),
            y + 8 * mm * math.sin(other),
        )


def worn(pdf: bytes, *, page: int = 0) -> bytes:
    """Two punched holes, a dark edge of the glass along two sides, and specks of dust."""

    def draw(canvas: Canvas) -> None:
        canvas.setFillGray(0.1)
        for y in (108, 188):
            canvas.circle(12 * mm, y * mm, 3 * mm, stroke=0, fill=1)
        canvas.rect(0, 0, 3 * mm, 297 * mm, stroke=0, fill=1)
        canvas.rect(0, 294 * mm, 210 * mm, 3 * mm, stroke=0, fill=1)
        for speck in range(120):
            x, y = (speck * 61) % 210, (speck * 97) % 297
            canvas.circle(x * mm, y * mm, 0.15 * mm, stroke=0, fill=1)

    return over(pdf, draw, page=page)
