"""When each step of a case must be done at the latest, and who is reminded before and after.

Moments are counted from the case's target and the office's settings, never from the clock.
"""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from mcu_mail.domain.plan import PlanSettings, plan_back
from mcu_mail.domain.plan_text import plan_working
from mcu_mail.domain.restriction import repeat_at
from mcu_mail.domain.route import ROUTES, StepKind
from mcu_mail.domain.whose_turn import actor_of
from mcu_mail.settings.schema import signing_hours

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

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
_NEAR_TERM = timedelta(hours=1)


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
    fresh = plan_back(
        [step.name for step in rows],
        desk.local(now),
        desk.local(target),
        signing_hours(desk.settings),
        PlanSettings(),
        {step.name: step.share for step in rows},
    )
    planned = {name: max(at, min(case.plan.get(name, at), target)) for name, at in fresh.items()}
    return {name: desk.local(at) for name, at in planned.items()}


def _plan_published(case: Case, desk: Desk, clock: TrackClock) -> dict[str, datetime]:
    """The same where the answer is published: the term bounds the steps up to the publication."""
    route = ROUTES[case.track]
    rows = route.from_step(case.step)
    last = next((i for i, step in enumerate(rows) if step.kind is StepKind.publish), None)
    if last is None:
        return {}
    rows = rows[: last + 1]
    shares = {step.name: step.share for step in rows}
    making = [step for step in rows if route.comes_before(step.name, StepKind.approve)]
    making = making or [step for step in rows if step.kind is not StepKind.publish]
    fresh = plan_working(
        [step.name for step in rows],
        clock.now,
        desk.local(case.term),
        _with_share(shares, [step.name for step in making], clock.terms.executor_share),
        clock.calendar,
        case.track,
    )
    return {name: max(at, min(case.plan.get(name, at), case.term)) for name, at in fresh.items()}


def _with_share(
    shares: Mapping[str, float], making: Sequence[str], part: float
) -> dict[str, float]:
    """The shares such that those who make the answer have `part` of the whole (`facts.md` §1.1)."""
    made = sum(share for name, share in shares.items() if name in making)
    rest = sum(share for name, share in shares.items() if name not in making)
    if not made or not rest:
        return dict(shares)
    return {
        name: share / made * part if name in making else share / rest * (1 - part)
        for name, share in shares.items()
    }


def remind_of(
    case: Case, desk: Desk, work: UnitOfWork, actor: str, now: datetime, *, question: int = 0
) -> None:
    """Plan reminders before the step's latest time and escalations after it.

    Args:
        question: the request that holds the case, where one visit of a step may know several.

    """
    if case.restricted is not None:
        plan_repeat(case, work, asked=now, now=now)
    settings = desk.settings.reminders
    latest = case.due or case.term
    marks = [("remind", -minutes) for minutes in settings.before_minutes] + [
        ("late_superior", settings.superior_after_minutes),
        ("late_centre", settings.centre_head_after_minutes),
        ("late_curator", settings.curator_after_minutes),
    ]
    for kind, minutes in marks:
        at = latest + timedelta(minutes=minutes)
        if kind == "remind" and at <= now:
            continue
        work.due.add(
            key=f"{kind}:{case.id}:{case.entry}:{minutes}{f':{question}' if question else ''}",
            at=at,
            case_id=case.id,
            entry=case.entry,
            kind=kind,
            data={"actor": actor, **({"question": question} if question else {})},
        )


def watch_term(case: Case, work: UnitOfWork, now: datetime) -> None:
    """Plan the moments of the term itself: an hour before it, and when it passes."""
    work.due.add(
        key=f"term:{case.id}:{case.term.isoformat()}", at=case.term, case_id=case.id, kind="term"
    )
    near = case.term - _NEAR_TERM
    if near > now:
        work.due.add(
            key=f"term_near:{case.id}:{case.term.isoformat()}",
            at=near,
            case_id=case.id,
            kind="term_near",
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
