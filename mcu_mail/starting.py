"""Guarded processes that are started one by one: on Windows, and wherever a fork is not to be had.

A process of ours gets a bare environment: no password of the daemon is in it, and no fail point.
"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

# What a Python process needs, and nothing more.
_ENVIRONMENT = ("PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "HOME", "LD_LIBRARY_PATH")


@dataclass(frozen=True, kw_only=True)
class Done:
    """How a process ended: its code as `subprocess` gives it, what it answered.

    Attributes:
        fault: after an end by an error of Python (code 1), the name of that error.

    """

    code: int
    answered: bytes
    fault: str = ""


class Process(Protocol):
    """A guarded process that stays; `subprocess.Popen` is one."""

    @property
    def pid(self) -> int:
        """Its id."""
        ...

    @property
    def stdin(self) -> IO[bytes] | None:
        """What is written here it reads."""
        ...

    @property
    def stdout(self) -> IO[bytes] | None:
        """What it writes is read here."""
        ...

    def poll(self) -> int | None:
        """The code of its end; None while it lives."""
        ...

    def wait(self, timeout: float | None = None) -> int:
        """The code of its end, waited for.

        Raises:
            subprocess.TimeoutExpired: it has not come.

        """
        ...

    def kill(self) -> None:
        """End it at once."""
        ...


class Way(Protocol):
    """How guarded processes come to be."""

    def run(self, module: str, arguments: Sequence[str], order: bytes, seconds: float) -> Done:
        """Give one order to a process of its own and wait for its end.

        Raises:
            TimeoutError: it was ended after so many seconds.
            OSError: no process can be had.

        """
        ...

    def keep(self, module: str) -> Process:
        """Return a process of that module that waits for what is written to it.

        Raises:
            OSError: no process can be had.

        """
        ...

    def close(self) -> None:
        """End what is kept for later orders."""
        ...


class Started:
    """The way that every system has: an interpreter is started for each process."""

    def run(self, module: str, arguments: Sequence[str], order: bytes, seconds: float) -> Done:
        """See `Way.run`."""
        try:
            done = subprocess.run(  # noqa: S603 - our own module by our own interpreter
                [sys.executable, "-m", module, *arguments],
                input=order,
                capture_output=True,
                timeout=seconds,
                check=False,
                env=environment(),
            )
        except subprocess.TimeoutExpired as error:
            raise TimeoutError from error
        last = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
        return Done(code=done.returncode, answered=done.stdout, fault=last.partition(":")[0])

    def keep(self, module: str) -> Process:
        """See `Way.keep`."""
        return subprocess.Popen(  # noqa: S603 - as above
            [sys.executable, "-m", module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment(),
        )

    def close(self) -> None:
        """Nothing is kept."""


def environment() -> dict[str, str]:
    """The variables of a guarded process."""
    house = str(Path(__file__).resolve().parents[1])
    kept = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    return {**kept, "PYTHONPATH": house}
