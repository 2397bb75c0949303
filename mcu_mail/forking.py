"""Guarded processes that are forked by one source: a fresh child per order for a few milliseconds.

The daemon's side of `forking_source`. The source starts with the first order. One that died or
hangs is started anew, and so that order is given once more whose child was not there yet. After a
child that broke (SIGSEGV and the like) the source is left for a new one: its children all have the
same layout of memory, and whoever guesses at it has one guess, as if each process were started.
"""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import closing, suppress
from typing import IO, TYPE_CHECKING, Protocol, cast

from mcu_mail.forking_source import LARGEST, NO_CHILD
from mcu_mail.starting import Done, environment

assert sys.platform == "linux"

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

BEGIN_SECONDS = 60
"""So long a source may take to load a module and to fork."""
ENDING_SECONDS = 5
MOST_BYTES = 1 << 30
_MOST_AT_ONCE = 1 << 20
ENDED_WITH_SOURCE = -signal.SIGTERM
"""The code of a child whose source ended before it: stopped, and no fault of what it read."""
_BROKEN = frozenset({
    -signal.Signals[name]
    for name in ("SIGSEGV", "SIGBUS", "SIGABRT", "SIGILL", "SIGFPE", "SIGTRAP", "SIGSYS")
    if name in signal.Signals.__members__
})  # fmt: skip


class Started(Protocol):
    """The process of a source; `subprocess.Popen` is one."""

    def wait(self) -> int:
        """Its code, when it has ended."""
        ...

    def kill(self) -> None:
        """End it at once."""
        ...


def start(orders: socket.socket) -> Started:
    """Start a source that reads its orders from that socket."""
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "mcu_mail.forking_source"],
        stdin=orders.fileno(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment(),
    )


class Forked:
    """The way of Linux; see `starting.Way`. Any number of threads may use one.

    Args:
        begin_seconds: so long the source may take until a child is there.
        most_bytes: a child that answers an order with more is ended.
        start: starts a source.

    """

    def __init__(
        self,
        *,
        begin_seconds: float = BEGIN_SECONDS,
        most_bytes: int = MOST_BYTES,
        start: Callable[[socket.socket], Started] = start,
    ) -> None:
        self._begin_seconds = begin_seconds
        self._most_bytes = most_bytes
        self._start = start
        self._source: _Source | None = None
        # Held by who counts the children of a source too, so that none begins in one that ends.
        self._lock = threading.RLock()

    def run(self, module: str, arguments: Sequence[str], order: bytes, seconds: float) -> Done:
        """See `Way.run`."""
        with closing(self._child(module, arguments)) as child:
            return child.run(order, seconds, self._most_bytes)

    def keep(self, module: str) -> Child:
        """See `Way.keep`."""
        child = self._child(module, ())
        child.open_streams()
        return child

    def close(self) -> None:
        """End the source and all its children; the next order would start another."""
        with self._lock:
            if self._source is not None:
                self._source.end()

    def _child(self, module: str, arguments: Sequence[str]) -> Child:
        order = json.dumps([module, *arguments]).encode("ascii")
        for _ in range(2):
            with self._lock:
                if self._source is None or self._source.is_left:
                    self._source = _Source(self._start, self._begin_seconds, self._lock)
                source, child = self._source, Child()
                source.children += 1
            try:
                if child.begin(source, order, self._begin_seconds):
                    return child
            except BaseException:
                child.close()
                raise
            # It is dead, or nobody knows what it hangs at.
            source.end()
            child.close()
        raise ConnectionAbortedError


class _Source:
    """A source that runs.

    Attributes:
        children: how many of its children are not known to have ended.
        is_left: it gets no more orders, and ends with its last child.

    """

    def __init__(
        self, start: Callable[[socket.socket], Started], seconds: float, lock: threading.RLock
    ) -> None:
        self.children = 0
        self.is_left = False
        self._lock = lock
        self._orders, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._orders.settimeout(seconds)
        with theirs:
            try:
                self._process = start(theirs)
            except BaseException:
                self._orders.close()
                raise

    def give(self, order: bytes, *ends: socket.socket) -> None:
        """Send an order; a source that is no more lets its ends close."""
        with suppress(OSError):
            socket.send_fds(self._orders, [order], [end.fileno() for end in ends])

    def ended(self, code: int) -> None:
        """Take note of the end of a child."""
        with self._lock:
            self.children -= 1
            self.is_left |= code in _BROKEN
            if self.is_left and not self.children:
                self.end()

    def end(self) -> None:
        """Kill it; the system kills its children then."""
        with self._lock:
            self.is_left = True
            self._process.kill()
            self._process.wait()
            # While one of them may still be sending its order, the number of the socket is its own.
            if not self.children:
                self._orders.close()


class Child:
    """A process that a source forked; it has what Kept wants of a `subprocess.Popen`.

    Attributes:
        pid: its id, once it is there.
        stdin: to it, once `open_streams` was called.
        stdout: from it, likewise.

    """

    def __init__(self) -> None:
        self.pid = 0
        self.stdin: IO[bytes] | None = None
        self.stdout: IO[bytes] | None = None
        self._source: _Source | None = None
        self._data, self._data_end = socket.socketpair()
        self._control, self._control_end = socket.socketpair()
        self._heard = b""
        self._code: int | None = None
        self._lock = threading.RLock()

    def begin(self, source: _Source, order: bytes, seconds: float) -> bool:
        """Return whether the source has forked it; it is one of the source's children anyhow.

        Raises:
            BlockingIOError: the system has no process to give.

        """
        self._source = source
        with self._data_end, self._control_end:
            source.give(order, self._data_end, self._control_end)
        deadline = time.monotonic() + seconds
        with suppress(TimeoutError):
            while b"\n" not in self._heard and self._hear(deadline):
                pass
        line, whole, _ = self._heard.partition(b"\n")
        if not whole:
            return False
        self.pid = int(line)
        if self.pid == NO_CHILD:
            raise BlockingIOError
        return True

    def open_streams(self) -> None:
        """Let it be written to and read from order by order; who does so closes both."""
        self.stdin = cast("IO[bytes]", self._data.makefile("wb"))
        self.stdout = cast("IO[bytes]", self._data.makefile("rb"))

    def run(self, order: bytes, seconds: float, most: int) -> Done:
        """Give it its one order and wait for its end; it may not answer with more than `most`.

        Raises:
            TimeoutError: it was killed after so many seconds.

        """
        deadline = time.monotonic() + seconds
        try:
            answered = self._answered(order, deadline, most)
            if len(answered) > most:
                self.kill()
                return Done(code=-signal.SIGKILL, answered=b"")
            code = self._waited(deadline)
        except TimeoutError:
            self.kill()
            if self.wait() != ENDED_WITH_SOURCE:
                raise
            return Done(code=ENDED_WITH_SOURCE, answered=b"")
        fault = answered.rpartition(b"\n")[2] if code == 1 else b""
        return Done(code=code, answered=answered, fault=fault.decode("ascii", "replace"))

    def poll(self) -> int | None:
        """The code of its end; None while it lives."""
        if self._code is None:
            try:
                ended = not self._data.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
            except OSError as error:
                ended = not isinstance(error, BlockingIOError)
            if ended:
                with suppress(subprocess.TimeoutExpired):
                    self.wait(ENDING_SECONDS)
        return self._code

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end and return its code; as `subprocess.Popen.wait`."""
        try:
            return self._waited(None if timeout is None else time.monotonic() + timeout)
        except TimeoutError:
            raise subprocess.TimeoutExpired(str(self.pid), timeout or 0) from None

    def kill(self) -> None:
        """Have it killed, and see that it is."""
        if self._code is not None:
            return
        with suppress(OSError):
            self._control.shutdown(socket.SHUT_WR)
        try:
            self.wait(ENDING_SECONDS)
        except subprocess.TimeoutExpired:
            # A source that does not do it hangs; what it leaves does not outlive it.
            if self._source is not None:
                self._source.end()
            self.wait()

    def close(self) -> None:
        """Leave nothing of it, whatever it does."""
        self.kill()
        for pipe in (self.stdin, self.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()

    def _answered(self, order: bytes, deadline: float, most: int) -> bytes:
        parts: list[bytes] = []
        size = 0
        # One that ends before it has read everything tells by its code why.
        with suppress(BrokenPipeError, ConnectionResetError):
            self._data.settimeout(_left(deadline))
            self._data.sendall(order)
            self._data.shutdown(socket.SHUT_WR)
        with suppress(ConnectionResetError):
            while size <= most:
                self._data.settimeout(_left(deadline))
                part = self._data.recv(_MOST_AT_ONCE)
                if not part:
                    break
                parts.append(part)
                size += len(part)
        return b"".join(parts)

    def _waited(self, deadline: float | None) -> int:
        with self._lock:
            if self._code is None:
                while self._hear(deadline):
                    pass
                lines = self._heard.split()
                self._code = int(lines[1]) if len(lines) > 1 else ENDED_WITH_SOURCE
                self._control.close()
                # What is read from it by streams stays open until these are closed.
                self._data.close()
                if self._source is not None:
                    self._source.ended(self._code)
            return self._code

    def _hear(self, deadline: float | None) -> bool:
        """Hear what its source says of it; False when the source has nothing more to say."""
        self._control.settimeout(None if deadline is None else _left(deadline))
        try:
            said = self._control.recv(LARGEST)
        except ConnectionResetError:
            return False
        self._heard += said
        return bool(said)


def _left(deadline: float) -> float:
    """The seconds until then.

    Raises:
        TimeoutError: there are none.

    """
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise TimeoutError
    return seconds
