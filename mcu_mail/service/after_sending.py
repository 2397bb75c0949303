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
from mcu_mail.domain.route import ROUTES, Outcome, StepKind
from mcu_mail.domain.standing_in import wants_it_sent_again, wants_it_sent_now
from mcu_mail.service.late import send_now
from mcu_mail.service.taking import take
from mcu_mail.store.queue import RecipientState
from mcu_mail.store.registry import VOID

if TYPE_CHECKING:
    from datetime import datetime

    from mcu_mail.domain.case import Request
    from mcu_mail.domain.meaning import Meaning
    from mcu_mail.service.carry import Carrier
    from mcu_mail.service.desk import Desk
    from mcu_mail.service.said import Said
    from mcu_mail.store.queue import Outgoing
    from mcu_mail.store.unit_of_work import UnitOfWork

_REWORKED = frozenset({StepKind.draft, StepKind.approve, StepKind.sign})


def after_sending(
    desk: Desk,
    work: UnitOfWork,
    carrier: Carrier,
    said: Said,
    request: Request,
    meaning: Meaning,
    now: datetime,
) -> None:
    """Carry out what the dispatcher says of a letter."""
    letter = _letter_of(work, carrier.case.id, request)
    reply = Reply(person=request.person, meaning=meaning, text=said.text)
    if "unproven" in request.data and carrier.case.state is CaseState.closed:
        if meaning.kind is MeaningKind.close and meaning.reason.strip():
            work.requests.close(request.id, now, CloseReason.decided)
            carrier.carry((
                Log(kind="earlier_left", data={"reason": meaning.reason.strip()}),
                told(request, "other"),
            ))
            return
        if meaning.kind is not MeaningKind.return_ or not meaning.reason.strip():
            carrier.carry(not_taken(request, reply, "not_understood"))
            return
        carrier.carry((
            Log(kind="reopened", data={"why": request.data["why"]}),
            Enter(step="send", template=""),
            Change(values={"closed_at": None}),
        ))
        take(desk, work, carrier, said, request, meaning, now)
    elif request.data.get("why") == LATE and wants_it_sent_now(said.text):
        if not send_now(work, carrier, request, now):
            carrier.carry(not_taken(request, reply, "step_over"))
    elif letter is not None and wants_it_sent_again(said.text):
        _send_again(work, carrier, letter, request, reply, now)
    elif letter is not None and "beside" in request.data:
        _settle_earlier(desk, work, carrier, letter, request, reply, now)
    else:
        take(desk, work, carrier, said, request, meaning, now)


def _letter_of(work: UnitOfWork, case_id: int, request: Request) -> Outgoing | None:
    """The letter the question is about; without a name the newest one."""
    letters = [one for one in work.queue.letter_of(case_id) if one.entry is not None]
    named = [one for one in letters if str(one.entry) == request.data.get("entry")]
    found = named or letters
    return found[-1] if found else None


def _send_again(
    work: UnitOfWork,
    carrier: Carrier,
    letter: Outgoing,
    request: Request,
    reply: Reply,
    now: datetime,
) -> None:
    refused = [item for item in letter.addressees if item.state is RecipientState.refused]
    void = letter.entry is None or work.register.get(letter.entry).state == VOID
    if not refused or void:
        carrier.carry(not_taken(request, reply, "nothing_to_resend"))
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
    carrier.carry((
        Log(kind="sent_again", data={"recipients": [item.address for item in refused]}),
        *(() if "beside" in request.data else (SetState(state=CaseState.waiting),)),
        told(request, "sent_again"),
    ))


def _settle_earlier(
    desk: Desk,
    work: UnitOfWork,
    carrier: Carrier,
    letter: Outgoing,
    request: Request,
    reply: Reply,
    now: datetime,
) -> None:
    """By hand, left with a reason, or worked over: the letter's own row, never the case's end."""
    meaning = reply.meaning
    reason = meaning.reason.strip()
    if meaning.kind is MeaningKind.sent_by_hand and meaning.at is None:
        carrier.carry(not_taken(request, reply, "no_time"))
    elif meaning.kind is MeaningKind.sent_by_hand and meaning.at is not None:
        at = moment_said(meaning.at, meaning.until, desk.local(now))
        _mark(work, letter, at)
        work.requests.close(request.id, now, CloseReason.decided)
        carrier.carry((
            Log(kind="earlier_by_hand", data={"at": f"{at:%H:%M}", "basis": reason}),
            Work(kind="file", data={"entry": letter.entry}),
            told(request, "sent_by_hand"),
        ))
    elif meaning.kind in {MeaningKind.close, MeaningKind.return_} and not reason:
        missing = "no_basis" if meaning.kind is MeaningKind.close else "no_reason"
        carrier.carry(not_taken(request, reply, missing))
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
        _work_over(work, carrier, request, reply, now)
    else:
        carrier.carry(not_taken(request, reply, "not_understood"))


def _mark(work: UnitOfWork, letter: Outgoing, at: datetime) -> None:
    if letter.entry is not None and work.register.get(letter.entry).state != VOID:
        work.register.change(letter.entry, {"state": "sent", "sent_at": at})


def _work_over(
    work: UnitOfWork, carrier: Carrier, request: Request, reply: Reply, now: datetime
) -> None:
    """The region has sent an earlier answer back while the next one is being made."""
    route = ROUTES[carrier.case.track]
    if (
        carrier.case.state is CaseState.closed
        or route.step(carrier.case.step).kind not in _REWORKED
    ):
        carrier.carry(not_taken(request, reply, "step_over"))
        return
    work.requests.close(request.id, now, CloseReason.decided)
    carrier.carry((
        Log(kind="returned", data={"reason": reply.meaning.reason, "by": "region"}),
        Enter(
            step=route.step("sign").on[Outcome.returned],
            template="rework",
            context={"reason": reply.meaning.reason, "returned_by": reply.person},
            close_as=CloseReason.step_over,
        ),
    ))
