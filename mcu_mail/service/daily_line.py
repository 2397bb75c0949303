"""The line of every working morning to the administrator: its absence is the alarm (F59).

One mail a day, never at night; a service that was off at that hour sends it when it is back, the
same day. The first one comes on the working day after the service was started for the first time.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from mcu_mail.domain.watch import faults_within
from mcu_mail.service.asking import tell
from mcu_mail.service.roles_told import alarmed_roles

if TYPE_CHECKING:
    from datetime import date

    from mcu_mail.domain.watch import HealthRecord
    from mcu_mail.service.desk import Desk

_FACT = "daily_line"
LATEST = time(20, 0)
"""Later than this nobody is written to for that."""


def is_due(desk: Desk, now: datetime) -> bool:
    """Whether today's line is owed at `now`."""
    local, today = desk.local(now), desk.today(now)
    # A late hour may be configured: it is the office's own wish.
    latest = max(LATEST, desk.settings.watch.daily_at)
    if not desk.settings.watch.daily_at <= local.time() <= latest:
        return False
    if not desk.calendar.is_working_day(today):
        return False
    with desk.store.view() as view:
        last = view.facts.get(_FACT)
    return last is not None and last < today.isoformat()


def begin_tomorrow(desk: Desk, now: datetime) -> None:
    """A new store has nothing to say of yesterday: its first line is tomorrow's."""
    with desk.store.work() as work:
        if work.facts.get(_FACT) is None:
            work.facts.set(_FACT, desk.today(now).isoformat())
            work.commit()


def tell_daily(desk: Desk, record: HealthRecord, now: datetime) -> bool:
    """Queue today's line, once; True when it was queued."""
    today = desk.today(now)
    since, until = _yesterday(desk, today)
    role = alarmed_roles(desk)[0]
    with desk.store.work() as work:
        told = tell(
            desk,
            work,
            None,
            person=desk.standing_in(role, now),
            template="daily",
            key=f"daily:{today.isoformat()}",
            now=now,
            context={
                "faults": tuple(one.text for one in faults_within(record)),
                "since": since,
                "sent": work.census.letters_sent(since, until),
                "mails": work.census.mails(since, until),
                "counts": record.counts,
                "census": record.mails,
                "backup_at": record.backup_at,
                "free_mb": record.free_mb,
                "certificate_days": record.certificate_days,
                "daily_at": f"{desk.settings.watch.daily_at:%H:%M}",
            },
        )
        work.facts.set(_FACT, today.isoformat())
        work.commit()
    return told


def _yesterday(desk: Desk, today: date) -> tuple[datetime, datetime]:
    """From the beginning of the last working day to this midnight: a Monday tells of Friday too."""
    day = today - timedelta(days=1)
    for _ in range(31):
        if desk.calendar.is_working_day(day):
            break
        day -= timedelta(days=1)
    midnight = datetime.combine(today, time(), tzinfo=desk.zone)
    return datetime.combine(day, time(), tzinfo=desk.zone), midnight
