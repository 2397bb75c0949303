"""A letter scanned once more: before it has gone the better scan takes the place of the first.

Same number, same row of the register, a new stamp. Once any server has been given the letter it is
a person's decision, and the dispatcher is told once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcu_mail.domain.catalogue import LETTER_RESCANNED
from mcu_mail.domain.decisions import Log, Tell, Work
from mcu_mail.service.registering import kept_scan

if TYPE_CHECKING:
    from datetime import datetime

    from mcu_mail.domain.case import Case
    from mcu_mail.service.carry import Carrier
    from mcu_mail.service.desk import Desk
    from mcu_mail.service.registering import SignedScan
    from mcu_mail.store.queue import Outgoing
    from mcu_mail.store.registry import Entry
    from mcu_mail.store.unit_of_work import UnitOfWork


def may_replace(work: UnitOfWork, case: Case, entry: Entry) -> bool:
    """Whether the registered letter is still ours alone."""
    waiting = entry.state == "registered" and case.step == "send"
    return (
        waiting
        and entry.version == case.version
        and all(message.untouched for message in _letters_of(work, entry))
    )


def _letters_of(work: UnitOfWork, entry: Entry) -> tuple[Outgoing, ...]:
    """The messages that carry this registered letter, not an interim one before it."""
    letters = work.queue.letter_of(entry.case_id)
    return tuple(message for message in letters if message.entry == entry.id)


def replace_scan(work: UnitOfWork, carrier: Carrier, scan: SignedScan, now: datetime) -> None:
    """Put a better scan in the place of the one that was accepted before it."""
    case = carrier.case
    told = {"scan": scan.sha256, "pages": scan.pages, "electronic": scan.signed, **scan.seen}
    carrier.carry((Log(kind="rescanned", data=told),))
    if case.step == "register":
        work.facts.set(f"scan:{case.id}:{case.version}", kept_scan(scan))
        return
    entry = work.register.live_of_case(case.id, case.version)[-1]
    for message in _letters_of(work, entry):
        work.queue.stop(message.id, LETTER_RESCANNED, now)
    for task in work.tasks.open(case.id):
        if task.kind == "finish":
            work.tasks.done(task.id, now)
    work.register.change(
        entry.id,
        {
            "scan": scan.sha256,
            "signature": scan.signature,
            "sheets": scan.pages,
            "pdf": None,
            "doc": None,
        },
    )
    carrier.carry((
        Work(
            kind="finish",
            data={"entry": entry.id, "signed": scan.signed, "scan": scan.sha256[:12]},
        ),
    ))


def tell_of_late_scan(desk: Desk, carrier: Carrier, entry: Entry) -> None:
    """The letter has gone and another scan of it came: the dispatcher hears of it once."""
    carrier.carry((
        Tell(
            people=(desk.office.roles.dispatcher,),
            template="late_scan",
            context={"register_number": entry.number},
            once=f"late_scan:{entry.id}",
        ),
    ))
