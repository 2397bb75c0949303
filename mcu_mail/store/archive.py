"""The archive of a backup: one ZIP with the database, a manifest, and the kept files.

The kept files stand in the archive itself, or in a folder beside it that many archives share (the
daily copies): they are named by their content, so one file serves all of them. `manifest.json` is
written last, and only an archive that was read back and compared gets its name.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import io
import json
import os
import re
import shutil
import tempfile
import zipfile
import zlib
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from mcu_mail.errors import RefusedError, why
from mcu_mail.failpoints import fail_point
from mcu_mail.store import copying
from mcu_mail.store.files import sync_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import IO

    import sqlalchemy as sa

FORMAT = 1
DATABASE, MANIFEST, SHARED = "mcu.db", "manifest.json", "files"
SCRATCH, PART = ".mcu-backup-", ".part"
_NAMED = 20
_PIECE = 1024 * 1024
_NAME = re.compile(r"([0-9a-f]{64})\.bin")
_DATE = (1980, 1, 1, 0, 0, 0)
"""Of every member: archives of the same state are alike."""


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What an archive holds.

    Attributes:
        made_at: the moment at which the database was copied, ISO.
        revision: of the schema.
        rows: of the main tables.
        members: digest by name, of everything but the kept files.
        within: whether the kept files stand in the archive; else in `files/` beside it.
        files: how many kept files belong to it.
        octets: of them all.
        missing: digests that a row names and for which there was no file.
        altered: digests whose file has other bytes; it is kept as it was found.

    """

    made_at: str
    revision: str
    rows: Mapping[str, int]
    members: Mapping[str, str]
    within: bool
    files: int
    octets: int
    missing: tuple[str, ...] = ()
    altered: tuple[str, ...] = ()
    format: int = FORMAT

    @property
    def is_whole(self) -> bool:
        """Whether nothing was missing when it was made."""
        return not self.missing and not self.altered


@dataclass(kw_only=True)
class Tally:
    """Kept files as they go by."""

    seen: set[bytes] = field(default_factory=set)
    octets: int = 0
    altered: list[str] = field(default_factory=list)

    def add(self, sha256: str, found: str, octets: int) -> None:
        """One file: its name's digest, the digest of its bytes, its size."""
        self.seen.add(bytes.fromhex(sha256))
        self.octets += octets
        if found != sha256:
            self.altered.append(sha256)

    def missing(self, named: Iterator[str]) -> tuple[str, ...]:
        """Which of the digests that rows name did not go by, in order, each once."""
        return tuple(sorted({one for one in named if bytes.fromhex(one) not in self.seen}))


def kept_files(folder: Path) -> Iterator[tuple[str, Path]]:
    """(digest, path) of every whole file of a store's folder, in order."""
    for place in sorted(folder.glob("[0-9a-f][0-9a-f]")):
        for path in sorted(place.iterdir()):
            found = _NAME.fullmatch(path.name)
            if found is not None:
                yield found[1], path


def copied(source: IO[bytes], target: IO[bytes] | None) -> tuple[str, int]:
    """(digest, octets) of what was read to the end, written to `target` in small pieces."""
    digest, octets = hashlib.sha256(), 0
    while piece := source.read(_PIECE):
        digest.update(piece)
        octets += len(piece)
        if target is not None:
            target.write(piece)
    return digest.hexdigest(), octets


def write(
    target: Path,
    engine: sa.Engine,
    keep: Callable[[zipfile.ZipFile], Tally],
    *,
    made_at: datetime,
    within: bool,
    beside: Mapping[str, bytes],
) -> Manifest:
    """Copy the database, then keep the files, into a new archive.

    Files are written before the rows that name them: whoever copies the rows first finds the files.

    Args:
        target: the archive; it must not exist.
        engine: of the database in use.
        keep: called after the database was copied: keeps the files and returns their tally.
        made_at: the moment.
        within: whether the files are kept in the archive.
        beside: further members by name.

    Returns:
        what the archive holds, and what is missing of it.

    """
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=SCRATCH) as scratch:
        database = Path(scratch) / DATABASE
        copying.copy_to_file(engine, database)
        with zipfile.ZipFile(target, "x", allowZip64=True) as archive:
            target.chmod(0o600)
            fail_point("backup.write")
            with database.open("rb") as source:
                members = {DATABASE: _put(archive, DATABASE, source, packed=True)[0]}
            for name, content in beside.items():
                members[name] = _put(archive, name, io.BytesIO(content), packed=True)[0]
            tally = keep(archive)
            with copying.opened(database) as copy:
                revision, rows = copying.facts_of(copy)
                missing = tally.missing(copying.files_named(copy))
            manifest = Manifest(
                made_at=made_at.isoformat(),
                revision=revision,
                rows=rows,
                members=members,
                within=within,
                files=len(tally.seen),
                octets=tally.octets,
                missing=missing,
                altered=tuple(tally.altered),
            )
            text = json.dumps(asdict(manifest), indent=1).encode()
            _put(archive, MANIFEST, io.BytesIO(text), packed=True)
    with target.open("rb+") as file:
        os.fsync(file.fileno())
    fail_point("backup.written")
    return manifest


def within(folder: Path) -> Callable[[zipfile.ZipFile], Tally]:
    """Keep every file of a store's folder in the archive itself."""

    def keep(archive: zipfile.ZipFile) -> Tally:
        tally = Tally()
        for sha256, path in kept_files(folder):
            fail_point("backup.file")
            with path.open("rb") as source:
                tally.add(sha256, *_put(archive, _member(sha256), source, packed=False))
        return tally

    return keep


def _member(sha256: str) -> str:
    return f"{SHARED}/{sha256[:2]}/{sha256}.bin"


def _put(
    archive: zipfile.ZipFile, name: str, source: IO[bytes], *, packed: bool
) -> tuple[str, int]:
    info = zipfile.ZipInfo(name, _DATE)
    # Scans and mails with scans do not get smaller, and there may be gigabytes of them.
    info.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    info.external_attr = 0o600 << 16
    with archive.open(info, "w", force_zip64=True) as target:
        return copied(source, target)


# --- reading it back ----------------------------------------------------------------------------


@contextlib.contextmanager
def reading_back(path: Path) -> Iterator[tuple[zipfile.ZipFile, Manifest]]:
    """An archive and what it says of itself.

    Raises:
        RefusedError: it is no archive of ours, is cut off, or was made by a newer version.

    """
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive, _manifest(archive)
    except FileNotFoundError as error:
        raise RefusedError(f"архив {path.name} не найден") from error
    except (OSError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        reason = why(error) if isinstance(error, OSError) and error.errno else "повреждён"
        raise RefusedError(f"архив {path.name} не читается: {reason}") from error


def _manifest(archive: zipfile.ZipFile) -> Manifest:
    try:
        values = json.loads(archive.read(MANIFEST))
        if values["format"] > FORMAT:
            raise RefusedError("резервная копия сделана более новой версией mcu_mail")
        manifest = Manifest(**values)
        datetime.fromisoformat(manifest.made_at)
    except (KeyError, TypeError, ValueError) as error:
        raise RefusedError("это не резервная копия mcu_mail: в архиве нет описи") from error
    return manifest


def unpack_database(archive: zipfile.ZipFile, manifest: Manifest, target: Path) -> None:
    """Write the archive's database to `target`, compared and sound.

    Raises:
        RefusedError: it is not what was copied, or is damaged.

    """
    with archive.open(DATABASE) as source, target.open("wb") as file:
        target.chmod(0o600)
        found = copied(source, file)[0]
        file.flush()
        os.fsync(file.fileno())
    faults = ["база данных в архиве изменена"] if found != manifest.members[DATABASE] else []
    faults += copying.faults_of(target)
    if faults:
        raise RefusedError("; ".join(faults))


def each_file(
    path: Path, archive: zipfile.ZipFile, manifest: Manifest
) -> Iterator[tuple[str, Callable[[], IO[bytes]]]]:
    """(digest, how to open it) of every kept file that belongs to an archive."""
    if manifest.within:
        for info in archive.infolist():
            found = _NAME.fullmatch(info.filename.rpartition("/")[2])
            if found is not None and info.filename.startswith(f"{SHARED}/"):
                yield found[1], functools.partial(archive.open, info)
    else:
        for sha256, file in kept_files(path.parent / SHARED):
            yield sha256, functools.partial(_open, file)


def _open(path: Path) -> IO[bytes]:
    return path.open("rb")


def verify(path: Path, *, deep: bool = True) -> Manifest:
    """Read a whole archive back and compare it.

    Args:
        path: the archive.
        deep: every file that belongs to it is read; else those in a folder beside it are only
            looked for.

    Raises:
        RefusedError: a part of it is not what was kept.

    """
    with reading_back(path) as (archive, manifest):
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=SCRATCH) as scratch:
            database = Path(scratch) / DATABASE
            unpack_database(archive, manifest, database)
            for name, digest in manifest.members.items():
                with archive.open(name) as source:
                    if copied(source, None)[0] != digest:
                        raise RefusedError(f"в архиве изменён файл {name}")
            tally = Tally()
            for sha256, opening in each_file(path, archive, manifest):
                if deep or manifest.within:
                    with opening() as source:
                        tally.add(sha256, *copied(source, None))
                else:
                    tally.add(sha256, sha256, 0)
            with copying.opened(database) as copy:
                missing = set(tally.missing(copying.files_named(copy)))
        lost = missing - set(manifest.missing)
        altered = set(tally.altered) - set(manifest.altered)
        fewer = manifest.within and len(tally.seen) != manifest.files
        if lost or altered or fewer:
            names = ", ".join(sorted(one[:12] for one in lost | altered)[:_NAMED])
            raise RefusedError(f"архив не сошёлся с описью: не хватает или изменены файлы {names}")
    return manifest


def sweep(folder: Path, before: datetime) -> None:
    """Remove what a killed backup or restore left half-made in a folder before that moment."""
    for path in [*folder.glob(f"{SCRATCH}*"), *folder.glob(f".*.zip*{PART}")]:
        with contextlib.suppress(OSError):
            if path.stat().st_mtime >= before.timestamp():
                continue
            fail_point("backup.sweep")
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()


def put_in_place(part: Path, target: Path) -> None:
    """Give a finished archive its name, over an older one of that name."""
    fail_point("backup.rename.before")
    part.replace(target)
    fail_point("backup.rename.after")
    sync_folder(target.parent)
