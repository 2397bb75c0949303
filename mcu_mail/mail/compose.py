"""A mail of ours as bytes, ready for DATA: the same mail is always the same bytes.

Every line ends with CRLF and no other CR or LF is left (`threats.md` A15: smuggling out); no value
can add a header (A16). Headers are written by hand in encoded-words and folded at spaces, because
`EmailPolicy` re-folds long Message-IDs of other servers into encoded-words and breaks the thread.
"""

from __future__ import annotations

import base64
import hashlib
import re
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import TYPE_CHECKING

from mcu_mail.errors import RefusedError
from mcu_mail.mail.ics import CONTENT_TYPE as CALENDAR
from mcu_mail.mail.phrases import clean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from mcu_mail.mail.wording import Worded

_ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,253})\Z"
)
_MESSAGE_ID = re.compile(r"<[^<>\s\x00-\x1f\x7f-\U0010ffff]{1,900}>\Z")
_HEADER_NAME = re.compile(r"X-[A-Za-z0-9-]{1,60}\Z|(?:Reply-To|Precedence|Importance)\Z")
_CONTENT_TYPE = re.compile(r"([a-z0-9.+-]+)/([a-z0-9.+-]+)\s*(?:;.*)?\Z", re.IGNORECASE | re.DOTALL)
_LINE = 76
"""Characters of a line of base64."""
_REFERENCES_KEPT = 20

# Undelivered mail is to be heard of in any case, so never «All».
ASKS: Mapping[str, str] = {"X-Auto-Response-Suppress": "DR, RN, NRN, AutoReply"}
"""Further headers of a mail that asks: an absence is to be told, a reading receipt is not."""
TELLS: Mapping[str, str] = {
    "X-Auto-Response-Suppress": "DR, RN, NRN, OOF, AutoReply",
    "Precedence": "bulk",
}
"""Further headers of a mail that asks nothing: no machine is to answer it (`threats.md` F14)."""
_WORD_OCTETS = 45
_AS_WRITTEN = SMTP.clone(refold_source="none")


def read_message_id(code: str, n: int, domain: str) -> str:
    """Return the Message-ID of the `n`-th mail of a request: `<req.<code>.<n>@domain>`."""
    return f"<req.{code.replace('-', '').lower()}.{n}@{domain}>"


def case_reference(number: str, domain: str) -> str:
    """Return the id that all mails of case `number` refer to, so that programs show one thread."""
    return f"<case.{number}@{domain}>"


def build(
    *,
    sender: str,
    sender_name: str,
    to: Sequence[str],
    worded: Worded,
    message_id: str,
    date: datetime,
    references: Sequence[str] = (),
    in_reply_to: str | None = None,
    attachments: Sequence[tuple[str, str, bytes]] = (),
    ics: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    auto_submitted: bool | str = True,
) -> bytes:
    """Return the mail: text and HTML as alternatives, then attachments (name, content type, bytes).

    `references` and `in_reply_to` may be other people's ids: one that is no Message-ID is left out.
    `headers` are further ones (`X-…`, `Reply-To`, `Precedence`, `Importance`). `auto_submitted`
    is the word of RFC 3834, if it is another one than that of a mail nobody has asked for.

    Raises:
        RefusedError: an address, our own `message_id` or a name in `headers` is malformed.

    """
    mail = EmailMessage(policy=_AS_WRITTEN)
    mail.set_content(worded.text, cte="base64")
    mail.add_alternative(worded.html, subtype="html", cte="base64")
    if ics is not None:
        attachments = (*attachments, ("Срок.ics", CALENDAR, ics))
    digest = hashlib.sha256(message_id.encode("utf-8")).hexdigest()[:32]
    # The library writes line by line, ten times as slowly: it writes one line for each file.
    stands_for = {
        f"=_{digest}_file_{place}": content for place, (_, _, content) in enumerate(attachments)
    }
    for (name, content_type, _), token in zip(attachments, stands_for, strict=True):
        _attach(mail, name, content_type, token)
    _fix_boundaries(mail, digest)
    for key, value in _headers(
        sender=sender,
        sender_name=sender_name,
        to=to,
        subject=worded.subject,
        message_id=message_id,
        date=date,
    ):
        mail.set_raw(key, value)
    thread = [known for known in references if _MESSAGE_ID.match(known)]
    if in_reply_to and _MESSAGE_ID.match(in_reply_to):
        mail.set_raw("In-Reply-To", in_reply_to)
    if thread:
        # The first id names the thread; the last ones are its newest mails (RFC 5322, 3.6.4).
        kept = thread[:1] + thread[1:][-_REFERENCES_KEPT:]
        mail.set_raw("References", "\r\n ".join(kept))
    if auto_submitted:
        word = auto_submitted if isinstance(auto_submitted, str) else "auto-generated"
        mail.set_raw("Auto-Submitted", word)
    for key, value in (headers or {}).items():
        if not _HEADER_NAME.match(key):
            raise RefusedError(f"header {key!r} may not be set here")
        mail.set_raw(key, _words(value, key))
    data = mail.as_bytes(policy=_AS_WRITTEN)
    for token, content in stands_for.items():
        before, _, after = data.partition(f"{token}\r\n".encode())
        data = b"".join((before, _encoded(content), after))
    # Counting is fifty times as fast as a pattern.
    if not data.count(b"\r\n") == data.count(b"\r") == data.count(b"\n"):
        raise RefusedError("the mail holds a bare CR or LF")
    return data


def _headers(
    *,
    sender: str,
    sender_name: str,
    to: Sequence[str],
    subject: str,
    message_id: str,
    date: datetime,
) -> list[tuple[str, str]]:
    if not _MESSAGE_ID.match(message_id):
        raise RefusedError("what was to be a Message-ID is none")
    if not to:
        raise RefusedError("the mail has no recipient")
    return [
        ("From", f"{_name(sender_name)}<{_address(sender)}>"),
        ("To", ",\r\n ".join(map(_address, to))),
        ("Subject", _words(subject, "Subject")),
        ("Date", format_datetime(date)),
        ("Message-ID", message_id),
    ]


def _address(value: str) -> str:
    if not _ADDRESS.match(value):
        raise RefusedError("an addressee of a mail of ours is no mail address")
    return value


def _words(value: str, header: str) -> str:
    """Return `value` as header text: one line of meaning, encoded-words where it is not ASCII."""
    line = clean(value)
    charset = "us-ascii" if line.isascii() and "=?" not in line else "utf-8"
    return Header(line, charset, header_name=header).encode(linesep="\r\n")


def _name(value: str) -> str:
    line = clean(value)
    if not line:
        return ""
    if line.isascii() and "=?" not in line:
        escaped = line.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"\r\n '
    # Every encoded-word ends with a whole word: some programs put a space between two of them.
    groups: list[str] = []
    for word in line.split():
        if groups and len(f"{groups[-1]}{word} ".encode()) <= _WORD_OCTETS:
            groups[-1] += f"{word} "
        else:
            groups.append(f"{word} ")
    groups[-1] = groups[-1].rstrip()
    words = (Header(group, "utf-8", maxlinelen=75).encode(linesep="\r\n") for group in groups)
    return "".join(f"{word}\r\n " for word in words)


def _encoded(content: bytes) -> bytes:
    """The content in base64, in lines as the library makes them."""
    whole = base64.b64encode(content)
    lines = [whole[start : start + _LINE] for start in range(0, len(whole), _LINE)]
    return b"".join(line + b"\r\n" for line in lines)


def _attach(mail: EmailMessage, name: str, content_type: str, token: str) -> None:
    """Attach a file for whose content `token` stands.

    Its name goes by RFC 2231, and once more in the way older programs read.
    """
    found = _CONTENT_TYPE.match(content_type)
    main, sub = (found[1].lower(), found[2].lower()) if found else ("application", "octet-stream")
    if main in {"message", "multipart"}:
        # These may not be base64 (RFC 2045, 6.4): a mail is attached as a file.
        main, sub = "application", "octet-stream"
    name = clean(name).replace("/", "_").replace("\\", "_") or "file"
    mail.add_attachment(b"", maintype=main, subtype=sub, filename=name)
    part = list(mail.iter_attachments())[-1]
    part.set_payload(f"{token}\r\n")
    charset = "; charset=utf-8" if main == "text" else ""
    method = "; method=PUBLISH" if sub == "calendar" else ""
    shown = _words(name, "Content-Type").replace("\\", "").replace('"', "'")
    del part["Content-Type"]
    part.set_raw("Content-Type", f'{main}/{sub}{charset}{method};\r\n name="{shown}"')


def _fix_boundaries(mail: EmailMessage, digest: str) -> None:
    """Give every multipart a boundary made of the Message-ID, so that the bytes never change."""
    multiparts = [part for part in mail.walk() if part.is_multipart()]
    for place, part in enumerate(multiparts):
        part.set_boundary(f"=_{digest}_{place}")
