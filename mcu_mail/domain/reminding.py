"""When somebody is reminded of a step before its latest time.

A step of hours is reminded of by minutes before its end; a step of days on the working day before,
and in the morning of its last day: an hour is too late for a text that takes a day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from mcu_mail.domain.quiet_hours import is_quiet, last_working, loud_at, working_day_before

if TYPE_CHECKING:
    from mcu_mail.domain.calendar import WorkCalendar

_DAY = timedelta(days=1)
_INSTEAD = timedelta(minutes=30)
"""How long before the end of work one is reminded of what is due at the next opening."""


@dataclass(frozen=True, kw_only=True)
class ReminderRules:
    """How long before the latest time of a step somebody is reminded of it."""

    before_minutes: tuple[int, ...]
    before_days: tuple[int, ...]


def reminders(
    start: datetime,
    latest: datetime,
    rules: ReminderRules,
    calendar: WorkCalendar,
    track: str | None,
) -> dict[str, datetime]:
    """The moments after `start` at which a step that ends at `latest` is reminded of, by name.

    Args:
        start: when the step was begun.
        latest: when it must be done.
        rules: the office's numbers.
        calendar: whose days and hours count.
        track: in whose hours people are reminded; None: at any hour, for what is worked at daily.

    """
    if is_long(start, latest, calendar, track):
        found = _by_days(latest, rules, calendar, track)
        if track is None:
            found |= _by_minutes(latest, rules)
    elif track is None:
        found = _by_minutes(latest, rules)
    else:
        found = {
            name: _at_work(at, latest, calendar, track)
            for name, at in _by_minutes(latest, rules).items()
        }
    ahead: dict[datetime, str] = {}
    for name, at in found.items():
        if start < at < latest:
            ahead.setdefault(at, name)
    return {name: at for at, name in ahead.items()}


def is_long(
    start: datetime, latest: datetime, calendar: WorkCalendar, track: str | None = None
) -> bool:
    """Whether a step takes more than a day: of work, where the track has hours."""
    if latest <= start:
        return False
    if track is None:
        return latest - start > _DAY and latest.date() > start.date() + _DAY
    return latest.date() > calendar.next_working_day(start.date(), track)


def _by_minutes(latest: datetime, rules: ReminderRules) -> dict[str, datetime]:
    return {str(one): latest - timedelta(minutes=one) for one in rules.before_minutes}


def _by_days(
    latest: datetime, rules: ReminderRules, calendar: WorkCalendar, track: str | None
) -> dict[str, datetime]:
    counts = sorted({0, *rules.before_days}, reverse=True)
    return {
        f"d{count}": working_day_before(latest, count, calendar, track or "") for count in counts
    }


def _at_work(at: datetime, latest: datetime, calendar: WorkCalendar, track: str) -> datetime:
    """`at`, or the opening after it; what is due by then is told of before the work ends."""
    if not is_quiet(at, calendar, track):
        return at
    opening = loud_at(at, calendar, track)
    return opening if opening < latest else last_working(at, calendar, track) - _INSTEAD
