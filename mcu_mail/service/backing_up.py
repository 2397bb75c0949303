"""Copies of the whole state: one archive at a person's word, and one a day by the daemon itself.

An archive gets its name only after it was read back. What is missing or altered in the store is
told by its digest; the rest is kept, and a whole archive is never replaced by one that is not.
"""

from __future__ import annotations

import hashlib
import logging
import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from mcu_mail.errors import TemporaryError
from mcu_mail.failpoints import fail_point
from mcu_mail.service.health import raise_alarm
from mcu_mail.store import archive
from mcu_mail.store.database import without_password
from mcu_mail.store.mirror import Mirror

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from mcu_mail.service.desk import Desk
    from mcu_mail.settings import Settings
    from mcu_mail.store.archive import Manifest
    from mcu_mail.store.unit_of_work import Store, UnitOfWork

log = logging.getLogger(__name__)

TEMPLATES = "templates.zip"
LAST, DAILY, SINCE = "backup:last", "backup:daily", "backup:since"
_SLICE = 256 * 1024 * 1024
"""Octets of new files that one pass copies ahead: nobody waits for the first, large copy."""
_STALE = timedelta(days=1)
_STEM = "mcu-"


@dataclass(frozen=True, kw_only=True)
class Made:
    """A finished archive."""

    path: Path
    manifest: Manifest


def last_backup(view: UnitOfWork) -> datetime | None:
    """When the state was last copied whole, at a person's word or by the daemon; None: never."""
    at = view.facts.get(LAST)
    return datetime.fromisoformat(at) if at else None


def back_up(store: Store, target: Path, now: datetime, beside: Mapping[str, bytes]) -> Made:
    """Write the whole state into the archive `target`, read it back, and give it its name.

    An archive with gaps never takes the name of one that exists: it stands beside it.

    Raises:
        TemporaryError: there is no room, or the place cannot be written.
        RefusedError: what was written is not what was read.

    """
    try:
        part = target.with_name(f".{target.name}.{os.getpid()}{archive.PART}")
        part.unlink(missing_ok=True)
        try:
            manifest = archive.write(
                part,
                store.engine,
                archive.within(store.files.base),
                made_at=now,
                within=True,
                beside=beside,
            )
            archive.verify(part)
            if not manifest.is_whole and target.exists():
                target = _beside(target)
            archive.put_in_place(part, target)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise TemporaryError(
            f"{target}: копия не записана ({error.strerror or type(error).__name__})"
        ) from error
    _remember(store, {LAST: now.isoformat()})
    return Made(path=target, manifest=manifest)


def kept_beside(settings: Settings, config: Path, files: Path) -> dict[str, bytes]:
    """What a restored office needs besides: its settings, and the templates in use.

    Secrets stand in neither; the password that a database's address may hold is left out.
    """
    found = {}
    with suppress(OSError):
        kept, url = config.read_bytes(), settings.store.url
        if "://" in url:
            # `env:NAME` and `file:PATH` name a place outside, and hold no password.
            kept = kept.replace(url.encode(), without_password(url).encode())
        found["config.yaml"] = kept
    with suppress(OSError):
        found[TEMPLATES] = (files.parent / TEMPLATES).read_bytes()
    return found


def _beside(target: Path) -> Path:
    return target.with_name(f"{target.stem}.неполная{target.suffix}")


def gaps(manifest: Manifest) -> tuple[str, ...]:
    """What an archive lacks, in Russian, one line a file."""
    return (
        *(f"нет файла {one}: на него ссылается база" for one in manifest.missing),
        *(f"файл {one} изменён на диске" for one in manifest.altered),
    )


def _remember(store: Store, facts: Mapping[str, str]) -> None:
    with store.work() as work:
        for key, value in facts.items():
            work.facts.set(key, value)
        work.commit()


# --- the daily copy -----------------------------------------------------------------------------


def back_up_daily(desk: Desk, now: datetime, *, at_once: bool) -> int:
    """Make the copy of the day when its hour has come; 1 when something was done.

    The files are copied ahead in slices, so that no pass waits for a large store: the database is
    copied in the pass that finds little left.

    Args:
        desk: the office's desk.
        now: the moment.
        at_once: whatever there is to be copied is copied in this pass.

    Raises:
        McuMailError: no copy was made.

    """
    if not _is_due(desk, now):
        return 0
    folder, store = desk.backups, desk.store
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        archive.sweep(folder, desk.real_now() - _STALE)
        mirror = Mirror(store.files.base, folder / archive.SHARED)
        if not mirror.catch_up(None if at_once else _SLICE):
            return 1
        manifest = _archived(desk, mirror, now)
    except OSError as error:
        raise TemporaryError(
            f"store.backup: копия не записана ({error.strerror or type(error).__name__})"
        ) from error
    _remember(store, {LAST: now.isoformat(), DAILY: now.isoformat()})
    if not manifest.is_whole:
        _alarm(desk, manifest, now)
    _let_go(desk)
    log.info("backup made: %d files, %d octets", manifest.files, manifest.octets)
    return 1


def _is_due(desk: Desk, now: datetime) -> bool:
    settings = desk.settings.store
    if settings.backup_keep == 0:
        return False
    with desk.store.view() as view:
        last = view.facts.get(DAILY) or view.facts.get(SINCE)
    if last is None:
        # A new store has nothing worth a copy yet: its first one is made in the coming night.
        _remember(desk.store, {SINCE: now.isoformat()})
        return False
    today = desk.local(now)
    hour = datetime.combine(today.date(), settings.backup_at, desk.zone)
    if today < hour:
        hour -= timedelta(days=1)
    return datetime.fromisoformat(last) < hour


def _archived(desk: Desk, mirror: Mirror, now: datetime) -> Manifest:
    """Write the archive of the day beside the mirror, and read it back."""
    local = desk.local(now)
    target = desk.backups / f"{_STEM}{local:%Y-%m-%d}.zip"
    part = target.with_name(f".{target.name}{archive.PART}")
    part.unlink(missing_ok=True)

    def keep(_: object) -> archive.Tally:
        mirror.catch_up(None)
        return mirror.tally(local.toordinal())

    try:
        manifest = archive.write(
            part,
            desk.store.engine,
            keep,
            made_at=now,
            within=False,
            beside=kept_beside(desk.settings, desk.config, desk.store.files.base),
        )
        archive.verify(part, deep=False)
        archive.put_in_place(part, target)
    finally:
        part.unlink(missing_ok=True)
    return manifest


def _let_go(desk: Desk) -> None:
    """Remove the oldest archives beyond those that are kept; the files they share stay."""
    keep = desk.settings.store.backup_keep
    for path in sorted(desk.backups.glob(f"{_STEM}????-??-??.zip"))[:-keep]:
        fail_point("backup.remove.before")
        path.unlink(missing_ok=True)
        fail_point("backup.remove.after")


def _alarm(desk: Desk, manifest: Manifest, now: datetime) -> None:
    """A gap is told once: the same one tomorrow is no news."""
    found = gaps(manifest)
    digest = hashlib.sha256("\n".join(found).encode()).hexdigest()[:24]
    with desk.store.work() as work:
        raise_alarm(
            desk,
            work,
            what="backup_gaps",
            key=f"backup_gaps:{digest}",
            since=now,
            error="\n".join(found[:20]),
            now=now,
        )
        work.commit()
