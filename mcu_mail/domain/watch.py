"""How the service is: what it notes of itself, and what of that is wrong (pure).

Two clocks: the machine's tells whether anything ticks at all, the moment that the service worked
at (the same, unless it is played) tells since when a job fails.
"""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - read at run time by whoever lists the fields
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from mcu_mail.domain import watch_words as words
from mcu_mail.domain.surroundings import CERTIFICATE_DAYS, QUOTA_PERCENT

ALARM_AFTER = timedelta(minutes=10)
"""So long a job may fail before anybody is disturbed."""
BACKUP_AGE = timedelta(hours=36)
_ROUNDS = 12
"""So many times the age of a stale note a round may take: an hour, where nothing else is set."""
MAIL_JOBS = ("mailbox", "smtp")
"""The jobs by which an alarm would go: when they fail it goes by other ways."""


class State(StrEnum):
    """What the process was doing when it noted this."""

    starting = "starting"
    working = "working"
    done = "done"
    """One `once` has come to its end."""
    stopped = "stopped"


@dataclass(frozen=True, kw_only=True)
class JobRecord:
    """One job: when it last went well, or since when and why it does not."""

    well_at: datetime | None = None
    failing_since: datetime | None = None
    reason: str = ""
    tries: int = 0
    until: datetime | None = None
    """It is left alone until then."""
    alarmed: bool = False


@dataclass(frozen=True, kw_only=True)
class HealthRecord:
    """What stands in the health file. Nothing in it names a person or an address."""

    version: str
    pid: int
    state: State
    started_at: datetime
    noted_at: datetime
    """When it was written, by the machine's clock."""
    stale_after: int
    """Seconds after `noted_at` from which nobody need believe it."""
    at: datetime
    """The moment the service worked at last."""
    job: str = ""
    """The job that was begun last before this was written."""
    ticked_at: datetime | None = None
    """When a round last came to its end, by the machine's clock."""
    jobs: Mapping[str, JobRecord] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    """open, aside, overdue, queued, unknown, mails_waiting, mails_aside."""
    mails: Mapping[str, int] = field(default_factory=dict)
    """The census: received, handled, ignored, aside, waiting, unknown, left, strange, megabytes."""
    last_letter_at: datetime | None = None
    last_mail_at: datetime | None = None
    backup_at: datetime | None = None
    free_mb: int | None = None
    least_free_mb: int = 500
    """Less free space than this is told: `store.least_free_mb`."""
    certificate_days: int | None = None
    quota_percent: int | None = None
    """How full the mailbox is."""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """Something that is wrong: a code for programs, a Russian sentence for people."""

    code: str
    text: str


def is_alarming(job: JobRecord, at: datetime) -> bool:
    """Whether a job has failed for so long, or in such a way, that a person must know."""
    return job.failing_since is not None and (job.alarmed or at - job.failing_since >= ALARM_AFTER)


def faults_within(record: HealthRecord) -> tuple[Fault, ...]:
    """What is wrong by the service's own word, the worst first."""
    found = [
        Fault(code=f"job:{name}", text=words.failing(name, job.failing_since, job.reason))
        for name, job in record.jobs.items()
        if job.failing_since is not None and is_alarming(job, record.at)
    ]
    if record.free_mb is not None and record.free_mb < record.least_free_mb:
        found.append(Fault(code="disk", text=words.disk(record.free_mb)))
    if record.certificate_days is not None and record.certificate_days < CERTIFICATE_DAYS:
        found.append(Fault(code="certificate", text=words.certificate(record.certificate_days)))
    if record.quota_percent is not None and record.quota_percent >= QUOTA_PERCENT:
        found.append(Fault(code="quota", text=words.quota(record.quota_percent)))
    if record.backup_at is not None and record.at - record.backup_at > BACKUP_AGE:
        found.append(Fault(code="backup", text=words.old_backup(record.backup_at)))
    found += [
        Fault(code=name, text=text)
        for name, text in (
            ("unknown", words.unclear(record.counts.get("unknown", 0))),
            ("census", words.census(record.mails)),
        )
        if text
    ]
    return tuple(found)


def faults_of(record: HealthRecord | None, now: datetime) -> tuple[Fault, ...]:
    """What an outside watcher must know at `now`, by the machine's clock; empty: all is well.

    Args:
        record: what the health file says; None when there is none that can be read.
        now: the watcher's own clock.

    """
    if record is None:
        return (Fault(code="no_file", text=words.NO_FILE),)
    found = list(faults_within(record))
    if record.state is State.stopped:
        found.insert(0, Fault(code="stopped", text=words.stopped(record.noted_at)))
    elif now - record.noted_at > timedelta(seconds=record.stale_after):
        # A daemon that hangs and one that was killed look alike from outside.
        text = words.stalled(record.noted_at, now - record.noted_at, record.job)
        found.insert(0, Fault(code="stalled", text=text))
    elif record.state is State.working:
        # It moves, and comes to no end: one round may be long, but not as long as that.
        ended = record.ticked_at or record.started_at
        if now - ended > _ROUNDS * timedelta(seconds=record.stale_after):
            text = words.stalled(ended, now - ended, record.job)
            found.insert(0, Fault(code="stalled", text=text))
    return tuple(found)
