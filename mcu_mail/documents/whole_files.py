"""Files that are there whole or not at all, on disks that may be full and shares that may be gone.

A file is written under a temporary name in its own folder and renamed; a rename is made to outlive
a power cut. Every fault of the file system becomes `TemporaryError`: space and shares come back.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from mcu_mail.documents.file_names import numbered
from mcu_mail.errors import TemporaryError, why
from mcu_mail.failpoints import fail_point
from mcu_mail.waits import may_wait

if TYPE_CHECKING:
    from collections.abc import Iterator

_PART = ".part"
_UNFINISHED = re.compile(r"\.[0-9a-f]{8}\.part")
_LONGEST_SUFFIX = 5


def holds(path: Path, content: bytes) -> bool:
    """Whether a file with exactly these bytes is there."""
    try:
        return path.stat().st_size == len(content) and path.read_bytes() == content
    except FileNotFoundError:
        return False


def move(taken: Path, folder: Path, name: str) -> Path:
    """Move out of the work folder under a free name, and remove the empty room it lay in."""
    target = next(path for path in map(folder.joinpath, numbered(name)) if not path.exists())
    fail_point("share.move.before")
    taken.rename(target)
    fail_point("share.move.after")
    sync_folder(folder)
    with contextlib.suppress(OSError):
        taken.parent.rmdir()
    return target


def write_whole(target: Path, content: bytes) -> None:
    """Put a file into its place at once, over an older one; OSError leaves the older one."""
    part = target.with_name(f".{secrets.token_hex(4)}{_PART}")
    try:
        with part.open("xb") as file:
            fail_point("share.write")
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fail_point("share.rename.before")
        part.replace(target)
        fail_point("share.rename.after")
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise
    sync_folder(target.parent)


def end_unfinished(*folders: Path) -> None:
    """Remove what a killed daemon had begun to write; only for the one who writes there."""
    for folder in folders:
        for entry in os.scandir(folder):
            if _UNFINISHED.fullmatch(entry.name):
                fail_point("share.unfinished.before")
                Path(entry.path).unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Make a rename outlive a power cut; Windows and some shares cannot and need not."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextlib.contextmanager
def disk(what: str, path: Path) -> Iterator[None]:
    """A fault of the file system is temporary for us: the space or the share comes back."""
    may_wait("the share")
    try:
        yield
    except OSError as error:
        # The clerk names files as he likes, also after people: no log says their names.
        suffix = path.suffix if len(path.suffix) <= _LONGEST_SUFFIX else ""
        raise TemporaryError(f"Не удалось {what}{suffix and f' {suffix}'}: {why(error)}") from error
