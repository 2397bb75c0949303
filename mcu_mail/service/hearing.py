"""A mail from a person: find what it answers, whether it may, and carry out what follows.

The scheme of `threats.md` §3 and design §4: a verdict counts only when its code names an open
request, the strictly parsed sender may speak for the one asked, our own mail server vouches for
him, and the version is current. Otherwise nothing moves and one short answer explains it. A draft,
a photo or a note is no verdict: a known person may hand it in by case number when it is his turn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcu_mail.domain.case import CaseState, CloseReason, Purpose
from mcu_mail.domain.codes import find_codes
from mcu_mail.domain.course_parts import told_why
from mcu_mail.domain.decisions import Log, Tell
from mcu_mail.domain.restriction import HELPER
from mcu_mail.domain.verdicts import MeaningKind
from mcu_mail.domain.whose_turn import may_speak_for
from mcu_mail.mail.proof import TrustLevel
from mcu_mail.service.after_sending import after_sending
from mcu_mail.service.annex_offers import offer
from mcu_mail.service.answered import sent_forms
from mcu_mail.service.aside_answers import about_aside
from mcu_mail.service.asking import ask
from mcu_mail.service.away import chosen, give_back, is_back
from mcu_mail.service.by_hand import hand_word
from mcu_mail.service.cards import name_of
from mcu_mail.service.carriers import MOST_READ, named_by
from mcu_mail.service.clerk import TAPPED, answered, ask_first, command_in, is_answerable, obey
from mcu_mail.service.linked_files import ask_for_files
from mcu_mail.service.reconcile_mark import is_read_again
from mcu_mail.service.restricted_answers import restricted_answer
from mcu_mail.service.said import HARMLESS, WordFile, meaning_of, read_said, word_of
from mcu_mail.service.second_thoughts import confirmed, held_mail, recall, unproven
from mcu_mail.service.taking import Heard, carrier_of, show_to_head, take, take_continuation, why
from mcu_mail.service.uncoded import without_code
from mcu_mail.service.waiting import handed_by
from mcu_mail.store.ledger import MailState

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from mcu_mail.domain.case import Request
    from mcu_mail.domain.verdicts import Meaning
    from mcu_mail.mail.reading import Reading
    from mcu_mail.service.carry import Carrier
    from mcu_mail.service.desk import Desk
    from mcu_mail.service.said import Said
    from mcu_mail.store.ledger import StoredMail
    from mcu_mail.store.unit_of_work import UnitOfWork

__all__ = ["Heard", "WordFile", "hear", "hear_again", "word_of"]

_SHOWN = frozenset({MeaningKind.answer, MeaningKind.note, MeaningKind.addressing})
"""What of the harmless is worth the head's time when it comes on a spent code."""

_ANSWERS = {
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
        ask_for_files(
            desk, work, carrier_of(desk, work, work.cases.get(heard.case_id), said, now), said
        )
    return heard


def _heard(desk: Desk, work: UnitOfWork, said: Said, now: datetime) -> Heard:
    """What becomes of the mail by the codes it names."""
    mail = said.mail
    heads = find_codes("\n".join([*mail.in_reply_to, *mail.references, *mail.to, mail.subject]))
    # Before the body: it quotes the subject of the mail that the question was about.
    about = about_aside(desk, work, said, heads[:MOST_READ], now)
    if about is not None:
        return about
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
        carrier = carrier_of(desk, work, case, said, now)
        carrier.carry(told_why(request, "two_codes", said.text))
    return Heard(state=MailState.handled, case_id=requests[0].case_id)


def _answer(desk: Desk, work: UnitOfWork, said: Said, request: Request, now: datetime) -> Heard:
    case = work.cases.get(request.case_id)
    carrier = carrier_of(desk, work, case, said, now)
    heard = Heard(state=MailState.handled, case_id=case.id)
    today = desk.today(now)
    commanded = _commanded(desk, work, carrier, said, request, now)
    if commanded is not None:
        return commanded
    if said.person is None or not may_speak_for(said.person.id, request.person, desk.office, today):
        files_only = said.person is not None and request.purpose in {
            Purpose.draft,
            Purpose.approve,
        }
        meaning = meaning_of(desk, said, now, drafting=False)
        # A colleague who was handed the mail sends the photos: they are no verdict.
        if not (files_only and offer(desk, work, carrier, said, meaning, now)):
            _refuse_stranger(desk, carrier, said, request)
        return heard
    by_hand = hand_word(desk, work, said, case, now, request=request)
    if by_hand is not None:
        return by_hand
    meaning = meaning_of(
        desk,
        said,
        now,
        drafting=request.purpose is Purpose.draft,
        numbering=request.purpose in {Purpose.register, Purpose.sign},
    )
    if said.level is TrustLevel.REFUSED:
        _refuse_forged(desk, carrier, said, request)
        return heard
    if said.is_doubtful and meaning.kind not in HARMLESS:
        carrier.carry(told_why(request, "two_texts", said.text))
        return heard
    if meaning.kind is MeaningKind.recall:
        recall(desk, work, carrier, said, request, now)
        return heard
    back = is_back(work, desk, said, request)
    # Whom the dispatcher has chosen for an absentee, she may choose anew.
    chooses = request.purpose is Purpose.absent and request.close_reason is CloseReason.decided
    spent = request.closed_at is not None or now > request.expires_at
    if back and said.level is TrustLevel.PROVEN:
        give_back(desk, work, carrier, request.person, now, by=request.person)
    elif back:
        unproven(desk, work, carrier, said, request, meaning, now)
    elif spent and not chooses:
        return _late(desk, work, carrier, said, request, meaning, now)
    else:
        _weigh(desk, work, carrier, said, request, meaning, now)
    return heard


def _weigh(
    desk: Desk,
    work: UnitOfWork,
    carrier: Carrier,
    said: Said,
    request: Request,
    meaning: Meaning,
    now: datetime,
) -> None:
    """The one asked has answered in time: whether the answer is proven, and what it does."""
    harmless = meaning.kind in HARMLESS and request.purpose is Purpose.draft
    silent = request.purpose is Purpose.approve and said.level is not TrustLevel.PROVEN
    # Photos of an approver decide nothing: he will be asked again for what they make.
    if silent and said.word is None and offer(desk, work, carrier, said, meaning, now):
        return
    # A tap on the fresh code of a confirmation is the proof itself.
    tapped = request.purpose is Purpose.confirm or request.data.get("command") in TAPPED
    proven = said.level is TrustLevel.PROVEN or tapped or harmless
    if not proven:
        unproven(desk, work, carrier, said, request, meaning, now)
        return
    if request.purpose is Purpose.confirm:
        if confirmed(carrier, request, meaning):
            hear_again(desk, work, int(request.data["mail"]), now)
        return
    answer = _ANSWERS.get(request.purpose, take)
    answer(desk, work, carrier, said, request, meaning, now)


def _commanded(
    desk: Desk, work: UnitOfWork, carrier: Carrier, said: Said, request: Request, now: datetime
) -> Heard | None:
    """What became of the clerk's own command; None when the mail holds none, or answers one."""
    command = None if said.is_doubtful else command_in(desk, said, now)
    if command is None:
        return None
    if not is_answerable(desk, said, request, now):
        return ask_first(desk, work, said, carrier.case, command, now)
    if said.level is not TrustLevel.PROVEN or request.data.get("command") == command.kind.value:
        return None
    obey(desk, work, carrier, said, request, command, now)
    return Heard(state=MailState.handled, case_id=carrier.case.id)


def _refuse_stranger(desk: Desk, carrier: Carrier, said: Said, request: Request) -> None:
    """Forwarding gives no power: the one who was asked hears of it, once a request."""
    address = said.mail.sender.address or "?"
    known = said.person.id if said.person else ""
    asked = name_of(request.person, desk)
    carrier.carry((
        Log(kind="not_taken", data={"reason": "stranger", "known": known}),
        Tell(
            people=(request.person,),
            template="not_taken",
            request_id=request.id,
            context={
                **why("foreign_reply", said.text),
                "details": f"Письмо пришло с адреса {address}.",
            },
            once=f"stranger:{request.id}",
        ),
    ))
    if said.person is not None:
        carrier.carry((
            Tell(
                people=(said.person.id,),
                template="not_taken",
                context=why("stranger", said.text, by=asked),
                once=f"not_you:{request.id}:{known}",
            ),
        ))


def _refuse_forged(desk: Desk, carrier: Carrier, said: Said, request: Request) -> None:
    carrier.carry((
        Log(kind="not_taken", data={"reason": "forged"}),
        Tell(
            people=(request.person, desk.office.roles.dispatcher),
            template="not_taken",
            context=why("forged", said.text, by=said.person.name if said.person else ""),
            once=f"forged:{request.id}:{desk.today(carrier.now).isoformat()}",
        ),
    ))


def _late(
    desk: Desk,
    work: UnitOfWork,
    carrier: Carrier,
    said: Said,
    request: Request,
    meaning: Meaning,
    now: datetime,
) -> Heard:
    """The code is spent: a draft still counts when it is his turn, a verdict does not."""
    case = carrier.case
    heard = Heard(state=MailState.handled, case_id=case.id)
    if request.data.get(HELPER):
        # What he has done is news whenever it comes.
        restricted_answer(desk, work, carrier, said, request, meaning, now)
        return heard
    current = [
        item
        for item in work.requests.open_of_case(case.id)
        if said.person is not None
        and now <= item.expires_at
        and item.purpose is not Purpose.absent
        and may_speak_for(said.person.id, item.person, desk.office, desk.today(now))
    ]
    drafting = [item for item in current if item.purpose is Purpose.draft]
    if drafting and (meaning.kind in HARMLESS or said.word is not None):
        take(desk, work, carrier, said, drafting[0], meaning, now)
        return heard
    if take_continuation(desk, work, carrier, said, now):
        return heard
    if offer(desk, work, carrier, said, meaning, now):
        return heard
    if is_read_again(work, said.stored.id):
        # He has answered in time; it is the store that came late.
        return heard
    reasons = {
        CloseReason.decided: "already_decided",
        CloseReason.new_version: "old_version",
        CloseReason.step_over: "step_over",
        CloseReason.reassigned: "not_your_turn",
        CloseReason.expired: "expired",
        None: "expired",
    }
    reason = reasons[request.close_reason]
    if request.letter_sha and request.letter_sha != case.letter_sha:
        reason = "old_version"
    if request.closed_at is None and request.entry == case.entry:
        # Nobody could decide the step any more: it is asked anew, with a fresh code.
        words = work.requests.words(request.id)
        work.requests.close(request.id, now, CloseReason.expired)
        carrier.log("not_taken", {"reason": reason})
        ask(
            desk,
            work,
            case,
            purpose=request.purpose,
            person=desk.standing_in(request.person, now),
            template=str(words["template"]),
            context=words["context"],
            data=request.data,
            now=now,
        )
        return heard
    keeper = _keeper(work, said, request)
    if keeper is not None:
        reason = "handed_away"
    context = why(reason, said.text, by=name_of(keeper, desk))
    context["asked_version"] = request.version
    carrier.carry((
        Log(kind="not_taken", data={"reason": reason}),
        Tell(
            people=(request.person,),
            template="not_taken",
            context=context,
            request_id=current[0].id if current else None,
        ),
    ))
    if case.state is not CaseState.closed and (meaning.kind in _SHOWN or said.word is not None):
        show_to_head(desk, carrier, said)
    return heard


def _keeper(work: UnitOfWork, said: Said, request: Request) -> str | None:
    """Who was given what this request asked of the writer himself while he was away."""
    if said.person is None or said.person.id != request.person:
        return None
    mine = (one for one in work.requests.open_of_case(request.case_id))
    kept = (one.person for one in mine if request.person in handed_by(one))
    return next(kept, None) if request.close_reason is CloseReason.reassigned else None
