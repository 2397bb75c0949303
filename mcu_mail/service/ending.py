"""The daemon is told to end: what is under way is finished, but nobody waits for it for long (F56).

A slow server may take ten minutes to answer, and systemd kills after ninety seconds. So the process
ends by itself before that, in the midst of what it does, exactly as if it were killed: that is safe
at every moment, and the next start settles what was left. A second signal ends it at once.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType

GRACE_SECONDS = 50.0
CUT_OFF = 1
"""The exit code of a daemon that ended in the midst of its work."""


def end_when_told(stop: threading.Event, grace: float = GRACE_SECONDS) -> None:
    """Set `stop` at SIGTERM or Ctrl+C; end the process after `grace` seconds, or at the second."""

    def told(_number: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            _cut_off()
        stop.set()
        patience = threading.Timer(grace, _cut_off)
        # One that has ended in time is not kept alive by its own patience.
        patience.daemon = True
        patience.start()

    for name in ("SIGTERM", "SIGINT", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), told)


def _cut_off() -> None:
    # Straight to the file: the stream's own lock may be held by what was interrupted.
    os.write(sys.__stderr__.fileno() if sys.__stderr__ else 2, b"mcu_mail: cut off at work\n")
    os._exit(CUT_OFF)
