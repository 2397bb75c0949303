"""Tell systemd how the service is (`sd_notify`): a datagram to the socket that it names.

Nothing happens where no socket is named. WATCHDOG=1 goes only where work has really moved on
(`progress`), so a job that hangs is not covered: systemd then starts the service anew.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

log = logging.getLogger(__name__)

_VARIABLE = "NOTIFY_SOCKET"
_EVERY = 5.0
"""Seconds between two signs of life: a busy round need not send hundreds."""


class Systemd:
    """The supervisor of this process, if there is one."""

    def __init__(
        self,
        environ: Mapping[str, str] = os.environ,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        # An address that begins with «@» stands for Linux's abstract ones.
        name = environ.get(_VARIABLE, "")
        known = name.startswith(("/", "@")) and hasattr(socket, "AF_UNIX")
        self._address = (f"\0{name[1:]}" if name.startswith("@") else name) if known else ""
        self._clock = clock
        self._next = 0.0
        self._said = ""
        self._lock = threading.Lock()

    def ready(self, status: str) -> None:
        """What a killed service had left is settled: it works."""
        self._send("READY=1", f"STATUS={status}")

    def says(self, status: str) -> None:
        """One line that `systemctl status` shows, when it is a new one."""
        if status != self._said:
            self._said = status
            self._send(f"STATUS={status}")

    def alive(self) -> None:
        """Something was done just now."""
        if not self._address:
            return
        with self._lock:
            now = self._clock()
            if now < self._next:
                return
            self._next = now + _EVERY
        self._send("WATCHDOG=1")

    def stopping(self, status: str) -> None:
        """The service is about to end."""
        self._send("STOPPING=1", f"STATUS={status}")

    def _send(self, *lines: str) -> None:
        if not self._address:
            return
        message = "\n".join(line.replace("\n", " ") for line in lines)
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sock:
                # A supervisor that does not listen must not hold the service up.
                sock.settimeout(1.0)
                sock.sendto(message.encode(), self._address)
        except OSError as error:
            log.info("the supervisor was not reached: %s", type(error).__name__)
