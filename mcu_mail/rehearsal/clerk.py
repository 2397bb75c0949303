"""The clerk of rehearsals: prints a letter, has it signed in ink, and scans it.

The scan is what an office copier makes: grey or colour at a usual resolution, slightly turned, with
the noise of paper and the losses of JPEG. The same arguments give the same picture.
"""

from __future__ import annotations

import io
import itertools
import math
import random
import re
from typing import TYPE_CHECKING

from PIL import Image, ImageChops, ImageDraw
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from mcu_mail.documents.fonts import write_bytes
from mcu_mail.documents.pages import POINTS_PER_INCH, Pdf, open_pdf

if TYPE_CHECKING:
    from collections.abc import Sequence

_MM_PER_INCH = 25.4
_INK = (24, 44, 140)
_INITIALS = re.compile(r"[А-ЯЁ]\. ?[А-ЯЁ]\. ?[А-ЯЁ][а-яё]+")
# Where a signature stands on a page whose text layer does not tell: left and bottom, millimetres.
_USUAL_PLACE = (100.0, 110.0)
_NOISE = 12
# The first part of a signature is a capital, taller than the loops after it.
_FIRST_LETTER = 0.12


def sign_and_scan(
    pdf: bytes,
    *,
    dpi: int = 200,
    skew_degrees: float = 0.8,
    as_image: bool = False,
    pages: Sequence[int] | None = None,
    seed: int = 1,
    quality: int = 75,
    grey: bool = False,
    turn: int = 0,
) -> bytes:
    """The scan of a printed and signed letter.

    Args:
        pdf: the letter as it stands in «На подпись».
        dpi: resolution of the scanner.
        skew_degrees: by how much the sheet lies crooked, counter-clockwise.
        as_image: a JPEG of the first chosen page instead of a PDF.
        pages: which pages go into the scanner, from 0; all of them without it.
        seed: of the hand and the noise.
        quality: of the JPEG, 1 to 95.
        grey: the scanner has no colour.
        turn: the sheet lies turned counter-clockwise by 90, 180 or 270 degrees.

    Raises:
        RefusedError: the bytes are no PDF.

    """
    chance = random.Random(seed)  # noqa: S311 - a picture of a hand, no secret
    with open_pdf(pdf) as opened:
        chosen = range(len(opened)) if pages is None else pages
        signed_page, place = _signature_place(opened)
        sheets = []
        for index in chosen:
            sheet = opened.render(index, dpi, grey=False)
            if index == signed_page:
                _sign(sheet, place, dpi, chance)
            scanned = _scanned(sheet, skew_degrees, turn, chance)
            sheets.append(scanned.convert("L") if grey else scanned)
    pictures = [_jpeg(sheet, dpi, quality) for sheet in sheets]
    return pictures[0] if as_image else _bound(pictures, sheets, dpi)


def _signature_place(pdf: Pdf) -> tuple[int, tuple[float, float]]:
    """The page and the point (left, bottom in points) of the signature: left of the name."""
    for index in reversed(range(len(pdf))):
        letters = pdf.letters(index)
        text = "".join(letter.char[0] for letter in letters)
        half = pdf.size(index)[0] * 0.6
        spots = [
            letters[match.start()]
            for match in _INITIALS.finditer(text)
            if letters[match.start()].left > half
        ]
        if spots:
            lowest = min(spots, key=lambda letter: letter.bottom)
            return index, (lowest.left - 190, lowest.bottom - 8)
    left, bottom = _USUAL_PLACE
    scale = POINTS_PER_INCH / _MM_PER_INCH
    return len(pdf) - 1, (left * scale, bottom * scale)


def _sign(sheet: Image.Image, place: tuple[float, float], dpi: int, chance: random.Random) -> None:
    """Draw a signature of about 50 × 16 mm: loops that grow flatter, then a long stroke."""
    scale = dpi / POINTS_PER_INCH
    left, base = place[0] * scale, sheet.height - place[1] * scale
    width, height = 50 / _MM_PER_INCH * dpi, 16 / _MM_PER_INCH * dpi
    lean = chance.uniform(0.2, 0.5)
    loops = chance.uniform(3.2, 4.6)
    points = []
    for step in range(241):
        part = step / 240
        swing = math.sin(part * loops * 2 * math.pi + 1.2)
        tall = height * (0.55 if part < _FIRST_LETTER else 0.32 * (1.1 - part))
        x = left + width * (part * 0.8 + 0.09 * math.cos(part * loops * 2 * math.pi))
        y = base - height * 0.45 - tall * swing
        points.append((x + lean * (base - y), y + chance.uniform(-0.4, 0.4)))
    end = points[-1]
    points += [(end[0] + width * 0.1, end[1] - height * 0.2), (end[0] + width * 0.3, end[1])]
    draw = ImageDraw.Draw(sheet)
    for start, stop in itertools.pairwise(points):
        thick = max(2, round(dpi / 70 + chance.uniform(-0.6, 0.6)))
        draw.line((start, stop), fill=_INK, width=thick)


def _scanned(sheet: Image.Image, skew: float, turn: int, chance: random.Random) -> Image.Image:
    """The sheet as the scanner sees it: crooked, on paper that is not quite white."""
    turned = sheet.rotate(skew, Image.Resampling.BICUBIC, fillcolor="white")
    if turn:
        turned = turned.rotate(turn, expand=True)
    grain = Image.frombytes("L", turned.size, chance.randbytes(turned.width * turned.height))
    paper = grain.point([round(level * _NOISE / 255) for level in range(256)])
    return ImageChops.subtract(turned, Image.merge("RGB", (paper, paper, paper)))


def _jpeg(sheet: Image.Image, dpi: int, quality: int) -> bytes:
    out = io.BytesIO()
    sheet.save(out, "JPEG", quality=quality, dpi=(dpi, dpi))
    return out.getvalue()


def _bound(pictures: Sequence[bytes], sheets: Sequence[Image.Image], dpi: int) -> bytes:
    write_bytes()
    out = io.BytesIO()
    canvas = Canvas(out, invariant=1)
    for picture, sheet in zip(pictures, sheets, strict=True):
        size = (sheet.width * POINTS_PER_INCH / dpi, sheet.height * POINTS_PER_INCH / dpi)
        canvas.setPageSize(size)
        canvas.drawImage(ImageReader(io.BytesIO(picture)), 0, 0, *size)
        canvas.showPage()
    canvas.save()
    return out.getvalue()
