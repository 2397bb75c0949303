"""The registry clerk's own commands: a void, a word changed by pen (`facts.md` §4).

A command counts like any verdict: by the code of an open request and a sender our server vouches
for. In a mail without such a code it is shown back to the clerk's registered address, and one tap
on that fresh code makes it count. What the command means is never guessed.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from mcu_mail.domain.case import CloseReason, Purpose
from mcu_mail.domain.catalogue import index_confirmed
from mcu_mail.domain.clerk_readers import read_number
from mcu_mail.domain.course import on_reply
from mcu_mail.domain.course_parts import Reply, told
from mcu_mail.domain.decisions import Ask, CloseRequest, Log, Tell
from mcu_mail.domain.verdicts import MeaningKind, read_meaning
from mcu_mail.domain.whose_turn import may_speak_for
from mcu_mail.mail.proof import TrustLevel
from mcu_mail.service.answer import Heard, spoken_in, why
from mcu_mail.service.asking import tell
from mcu_mail.service.pens import pen_fault, pen_too_late, receipt_of_pen, take_pen
from mcu_mail.service.voiding import ask_to_void, entry_meant, make_void
from mcu_mail.store.ledger import MailState
from mcu_mail.store.registry import VOID

if TYPE_CHECKING:
    from datetime import datetime

    from mcu_mail.domain.case import Case, Request
    from mcu_mail.domain.meaning import Meaning
    from mcu_mail.service.answer import Answer
    from mcu_mail.service.carry import Carrier
    from mcu_mail.service.desk import Desk
    from mcu_mail.service.said import Said
    from mcu_mail.store.unit_of_work import UnitOfWork

_CLERKS = frozenset({Purpose.sign, Purpose.register, Purpose.command})
"""Requests whose open code lets a command of the clerk count at once."""
TAPPED = frozenset({"void", "pen", "index"})
"""Requests about a command that ask for one tap, whatever our server says of the sender."""
_YES = frozenset({MeaningKind.confirm, MeaningKind.weak, MeaningKind.approve})
_PLAIN = frozenset({MeaningKind.note, MeaningKind.answer})
_IN_SUBJECT = re.compile(r"(?:№|\bномер\b|\bисх\.)\s*(\S+)", re.IGNORECASE)


def command_in(desk: Desk, said: Said, now: datetime) -> Meaning | None:
    """The clerk's command that a mail holds; None when it holds none or its writer is no clerk."""
    if said.person is None or said.level is TrustLevel.REFUSED:
        return None
    today = desk.today(now)
    meaning = read_meaning(said.text, today)
    roles = desk.office.roles
    allowed = {
        MeaningKind.void: (roles.registry,),
        # Whoever carries the paper to the head sees the pen as well.
        MeaningKind.pen: (roles.registry, roles.reception),
    }
    person = said.person.id
    may = any(
        may_speak_for(person, one, desk.office, today) for one in allowed.get(meaning.kind, ())
    )
    return meaning if may else None


def command_in_subject(desk: Desk, said: Said, now: datetime) -> Meaning | None:
    """The same, of a new mail that may say in its subject what is to be void, or which number."""
    meaning = command_in(desk, said, now)
    if meaning is None:
        whole = command_in(desk, replace(said, text=said.mail.subject), now)
        if whole is None or whole.kind is not MeaningKind.void:
            return None
        return replace(whole, reason=whole.reason or said.text.strip(), text=said.text)
    found = _IN_SUBJECT.search(said.mail.subject)
    if meaning.kind is MeaningKind.void and not meaning.name and found is not None:
        number = read_number(found[1].strip(".,:;"), "", desk.today(now))
        return replace(meaning, name=number.name) if number else meaning
    return meaning


def is_answerable(desk: Desk, said: Said, request: Request, now: datetime) -> bool:
    """Whether a command may count by this request's code: it is open and asked this person."""
    return (
        said.person is not None
        and request.closed_at is None
        and now <= request.expires_at
        and request.purpose in _CLERKS
        and may_speak_for(said.person.id, request.person, desk.office, desk.today(now))
    )


def obey(answer: Answer) -> None:
    """A command on an open code from a proven sender: it counts at once."""
    carrier, meaning = answer.carrier, answer.meaning
    if meaning.kind is MeaningKind.pen:
        _pen(answer)
        return
    entry, fault, details = entry_meant(answer.work, answer.case, meaning)
    if entry is None:
        carrier.carry(_not_taken(answer.request, answer.speaker, fault, answer.said.text, details))
    elif not meaning.reason:
        ask_to_void(answer.work, carrier, entry, "", answer.speaker)
    else:
        make_void(answer, entry, meaning.reason)


def ask_first(
    desk: Desk, work: UnitOfWork, said: Said, case: Case | None, meaning: Meaning, now: datetime
) -> Heard:
    """A command without an open code: what it would do is shown, and one tap makes it count."""
    assert said.person is not None
    person = said.person.id
    fault, details, entry = "", "", None
    if meaning.kind is MeaningKind.void:
        entry, fault, details = entry_meant(work, case, meaning)
        case = work.cases.get(entry.case_id) if entry else case
    if case is None:
        # No card to speak of: the clerk is asked which letter is meant.
        key = f"clerk:{said.stored.id}"
        context = {"words": said.text[:500], "details": details, "command": meaning.kind.value}
        tell(
            desk,
            work,
            None,
            person=person,
            template="command_unclear",
            key=key,
            now=now,
            context=context,
        )
        return Heard(state=MailState.handled)
    carrier = spoken_in(desk, work, case, said, now).carrier
    if entry is not None:
        ask_to_void(work, carrier, entry, meaning.reason, person)
    elif meaning.kind is MeaningKind.pen:
        fault, details = pen_fault(desk, work, case, meaning)
        if not fault:
            _ask_to_change(carrier, meaning, person)
    if fault:
        if fault == "pen_late":
            pen_too_late(desk, carrier, meaning.changes, person)
        carrier.carry(_not_taken(None, person, fault, said.text, details))
    return Heard(state=MailState.handled, case_id=case.id)


def _ask_to_change(carrier: Carrier, meaning: Meaning, person: str) -> None:
    carrier.carry((
        Ask(
            purpose=Purpose.command,
            person=person,
            template="pen_confirm",
            context={"changes": [list(one) for one in meaning.changes]},
            data={
                "command": "pen",
                "changes": json.dumps(meaning.changes, ensure_ascii=False),
                "version": str(carrier.case.version),
            },
        ),
    ))


def answered(answer: Answer) -> None:
    """The answer to a request about a command: one tap, the missing reason, or a decision."""
    match answer.request.data["command"]:
        case "void":
            _void_answered(answer)
        case "pen":
            _pen_answered(answer)
        case "index":
            _index_answered(answer)
        case _:
            reply = Reply(person=answer.speaker, meaning=answer.meaning, text=answer.said.text)
            rules = answer.desk.rules(answer.case, answer.now)
            answer.carrier.carry(on_reply(answer.case, answer.request, reply, rules))


def _void_answered(answer: Answer) -> None:
    entry = answer.work.register.get(int(answer.request.data["entry"]))
    known = answer.request.data["reason"]
    reason = _reason_given(answer, known)
    if entry.state == VOID:
        answer.refuse("void_already")
    elif not reason:
        answer.refuse("void_yes" if known else "void_reason")
    else:
        make_void(answer, entry, reason)


def _reason_given(answer: Answer, known: str) -> str:
    """Why the row is to be void, when the answer says that it is; `known` was said before."""
    meaning = answer.meaning
    if meaning.kind is MeaningKind.void and meaning.reason:
        return meaning.reason
    if known:
        return known if meaning.kind in _YES else ""
    return answer.said.text.strip() if meaning.kind in _PLAIN else ""


def _pen_answered(answer: Answer) -> None:
    carrier, request, meaning = answer.carrier, answer.request, answer.meaning
    if meaning.kind is MeaningKind.pen:
        carrier.carry((CloseRequest(request_id=request.id, reason=CloseReason.decided),))
        _pen(answer)
        return
    if meaning.kind not in _YES:
        answer.refuse("pen_yes")
        return
    if int(request.data["version"]) != answer.case.version:
        answer.refuse("pen_no_letter")
        return
    pairs = tuple((str(was), str(now)) for was, now in json.loads(request.data["changes"]))
    carrier.carry((CloseRequest(request_id=request.id, reason=CloseReason.decided),))
    words = answer.said.text
    told_before = replace(meaning, kind=MeaningKind.pen, changes=pairs, reason="", text=words)
    _pen(replace(answer, meaning=told_before))


def _pen(answer: Answer) -> None:
    """Make the change, or say why it cannot be made."""
    desk, work, carrier = answer.desk, answer.work, answer.carrier
    request, meaning, speaker = answer.request, answer.meaning, answer.speaker
    fault, details = pen_fault(desk, work, answer.case, meaning)
    if fault:
        if fault == "pen_late":
            pen_too_late(desk, carrier, meaning.changes, speaker)
        carrier.carry(_not_taken(request, speaker, fault, meaning.text, details))
        return
    take_pen(desk, work, carrier, meaning.changes, speaker)
    receipt_of_pen(carrier, request, meaning.changes)


def _index_answered(answer: Answer) -> None:
    """The index of the nomenclature for a new year: confirmed, or changed in the settings."""
    request = answer.request
    if answer.meaning.kind not in _YES:
        answer.refuse("index_by_settings")
        return
    index = str(answer.work.requests.words(request.id)["context"]["index"])
    answer.carrier.carry((
        Log(kind="index_confirmed", data={"number": index}),
        CloseRequest(request_id=request.id, reason=CloseReason.decided),
        told(request, "other", details=index_confirmed(index)),
    ))


def _not_taken(
    request: Request | None, person: str, reason: str, words: str, details: str
) -> tuple[Log | Tell, ...]:
    """Nothing moves; the clerk is told what was found, with the buttons of the request if any."""
    return (
        Log(kind="not_taken", data={"reason": reason}),
        Tell(
            people=(request.person if request else person,),
            template="not_taken",
            request_id=request.id if request else None,
            context={**why(reason, words), "details": details},
        ),
    )
