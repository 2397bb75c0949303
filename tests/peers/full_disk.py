"""A real disk of a few megabytes, to be filled to the brim; only root can mount one."""

from __future__ import annotations

import contextlib
import os
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def small_disk(folder: Path, size: str = "4m") -> Iterator[Path]:
    """A file system of that size in this folder; skips the test where none can be mounted."""
    folder.mkdir(parents=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if os.name == "nt" or os.geteuid() != 0 or subprocess.run(command, check=False).returncode:
        pytest.skip("no disk can be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(place: Path, *, leave: int = 0) -> None:
    """Write into this file until nothing, or so many bytes, are left on its disk."""
    room = os.statvfs(place.parent)
    wanted = room.f_bavail * room.f_frsize - leave
    with contextlib.suppress(OSError), place.open("wb", 0) as file:
        while leave == 0 or file.tell() < wanted:
            file.write(bytes(min(65536, wanted - file.tell()) if leave else 4096))
