"""What a responsible person tells to have happened outside mail: by telephone, on paper, by hand.

The dispatcher on every track, the coordinator on her own. A basis always stands beside the word; a
signature is never told, for only the scan shows it.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, time
from typing import TYPE_CHECKING, Final

from mcu_mail.domain.assigning import assigned, who_answers
from mcu_mail.domain.case import CaseState, CloseReason
from mcu_mail.domain.course_deciding import enter_next
from mcu_mail.domain.decisions import Change, Enter, Log, Tell
from mcu_mail.domain.marks import Mark
from mcu_mail.domain.matter_catalogue import term_set
from mcu_mail.domain.publication import is_published, published
from mcu_mail.domain.route import Form, Outcome, StepKind
from mcu_mail.domain.told_events import Happened, What

if TYPE_CHECKING:
    from mcu_mail.domain.case import Case
    from mcu_mail.domain.course_parts import Decisions, Rules
    from mcu_mail.domain.meaning import Meaning

_BEFORE_SIGNATURE: Final = frozenset({
    StepKind.accept,
    StepKind.route,
    StepKind.first_reply,
    StepKind.draft,
    StepKind.approve,
    StepKind.publish,
})
_BY_PHONE: Final = re.compile(
    r"по\s+(?:телефону|звонку)|вручную|руками|со\s+слов|устно", re.IGNORECASE
)
_HOUR: Final = re.compile(
    rf"(?:{_BY_PHONE.pattern})[\s,]{{0,5}}(?:в\s)?(?P<hour>\d{{1,2}})[:.](?P<minute>\d{{2}})(?!\d|\.\d)",
    re.IGNORECASE,
)
_LINK: Final = re.compile(r"https?://\S{1,500}")


def approved_by_phone(
    case: Case, basis: str, by: str, rules: Rules, *, request_id: int | None
) -> Decisions | str:
    """The approver has agreed to the present version by telephone.

    Args:
        case: as it stands.
        basis: who has told it, and when.
        by: who writes it down.
        rules: of the case's track.
        request_id: what the approver was asked with; his «СТОП» answers it.

    """
    step = rules.route.step(case.step)
    if case.state is CaseState.closed:
        return "outside_over"
    if step.kind is StepKind.sign:
        return "outside_signature"
    if step.kind is not StepKind.approve or not case.version or case.letter_sha is None:
        return "outside_nothing_to_approve"
    if not basis.strip():
        return "outside_no_basis_phone"
    approver = case.actor
    log = Log(
        kind="approved",
        data={
            "version": case.version,
            "step": case.step,
            "way": "phone",
            "by": by,
            "for": approver or "",
            "basis": basis,
        },
    )
    told: Decisions = ()
    if approver is not None and approver != by:
        told = (
            Tell(
                people=(approver,),
                template="by_phone",
                once=f"by_phone:{case.id}:{case.entry}",
                request_id=request_id,
                context={
                    "by": rules.office.people[by].name,
                    "basis": basis,
                    "version": case.version,
                },
            ),
        )
    return (log, *told, *enter_next(step.on[Outcome.done], rules))


def closed_by_word(case: Case, basis: str, by: str, rules: Rules) -> Decisions | str:
    """«Закрыть: основание» at whatever step."""
    if case.state is CaseState.closed:
        return "outside_over"
    if not basis.strip():
        return "no_basis"
    close = rules.route.kind(StepKind.close)
    assert close is not None, "every route has an end"
    return (
        Log(kind="closed", data={"reason": basis, "by": by}),
        Enter(step=close.name, template="", close_as=CloseReason.decided),
    )


def is_told_by_word(words: str) -> bool:
    """Whether a publication is told of by telephone, or was made by hand."""
    first = next((line for line in words.splitlines() if line.strip()), "")
    return _BY_PHONE.search(first) is not None


def hour_of_publication(words: str) -> time | None:
    """The hour in «Опубликовано вручную 14:30»; None when none is told."""
    found = _HOUR.search(words)
    if found is None:
        return None
    hour, minute = int(found["hour"]), int(found["minute"])
    return time(hour, minute) if hour < 24 and minute < 60 else None  # noqa: PLR2004 - of a clock


def basis_of_publication(words: str) -> str:
    """What a publication by hand rests on: the words after «вручную», without link and hour."""
    words = words.strip().partition("\n\n")[0]
    found = _HOUR.search(words) or _BY_PHONE.search(words)
    rest = _LINK.sub("", words[found.end() :] if found is not None else words)
    return " ".join(rest.split()).strip(" ,.:;–—-")


def published_by_word(
    case: Case, meaning: Meaning, basis: str, by: str, rules: Rules
) -> Decisions | str:
    """«Опубликовано вручную 14:30: основание»: the text that was agreed to has been put up."""
    clock, step = rules.clock, rules.route.step(case.step)
    if clock is None:
        return "other_track"
    if case.state is CaseState.closed:
        return "outside_over"
    if step.kind is not StepKind.publish:
        return "outside_published_already" if is_published(case) else "not_yet_approved"
    if not basis.strip() and not meaning.reason:
        return "outside_no_basis_published"
    if rules.outcome_needed and not meaning.name and Mark.outcome not in case.marks:
        return "outcome_expected"
    if Mark.promised in case.marks:
        # What becomes of its promise, the publisher's own word says.
        return "outside_interim"
    at = None
    if meaning.at is not None:
        day = meaning.until or clock.now.date()
        at = datetime.combine(day, meaning.at, clock.now.tzinfo)
    up = Happened(
        what=What.submitted, words=basis, at=at, link=meaning.reason, outcome=meaning.name
    )
    return published(case, up, by, rules, step.on[Outcome.done])


def sent_outside(case: Case, meaning: Meaning, by: str, rules: Rules) -> Decisions | str:
    """«Отправлено вручную 17:58: основание» before the service has made a letter of its own."""
    step = rules.route.step(case.step)
    if case.state is CaseState.closed:
        return "outside_over"
    if rules.route.form is Form.text:
        return published_by_word(case, replace(meaning, reason=""), meaning.reason, by, rules)
    if step.kind not in {StepKind.route, StepKind.draft, StepKind.approve}:
        return "step_over"
    if not meaning.reason.strip():
        return "outside_no_basis_sent"
    at = meaning.at.strftime("%H:%M") if meaning.at else ""
    if not at:
        return "no_time"
    close = rules.route.kind(StepKind.close)
    assert close is not None, "every route has an end"
    return (
        Log(kind="sent_by_hand", data={"at": at, "basis": meaning.reason, "by": by}),
        Enter(step=close.name, template="", close_as=CloseReason.decided),
    )


def reassigned(case: Case, meaning: Meaning, by: str, rules: Rules) -> Decisions | str:
    """«Передать: отдел», «Исполнитель: Фамилия» at any step before publication or signature."""
    step = rules.route.step(case.step)
    if case.state is CaseState.closed:
        return "outside_over"
    if step.kind not in _BEFORE_SIGNATURE or is_published(case):
        return "outside_reassign_late"
    found = who_answers(meaning.name or meaning.reason, case, rules.office)
    if isinstance(found, str):
        return found
    department, person = found
    basis = meaning.reason if meaning.name else ""
    reason = CloseReason.reassigned
    return assigned(case, department, rules, by, reason, person=person, basis=basis)


def term_by_word(
    case: Case, term: datetime | None, basis: str, by: str, now: datetime
) -> Decisions | str:
    """«Срок до 18:00 25.11: продлила область» of a letter; who, when and why stay with the case."""
    if case.state is CaseState.closed:
        return "outside_over"
    if term is None or term <= now:
        return "no_term"
    if not basis.strip():
        return "outside_no_basis_term"
    goal = case.goal if case.goal is not None and case.goal < term else None
    data = {
        "term": term.isoformat(),
        "was": case.term.isoformat(),
        "basis": "person",
        "by": by,
        "reason": basis,
    }
    sentence = f"{case.term_sentence} {term_set(term, basis)}"
    return (
        Log(kind="term_changed", data=data),
        Change(values={"term": term, "goal": goal, "term_sentence": sentence}),
    )
