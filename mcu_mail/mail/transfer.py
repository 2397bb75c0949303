"""Bytes out of their transfer encodings, as broken as programs and gateways leave them.

Guarantees: nothing raises, linear time; what is no base64 at all comes back as it is.
"""

from __future__ import annotations

import binascii
import re
from itertools import dropwhile, takewhile

_BASE64_LINE = re.compile(rb"[A-Za-z0-9+/]+={0,2}")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/=]")
_RUSSIAN = re.compile("[а-яё]{2}", re.IGNORECASE)
_SOFT_BREAK = re.compile(rb"=[ \t]{1,80}\r?\n")


def goes_on(raw: bytes) -> bool:
    """Whether base64 goes on where we leave off: behind its padding, or behind a broken line.

    A footer that a gateway has put below in plain text is no more base64.
    """
    filled = [line for line in map(bytes.strip, raw.split(b"\n")) if line]
    if b"=" in b"".join(takewhile(_BASE64_LINE.fullmatch, filled)).rstrip(b"="):
        return True
    rest = dropwhile(_BASE64_LINE.fullmatch, filled)
    bare = [_NOT_BASE64.sub(b"", line) for line in rest]
    return any(map(_says_words, bare))


def _says_words(coded: bytes) -> bool:
    """Whether a line is base64 of Russian words; it may begin or end inside a letter."""
    whole = coded[: len(coded) // 4 * 4]
    try:
        text = binascii.a2b_base64(whole).decode(errors="ignore")
    except ValueError:
        return False
    return _RUSSIAN.search(text) is not None


def of_base64(raw: bytes) -> bytes:
    """Decode base64 that may be cut short, or have a gateway's footer below it in plain text."""
    lines = [line.strip() for line in raw.split(b"\n")]
    filled = [line for line in lines if line]
    coded = b"".join(takewhile(_BASE64_LINE.fullmatch, filled))
    if not coded:
        # Nothing of it is base64: the label is wrong, not the text.
        return raw
    bare = coded.replace(b"=", b"") if coded.find(b"=") >= len(coded) - 2 else coded
    bare = bare[:-1] if b"=" not in bare and len(bare) % 4 == 1 else bare
    try:
        return binascii.a2b_base64(bare + b"=" * (-len(bare) % 4))
    except binascii.Error:
        return raw


def of_quoted(raw: bytes) -> bytes:
    """Decode quoted-printable; spaces behind a soft line break are no text."""
    return binascii.a2b_qp(_SOFT_BREAK.sub(b"=\n", raw))
