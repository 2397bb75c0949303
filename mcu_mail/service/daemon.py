"""The passes of the daemon, and the ticker that calls them.

`schedule` only ticks: every pass asks the store what is owed at `now`, and every job has a fence
of its own, because the library skips missed runs and lets exceptions out of its loop.
"""

from __future__ import annotations

import logging
import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import schedule

from mcu_mail.errors import McuMailError
from mcu_mail.failpoints import fail_point
from mcu_mail.service.absences import with_absences
from mcu_mail.service.collect import collect
from mcu_mail.service.counting import remember_register
from mcu_mail.service.dispatch import dispatch, recover
from mcu_mail.service.gone import void_codes_of_the_gone
from mcu_mail.service.health import Health
from mcu_mail.service.incoming import take_incoming
from mcu_mail.service.papers import do_papers, take_up_again
from mcu_mail.service.receive import move_decided, receive
from mcu_mail.service.remind import catch_up, remind
from mcu_mail.service.scans import prepare_folders, take_scans, unsettled
from mcu_mail.service.templates import take_over
from mcu_mail.service.today import refused_files, write_today
from mcu_mail.service.year_end import close_last_year

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable
    from datetime import date, datetime

    from mcu_mail.domain.office import Absence
    from mcu_mail.service.desk import Desk

log = logging.getLogger(__name__)

_MOST_ROUNDS = 200
_SETTLE_WAITS = 3


@dataclass(kw_only=True)
class Rounds:
    """The jobs of one daemon. `played`: the moments are played, not the clock's."""

    desk: Desk
    played: bool = False
    health: Health = field(default_factory=Health)
    noted: tuple[date, tuple[str, ...]] | None = None
    """The day, and the files in «Не принято», for which it has looked after the clerk's note."""
    configured: tuple[Absence, ...] = field(init=False)
    """The absences of the configuration, before those that the dispatcher has settled."""

    def __post_init__(self) -> None:
        """Keep what the configuration says: later absences stand beside it."""
        if self.played:
            # In a played moment no time passes: every job does all that is owed at it.
            self.desk = replace(self.desk, turn_seconds=math.inf)
        self.configured = self.desk.office.absences

    def start(self, now: datetime) -> None:
        """Settle what a killed daemon left, and say what was missed meanwhile."""
        fail_point("start.before")
        prepare_folders(self.desk)
        self.desk.press.end_leftovers()
        remember_register(self.desk, now)
        fail_point("start.recover.before")
        recover(self.desk, now)
        fail_point("start.recover.after")
        take_up_again(self.desk, now)
        void_codes_of_the_gone(self.desk, now)
        catch_up(self.desk, now)
        fail_point("start.after")

    def mail_in(self, now: datetime) -> int:
        """Fetch, decide, move."""
        done = self._job("mailbox", lambda: receive(self.desk, now), now)
        done += self._job("collect", lambda: collect(self.desk, now, played=self.played), now)
        # A second, short visit: what was decided just now leaves the inbox in the same round.
        return done + self._job("mailbox", lambda: move_decided(self.desk), now, idle_proves=False)

    def work(self, now: datetime) -> int:
        """Everything that is owed without looking into the mailbox."""
        # What is ready to leave does not wait for what is still to be made.
        done = self._job("smtp", lambda: dispatch(self.desk, now), now, idle_proves=False)
        done += self._job("folder", lambda: take_scans(self.desk, now), now)
        done += self._job("incoming", lambda: take_incoming(self.desk, now), now)
        done += self._job("papers", lambda: do_papers(self.desk, now), now)
        # A letter that can go goes before anybody is told that its term has passed.
        done += self._job("smtp", lambda: dispatch(self.desk, now), now, idle_proves=False)
        done += self._job("remind", lambda: remind(self.desk, now), now)
        return done + self._job("smtp", lambda: dispatch(self.desk, now), now, idle_proves=False)

    def one(self, now: datetime) -> int:
        """A whole round; returns how much was done."""
        self.desk = with_absences(self.desk, self.configured)
        self._job("templates", lambda: take_over(self.desk, now), now)
        done = self._job("people", lambda: void_codes_of_the_gone(self.desk, now), now)
        done += self.mail_in(now) + self.work(now)
        seen = self.desk.today(now), refused_files(self.desk)
        # The note can only change when something was done, by us or by the clerk in the folder
        # of refused files, or when a new day has begun.
        if done or seen != self.noted:
            done += self._job("year_end", lambda: close_last_year(self.desk, now), now)
            self._job("today", lambda: int(write_today(self.desk, now)), now)
            self.noted = seen
        return done

    def until_idle(self, now: datetime) -> None:
        """Rounds until nothing is owed; a scan that has just come is waited for."""
        waits = 0
        for _ in range(_MOST_ROUNDS):
            # Before anybody is reminded of a scan, one that lies there is given time to settle.
            while waits < _SETTLE_WAITS and unsettled(self.desk):
                waits += 1
                self.desk.pause(self.desk.settings.folders.settle_seconds + 0.2)
            if not self.one(now):
                return
        log.error("rounds did not come to an end")

    def _job(
        self, name: str, job: Callable[[], int], now: datetime, *, idle_proves: bool = True
    ) -> int:
        """Run one job in its fence.

        Args:
            name: of the job; jobs of one name share their health.
            job: returns how much it did.
            now: the moment.
            idle_proves: False when doing nothing touches no server and so proves nothing.

        """
        if self.health.is_waiting(name, now):
            return 0
        try:
            done = job()
        except McuMailError as error:
            # Errors of ours name servers and reasons, never people or their words.
            log.warning("%s: %s", name, error)
            self.health.failed(self.desk, name, error, now)
            return 0
        except Exception as error:  # the daemon outlives every fault of a job
            log.exception("job %s failed", name)
            self.health.failed(self.desk, name, error, now)
            return 0
        if done or idle_proves:
            self.health.went_well(name)
        return done


def run(rounds: Rounds, clock: Callable[[], datetime], stop: threading.Event) -> None:
    """Tick until `stop` is set; a job that is under way is finished first."""
    rounds.start(clock())
    ticker = schedule.Scheduler()
    seconds = rounds.desk.settings.mail.imap.poll_seconds
    ticker.every(seconds).seconds.do(lambda: _tick(rounds, clock, stop))
    _tick(rounds, clock, stop)
    while not stop.is_set():
        ticker.run_pending()
        stop.wait(min(1.0, seconds))


def _tick(rounds: Rounds, clock: Callable[[], datetime], stop: threading.Event) -> None:
    """Rounds until nothing is owed or the daemon is to end; a fault here ends no daemon."""
    try:
        catch_up(rounds.desk, clock())
        for _ in range(_MOST_ROUNDS):
            if stop.is_set() or not rounds.one(clock()):
                return
    except Exception:  # a full disk or a busy database: the next tick tries again
        log.exception("a round failed")
