"""What the service reads from a mail and by which rule: the `read` command. Changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mcu_mail.domain.competence import find_competence
from mcu_mail.domain.verdicts import MeaningKind, read_meaning
from mcu_mail.mail.kind import MailKind, kind_of
from mcu_mail.mail.mime import read_mail
from mcu_mail.mail.notices import matching_source, read_notices
from mcu_mail.mail.reaction import without_reaction
from mcu_mail.mail.reply import new_text
from mcu_mail.mail.wording import SEPARATOR

if TYPE_CHECKING:
    from datetime import date
    from zoneinfo import ZoneInfo

    from mcu_mail.domain.meaning import Meaning
    from mcu_mail.domain.notice import Notice, Source
    from mcu_mail.domain.office import Office
    from mcu_mail.mail.mime import Incoming
    from mcu_mail.settings import Settings

_MACHINES = frozenset({MailKind.BOUNCE, MailKind.DELAY, MailKind.MDN})
# A person's words that are no verdict are an answer or a note; both are shown as text.
_ANSWERS = frozenset({
    MeaningKind.answer,
    MeaningKind.note,
    MeaningKind.question,
    MeaningKind.contact_only,
    MeaningKind.addressing,
})


def read_file(
    raw: bytes, name: str, *, settings: Settings, office: Office, zone: ZoneInfo, today: date
) -> dict[str, Any]:
    """One mail as the `read` command shows it (contract in design §7)."""
    mail = without_reaction(read_mail(raw))
    source = matching_source(mail, tuple(item.value() for item in settings.sources))
    kind = kind_of(mail)
    if source is not None and kind in {MailKind.REPLY, MailKind.OTHER}:
        return _notice(mail, name, source, settings, office, zone)
    # What a post office writes about a mail is nobody's new text.
    text = "" if kind in _MACHINES else new_text(mail, separator=SEPARATOR).text
    meaning = read_meaning(text, today) if kind is MailKind.REPLY else None
    return {
        **_common(mail, name),
        "kind": kind.value,
        "text": text,
        "verdict": verdict_of(meaning),
        "reason": " ".join(meaning.reason.split()) if meaning else "",
        "notices": [],
    }


def verdict_of(meaning: Meaning | None) -> str:
    """The stable name of a verdict: `approve`, `return`, `answer`, `none`, or the meaning's own."""
    if meaning is None or meaning.kind is MeaningKind.empty:
        return "none"
    return "answer" if meaning.kind in _ANSWERS else meaning.kind.value


def _common(mail: Incoming, name: str) -> dict[str, Any]:
    return {
        "file": name,
        "sender": mail.sender.address,
        "sender_fault": mail.sender.fault,
        "subject": mail.subject,
        "attachments": [item.name for item in mail.attachments],
        "inline": [item.name for item in mail.attachments if item.inline],
    }


def _notice(
    mail: Incoming, name: str, source: Source, settings: Settings, office: Office, zone: ZoneInfo
) -> dict[str, Any]:
    notices = read_notices(mail, source, zone)
    return {
        **_common(mail, name),
        "kind": "notice",
        "text": mail.text,
        "verdict": "none",
        "reason": "",
        "notices": [_fields(item, settings, office, zone) for item in notices],
    }


def _fields(notice: Notice, settings: Settings, office: Office, zone: ZoneInfo) -> dict[str, Any]:
    finding = find_competence(notice.text, notice.address, office, settings.competence.value())
    return {
        "track": notice.track,
        "event": notice.event,
        "applicant": notice.applicant,
        "phone": notice.phone,
        "address": notice.address,
        "link": notice.link,
        "external_id": notice.external_id,
        "received_at": _moment(notice.received_at, zone),
        "due": _moment(notice.due, zone),
        "text": notice.text,
        "topic": finding.topic,
        "topic_sure": finding.sure,
        "department": finding.department,
        "photos": notice.photos,
        "nickname": notice.nickname,
        "unsure": list(notice.unsure),
        "rules": dict(notice.rules),
    }


def _moment(value: Any, zone: ZoneInfo) -> str | None:
    return value.astimezone(zone).isoformat(timespec="seconds") if value else None
