"""Notice what has stopped: back off, tell a person once, say when it works again.

An alarm goes by mail and by every way that needs none: the log at ERROR, the health file, a note
on the clerk's share and a command of the office's own (`alarm_ways`). What was told is kept in the
health file, so that a restart tells nobody a second time of the same outage.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from mcu_mail.domain.discreet import discreet
from mcu_mail.domain.surroundings import Matter, fact_of
from mcu_mail.domain.watch import ALARM_AFTER, JobRecord
from mcu_mail.errors import McuMailError, ReplacedError, TemporaryError
from mcu_mail.mail.tls import LoginRefusedError
from mcu_mail.service.alarm_ways import run_command
from mcu_mail.service.roles_told import alarmed_roles, tell_roles

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mcu_mail.service.desk import Desk
    from mcu_mail.store.unit_of_work import UnitOfWork

log = logging.getLogger(__name__)

LONGEST_WAIT = timedelta(minutes=15)
"""Until a refused login is tried again."""
_AGAIN = tuple(timedelta(seconds=seconds) for seconds in (15, 30, 60, 120))
_LONGEST_REASON = 300
_DOORS = {"mailbox": Matter.imap_door, "smtp": Matter.smtp_door}
"""By job, what people may have been told of its server."""


@dataclass(kw_only=True)
class Health:
    """Since when each job fails, until when it is left alone, and when it last went well."""

    since: dict[str, datetime] = field(default_factory=dict)
    until: dict[str, datetime] = field(default_factory=dict)
    tries: dict[str, int] = field(default_factory=dict)
    alarmed: set[str] = field(default_factory=set)
    faults: dict[str, str] = field(default_factory=dict)
    well: dict[str, datetime] = field(default_factory=dict)
    mailed: set[str] = field(default_factory=set)
    """Of which failing jobs a mail was queued: a database that is busy delays no other way."""
    begun: float = field(default_factory=time.monotonic)

    def begins(self) -> None:
        """A job begins now: what it waits for a server is counted."""
        self.begun = time.monotonic()

    def _rest(self, again: timedelta) -> timedelta:
        """How long after the beginning of a pass a job is tried again.

        A server that hangs holds a pass until its time-out, and is then left alone for at least
        as long: half of the time belongs to all other work.
        """
        took = timedelta(seconds=int(time.monotonic() - self.begun))
        return took + max(again, took)

    def is_waiting(self, name: str, now: datetime) -> bool:
        """Whether the job is left alone: a refused login, or a server that has just failed."""
        return name in self.until and now < self.until[name]

    def failed(self, desk: Desk, name: str, error: Exception, now: datetime) -> None:
        """Record a failure; after ten minutes of it a person is told, once."""
        since = self.since.setdefault(name, now)
        self.faults[name] = reason_of(error)
        tries = self.tries[name] = self.tries.get(name, 0) + 1
        if isinstance(error, LoginRefusedError):
            # Trying a wrong password again and again locks the account out.
            self.until[name] = now + LONGEST_WAIT
        elif isinstance(error, TemporaryError):
            self.until[name] = now + self._rest(_AGAIN[min(tries, len(_AGAIN)) - 1])
        if now - since >= ALARM_AFTER or isinstance(error, LoginRefusedError):
            self._alarm(desk, name, since, now)

    def is_told(self, desk: Desk, name: str, reason: str, since: datetime) -> None:
        """Record what is wrong and must be known at once; whoever found it has queued the mail."""
        self.since.setdefault(name, since)
        self.faults[name] = reason
        self._call(desk, name, self.since[name])

    def went_well(self, desk: Desk, name: str, now: datetime) -> None:
        """The job works (again)."""
        self.well[name] = now
        since = self.since.pop(name, None)
        self.until.pop(name, None)
        self.tries.pop(name, None)
        self.faults.pop(name, None)
        self.mailed.discard(name)
        if name in self.alarmed:
            self.alarmed.discard(name)
            log.error("job %s works again", name)
            run_command(desk, name, since=None)
            if since is not None:
                _tell_over(desk, name, since, now)

    def records(self) -> dict[str, JobRecord]:
        """What the health file keeps of every job."""
        return {
            name: JobRecord(
                well_at=self.well.get(name),
                failing_since=self.since.get(name),
                reason=self.faults.get(name, ""),
                tries=self.tries.get(name, 0),
                until=self.until.get(name),
                alarmed=name in self.alarmed,
            )
            for name in sorted({*self.well, *self.since})
        }

    def take_over(self, jobs: Mapping[str, JobRecord], *, waits: bool) -> None:
        """Go on from what an earlier process has noted.

        Args:
            jobs: of the health file.
            waits: also leave alone what was to be left alone. A daemon that a person has started
                anew tries at once (he may have mended it); `once` that a timer starts does not,
                or a wrong password would be tried every minute.

        """
        for name, job in jobs.items():
            if job.well_at is not None:
                self.well[name] = job.well_at
            if job.failing_since is None:
                continue
            self.since[name] = job.failing_since
            self.faults[name] = job.reason
            self.tries[name] = job.tries
            if job.alarmed:
                self.alarmed.add(name)
            if waits and job.until is not None:
                self.until[name] = job.until

    def _is_said_of_door(self, work: UnitOfWork, name: str) -> bool:
        """Whether this very outage was seen, and told of, when the server was looked at."""
        door = _DOORS.get(name)
        since, _, stage = (work.facts.get(fact_of(door)) or "" if door else "").partition("|")
        well = self.well.get(name)
        return bool(stage) and (well is None or well <= datetime.fromisoformat(since))

    def _call(self, desk: Desk, name: str, since: datetime) -> None:
        """Alarm by the ways that need no mail, once."""
        if name not in self.alarmed:
            self.alarmed.add(name)
            log.error("job %s has been failing since %s", name, since.isoformat())
            run_command(desk, name, since=since)

    def _alarm(self, desk: Desk, name: str, since: datetime, now: datetime) -> None:
        self._call(desk, name, since)
        if name in self.mailed:
            return
        try:
            with desk.store.work() as work:
                # Who has been told that the server cannot be used need not hear it twice.
                if not self._is_said_of_door(work, name):
                    raise_alarm(
                        desk,
                        work,
                        what=name,
                        # One moment has many offsets: the key must survive the health file.
                        key=f"alarm:{name}:{since.astimezone(UTC).isoformat()}",
                        since=since,
                        error=self.faults[name],
                        now=now,
                    )
                work.commit()
        except ReplacedError:
            raise
        except Exception:  # a full disk or a busy database: the next failure tries again
            log.exception("the alarm of job %s could not be mailed", name)
        else:
            self.mailed.add(name)


def reason_of(error: Exception) -> str:
    """Why a job failed, in words that name no person; of a foreign fault its kind alone."""
    if isinstance(error, McuMailError):
        return discreet(" ".join(str(error).split()))[:_LONGEST_REASON]
    return type(error).__name__


def _tell_over(desk: Desk, name: str, since: datetime, now: datetime) -> None:
    """Who was alarmed hears that it is over."""
    key = f"alarm_over:{name}:{since.astimezone(UTC).isoformat()}"
    context = {"what": name, "since": desk.local(since)}
    try:
        with desk.store.work() as work:
            tell_roles(
                desk,
                work,
                alarmed_roles(desk),
                template="alarm_over",
                key=key,
                now=now,
                context=context,
            )
            work.commit()
    except ReplacedError:
        raise
    except Exception:  # the health file and the log have said it
        log.exception("the end of the alarm of job %s could not be mailed", name)


def raise_alarm(
    desk: Desk,
    work: UnitOfWork,
    *,
    what: str,
    key: str,
    since: datetime,
    error: str,
    now: datetime,
    hint: str = "",
) -> None:
    """Tell the administrator, if there is one, and the dispatcher of a fault, once per key."""
    tell_roles(
        desk,
        work,
        alarmed_roles(desk),
        template="alarm",
        key=key,
        now=now,
        context={"what": what, "since": desk.local(since), "error": error, "hint": hint},
    )
