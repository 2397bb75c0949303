"""Which term the regulation gives by another calendar, where it has given the present one."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from mcu_mail.domain.marks import Mark
from mcu_mail.domain.route import StepKind
from mcu_mail.domain.stated_terms import stated_term
from mcu_mail.domain.track_terms import afresh_due, fast_due, rework_due, term_of, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mcu_mail.domain.calendar import WorkCalendar
    from mcu_mail.domain.case import Case
    from mcu_mail.domain.track_terms import TermRules

    Count = Callable[[WorkCalendar], datetime]


def counted_anew(
    case: Case,
    begun_at: Iterable[datetime],
    rules: TermRules,
    before: WorkCalendar,
    after: WorkCalendar,
) -> datetime | None:
    """The case's term by the calendar `after`; None where it stays, or was set and not counted.

    Args:
        case: its moments in the office's zone.
        begun_at: when the citizen or the regional centre has begun the work anew.
        rules: of its track.
        before: the calendar by which the present term was counted.
        after: the one that holds now.

    """
    notice = case.notice
    if Mark.owed in case.marks or Mark.urgent in case.marks:
        return None
    if notice.term_length is None and notice.due == case.term:
        return None
    return _by(_ways(case, begun_at, rules), case.term, before, after)


def waited_anew(
    due: datetime,
    begun_at: Iterable[datetime],
    kind: StepKind,
    rules: TermRules,
    before: WorkCalendar,
    after: WorkCalendar,
) -> datetime | None:
    """Until when the outside world is waited for by the calendar `after`; None where it stays.

    Args:
        due: until when it is by the calendar `before`, in the office's zone.
        begun_at: when the wait may have begun.
        kind: of the step that waits.
        rules: of its track.
        before: the calendar by which the present moment was counted.
        after: the one that holds now.

    """
    ways = tuple(_waited(at, kind, rules) for at in sorted(begun_at, reverse=True))
    return _by(ways, due, before, after)


def _by(
    ways: Iterable[Count], moment: datetime, before: WorkCalendar, after: WorkCalendar
) -> datetime | None:
    """The moment by `after`, in the first way that gives it by `before`; None where it stays."""
    way = next((count for count in ways if count(before) == moment), None)
    new = way(after) if way is not None else moment
    return new if new != moment else None


def _waited(at: datetime, kind: StepKind, rules: TermRules) -> Count:
    if kind is StepKind.wait_citizen:
        return lambda calendar: wait_until(at, rules, calendar)
    return lambda calendar: calendar.add_working_minutes(at, rules.check_minutes, rules.track)


def _ways(case: Case, begun_at: Iterable[datetime], rules: TermRules) -> tuple[Count, ...]:
    """Every way in which the regulation may have given the term, the newest event first."""
    fast = Mark.fast in case.marks
    ways: list[Count] = []
    for at in sorted(begun_at, reverse=True):
        ways += [_afresh(at, rules, fast=fast), _rework(at, rules)]
    flagged = case.marks.get(Mark.fast)

    def whole(calendar: WorkCalendar) -> datetime:
        marked = bool(case.notice.fast_track)
        received = case.received_at
        stated = stated_term(case.notice, received, calendar)
        return term_of(received, rules, calendar, stated, fast=marked).due

    def hurried(calendar: WorkCalendar) -> datetime:
        at = datetime.fromisoformat(flagged) if flagged else case.received_at
        return fast_due(whole(calendar), at, rules, calendar)

    return (*ways, hurried, whole) if flagged else (*ways, whole)


def _afresh(at: datetime, rules: TermRules, *, fast: bool) -> Count:
    return lambda calendar: afresh_due(at, rules, calendar, fast=fast)


def _rework(at: datetime, rules: TermRules) -> Count:
    return lambda calendar: rework_due(at, at, rules, calendar)
