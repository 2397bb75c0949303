"""An answer is put up, comes back, and is owed again (decree 5.1–5.3, interim answers 3.6)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from mcu_mail.domain import term_words as words
from mcu_mail.domain.case import CloseReason
from mcu_mail.domain.decisions import Change, Enter, Log, SetMarks
from mcu_mail.domain.marks import Mark
from mcu_mail.domain.promises import kept
from mcu_mail.domain.route import Outcome, StepKind
from mcu_mail.domain.track_terms import rework_due

if TYPE_CHECKING:
    from mcu_mail.domain.case import Case
    from mcu_mail.domain.course_parts import Decisions, Rules, TrackClock
    from mcu_mail.domain.route import Route
    from mcu_mail.domain.told_events import Happened


def is_published(case: Case) -> bool:
    """Whether the answer has been put up, and not come back since."""
    return Mark.published in case.marks


def owes_first_reply(case: Case, route: Route) -> bool:
    """Whether the citizen is still to read that his message is at work (decree 5.1).

    A message that is passed on is answered by saying so.
    """
    return (
        bool(route.beside)
        and Mark.first_reply not in case.marks
        and not is_published(case)
        and case.forward is None
    )


def enter(name: str, rules: Rules, close_as: CloseReason = CloseReason.decided) -> Enter:
    """The next step is entered, and the one whose turn it is there is asked."""
    step = rules.route.step(name)
    return Enter(step=name, template=_TEMPLATE.get(step.kind, ""), close_as=close_as)


_TEMPLATE = {
    StepKind.accept: "accept",
    StepKind.route: "route",
    StepKind.draft: "task",
    StepKind.approve: "approve",
    StepKind.publish: "publish",
}
"""The mail that asks the actor of a step; nobody is asked where the outside world is to act."""


def published(case: Case, happened: Happened, by: str, rules: Rules, then: str) -> Decisions:
    """The answer was put up: the term is met, and the case goes on to `then` (decree 5.1).

    After an interim answer the full one is owed by the day that it promises (decree 3.6).
    """
    clock = rules.clock
    assert clock is not None
    at = clock.now if happened.at is None or happened.at > clock.now else happened.at
    late = at > case.term
    marks: dict[str, str | None] = {Mark.published: at.isoformat()}
    if happened.link:
        marks[Mark.link] = happened.link
    if happened.outcome:
        marks[Mark.outcome] = happened.outcome
    if late and Mark.late not in case.marks:
        marks[Mark.late] = at.isoformat()
    data = {
        "version": case.version,
        "link": happened.link,
        "outcome": happened.outcome,
        "late": late,
        "by": by,
        "basis": happened.words,
    }
    log = Log(kind="published", data=data)
    promised = case.marks.get(Mark.promised)
    if promised is not None:
        missed = {name: value for name, value in marks.items() if name == Mark.late}
        return (log, SetMarks(values=missed), *_owed_from_now(case, promised, rules, clock))
    owed = case.marks.get(Mark.owed)
    given = (*kept(case, at), SetMarks(values={Mark.kept: owed})) if owed else ()
    return (log, SetMarks(values=marks), *given, enter(then, rules))


def _owed_from_now(case: Case, promised: str, rules: Rules, clock: TrackClock) -> Decisions:
    """What an interim answer has promised is a term of its own, and a text to be written."""
    draft = rules.route.kind(StepKind.draft)
    assert draft is not None, "every route has somebody who writes the answer"
    due = datetime.fromisoformat(promised)
    return (
        SetMarks(values={Mark.promised: None, Mark.owed: promised}),
        new_term(case, due, words.promised(due, year=clock.now.year)),
        Enter(
            step=draft.name,
            template="task",
            context={"why": "interim"},
            close_as=CloseReason.step_over,
        ),
    )


def time_to_mend(case: Case, clock: TrackClock, named: datetime | None = None) -> Decisions:
    """The term of an answer that comes back: the old one stands, a passed one becomes a short one.

    `named`: the term that the return itself names; it is taken as it stands.
    """
    due = named or rework_due(case.term, clock.now, clock.terms, clock.calendar)
    if due == case.term:
        return ()
    return (new_term(case, due, words.after_return(due, year=clock.now.year)),)


def taken_down() -> SetMarks:
    """The published answer is no longer the last word: another will be put up."""
    gone = (
        Mark.published,
        Mark.regional,
        Mark.consented,
        Mark.rating,
        Mark.outcome,
        Mark.kept,
    )
    return SetMarks(values=dict.fromkeys(gone))


def passed(name: str, case: Case, rules: Rules) -> str:
    """The step `name`, or the one after it where what it asks for is known already."""
    step = rules.route.step(name)
    while step.settled and case.department is not None and Outcome.done in step.on:
        step = rules.route.step(step.on[Outcome.done])
    return step.name


def new_term(case: Case, due: datetime, sentence: str) -> Change:
    """Another term of the case; `sentence` tells why, for the card."""
    told = f"{case.term_sentence} {sentence}".strip()
    return Change(values={"term": due, "goal": None, "term_sentence": told})
