"""When the answers of «Инцидент», «ПОС» and «Кузбасс-онлайн» are due (decree 5.1, 5.2, 5.3).

Every number is the office's to change (decree 5: «могут меняться по решению ЦУР»). A moment lies
in the zone of the arrival; working time is that of the track's own hours.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

from mcu_mail.domain import term_words as words
from mcu_mail.domain.terms import StatedRule, Term, with_stated

if TYPE_CHECKING:
    from datetime import date

    from mcu_mail.domain.calendar import WorkCalendar

_DAY = timedelta(days=1)
_HOUR = 60
_HANDS_IN, _BEFORE_TERM = 3, 2
"""Working days of the executor, and those between his text and a term that the system sets."""

WaitRule = Literal["hours", "calendar_days", "working_days"]
Clock = Literal["work", "wall"]


class TermKind(StrEnum):
    """How the term of a track is counted."""

    working_hours = "working_hours"
    """«Инцидент» (decree 5.1)."""
    stated = "stated"
    """«ПОС»: «устанавливается автоматически в программе» (decree 5.2)."""
    days = "days"
    """«Кузбасс-онлайн» (decree 5.3)."""


@dataclass(frozen=True, kw_only=True)
class TermRules:
    """The numbers of one track.

    Attributes:
        hours: working hours to the publication.
        fast_hours: the same on the fast track; None: the track knows none.
        days: days of consideration, the day of receipt not counted.
        days_kind: which days count.
        nonworking_end: what becomes of a last day that is off.
        name_within: working minutes in which a term that was not told must be named.
        executor_share: the executor's part of the working time up to the term.
        accept_hours: hours in which a message is accepted; None: it needs no acceptance.
        accept_clock: whether days off count among them.
        first_reply_minutes: minutes in which the first reply is given; None: there is none.
        first_reply_clock: whether they are minutes of work.
        wait: how long the citizen's comment is waited for, in `wait_kind`; None: it is not.
        check_minutes: working minutes after which the word of the regional centre is asked after.

    """

    track: str
    kind: TermKind
    hours: int = 8
    fast_hours: int | None = None
    days: int = 14
    days_kind: Literal["calendar", "working"] = "calendar"
    nonworking_end: Literal["previous", "next", "keep"] = "previous"
    stated: StatedRule = "earlier_wins"
    name_within: int = 60
    executor_share: float = 0.6
    accept_hours: int | None = None
    accept_clock: Literal["wall", "skip_nonworking"] = "skip_nonworking"
    first_reply_minutes: int | None = None
    first_reply_clock: Clock = "work"
    wait: int | None = None
    wait_kind: WaitRule = "hours"
    check_minutes: int = 8 * _HOUR
    rework_minutes: int = 2 * _HOUR
    """Working minutes to mend what the regional centre returned when its term had passed."""
    urgent_minutes: int = 2 * _HOUR
    """Minutes by the clock on the wall for an urgent request that names no moment."""
    urgent_any_hour: bool = False
    """«Вне зависимости от дня недели и времени суток» (decree 5.1); elsewhere in working hours."""


def term_of(
    received: datetime,
    rules: TermRules,
    calendar: WorkCalendar,
    stated: datetime | None = None,
    *,
    fast: bool = False,
) -> Term:
    """The term of a message that came at `received` (aware).

    A term that the notice names beside the regulation's counts as `rules.stated` says; where the
    system alone sets it (decree 5.2) it is taken as it stands, and `is_known` is False without.
    """
    stated = stated.astimezone(received.tzinfo) if stated is not None else None
    if rules.kind is TermKind.stated:
        return _set_by_system(received, rules, calendar, stated)
    if rules.kind is TermKind.days:
        own, sentence = _in_days(received, rules, calendar)
    else:
        own, sentence = _in_hours(received, rules, calendar, fast=fast)
    due = own
    if stated is not None:
        due, more = with_stated(received, own, stated, rules.stated)
        sentence = f"{sentence} {more}"
    return Term(
        due=due,
        goal=None,
        stated=stated,
        stated_is_later=stated is not None and rules.stated != "ignore" and stated > due,
        sentence=sentence,
    )


def _set_by_system(
    received: datetime, rules: TermRules, calendar: WorkCalendar, stated: datetime | None
) -> Term:
    if stated is not None and stated > received:
        sentence = words.stated(rules.track, stated, year=received.year)
        return Term(due=stated, goal=None, stated=stated, stated_is_later=False, sentence=sentence)
    by = calendar.add_working_minutes(received, rules.name_within, rules.track)
    return Term(
        due=by,
        goal=None,
        stated=stated,
        stated_is_later=False,
        sentence=words.unknown(rules.track, by, year=received.year),
        is_known=False,
    )


def _in_hours(
    received: datetime, rules: TermRules, calendar: WorkCalendar, *, fast: bool
) -> tuple[datetime, str]:
    fast = fast and rules.fast_hours is not None
    hours = rules.fast_hours if fast and rules.fast_hours is not None else rules.hours
    due = calendar.add_working_minutes(received, hours * _HOUR, rules.track)
    said = words.in_working_hours(rules.track, hours, due, fast=fast, year=received.year)
    return due, said


def _in_days(received: datetime, rules: TermRules, calendar: WorkCalendar) -> tuple[datetime, str]:
    working = rules.days_kind == "working"
    day = received.date()
    if working:
        day = add_working_days(day, rules.days, calendar, rules.track)
    else:
        day += rules.days * _DAY
    due = datetime.combine(day, closing_of(calendar, day, rules.track), received.tzinfo)
    said = words.in_days(rules.track, rules.days, due, working=working, year=received.year)
    if rules.nonworking_end == "keep" or calendar.is_working_day(day, rules.track):
        return due, said
    earlier = rules.nonworking_end == "previous"
    step = -_DAY if earlier else _DAY
    while not calendar.is_working_day(day, rules.track):
        day += step
    due = datetime.combine(day, closing_of(calendar, day, rules.track), received.tzinfo)
    return due, f"{said} {words.day_off_moved(due, earlier=earlier, year=received.year)}"


def closing_of(calendar: WorkCalendar, day: date, track: str | None = None) -> time:
    """When the working day ends; on a day off the usual hour."""
    hours = calendar.hours_on(day, track)
    return hours[1] if hours is not None else calendar.hours[1]


def add_working_days(
    day: date, count: int, calendar: WorkCalendar, track: str | None = None
) -> date:
    """The day that is `count` working days after `day`."""
    for _ in range(count):
        day = calendar.next_working_day(day, track)
    return day


def first_reply_due(
    received: datetime, rules: TermRules, calendar: WorkCalendar
) -> datetime | None:
    """Until when the first reply is given (decree 5.1: «в течение часа»); None: none is."""
    minutes = rules.first_reply_minutes
    if minutes is None:
        return None
    if rules.first_reply_clock == "wall":
        return received + timedelta(minutes=minutes)
    return calendar.add_working_minutes(received, minutes, rules.track)


def accept_due(received: datetime, rules: TermRules, calendar: WorkCalendar) -> datetime | None:
    """Until when the message is accepted (decree 5.3: «в течение 24 часов»); None: it need not be.

    Where days off do not count, what comes on one counts from the next opening.
    """
    if rules.accept_hours is None:
        return None
    left = timedelta(hours=rules.accept_hours)
    if rules.accept_clock == "wall":
        return received + left
    start = received
    if not calendar.is_working_day(start.date(), rules.track):
        start = opening_after(start, calendar, rules.track)
    while True:
        midnight = datetime.combine(start.date() + _DAY, time(), start.tzinfo)
        if start + left <= midnight:
            return start + left
        left -= midnight - start
        start = midnight
        while not calendar.is_working_day(start.date(), rules.track):
            start += _DAY


def executor_due(
    now: datetime, term: datetime, rules: TermRules, calendar: WorkCalendar
) -> datetime | None:
    """Until when the executor hands in, where the system sets the term; None: by his share.

    `facts.md` §1.2: two working days before the term, three from now at most. None, too, where
    that leaves no time.
    """
    if rules.kind is not TermKind.stated:
        return None
    last = add_working_days(now.date(), _HANDS_IN, calendar, rules.track)
    day = term.astimezone(now.tzinfo).date()
    left = _BEFORE_TERM
    while left and day > now.date():
        day -= _DAY
        left -= calendar.is_working_day(day, rules.track)
    day = min(day, last)
    latest = datetime.combine(day, closing_of(calendar, day, rules.track), now.tzinfo)
    return latest if latest > now and not left else None


def opening_after(moment: datetime, calendar: WorkCalendar, track: str | None = None) -> datetime:
    """When work begins next, at `moment` or after it."""
    hours = calendar.hours_on(moment.date(), track)
    if hours is not None and moment.time() <= hours[0]:
        return datetime.combine(moment.date(), hours[0], moment.tzinfo)
    day = calendar.next_working_day(moment.date(), track)
    hours = calendar.hours_on(day, track)
    opening = hours[0] if hours is not None else calendar.hours[0]
    return datetime.combine(day, opening, moment.tzinfo)


def is_working(moment: datetime, calendar: WorkCalendar, track: str | None = None) -> bool:
    """Whether people are at work at `moment`."""
    hours = calendar.hours_on(moment.date(), track)
    return hours is not None and hours[0] <= moment.time() < hours[1]


def wait_until(sent: datetime, rules: TermRules, calendar: WorkCalendar) -> datetime:
    """Until when the citizen's comment is waited for (decree 5.1: «в течение двух дней»)."""
    count = rules.wait or 0
    if rules.wait_kind == "hours":
        return sent + timedelta(hours=count)
    days = -(-count // 24)
    if rules.wait_kind == "calendar_days":
        return datetime.combine(sent.date() + (days + 1) * _DAY, time(), sent.tzinfo)
    day = add_working_days(sent.date(), days, calendar, rules.track)
    return datetime.combine(day, closing_of(calendar, day, rules.track), sent.tzinfo)


def fast_due(
    current: datetime, flagged: datetime, rules: TermRules, calendar: WorkCalendar
) -> datetime:
    """The term when the fast track is set late: its hours from the mark, never later than before.

    `facts.md` §1.1.
    """
    hours = rules.fast_hours if rules.fast_hours is not None else rules.hours
    return min(current, calendar.add_working_minutes(flagged, hours * _HOUR, rules.track))


def afresh_due(
    comment: datetime, rules: TermRules, calendar: WorkCalendar, *, fast: bool = False
) -> datetime:
    """The term of the work that the citizen's comment begins anew (decree 5.1)."""
    if rules.kind is TermKind.working_hours:
        return _in_hours(comment, rules, calendar, fast=fast)[0]
    if rules.kind is TermKind.days:
        return _in_days(comment, rules, calendar)[0]
    return calendar.add_working_minutes(comment, 3 * 8 * _HOUR, rules.track)


def rework_due(term: datetime, now: datetime, rules: TermRules, calendar: WorkCalendar) -> datetime:
    """The term of what the regional centre returned: the old one, a short one when it is past."""
    if term > now:
        return term
    return calendar.add_working_minutes(now, rules.rework_minutes, rules.track)
