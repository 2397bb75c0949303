"""A foreign file is handled by a process of its own that may crash, hang or eat memory.

The process gets one JSON head and some blobs on standard input and answers in the same form. It has
a limit of memory, and is ended when its time is over; passwords of the daemon stay out of it.
"""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mcu_mail.errors import RefusedError, TemporaryError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_MEMORY_BYTES = 2_000_000_000
_ENVIRONMENT = ("PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "HOME", "LD_LIBRARY_PATH")
_HEAD = struct.Struct(">I")

Message = tuple[dict[str, Any], tuple[bytes, ...]]


class EndedError(RefusedError):
    """The process was ended by the file: it crashed, ran out of memory or out of time.

    Attributes:
        too_long: its time was over.

    """

    def __init__(self, *, too_long: bool) -> None:
        super().__init__("the process that read the file was ended")
        self.too_long = too_long


def run_guarded(
    module: str, head: Mapping[str, Any], blobs: Sequence[bytes] = (), *, seconds: float
) -> Message:
    """What the module answers to (`head`, `blobs`).

    Raises:
        EndedError: the file is to blame.
        TemporaryError: no process can be started here, or this installation is broken.

    """
    house = str(Path(__file__).resolve().parents[2])
    environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    try:
        done = subprocess.run(  # noqa: S603 - our own module by our own interpreter
            [sys.executable, "-m", module],
            input=pack(head, blobs),
            capture_output=True,
            timeout=seconds,
            check=False,
            env={**environment, "PYTHONPATH": house},
        )
    except subprocess.TimeoutExpired as error:
        raise EndedError(too_long=True) from error
    except OSError as error:
        raise TemporaryError(f"the reading process does not start: {error}") from error
    if done.returncode == 1:
        raise TemporaryError(f"the reading process is broken: {done.stderr[-500:]!r}")
    if done.returncode != 0:
        raise EndedError(too_long=False)
    return unpack(done.stdout)


def pack(head: Mapping[str, Any], blobs: Sequence[bytes]) -> bytes:
    """A message as bytes."""
    text = json.dumps({**head, "sizes": [len(blob) for blob in blobs]}).encode()
    return b"".join((_HEAD.pack(len(text)), text, *blobs))


def unpack(raw: bytes) -> Message:
    """The message that `pack` wrote; ValueError for anything else."""
    if len(raw) < _HEAD.size:
        raise ValueError("no message")
    (length,) = _HEAD.unpack_from(raw)
    head = json.loads(raw[_HEAD.size : _HEAD.size + length])
    place, blobs = _HEAD.size + length, []
    for size in head.pop("sizes"):
        blobs.append(raw[place : place + size])
        place += size
    return head, tuple(blobs)


def limit_memory() -> None:
    """Give this process its limit of memory, where the system has one; no core is dumped."""
    if sys.platform != "win32":
        import resource  # noqa: PLC0415 - Windows has no such module

        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
