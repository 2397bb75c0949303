"""Files of an executor as annexes of a letter: prepared one by one, bound, joined to the letter.

`prepare` never raises on any bytes: a file becomes something harmless of our own making, or the
reason why it does not. Foreign bytes are opened in processes with limits only (`threats.md` A19,
A20, A26, A29); what they were made into is what goes on.
"""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from pypdf import PdfReader, PdfWriter

from mcu_mail.documents.binding import Bound
from mcu_mail.documents.file_kinds import AnnexFault, FileKind, file_kind
from mcu_mail.documents.office import foreign_to_pdf
from mcu_mail.errors import RefusedError, TemporaryError
from mcu_mail.guard import CrashedError, TooSlowError, guarded

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mcu_mail.documents.annex_sheet import Owner
    from mcu_mail.documents.binding import Part

MAX_BYTES: Final = 100_000_000
MAX_PAGES: Final = 50
"""Of one file."""
GUARD_SECONDS: Final = 40
_BINDING_SECONDS: Final = 180
_MODULE: Final = "mcu_mail.documents.annex_reading"


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A file that can be bound.

    Attributes:
        kind: what it was.
        content: a clean JPEG of a photo, a clean PDF of anything else.
        pages: of the PDF; 0 of a photo.
        least: how many bytes it takes when photos are made as small as we let them.
        width: of a photo, in pixels; 0 of anything else.
        height: as `width`.

    """

    kind: Literal["photo", "pdf", "word"]
    content: bytes
    pages: int = 0
    least: int
    width: int = 0
    height: int = 0


def prepare(content: bytes, name: str) -> Prepared | AnnexFault:
    """The file as an annex, or why it is none.

    Raises:
        TemporaryError: no process can be started here; the file is not to blame.

    """
    if len(content) > MAX_BYTES:
        return AnnexFault.SIZE
    kind = file_kind(content, name)
    if isinstance(kind, AnnexFault):
        return kind
    if kind is FileKind.PHOTO:
        return _photo(content)
    if kind is FileKind.PDF:
        return _pdf(content, "pdf")
    try:
        drawn = foreign_to_pdf(content, f".{kind.value}", timeout=GUARD_SECONDS)
    except TemporaryError:
        return AnnexFault.NO_OFFICE
    except RefusedError:
        return AnnexFault.DAMAGED
    return _pdf(drawn, "word")


def _asked(
    head: Mapping[str, Any], blobs: Sequence[bytes], seconds: float
) -> tuple[dict[str, Any], Sequence[bytes]]:
    """What the guarded module answers: its words, and the files it made."""
    words, *made = guarded(_MODULE, blobs=(json.dumps(head).encode(), *blobs), seconds=seconds)
    return json.loads(words), made


def _photo(content: bytes) -> Prepared | AnnexFault:
    try:
        head, blobs = _asked({"do": "photo"}, [content], GUARD_SECONDS)
    except TooSlowError:
        return AnnexFault.BOMB
    except CrashedError:
        return AnnexFault.DAMAGED
    if "fault" in head:
        return AnnexFault(head["fault"])
    if "pages" in head:
        # The scan of a sheet: it gets a sheet of its own.
        return Prepared(kind="pdf", content=blobs[0], pages=1, least=len(blobs[0]))
    return Prepared(
        kind="photo",
        content=blobs[0],
        least=head["least"],
        width=head["width"],
        height=head["height"],
    )


def _pdf(content: bytes, kind: Literal["pdf", "word"]) -> Prepared | AnnexFault:
    asked = {"do": "pdf", "most_pages": MAX_PAGES}
    try:
        head, blobs = _asked(asked, [content], GUARD_SECONDS)
    except TooSlowError:
        return AnnexFault.BOMB
    except CrashedError:
        return AnnexFault.DAMAGED
    if "fault" in head:
        return AnnexFault(head["fault"])
    return Prepared(kind=kind, content=blobs[0], pages=head["pages"], least=len(blobs[0]))


def bind_annexes(parts: Sequence[Part], owner: Owner, *, most_bytes: int) -> Bound:
    """The annexes bound at the highest density of photos at which they take `most_bytes` or less.

    Where none is low enough the lowest is taken: the caller has refused before what cannot fit.

    Raises:
        RefusedError: they cannot be bound.
        TemporaryError: no process can be started here.

    """
    head = {
        "do": "bind",
        "owner": {
            "case": owner.case,
            "version": owner.version,
            "code": owner.code,
            "pages": owner.pages,
        },
        "most_bytes": most_bytes,
        "parts": [
            {
                "heading": part.heading,
                "photos": part.photos,
                "captions": [leaf.caption for leaf in part.leaves],
            }
            for part in parts
        ],
    }
    blobs = [leaf.content for part in parts for leaf in part.leaves]
    answer, made = _asked(head, blobs, _BINDING_SECONDS)
    if "fault" in answer:
        raise RefusedError("приложения не удалось собрать в один файл")
    return Bound(pdf=made[0], pages=answer["pages"], dpi=answer["dpi"])


def joined(letter: bytes, annexes: bytes) -> bytes:
    """The letter with its annexes behind it, as one PDF; both are of our own making."""
    writer = PdfWriter(clone_from=io.BytesIO(letter))
    for page in PdfReader(io.BytesIO(annexes)).pages:
        writer.add_page(page)
    # A letter that promised to be PDF/A cannot promise it for pages of other people.
    if "/Metadata" in writer.root_object:
        del writer.root_object["/Metadata"]
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def only_pages(pdf: bytes, kept: Sequence[int]) -> bytes:
    """A PDF with some of its pages, counted from 0; the same bytes when all are kept."""
    reader = PdfReader(io.BytesIO(pdf))
    if len(kept) == len(reader.pages):
        return pdf
    writer = PdfWriter()
    for index in kept:
        writer.add_page(reader.pages[index])
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
