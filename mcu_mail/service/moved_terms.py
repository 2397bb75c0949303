"""A changed calendar moves the open terms and waits that were counted by it, and says which.

A term that a person or a notice has set is nobody's to count anew: what is moved is only a term
that the old calendar gives exactly, from the arrival, the fast track or the citizen's comment.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from mcu_mail.domain import term_words
from mcu_mail.domain.decisions import Change, Log
from mcu_mail.domain.moved_terms import counted_anew, waited_anew
from mcu_mail.domain.publication import is_published
from mcu_mail.domain.route import StepKind
from mcu_mail.domain.routes import ROUTES
from mcu_mail.service.asking import tell
from mcu_mail.service.calendar_orders import override_of, row_of
from mcu_mail.service.cards import title_of
from mcu_mail.service.carry import Carrier
from mcu_mail.service.track_moments import WAITS, watch_opening_anew, watch_step

if TYPE_CHECKING:
    from datetime import datetime

    from mcu_mail.domain.calendar import WorkCalendar
    from mcu_mail.domain.case import Case
    from mcu_mail.service.desk import Desk
    from mcu_mail.store.unit_of_work import UnitOfWork

_FACT = "calendar_seen"
Moved = tuple["datetime", "datetime"] | None
"""The old moment and the new one; None where it stays."""
Row = tuple[str, str, str, "datetime", "datetime"]
"""Number, title, what besides the term itself, the old moment, the new one."""


def move_terms(desk: Desk, now: datetime) -> int:
    """Count the open terms anew when the days of the calendar have changed; return how many moved.

    All in one transaction, so that what moved is told once and whole.
    """
    rows = {day.isoformat(): row_of(one) for day, one in sorted(desk.calendar.overrides.items())}
    seen = json.dumps(rows, ensure_ascii=False)
    with desk.store.view() as view:
        known = view.facts.get(_FACT)
    if known == seen:
        return 0
    with desk.store.work() as work:
        moved = 0
        if known is not None:
            before = {
                date.fromisoformat(day): override_of(row) for day, row in json.loads(known).items()
            }
            moved = _move(desk, work, replace(desk.calendar, overrides=before), now)
        work.facts.set(_FACT, seen)
        work.commit()
    return moved


def _move(desk: Desk, work: UnitOfWork, before: WorkCalendar, now: datetime) -> int:
    days = _changed(before, desk.calendar)
    why = "; ".join(
        dict.fromkeys(
            desk.calendar.overrides[day].why for day in days if day in desk.calendar.overrides
        )
    )
    cause = f"calendar:{desk.local(now).isoformat()}"
    moved: list[tuple[Case, Row]] = []
    for case in work.cases.open():
        clock = desk.clock_of(case.track, now)
        if clock is None:
            continue
        carrier = Carrier(desk, work, case, now=now, actor="service", cause=cause)
        beside = next((step.title for step in ROUTES[case.track].beside), "")
        found = [
            (beside, watch_opening_anew(case, desk, work, now)),
            ("", None if is_published(case) else _term_moved(desk, work, carrier, before, why)),
            _step_moved(desk, work, carrier, case, before),
        ]
        title = title_of(case, desk)
        moved += [(case, (case.number, title, what, *pair)) for what, pair in found if pair]
    if days:
        _tell(desk, work, days, why, moved, now, cause)
    return len(moved)


def _term_moved(
    desk: Desk, work: UnitOfWork, carrier: Carrier, before: WorkCalendar, why: str
) -> Moved:
    """The term that the calendar gave is counted anew; what is planned back from it as well."""
    case, now = carrier.case, carrier.now
    clock = desk.clock_of(case.track, now)
    assert clock is not None, "a term without a clock is the region's"
    at = [desk.local(one.at) for one in work.journal.of_case(case.id) if one.kind in _BEGINS]
    received = desk.local(case.received_at)
    here = replace(case, term=desk.local(case.term), received_at=received)
    term = counted_anew(here, at, clock.terms, before, desk.calendar)
    if term is None or term <= now:
        # The steps before the term may lie on a day that is off by now.
        carrier.carry((Change(values={"term": case.term}),))
        return None
    sentence = term_words.moved(term, why, year=term.year)
    data = {
        "term": term.isoformat(),
        "was": here.term.isoformat(),
        "basis": "calendar",
        "reason": why,
    }
    carrier.carry((
        Log(kind="term_changed", data=data),
        Change(values={"term": term, "term_sentence": f"{case.term_sentence} {sentence}"}),
    ))
    return here.term, term


def _step_moved(
    desk: Desk, work: UnitOfWork, carrier: Carrier, was: Case, before: WorkCalendar
) -> tuple[str, Moved]:
    """The name of the present step, and how its own moment moved, that no term bounds."""
    case, now = carrier.case, carrier.now
    step = ROUTES[case.track].step(case.step)
    clock = desk.clock_of(case.track, now)
    if clock is None or was.due is None or was.due <= now:
        return step.title, None
    due = desk.local(was.due)
    if step.waits:
        at = [desk.local(one) for one in _waited_since(work, case)]
        new = waited_anew(due, at, step.kind, clock.terms, before, desk.calendar)
        if new is not None and new > now:
            carrier.carry((Change(values={"due": new}),))
            work.due.forget(case.id, WAITS, case.entry)
            watch_step(carrier.case, work)
    elif is_published(case):
        # The consent is given in the hours of work before the term.
        carrier.carry((Change(values={"term": case.term}),))
    elif step.kind is not StepKind.accept:
        return step.title, None
    latest = carrier.case.due
    if latest is None or latest == due:
        return step.title, None
    return step.title, (due, desk.local(latest))


def _waited_since(work: UnitOfWork, case: Case) -> list[datetime]:
    """When the present step was entered, and when the outside world's word was asked after."""
    at: list[datetime] = []
    for event in work.journal.of_case(case.id):
        if event.kind == "step":
            at = [event.at]
        elif event.kind == "reminded":
            at.append(event.at)
    return at


_BEGINS = frozenset({"citizen_comment", "region_returned", "rated"})
"""Events from which a term may have been counted."""


def _changed(before: WorkCalendar, after: WorkCalendar) -> tuple[date, ...]:
    days = {*before.overrides, *after.overrides}
    return tuple(
        sorted(day for day in days if before.overrides.get(day) != after.overrides.get(day))
    )


def _tell(
    desk: Desk,
    work: UnitOfWork,
    days: tuple[date, ...],
    why: str,
    moved: list[tuple[Case, Row]],
    now: datetime,
    cause: str,
) -> None:
    """The head of the centre reads all that moved, each responsible what is hers."""
    roles = desk.office.roles
    people: dict[str, list[Row]] = {desk.standing_in(roles.centre_head, now): []}
    for track in desk.settings.tracks.hours:
        people.setdefault(desk.standing_in(roles.responsible(track), now), [])
    for case, row in moved:
        for person in {roles.centre_head, roles.responsible(case.track)}:
            people[desk.standing_in(person, now)].append(row)
    for person, rows in people.items():
        tell(
            desk,
            work,
            None,
            person=person,
            template="calendar_moved",
            context={"days": days, "why": why, "rows": tuple(dict.fromkeys(rows))},
            key=f"{cause}:{person}",
            now=now,
        )
