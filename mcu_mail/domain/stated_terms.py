"""A term that a notice states as a length («10 рабочих дней»), as a moment by the calendar.

Why: a system may name no day («ПОС»: decree 5.2), and a task without a term must not stand. Days
end with the working day, the day of receipt is not counted (`facts.md` §1.3).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from mcu_mail.domain.track_terms import add_working_days, closing_of

if TYPE_CHECKING:
    from mcu_mail.domain.calendar import WorkCalendar
    from mcu_mail.domain.notice import Notice

NonworkingEnd = Literal["previous", "next", "keep"]


def end_of_length(
    received: datetime,
    count: int,
    unit: str | None,
    calendar: WorkCalendar,
    track: str | None = None,
    *,
    nonworking_end: NonworkingEnd = "previous",
) -> datetime | None:
    """When a length that begins at `received` (aware, in the office's zone) is over.

    Args:
        received: when the message came.
        count: how many units; at least 1.
        unit: `hours`, `working_hours`, `days` or `working_days`; None for any other.
        calendar: of the office.
        track: whose hours count.
        nonworking_end: what becomes of a last calendar day that is off.

    """
    if count < 1:
        return None
    if unit == "hours":
        return received + timedelta(hours=count)
    if unit == "working_hours":
        return calendar.add_working_minutes(received, count * 60, track)
    if unit == "working_days":
        day = add_working_days(received.date(), count, calendar, track)
    elif unit == "days":
        day = received.date() + timedelta(days=count)
        step = timedelta(days=-1 if nonworking_end == "previous" else 1)
        while nonworking_end != "keep" and not calendar.is_working_day(day, track):
            day += step
        # Holidays that begin on the day of receipt leave no earlier working day.
        if day <= received.date():
            day = calendar.next_working_day(received.date(), track)
    else:
        return None
    return datetime.combine(day, closing_of(calendar, day, track), received.tzinfo)


def stated_term(
    notice: Notice,
    received: datetime,
    calendar: WorkCalendar,
    *,
    nonworking_end: NonworkingEnd = "previous",
) -> datetime | None:
    """The moment that a notice's own term comes to; None when it states none.

    A length counts by the calendar; a moment counts as it stands.
    """
    if notice.term_length is None:
        return notice.due
    return end_of_length(
        received,
        notice.term_length,
        notice.term_unit,
        calendar,
        notice.track,
        nonworking_end=nonworking_end,
    )
