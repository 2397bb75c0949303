"""Outlook's compressed rich text (LZFu, [MS-OXRTFCP]) to the RTF that it holds.

Guarantees: nothing raises; the result never exceeds a fixed size, whatever the bytes promise.
"""

from __future__ import annotations

import struct

_PACKED, _PLAIN = 0x75465A4C, 0x414C454D
_HEADER = 16
_WINDOW = 4096
_MOST = 5_000_000
_START = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern "
    b"\\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0"
    b"\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)


def unpack_rtf(packed: bytes) -> bytes:
    """Return the RTF in `packed`; what a damaged one still holds, empty when it is none."""
    if len(packed) < _HEADER:
        return b""
    _, size, magic, _ = struct.unpack_from("<IIII", packed)
    if magic == _PLAIN:
        return packed[_HEADER : _HEADER + min(size, _MOST)]
    return _unpacked(packed, min(size, _MOST)) if magic == _PACKED else b""


def _unpacked(packed: bytes, size: int) -> bytes:
    window = bytearray(_START.ljust(_WINDOW, b"\x00"))
    place = len(_START)
    done = bytearray()
    at = _HEADER
    while at < len(packed) and len(done) < size:
        control = packed[at]
        at += 1
        for bit in range(8):
            if control >> bit & 1:
                pair = packed[at : at + 2]
                at += 2
                start, length = int.from_bytes(pair, "big") >> 4, (pair[-1:] or b"\0")[0] & 15
                if len(pair) < 2 or start == place % _WINDOW:  # noqa: PLR2004 - a reference is two bytes
                    return bytes(done[:size])
                for step in range(length + 2):
                    value = window[(start + step) % _WINDOW]
                    done.append(value)
                    window[place % _WINDOW] = value
                    place += 1
            elif at < len(packed):
                window[place % _WINDOW] = packed[at]
                done.append(packed[at])
                place += 1
                at += 1
            else:
                return bytes(done[:size])
    return bytes(done[:size])
