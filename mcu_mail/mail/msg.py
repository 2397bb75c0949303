"""Outlook's `.msg` files ([MS-OXMSG]): the one door to olefile.

Guarantees: nothing raises for any bytes; what is read stays within fixed limits, however many
names of one compound file share the same sectors.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import olefile

from mcu_mail.mail.charset import clean_header
from mcu_mail.mail.mapi import (
    DATA,
    SUBJECT,
    Packed,
    attachment_of,
    body_of,
    code_page_of,
    text_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mcu_mail.mail.attachment import Attachment
    from mcu_mail.mail.mapi import Properties

SIGNATURE = bytes.fromhex("d0cf11e0a1b11ae1")
_STREAM = "__substg1.0_"
_FIXED = "__properties_version1.0"
_ATTACHED = "__attach_version1.0_"
_EMBEDDED = "__substg1.0_3701000D"
_KEY, _KIND = slice(12, 16), slice(16, 20)
_TOP_HEAD, _EMBEDDED_HEAD, _ATTACHED_HEAD = 32, 24, 8
_ROW = 16
_BYTES = 0x0102
# Of the sender: by SMTP, as it was sent for somebody, and whatever stands there.
_SENDERS = (0x5D01, 0x5D02, 0x0C1F, 0x0065)
_MAX_NAMES = 5_000
_MAX_LEVELS = 3
_MAX_BYTES = 60_000_000


def read_msg(raw: bytes) -> Packed | None:
    """Return what `raw` holds; None when it is no readable `.msg`.

    The files of a message inside the message are among its files: all of them were handed over.
    """
    if not raw.startswith(SIGNATURE):
        return None
    try:
        with olefile.OleFileIO(io.BytesIO(raw)) as ole:
            if not ole.exists(_FIXED):
                return None
            return _Reader(ole).message((), None, _MAX_LEVELS)
    except Exception:  # noqa: BLE001 - a compound file of a stranger fails in any way it likes
        return None


class _Reader:
    """One open compound file and how much of it may still be read."""

    def __init__(self, ole: olefile.OleFileIO) -> None:
        self._ole = ole
        self._left = _MAX_BYTES
        self._children: dict[tuple[str, ...], list[str]] = {}
        for path in ole.listdir(streams=True, storages=True)[:_MAX_NAMES]:
            self._children.setdefault(tuple(path[:-1]), []).append(path[-1])

    def message(self, path: tuple[str, ...], page: str | None, levels: int) -> Packed:
        """The message whose storage stands at `path`."""
        found = self._properties(path)
        page = code_page_of(found, page)
        plain, html = body_of(found, page)
        return Packed(
            subject=clean_header(text_of(found, SUBJECT, page)),
            sender=_sender(found, page),
            plain=plain,
            html=html,
            files=tuple(self._files(path, page, levels)),
        )

    def _files(self, path: tuple[str, ...], page: str | None, levels: int) -> Iterator[Attachment]:
        for name in self._children.get(path, []):
            if not name.startswith(_ATTACHED):
                continue
            inner = (*path, name)
            if _EMBEDDED in self._children.get(inner, []):
                if levels:
                    yield from self.message((*inner, _EMBEDDED), page, levels - 1).files
                continue
            item = attachment_of(self._properties(inner), page)
            if item is not None:
                yield item

    def _properties(self, path: tuple[str, ...]) -> Properties:
        found: Properties = {}
        names = self._children.get(path, [])
        if _FIXED in names:
            rows = self._read((*path, _FIXED))
            for at in range(_head(path), len(rows) - _ROW + 1, _ROW):
                kind, key = (int.from_bytes(rows[at + p : at + p + 2], "little") for p in (0, 2))
                found[key] = (kind, rows[at + 8 : at + 16])
        for name in names:
            if name.startswith(_STREAM) and len(name) == _KIND.stop:
                key, kind = int(name[_KEY], 16), int(name[_KIND], 16)
                found[key] = (kind, self._read((*path, name)))
        if DATA in found and found[DATA][0] != _BYTES:
            del found[DATA]
        return found

    def _read(self, path: tuple[str, ...]) -> bytes:
        size = self._ole.get_size(list(path))
        if size > self._left:
            return b""
        self._left -= size
        return bytes(self._ole.openstream(list(path)).read())


def _sender(found: Properties, page: str | None) -> str:
    stated = (text_of(found, key, page).strip() for key in _SENDERS)
    return next((one for one in stated if "@" in one), "")


def _head(path: tuple[str, ...]) -> int:
    """Return how many bytes stand before the first row of a list of properties."""
    if not path:
        return _TOP_HEAD
    return _EMBEDDED_HEAD if path[-1] == _EMBEDDED else _ATTACHED_HEAD
