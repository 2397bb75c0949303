"""Days that an official has changed by mail, beside those of the configuration, which go before.

Each is kept with who has ordered it, when, and by what; the terms that it moves are moved by
`moved_terms.py` in the round after.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from mcu_mail.domain.calendar import Override, WorkCalendar
from mcu_mail.domain.calendar_words import is_calendar_order, read_calendar_order
from mcu_mail.domain.catalogue import day_text
from mcu_mail.domain.whose_turn import may_speak_for
from mcu_mail.mail.proof import TrustLevel
from mcu_mail.service.answer import Heard
from mcu_mail.service.asking import tell
from mcu_mail.store.ledger import MailState

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import tzinfo

    from mcu_mail.domain.calendar import Hours
    from mcu_mail.service.desk import Desk
    from mcu_mail.service.said import Said
    from mcu_mail.settings import Settings
    from mcu_mail.store.unit_of_work import UnitOfWork

FACT = "calendar_orders"
_MOST = 400


@dataclass(frozen=True, kw_only=True)
class Ordered:
    """What holds of a day by an official's mail.

    Attributes:
        by: his id.
        at: when he has written.

    """

    day: date
    override: Override
    by: str
    at: datetime


def calendar_word(desk: Desk, work: UnitOfWork, said: Said, now: datetime) -> Heard | None:
    """What became of an order about the calendar; None for any other mail.

    Who may not give one is answered as for any words that are not understood.
    """
    if said.person is None or said.is_doubtful or not is_calendar_order(said.text):
        return None
    if said.level is TrustLevel.REFUSED or not _may_order(desk, said.person.id, now):
        return None
    tracks = desk.settings.tracks
    titles = {name: tracks.title(name) for name in tracks.hours}
    order = read_calendar_order(said.text, desk.today(now), titles)
    reason = ""
    if order is None:
        reason = "unread"
    elif not order.basis:
        reason = "no_basis"
    elif said.level is not TrustLevel.PROVEN:
        reason = "unproven"
    elif order.day in desk.settings.calendar.overrides:
        reason = "configured"
    if order is not None and not reason:
        known = ordered(work.facts.get(FACT))
        before = next((one.override for one in known if one.day == order.day), None)
        given = Ordered(day=order.day, override=order.onto(before), by=said.person.id, at=now)
        _keep(work, (*(one for one in known if one.day != order.day), given))
    tell(
        desk,
        work,
        None,
        person=said.person.id,
        template="calendar_order",
        context={
            "reason": reason,
            "line": "" if order is None or reason else line_of(given, desk.settings),
            "words": said.text,
        },
        key=f"calendar:{said.stored.id}",
        now=now,
    )
    return Heard(state=MailState.handled)


def _may_order(desk: Desk, person: str, now: datetime) -> bool:
    roles, today = desk.office.roles, desk.today(now)
    entitled = {roles.curator, roles.centre_head, roles.dispatcher, *roles.coordinator.values()}
    return any(may_speak_for(person, one, desk.office, today) for one in entitled)


def with_calendar(desk: Desk, configured: WorkCalendar) -> Desk:
    """The desk whose calendar knows the days ordered by mail; those of the configuration win."""
    with desk.store.view() as view:
        known = ordered(view.facts.get(FACT))
    overrides = {**{one.day: one.override for one in known}, **configured.overrides}
    if overrides == desk.calendar.overrides:
        return desk
    return replace(desk, calendar=replace(configured, overrides=overrides))


def line_of(one: Ordered, settings: Settings) -> str:
    """«чт 31.12, Инцидент менеджмент: с 10:00 до 14:00»: what holds of a day."""
    override, parts = one.override, []
    if override.work is not None:
        parts.append(f"рабочий, {_hours_text(override.work)}")
    elif override.day_off is not None:
        parts.append("выходной" if override.day_off else "рабочий")
    for track, hours in override.tracks.items():
        said = "не работает" if hours is None else _hours_text(hours)
        parts.append(f"{settings.tracks.title(track)}: {said}")
    return f"{day_text(one.day, year=one.at.year)} – {'; '.join(parts)} ({override.why})"


def _hours_text(hours: Hours) -> str:
    return f"с {hours[0]:%H:%M} до {hours[1]:%H:%M}"


def order_lines(settings: Settings, zone: tzinfo, value: str | None) -> tuple[str, ...]:
    """The days that the fact's `value` holds, with who has ordered them and when, in order."""
    found = []
    for one in sorted(ordered(value), key=lambda item: item.day):
        known = settings.people.get(one.by)
        name = known.name if known else one.by
        at = f"{one.at.astimezone(zone):%d.%m.%Y %H:%M}"
        found.append(f"Календарь по письму: {line_of(one, settings)}; {name}, {at}")
    return tuple(found)


def ordered(value: str | None) -> tuple[Ordered, ...]:
    """The days kept in the fact's `value`."""
    return tuple(
        Ordered(
            day=date.fromisoformat(row["day"]),
            override=override_of(row),
            by=row["by"],
            at=datetime.fromisoformat(row["at"]),
        )
        for row in json.loads(value or "[]")
    )


def _keep(work: UnitOfWork, known: tuple[Ordered, ...]) -> None:
    rows = [
        {
            "day": one.day.isoformat(),
            "by": one.by,
            "at": one.at.isoformat(),
            **row_of(one.override),
        }
        for one in known
    ]
    work.facts.set(FACT, json.dumps(rows[-_MOST:]))


def row_of(override: Override) -> dict[str, Any]:
    """A change of a day as plain values."""
    return {
        "day_off": override.day_off,
        "work": _plain(override.work),
        "tracks": {name: _plain(hours) for name, hours in override.tracks.items()},
        "why": override.why,
    }


def override_of(row: Mapping[str, Any]) -> Override:
    """The same the other way."""
    return Override(
        day_off=row["day_off"],
        work=_hours(row["work"]),
        tracks={name: _hours(hours) for name, hours in row["tracks"].items()},
        why=row["why"],
    )


def _plain(hours: Hours | None) -> list[str] | None:
    return None if hours is None else [one.isoformat(timespec="minutes") for one in hours]


def _hours(value: list[str] | None) -> Hours | None:
    return None if value is None else (time.fromisoformat(value[0]), time.fromisoformat(value[1]))
