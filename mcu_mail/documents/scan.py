"""What a file from «Подписано» holds: the codes of the letters on its pages, or why it is no scan.

The name of a file means nothing here, and neither does its extension: a scan is known by its bytes
and its codes. `read_scan` never raises on any bytes: a hostile file costs at most a minute and ends
as a `ScanFault`. Whose turn it is, and whether all pages of the letter are there, is decided by
the caller.
"""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from mcu_mail.documents.scan_reading import pages_of
from mcu_mail.domain.codes import PrintMark, read_payload
from mcu_mail.errors import RefusedError, TemporaryError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PIL import Image

MAX_BYTES = 100_000_000
GUARD_SECONDS = 60
_TAIL = 2048
# Cameras write data of their own after the end of the picture.
_JPEG_END, _JPEG_TAIL = b"\xff\xd9", 65536
# What a Python process needs; passwords of the daemon stay out of the reading process.
_ENVIRONMENT = ("PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "HOME", "LD_LIBRARY_PATH")
# A writer that reserves the whole size first leaves zeros where it has not been yet.
_ZEROS = bytes(1024)
_SIGNATURES: dict[bytes, Literal["image"]] = {
    b"\xff\xd8\xff": "image",
    b"\x89PNG\r\n\x1a\n": "image",
    b"II*\x00": "image",
    b"MM\x00*": "image",
    b"BM": "image",
}
_BYTE_RANGE = re.compile(rb"/ByteRange\s*\[\s*\d+\s+\d+\s+\d+\s+\d+\s*\]")
# Enough for A4 at 300 dpi: a photograph of a sheet must not make a mail of 20 MB.
_LONGEST_PIXELS = 3508


class ScanFault(StrEnum):
    """Why a file cannot be taken as a signed letter."""

    EMPTY = "empty"
    INCOMPLETE = "incomplete"  # looks as if it is still being copied
    NOT_A_SCAN = "not_a_scan"  # neither a PDF nor a picture
    DAMAGED = "damaged"
    ENCRYPTED = "encrypted"
    NO_CODE = "no_code"
    FOREIGN_CODE = "foreign_code"  # a QR that is not ours
    MIXED = "mixed"  # codes of different cases or versions
    TOO_LARGE = "too_large"


@dataclass(frozen=True, kw_only=True)
class ScanPage:
    """One page of a scan.

    Attributes:
        index: its place in the file, from 0.
        marks: our codes on it.
        foreign: the texts of other codes on it, to be shown and never followed.

    """

    index: int
    marks: tuple[PrintMark, ...]
    foreign: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Scan:
    """A file that holds a letter of ours.

    Attributes:
        pages: every page in the order of the file.
        media: what the file is.
        signed_electronically: the PDF carries a signature inside and must not be altered.

    """

    pages: tuple[ScanPage, ...]
    media: Literal["pdf", "image"]
    signed_electronically: bool

    @property
    def marks(self) -> tuple[PrintMark, ...]:
        """The marks of all pages, in the order of the file."""
        return tuple(mark for page in self.pages for mark in page.marks)


def read_scan(content: bytes, name: str, *, code_needed: bool = True) -> Scan | ScanFault:
    """Read the codes of a file, or tell why it is not the scan of one letter.

    Args:
        content: the bytes of the file.
        name: its name, for the log of the caller only: a name proves nothing about the bytes.
        code_needed: False when the clerk has named the case by renaming the file: a file without
            any code is then a scan without marks.

    Raises:
        TemporaryError: no process can be started here; the file is not to blame.

    """
    del name
    media = _media(content)
    if isinstance(media, ScanFault):
        return media
    texts = _texts_guarded(content, media)
    if isinstance(texts, ScanFault):
        return texts
    signed = media == "pdf" and is_signed(content)
    return decide(texts, media=media, signed=signed, code_needed=code_needed)


def decide(
    texts: Sequence[Sequence[str]],
    *,
    media: Literal["pdf", "image"],
    signed: bool,
    code_needed: bool = True,
) -> Scan | ScanFault:
    """What the codes of the pages mean together (pure)."""
    pages = []
    for index, page in enumerate(texts):
        read = [(text, read_payload(text)) for text in page]
        pages.append(
            ScanPage(
                index=index,
                marks=tuple(mark for _, mark in read if mark is not None),
                foreign=tuple(text for text, mark in read if mark is None),
            )
        )
    scan = Scan(pages=tuple(pages), media=media, signed_electronically=signed)
    letters = {(mark.case, mark.version) for mark in scan.marks}
    if len(letters) > 1:
        return ScanFault.MIXED
    if not letters:
        if any(page.foreign for page in scan.pages):
            return ScanFault.FOREIGN_CODE
        return ScanFault.NO_CODE if code_needed else scan
    return scan


def is_signed(pdf: bytes) -> bool:
    """Whether a PDF carries an electronic signature (a /ByteRange over its own bytes)."""
    return _BYTE_RANGE.search(pdf) is not None


def _media(content: bytes) -> Literal["pdf", "image"] | ScanFault:
    """What the bytes are by their own beginning and end (pure)."""
    if not content:
        return ScanFault.EMPTY
    if len(content) > MAX_BYTES:
        return ScanFault.TOO_LARGE
    if not content[:1024].strip(b"\0"):
        return ScanFault.INCOMPLETE
    image = next((kind for start, kind in _SIGNATURES.items() if content.startswith(start)), None)
    if image is None and b"%PDF-" not in content[:1024]:
        return ScanFault.NOT_A_SCAN
    if content.endswith(_ZEROS) and not content.startswith((b"BM", b"II", b"MM")):
        # White or black lines of an unpacked BMP or TIFF are zeros too; those are left to Pillow.
        return ScanFault.INCOMPLETE
    if content.startswith(b"\xff\xd8") and _JPEG_END not in content[-_JPEG_TAIL:]:
        return ScanFault.INCOMPLETE
    if image is None:
        tail = content[-_TAIL:]
        return "pdf" if b"%%EOF" in tail and b"startxref" in tail else ScanFault.INCOMPLETE
    return image


def _texts_guarded(
    content: bytes, media: Literal["pdf", "image"]
) -> tuple[tuple[str, ...], ...] | ScanFault:
    """The texts of the codes, read by a process that may crash, hang or eat memory."""
    house = str(Path(__file__).resolve().parents[2])
    environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    try:
        done = subprocess.run(  # noqa: S603 - our own module by our own interpreter
            [sys.executable, "-m", "mcu_mail.documents.scan_reading", media],
            input=content,
            capture_output=True,
            timeout=GUARD_SECONDS,
            check=False,
            env={**environment, "PYTHONPATH": house},
        )
    except subprocess.TimeoutExpired:
        return ScanFault.TOO_LARGE
    except OSError as error:
        raise TemporaryError(f"the reading process does not start: {error}") from error
    if done.returncode == 1:
        raise TemporaryError(f"the reading process is broken: {done.stderr[-500:]!r}")
    if done.returncode != 0:
        return ScanFault.DAMAGED
    answer = json.loads(done.stdout)
    if "fault" in answer:
        return ScanFault(answer["fault"])
    return tuple(tuple(page) for page in answer["pages"])


def as_pdf(content: bytes, scan: Scan) -> bytes:
    """The scan as a PDF: a PDF stays byte for byte, a picture becomes pages of A4.

    Raises:
        RefusedError: the picture cannot be decoded (its codes could not have been read either).

    """
    if scan.media == "pdf":
        return content
    try:
        sheets = pages_of(content)
    except (OSError, ValueError, SyntaxError) as error:
        raise RefusedError(f"the picture cannot be decoded: {error}") from error
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1)
    for sheet in sheets:
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
