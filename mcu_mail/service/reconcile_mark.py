"""The mark of a store that may know less than was sent, and of the mails read again because of it.

A store that was restored, or copied back by hand, starts with it: until `service/reconciling.py`
has read the whole mailbox nothing leaves and no number is given.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from mcu_mail.service.desk import Desk
    from mcu_mail.store.unit_of_work import UnitOfWork

MARK = "reconcile"
READ_AGAIN = "reconcile:mails"
DOUBTFUL = "reconcile:doubtful"
OF_CASE = "case"


def ask_to_reconcile(work: UnitOfWork, now: datetime, *, copy_of: str = "") -> None:
    """Mark the store; `copy_of` is the moment (ISO) of the copy, where that is known."""
    if not work.facts.get(MARK):
        work.facts.set(MARK, json.dumps({"since": now.isoformat(), "copy_of": copy_of}))


def mark_of(view: UnitOfWork) -> dict[str, str] | None:
    """`since` and `copy_of` of a marked store; None of any other."""
    text = view.facts.get(MARK)
    return json.loads(text) if text else None


def is_marked(desk: Desk) -> bool:
    """Whether the store may know less than was sent."""
    with desk.store.view() as view:
        return bool(view.facts.get(MARK))


def is_read_again(work: UnitOfWork, mail_id: int) -> bool:
    """Whether a mail was handled once already, in the time that the store has forgotten."""
    first, _, last = (work.facts.get(READ_AGAIN) or "0:0").partition(":")
    return int(first) <= mail_id <= int(last)


def is_doubtful(work: UnitOfWork, *, entry: int, case: int) -> bool:
    """Whether the letter of a register row, or of a case, may have gone in the forgotten time."""
    known = (work.facts.get(DOUBTFUL) or "").split(",")
    return str(entry) in known or f"{OF_CASE}{case}" in known


def first_of_its_kind(work: UnitOfWork, key: str) -> bool:
    """True at the first call with a key, for good."""
    if work.facts.get(key):
        return False
    work.facts.set(key, "done")
    return True
