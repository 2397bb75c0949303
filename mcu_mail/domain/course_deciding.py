"""Replies of those who approve, sign, register and send, and of who confirms a later term.

Only a plain word decides: anything else moves nothing and is answered with what is expected.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcu_mail.domain.case import CaseState, CloseReason
from mcu_mail.domain.course_parts import addressed, answer_words, closing, not_taken, receipt
from mcu_mail.domain.course_publishing import put_up
from mcu_mail.domain.decisions import Change, CloseRequest, Enter, Log, NewVersion
from mcu_mail.domain.publication import is_published, taken_down, time_to_mend
from mcu_mail.domain.route import Outcome, StepKind
from mcu_mail.domain.verdicts import MeaningKind

if TYPE_CHECKING:
    from mcu_mail.domain.case import Case, Request
    from mcu_mail.domain.course_parts import Decisions, Reply, Rules

_NO_VERDICT = {
    MeaningKind.conditional: "conditional",
    MeaningKind.weak: "weak",
    MeaningKind.confirm: "weak",
    MeaningKind.empty: "empty",
}
"""What an approver may say that decides nothing yet, and why it is not taken."""


def on_approve(case: Case, request: Request, reply: Reply, rules: Rules) -> Decisions:
    """What follows from an approver's reply: on, back, or his own edited version."""
    step = rules.route.step(case.step)
    if step.kind is not StepKind.approve:
        return not_taken(request, reply, "step_over")
    settled, reply = addressed(reply)
    if not settled:
        return _on_verdict(case, request, reply, rules)
    if reply.meaning.kind is MeaningKind.return_:
        return (*settled, *_on_verdict(case, request, reply, rules))
    # An approval holds for the exact letter that was shown: the changed one is shown again.
    return (*settled, *_edited(case, reply, reply.word_text or "", rules))


def _on_verdict(case: Case, request: Request, reply: Reply, rules: Rules) -> Decisions:
    meaning = reply.meaning
    step = rules.route.step(case.step)
    after = rules.route.step(step.on[Outcome.done])
    if meaning.kind is MeaningKind.published and after.kind is StepKind.publish:
        # Who has put the answer up has agreed to it.
        approved = Log(kind="approved", data={"version": case.version, "step": case.step})
        return (approved, *put_up(case, request, reply, rules))
    stands_in = reply.person != request.person
    if meaning.kind is MeaningKind.approve and stands_in and reply.person == case.author:
        return not_taken(request, reply, "own_letter")
    if meaning.kind is MeaningKind.approve and reply.word_text is None:
        return (
            Log(kind="approved", data={"version": case.version, "step": case.step}),
            receipt(request, "approve"),
            *enter_next(step.on[Outcome.done], rules),
        )
    if meaning.kind is MeaningKind.return_:
        if not meaning.reason.strip():
            return not_taken(request, reply, "no_reason")
        return (
            Log(kind="returned", data={"reason": meaning.reason, "version": case.version}),
            receipt(request, "return"),
            *_put_up_in_vain(case, rules),
            Enter(
                step=step.on[Outcome.returned],
                template="rework",
                context={"reason": meaning.reason, "returned_by": reply.person},
                close_as=CloseReason.decided,
            ),
        )
    if reply.word_text is not None and reply.word_text.strip():
        # An approver's own edited Word file is a new version, shown to him, then approved by him.
        return _edited(case, reply, reply.word_text, rules)
    if meaning.kind in _NO_VERDICT:
        return not_taken(request, reply, _NO_VERDICT[meaning.kind])
    return (
        Log(kind="note", data={"text": reply.text[:2000]}),
        *not_taken(request, reply, "not_understood"),
    )


def _put_up_in_vain(case: Case, rules: Rules) -> Decisions:
    """Where the text stands in the system already, another is owed, and time to make it."""
    if rules.clock is None or not is_published(case):
        return ()
    return (*time_to_mend(case, rules.clock), taken_down())


def _edited(case: Case, reply: Reply, word: str, rules: Rules) -> Decisions:
    """A new version of the approver's making; without words of his own, only its address is new.

    One that differs from the text in the system is agreed to and put up like any other.
    """
    first = rules.route.kind(StepKind.approve) if is_published(case) else None
    return (
        Log(kind="edited", data={"version": case.version + 1}),
        *_put_up_in_vain(case, rules),
        NewVersion(
            text=answer_words(word, rules) if word.strip() else None,
            # An approver mends the words; who prepared the answer stays named on the letter.
            author=case.author or reply.person,
            then=first.name if first is not None else case.step,
            keeps_promise=True,
        ),
    )


def enter_next(name: str, rules: Rules) -> Decisions:
    """The next step is entered, and the one whose turn it is there is asked."""
    step = rules.route.step(name)
    templates = {
        StepKind.approve: "approve",
        StepKind.sign: "sign",
        StepKind.register: "",
        StepKind.publish: "publish",
    }
    return (Enter(step=name, template=templates.get(step.kind, ""), close_as=CloseReason.decided),)


def on_sign(case: Case, request: Request, reply: Reply, rules: Rules) -> Decisions:
    """What follows from the reception's word about the paper; a signature is a scan."""
    meaning = reply.meaning
    if meaning.kind in {MeaningKind.head_returned, MeaningKind.return_}:
        if not meaning.reason.strip():
            return not_taken(request, reply, "no_reason")
        return (
            Log(kind="head_returned", data={"reason": meaning.reason, "version": case.version}),
            Enter(
                step=rules.route.step(case.step).on[Outcome.returned],
                template="rework",
                context={"reason": meaning.reason, "returned_by": rules.office.roles.head},
                close_as=CloseReason.decided,
            ),
        )
    reason = "scan_expected" if meaning.kind is MeaningKind.approve else "not_understood"
    return not_taken(request, reply, reason)


def on_register(case: Case, request: Request, reply: Reply, rules: Rules) -> Decisions:
    """What follows from the clerk's words other than a number."""
    # A number is taken by the service itself, inside its transaction: see `service/registering.py`.
    if reply.meaning.kind is MeaningKind.head_returned:
        return on_sign(case, request, reply, rules)
    return not_taken(request, reply, "number_expected")


def on_later_term(case: Case, request: Request, reply: Reply, _rules: Rules) -> Decisions:
    """What follows from the answer whether a later stated term is meant."""
    stated = case.notice.due
    if reply.meaning.kind in {MeaningKind.confirm, MeaningKind.approve} and stated is not None:
        return (
            Log(kind="term_changed", data={"term": stated.isoformat(), "basis": "stated"}),
            Change(values={"term": stated, "goal": None}),
            CloseRequest(request_id=request.id, reason=CloseReason.decided),
        )
    if reply.meaning.kind is MeaningKind.return_:
        return (
            Log(kind="term_kept", data={}),
            CloseRequest(request_id=request.id, reason=CloseReason.decided),
        )
    return not_taken(request, reply, "yes_or_no")


def on_after_void(case: Case, request: Request, reply: Reply, rules: Rules) -> Decisions:
    """What follows from the dispatcher's word on a letter that was sent and then made void."""
    meaning = reply.meaning
    reason = meaning.reason.strip()
    if meaning.kind is MeaningKind.return_:
        if not reason:
            return not_taken(request, reply, "no_reason")
        return (
            Log(kind="reopened", data={"why": "void"}),
            CloseRequest(request_id=request.id, reason=CloseReason.decided),
            Enter(
                step=rules.route.step("sign").on[Outcome.returned],
                template="rework",
                context={"reason": reason, "returned_by": reply.person},
                close_as=CloseReason.step_over,
            ),
            Change(values={"closed_at": None}),
        )
    if meaning.kind is not MeaningKind.close:
        return not_taken(request, reply, "void_decide")
    if not reason:
        return not_taken(request, reply, "no_basis")
    end = () if case.state is CaseState.closed else (Enter(step="close", template=""),)
    return (
        Log(kind="closed", data={"reason": reason}),
        CloseRequest(request_id=request.id, reason=CloseReason.decided),
        *end,
    )


def on_similar(_case: Case, request: Request, reply: Reply, _rules: Rules) -> Decisions:
    """What follows from the dispatcher's word on a case that looks like another: «Дубль НОМЕР»."""
    return closing(request, reply) or not_taken(request, reply, "not_understood")


def on_sending(case: Case, request: Request, reply: Reply, rules: Rules) -> Decisions:
    """What follows from the dispatcher's word about a letter that was refused or answered."""
    meaning = reply.meaning
    if meaning.kind is MeaningKind.return_ and request.data.get("why") in {"return", "reply"}:
        return _made_anew(case, request, reply, rules)
    if meaning.kind is MeaningKind.sent_by_hand:
        at = meaning.at.strftime("%H:%M") if meaning.at else ""
        if not at:
            return not_taken(request, reply, "no_time")
        return (
            Log(kind="sent_by_hand", data={"at": at, "basis": meaning.reason}),
            Enter(step="close", template="", close_as=CloseReason.decided),
        )
    return closing(request, reply) or not_taken(request, reply, "not_understood")


def _made_anew(case: Case, request: Request, reply: Reply, rules: Rules) -> Decisions:
    """The region has sent the letter back: whoever made it makes another version."""
    reason = reply.meaning.reason.strip()
    if not reason:
        return not_taken(request, reply, "no_reason")
    if rules.route.step(case.step).kind is not StepKind.send:
        return not_taken(request, reply, "step_over")
    return (
        Log(kind="returned", data={"reason": reason, "version": case.version, "by": "region"}),
        CloseRequest(request_id=request.id, reason=CloseReason.decided),
        Enter(
            step=rules.route.step("sign").on[Outcome.returned],
            template="rework",
            context={"reason": reason, "returned_by": reply.person},
            close_as=CloseReason.step_over,
        ),
        Change(values={"closed_at": None}),
    )
