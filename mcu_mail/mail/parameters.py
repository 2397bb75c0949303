"""Parameters of MIME fields (RFC 2045, RFC 2231), and names of attachments as a person sees them.

Guarantees: nothing raises; a name holds no path, no control or bidi character, is never empty and
at most 150 characters long with its extension kept.
"""

from __future__ import annotations

import re
from urllib.parse import unquote_to_bytes

from mcu_mail.mail.charset import clean_header, decode_bytes, decode_header

_PAIR = re.compile(rb';\s*([A-Za-z0-9_*.-]{1,60})\s*=\s*("(?:[^"\\]|\\.)*"|[^;]*)', re.DOTALL)
_CONTINUED = re.compile(r"^(.+?)\*(\d{1,3})(\*?)$")
_ESCAPE = re.compile(rb"\\([\"\\])")
_RESERVED = re.compile(r'[<>:"|?*]')
# Windows opens a device for such a name, whatever extension follows it.
_DEVICE = re.compile(
    r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?=\s*(?:\.|$))", re.IGNORECASE
)
_MAX_NAME = 150
_MAX_EXTENSION = 12
_EXTENSIONS = {
    "application/pdf": ".pdf",
    "application/msword": ".doc",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "text/plain": ".txt",
    "text/html": ".html",
    "text/calendar": ".ics",
    "message/rfc822": ".eml",
}


def parameters(raw: bytes) -> dict[str, str]:
    """Return the parameters of a Content-Type or Content-Disposition value, names in lower case.

    RFC 2231 continuations and charsets are resolved and win over plain parameters; encoded-words
    and raw 8-bit text inside values, which no standard allows and everybody writes, are decoded.
    """
    plain: dict[str, str] = {}
    split: dict[str, dict[int, tuple[bytes, bool]]] = {}
    for found in _PAIR.finditer(b";" + raw.partition(b";")[2][:20_000]):
        key = found[1].decode("ascii").lower()
        value = found[2].strip()
        if len(value) > 1 and value[:1] == value[-1:] == b'"':
            value = _ESCAPE.sub(rb"\1", value[1:-1])
        if part := _CONTINUED.match(key):
            split.setdefault(part[1], {}).setdefault(int(part[2]), (value, bool(part[3])))
        elif key.endswith("*"):
            split.setdefault(key[:-1], {}).setdefault(0, (value, True))
        else:
            plain.setdefault(key, decode_header(value))
    return plain | {key: _join(pieces) for key, pieces in split.items()}


def _join(pieces: dict[int, tuple[bytes, bool]]) -> str:
    charset, data, first = None, b"", True
    for number in sorted(pieces):
        value, encoded = pieces[number]
        if encoded and first and value.count(b"'") > 1:
            name, _, value = value.split(b"'", 2)
            charset = name.decode("ascii", errors="replace") or None
        data += unquote_to_bytes(value) if encoded else value
        first = False
    if charset is None and b"=?" in data:
        return decode_header(data)
    return decode_bytes(data, charset)


def clean_name(name: str, content_type: str = "", fallback: str = "Вложение") -> str:
    """Return the file name a person would see for `name`; `fallback` when nothing is left of it."""
    last = re.split(r"[/\\]|%2[fF]|%5[cC]", clean_header(name, 2000))[-1]
    last = _RESERVED.sub("_", last).strip(" .")
    if not last:
        last = fallback + _EXTENSIONS.get(content_type, "")
    if _DEVICE.match(last):
        last = f"_{last}"
    stem, dot, extension = last.rpartition(".")
    if len(last) > _MAX_NAME and dot and len(extension) <= _MAX_EXTENSION:
        return stem[: _MAX_NAME - len(extension) - 1].rstrip() + dot + extension
    return last[:_MAX_NAME]
