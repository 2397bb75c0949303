"""How much mails that nobody vouches for may make us write: no official is flooded in his own name.

The letters are kept and what they say is in the case's course; only our answers have an end (A38).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from mcu_mail.store.unit_of_work import UnitOfWork

_MOST_A_DAY = 10
NO_CASE = 0
"""Stands for a case where mails belong to none."""


def is_flooded(work: UnitOfWork, case_id: int, person: str, day: date) -> bool:
    """Whether a person got enough such answers about a case on that day; counts one more if not."""
    key = f"unproven:{day.isoformat()}:{case_id}:{person}"
    count = int(work.facts.get(key) or 0)
    if count >= _MOST_A_DAY:
        return True
    work.facts.set(key, str(count + 1))
    return False
