"""What a delivery report says: which mail of ours, for whom, whether it is lost, and why.

The form of RFC 3464 first; where a post office writes prose (qmail, Exim, Mail.ru), its words. All
of it is foreign text: identifiers are looked up, never acted on alone (threat A36).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.parser import HeaderParser
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from mcu_mail.mail.address import read_addresses, read_ids
from mcu_mail.mail.charset import decode_bytes
from mcu_mail.mail.values import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mcu_mail.mail.mime import Incoming

DSN: Final = frozenset({"message/delivery-status", "message/global-delivery-status"})
_ARRIVED: Final = frozenset({"delivered", "relayed", "expanded"})
_MAX_REPORT: Final = 100_000
_MAX_TEXT: Final = 20_000
_MAX_WORDS: Final = 300
_MOST_IDS: Final = 50
_ID_IN_TEXT: Final = re.compile(r"<([^<>\s]{5,250}@[^<>\s]{3,250})>")
_LETTER_ID: Final = re.compile(r"^x-letter-id:\s{0,5}(\S{5,200})", re.IGNORECASE | re.MULTILINE)
_STATUS: Final = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")


class Cause(StrEnum):
    """Why a mail was not delivered, as far as the report says."""

    unknown_user = "unknown_user"
    unknown_domain = "unknown_domain"
    full = "full"
    disabled = "disabled"
    large = "large"
    spam = "spam"
    refused = "refused"
    away = "away"
    """The other server could not be reached for too long."""
    loop = "loop"
    other = "other"


@dataclass(frozen=True, kw_only=True)
class Returned:
    """A delivery report as read.

    Attributes:
        ids: Message-IDs without brackets of mails it may speak of, the surest first.
        letter_ids: values of `X-Letter-Id` in what it quotes.
        addresses: the addresses that were not reached, canonical; empty when none is named.
        named: every address that stands in its text, to be compared with those we wrote to.
        status: the enhanced status code («5.2.2»); empty when there is none.
        words: the server's own words, on one line.

    """

    ids: tuple[str, ...]
    letter_ids: tuple[str, ...]
    addresses: tuple[str, ...]
    named: tuple[str, ...]
    status: str
    cause: Cause
    words: str


def read_return(mail: Incoming) -> Returned:
    """Return what the delivery report `mail` says; empty values for what it does not say."""
    text = mail.text[:_MAX_TEXT]
    status, words = _verdict(mail)
    quoted = [part.strip() for part in _LETTER_ID.findall(text)]
    found = [*bounced_ids(mail), *mail.in_reply_to, *mail.references]
    found += [f"{one}" for one in _ID_IN_TEXT.findall(text)[:_MOST_IDS]]
    return Returned(
        ids=tuple(dict.fromkeys(found))[: 2 * _MOST_IDS],
        letter_ids=tuple(dict.fromkeys([*_letter_ids(mail), *quoted])),
        addresses=failed_recipients(mail),
        named=read_addresses([text.encode()]),
        status=status,
        cause=_cause(status, fold(f"{words} {text[:2000]}" if mail.report else text)),
        words=words,
    )


def refusal_of(answer: str) -> tuple[Cause, str]:
    """Return why a server refused at the door, from its answer («550 5.1.1 no such user»)."""
    status = (_STATUS.search(answer) or [""])[0]
    return _cause(status, fold(answer)), status


def bounced_ids(mail: Incoming) -> tuple[str, ...]:
    """Return Message-IDs (without brackets) and X-Letter-Id values of the returned originals."""
    found: list[str] = []
    for content in _originals(mail):
        head = _fields(content)
        found += read_ids([value.encode() for key, value in head if key == "message-id"])
        found += [value.strip()[:200] for key, value in head if key == "x-letter-id"]
    for key, value in _status_fields(mail):
        if key in {"original-message-id", "x-original-message-id"}:
            found += read_ids([value.encode()])
    return tuple(dict.fromkeys(part for part in found if part))


def _letter_ids(mail: Incoming) -> Iterator[str]:
    for content in _originals(mail):
        for key, value in _fields(content):
            if key == "x-letter-id":
                yield value.strip()[:200]


def failed_recipients(mail: Incoming) -> tuple[str, ...]:
    """Return the addresses a delivery report names as failed or delayed, canonical, in order."""
    values: list[bytes] = []
    for fields in _recipients(mail):
        stated = fields.get("original-recipient") or fields.get("final-recipient") or ""
        values.append(stated.rpartition(";")[2].encode())
    values += [value.encode() for value in mail.all_headers("x-failed-recipients")]
    return read_addresses(values)


def actions(mail: Incoming) -> Iterator[str]:
    """Return the actions a delivery report states («failed», «delayed»), lower case."""
    return (keyword(value) for key, value in _status_fields(mail) if key == "action")


def keyword(value: str | None) -> str:
    """Return the first word of a structured field, lower case, without comments and parameters."""
    return re.split(r"[;\s(]", (value or "").strip().lower(), maxsplit=1)[0]


def _recipients(mail: Incoming) -> Iterator[dict[str, str]]:
    """The blocks of a report about recipients who were not reached."""
    for block in _status_blocks(mail):
        fields = dict(reversed(block))
        if keyword(fields.get("action")) not in _ARRIVED:
            yield fields


def _verdict(mail: Incoming) -> tuple[str, str]:
    """The status code and the words of the server that turned the mail away."""
    status = words = ""
    for fields in _recipients(mail):
        status = status or (_STATUS.search(fields.get("status", "")) or [""])[0]
        words = words or fields.get("diagnostic-code", "").partition(";")[2].strip()
    text = " ".join(mail.text[:_MAX_TEXT].split())
    if not status:
        status = (_STATUS.search(words or text) or [""])[0]
    return status, (" ".join(words.split()) or text)[:_MAX_WORDS]


_BY_CODE: Final = (
    (re.compile(r"[45]\.1\.2$|5\.4\.4$|5\.4\.310$"), Cause.unknown_domain),
    (re.compile(r"[45]\.1\.(?:0|1|3|6|10)$"), Cause.unknown_user),
    (re.compile(r"[45]\.2\.2$"), Cause.full),
    (re.compile(r"[45]\.2\.1$"), Cause.disabled),
    (re.compile(r"[45]\.(?:2\.3|3\.4)$"), Cause.large),
    (re.compile(r"[45]\.4\.6$"), Cause.loop),
    (re.compile(r"[45]\.4\.[0-9]{1,3}$"), Cause.away),
)
_BY_WORDS: Final = (
    (
        re.compile(
            r"quota|mailbox (?:is )?full|over ?quota|переполнен|превышен\w{0,3} (?:квот|объем)"
            r"|закончилось место|недостаточно места"
        ),
        Cause.full,
    ),
    (
        re.compile(
            r"spam|спам|blacklist|black list|blocked using|dnsbl|\brbl\b|нежелательн"
            r"|reputation|junk"
        ),
        Cause.spam,
    ),
    (
        re.compile(
            r"too (?:large|big)|size (?:limit|exceed)|exceeds? .{0,40}size|слишком (?:больш|велик)"
            r"|размер (?:письма|сообщения) превыша"
        ),
        Cause.large,
    ),
    (
        re.compile(
            r"(?:host|domain)(?: name)? (?:\S{1,60} )?not found|no such domain|unrouteable"
            r"|unknown (?:host|domain)|домен\w{0,2} (?:\S{1,60} )?не (?:найден|существует)"
            r"|couldn't find any host"
        ),
        Cause.unknown_domain,
    ),
    (
        re.compile(
            r"user (?:is )?unknown|unknown (?:user|recipient|mailbox|address)|no such (?:user"
            r"|mailbox|recipient|address)|no mailbox here|invalid (?:mailbox|recipient|address)"
            r"|(?:does not|doesn't) exist|recipient not found|not (?:listed|found) in"
            r"|address (?:rejected|not found|unknown)|не (?:существует|найден)|нет такого"
            r"|mailbox unavailable|адрес (?:\w{1,15} )?неверн"
        ),
        Cause.unknown_user,
    ),
    (
        re.compile(r"disabled|inactive|suspended|blocked|заблокирован|отключен|не активен"),
        Cause.disabled,
    ),
    (re.compile(r"too many hops|mail loop|loops? back|зациклен"), Cause.loop),
    (
        re.compile(
            r"timed out|time-?out|connection refused|could not connect|too long|expired"
            r"|no route|unreachable|истекло время|не отвечает|недоступен"
        ),
        Cause.away,
    ),
    (
        re.compile(
            r"denied|rejected|refused|policy|not allowed|prohibited|отклонен|запрещен"
            r"|отказан"
        ),
        Cause.refused,
    ),
)


def _cause(status: str, text: str) -> Cause:
    for pattern, cause in _BY_CODE:
        if pattern.match(status):
            return cause
    return next((cause for pattern, cause in _BY_WORDS if pattern.search(text)), Cause.other)


def _originals(mail: Incoming) -> Iterator[bytes]:
    for part in (*mail.report, *mail.children):
        if part.content_type in {"message/rfc822", "text/rfc822-headers"}:
            yield part.content


def _status_blocks(mail: Incoming) -> Iterator[list[tuple[str, str]]]:
    for part in mail.report:
        if part.content_type in DSN:
            for block in re.split(rb"\r?\n\r?\n", part.content[:_MAX_REPORT]):
                yield _fields(block)


def _status_fields(mail: Incoming) -> Iterator[tuple[str, str]]:
    for block in _status_blocks(mail):
        yield from block


def _fields(content: bytes) -> list[tuple[str, str]]:
    """Return the header fields `content` starts with, names in lower case, unfolded."""
    head = re.split(rb"\r?\n\r?\n", content[:_MAX_REPORT].lstrip(), maxsplit=1)[0]
    parsed = HeaderParser().parsestr(decode_bytes(head))
    return [
        (name.lower(), re.sub(r"\r?\n(?=[ \t])", "", str(value)))
        for name, value in parsed.raw_items()
    ]
