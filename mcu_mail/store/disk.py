"""The disk under the store: how much is free, whether it really writes, and a reserve to fall on.

Every function here measures; what is too little is decided elsewhere.
"""

from __future__ import annotations

import os
import re
import shutil
import statistics
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

from mcu_mail.failpoints import fail_point

_MOUNTS: Final = Path("/proc/self/mountinfo")
_OCTAL = re.compile(rb"\\([0-7]{3})")
_LAZY: Final = frozenset({"nobarrier", "barrier=0"})
_MOUNT_FIELDS: Final = 6
_TRIES: Final = 9
_PIECE: Final = 1 << 20
_REMOTE_DRIVE: Final = 4
NETWORK: Final = frozenset({
    "cifs", "smb3", "smbfs", "nfs", "nfs4", "ncpfs", "afs", "9p", "fuse.sshfs", "fuse.glusterfs",
    "ceph", "glusterfs", "davfs", "fuse.davfs", "network",
})  # fmt: skip
"""File systems whose locks and syncs SQLite cannot rely upon (`threats.md` F51)."""
PASSING: Final = frozenset({"tmpfs", "ramfs"})
"""File systems that a restart empties."""


def free_bytes(path: Path) -> int | None:
    """Bytes that may still be written where `path` is, or will be; None when nobody can tell."""
    for place in (path, *path.parents):
        with suppress(OSError):
            return shutil.disk_usage(place).free
    return None


def file_system(path: Path, mounts: Path = _MOUNTS) -> str:
    """The kind of file system under `path`, as Linux calls it; empty when nobody can tell.

    On Windows only a network drive is told apart: «network».
    """
    place = os.path.realpath(path)
    if sys.platform == "win32":
        return "network" if _is_remote(place) else ""
    return _mount(place, mounts)[0]


def lazy_options(path: Path, mounts: Path = _MOUNTS) -> tuple[str, ...]:
    """The options of its mount by which a disk need not write when it is told to."""
    options = _mount(os.path.realpath(path), mounts)[1]
    return tuple(option for option in options if option in _LAZY)


def _mount(place: str, mounts: Path) -> tuple[str, tuple[str, ...]]:
    """Kind and options of the file system that holds a path; see proc(5), mountinfo."""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return "", ()
    found, kind, options = "", "", ""
    for line in lines:
        before, _, after = line.partition(" - ")
        fields, kinds = before.split(), after.split()
        if len(fields) < _MOUNT_FIELDS or not kinds:
            continue
        mounted = _unescaped(fields[4]).rstrip("/")
        # A later mount on the same place lies over an earlier one.
        if f"{place}/".startswith(f"{mounted}/") and len(mounted) >= len(found):
            found, kind, options = mounted, kinds[0], f"{fields[5]},{kinds[-1]}"
    return kind, tuple(options.split(","))


def _unescaped(place: str) -> str:
    """A path of mountinfo: spaces and the like, and any byte, may stand there in octal."""
    raw = _OCTAL.sub(lambda code: bytes([int(code[1], 8) & 0xFF]), place.encode())
    return raw.decode("utf-8", "replace")


def _is_remote(place: str) -> bool:
    if place.startswith("\\\\"):
        return True
    import ctypes  # noqa: PLC0415 - asked on Windows only

    drive = os.path.splitdrive(place)[0] + "\\"
    kinds = ctypes.windll.kernel32  # type: ignore[attr-defined,unused-ignore]  # Windows
    return bool(kinds.GetDriveTypeW(drive) == _REMOTE_DRIVE)


def sync_microseconds(folder: Path) -> float:
    """How long the disk takes to say that 4 KB are safe (the median of a few), in microseconds.

    Raises:
        OSError: the folder cannot be written.

    """
    place = folder / f".sync-{os.getpid()}"
    taken = []
    handle = os.open(place, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        for turn in range(_TRIES):
            os.write(handle, bytes([turn]) * 4096)
            began = time.perf_counter()
            os.fsync(handle)
            taken.append(time.perf_counter() - began)
    finally:
        os.close(handle)
        place.unlink(missing_ok=True)
    return statistics.median(taken) * 1e6


class Reserve:
    """A file that holds room back, to be given up when the disk is full and made again later.

    Args:
        path: of the file.
        size: its bytes; 0 for no reserve.

    """

    def __init__(self, path: Path, size: int) -> None:
        self._path = path
        self._size = size

    @property
    def is_there(self) -> bool:
        """Whether room is held back now."""
        return self._path.is_file()

    def make(self) -> bool:
        """Hold the room back; False when there is none to hold or it is held already."""
        if not self._size or self.is_there:
            return False
        part = self._path.with_name(f"{self._path.name}.part")
        try:
            fail_point("reserve.make.before")
            with part.open("wb") as file:
                # Written out: a file of holes holds nothing back.
                for start in range(0, self._size, _PIECE):
                    file.write(bytes(min(_PIECE, self._size - start)))
                file.flush()
                os.fsync(file.fileno())
            part.replace(self._path)
            fail_point("reserve.make.after")
        except OSError:
            with suppress(OSError):
                part.unlink(missing_ok=True)
            return False
        return True

    def release(self) -> bool:
        """Give the room up; False when none was held."""
        if not self.is_there:
            return False
        fail_point("reserve.release.before")
        self._path.unlink(missing_ok=True)
        fail_point("reserve.release.after")
        return True
