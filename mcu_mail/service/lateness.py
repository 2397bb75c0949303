"""Who hears that a step or a term has passed (decree 3.6).

«Своевременно сообщает вышестоящему руководству о непредоставлении ответов исполнителями в срок»:
one mail says who is late, with what, and by how much.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mcu_mail.domain.case import Purpose
from mcu_mail.domain.decisions import Ask, Tell
from mcu_mail.domain.promises import broken
from mcu_mail.domain.route import StepKind
from mcu_mail.domain.routes import ROUTES
from mcu_mail.domain.whose_turn import superior_of
from mcu_mail.service.asking import send_request
from mcu_mail.service.cards import name_of
from mcu_mail.service.carry import Carrier
from mcu_mail.service.late import is_asked
from mcu_mail.service.matter_links import leader_of, shared_with
from mcu_mail.service.planning import NEAR_TERM
from mcu_mail.store.queue import RecipientState

if TYPE_CHECKING:
    from datetime import datetime

    from mcu_mail.domain.case import Case, Request
    from mcu_mail.service.after_outage import Gathered
    from mcu_mail.service.desk import Desk
    from mcu_mail.store.moments import Due
    from mcu_mail.store.unit_of_work import UnitOfWork

_NOT_YET = frozenset({
    RecipientState.queued,
    RecipientState.deferred,
    RecipientState.sending,
    RecipientState.unknown,
})


def is_owed_too(kind: str, due: Due, owed: tuple[Due, ...]) -> bool:
    """Whether a moment of that kind has come for the same case."""
    return any(other.kind == kind and other.case_id == due.case_id for other in owed)


def send_again(
    desk: Desk,
    work: UnitOfWork,
    case: Case,
    request: Request,
    now: datetime,
    due: Due,
    out: Gathered | None,
) -> None:
    """Send a request once more, or gather that it is to be."""
    if out is None:
        send_request(desk, work, case, request, now, reminder=due.key)
    else:
        out.asked.append((case, request, due.key))


def _say(carrier: Carrier, told: Tell, out: Gathered | None) -> None:
    """Tell people, or gather that they are to be told."""
    if out is None:
        carrier.carry((told,))
    else:
        out.told.append((carrier, told))


def remind_step(
    desk: Desk, work: UnitOfWork, case: Case, due: Due, now: datetime, out: Gathered | None
) -> None:
    """Before the latest time of a step: its open requests are sent once more."""
    if case.due is not None and now >= case.due:
        return
    carrier = Carrier(desk, work, case, now=now, actor="service", cause=due.key)
    for request in asked_of(work, case, str(due.data["actor"])):
        send_again(desk, work, case, request, now, due, out)
        carrier.log("reminded", {"person": request.person})


def asked_of(work: UnitOfWork, case: Case, person: str) -> tuple[Request, ...]:
    """What a person owes at the case's present step.

    Whether two messages are one matter may stay unanswered: no answer is one.
    """
    return tuple(
        request
        for request in work.requests.open_of_case(case.id)
        if request.entry == case.entry
        and request.person == person
        and request.purpose is not Purpose.similar
    )


def escalate(
    desk: Desk,
    work: UnitOfWork,
    case: Case,
    due: Due,
    now: datetime,
    owed: tuple[Due, ...],
    out: Gathered | None,
) -> None:
    """Decree 3.6: the superiors hear in time that an answer was not given in time."""
    if case.due is not None and case.due > now:
        # The latest time has moved since; the step has other moments now.
        return
    actor = str(due.data["actor"])
    roles = desk.office.roles
    person = {
        "late_superior": superior_of(actor, case, desk.office, desk.today(now)),
        "late_centre": roles.centre_head,
        "late_curator": roles.curator,
    }[due.kind]
    carrier = Carrier(desk, work, case, now=now, actor="service", cause=due.key)
    if due.kind == "late_superior":
        for request in asked_of(work, case, actor):
            # Whoever is asked after the time hears in the request itself that it is over.
            if request.created_at < due.at:
                send_again(desk, work, case, request, now, due, out)
    if _is_her_own(desk, case, actor, now):
        return
    carrier.log("escalated", {"to": person, "late": actor})
    told = desk.standing_in(person, now)
    # The term has passed as well: its own mail says all that this one would.
    others = {desk.standing_in(one, now) for one in _heads(desk, case)}
    told_anyway = told in others and case.term <= now and is_owed_too("term", due, owed)
    if told == actor or told_anyway:
        return
    told_late = Tell(
        people=(person,),
        template="escalation",
        once=_once(desk, case, actor, due),
        context=_late_one(desk, case, actor),
    )
    _say(carrier, told_late, out)


def _once(desk: Desk, case: Case, actor: str, due: Due) -> str:
    """What makes a second mail of a delay impossible.

    Where answers are published a superior hears of one late person once in a term, however often a
    text went to and fro.
    """
    if _is_published_track(desk, case):
        return f"late:{case.term.isoformat()}:{actor}"
    return f"late:{case.entry}{due.data.get('question', '')}"


def _is_her_own(desk: Desk, case: Case, actor: str, now: datetime) -> bool:
    """Whether the responsible of the track herself is late, before the term: no report to anybody.

    Decree 3.6 has her report executors; the head of the centre reads the rest in the digest.
    """
    if not _is_published_track(desk, case) or case.term <= now:
        return False
    return actor == desk.standing_in(desk.office.roles.responsible(case.track), now)


def _is_published_track(desk: Desk, case: Case) -> bool:
    return desk.settings.tracks.published(case.track) is not None


def term_near(
    desk: Desk, work: UnitOfWork, case: Case, due: Due, now: datetime, out: Gathered | None
) -> None:
    """An hour before the term: a step that is late is asked for once more, and the centre hears.

    A step whose latest time still lies ahead has reminders of its own.
    """
    if case.due is None or case.due > now or case.actor is None or case.term - now > NEAR_TERM:
        return
    carrier = Carrier(desk, work, case, now=now, actor="service", cause=due.key)
    for request in asked_of(work, case, case.actor):
        send_again(desk, work, case, request, now, due, out)
        carrier.log("reminded", {"person": request.person})
    _ask_for_shared(desk, work, case, due, now, out)
    keeper = desk.office.roles.responsible(case.track)
    if case.actor == desk.standing_in(keeper, now):
        return
    told = Tell(
        people=(keeper,),
        template="escalation",
        once=due.key,
        context=_late_one(desk, case, case.actor),
    )
    _say(carrier, told, out)


def _ask_for_shared(
    desk: Desk, work: UnitOfWork, case: Case, due: Due, now: datetime, out: Gathered | None
) -> None:
    """Of a case that waits for another one's text nobody was asked: its drafter is, once."""
    leader = leader_of(work, case)
    if leader is None or leader.actor is None or leader.term <= case.term:
        return
    if ROUTES[leader.track].step(leader.step).kind is not StepKind.draft:
        return
    carrier = Carrier(desk, work, leader, now=now, actor="service", cause=due.key)
    carrier.log("reminded", {"person": leader.actor})
    told = Tell(
        people=(leader.actor,),
        template="matter_shared",
        once=due.key,
        context=shared_with(desk, leader, case, "", case.term),
    )
    _say(carrier, told, out)


def _late_one(desk: Desk, case: Case, actor: str) -> dict[str, object]:
    """Who is late with which step, and his telephone."""
    late = desk.office.people.get(actor)
    return {
        "step_name": ROUTES[case.track].step(case.step).title,
        "late_name": name_of(actor, desk),
        "late_phone": late.phone if late else "",
    }


def _heads(desk: Desk, case: Case) -> tuple[str, str, str]:
    """Who hears that a term has passed: the responsible of the track first."""
    roles = desk.office.roles
    return roles.responsible(case.track), roles.centre_head, roles.curator


def term_passed(
    desk: Desk,
    work: UnitOfWork,
    case: Case,
    due: Due,
    now: datetime,
    owed: tuple[Due, ...],
    out: Gathered | None,
) -> None:
    """The term has passed: who answers for the track and the heads hear who is late, once."""
    if case.term > now:
        return
    people = _heads(desk, case)
    carrier = Carrier(desk, work, case, now=now, actor="service", cause=due.key)
    case = carrier.carry(broken(case, now))
    carrier.log("term_passed", {"term": desk.local(case.term).isoformat(), "step": case.step})
    step = ROUTES[case.track].step(case.step)
    waiting = [
        (item.address, item.answer or "")
        for message in work.queue.letter_of(case.id)
        for item in message.addressees
        if item.state in _NOT_YET
    ]
    if is_asked(work, case):
        # The dispatcher and the clerk have a question that says all of it.
        others = tuple(one for one in people if one != people[0])
        context = {"step_name": step.title, "late_name": "", "late_phone": ""}
        once = f"term:{case.term.isoformat()}"
        _say(carrier, Tell(people=others, template="escalation", once=once, context=context), out)
        return
    if step.kind is StepKind.send and waiting:
        _letter_still_here(carrier, waiting, people)
        return
    # Where the service itself is to act and cannot, the dispatcher has been asked.
    actor = case.actor or desk.standing_in(people[0], now)
    told = Tell(
        people=tuple(one for one in people if desk.standing_in(one, now) != actor),
        template="escalation",
        once=f"term:{case.term.isoformat()}",
        context=_late_one(desk, case, actor),
    )
    _say(carrier, told, out)
    asked = asked_of(work, case, actor)
    if len(told.people) == len(people) or (asked and is_owed_too("late_superior", due, owed)):
        return
    # The late one is among them: he hears what is asked of him, and not about himself.
    for request in asked:
        send_again(desk, work, case, request, now, due, out)
    if not asked:
        context = {**told.context, "late_name": "", "late_phone": ""}
        _say(carrier, replace(told, people=(actor,), context=context), out)


def _letter_still_here(
    carrier: Carrier, waiting: list[tuple[str, str]], people: tuple[str, ...]
) -> None:
    """The term has passed and a server still says «later»: the dispatcher may end it by a word."""
    dispatcher, *others = people
    context = {"addresses": tuple(waiting)}
    carrier.carry((
        Ask(
            purpose=Purpose.sending,
            person=dispatcher,
            template="deferred_late",
            context=context,
            data={"key": f"late:{carrier.case.id}"},
        ),
        Tell(people=tuple(others), template="deferred_late", once="term", context=context),
    ))
