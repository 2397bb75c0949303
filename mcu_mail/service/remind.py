"""What falls due by itself: reminders before a step's latest time, escalation after it, the term.

Each moment is claimed before anything is queued, so it never fires twice; a step that is over has
dropped its moments. A daemon that was down deals with them oldest first and says so.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from mcu_mail.domain.case import Case, CaseState, Purpose
from mcu_mail.domain.decisions import Ask, Tell
from mcu_mail.domain.happened import is_published
from mcu_mail.domain.route import ROUTES, StepKind
from mcu_mail.domain.whose_turn import superior_of
from mcu_mail.errors import ReplacedError, TemporaryError
from mcu_mail.service.after_outage import NOISY, Gathered
from mcu_mail.service.asking import send_request
from mcu_mail.service.cards import name_of
from mcu_mail.service.carry import Carrier
from mcu_mail.service.delivery import closed_by_person
from mcu_mail.service.hearing import hear_again
from mcu_mail.service.late import is_asked
from mcu_mail.service.restricted_answers import repeat_restricted
from mcu_mail.service.returns import delay_due
from mcu_mail.service.second_thoughts import keep_unheard
from mcu_mail.service.track_moments import KINDS, at_moment
from mcu_mail.service.turns import in_turn
from mcu_mail.store.queue import RecipientState
from mcu_mail.waits import foreseeing

if TYPE_CHECKING:
    from datetime import datetime

    from mcu_mail.domain.case import Request
    from mcu_mail.service.alive import Outage
    from mcu_mail.service.desk import Desk
    from mcu_mail.store.moments import Due
    from mcu_mail.store.unit_of_work import UnitOfWork

log = logging.getLogger(__name__)

MOST = 10_000
_NOT_YET = frozenset({
    RecipientState.queued,
    RecipientState.deferred,
    RecipientState.sending,
    RecipientState.unknown,
})


def remind(desk: Desk, now: datetime, outage: Outage | None = None) -> int:
    """Deal with every moment that has come; return how many.

    What cannot be read for the present stays owed: a verdict that was held is never lost. What
    fell due in an `outage` is dealt with by `remind_after` (`caught_up`).
    """
    with desk.store.view() as view:
        owed = view.due.owed(now) if outage is None else view.due.owed(now, MOST)
    if outage is not None:
        owed = tuple(one for one in owed if one.kind not in NOISY or one.at > outage.until)
    done = 0
    for due in in_turn(owed, desk.turn_seconds):
        try:
            foreseeing(partial(_deal_with, desk, due, now, owed))
        except ReplacedError:
            raise
        except TemporaryError as error:
            log.warning("due moment %s stays owed: %s", due.key, error)
            continue
        except Exception:  # one moment must never stop the others
            log.exception("due moment %s failed", due.key)
            foreseeing(partial(_give_up, desk, due, now))
        done += 1
    return done


def _deal_with(desk: Desk, due: Due, now: datetime, owed: tuple[Due, ...]) -> None:
    with desk.store.work() as work:
        # After a pause several are owed at once: the newest says all that they say.
        if work.due.claim(due.id, now) and not is_outdone(due, owed):
            do_moment(desk, work, due, now, owed)
        work.commit()


def _give_up(desk: Desk, due: Due, now: datetime) -> None:
    """A moment that cannot be dealt with is over; what a person has written is kept for one."""
    with desk.store.work() as work:
        if work.due.claim(due.id, now) and due.kind == "held":
            keep_unheard(desk, work, int(due.data["mail"]), now)
        work.commit()


def is_outdone(due: Due, owed: tuple[Due, ...]) -> bool:
    """Whether a reminder is followed by a newer one, or by the escalation, of the same step.

    That a term is near is nothing to be told when it has passed.
    """
    if due.kind == "term_near":
        return _is_owed_too("term", due, owed)
    return due.kind == "remind" and any(
        other.kind in {"remind", "late_superior"}
        and (other.case_id, other.entry) == (due.case_id, due.entry)
        and other.at > due.at
        for other in owed
    )


def _is_owed_too(kind: str, due: Due, owed: tuple[Due, ...]) -> bool:
    """Whether a moment of that kind has come for the same case."""
    return any(other.kind == kind and other.case_id == due.case_id for other in owed)


def do_moment(
    desk: Desk,
    work: UnitOfWork,
    due: Due,
    now: datetime,
    owed: tuple[Due, ...],
    out: Gathered | None = None,
) -> None:
    """Do what a moment asks for; its mails are put into `out`, if that is given."""
    case = work.cases.get(due.case_id)
    if due.kind == "delayed":
        # A letter on its way may belong to a case that is done.
        delay_due(desk, work, due, now)
        return
    if case.state is CaseState.closed or (due.entry is not None and due.entry != case.entry):
        return
    if due.kind == "held":
        hear_again(desk, work, int(due.data["mail"]), now)
        closed_by_person(desk, work, work.cases.get(case.id), now, due.key)
    elif due.kind == "restricted":
        repeat_restricted(desk, work, case, now)
    elif due.kind in KINDS:
        carrier = Carrier(desk, work, case, now=now, actor="service", cause=due.key)
        carrier.carry(at_moment(desk, work, case, due))
    elif due.kind in {"term", "term_near"} and is_published(case):
        # The term is met by the publication (decree 5.1).
        return
    elif due.kind == "term_near":
        _term_near(desk, work, case, due, now, out)
    elif due.kind == "term":
        _term_passed(desk, work, case, due, now, owed, out)
    elif due.kind == "remind":
        _remind(desk, work, case, due, now, out)
    else:
        _escalate(desk, work, case, due, now, owed, out)


def _again(
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


def _remind(
    desk: Desk, work: UnitOfWork, case: Case, due: Due, now: datetime, out: Gathered | None
) -> None:
    if case.due is not None and now >= case.due:
        return
    carrier = Carrier(desk, work, case, now=now, actor="service", cause=due.key)
    for request in _asked(work, case, str(due.data["actor"])):
        _again(desk, work, case, request, now, due, out)
        carrier.log("reminded", {"person": request.person})


def _asked(work: UnitOfWork, case: Case, person: str) -> tuple[Request, ...]:
    """What a person is asked at the case's present step."""
    return tuple(
        request
        for request in work.requests.open_of_case(case.id)
        if request.entry == case.entry and request.person == person
    )


def _escalate(
    desk: Desk,
    work: UnitOfWork,
    case: Case,
    due: Due,
    now: datetime,
    owed: tuple[Due, ...],
    out: Gathered | None,
) -> None:
    """Decree 3.6: the superiors hear in time that an answer was not given in time."""
    actor = str(due.data["actor"])
    roles = desk.office.roles
    person = {
        "late_superior": superior_of(actor, case, desk.office, desk.today(now)),
        "late_centre": roles.centre_head,
        "late_curator": roles.curator,
    }[due.kind]
    carrier = Carrier(desk, work, case, now=now, actor="service", cause=due.key)
    if due.kind == "late_superior":
        for request in _asked(work, case, actor):
            _again(desk, work, case, request, now, due, out)
    carrier.log("escalated", {"to": person, "late": actor})
    told = desk.standing_in(person, now)
    # The term has passed as well: its own mail says all that this one would.
    others = {desk.standing_in(one, now) for one in _heads(desk)}
    told_anyway = told in others and case.term <= now and _is_owed_too("term", due, owed)
    if told == actor or told_anyway:
        return
    told_late = Tell(
        people=(person,),
        template="escalation",
        once=f"late:{case.entry}{due.data.get('question', '')}",
        context=_latedo_moment(desk, case, actor),
    )
    _say(carrier, told_late, out)


def _term_near(
    desk: Desk, work: UnitOfWork, case: Case, due: Due, now: datetime, out: Gathered | None
) -> None:
    """An hour before the term: a step that is late is asked for once more, and the centre hears.

    A step whose latest time still lies ahead has reminders of its own.
    """
    if case.due is None or case.due > now or case.actor is None:
        return
    carrier = Carrier(desk, work, case, now=now, actor="service", cause=due.key)
    for request in _asked(work, case, case.actor):
        _again(desk, work, case, request, now, due, out)
        carrier.log("reminded", {"person": request.person})
    if case.actor == desk.standing_in(desk.office.roles.dispatcher, now):
        return
    told = Tell(
        people=(desk.office.roles.dispatcher,),
        template="escalation",
        once=due.key,
        context=_latedo_moment(desk, case, case.actor),
    )
    _say(carrier, told, out)


def _latedo_moment(desk: Desk, case: Case, actor: str) -> dict[str, object]:
    """Who is late with which step, and his telephone."""
    late = desk.office.people.get(actor)
    return {
        "step_name": ROUTES[case.track].step(case.step).title,
        "late_name": name_of(actor, desk),
        "late_phone": late.phone if late else "",
    }


def _heads(desk: Desk) -> tuple[str, str, str]:
    """Who hears that a term has passed."""
    roles = desk.office.roles
    return roles.dispatcher, roles.centre_head, roles.curator


def _term_passed(
    desk: Desk,
    work: UnitOfWork,
    case: Case,
    due: Due,
    now: datetime,
    owed: tuple[Due, ...],
    out: Gathered | None,
) -> None:
    if case.term > now:
        return
    people = _heads(desk)
    carrier = Carrier(desk, work, case, now=now, actor="service", cause=due.key)
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
        others = tuple(one for one in people if one != desk.office.roles.dispatcher)
        context = {"step_name": step.title, "late_name": "", "late_phone": ""}
        once = f"term:{case.term.isoformat()}"
        _say(carrier, Tell(people=others, template="escalation", once=once, context=context), out)
        return
    if step.kind is StepKind.send and waiting:
        _letter_still_here(carrier, waiting, people)
        return
    # Where the service itself is to act and cannot, the dispatcher has been asked.
    actor = case.actor or desk.standing_in(desk.office.roles.dispatcher, now)
    told = Tell(
        people=tuple(one for one in people if desk.standing_in(one, now) != actor),
        template="escalation",
        once=f"term:{case.term.isoformat()}",
        context=_latedo_moment(desk, case, actor),
    )
    _say(carrier, told, out)
    asked = _asked(work, case, actor)
    if len(told.people) == len(people) or (asked and _is_owed_too("late_superior", due, owed)):
        return
    # The late one is among them: he hears what is asked of him, and not about himself.
    for request in asked:
        _again(desk, work, case, request, now, due, out)
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
