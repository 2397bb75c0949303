"""What a system writes about a message that it has sent before: bound to its case, or asked about.

It never opens a case silently and never moves one by itself: a return and a comment reach the
dispatcher with buttons, an urgent wish the whole route, everything else is filed and told.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mcu_mail.domain.case import CaseState, Purpose
from mcu_mail.domain.concerns import concerns_in
from mcu_mail.domain.decisions import Ask, Change, Enter, Log, SetState, Tell
from mcu_mail.domain.happened import on_happened
from mcu_mail.domain.intake_catalogue import event_name, term_renamed
from mcu_mail.domain.numbering import find_case_numbers, names_a_message
from mcu_mail.domain.restriction import is_grave, may_read, restrict, warned
from mcu_mail.domain.route import Form
from mcu_mail.domain.routes import ROUTES
from mcu_mail.domain.told_events import Happened, What
from mcu_mail.service.carry import Carrier
from mcu_mail.service.opening import told_urgent

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from mcu_mail.domain.case import Case
    from mcu_mail.domain.decisions import Decision
    from mcu_mail.domain.notice import Notice
    from mcu_mail.mail.mime import Incoming
    from mcu_mail.service.desk import Desk
    from mcu_mail.store.unit_of_work import UnitOfWork

_OPENING = frozenset({"new", "appeal_59fz"})
"""Events that bring a message of their own; any other speaks of an earlier one."""
_MAY_OPEN = frozenset({"urgent", "fast_track"})
"""Events that a whole new message may bear as well."""
_OF_A_CARD = frozenset({"accepted", "assigned", "reminder"})
"""States before an answer; a card of them with the citizen's own words brings the message itself.

One whose term is over may have been answered by hand: a person is asked.
"""
_NAMES_TERM = frozenset({"urgent", "term_changed", "extended", "fast_track"})
WORDS = 1500
"""Characters of an event's words that are kept and shown."""


def as_event(notice: Notice) -> Notice:
    """A message with a number that comes as urgent may be the wish about one that came before."""
    urgent = notice.event == "new" and notice.urgent and notice.external_id is not None
    return replace(notice, event="urgent") if urgent else notice


def speaks_of_case(notice: Notice) -> bool:
    """Whether the notice is about a message that was sent before, and nothing new by itself."""
    named = notice.applicant or notice.nickname
    card = notice.event in _OF_A_CARD and notice.rules.get("text", "").startswith("label:")
    whole = (card or notice.event in _MAY_OPEN) and bool(notice.text and named)
    return notice.event not in _OPENING and not whole


def may_speak_of_case(notice: Notice) -> bool:
    """Whether it is looked up among the cases: always, but for what is plainly new."""
    return notice.event not in _OPENING


def tells_of_number(notice: Notice) -> bool:
    """Whether it says something of a message by its number alone."""
    return notice.event not in _OPENING and names_a_message(notice.external_id)


def noted_case(work: UnitOfWork, notice: Notice) -> Case | None:
    """The case of a number of which a system writes once more without bringing a citizen.

    What it says is not understood then; it is told to those whose case it is and opens no second.
    """
    citizen = notice.applicant or notice.nickname or notice.address or notice.phone
    if citizen or notice.event != "new":
        return None
    meant = _meant(_numbered(work, notice), notice)
    return meant[0] if len(meant) == 1 else None


def numbered_case(work: UnitOfWork, notice: Notice) -> Case | None:
    """The open case of the very message that comes once more; None: it is new.

    Only systems whose answers are published number their messages for good.
    """
    if notice.event != "new":
        return None
    known = [
        case
        for case in _numbered(work, notice)
        if case.state is not CaseState.closed and _may_be(case, notice)
    ]
    return known[0] if len(known) == 1 else None


def is_known(work: UnitOfWork, notice: Notice) -> bool:
    """Whether the number of a notice had a case, be it one of several."""
    number = notice.external_id
    return number is not None and bool(work.cases.with_external_id(notice.track, number))


def _numbered(work: UnitOfWork, notice: Notice) -> tuple[Case, ...]:
    number, route = notice.external_id, ROUTES.get(notice.track)
    if number is None or not names_a_message(number) or route is None or route.form is Form.letter:
        return ()
    return work.cases.with_external_id(notice.track, number)


@dataclass(frozen=True, kw_only=True)
class Message:
    """One message of what was brought: the letter it stands in, and its own words.

    `alone`: the letter holds no other, so that its subject and its thread speak of this one.
    """

    letter: Incoming
    notice: Notice
    words: str
    alone: bool = True


def case_of(work: UnitOfWork, message: Message) -> Case | None:
    """The one case that number, link, thread and words name together; None: none or several.

    A number may have had several cases: the open one is meant, else the newest, unless the thread
    or the applicant names another of them.
    """
    notice = message.notice
    numbered: tuple[Case, ...] = ()
    if notice.external_id and names_a_message(notice.external_id):
        numbered = work.cases.with_external_id(notice.track, notice.external_id)
    told = _told_of(work, message)
    if any(case.id in told for case in numbered):
        found = told
    elif numbered:
        found = {case.id: case for case in _meant(numbered, notice)} | told
    else:
        linked = work.cases.with_link(notice.track, notice.link) if notice.link else ()
        found = {case.id: case for case in linked if _may_be(case, notice)} | told
    return next(iter(found.values())) if len(found) == 1 else None


def _told_of(work: UnitOfWork, message: Message) -> dict[int, Case]:
    """The cases that the thread and the words of a message name."""
    mail, ids, said = message.letter, set[int | None](), message.words
    if message.alone:
        thread = [*mail.in_reply_to, *mail.references]
        ids = {item.case_id for item in work.queue.by_message_ids(thread)} if thread else set()
        for one in thread[-20:]:
            ids |= {item.case_id for item in work.mails.with_message_id(one, 0)}
        said = f"{mail.subject}\n{mail.text[:20_000]}\n{said}"
    numbers = find_case_numbers(said)
    named = [case for number in numbers if (case := work.cases.by_number(number)) is not None]
    threaded = [work.cases.get(one) for one in ids if one is not None]
    return {case.id: case for case in (*named, *threaded)}


def _meant(numbered: tuple[Case, ...], notice: Notice) -> tuple[Case, ...]:
    """Which of the cases of one number, oldest first, a notice is about."""
    if len(numbered) <= 1:
        return numbered
    # A comment may be another citizen's than the message: then his name tells nothing.
    fit = tuple(case for case in numbered if _may_be(case, notice)) or numbered
    return tuple(case for case in fit if case.state is not CaseState.closed) or fit[-1:]


def _may_be(case: Case, notice: Notice) -> bool:
    """Whether nothing else in the notice speaks against the case: many comment on one post."""
    known = case.notice
    pairs = ((known.applicant, notice.applicant), (known.external_id, notice.external_id))
    return all(one == other for one, other in pairs if one and other)


def bind(
    desk: Desk,
    work: UnitOfWork,
    case: Case,
    notice: Notice,
    words: str,
    *,
    cause: str,
    now: datetime,
    by: str = "region",
) -> None:
    """Write the event to its case and tell or ask who must know; all in the caller's unit."""
    carrier = Carrier(desk, work, case, now=now, actor=by, cause=cause)
    flags = (*notice.flags, *(concern.flag for concern in concerns_in(words)))
    if is_grave(flags):
        carrier.carry((
            Log(kind="event", data={"note": event_name(notice.event)}),
            *restrict(case, desk.rules(case, now), flags),
            Change(values={"closed_at": None}),
        ))
        return
    carrier.carry(warned(flags, desk.office.roles))
    happened = happened_of(notice, words)
    if happened is not None and ROUTES[case.track].form is Form.text:
        carrier.carry(on_happened(case, happened, by, desk.rules(case, now)))
        return
    if notice.event == "returned":
        carrier.carry(_returned(desk, case, words, cause, now))
    elif notice.event == "citizen_comment":
        carrier.carry(_commented(desk, case, words, cause, now))
    elif notice.event == "urgent":
        carrier.carry(_urgent(desk, case, notice, words, now))
    else:
        carrier.carry(_told(desk, case, notice.event, words, now))
    if notice.event in _NAMES_TERM:
        carrier.carry(_other_term(desk, case, notice, cause))


_WHAT = {
    "accepted": What.accepted,
    "submitted": What.submitted,
    "live": What.live,
    "approved": What.approved,
    "awaiting_rating": What.awaiting,
    "consented": What.consented,
    "returned": What.returned,
    "citizen_comment": What.commented,
    "rated": What.rated,
    "closed": What.closed,
    "fast_track": What.fast_track,
    "urgent": What.urgent,
    "term_changed": What.term,
    "extended": What.term,
}


def happened_of(notice: Notice, words: str) -> Happened | None:
    """What a notice says to have happened; None for what is only told."""
    what = _WHAT.get(notice.event)
    if notice.event == "moderator_comment" and notice.satisfaction == "negative":
        # Decree 5.2: a negative comment of the moderator begins the work anew like the user's.
        what = What.commented
    if what is None:
        return None
    return Happened(
        what=what,
        words=notice.text or notice.basis or words,
        due=notice.due,
        rating=notice.rating,
        sense=notice.satisfaction,
        link=notice.link or "",
        outcome=notice.outcome,
    )


def _returned(
    desk: Desk, case: Case, words: str, cause: str, now: datetime
) -> tuple[Decision, ...]:
    decisions: list[Decision] = [Log(kind="region_returned", data={"text": words})]
    if case.state is CaseState.closed:
        decisions += [
            Log(kind="reopened", data={"why": "returned"}),
            Enter(step="send", template=""),
            Change(values={"closed_at": None}),
            SetState(state=CaseState.aside),
        ]
    decisions.append(_asked(desk, "returned", words, cause))
    if case.state is CaseState.open:
        decisions += _shown(desk, case, "returned", words, [case.actor], now)
    return tuple(decisions)


def _commented(
    desk: Desk, case: Case, words: str, cause: str, now: datetime
) -> tuple[Decision, ...]:
    dispatcher = desk.office.roles.dispatcher
    drafter = case.executor or case.author or case.actor
    decisions: list[Decision] = [Log(kind="citizen_comment", data={"text": words})]
    told = [drafter]
    if case.state is CaseState.closed or case.step == "send":
        decisions.append(_asked(desk, "citizen_comment", words, cause))
    else:
        told.append(dispatcher)
    decisions += _shown(desk, case, "citizen_comment", words, told, now)
    return tuple(decisions)


def _urgent(
    desk: Desk, case: Case, notice: Notice, words: str, now: datetime
) -> tuple[Decision, ...]:
    """The whole route hears of it, once an hour however often it is written (A38)."""
    stated = desk.local(notice.due) if notice.due else None
    tell = told_urgent(case, desk, words)
    return (
        Log(kind="urgent", data={"until": stated.isoformat() if stated else "", "text": words}),
        Tell(
            people=tell.people,
            template=tell.template,
            context={**tell.context, "stated": stated},
            once=f"urgent:{desk.local(now):%Y-%m-%d %H}",
        ),
    )


def _other_term(desk: Desk, case: Case, notice: Notice, cause: str) -> tuple[Decision, ...]:
    """A term that the region names later on counts by the dispatcher's word alone."""
    stated = desk.local(notice.due) if notice.due else None
    if stated is None or stated == case.term or case.state is CaseState.closed:
        return ()
    return (
        Ask(
            purpose=Purpose.urgent,
            person=desk.office.roles.dispatcher,
            template="urgent_term",
            context={
                "stated_text": f"{stated:%H:%M %d.%m.%Y}",
                "earlier": stated < case.term,
            },
            data={
                "key": f"urgent:{cause}",
                "term": stated.isoformat(),
                "sentence": term_renamed(stated),
            },
        ),
    )


def _told(desk: Desk, case: Case, event: str, words: str, now: datetime) -> tuple[Decision, ...]:
    told = [desk.office.roles.dispatcher, case.actor]
    return (
        Log(kind="event", data={"note": event_name(event), "text": words}),
        *_shown(desk, case, event, words, told, now),
    )


def _asked(desk: Desk, event: str, words: str, cause: str) -> Ask:
    """The dispatcher decides, the words before him."""
    return Ask(
        purpose=Purpose.event,
        person=desk.office.roles.dispatcher,
        template="event",
        context={"event": event, "event_name": event_name(event), "excerpt": words},
        data={"key": f"event:{cause}", "words": words[:300]},
    )


def _shown(
    desk: Desk, case: Case, event: str, words: str, people: Iterable[str | None], now: datetime
) -> list[Decision]:
    """The same words for information; of a restricted case only for those who may read it."""
    on = desk.today(now)
    readers = tuple(
        dict.fromkeys(one for one in people if one and may_read(case, one, desk.office, on))
    )
    if not readers:
        return []
    context = {"event": event, "event_name": event_name(event), "excerpt": words}
    return [Tell(people=readers, template="event_told", context=context)]
