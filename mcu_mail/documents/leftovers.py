"""The note of a process that must not outlive its daemon: the next daemon ends it by this note.

A process id alone proves nothing, since the system gives it to another one later: the moment of the
process's start and the system's own start are noted with it, and only that very process is ended.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from mcu_mail.documents.office import FOLDER_PREFIX

_PROC: Final = Path("/proc")
_START_TIME: Final = 19
"""The place of a process's start among the values behind its name in /proc/PID/stat."""


class Leftovers:
    """The note of one process in the file `record`; without a file nothing is noted or ended."""

    def __init__(self, record: Path | None) -> None:
        self._record = record

    def note(self, pid: int, folder: Path) -> None:
        """Note a process that leads its own group, and the folder it works in."""
        started = started_at(pid)
        if self._record is None or started is None:
            return
        text = json.dumps({"pid": pid, "started": started, "folder": str(folder)})
        # Without the note the process still ends with the pipe to its daemon.
        with suppress(OSError):
            fresh = self._record.with_suffix(".new")
            fresh.write_text(text, encoding="utf-8")
            fresh.replace(self._record)

    def forget(self) -> None:
        """The process has ended in order."""
        if self._record is not None:
            with suppress(OSError):
                self._record.unlink(missing_ok=True)

    def end(self) -> int:
        """End the noted process with its group, if it is still that one; return how many (0, 1)."""
        noted = self._read()
        self.forget()
        try:
            pid, started = int(noted["pid"]), str(noted["started"])
            folder = Path(noted["folder"])
        except (KeyError, TypeError, ValueError):
            return 0
        ended = 0
        if pid > 1 and started_at(pid) == started:
            with suppress(OSError):
                os.killpg(pid, signal.SIGKILL)
                ended = 1
        # Only a folder of ours, whatever the file says.
        if folder.name.startswith(FOLDER_PREFIX) and folder.parent == Path(tempfile.gettempdir()):
            shutil.rmtree(folder, ignore_errors=True)
        return ended

    def _read(self) -> dict[str, Any]:
        try:
            noted = json.loads(self._record.read_bytes()) if self._record else {}
        except (OSError, ValueError):
            return {}
        return noted if isinstance(noted, dict) else {}


def started_at(pid: int) -> str | None:
    """The start of a process and of its system as one text; None when there is no such process."""
    try:
        stat = (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
        boot = (_PROC / "sys" / "kernel" / "random" / "boot_id").read_text(encoding="ascii")
    except OSError:
        return None
    return f"{boot.strip()} {stat.rpartition(')')[2].split()[_START_TIME]}"
