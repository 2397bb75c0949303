"""Two daemons on one store, no lock between them: still nothing happens twice.

One works through its round; at each boundary of an effect that lies outside a transaction the other
one is started and does all that is owed.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from mcu_mail import failpoints
from tests.model import promises
from tests.model.honest import Honest
from tests.model.office import REGION, ModelOffice
from tests.model.outside import wired_to
from tests.stories.office_day import SNOW

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mcu_mail.service.rounds import Rounds

_OF_A_SEND = (
    "smtp.",
    "commit:service.attempt",
    "commit:service.dispatch",
    "commit:service.finishing",
)
_VERDICT_NOTED = "commit:service.attempt.Attempt._commit:after"


class _At:
    """Calls something at the n-th boundary outside a transaction, and counts them."""

    def __init__(self, place: int, then: Callable[[], None]) -> None:
        self.seen = 0
        self._noted = False
        self._place = place
        self._then = then
        self._busy = threading.Lock()

    def passed(self, name: str) -> None:
        # Inside a transaction the other one would only wait.
        waits = name.startswith("commit:") and name.endswith(":before")
        free = name.startswith(_OF_A_SEND) and not waits and not self._noted
        # The letter is the first message; those that tell of it fare as it does.
        self._noted |= name == _VERDICT_NOTED
        if not free or not self._busy.acquire(blocking=False):
            return
        try:
            self.seen += 1
            if self.seen == self._place:
                # On a thread of its own, as another process: it holds nothing that this one does.
                with ThreadPoolExecutor(1) as other:
                    other.submit(self._then).result()
        finally:
            self._busy.release()


@contextmanager
def interrupted(place: int, then: Callable[[], None]) -> Iterator[_At]:
    plan = _At(place, then)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(failpoints, "_plan", plan)
        yield plan


def to_the_register(office: ModelOffice) -> None:
    """A letter that the head has just signed."""
    office.start()
    office.writes("press@region.example", "Сообщение", SNOW)
    office.play()
    honest = Honest(office)
    for _ in range(2):
        honest.one_act()
        office.play()
    honest.one_act()


def test_a_second_daemon_at_any_moment_of_a_send_sends_nothing_twice() -> None:
    signed = ModelOffice()
    with wired_to(signed.post):
        to_the_register(signed)
    letters, moments = set(), boundaries_of(signed.fork())
    for place in range(1, moments + 1):
        first = signed.fork()
        second = first.another()

        def it_works(first: ModelOffice = first, second: Rounds = second) -> None:
            second.start(first.now)
            second.until_idle(first.now)

        with wired_to(first.post):
            with interrupted(place, it_works):
                first.rounds.until_idle(first.now)
            # Whatever was left in doubt is settled by the copies that came to us.
            first.play()
            promises.check(first)
        letters.add(tuple(len(first.post.boxes.get(one, [])) for one in REGION))
        second.desk.store.close()
        first.close()
    signed.close()
    assert moments > 9, "the points of a send"
    assert letters == {(1, 1)}


def boundaries_of(office: ModelOffice) -> int:
    """How many moments a round has in which another daemon may act."""
    with wired_to(office.post), interrupted(0, office.start) as plan:
        office.rounds.until_idle(office.now)
    office.close()
    return plan.seen
