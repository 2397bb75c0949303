"""The rounds of a service: what is owed at a moment, job by job, each in its fence."""

from __future__ import annotations

import logging
import math
import time
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from mcu_mail.domain.discreet import discreet
from mcu_mail.domain.watch import State
from mcu_mail.errors import McuMailError, ReplacedError
from mcu_mail.failpoints import fail_point
from mcu_mail.progress import progress
from mcu_mail.service.absences import with_absences
from mcu_mail.service.after_outage import WORTH_TELLING, is_night, tell_of_missed
from mcu_mail.service.alarm_ways import keep_note
from mcu_mail.service.backing_up import back_up_daily
from mcu_mail.service.calendar_orders import with_calendar
from mcu_mail.service.caught_up import remind_after
from mcu_mail.service.clerk_folders import prepare_folders, unsettled
from mcu_mail.service.collect import collect
from mcu_mail.service.counting import remember_register
from mcu_mail.service.daily_line import begin_tomorrow
from mcu_mail.service.digests import tell_digests
from mcu_mail.service.dispatch import dispatch, recover
from mcu_mail.service.gathering import forget_told
from mcu_mail.service.gone import void_codes_of_the_gone
from mcu_mail.service.hand_sets import tidy_sets
from mcu_mail.service.health import Health
from mcu_mail.service.incoming import take_incoming
from mcu_mail.service.letter_marks import make_key
from mcu_mail.service.looking_back import look_at_share
from mcu_mail.service.moved_terms import move_terms
from mcu_mail.service.noting import Noting
from mcu_mail.service.papers import do_papers, take_up_again
from mcu_mail.service.receive import move_decided, receive
from mcu_mail.service.reconcile_mark import is_marked
from mcu_mail.service.reconciling import reconcile
from mcu_mail.service.remind import remind
from mcu_mail.service.scans import take_scans
from mcu_mail.service.sheets import send_sheets
from mcu_mail.service.space import watch_room
from mcu_mail.service.surroundings import look_around
from mcu_mail.service.templates import take_over
from mcu_mail.service.today import refused_files, write_today
from mcu_mail.service.waking import Waking
from mcu_mail.service.watching import watch
from mcu_mail.service.year_end import close_last_year, tell_of_calendar

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from mcu_mail.domain.calendar import WorkCalendar
    from mcu_mail.domain.office import Absence
    from mcu_mail.service.desk import Desk
    from mcu_mail.service.settings_file import SettingsFile

log = logging.getLogger(__name__)

MOST_ROUNDS = 200
_SETTLE_WAITS = 3
_DOORS = {"imap": "mailbox", "smtp": "smtp"}


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
    ticks: Callable[[], float] = time.monotonic
    """Seconds that no correction of the clock moves."""
    waking: Waking = field(init=False)
    gathers: bool | None = None
    """After an outage everybody gets one mail; None: unless the moments, which lie apart by nature,
    are played."""
    is_held_back: bool = False
    """The start has yet to be made: the clock was not believed, or it failed half-way."""
    configured: tuple[Absence, ...] = field(init=False)
    """The absences of the configuration, before those that the dispatcher has settled."""
    calendar: WorkCalendar = field(init=False)
    """The same of the calendar, before the days that officials have changed by mail."""

    def __post_init__(self) -> None:
        """Keep what the configuration says: later absences stand beside it."""
        self.waking = Waking(played=self.played, ticks=self.ticks)
        if self.gathers is None:
            self.gathers = not self.played
        if self.played:
            # In a played moment no time passes: every job does all that is owed at it.
            self.desk = replace(self.desk, turn_seconds=math.inf)
        self.configured = self.desk.office.absences
        self.calendar = self.desk.calendar

    def start(self, now: datetime) -> None:
        """Settle what a killed daemon left, and see for how long there was none."""
        fail_point("start.before")
        if not self.is_held_back:
            self.noting.begin(self.desk, self.health, now, waits=not self.lasting)
            self.is_held_back = True
        if self.waking.doubts(self.desk, self.health, now) is not None:
            return
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
        self._job("folder", lambda: tidy_sets(self.desk), now, idle_proves=False)
        self.waking.begin(self.desk, now)
        fail_point("start.after")
        self.is_held_back = False

    def _remind(self, now: datetime) -> int:
        """Whatever has fallen due; what fell due in an outage is told at once to each person."""
        outage = self.waking.outage
        if outage is None or outage.until - outage.since < WORTH_TELLING:
            return remind(self.desk, now) + self.waking.over(self.desk)
        if not self.gathers:
            return (
                tell_of_missed(self.desk, outage, now)
                + remind(self.desk, now)
                + self.waking.over(self.desk)
            )
        if is_night(self.desk, now):
            return remind(self.desk, now, outage)
        return (
            remind_after(self.desk, outage, now)
            + self.waking.over(self.desk)
            + remind(self.desk, now)
        )

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

    def _send(self, now: datetime, *, letters: bool = True) -> int:
        """Hand over what waits; without `letters` only what people here are to hear."""
        send = partial(dispatch, self.desk, now, letters=letters)
        return self._job("smtp", send, now, idle_proves=False)

    def work(self, now: datetime) -> int:
        """Everything that is owed without looking into the mailbox."""
        # What is ready to leave does not wait for what is still to be made.
        done = self._send(now) + self._indoors(now)
        # A letter that can go goes before anybody is told that its term has passed.
        done += self._send(now)
        done += self._job("remind", lambda: self._remind(now), now)
        done += self._job("sheets", lambda: send_sheets(self.desk, now), now)
        done += self._job("digests", lambda: tell_digests(self.desk, now), now)
        return done + self._send(now)

    def one(self, now: datetime) -> int:
        """A whole round; returns how much was done."""
        at = self.waking.doubts(self.desk, self.health, now)
        if at is not None:
            return self._tell_of_clock(at)
        if self.is_held_back:
            self.start(now)
        self.waking.beat(self.desk, self.health, now)
        done = self._round(now)
        self.noting.ticked_at = self.desk.real_now()
        return done

    def _tell_of_clock(self, at: datetime) -> int:
        """By a clock that is not believed nothing is done but to say so; returns 0."""
        if not is_marked(self.desk):
            self._job("smtp", lambda: dispatch(self.desk, at, letters=False), at, idle_proves=False)
        self._job("watch", lambda: int(keep_note(self.desk, self.health, at)), at)
        return 0

    def _round(self, now: datetime) -> int:
        self.desk = with_absences(self.desk, self.configured)
        self.desk = with_calendar(self.desk, self.calendar)
        self._job("room", lambda: watch_room(self.desk, now), now)
        if self.settings_file is not None:
            watched = self.settings_file
            self._job("settings", lambda: watched.watch(self.desk, now), now)
        self._job("templates", lambda: take_over(self.desk, now), now)
        done = self._job("people", lambda: void_codes_of_the_gone(self.desk, now), now)
        if is_marked(self.desk):
            # Before the mailbox was read whole nothing leaves and no number is given.
            return done + self._reconcile(now)
        done += self._job("calendar", lambda: move_terms(self.desk, now), now)
        done += self.mail_in(now)
        if is_marked(self.desk):
            return done + self._reconcile(now)
        if self.waking.wakes(self.desk, self.health, now, self._job):
            done += self.work(now)
        else:
            # Nobody is reminded and no letter leaves; but what is wrong here must be heard of.
            done += self._indoors(now) + self._send(now, letters=False)
            if "mailbox" not in self.health.since:
                return done + self._watch(now)
        done += self._job("backup", lambda: back_up_daily(self.desk, now, at_once=self.played), now)
        done += self._notes(now, anew=bool(done))
        if not self.played:
            # A server that has just refused another job is not asked for its certificate.
            closed = {door for door, name in _DOORS.items() if name in self.health.faults}
            self._job("around", lambda: look_around(self.desk, now, closed=closed), now)
        return done + self._watch(now)

    def _watch(self, now: datetime) -> int:
        return self._job("watch", lambda: watch(self.desk, self.health, self.noting, now), now)

    def _notes(self, now: datetime, *, anew: bool) -> int:
        """The clerk's note of the day; `anew`: something was done."""
        # It can only change by that, by the clerk in the folder of refused files, or by a new day.
        seen = self.desk.today(now), refused_files(self.desk)
        if self.noted is not None and seen[0] != self.noted[0]:
            self._job("folder", lambda: tidy_sets(self.desk), now, idle_proves=False)
            self._job("sheets", lambda: forget_told(self.desk, now), now)
        if not anew and seen == self.noted:
            return 0
        done = self._job("year_end", lambda: close_last_year(self.desk, now), now)
        done += self._job("calendar", lambda: tell_of_calendar(self.desk, now), now)
        self._job("today", lambda: int(write_today(self.desk, now)), now)
        self.noted = seen
        return done

    def _reconcile(self, now: datetime) -> int:
        """A store that may know less than was sent reads the mailbox first."""
        return self._job("mailbox", lambda: reconcile(self.desk, now, played=self.played), now)

    def until_idle(self, now: datetime) -> None:
        """Rounds until nothing is owed; a scan that has just come is waited for."""
        waits = 0
        for _ in range(MOST_ROUNDS):
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
