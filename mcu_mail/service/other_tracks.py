"""Notices of systems whose way the service does not drive yet: nothing of them is lost.

The coordinator of the track and the dispatcher get all that was read, at once and once; the mail
stands aside until that track has its route. A threat to life goes to those who must act instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcu_mail.domain.intake_catalogue import TRACK_NAMES, event_name, mark_names
from mcu_mail.domain.restriction import DANGER, GRAVE, alerted, is_grave
from mcu_mail.service.asking import tell
from mcu_mail.service.emergency import emergency_lines
from mcu_mail.service.opening import with_flags

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from mcu_mail.domain.notice import Notice
    from mcu_mail.service.desk import Desk
    from mcu_mail.store.ledger import StoredMail
    from mcu_mail.store.unit_of_work import UnitOfWork


def tell_of_other_track(
    desk: Desk,
    work: UnitOfWork,
    stored: StoredMail,
    track: str,
    notices: Sequence[Notice],
    now: datetime,
) -> None:
    """Queue the cards of these notices, one mail a person."""
    work.asides.told(stored.id, now)
    notices = [with_flags(one, desk) for one in notices]
    flags = {flag for one in notices for flag in one.flags}
    grave = is_grave(flags)
    roles = desk.office.roles
    usual = (roles.coordinator.get(track), roles.dispatcher)
    danger = DANGER in flags
    people = alerted(roles) if grave else (*usual, *(alerted(roles) if danger else ()))
    named = dict.fromkeys(desk.standing_in(one, now) for one in people if one)
    for person in named:
        tell(
            desk,
            work,
            None,
            person=person,
            template="other_track",
            key=f"other:{stored.id}:{track}:{person}",
            now=now,
            context={
                "track": TRACK_NAMES.get(track, track),
                "notices": tuple(_rows(desk, one) for one in notices),
                "folder": desk.settings.mail.imap.aside,
                "emergency": emergency_lines(desk, now) if grave or danger else (),
                "flags": mark_names(sorted({*GRAVE, DANGER} & flags)),
                "coordinator": not grave and person == named_coordinator(desk, track, now),
            },
        )


def named_coordinator(desk: Desk, track: str, now: datetime) -> str | None:
    """Who coordinates the track today."""
    person = desk.office.roles.coordinator.get(track)
    return desk.standing_in(person, now) if person else None


def _rows(desk: Desk, notice: Notice) -> tuple[tuple[str, str], ...]:
    """(name, value) of every field that was read, the citizen's words last."""
    received = desk.local(notice.received_at) if notice.received_at else None
    due = desk.local(notice.due) if notice.due else None
    rows = (
        ("Что это", "" if notice.event == "new" else event_name(notice.event)),
        ("Номер", notice.external_id),
        ("Поступило", f"{received:%d.%m.%Y %H:%M}" if received else ""),
        ("Срок", f"{due:%d.%m.%Y %H:%M}" if due else ""),
        ("Заявитель", notice.applicant or notice.nickname),
        ("Телефон", notice.phone),
        ("Адрес", notice.address),
        ("Ссылка", notice.link),
        ("Фото", str(notice.photos) if notice.photos else ""),
        ("Особое", "; ".join(mark_names(notice.flags))),
        ("Текст", notice.text),
    )
    return tuple((name, value) for name, value in rows if value)
