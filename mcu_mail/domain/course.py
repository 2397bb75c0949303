"""The course of a case: (case, what happened) → decisions. Pure; `service/carry.py` does them.

The engine knows kinds of steps and outcomes of the route's table, never a track by name.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from mcu_mail.domain.case import CaseState, CloseReason, Draft, Purpose
from mcu_mail.domain.competence import CompetenceRules, find_competence
from mcu_mail.domain.decisions import (
    AddContacts,
    Ask,
    Change,
    CloseRequest,
    Decision,
    Enter,
    KeepDraft,
    Log,
    NewVersion,
    SetState,
    Tell,
)
from mcu_mail.domain.fields import read_fields, with_fields
from mcu_mail.domain.route import Outcome, StepKind
from mcu_mail.domain.verdicts import MeaningKind, is_draft, read_meaning, strip_frame
from mcu_mail.domain.whose_turn import (
    actor_of,
    department_of,
    find_department,
    find_person,
    first_approval,
)

if TYPE_CHECKING:
    from datetime import date

    from mcu_mail.domain.case import Case, Request
    from mcu_mail.domain.office import Office
    from mcu_mail.domain.route import Route
    from mcu_mail.domain.verdicts import Meaning


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What the rules of a track need besides the case."""

    office: Office
    route: Route
    today: date
    """The office's local date."""
    contact: str = "block"
    """Whether a record of contact is required: block, warn or none (decree 5.3)."""
    competence: CompetenceRules = field(default_factory=CompetenceRules)


@dataclass(frozen=True, kw_only=True)
class Reply:
    """A person's mail whose right to speak has been established."""

    person: str
    meaning: Meaning
    text: str
    """The new text of the mail, quotation and signature cut."""
    word_text: str | None = None
    """The text of an attached Word file."""


Decisions = tuple[Decision, ...]

_VERDICTS = frozenset({
    MeaningKind.approve,
    MeaningKind.return_,
    MeaningKind.weak,
    MeaningKind.confirm,
})
_STEP_OF = {
    Purpose.route: StepKind.route,
    Purpose.draft: StepKind.draft,
    Purpose.approve: StepKind.approve,
    Purpose.sign: StepKind.sign,
    Purpose.register: StepKind.register,
}
_NO_VERDICT = {
    MeaningKind.conditional: "conditional",
    MeaningKind.weak: "weak",
    MeaningKind.confirm: "weak",
    MeaningKind.empty: "empty",
}
"""What an approver may say that decides nothing yet, and why it is not taken."""
_THIS_IS_ANSWER = "это ответ"


def on_reply(case: Case, request: Request, reply: Reply, rules: Rules) -> Decisions:
    """What follows from a person's answer to an open request."""
    expected = _STEP_OF.get(request.purpose)
    if expected is not None and rules.route.step(case.step).kind is not expected:
        # Such a request is closed when its step ends; a verdict on it must not skip a step.
        return _not_taken(request, reply, "step_over")
    handlers = {
        Purpose.route: _on_route,
        Purpose.fields: _on_route,
        Purpose.draft: _on_draft,
        Purpose.approve: _on_approve,
        Purpose.sign: _on_sign,
        Purpose.register: _on_register,
        Purpose.later_term: _on_later_term,
        Purpose.sending: _on_sending,
    }
    return handlers[request.purpose](case, request, reply, rules)


def _not_taken(request: Request, reply: Reply, reason: str) -> Decisions:
    """Nothing moves; the one asked is told what to do, with his buttons."""
    return _told_why(request, reason, reply.text[:500])


def _closing(request: Request, reply: Reply) -> Decisions | None:
    """«Закрыть: причина» and «Дубль 2026-000122» of the dispatcher; None for other words."""
    kind, reason = reply.meaning.kind, reply.meaning.reason
    if kind is MeaningKind.close:
        if not reason.strip():
            return _not_taken(request, reply, "no_basis")
        return (
            Log(kind="closed", data={"reason": reason}),
            Enter(step="close", template="", close_as=CloseReason.decided),
        )
    if kind is MeaningKind.duplicate and (reply.meaning.name or reason):
        return (
            Log(kind="duplicate", data={"of": reply.meaning.name or reason}),
            Enter(step="close", template="", close_as=CloseReason.decided),
        )
    return None


# --- route: the dispatcher names the department or fills in what could not be read ---------------


def _on_route(case: Case, request: Request, reply: Reply, rules: Rules) -> Decisions:
    closing = _closing(request, reply)
    if closing is not None:
        return closing
    fields, rest = read_fields(reply.text)
    decisions: list[Decision] = []
    notice = case.notice
    if fields:
        unsure = tuple(name for name in notice.unsure if name not in fields)
        notice = with_fields(notice, fields, unsure)
        decisions += [
            Log(kind="fields", data={"fields": sorted(fields)}),
            Change(values={"notice": notice}),
        ]
    wanted = _named_department(reply, rest, rules)
    department = find_department(wanted, rules.office) if wanted else None
    if department is not None:
        return (*decisions, *_assign(replace(case, notice=notice), department, rules))
    if wanted:
        return (*decisions, *_not_taken(request, reply, "unknown_department"))
    if not fields:
        return _not_taken(request, reply, "not_understood")
    if request.purpose is Purpose.fields:
        if not notice.unsure:
            decisions.append(CloseRequest(request_id=request.id, reason=CloseReason.decided))
        return (*decisions, _told(request, "fields"))
    finding = find_competence(notice.text, notice.address, rules.office, rules.competence)
    changed = {"text", "address"} & fields.keys()
    if finding.sure and finding.department is not None and changed and not notice.unsure:
        # What could not be read was all that kept the service from knowing whose matter it is.
        known = replace(case, notice=notice, topic=finding.topic)
        return (*decisions, *_assign(known, finding.department, rules, by="service"))
    return (*decisions, *_told_why(request, "department_missing"))


def _named_department(reply: Reply, rest: str, rules: Rules) -> str:
    meaning = reply.meaning
    if meaning.kind in {MeaningKind.route, MeaningKind.not_ours}:
        return meaning.name or meaning.reason
    first = read_meaning(rest, rules.today) if rest else None
    if first is not None and first.kind in {MeaningKind.route, MeaningKind.not_ours}:
        return first.name or first.reason
    # A bare «дороги» from the one who was asked for a department and nothing else.
    line = rest.splitlines()[0].strip() if rest else ""
    return line if len(line) <= 80 and "?" not in line else ""  # noqa: PLR2004 - a name, not prose


def _assign(case: Case, department: str, rules: Rules, by: str = "person") -> Decisions:
    again = "reassigned" if case.department not in {None, department} else "task"
    topic = case.topic
    owner = next(item for item in rules.office.departments if item.id == department)
    if topic not in owner.topics:
        topic = None
    return (
        Log(kind="assigned", data={"department": department, "by": by}),
        Change(values={"department": department, "executor": None, "topic": topic}),
        Enter(
            step=rules.route.step("route").on[Outcome.done],
            template="task",
            context={"why": again},
            close_as=CloseReason.decided,
        ),
    )


# --- draft ---------------------------------------------------------------------------------------


def _on_draft(case: Case, request: Request, reply: Reply, rules: Rules) -> Decisions:
    meaning = reply.meaning
    if meaning.kind is MeaningKind.executor:
        return _name_executor(case, request, reply, rules)
    if meaning.kind in {MeaningKind.not_ours, MeaningKind.route}:
        return (
            Log(kind="not_ours", data={"reason": meaning.reason, "name": meaning.name}),
            Enter(
                step="route",
                template="route",
                close_as=CloseReason.reassigned,
                context={
                    "why": "",
                    "refused_by": reply.person,
                    "reason": meaning.reason or meaning.name,
                    "proposed": find_department(meaning.name or meaning.reason, rules.office),
                },
            ),
        )
    if meaning.kind in {MeaningKind.interim, MeaningKind.wait}:
        until = meaning.until.isoformat() if meaning.until else ""
        return (
            Log(kind="time_asked", data={"until": until, "reason": meaning.reason}),
            Tell(
                people=(rules.office.roles.dispatcher, rules.office.roles.curator),
                template="time_asked",
                context={
                    "until": meaning.until or (rules.today if meaning.at else None),
                    "until_at": meaning.at,
                    "reason": meaning.reason or reply.text[:300],
                    "who": rules.office.people[reply.person].name,
                    "phone": rules.office.people[reply.person].phone,
                },
                once=f"time_asked:{request.id}:{until}",
            ),
            _told(request, "time"),
        )
    return _on_text(case, request, reply, rules)


def _name_executor(case: Case, request: Request, reply: Reply, rules: Rules) -> Decisions:
    department = department_of(case, rules.office)
    within = (*department.executors, department.head) if department else ()
    person = find_person(reply.meaning.name or reply.meaning.reason, rules.office, within)
    if person is None:
        return _not_taken(request, reply, "unknown_person")
    if department is None or reply.person not in {
        department.head,
        actor_of(rules.route.step("approve_head"), case, rules.office, rules.today),
    }:
        return _not_taken(request, reply, "not_the_head")
    return (
        Log(kind="executor", data={"person": person}),
        Change(values={"executor": None if person == department.head else person}),
        Enter(
            step=case.step,
            template="task",
            close_as=CloseReason.reassigned,
            context={"why": "executor"},
        ),
    )


def _on_text(case: Case, request: Request, reply: Reply, rules: Rules) -> Decisions:
    """An answer, a record of contact, or a note that is neither (design §3.4)."""
    meaning = reply.meaning
    contacts = (*case.contacts, *meaning.contacts)
    decisions: list[Decision] = []
    if meaning.contacts:
        decisions += [
            Log(kind="contact", data={"lines": [item.line for item in meaning.contacts]}),
            AddContacts(contacts=meaning.contacts),
        ]
    text = _draft_text(case, reply)
    waiting = case.draft if case.draft is not None and not case.draft.is_note else None
    if text is None:
        if not meaning.contacts:
            return _note(request, reply, waiting)
        if waiting is None:
            return (*decisions, _missing(request, "text", "contact"))
        text = waiting.text
    author = reply.person
    if rules.contact == "block" and not enough_contact(contacts):
        return (
            *decisions,
            Log(kind="draft_kept", data={"missing": ["contact"]}),
            KeepDraft(draft=Draft(text=text, author=author)),
            _missing(request, "contact", "text"),
        )
    if rules.contact == "warn" and not enough_contact(contacts):
        decisions += [
            Log(kind="no_contact_record", data={}),
            _told(request, "answer", "Записи о связи с заявителем нет: пришлите её строкой."),
        ]
    return (*decisions, *_new_version(case, text, author, rules))


def _draft_text(case: Case, reply: Reply) -> str | None:
    """The text handed in as the answer; None when this mail holds none."""
    if reply.word_text is not None and reply.word_text.strip():
        return strip_frame(reply.word_text)
    meaning = reply.meaning
    if meaning.kind is MeaningKind.answer:
        body = strip_frame(meaning.text or reply.text)
        # «Это ответ» alone points to the note that was kept before.
        if body.strip() and not body.lower().startswith(_THIS_IS_ANSWER):
            return body
        return strip_frame(case.draft.text) if case.draft else None
    body = meaning.text or reply.text
    if meaning.kind in {MeaningKind.note, MeaningKind.contact_only, MeaningKind.question}:
        return strip_frame(body) if is_draft(body) == "draft" else None
    return None


def _note(request: Request, reply: Reply, waiting: Draft | None) -> Decisions:
    if not reply.text.strip():
        return _not_taken(request, reply, "empty")
    if reply.meaning.kind in _VERDICTS:
        return _not_taken(request, reply, "verdict_on_draft")
    if waiting is not None:
        # The text that waits for its record of contact must not be lost to a note.
        return (
            Log(kind="note", data={"text": reply.text[:2000]}),
            _missing(request, "contact", "text"),
        )
    return (
        Log(kind="note", data={"text": reply.text[:2000]}),
        KeepDraft(draft=Draft(text=reply.text, author=reply.person, is_note=True)),
        Tell(
            people=(request.person,),
            template="note_kept",
            request_id=request.id,
            context={"note_text": reply.text[:500]},
        ),
    )


def _missing(request: Request, lacks: str, kept: str) -> Tell:
    return Tell(
        people=(request.person,),
        template="missing",
        request_id=request.id,
        context={"lacks": (lacks,), "kept": (kept,)},
    )


def enough_contact(contacts: tuple[object, ...]) -> bool:
    """Whether the applicant was reached, or two tries failed, or there is no way to reach him."""
    outcomes = [getattr(item, "outcome", "") for item in contacts]
    return (
        "reached" in outcomes or "no_contact" in outcomes or outcomes.count("not_reached") >= 2  # noqa: PLR2004 - «не дозвонились» twice, design §3.4
    )


def _new_version(case: Case, text: str, author: str, rules: Rules) -> Decisions:
    then = first_approval(case, author, rules.route, rules.office, rules.today)
    return (
        Log(kind="draft", data={"version": case.version + 1}),
        KeepDraft(draft=None),
        NewVersion(text=text, author=author, then=then.name),
    )


# --- approve -------------------------------------------------------------------------------------


def _on_approve(case: Case, request: Request, reply: Reply, rules: Rules) -> Decisions:
    meaning = reply.meaning
    step = rules.route.step(case.step)
    if step.kind is not StepKind.approve:
        return _not_taken(request, reply, "step_over")
    if meaning.kind is MeaningKind.approve and reply.word_text is None:
        return (
            Log(kind="approved", data={"version": case.version, "step": case.step}),
            _receipt(request, "approve"),
            *_enter_next(step.on[Outcome.done], rules),
        )
    if meaning.kind is MeaningKind.return_:
        if not meaning.reason.strip():
            return _not_taken(request, reply, "no_reason")
        return (
            Log(kind="returned", data={"reason": meaning.reason, "version": case.version}),
            _receipt(request, "return"),
            Enter(
                step=rules.route.step(case.step).on[Outcome.returned],
                template="rework",
                context={"reason": meaning.reason, "returned_by": reply.person},
                close_as=CloseReason.decided,
            ),
        )
    if reply.word_text is not None and reply.word_text.strip():
        # An approver's own edited Word file is a new version, shown to him, then approved by him.
        return (
            Log(kind="edited", data={"version": case.version + 1}),
            NewVersion(
                text=strip_frame(reply.word_text),
                # An approver mends the words; who prepared the answer stays named on the letter.
                author=case.author or reply.person,
                then=case.step,
            ),
        )
    if meaning.kind in _NO_VERDICT:
        return _not_taken(request, reply, _NO_VERDICT[meaning.kind])
    return (
        Log(kind="note", data={"text": reply.text[:2000]}),
        *_not_taken(request, reply, "not_understood"),
    )


def _receipt(request: Request, decision: str) -> Tell:
    return Tell(
        people=(request.person,),
        template="receipt",
        once=f"receipt:{request.id}",
        request_id=request.id,
        context={"decision": decision, "next_step": "", "details": ""},
    )


def _told(request: Request, decision: str, details: str = "") -> Tell:
    """A receipt that closes nothing."""
    return Tell(
        people=(request.person,),
        template="receipt",
        context={"decision": decision, "next_step": "", "details": details, "undo_until": None},
    )


def _enter_next(name: str, rules: Rules) -> Decisions:
    step = rules.route.step(name)
    templates = {StepKind.approve: "approve", StepKind.sign: "sign", StepKind.register: ""}
    return (Enter(step=name, template=templates.get(step.kind, ""), close_as=CloseReason.decided),)


def on_rendered(then: str, rules: Rules) -> Decisions:
    """The version exists as DOCX and PDF: the one who approves next is asked."""
    return _enter_next(then, rules)


# --- sign, register, send ------------------------------------------------------------------------


def _on_sign(case: Case, request: Request, reply: Reply, rules: Rules) -> Decisions:
    meaning = reply.meaning
    if meaning.kind in {MeaningKind.head_returned, MeaningKind.return_}:
        if not meaning.reason.strip():
            return _not_taken(request, reply, "no_reason")
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
    return _not_taken(request, reply, reason)


def _on_register(case: Case, request: Request, reply: Reply, rules: Rules) -> Decisions:
    # A number is taken by the service itself, inside its transaction: see `service/registering.py`.
    if reply.meaning.kind is MeaningKind.head_returned:
        return _on_sign(case, request, reply, rules)
    return _not_taken(request, reply, "number_expected")


def _on_later_term(case: Case, request: Request, reply: Reply, _rules: Rules) -> Decisions:
    stated = case.notice.due
    if reply.meaning.kind in {MeaningKind.confirm, MeaningKind.approve} and stated is not None:
        return (
            Log(kind="term_changed", data={"term": stated.isoformat(), "basis": "stated"}),
            Change(values={"term": stated}),
            CloseRequest(request_id=request.id, reason=CloseReason.decided),
        )
    if reply.meaning.kind is MeaningKind.return_:
        return (
            Log(kind="term_kept", data={}),
            CloseRequest(request_id=request.id, reason=CloseReason.decided),
        )
    return _not_taken(request, reply, "yes_or_no")


def _on_sending(_case: Case, request: Request, reply: Reply, _rules: Rules) -> Decisions:
    meaning = reply.meaning
    if meaning.kind is MeaningKind.sent_by_hand:
        at = meaning.at.strftime("%H:%M") if meaning.at else ""
        if not at:
            return _not_taken(request, reply, "no_time")
        return (
            Log(kind="sent_by_hand", data={"at": at, "basis": meaning.reason}),
            Enter(step="close", template="", close_as=CloseReason.decided),
        )
    return _closing(request, reply) or _not_taken(request, reply, "not_understood")


def on_delivery(case: Case, states: dict[str, str], rules: Rules, *, late: bool) -> Decisions:
    """What follows from the servers' verdicts on a letter, address by address.

    Sent means that every enabled address accepted (`facts.md` §1.4, `sent_means`).
    """
    values = set(states.values())
    if case.step != "send" or not values:
        return ()
    if values == {"accepted"}:
        return (
            Log(kind="sent", data={"recipients": sorted(states), "late": late}),
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


def on_recall(case: Case, request: Request) -> Decisions:
    """«СТОП»: the verdict is taken back and the same person is asked again for the same version.

    Only the step right after the recalled one may have been reached: what others did since stays.
    """
    undone = case.entry == request.entry + 1 and case.version == request.version
    if not undone or request.purpose is not Purpose.approve:
        return _told_why(request, "recall_late")
    return (
        Log(kind="recalled", data={"step": request.step, "version": request.version}),
        Enter(step=request.step, template="approve", close_as=CloseReason.step_over),
    )


def _told_why(request: Request, reason: str, words: str = "") -> Decisions:
    return (
        Log(kind="not_taken", data={"reason": reason}),
        Tell(
            people=(request.person,),
            template="not_taken",
            request_id=request.id,
            context={
                "reason": reason,
                "words": words,
                "by": "",
                "asked_version": None,
                "details": "",
            },
        ),
    )
