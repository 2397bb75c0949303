"""When a service may be at work: after an outage or a sleep, and by a clock that is believed."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from mcu_mail.errors import StoreError
from mcu_mail.failpoints import fail_point
from mcu_mail.service.after_outage import remember_missed
from mcu_mail.service.alive import (
    DOWN,
    beat,
    clock_doubt,
    leapt,
    outage_at,
    outage_over,
    wait_no_longer,
)
from mcu_mail.service.late import ask_about_late
from mcu_mail.service.receive import is_read_up

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from mcu_mail.service.alive import Outage
    from mcu_mail.service.desk import Desk
    from mcu_mail.service.health import Health

log = logging.getLogger(__name__)

_CLOCK = "clock"


@dataclass(kw_only=True)
class Waking:
    """What one process knows of the time in which it was not at work."""

    played: bool
    """The moments are played: each is what it is, and no time passes in a round."""
    ticks: Callable[[], float]
    """Seconds that no correction of the clock moves."""
    outage: Outage | None = None
    """The service was down, and not everything that this asks for is done."""
    awake: bool = True
    """Whether the inbox was read since then: nothing is sent and nobody reminded before."""
    last: tuple[datetime, float] | None = None
    """When the last round began, by the clock and by `ticks`."""
    _doubted: float | None = None
    """Since when the clock is not believed, by `ticks`."""

    def doubts(self, desk: Desk, health: Health, now: datetime) -> datetime | None:
        """Note whether the machine's clock cannot be right; a played moment is what it is.

        Returns:
            None when it is believed; otherwise the moment by which that is told: the last one
            that was believed, and as much as has passed since the doubt began.

        """
        doubted = None if self.played else clock_doubt(desk, now)
        if doubted is None:
            self._doubted = None
            if _CLOCK in health.since:
                health.went_well(desk, _CLOCK, now)
            return None
        ticks = self.ticks()
        if self._doubted is None:
            self._doubted = ticks
        health.is_told(desk, _CLOCK, doubted.text, doubted.last)
        return doubted.last + timedelta(seconds=ticks - self._doubted)

    def begin(self, desk: Desk, now: datetime) -> None:
        """See for how long there was no service."""
        self._fell_out(outage_at(desk, now, played=self.played))
        self.last = now, self.ticks()

    def _fell_out(self, outage: Outage | None) -> None:
        if outage is not None:
            # Played moments lie apart: that is no news.
            level = logging.INFO if self.played else logging.WARNING
            since, until = outage.since.isoformat(), outage.until.isoformat()
            log.log(level, "down from %s to %s", since, until)
            self.outage, self.awake = outage, False

    def beat(self, desk: Desk, health: Health, now: datetime) -> None:
        """Remember this moment; a machine that slept, or whose clock leapt, was down as well."""
        ticks = self.ticks()
        if self.last is not None:
            before, then = self.last
            leap = (now - before).total_seconds() - (ticks - then)
            if leap >= DOWN.total_seconds():
                self._fell_out(leapt(desk, before, now, played=self.played))
            elif leap <= -DOWN.total_seconds() and not self.played:
                # In a played moment, which stands still, a long round is no clock put back.
                log.warning("the clock was put back by %d seconds", -leap)
                health.until.clear()
                wait_no_longer(desk, now)
        self.last = now, ticks
        try:
            beat(desk, now, played=self.played)
        except StoreError as error:
            # Each job will say so for itself; an older mark only makes an outage look longer.
            log.warning("the mark of being at work waits: %s", type(error).__name__)

    def wakes(
        self,
        desk: Desk,
        health: Health,
        now: datetime,
        job: Callable[[str, Callable[[], int], datetime], int],
    ) -> bool:
        """Whether the inbox has been read, so that the rest of the work may begin.

        Neither a mailbox that cannot be read, nor what cannot be asked, is waited for longer than
        an answer would be.

        Args:
            desk: the office.
            health: of the jobs.
            now: the moment.
            job: runs a job in its fence.

        """
        outage = self.outage
        if self.awake or outage is None:
            return True
        waited = now - outage.until >= timedelta(minutes=desk.settings.mail.late_ask_minutes)
        failing = {"mailbox", "collect"} & health.since.keys()
        if not waited and (failing or not is_read_up(desk)):
            return False
        fail_point("start.awake.before")

        def catch_up() -> int:
            remember_missed(desk, outage)
            return ask_about_late(desk, outage, now)

        job("late", catch_up, now)
        self.awake = waited or "late" not in health.since
        return self.awake

    def over(self, desk: Desk) -> int:
        """Everything that the outage asks for is done; returns 0."""
        if self.outage is not None:
            outage_over(desk, played=self.played)
            self.outage = None
        return 0
