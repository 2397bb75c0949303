"""The passes of the daemon, and the ticker that calls them.

`schedule` only ticks: every pass asks the store what is owed at `now`, and every job has a fence
of its own, because the library skips missed runs and lets exceptions out of its loop.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

import schedule

from mcu_mail.errors import McuMailError
from mcu_mail.failpoints import fail_point
from mcu_mail.service.absences import with_absences
from mcu_mail.service.after_outage import WORTH_TELLING, is_night, remember_missed
from mcu_mail.service.alive import (
    DOWN,
    beat,
    clock_doubt,
    leapt,
    outage_at,
    outage_over,
    wait_no_longer,
)
from mcu_mail.service.collect import collect
from mcu_mail.service.counting import remember_register
from mcu_mail.service.dispatch import dispatch, recover
from mcu_mail.service.gone import void_codes_of_the_gone
from mcu_mail.service.hand_sets import tidy_sets
from mcu_mail.service.health import Health
from mcu_mail.service.incoming import take_incoming
from mcu_mail.service.late import ask_about_late
from mcu_mail.service.papers import do_papers, take_up_again
from mcu_mail.service.receive import is_read_up, move_decided, receive
from mcu_mail.service.remind import remind, remind_after
from mcu_mail.service.scans import prepare_folders, take_scans, unsettled
from mcu_mail.service.templates import take_over
from mcu_mail.service.today import refused_files, write_today
from mcu_mail.service.year_end import close_last_year, miss_next_calendar

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable
    from datetime import date, datetime

    from mcu_mail.domain.office import Absence
    from mcu_mail.service.alive import Outage
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
    ticks: Callable[[], float] = time.monotonic
    """Seconds that no correction of the clock moves."""
    outage: Outage | None = None
    """The service was down, and not everything that this asks for is done."""
    awake: bool = True
    """Whether the inbox was read since then: nothing is sent and nobody reminded before."""
    last: tuple[datetime, float] | None = None
    """When the last round began, by the clock and by `ticks`."""
    configured: tuple[Absence, ...] = field(init=False)
    """The absences of the configuration, before those that the dispatcher has settled."""

    def __post_init__(self) -> None:
        """Keep what the configuration says: later absences stand beside it."""
        self.configured = self.desk.office.absences

    def start(self, now: datetime) -> None:
        """Settle what a killed daemon left, and see for how long there was none."""
        fail_point("start.before")
        if self._is_clock_doubted(now):
            return
        prepare_folders(self.desk)
        self.desk.press.end_leftovers()
        remember_register(self.desk, now)
        fail_point("start.recover.before")
        recover(self.desk, now)
        fail_point("start.recover.after")
        take_up_again(self.desk, now)
        void_codes_of_the_gone(self.desk, now)
        tidy_sets(self.desk)
        self._fell_out(outage_at(self.desk, now, played=self.played))
        self.last = now, self.ticks()
        fail_point("start.after")

    def _is_clock_doubted(self, now: datetime) -> bool:
        """Whether the machine's clock cannot be right; a played moment is what it is."""
        text = "" if self.played else clock_doubt(self.desk, now)
        if text:
            self.health.faults["clock"] = text
        else:
            self.health.faults.pop("clock", None)
        return bool(text)

    def _fell_out(self, outage: Outage | None) -> None:
        if outage is not None:
            log.warning("down from %s to %s", outage.since.isoformat(), outage.until.isoformat())
            self.outage, self.awake = outage, False

    def _beat(self, now: datetime) -> None:
        """Remember this moment; a machine that slept, or whose clock leapt, was down as well."""
        ticks = self.ticks()
        if self.last is not None:
            before, then = self.last
            leap = (now - before).total_seconds() - (ticks - then)
            if leap >= DOWN.total_seconds():
                self._fell_out(leapt(self.desk, before, now, played=self.played))
            elif leap <= -DOWN.total_seconds():
                log.warning("the clock was put back by %d seconds", -leap)
                self.health.until.clear()
                wait_no_longer(self.desk, now)
        self.last = now, ticks
        beat(self.desk, now, played=self.played)

    def _wakes(self, now: datetime) -> bool:
        """Whether the inbox has been read, so that the rest of the work may begin.

        A mailbox that cannot be read is not waited for longer than an answer would be.
        """
        if self.awake or self.outage is None:
            return True
        wait = timedelta(minutes=self.desk.settings.mail.late_ask_minutes)
        failing = {"mailbox", "collect"} & self.health.since.keys()
        if now - self.outage.until < wait and (failing or not is_read_up(self.desk)):
            return False
        fail_point("start.awake.before")
        outage = self.outage
        remember_missed(self.desk, outage)
        self._job("late", lambda: ask_about_late(self.desk, outage, now), now)
        self.awake = "late" not in self.health.since
        return self.awake

    def _remind(self, now: datetime) -> int:
        """Whatever has fallen due; what fell due in an outage is told at once to each person."""
        outage = self.outage
        if outage is None or outage.until - outage.since < WORTH_TELLING:
            return remind(self.desk, now) + self._over()
        if is_night(self.desk, now):
            return remind(self.desk, now, outage)
        return remind_after(self.desk, outage, now) + self._over() + remind(self.desk, now)

    def _over(self) -> int:
        if self.outage is not None:
            outage_over(self.desk, played=self.played)
            self.outage = None
        return 0

    def mail_in(self, now: datetime) -> int:
        """Fetch, decide, move."""
        done = self._job("mailbox", lambda: receive(self.desk, now), now)
        done += self._job("collect", lambda: collect(self.desk, now, played=self.played), now)
        # A second, short visit: what was decided just now leaves the inbox in the same round.
        return done + self._job("mailbox", lambda: move_decided(self.desk), now, idle_proves=False)

    def _indoors(self, now: datetime) -> int:
        """Everything that is owed in the folders and on paper."""
        done = self._job("folder", lambda: take_scans(self.desk, now), now)
        done += self._job("incoming", lambda: take_incoming(self.desk, now), now)
        return done + self._job("papers", lambda: do_papers(self.desk, now), now)

    def work(self, now: datetime) -> int:
        """Everything that is owed without looking into the mailbox."""
        done = self._indoors(now)
        # A letter that can go goes before anybody is told that its term has passed.
        done += self._job("smtp", lambda: dispatch(self.desk, now), now, idle_proves=False)
        done += self._job("remind", lambda: self._remind(now), now)
        return done + self._job("smtp", lambda: dispatch(self.desk, now), now, idle_proves=False)

    def one(self, now: datetime) -> int:
        """A whole round; returns how much was done."""
        if self._is_clock_doubted(now):
            return 0
        self._beat(now)
        self.desk = with_absences(self.desk, self.configured)
        self._job("templates", lambda: take_over(self.desk, now), now)
        done = self._job("people", lambda: void_codes_of_the_gone(self.desk, now), now)
        done += self.mail_in(now)
        if self._wakes(now):
            done += self.work(now)
        elif "mailbox" in self.health.since:
            # Nobody is reminded and no letter leaves; but what is wrong here must be heard of.
            done += self._indoors(now)
            done += self._job(
                "smtp", lambda: dispatch(self.desk, now, letters=False), now, idle_proves=False
            )
        else:
            return done
        seen = self.desk.today(now), refused_files(self.desk)
        # The note can only change when something was done, by us or by the clerk in the folder
        # of refused files, or when a new day has begun.
        if self.noted is not None and seen[0] != self.noted[0]:
            tidy_sets(self.desk)
        if done or seen != self.noted:
            done += self._job("year_end", lambda: close_last_year(self.desk, now), now)
            done += self._job("calendar", lambda: miss_next_calendar(self.desk, now), now)
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
    last = rounds.ticks()

    def tick() -> None:
        nonlocal last
        _tick(rounds, clock, stop)
        last = rounds.ticks()

    ticker.every(seconds).seconds.do(tick)
    tick()
    while not stop.is_set():
        ticker.run_pending()
        if rounds.ticks() - last > 2 * seconds:
            # The library waits for a moment of the clock: one that was put back must not wait on.
            ticker.run_all()
        stop.wait(min(1.0, seconds))


def _tick(rounds: Rounds, clock: Callable[[], datetime], stop: threading.Event) -> None:
    """Rounds until nothing is owed or the daemon is to end; a fault here ends no daemon."""
    try:
        for _ in range(_MOST_ROUNDS):
            if stop.is_set() or not rounds.one(clock()):
                return
    except Exception:  # a full disk or a busy database: the next tick tries again
        log.exception("a round failed")
