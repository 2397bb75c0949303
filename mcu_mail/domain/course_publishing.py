"""Replies of those who publish, and the word of the responsible on a case of hers.

Decree 3.6, 3.7: she controls the whole course of a message, so her word about it is taken at any
step on the request that stays open with the case (`STANDING`); an approval of a text is taken on
the request of exactly that text alone.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from mcu_mail.domain.acting import acting_for
from mcu_mail.domain.assigning import assigned, who_answers
from mcu_mail.domain.case import CaseState, CloseReason, Purpose
from mcu_mail.domain.course_parts import closing, not_taken, receipt, told
from mcu_mail.domain.decisions import Change, Enter, Log, SetMarks, Tell
from mcu_mail.domain.happened import accepted, on_happened
from mcu_mail.domain.marks import Mark
from mcu_mail.domain.matter_catalogue import category_set
from mcu_mail.domain.meaning import MeaningKind
from mcu_mail.domain.promises import on_promise_kept
from mcu_mail.domain.publication import is_published, published, taken_down, time_to_mend
from mcu_mail.domain.route import Outcome, StepKind
from mcu_mail.domain.rubrics import stated_rubric
from mcu_mail.domain.term_words import PUT_UP, happened_name
from mcu_mail.domain.told_events import Happened, What
from mcu_mail.domain.track_terms import closing_of

if TYPE_CHECKING:
    from mcu_mail.domain.case import Case, Request
    from mcu_mail.domain.course_parts import Decisions, Reply, Rules, TrackClock
    from mcu_mail.domain.meaning import Meaning


_FARTHEST = timedelta(days=200)


def on_publish(case: Case, request: Request, reply: Reply, rules: Rules) -> Decisions:
    """What follows from the word of the one who was asked to put the answer up."""
    step = rules.route.step(case.step)
    meaning = reply.meaning
    if step.kind is not StepKind.publish or rules.clock is None:
        return not_taken(request, reply, "step_over")
    if meaning.kind is MeaningKind.published:
        return put_up(case, request, reply, rules)
    if meaning.kind is MeaningKind.return_:
        return _sent_back(case, request, reply, rules)
    return not_taken(request, reply, "publish_expected")


def put_up(case: Case, request: Request, reply: Reply, rules: Rules) -> Decisions:
    """«Опубликовано …»: the term is met; an interim answer leaves the full one owed."""
    clock = _clock(rules)
    step = rules.route.kind(StepKind.publish)
    assert step is not None, "only a route that publishes asks for it"
    meaning = reply.meaning
    if rules.outcome_needed and not meaning.name and Mark.outcome not in case.marks:
        return not_taken(request, reply, "outcome_expected")
    up = Happened(
        what=What.submitted,
        link=meaning.reason,
        outcome=meaning.name,
        at=_moment(meaning, clock),
    )
    done = published(case, up, reply.person, rules, step.on[Outcome.done])
    interim = Mark.promised in case.marks
    said = told(request, "published") if interim else _written_down(request, "published")
    return (*done[:-1], said, *_copied(case, reply, rules), done[-1])


def _copied(case: Case, reply: Reply, rules: Rules) -> Decisions:
    """The responsible hears what another has put up, and sees to it that it can be read."""
    responsible = acting_for(
        rules.office.roles.responsible(case.track), rules.today, rules.office.absences
    ).person
    if reply.person == responsible:
        return ()
    context = {
        "event": PUT_UP,
        "event_name": happened_name(PUT_UP),
        "excerpt": reply.meaning.reason,
    }
    return (Tell(people=(responsible,), template="event_told", context=context),)


def _written_down(request: Request, decision: str) -> Tell:
    """The receipt of a decision; it offers «СТОП» where `on_recall` takes it."""
    recalled = request.purpose in {Purpose.approve, Purpose.publish}
    return receipt(request, decision) if recalled else told(request, decision)


def _sent_back(case: Case, request: Request, reply: Reply, rules: Rules) -> Decisions:
    reason = reply.meaning.reason.strip()
    if not reason:
        return not_taken(request, reply, "no_reason")
    log = Log(kind="returned", data={"reason": reason, "version": case.version})
    return (
        log,
        _written_down(request, "return"),
        *(time_to_mend(case, _clock(rules)) if is_published(case) else ()),
        taken_down(),
        *((Change(values={"closed_at": None}),) if case.state is CaseState.closed else ()),
        Enter(
            step=rules.route.step(case.step).on[Outcome.returned],
            template="rework",
            context={"reason": reason, "returned_by": reply.person},
            close_as=CloseReason.decided,
        ),
    )


def on_standing(case: Case, request: Request, reply: Reply, rules: Rules) -> Decisions:
    """What follows from the responsible's word about her case, at whatever step it stands."""
    if rules.clock is None:
        return not_taken(request, reply, "other_track")
    kind = reply.meaning.kind
    if kind is MeaningKind.weak and _is_acceptance(request, reply):
        kind = MeaningKind.accept
    return _HANDLERS.get(kind, _on_happening)(case, request, reply, rules)


def _is_acceptance(request: Request, reply: Reply) -> bool:
    """«Принято» alone: too weak for an approval, and just what an unaccepted message waits for."""
    said = reply.text.strip().casefold()
    return request.purpose is Purpose.accept and said.startswith("принят")


def _on_closing(_case: Case, request: Request, reply: Reply, _rules: Rules) -> Decisions:
    return closing(request, reply) or not_taken(request, reply, "not_understood")


def _on_published(case: Case, request: Request, reply: Reply, rules: Rules) -> Decisions:
    if rules.route.step(case.step).kind is StepKind.publish:
        return put_up(case, request, reply, rules)
    if is_published(case):
        # Told once more, perhaps with the link that was missing: nothing moves.
        link = reply.meaning.reason
        known: Decisions = (SetMarks(values={Mark.link: link}),) if link else ()
        return (*known, told(request, "published"))
    return not_taken(request, reply, "not_yet_approved")


def _on_return(case: Case, request: Request, reply: Reply, rules: Rules) -> Decisions:
    if is_published(case) and Outcome.returned in rules.route.step(case.step).on:
        return _sent_back(case, request, reply, rules)
    return not_taken(request, reply, "return_where_shown")


def _on_happening(case: Case, request: Request, reply: Reply, rules: Rules) -> Decisions:
    """What she tells to have happened in the system."""
    happened = told_of(reply.meaning, _clock(rules))
    if happened is None:
        return not_taken(request, reply, "not_understood")
    lacks = _LACKS.get(happened.what)
    if lacks is not None and (happened.due is None if lacks == "no_term" else not happened.words):
        return not_taken(request, reply, lacks)
    return (
        *on_happened(case, happened, reply.person, rules),
        told(request, f"told_{happened.what.value}"),
    )


_LACKS = {What.urgent: "no_basis", What.returned: "no_reason", What.term: "no_term"}
"""What must be told besides. Decree 5.1 names the grounds of an urgent request: one is kept."""


def _clock(rules: Rules) -> TrackClock:
    assert rules.clock is not None, "a track whose answers are published has a clock"
    return rules.clock


def on_regional(case: Case, request: Request, reply: Reply, rules: Rules) -> Decisions:
    """What follows from the answer what the regional centre has said of a published text."""
    meaning = reply.meaning
    if meaning.kind is MeaningKind.approve:
        meaning = replace(meaning, kind=MeaningKind.regional, name="approved")
    elif meaning.kind is MeaningKind.return_:
        meaning = replace(meaning, kind=MeaningKind.regional, name="returned")
    return on_standing(case, request, replace(reply, meaning=meaning), rules)


def told_of(meaning: Meaning, clock: TrackClock) -> Happened | None:
    """What a person tells to have happened in the system; None for any other word."""
    what: What | None = None
    match meaning.kind:
        case MeaningKind.approve if meaning.name == "consented":
            what = What.consented
        case MeaningKind.regional:
            what = _REGIONAL.get(meaning.name)
        case MeaningKind.citizen:
            return _citizen(meaning)
        case MeaningKind.fast_track:
            what = What.slow_track if meaning.name == "off" else What.fast_track
        case MeaningKind.urgent:
            what = What.urgent
        case MeaningKind.term:
            what = What.term
        case _:
            what = None
    if what is None:
        return None
    due = _moment(meaning, clock) if what in {What.urgent, What.term} else None
    if what is What.term and not _is_ahead(due, clock):
        due = None
    return Happened(what=what, words=meaning.reason, due=due)


_REGIONAL = {
    "approved": What.approved,
    "returned": What.returned,
    "submitted": What.submitted,
    "consented": What.consented,
}


def _is_ahead(at: datetime | None, clock: TrackClock) -> bool:
    """Whether a moment can be a term: a passed day without its year is none of next year."""
    return at is not None and clock.now < at <= clock.now + _FARTHEST


def _citizen(meaning: Meaning) -> Happened:
    if meaning.name.isdigit():
        return Happened(what=What.rated, words=meaning.reason, rating=int(meaning.name))
    sense = meaning.name if meaning.name in {"positive", "negative"} else None
    return Happened(what=What.commented, words=meaning.reason, sense=sense)


def _moment(meaning: Meaning, clock: TrackClock) -> datetime | None:
    """The moment named: an hour alone is one of today, a day alone ends with its work."""
    if meaning.until is None and meaning.at is None:
        return None
    day = meaning.until or clock.now.date()
    at = meaning.at or closing_of(clock.calendar, day, clock.terms.track)
    return datetime.combine(day, at, clock.now.tzinfo)


def _on_accept(case: Case, request: Request, reply: Reply, rules: Rules) -> Decisions:
    clock = _clock(rules)
    if rules.route.kind(StepKind.accept) is None:
        return not_taken(request, reply, "other_track")
    meaning = reply.meaning
    term: Decisions = ()
    at = _moment(meaning, clock) if meaning.until is not None else None
    if _is_ahead(at, clock):
        term = on_happened(case, Happened(what=What.term, due=at), reply.person, rules)
    named = stated_rubric(meaning.name)
    if Mark.accepted in case.marks:
        return (*term, *_accepted_again(case, request, reply, named, is_termed=bool(term)))
    category = named or rules.category
    if rules.category_needed and not category:
        return not_taken(request, reply, "category_expected")
    if term:
        case = replace(case, marks={k: v for k, v in case.marks.items() if k != Mark.term_asked})
    taken = accepted(case, reply.person, rules, clock, category=category)
    if Mark.term_asked in case.marks:
        return (*taken, *not_taken(request, reply, "taken_without_term"))
    return (*term, *taken[:-1], told(request, "accepted"), taken[-1])


def _accepted_again(
    case: Case, request: Request, reply: Reply, category: str, *, is_termed: bool
) -> Decisions:
    """A message is accepted once; said again, another category corrects the one it has."""
    known = case.marks.get(Mark.category, "")
    if Mark.term_asked in case.marks and not is_termed:
        lacks: Decisions = not_taken(request, reply, "no_term")
    else:
        lacks = ()
    if category and category != known:
        return (
            Log(kind="category", data={"category": category, "was": known, "by": reply.person}),
            SetMarks(values={Mark.category: category}),
            told(request, "category", category_set(category, known)),
            *lacks,
        )
    return lacks or (told(request, "accepted" if is_termed else "accepted_known"),)


def _on_first_reply(case: Case, request: Request, reply: Reply, rules: Rules) -> Decisions:
    """The citizen has got the first reply with the date of execution (decree 5.1)."""
    clock = _clock(rules)
    if not rules.route.beside:
        return not_taken(request, reply, "other_track")
    meaning = reply.meaning
    if Mark.first_reply in case.marks:
        return (told(request, "first_reply_known"),)
    at = _moment(replace(meaning, until=None), clock) if meaning.name == "done" else None
    at = clock.now if at is None or at > clock.now else at
    is_done = meaning.name == "done"
    day = meaning.promised if is_done else meaning.until
    data = {
        "at": at.isoformat(),
        "text": "" if is_done else meaning.reason,
        "until": day.isoformat() if day else "",
        "by": reply.person,
    }
    return (
        Log(kind="first_reply", data=data),
        SetMarks(values={Mark.first_reply: at.isoformat()}),
        told(request, "first_reply"),
    )


def _on_order(case: Case, request: Request, reply: Reply, rules: Rules) -> Decisions:
    """«Назначить: Трассов», «Передать: дороги»: she appoints who answers (decree 3.6)."""
    if is_published(case):
        return not_taken(request, reply, "step_over")
    meaning = reply.meaning
    found = who_answers(meaning.name or meaning.reason, case, rules.office)
    if isinstance(found, str):
        return not_taken(request, reply, found)
    department, person = found
    reason = CloseReason.reassigned
    done = assigned(case, department, rules, reply.person, reason, person=person)
    return (*done[:2], told(request, "assigned"), *done[2:])


_HANDLERS = {
    MeaningKind.close: _on_closing,
    MeaningKind.duplicate: _on_closing,
    MeaningKind.accept: _on_accept,
    MeaningKind.first_reply: _on_first_reply,
    MeaningKind.route: _on_order,
    MeaningKind.not_ours: _on_order,
    MeaningKind.executor: _on_order,
    MeaningKind.published: _on_published,
    MeaningKind.return_: _on_return,
    MeaningKind.promise_kept: on_promise_kept,
}
