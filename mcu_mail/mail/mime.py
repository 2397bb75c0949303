"""One foreign mail, read once: raw bytes in, a plain value out.

Guarantees: `read_mail` returns for any bytes whatever, never raises, and keeps the sender and the
identifiers of a mail even when its body cannot be read. Parsing is the standard library's over
bytes (compat32); everything that library gets wrong on Russian mails — charsets, encoded-words,
names, strict senders — is decoded here. Limits follow Dovecot's: 100 levels, 1000 parts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import Message
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from mcu_mail.mail.address import Sender, read_addresses, read_ids, read_sender
from mcu_mail.mail.ambiguity import ambiguities
from mcu_mail.mail.attachment import Attachment
from mcu_mail.mail.body import MAX_BOUNDARY_LINES, Body
from mcu_mail.mail.charset import clean_header, decode_header
from mcu_mail.mail.enclosed import files_inside, is_packed, packed_files
from mcu_mail.mail.html_text import html_to_text
from mcu_mail.mail.msg import read_msg

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mcu_mail.mail.mapi import Packed

__all__ = ["Attachment", "Incoming", "Sender", "clean_header", "read_mail"]

_MAX_TEXT = 1_000_000
_MAX_HEADERS = 1_000
_MAX_HEADER = 16_000
_YEARS = range(1990, 2101)
# Machines read these: decoding an encoded-word inside them could forge a verdict.
_MACHINE_FIELDS = frozenset({
    "authentication-results",
    "received",
    "received-spf",
    "return-path",
    "delivered-to",
    "x-original-to",
    "message-id",
    "in-reply-to",
    "references",
    "dkim-signature",
    "content-type",
})


@dataclass(frozen=True, kw_only=True)
class Incoming:
    """What one mail says.

    Attributes:
        message_id: without angle brackets, as are `in_reply_to` and `references`.
        reply_to: the one address of Reply-To, read as strictly as the sender.
        to: addresses of To and Cc.
        subject: one clean line of at most 200 characters.
        date: the Date field, aware; None when missing or absurd.
        plain: all text/plain bodies in order; None when there is none.
        html: all text/html bodies in order, as mark-up; None when there is none.
        text: what the person wrote, best source: plain, else HTML with quotations as ``> ``.
        attachments: files; attached mails are among them as ``.eml``.
        packed: files of a `winmail.dat` among those: the sender's own as well.
        enclosed: files inside attached mails (``.eml``, ``.msg``), at any depth.
        report: machine parts of a delivery or disposition report, the returned mail included.
        content_types: of the mail itself and its parts, outermost first.
        headers: names as written, values decoded, top first.
        defects: English codes of what was wrong with the bytes.

    """

    message_id: str | None
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    sender: Sender
    reply_to: str | None
    to: tuple[str, ...]
    subject: str
    date: datetime | None
    plain: str | None
    html: str | None
    text: str
    attachments: tuple[Attachment, ...]
    packed: tuple[Attachment, ...]
    enclosed: tuple[Attachment, ...]
    report: tuple[Attachment, ...]
    content_types: tuple[str, ...]
    headers: tuple[tuple[str, str], ...]
    defects: tuple[str, ...]

    @property
    def files(self) -> tuple[Attachment, ...]:
        """Return every file that came with the mail: its own, then those inside them."""
        return (*self.attachments, *self.packed, *self.enclosed)

    @property
    def children(self) -> tuple[Attachment, ...]:
        """Return the attached mails (message/rfc822)."""
        return tuple(part for part in self.attachments if part.content_type == "message/rfc822")

    def header(self, name: str) -> str | None:
        """Return the top-most value of the field `name`, or None."""
        return next(iter(self.all_headers(name)), None)

    def all_headers(self, name: str) -> tuple[str, ...]:
        """Return every value of the field `name`, top first."""
        wanted = name.lower()
        return tuple(value for key, value in self.headers if key.lower() == wanted)


def read_mail(raw: bytes) -> Incoming:
    """Return what the mail `raw` says; never raises, faults are named in `defects`.

    A mail that Outlook has saved (`.msg`) is read as well.
    """
    saved = read_msg(raw)
    if saved is not None:
        return _of_saved(saved)
    defects: list[str] = []
    message = _parse(raw, defects)
    fields = _raw_fields(message)
    body = Body()
    try:
        defects += ambiguities(message)
        body.read(message)
    except Exception as error:  # noqa: BLE001 - hostile bytes must never stop the queue
        defects.append(f"body:{type(error).__name__}")
    return _assemble(fields, body, (*defects, *body.defects))


def _of_saved(saved: Packed) -> Incoming:
    """A saved mail as if it had come; only what was its own text, files and stated sender."""
    return Incoming(
        message_id=None,
        in_reply_to=(),
        references=(),
        sender=read_sender([saved.sender.encode()] if saved.sender else []),
        reply_to=None,
        to=(),
        subject=saved.subject,
        date=None,
        plain=saved.plain,
        html=saved.html,
        text=saved.plain or html_to_text(saved.html or "", mark_quotes=True),
        attachments=saved.files,
        packed=packed_files(saved.files),
        enclosed=files_inside(saved.files),
        report=(),
        content_types=("application/vnd.ms-outlook",),
        headers=(),
        defects=(),
    )


def _parse(raw: bytes, defects: list[str]) -> Message:
    """Parse whole; when that fails, at least the headers; when even that fails, nothing."""
    if raw.count(b"\n--") > MAX_BOUNDARY_LINES:
        defects.append("too-many-parts")
    else:
        try:
            return message_from_bytes(raw)
        except Exception as error:  # noqa: BLE001 - the parser raises RecursionError and worse
            defects.append(f"structure:{type(error).__name__}")
    head = re.split(rb"\r?\n\r?\n", raw[:_MAX_TEXT], maxsplit=1)[0]
    try:
        return message_from_bytes(head + b"\n\n")
    except Exception as error:  # noqa: BLE001 - see above
        defects.append(f"headers:{type(error).__name__}")
    return Message()


def _raw_fields(message: Message) -> list[tuple[str, bytes]]:
    return [
        (str(name), str(value).encode("utf-8", errors="surrogateescape"))
        for name, value in message.raw_items()
    ]


def _assemble(fields: list[tuple[str, bytes]], body: Body, defects: Sequence[str]) -> Incoming:
    def every(name: str) -> list[bytes]:
        return [value for key, value in fields if key.lower() == name]

    subjects = every("subject")
    files = tuple(body.files())
    packed = packed_files(files)
    reply_to = every("reply-to")
    return Incoming(
        message_id=next(iter(read_ids(every("message-id")[:1])), None),
        in_reply_to=read_ids(every("in-reply-to")),
        references=read_ids(every("references")),
        sender=read_sender(every("from")),
        reply_to=read_sender(reply_to).address if reply_to else None,
        to=read_addresses([*every("to"), *every("cc")]),
        subject=clean_header(decode_header(subjects[0][:_MAX_HEADER])) if subjects else "",
        date=_date(every("date")),
        plain=body.plain(),
        html=body.html(),
        text=body.text(),
        attachments=files,
        packed=packed,
        enclosed=files_inside((*(file for file in files if not is_packed(file)), *packed)),
        report=tuple(body.report),
        content_types=tuple(body.types),
        headers=tuple(_readable(fields)),
        defects=tuple(dict.fromkeys(defects)),
    )


def _readable(fields: list[tuple[str, bytes]]) -> Iterator[tuple[str, str]]:
    for name, value in fields[:_MAX_HEADERS]:
        words = name.lower() not in _MACHINE_FIELDS
        yield name, clean_header(decode_header(value[:_MAX_HEADER], words=words), _MAX_HEADER)


def _date(fields: list[bytes]) -> datetime | None:
    if not fields:
        return None
    try:
        stated = parsedate_to_datetime(fields[0][:100].decode("ascii", errors="replace").strip())
        aware = stated if stated.tzinfo else stated.replace(tzinfo=UTC)
        return aware if aware.astimezone(UTC).year in _YEARS else None
    except (ValueError, TypeError, IndexError, OverflowError, AttributeError):
        return None
