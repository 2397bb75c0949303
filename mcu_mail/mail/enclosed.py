"""Files inside the files of a mail: in `winmail.dat`, in `.msg` files and in attached mails.

What Outlook packs into `winmail.dat` the sender has attached himself; what lies in an attached mail
somebody else may have. Guarantees: nothing raises, nothing else is opened, and all stays within a
depth, a number and a size, whatever is wrapped in what.
"""

from __future__ import annotations

from email import message_from_bytes
from typing import TYPE_CHECKING

from mcu_mail.mail.body import MAX_BOUNDARY_LINES, Body
from mcu_mail.mail.msg import read_msg
from mcu_mail.mail.tnef import SIGNATURE, read_tnef

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mcu_mail.mail.attachment import Attachment

_MAX_DEPTH = 3
_MAX_FILES = 200
_MAX_WRAPPERS = 20
_MAX_BYTES = 100_000_000
_MAIL_TYPES = frozenset({"message/rfc822", "message/global"})


def is_mail(file: Attachment) -> bool:
    """Whether a file is a mail by its name or its type."""
    return file.content_type in _MAIL_TYPES or file.name.lower().endswith((".eml", ".msg"))


def is_packed(file: Attachment) -> bool:
    """Whether a file is a `winmail.dat`, whatever its name."""
    return file.content.startswith(SIGNATURE)


def packed_files(files: Iterable[Attachment]) -> tuple[Attachment, ...]:
    """Return the files of each `winmail.dat` among `files`, in order."""
    packed = [read_tnef(file.content) for file in files]
    return tuple(item for found in packed if found is not None for item in found.files)


def files_inside(files: Iterable[Attachment]) -> tuple[Attachment, ...]:
    """Return the files inside the mails among `files`; those of a mail inside follow that mail."""
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
    return _of_mail(file.content) if is_mail(file) else ()


def _of_mail(raw: bytes) -> tuple[Attachment, ...]:
    if raw.count(b"\n--") > MAX_BOUNDARY_LINES:
        return ()
    body = Body()
    try:
        body.read(message_from_bytes(raw))
    except Exception:  # noqa: BLE001 - the parser raises RecursionError and worse
        return ()
    return tuple(body.files())
