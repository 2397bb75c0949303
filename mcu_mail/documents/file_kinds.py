"""What an attached file is, by its bytes: a photo, a PDF, a Word file, or why it is no annex.

A name proves nothing, but a name that says «macros» or «archive» is believed. Nothing is unpacked
here beyond the directory of a ZIP; whether the file really opens is found out by `annex_reading`.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from enum import StrEnum
from typing import Final

_UNPACKED: Final = 100_000_000
_RATIO: Final = 100
_ENTRIES: Final = 1_000
_OLE = bytes.fromhex("D0CF11E0A1B11AE1")
_WORD_MAGIC = b"\xec\xa5"
_ENCRYPTED_FLAG = 0x0100
_SECTOR = 512
_LOOKED_AT = 4_000_000
_HEAD = 4096
_HEIC = re.compile(rb"^.{4}ftyp(?:heic|heix|hevc|hevx|heim|heis|hevm|hevs|mif1|msf1)", re.DOTALL)
_EXTERNAL = re.compile(rb"<Relationship\b[^>]*TargetMode\s*=\s*[\"']External[\"'][^>]*>")
_HARMLESS_LINK = re.compile(rb"Type\s*=\s*[\"'][^\"']*/(?:hyperlink|attachedTemplate)[\"']")

_ELSEWHERE = re.compile(
    rb"<(?:draw:image|draw:object|text:section-source)\b[^>]*xlink:href\s*=\s*"
    rb"[\"'](?:[a-z]+:|/|\.\./)",
    re.IGNORECASE,
)


class FileKind(StrEnum):
    """What can become an annex."""

    PHOTO = "photo"
    PDF = "pdf"
    DOCX = "docx"
    DOC = "doc"
    RTF = "rtf"
    ODT = "odt"


class AnnexFault(StrEnum):
    """Why a file cannot become an annex."""

    MACROS = "macros"
    ENCRYPTED = "encrypted"
    DAMAGED = "damaged"
    EMPTY = "empty"
    ARCHIVE = "archive"
    PROGRAM = "program"
    VIDEO = "video"
    AUDIO = "audio"
    TABLE = "table"
    SLIDES = "slides"
    MAIL = "mail"
    BOMB = "bomb"
    PAGES = "pages"  # too many of them
    FRAMES = "frames"  # a picture file with several pages
    MANY = "many"  # more files than one mail should bring
    LINKED = "linked"  # it shows a picture or a file that lies elsewhere
    NO_OFFICE = "no_office"  # Word files cannot be opened on this machine
    LOGO = "logo"  # a small picture that came with a mail about another case too
    SIZE = "size"  # the mail server would not let the letter through
    UNKNOWN = "unknown"


_SILENT = (".p7s", ".p7m", ".sig", ".sgn", ".asc", ".ics", ".vcf", ".dat", ".url", ".lnk")
# What Outlook makes of a line between two attachments.
_LEFTOVER = re.compile(r"att\d{2,}\.(?:html?|txt)$")
_BY_NAME = {
    AnnexFault.MACROS: (".docm", ".dotm", ".xlsm", ".xltm", ".xlsb", ".pptm"),
    AnnexFault.ARCHIVE: (".zip", ".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".cab"),
    AnnexFault.PROGRAM: (
        *(".exe", ".com", ".bat", ".cmd", ".scr", ".msi", ".dll", ".ps1", ".vbs", ".js"),
        *(".jar", ".apk", ".hta", ".wsf", ".sh", ".iso", ".chm"),
    ),
    AnnexFault.VIDEO: (".mp4", ".mov", ".avi", ".mkv", ".3gp", ".webm", ".wmv", ".m4v", ".mpg"),
    AnnexFault.AUDIO: (".mp3", ".ogg", ".wav", ".m4a", ".aac", ".amr", ".opus"),
    AnnexFault.MAIL: (".eml", ".msg"),
}
_STARTS: tuple[tuple[bytes, FileKind | AnnexFault], ...] = (
    (b"\xff\xd8\xff", FileKind.PHOTO),
    (b"\x89PNG\r\n\x1a\n", FileKind.PHOTO),
    (b"II*\x00", FileKind.PHOTO),
    (b"MM\x00*", FileKind.PHOTO),
    (b"GIF8", FileKind.PHOTO),
    (b"BM", FileKind.PHOTO),
    (b"{\\rtf", FileKind.RTF),
    (b"MZ", AnnexFault.PROGRAM),
    (b"\x7fELF", AnnexFault.PROGRAM),
    (b"Rar!", AnnexFault.ARCHIVE),
    (b"7z\xbc\xaf\x27\x1c", AnnexFault.ARCHIVE),
    (b"\x1f\x8b", AnnexFault.ARCHIVE),
    (b"BZh", AnnexFault.ARCHIVE),
    (b"\xfd7zXZ", AnnexFault.ARCHIVE),
    (b"\x1aE\xdf\xa3", AnnexFault.VIDEO),
    (b"\x00\x00\x01\xba", AnnexFault.VIDEO),
    (b"\x00\x00\x01\xb3", AnnexFault.VIDEO),
    (b"ID3", AnnexFault.AUDIO),
    (b"OggS", AnnexFault.AUDIO),
)
_RIFF: dict[bytes, FileKind | AnnexFault] = {
    b"WEBP": FileKind.PHOTO,
    b"AVI ": AnnexFault.VIDEO,
    b"WAVE": AnnexFault.AUDIO,
}
_ODF: dict[bytes, FileKind | AnnexFault] = {
    b"application/vnd.oasis.opendocument.text": FileKind.ODT,
    b"application/vnd.oasis.opendocument.spreadsheet": AnnexFault.TABLE,
    b"application/vnd.oasis.opendocument.presentation": AnnexFault.SLIDES,
}


def is_silent(name: str, content_type: str = "") -> bool:
    """Whether a file accompanies every mail of some programs and nobody means to hand it over."""
    plain = name.lower().strip()
    return (
        plain.endswith(_SILENT)
        or _LEFTOVER.match(plain) is not None
        or plain.startswith("winmail")
        or content_type in {"application/ms-tnef", "text/calendar", "text/vcard"}
        or "pkcs7" in content_type
        or content_type == "application/pgp-signature"
    )


def file_kind(content: bytes, name: str) -> FileKind | AnnexFault:
    """What the bytes are, or why they are no annex; never raises."""
    suffix = "." + name.rpartition(".")[2].lower() if "." in name else ""
    if not content:
        return AnnexFault.EMPTY
    if suffix in _BY_NAME[AnnexFault.MACROS]:
        return AnnexFault.MACROS
    found = _by_bytes(content)
    if found not in {AnnexFault.UNKNOWN, AnnexFault.DAMAGED}:
        return found
    for fault, suffixes in _BY_NAME.items():
        if suffix in suffixes:
            return fault
    # A file that is called a picture or a document and is none was spoilt on its way.
    known = (".jpg", ".jpeg", ".png", ".heic", ".webp", ".pdf", ".docx", ".doc", ".odt", ".rtf")
    return AnnexFault.DAMAGED if suffix in known else found


def _by_bytes(content: bytes) -> FileKind | AnnexFault:
    head = content[:_HEAD]
    if head.startswith(b"PK\x03\x04"):
        return _zipped(content)
    if head.startswith(_OLE):
        return _compound(content)
    if b"%PDF-" in head[:1024]:
        return FileKind.PDF
    if head.startswith(b"RIFF"):
        return _RIFF.get(head[8:12], AnnexFault.UNKNOWN)
    if head[4:8] == b"ftyp":
        return FileKind.PHOTO if _HEIC.match(head) else AnnexFault.VIDEO
    for start, kind in _STARTS:
        if head.startswith(start):
            return kind
    return AnnexFault.UNKNOWN


def _zipped(content: bytes) -> FileKind | AnnexFault:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _package(archive, len(content))
    except (
        zipfile.BadZipFile,
        zlib.error,
        struct.error,
        EOFError,
        KeyError,
        OSError,
        RuntimeError,
        ValueError,
    ):
        return AnnexFault.DAMAGED


def _package(archive: zipfile.ZipFile, length: int) -> FileKind | AnnexFault:
    entries = archive.infolist()
    names = {item.filename for item in entries}
    known = _word_package(archive, names)
    if known is AnnexFault.ARCHIVE:
        return known
    unpacked = sum(item.file_size for item in entries)
    if unpacked > _UNPACKED or unpacked > _RATIO * max(length, 10_000) or len(entries) > _ENTRIES:
        return AnnexFault.BOMB
    if any(item.flag_bits & 1 for item in entries):
        return AnnexFault.ENCRYPTED
    if known is FileKind.DOCX:
        relations = [archive.read(name) for name in names if name.endswith(".rels")]
        links = (link for text in relations for link in _EXTERNAL.findall(text))
        if not all(_HARMLESS_LINK.search(link) for link in links):
            return AnnexFault.LINKED
    if known is FileKind.ODT:
        if b"encryption-data" in archive.read("META-INF/manifest.xml"):
            return AnnexFault.ENCRYPTED
        if _ELSEWHERE.search(archive.read("content.xml")):
            return AnnexFault.LINKED
    return known


def _word_package(archive: zipfile.ZipFile, names: set[str]) -> FileKind | AnnexFault:
    lowered = {name.lower() for name in names}
    if any(name.endswith("vbaproject.bin") for name in lowered):
        return AnnexFault.MACROS
    if "word/document.xml" in lowered:
        return FileKind.DOCX
    if any(name.startswith("xl/") for name in lowered):
        return AnnexFault.TABLE
    if any(name.startswith("ppt/") for name in lowered):
        return AnnexFault.SLIDES
    if "mimetype" in names and archive.getinfo("mimetype").file_size < _HEAD:
        kind = _ODF.get(archive.read("mimetype").strip(), AnnexFault.ARCHIVE)
        scripts = any(name.startswith(("Basic/", "Scripts/")) for name in names)
        return AnnexFault.MACROS if kind is FileKind.ODT and scripts else kind
    return AnnexFault.ARCHIVE


def _compound(content: bytes) -> FileKind | AnnexFault:
    """An old Office file by the names of its streams: the container itself is not followed."""

    def has(stream: str) -> bool:
        return stream.encode("utf-16-le") in content

    if has("EncryptedPackage"):
        return AnnexFault.ENCRYPTED
    if has("_VBA_PROJECT"):
        return AnnexFault.MACROS
    if has("__properties_version1.0"):
        return AnnexFault.MAIL
    if has("WordDocument"):
        return AnnexFault.ENCRYPTED if _is_locked_doc(content) else FileKind.DOC
    if has("Workbook") or has("Book"):
        return AnnexFault.TABLE
    return AnnexFault.SLIDES if has("PowerPoint Document") else AnnexFault.UNKNOWN


def _is_locked_doc(content: bytes) -> bool:
    """Whether the head of a Word 97 document says that it is encrypted."""
    for place in range(_SECTOR, min(len(content), _LOOKED_AT), _SECTOR):
        if content[place : place + 2] == _WORD_MAGIC:
            flags = int.from_bytes(content[place + 10 : place + 12], "little")
            return bool(flags & _ENCRYPTED_FLAG)
    return False
