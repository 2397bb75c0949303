"""Where the printed letter lies on a scan of it.

The QR was printed at a known place, so its corners on the scan tell how the sheet was shifted,
turned and scaled. The QR is small and far from the blank for the number, so the place it gives is
made finer by laying the printed page over the scan, when the printed page is at hand.
Lengths of the *sheet* are millimetres from the top left corner of the printed page, y down.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import partial
from operator import mul
from typing import TYPE_CHECKING

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from mcu_mail.documents import sheet
from mcu_mail.documents.marks import DPI, find_codes, look_closely
from mcu_mail.documents.pages import Pdf, open_pdf
from mcu_mail.documents.plane import Affine, Point, moved, scaled, similarity
from mcu_mail.documents.scan_reading import worth_patience
from mcu_mail.domain.codes import read_payload
from mcu_mail.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mcu_mail.documents.marks import Found
    from mcu_mail.domain.codes import PrintMark

MM_PER_INCH = 25.4
# The fine adjustment compares small pictures: a pixel is a third of a millimetre.
_FINE_DPI = 75
_FINE_REACH_MM = 5.0
# With the printed page at hand the letterhead above the blanks helps to compare.
_LETTERHEAD_ABOVE = 30.0
_BESIDE = 3.0
_DARK = 225
# A millimetre above and below a rule the paper is white; a line of text is thicker.
_BAND = 3
# A sheet enlarged or reduced more than this, or lying outside its page, was not understood.
_SCALE_LIMITS = (0.6, 1.6)
_OUTSIDE = 0.25
_RIGHT_ANGLE = 90
# Blur and interpolation look so many pixels beyond a window, rounding included.
_SEAM = 4
_LEVELS = range(256)

_Corners = tuple[Point, ...]


@dataclass(frozen=True, kw_only=True)
class Printed:
    """A page as it was printed.

    Attributes:
        qr: the corners of its QR in millimetres: top left, top right, bottom right, bottom left.
        picture: the page at `DPI`: as it was printed, or only the rules of the form; None for a
            page without blanks.
        above: how many millimetres above the blanks the picture can be trusted.

    """

    qr: _Corners
    picture: Image.Image | None
    above: float


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A page of a scan.

    Attributes:
        index: its place in the file.
        mark: our mark on it, or None.
        place: the map from the sheet's millimetres to the page's own coordinates (points).
        turned: by how many degrees clockwise it is shown turned: 0, 90, 180 or 270.

    """

    index: int
    mark: PrintMark | None
    place: Affine
    turned: int


def printed_page(original: bytes | None, *, first: bool) -> Printed:
    """A page as it was printed: measured on its PDF, by the standard form without it.

    Args:
        original: the PDF that was put into «На подпись», or None.
        first: whether it is page 1; of following pages only the form is known.

    """
    if first and original is not None:
        try:
            with open_pdf(original) as pdf:
                picture = pdf.render(0, DPI)
        except RefusedError:
            return _by_the_form(first=first)
        code = our_code(find_codes(picture))
        if code is not None:
            to_mm = scaled(MM_PER_INCH / DPI, MM_PER_INCH / DPI)
            corners = tuple(to_mm.apply(corner) for corner in code[0].corners)
            return Printed(qr=corners, picture=picture, above=_LETTERHEAD_ABOVE)
    return _by_the_form(first=first)


def _by_the_form(*, first: bool) -> Printed:
    """Where the QR and the two blanks stand by `sheet`; Word's drawing differs by millimetres."""
    side = sheet.FIRST_MARK if first else sheet.NEXT_MARK
    right = sheet.PAGE_WIDTH - sheet.MARGIN_RIGHT
    bottom = sheet.PAGE_HEIGHT - sheet.FOOTER_EDGE
    corners = (
        (right - side, bottom - side),
        (right, bottom - side),
        (right, bottom),
        (right - side, bottom),
    )
    return Printed(qr=corners, picture=_drawn_form() if first else None, above=0)


def _drawn_form() -> Image.Image:
    """A white page with the rules of the two blanks: all that is sure of every letter."""
    pixels = DPI / MM_PER_INCH
    page = Image.new(
        "L", (round(sheet.PAGE_WIDTH * pixels), round(sheet.PAGE_HEIGHT * pixels)), 255
    )
    draw = ImageDraw.Draw(page)
    for field in sheet.stamp_place():
        rule = (field.y_mm + field.h_mm) * pixels
        draw.line((field.x_mm * pixels, rule, (field.x_mm + field.w_mm) * pixels, rule), 0, width=2)
    return page


def find_sheets(pdf: Pdf, original: bytes | None) -> tuple[Sheet, ...]:
    """Every page of a scan with the place of the printed sheet on it."""
    found = []
    for index in range(len(pdf)):
        picture, codes = look_closely(
            partial(pdf.render, index),
            lambda text: read_payload(text) is not None,
            patient=worth_patience(pdf, index),
        )
        code = our_code(codes)
        to_page = pdf.pixels_to_page(index, picture.size)
        if code is None:
            place, mark, turned = whole(picture.size), None, 0
        else:
            spot, mark = code
            place, turned = placed(picture, spot, mark, original)
        found.append(Sheet(index=index, mark=mark, place=place.then(to_page), turned=turned))
    return tuple(found)


def placed(
    picture: Image.Image, spot: Found, mark: PrintMark, original: bytes | None
) -> tuple[Affine, int]:
    """The map from the sheet to the pixels of `picture`, and the right angle it is turned by."""
    first = mark.page == 1
    printed = printed_page(original, first=first)
    fitted = similarity(printed.qr, spot.corners)
    turned = round(fitted.angle / _RIGHT_ANGLE) * _RIGHT_ANGLE % 360
    if not _plausible(fitted, picture.size):
        return whole(picture.size), turned
    if printed.picture is not None:
        fitted = _finer(fitted, picture, printed.picture, printed.above)
    return fitted, turned


def our_code(codes: Iterable[Found]) -> tuple[Found, PrintMark] | None:
    """The first of our own codes, with its mark."""
    for code in codes:
        mark = read_payload(code.text)
        if mark is not None:
            return code, mark
    return None


def whole(size: tuple[int, int]) -> Affine:
    """The map for a page without a code: the sheet fills it."""
    return scaled(size[0] / sheet.PAGE_WIDTH, size[1] / sheet.PAGE_HEIGHT)


def _plausible(place: Affine, size: tuple[int, int]) -> bool:
    width, height = size
    usual = max(size) / sheet.PAGE_HEIGHT
    x, y = place.apply((sheet.DATE_FIELD.x_mm, sheet.DATE_FIELD.y_mm))
    inside = (
        -_OUTSIDE * width < x < (1 + _OUTSIDE) * width
        and -_OUTSIDE * height < y < (1 + _OUTSIDE) * height
    )
    return inside and _SCALE_LIMITS[0] < place.scale / usual < _SCALE_LIMITS[1]


def _finer(place: Affine, picture: Image.Image, printed: Image.Image, above: float) -> Affine:
    """The map shifted so that the form around the two blanks lies on its image on the scan."""
    date, number = sheet.stamp_place()
    # From `above` the blanks down to the middle of the line below them.
    left, top = date.x_mm - _BESIDE, date.y_mm - above
    width = number.x_mm + number.w_mm + _BESIDE - left
    height = above + date.h_mm + sheet.LINE_HEIGHT / 2
    corner, extent = (left, top), (width, height)
    if above:
        return best_shift(place, picture, printed, corner, extent).then(place)
    return _shift(place, picture, printed, corner, extent, rules=True).then(place)


def best_shift(
    place: Affine, picture: Image.Image, printed: Image.Image, corner: Point, extent: Point
) -> Affine:
    """The small shift of the sheet, mm, that lays a part of the printed page over the scan best.

    Args:
        place: the map from the sheet to the pixels of `picture`, as far as it is known.
        picture: the scan.
        printed: the page as it was printed, at `DPI`.
        corner: the part's top left corner on the sheet, mm.
        extent: its width and height, mm.

    """
    return _shift(place, picture, printed, corner, extent, rules=False)


def _shift(
    place: Affine,
    picture: Image.Image,
    printed: Image.Image,
    corner: Point,
    extent: Point,
    *,
    rules: bool,
) -> Affine:
    step = MM_PER_INCH / _FINE_DPI
    size = (round(extent[0] / step), round(extent[1] / step))
    steps = round(_FINE_REACH_MM / step)
    border = steps + _BAND
    around = (size[0] + 2 * border, size[1] + 2 * border)
    outer = (corner[0] - border * step, corner[1] - border * step)
    wanted = window(printed, scaled(DPI / MM_PER_INCH, DPI / MM_PER_INCH), corner, size)
    seen = window(picture, place, outer, around)
    unlike = partial(_unlike_rules, _rules_of(wanted)) if rules else partial(_unlike_page, wanted)
    shifts = itertools.product(range(-steps, steps + 1), repeat=2)
    dx, dy = min(
        shifts,
        # Of two places that look the same the nearer is taken.
        key=lambda d: (unlike(seen, (border + d[0], border + d[1])), abs(d[0]) + abs(d[1])),
    )
    return moved(dx * step, dy * step)


def _unlike_page(wanted: Image.Image, seen: Image.Image, corner: tuple[int, int]) -> float:
    """How far a part of the scan is from the printed page; less is better."""
    differing = ImageChops.difference(_part(seen, corner, wanted), wanted).histogram()
    return float(sum(map(mul, differing, _LEVELS)))


def _unlike_rules(rules: Image.Image, seen: Image.Image, corner: tuple[int, int]) -> float:
    """How little a part of the scan has thin dark lines where the rules are; less is better.

    Dark alone does not count: a line of text is dark too, but so is what lies close above and
    below it.
    """
    x, y = corner
    along, over, under = (
        _mean(_part(seen, (x, y + shift), rules).histogram(rules)) for shift in (0, -_BAND, _BAND)
    )
    return float(2 * along - over - under)


def _mean(histogram: Sequence[int]) -> float:
    count = sum(histogram)
    return sum(map(mul, histogram, _LEVELS)) / count if count else 0.0


def _rules_of(wanted: Image.Image) -> Image.Image:
    return wanted.point([255] * _DARK + [0] * (256 - _DARK))


def _part(seen: Image.Image, corner: tuple[int, int], like: Image.Image) -> Image.Image:
    return seen.crop((*corner, corner[0] + like.width, corner[1] + like.height))


def window(
    picture: Image.Image,
    place: Affine,
    corner: Point,
    size: tuple[int, int],
    dpi: int = _FINE_DPI,
    *,
    soft: float = 1,
) -> Image.Image:
    """A part of the sheet as a small picture: `size` pixels at `dpi` from `corner` (mm).

    Args:
        picture: a scan or a printed page.
        place: the map from the sheet to its pixels.
        corner: the top left corner of the part, mm.
        size: of the result, pixels.
        dpi: of the result.
        soft: the radius of its blur, pixels.

    """
    step = MM_PER_INCH / dpi
    source = scaled(step, step).then(moved(*corner)).then(place)
    left, top, right, bottom = _reached(source, size, picture.size)
    data = (source.a, source.c, source.e - left, source.b, source.d, source.f - top)
    # Softened first: otherwise thin strokes fall between the points that are taken.
    needed = picture.crop((left, top, right, bottom)).convert("L")
    return (
        needed
        .filter(ImageFilter.BoxBlur(1))
        .transform(size, Image.Transform.AFFINE, data, Image.Resampling.BILINEAR, fillcolor=255)
        .filter(ImageFilter.GaussianBlur(soft))
    )


def _reached(
    source: Affine, size: tuple[int, int], whole: tuple[int, int]
) -> tuple[int, int, int, int]:
    """The part of a picture of size `whole` from which a window is made; never an empty one."""
    across, down = size
    corners = [source.apply(corner) for corner in ((0, 0), (across, 0), (0, down), (across, down))]
    xs, ys = ([corner[axis] for corner in corners] for axis in (0, 1))
    left, right = (_within(edge, whole[0]) for edge in (min(xs) - _SEAM, max(xs) + _SEAM))
    top, bottom = (_within(edge, whole[1]) for edge in (min(ys) - _SEAM, max(ys) + _SEAM))
    return (left, top, right, bottom) if left < right and top < bottom else (0, 0, *whole)


def _within(edge: float, limit: int) -> int:
    return max(0, min(limit, round(edge)))
