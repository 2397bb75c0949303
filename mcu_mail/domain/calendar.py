"""Which days and hours are working ones, so that every term rests on one calendar.

The production calendar (days off, working weekend days) comes in as plain values; the office's
own overrides win over it. Shortened days, which no library knows, follow from a rule that was
checked against the published calendars of 2013–2026. Clock arithmetic is the wall clock of the
moment's own zone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from mcu_mail.domain import catalogue
from mcu_mail.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Hours = tuple[time, time]

_DAY = timedelta(days=1)
_SATURDAY = 5
_NOVEMBER = 11
_HOLIDAYS = frozenset(
    {*((1, day) for day in range(1, 9)), (2, 23), (3, 8), (5, 1), (5, 9), (6, 12), (11, 4)},
)
"""(month, day) of the holidays of article 112 of the Labour Code."""
_MOVED_FROM = re.compile(r"перенесено с (\d{2})\.(\d{2})\.(\d{4})")


@dataclass(frozen=True, kw_only=True)
class Override:
    """What the office decided about one day; None leaves that part to the calendar."""

    day_off: bool | None = None
    work: Hours | None = None
    tracks: Mapping[str, Hours | None] = field(default_factory=dict)
    """Hours of single tracks on this day; None = that track does not work."""
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class WorkCalendar:
    """The working days and hours of the office."""

    days_off: Mapping[date, str]
    """Holidays and moved days off with their Russian reason; plain weekends need no entry."""
    working_weekends: frozenset[date]
    overrides: Mapping[date, Override] = field(default_factory=dict)
    years_confirmed: frozenset[int] = frozenset()
    hours: Hours = (time(8, 30), time(17, 30))
    track_hours: Mapping[str, Hours] = field(default_factory=dict)
    """Usual hours of the tracks that have their own."""
    lunch: Hours | None = None
    apply_short_day: bool = False
    working_saturdays: bool = True
    """False takes «понедельник-пятница» of the decree literally."""

    def is_working_day(self, day: date, track: str | None = None) -> bool:
        """Whether `day` is a working day (for `track`, when an override names it)."""
        override = self.overrides.get(day)
        if override is not None:
            if track is not None and track in override.tracks:
                return override.tracks[track] is not None
            if override.day_off is not None:
                return not override.day_off
            if override.work is not None:
                return True
        if day in self.days_off:
            return False
        if day.weekday() >= _SATURDAY:
            return self.working_saturdays and day in self.working_weekends
        return True

    def hours_on(self, day: date, track: str | None = None) -> Hours | None:
        """Opening and closing time on `day`; None on a day off."""
        if not self.is_working_day(day, track):
            return None
        override = self.overrides.get(day)
        if override is not None:
            own = override.tracks.get(track) if track is not None else None
            if own is not None:
                return own
            if override.work is not None:
                return override.work
        opening, closing = self.track_hours.get(track or "", self.hours)
        if self.apply_short_day and self.is_short_day(day):
            closing = (datetime.combine(day, closing) - timedelta(hours=1)).time()
        return opening, closing

    def is_short_day(self, day: date) -> bool:
        """Whether `day` is one hour shorter (article 95 of the Labour Code)."""
        if not self.is_working_day(day):
            return False
        return _is_holiday(day + _DAY) or any(
            _is_holiday(rest + _DAY) for rest in self._days_swapped_for(day)
        )

    def _days_swapped_for(self, worked: date) -> tuple[date, ...]:
        """The weekdays that are off in exchange for the working weekend day `worked`."""
        if worked not in self.working_weekends:
            return ()
        return tuple(rest for rest, why in self.days_off.items() if _moved_from(why) == worked)

    def next_working_day(self, day: date, track: str | None = None) -> date:
        """The first working day after `day`; RefusedError when a year holds none."""
        for _ in range(366):
            day += _DAY
            if self.is_working_day(day, track):
                return day
        raise RefusedError(catalogue.no_working_day(day - 366 * _DAY))

    def add_working_minutes(
        self,
        start: datetime,
        minutes: int,
        track: str | None = None,
    ) -> datetime:
        """The moment when `minutes` of working time have passed since `start`.

        A start outside the hours counts from the next opening. Exactly filled hours end at the
        closing time, not at the next opening. RefusedError when a year holds no working time.
        """
        left = timedelta(minutes=minutes)
        day = start.date()
        idle = 0
        while idle <= 366:  # noqa: PLR2004 - a leap year without a working day is a wrong calendar
            spans = self.spans_on(day, track)
            idle = 0 if spans else idle + 1
            for opening, closing in spans:
                begin = max(start, datetime.combine(day, opening, start.tzinfo))
                end = datetime.combine(day, closing, start.tzinfo)
                if begin >= end:
                    continue
                if begin + left <= end:
                    return begin + left
                left -= end - begin
            day += _DAY
        raise RefusedError(catalogue.no_working_day(day - 367 * _DAY))

    def spans_on(self, day: date, track: str | None) -> tuple[Hours, ...]:
        """The working hours of `day` without the lunch break."""
        hours = self.hours_on(day, track)
        if hours is None:
            return ()
        if self.lunch is None:
            return (hours,)
        opening, closing = hours
        spans = (
            (opening, min(closing, self.lunch[0])),
            (max(opening, self.lunch[1]), closing),
        )
        return tuple(span for span in spans if span[0] < span[1])

    def unconfirmed(self, days: Iterable[date]) -> tuple[int, ...]:
        """The years of `days` whose calendar nobody confirmed, ascending."""
        return tuple(sorted({day.year for day in days} - self.years_confirmed))

    def november_warning(self, today: date) -> int | None:
        """From 1 November on, next year when its calendar is not confirmed yet."""
        following = today.year + 1
        if today.month < _NOVEMBER or following in self.years_confirmed:
            return None
        return following


def _is_holiday(day: date) -> bool:
    return (day.month, day.day) in _HOLIDAYS


def _moved_from(reason: str) -> date | None:
    """The day a day off was moved from, as its reason says."""
    found = _MOVED_FROM.search(reason)
    if found is None:
        return None
    day, month, year = (int(part) for part in found.groups())
    return date(year, month, day)
