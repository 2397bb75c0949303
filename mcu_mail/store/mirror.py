"""A second folder with the same kept files: what the daily archives share.

Files are named by their content, so a file that is there is never copied again, and nothing in the
mirror is ever overwritten or deleted. A slice of it is read back every day; a file that has rotted
there is copied anew.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from mcu_mail.errors import TemporaryError
from mcu_mail.failpoints import fail_point
from mcu_mail.store.archive import Tally, copied, kept_files
from mcu_mail.store.files import Files, sync_folder

if TYPE_CHECKING:
    from pathlib import Path

SLICES = 32
"""In so many days every file of the mirror is read once."""


class Mirror:
    """The mirror of a store's files.

    Args:
        source: the store's folder.
        base: the mirror's.

    """

    def __init__(self, source: Path, base: Path) -> None:
        self._source = source
        self._target = Files(base)

    def catch_up(self, most_octets: int | None) -> bool:
        """Copy what is not there yet, about so much of it at most; True when nothing is left.

        Raises:
            TemporaryError: the disk of the mirror is full or away.

        """
        octets = 0
        for sha256, path in kept_files(self._source):
            target = self._target.path(sha256)
            size = path.stat().st_size
            if target.exists() and target.stat().st_size == size:
                continue
            if most_octets is not None and octets >= most_octets:
                return False
            self._copy(sha256, path)
            octets += size
        return True

    def tally(self, day: int) -> Tally:
        """What stands in the mirror; the files of that day's slice are read and compared.

        A file of which the store has another content than its name says is altered there, too.
        """
        tally = Tally()
        for sha256, path in kept_files(self._target.base):
            if int(sha256[:2], 16) % SLICES != day % SLICES:
                tally.add(sha256, sha256, path.stat().st_size)
                continue
            found, octets = _digest(path)
            original = self._source / path.relative_to(self._target.base)
            if found != sha256 and original.exists():
                found = self._copy(sha256, original)
            tally.add(sha256, found, octets)
        return tally

    def _copy(self, sha256: str, path: Path) -> str:
        """Copy one file; the digest of the bytes that were copied, right or wrong."""
        target = self._target.path(sha256)
        part = target.with_suffix(f".{os.getpid()}.tmp")
        try:
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with path.open("rb") as source, part.open("wb") as file:
                part.chmod(0o600)
                fail_point("mirror.write")
                found = copied(source, file)[0]
                file.flush()
                os.fsync(file.fileno())
            fail_point("mirror.rename.before")
            part.replace(target)
            fail_point("mirror.rename.after")
            sync_folder(target.parent)
        except OSError as error:
            raise TemporaryError(
                f"файл не сохранён в резервную копию: {error.strerror or type(error).__name__}"
            ) from error
        return found


def _digest(path: Path) -> tuple[str, int]:
    with path.open("rb") as source:
        return copied(source, None)
