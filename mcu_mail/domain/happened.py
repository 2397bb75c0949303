"""What has happened outside, on a track whose answers are published (decree 5.1–5.3).

A notice of the system and the word of the responsible who saw it there are one thing: both come
here as `Happened` and give the same decisions. A notice moves the case by itself; nobody has to
confirm what the system says.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from mcu_mail.domain import term_words as words
from mcu_mail.domain.case import CaseState, CloseReason
from mcu_mail.domain.decisions import Change, Decision, Enter, Log, SetMarks, Tell
from mcu_mail.domain.marks import Mark
from mcu_mail.domain.route import Outcome, Step, StepKind
from mcu_mail.domain.track_terms import afresh_due, fast_due, is_working, opening_after, rework_due

if TYPE_CHECKING:
    from datetime import datetime

    from mcu_mail.domain.case import Case
    from mcu_mail.domain.course_parts import Decisions, Rules, TrackClock

_GOOD, _BAD = 4, 2
"""Marks from `_GOOD` on are a satisfied citizen's, marks up to `_BAD` a dissatisfied one's."""


class What(StrEnum):
    """What may happen outside."""

    accepted = "accepted"
    submitted = "submitted"
    """The answer stands in the system, and is with the regional centre."""
    approved = "approved"
    returned = "returned"
    consented = "consented"
    live = "live"
    """Everybody can read it."""
    awaiting = "awaiting"
    """The regional centre has sent it to the citizen to be rated."""
    commented = "commented"
    rated = "rated"
    closed = "closed"
    fast_track = "fast_track"
    slow_track = "slow_track"
    urgent = "urgent"
    term = "term"


@dataclass(frozen=True, kw_only=True)
class Happened:
    """One thing that has happened.

    Attributes:
        words: the reason, the comment, or the basis, as it was given.
        at: the moment named, aware: of a term, or of what is told afterwards.
        rating: the citizen's mark, 1 to 5.
        sense: `positive` or `negative`; None where nobody can tell.
        link: where the answer can be read.
        outcome: `решено` or `разъяснено`.

    """

    what: What
    words: str = ""
    at: datetime | None = None
    rating: int | None = None
    sense: str | None = None
    link: str = ""
    outcome: str = ""


def on_happened(case: Case, happened: Happened, by: str, rules: Rules) -> Decisions:
    """What follows for the case.

    Args:
        case: as it stands.
        happened: what has happened.
        by: `region`, or the person who tells of it.
        rules: of the case's track; its clock is needed.

    """
    assert rules.clock is not None, "a track whose answers are published has a clock"
    handlers = {
        What.accepted: _accepted,
        What.submitted: _published,
        What.live: _live,
        What.approved: _approved,
        What.awaiting: _approved,
        What.consented: _consented,
        What.returned: _returned,
        What.commented: _commented,
        What.rated: _rated,
        What.closed: _closed,
        What.fast_track: _fast,
        What.slow_track: _slow,
        What.urgent: _urgent,
        What.term: _term,
    }
    return handlers[happened.what](case, happened, by, rules, rules.clock)


def is_published(case: Case) -> bool:
    """Whether the answer has been put up, and not come back since."""
    return Mark.published in case.marks


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
    """The answer was put up: the term is met, and the case goes on to `then` (decree 5.1)."""
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
    return (Log(kind="published", data=data), SetMarks(values=marks), enter(then, rules))


def passed(name: str, case: Case, rules: Rules) -> str:
    """The step `name`, or the one after it where what it asks for is known already."""
    step = rules.route.step(name)
    while step.settled and case.department is not None and Outcome.done in step.on:
        step = rules.route.step(step.on[Outcome.done])
    return step.name


def accepted(
    case: Case, by: str, rules: Rules, clock: TrackClock, *, category: str = ""
) -> Decisions:
    """The message is accepted (decree 5.2, 5.3); without its term it does not go on."""
    step = rules.route.kind(StepKind.accept)
    if step is None:
        return ()
    marks: dict[str, str | None] = {Mark.accepted: clock.now.isoformat()}
    if category:
        marks[Mark.category] = category
    decisions: list[Decision] = [
        Log(kind="accepted", data={"category": category, "by": by}),
        SetMarks(values=marks),
    ]
    if case.step == step.name and Mark.term_asked not in case.marks:
        decisions.append(enter(passed(step.on[Outcome.done], case, rules), rules))
    return tuple(decisions)


# --- what happens at which step -------------------------------------------------------------------


def _accepted(
    case: Case, _happened: Happened, by: str, rules: Rules, clock: TrackClock
) -> Decisions:
    if Mark.accepted in case.marks or rules.route.kind(StepKind.accept) is None:
        return _noted(case, What.accepted, "", by)
    category = rules.category
    return accepted(case, by, rules, clock, category=category)


def _published(
    case: Case, happened: Happened, by: str, rules: Rules, _clock: TrackClock
) -> Decisions:
    step = rules.route.step(case.step)
    if step.kind is StepKind.publish:
        return published(case, happened, by, rules, step.on[Outcome.done])
    return _noted(case, happened.what, happened.words, by)


def _live(case: Case, happened: Happened, by: str, rules: Rules, clock: TrackClock) -> Decisions:
    if rules.route.step(case.step).kind is StepKind.publish:
        return _published(case, happened, by, rules, clock)
    noted = _noted(case, happened.what, happened.words, by)
    if happened.link:
        noted = (*noted, SetMarks(values={Mark.link: happened.link}))
    return (*noted, *_consented(case, happened, by, rules, clock)[1:])


def _approved(
    case: Case, happened: Happened, by: str, rules: Rules, clock: TrackClock
) -> Decisions:
    step = rules.route.step(case.step)
    said = Log(kind="regional_approved", data={"by": by, "note": happened.words})
    if step.kind is StepKind.publish:
        # The system knows better than the mail that was not written: it has been put up.
        up = published(case, happened, by, rules, step.on[Outcome.done])
        after = rules.route.step(step.on[Outcome.done])
        if after.kind is not StepKind.regional_approval:
            return up
        return (*up[:-1], said, _agreed(clock), enter(after.on[Outcome.done], rules))
    if step.kind is StepKind.regional_approval:
        return (said, _agreed(clock), enter(step.on[Outcome.done], rules))
    return (said,)


def _agreed(clock: TrackClock) -> SetMarks:
    return SetMarks(values={Mark.regional: clock.now.isoformat()})


def _consented(
    case: Case, happened: Happened, by: str, rules: Rules, _clock: TrackClock
) -> Decisions:
    step = rules.route.step(case.step)
    said = Log(kind="consented", data={"by": by, "note": happened.words})
    if step.kind is StepKind.approve and is_published(case):
        return (said, enter(step.on[Outcome.done], rules, CloseReason.step_over))
    return (said,)


def _returned(
    case: Case, happened: Happened, by: str, rules: Rules, clock: TrackClock
) -> Decisions:
    step = rules.route.step(case.step)
    log = Log(kind="region_returned", data={"text": happened.words, "by": by})
    if Outcome.returned not in step.on or not (is_published(case) or _is_up(step)):
        return (log, *_shown(case, happened, rules))
    due = rework_due(case.term, clock.now, clock.terms, clock.calendar)
    again: tuple[Decision, ...] = ()
    if due != case.term:
        again = (_new_term(case, due, words.after_return(due, year=clock.now.year)),)
    return (log, *again, *_back(case, step.on[Outcome.returned], happened.words, "region"))


def _is_up(step: Step) -> bool:
    return step.kind in {StepKind.publish, StepKind.regional_approval, StepKind.wait_citizen}


def _commented(
    case: Case, happened: Happened, by: str, rules: Rules, clock: TrackClock
) -> Decisions:
    log = Log(
        kind="citizen_comment",
        data={"text": happened.words, "by": by, "sense": happened.sense or ""},
    )
    if happened.sense == "positive":
        return (log, *_satisfied(case, rules))
    step = rules.route.step(case.step)
    if not is_published(case) or Outcome.commented not in step.on:
        return (log, *_shown(case, happened, rules))
    fast = Mark.fast in case.marks
    due = afresh_due(clock.now, clock.terms, clock.calendar, fast=fast)
    return (
        log,
        _new_term(case, due, words.afresh(due, year=clock.now.year)),
        *_back(case, step.on[Outcome.commented], happened.words, "citizen"),
    )


def _rated(case: Case, happened: Happened, by: str, rules: Rules, clock: TrackClock) -> Decisions:
    mark = happened.rating
    log = Log(kind="rated", data={"rating": mark or 0, "text": happened.words, "by": by})
    kept = SetMarks(values={Mark.rating: str(mark) if mark else None})
    if mark is not None and mark >= _GOOD:
        return (log, kept, *_satisfied(case, rules))
    if mark is not None and mark <= _BAD:
        return (log, kept, *_commented(case, happened, by, rules, clock)[1:])
    return (log, kept)


def _satisfied(case: Case, rules: Rules) -> Decisions:
    step = rules.route.step(case.step)
    if step.kind is StepKind.wait_citizen:
        return (enter(step.on[Outcome.done], rules, CloseReason.step_over),)
    return ()


def _closed(case: Case, happened: Happened, by: str, rules: Rules, _clock: TrackClock) -> Decisions:
    log = Log(kind="region_closed", data={"note": happened.words, "by": by})
    if case.state is CaseState.closed:
        return (log,)
    close = rules.route.kind(StepKind.close)
    if close is not None and is_published(case):
        return (log, enter(close.name, rules, CloseReason.step_over))
    return (log, *_shown(case, happened, rules))


def _fast(case: Case, happened: Happened, by: str, rules: Rules, clock: TrackClock) -> Decisions:
    if clock.terms.fast_hours is None or Mark.fast in case.marks:
        return _noted(case, happened.what, happened.words, by)
    marked = SetMarks(values={Mark.fast: clock.now.isoformat()})
    if is_published(case):
        return (*_noted(case, happened.what, happened.words, by), marked)
    due = fast_due(case.term, clock.now, clock.terms, clock.calendar)
    sentence = words.fast_late(due, clock.terms.fast_hours, year=clock.now.year)
    return (marked, *_term_changed(case, due, sentence, happened, by, "fast_track", rules))


def _slow(case: Case, happened: Happened, by: str, rules: Rules, _clock: TrackClock) -> Decisions:
    """The fast track is taken back: the term that was shortened is not, but by another word."""
    noted = _noted(case, happened.what, happened.words, by)
    return (*noted, SetMarks(values={Mark.fast: None}), *_shown(case, happened, rules))


def _urgent(case: Case, happened: Happened, by: str, rules: Rules, clock: TrackClock) -> Decisions:
    """At any hour on the incident track, in working hours elsewhere (decree 5.1, 5.2)."""
    marked = SetMarks(values={Mark.urgent: clock.now.isoformat()})
    if is_published(case):
        return _noted(case, happened.what, happened.words, by)
    begin = clock.now
    if not clock.terms.urgent_any_hour and not is_working(begin, clock.calendar, case.track):
        begin = opening_after(begin, clock.calendar, case.track)
    due = happened.at
    if due is None or due <= clock.now:
        due = begin + timedelta(minutes=clock.terms.urgent_minutes)
    due = min(due, case.term) if case.term > clock.now else due
    sentence = words.urgent(due, year=clock.now.year)
    return (marked, *_term_changed(case, due, sentence, happened, by, "urgent", rules))


def _term(case: Case, happened: Happened, by: str, rules: Rules, clock: TrackClock) -> Decisions:
    """A term that the regional centre sets for one case (decree 5): who, when and why are kept."""
    due = happened.at
    if due is None or due <= clock.now or case.state is CaseState.closed:
        return _noted(case, happened.what, happened.words, by)
    sentence = words.stated(case.track, due, year=clock.now.year)
    changed = _term_changed(case, due, sentence, happened, by, "region", rules)
    if Mark.term_asked not in case.marks:
        return changed
    known = SetMarks(values={Mark.term_asked: None})
    accept = rules.route.kind(StepKind.accept)
    if accept is None or case.step != accept.name or Mark.accepted not in case.marks:
        return (known, *changed)
    return (known, *changed, enter(passed(accept.on[Outcome.done], case, rules), rules))


def _term_changed(
    case: Case,
    due: datetime,
    sentence: str,
    happened: Happened,
    by: str,
    basis: str,
    rules: Rules,
) -> Decisions:
    data = {
        "term": due.isoformat(),
        "was": case.term.isoformat(),
        "basis": basis,
        "by": by,
        "reason": happened.words,
    }
    return (
        Log(kind="term_changed", data=data),
        _new_term(case, due, sentence),
        *_told_of_term(case, happened, by, rules),
    )


def _new_term(case: Case, due: datetime, sentence: str) -> Change:
    return Change(
        values={"term": due, "goal": None, "term_sentence": f"{case.term_sentence} {sentence}"}
    )


def _told_of_term(case: Case, happened: Happened, by: str, rules: Rules) -> Decisions:
    """Whoever is at work, and the responsible, hear of another term; not who has told of it."""
    responsible = rules.office.roles.responsible(case.track)
    people = tuple(
        dict.fromkeys(one for one in (case.actor, responsible) if one is not None and one != by)
    )
    if not people:
        return ()
    context = {"event": happened.what.value, "excerpt": happened.words, "by": by}
    return (Tell(people=people, template="term_changed", context=context),)


def _back(case: Case, step: str, reason: str, by: str) -> Decisions:
    """Back to work: the published answer is no longer the last word."""
    return (
        Log(kind="reopened", data={"why": by}),
        SetMarks(values={Mark.published: None, Mark.regional: None, Mark.rating: None}),
        Enter(
            step=step,
            template="rework",
            context={"reason": reason, "returned_by": by},
            close_as=CloseReason.step_over,
        ),
        *((Change(values={"closed_at": None}),) if case.state is CaseState.closed else ()),
    )


def _noted(_case: Case, what: What, text: str, by: str) -> Decisions:
    return (Log(kind="event", data={"note": words.happened_name(what), "text": text, "by": by}),)


def _shown(case: Case, happened: Happened, rules: Rules) -> Decisions:
    """Nothing moves; who is at work and the responsible read the words."""
    people = (case.actor, rules.office.roles.responsible(case.track))
    context = {
        "event": happened.what.value,
        "event_name": words.happened_name(happened.what),
        "excerpt": happened.words,
    }
    readers = tuple(dict.fromkeys(one for one in people if one is not None))
    return (Tell(people=readers, template="event_told", context=context),)
