"""What a file from «Подписано» holds: the codes of the letters on its pages, or why it is no scan.

The name of a file means nothing here, and neither does its extension: a scan is known by its bytes
and its codes. `read_scan` never raises on any bytes: a hostile file costs at most a minute and ends
as a `ScanFault`. Whose turn it is, and whether all pages of the letter are there, is decided by
the caller.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

from mcu_mail.documents.esign import is_signed
from mcu_mail.domain.codes import PrintMark, read_payload
from mcu_mail.errors import RefusedError
from mcu_mail.guard import CrashedError, TooSlowError, guarded

if TYPE_CHECKING:
    from collections.abc import Sequence

Media = Literal["pdf", "image"]

MAX_BYTES = 100_000_000
_READER = "mcu_mail.documents.scan_reading"
_CUTTER = "mcu_mail.documents.scan_cutting"
_TAIL = 2048
# Cameras write data of their own after the end of the picture.
_JPEG_END, _JPEG_TAIL = b"\xff\xd9", 65536
# A writer that reserves the whole size first leaves zeros where it has not been yet.
_ZEROS = bytes(1024)
_HOLE, _SECTOR, _CHANCE = bytes(4096), 512, 2
_WRITTEN = re.compile(rb"[^\0]")
_SIGNATURES: dict[bytes, Literal["image"]] = {
    b"\xff\xd8\xff": "image",
    b"\x89PNG\r\n\x1a\n": "image",
    b"II*\x00": "image",
    b"MM\x00*": "image",
    b"BM": "image",
}
# Pictures of telephones are boxes with the name of their kind inside.
_BOXED = (b"ftyp", (b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1"))


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
        blank: nothing is on it: the empty back of a sheet.

    """

    index: int
    marks: tuple[PrintMark, ...]
    foreign: tuple[str, ...]
    blank: bool = False


@dataclass(frozen=True, kw_only=True)
class Scan:
    """A file that holds a letter of ours.

    Attributes:
        pages: every page in the order of the file.
        media: what the file is.
        signed_electronically: the PDF carries a signature inside and must not be altered.

    """

    pages: tuple[ScanPage, ...]
    media: Media
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
    found = read_pages(content)
    return found if isinstance(found, ScanFault) else decide_pages(found, code_needed=code_needed)


def read_pages(content: bytes) -> Scan | ScanFault:
    """Read every page of a file that may hold several letters, or none of ours.

    Raises:
        TemporaryError: no process can be started here; the file is not to blame.

    """
    media = _media(content)
    if isinstance(media, ScanFault):
        return media
    told = _told(content, media)
    if isinstance(told, ScanFault):
        return told
    texts, blank = told
    return Scan(
        pages=tuple(_page(index, page, blank=index in blank) for index, page in enumerate(texts)),
        media=media,
        signed_electronically=media == "pdf" and is_signed(content),
    )


def decide(
    texts: Sequence[Sequence[str]],
    *,
    media: Media,
    signed: bool,
    code_needed: bool = True,
) -> Scan | ScanFault:
    """What the codes of the pages mean together (pure)."""
    pages = tuple(_page(index, page) for index, page in enumerate(texts))
    scan = Scan(pages=pages, media=media, signed_electronically=signed)
    return decide_pages(scan, code_needed=code_needed)


def decide_pages(scan: Scan, *, code_needed: bool = True) -> Scan | ScanFault:
    """The scan if it is one of one letter (pure)."""
    letters = {(mark.case, mark.version) for mark in scan.marks}
    if len(letters) > 1:
        return ScanFault.MIXED
    if not letters:
        if any(page.foreign for page in scan.pages):
            return ScanFault.FOREIGN_CODE
        return ScanFault.NO_CODE if code_needed else scan
    return scan


def _page(index: int, texts: Sequence[str], *, blank: bool = False) -> ScanPage:
    read = [(text, read_payload(text)) for text in texts]
    return ScanPage(
        index=index,
        marks=tuple(mark for _, mark in read if mark is not None),
        foreign=tuple(text for text, mark in read if mark is None),
        blank=blank,
    )


def _media(content: bytes) -> Media | ScanFault:
    """What the bytes are by their own beginning and end (pure)."""
    if not content:
        return ScanFault.EMPTY
    if len(content) > MAX_BYTES:
        return ScanFault.TOO_LARGE
    if not content[:1024].strip(b"\0"):
        return ScanFault.INCOMPLETE
    telephone = _of_telephone(content)
    if telephone is not None:
        return telephone
    image = next((kind for start, kind in _SIGNATURES.items() if content.startswith(start)), None)
    if image is None and b"%PDF-" not in content[:1024]:
        return ScanFault.NOT_A_SCAN
    if _cut_short(content) or _has_hole(content):
        return ScanFault.INCOMPLETE
    return image or "pdf"


def _cut_short(content: bytes) -> bool:
    """Whether the end that every PDF and JPEG has is not there yet."""
    if content.endswith(_ZEROS) and not content.startswith((b"BM", b"II", b"MM")):
        # White or black lines of an unpacked BMP or TIFF are zeros too; those are left to Pillow.
        return True
    if content.startswith(b"\xff\xd8"):
        return _JPEG_END not in content[-_JPEG_TAIL:]
    if any(content.startswith(start) for start in _SIGNATURES):
        return False
    tail = content[-_TAIL:]
    return b"%%EOF" not in tail or b"startxref" not in tail


def _has_hole(content: bytes) -> bool:
    """Whether whole blocks of a compressed file are zeros: room that nobody has written to yet.

    A blank page may be packed into a row of zeros as well, but not from sector to sector.
    """
    if content.startswith((b"BM", b"II", b"MM")):
        return False
    start = content.find(_HOLE)
    while start >= 0:
        found = _WRITTEN.search(content, start + len(_HOLE))
        end = found.start() if found else len(content)
        # The byte before or behind a hole may happen to be a zero too.
        if -start % _SECTOR <= _CHANCE and end % _SECTOR <= _CHANCE:
            return True
        start = content.find(_HOLE, end)
    return False


def _of_telephone(content: bytes) -> Literal["image", ScanFault.INCOMPLETE] | None:
    """WebP and HEIC; None for anything else."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        size = int.from_bytes(content[4:8], "little") + 8
        return "image" if len(content) >= size else ScanFault.INCOMPLETE
    if content[4:8] == _BOXED[0] and content[8:12] in _BOXED[1]:
        return ScanFault.INCOMPLETE if content.endswith(_ZEROS) else "image"
    return None


def _told(
    content: bytes, media: Media
) -> tuple[tuple[tuple[str, ...], ...], frozenset[int]] | ScanFault:
    """The texts of the codes and which pages are blank, told by a process that may die of it."""
    try:
        (told,) = guarded(_READER, media, blobs=(content,))
    except TooSlowError:
        return ScanFault.TOO_LARGE
    except CrashedError:
        return ScanFault.DAMAGED
    answer = json.loads(told)
    if "fault" in answer:
        return ScanFault(answer["fault"])
    return tuple(tuple(page) for page in answer["pages"]), frozenset(answer["blank"])


def as_pdf(content: bytes, scan: Scan, pages: Sequence[int] | None = None) -> bytes:
    """The scan as a PDF: a PDF stays byte for byte, a picture becomes pages of A4.

    Args:
        content: the bytes of the file.
        scan: what was read in it.
        pages: which pages and in which order, from 0; without it all of them as they lie.

    Raises:
        RefusedError: the file cannot be taken apart (its codes could not have been read either).
        TemporaryError: no process can be started here.

    """
    count = len(scan.pages)
    if scan.media == "pdf" and (pages is None or tuple(pages) == tuple(range(count))):
        return content
    wanted = json.dumps(list(range(count) if pages is None else pages))
    _, *cut = guarded(_CUTTER, scan.media, wanted, blobs=(content,))
    if not cut:
        raise RefusedError("Скан не делится на страницы.")
    return cut[0]
