"""The one door to zxing-cpp: the QR codes of a picture, with their places.

A code's text is only a text here: whether it is ours is decided by `mcu_mail.domain.codes`, and
nothing ever opens it as an address. More work on a poor scan never reads a *wrong* code: a QR that
decodes has passed its own error correction.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import zxingcpp
from PIL import Image, ImageFilter, ImageOps

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mcu_mail.documents.plane import Point

DPI = 200
FINER_DPI = 300
_QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)


@dataclass(frozen=True, kw_only=True)
class Found:
    """One code of a picture.

    Attributes:
        text: what the code says.
        corners: top left, top right, bottom right, bottom left as the code was printed, in pixels.

    """

    text: str
    corners: tuple[Point, Point, Point, Point]


def find_codes(image: Image.Image) -> tuple[Found, ...]:
    """The QR codes of a picture in any of its directions, in the order of their texts."""
    found = {}
    for code in zxingcpp.read_barcodes(_grey(image), formats=_QR):
        spot = code.position
        corners = tuple(
            (float(p.x), float(p.y))
            for p in (spot.top_left, spot.top_right, spot.bottom_right, spot.bottom_left)
        )
        found[code.text, corners] = Found(
            text=code.text, corners=(corners[0], corners[1], corners[2], corners[3])
        )
    return tuple(found[key] for key in sorted(found))


def look_closely(
    draw: Callable[[int], Image.Image], ours: Callable[[str], bool], *, patient: bool
) -> tuple[Image.Image, tuple[Found, ...]]:
    """The codes of one page, looked for again and again until one of ours is among them.

    Args:
        draw: gives the page as a picture at a resolution (dots per inch).
        ours: whether a code is one that is looked for; others do not end the search.
        patient: False for one quick look only.

    Returns:
        The picture in which they were found, to which their corners belong, and the codes.

    """
    picture = draw(DPI)
    first = find_codes(picture)
    if not patient or any(ours(code.text) for code in first):
        return picture, first
    finer = draw(FINER_DPI)
    for base in (finer, picture):
        for better in (base, *_improved(base)):
            found = find_codes(better)
            if any(ours(code.text) for code in found):
                return base, found
    return picture, first


def _improved(picture: Image.Image) -> Iterator[Image.Image]:
    grey = _grey(picture)
    stretched = ImageOps.autocontrast(grey, cutoff=2)
    yield stretched
    yield stretched.filter(ImageFilter.MedianFilter(3))
    yield stretched.filter(ImageFilter.GaussianBlur(1.2))
    yield stretched.filter(ImageFilter.UnsharpMask(radius=3, percent=200))


def _grey(image: Image.Image) -> Image.Image:
    return image if image.mode == "L" else image.convert("L")
