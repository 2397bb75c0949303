"""Annexes bound behind a letter: photos two a sheet with captions, other files page by page.

Every sheet is A4 and carries our mark where the letter's following pages have it, with a line that
says to which letter it belongs. Foreign pages are scaled down so that nothing of ours covers them;
a page that lies sideways gets a sheet that lies sideways. The same input gives the same bytes.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NumberObject,
    StreamObject,
)
from reportlab.lib.units import mm

from mcu_mail.documents import sheet
from mcu_mail.documents.annex_pdf import contents_of
from mcu_mail.documents.annex_sheet import (
    BELOW_HEADING,
    CAPTION_ROOM,
    FOOT,
    AnnexSheet,
    Box,
    Owner,
    write_sheets,
)
from mcu_mail.documents.photos import size_of, smaller
from mcu_mail.documents.plane import Affine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pypdf import PageObject

MM_PER_INCH: Final = 25.4
DENSITIES: Final = (300, 200, 150, 110, 85)
"""Dots per inch of photos at print size: the first that lets the letter through is taken."""

_LEAST_DPI: Final = 100
"""A picture with fewer pixels is printed smaller, not coarser."""
_GAP: Final = 4.0
_FOREIGN_SIDE: Final = 10.0
_FOREIGN_TOP: Final = 12.0
_QUARTER: Final = 90
__QUARTER: Final = 90


@dataclass(frozen=True, kw_only=True)
class Leaf:
    """A photo with its caption, or a clean PDF (no caption)."""

    content: bytes
    caption: str = ""


@dataclass(frozen=True, kw_only=True)
class Part:
    """One annex. `photos`: its leaves are clean JPEGs; otherwise each is a clean PDF."""

    heading: str
    photos: bool
    leaves: tuple[Leaf, ...]


@dataclass(frozen=True, kw_only=True)
class Bound:
    """The annexes as one PDF. `dpi`: the density of its photos, one of `DENSITIES`."""

    pdf: bytes
    pages: int
    dpi: int


def bind(parts: Sequence[Part], owner: Owner, *, most_bytes: int) -> Bound:
    """The annexes bound at the highest density that fits, or at the lowest when none does."""
    bound = None
    for dpi in DENSITIES:
        bound = _bound(parts, owner, dpi)
        if len(bound.pdf) <= most_bytes or not any(part.photos for part in parts):
            break
    assert bound is not None
    return bound


def _bound(parts: Sequence[Part], owner: Owner, dpi: int) -> Bound:
    sheets: list[AnnexSheet] = []
    for part in parts:
        made = _photo_sheets(part, dpi) if part.photos else _foreign_sheets(part)
        if made:
            made[0].heading = part.heading
        sheets += made
    reader = PdfReader(io.BytesIO(write_sheets(sheets, owner)))
    writer = PdfWriter()
    for found, page in zip(sheets, reader.pages, strict=True):
        _put(writer, writer.add_page(page), found)
    out = io.BytesIO()
    writer.write(out)
    return Bound(pdf=out.getvalue(), pages=len(sheets), dpi=dpi)


def lowest_size(photo: bytes) -> int:
    """How many bytes a clean photo takes at the lowest density, where it stands largest."""
    box = _area(first=False)
    dots = DENSITIES[-1] / MM_PER_INCH
    return len(smaller(photo, round(box.width * dots), round(box.height * dots)).jpeg)


# --- photos --------------------------------------------------------------------------------------


def _photo_sheets(part: Part, dpi: int) -> list[AnnexSheet]:
    sheets = []
    for start in range(0, len(part.leaves), 2):
        pair = part.leaves[start : start + 2]
        area = _area(first=start == 0)
        boxes = _boxes(area, [size_of(leaf.content)[:2] for leaf in pair])
        made = AnnexSheet(captions=[], put=[])
        for leaf, box in zip(pair, boxes, strict=True):
            _lay(made, leaf, box, dpi)
        sheets.append(made)
    return sheets


def _area(*, first: bool) -> Box:
    """Where photos may stand: within the margins of the letter, above the mark."""
    top = sheet.MARGIN_TOP if not first else BELOW_HEADING + 2.0
    width = sheet.PAGE_WIDTH - sheet.MARGIN_LEFT - sheet.MARGIN_RIGHT
    return Box(left=sheet.MARGIN_LEFT, top=top, width=width, height=sheet.PAGE_HEIGHT - FOOT - top)


def _boxes(area: Box, sizes: Sequence[tuple[int, int]]) -> list[Box]:
    """One place for each photo: upright ones stand side by side, others one above the other."""
    if len(sizes) == 1:
        return [area]
    if all(height > width for width, height in sizes):
        half = (area.width - _GAP) / 2
        return [
            Box(left=left, top=area.top, width=half, height=area.height)
            for left in (area.left, area.left + half + _GAP)
        ]
    half = (area.height - _GAP) / 2
    return [
        Box(left=area.left, top=top, width=area.width, height=half)
        for top in (area.top, area.top + half + _GAP)
    ]


def _lay(made: AnnexSheet, leaf: Leaf, box: Box, dpi: int) -> None:
    """Put a photo at the top of its place, centred, with its caption right below it."""
    room_high = box.height - CAPTION_ROOM
    width_px, height_px, _ = size_of(leaf.content)
    per_mm = MM_PER_INCH / _LEAST_DPI
    factor = min(box.width / width_px, room_high / height_px, per_mm)
    width, height = width_px * factor, height_px * factor
    dots = dpi / MM_PER_INCH
    photo = smaller(leaf.content, max(round(width * dots), 1), max(round(height * dots), 1))
    left = box.left + (box.width - width) / 2
    place = Affine(
        a=width * mm,
        b=0,
        c=0,
        d=height * mm,
        e=left * mm,
        f=(made.height - box.top - height) * mm,
    )
    made.put.append((picture(photo.jpeg), place))
    under = Box(left=box.left, top=box.top + height, width=box.width, height=CAPTION_ROOM)
    made.captions.append((leaf.caption, under))


# --- pages of other files ------------------------------------------------------------------------


def _foreign_sheets(part: Part) -> list[AnnexSheet]:
    sheets: list[AnnexSheet] = []
    for leaf in part.leaves:
        for page in PdfReader(io.BytesIO(leaf.content)).pages:
            sheets.append(_foreign(page, first=not sheets))
    return sheets


def _foreign(page: PageObject, *, first: bool) -> AnnexSheet:
    """A sheet with one page of another file, as large as our mark and heading allow."""
    box = page.mediabox
    turned = page.rotation % 360
    width, height = float(box.width), float(box.height)
    upright = _upright(turned, float(box.left), float(box.bottom), width, height)
    if turned % 180:
        width, height = height, width
    made = AnnexSheet(captions=[], put=[])
    if width > height:
        made.width, made.height = made.height, made.width
    top = BELOW_HEADING if first else _FOREIGN_TOP
    room = Box(
        left=_FOREIGN_SIDE,
        top=top,
        width=made.width - 2 * _FOREIGN_SIDE,
        height=made.height - FOOT - top,
    )
    factor = min(1.0, room.width * mm / width, room.height * mm / height)
    left = room.left * mm + (room.width * mm - width * factor) / 2
    bottom = (made.height - room.top) * mm - height * factor
    place = Affine(a=factor, b=0, c=0, d=factor, e=left, f=bottom)
    made.put.append((_form(page), upright.then(place)))
    return made


def _upright(turned: int, left: float, bottom: float, width: float, height: float) -> Affine:
    """The map of a page's own points to those of the page as it is shown, from (0, 0)."""
    if turned == _QUARTER:
        return Affine(a=0, b=-1, c=1, d=0, e=-bottom, f=left + width)
    if turned == 2 * _QUARTER:
        return Affine(a=-1, b=0, c=0, d=-1, e=left + width, f=bottom + height)
    if turned == 3 * _QUARTER:
        return Affine(a=0, b=1, c=-1, d=0, e=bottom + height, f=-left)
    return Affine(a=1, b=0, c=0, d=1, e=-left, f=-bottom)


def _form(page: PageObject) -> StreamObject:
    """A page as something that can be drawn on another page."""
    form = StreamObject()
    form.set_data(contents_of(page))
    packed = form.flate_encode()
    box = page.mediabox
    packed.update({
        NameObject("/Type"): NameObject("/XObject"),
        NameObject("/Subtype"): NameObject("/Form"),
        NameObject("/BBox"): ArrayObject(
            FloatObject(value) for value in (box.left, box.bottom, box.right, box.top)
        ),
        NameObject("/Resources"): page["/Resources"].get_object(),
    })
    return packed


def picture(jpeg: bytes) -> StreamObject:
    """A clean JPEG as something that can be drawn on a page, one unit wide and high."""
    width, height, grey = size_of(jpeg)
    image = StreamObject()
    image.set_data(jpeg)
    image.update({
        NameObject("/Type"): NameObject("/XObject"),
        NameObject("/Subtype"): NameObject("/Image"),
        NameObject("/Width"): NumberObject(width),
        NameObject("/Height"): NumberObject(height),
        NameObject("/BitsPerComponent"): NumberObject(8),
        NameObject("/ColorSpace"): NameObject("/DeviceGray" if grey else "/DeviceRGB"),
        NameObject("/Filter"): NameObject("/DCTDecode"),
    })
    return image


def _put(writer: PdfWriter, page: PageObject, made: AnnexSheet) -> None:
    """Draw what lies on the sheet below our own type and mark."""
    own = page["/Resources"].get_object()
    assert isinstance(own, DictionaryObject)
    drawn = DictionaryObject()
    commands = []
    for ordinal, (item, place) in enumerate(made.put):
        name = f"/Annex{ordinal}"
        drawn[NameObject(name)] = writer._add_object(item.clone(writer, force_duplicate=True))  # noqa: SLF001 - there is no public way to add one stream
        matrix = " ".join(
            f"{value:.5f}" for value in (place.a, place.b, place.c, place.d, place.e, place.f)
        )
        commands.append(f"q {matrix} cm {name} Do Q")
    below = StreamObject()
    below.set_data("\n".join(commands).encode())
    first = writer._add_object(below)  # noqa: SLF001 - pypdf has no public way
    page[NameObject("/Contents")] = ArrayObject([first, page.raw_get("/Contents")])
    page[NameObject("/Resources")] = DictionaryObject({**own, NameObject("/XObject"): drawn})
