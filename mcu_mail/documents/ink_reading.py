"""Looks at the field of the signature, in a process of its own (`python -m …ink_reading`).

Where the field lies is read from the text layer of the printed PDF: left of the signer's name on
the last page that has it. The scan is laid over the printed page by its code, then by the words on
both sides of the field; what is dark on the scan and white on paper was written by hand, unless it
is a speck, a streak of the scanner or a round seal. Lengths are millimetres of the sheet.
"""

from __future__ import annotations

import json
import random
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING

from PIL import Image, ImageChops, ImageFilter, ImageStat

from mcu_mail.documents import sheet
from mcu_mail.documents.anchor import MM_PER_INCH, best_shift, our_code, placed, window
from mcu_mail.documents.ink import Ink
from mcu_mail.documents.marks import DPI, look_closely
from mcu_mail.documents.pages import POINTS_PER_INCH, Pdf, open_pdf
from mcu_mail.documents.plane import scaled, similarity
from mcu_mail.documents.strokes import Box, strokes
from mcu_mail.domain.codes import read_payload
from mcu_mail.guard import answer, inside

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mcu_mail.documents.plane import Affine, Point
    from mcu_mail.domain.codes import PrintMark

LEAST_AREA = 4.0
"""Square millimetres; `test_ink.py` has the table of what real cases show."""
LEAST_EXTENT = 7.0
_INK_DPI = 100
_ABOVE, _BELOW = 17.0, 7.0
_BEFORE = 4.0
_POST_LEFT = sheet.MARGIN_LEFT
_FIELD_LEFT = sheet.MARGIN_LEFT + sheet.SIGNATURE_COLUMNS[0]
_FIELD_RIGHT = _FIELD_LEFT + sheet.SIGNATURE_COLUMNS[1]
# By so much a printed stroke is thickened before it is taken away: the sheet never lies exactly.
_PRINT_REACH_MM = 1.1
_PRINTED_DARK = 215
_SEAL_MM = (13.0, 24.0)
_SEAL_SHOWN = 0.6
_SEAL_MARGIN = 2.5
_SEAL_ROOM = 46.0
_SEAL_DPI = 50
_SEAL_TRIES = 6000
_SEAL_POINTS = 72
_DIRECTIONS = tuple(
    (turn.real, turn.imag)
    for turn in (complex(0, 1) ** (4 * place / _SEAL_POINTS) for place in range(_SEAL_POINTS))
)
_SEAL_FEWEST = 30
_MOST_SEALS = 3
# How much darker than its surroundings the print must be where it is expected.
_LIKENESS = 0.45
_FAINTEST = 26


def look(scan: bytes, printed: bytes, signer: str) -> Ink:
    """What stands in the field of the signature.

    Raises:
        RefusedError: one of the PDFs cannot be opened.

    """
    with open_pdf(printed) as pdf:
        found = name_place(pdf, signer)
        if found is None:
            return Ink(seen=None)
        page, name = found
        original = pdf.render(page, DPI)
        pages = len(pdf)
    with open_pdf(scan) as pdf:
        seen = [
            ink
            for index, picture, place in _candidates(pdf, printed, page, pages)
            if (ink := _on_page(index, picture, place, original, name)) is not None
        ]
    return max(seen, key=lambda ink: (ink.seen is True, ink.area), default=Ink(seen=None))


def name_place(pdf: Pdf, signer: str) -> tuple[int, Box] | None:
    """The page and the box of the signer's name on a printed letter: its last place."""
    wanted = "".join(signer.split())
    for index in reversed(range(len(pdf))):
        letters = [one for one in pdf.letters(index) if one.char.strip()]
        text = "".join(one.char[0] for one in letters)
        height = pdf.size(index)[1]
        place = text.rfind(wanted) if wanted else -1
        while place >= 0:
            chars = letters[place : place + len(wanted)]
            left = min(one.left for one in chars) / POINTS_PER_INCH * MM_PER_INCH
            if left > _FIELD_LEFT:
                to_mm = MM_PER_INCH / POINTS_PER_INCH
                return index, Box(
                    left=left,
                    top=(height - max(one.top for one in chars)) * to_mm,
                    right=max(one.right for one in chars) * to_mm,
                    bottom=(height - min(one.bottom for one in chars)) * to_mm,
                )
            place = text.rfind(wanted, 0, place)
    return None


def _candidates(
    scan: Pdf, printed: bytes, page: int, pages: int
) -> list[tuple[int, Image.Image, Affine]]:
    """The pages of the scan that may carry the signature, and how the sheet lies on them."""
    found: list[tuple[int, Image.Image, Affine, PrintMark]] = []
    for index in range(len(scan)):
        picture, codes = look_closely(
            partial(_drawn, scan, index), lambda text: read_payload(text) is not None, patient=True
        )
        code = our_code(codes)
        if code is not None:
            place, _ = placed(picture, *code, printed)
            found.append((index, picture, place, code[1]))
    exact = [item[:3] for item in found if item[3].page == page + 1]
    if exact:
        return exact
    following = [item[:3] for item in found if item[3].page == sheet.FOLLOWING_PAGE]
    # All following pages of a Word letter look alike to the code: they lie in their order.
    return following[page - 1 : page] if len(following) == pages - 1 else following[-1:]


def _drawn(scan: Pdf, index: int, dpi: int) -> Image.Image:
    return scan.render(index, dpi)


def _on_page(
    index: int, picture: Image.Image, place: Affine, original: Image.Image, name: Box
) -> Ink | None:
    grey = picture.convert("L")
    fitted = _laid(grey, place, original, name)
    if fitted is None:
        return None
    field = Box(
        left=_FIELD_LEFT - _BEFORE,
        top=name.bottom - _ABOVE,
        right=max(name.left - 0.5, _FIELD_RIGHT - sheet.SIGNATURE_COLUMNS[1] / 2),
        bottom=name.bottom + _BELOW,
    )
    written, _ = _written(grey, fitted, original, field, _INK_DPI)
    seals: list[tuple[float, float, float]] = []
    # A seal has several rings, and a sheet may have two seals.
    while len(seals) < _MOST_SEALS and (seal := _seal(grey, fitted, original, field, seals)):
        seals.append(seal)
        _wipe(written, seal, field, _INK_DPI)
    found = strokes(written, _INK_DPI / MM_PER_INCH)
    extent = found.box.right - found.box.left + found.box.bottom - found.box.top
    enough = found.area >= LEAST_AREA and extent >= LEAST_EXTENT
    return Ink(seen=enough, page=index, area=round(found.area, 1))


def _laid(grey: Image.Image, place: Affine, original: Image.Image, name: Box) -> Affine | None:
    """The map made exact around the field by the words left and right of it; None if it is not."""
    top, height = name.bottom - _ABOVE, _ABOVE + _BELOW
    ends = (
        ((_POST_LEFT - 1, top), (_FIELD_LEFT - _POST_LEFT, height)),
        ((name.left - 3, top), (sheet.PAGE_WIDTH - 6 - name.left, height)),
    )
    source: list[Point] = []
    target: list[Point] = []
    for corner, extent in ends:
        shift = best_shift(place, grey, original, corner, extent)
        middle = (corner[0] + extent[0] / 2, corner[1] + extent[1] / 2)
        source.append(middle)
        target.append(shift.then(place).apply(middle))
    fitted = similarity(source, target)
    likeness = min(_likeness(grey, fitted, original, *end) for end in ends)
    return fitted if likeness >= _LIKENESS else None


def _likeness(
    grey: Image.Image, place: Affine, original: Image.Image, corner: Point, extent: Point
) -> float:
    """How much of the print is where it should be, from 0 (chance) to 1."""
    step = MM_PER_INCH / 75
    size = (round(extent[0] / step), round(extent[1] / step))
    wanted = window(original, _printed_scale(), corner, size)
    seen = window(grey, place, corner, size)
    dark = wanted.point([255] * 150 + [0] * 106)
    clear = wanted.point([0] * 250 + [255] * 6)
    if ImageStat.Stat(dark).sum[0] == 0:
        return 1.0
    print_level, paper = ImageStat.Stat(seen, dark).mean[0], ImageStat.Stat(seen, clear).mean[0]
    expected = ImageStat.Stat(wanted, clear).mean[0] - ImageStat.Stat(wanted, dark).mean[0]
    contrast = max(40.0, paper - _darkest(seen))
    return (paper - print_level) / contrast * 255 / max(expected, 1.0) if expected else 1.0


def _darkest(grey: Image.Image) -> int:
    histogram = grey.histogram()
    few, seen = sum(histogram) * 0.01, 0
    for level, count in enumerate(histogram):
        seen += count
        if seen >= few:
            return level
    return 255


def _printed_scale() -> Affine:
    return scaled(DPI / MM_PER_INCH, DPI / MM_PER_INCH)


def _written(
    grey: Image.Image, place: Affine, original: Image.Image, area: Box, dpi: int
) -> tuple[Image.Image, Image.Image]:
    """White where the scan is dark and the print is not; and white where nothing was printed."""
    step = MM_PER_INCH / dpi
    size = (round((area.right - area.left) / step), round((area.bottom - area.top) / step))
    corner = (area.left, area.top)
    seen = window(grey, place, corner, size, dpi, soft=0.5)
    printed = window(original, _printed_scale(), corner, size, dpi, soft=0.5)
    reach = 2 * round(_PRINT_REACH_MM / step) + 1
    free = printed.filter(ImageFilter.MinFilter(reach)).point(
        [0] * _PRINTED_DARK + [255] * (256 - _PRINTED_DARK)
    )
    # The paper of a grey scan is grey, and darker towards an edge: each place has its own level.
    paper = seen.filter(ImageFilter.MaxFilter(3)).filter(ImageFilter.GaussianBlur(dpi * 0.12))
    darker = ImageChops.subtract(paper, seen)
    least = max(_FAINTEST, round(ImageStat.Stat(darker, free).median[0] * 2.5))
    dark = darker.point([0] * least + [255] * (256 - least))
    return ImageChops.darker(dark, free), free


def _seal(
    grey: Image.Image,
    place: Affine,
    original: Image.Image,
    field: Box,
    known: Sequence[tuple[float, float, float]],
) -> tuple[float, float, float] | None:
    """One more round seal in or beside the field: middle and radius, mm; None without one."""
    room = Box(
        left=max(0.0, field.left - _SEAL_ROOM),
        top=field.top - _SEAL_ROOM / 2,
        right=min(sheet.PAGE_WIDTH, field.right + _SEAL_ROOM),
        bottom=min(sheet.PAGE_HEIGHT, field.bottom + _SEAL_ROOM),
    )
    dark, free = _written(grey, place, original, room, _SEAL_DPI)
    for seal in known:
        _wipe(dark, seal, room, _SEAL_DPI)
    width, height = dark.size
    # As bytes: asking a picture for its pixels one by one takes several times as long.
    wide, unprinted = dark.filter(ImageFilter.MaxFilter(3)).tobytes(), free.tobytes()
    step = MM_PER_INCH / _SEAL_DPI
    data = dark.tobytes()
    points = [divmod(spot, width)[::-1] for spot, level in enumerate(data) if level]
    if len(points) < _SEAL_POINTS:
        return None
    chance = random.Random(1)  # noqa: S311 - a search, no secret
    best, shown = None, 0.0
    for _ in range(_SEAL_TRIES):
        circle = _circle(*chance.choices(points, k=3))
        if circle is None or not _SEAL_MM[0] <= circle[2] * step <= _SEAL_MM[1]:
            continue
        inside_room = [
            spot
            for x, y in _round(circle)
            if 0 <= x < width and 0 <= y < height and unprinted[spot := y * width + x]
        ]
        if len(inside_room) < _SEAL_FEWEST:
            continue
        # Of two rings of one seal the outer is wanted, though the inner may be clearer.
        part = min(0.8, sum(1 for spot in inside_room if wide[spot]) / len(inside_room))
        if part > shown or (best is not None and part == shown and circle[2] > best[2]):
            best, shown = circle, part
    if best is None or shown < _SEAL_SHOWN:
        return None
    return room.left + best[0] * step, room.top + best[1] * step, best[2] * step


def _circle(a: Point, b: Point, c: Point) -> tuple[float, float, float] | None:
    """The circle through three points."""
    turn = 2 * (a[0] * (b[1] - c[1]) + b[0] * (c[1] - a[1]) + c[0] * (a[1] - b[1]))
    if not turn:
        return None
    squares = [p[0] ** 2 + p[1] ** 2 for p in (a, b, c)]
    x = (
        squares[0] * (b[1] - c[1]) + squares[1] * (c[1] - a[1]) + squares[2] * (a[1] - b[1])
    ) / turn
    y = (
        squares[0] * (c[0] - b[0]) + squares[1] * (a[0] - c[0]) + squares[2] * (b[0] - a[0])
    ) / turn
    return x, y, ((a[0] - x) ** 2 + (a[1] - y) ** 2) ** 0.5


def _round(circle: tuple[float, float, float]) -> list[tuple[int, int]]:
    x, y, radius = circle
    return [(round(x + along * radius), round(y + down * radius)) for along, down in _DIRECTIONS]


def _wipe(written: Image.Image, seal: tuple[float, float, float], field: Box, dpi: int) -> None:
    """Take a seal off: what it covers tells nothing of a signature."""
    from PIL import ImageDraw  # noqa: PLC0415 - only where there is a seal

    pixels = dpi / MM_PER_INCH
    x, y, radius = (
        (seal[0] - field.left) * pixels,
        (seal[1] - field.top) * pixels,
        (seal[2] + _SEAL_MARGIN) * pixels,
    )
    ImageDraw.Draw(written).ellipse((x - radius, y - radius, x + radius, y + radius), fill=0)


def main() -> None:
    """Answer for scan, printed letter and the signer's name on standard input."""
    scan, printed, signer = inside()
    try:
        found = look(scan, printed, signer.decode())
    except Exception:  # noqa: BLE001 - a hostile file tells nothing of a signature
        found = Ink(seen=None)
    answer(json.dumps(asdict(found)).encode("ascii"))


if __name__ == "__main__":
    main()
