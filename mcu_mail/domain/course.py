"""The course of a case: (case, what happened) → decisions. Pure; `service/carry.py` does them.

The engine knows kinds of steps and outcomes of the route's table, never a track by name. What a
reply means at each kind of step stands in the modules `course_*`; this one leads to them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcu_mail.domain.case import CaseState, CloseReason, Purpose
from mcu_mail.domain.course_deciding import (
    enter_next,
    on_after_void,
    on_approve,
    on_later_term,
    on_register,
    on_sending,
    on_sign,
    on_similar,
)
from mcu_mail.domain.course_drafting import enough_contact, on_draft
from mcu_mail.domain.course_events import on_event, on_urgent
from mcu_mail.domain.course_parts import Decisions, Reply, Rules, not_taken, told_why
from mcu_mail.domain.course_publishing import on_publish, on_regional, on_standing
from mcu_mail.domain.course_routing import on_route
from mcu_mail.domain.decisions import Ask, Change, Enter, Log, SetMarks, SetState, Tell
from mcu_mail.domain.forwarding import on_outside
from mcu_mail.domain.marks import Mark
from mcu_mail.domain.meaning import MeaningKind
from mcu_mail.domain.promises import owed_until
from mcu_mail.domain.publication import taken_down
from mcu_mail.domain.restriction import on_restricted
from mcu_mail.domain.route import Form, StepKind
from mcu_mail.domain.routes import ROUTES

if TYPE_CHECKING:
    from datetime import datetime

    from mcu_mail.domain.case import Case, Request

__all__ = [
    "Decisions",
    "Reply",
    "Rules",
    "enough_contact",
    "on_delivery",
    "on_recall",
    "on_rendered",
    "on_reply",
]

_STEP_OF = {
    Purpose.route: StepKind.route,
    Purpose.draft: StepKind.draft,
    Purpose.approve: StepKind.approve,
    Purpose.sign: StepKind.sign,
    Purpose.register: StepKind.register,
    Purpose.publish: StepKind.publish,
    Purpose.regional: StepKind.regional_approval,
}


def on_reply(case: Case, request: Request, reply: Reply, rules: Rules) -> Decisions:
    """What follows from a person's answer to an open request."""
    expected = _STEP_OF.get(request.purpose)
    if expected is not None and rules.route.step(case.step).kind is not expected:
        # Such a request is closed when its step ends; a verdict on it must not skip a step.
        return not_taken(request, reply, "step_over")
    misplaced = _misplaced(request, reply, rules)
    if misplaced:
        return (
            Log(kind="note", data={"text": reply.text[:2000]}),
            *not_taken(request, reply, misplaced),
        )
    handlers = {
        Purpose.route: on_route,
        Purpose.fields: on_route,
        Purpose.draft: on_draft,
        Purpose.approve: on_approve,
        Purpose.sign: on_sign,
        Purpose.register: on_register,
        Purpose.publish: on_publish,
        Purpose.regional: on_regional,
        Purpose.accept: on_standing,
        Purpose.control: on_standing,
        Purpose.term: on_standing,
        Purpose.later_term: on_later_term,
        Purpose.sending: on_sending,
        Purpose.similar: on_similar,
        Purpose.restricted: on_restricted,
        Purpose.outside: on_outside,
        Purpose.event: on_event,
        Purpose.urgent: on_urgent,
        # The clerk's own commands are the service's to carry out: see `service/clerk.py`.
        Purpose.command: on_after_void,
        # Who stands in is chosen in `service/away.py`: no word of a case's own course answers it.
        Purpose.absent: _on_absent,
    }
    return handlers[request.purpose](case, request, reply, rules)


def _on_absent(case: Case, request: Request, reply: Reply, rules: Rules) -> Decisions:  # noqa: ARG001 - the shape of every handler
    return not_taken(request, reply, "absent_decide")


_STEP_FOR = {
    MeaningKind.accept: StepKind.accept,
    MeaningKind.published: StepKind.publish,
    MeaningKind.regional: StepKind.regional_approval,
    MeaningKind.citizen: StepKind.publish,
}
"""Words that decide something only where the route has such a step."""
_OF_PUBLISHED = frozenset({
    MeaningKind.first_reply,
    MeaningKind.fast_track,
    MeaningKind.urgent,
})
"""Words that decide something only where answers are published."""
_DISPATCHERS = frozenset({
    MeaningKind.by_phone,
    MeaningKind.close,
    MeaningKind.reopen,
    MeaningKind.duplicate,
    MeaningKind.sent_by_hand,
})
_OF_THE_WORK = frozenset({Purpose.draft, Purpose.approve, Purpose.sign, Purpose.register})


def _misplaced(request: Request, reply: Reply, rules: Rules) -> str:
    """Why a command cannot be meant here, as a reason; empty for all that can be."""
    kind = reply.meaning.kind
    if reply.word_text is not None and reply.word_text.strip():
        return ""
    if request.purpose is Purpose.restricted:
        # «Принято» is no word of a step there.
        return ""
    needed = _STEP_FOR.get(kind)
    if needed is not None and rules.route.kind(needed) is None:
        return "other_track"
    if kind in _OF_PUBLISHED and rules.route.form is Form.letter:
        return "other_track"
    return "dispatchers_word" if kind in _DISPATCHERS and request.purpose in _OF_THE_WORK else ""


def on_rendered(then: str, rules: Rules) -> Decisions:
    """The version exists as DOCX and PDF: the one who approves next is asked."""
    return enter_next(then, rules)


def on_delivery(
    case: Case,
    states: dict[str, str],
    rules: Rules,
    *,
    late: bool,
    promised: datetime | None = None,
) -> Decisions:
    """What follows from the servers' verdicts on a letter, address by address.

    Sent means that every enabled address accepted (`facts.md` §1.4, `sent_means`). An interim
    answer meets the term; the day it `promised` is the next one, and the answer is still owed.
    """
    values = set(states.values())
    if case.step != "send" or not values:
        return ()
    if values == {"accepted"} and promised is not None:
        return (
            Log(kind="sent", data={"recipients": sorted(states), "late": late, "interim": True}),
            SetMarks(values={Mark.owed: promised.isoformat()}),
            Change(values={"term": promised, "goal": None}),
            Enter(
                step=rules.route.step("draft").name,
                template="task",
                context={"why": "interim"},
                close_as=CloseReason.step_over,
            ),
        )
    if values == {"accepted"}:
        return (
            Log(kind="sent", data={"recipients": sorted(states), "late": late}),
            *_promise_kept(case, late=late),
            Enter(step="close", template="", close_as=CloseReason.step_over),
        )
    refused = sorted(address for address, state in states.items() if state == "refused")
    if refused:
        key = f"refused:{case.id}:{','.join(refused)}"
        return (
            SetState(state=CaseState.aside),
            Ask(
                purpose=Purpose.sending,
                person=rules.office.roles.dispatcher,
                template="recipient_refused",
                context={"refused": refused},
                data={"key": key},
            ),
        )
    if "unknown" in values:
        return (SetState(state=CaseState.aside),)
    return (SetState(state=CaseState.waiting),) if "deferred" in values else ()


def _promise_kept(case: Case, *, late: bool) -> Decisions:
    """The full letter has gone: what an interim one has promised is owed no more."""
    until = owed_until(case)
    if until is None:
        return ()
    data = {"promised": until.isoformat(), "late": late}
    return (Log(kind="promise_kept", data=data), SetMarks(values={Mark.owed: None}))


def on_recall(case: Case, request: Request) -> Decisions:
    """«СТОП»: the verdict is taken back and the same person is asked again for the same version.

    Only the step right after the recalled one may have been reached: what others did since stays.
    """
    undone = case.entry == request.entry + 1 and case.version == request.version
    template = {Purpose.approve: "approve", Purpose.publish: "publish"}.get(request.purpose)
    if not undone or template is None:
        return told_why(request, "recall_late")
    # Whoever has been asked since must not go on: the clerk may have the paper in his hand.
    told = (
        (Tell(people=(case.actor,), template="withdrawn", context={}),)
        if case.actor not in {None, request.person}
        else ()
    )
    return (
        Log(kind="recalled", data={"step": request.step, "version": request.version}),
        *told,
        *_not_published(case, request),
        Enter(step=request.step, template=template, close_as=CloseReason.step_over),
        *((Change(values={"closed_at": None}),) if case.state is CaseState.closed else ()),
    )


def _not_published(case: Case, request: Request) -> Decisions:
    """A publication that is taken back has not been made; one that was there before stays."""
    route = ROUTES[case.track]
    step = route.step(request.step)
    before = step.kind is StepKind.publish or route.comes_before(step.name, StepKind.publish)
    if Mark.published not in case.marks or not before:
        return ()
    owed = case.marks.get(Mark.kept) or case.marks.get(Mark.owed)
    return (taken_down(), SetMarks(values={Mark.link: None, Mark.owed: owed}))
