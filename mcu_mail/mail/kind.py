"""Who or what wrote a mail: a person, a vacation responder, a post office, a reading receipt.

Why: automatic mail never decides, is never answered and burns no code. Standard headers first
(RFC 3834, 3464, 8098), then what vendors add, then Russian and English subjects, last two
independent phrases of a vacation text. Guarantee: a mail of a person stays ``reply`` unless one of
these marks says otherwise.
"""

from __future__ import annotations

import re
from email.parser import HeaderParser
from enum import StrEnum
from typing import TYPE_CHECKING

from mcu_mail.mail.address import read_addresses, read_ids
from mcu_mail.mail.charset import decode_bytes
from mcu_mail.mail.reply import new_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mcu_mail.mail.mime import Incoming

_MAX_REPORT = 100_000
_DSN = frozenset({"message/delivery-status", "message/global-delivery-status"})
_AUTO_FIELDS = (
    "x-autoreply",
    "x-auto-reply",
    "x-autorespond",
    "x-autoresponder",
    "x-yandex-autoreply",
    "x-autoreply-from",
    "x-mail-autoreply",
    "x-vacation",
    "x-ms-exchange-generated-message-source",
    "x-fc-machinegenerated",
    "x-mru-autoreply",
)
_REPLY_PREFIX = r"^\W{0,5}(?:(?:re|ha|на|отв|ответ|fwd?|пер)\s?(?:\[\d+\])?:\s{0,3}){0,4}"
_AUTO_SUBJECT = re.compile(
    _REPLY_PREFIX
    + r"(?:автоматический ответ|авто-?ответ\w{0,4}|вне офиса|нет на (?:рабочем )?месте"
    r"|я в отпуске|(?:нахожусь|буду) в отпуске|automatic reply|auto[- ]?(?:reply|response)"
    r"|out of (?:the )?office|autoreply|vacation reply)",
    re.IGNORECASE,
)
_BOUNCE_SUBJECT = re.compile(
    r"^\W{0,5}(?:не удается доставить|не удалось доставить|недоставленн|недоставлено|не доставлено"
    r"|сообщение не доставлено|письмо не доставлено|ошибка доставки|возврат письма"
    r"|отчет о недоставк|undeliver|returned mail|mail delivery fail|delivery status notification"
    r"|delivery fail|failure notice|mail system error|delivery has failed)",
    re.IGNORECASE,
)
_DELAY_SUBJECT = re.compile(
    r"^\W{0,5}(?:(?:доставка|отправка) (?:\w{1,15} )?(?:отложена|задерж)|задержка доставки"
    r"|сообщение задерж|delayed|delivery delay|warning: (?:could not send|message .{0,30}delayed)"
    r"|delivery status notification \(delay\))",
    re.IGNORECASE,
)
_READ_SUBJECT = re.compile(
    r"^\W{0,5}(?:(?:не )?прочитано|(?:не )?прочтено|удалено без прочтения|read|not read"
    r"|уведомление о прочтении|подтверждение о прочтении|return receipt|read receipt)\s?[:(]",
    re.IGNORECASE,
)
_READ_TEXT = re.compile(
    r"(?:прочитан|прочтен|was read|отображен|has been displayed)", re.IGNORECASE
)
_MAILER = re.compile(r"(?i)(?:mailer-daemon|postmaster|mail-daemon|microsoftexchange\w*)@")
_ABSENT = re.compile(
    r"(?:нахожусь|буду находиться|ушел|ушла|я)\s(?:\w{1,15}\s){0,2}(?:в\s(?:\w{1,20}\s){0,2}отпуске"
    r"|в\s(?:\w{1,20}\s){0,2}командировке|на\sбольничном)|отсутствую\sна\s(?:рабочем\s)?месте"
    r"|out\sof\s(?:the\s)?office",
    re.IGNORECASE,
)
_LATER = re.compile(
    r"ваше\s(?:письмо|сообщение|обращение)\s|по\sвозвращени|после\sвозвращени|после\sвыхода"
    r"|по\sсрочным\sвопросам|если\sвопрос\sсрочный|в\sслучае\sсрочной|urgent\smatters",
    re.IGNORECASE,
)
_FORWARD_SUBJECT = re.compile(r"^\W{0,3}(?:fwd?|пер|пересл)\s?:", re.IGNORECASE)
_CALENDAR_METHOD = re.compile(rb"^METHOD:", re.MULTILINE)


class MailKind(StrEnum):
    """What a mail is, told apart by what the service does with it."""

    REPLY = "reply"
    AUTOREPLY = "autoreply"
    BOUNCE = "bounce"
    DELAY = "delay"
    MDN = "mdn"
    OTHER = "other"


def kind_of(mail: Incoming) -> MailKind:
    """Return what `mail` is; OTHER is a meeting answer, a list, a bare forward or a broadcast."""
    report = _report_kind(mail)
    if report is not None:
        return report
    if _is_meeting(mail) or mail.header("list-id") or _precedence(mail) == "list":
        return MailKind.OTHER
    if _is_automatic(mail):
        return MailKind.AUTOREPLY
    submitted = _keyword(mail.header("auto-submitted"))
    if submitted not in {"", "no"}:
        return MailKind.OTHER
    text = mail.text[:_MAX_REPORT]
    if _ABSENT.search(text) and _LATER.search(text) and not new_text(mail).quoted:
        return MailKind.AUTOREPLY
    if _is_bare_forward(mail):
        return MailKind.OTHER
    return MailKind.REPLY


def _keyword(value: str | None) -> str:
    return re.split(r"[;\s(]", (value or "").strip().lower(), maxsplit=1)[0]


def _precedence(mail: Incoming) -> str:
    return _keyword(mail.header("precedence"))


def _report_kind(mail: Incoming) -> MailKind | None:
    types = set(mail.content_types)
    if types & _DSN:
        return _delivery_kind(mail)
    if "message/disposition-notification" in types:
        return MailKind.MDN
    null_sender = (mail.header("return-path") or "").strip() == "<>"
    machine = bool(_MAILER.match(mail.sender.address or "")) or null_sender
    if machine and _DELAY_SUBJECT.match(mail.subject):
        return MailKind.DELAY
    if mail.header("x-failed-recipients") or (machine and _BOUNCE_SUBJECT.match(mail.subject)):
        return MailKind.BOUNCE
    if _READ_SUBJECT.match(mail.subject) and _READ_TEXT.search(mail.text[:1_000]):
        return MailKind.MDN
    return None


def _delivery_kind(mail: Incoming) -> MailKind:
    actions = {_keyword(value) for key, value in _status_fields(mail) if key == "action"}
    if not actions or "failed" in actions:
        return MailKind.BOUNCE
    return MailKind.DELAY if "delayed" in actions else MailKind.OTHER


def _is_meeting(mail: Incoming) -> bool:
    if (mail.header("content-class") or "").strip().lower().endswith("calendarmessage"):
        return True
    return any(
        part.content_type == "text/calendar" and _CALENDAR_METHOD.search(part.content[:_MAX_REPORT])
        for part in mail.report
    )


def _is_automatic(mail: Incoming) -> bool:
    if _keyword(mail.header("auto-submitted")).startswith("auto-replied"):
        return True
    if any(
        (mail.header(name) or "no").strip().lower() not in {"no", "false"} for name in _AUTO_FIELDS
    ):
        return True
    if _precedence(mail) in {"auto_reply", "auto-reply", "bulk", "junk"}:
        return True
    null_sender = (mail.header("return-path") or "").strip() == "<>"
    return null_sender or bool(_AUTO_SUBJECT.match(mail.subject))


def _is_bare_forward(mail: Incoming) -> bool:
    """Tell a forward without a word or a file: there is nothing in it to act upon."""
    return (
        bool(_FORWARD_SUBJECT.match(mail.subject))
        and not mail.attachments
        and not new_text(mail).text
    )


def bounced_ids(mail: Incoming) -> tuple[str, ...]:
    """Return Message-IDs (without brackets) and X-Letter-Id values of the returned originals.

    They are foreign text: look them up, never act on them alone (threat A36).
    """
    found: list[str] = []
    for content in _originals(mail):
        head = _fields(content)
        found += read_ids([value.encode() for key, value in head if key == "message-id"])
        found += [value.strip()[:200] for key, value in head if key == "x-letter-id"]
    for key, value in _status_fields(mail):
        if key in {"original-message-id", "x-original-message-id"}:
            found += read_ids([value.encode()])
    return tuple(dict.fromkeys(part for part in found if part))


def failed_recipients(mail: Incoming) -> tuple[str, ...]:
    """Return the addresses a delivery report names as failed or delayed, canonical, in order."""
    values: list[bytes] = []
    for block in _status_blocks(mail):
        fields = dict(reversed(block))
        if _keyword(fields.get("action")) in {"delivered", "relayed", "expanded"}:
            continue
        stated = fields.get("original-recipient") or fields.get("final-recipient") or ""
        values.append(stated.rpartition(";")[2].encode())
    values += [value.encode() for value in mail.all_headers("x-failed-recipients")]
    return read_addresses(values)


def _originals(mail: Incoming) -> Iterator[bytes]:
    for part in (*mail.report, *mail.children):
        if part.content_type in {"message/rfc822", "text/rfc822-headers"}:
            yield part.content


def _status_blocks(mail: Incoming) -> Iterator[list[tuple[str, str]]]:
    for part in mail.report:
        if part.content_type in _DSN:
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
