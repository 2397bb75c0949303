"""Numbers that a restored store may not give again: of letters and of cases.

What was given in the forgotten time is known from a number above it, or from nobody at all: a gap
keeps a void row, and the next case stands beyond whatever people may have seen.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from typing import TYPE_CHECKING, Any

from mcu_mail.domain.numbering import case_number, find_case_numbers, number_text
from mcu_mail.errors import RefusedError
from mcu_mail.mail.first_look import shown_subject
from mcu_mail.service.counting import GIVEN
from mcu_mail.service.rebuilding import LOST, REBUILT, closed_case

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from mcu_mail.service.desk import Desk
    from mcu_mail.store.ledger import StoredMail
    from mcu_mail.store.unit_of_work import UnitOfWork

HEAD = 32_000
"""Octets of a mail that hold its header."""
_ROUND = 100


def close_gaps(desk: Desk, work: UnitOfWork, letters: list[list[Any]], now: datetime) -> list[str]:
    """Numbers below one that was seen were given too: each keeps a void row; return them."""
    lost = []
    for scope in dict.fromkeys(str(one[2]) for one in letters):
        rows = work.register.of_scope(scope)
        if scope.startswith(GIVEN):
            continue
        there = {row.n for row in rows}
        before = max((row.n for row in rows if row.note != REBUILT), default=0)
        rebuilt = sorted(row.n for row in rows if row.note == REBUILT)
        begin = before + 1 if before else rebuilt[0]
        for n in range(begin, max(there)):
            if n in there:
                continue
            after = next(row for row in rows if row.n > n)
            lost.append(_void_row(desk, work, scope, n, after.on_date, now))
    return lost


def _void_row(desk: Desk, work: UnitOfWork, scope: str, n: int, on_date: str, now: datetime) -> str:
    on = date.fromisoformat(on_date)
    register = desk.settings.register_
    number = number_text(register.pattern, case=register.case, n=n, on=on)
    name = case_number(on.year, 0)
    # No case is guessed: such rows stand under a number that no case ever gets.
    case = work.cases.by_number(name) or work.cases.add(
        closed_case(name, desk.local(now)), mail_id=None
    )
    work.register.add(
        scope=scope,
        n=n,
        number=number,
        year=on.year,
        on_date=on_date,
        case_id=case.id,
        version=0,
        addressee="—",
        subject="—",
        executor="",
        signer="",
        sheets=0,
        state="void",
        registered_at=now,
        scan="",
        void_reason=LOST,
        void_by="служба",
        void_at=now,
    )
    return number


def numbers_named(desk: Desk, mails: Iterable[StoredMail]) -> tuple[str, ...]:
    """The numbers of cases in the subjects of mails, without those that were altered on disk."""
    found: list[str] = []
    for stored in mails:
        with suppress(RefusedError):
            head = desk.store.files.head(stored.sha256, HEAD)
            found += find_case_numbers(shown_subject(head))
    return tuple(found)


def jump(work: UnitOfWork, read: int, named: Iterable[str], year: int) -> str:
    """Leave out case numbers that people may know from the forgotten time; the next one, or empty.

    Nobody knows which message had which number: an answer to a mail of that time must never meet
    another case.
    """
    if read <= 0:
        return ""
    seen = [int(one.rpartition("-")[2]) for one in named if one.startswith(f"{year}-")]
    known = work.last_case_number(year)
    last = min(max([known, *seen]), known + _ROUND * _ROUND)
    upto = ((last + read) // _ROUND + 1) * _ROUND
    work.case_numbers_spent(year, upto)
    return case_number(year, upto + 1)
