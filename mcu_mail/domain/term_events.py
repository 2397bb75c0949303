"""The term of one case is changed: the fast track, an urgent request, a day that is named.

Decree 5: who has changed it, when and why are kept.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from mcu_mail.domain import term_words as words
from mcu_mail.domain.case import CaseState
from mcu_mail.domain.decisions import Log, SetMarks, Tell
from mcu_mail.domain.marks import Mark
from mcu_mail.domain.publication import enter, is_published, new_term, passed
from mcu_mail.domain.route import Outcome, StepKind
from mcu_mail.domain.told_events import named_term, noted, shown
from mcu_mail.domain.track_terms import fast_due, is_working, opening_after

if TYPE_CHECKING:
    from datetime import datetime

    from mcu_mail.domain.case import Case
    from mcu_mail.domain.course_parts import Decisions, Rules, TrackClock
    from mcu_mail.domain.told_events import Happened


def on_fast_track(
    case: Case, happened: Happened, by: str, rules: Rules, clock: TrackClock
) -> Decisions:
    """The term becomes the fast track's, counted from the mark, if that is sooner (decree 5.1)."""
    if clock.terms.fast_hours is None or Mark.fast in case.marks:
        return noted(happened.what, happened.words, by)
    marked = SetMarks(values={Mark.fast: clock.now.isoformat()})
    if is_published(case):
        return (*noted(happened.what, happened.words, by), marked)
    due = fast_due(case.term, clock.now, clock.terms, clock.calendar)
    due = min(due, named_term(case, happened, clock) or due)
    sentence = words.fast_late(due, clock.terms.fast_hours, year=clock.now.year)
    return (marked, *_term_changed(case, due, sentence, happened, by, "fast_track", rules))


def on_slow_track(
    case: Case, happened: Happened, by: str, rules: Rules, _clock: TrackClock
) -> Decisions:
    """The fast track is taken back: the term that was shortened is not, but by another word."""
    written = noted(happened.what, happened.words, by)
    return (*written, SetMarks(values={Mark.fast: None}), *shown(case, happened, rules))


def on_urgent(
    case: Case, happened: Happened, by: str, rules: Rules, clock: TrackClock
) -> Decisions:
    """At any hour on the incident track, in working hours elsewhere (decree 5.1, 5.2)."""
    marked = SetMarks(values={Mark.urgent: clock.now.isoformat()})
    if is_published(case):
        return noted(happened.what, happened.words, by)
    begin = clock.now
    if not clock.terms.urgent_any_hour and not is_working(begin, clock.calendar, case.track):
        begin = opening_after(begin, clock.calendar, case.track)
    due = happened.due
    if due is None or due <= clock.now:
        due = begin + timedelta(minutes=clock.terms.urgent_minutes)
    due = min(due, case.term) if case.term > clock.now else due
    sentence = words.urgent(due, year=clock.now.year)
    return (marked, *_term_changed(case, due, sentence, happened, by, "urgent", rules))


def on_term(case: Case, happened: Happened, by: str, rules: Rules, clock: TrackClock) -> Decisions:
    """A term that the regional centre sets for one case (decree 5): who, when and why are kept."""
    due = happened.due
    if case.state is CaseState.closed:
        return noted(happened.what, happened.words, by)
    if due is None or due <= clock.now:
        # Another term was named, and nobody but a person can read which.
        return (*noted(happened.what, happened.words, by), *shown(case, happened, rules))
    sentence = words.stated(case.track, due, year=clock.now.year)
    if Mark.term_asked in case.marks:
        # What was said of the term that nobody knew is over.
        case = replace(case, term_sentence="")
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
        new_term(case, due, sentence),
        *_told_of_term(case, happened, by, rules),
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
