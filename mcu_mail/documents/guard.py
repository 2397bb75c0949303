"""Opens what strangers sent in a process that may crash, hang or eat memory, never in the daemon.

A guarded module is run as `python -m module arguments`: it gets blobs on standard input and answers
with blobs on standard output, each with its length before it. Passwords of the daemon do not reach
it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from mcu_mail.errors import RefusedError, TemporaryError

if TYPE_CHECKING:
    from collections.abc import Iterable

GUARD_SECONDS = 60
CPU_SECONDS = 300
MEMORY_BYTES = 2_000_000_000
_LENGTH = 8
# What a Python process needs, and nothing more.
_ENVIRONMENT = ("PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "HOME", "LD_LIBRARY_PATH")


class TooSlowError(RefusedError):
    """The process was ended because its time was over."""


class CrashedError(RefusedError):
    """The process died of what it was given."""


def guarded(
    module: str, *arguments: str, blobs: Iterable[bytes], seconds: float = GUARD_SECONDS
) -> tuple[bytes, ...]:
    """Run a module of ours on `blobs` and return the blobs it answers with.

    Raises:
        TooSlowError: it took longer than `seconds`.
        CrashedError: it died.
        TemporaryError: no process can be started here; what it was given is not to blame.

    """
    house = str(Path(__file__).resolve().parents[2])
    environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    try:
        done = subprocess.run(  # noqa: S603 - our own module by our own interpreter
            [sys.executable, "-m", module, *arguments],
            input=packed(blobs),
            capture_output=True,
            timeout=seconds,
            check=False,
            env={**environment, "PYTHONPATH": house},
        )
    except subprocess.TimeoutExpired as error:
        raise TooSlowError(f"{module}: more than {seconds} seconds") from error
    except OSError as error:
        raise TemporaryError(f"{module} не запускается: {type(error).__name__}") from error
    if done.returncode == 1:
        # The name of the error alone: its words may be those of the file.
        last = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
        raise TemporaryError(f"{module} не работает: {last.partition(':')[0][:80]}")
    if done.returncode != 0:
        raise CrashedError(f"{module}: ended with {done.returncode}")
    return unpacked(done.stdout)


def packed(blobs: Iterable[bytes]) -> bytes:
    """The blobs as one, each with its length before it."""
    return b"".join(len(blob).to_bytes(_LENGTH) + blob for blob in blobs)


def unpacked(content: bytes) -> tuple[bytes, ...]:
    """The blobs of `packed`."""
    blobs = []
    place = 0
    while place < len(content):
        size = int.from_bytes(content[place : place + _LENGTH])
        blobs.append(content[place + _LENGTH : place + _LENGTH + size])
        place += _LENGTH + size
    return tuple(blobs)


def inside() -> tuple[bytes, ...]:
    """In the guarded process: limit its memory and return what it was given."""
    if sys.platform != "win32":
        import resource  # noqa: PLC0415 - Windows has no such module

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
        # A process whose daemon was killed must end by itself too.
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    return unpacked(sys.stdin.buffer.read())


def answer(*blobs: bytes) -> None:
    """In the guarded process: give the answer."""
    sys.stdout.buffer.write(packed(blobs))
