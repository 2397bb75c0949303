"""The daemon under the harness: started cheaply again and again, killed, and never left behind."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from mcu_mail.failpoints import TRACE, VARIABLE
from mcu_mail.rehearsal.stage import PASSWORD_VARIABLE
from tests.kill.zygote import CLOCK, PASSWORD

if TYPE_CHECKING:
    from tests.kill.office import Office

HOUSE = Path(__file__).parent.parent.parent
_PATIENCE = 60.0


class Zygote:
    """The process that forks daemons; see `zygote`. Use as a context manager."""

    def __init__(self) -> None:
        environment = {
            # Nothing that coverage put there: what runs there is measured by other tests.
            **{key: value for key, value in os.environ.items() if not key.startswith("COV")},
            "PYTHONPATH": str(HOUSE),
            "PYTHONUTF8": "1",
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.kill.zygote"],
            cwd=HOUSE,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self._told = b""
        self._ended: dict[int, int] = {}
        self._pids: list[int] = []

    def __enter__(self) -> Self:
        try:
            self._wait(lambda: self._ready)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with contextlib.suppress(OSError):
            # This process lives, and ends its own post office, if it is its own at all.
            self.guard([], [])
            self._process.stdin.close()
        try:
            self._process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(_PATIENCE)
        self._process.stdout.close()

    _ready = False

    def guard(self, pids: list[int], folders: list[str]) -> None:
        """End and remove these when this process is gone."""
        self._tell(guard={"pids": pids, "folders": folders})

    def start(self, argv: list[str], env: dict[str, str], log: Path) -> int:
        """Start the command line with these arguments; its process id."""
        self._tell(start={"argv": argv, "env": env, "log": str(log)})
        self._wait(lambda: bool(self._pids))
        return self._pids.pop()

    def status(self, pid: int, seconds: float = 0.0) -> int | None:
        """How a process that was started has ended; None while it runs."""
        end = time.monotonic() + seconds
        while pid not in self._ended:
            left = end - time.monotonic()
            self._listen(max(0.0, left))
            if left <= 0:
                break
        return self._ended.get(pid)

    def _tell(self, **order: Any) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        self._process.stdin.flush()

    def _wait(self, done: Any) -> None:
        end = time.monotonic() + _PATIENCE
        while not done():
            assert time.monotonic() < end, "the zygote does not answer"
            self._listen(1.0)

    def _listen(self, seconds: float) -> None:
        assert self._process.stdout is not None
        if not select.select([self._process.stdout], [], [], seconds)[0]:
            return
        told = os.read(self._process.stdout.fileno(), 1 << 16)
        assert told, "the zygote has ended"
        *lines, self._told = (self._told + told).split(b"\n")
        for line in map(json.loads, lines):
            if "ended" in line:
                self._ended[line["ended"]] = line["status"]
            elif "pid" in line:
                self._pids.append(line["pid"])
            else:
                self._ready = True


class Daemon:
    """One start of the command line for an office."""

    def __init__(
        self, zygote: Zygote, office: Office, armed: str, *words: str, name: str = "daemon"
    ) -> None:
        self._zygote = zygote
        self._office = office
        self.trace = office.folder / f"{name}.trace"
        self._begin = self._size()
        env = {
            VARIABLE: armed,
            TRACE: str(self.trace),
            CLOCK: str(office.clock),
            PASSWORD_VARIABLE: PASSWORD,
        }
        self.log = office.folder / f"{name}.log"
        arguments = [*(words or ("run",)), "-c", str(office.config)]
        self.pid = zygote.start(arguments, env, self.log)

    def _size(self) -> int:
        return self.trace.stat().st_size if self.trace.exists() else 0

    def passed(self) -> list[str]:
        """The fail points that this start has passed, in order."""
        if not self.trace.exists():
            return []
        with self.trace.open("rb") as file:
            file.seek(self._begin)
            return file.read().decode().split("\n")[:-1]

    def status(self, seconds: float = 0.0) -> int | None:
        """How it has ended; None while it runs."""
        return self._zygote.status(self.pid, seconds)

    def end(self, how: int = signal.SIGKILL) -> int:
        """End it."""
        if self.status() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, how)
        status = self.status(_PATIENCE)
        assert status is not None, f"the daemon does not end: {self.log.read_text()[-2000:]}"
        return status
