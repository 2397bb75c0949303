"""«Аннулирован: причина»: a registration is taken back, its number stays spent.

Before the letter has left, it does not leave: the case goes back to where the paper is, and the
next registration takes the next number. Afterwards the row is void too, but what becomes of the
case is the dispatcher's decision.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from mcu_mail.domain.case import CaseState, CloseReason, Purpose
from mcu_mail.domain.catalogue import LETTER_VOID, same_numbers, void_done
from mcu_mail.domain.clerk_readers import TWO_NUMBERS
from mcu_mail.domain.course_parts import told
from mcu_mail.domain.decisions import Ask, CloseRequest, Enter, Log, SetState, Tell, Work
from mcu_mail.domain.numbering import names_number, number_key
from mcu_mail.service.carry import Carrier
from mcu_mail.service.pens import is_begun
from mcu_mail.store.registry import VOID, Entry

if TYPE_CHECKING:
    from mcu_mail.domain.case import Case
    from mcu_mail.domain.meaning import Meaning
    from mcu_mail.service.answer import Answer
    from mcu_mail.service.desk import Desk
    from mcu_mail.store.unit_of_work import UnitOfWork


def entry_meant(
    work: UnitOfWork, case: Case | None, meaning: Meaning
) -> tuple[Entry | None, str, str]:
    """(row, reason why it is unclear, what was found) of the row that the clerk wants void.

    A number may be last year's; what could be two rows is never guessed.
    """
    if meaning.name == TWO_NUMBERS:
        return None, TWO_NUMBERS, ""
    if not meaning.name:
        rows = work.register.of_case(case.id) if case else ()
        fault = "void_nothing"
    else:
        rows = _named(work, meaning)
        fault = "void_unknown"
        if case is not None and rows:
            rows = tuple(row for row in rows if row.case_id == case.id)
            fault = "void_other_case"
    live = [row for row in rows if row.state != VOID]
    if not rows or not live:
        return None, "void_already" if rows else fault, ""
    if len(live) == 1 or not meaning.name:
        return live[-1], "", ""
    found = [
        (
            row.number,
            f"{date.fromisoformat(row.on_date):%d.%m.%Y}",
            work.cases.get(row.case_id).number,
        )
        for row in live
    ]
    return None, "void_which", same_numbers(found)


def _named(work: UnitOfWork, meaning: Meaning) -> tuple[Entry, ...]:
    """Rows that a number may mean: those that carry it, else those whose order number it is."""
    rows = tuple(
        row
        for row in work.register.of_year(None)
        if meaning.until is None or row.on_date == meaning.until.isoformat()
    )
    same = tuple(row for row in rows if number_key(row.number) == number_key(meaning.name))
    return same or tuple(row for row in rows if names_number(meaning.name, row.number))


def ask_to_void(work: UnitOfWork, carrier: Carrier, entry: Entry, reason: str, person: str) -> None:
    """Ask the clerk for the one tap, or for the reason, that makes the row void."""
    key = f"void:{entry.id}"
    for request in work.requests.open_of_case(carrier.case.id):
        if request.data.get("key") == key:
            work.requests.close(request.id, carrier.now, CloseReason.new_version)
    carrier.carry((
        Ask(
            purpose=Purpose.command,
            person=person,
            template="void_confirm",
            context={
                "register_number": entry.number,
                "register_date": f"{date.fromisoformat(entry.on_date):%d.%m.%Y}",
                "reason": reason,
                "begun": is_begun(work, entry),
            },
            data={"command": "void", "entry": str(entry.id), "reason": reason, "key": key},
        ),
    ))


def make_void(answer: Answer, entry: Entry, reason: str) -> None:
    """The row is void; a letter that has not left stays here, of another the dispatcher decides."""
    desk, work, request, now = answer.desk, answer.work, answer.request, answer.now
    who = desk.office.people[answer.speaker].name
    case = work.cases.get(entry.case_id)
    carrier = Carrier(desk, work, case, now=now, actor=answer.speaker, cause=answer.cause)
    begun = is_begun(work, entry) or case.step != "send" or case.state is CaseState.closed
    if not work.register.void(entry.id, reason=reason, by=who, at=now):
        return
    for message in work.queue.letter_of(case.id):
        if message.entry == entry.id:
            work.queue.stop(message.id, LETTER_VOID, now)
    if request.purpose is Purpose.command:
        carrier.carry((CloseRequest(request_id=request.id, reason=CloseReason.decided),))
    carrier.carry((
        Log(kind="void", data={"number": entry.number, "reason": reason}),
        told(request, "other", details=void_done(entry.number, begun=begun)),
    ))
    carrier.carry((Work(kind="set", data={"entry": entry.id, "void": entry.id}),))
    what = {"register_number": entry.number, "reason": reason, "who": who}
    if begun:
        _leave_to_dispatcher(desk, work, carrier, entry, what)
    else:
        _take_back(desk, work, carrier, what)


def _take_back(desk: Desk, work: UnitOfWork, carrier: Carrier, what: dict[str, str]) -> None:
    """Back to the paper, or to the number when the office gives it and the scan is there."""
    case = carrier.case
    scanned = work.facts.get(f"scan:{case.id}:{case.version}") is not None
    if desk.settings.register_.mode == "follower" and scanned:
        step, template = "register", "register_number"
    else:
        step, template = "sign", "sign"
    carrier.carry((
        Enter(
            step=step,
            template=template,
            close_as=CloseReason.step_over,
            context={"voided": what["register_number"], "scan_name": ""},
        ),
        Tell(people=(desk.office.roles.dispatcher,), template="voided", context=what),
    ))


def _leave_to_dispatcher(
    desk: Desk, work: UnitOfWork, carrier: Carrier, entry: Entry, what: dict[str, str]
) -> None:
    given = tuple(
        item.address
        for message in work.queue.letter_of(entry.case_id)
        if message.entry == entry.id
        for item in message.addressees
        if item.state.value in {"accepted", "unknown", "sending"}
    )
    if carrier.case.state is not CaseState.closed:
        carrier.carry((SetState(state=CaseState.aside),))
    carrier.carry((
        Ask(
            purpose=Purpose.command,
            person=desk.office.roles.dispatcher,
            template="voided_sent",
            context={**what, "addresses": list(given)},
            data={"command": "after_void", "key": f"after_void:{entry.id}"},
        ),
    ))
