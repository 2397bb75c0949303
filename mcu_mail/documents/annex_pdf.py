"""A foreign PDF made harmless: only what is drawn on its pages is carried over.

What hangs on the document or on a page (scripts, actions, embedded files, forms, links) is left
behind, because a page of the new file gets nothing but its content, its resources and its boxes
(`threats.md` A29). What notes and filled fields show is drawn on the page first. Called in a
process of its own (`annex_reading`).
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    StreamObject,
)

from mcu_mail.documents.pages import open_pdf
from mcu_mail.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pypdf import PageObject
    from pypdf.generic import PdfObject

_CONTENTS: Final = NameObject("/Contents")
_RESOURCES: Final = NameObject("/Resources")
# Beside what is drawn a picture or a form may name files elsewhere, other pictures, its history.
_BESIDE: Final = (
    *("/Metadata", "/PieceInfo", "/LastModified", "/OPI", "/Ref", "/AF", "/Alternates"),
    *("/PS", "/F", "/FFilter", "/FDecodeParms", "/StructParent", "/StructParents"),
    *("/Measure", "/PtData", "/Name", "/ID"),
)
_DRAWING = ("/ColorSpace", "/ExtGState", "/Font", "/Pattern", "/Shading", "/XObject")
_MARKERS_WITH_DATA = frozenset({0xE0, 0xE2, 0xEE})
"""JFIF, the colour profile and Adobe's colour mark: without the last two colours would change."""
_SCAN, _COMMENT, _END = 0xDA, 0xFE, 0xD9
_APPLICATION = range(0xE0, 0xF0)
_DEEPEST = 12


def clean_pdf(content: bytes, *, most_pages: int) -> tuple[bytes, int]:
    """The pages of a foreign PDF as a new, harmless PDF, and how many they are.

    Raises:
        LockedPdfError: it needs a password.
        TooManyPagesError: it has more than `most_pages`.
        RefusedError: it is damaged or has no page.
        Exception: whatever pypdf raises on a broken file.

    """
    with open_pdf(content) as opened:
        count = len(opened)
        if count == 0:
            raise RefusedError("В файле PDF нет ни одной страницы.")
        if count > most_pages:
            raise TooManyPagesError("the PDF has too many pages")
        flat = opened.flattened()
    reader = PdfReader(io.BytesIO(flat))
    writer = PdfWriter()
    for page in reader.pages:
        left, bottom, right, top = _shown(page)
        bare = writer.add_blank_page(right - left, top - bottom)
        bare.mediabox.lower_left = (left, bottom)
        bare.mediabox.upper_right = (right, top)
        if page.rotation % 360:
            bare[NameObject("/Rotate")] = NumberObject(page.rotation % 360)
        drawn = StreamObject()
        drawn.set_data(contents_of(page))
        bare[_CONTENTS] = writer._add_object(drawn.flate_encode())  # noqa: SLF001 - there is no public way to add one stream
        # Resources may be inherited from the tree of pages; a page of ours has its own.
        bare[_RESOURCES] = _drawing(page).clone(writer)
        _scrub(bare[_RESOURCES].get_object(), set(), 0)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue(), count


def _drawing(page: PageObject) -> DictionaryObject:
    """Of a page's resources only what drawing needs."""
    found = page.get(_RESOURCES)
    found = found.get_object() if found is not None else None
    if not isinstance(found, DictionaryObject):
        return DictionaryObject()
    return DictionaryObject({
        name: found.raw_get(name) for name in map(NameObject, _DRAWING) if name in found
    })


class TooManyPagesError(RefusedError):
    """More pages than an annex may have."""


def contents_of(page: PageObject) -> bytes:
    """What draws the page, unpacked; the parts of a divided content joined."""
    found = page.get(_CONTENTS)
    if found is None:
        return b""
    found = found.get_object()
    parts = [part.get_object() for part in found] if isinstance(found, ArrayObject) else [found]
    return b"\n".join(part.get_data() for part in parts if isinstance(part, StreamObject))


def _shown(page: PageObject) -> tuple[float, float, float, float]:
    """The part of the page that is shown: its crop box within its media box, in points."""
    media, crop = page.mediabox, page.cropbox
    left, bottom = max(media.left, crop.left), max(media.bottom, crop.bottom)
    right, top = min(media.right, crop.right), min(media.top, crop.top)
    if right - left < 1 or top - bottom < 1:
        left, bottom, right, top = media.left, media.bottom, media.right, media.top
    if right - left < 1 or top - bottom < 1:
        raise RefusedError("У страницы файла PDF нет размера.")
    return float(left), float(bottom), float(right), float(top)


def _scrub(resources: PdfObject | None, seen: set[int], depth: int) -> None:
    """Take from everything the resources lead to what is beside the drawing."""
    if not isinstance(resources, DictionaryObject) or id(resources) in seen or depth > _DEEPEST:
        return
    seen.add(id(resources))
    drawn = _category(resources, "/XObject")
    for name, item in list(drawn.items()):
        found = item.get_object()
        if not isinstance(found, StreamObject) or found.get("/Subtype") not in {"/Image", "/Form"}:
            del drawn[name]
            continue
        _scrub_stream(found, seen, depth)
    for kind in ("/Pattern", "/Shading"):
        for item in _category(resources, kind).values():
            found = item.get_object()
            if isinstance(found, StreamObject):
                _scrub_stream(found, seen, depth)
    for item in _category(resources, "/ExtGState").values():
        state = item.get_object()
        mask = state.get("/SMask") if isinstance(state, DictionaryObject) else None
        group = mask.get_object() if mask is not None else None
        form = group.get("/G") if isinstance(group, DictionaryObject) else None
        if form is not None and isinstance(form.get_object(), StreamObject):
            _scrub_stream(form.get_object(), seen, depth)
    for item in _category(resources, "/Font").values():
        font = item.get_object()
        if isinstance(font, DictionaryObject) and "/Resources" in font:
            _scrub(font["/Resources"].get_object(), seen, depth + 1)


def _scrub_stream(stream: StreamObject, seen: set[int], depth: int) -> None:
    if id(stream) in seen:
        return
    seen.add(id(stream))
    for key in _BESIDE:
        stream.pop(NameObject(key), None)
    if stream.get("/Subtype") == "/Image":
        if _filters(stream) == ["/DCTDecode"]:
            # pypdf would decode the picture; what is changed is only beside it.
            stream._data = bare_jpeg(stream._data)  # noqa: SLF001 - pypdf has no public way to set it
        mask = stream.get("/SMask")
        if mask is not None and isinstance(mask.get_object(), StreamObject):
            _scrub_stream(mask.get_object(), seen, depth)
    elif "/Resources" in stream:
        _scrub(stream["/Resources"].get_object(), seen, depth + 1)


def _category(resources: DictionaryObject, name: str) -> DictionaryObject:
    found = resources.get(name)
    found = found.get_object() if found is not None else None
    return found if isinstance(found, DictionaryObject) else DictionaryObject()


def _filters(stream: StreamObject) -> list[str]:
    found = stream.get("/Filter")
    found = found.get_object() if found is not None else []
    return [str(item) for item in found] if isinstance(found, ArrayObject) else [str(found)]


def bare_jpeg(data: bytes) -> bytes:
    """A JPEG without what stands beside its pixels (EXIF, XMP, comments); the pixels untouched.

    Bytes that are no regular JPEG come back as they are.
    """
    if not data.startswith(b"\xff\xd8"):
        return data
    kept = [data[:2]]
    for marker, start, end in _segments(data):
        if marker is None:
            return b"".join((*kept, data[start:end]))
        foreign = marker in _APPLICATION and marker not in _MARKERS_WITH_DATA
        if not foreign and marker != _COMMENT:
            kept.append(data[start:end])
    return data


def _segments(data: bytes) -> Iterator[tuple[int | None, int, int]]:
    """(marker, start, end) of each segment of the head; (None, start, end) of all the rest."""
    place = 2
    while place + 4 <= len(data) and data[place] == 0xFF:  # noqa: PLR2004 - every marker's first byte
        marker = data[place + 1]
        if marker == 0xFF:  # noqa: PLR2004 - a fill byte
            place += 1
            continue
        if marker in {_SCAN, _END}:
            yield None, place, len(data)
            return
        end = place + 2 + int.from_bytes(data[place + 2 : place + 4])
        yield marker, place, end
        place = end
