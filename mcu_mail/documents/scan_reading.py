"""Reads the codes of an unknown file, in a process of its own (`python -m …scan_reading`).

A file from the drop folder may be anything: a bomb, a PDF that hangs or crashes its reader. This
process has a limit of memory and is ended by `guard` when its time is over, so that the daemon
survives whatever a file does. It answers with one JSON document: `{"pages": [["text of a code", …],
…], "blank": [index, …]}` or `{"fault": "damaged"}`.
"""

from __future__ import annotations

import io
import json
import sys
import time
import warnings
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal

from PIL import Image, ImageOps, UnidentifiedImageError

from mcu_mail.documents.heif import FORMAT as HEIF
from mcu_mail.documents.heif import register_heif
from mcu_mail.documents.marks import DPI, is_blank, look_closely
from mcu_mail.documents.pages import POINTS_PER_INCH, LockedPdfError, Pdf, open_pdf
from mcu_mail.domain.codes import read_payload
from mcu_mail.errors import RefusedError
from mcu_mail.guard import answer, inside

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_PIXELS = 50_000_000
MAX_PAGES = 100
PATIENCE_SECONDS = 30
_A3 = 850 * 1200
FORMATS = ("JPEG", "PNG", "TIFF", "BMP", "WEBP", HEIF)

Media = Literal["pdf", "image"]
Texts = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, kw_only=True)
class PageFound:
    """One page of a file: the texts of its codes, and whether nothing at all is on it."""

    texts: tuple[str, ...]
    blank: bool


class UnreadableError(RefusedError):
    """The file cannot be read.

    Attributes:
        fault: a value of `scan.ScanFault`.

    """

    def __init__(self, fault: str) -> None:
        super().__init__(fault)
        self.fault = fault


def read_texts(content: bytes, media: Media) -> Texts:
    """The texts of the codes of each page, page by page.

    Raises:
        UnreadableError: `encrypted`, `too_large`, `incomplete` or `damaged`.

    """
    return tuple(page.texts for page in read_file(content, media))


def read_file(content: bytes, media: Media) -> tuple[PageFound, ...]:
    """What is on each page.

    Raises:
        UnreadableError: as `read_texts`.

    """
    return _pdf_pages(content) if media == "pdf" else _image_pages(content)


def _pdf_pages(content: bytes) -> tuple[PageFound, ...]:
    try:
        with open_pdf(content) as pdf:
            _demand_pages(len(pdf))
            return _each_page(len(pdf), partial(_drawn, pdf), partial(worth_patience, pdf))
    except LockedPdfError as error:
        raise UnreadableError("encrypted") from error
    except UnreadableError:
        raise
    except RefusedError as error:
        raise UnreadableError("damaged") from error


def _demand_pages(count: int) -> None:
    if count > MAX_PAGES:
        raise UnreadableError("too_large")
    if count == 0:
        raise UnreadableError("damaged")


def _drawn(pdf: Pdf, index: int, dpi: int) -> Image.Image:
    width, height = pdf.size(index)
    most = (MAX_PIXELS / (width * height)) ** 0.5 * POINTS_PER_INCH if width * height else 0
    if most < DPI:
        raise UnreadableError("too_large" if most else "damaged")
    # A large annex is not drawn finer than the limit allows.
    # A second look tells ink from print by its colour.
    return pdf.render(index, min(dpi, most), grey=dpi <= DPI)


def _image_pages(content: bytes) -> tuple[PageFound, ...]:
    register_heif()
    try:
        with warnings.catch_warnings():
            # The size is checked below, by our own limit, before a pixel is decoded.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(content), formats=FORMATS)
        count = getattr(image, "n_frames", 1)
        _demand_pages(count)
        return _each_page(count, partial(_frame, image), lambda _: True)
    except Image.DecompressionBombError as error:
        raise UnreadableError("too_large") from error
    except UnidentifiedImageError as error:
        raise UnreadableError("damaged") from error
    except OSError as error:
        # Pillow says so when the data end before the picture does: the copy may still be running.
        cut = "truncated" in str(error)
        raise UnreadableError("incomplete" if cut else "damaged") from error
    except (SyntaxError, ValueError, ArithmeticError, LookupError, MemoryError, TypeError) as error:
        raise UnreadableError("damaged") from error


def _frame(image: Image.Image, index: int, dpi: int) -> Image.Image:
    image.seek(index)
    if image.width * image.height > MAX_PIXELS:
        raise UnreadableError("too_large")
    upright = ImageOps.exif_transpose(image)
    shades = "L" if dpi <= DPI or upright.mode in {"1", "L", "LA", "I;16"} else "RGB"
    grey = upright.convert(shades)
    # A picture has no finer drawing to ask for: the second look doubles a small one.
    longest_a4 = 297 / 25.4 * DPI
    if dpi > DPI and max(grey.size) < longest_a4:
        grey = grey.resize((grey.width * 2, grey.height * 2), Image.Resampling.BICUBIC)
    return grey


def worth_patience(pdf: Pdf, index: int) -> bool:
    """Whether a page without a code at first sight may be one of a letter and no large drawing."""
    width, height = pdf.size(index)
    return width * height <= _A3


def _each_page(
    count: int, draw: Callable[[int, int], Image.Image], patient: Callable[[int], bool]
) -> tuple[PageFound, ...]:
    pages = []
    begun = time.monotonic()
    for index in range(count):
        # A long annex has no codes: the slow second look ends while there is time for the rest.
        early = time.monotonic() - begun < PATIENCE_SECONDS
        picture, found = look_closely(
            partial(draw, index),
            lambda text: read_payload(text) is not None,
            patient=early and patient(index),
        )
        texts = tuple(dict.fromkeys(code.text for code in found))
        pages.append(PageFound(texts=texts, blank=not texts and is_blank(picture)))
    return tuple(pages)


def get_ready() -> None:
    """In a process whose children will be guarded: load what most orders need."""
    Image.preinit()
    register_heif()


def main() -> None:
    """Answer for the file on standard input; the media is the one argument.

    Only a fault of this installation ends with the exit code 1: the file is not to blame then.
    """
    (content,) = inside()
    told: dict[str, object]
    try:
        pages = read_file(content, "pdf" if sys.argv[1] == "pdf" else "image")
        told = {
            "pages": [page.texts for page in pages],
            "blank": [index for index, page in enumerate(pages) if page.blank],
        }
    except UnreadableError as error:
        told = {"fault": error.fault}
    except Exception:  # noqa: BLE001 - whatever a library raises on a hostile file, the file is bad
        told = {"fault": "damaged"}
    answer(json.dumps(told).encode("ascii"))


if __name__ == "__main__":
    main()
