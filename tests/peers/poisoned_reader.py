"""The reader of mails as it would be if a mail had found a way to break it.

The header X-Poison says how; everything else is read by the real one.
"""

from __future__ import annotations

import os
import pickle
import re
import sys
import time

from mcu_mail.guard import serve
from mcu_mail.mail.reader_process import handle


class Order:
    """A value that would run a command where it is unpickled."""

    def __reduce__(self) -> tuple[object, ...]:
        return os.system, ("touch harmed",)


def poisoned(order: tuple[bytes, ...]) -> tuple[bytes, ...]:
    found = re.search(rb"^X-Poison: (\w+)", order[2], re.MULTILINE)
    match found[1].decode() if found else "":
        case "hang":
            time.sleep(600)
        case "spin":
            while True:
                pass
        case "eat":
            bytearray(2 << 30)
        case "overflow":
            raise RecursionError
        case "crash":
            os.abort()
        case "end":
            sys.exit(0)
        case "order":
            return (pickle.dumps(Order()),)
        case "nonsense":
            return (b"\x00\xff",)
        case "other":
            return (pickle.dumps("согласовано"),)
        case "flood":
            print("x" * 100_000)  # noqa: T201 - what a library may do
        case _:
            pass
    return handle(order)


if __name__ == "__main__":
    serve(poisoned, memory=1 << 30, cpu_seconds=1)
