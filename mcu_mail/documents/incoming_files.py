"""What a file in «Входящие» is, by its name and its bytes together, and whether it is all there.

Nothing is opened here: what a stranger made is read in a process of its own, or only handed on.
"""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import PurePath
from typing import Final

_HEAD: Final = 1024
_TAIL: Final = 2048
_OLE: Final = bytes.fromhex("D0CF11E0A1B11AE1")
_ZIP: Final = b"PK\x03\x04"
_FOREIGN: Final = re.compile(rb"MZ|PK\x03\x04|%PDF-|\x7fELF|Rar!|7z\xbc\xaf|\xd0\xcf\x11\xe0")
_FIELD: Final = re.compile(rb"^[!-9;-~]{1,60}:", re.MULTILINE)
_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")


class IncomingKind(StrEnum):
    """How the words of a file are read."""

    MAIL = "mail"
    OUTLOOK = "outlook"
    """A mail that Outlook has saved (`.msg`)."""
    TEXT = "text"
    WORD = "word"
    PAPER = "paper"
    """A scan or a photo: a person types its words."""


_BY_SUFFIX: Final = {
    ".eml": IncomingKind.MAIL,
    ".msg": IncomingKind.OUTLOOK,
    ".txt": IncomingKind.TEXT,
    **dict.fromkeys((".docx", ".doc", ".rtf", ".odt"), IncomingKind.WORD),
    **dict.fromkeys(
        (".pdf", ".jpg", ".jpeg", ".png", ".tif", ".tiff", ".bmp", ".webp", ".heic"),
        IncomingKind.PAPER,
    ),
}
_PAPERS: Final = re.compile(
    rb"\xff\xd8\xff|\x89PNG\r\n\x1a\n|II\*\x00|MM\x00\*|BM|RIFF.{4}WEBP|.{4}ftyp", re.DOTALL
)


def incoming_kind(content: bytes, name: str) -> IncomingKind | None:
    """What the file is; None when its name and its bytes fit nothing that is taken."""
    suffix = PurePath(name.lower()).suffix
    kind = _BY_SUFFIX.get(suffix)
    head = content[:_HEAD]
    fits = {
        IncomingKind.MAIL: not _FOREIGN.match(head) and bool(_FIELD.search(head)),
        IncomingKind.OUTLOOK: head.startswith(_OLE),
        IncomingKind.TEXT: head.startswith(_UTF16) or b"\0" not in head,
        IncomingKind.WORD: not head.startswith((b"MZ", b"\x7fELF", b"%PDF-")),
        # Some scanners name a picture «.pdf»; a person will look at it anyway.
        IncomingKind.PAPER: b"%PDF-" in head or bool(_PAPERS.match(head)),
    }
    return kind if kind is not None and fits[kind] else None


def looks_whole(content: bytes, name: str) -> bool:
    """Whether the end of the file is there, as far as its kind marks it; a copy may be cut."""
    tail = content[-_TAIL:]
    match PurePath(name.lower()).suffix:
        case ".pdf":
            return b"%%EOF" in tail
        case ".jpg" | ".jpeg":
            return b"\xff\xd9" in tail
        case ".png":
            return b"IEND" in tail
        case ".docx" | ".odt":
            return not content.startswith(_ZIP) or b"PK\x05\x06" in content[-70_000:]
        case _:
            return True
