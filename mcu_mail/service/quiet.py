"""Nobody of a track that has hours is written to outside them, but for what is urgent (decree 5).

The governor's track is worked at daily and has no quiet hours; an urgent message of «Инцидент»
lifts them (decree 5.1: «вне зависимости от дня недели и времени суток»).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from mcu_mail.domain.marks import Mark
from mcu_mail.domain.quiet_hours import is_quiet, loud_at

if TYPE_CHECKING:
    from datetime import datetime

    from mcu_mail.domain.calendar import WorkCalendar
    from mcu_mail.domain.case import Case
    from mcu_mail.service.desk import Desk
    from mcu_mail.store.moments import Due
    from mcu_mail.store.unit_of_work import UnitOfWork

_JUST_CLOSED = timedelta(minutes=20)
"""What has come at the closing minute may take a round or two."""


def has_quiet_hours(case: Case, desk: Desk) -> bool:
    """Whether people are left alone outside the hours of the case's track."""
    if not desk.settings.reminders.quiet_hours:
        return False
    terms = desk.settings.tracks.term_rules(case.track)
    return terms is not None and not (Mark.urgent in case.marks and terms.urgent_any_hour)


def aimed(calendar: WorkCalendar) -> WorkCalendar:
    """The calendar that reminders and plans aim at: people leave an hour earlier on short days.

    `facts.md` §1.0: the term itself stays where the regulation puts it.
    """
    return replace(calendar, apply_short_day=True)


def audible(case: Case, desk: Desk, moment: datetime) -> datetime:
    """`moment`, or the next opening of the track when nobody is to be written to then."""
    moment = desk.local(moment)
    return loud_at(moment, desk.calendar, case.track) if has_quiet_hours(case, desk) else moment


def is_quiet_now(case: Case, desk: Desk, now: datetime) -> bool:
    """Whether nobody is to be written to about the case at this moment."""
    return has_quiet_hours(case, desk) and is_quiet(desk.local(now), desk.calendar, case.track)


def is_postponed(desk: Desk, work: UnitOfWork, due: Due, now: datetime) -> bool:
    """Whether a moment that has come waits for the next opening; it is put off when it does.

    It was planned for working hours: the daemon was down, or the day has been made a day off.
    """
    case = work.cases.get(due.case_id)
    if not has_quiet_hours(case, desk):
        return False
    here = desk.local(now)
    if not all(is_quiet(one, desk.calendar, case.track) for one in (here, here - _JUST_CLOSED)):
        return False
    work.due.postpone(due.id, loud_at(here, desk.calendar, case.track))
    return True
