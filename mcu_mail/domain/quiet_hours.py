"""When people of a track may be written to, and the last moment at which they can still act.

Decree 5: «Инцидент», «ПОС» and «Кузбасс-онлайн» are worked at in the hours of the track. Nobody is
reminded at night of what he can do in the morning. All moments are of one zone.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from mcu_mail.domain.track_terms import opening_after
from mcu_mail.errors import RefusedError

if TYPE_CHECKING:
    from mcu_mail.domain.calendar import WorkCalendar

_DAY = timedelta(days=1)
_MOST = 366


def is_quiet(moment: datetime, calendar: WorkCalendar, track: str) -> bool:
    """Whether nobody is at work at `moment`; the closing minute itself still counts as work."""
    hours = calendar.hours_on(moment.date(), track)
    return hours is None or not hours[0] <= moment.time() <= hours[1]


def loud_at(moment: datetime, calendar: WorkCalendar, track: str) -> datetime:
    """`moment` itself, or the next opening when nobody is at work then."""
    return opening_after(moment, calendar, track) if is_quiet(moment, calendar, track) else moment


def last_working(moment: datetime, calendar: WorkCalendar, track: str) -> datetime:
    """The last moment of work that is not after `moment`; RefusedError when a year holds none."""
    day = moment.date()
    for _ in range(_MOST):
        hours = calendar.hours_on(day, track)
        if hours is not None:
            opening, closing = (datetime.combine(day, at, moment.tzinfo) for at in hours)
            if moment > opening:
                return min(moment, closing)
        day -= _DAY
    raise RefusedError(f"в календаре за год до {moment:%d.%m.%Y} нет рабочего дня")


def working_day_before(
    moment: datetime, count: int, calendar: WorkCalendar, track: str
) -> datetime:
    """The opening of the working day that is `count` working days before the day of `moment`."""
    day = moment.date()
    for _ in range(_MOST):
        if count <= 0 and calendar.is_working_day(day, track):
            break
        day -= _DAY
        count -= calendar.is_working_day(day, track)
    hours = calendar.hours_on(day, track)
    opening = hours[0] if hours is not None else calendar.hours[0]
    return datetime.combine(day, opening, moment.tzinfo)
