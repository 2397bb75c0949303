"""A scan whose code nobody can read, taken on the clerk's word: he wrote the case into its name."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pypdfium2
from PIL import Image, UnidentifiedImageError

from mcu_mail.documents.esign import is_signed
from mcu_mail.documents.scan import Scan, ScanPage

if TYPE_CHECKING:
    from mcu_mail.domain.codes import PrintMark


def named_scan(content: bytes, mark: PrintMark) -> Scan | None:
    """The scan with `mark` put on its first page; None when the file does not open."""
    is_pdf = content.startswith(b"%PDF")
    try:
        if is_pdf:
            with pypdfium2.PdfDocument(content) as document:
                count = len(document)
        else:
            with Image.open(io.BytesIO(content)) as picture:
                count = getattr(picture, "n_frames", 1)
    except (pypdfium2.PdfiumError, UnidentifiedImageError, OSError, ValueError):
        return None
    if count < 1:
        return None
    pages = tuple(
        ScanPage(index=index, marks=(mark,) if index == 0 else (), foreign=())
        for index in range(count)
    )
    return Scan(
        pages=pages,
        media="pdf" if is_pdf else "image",
        signed_electronically=is_pdf and is_signed(content),
    )
