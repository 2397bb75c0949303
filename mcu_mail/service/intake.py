"""What officials bring in by mail: «Новое: …», and what the press office had sent to them.

It counts like a verdict: only from whom our own server vouches for, or after one tap on a fresh
code at his registered address. Who has no right to open cases is answered, and the dispatcher
decides with one tap. A forward proves nothing about its original: the colleague vouches for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcu_mail.domain.case import Purpose
from mcu_mail.domain.codes import find_codes
from mcu_mail.domain.desk_words import OrderKind, read_order
from mcu_mail.domain.numbering import find_case_numbers
from mcu_mail.domain.track_names import track_named
from mcu_mail.domain.verdicts import MeaningKind, read_meaning
from mcu_mail.domain.whose_turn import may_speak_for, person_at
from mcu_mail.mail.forwarded import is_forward
from mcu_mail.mail.kind import MailKind
from mcu_mail.mail.proof import TrustLevel, prove
from mcu_mail.mail.typed import typed_messages
from mcu_mail.service.aside import settle
from mcu_mail.service.asked_mails import bind_asked, file_asked, is_over, open_asked
from mcu_mail.service.asking import tell
from mcu_mail.service.bringing import open_all
from mcu_mail.service.carriers import MOST_READ
from mcu_mail.service.floods import is_flooded
from mcu_mail.service.messages import messages
from mcu_mail.service.opening import Brought
from mcu_mail.service.question_answers import CONFIRM, YES, Answer, weigh
from mcu_mail.service.questions import answered_by, close, pose, send
from mcu_mail.service.what_it_is import ask_what_it_is
from mcu_mail.service.which_track import TRACK, names_of_tracks
from mcu_mail.store.ledger import MailState

if TYPE_CHECKING:
    from datetime import datetime

    from mcu_mail.domain.office import Person
    from mcu_mail.mail.mime import Incoming
    from mcu_mail.mail.reading import Reading
    from mcu_mail.service.desk import Desk
    from mcu_mail.store.ledger import StoredMail
    from mcu_mail.store.unit_of_work import UnitOfWork

Sorted = tuple[str, MailState, int | None]
TOLD = frozenset({"other_track", "unbound_event", "new_refused", "new_unproven"})
"""Kinds of mails that stand aside and are told of in words of their own, or in a digest."""
_EXCERPT = 1500


def take_in(
    desk: Desk,
    work: UnitOfWork,
    stored: StoredMail,
    reading: Reading,
    now: datetime,
    *,
    arrived: datetime,
) -> Sorted | None:
    """What became of a mail that opens cases or answers a question without one; None: neither."""
    address = reading.mail.sender.address
    person = person_at(address, desk.office) if address else None
    question = answered_by(work, reading.mail)
    if question is not None:
        answer = weigh(desk, work, stored, reading, question, person, now)
        if not isinstance(answer, Answer):
            return answer
        return _answered(desk, work, reading, answer, person, now)
    if person is None:
        return None
    how = _how(work, reading, person)
    if how is None:
        return None
    return _weighed(desk, work, stored, reading, person, how=how, now=now, arrived=arrived)


def may_bring(reading: Reading) -> bool:
    """Whether a person may have brought something: a reply, or a forward without a word."""
    mail, kind = reading.mail, reading.kind
    return kind is MailKind.REPLY or (
        kind is MailKind.OTHER and is_forward(mail) and not is_by_machine(mail)
    )


def is_by_machine(mail: Incoming) -> bool:
    """Whether a list or a program has sent it."""
    automatic = (mail.header("auto-submitted") or "no").lower() != "no"
    return automatic or bool(mail.header("list-id"))


def _weighed(
    desk: Desk,
    work: UnitOfWork,
    stored: StoredMail,
    reading: Reading,
    person: Person,
    *,
    how: str,
    now: datetime,
    arrived: datetime,
) -> Sorted:
    """Whether what a person brings counts: by his right, and by our server's word."""
    level = prove(reading.mail, desk.trust)
    if level is TrustLevel.REFUSED:
        return "forged", MailState.aside, None
    # What a colleague has retold is his word; an attached original is at least the whole letter.
    retold = how == "typed" or not all(one.attached for one in reading.passed_on)
    if retold and not _may_open(desk, person.id, now):
        return _refused(
            desk, work, stored, reading, person, how=how, why="no_right", now=now, arrived=arrived
        )
    if level is TrustLevel.PROVEN:
        brought = Brought(person=person.id, how=how)
        taken = open_all(desk, work, stored, reading, how, brought, now, arrived=arrived)
        if taken.kind == "empty":
            return _refused(
                desk, work, stored, reading, person, how=how, why="empty", now=now, arrived=arrived
            )
        return taken.kind, taken.state, taken.case_id
    if desk.settings.mail.trust.unproven == "refuse":
        return _refused(
            desk, work, stored, reading, person, how=how, why="unproven", now=now, arrived=arrived
        )
    if is_flooded(desk, work, None, person.id, now):
        # The dispatcher hears of it in the digest of the hour.
        return "new_unproven", MailState.aside, None
    pose(
        desk,
        work,
        kind="confirm",
        person=person.id,
        template="intake_confirm",
        context={"words": reading.new.text[:500]},
        choices=CONFIRM,
        mail=stored.id,
        data={"how": how, "person": person.id, "arrived": arrived.isoformat()},
        now=now,
    )
    return "new_unproven", MailState.aside, None


def _how(work: UnitOfWork, reading: Reading, person: Person) -> str | None:
    """`typed` or `forwarded`; None when the mail is an answer, or opens nothing."""
    mail = reading.mail
    heads = "\n".join([*mail.in_reply_to, *mail.references, *mail.to, mail.subject])
    codes = find_codes(heads, MOST_READ)
    asked = work.requests.by_codes(codes)
    if work.asides.by_codes(codes):
        # «Новое: …» answers a question about a mail that was set aside.
        return None
    if any(one.purpose is Purpose.draft and one.person == person.id for one in asked):
        # «Новое: …» may open the answer that he was asked for.
        return None
    if reading.typed and (not asked or typed_messages(reading.new.text)):
        return "typed"
    if not asked and reading.passed_on:
        return "forwarded"
    return None


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
    reading: Reading,
    person: Person,
    *,
    how: str,
    why: str,
    now: datetime,
    arrived: datetime,
) -> Sorted:
    """He is told what to do instead; the dispatcher sees his words and opens it by one tap."""
    proven = prove(reading.mail, desk.trust) is TrustLevel.PROVEN
    if not proven and is_flooded(desk, work, None, person.id, now):
        return "new_refused", MailState.aside, None
    words = reading.new.text[:_EXCERPT]
    brought = "\n\n".join(one.words for one in messages(reading, how)) if how != "typed" else ""
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
            brought[:_EXCERPT] or words or reading.mail.text[:_EXCERPT],
            why=why,
            who=person.name,
            how=how,
            person=person.id,
            now=now,
            arrived=arrived,
        )
    return "new_refused", MailState.aside if why != "empty" else MailState.handled, None


# --- answers ------------------------------------------------------------------------------------


def _answered(
    desk: Desk,
    work: UnitOfWork,
    reading: Reading,
    answer: Answer,
    person: Person | None,
    now: datetime,
) -> Sorted | None:
    """What follows from an answer that counts to a question without a case."""
    question = answer.question
    today = desk.today(now)
    if person is None or not may_speak_for(person.id, question.person, desk.office, today):
        return None
    if prove(reading.mail, desk.trust) is TrustLevel.REFUSED:
        return "forged", MailState.aside, None
    words = answer.words
    meaning = read_meaning(words, today)
    about = work.mails.get(question.mail)
    original = answer.original
    order = read_order(words)
    numbers = find_case_numbers(words)
    named = work.cases.by_number(numbers[0]) if len(numbers) == 1 else None
    if is_over(work, question):
        close(work, question)
        key = f"question_over:{question.code}"
        tell(
            desk,
            work,
            None,
            person=person.id,
            template="question_over",
            key=key,
            now=now,
            context={},
        )
        return "reply", MailState.handled, None
    done: Sorted | None = None
    if question.kind == "confirm":
        if meaning.kind in YES:
            done = open_asked(desk, work, about, original, question, now, insists=False)
    elif question.kind == TRACK and (track := track_named(words, names_of_tracks(desk))):
        done = open_asked(desk, work, about, original, question, now, insists=False, track=track)
    elif question.kind != TRACK and order is not None and order.kind is OrderKind.open_new:
        done = open_asked(desk, work, about, original, question, now, insists=True)
    elif named is not None:
        done = bind_asked(desk, work, about, original, question, named, now, by=person.id)
    elif meaning.kind is MeaningKind.close and meaning.reason.strip():
        done = file_asked(work, about, question)
    if done is None or done[0] == "empty":
        why = "" if done is None else "empty"
        send(desk, work, question, "question_unclear", {"words": words[:300], "why": why}, now)
        return "reply", MailState.handled, None
    close(work, question)
    kind, state, case_id = done
    if state is not MailState.aside:
        settle(work, about, state, now, by=person.id, kind=kind, case_id=case_id)
    return "reply", MailState.handled, case_id
