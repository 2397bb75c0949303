"""A person's mail that names no request by its code.

No verdict is guessed (`threats.md` §3.8); a draft or a note may be handed in by the case's number.
What a colleague answers to a mail of ours that asked nothing reaches the dispatcher.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcu_mail.domain.aside_words import is_courtesy
from mcu_mail.domain.case import STANDING, CaseState, Purpose
from mcu_mail.domain.course_parts import told_why
from mcu_mail.domain.decisions import Log, Tell
from mcu_mail.domain.numbering import find_case_numbers
from mcu_mail.domain.restriction import alerted
from mcu_mail.mail.proof import TrustLevel
from mcu_mail.service.annex_offers import offer
from mcu_mail.service.answer import Heard, spoken_in, why
from mcu_mail.service.asking import send_request, tell
from mcu_mail.service.by_hand import hand_word
from mcu_mail.service.cards import name_of
from mcu_mail.service.carriers import MOST_READ
from mcu_mail.service.clerk import ask_first, command_in_subject
from mcu_mail.service.reconcile_mark import first_of_its_kind, is_read_again
from mcu_mail.service.restricted_answers import report_by_number
from mcu_mail.service.said import HANDED_IN, HARMLESS, meaning_of
from mcu_mail.service.taking import show_to_head, take, take_continuation
from mcu_mail.service.term_changes import term_word
from mcu_mail.service.words_beside import words_by_number
from mcu_mail.store.ledger import MailState

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from mcu_mail.domain.case import Case, Request
    from mcu_mail.domain.meaning import Meaning
    from mcu_mail.domain.office import Person
    from mcu_mail.service.answer import Spoken
    from mcu_mail.service.desk import Desk
    from mcu_mail.service.said import Said
    from mcu_mail.store.unit_of_work import UnitOfWork


def without_code(desk: Desk, work: UnitOfWork, said: Said, now: datetime) -> Heard:
    """Take what harms nobody by the case's number; ask anew for the rest, with fresh buttons."""
    named = _cases_named(work, said)
    case = named[0] if len(named) == 1 else None
    if said.person is None:
        return Heard(state=MailState.aside, case_id=case.id if case else None)
    command = command_in_subject(desk, said, now)
    if command is not None:
        return ask_first(desk, work, said, case, command, now)
    beside = words_by_number(desk, work, said, now)
    if isinstance(beside, Heard):
        return beside
    said = beside
    if len(named) > 1:
        return _which_case(desk, work, said, named, now)
    if not named and (missing := _not_there(work, said)):
        return _no_such_case(desk, work, said, missing, now)
    by_hand = hand_word(desk, work, said, case, now) or term_word(desk, work, said, case, now)
    assert said.person is not None
    return by_hand or _by_his_turn(desk, work, said, said.person, case, now)


def _by_his_turn(
    desk: Desk, work: UnitOfWork, said: Said, person: Person, case: Case | None, now: datetime
) -> Heard:
    """What becomes of an official's words by what he was asked, in this case or in all."""
    mine = [
        item
        for item in work.requests.open_of_person(person.id)
        if case is None or item.case_id == case.id
    ]
    meaning = meaning_of(desk, said, now, drafting=True)
    if case is not None:
        spoken = spoken_in(desk, work, case, said, now)
        if _taken_by_number(spoken, mine, meaning):
            return spoken.handled
    # A responsible has one that stands in each of her cases: she is not written to about them all.
    for request in [item for item in mine if item.purpose not in STANDING] or mine[-1:]:
        _ask_again(desk, work, said, request, now)
    if mine:
        return Heard(state=MailState.handled, case_id=case.id if case else mine[0].case_id)
    if case is not None and is_read_again(work, said.stored.id):
        return Heard(state=MailState.handled, case_id=case.id)
    if said.level is TrustLevel.REFUSED:
        # In an official's name, and not his: his words stand in no case.
        return Heard(state=MailState.aside, case_id=case.id if case else None)
    if case is not None and case.state is not CaseState.closed:
        return _not_his_turn(spoken_in(desk, work, case, said, now), person.id, meaning)
    return _asked_nothing(desk, work, said, case, now)


def _not_his_turn(spoken: Spoken, person: str, meaning: Meaning) -> Heard:
    """Nobody waits for his word in this case: it is noted, and shown to the head if it may help."""
    said = spoken.said
    by = name_of(spoken.case.actor, spoken.desk)
    spoken.carrier.carry((
        Log(kind="note", data={"text": said.text[:2000]}),
        Tell(
            people=(person,),
            template="not_taken",
            context=why("not_your_turn", said.text, by=by),
        ),
    ))
    if meaning.kind in HARMLESS or said.word is not None:
        show_to_head(spoken)
    return spoken.handled


def _taken_by_number(spoken: Spoken, mine: Sequence[Request], meaning: Meaning) -> bool:
    """Whether the mail was taken for what needs no code: a draft, files, a helper's report."""
    drafting = [item for item in mine if item.purpose is Purpose.draft]
    is_text = meaning.kind in HANDED_IN or spoken.said.word is not None
    if drafting and is_text and not spoken.is_forged:
        take(spoken.to(drafting[0], meaning))
        return True
    return take_continuation(spoken) or offer(spoken, meaning) or report_by_number(spoken)


def _ask_again(desk: Desk, work: UnitOfWork, said: Said, request: Request, now: datetime) -> None:
    """No guess, even if only one is open: his request is sent again with a note (§3.8)."""
    case = work.cases.get(request.case_id)
    carrier = spoken_in(desk, work, case, said, now).carrier
    if is_read_again(work, said.stored.id):
        # What he answered was asked in a time that a restored store has forgotten.
        if first_of_its_kind(work, f"asked_again:{request.id}"):
            send_request(desk, work, case, request, now)
            carrier.log("reminded", {"person": request.person})
    elif _never_reached(work, request, said):
        # He cannot answer a mail that has come back: he gets it whole, with the letter.
        send_request(desk, work, case, request, now)
        carrier.log("reminded", {"person": request.person})
    else:
        carrier.carry(told_why(request, "no_code", said.text))


def _asked_nothing(
    desk: Desk, work: UnitOfWork, said: Said, case: Case | None, now: datetime
) -> Heard:
    """Words about a mail of ours that asked nothing, or about a closed case: they are shown."""
    ours = work.queue.by_message_ids([*said.mail.in_reply_to, *said.mail.references])
    ids = {item.case_id for item in ours if item.case_id is not None}
    if case is None and len(ids) == 1:
        case = work.cases.get(ids.pop())
    files = tuple(item.name for item in said.mail.files if not item.inline)
    if not files and not said.links and is_courtesy(said.whole):
        known = case is not None or bool(ours)
        state = MailState.handled if known else MailState.aside
        return Heard(state=state, case_id=case.id if case else None)
    if case is None or said.person is None:
        return Heard(state=MailState.aside)
    roles = desk.office.roles
    people = alerted(roles) if case.restricted is not None else (roles.dispatcher,)
    spoken_in(desk, work, case, said, now).carrier.carry((
        Log(kind="note", data={"text": said.whole[:2000], "count": len(files)}),
        Tell(
            people=people,
            template="words_of_case",
            context={"who": said.person.name, "note_text": said.whole, "files": files},
        ),
    ))
    return Heard(state=MailState.handled, case_id=case.id)


def _never_reached(work: UnitOfWork, request: Request, said: Said) -> bool:
    """Whether his mail box gave a request back since it was last sent to him."""
    if said.person is None or said.level is TrustLevel.REFUSED:
        return False
    came_back = [
        event.id
        for event in work.journal.of_case(request.case_id)
        if event.kind == "bounced"
        and event.at >= request.created_at
        and set(event.data.get("recipients", ())) & set(said.person.addresses)
    ]
    key = f"sent_again:{request.id}"
    if not came_back or work.facts.get(key) == str(came_back[-1]):
        return False
    work.facts.set(key, str(came_back[-1]))
    return True


def _which_case(
    desk: Desk, work: UnitOfWork, said: Said, named: list[Case], now: datetime
) -> Heard:
    """Numbers of several cases in one mail: nothing is guessed, its author writes to each."""
    person = said.person.id if said.person else ""
    for case in named:
        carrier = spoken_in(desk, work, case, said, now).carrier
        carrier.log("not_taken", {"reason": "case_which"})
    numbers = ", ".join(case.number for case in named)
    spoken_in(desk, work, named[0], said, now).carrier.carry((
        Tell(
            people=(person,),
            template="not_taken",
            context={
                **why("case_which", said.text),
                "details": numbers,
            },
            once=f"case_which:{said.stored.id}",
        ),
    ))
    return Heard(state=MailState.handled, case_id=named[0].id)


def _not_there(work: UnitOfWork, said: Said) -> tuple[str, ...]:
    """The numbers that he names himself and no case has; none where a store was put back."""
    if said.level is TrustLevel.REFUSED or is_read_again(work, said.stored.id):
        return ()
    return find_case_numbers(f"{said.mail.subject}\n{said.text}")[:MOST_READ]


def _no_such_case(
    desk: Desk, work: UnitOfWork, said: Said, missing: tuple[str, ...], now: datetime
) -> Heard:
    """Nothing is asked anew about other cases: he would decide one that he did not mean."""
    assert said.person is not None
    tell(
        desk,
        work,
        None,
        person=said.person.id,
        template="no_such_case",
        key=f"no_such_case:{said.stored.id}",
        now=now,
        context={"numbers": missing, "words": " ".join(said.text.split())},
    )
    return Heard(state=MailState.handled, case_id=None)


def _cases_named(work: UnitOfWork, said: Said) -> list[Case]:
    """The cases whose numbers stand in the subject, the references or the new text."""
    text = "\n".join([said.mail.subject, *said.mail.references, *said.mail.in_reply_to, said.text])
    numbers = find_case_numbers(text)[:MOST_READ]
    found = {number: work.cases.by_number(number) for number in numbers}
    return [case for case in found.values() if case is not None]
