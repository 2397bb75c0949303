"""A mail from a person: find what it answers, whether it may, and carry out what follows.

The scheme of `threats.md` §3 and design §4: a verdict counts only when its code names an open
request, the strictly parsed sender may speak for the one asked, our own mail server vouches for
him, and the version is current. Otherwise nothing moves and one short answer explains it. A draft,
a photo or a note is no verdict: a known person may hand it in by case number when it is his turn.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from mcu_mail.documents.draft import WORD_SUFFIXES, word_text
from mcu_mail.domain.case import CaseState, CloseReason, Purpose
from mcu_mail.domain.codes import LENGTH, find_codes
from mcu_mail.domain.course import Reply, on_recall, on_reply
from mcu_mail.domain.decisions import Ask, CloseRequest, Log, Tell
from mcu_mail.domain.numbering import find_case_numbers
from mcu_mail.domain.verdicts import MeaningKind, read_meaning
from mcu_mail.domain.whose_turn import department_of, may_speak_for, person_at
from mcu_mail.errors import McuMailError
from mcu_mail.mail.mime import read_mail
from mcu_mail.mail.proof import TrustLevel, prove
from mcu_mail.mail.reply import new_text
from mcu_mail.mail.wording import SEPARATOR
from mcu_mail.service.asking import ask
from mcu_mail.service.cards import name_of
from mcu_mail.service.carry import Carrier
from mcu_mail.service.registering import register_by_number
from mcu_mail.service.writing import thaw
from mcu_mail.store.ledger import MailState

if TYPE_CHECKING:
    from datetime import datetime

    from mcu_mail.domain.case import Case, Request
    from mcu_mail.domain.office import Person
    from mcu_mail.domain.verdicts import Meaning
    from mcu_mail.mail.mime import Incoming
    from mcu_mail.service.desk import Desk
    from mcu_mail.store.ledger import StoredMail
    from mcu_mail.store.unit_of_work import UnitOfWork

# Decisions that the receipt has words for.
_RECEIPTS = frozenset({"approve", "return"})
_HELD = (
    "Почтовый сервер не подтвердил, что писали вы, поэтому решение подействует только после этого "
    "времени. Писали не вы – ответьте «СТОП»."
)
# Meanings that are no verdict: a text, a record of contact, a note.
_HARMLESS = frozenset({
    MeaningKind.answer,
    MeaningKind.note,
    MeaningKind.contact_only,
    MeaningKind.question,
    MeaningKind.empty,
})
_SHOWN = frozenset({MeaningKind.answer, MeaningKind.note})
"""What of them is worth the head's time when it comes on a spent code."""


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What became of a person's mail."""

    state: MailState
    case_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class WordFile:
    """The text of an attached Word file, or why it could not be read (Russian)."""

    text: str | None = None
    fault: str = ""


@dataclass(frozen=True, kw_only=True)
class _Said:
    """A mail with what it says, read once."""

    stored: StoredMail
    mail: Incoming
    text: str
    word: str | None
    unreadable: str
    person: Person | None
    level: TrustLevel


def hear(
    desk: Desk,
    work: UnitOfWork,
    stored: StoredMail,
    mail: Incoming,
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
    said = _read(desk, stored, mail, word, vouched=vouched)
    codes = find_codes("\n".join([*mail.in_reply_to, *mail.references, *mail.to, mail.subject]))
    requests = work.requests.by_codes(codes)
    if not requests:
        requests = work.requests.by_codes(find_codes(mail.text or ""))
    open_ones = [item for item in requests if item.closed_at is None]
    if len(open_ones) > 1:
        return _ambiguous(desk, work, said, open_ones, now)
    if not requests:
        return _without_code(desk, work, said, now)
    request = open_ones[0] if open_ones else requests[-1]
    return _answer(desk, work, said, request, now)


def _read(
    desk: Desk, stored: StoredMail, mail: Incoming, word: WordFile | None, *, vouched: bool
) -> _Said:
    lines = new_text(mail, separator=SEPARATOR).text.splitlines()
    text = "\n".join(line for line in lines if not _is_code_line(line)).strip()
    address = mail.sender.address
    return _Said(
        stored=stored,
        mail=mail,
        text=text,
        word=word.text if word else None,
        unreadable=word.fault if word else "",
        person=person_at(address, desk.office) if address else None,
        level=TrustLevel.PROVEN if vouched else prove(mail, desk.trust),
    )


def _is_code_line(line: str) -> bool:
    """Whether a line holds a code alone, copied into a new mail: it is no remark."""
    bare = re.sub(r"^\W*код\b", "", line.casefold())
    return bool(find_codes(line)) and sum(map(str.isalnum, bare)) == LENGTH


def word_of(mail: Incoming) -> WordFile | None:
    """Read the first attached Word file; slow (LibreOffice), so outside any transaction."""
    for item in mail.attachments:
        if not item.inline and item.name.lower().endswith(WORD_SUFFIXES):
            try:
                return WordFile(text=word_text(item.content, item.name))
            except McuMailError as error:
                return WordFile(fault=str(error))
    return None


def _meaning(desk: Desk, said: _Said, now: datetime, *, drafting: bool) -> Meaning:
    return read_meaning(said.text, desk.today(now), drafting=drafting)


def _ambiguous(
    desk: Desk, work: UnitOfWork, said: _Said, requests: list[Request], now: datetime
) -> Heard:
    """Two different open codes: no verdict, every one of them is asked again (§3.4)."""
    for request in requests:
        case = work.cases.get(request.case_id)
        carrier = _carrier(desk, work, case, said, now)
        carrier.carry((
            Log(kind="not_taken", data={"reason": "two_codes"}),
            Tell(
                people=(request.person,),
                template="not_taken",
                request_id=request.id,
                context=_why("two_codes", said.text),
            ),
        ))
    return Heard(state=MailState.handled, case_id=requests[0].case_id)


def _carrier(desk: Desk, work: UnitOfWork, case: Case, said: _Said, now: datetime) -> Carrier:
    actor = said.person.id if said.person else "stranger"
    return Carrier(desk, work, case, now=now, actor=actor, cause=f"mail{said.stored.id}")


def _why(reason: str, text: str, by: str = "") -> dict[str, object]:
    return {"reason": reason, "words": text[:500], "by": by, "asked_version": None, "details": ""}


# --- with a code ---------------------------------------------------------------------------------


def _answer(desk: Desk, work: UnitOfWork, said: _Said, request: Request, now: datetime) -> Heard:
    case = work.cases.get(request.case_id)
    carrier = _carrier(desk, work, case, said, now)
    heard = Heard(state=MailState.handled, case_id=case.id)
    today = desk.today(now)
    if said.person is None or not may_speak_for(said.person.id, request.person, desk.office, today):
        _refuse_stranger(desk, carrier, said, request)
        return heard
    meaning = _meaning(desk, said, now, drafting=request.purpose is Purpose.draft)
    if said.level is TrustLevel.REFUSED:
        _refuse_forged(desk, carrier, said, request)
        return heard
    if meaning.kind is MeaningKind.recall:
        _recall(desk, work, carrier, said, request, now)
        return heard
    if request.closed_at is not None or now > request.expires_at:
        return _late(desk, work, carrier, said, request, meaning, now)
    harmless = meaning.kind in _HARMLESS and request.purpose is Purpose.draft
    proven = said.level is TrustLevel.PROVEN or request.purpose is Purpose.confirm or harmless
    if not proven:
        _unproven(desk, carrier, said, request, meaning)
        return heard
    if request.purpose is Purpose.confirm:
        return _confirmed(desk, work, carrier, request, meaning, now)
    _take(desk, work, carrier, said, request, meaning, now)
    return heard


def _take(
    desk: Desk,
    work: UnitOfWork,
    carrier: Carrier,
    said: _Said,
    request: Request,
    meaning: Meaning,
    now: datetime,
) -> None:
    """The reply counts: decide and carry out."""
    names = [item.name for item in said.mail.attachments if not item.inline]
    if names:
        carrier.log("attachments", {"mail": said.stored.id, "count": len(names)})
    if request.purpose is Purpose.register and meaning.kind is MeaningKind.register_number:
        register_by_number(desk, work, carrier, request, meaning, now)
        return
    if said.unreadable and request.purpose in {Purpose.draft, Purpose.approve}:
        carrier.carry((
            Log(kind="not_taken", data={"reason": "word_unreadable"}),
            Tell(
                people=(request.person,),
                template="not_taken",
                request_id=request.id,
                context={**_why("word_unreadable", said.text), "details": said.unreadable},
            ),
        ))
        return
    speaker = said.person.id if said.person else request.person
    word = _own_words(desk, work, carrier.case, said.word)
    reply = Reply(person=speaker, meaning=meaning, text=said.text, word_text=word)
    rules = replace(desk.rules(carrier.case, now), competence=desk.settings.competence.value())
    carrier.carry(on_reply(carrier.case, request, reply, rules))


def _own_words(desk: Desk, work: UnitOfWork, case: Case, word: str | None) -> str | None:
    """The text of a Word file without the lines that the template adds to our letter.

    None when nothing was changed: a program has attached our own letter once more.
    """
    letter = work.letters.get(case.id, case.version) if case.version else None
    if word is None or letter is None or letter.content is None:
        return word
    content = thaw(desk.store.files.get(letter.content), number="", on=letter.created_at.date())
    own = {_even(line) for line in letter.text.splitlines()}
    added = {_even(line) for line in content.paragraphs} - own
    text = "\n".join(line for line in word.splitlines() if _even(line) not in added)
    return None if _even(text) == _even(letter.text) else text


def _even(text: str) -> str:
    return " ".join(text.split())


def _refuse_stranger(desk: Desk, carrier: Carrier, said: _Said, request: Request) -> None:
    """Forwarding gives no power: the one who was asked hears of it, once for each sender."""
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
                **_why("foreign_reply", said.text),
                "details": f"Письмо пришло с адреса {address}.",
            },
            once=f"stranger:{request.id}:{address}",
        ),
    ))
    if said.person is not None:
        carrier.carry((
            Tell(
                people=(said.person.id,),
                template="not_taken",
                context=_why("stranger", said.text, by=asked),
                once=f"not_you:{request.id}:{known}",
            ),
        ))


def _refuse_forged(desk: Desk, carrier: Carrier, said: _Said, request: Request) -> None:
    carrier.carry((
        Log(kind="not_taken", data={"reason": "forged"}),
        Tell(
            people=(request.person, desk.office.roles.dispatcher),
            template="not_taken",
            context=_why("forged", said.text, by=said.person.name if said.person else ""),
            once=f"forged:{said.stored.id}",
        ),
    ))


def _unproven(
    desk: Desk, carrier: Carrier, said: _Said, request: Request, meaning: Meaning
) -> None:
    """Our server vouched for nobody: `trust.unproven` says what to do (§3.6)."""
    policy = desk.settings.mail.trust.unproven
    carrier.log("not_taken", {"reason": "unproven", "policy": policy})
    if policy == "confirm":
        carrier.carry((
            Ask(
                purpose=Purpose.confirm,
                # The registered address of the one who seems to have written: he knows.
                person=said.person.id if said.person else request.person,
                template="confirm_needed",
                context={"words": said.text[:500]},
                data={
                    "mail": str(said.stored.id),
                    "request": str(request.id),
                    "key": f"confirm:{said.stored.id}",
                },
            ),
        ))
    elif policy == "hold":
        until = carrier.hold(said.stored.id, request.id)
        decision = meaning.kind.value if meaning.kind.value in _RECEIPTS else ""
        carrier.carry((
            Tell(
                people=(request.person,),
                template="receipt",
                request_id=request.id,
                context={
                    "decision": decision,
                    "next_step": "",
                    "details": _HELD,
                    "undo_until": desk.local(until),
                },
            ),
        ))
    else:
        carrier.carry((
            Tell(
                people=(request.person,),
                template="not_taken",
                request_id=request.id,
                context=_why("unproven", said.text),
            ),
        ))


def _confirmed(
    desk: Desk,
    work: UnitOfWork,
    carrier: Carrier,
    request: Request,
    meaning: Meaning,
    now: datetime,
) -> Heard:
    """«ДА» to a fresh code at the registered address: the held mail counts now."""
    case_id = carrier.case.id
    if meaning.kind not in {MeaningKind.confirm, MeaningKind.weak, MeaningKind.approve}:
        # Neither an empty reply nor another word burns the code.
        carrier.carry((
            Log(kind="not_taken", data={"reason": "not_confirmed"}),
            Tell(
                people=(request.person,),
                template="not_taken",
                request_id=request.id,
                context=_why("not_confirmed", ""),
            ),
        ))
        return Heard(state=MailState.handled, case_id=case_id)
    carrier.carry((
        Log(kind="confirmed", data={"mail": int(request.data["mail"])}),
        CloseRequest(request_id=request.id, reason=CloseReason.decided),
    ))
    hear_again(desk, work, int(request.data["mail"]), now)
    return Heard(state=MailState.handled, case_id=case_id)


def hear_again(desk: Desk, work: UnitOfWork, mail_id: int, now: datetime) -> None:
    """Let a held mail count: its sender is vouched for by a confirmation or by the wait."""
    if work.facts.get(f"held_recalled:{mail_id}"):
        return
    held = work.mails.get(mail_id)
    mail = read_mail(desk.store.files.get(held.sha256))
    hear(desk, work, held, mail, now, word=word_of(mail), vouched=True)


def _recall(
    desk: Desk, work: UnitOfWork, carrier: Carrier, said: _Said, request: Request, now: datetime
) -> None:
    """«СТОП» inside the undo window takes a verdict back, unless the letter was registered."""
    window = timedelta(minutes=desk.settings.mail.undo_minutes)
    decided = request.closed_at
    case = carrier.case
    if decided is None and carrier.drop_held(request.id):
        carrier.carry((
            Log(kind="recalled", data={"step": request.step, "version": request.version}),
            Tell(
                people=(request.person,),
                template="not_taken",
                request_id=request.id,
                context=_why("recalled", ""),
            ),
        ))
        return
    possible = (
        decided is not None
        and now - decided <= window
        and request.close_reason is CloseReason.decided
        and not work.register.of_case(case.id)
    )
    if possible:
        carrier.carry(on_recall(case, request))
    else:
        carrier.carry((
            Log(kind="not_taken", data={"reason": "recall_late"}),
            Tell(
                people=(request.person,),
                template="not_taken",
                request_id=request.id,
                context=_why("recall_late", said.text),
            ),
        ))


def _late(
    desk: Desk,
    work: UnitOfWork,
    carrier: Carrier,
    said: _Said,
    request: Request,
    meaning: Meaning,
    now: datetime,
) -> Heard:
    """The code is spent: a draft still counts when it is his turn, a verdict does not."""
    case = carrier.case
    heard = Heard(state=MailState.handled, case_id=case.id)
    current = [
        item
        for item in work.requests.open_of_case(case.id)
        if said.person is not None
        and now <= item.expires_at
        and may_speak_for(said.person.id, item.person, desk.office, desk.today(now))
    ]
    drafting = [item for item in current if item.purpose is Purpose.draft]
    if drafting and (meaning.kind in _HARMLESS or said.word is not None):
        _take(desk, work, carrier, said, drafting[0], meaning, now)
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
    context = _why(reason, said.text)
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
        _show_to_head(desk, carrier, said)
    return heard


def _show_to_head(desk: Desk, carrier: Carrier, said: _Said) -> None:
    """A draft or a note from somebody whose turn it is not: the department's head may use it."""
    department = department_of(carrier.case, desk.office)
    head = department.head if department else desk.office.roles.dispatcher
    if said.person is None or said.level is TrustLevel.REFUSED or head == said.person.id:
        return
    names = tuple(item.name for item in said.mail.attachments if not item.inline)
    text = said.text or said.word or ""
    carrier.carry((
        Tell(
            people=(head,),
            template="note_shown",
            context={"who": said.person.name, "note_text": text, "files": names},
        ),
    ))


# --- without a code ------------------------------------------------------------------------------


def _without_code(desk: Desk, work: UnitOfWork, said: _Said, now: datetime) -> Heard:
    case = _case_named(work, said)
    if said.person is None:
        return Heard(state=MailState.aside, case_id=case.id if case else None)
    mine = [
        item
        for item in work.requests.open_of_person(said.person.id)
        if case is None or item.case_id == case.id
    ]
    meaning = _meaning(desk, said, now, drafting=True)
    drafting = [item for item in mine if item.purpose is Purpose.draft]
    if (
        case is not None
        and drafting
        and said.level is not TrustLevel.REFUSED
        and (meaning.kind in _HARMLESS or said.word is not None)
    ):
        carrier = _carrier(desk, work, case, said, now)
        _take(desk, work, carrier, said, drafting[0], meaning, now)
        return Heard(state=MailState.handled, case_id=case.id)
    for request in mine:
        # No guess, even if only one is open: his requests are sent again with a note (§3.8).
        own = work.cases.get(request.case_id)
        carrier = _carrier(desk, work, own, said, now)
        carrier.carry((
            Log(kind="not_taken", data={"reason": "no_code"}),
            Tell(
                people=(request.person,),
                template="not_taken",
                request_id=request.id,
                context=_why("no_code", said.text),
            ),
        ))
    if not mine and case is not None and case.state is not CaseState.closed:
        carrier = _carrier(desk, work, case, said, now)
        carrier.carry((
            Log(kind="note", data={"text": said.text[:2000]}),
            Tell(
                people=(said.person.id,),
                template="not_taken",
                context=_why("not_your_turn", said.text, by=name_of(case.actor, desk)),
            ),
        ))
        if meaning.kind in _HARMLESS or said.word is not None:
            _show_to_head(desk, carrier, said)
    if mine or case is not None:
        first = case.id if case is not None else mine[0].case_id
        return Heard(state=MailState.handled, case_id=first)
    return Heard(state=MailState.aside)


def _case_named(work: UnitOfWork, said: _Said) -> Case | None:
    """The one case whose number stands in the subject, the references or the new text."""
    text = "\n".join([said.mail.subject, *said.mail.references, *said.mail.in_reply_to, said.text])
    found = {number: work.cases.by_number(number) for number in find_case_numbers(text)}
    known = [case for case in found.values() if case is not None]
    return known[0] if len(known) == 1 else None
