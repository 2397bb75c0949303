"""The mark of a store that may know less than was sent, and of the mails read again because of it.

A store that was restored, or copied back by hand, starts with it: until `service/reconciling.py`
has read the whole mailbox nothing leaves and no number is given.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mcu_mail.service.desk import Desk
    from mcu_mail.store.unit_of_work import UnitOfWork

MARK = "reconcile"
READ_AGAIN = "reconcile:mails"
DOUBTFUL = "reconcile:doubtful"
OF_CASE = "case"
_WHOLE = "mailbox:whole"
_SELDOM = timedelta(hours=1)


def ask_to_reconcile(work: UnitOfWork, now: datetime, *, copy_of: str = "") -> None:
    """Mark the store; `copy_of` is the moment (ISO) of the copy, where that is known."""
    if not work.facts.get(MARK):
        # Kept in the mark: what the service does until it has looked says nothing of that time.
        whole = work.facts.get(_WHOLE) or ""
        mark = {"since": now.isoformat(), "copy_of": copy_of, "whole": whole}
        work.facts.set(MARK, json.dumps(mark))


def remember_whole(desk: Desk, at: datetime) -> None:
    """At `at` the mailbox held nothing that this store does not know; written once an hour."""
    with desk.store.view() as view:
        known = view.facts.get(_WHOLE)
    # A clock that was put right counts as well.
    if known and abs(at - datetime.fromisoformat(known)) < _SELDOM:
        return
    with desk.store.work() as work:
        work.facts.set(_WHOLE, at.isoformat())
        work.commit()


def mark_of(view: UnitOfWork) -> dict[str, str] | None:
    """`since`, `copy_of` and `whole` of a marked store; None of any other.

    `whole`: when it last knew everything that lay in the mailbox; empty when that is not known.
    """
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


def take_doubt(work: UnitOfWork, *, entry: int, case: int) -> bool:
    """Whether the letter of a register row, or of a case, may have gone in the forgotten time.

    True once for each that may have: whatever the case sends after that is new.
    """
    known = (work.facts.get(DOUBTFUL) or "").split(",")
    taken = [one for one in (str(entry), f"{OF_CASE}{case}") if one in known]
    for one in taken:
        known.remove(one)
    if taken:
        work.facts.set(DOUBTFUL, ",".join(known))
    return bool(taken)


def first_of_its_kind(work: UnitOfWork, key: str) -> bool:
    """True at the first call with a key, for good."""
    if work.facts.get(key):
        return False
    work.facts.set(key, "done")
    return True
