"""What one process notes of itself in the health file, at most every few seconds.

Counting asks the database; writing the file does not: a locked database or a full disk leaves the
older counts, and who watches from outside still sees that something ticks.
"""

from __future__ import annotations

import json
import logging
import os
import time
from dataclasses import dataclass, field, replace
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from mcu_mail.domain.watch import HealthRecord, JobRecord, State
from mcu_mail.service.health import LONGEST_WAIT
from mcu_mail.store import health_file
from mcu_mail.store.disk import free_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from mcu_mail.service.desk import Desk
    from mcu_mail.service.health import Health

log = logging.getLogger(__name__)

EVERY = 10.0
"""Seconds between two writings when nothing new has failed or begun to work."""
_COUNT_EVERY = 60.0
_SURROUNDINGS, _BACKUP = "surroundings", "backup:last"
"""The facts that say what was measured outside, and when the state was copied last."""


@dataclass(kw_only=True)
class Noting:
    """The notes of one process."""

    state: State = State.starting
    job: str = ""
    at: datetime | None = None
    started_at: datetime | None = None
    ticked_at: datetime | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    mails: Mapping[str, int] = field(default_factory=dict)
    last_letter_at: datetime | None = None
    last_mail_at: datetime | None = None
    backup_at: datetime | None = None
    certificate_days: int | None = None
    quota_percent: int | None = None
    _written: float | None = None
    _counted: float | None = None
    _failing: frozenset[tuple[str, bool]] = frozenset()

    def begin(self, desk: Desk, health: Health, now: datetime, *, waits: bool) -> None:
        """Take over what the process before has noted; `waits` as in `Health.take_over`."""
        before = health_file.read(place(desk))
        self.started_at, self.at = desk.real_now(), now
        if before is not None:
            # A moment that is played lies anywhere: what failed «later» than now says nothing.
            jobs = {
                name: replace(job, until=job.until if _is_near(job.until, now) else None)
                for name, job in before.jobs.items()
                # Of a clock that is behind it is said that it was right, later than now.
                if job.failing_since is None or job.failing_since <= now or name == "clock"
            }
            health.take_over(jobs, waits=waits)
            self.mails = before.mails
            self.counts = before.counts
            self.last_letter_at, self.last_mail_at = before.last_letter_at, before.last_mail_at
        self.write(desk, health)

    def begun(self, job: str, now: datetime) -> None:
        """A job begins."""
        self.job, self.at = job, now

    def note(self, desk: Desk, health: Health) -> None:
        """Write if something has begun or ceased to fail, or if the last note is old enough."""
        failing = frozenset((name, name in health.alarmed) for name in health.since)
        due = self._written is None or time.monotonic() - self._written >= EVERY
        if due or failing != self._failing:
            self.write(desk, health)

    def end(self, desk: Desk, health: Health, state: State) -> None:
        """The process has come to its end, or one `once` to its own."""
        self.state, self.job = state, ""
        self.count(desk)
        self.write(desk, health)

    def count(self, desk: Desk) -> None:
        """Count what is open and waits; a database that is busy leaves the older counts."""
        self._counted = time.monotonic()
        try:
            with desk.store.view() as view:
                self.counts = view.census.counts(self.at or desk.real_now())
                self.last_letter_at = view.census.last_letter_at()
                self.last_mail_at = view.census.last_mail_at()
                around = view.facts.get(_SURROUNDINGS)
                copied = view.facts.get(_BACKUP)
        except Exception as error:  # noqa: BLE001 - the notes must not depend on the database
            log.info("the counts of the health file are older: %s", type(error).__name__)
            return
        self.backup_at = datetime.fromisoformat(copied) if copied else None
        measured = json.loads(around) if around else {}
        self.certificate_days = certificate_days(measured, self.at or desk.real_now())
        self.quota_percent = quota_percent(measured)

    def count_seldom(self, desk: Desk) -> None:
        """Count when the last count is a minute old."""
        if self._counted is None or time.monotonic() - self._counted >= _COUNT_EVERY:
            self.count(desk)

    def write(self, desk: Desk, health: Health) -> None:
        """Write the file now; a disk that is full stops nothing."""
        self._written = time.monotonic()
        self._failing = frozenset((name, name in health.alarmed) for name in health.since)
        try:
            health_file.write(place(desk), self.record(desk, health), desk.zone)
        except OSError as error:
            log.warning("the health file could not be written: %s", type(error).__name__)

    def record(self, desk: Desk, health: Health) -> HealthRecord:
        """What is noted now, every moment in the office's zone."""
        real = desk.local(desk.real_now())
        free = free_bytes(desk.store.files.base)
        return HealthRecord(
            version=program_version(),
            pid=os.getpid(),
            state=self.state,
            started_at=desk.local(self.started_at) if self.started_at else real,
            noted_at=real,
            stale_after=max(
                60 * desk.settings.watch.stale_minutes, 3 * desk.settings.mail.imap.poll_seconds
            ),
            at=desk.local(self.at) if self.at else real,
            job=self.job,
            ticked_at=_local(desk, self.ticked_at),
            jobs={name: _of_office(desk, job) for name, job in health.records().items()},
            counts=self.counts,
            mails=self.mails,
            last_letter_at=_local(desk, self.last_letter_at),
            last_mail_at=_local(desk, self.last_mail_at),
            backup_at=_local(desk, self.backup_at),
            free_mb=free // 1_000_000 if free is not None else None,
            least_free_mb=desk.settings.store.least_free_mb,
            certificate_days=self.certificate_days,
            quota_percent=self.quota_percent,
        )


def place(desk: Desk) -> Path:
    """Where the health file of this office stands: beside the kept files."""
    return desk.store.files.base.parent / health_file.NAME


def certificate_days(measured: Mapping[str, Any], now: datetime) -> int | None:
    """How long the certificate holds that ends first; None when none was seen."""
    ends = (measured.get("imap_until"), measured.get("smtp_until"))
    days = [(datetime.fromisoformat(end) - now).days for end in ends if end]
    return min(days, default=None)


def quota_percent(measured: Mapping[str, Any]) -> int | None:
    """How full the mailbox is; None when the server does not say."""
    used, limit = measured.get("quota_used"), measured.get("quota_limit")
    return 100 * int(used) // int(limit) if used is not None and limit else None


def program_version() -> str:
    """The version of the installed program; empty when it runs from a checkout."""
    try:
        return version("mcu-mail")
    except PackageNotFoundError:
        return ""


def _is_near(until: datetime | None, now: datetime) -> bool:
    """Whether a job may be left alone until then: a clock that was set back must not stop it."""
    return until is not None and until - now <= LONGEST_WAIT


def _of_office(desk: Desk, job: JobRecord) -> JobRecord:
    return replace(
        job,
        well_at=_local(desk, job.well_at),
        failing_since=_local(desk, job.failing_since),
        until=_local(desk, job.until),
    )


def _local(desk: Desk, moment: datetime | None) -> datetime | None:
    return desk.local(moment) if moment is not None else None
