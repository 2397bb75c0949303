"""The moments of a case whose answer is published, besides the term and the steps' latest times.

The first reply (decree 5.1), the word of the regional centre that does not come, the end of the
wait for the citizen's comment.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from mcu_mail.domain.case import STANDING, Purpose
from mcu_mail.domain.decisions import Change, Enter, Log, Tell
from mcu_mail.domain.marks import Mark
from mcu_mail.domain.publication import owes_first_reply
from mcu_mail.domain.quiet_hours import last_working
from mcu_mail.domain.route import Outcome, StepKind
from mcu_mail.domain.routes import ROUTES
from mcu_mail.domain.track_terms import accept_due, closing_of, first_reply_due, wait_until
from mcu_mail.service.appeals import NEAR, appeal_near
from mcu_mail.service.quiet import aimed, audible

if TYPE_CHECKING:
    from mcu_mail.domain.case import Case, Request
    from mcu_mail.domain.course_parts import Decisions, TrackClock
    from mcu_mail.service.desk import Desk
    from mcu_mail.store.moments import Due
    from mcu_mail.store.unit_of_work import UnitOfWork

FIRST_REPLY, CHECK, WAIT_OVER = "first_reply", "regional_check", "wait_over"
KINDS = frozenset({FIRST_REPLY, CHECK, WAIT_OVER, NEAR})
WAITS = frozenset({CHECK, WAIT_OVER})
"""The moments that end a wait for the outside world."""
_BEFORE = timedelta(minutes=20)


def watch_opening(case: Case, desk: Desk, work: UnitOfWork, now: datetime) -> None:
    """Plan when the first reply is asked for once more, and when it is late."""
    due = _first_reply_due(case, desk, now)
    if due is None:
        return
    for at, late in ((audible(case, desk, due - _BEFORE), False), (audible(case, desk, due), True)):
        if now < at < due or late:
            work.due.add(
                key=f"{FIRST_REPLY}:{case.id}:{at.isoformat()}",
                at=at,
                case_id=case.id,
                kind=FIRST_REPLY,
                data={"late": late, "due": due.isoformat()},
            )


def watch_opening_anew(
    case: Case, desk: Desk, work: UnitOfWork, now: datetime
) -> tuple[datetime, datetime] | None:
    """The calendar has changed: the first reply's moments are planned anew, unless it is given.

    Returns until when it was asked for and until when it is; None where that stays, and where it
    is late already.
    """
    was = work.due.planned(case.id, FIRST_REPLY)
    late = next((one for one in was if one.data["late"]), None)
    if late is None or not owes_first_reply(case, ROUTES[case.track]):
        return None
    work.due.forget(case.id, (FIRST_REPLY,))
    watch_opening(case, desk, work, now)
    old = desk.local(datetime.fromisoformat(late.data["due"]))
    new = _first_reply_due(case, desk, now)
    return (old, new) if new is not None and new != old else None


def _first_reply_due(case: Case, desk: Desk, now: datetime) -> datetime | None:
    clock = desk.clock_of(case.track, now)
    if clock is None:
        return None
    return first_reply_due(desk.local(case.received_at), clock.terms, clock.calendar)


def latest_of(case: Case, desk: Desk, now: datetime) -> datetime | None:
    """The latest time of a step that the term does not bound; None for all others."""
    clock = desk.clock_of(case.track, now)
    if clock is None:
        return None
    step = ROUTES[case.track].step(case.step)
    if step.kind is StepKind.wait_citizen:
        return wait_until(clock.now, clock.terms, clock.calendar)
    if step.kind is StepKind.regional_approval:
        minutes = clock.terms.check_minutes
        return clock.calendar.add_working_minutes(clock.now, minutes, case.track)
    if step.kind is StepKind.accept:
        received = desk.local(case.received_at)
        by = accept_due(received, clock.terms, clock.calendar)
        if by is None:
            by = clock.calendar.add_working_minutes(received, 1, case.track)
            closing = closing_of(clock.calendar, by.date(), case.track)
            by = by.replace(hour=closing.hour, minute=closing.minute)
        return _at_work(min(by, case.term) if case.term > now else by, desk, clock)
    if Mark.published in case.marks and step.kind is StepKind.approve:
        if case.term > now:
            return _at_work(case.term, desk, clock)
        minutes = clock.terms.rework_minutes
        return clock.calendar.add_working_minutes(clock.now, minutes, case.track)
    return None


def _at_work(latest: datetime, desk: Desk, clock: TrackClock) -> datetime:
    """The last moment of work before `latest`, while it lies ahead: nobody acts in the night."""
    latest = desk.local(latest)
    last = last_working(latest, aimed(clock.calendar), clock.terms.track)
    return last if last > clock.now else latest


def watch_step(case: Case, work: UnitOfWork) -> None:
    """Plan what ends a step in which the outside world is to act."""
    kinds = {StepKind.wait_citizen: WAIT_OVER, StepKind.regional_approval: CHECK}
    kind = kinds.get(ROUTES[case.track].step(case.step).kind)
    if kind is None or case.due is None:
        return
    work.due.add(
        key=f"{kind}:{case.id}:{case.entry}:{case.due.isoformat()}",
        at=case.due,
        case_id=case.id,
        entry=case.entry,
        kind=kind,
    )


def standing_request(work: UnitOfWork, case: Case) -> Request | None:
    """The request that takes the responsible's word at any step."""
    opened = work.requests.open_of_case(case.id)
    return next((one for one in opened if one.purpose in STANDING), None)


def at_moment(desk: Desk, work: UnitOfWork, case: Case, due: Due, now: datetime) -> Decisions:
    """What is decided at one of these moments."""
    if due.kind == NEAR:
        return appeal_near(case, desk, due)
    if due.kind == WAIT_OVER:
        step = ROUTES[case.track].step(case.step)
        if step.kind is not StepKind.wait_citizen:
            return ()
        return (
            Log(kind="wait_over", data={}),
            Enter(step=step.on[Outcome.done], template=""),
        )
    standing = standing_request(work, case)
    responsible = desk.office.roles.responsible(case.track)
    if due.kind == CHECK:
        # It waits on, and is asked after once more: nothing waits without a moment of its own.
        later = replace(case, due=latest_of(case, desk, now))
        watch_step(later, work)
        asked = _asked(responsible, "regional_check", due, standing, {})
        reminded = Log(kind="reminded", data={"person": responsible})
        return (reminded, asked, Change(values={"due": later.due}))
    if not owes_first_reply(case, ROUTES[case.track]):
        return ()
    late = bool(due.data["late"])
    until = desk.local(datetime.fromisoformat(str(due.data["due"])))
    context: dict[str, object] = {
        "late": late,
        "until": until,
        "late_name": "",
        "late_phone": "",
    }
    # Whose matter it is comes first, and is asked by a mail with reminders of its own.
    known = standing is not None
    said = (_asked(responsible, "first_reply", due, standing, context),) if known else ()
    if not late:
        return said
    # Decree 3.6: the superiors hear of it.
    superior = desk.office.roles.centre_head
    awaited = desk.office.people[desk.standing_in(responsible, now)]
    context = {**context, "late_name": awaited.name, "late_phone": awaited.phone}
    told = Tell(people=(superior,), template="first_reply", once=due.key, context=context)
    return (Log(kind="first_reply_late", data={}), *said, told)


def _asked(
    person: str, template: str, due: Due, standing: Request | None, context: dict[str, object]
) -> Tell:
    return Tell(
        people=(person,),
        template=template,
        once=due.key,
        request_id=standing.id if standing is not None else None,
        context=context,
    )


def opening_purpose(case: Case) -> Purpose:
    """Whether the responsible accepts a new message first, or only hears of it."""
    first = ROUTES[case.track].first
    return Purpose.accept if first.kind is StepKind.accept else Purpose.control
