"""`health.json` beside the store: how the service is, for whoever watches it from outside.

Written whole and renamed; read without the database, which may be locked by a daemon that hangs.
Moments are ISO 8601. Keys are documented in `docs/watching.md` and only ever added to.
"""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import fields
from datetime import datetime
from typing import TYPE_CHECKING, Any

from mcu_mail.domain.watch import HealthRecord, JobRecord, State
from mcu_mail.failpoints import fail_point

if TYPE_CHECKING:
    from pathlib import Path
    from zoneinfo import ZoneInfo

NAME = "health.json"
FORMAT = 1
_LARGEST = 1_000_000
_MOMENTS = frozenset({
    "started_at", "noted_at", "ticked_at", "at", "last_letter_at", "last_mail_at", "backup_at",
})  # fmt: skip


def as_document(record: HealthRecord, zone: ZoneInfo) -> dict[str, Any]:
    """The record as plain values, moments in `zone`."""
    document: dict[str, Any] = {"format": FORMAT}
    for one in fields(record):
        value = getattr(record, one.name)
        if one.name in _MOMENTS:
            document[one.name] = _said(value, zone)
        elif one.name == "jobs":
            document["jobs"] = {name: _job(job, zone) for name, job in value.items()}
        else:
            document[one.name] = dict(value) if one.name in {"counts", "mails"} else value
    return document


def write(path: Path, record: HealthRecord, zone: ZoneInfo) -> None:
    """Put the record into its place at once; OSError leaves the older one."""
    text = json.dumps(as_document(record, zone), ensure_ascii=False, indent=1) + "\n"
    part = path.with_name(f".{path.name}.part")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with part.open("w", encoding="utf-8") as file:
            # Whoever watches may be another user than the service.
            part.chmod(0o644)
            fail_point("health.write")
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        fail_point("health.rename.before")
        part.replace(path)
        fail_point("health.rename.after")
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise


def read(path: Path) -> HealthRecord | None:
    """What the file says; None when there is none, or none that can be understood."""
    try:
        with path.open("rb") as file:
            document = json.loads(file.read(_LARGEST))
        return _record(document)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _record(document: dict[str, Any]) -> HealthRecord:
    known = {one.name for one in fields(HealthRecord)} & document.keys()
    values = {name: document[name] for name in known}
    for name in _MOMENTS & known:
        values[name] = _moment(values[name])
    values["state"] = State(values["state"])
    values["jobs"] = {
        str(name): JobRecord(
            well_at=_moment(job["well_at"]),
            failing_since=_moment(job["failing_since"]),
            reason=str(job["reason"]),
            tries=int(job["tries"]),
            until=_moment(job["until"]),
            alarmed=bool(job["alarmed"]),
        )
        for name, job in document["jobs"].items()
    }
    return HealthRecord(**values)


def _job(job: JobRecord, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "well_at": _said(job.well_at, zone),
        "failing_since": _said(job.failing_since, zone),
        "reason": job.reason,
        "tries": job.tries,
        "until": _said(job.until, zone),
        "alarmed": job.alarmed,
    }


def _said(value: datetime | None, zone: ZoneInfo) -> str | None:
    return value.astimezone(zone).isoformat() if value is not None else None


def _moment(value: str | None) -> datetime | None:
    if value is None:
        return None
    found = datetime.fromisoformat(value)
    if found.tzinfo is None:
        raise ValueError("a moment without its offset")
    return found
