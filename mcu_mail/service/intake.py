"""What officials bring in by mail: «Новое: …», and what the press office had sent to them.

It counts like a verdict: only from whom our own server vouches for, or after one tap on a fresh
code at his registered address. Who has no right to open cases is answered, and the dispatcher
decides with one tap. A forward proves nothing about its original: the colleague vouches for it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from mcu_mail.domain.case import Purpose
from mcu_mail.domain.codes import find_codes
from mcu_mail.domain.decisions import Log
from mcu_mail.domain.desk_words import OrderKind, read_order
from mcu_mail.domain.numbering import find_case_numbers
from mcu_mail.domain.route import ROUTES
from mcu_mail.domain.verdicts import MeaningKind, read_meaning
from mcu_mail.domain.whose_turn import may_speak_for, person_at
from mcu_mail.mail.forwarded import is_forward, originals
from mcu_mail.mail.mime import read_mail
from mcu_mail.mail.notices import matching_source, read_notices
from mcu_mail.mail.proof import TrustLevel, prove
from mcu_mail.mail.reply import new_text
from mcu_mail.mail.typed import notices_of_words, typed_messages
from mcu_mail.mail.wording import SEPARATOR
from mcu_mail.service.asking import tell
from mcu_mail.service.carry import Carrier
from mcu_mail.service.case_events import bind, case_of, may_speak_of_case, speaks_of_case, words_of
from mcu_mail.service.opening import Brought, open_case
from mcu_mail.service.other_tracks import tell_of_other_track
from mcu_mail.service.questions import Question, answered_by, close, pose, send
from mcu_mail.store.ledger import MailState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mcu_mail.domain.case import Case
    from mcu_mail.domain.notice import Notice, Source
    from mcu_mail.domain.office import Person
    from mcu_mail.mail.mime import Incoming
    from mcu_mail.service.desk import Desk
    from mcu_mail.store.ledger import StoredMail
    from mcu_mail.store.unit_of_work import UnitOfWork

Sorted = tuple[str, MailState, int | None]
TOLD = frozenset({"other_track", "unbound_event", "new_refused", "new_unproven"})
"""Kinds of mails that stand aside and have been told of in words of their own."""
_YES = frozenset({MeaningKind.confirm, MeaningKind.weak, MeaningKind.approve})
_EXCERPT = 1500
CONFIRM = (("Да, это я", "ДА"),)
DECIDE = (("Открыть дело", "Новое"), ("Не нужно", "Закрыть: "))


def take_in(
    desk: Desk,
    work: UnitOfWork,
    stored: StoredMail,
    mail: Incoming,
    now: datetime,
    arrived: datetime,
) -> Sorted | None:
    """What became of a mail that opens cases or answers a question without one; None: neither."""
    address = mail.sender.address
    person = person_at(address, desk.office) if address else None
    question = answered_by(work, mail)
    if question is not None:
        return _answered(desk, work, mail, question, person, now)
    if person is None:
        return None
    how = _how(desk, work, mail, person)
    if how is None:
        return None
    level = prove(mail, desk.trust)
    if level is TrustLevel.REFUSED:
        return "forged", MailState.aside, None
    if how == "typed" and not _may_open(desk, person.id, now):
        return _refused(
            desk, work, stored, mail, person, how=how, why="no_right", now=now, arrived=arrived
        )
    if level is TrustLevel.PROVEN:
        brought = Brought(person=person.id, how=how)
        taken = open_all(desk, work, stored, mail, how, brought, now, arrived)
        return taken.kind, taken.state, taken.case_id
    if desk.settings.mail.trust.unproven == "refuse":
        return _refused(
            desk, work, stored, mail, person, how=how, why="unproven", now=now, arrived=arrived
        )
    pose(
        desk,
        work,
        kind="confirm",
        person=person.id,
        template="intake_confirm",
        context={"words": _own_words(mail)[:500]},
        choices=CONFIRM,
        mail=stored.id,
        data={"how": how, "person": person.id, "arrived": arrived.isoformat()},
        now=now,
    )
    return "new_unproven", MailState.aside, None


def _how(desk: Desk, work: UnitOfWork, mail: Incoming, person: Person) -> str | None:
    """`typed` or `forwarded`; None when the mail is an answer, or opens nothing."""
    heads = "\n".join([*mail.in_reply_to, *mail.references, *mail.to, mail.subject])
    asked = work.requests.by_codes(find_codes(heads))
    if any(one.purpose is Purpose.draft and one.person == person.id for one in asked):
        # «Новое: …» may open the answer that he was asked for.
        return None
    fresh = not asked and not mail.in_reply_to
    if typed_messages(_own_words(mail), mail.subject if fresh else ""):
        return "typed"
    if not asked and is_forward(mail) and _forwarded(desk, mail):
        return "forwarded"
    return None


def _own_words(mail: Incoming) -> str:
    return new_text(mail, separator=SEPARATOR).text


def _forwarded(desk: Desk, mail: Incoming) -> tuple[tuple[Incoming, Source], ...]:
    """The originals whose stated sender is one of the systems, each with its source."""
    sources = tuple(item.value() for item in desk.settings.sources)
    found = [(one.original, matching_source(one.original, sources)) for one in originals(mail)]
    return tuple((mail, source) for mail, source in found if source is not None)


def _may_open(desk: Desk, person: str, now: datetime) -> bool:
    """Whether a person's «Новое: …» opens a case: by role, or by `roles.intake`."""
    roles = desk.office.roles
    allowed = (roles.dispatcher, roles.centre_head, *roles.coordinator.values(), *roles.intake)
    today = desk.today(now)
    return any(may_speak_for(person, one, desk.office, today) for one in allowed)


def _refused(
    desk: Desk,
    work: UnitOfWork,
    stored: StoredMail,
    mail: Incoming,
    person: Person,
    *,
    how: str,
    why: str,
    now: datetime,
    arrived: datetime,
) -> Sorted:
    """He is told what to do instead; the dispatcher sees his words and opens it by one tap."""
    words = _own_words(mail)[:_EXCERPT]
    tell(
        desk,
        work,
        None,
        person=person.id,
        template="intake_refused",
        key=f"intake:{stored.id}",
        now=now,
        context={"why": why, "words": words},
    )
    if why != "empty":
        ask_what_it_is(
            desk,
            work,
            stored,
            words or mail.text[:_EXCERPT],
            why=why,
            who=person.name,
            how=how,
            person=person.id,
            now=now,
            arrived=arrived,
        )
    return "new_refused", MailState.aside if why != "empty" else MailState.handled, None


def ask_what_it_is(
    desk: Desk,
    work: UnitOfWork,
    stored: StoredMail,
    words: str,
    *,
    why: str,
    who: str,
    how: str,
    person: str,
    now: datetime,
    arrived: datetime,
) -> None:
    """Ask the dispatcher about a mail that fits no case: a new one, a known one, or neither."""
    pose(
        desk,
        work,
        kind="decide",
        person=desk.office.roles.dispatcher,
        template="intake_decide",
        context={"why": why, "who": who, "excerpt": words},
        choices=DECIDE,
        mail=stored.id,
        data={"how": how, "person": person, "arrived": arrived.isoformat()},
        now=now,
    )


# --- opening ------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What became of what was brought, and the cases it belongs to."""

    kind: str
    state: MailState
    cases: tuple[int, ...] = ()

    @property
    def case_id(self) -> int | None:
        """The first of them."""
        return self.cases[0] if self.cases else None


def reading_of(desk: Desk, mail: Incoming) -> str:
    """`notice` or `forwarded`: how a saved mail is to be read; empty: as plain words."""
    sources = tuple(item.value() for item in desk.settings.sources)
    if matching_source(mail, sources) is not None:
        return "notice"
    return "forwarded" if _forwarded(desk, mail) else ""


def open_all(
    desk: Desk,
    work: UnitOfWork,
    stored: StoredMail,
    mail: Incoming,
    how: str,
    brought: Brought,
    now: datetime,
    arrived: datetime,
    *,
    insists: bool = False,
) -> Taken:
    """Open a case for every message of a mail whose sender counts; in the caller's unit.

    Args:
        desk: the office's desk.
        work: the transaction.
        stored: the ledger's row.
        mail: as read.
        how: `typed`, `forwarded` or `notice` (sent by the system itself).
        brought: who has brought it.
        now: the moment.
        arrived: when it came.
        insists: a person has said that it is new: neither an event nor a repeat stops it.

    """
    messages = _messages(desk, mail, how)
    if not messages:
        known = desk.office.people[brought.person]
        kind, state, _ = _refused(
            desk, work, stored, mail, known, how=how, why="empty", now=now, arrived=arrived
        )
        return Taken(kind=kind, state=state)
    return open_each(desk, work, stored, messages, how, brought, now, arrived, insists=insists)


def open_each(
    desk: Desk,
    work: UnitOfWork,
    stored: StoredMail,
    messages: Sequence[tuple[Incoming, Notice]],
    how: str,
    brought: Brought,
    now: datetime,
    arrived: datetime,
    *,
    insists: bool,
) -> Taken:
    """Open a case for each of these messages, or bind it to the one it speaks of."""
    cases: list[int] = []
    other = False
    for ordinal, (original, notice) in enumerate(messages):
        if notice.track not in ROUTES:
            tell_of_other_track(desk, work, stored, notice.track, [notice], now)
            other = True
            continue
        words = words_of(original, notice)
        known = case_of(work, original, notice) if may_speak_of_case(notice) else None
        if not insists and known is not None:
            cause = f"mail{stored.id}.{ordinal}"
            bind(desk, work, known, notice, words, cause=cause, now=now, by=brought.person)
            cases.append(known.id)
            continue
        if not insists and speaks_of_case(notice):
            ask_what_it_is(
                desk,
                work,
                stored,
                words,
                why="event",
                who=desk.office.people[brought.person].name,
                how="notice" if how == "file" else how,
                person=brought.person,
                now=now,
                arrived=arrived,
            )
            return Taken(kind="unbound_event", state=MailState.aside, cases=tuple(cases))
        same = None if insists else _same(work, notice)
        if same is not None:
            _repeated(desk, work, same, brought.person, stored, now)
            cases.append(same.id)
            continue
        fresh = replace(notice, event="new") if speaks_of_case(notice) else notice
        case = open_case(
            desk,
            work,
            stored,
            fresh,
            arrived=arrived,
            now=now,
            ordinal=ordinal,
            brought=brought,
        )
        cases.append(case.id)
    if other and not cases:
        return Taken(kind="other_track", state=MailState.aside)
    return Taken(kind="new_case", state=MailState.handled, cases=tuple(cases))


def _messages(desk: Desk, mail: Incoming, how: str) -> Sequence[tuple[Incoming, Notice]]:
    """(letter, notice) of all that a mail holds and that says something."""
    sources = tuple(item.value() for item in desk.settings.sources)
    if how == "typed":
        typed = typed_messages(_own_words(mail), mail.subject if not mail.in_reply_to else "")
        return [
            (mail, notice)
            for one in typed
            for notice in notices_of_words(one.text, mail, one.track, sources, desk.zone)
        ]
    pairs = _forwarded(desk, mail) if how == "forwarded" else ()
    if how == "notice":
        source = matching_source(mail, sources)
        pairs = ((mail, source),) if source is not None else ()
    return [
        (original, notice)
        for original, source in pairs
        for notice in read_notices(original, source, desk.zone)
        if notice.text.strip() or notice.link or notice.applicant
    ]


def _same(work: UnitOfWork, notice: Notice) -> Case | None:
    """The case of the very same message, word for word; alike is another matter."""
    words = _plain(notice.text)
    for case in work.cases.open():
        known = case.notice
        same_person = known.applicant == notice.applicant and known.address == notice.address
        if words and case.track == notice.track and same_person and _plain(known.text) == words:
            return case
    return None


def _plain(text: str) -> str:
    return re.sub(r"\W+", " ", text.casefold()).strip()


def _repeated(
    desk: Desk, work: UnitOfWork, case: Case, person: str, stored: StoredMail, now: datetime
) -> None:
    """The same message came another way: it is linked, said, and not opened twice."""
    cause = f"mail{stored.id}"
    carrier = Carrier(desk, work, case, now=now, actor=person, cause=cause)
    carrier.carry((Log(kind="repeated", data={"person": person}),))
    dispatcher = desk.office.roles.dispatcher
    for one in dict.fromkeys((desk.standing_in(person, now), desk.standing_in(dispatcher, now))):
        tell(
            desk,
            work,
            case,
            person=one,
            template="repeated",
            key=f"repeated:{stored.id}:{case.id}:{one}",
            now=now,
            context={"who": desk.office.people[person].name},
        )


# --- answers ------------------------------------------------------------------------------------


def _answered(
    desk: Desk,
    work: UnitOfWork,
    mail: Incoming,
    question: Question,
    person: Person | None,
    now: datetime,
) -> Sorted | None:
    """What follows from an answer to a question without a case."""
    today = desk.today(now)
    if person is None or not may_speak_for(person.id, question.person, desk.office, today):
        return None
    if prove(mail, desk.trust) is TrustLevel.REFUSED:
        return "forged", MailState.aside, None
    words = _own_words(mail)
    meaning = read_meaning(words, today)
    about = work.mails.get(question.mail)
    original = read_mail(desk.store.files.get(about.sha256))
    order = read_order(words)
    numbers = find_case_numbers(words)
    named = work.cases.by_number(numbers[0]) if len(numbers) == 1 else None
    done: Sorted | None = None
    if question.kind == "confirm":
        if meaning.kind in _YES:
            done = _open_asked(desk, work, about, original, question, now, insists=False)
    elif order is not None and order.kind is OrderKind.open_new:
        done = _open_asked(desk, work, about, original, question, now, insists=True)
    elif named is not None:
        for _, notice in _messages(desk, original, question.data["how"])[:1]:
            text = words_of(original, notice)
            cause = f"mail{about.id}"
            bind(desk, work, named, notice, text, cause=cause, now=now, by=person.id)
        done = "region_event", MailState.handled, named.id
    elif meaning.kind is MeaningKind.close and meaning.reason.strip():
        done = "filed", MailState.handled, None
    if done is None:
        send(desk, work, question, "question_unclear", {"words": words[:300]}, now)
        return "reply", MailState.handled, None
    close(work, question)
    kind, state, case_id = done
    work.mails.decide(
        about.id,
        state,
        kind=kind,
        case_id=case_id,
        message_id=original.message_id,
        sender=original.sender.address,
    )
    return "reply", MailState.handled, case_id


def _open_asked(
    desk: Desk,
    work: UnitOfWork,
    about: StoredMail,
    original: Incoming,
    question: Question,
    now: datetime,
    *,
    insists: bool,
) -> Sorted:
    """Open what the question was about, in the name of who had brought it."""
    how = question.data["how"]
    taken = open_all(
        desk,
        work,
        about,
        original,
        how,
        Brought(person=question.data["person"], how=how),
        now,
        datetime.fromisoformat(question.data["arrived"]),
        insists=insists,
    )
    return taken.kind, taken.state, taken.case_id
