"""A guarded module that does what its first argument says, as a file might make one do."""

from __future__ import annotations

import ctypes
import json
import os
import random
import resource
import signal
import ssl
import sys
import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

from mcu_mail.guard import answer, inside

if TYPE_CHECKING:
    from collections.abc import Callable

SECRET = "Иванова Мария Петровна"
orders: list[str] = []


def fail() -> None:
    raise ValueError(SECRET)


def stop() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.kill(os.getpid(), signal.SIGTERM)


def hang() -> None:
    """Say who hangs, and hang."""
    if len(sys.argv) > 2:
        told = Path(sys.argv[2])
        told.with_suffix(".new").write_text(str(os.getpid()), encoding="ascii")
        told.with_suffix(".new").replace(told)
    time.sleep(600)


def flood() -> None:
    while True:
        os.write(1, bytes(100))


def meet() -> None:
    """Come to an end only while the other one is there."""
    with Path(sys.argv[2]).open(sys.argv[3], encoding="ascii") as fifo:
        if sys.argv[3] == "r":
            fifo.read()


HARM: dict[str, Callable[[], object]] = {
    "break": lambda: ctypes.string_at(0),
    "end": lambda: os._exit(3),
    "leave": lambda: sys.exit(4),
    "eat": lambda: bytearray(3 << 30),
    "fail": fail,
    "stop": stop,
    "hang": hang,
    "meet": meet,
    "flood": flood,
}


def state() -> dict[str, object]:
    limits = ("RLIMIT_AS", "RLIMIT_CORE", "RLIMIT_CPU")
    return {
        "pid": os.getpid(),
        "parent": os.getppid(),
        "environment": dict(os.environ),
        "handles": sorted(int(handle.name) for handle in Path("/proc/self/fd").iterdir()),
        "limits": [resource.getrlimit(getattr(resource, name))[0] for name in limits],
        "threads": len(list(Path("/proc/self/task").iterdir())),
        "orders": [*orders],
        "random": [random.random(), ssl.RAND_bytes(8).hex(), uuid.uuid4().hex],
    }


def main() -> None:
    blobs = inside()
    found = state()
    orders.append(sys.argv[1])
    if sys.argv[1] in HARM:
        HARM[sys.argv[1]]()
    answer(*blobs, json.dumps(found).encode())


if __name__ == "__main__":
    main()
