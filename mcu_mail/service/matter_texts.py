"""The text that was agreed to in the leading case of a matter serves the others too.

It is handed on by a task, because it may be agreed to long after. A task makes sure of what is
owed, so that done twice it does nothing twice.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from mcu_mail.domain.adapting import adapted, left_to_a_person
from mcu_mail.domain.case import CaseState, CloseReason, Draft
from mcu_mail.domain.course_drafting import enough_contact
from mcu_mail.domain.decisions import (
    AddContacts,
    Change,
    Enter,
    KeepDraft,
    Log,
    NewVersion,
    SetMarks,
    Tell,
)
from mcu_mail.domain.marks import Mark
from mcu_mail.domain.matters import is_text_ready
from mcu_mail.domain.publication import is_published
from mcu_mail.domain.route import Form, StepKind
from mcu_mail.domain.routes import ROUTES
from mcu_mail.domain.track_terms import closing_of
from mcu_mail.domain.whose_turn import actor_of, first_approval
from mcu_mail.service.carry import Carrier
from mcu_mail.service.matter_links import (
    delivered_version,
    followers_of,
    keep_delivered,
    keep_notes,
    leader_of,
    unlink,
)

if TYPE_CHECKING:
    from mcu_mail.domain.case import Case
    from mcu_mail.domain.course_parts import Decisions
    from mcu_mail.domain.decisions import Decision
    from mcu_mail.service.desk import Desk
    from mcu_mail.store.letters import Letter
    from mcu_mail.store.moments import Task
    from mcu_mail.store.unit_of_work import UnitOfWork

_REPLACED = frozenset({StepKind.draft, StepKind.approve, StepKind.publish})
"""Steps at which a text that was handed on may still give way to a newer one."""


def do_matter(desk: Desk, task: Task, now: datetime) -> None:
    """The task: give the others of a matter what the leading case has, or let them go."""
    with desk.store.work() as work:
        if not work.tasks.done(task.id, now):
            return
        case = work.cases.get(task.case_id)
        leader = leader_of(work, case)
        cause = f"task{task.id}"
        if leader is not None:
            _hand_on(desk, work, leader, case, now, cause)
        for number in followers_of(work, case):
            follower = work.cases.by_number(number)
            if follower is not None:
                _hand_on(desk, work, case, follower, now, cause)
        work.commit()


def _hand_on(
    desk: Desk, work: UnitOfWork, leader: Case, follower: Case, now: datetime, cause: str
) -> None:
    carrier = Carrier(desk, work, follower, now=now, actor="service", cause=cause)
    given = delivered_version(work, follower)
    if leader.state is CaseState.closed and not leader.version and not given:
        # The leading case has ended without a text: this one needs its own.
        let_go(carrier, work, leader, "service", "")
        return
    if follower.state is CaseState.closed or is_published(follower):
        return
    letter = work.letters.get(leader.id, leader.version) if leader.version else None
    if given and not is_text_ready(leader):
        _tell(carrier, desk, leader, "taken_back")
    if letter is None or not is_text_ready(leader) or leader.version == given:
        return
    kind = ROUTES[follower.track].step(follower.step).kind
    if kind not in _REPLACED:
        if given:
            _tell(carrier, desk, leader, "changed")
        return
    if given and follower.version and _has_own_text(work, leader, follower, given):
        return
    carrier.carry(_given(desk, work, leader, follower, letter, now))
    keep_delivered(work, follower, leader.version)


def _has_own_text(work: UnitOfWork, leader: Case, follower: Case, given: int) -> bool:
    """Whether somebody has changed the text since it was handed on: it is not written over."""
    before = work.letters.get(leader.id, given)
    now = work.letters.get(follower.id, follower.version)
    form = ROUTES[follower.track].form
    return before is None or now is None or now.text != adapted(before.text, form)


def _tell(carrier: Carrier, desk: Desk, leader: Case, what: str) -> None:
    """The follower's responsible hears that the shared text is no longer what it was."""
    follower = carrier.case
    carrier.carry((
        Tell(
            people=(desk.office.roles.responsible(follower.track),),
            template="matter",
            context={"leader": leader.number, "by": "", "what": what},
            once=f"matter_{what}:{leader.version}:{leader.entry}",
        ),
    ))


def _given(
    desk: Desk, work: UnitOfWork, leader: Case, follower: Case, letter: Letter, now: datetime
) -> Decisions:
    """The leading case's text as the follower's own version, put to its own approver."""
    rules = desk.rules(follower, now)
    route, form = rules.route, rules.route.form
    shared = {"department": leader.department, "executor": leader.executor}
    case = replace(follower, department=leader.department, executor=leader.executor)
    text = adapted(letter.text, form)
    notes = left_to_a_person(
        text, form, follower.notice, longest=desk.settings.tracks.longest(follower.track)
    )
    keep_notes(work, follower, follower.version + 1, notes)
    _copy_annexes(work, leader, follower, now)
    taken: Decisions = (
        Log(kind="matter_text", data={"of": leader.number, "version": leader.version}),
        Change(values=shared),
        *(
            (AddContacts(contacts=leader.contacts),)
            if not follower.contacts and leader.contacts
            else ()
        ),
    )
    contacts = follower.contacts or leader.contacts
    if rules.contact == "block" and not enough_contact(contacts):
        draft = Draft(text=text, author=letter.author, promised=letter.until or "")
        step = route.kind(StepKind.draft)
        assert step is not None, "every route has somebody who writes the answer"
        drafter = actor_of(step, case, desk.office, desk.today(now))
        return (
            *taken,
            SetMarks(values={Mark.matter: None}),
            KeepDraft(draft=draft),
            Enter(
                step=step.name,
                template="task",
                context={"why": "matter"},
                close_as=CloseReason.step_over,
            ),
            SetMarks(values={Mark.matter: leader.number}),
            *((Log(kind="draft_kept", data={"missing": ["contact"]}),) if drafter else ()),
        )
    then = first_approval(case, letter.author, route, desk.office, desk.today(now))
    promised = date.fromisoformat(letter.until) if letter.until else None
    return (
        *taken,
        *_promise(desk, follower, promised, form, now),
        KeepDraft(draft=None),
        NewVersion(text=text, author=letter.author, then=then.name, promised=promised),
    )


def _promise(
    desk: Desk, follower: Case, promised: date | None, form: Form, now: datetime
) -> Decisions:
    if form is not Form.text:
        return ()
    if promised is None:
        return (SetMarks(values={Mark.promised: None}),)
    closing = closing_of(desk.calendar, promised, follower.track)
    end = datetime.combine(promised, closing, desk.local(now).tzinfo)
    return (SetMarks(values={Mark.promised: end.isoformat()}),)


def _copy_annexes(work: UnitOfWork, leader: Case, follower: Case, now: datetime) -> None:
    known = {item.sha256 for item in work.annexes.all_of(follower.id)}
    for item in work.annexes.present(leader.id):
        if item.sha256 not in known:
            work.annexes.add(
                case_id=follower.id,
                mail_id=None,
                annex=item.annex,
                sha256=item.sha256,
                ready=item.ready,
                sender=leader.author or "service",
                now=now,
            )


def let_go(carrier: Carrier, work: UnitOfWork, leader: Case, by: str, reason: str) -> None:
    """The follower goes its own way: where it waited for the text, its own drafter is asked."""
    follower = carrier.case
    given = delivered_version(work, follower)
    unlink(work, leader, follower)
    decisions: list[Decision] = [
        Log(kind="matter_apart", data={"of": leader.number, "by": by, "reason": reason}),
        SetMarks(values={Mark.matter: None}),
    ]
    route = ROUTES[follower.track]
    step = route.step(follower.step)
    if step.kind is StepKind.draft and not given and follower.state is not CaseState.closed:
        asks = step if follower.department is not None else route.kind(StepKind.route)
        assert asks is not None, "every route has somebody who appoints"
        decisions.append(
            Enter(
                step=asks.name,
                template="task" if asks is step else "route",
                context={"why": ""},
                close_as=CloseReason.step_over,
            )
        )
    carrier.carry(decisions)
