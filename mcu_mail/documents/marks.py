"""The one door to zxing-cpp: the QR codes of a picture, with their places.

A code's text is only a text here: whether it is ours is decided by `mcu_mail.domain.codes`, and
nothing ever opens it as an address. More work on a poor scan never reads a *wrong* code: a QR that
decodes has passed its own error correction.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import zxingcpp
from PIL import Image, ImageChops, ImageFilter, ImageOps, ImageStat

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mcu_mail.documents.plane import Point

DPI = 200
FINER_DPI = 300
# The lower right corner of the sheet, as the form has it, with room for a sheet that lies askew.
_CORNER = 0.3
# A code has a half of its place dark, text an eighth of it; a block is two millimetres.
_BLOCKS = 150
_DENSE, _SOLID = 0.3, 0.93
_LIGHTEST = 0.7
_CONTRAST = 30
# A blank page may have a dark edge and a speck; one short word is a ten-thousandth of a page.
_EDGE, _FAINT, _BLANK_SHARE = 0.06, 40, 0.00004
_DARKEST = 0.005
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
    if (
        not patient
        or any(ours(code.text) for code in first)
        or _has_no_code(picture, max(picture.size))
    ):
        return picture, first
    finer = draw(FINER_DPI)
    for looked in _looks(finer, picture):
        found = looked()
        if any(ours(code.text) for code in found):
            return finer, found
    return picture, first


def is_blank(picture: Image.Image) -> bool:
    """Whether nothing is printed or written on a page: the empty back of a sheet, at any dpi."""
    grey = _grey(picture).reduce(4)
    inner = grey.crop((
        round(grey.width * _EDGE),
        round(grey.height * _EDGE),
        round(grey.width * (1 - _EDGE)),
        round(grey.height * (1 - _EDGE)),
    ))
    dark = sum(inner.histogram()[: max(0, round(ImageStat.Stat(inner).mean[0]) - _FAINT)])
    return dark < _BLANK_SHARE * inner.width * inner.height


def _looks(finer: Image.Image, picture: Image.Image) -> Iterator[Callable[[], tuple[Found, ...]]]:
    """Ways to look again, the cheap and likely ones first; all places are in pixels of `finer`."""
    yield partial(find_codes, finer)
    corners = tuple(_corners(finer.size))
    for strong in (False, True):
        for box in corners:
            part = finer.crop(box)
            if not _has_no_code(part, max(finer.size)):
                for better in _without_ink(part) if strong else _usual(part):
                    yield partial(_placed, better, part.width / better.width, box[:2])
    scale = finer.width / picture.width
    for base, factor in ((finer, 1.0), (picture, scale)):
        for better in _improved(base):
            yield partial(_placed, better, factor, (0, 0))


def _placed(picture: Image.Image, scale: float, corner: tuple[int, int]) -> tuple[Found, ...]:
    """The codes of a part of a page, their places counted on the whole of it."""

    def whole(point: Point) -> Point:
        return point[0] * scale + corner[0], point[1] * scale + corner[1]

    moved = []
    for code in find_codes(picture):
        a, b, c, d = map(whole, code.corners)
        moved.append(Found(text=code.text, corners=(a, b, c, d)))
    return tuple(moved)


def _corners(size: tuple[int, int]) -> Iterator[tuple[int, int, int, int]]:
    """Where the form has the code, whichever way the sheet lies; the upright place first."""
    width, height = size
    across, down = round(width * _CORNER), round(height * _CORNER)
    for x, y in ((width - across, height - down), (0, 0), (width - across, 0), (0, height - down)):
        yield x, y, x + across, y + down


def _has_no_code(picture: Image.Image, longest: int) -> bool:
    """Whether nothing on a part of a page is as densely dark as a code: text and edges are not.

    Args:
        picture: the page or a part of it.
        longest: the longer side of the whole page, pixels.

    """
    grey = _grey(picture)
    small = grey.reduce(max(1, round(longest / _BLOCKS)))
    darkest, lightest = _level(grey, _DARKEST), _level(small, _LIGHTEST)
    if lightest - darkest < _CONTRAST:
        return True
    dense, solid = (round(lightest - share * (lightest - darkest)) for share in (_DENSE, _SOLID))
    blocks = small.point([0] * solid + [255] * (dense - solid) + [0] * (256 - dense))
    # The dark edge of the glass is no code; a code at the edge reaches further in.
    blocks = blocks.crop((2, 2, blocks.width - 2, blocks.height - 2))
    # One dense block may be a bold letter or a blot: a code has some of them together.
    return blocks.filter(ImageFilter.BoxBlur(2)).point([0] * 172 + [255] * 84).getbbox() is None


def _level(grey: Image.Image, share: float) -> int:
    """The level below which this share of a picture is."""
    few, seen = grey.width * grey.height * share, 0
    for level, count in enumerate(grey.histogram()):
        seen += count
        if seen >= few:
            return level
    return 255


def _usual(picture: Image.Image) -> Iterator[Image.Image]:
    """A seal is of another colour or paler than the print, and its strokes are thin."""
    plain = ImageOps.autocontrast(_plain_of_colour(picture), cutoff=(0.5, 30))
    yield plain
    yield plain.filter(ImageFilter.MaxFilter(3))
    yield _cut(plain.resize((plain.width * 2, plain.height * 2), Image.Resampling.BICUBIC), 55)


def _without_ink(picture: Image.Image) -> Iterator[Image.Image]:
    """The same, for a seal that is nearly as dark as the print."""
    plain = ImageOps.autocontrast(_plain_of_colour(picture), cutoff=(0.5, 30))
    large = plain.resize((plain.width * 2, plain.height * 2), Image.Resampling.BICUBIC)
    yield large.filter(ImageFilter.MaxFilter(5))
    yield large.filter(ImageFilter.MaxFilter(7))
    yield _cut(large, 35)
    yield _cut(large, 80)
    yield _cut(plain, 55)
    yield large.filter(ImageFilter.MedianFilter(5))
    yield large.filter(ImageFilter.MaxFilter(5)).filter(ImageFilter.MinFilter(5))


def _plain_of_colour(picture: Image.Image) -> Image.Image:
    """The picture in grey, in which a coloured ink is paler than black."""
    if picture.mode != "RGB":
        return _grey(picture)
    red, green, blue = picture.split()
    return ImageChops.lighter(ImageChops.lighter(red, green), blue)


def _cut(grey: Image.Image, above: int) -> Image.Image:
    """Black and white: black is what differs little from the darkest."""
    edge = min(255, _level(grey, _DARKEST) + above)
    return grey.point([0] * edge + [255] * (256 - edge))


def _improved(picture: Image.Image) -> Iterator[Image.Image]:
    grey = _grey(picture)
    stretched = ImageOps.autocontrast(grey, cutoff=2)
    yield stretched
    yield stretched.filter(ImageFilter.MedianFilter(3))
    yield stretched.filter(ImageFilter.GaussianBlur(1.2))
    yield stretched.filter(ImageFilter.UnsharpMask(radius=3, percent=200))


def _grey(image: Image.Image) -> Image.Image:
    return image if image.mode == "L" else image.convert("L")
