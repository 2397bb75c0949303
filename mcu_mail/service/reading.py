"""What the service reads from a mail and by which rule: the `read` command. Changes nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mcu_mail.domain.competence import find_competence
from mcu_mail.domain.outside import marked_outside
from mcu_mail.domain.verdicts import MeaningKind, read_meaning
from mcu_mail.errors import RefusedError, why
from mcu_mail.mail.diagnosis import (
    forwarded_source,
    mismatches,
    passed_labels,
    unread_lines,
)
from mcu_mail.mail.kind import MailKind
from mcu_mail.service.said import HARMLESS, is_doubtful
from mcu_mail.service.which_track import GOVERNOR

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path
    from zoneinfo import ZoneInfo

    from mcu_mail.domain.meaning import Meaning
    from mcu_mail.domain.notice import Notice, Source
    from mcu_mail.domain.office import Office
    from mcu_mail.mail.mime import Incoming
    from mcu_mail.mail.reading import Reading
    from mcu_mail.settings import Settings

# A person's words that are no verdict are an answer or a note; both are shown as text.
_ANSWERS = frozenset({
    MeaningKind.answer,
    MeaningKind.note,
    MeaningKind.question,
    MeaningKind.contact_only,
    MeaningKind.addressing,
})
_OF_ITS_OWN = frozenset({"new", "appeal_59fz"})
"""Events that bring a matter; of any other the case knows what it is about."""
# Header fields in which a mail says of itself that no person wrote it.
_TELLING = (
    "auto-submitted",
    "x-autoreply",
    "x-auto-response-suppress",
    "precedence",
    "list-id",
    "x-failed-recipients",
    "return-path",
)


def read_file(
    reading: Reading, name: str, *, settings: Settings, office: Office, zone: ZoneInfo, today: date
) -> dict[str, Any]:
    """One mail as the `read` command shows it (contract in design §7)."""
    mail, kind, new = reading.mail, reading.kind, reading.new
    sources = tuple(item.value() for item in settings.sources)
    source = None if reading.source is None else sources[reading.source]
    people = [one for one in office.people.values() if mail.sender.address in one.addresses]
    common = _common(mail, name) | {
        "official": people[0].name if people else None,
        "source": _source(mail, sources, source),
        "unread": [],
        "passed": [],
        "two_texts": False,
    }
    if source is not None and reading.is_notification:
        return common | _notice(reading, source, settings, office, zone)
    brought = _brought(reading) if people else ()
    if brought:
        return common | _notices(reading, brought, settings, office, zone)
    meaning = read_meaning(new.text, today) if kind is MailKind.REPLY else None
    two_texts = meaning is not None and is_doubtful(reading, new.text, today)
    if two_texts and meaning is not None and meaning.kind not in HARMLESS:
        # The daemon takes no verdict from such a mail either.
        meaning = None
    return common | {
        "two_texts": two_texts,
        "kind": kind.value,
        "text": new.text,
        "cut": {"quotation": new.quoted, "signature": new.signature},
        "verdict": verdict_of(meaning),
        "reason": " ".join(meaning.reason.split()) if meaning else "",
        "notices": [],
    }


def mail_files(paths: Sequence[Path]) -> list[tuple[str, bytes]]:
    """Name and bytes of each file, and of a folder those of the `.eml` files in it.

    Raises `RefusedError` for what is missing, unreadable or holds no mail.
    """
    found: list[Path] = []
    for path in paths:
        inside = sorted(path.glob("*.[eE][mM][lL]")) if path.is_dir() else [path]
        if not inside:
            raise RefusedError(f"{path}: в папке нет файлов .eml")
        found += inside
    return [(str(path), _bytes_of(path)) for path in found]


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise RefusedError(f"{path}: файл не найден") from None
    except OSError as error:
        raise RefusedError(f"{path}: файл не читается ({why(error)})") from None


def verdict_of(meaning: Meaning | None) -> str:
    """The stable name of a verdict: `approve`, `return`, `answer`, `none`, or the meaning's own."""
    if meaning is None or meaning.kind is MeaningKind.empty:
        return "none"
    return "answer" if meaning.kind in _ANSWERS else meaning.kind.value


def _common(mail: Incoming, name: str) -> dict[str, Any]:
    stated = [(key, mail.header(key)) for key in _TELLING]
    return {
        "file": name,
        "sender": mail.sender.address,
        "sender_fault": mail.sender.fault,
        "subject": mail.subject,
        "attachments": [item.name for item in mail.attachments],
        "inline": [item.name for item in mail.attachments if item.inline],
        "inside": [item.name for item in (*mail.packed, *mail.enclosed)],
        "is_mail": bool(mail.headers),
        "defects": list(mail.defects),
        "marks": [
            f"{key}: {value}"
            for key, value in stated
            # Every delivered mail has a return path; only the empty one tells something.
            if value and (key != "return-path" or value.strip() == "<>")
        ],
    }


def _source(mail: Incoming, sources: Sequence[Source], found: Source | None) -> dict[str, Any]:
    """Which source the mail is of (`at` counts from one), or why of none."""
    forwarded = None if found else forwarded_source(mail, sources)
    return {
        "at": sources.index(found) + 1 if found else None,
        "track": found.track if found else None,
        "subject_only": [
            one.at + 1 for one in mismatches(mail, sources) if one.sender_fits and not found
        ],
        "forwarded": sources.index(forwarded) + 1 if forwarded else None,
    }


def _brought(reading: Reading) -> tuple[Notice, ...]:
    """What an official passes on from a system, or types himself («Новое: …»)."""
    passed_on = tuple(notice for one in reading.passed_on for notice in one.notices)
    # Who has typed it may be responsible for another track; of nobody it is the Governor's.
    typed = tuple(replace(one, track=one.track or GOVERNOR) for one in reading.typed)
    return passed_on or typed


def _notice(
    reading: Reading, source: Source, settings: Settings, office: Office, zone: ZoneInfo
) -> dict[str, Any]:
    mail = reading.mail
    return _notices(reading, reading.notices, settings, office, zone) | {
        "unread": [
            {"label": one.label, "value": one.value, "field": one.field}
            for one in unread_lines(mail, source, zone)
        ],
        "passed": list(passed_labels(mail, source)),
    }


def _notices(
    reading: Reading,
    notices: Sequence[Notice],
    settings: Settings,
    office: Office,
    zone: ZoneInfo,
) -> dict[str, Any]:
    own = [settings.office.short, settings.office.name]
    own += [name for place in office.territories for name in (place.name, *place.places)]
    return {
        "kind": "notice",
        "text": reading.mail.text,
        "cut": {"quotation": False, "signature": ""},
        "verdict": "none",
        "reason": "",
        "notices": [_fields(marked_outside(one, own), settings, office, zone) for one in notices],
    }


def _fields(notice: Notice, settings: Settings, office: Office, zone: ZoneInfo) -> dict[str, Any]:
    finding = find_competence(notice.matter, notice.address, office, settings.competence.value())
    return {
        "track": notice.track,
        "event": notice.event,
        "applicant": notice.applicant,
        "phone": notice.phone,
        "address": notice.address,
        "link": notice.link,
        "external_id": notice.external_id or notice.ordinal,
        "received_at": _moment(notice.received_at, zone),
        "received_day_only": notice.received_day_only,
        "due": _moment(notice.due, zone),
        "term_length": notice.term_length,
        "term_unit": notice.term_unit,
        "text": notice.text,
        "topic": finding.topic if notice.event in _OF_ITS_OWN else None,
        "topic_sure": finding.sure,
        "department": finding.department,
        "photos": notice.photos,
        "nickname": notice.nickname,
        "fast_track": notice.fast_track,
        "urgent": notice.urgent,
        "repeat": notice.repeat,
        "satisfaction": notice.satisfaction,
        "rating": notice.rating,
        "same_as": notice.same_as,
        "basis": notice.basis,
        "flags": list(notice.flags),
        "unsure": list(notice.unsure),
        "rules": dict(notice.rules),
    }


def _moment(value: Any, zone: ZoneInfo) -> str | None:
    return value.astimezone(zone).isoformat(timespec="seconds") if value else None
