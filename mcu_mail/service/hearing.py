"""A mail from a person: find what it answers, whether it may, and carry out what follows.

The scheme of `threats.md` §3 and design §4: a verdict counts only when its code names an open
request, the strictly parsed sender may speak for the one asked, our own mail server vouches for
him, and the version is current. Otherwise nothing moves and one short answer explains it. A draft,
a photo or a note is no verdict: a known person may hand it in by case number when it is his turn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcu_mail.domain.case import CloseReason, Purpose
from mcu_mail.domain.codes import find_codes
from mcu_mail.domain.course_parts import told_why
from mcu_mail.domain.verdicts import MeaningKind
from mcu_mail.service.after_sending import after_sending
from mcu_mail.service.annex_offers import offer
from mcu_mail.service.answer import Heard, spoken_in
from mcu_mail.service.answered import sent_forms
from mcu_mail.service.aside_answers import about_aside
from mcu_mail.service.away import chosen, give_back, is_back
from mcu_mail.service.by_hand import hand_word
from mcu_mail.service.calendar_orders import calendar_word
from mcu_mail.service.carriers import MOST_READ, named_by
from mcu_mail.service.clerk import TAPPED, answered, ask_first, command_in, is_answerable, obey
from mcu_mail.service.linked_files import ask_for_files
from mcu_mail.service.restricted_answers import restricted_answer
from mcu_mail.service.said import HARMLESS, WordFile, meaning_of, read_said, word_of
from mcu_mail.service.second_thoughts import confirmed, held_mail, recall, unproven
from mcu_mail.service.sheet_answers import hear_sheet, named_sheet
from mcu_mail.service.spent_codes import hear_late
from mcu_mail.service.taking import take
from mcu_mail.service.term_changes import term_word
from mcu_mail.service.uncoded import without_code
from mcu_mail.service.unheard import refuse_forged, refuse_stranger
from mcu_mail.service.words_beside import words_beside
from mcu_mail.store.ledger import MailState

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from mcu_mail.domain.case import Request
    from mcu_mail.mail.reading import Reading
    from mcu_mail.service.answer import Answer, Spoken
    from mcu_mail.service.desk import Desk
    from mcu_mail.service.said import Said
    from mcu_mail.store.ledger import StoredMail
    from mcu_mail.store.unit_of_work import UnitOfWork

__all__ = ["Heard", "WordFile", "hear", "hear_again", "word_of"]

_ANSWERS: dict[Purpose, Callable[[Answer], None]] = {
    Purpose.command: answered,
    Purpose.absent: chosen,
    Purpose.sending: after_sending,
    Purpose.restricted: restricted_answer,
}
"""Questions whose answer concerns more than the step of one case."""


def hear(
    desk: Desk,
    work: UnitOfWork,
    stored: StoredMail,
    reading: Reading,
    now: datetime,
    *,
    word: WordFile | None,
    vouched: bool = False,
) -> Heard:
    """Handle a mail that a person wrote.

    Args:
        word: what `word_of` read from its attachments, before the transaction.
        vouched: he has confirmed it by a fresh code.

    """
    said = read_said(
        desk,
        stored,
        reading,
        word,
        now,
        sent=sent_forms(desk, work, reading.mail),
        vouched=vouched,
    )
    heard = _heard(desk, work, said, now)
    if said.links and heard.case_id is not None and not vouched:
        ask_for_files(spoken_in(desk, work, work.cases.get(heard.case_id), said, now))
    return heard


def _heard(desk: Desk, work: UnitOfWork, said: Said, now: datetime) -> Heard:
    """What becomes of the mail by the codes it names."""
    mail = said.mail
    heads = find_codes("\n".join([*mail.in_reply_to, *mail.references, *mail.to, mail.subject]))
    # Before the body: it quotes the subject of the mail that the question was about.
    about = about_aside(desk, work, said, heads[:MOST_READ], now)
    if about is not None:
        return about
    ordered = calendar_word(desk, work, said, now)
    if ordered is not None:
        return ordered
    sheet = named_sheet(work, said)
    if sheet is not None:
        return hear_sheet(desk, work, said, sheet, now, _act)
    named = named_by(desk, work, said, now)
    if len(named.open) > 1:
        return _ambiguous(desk, work, said, named.open, now)
    if named.request is None:
        about = about_aside(desk, work, said, find_codes(mail.text, MOST_READ), now)
        return about or without_code(desk, work, said, now)
    return _answer(desk, work, said, named.request, now)


def hear_again(desk: Desk, work: UnitOfWork, mail_id: int, now: datetime) -> None:
    """Let a held mail count: its sender is vouched for by a confirmation or by the wait."""
    held = held_mail(desk, work, mail_id, now)
    if held is not None:
        stored, reading = held
        word = word_of(stored, reading.mail)
        hear(desk, work, stored, reading, now, word=word, vouched=True)


def _ambiguous(
    desk: Desk, work: UnitOfWork, said: Said, requests: Sequence[Request], now: datetime
) -> Heard:
    """Two different open codes: no verdict, every one of them is asked again (§3.4)."""
    for request in requests:
        case = work.cases.get(request.case_id)
        carrier = spoken_in(desk, work, case, said, now).carrier
        carrier.carry(told_why(request, "two_codes", said.text))
    return Heard(state=MailState.handled, case_id=requests[0].case_id)


def _answer(desk: Desk, work: UnitOfWork, said: Said, request: Request, now: datetime) -> Heard:
    case = work.cases.get(request.case_id)
    spoken = spoken_in(desk, work, case, said, now)
    commanded = _commanded(spoken, request)
    if commanded is not None:
        return commanded
    beside = words_beside(spoken, request)
    if isinstance(beside, Heard):
        return beside
    spoken, said = beside, beside.said
    if not spoken.may_speak_for(request.person):
        _hear_another(spoken, request)
        return spoken.handled
    by_hand = hand_word(desk, work, said, spoken.case, now, request=request) or term_word(
        desk, work, said, spoken.case, now, request=request
    )
    if by_hand is not None:
        return by_hand
    meaning = meaning_of(
        desk,
        said,
        now,
        drafting=request.purpose is Purpose.draft,
        numbering=request.purpose in {Purpose.register, Purpose.sign},
    )
    _act(spoken.to(request, meaning))
    return spoken.handled


def _act(answer: Answer) -> None:
    """One who may answer has answered: forged, doubtful, taken back, late, or to be weighed."""
    request, kind = answer.request, answer.meaning.kind
    if answer.is_forged:
        refuse_forged(answer)
        return
    if answer.said.is_doubtful and kind not in HARMLESS:
        answer.refuse("two_texts")
        return
    if kind is MeaningKind.recall:
        recall(answer)
        return
    # Whom the dispatcher has chosen for an absentee, she may choose anew.
    chooses = request.purpose is Purpose.absent and request.close_reason is CloseReason.decided
    spent = request.closed_at is not None or answer.now > request.expires_at
    if is_back(answer):
        if answer.is_proven:
            give_back(answer, request.person)
        else:
            unproven(answer)
    elif spent and not chooses:
        hear_late(answer)
    else:
        _weigh(answer)


def _hear_another(spoken: Spoken, request: Request) -> None:
    """The code is in the mail of one who was not asked: it decides nothing."""
    said = spoken.said
    if said.person is not None and request.purpose in {Purpose.draft, Purpose.approve}:
        meaning = meaning_of(spoken.desk, said, spoken.now, drafting=False)
        # A colleague who was handed the mail sends the photos: they are no verdict.
        if offer(spoken, meaning):
            return
    refuse_stranger(spoken, request)


def _weigh(answer: Answer) -> None:
    """The one asked has answered in time: whether the answer is proven, and what it does."""
    request, meaning = answer.request, answer.meaning
    harmless = meaning.kind in HARMLESS and request.purpose is Purpose.draft
    silent = request.purpose is Purpose.approve and not answer.is_proven
    # Photos of an approver decide nothing: he will be asked again for what they make.
    if silent and answer.said.word is None and offer(answer, meaning):
        return
    # A tap on the fresh code of a confirmation is the proof itself.
    tapped = request.purpose is Purpose.confirm or request.data.get("command") in TAPPED
    if not (answer.is_proven or tapped or harmless):
        unproven(answer)
    elif request.purpose is Purpose.confirm:
        if confirmed(answer):
            hear_again(answer.desk, answer.work, int(request.data["mail"]), answer.now)
    else:
        _ANSWERS.get(request.purpose, take)(answer)


def _commanded(spoken: Spoken, request: Request) -> Heard | None:
    """What became of the clerk's own command; None when the mail holds none, or answers one."""
    desk, work, said, now = spoken.desk, spoken.work, spoken.said, spoken.now
    command = None if said.is_doubtful else command_in(desk, said, now)
    if command is None:
        return None
    if not is_answerable(desk, said, request, now):
        return ask_first(desk, work, said, spoken.case, command, now)
    if not spoken.is_proven or request.data.get("command") == command.kind.value:
        return None
    obey(spoken.to(request, command))
    return spoken.handled
