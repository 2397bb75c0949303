"""One day of the office under a daemon that is killed again and again until the day is done."""

from __future__ import annotations

import re
import signal
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.kill.audit import Count, count
from tests.kill.daemon import Daemon, Zygote

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tests.kill.office import Office
    from tests.kill.workload import Phase, Thread

_TICK = "imap.connected"
"""Passed by every look into the mailbox: with nothing else around it, the daemon is idle."""
_IDLE = re.compile(
    r"imap\.connected|health\..*|commit:service\.(remind\.catch_up|alive\._set):(before|after)"
)
_QUIET_TICKS = 3
_WAITS = (2, 2, 2, 5, 10, 15, 30)
"""Minutes by which the clock is moved on when nobody can go on before some time has passed."""
_LOOK = 0.03
_PATIENCE = 240.0


class StuckError(AssertionError):
    """The day does not go on."""


@dataclass(kw_only=True)
class Story:
    """What became of a day."""

    killed: list[str] = field(default_factory=list)
    """At which point each start was killed; a kill from outside is ''."""
    passed: Counter[str] = field(default_factory=Counter)
    starts: int = 0
    in_doubt: int = 0
    """Letters that were between their final dot and the server's verdict when a start died."""
    count: Count = field(default_factory=Count)
    seconds: float = 0.0


class Day:
    """Plays a workload.

    Args:
        wanted: the fail points to be killed at, and at which of their passings of the day.
        killer: says after how many seconds a start is killed from outside; None: never.

    """

    def __init__(
        self,
        office: Office,
        zygote: Zygote,
        wanted: Mapping[str, Sequence[int]],
        *,
        killer: Callable[[], float | None] = lambda: None,
    ) -> None:
        self.office, self.zygote = office, zygote
        self.pending = {name: list(passings) for name, passings in wanted.items()}
        self._failing: list[tuple[str, int, str]] = []
        """(point, passing of the day, what happens there) of what is no kill."""
        self.story = Story()
        self._killer = killer
        self._daemon: Daemon | None = None
        self._read = 0
        self._until: float | None = None

    def play(self, phases: Sequence[Phase]) -> Story:
        """Play all of them and count."""
        begun = time.monotonic()
        try:
            for phase in phases:
                self._phase(phase)
            self._stop(signal.SIGKILL)
        finally:
            if self._daemon is not None and self._daemon.status() is None:
                self._daemon.end()
        self.story.count = count(self.office)
        self.story.seconds = time.monotonic() - begun
        return self.story

    # --- for phases ------------------------------------------------------------------------------

    def restart(self, *, how: int = signal.SIGTERM, **changes: Any) -> None:
        """End the daemon and change the settings; the next look starts it again."""
        self._stop(how)
        if changes:
            self.office.configure(**changes)

    def fail(self, passings: Mapping[str, Sequence[int]], action: str = "fault") -> None:
        """Let points fail at these of their passings from now on."""
        self._stop(signal.SIGTERM)
        for name, numbers in passings.items():
            begun = self.story.passed[name]
            self._failing += [(name, begun + number, action) for number in numbers]

    def passed(self, name: str) -> int:
        """How often a point has been passed today, this start included."""
        before = self.story.passed[name]
        return before + (self._daemon.passed().count(name) if self._daemon else 0)

    def command(self, *words: str) -> int:
        """Run another command of ours until it is done, killed at the points that it passes too."""
        for _ in range(40):
            one = Daemon(self.zygote, self.office, self._armed(), *words, name="command")
            status = one.status(_PATIENCE)
            assert status is not None, f"{words} does not end"
            self._note(one, 0)
            if status != -signal.SIGKILL:
                return status
        raise StuckError(f"{words} never ends")

    # --- the machinery ---------------------------------------------------------------------------

    def _phase(self, phase: Phase) -> None:
        threads: dict[Thread, Callable[[], Any]] = {}
        for thread in phase(self.office, self):
            self._move(threads, thread, None)
        quiet, waits = 0, 0
        last = time.monotonic()
        while True:
            moved = False
            for thread, condition in list(threads.items()):
                if got := condition():
                    self._move(threads, thread, got)
                    moved = True
            ticks, busy = self._look()
            if moved or busy:
                quiet = 0
                last = time.monotonic()
            if moved:
                waits = 0
            quiet += ticks
            if quiet < _QUIET_TICKS:
                if time.monotonic() - last > _PATIENCE:
                    raise StuckError(self._state(threads, "the daemon does nothing"))
                time.sleep(_LOOK)
                continue
            self.office.post.settle()
            quiet = 0
            if any(condition() for condition in threads.values()) or self._look()[1]:
                continue
            if not threads and not self._waits_for_time():
                return
            if waits == len(_WAITS):
                raise StuckError(self._state(threads, "nobody goes on"))
            self.office.wait(minutes=_WAITS[waits])
            waits += 1

    def _move(self, threads: dict[Thread, Callable[[], Any]], thread: Thread, got: Any) -> None:
        try:
            threads[thread] = thread.send(got)
        except StopIteration:
            threads.pop(thread, None)

    def _look(self) -> tuple[int, bool]:
        """Start the daemon if there is none; how often it found nothing to do, whether it did."""
        if self._daemon is None:
            self._daemon = Daemon(self.zygote, self.office, self._armed())
            self._read = 0
            self.story.starts += 1
            after = self._killer()
            self._until = None if after is None else time.monotonic() + after
            return 0, True
        if self._until is not None and time.monotonic() > self._until:
            self._daemon.end()
        status = self._daemon.status()
        fresh = self._daemon.passed()[self._read :]
        self._read += len(fresh)
        if status is None:
            return fresh.count(_TICK), any(not _IDLE.fullmatch(name) for name in fresh)
        if status != -signal.SIGKILL:
            raise StuckError(f"the daemon ended by itself ({status}):\n{self._log()}")
        self._note(self._daemon, status)
        self._daemon = None
        self.story.in_doubt += self.office.letters_in_doubt()
        return 0, True

    def _note(self, daemon: Daemon, _: int) -> None:
        """Learn from the trace at which point a start was killed."""
        passed = daemon.passed()
        self.story.passed.update(passed)
        if daemon.status() != -signal.SIGKILL:
            return
        at = passed[-1] if passed else ""
        left = self.pending.get(at, ())
        if left and self.story.passed[at] >= left[0]:
            self.pending[at] = [one for one in left if one > self.story.passed[at]]
            self.story.killed.append(at)
        else:
            self.story.killed.append("")

    def _armed(self) -> str:
        rules = [
            f"{name}@{max(1, left[0] - self.story.passed[name])}"
            for name, left in self.pending.items()
            if left
        ]
        rules += [
            f"{name}@{at - self.story.passed[name]}={action}"
            for name, at, action in self._failing
            if at > self.story.passed[name]
        ]
        return ",".join(rules)

    def _stop(self, how: int) -> None:
        while self._daemon is not None:
            status = self._daemon.end(how)
            assert status in {0, -signal.SIGKILL}, self._log()
            self._note(self._daemon, status)
            self._daemon = None

    def _waits_for_time(self) -> bool:
        """Whether the daemon itself waits for a moment before it can be done."""
        return self.office.is_waiting()

    def _log(self) -> str:
        return (self.office.folder / "daemon.log").read_text(encoding="utf-8")[-6000:]

    def _state(self, threads: Mapping[Thread, object], what: str) -> str:
        waiting = [_place(one) for one in threads]
        left = sum(map(bool, self.pending.values()))
        return f"{what}; waiting: {waiting}; pending {left}\n{self._log()}"


def _place(thread: Thread) -> str:
    """Where a thread waits, the lines of those it waits for after its own."""
    places: list[str] = []
    inner: Any = thread
    while inner is not None and inner.gi_frame is not None:
        places.append(f"{inner.__name__}:{inner.gi_frame.f_lineno}")
        inner = inner.gi_yieldfrom
    return " ".join(places)
