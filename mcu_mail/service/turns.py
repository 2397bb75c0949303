"""How long one job may go on while the others wait: verdicts are read between slow papers.

What a job has not come to within its turn is owed as before and is done in the next round. So a
round is late by the slowest single thing of each job, never by all that waits: at most its turn
and that thing's own time-out.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_Thing = TypeVar("_Thing")


def in_turn(things: Iterable[_Thing], seconds: float) -> Iterator[_Thing]:
    """The things one by one, for as long as the turn of so many seconds lasts; at least one.

    The seconds are of the machine's steady clock and begin with the first thing.
    """
    end = time.monotonic() + seconds
    for thing in things:
        yield thing
        if time.monotonic() >= end:
            return
