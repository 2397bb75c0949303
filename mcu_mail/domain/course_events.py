"""What the region or the citizen writes about a case: a person says whether it goes on.

Nothing of it moves a case by itself, and a term changes only by the dispatcher's word.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from mcu_mail.domain.case import CaseState, CloseReason
from mcu_mail.domain.course_parts import not_taken, told
from mcu_mail.domain.decisions import Change, CloseRequest, Enter, Log
from mcu_mail.domain.verdicts import MeaningKind

if TYPE_CHECKING:
    from mcu_mail.domain.case import Case, Request
    from mcu_mail.domain.course_parts import Decisions, Reply, Rules


def on_event(case: Case, request: Request, reply: Reply, rules: Rules) -> Decisions:
    """What follows from the dispatcher's word on a return or on a comment."""
    meaning = reply.meaning
    reason = meaning.reason.strip()
    done = CloseRequest(request_id=request.id, reason=CloseReason.decided)
    if meaning.kind is MeaningKind.return_:
        if not reason:
            return not_taken(request, reply, "no_reason")
        return (
            Log(kind="reopened", data={"why": "event", "reason": reason}),
            done,
            Enter(
                step=rules.route.step("draft").name,
                template="rework",
                context={"reason": reason, "returned_by": reply.person},
                close_as=CloseReason.step_over,
            ),
            Change(values={"closed_at": None}),
        )
    if meaning.kind is not MeaningKind.close:
        return not_taken(request, reply, "event_decide")
    if not reason:
        return not_taken(request, reply, "no_basis")
    # What is returned while an answer is still on its way is settled, the case goes on.
    last = case.state is not CaseState.closed and case.step in {"send", "close"}
    if not last and case.state is not CaseState.closed:
        settled = Log(kind="event_settled", data={"reason": reason})
        return (settled, done, told(request, "event_settled"))
    end = (Enter(step="close", template=""),) if last else ()
    return (Log(kind="closed", data={"reason": reason}), done, *end)


def on_urgent(case: Case, request: Request, reply: Reply, _rules: Rules) -> Decisions:
    """What follows from the dispatcher's word on another term that the region has named."""
    if "term" not in request.data:
        return not_taken(request, reply, "yes_or_no")
    term = datetime.fromisoformat(request.data["term"])
    done = CloseRequest(request_id=request.id, reason=CloseReason.decided)
    if reply.meaning.kind in {MeaningKind.confirm, MeaningKind.approve}:
        goal = case.goal if case.goal is not None and case.goal < term else None
        sentence = f"{case.term_sentence} {request.data['sentence']}"
        return (
            Log(kind="term_changed", data={"term": term.isoformat(), "basis": "region"}),
            Change(values={"term": term, "goal": goal, "term_sentence": sentence}),
            done,
        )
    if reply.meaning.kind is MeaningKind.return_:
        return (Log(kind="term_kept", data={}), done)
    return not_taken(request, reply, "yes_or_no")
