"""Outlook's own properties (MAPI), as `winmail.dat` and `.msg` files both hold them.

Guarantees: nothing raises for any bytes, strings come out as text whatever their code page.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mcu_mail.mail.attachment import Attachment
from mcu_mail.mail.charset import clean_header, decode_bytes
from mcu_mail.mail.compressed_rtf import unpack_rtf
from mcu_mail.mail.parameters import clean_name
from mcu_mail.mail.rtf_text import read_rtf

if TYPE_CHECKING:
    from collections.abc import Mapping

SUBJECT, BODY, RTF, HTML = 0x0037, 0x1000, 0x1009, 0x1013
DATA = 0x3701
_EXTENSION, _SHORT_NAME, _LONG_NAME = 0x3703, 0x3704, 0x3707
_SHOWN_NAME, _MIME, _CONTENT_ID, _FLAGS, _HIDDEN = 0x3001, 0x370E, 0x3712, 0x3714, 0x7FFE
_MESSAGE_CODE_PAGE, _INTERNET_CODE_PAGE = 0x3FFD, 0x3FDE
UNICODE = 0x001F
_SHOWN_IN_TEXT = 4
_UTF8_PAGE, _UTF16_PAGE, _KOI8_PAGE = 65001, 1200, 20866
_MAX_TEXT = 1_000_000

_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".emf", ".wmf", ".tif", ".tiff", ".svg")

Properties = dict[int, tuple[int, bytes]]
"""Property → (its type, its bytes)."""


@dataclass(frozen=True, kw_only=True)
class Packed:
    """What a `winmail.dat` or a `.msg` file holds.

    Attributes:
        sender: the address it says it is from; empty when it states none.
        plain: its text; None when there is none in this form.
        html: its mark-up; None likewise.
        files: its attachments; mails inside it are among them, unopened.

    """

    subject: str = ""
    sender: str = ""
    plain: str | None = None
    html: str | None = None
    files: tuple[Attachment, ...] = ()


def text_of(found: Mapping[int, tuple[int, bytes]], key: int, code_page: str | None) -> str:
    """Return a property as text; empty when it is not there."""
    kind, raw = found.get(key, (0, b""))
    if kind == UNICODE:
        return raw.decode("utf-16-le", errors="replace").rstrip("\x00")
    return decode_bytes(raw.rstrip(b"\x00"), code_page)


def code_page_of(found: Mapping[int, tuple[int, bytes]], default: str | None) -> str | None:
    """Return the charset of the 8-bit strings of a message."""
    for key in (_MESSAGE_CODE_PAGE, _INTERNET_CODE_PAGE):
        page = _number(found, key)
        if page:
            return charset_of_page(page)
    return default


def charset_of_page(page: int) -> str:
    """Return the charset that Windows calls by the number `page`."""
    named = {_UTF8_PAGE: "utf-8", _UTF16_PAGE: "utf-16-le", _KOI8_PAGE: "koi8-r"}
    return named.get(page, f"cp{page}")


def body_of(
    found: Mapping[int, tuple[int, bytes]], code_page: str | None
) -> tuple[str | None, str | None]:
    """Return (plain, html) of a message: what is stated, else what its RTF holds."""
    plain = text_of(found, BODY, code_page)[:_MAX_TEXT] or None
    html = None
    if HTML in found:
        page = _number(found, _INTERNET_CODE_PAGE)
        html = text_of(found, HTML, charset_of_page(page) if page else None)[:_MAX_TEXT] or None
    if html is None and plain is None and RTF in found:
        rtf = unpack_rtf(found[RTF][1])
        text, is_html = read_rtf(rtf) if rtf else ("", False)
        plain, html = (None, text or None) if is_html else (text or None, None)
    return plain, html


def attachment_of(
    found: Mapping[int, tuple[int, bytes]], code_page: str | None, *, title: str = ""
) -> Attachment | None:
    """Return one attachment of a message, or None when it has no bytes.

    Args:
        title: its name as an older field of the container says it.

    """
    content = found.get(DATA, (0, b""))[1]
    if not content:
        return None
    names = [text_of(found, key, code_page) for key in (_LONG_NAME, _SHOWN_NAME)]
    short = text_of(found, _SHORT_NAME, code_page)
    given = names[0] or title or short or names[1]
    suffix = text_of(found, _EXTENSION, code_page).strip()
    if suffix.startswith(".") and "." not in given:
        given += suffix
    mime = clean_header(text_of(found, _MIME, code_page), 100).lower()
    content_id = clean_header(text_of(found, _CONTENT_ID, code_page)).strip("<> ") or None
    shown = bool(_number(found, _HIDDEN)) or bool(_number(found, _FLAGS) & _SHOWN_IN_TEXT)
    name = clean_name(given, mime)
    return Attachment(
        name=name,
        content_type=mime or "application/octet-stream",
        content=content,
        # Outlook gives identifiers to documents too; only a picture can belong to the text.
        inline=(shown or content_id is not None) and name.lower().endswith(_PICTURES),
        content_id=content_id,
    )


def _number(found: Mapping[int, tuple[int, bytes]], key: int) -> int:
    return int.from_bytes(found.get(key, (0, b""))[1][:4], "little")
