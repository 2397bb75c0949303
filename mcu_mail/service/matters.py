"""Cases that are one matter because a person says so, and cases put apart again by his word.

The word comes through `outside_words.py`; `matter_texts.py` hands the text on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcu_mail.domain.case import CaseState, CloseReason, Purpose
from mcu_mail.domain.decisions import (
    Change,
    CloseRequest,
    Enter,
    Log,
    SetMarks,
    Tell,
)
from mcu_mail.domain.marks import Mark
from mcu_mail.domain.matter_catalogue import alike_by_program
from mcu_mail.domain.matters import why_not_one
from mcu_mail.domain.meaning import MeaningKind
from mcu_mail.domain.publication import is_published
from mcu_mail.domain.reopened import ASKED
from mcu_mail.domain.route import StepKind
from mcu_mail.domain.routes import ROUTES
from mcu_mail.service.cards import name_of
from mcu_mail.service.carry import Carrier
from mcu_mail.service.matter_links import (
    followers_of,
    leader_of,
    link,
    shared_with,
    unlink,
)
from mcu_mail.service.matter_texts import let_go
from mcu_mail.service.planning import remind_anew

if TYPE_CHECKING:
    from datetime import datetime

    from mcu_mail.domain.case import Case
    from mcu_mail.domain.course_parts import Decisions
    from mcu_mail.domain.meaning import Meaning
    from mcu_mail.service.answer import Spoken
    from mcu_mail.store.unit_of_work import UnitOfWork


def merge(spoken: Spoken, meaning: Meaning, by: str) -> str:
    """«Объединить с НОМЕР», «Дубль НОМЕР: основание»; returns why nothing was done, or nothing."""
    work, case = spoken.work, spoken.case
    numbers = [one.strip() for one in meaning.name.split(",") if one.strip()]
    others = [one for one in numbers if one != case.number]
    if len(others) != 1:
        return "outside_matter_number"
    leader = work.cases.by_number(others[0])
    if leader is None:
        return "outside_matter_unknown"
    # The text of what follows itself comes from its own leading case.
    leader = leader_of(work, leader) or leader
    duplicate = meaning.kind is MeaningKind.duplicate
    if duplicate and not meaning.reason.strip() and not _asked_by_us(work, case, others[0]):
        return "outside_no_basis_duplicate"
    if duplicate and leader.track == case.track:
        return _closed_as_duplicate(spoken, leader, meaning, by)
    fault = why_not_one(case, leader, followers_of(work, case))
    if fault:
        return fault
    if case.marks.get(Mark.matter) == leader.number:
        return "outside_matter_known"
    before = leader_of(work, case)
    if before is not None:
        unlink(work, before, case)
    link(work, leader, case)
    drafter = case.actor if ROUTES[case.track].step(case.step).kind is StepKind.draft else None
    basis = meaning.reason.strip() or alike_by_program(leader.number)
    spoken.carrier.carry((
        Log(kind="matter", data={"of": leader.number, "by": by, "basis": basis}),
        SetMarks(values={Mark.matter: leader.number}),
        *_settled_similar(work, case),
        *_told_drafter(drafter, leader, name_of(by, spoken.desk)),
        *_waiting(case, leader),
    ))
    own = Carrier(
        spoken.desk, work, leader, now=spoken.now, actor=by, cause=f"{spoken.cause}.matter"
    )
    own.log("matter_led", {"of": case.number, "by": by})
    wanted = _wanted(spoken.carrier.case, spoken.now)
    hurried = _hurry(own, spoken, wanted)
    own.carry(_told_leaders(spoken, own.case, case, by, wanted if hurried else None))
    return ""


def _wanted(follower: Case, now: datetime) -> datetime:
    """When a case needs the text at the latest: by its own plan, else by its term."""
    draft = ROUTES[follower.track].kind(StepKind.draft)
    assert draft is not None, "every route has somebody who writes the answer"
    planned = follower.plan.get(draft.name, follower.term)
    return planned if planned > now else follower.term


def _hurry(own: Carrier, spoken: Spoken, wanted: datetime) -> bool:
    """Let the one text be ready when the case that needs it first does; whether it is sooner."""
    leader, now = own.case, own.now
    step = ROUTES[leader.track].step(leader.step)
    sooner = leader.due is not None and now < wanted < leader.due
    if step.kind is not StepKind.draft or not sooner:
        return False
    own.carry((Change(values={"due": wanted, "plan": {**leader.plan, step.name: wanted}}),))
    remind_anew(own.case, spoken.desk, spoken.work, now)
    return True


def _asked_by_us(work: UnitOfWork, case: Case, number: str) -> bool:
    """Whether the service itself has named the other case as similar: that is the basis then."""
    return any(
        number in event.data.get("cases", ())
        for event in work.journal.of_case(case.id)
        if event.kind == "similar"
    )


def _closed_as_duplicate(spoken: Spoken, leader: Case, meaning: Meaning, by: str) -> str:
    """The same message once more on the same track: nobody waits for a second answer there."""
    case = spoken.case
    if leader.id == case.id:
        return "outside_matter_itself"
    if case.state is CaseState.closed or is_published(case):
        return "outside_over"
    basis = meaning.reason.strip() or alike_by_program(leader.number)
    spoken.carrier.carry((
        Log(kind="duplicate", data={"of": leader.number, "by": by, "basis": basis}),
        Enter(step=_end(case), template="", close_as=CloseReason.decided),
    ))
    return ""


def _end(case: Case) -> str:
    step = ROUTES[case.track].kind(StepKind.close)
    assert step is not None, "every route has an end"
    return step.name


def _settled_similar(work: UnitOfWork, case: Case) -> Decisions:
    return tuple(
        CloseRequest(request_id=one.id, reason=CloseReason.decided)
        for one in work.requests.open_of_case(case.id)
        if one.purpose is Purpose.similar
    )


def _told_drafter(drafter: str | None, leader: Case, by: str) -> Decisions:
    if drafter is None:
        return ()
    context = {"leader": leader.number, "by": by, "what": "not_needed"}
    return (Tell(people=(drafter,), template="matter", context=context),)


def _told_leaders(
    spoken: Spoken, leader: Case, follower: Case, by: str, wanted: datetime | None
) -> Decisions:
    """Who writes the text hears for whom else, and by when; its responsible that it is shared."""
    desk = spoken.desk
    kind = ROUTES[leader.track].step(leader.step).kind
    people = [desk.office.roles.responsible(leader.track)]
    if kind is StepKind.draft and leader.actor is not None:
        people.insert(0, leader.actor)
    others = tuple(dict.fromkeys(one for one in people if one != by))
    if not others or leader.state is CaseState.closed:
        return ()
    context = shared_with(desk, leader, follower, name_of(by, desk), wanted)
    return (Tell(people=others, template="matter_shared", context=context),)


def _waiting(case: Case, leader: Case) -> Decisions:
    """The follower waits at its draft for the leading case's text; it is accepted first, though."""
    route = ROUTES[case.track]
    shared = {"department": leader.department, "executor": leader.executor}
    known: Decisions = (Change(values=shared),) if leader.department is not None else ()
    if route.step(case.step).kind is StepKind.accept:
        return known
    draft = route.kind(StepKind.draft)
    assert draft is not None, "every route has somebody who writes the answer"
    return (
        *known,
        Enter(step=draft.name, template="task", close_as=CloseReason.reassigned),
    )


def put_apart(spoken: Spoken, meaning: Meaning, by: str) -> str:
    """«Не дубль», «Разъединить НОМЕР»; returns why nothing was done, or nothing."""
    work, case = spoken.work, spoken.case
    named = [one.strip() for one in meaning.name.split(",") if one.strip()]
    for number in followers_of(work, case):
        if number in named or (not named and Mark.matter not in case.marks):
            return _part(spoken, work.cases.by_number(number), case, meaning, by)
    leader = leader_of(work, case)
    if leader is not None:
        return _part(spoken, case, leader, meaning, by)
    if case.state is CaseState.closed:
        return _reopened(spoken, meaning, by)
    settled = _settled_similar(work, case)
    if not settled:
        return "outside_matter_none"
    spoken.carrier.carry((
        Log(kind="not_similar", data={"by": by, "reason": meaning.reason}),
        *settled,
    ))
    return ""


def _part(spoken: Spoken, follower: Case | None, leader: Case, meaning: Meaning, by: str) -> str:
    if follower is None:
        return "outside_matter_unknown"
    carrier = spoken.carrier
    if follower.id != spoken.case.id:
        carrier = Carrier(
            spoken.desk, spoken.work, follower, now=spoken.now, actor=by, cause=spoken.cause
        )
    let_go(carrier, spoken.work, leader, by, meaning.reason)
    return ""


def _reopened(spoken: Spoken, meaning: Meaning, by: str) -> str:
    """A case that was closed as a duplicate by mistake goes on where it stood."""
    work, case = spoken.work, spoken.case
    events = work.journal.of_case(case.id)
    ends = [one.kind for one in events if one.kind in {"duplicate", "closed", "published", "sent"}]
    if not ends or ends[-1] != "duplicate":
        return "outside_over"
    route = ROUTES[case.track]
    steps = [str(one.data["step"]) for one in events if one.kind == "step"]
    step = route.step(steps[-1]) if steps else route.first
    if step.kind not in ASKED:
        return "outside_over"
    template = ASKED[step.kind]
    spoken.carrier.carry((
        Log(kind="reopened", data={"why": "not_duplicate", "by": by, "reason": meaning.reason}),
        Enter(step=step.name, template=template, context={"why": ""}),
        Change(values={"closed_at": None}),
    ))
    return ""
