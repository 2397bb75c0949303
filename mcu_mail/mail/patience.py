"""How long a connection may take in all: a server that trickles must not hold a pass for ever.

A socket's own time-out begins anew with every byte that comes. This one does not: when the time
that was given for a command is over, the connection is shut down, and whoever waits on it gets the
error of a broken wire.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time

_SLOWEST = 8 * 1024
"""Octets a second: a line that is slower than 64 kbit/s is as good as none."""


def time_for(octets: int) -> float:
    """Seconds that so many octets may take beyond the time-out of their command."""
    return octets / _SLOWEST


class Patience:
    """The time that is left for what a connection does now; `sock` may be exchanged (STARTTLS)."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self._until: float | None = None
        self._changed = threading.Condition()
        self._watcher: threading.Thread | None = None

    def give(self, seconds: float) -> None:
        """From now on so many seconds, whatever was left."""
        with self._changed:
            self._until = time.monotonic() + seconds
            if self._watcher is None:
                self._watcher = threading.Thread(target=self._watch, daemon=True)
                self._watcher.start()
            else:
                self._changed.notify()

    def rest(self) -> None:
        """Nothing is waited for now."""
        with self._changed:
            self._until = None

    def end(self) -> None:
        """The connection is closed: let the watcher go."""
        with self._changed:
            self._until = None
            self._changed.notify()

    def _watch(self) -> None:
        with self._changed:
            # One thread for many commands: it sleeps to the end of the time it knew last.
            while self._until is not None:
                left = self._until - time.monotonic()
                if left <= 0:
                    with contextlib.suppress(OSError):
                        # The socket below TLS: TLS's own farewell would wait for the server.
                        socket.socket.shutdown(self.sock, socket.SHUT_RDWR)
                    break
                self._changed.wait(left)
            self._watcher = None
