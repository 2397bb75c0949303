"""Takes pages out of a scan, in a process of its own (`python -m …scan_cutting media [pages]`).

The answer is «ok» and a PDF of the wanted pages in the wanted order, or only the word of what went
wrong. The same file and the same pages give the same bytes: a part is known again by its digest.
"""

from __future__ import annotations

import io
import json
import sys
from typing import TYPE_CHECKING

from PIL import Image, ImageOps
from pypdf import PdfReader, PdfWriter
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from mcu_mail.documents.fonts import write_bytes
from mcu_mail.documents.heif import register_heif
from mcu_mail.documents.pages import open_pdf
from mcu_mail.documents.scan_reading import FORMATS
from mcu_mail.guard import answer, inside

if TYPE_CHECKING:
    from collections.abc import Sequence

# Enough for A4 at 300 dpi: a photograph of a sheet must not make a mail of 20 MB.
_LONGEST_PIXELS = 3508
_REDRAWN_DPI = 200


def of_pdf(content: bytes, pages: Sequence[int]) -> bytes:
    """The wanted pages of a PDF; drawn anew when it cannot be taken apart."""
    try:
        reader = PdfReader(io.BytesIO(content))
        if reader.is_encrypted:
            reader.decrypt("")
        writer = PdfWriter()
        for index in pages:
            writer.add_page(reader.pages[index])
        out = io.BytesIO()
        writer.write(out)
    except Exception:  # noqa: BLE001 - pypdf fails in many ways on files that PDFium can draw
        return redrawn(content, pages)
    return out.getvalue()


def redrawn(pdf: bytes, pages: Sequence[int] | None = None) -> bytes:
    """Pages as pictures, for a PDF that can be drawn but not edited."""
    write_bytes()
    out = io.BytesIO()
    canvas = Canvas(out, invariant=1)
    with open_pdf(pdf) as opened:
        for index in range(len(opened)) if pages is None else pages:
            size = opened.size(index)
            picture = io.BytesIO()
            opened.render(index, _REDRAWN_DPI, grey=False).save(picture, "JPEG", quality=85)
            picture.seek(0)
            canvas.setPageSize(size)
            canvas.drawImage(ImageReader(picture), 0, 0, *size)
            canvas.showPage()
    canvas.save()
    return out.getvalue()


def of_picture(content: bytes, pages: Sequence[int]) -> bytes:
    """The wanted pages of a picture file, each on a sheet of A4, upright by its own note."""
    write_bytes()
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1)
    register_heif()
    with Image.open(io.BytesIO(content), formats=FORMATS) as image:
        for index in pages:
            image.seek(index)
            sheet = ImageOps.exif_transpose(image.copy())
            width, height = A4 if sheet.height >= sheet.width else (A4[1], A4[0])
            factor = min(width / sheet.width, height / sheet.height)
            shown = (sheet.width * factor, sheet.height * factor)
            canvas.setPageSize((width, height))
            canvas.drawImage(
                ImageReader(io.BytesIO(_jpeg(sheet))),
                (width - shown[0]) / 2,
                (height - shown[1]) / 2,
                *shown,
            )
            canvas.showPage()
    canvas.save()
    return out.getvalue()


def _jpeg(sheet: Image.Image) -> bytes:
    plain = sheet.convert("L" if sheet.mode in {"1", "L", "LA", "I;16"} else "RGB")
    plain.thumbnail((_LONGEST_PIXELS, _LONGEST_PIXELS))
    out = io.BytesIO()
    plain.save(out, "JPEG", quality=88)
    return out.getvalue()


def get_ready() -> None:
    """In a process whose children will be guarded: load what most orders need."""
    Image.preinit()
    register_heif()


def main() -> None:
    """Answer for the file on standard input."""
    (content,) = inside()
    media, pages = sys.argv[1], [int(index) for index in json.loads(sys.argv[2])]
    try:
        cut = of_pdf(content, pages) if media == "pdf" else of_picture(content, pages)
    except Exception as error:  # noqa: BLE001 - whatever a library raises on a hostile file
        answer(type(error).__name__.encode("ascii", "replace"))
        return
    answer(b"ok", cut)


if __name__ == "__main__":
    main()
