"""The mail inside an opaque signature (CMS SignedData, `smime.p7m`): unwrapped, never verified.

Why no library here: asn1crypto has its one door in `documents/`, which this layer may not import,
and what is needed is five nested headers of BER. Guarantees: nothing raises, no recursion, linear
time; whatever is no SignedData with content gives None. A signature proves nothing to us: who
wrote a mail is told by our own mail server alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

_SEQUENCE, _SET, _OID, _OCTETS, _INTEGER = 0x30, 0x31, 0x06, 0x04, 0x02
_JOINED_OCTETS, _EXPLICIT = 0x24, 0xA0
_CONSTRUCTED, _LONG, _LONG_TAG = 0x20, 0x80, 0x1F
_SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
_MAX_DEPTH = 32
_MAX_LENGTH_BYTES = 5


class _Element(NamedTuple):
    """One value of BER: its tag and where its content lies; `end` is None when not stated."""

    tag: int
    start: int
    end: int | None


def signed_content(der: bytes) -> bytes | None:
    """Return the content that a SignedData carries; None when `der` is none or carries nothing."""
    try:
        return _content(der)
    except (IndexError, ValueError):
        return None


def _content(der: bytes) -> bytes | None:
    """Walk down ContentInfo → SignedData → EncapsulatedContentInfo → the octets."""
    at = _enter(der, 0, _SEQUENCE)
    kind = _header(der, at)
    if kind.tag != _OID or der[kind.start : kind.end] != _SIGNED_DATA:
        return None
    at = _enter(der, _after(der, kind), _EXPLICIT)
    at = _enter(der, at, _SEQUENCE)
    for expected in (_INTEGER, _SET):
        item = _header(der, at)
        if item.tag != expected:
            return None
        at = _after(der, item)
    at = _enter(der, at, _SEQUENCE)
    kind = _header(der, at)
    if kind.tag != _OID:
        return None
    at = _enter(der, _after(der, kind), _EXPLICIT)
    octets = _header(der, at)
    if octets.tag == _OCTETS and octets.end is not None:
        return der[octets.start : octets.end]
    if octets.tag == _JOINED_OCTETS:
        return b"".join(der[piece.start : piece.end] for piece in _pieces(der, octets))
    return None


def _enter(der: bytes, at: int, tag: int) -> int:
    element = _header(der, at)
    if element.tag != tag:
        raise ValueError(hex(element.tag))
    return element.start


def _header(der: bytes, at: int) -> _Element:
    tag, first = der[at], der[at + 1]
    if tag & _LONG_TAG == _LONG_TAG:
        raise ValueError(hex(tag))
    if first < _LONG:
        return _checked(der, tag, at + 2, first)
    count = first - _LONG
    if count == 0:
        return _Element(tag, at + 2, None)
    if count > _MAX_LENGTH_BYTES:
        raise ValueError(count)
    stated = int.from_bytes(der[at + 2 : at + 2 + count], "big")
    return _checked(der, tag, at + 2 + count, stated)


def _checked(der: bytes, tag: int, start: int, length: int) -> _Element:
    """A value that is cut short keeps what has come: a mail cut off is still worth reading."""
    return _Element(tag, start, min(start + length, len(der)))


def _after(der: bytes, element: _Element) -> int:
    """Return where the next value begins; values of no stated length end with two zero bytes."""
    if element.end is not None:
        return element.end
    at = element.start
    open_levels = 1
    while open_levels:
        if der[at] == der[at + 1] == 0:
            open_levels -= 1
            at += 2
            continue
        inner = _header(der, at)
        if inner.end is None:
            open_levels += 1
            if open_levels > _MAX_DEPTH:
                raise ValueError(open_levels)
        at = inner.start if inner.end is None else inner.end
    return at


def _pieces(der: bytes, joined: _Element) -> Iterator[_Element]:
    """Yield the octet strings that one is cut into, as programs that stream write it."""
    ends = [joined.end]
    at = joined.start
    while ends:
        if at >= len(der) or (ends[-1] is not None and at >= ends[-1]):
            ends.pop()
            continue
        if ends[-1] is None and der[at : at + 2] == b"\0\0":
            ends.pop()
            at += 2
            continue
        piece = _header(der, at)
        if piece.tag == _OCTETS:
            yield piece
            at = piece.end if piece.end is not None else len(der)
        elif piece.tag == _JOINED_OCTETS and len(ends) < _MAX_DEPTH:
            ends.append(piece.end)
            at = piece.start
        else:
            return
