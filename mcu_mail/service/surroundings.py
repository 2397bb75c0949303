"""Look around once an hour: certificates, the mailbox's quota, the calendar of next year.

What was found is a fact of the store, for `status`, the health file and the next look; what needs
a person is told once (`threats.md` F12, F27, F35).
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from mcu_mail.domain.surroundings import Concern, DoorFault, Matter, Surroundings
from mcu_mail.domain.surroundings import concerns as _concerns
from mcu_mail.errors import McuMailError
from mcu_mail.mail.imap_look import Look
from mcu_mail.mail.smtp import Post
from mcu_mail.mail.tls import LoginRefusedError, TlsError
from mcu_mail.service.concerns import tell_of
from mcu_mail.service.space import least_free, room

if TYPE_CHECKING:
    from collections.abc import Collection

    from mcu_mail.service.desk import Desk
    from mcu_mail.store.unit_of_work import UnitOfWork

__all__ = ["Concern", "Matter", "Surroundings", "concerns_of", "known", "look_around", "measure"]

FACT: Final = "surroundings"
_EVERY: Final = timedelta(hours=1)
_DOORS: Final = ("imap", "smtp")
_HOURLY: Final = frozenset(Matter) - {
    Matter.store_space,
    Matter.share_space,
    Matter.settings_file,
    Matter.calendar_year,
}
"""Room and settings are looked at in every pass, the calendar once a day."""


def known(view: UnitOfWork) -> Surroundings | None:
    """What was measured last; None before the first look."""
    text = view.facts.get(FACT)
    return _of_json(json.loads(text)) if text else None


def concerns_of(desk: Desk, around: Surroundings, now: datetime) -> tuple[Concern, ...]:
    """What of that needs a person at `now`, by the settings of the office."""
    return _concerns(
        around,
        now=now,
        today=desk.today(now),
        least_free=least_free(desk),
        years_confirmed=desk.settings.calendar.years_confirmed,
    )


def look_around(desk: Desk, now: datetime, *, closed: Collection[str] = ()) -> int:
    """Measure, keep and tell, when an hour has gone by; return 1 when it was done.

    Args:
        desk: the office.
        now: the moment.
        closed: of `imap` and `smtp`, who has just refused another job: not asked again now.

    """
    with desk.store.view() as view:
        before = known(view)
    if before is not None and timedelta(0) <= now - before.at < _EVERY:
        return 0
    around = measure(desk, now, before, closed=closed)
    with desk.store.work() as work:
        work.facts.set(FACT, json.dumps(_to_json(around), ensure_ascii=False))
        work.commit()
    tell_of(desk, concerns_of(desk, around, now), _HOURLY, now)
    return 1


def measure(
    desk: Desk, now: datetime, before: Surroundings | None = None, *, closed: Collection[str] = ()
) -> Surroundings:
    """Ask both servers and the disks; what cannot be asked keeps its value of `before`."""
    found = room(desk)
    around = replace(
        before or Surroundings(at=now, faults={}),
        at=now,
        store_free=found.store,
        share_free=found.share,
    )
    for door, ask in zip(_DOORS, (_ask_mailbox, _ask_post), strict=True):
        if door in closed:
            continue
        faults = {name: fault for name, fault in around.faults.items() if name != door}
        try:
            around = replace(around, **ask(desk), faults=faults)
        except McuMailError as error:
            first = around.faults.get(door)
            faults[door] = DoorFault(
                text=str(error),
                since=first.since if first else now,
                sure=isinstance(error, TlsError | LoginRefusedError),
            )
            around = replace(around, faults=faults)
    return around


def _ask_mailbox(desk: Desk) -> dict[str, Any]:
    with Look.open(desk.imap()) as look:
        used, limit = look.quota() or (None, None)
        return {"imap_until": look.certificate_end, "quota_used": used, "quota_limit": limit}


def _ask_post(desk: Desk) -> dict[str, Any]:
    with Post(desk.smtp()) as post:
        return {"smtp_until": post.certificate_end}


def _to_json(around: Surroundings) -> dict[str, Any]:
    return {
        "at": around.at.isoformat(),
        "store_free": around.store_free,
        "share_free": around.share_free,
        "imap_until": around.imap_until.isoformat() if around.imap_until else None,
        "smtp_until": around.smtp_until.isoformat() if around.smtp_until else None,
        "quota_used": around.quota_used,
        "quota_limit": around.quota_limit,
        "faults": {
            door: {"text": fault.text, "since": fault.since.isoformat(), "sure": fault.sure}
            for door, fault in around.faults.items()
        },
    }


def _of_json(values: dict[str, Any]) -> Surroundings:
    return Surroundings(
        at=datetime.fromisoformat(values["at"]),
        store_free=values["store_free"],
        share_free=values["share_free"],
        imap_until=_moment(values["imap_until"]),
        smtp_until=_moment(values["smtp_until"]),
        quota_used=values["quota_used"],
        quota_limit=values["quota_limit"],
        faults={
            door: DoorFault(
                text=fault["text"],
                since=datetime.fromisoformat(fault["since"]),
                sure=fault["sure"],
            )
            for door, fault in values["faults"].items()
        },
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
