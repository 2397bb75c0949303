"""Opens what strangers sent in a process that may crash, hang or eat memory, never in the daemon.

A guarded module is run in a process of its own: it gets blobs on standard input and answers with
blobs on standard output, each with its length before it. Passwords of the daemon do not reach it.
`guarded` runs it for one order; `Kept` keeps it for many, since a start costs more than a mail.
How the process comes to be is `forking` on Linux, `starting` elsewhere.
"""

from __future__ import annotations

import atexit
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from typing import IO, TYPE_CHECKING

from mcu_mail.errors import RefusedError, TemporaryError
from mcu_mail.starting import Started
from mcu_mail.waits import may_wait

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mcu_mail.starting import Process, Way

GUARD_SECONDS = 60
CPU_SECONDS = 300
MEMORY_BYTES = 2_000_000_000
_LENGTH = 8
_LARGEST = 1 << 31
"""Bytes: more than that no process of ours can hold."""
_ENDING_SECONDS = 5
_STOPPED = frozenset({-signal.SIGTERM, -signal.SIGINT})
if sys.platform == "linux":
    from mcu_mail.forking import Forked

    _way: Way = Forked()
else:
    _way = Started()


def choose(way: Way) -> None:
    """Let guarded processes come to be so, in this program, wherever no other way is named."""
    global _way  # noqa: PLW0603 - one system, one way
    _way = way


def close() -> None:
    """End what is kept for later orders; the next one would start it again."""
    _way.close()


atexit.register(close)


class TooSlowError(RefusedError):
    """The process was ended because its time was over."""


class CrashedError(RefusedError):
    """The process died of what it was given."""


def guarded(
    module: str,
    *arguments: str,
    blobs: Iterable[bytes],
    seconds: float = GUARD_SECONDS,
    way: Way | None = None,
) -> tuple[bytes, ...]:
    """Run a module of ours on `blobs` and return the blobs it answers with.

    Args:
        module: what is run: its `main`, which calls `inside` and `answer`.
        arguments: its arguments.
        blobs: what it is given.
        seconds: the limit, by the clock on the wall.
        way: how the process comes to be, if not in this system's way.

    Raises:
        TooSlowError: it took longer than `seconds`.
        CrashedError: it died.
        TemporaryError: no process can be started here; what it was given is not to blame.

    """
    may_wait(module)
    try:
        done = (way or _way).run(module, arguments, packed(blobs), seconds)
    except TimeoutError as error:
        raise TooSlowError(f"{module}: дольше {seconds} с") from error
    except OSError as error:
        raise TemporaryError(f"{module} не запускается: {type(error).__name__}") from error
    if done.code == 1 and done.fault != MemoryError.__name__:
        # The name of the error alone: its words may be those of the file.
        fault = done.fault if done.fault.isascii() and done.fault.isidentifier() else ""
        raise TemporaryError(f"{module} не работает: {fault[:80]}")
    _raise_for(done.code)
    if done.code != 0:
        raise CrashedError(f"{module}: завершилось с кодом {done.code}")
    return unpacked(done.answered)


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
    _limit(MEMORY_BYTES)
    # A process whose daemon was killed must end by itself too.
    _allow_cpu(CPU_SECONDS)
    return unpacked(sys.stdin.buffer.read())


def answer(*blobs: bytes) -> None:
    """In the guarded process: give the answer."""
    sys.stdout.buffer.write(packed(blobs))


class Kept:
    """A guarded module that stays for one order after another.

    It is started by the first order and anew after one that ended it, after a large one (memory is
    given back by ending alone) and after many. It ends by itself when nobody is there to ask it.

    Args:
        module: what is run; it must call `serve`.
        seconds: the limit of one order, by the clock on the wall.
        large: more bytes than this in one order wear the process out.
        most_orders: so do so many orders.
        way: how the process comes to be, if not in this system's way.

    """

    def __init__(
        self,
        module: str,
        *,
        seconds: float = GUARD_SECONDS,
        large: int = 8_000_000,
        most_orders: int = 20_000,
        way: Way | None = None,
    ) -> None:
        self._module = module
        self._seconds = seconds
        self._large = large
        self._most_orders = most_orders
        self._way = way
        self._process: Process | None = None
        self._left = 0
        self._lock = threading.Lock()

    @property
    def pid(self) -> int | None:
        """The id of the process that waits now, if there is one."""
        return self._process.pid if self._process else None

    def ask(self, *blobs: bytes) -> tuple[bytes, ...]:
        """Return what the module answers to `blobs`.

        Raises:
            TooSlowError: it took longer than allowed.
            CrashedError: it died of the order.
            TemporaryError: no process can be started here; the order is not to blame.

        """
        may_wait(self._module)
        with self._lock:
            process = self._process
            if process is None or process.poll() is not None:
                process = self._started()
            order = packed(blobs)
            try:
                answered = _within(self._seconds, process, order)
            except BaseException:
                # Whatever stopped it half-way: the next order must not get this one's answer.
                self._end()
                raise
            self._left -= 1
            if len(order) + len(answered) > self._large or self._left <= 0:
                self._end()
            return unpacked(answered)

    def close(self) -> None:
        """End the process; the next order would start another."""
        with self._lock:
            self._end()

    def _started(self) -> Process:
        self._end()
        try:
            process = (self._way or _way).keep(self._module)
        except OSError as error:
            raise TemporaryError(
                f"{self._module} не запускается: {type(error).__name__}"
            ) from error
        self._process, self._left = process, self._most_orders
        try:
            # Before it has said that it is ready no order can be to blame for its end.
            _within(GUARD_SECONDS, process, None)
        except RefusedError as error:
            self._end()
            raise TemporaryError(f"{self._module} не запускается") from error
        return process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                # What was not yet written to a process that is gone is of no use to anybody.
                with suppress(OSError):
                    pipe.close()


def _within(seconds: float, process: Process, order: bytes | None) -> bytes:
    """Give the order and wait for the answer; an end of the process is an error of the order."""
    assert process.stdin is not None
    assert process.stdout is not None
    over = threading.Event()

    def end() -> None:
        over.set()
        process.kill()

    timer = threading.Timer(seconds, end)
    timer.start()
    try:
        if order is not None:
            _write_frame(process.stdin, order)
        answered = _read_frame(process.stdout)
    except OSError:
        answered = None
    finally:
        timer.cancel()
    if over.is_set():
        _raise_for(process.wait())
        raise TooSlowError("чтение заняло слишком много времени")
    if answered is None:
        # One that has closed its pipe is about to end; one that talks nonsense is not.
        with suppress(subprocess.TimeoutExpired):
            _raise_for(process.wait(_ENDING_SECONDS))
        raise CrashedError("чтение прервалось: содержимое повреждено или слишком велико")
    return answered


def _raise_for(code: int) -> None:
    """An end by the system's own stop is nobody's fault."""
    if code in _STOPPED:
        raise TemporaryError("чтение остановлено вместе со службой")


def _write_frame(pipe: IO[bytes], content: bytes) -> None:
    pipe.write(len(content).to_bytes(_LENGTH))
    pipe.write(content)
    pipe.flush()


def _read_frame(pipe: IO[bytes]) -> bytes | None:
    """The next frame; None at the end of the pipe, also in the middle of a frame."""
    head = pipe.read(_LENGTH)
    if len(head) < _LENGTH:
        return None
    size = int.from_bytes(head)
    if size > _LARGEST:
        return None
    content = pipe.read(size)
    return content if len(content) == size else None


def serve(
    handle: Callable[[tuple[bytes, ...]], Iterable[bytes]], *, memory: int, cpu_seconds: int
) -> None:
    """In the guarded process: answer orders until nobody asks any more.

    Args:
        handle: gives the blobs of the answer; what it raises ends the process.
        memory: bytes of address space that the process may take.
        cpu_seconds: processor time of one order.

    """
    _limit(memory)
    orders, answers = sys.stdin.buffer, sys.stdout.buffer
    # Whatever a library prints must not be taken for an answer.
    sys.stdout = sys.stderr
    _write_frame(answers, b"")
    while (order := _read_frame(orders)) is not None:
        _allow_cpu(cpu_seconds)
        _write_frame(answers, packed(handle(unpacked(order))))


def _limit(memory: int) -> None:
    # Who stops the service stops its processes by closing their pipes; a stop sent to all of them
    # at once must not look like a fault of what is being read.
    for stop in (signal.SIGTERM, signal.SIGINT):
        signal.signal(stop, signal.SIG_IGN)
    if sys.platform != "win32":
        import resource  # noqa: PLC0415 - Windows has no such module

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _allow_cpu(seconds: int) -> None:
    """Let the process use so many seconds of processor time from now on."""
    if sys.platform != "win32":
        import resource  # noqa: PLC0415 - as above

        used = resource.getrusage(resource.RUSAGE_SELF)
        soft = int(used.ru_utime + used.ru_stime) + 1 + seconds
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))
