"""The passes of the daemon, and the ticker that calls them.

`schedule` only ticks: every pass asks the store what is owed at `now`, and every job has a fence
of its own, because the library skips missed runs and lets exceptions out of its loop.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import schedule

from mcu_mail.domain.discreet import discreet
from mcu_mail.domain.watch import State
from mcu_mail.domain.watch_words import STARTED, STOPPING, at_work
from mcu_mail.errors import McuMailError, ReplacedError
from mcu_mail.failpoints import fail_point
from mcu_mail.progress import heard_by, progress
from mcu_mail.service.absences import with_absences
from mcu_mail.service.alone import say_alive
from mcu_mail.service.backing_up import back_up_daily
from mcu_mail.service.clerk_folders import prepare_folders, unsettled
from mcu_mail.service.collect import collect
from mcu_mail.service.counting import remember_register
from mcu_mail.service.daily_line import begin_tomorrow
from mcu_mail.service.dispatch import dispatch, recover
from mcu_mail.service.gone import void_codes_of_the_gone
from mcu_mail.service.health import Health
from mcu_mail.service.incoming import take_incoming
from mcu_mail.service.letter_marks import make_key
from mcu_mail.service.looking_back import look_at_share
from mcu_mail.service.noting import Noting
from mcu_mail.service.papers import do_papers, take_up_again
from mcu_mail.service.receive import move_decided, receive
from mcu_mail.service.reconcile_mark import is_marked
from mcu_mail.service.reconciling import reconcile
from mcu_mail.service.remind import catch_up, remind
from mcu_mail.service.scans import take_scans
from mcu_mail.service.space import watch_room
from mcu_mail.service.surroundings import look_around
from mcu_mail.service.systemd import Systemd
from mcu_mail.service.templates import take_over
from mcu_mail.service.today import refused_files, write_today
from mcu_mail.service.watching import watch
from mcu_mail.service.year_end import close_last_year

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable
    from datetime import date, datetime

    from mcu_mail.domain.office import Absence
    from mcu_mail.service.desk import Desk
    from mcu_mail.service.settings_file import SettingsFile

log = logging.getLogger(__name__)

_MOST_ROUNDS = 200
_SETTLE_WAITS = 3
_START_AGAIN = 10.0
_DOORS = {"imap": "mailbox", "smtp": "smtp"}
_LATE = 60.0
"""Seconds by which a tick may be late before the idle loop counts as stalled."""


@dataclass(kw_only=True)
class Rounds:
    """The jobs of one daemon. `played`: the moments are played, not the clock's."""

    desk: Desk
    played: bool = False
    health: Health = field(default_factory=Health)
    settings_file: SettingsFile | None = None
    """What the settings were read from; None: nobody watches it."""
    noting: Noting = field(default_factory=Noting)
    lasting: bool = False
    """A daemon, that a person has started; not one `once` of many."""
    noted: tuple[date, tuple[str, ...]] | None = None
    """The day, and the files in «Не принято», for which it has looked after the clerk's note."""
    configured: tuple[Absence, ...] = field(init=False)
    """The absences of the configuration, before those that the dispatcher has settled."""

    def __post_init__(self) -> None:
        """Keep what the configuration says: later absences stand beside it."""
        self.configured = self.desk.office.absences

    def start(self, now: datetime) -> None:
        """Settle what a killed daemon left, and say what was missed meanwhile."""
        fail_point("start.before")
        self.noting.begin(self.desk, self.health, now, waits=not self.lasting)
        # On a full disk what was left can be settled only in the room of the reserve.
        self._job("room", lambda: watch_room(self.desk, now), now)
        begin_tomorrow(self.desk, now)
        prepare_folders(self.desk)
        self.desk.press.end_leftovers()
        self.desk.store.files.end_unfinished()
        make_key(self.desk)
        look_at_share(self.desk, now)
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
        done = self._job("folder", lambda: take_scans(self.desk, now), now)
        done += self._job("incoming", lambda: take_incoming(self.desk, now), now)
        done += self._job("papers", lambda: do_papers(self.desk, now), now)
        # A letter that can go goes before anybody is told that its term has passed.
        done += self._job("smtp", lambda: dispatch(self.desk, now), now, idle_proves=False)
        done += self._job("remind", lambda: remind(self.desk, now), now)
        return done + self._job("smtp", lambda: dispatch(self.desk, now), now, idle_proves=False)

    def one(self, now: datetime) -> int:
        """A whole round; returns how much was done."""
        self.desk = with_absences(self.desk, self.configured)
        self._job("room", lambda: watch_room(self.desk, now), now)
        if self.settings_file is not None:
            watched = self.settings_file
            self._job("settings", lambda: watched.watch(self.desk, now), now)
        self._job("templates", lambda: take_over(self.desk, now), now)
        done = self._job("people", lambda: void_codes_of_the_gone(self.desk, now), now)
        if is_marked(self.desk):
            # Before the mailbox was read whole nothing leaves and no number is given.
            return done + self._reconcile(now)
        done += self.mail_in(now)
        if is_marked(self.desk):
            return done + self._reconcile(now)
        done += self.work(now)
        done += self._job("backup", lambda: back_up_daily(self.desk, now, at_once=self.played), now)
        seen = self.desk.today(now), refused_files(self.desk)
        # The note can only change when something was done, by us or by the clerk in the folder
        # of refused files, or when a new day has begun.
        if done or seen != self.noted:
            done += self._job("year_end", lambda: close_last_year(self.desk, now), now)
            self._job("today", lambda: int(write_today(self.desk, now)), now)
            self.noted = seen
        if not self.played:
            # A server that has just refused another job is not asked for its certificate.
            closed = {door for door, name in _DOORS.items() if name in self.health.faults}
            self._job("around", lambda: look_around(self.desk, now, closed=closed), now)
        done += self._job("watch", lambda: watch(self.desk, self.health, self.noting, now), now)
        self.noting.ticked_at = self.desk.real_now()
        return done

    def _reconcile(self, now: datetime) -> int:
        """A store that may know less than was sent reads the mailbox first."""
        return self._job("mailbox", lambda: reconcile(self.desk, now, played=self.played), now)

    def until_idle(self, now: datetime) -> None:
        """Rounds until nothing is owed; a scan that has just come is waited for."""
        waits = 0
        for _ in range(_MOST_ROUNDS):
            # Before anybody is reminded of a scan, one that lies there is given time to settle.
            while waits < _SETTLE_WAITS and unsettled(self.desk):
                waits += 1
                self.desk.pause(self.desk.settings.folders.settle_seconds + 0.2)
            if not self.one(now):
                self.noting.end(self.desk, self.health, State.done)
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
        self.health.begins()
        self.noting.begun(name, now)
        try:
            done = job()
        except ReplacedError:
            # No fence of a job holds this: whoever has the store now does all that is owed.
            raise
        except McuMailError as error:
            # Errors of ours name servers and reasons, never people or their words.
            log.warning("%s: %s", name, discreet(str(error)))
            self._failed(name, error, now)
            return 0
        except Exception as error:  # the daemon outlives every fault of a job
            log.exception("job %s failed", name)
            self._failed(name, error, now)
            return 0
        finally:
            # Well or not, it has come to its end: what hangs does not come here.
            progress()
        if done or idle_proves:
            self.health.went_well(self.desk, name, now)
        return done

    def _failed(self, name: str, error: Exception, now: datetime) -> None:
        """Note it; what stopped the job may stop the alarm too, and the other jobs go on."""
        try:
            self.health.failed(self.desk, name, error, now)
        except ReplacedError:
            raise
        except Exception:  # a full disk: the next failure of the job alarms again
            log.exception("no alarm of job %s could be given", name)
            self.health.alarmed.discard(name)


def run(rounds: Rounds, clock: Callable[[], datetime], stop: threading.Event) -> None:
    """Tick until `stop` is set; a job that is under way is finished first."""
    systemd = Systemd()
    rounds.lasting = True

    def moved_on() -> None:
        systemd.alive()
        rounds.noting.note(rounds.desk, rounds.health)

    with heard_by(moved_on):
        while not _started(rounds, clock) and not stop.wait(_START_AGAIN):
            # It waits for a disk or a database, and is at work all the same.
            progress()
        rounds.noting.state = State.working
        systemd.ready(STARTED)
        ticker = schedule.Scheduler()
        seconds = rounds.desk.settings.mail.imap.poll_seconds
        ticker.every(seconds).seconds.do(lambda: _tick(rounds, clock, stop, systemd))
        _tick(rounds, clock, stop, systemd)
        while not stop.is_set():
            ticker.run_pending()
            if ticker.idle_seconds is not None and ticker.idle_seconds > -_LATE:
                # The next tick is not late: what waits for it is no stall.
                progress()
            stop.wait(min(1.0, seconds))
        systemd.stopping(STOPPING)
    rounds.noting.end(rounds.desk, rounds.health, State.stopped)


def _started(rounds: Rounds, clock: Callable[[], datetime]) -> bool:
    """Settle what was left; on a full disk, or beside a database that is away, that must wait."""
    try:
        rounds.start(clock())
    except ReplacedError:
        raise
    except Exception:  # nothing is read and nothing sent before what was left is settled
        log.exception("the start failed and is tried again")
        return False
    return True


def _tick(
    rounds: Rounds, clock: Callable[[], datetime], stop: threading.Event, systemd: Systemd
) -> None:
    """Rounds until nothing is owed or the daemon is to end; a fault here ends no daemon."""
    try:
        say_alive(rounds.desk)
        catch_up(rounds.desk, clock())
        for _ in range(_MOST_ROUNDS):
            if stop.is_set() or not rounds.one(clock()):
                break
    except ReplacedError:
        raise
    except Exception as error:  # a full disk or a busy database: the next tick tries again
        log.exception("a round failed")
        rounds.health.failed(rounds.desk, "round", error, clock())
    else:
        rounds.health.went_well(rounds.desk, "round", clock())
    faults = len(rounds.health.since)
    systemd.says(at_work(rounds.noting.counts, faults, rounds.desk.local(clock())))
