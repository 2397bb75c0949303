"""What the rules of every step share: what they are given, and the short answers they give.

It lies below the modules of the steps, so that none of them needs another.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from mcu_mail.domain.addressing import take_addressing
from mcu_mail.domain.case import CloseReason
from mcu_mail.domain.competence import CompetenceRules
from mcu_mail.domain.decisions import Decision, Enter, KeepAddressing, Log, Tell
from mcu_mail.domain.drafts import strip_frame, words_to_publish
from mcu_mail.domain.route import Form
from mcu_mail.domain.verdicts import MeaningKind

if TYPE_CHECKING:
    from datetime import date, datetime

    from mcu_mail.domain.calendar import WorkCalendar
    from mcu_mail.domain.case import Request
    from mcu_mail.domain.office import Office
    from mcu_mail.domain.route import Route
    from mcu_mail.domain.track_terms import TermRules
    from mcu_mail.domain.verdicts import Meaning


@dataclass(frozen=True, kw_only=True)
class TrackClock:
    """The present moment, in the office's zone, and what a track's terms are counted by."""

    now: datetime
    terms: TermRules
    calendar: WorkCalendar


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
    clock: TrackClock | None = None
    """What the terms of a track whose answers are published are counted by; else None."""
    category_needed: bool = False
    """Whether a message is accepted with a category (decree 5.3)."""
    outcome_needed: bool = False
    """Whether a publication bears «решено» or «разъяснено» (decree 5.3)."""
    category: str = ""
    """«Категория / подкатегория» that is proposed for the case's topic."""
    is_author_proven: bool = True
    """Whether the author of a text is vouched for: else it saves nobody an approval."""


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


def answer_words(text: str, rules: Rules) -> str:
    """The answer itself: a letter brings its own salutation, what is put up has the author's."""
    return words_to_publish(text) if rules.route.form is Form.text else strip_frame(text)


def addressed(reply: Reply) -> tuple[Decisions, Reply]:
    """What follows from lines about the address in a reply or its Word file; the reply without."""
    said = reply.meaning.addressing
    if reply.word_text is not None:
        word, in_word = take_addressing(reply.word_text)
        said, reply = said.changed_by(in_word), replace(reply, word_text=word)
    if not said:
        return (), reply
    what = [name for name in ("salutation", "to") if getattr(said, name)]
    return (Log(kind="addressing", data={"what": what}), KeepAddressing(addressing=said)), reply


def not_taken(request: Request, reply: Reply, reason: str) -> Decisions:
    """Nothing moves; the one asked is told what to do, with his buttons."""
    return told_why(request, reason, reply.text)


def told_why(request: Request, reason: str, words: str = "") -> Decisions:
    """Nothing moves; the one asked is told why, his own words before him."""
    return (
        Log(kind="not_taken", data={"reason": reason}),
        Tell(
            people=(request.person,),
            template="not_taken",
            request_id=request.id,
            context={
                "reason": reason,
                "words": words[:500],
                "by": "",
                "asked_version": None,
                "details": "",
            },
        ),
    )


def closing(request: Request, reply: Reply) -> Decisions | None:
    """«Закрыть: причина» and «Дубль 2026-000122» of the dispatcher; None for other words."""
    kind, reason = reply.meaning.kind, reply.meaning.reason
    if kind is MeaningKind.close:
        if not reason.strip():
            return not_taken(request, reply, "no_basis")
        return (
            Log(kind="closed", data={"reason": reason}),
            Enter(step="close", template="", close_as=CloseReason.decided),
        )
    if kind is MeaningKind.duplicate:
        if not reply.meaning.name:
            return not_taken(request, reply, "no_number")
        return (
            Log(kind="duplicate", data={"of": reply.meaning.name}),
            Enter(step="close", template="", close_as=CloseReason.decided),
        )
    return None


def receipt(request: Request, decision: str) -> Tell:
    """The receipt of a decision, once for a request."""
    return Tell(
        people=(request.person,),
        template="receipt",
        once=f"receipt:{request.id}",
        request_id=request.id,
        context={"decision": decision, "next_step": "", "details": ""},
    )


def told(request: Request, decision: str, details: str = "") -> Tell:
    """A receipt that closes nothing."""
    return Tell(
        people=(request.person,),
        template="receipt",
        context={"decision": decision, "next_step": "", "details": details, "undo_until": None},
    )
