"""The one door to pypdfium2: PDF pages as pictures, their texts and their coordinates.

PDFium is not safe across threads, so every use of it holds one lock. Nothing here limits what a
hostile file may cost: unknown files are opened by `scan_reading` in a process of its own.
Coordinates called *page* are the PDF's own (points, y up, before /Rotate); *pixels* are those of
the rendered picture (y down, after /Rotate).
"""

from __future__ import annotations

import ctypes
import io
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pypdfium2
import pypdfium2.raw as pdfium_c

from mcu_mail.documents.plane import Affine
from mcu_mail.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL import Image

POINTS_PER_INCH = 72
_LOCK = threading.RLock()


class LockedPdfError(RefusedError):
    """The PDF is protected by a password."""


@dataclass(frozen=True, kw_only=True)
class Letter:
    """One character of a page's text layer with its box, in page points."""

    char: str
    left: float
    bottom: float
    right: float
    top: float


class Pdf:
    """An opened PDF; get one from `open_pdf`."""

    def __init__(self, document: Any) -> None:
        self._document = document

    def __len__(self) -> int:
        return len(self._document)

    def size(self, index: int) -> tuple[float, float]:
        """Width and height of a page as it is shown, in points."""
        width, height = self._document.get_page_size(index)
        return float(width), float(height)

    def render(self, index: int, dpi: float, *, grey: bool = True) -> Image.Image:
        """The page as a picture, annotations included.

        Raises:
            RefusedError: the page cannot be drawn.

        """
        try:
            page = self._document[index]
            bitmap = page.render(scale=dpi / POINTS_PER_INCH, grayscale=grey, rev_byteorder=True)
            image: Image.Image = bitmap.to_pil().copy()
        except (ValueError, MemoryError) as error:
            raise RefusedError(f"Страница {index + 1} файла PDF не рисуется.") from error
        return image

    def flattened(self) -> bytes:
        """The PDF with what its fields and notes show drawn on the pages, and without protection.

        Raises:
            RefusedError: a page cannot be read.

        """
        self._document.init_forms()
        for index in range(len(self._document)):
            page = self._document[index]
            pdfium_c.FPDFPage_Flatten(page, pdfium_c.FLAT_PRINT)
            page.close()
        out = io.BytesIO()
        self._document.save(out, flags=pdfium_c.FPDF_REMOVE_SECURITY)
        return out.getvalue()

    def pixels_to_page(self, index: int, size: tuple[int, int]) -> Affine:
        """The map from pixels of a picture of `size` to page coordinates."""
        # PDFium takes whole pixels, so the map is measured on a grid far finer than the picture.
        grid = 100_000
        page = self._document[index]

        def at(x: int, y: int) -> tuple[float, float]:
            px, py = ctypes.c_double(), ctypes.c_double()
            pdfium_c.FPDF_DeviceToPage(page, 0, 0, grid, grid, 0, x, y, px, py)
            return px.value, py.value

        origin, right, down = at(0, 0), at(grid, 0), at(0, grid)
        width, height = size
        return Affine(
            a=(right[0] - origin[0]) / width,
            b=(right[1] - origin[1]) / width,
            c=(down[0] - origin[0]) / height,
            d=(down[1] - origin[1]) / height,
            e=origin[0],
            f=origin[1],
        )

    def letters(self, index: int) -> tuple[Letter, ...]:
        """The characters of the text layer in reading order; a line break is a Letter too."""
        text = self._document[index].get_textpage()
        found = []
        for place in range(text.count_chars()):
            left, bottom, right, top = text.get_charbox(place)
            char = text.get_text_range(place, 1) or " "
            found.append(Letter(char=char, left=left, bottom=bottom, right=right, top=top))
        return tuple(found)


@contextmanager
def open_pdf(content: bytes) -> Iterator[Pdf]:
    """Open a PDF for as long as the `with` block runs; its faults inside the block come out here.

    Raises:
        LockedPdfError: a password is needed.
        RefusedError: the bytes are no PDF that PDFium can open, or a part of it is damaged.

    """
    with _LOCK:
        try:
            document = pypdfium2.PdfDocument(content)
        except pypdfium2.PdfiumError as error:
            if getattr(error, "err_code", None) == pdfium_c.FPDF_ERR_PASSWORD:
                raise LockedPdfError("Файл PDF закрыт паролем.") from error
            raise RefusedError("Файл PDF не открывается.") from error
        try:
            yield Pdf(document)
        except pypdfium2.PdfiumError as error:
            raise RefusedError("Файл PDF повреждён.") from error
        finally:
            document.close()
