"""A scan made lighter, so that a mail server lets the letter through (`threats.md` F29)."""

from __future__ import annotations

import io
from typing import Final

from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from mcu_mail.documents.fonts import write_bytes
from mcu_mail.documents.pages import open_pdf

_STEPS: Final = ((200, False), (200, True), (150, True), (110, True))
"""(dots per inch, grey): colours are given up before words become hard to read."""
_QUALITY: Final = 60


def made_lighter(pdf: bytes, *, most_bytes: int) -> tuple[bytes, int]:
    """The same pages drawn anew at the highest density that fits, and that density.

    (the PDF, 0) when it fits as it is, or when no density makes it smaller; where none fits the
    lowest is taken. Never for a PDF with an electronic signature.

    Raises:
        RefusedError: the PDF cannot be drawn.

    """
    best, density = pdf, 0
    for dpi, grey in _STEPS:
        if len(best) <= most_bytes:
            break
        drawn = _drawn(pdf, dpi, grey=grey)
        if len(drawn) < len(best):
            best, density = drawn, dpi
    return best, density


def _drawn(pdf: bytes, dpi: int, *, grey: bool) -> bytes:
    write_bytes()
    out = io.BytesIO()
    canvas = Canvas(out, invariant=1)
    with open_pdf(pdf) as opened:
        for index in range(len(opened)):
            size = opened.size(index)
            picture = io.BytesIO()
            opened.render(index, dpi, grey=grey).save(picture, "JPEG", quality=_QUALITY)
            picture.seek(0)
            canvas.setPageSize(size)
            canvas.drawImage(ImageReader(picture), 0, 0, *size)
            canvas.showPage()
    canvas.save()
    return out.getvalue()
