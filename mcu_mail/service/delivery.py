"""What follows for a case from what the servers, the region and the dispatcher say of its letter.

Sent means that every enabled address accepted. A refusal, an acceptance that nobody can tell, a
bounce and an answer of the region end in one question to the dispatcher, who has the last word:
«Отправлено вручную ЧЧ:ММ» or «Закрыть: основание».
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time
from typing import TYPE_CHECKING

from mcu_mail.domain.by_hand import moment_said
from mcu_mail.domain.case import Case, CaseState, Purpose
from mcu_mail.domain.catalogue import return_cause
from mcu_mail.domain.course import on_delivery
from mcu_mail.domain.decisions import Ask, Decision, Log, SetState, Tell, Work
from mcu_mail.mail.returned import refusal_of
from mcu_mail.service.away import person_behind, unreachable
from mcu_mail.service.carry import Carrier
from mcu_mail.service.mailing import attachment_name
from mcu_mail.service.reopening import reopen
from mcu_mail.store.queue import WITHDRAWN, RecipientState
from mcu_mail.store.registry import VOID

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mcu_mail.service.desk import Desk
    from mcu_mail.store.queue import Outgoing, Recipient
    from mcu_mail.store.registry import Entry
    from mcu_mail.store.unit_of_work import UnitOfWork

STATE_WORDS = {
    RecipientState.queued: "ждёт отправки",
    RecipientState.sending: "отправляется",
    RecipientState.accepted: "принято",
    RecipientState.deferred: "пока не принято, повторяем",
    RecipientState.refused: "не принято",
    RecipientState.unknown: "неизвестно",
}
_PENDING = frozenset({RecipientState.queued, RecipientState.deferred})
_LAST_WORDS = frozenset({"sent_by_hand", "closed"})
_CASE_CLOSED = "больше не отправляем: дело закрыл диспетчер"


def settle(desk: Desk, work: UnitOfWork, outgoing_id: int, now: datetime) -> None:
    """Draw the consequences of a message's states for its case; drawing them twice changes nothing.

    For a message about no case there are none.
    """
    message = work.queue.get(outgoing_id)
    if message.case_id is None or message.kind == WITHDRAWN or _is_void(work, message):
        return
    case = work.cases.get(message.case_id)
    carrier = Carrier(desk, work, case, now=now, actor="service", cause=f"out{outgoing_id}")
    if message.kind != "letter":
        _settle_request(desk, work, carrier, message)
        return
    entry = work.register.get(message.entry) if message.entry is not None else None
    if case.step != "send" or entry is None or entry.version != case.version:
        # What becomes known late of an interim answer says nothing of the full one.
        _settle_earlier(desk, work, carrier, message, entry)
        return
    states = {item.address: item.state.value for item in message.addressees}
    carrier.log("delivery", {"states": states})
    letter = work.letters.get(case.id, case.version)
    promised = _promised(desk, letter.until) if letter and letter.until else None
    decisions = on_delivery(
        case, states, desk.rules(case, now), late=now > case.term, promised=promised
    )
    case = carrier.carry(_worded(message, decisions))
    left = [item for item in message.addressees if item.state is not RecipientState.accepted]
    unknown = [item.attempts for item in left if item.state is RecipientState.unknown]
    again = any(item.attempts > 1 for item in left)
    if case.step == "send" and left and (len(left) < len(states) or unknown or again):
        # The set for sending by hand names those who have not got it, or may have got it.
        doubt = f"{len(unknown)}.{max(unknown)}" if unknown else ""
        data = {"entry": entry.id, "left": len(left), "unknown": doubt}
        carrier.carry((Work(kind="set", data=data),))
    # After an interim answer the case goes on: it has left the step of sending all the same.
    if case.step != "send":
        at = max((item.at or now) for item in message.addressees)
        _sent(desk, work, carrier, message, entry, at)


def _settle_earlier(
    desk: Desk, work: UnitOfWork, carrier: Carrier, message: Outgoing, entry: Entry | None
) -> None:
    """A letter that came back was sent again, and its case is elsewhere: only its row changes."""
    if entry is None or entry.state != "registered":
        return
    known = _left_out(work, carrier.case, message)
    left = [item for item in message.addressees if item.id not in known]
    states = {item.state for item in left}
    carrier.log(
        "delivery", {"states": {one.address: one.state.value for one in message.addressees}}
    )
    if states == {RecipientState.accepted}:
        at = max((item.at or carrier.now) for item in left)
        _sent(desk, work, carrier, message, entry, at)
    elif RecipientState.refused in states and not states & _PENDING:
        refused = [item for item in left if item.state is RecipientState.refused]
        reopen(
            desk,
            work,
            carrier,
            message,
            kind="bounce",
            addresses=[item.address for item in refused],
            excerpt="; ".join(item.answer or "" for item in refused),
            cause=f"out{message.id}",
        )


def _left_out(work: UnitOfWork, case: Case, message: Outgoing) -> set[int]:
    """The addresses in spite of which the dispatcher has closed the case: he knows of them."""
    if case.state is not CaseState.closed:
        return set()
    said = [one.at for one in work.journal.of_case(case.id) if one.kind in _LAST_WORDS]
    refused = [item for item in message.addressees if item.state is RecipientState.refused]
    return {
        item.id
        for item in refused
        if item.answer == _CASE_CLOSED or (said and (item.at or said[-1]) <= said[-1])
    }


def _promised(desk: Desk, day: str) -> datetime:
    """The moment until which an interim answer promises the full one: the hour of the track."""
    before = desk.settings.tracks.governor.term.before
    return datetime.combine(date.fromisoformat(day), before, desk.zone)


def _is_void(work: UnitOfWork, message: Outgoing) -> bool:
    """Whether a letter's registration was taken back: its fate is the dispatcher's question now."""
    return message.entry is not None and work.register.get(message.entry).state == VOID


def _settle_request(desk: Desk, work: UnitOfWork, carrier: Carrier, message: Outgoing) -> None:
    """A request that the server refuses reaches nobody: the dispatcher hears of it, once a day."""
    for item in message.addressees:
        if item.state is not RecipientState.refused:
            continue
        person = person_behind(desk, work, message, item.address)
        carrier.carry((Log(kind="mail_refused", data={"address": item.address}),))
        if person is not None:
            unreachable(
                desk,
                work,
                person,
                cause="bounce",
                case=carrier.case,
                now=carrier.now,
                address=item.address,
                explanation=_why_refused(item.answer or ""),
                excerpt=item.answer or "",
            )


def _why_refused(answer: str) -> str:
    cause, status = refusal_of(answer)
    return return_cause(cause.value, status)


def _worded(message: Outgoing, decisions: tuple[Decision, ...]) -> list[Decision]:
    """Fill the server's words into the question to the dispatcher."""
    refused = [item for item in message.addressees if item.state is RecipientState.refused]
    context = {
        "address": ", ".join(item.address for item in refused),
        "server_answer": "; ".join(item.answer or "" for item in refused),
        "others": _others(message, refused),
    }
    return [
        replace(one, context=context)
        if isinstance(one, Ask) and one.template == "recipient_refused"
        else one
        for one in decisions
    ]


def _others(message: Outgoing, named: Sequence[Recipient]) -> tuple[tuple[str, str], ...]:
    """(address, state in words) of the addressees that are not among `named`."""
    return tuple(
        (item.address, STATE_WORDS[item.state]) for item in message.addressees if item not in named
    )


def ask_about_unclear(desk: Desk, work: UnitOfWork, message: Outgoing, now: datetime) -> bool:
    """Nobody can tell whether the letter was taken: ask the dispatcher, once; True when asked now.

    `mail.witness.then: ask` (design §6).
    """
    if message.case_id is None:
        return False
    case = work.cases.get(message.case_id)
    key = f"unclear:{message.id}"
    known = work.requests.open_of_case(case.id)
    if case.step != "send" or any(item.data.get("key") == key for item in known):
        return False
    unclear = [item for item in message.addressees if item.state is RecipientState.unknown]
    carrier = Carrier(desk, work, case, now=now, actor="service", cause=f"out{message.id}")
    carrier.carry((
        Log(kind="unclear", data={"recipients": [item.address for item in unclear]}),
        SetState(state=CaseState.aside),
        Ask(
            purpose=Purpose.sending,
            person=desk.office.roles.dispatcher,
            template="unclear",
            context={
                "address": ", ".join(item.address for item in unclear),
                "others": _others(message, unclear),
            },
            data={"key": key},
        ),
    ))
    return True


def _sent(
    desk: Desk,
    work: UnitOfWork,
    carrier: Carrier,
    message: Outgoing,
    entry: Entry,
    at: datetime,
) -> None:
    """The letter has gone: register, folder, and those who worked on it are told."""
    case = carrier.case
    work.register.change(entry.id, {"state": "sent", "sent_at": at})
    author = case.author or desk.office.roles.dispatcher
    department = next((one for one in desk.office.departments if one.id == case.department), None)
    people = dict.fromkeys([
        author,
        *([department.head] if department else []),
        desk.office.roles.dispatcher,
    ])
    carrier.carry((
        Work(kind="file", data={"entry": entry.id}),
        Tell(
            people=tuple(people),
            template="sent",
            once=f"sent:{entry.id}",
            context={
                "register_number": entry.number,
                "register_date": date.fromisoformat(entry.on_date),
                "deliveries": tuple(
                    (item.address, desk.local(item.at or at))
                    for item in message.addressees
                    if item.state is RecipientState.accepted
                ),
                "attachments": _attachments(entry),
            },
        ),
    ))


def _attachments(entry: Entry) -> tuple[str, ...]:
    return (
        attachment_name(entry.number, ".pdf"),
        attachment_name(entry.number, entry.doc_suffix or ".docx"),
        *([attachment_name(entry.number, ".pdf.sig")] if entry.signature else []),
    )


def closed_by_person(desk: Desk, work: UnitOfWork, case: Case, now: datetime, cause: str) -> None:
    """The dispatcher has closed a case whose letter did not reach every address by itself.

    Nothing more is tried, the register and «Отправлено» say what became of it. «Отправлено
    вручную» makes it sent at that time, «Закрыть» sent only where an address had accepted.
    """
    entries = work.register.of_case(case.id)
    if case.state is not CaseState.closed or not entries or entries[-1].state != "registered":
        return
    entry = entries[-1]
    # An interim answer before it has a row of its own.
    letters = [one for one in work.queue.letter_of(case.id) if one.entry == entry.id]
    carrier = Carrier(desk, work, case, now=now, actor="service", cause=cause)
    accepted: list[datetime] = []
    for message in letters:
        for item in message.recipients:
            if item.state in _PENDING:
                _leave_out(work, item, now)
            elif item.state is RecipientState.accepted and not item.witness:
                accepted.append(item.at or now)
    by_hand = _by_hand_at(desk, work, case, now)
    if by_hand or accepted:
        work.register.change(entry.id, {"state": "sent", "sent_at": by_hand or max(accepted)})
    carrier.carry((Work(kind="file", data={"entry": entry.id}),))


def is_over(work: UnitOfWork, message: Outgoing) -> bool:
    """Whether nobody is to be given a letter any more: taken back, or its case was closed."""
    if message.case_id is None or message.entry is None:
        return False
    entry, case = work.register.get(message.entry), work.cases.get(message.case_id)
    return entry.state == VOID or (case.state is CaseState.closed and entry.version == case.version)


def leave_out_when_over(work: UnitOfWork, message: Outgoing, now: datetime) -> None:
    """A verdict that comes after the dispatcher's last word sends nothing again."""
    if is_over(work, message):
        for item in message.recipients:
            if item.state in _PENDING:
                _leave_out(work, item, now)


def _leave_out(work: UnitOfWork, item: Recipient, now: datetime) -> None:
    work.queue.set_state(
        item.id, {"state": RecipientState.refused, "answer": _CASE_CLOSED, "at": now}
    )


def _by_hand_at(desk: Desk, work: UnitOfWork, case: Case, now: datetime) -> datetime | None:
    """The moment of «Отправлено вручную 17:58» of today's word; None when it was not said."""
    said = [one for one in work.journal.of_case(case.id) if one.kind in _LAST_WORDS]
    if not said or said[-1].kind != "sent_by_hand":
        return None
    return moment_said(time.fromisoformat(str(said[-1].data["at"])), None, desk.local(now))
