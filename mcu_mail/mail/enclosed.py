"""Files inside the files of a mail: in `winmail.dat`, in `.msg` files and in attached mails.

Guarantees: `files_inside` never raises, opens nothing else, and stays within a depth, a number and
a size, whatever is wrapped in what.
"""

from __future__ import annotations

from email import message_from_bytes
from typing import TYPE_CHECKING

from mcu_mail.mail.body import MAX_BOUNDARY_LINES, Body
from mcu_mail.mail.msg import read_msg
from mcu_mail.mail.tnef import read_tnef

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mcu_mail.mail.attachment import Attachment

_MAX_DEPTH = 3
_MAX_FILES = 200
_MAX_WRAPPERS = 20
_MAX_BYTES = 100_000_000
_MAIL_TYPES = frozenset({"message/rfc822", "message/global"})


def files_inside(files: Iterable[Attachment]) -> tuple[Attachment, ...]:
    """Return the files inside `files`, in order, wrapped ones after their wrapper."""
    waiting = [(file, 1) for file in files][::-1]
    found: list[Attachment] = []
    opened = size = 0
    while waiting:
        file, depth = waiting.pop()
        if depth > 1:
            size += len(file.content)
            if len(found) >= _MAX_FILES or size > _MAX_BYTES:
                break
            found.append(file)
        inner = _opened(file) if depth <= _MAX_DEPTH and opened < _MAX_WRAPPERS else ()
        opened += bool(inner)
        waiting += [(item, depth + 1) for item in reversed(inner)]
    return tuple(found)


def _opened(file: Attachment) -> tuple[Attachment, ...]:
    """Return what `file` wraps; nothing when it wraps nothing."""
    packed = read_tnef(file.content)
    if packed is None and file.name.lower().endswith(".msg"):
        packed = read_msg(file.content)
    if packed is not None:
        return packed.files
    if file.content_type in _MAIL_TYPES or file.name.lower().endswith(".eml"):
        return _of_mail(file.content)
    return ()


def _of_mail(raw: bytes) -> tuple[Attachment, ...]:
    if raw.count(b"\n--") > MAX_BOUNDARY_LINES:
        return ()
    body = Body()
    try:
        body.read(message_from_bytes(raw))
    except Exception:  # noqa: BLE001 - the parser raises RecursionError and worse
        return ()
    return tuple(body.files())
