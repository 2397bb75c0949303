"""Put a copy back: whole or not at all, the state that stood there kept beside it.

The kept files are added to those that are there: they are named by their content, so they harm
nobody. The database is changed in one rename, and last.
"""

from __future__ import annotations

import logging
import os
import shutil
import sqlite3
import tempfile
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from mcu_mail.errors import RefusedError, TemporaryError
from mcu_mail.failpoints import fail_point
from mcu_mail.service.alive import forget_alive
from mcu_mail.service.backing_up import TEMPLATES
from mcu_mail.service.reconcile_mark import ask_to_reconcile
from mcu_mail.store import archive, copying
from mcu_mail.store.database import migrate
from mcu_mail.store.files import Files, sync_folder
from mcu_mail.store.lease import forget_holder
from mcu_mail.store.unit_of_work import Store

if TYPE_CHECKING:
    from datetime import datetime
    from zipfile import ZipFile

    from mcu_mail.store.archive import Manifest

log = logging.getLogger(__name__)

_PART = ".restoring"
_HEAD = b"SQLite format 3"
_LOGS = ("-wal", "-shm")


@dataclass(frozen=True, kw_only=True)
class Restored:
    """What was put back. `aside`: where the database that stood there is kept now, if one did."""

    manifest: Manifest
    aside: Path | None


def restore(path: Path, url: str, files: Path, now: datetime) -> Restored:
    """Put the archive `path` back; the caller holds the store's lock.

    Args:
        path: the archive.
        url: of the database to be.
        files: the store's folder of kept files.
        now: the moment, for names and for the mark.

    Raises:
        RefusedError: the archive is not whole, or is of a newer version, or the database that
            stands there is in use or cannot be put aside; nothing was changed but files added.
        TemporaryError: there is no room.

    """
    made = sa.make_url(url)
    sqlite = made.get_backend_name() == "sqlite"
    place = Path(str(made.database)).parent if sqlite else files.parent
    try:
        place.mkdir(parents=True, exist_ok=True)
        archive.sweep(place, now - timedelta(days=1))
        with (
            archive.reading_back(path) as (opened, manifest),
            tempfile.TemporaryDirectory(dir=place, prefix=archive.SCRATCH) as scratch,
        ):
            database = Path(scratch) / archive.DATABASE
            fail_point("restore.before")
            archive.unpack_database(opened, manifest, database)
            _prepare(database, manifest, now)
            _add_files(path, opened, manifest, database, Files(files))
            _add_templates(opened, manifest, files.parent / TEMPLATES)
            if sqlite:
                aside = _swap(database, Path(str(made.database)), now)
            else:
                aside = None
                _fill(database, url, files)
    except OSError as error:
        raise TemporaryError(
            f"копия не восстановлена: {error.strerror or type(error).__name__}"
        ) from error
    log.info("restored: %d files, copy of %s", manifest.files, manifest.made_at)
    return Restored(manifest=manifest, aside=aside)


def _prepare(database: Path, manifest: Manifest, now: datetime) -> None:
    """Bring the copy's schema up to date, look at its history, and mark it."""
    with copying.opened(database) as engine:
        migrate(engine)
        fault = copying.history_fault(engine)
        if fault:
            raise RefusedError(fault)
    store = Store(f"sqlite:///{database}", Files(database.parent))
    with store.work() as work:
        ask_to_reconcile(work, now, copy_of=manifest.made_at)
        forget_alive(work, now)
        forget_holder(work.facts)
        work.commit()
    store.close()
    copying.flattened(database)


def _add_files(
    path: Path, opened: ZipFile, manifest: Manifest, database: Path, files: Files
) -> None:
    """Put every kept file into its place that is not there in the same bytes, and compare it."""
    tally = archive.Tally()
    altered = set(manifest.altered)
    for sha256, opening in archive.each_file(path, opened, manifest):
        with opening() as source:
            found, octets = files.put_stream(sha256, source)
        if found != sha256 and sha256 not in altered:
            raise RefusedError(f"в архиве изменён файл {sha256[:12]}")
        tally.add(sha256, found, octets)
        fail_point("restore.file")
    with copying.opened(database) as engine:
        missing = set(tally.missing(copying.files_named(engine))) - set(manifest.missing)
    copying.flattened(database)
    # What stands in the store already need not come from the archive.
    lost = [one for one in sorted(missing) if not files.path(one).exists()]
    if lost:
        raise RefusedError(
            f"в архиве не хватает файлов: {', '.join(one[:12] for one in lost[:20])}"
        )


def _add_templates(opened: ZipFile, manifest: Manifest, target: Path) -> None:
    """The templates that were in use, where the office has none kept."""
    if TEMPLATES in manifest.members and not target.exists():
        part = target.with_name(f"{target.name}{_PART}")
        with opened.open(TEMPLATES) as source, part.open("wb") as file:
            archive.copied(source, file)
        fail_point("restore.templates.before")
        part.replace(target)


def _swap(database: Path, target: Path, now: datetime) -> Path | None:
    """Give the copy the database's name in one rename; the old one gets a name of its own first.

    Returns:
        where the old one is; None when there was none.

    """
    aside = None
    if target.exists():
        aside = _free(target.with_name(f"{target.stem}.{now:%Y-%m-%dT%H%M%S}.old{target.suffix}"))
        _close_log(target, aside)
        fail_point("restore.aside.before")
        try:
            os.link(target, aside)
        except OSError:
            # A disk without links: the old one stays where it is until the very rename.
            shutil.copy2(target, aside)
        fail_point("restore.aside.after")
    with database.open("rb+") as file:
        os.fsync(file.fileno())
    fail_point("restore.rename.before")
    database.replace(target)
    fail_point("restore.rename.after")
    sync_folder(target.parent)
    return aside


def _free(path: Path) -> Path:
    """The path, or the next one that nothing has."""
    n = 1
    found = path
    while found.exists():
        n += 1
        found = path.with_name(f"{path.stem}-{n}{path.suffix}")
    return found


def _close_log(target: Path, aside: Path) -> None:
    """Let the old database be one file: its log must never meet the new one.

    Raises:
        RefusedError: somebody has it open.

    """
    with target.open("rb") as file:
        is_database = file.read(len(_HEAD)) == _HEAD
    if is_database:
        _end_log(target)
    for suffix in _LOGS:
        log_file = target.with_name(f"{target.name}{suffix}")
        if log_file.exists():
            # Only a damaged database keeps its log; both stay together under the new name.
            fail_point("restore.log.before")
            log_file.rename(aside.with_name(f"{aside.name}{suffix}"))


def _end_log(target: Path) -> None:
    with closing(sqlite3.connect(target, timeout=5)) as connection:
        try:
            connection.execute("PRAGMA journal_mode=DELETE")
        except sqlite3.DatabaseError as error:
            if "locked" in str(error) or "busy" in str(error):
                raise RefusedError(
                    "база данных открыта другой программой: закройте её и повторите"
                ) from error
            log.warning("the database that stands there is damaged: %s", error)


def _fill(database: Path, url: str, files: Path) -> None:
    target = Store(url, Files(files))
    try:
        target.prepare()
        with copying.opened(database) as copy:
            copying.fill_from(copy, target.engine)
    except sa.exc.DBAPIError as error:
        raise RefusedError(f"store.url: база данных не открывается ({error.orig})") from None
    finally:
        target.close()
