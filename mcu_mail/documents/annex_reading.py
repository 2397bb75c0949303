"""Opens an unknown file, or binds files that were opened so, in a process of its own.

`python -m mcu_mail.documents.annex_reading` gets one message on standard input (`guarded`):
`{"do": "photo" | "pdf", …}` with the file, or `{"do": "bind", …}` with what was made of files
before. It answers with what was made, or with `{"fault": …}`; it may crash instead.
"""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any, Final

from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, StreamObject

from mcu_mail.documents.annex_pdf import TooManyPagesError, clean_pdf
from mcu_mail.documents.annex_sheet import Owner
from mcu_mail.documents.binding import Leaf, Part, bind, lowest_size, picture
from mcu_mail.documents.file_kinds import AnnexFault
from mcu_mail.documents.heif import register_heif
from mcu_mail.documents.pages import POINTS_PER_INCH, LockedPdfError, open_pdf
from mcu_mail.documents.photos import (
    Photo,
    PhotoTooLargeError,
    SeveralPagesError,
    clean_photo,
    is_paper,
    smaller,
)
from mcu_mail.errors import RefusedError
from mcu_mail.guard import answer, inside

if TYPE_CHECKING:
    from collections.abc import Sequence

_REDRAWN_DPI: Final = 150
_PAPER_DPI: Final = 200
_PAGE_PIXELS: Final = 50_000_000

Answer = tuple[dict[str, Any], tuple[bytes, ...]]


def photo(content: bytes) -> Answer:
    """The clean JPEG, its size in pixels and its bytes at the lowest density.

    The scan of a sheet is answered as a PDF of one page.
    """
    try:
        made = clean_photo(content)
    except SeveralPagesError:
        return {"fault": AnnexFault.FRAMES}, ()
    except (PhotoTooLargeError, Image.DecompressionBombError, MemoryError):
        return {"fault": AnnexFault.BOMB}, ()
    except Exception:  # noqa: BLE001 - whatever a library raises on a hostile file, the file is bad
        return {"fault": AnnexFault.DAMAGED}, ()
    if is_paper(made.jpeg):
        return {"pages": 1}, (_paper(made),)
    head = {"width": made.width, "height": made.height, "least": lowest_size(made.jpeg)}
    return head, (made.jpeg,)


def pdf(content: bytes, most_pages: int) -> Answer:
    """The clean PDF and the number of its pages."""
    try:
        made, pages = clean_pdf(content, most_pages=most_pages)
    except LockedPdfError:
        return {"fault": AnnexFault.ENCRYPTED}, ()
    except TooManyPagesError:
        return {"fault": AnnexFault.PAGES}, ()
    except MemoryError:
        return {"fault": AnnexFault.BOMB}, ()
    except RefusedError:
        return {"fault": AnnexFault.DAMAGED}, ()
    except Exception:  # noqa: BLE001 - pypdf fails in many ways on files that PDFium can draw
        return _redrawn(content)
    return {"pages": pages}, (made,)


def _paper(scan: Photo) -> bytes:
    """A sheet of A4 that a scan covers, at a density at which it can be read."""
    long, short = (297 / 25.4 * POINTS_PER_INCH, 210 / 25.4 * POINTS_PER_INCH)
    width, height = (long, short) if scan.width > scan.height else (short, long)
    scale = _PAPER_DPI / POINTS_PER_INCH
    jpeg = smaller(scan.jpeg, round(width * scale), round(height * scale)).jpeg
    writer = PdfWriter()
    _picture_page(writer, jpeg, width, height)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _picture_page(writer: PdfWriter, jpeg: bytes, width: float, height: float) -> None:
    """Add a page that a picture covers."""
    page = writer.add_blank_page(width, height)
    drawing = StreamObject()
    drawing.set_data(f"q {width:.3f} 0 0 {height:.3f} 0 0 cm /Page Do Q".encode())
    page[NameObject("/Contents")] = writer._add_object(drawing)  # noqa: SLF001 - there is no public way to add one stream
    drawn = writer._add_object(picture(jpeg))  # noqa: SLF001 - as above
    page[NameObject("/Resources")] = DictionaryObject({
        NameObject("/XObject"): DictionaryObject({NameObject("/Page"): drawn})
    })


def _redrawn(content: bytes) -> Answer:
    """The same pages as pictures, for a PDF that can be drawn but not taken apart."""
    writer = PdfWriter()
    try:
        with open_pdf(content) as opened:
            for index in range(len(opened)):
                width, height = opened.size(index)
                if width * height * (_REDRAWN_DPI / POINTS_PER_INCH) ** 2 > _PAGE_PIXELS:
                    return {"fault": AnnexFault.BOMB}, ()
                out = io.BytesIO()
                opened.render(index, _REDRAWN_DPI, grey=False).save(out, "JPEG", quality=85)
                _picture_page(writer, out.getvalue(), width, height)
    except (RefusedError, ValueError, OSError):
        return {"fault": AnnexFault.DAMAGED}, ()
    made = io.BytesIO()
    writer.write(made)
    return {"pages": len(writer.pages)}, (made.getvalue(),)


def bound(head: dict[str, Any], blobs: Sequence[bytes]) -> Answer:
    """The annexes as one PDF, its pages and the density of its photos."""
    waiting = iter(blobs)
    parts = tuple(
        Part(
            heading=part["heading"],
            photos=part["photos"],
            leaves=tuple(
                Leaf(content=next(waiting), caption=caption) for caption in part["captions"]
            ),
        )
        for part in head["parts"]
    )
    made = bind(parts, Owner(**head["owner"]), most_bytes=head["most_bytes"])
    return {"pages": made.pages, "dpi": made.dpi}, (made.pdf,)


def get_ready() -> None:
    """In a process whose children will be guarded: load what most orders need."""
    Image.preinit()
    register_heif()


def main() -> None:
    """Answer the message on standard input.

    Only a fault of this installation ends with the exit code 1: the file is not to blame then.
    """
    words, *blobs = inside()
    head = json.loads(words)
    made: Answer
    try:
        if head["do"] == "photo":
            made = photo(blobs[0])
        elif head["do"] == "pdf":
            made = pdf(blobs[0], head["most_pages"])
        else:
            made = bound(head, blobs)
    except MemoryError:
        made = {"fault": AnnexFault.BOMB}, ()
    told, files = made
    answer(json.dumps(told).encode(), *files)


if __name__ == "__main__":
    main()
