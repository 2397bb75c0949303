"""The one door to zxing-cpp: the QR codes of a picture, with their places.

A code's text is only a text here: whether it is ours is decided by `mcu_mail.domain.codes`, and
nothing ever opens it as an address. `try_hard` spends more work on a poor scan and never reads
*other* codes for it: a QR that decodes has passed its own error correction.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import zxingcpp
from PIL import Image, ImageFilter, ImageOps

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mcu_mail.documents.plane import Point

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


def try_hard(image: Image.Image) -> tuple[Found, ...]:
    """The codes of a picture that showed none at first sight: contrast, smoothing, thresholds."""
    for better in _improved(_grey(image)):
        found = find_codes(better)
        if found:
            return found
    return ()


def _improved(grey: Image.Image) -> Iterator[Image.Image]:
    stretched = ImageOps.autocontrast(grey, cutoff=2)
    yield stretched
    yield stretched.filter(ImageFilter.MedianFilter(3))
    yield stretched.filter(ImageFilter.GaussianBlur(1.2))
    yield stretched.filter(ImageFilter.UnsharpMask(radius=3, percent=200))


def _grey(image: Image.Image) -> Image.Image:
    return image if image.mode == "L" else image.convert("L")
