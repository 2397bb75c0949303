"""The dispatcher's word on a question about a letter that has left.

«Отправить ещё раз» tries the addresses that turned it away, and no other. A question about an
earlier letter of the case (an interim answer) settles that letter alone: the case goes on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcu_mail.domain.by_hand import LATE, moment_said
from mcu_mail.domain.case import CaseState, CloseReason
from mcu_mail.domain.course_parts import Reply, not_taken, told
from mcu_mail.domain.decisions import Change, Enter, Log, SetState, Work
from mcu_mail.domain.meaning import MeaningKind
from mcu_mail.domain.route import Outcome, StepKind
from mcu_mail.domain.routes import ROUTES
from mcu_mail.domain.standing_in import wants_it_sent_again, wants_it_sent_now
from mcu_mail.service.late import send_now
from mcu_mail.service.taking import take
from mcu_mail.store.queue import RecipientState
from mcu_mail.store.registry import VOID

if TYPE_CHECKING:
    from datetime import datetime

    from mcu_mail.domain.case import Request
    from mcu_mail.service.answer import Answer
    from mcu_mail.store.queue import Outgoing
    from mcu_mail.store.unit_of_work import UnitOfWork

_REWORKED = frozenset({StepKind.draft, StepKind.approve, StepKind.sign})


def after_sending(answer: Answer) -> None:
    """Carry out what the dispatcher says of a letter."""
    work, request, words = answer.work, answer.request, answer.said.text
    letter = _letter_of(work, answer.case.id, request)
    if "unproven" in request.data and answer.case.state is CaseState.closed:
        _decide_unproven(answer)
    elif request.data.get("why") == LATE and wants_it_sent_now(words):
        if not send_now(work, answer.carrier, request, answer.now):
            _not_taken(answer, "step_over")
    elif letter is not None and wants_it_sent_again(words):
        _send_again(answer, letter)
    elif letter is not None and "beside" in request.data:
        _settle_earlier(answer, letter)
    else:
        take(answer)


def _decide_unproven(answer: Answer) -> None:
    """A closed case whose end nobody vouches for: it is left so, or opened at its sending."""
    carrier, request, meaning = answer.carrier, answer.request, answer.meaning
    reason = meaning.reason.strip()
    if meaning.kind is MeaningKind.close and reason:
        answer.work.requests.close(request.id, answer.now, CloseReason.decided)
        carrier.carry((
            Log(kind="earlier_left", data={"reason": reason}),
            told(request, "other"),
        ))
    elif meaning.kind is MeaningKind.return_ and reason:
        carrier.carry((
            Log(kind="reopened", data={"why": request.data["why"]}),
            Enter(step="send", template=""),
            Change(values={"closed_at": None}),
        ))
        take(answer)
    else:
        _not_taken(answer, "not_understood")


def _not_taken(answer: Answer, reason: str) -> None:
    """Nothing moves; the dispatcher hears why."""
    request = answer.request
    reply = Reply(person=request.person, meaning=answer.meaning, text=answer.said.text)
    answer.carrier.carry(not_taken(request, reply, reason))


def _letter_of(work: UnitOfWork, case_id: int, request: Request) -> Outgoing | None:
    """The letter the question is about; without a name the newest one."""
    letters = [one for one in work.queue.letter_of(case_id) if one.entry is not None]
    named = [one for one in letters if str(one.entry) == request.data.get("entry")]
    found = named or letters
    return found[-1] if found else None


def _send_again(answer: Answer, letter: Outgoing) -> None:
    work, request, now = answer.work, answer.request, answer.now
    refused = [item for item in letter.addressees if item.state is RecipientState.refused]
    void = letter.entry is None or work.register.get(letter.entry).state == VOID
    if not refused or void:
        _not_taken(answer, "nothing_to_resend")
        return
    for item in refused:
        work.queue.set_state(
            item.id,
            {
                "state": RecipientState.queued,
                "answer": "отправляем ещё раз по слову диспетчера",
                "at": now,
                "next_at": now,
            },
        )
    work.requests.close(request.id, now, CloseReason.decided)
    answer.carrier.carry((
        Log(kind="sent_again", data={"recipients": [item.address for item in refused]}),
        *(() if "beside" in request.data else (SetState(state=CaseState.waiting),)),
        told(request, "sent_again"),
    ))


def _settle_earlier(answer: Answer, letter: Outgoing) -> None:
    """By hand, left with a reason, or worked over: the letter's own row, never the case's end."""
    work, carrier, now = answer.work, answer.carrier, answer.now
    request, meaning = answer.request, answer.meaning
    reason = meaning.reason.strip()
    if meaning.kind is MeaningKind.sent_by_hand and meaning.at is None:
        _not_taken(answer, "no_time")
    elif meaning.kind is MeaningKind.sent_by_hand and meaning.at is not None:
        at = moment_said(meaning.at, meaning.until, answer.desk.local(now))
        _mark(work, letter, at)
        work.requests.close(request.id, now, CloseReason.decided)
        carrier.carry((
            Log(kind="earlier_by_hand", data={"at": f"{at:%H:%M}", "basis": reason}),
            Work(kind="file", data={"entry": letter.entry}),
            told(request, "sent_by_hand"),
        ))
    elif meaning.kind in {MeaningKind.close, MeaningKind.return_} and not reason:
        _not_taken(answer, "no_basis" if meaning.kind is MeaningKind.close else "no_reason")
    elif meaning.kind is MeaningKind.close:
        accepted = [
            item.at or now for item in letter.addressees if item.state is RecipientState.accepted
        ]
        if accepted:
            _mark(work, letter, max(accepted))
        work.requests.close(request.id, now, CloseReason.decided)
        carrier.carry((
            Log(kind="earlier_left", data={"reason": reason}),
            Work(kind="file", data={"entry": letter.entry}),
            told(request, "left"),
        ))
    elif meaning.kind is MeaningKind.return_:
        _work_over(answer)
    else:
        _not_taken(answer, "not_understood")


def _mark(work: UnitOfWork, letter: Outgoing, at: datetime) -> None:
    if letter.entry is not None and work.register.get(letter.entry).state != VOID:
        work.register.change(letter.entry, {"state": "sent", "sent_at": at})


def _work_over(answer: Answer) -> None:
    """The region has sent an earlier answer back while the next one is being made."""
    case, reason = answer.case, answer.meaning.reason
    route = ROUTES[case.track]
    if case.state is CaseState.closed or route.step(case.step).kind not in _REWORKED:
        _not_taken(answer, "step_over")
        return
    answer.work.requests.close(answer.request.id, answer.now, CloseReason.decided)
    answer.carrier.carry((
        Log(kind="returned", data={"reason": reason, "by": "region"}),
        Enter(
            step=route.step("sign").on[Outcome.returned],
            template="rework",
            context={"reason": reason, "returned_by": answer.request.person},
            close_as=CloseReason.step_over,
        ),
    ))
