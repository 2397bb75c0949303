"""`winmail.dat` ([MS-OXTNEF]): the text and the files that Outlook has packed for Outlooks only.

Guarantees: nothing raises for any bytes; what a damaged one still holds comes out; linear time.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from mcu_mail.mail.charset import clean_header
from mcu_mail.mail.mapi import (
    BODY,
    DATA,
    SUBJECT,
    Packed,
    attachment_of,
    body_of,
    charset_of_page,
    code_page_of,
    text_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mcu_mail.mail.attachment import Attachment
    from mcu_mail.mail.mapi import Properties

SIGNATURE = bytes.fromhex("789f3e22")
_HEAD = 6
_SUBJECT, _BODY, _ATTACHED_BYTES, _ATTACHED_TITLE = 0x8004, 0x800C, 0x800F, 0x8010
_NEW_ATTACHED, _MESSAGE, _ATTACHED, _CODE_PAGE = 0x9002, 0x9003, 0x9005, 0x9007
_NAMED = 0x8000
_MULTIPLE = 0x1000
_OBJECT, _BYTES, _TEXT, _UNICODE = 0x000D, 0x0102, 0x001E, 0x001F
_VARIABLE = frozenset({_OBJECT, _BYTES, _TEXT, _UNICODE})
_FIXED = {
    **dict.fromkeys((0x0002, 0x0003, 0x0004, 0x000A, 0x000B), 4),
    **dict.fromkeys((0x0005, 0x0006, 0x0007, 0x0014, 0x0040), 8),
    0x0048: 16,
}
_IID = 16
_MAX_PROPERTIES = 5_000
_MAX_FILES = 200


def read_tnef(raw: bytes) -> Packed | None:
    """Return what `raw` holds; None when it is no `winmail.dat`."""
    if not raw.startswith(SIGNATURE):
        return None
    message: Properties = {}
    attached: list[tuple[Properties, bytes]] = []
    page: str | None = None
    for key, value in _attributes(raw):
        if key == _CODE_PAGE:
            page = charset_of_page(int.from_bytes(value[:4], "little"))
        elif key == _SUBJECT:
            message.setdefault(SUBJECT, (_TEXT, value))
        elif key == _BODY:
            message.setdefault(BODY, (_TEXT, value))
        elif key == _MESSAGE:
            message.update(_properties(value))
        elif key == _NEW_ATTACHED and len(attached) < _MAX_FILES:
            attached.append(({}, b""))
        elif attached and key == _ATTACHED_TITLE:
            attached[-1] = (attached[-1][0], value.rstrip(b"\0"))
        elif attached and key == _ATTACHED_BYTES:
            attached[-1][0].setdefault(DATA, (_BYTES, value))
        elif attached and key == _ATTACHED:
            attached[-1][0].update(_properties(value))
    page = code_page_of(message, page)
    plain, html = body_of(message, page)
    return Packed(
        subject=clean_header(text_of(message, SUBJECT, page)),
        plain=plain,
        html=html,
        files=tuple(_files(attached, page)),
    )


def _files(attached: list[tuple[Properties, bytes]], page: str | None) -> Iterator[Attachment]:
    for found, title in attached:
        kind, content = found.get(DATA, (0, b""))
        if kind == _OBJECT:
            # A mail or an object inside stands behind the name of its interface.
            found[DATA] = (_BYTES, content[_IID:])
        named = text_of({0: (_TEXT, title)}, 0, page)
        item = attachment_of(found, page, title=named)
        if item is not None:
            yield item


def _attributes(raw: bytes) -> Iterator[tuple[int, bytes]]:
    at = _HEAD
    while at + 9 <= len(raw):
        _, key, _, length = struct.unpack_from("<BHHI", raw, at)
        at += 9
        yield key, raw[at : at + length]
        at += length + 2


def _properties(raw: bytes) -> Properties:
    """Return the properties of one block; the first value of those that have several."""
    found: Properties = {}
    try:
        count = struct.unpack_from("<I", raw)[0]
        at = 4
        for _ in range(min(count, _MAX_PROPERTIES)):
            kind, key = struct.unpack_from("<HH", raw, at)
            at += 4
            named = key >= _NAMED
            if named:
                at = _after_name(raw, at)
            value, at = _value(raw, at, kind)
            if not named and value:
                found[key] = (kind & ~_MULTIPLE, value)
    except (struct.error, KeyError):
        pass
    return found


def _after_name(raw: bytes, at: int) -> int:
    at += 16
    by_text, length = struct.unpack_from("<II", raw, at)
    return at + 8 + (_padded(length) if by_text else 0)


def _value(raw: bytes, at: int, kind: int) -> tuple[bytes, int]:
    single = kind & ~_MULTIPLE
    if single not in _VARIABLE:
        size = _FIXED[single]
        if not kind & _MULTIPLE:
            return raw[at : at + size], at + size
        count = struct.unpack_from("<I", raw, at)[0]
        return raw[at + 4 : at + 4 + size], at + 4 + size * count
    count = struct.unpack_from("<I", raw, at)[0]
    at += 4
    first = b""
    for number in range(min(count, _MAX_PROPERTIES)):
        length = struct.unpack_from("<I", raw, at)[0]
        if number == 0:
            first = raw[at + 4 : at + 4 + length]
        at += 4 + _padded(length)
    return first, at


def _padded(length: int) -> int:
    return (length + 3) & ~3
