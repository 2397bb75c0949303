"""When each step of a case must be done at the latest, and who is reminded before and after.

Moments are counted from the case's target and the office's settings, never from the clock.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

from mcu_mail.domain.case import STANDING
from mcu_mail.domain.marks import Mark
from mcu_mail.domain.plan import PlanSettings, plan_back
from mcu_mail.domain.plan_text import plan_working, working_part
from mcu_mail.domain.promises import owed_day
from mcu_mail.domain.quiet_hours import last_working, loud_at
from mcu_mail.domain.reminding import ReminderRules, reminders
from mcu_mail.domain.restriction import repeat_at
from mcu_mail.domain.route import StepKind
from mcu_mail.domain.routes import ROUTES
from mcu_mail.domain.track_terms import executor_due, opening_after
from mcu_mail.domain.whose_turn import actor_of
from mcu_mail.service.quiet import aimed, audible, has_quiet_hours
from mcu_mail.settings.schema import signing_hours

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mcu_mail.domain.case import Case
    from mcu_mail.domain.course_parts import TrackClock
    from mcu_mail.service.desk import Desk
    from mcu_mail.store.unit_of_work import UnitOfWork

_PLANNED = (
    StepKind.route,
    StepKind.draft,
    StepKind.approve,
    StepKind.sign,
    StepKind.register,
    StepKind.send,
)
NEAR_TERM = timedelta(hours=1)
TERM_WANTED = "term_wanted"
_EVENING = timedelta(minutes=30)
"""How long before the end of the day on which it came one is reminded to accept a message."""
OF_STEP = ("remind", "late_superior", "late_centre", "late_curator")
"""The moments that a step has of its latest time."""


def plan_of(case: Case, desk: Desk, now: datetime) -> dict[str, datetime]:
    """The latest time of each step from the case's present one on, in the office's zone.

    Counted back from the goal while it lies ahead, else from the term; a step that was planned
    keeps its moment when there is more time than then.
    """
    route = ROUTES[case.track]
    clock = desk.clock_of(case.track, now)
    if clock is not None:
        return _plan_published(case, desk, clock)
    rows = [step for step in route.from_step(case.step) if step.kind in _PLANNED]
    on = desk.today(now)
    drafter = case.author or actor_of(route.step("draft"), case, desk.office, on)
    rows = [
        step
        for step in rows
        if step.name == case.step
        or not (step.own_work_skips and actor_of(step, case, desk.office, on) == drafter)
    ]
    target = case.goal if case.goal is not None and case.goal > now else case.term
    settings = PlanSettings()
    owed = owed_day(case)
    opening = datetime.combine(owed, settings.office_hours[0], desk.zone) if owed else None
    fresh = plan_back(
        [step.name for step in rows],
        _not_before(opening, desk.local(now), desk.local(target)),
        desk.local(target),
        signing_hours(desk.settings),
        settings,
        {step.name: step.share for step in rows},
    )
    kept = _kept(case, target)
    return {name: desk.local(max(at, kept.get(name, at))) for name, at in fresh.items()}


def _kept(case: Case, target: datetime) -> Mapping[str, datetime]:
    """The moments that were planned before and stand; none when the target has come nearer.

    Else the present step would have all the time that is left, and the next ones none.
    """
    return case.plan if all(at <= target for at in case.plan.values()) else {}


def _plan_published(case: Case, desk: Desk, clock: TrackClock) -> dict[str, datetime]:
    """The same where the answer is published: the term bounds the steps up to the publication."""
    route = ROUTES[case.track]
    rows = route.from_step(case.step)
    last = next((i for i, step in enumerate(rows) if step.kind is StepKind.publish), None)
    if last is None:
        return {}
    known = case.department is not None
    rows = tuple(step for step in rows[: last + 1] if not (step.settled and known))
    names = [step.name for step in rows]
    shares = {step.name: step.share for step in rows}
    making = [step.name for step in rows if route.comes_before(step.name, StepKind.approve)]
    making = making or [step.name for step in rows if step.kind is not StepKind.publish]
    term, calendar, track = desk.local(case.term), clock.calendar, case.track
    start = _begin(case, clock, term)
    if not making or making == names:
        fresh = plan_working(names, start, term, shares, calendar, track)
    else:
        ready = executor_due(start, term, clock.terms, aimed(calendar)) or working_part(
            start, term, clock.terms.executor_share, calendar, track
        )
        rest = names[len(making) :]
        fresh = plan_working(making, start, ready, shares, calendar, track)
        fresh |= plan_working(rest, ready, term, shares, calendar, track)
    kept = _kept(case, case.term)
    return {name: max(at, kept.get(name, at)) for name, at in fresh.items()}


def _begin(case: Case, clock: TrackClock, term: datetime) -> datetime:
    """From when the time up to the term is shared out."""
    owed = owed_day(case)
    if owed is None:
        return clock.now
    opening = opening_after(
        datetime.combine(owed, time(), clock.now.tzinfo), clock.calendar, case.track
    )
    return _not_before(opening, clock.now, term)


def _not_before(opening: datetime | None, now: datetime, target: datetime) -> datetime:
    """`now`, or the `opening` of the day that an interim answer has promised, while it lies ahead.

    What was promised is done by that day: the text about it, with its photos, is wanted on that
    day and not before.
    """
    return max(now, opening) if opening is not None and opening < target else now


def remind_of(
    case: Case, desk: Desk, work: UnitOfWork, actor: str, now: datetime, *, question: int = 0
) -> None:
    """Plan reminders before the step's latest time and escalations after it.

    Args:
        question: the request that holds the case, where one visit of a step may know several.

    """
    if case.restricted is not None:
        plan_repeat(case, work, asked=now, now=now)
    watch_unnamed_term(case, desk, work, now)
    latest = desk.local(case.due or case.term)
    moments = [
        *(("remind", name, at) for name, at in _reminders_of(case, desk, latest, now).items()),
        *_lateness(case, desk, latest),
    ]
    for kind, name, at in moments:
        # The moment is part of the key: a step whose latest time moves is reminded of anew.
        moment = at.astimezone(UTC).isoformat()
        asked = f":{question}" if question else ""
        work.due.add(
            key=f"{kind}:{case.id}:{case.entry}:{name}:{moment}{asked}",
            at=at,
            case_id=case.id,
            entry=case.entry,
            kind=kind,
            data={"actor": actor, **({"question": question} if question else {})},
        )


def _reminders_of(case: Case, desk: Desk, latest: datetime, now: datetime) -> dict[str, datetime]:
    """When the step that ends at `latest` is reminded of, by name (`domain/reminding.py`)."""
    settings = desk.settings.reminders
    rules = ReminderRules(before_minutes=settings.before_minutes, before_days=settings.before_days)
    track = case.track if has_quiet_hours(case, desk) else None
    calendar = aimed(desk.calendar)
    found = reminders(desk.local(now), latest, rules, calendar, track)
    step = ROUTES[case.track].step(case.step)
    if step.kind is StepKind.accept:
        # `facts.md` §1.3: accepted by the end of the working day on which it came.
        came = loud_at(desk.local(case.received_at), calendar, case.track)
        evening = last_working(came.replace(hour=23), calendar, case.track) - _EVENING
        if now < evening < latest and evening not in found.values():
            found["evening"] = evening
    owed = owed_day(case)
    # On the promised day one mail asks for everything (`promised_days.py`).
    return {name: at for name, at in found.items() if name != "d0" or at.date() != owed}


def _lateness(case: Case, desk: Desk, latest: datetime) -> list[tuple[str, str, datetime]]:
    """When the superiors hear that a step is late.

    Where answers are published the head of the centre and the curator hear of a passed term alone,
    and of everything else by their digest: forty messages a day would drown them.
    """
    settings = desk.settings.reminders
    marks = [("late_superior", settings.superior_after_minutes)]
    if desk.settings.tracks.published(case.track) is None:
        marks += [
            ("late_centre", settings.centre_head_after_minutes),
            ("late_curator", settings.curator_after_minutes),
        ]
    return [
        (kind, str(minutes), audible(case, desk, latest + timedelta(minutes=minutes)))
        for kind, minutes in marks
    ]


def remind_anew(case: Case, desk: Desk, work: UnitOfWork, now: datetime) -> None:
    """The latest time of the step has changed: what is planned of it is planned anew.

    A step of which nobody is asked just now (the text is in, the service is at work) has none.
    """
    known = work.due.questions_of(case.id, case.entry)
    work.due.forget(case.id, OF_STEP, case.entry)
    if case.actor is None:
        return
    asked = [
        one
        for one in work.requests.open_of_case(case.id)
        if one.entry == case.entry and one.person == case.actor and one.purpose not in STANDING
    ]
    if not asked:
        return
    question = next((int(one["question"]) for one in reversed(known) if "question" in one), 0)
    moments = replace(case, restricted=None)  # the alarm about a threat to life has its own moments
    remind_of(moments, desk, work, case.actor, now, question=question)


def watch_term(case: Case, desk: Desk, work: UnitOfWork, now: datetime) -> None:
    """Plan the moments of the term itself, anew: an hour before it, and when it passes."""
    work.due.forget(case.id, ("term", "term_near"))
    at = audible(case, desk, desk.local(case.term))
    term = case.term.astimezone(UTC).isoformat()
    work.due.add(key=f"term:{case.id}:{term}", at=at, case_id=case.id, kind="term")
    near = audible(case, desk, desk.local(case.term) - NEAR_TERM)
    if now < near < case.term:
        work.due.add(key=f"term_near:{case.id}:{term}", at=near, case_id=case.id, kind="term_near")


def watch_unnamed_term(case: Case, desk: Desk, work: UnitOfWork, now: datetime) -> None:
    """Plan the morning on which a term that nobody has named is asked for once more."""
    if Mark.term_asked not in case.marks:
        return
    tomorrow = datetime.combine(desk.today(now) + timedelta(days=1), time(), desk.zone)
    at = opening_after(tomorrow, desk.calendar, case.track)
    work.due.add(
        key=f"{TERM_WANTED}:{case.id}:{at.astimezone(UTC).isoformat()}",
        at=at,
        case_id=case.id,
        kind=TERM_WANTED,
    )


def plan_repeat(case: Case, work: UnitOfWork, *, asked: datetime, now: datetime) -> None:
    """Plan when a threat to life of which they were `asked` is told again."""
    at = repeat_at(asked, now)
    work.due.add(
        key=f"restricted:{case.id}:{case.entry}:{at.astimezone(UTC).isoformat()}",
        at=at,
        case_id=case.id,
        entry=case.entry,
        kind="restricted",
        data={"actor": case.actor},
    )
