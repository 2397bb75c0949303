"""Verdicts that wait for the undo window: `trust.unproven: hold` (`threats.md` §3.6)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from mcu_mail.service.carry import Carrier
    from mcu_mail.store.unit_of_work import UnitOfWork

_HOLD = timedelta(minutes=15)


def hold(work: UnitOfWork, carrier: Carrier, mail_id: int, request_id: int) -> datetime:
    """Let a mail wait; returns when it will count, unless it is recalled."""
    until = carrier.now + _HOLD
    work.due.add(
        key=f"held:{mail_id}",
        at=until,
        case_id=carrier.case.id,
        kind="held",
        data={"mail": mail_id},
    )
    held = work.facts.get(f"held_for:{request_id}")
    work.facts.set(f"held_for:{request_id}", ",".join(filter(None, [held, str(mail_id)])))
    return until


def drop_held(work: UnitOfWork, carrier: Carrier, request_id: int) -> bool:
    """Forget what waits for an answer to a request; False when nothing did."""
    held = work.facts.get(f"held_for:{request_id}")
    for mail_id in filter(None, (held or "").split(",")):
        work.facts.set(f"held_recalled:{mail_id}", carrier.now.isoformat())
    work.facts.set(f"held_for:{request_id}", "")
    return bool(held)
