"""What has happened outside, on a track whose answers are published (decree 5.1–5.3).

A notice of the system and the word of the responsible who saw it there are one thing: both come
here as `Happened` and give the same decisions. A notice moves the case by itself; nobody has to
confirm what the system says.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mcu_mail.domain import term_words as words
from mcu_mail.domain.case import CaseState, CloseReason
from mcu_mail.domain.decisions import Change, Decision, Enter, Log, SetMarks
from mcu_mail.domain.marks import Mark
from mcu_mail.domain.publication import (
    enter,
    is_published,
    new_term,
    passed,
    published,
    taken_down,
    time_to_mend,
)
from mcu_mail.domain.route import Outcome, Step, StepKind
from mcu_mail.domain.term_events import on_fast_track, on_slow_track, on_term, on_urgent
from mcu_mail.domain.told_events import Happened, What, named_term, noted, shown
from mcu_mail.domain.track_terms import afresh_due

if TYPE_CHECKING:
    from mcu_mail.domain.case import Case
    from mcu_mail.domain.course_parts import Decisions, Rules, TrackClock

_GOOD, _BAD = 4, 2
"""Marks from `_GOOD` on are a satisfied citizen's, marks up to `_BAD` a dissatisfied one's."""


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
        What.fast_track: on_fast_track,
        What.slow_track: on_slow_track,
        What.urgent: on_urgent,
        What.term: on_term,
    }
    if Mark.appeal in case.marks or case.restricted is not None:
        # A person has taken it off its way: nothing that a system tells sets it going again.
        return (*noted(happened.what, happened.words, by), *shown(case, happened, rules))
    named: Decisions = ()
    if Mark.term_asked in case.marks and happened.what not in {What.term, What.urgent}:
        case, named = _with_term(case, happened, by, rules, rules.clock)
    return (*named, *handlers[happened.what](case, happened, by, rules, rules.clock))


def _with_term(
    case: Case, happened: Happened, by: str, rules: Rules, clock: TrackClock
) -> tuple[Case, Decisions]:
    """A term that nobody has named is named by whatever tells it; the case that knows it."""
    if happened.due is None or happened.due <= clock.now:
        return case, ()
    said = on_term(case, replace(happened, what=What.term), by, rules, clock)
    marks = {name: value for name, value in case.marks.items() if name != Mark.term_asked}
    return replace(case, marks=marks, term=happened.due), said


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
        return noted(What.accepted, "", by)
    category = rules.category
    return accepted(case, by, rules, clock, category=category)


def _published(
    case: Case, happened: Happened, by: str, rules: Rules, _clock: TrackClock
) -> Decisions:
    step = rules.route.step(case.step)
    if step.kind is StepKind.publish:
        return published(case, happened, by, rules, step.on[Outcome.done])
    written = noted(happened.what, happened.words, by)
    return written if is_published(case) else (*written, *shown(case, happened, rules))


def _live(case: Case, happened: Happened, by: str, rules: Rules, clock: TrackClock) -> Decisions:
    step = rules.route.step(case.step)
    if step.kind is StepKind.publish:
        return _published(case, happened, by, rules, clock)
    written = noted(happened.what, happened.words, by)
    if happened.link:
        written = (*written, SetMarks(values={Mark.link: happened.link}))
    if not is_published(case):
        return (*written, *shown(case, happened, rules))
    consent = _consent(rules)
    if consent is None or step.kind not in {StepKind.regional_approval, StepKind.approve}:
        return written
    # Decree 5.2: it is placed where everybody reads it once both have agreed.
    if step.kind is StepKind.regional_approval:
        agreed = Log(kind="regional_approved", data={"by": by, "note": happened.words})
        written = (*written, agreed, _agreed(clock))
    said = Log(kind="consented", data={"by": by, "note": happened.words})
    return (*written, said, enter(consent.on[Outcome.done], rules, CloseReason.step_over))


def _consent(rules: Rules) -> Step | None:
    """The step in which somebody consents to what the regional centre has agreed to."""
    regional = rules.route.kind(StepKind.regional_approval)
    if regional is None:
        return None
    then = rules.route.step(regional.on[Outcome.done])
    return then if then.kind is StepKind.approve else None


def _agreed_to(case: Case, step: Step, rules: Rules) -> Enter:
    """The regional centre has agreed: who has consented before is not asked to."""
    consent = _consent(rules)
    if consent is not None and Mark.consented in case.marks:
        step = consent
    return enter(step.on[Outcome.done], rules)


def _approved(
    case: Case, happened: Happened, by: str, rules: Rules, clock: TrackClock
) -> Decisions:
    step = rules.route.step(case.step)
    said = Log(kind="regional_approved", data={"by": by, "note": happened.words})
    if step.kind is StepKind.publish:
        # The system knows better than the mail that was not written: it has been put up.
        up = published(case, happened, by, rules, step.on[Outcome.done])
        if Mark.promised in case.marks:
            # An interim answer was agreed to; the full one is still to come.
            return (*up[:-1], said, up[-1])
        after = rules.route.step(step.on[Outcome.done])
        if after.kind is not StepKind.regional_approval:
            return up
        return (*up[:-1], said, _agreed(clock), _agreed_to(case, after, rules))
    if step.kind is StepKind.regional_approval:
        return (said, _agreed(clock), _agreed_to(case, step, rules))
    return (said,) if is_published(case) else (said, *shown(case, happened, rules))


def _agreed(clock: TrackClock) -> SetMarks:
    return SetMarks(values={Mark.regional: clock.now.isoformat()})


def _consented(
    case: Case, happened: Happened, by: str, rules: Rules, clock: TrackClock
) -> Decisions:
    step = rules.route.step(case.step)
    said = Log(kind="consented", data={"by": by, "note": happened.words})
    if not is_published(case):
        return (said,)
    if step.kind is StepKind.approve:
        return (said, enter(step.on[Outcome.done], rules, CloseReason.step_over))
    if step.kind is StepKind.regional_approval and _consent(rules) is not None:
        return (said, SetMarks(values={Mark.consented: clock.now.isoformat()}))
    return (said,)


def _returned(
    case: Case, happened: Happened, by: str, rules: Rules, clock: TrackClock
) -> Decisions:
    step = rules.route.step(case.step)
    log = Log(kind="region_returned", data={"text": happened.words, "by": by})
    if Outcome.returned not in step.on or not (is_published(case) or _is_up(step)):
        return (log, *shown(case, happened, rules))
    again = time_to_mend(case, clock, named_term(case, happened, clock))
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
        return (log, *shown(case, happened, rules))
    fast = Mark.fast in case.marks
    due = named_term(case, happened, clock) or afresh_due(
        clock.now, clock.terms, clock.calendar, fast=fast
    )
    return (
        log,
        new_term(case, due, words.afresh(due, year=clock.now.year)),
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
    return (log, *shown(case, happened, rules))


def _back(case: Case, step: str, reason: str, by: str) -> Decisions:
    """Back to work: the published answer is no longer the last word."""
    return (
        Log(kind="reopened", data={"why": by}),
        taken_down(),
        Enter(
            step=step,
            template="rework",
            context={"reason": reason, "returned_by": by},
            close_as=CloseReason.step_over,
        ),
        *((Change(values={"closed_at": None}),) if case.state is CaseState.closed else ()),
    )
