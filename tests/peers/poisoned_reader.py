"""The reader of mails as it would be if a mail had found a way to break it.

The header X-Poison says how; everything else is read by the real one.
"""

from __future__ import annotations

import os
import pickle
import re
import signal
import sys
import time
from typing import TYPE_CHECKING

from mcu_mail.guard import serve
from mcu_mail.mail.reader_process import handle

if TYPE_CHECKING:
    from collections.abc import Callable


class Order:
    """A value that would run a command where it is unpickled."""

    def __reduce__(self) -> tuple[object, ...]:
        return os.system, ("touch harmed",)


def spin() -> None:
    while True:
        pass


def stop() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.kill(os.getpid(), signal.SIGTERM)


def overflow() -> None:
    raise RecursionError


HARM: dict[str, Callable[[], object]] = {
    "hang": lambda: time.sleep(600),
    "spin": spin,
    "eat": lambda: bytearray(2 << 30),
    "overflow": overflow,
    "crash": os.abort,
    "end": lambda: sys.exit(0),
    "length": lambda: os.write(1, (1 << 63).to_bytes(8)),
    "stopped": stop,
    "flood": lambda: sys.stdout.write("x" * 100_000),
}
ANSWERS = {
    "order": pickle.dumps(Order()),
    "nonsense": b"\x00\xff",
    "other": pickle.dumps("согласовано"),
}


def poisoned(order: tuple[bytes, ...]) -> tuple[bytes, ...]:
    found = re.search(rb"^X-Poison: (\w+)", order[2], re.MULTILINE)
    kind = found[1].decode() if found else ""
    if kind in HARM:
        HARM[kind]()
    return (ANSWERS[kind],) if kind in ANSWERS else handle(order)


def main() -> None:
    serve(poisoned, memory=1 << 30, cpu_seconds=1)


if __name__ == "__main__":
    main()
