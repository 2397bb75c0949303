"""Named places at which a test ends the process, or fails a call, exactly there.

A fail point stands at each boundary of each effect: before and after a commit, a rename, an answer
of a server. All are off unless the variable `MCU_MAIL_FAIL_AT` names some (or `armed` does, in a
test): then passing one costs a comparison with None.

    MCU_MAIL_FAIL_AT="smtp.dot.after"              SIGKILL at the first passing
    MCU_MAIL_FAIL_AT="imap.*.before@3=kill"        at the third passing of any that is so named
    MCU_MAIL_FAIL_AT="*.write@2=ENOSPC,a.b=EIO"    an OSError of that name, as a full disk raises
    MCU_MAIL_FAIL_AT="a.b=fault"                   a RuntimeError, as a fault of the program
    MCU_MAIL_FAIL_AT="office.*=hang"               nothing happens for an hour
    MCU_MAIL_FAIL_AT="*@9=crash"                   `CrashError`, which no fence of ours catches
    MCU_MAIL_FAIL_TRACE=FILE                       append the name of each point passed to FILE

The names of commits are made from the function that commits: nobody can forget to name one.
"""

from __future__ import annotations

import errno
import fnmatch
import os
import signal
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

VARIABLE = "MCU_MAIL_FAIL_AT"
TRACE = "MCU_MAIL_FAIL_TRACE"
KILL, HANG, CRASH, FAULT = "kill", "hang", "crash", "fault"
_PACKAGE = "mcu_mail."
_HOUR = 3600.0


class CrashError(BaseException):
    """The death of this process, played inside of it: only whoever armed the point catches it."""


@dataclass(kw_only=True)
class _Rule:
    """Act at the `at`-th passing of a point whose name fits the pattern."""

    pattern: str
    at: int
    action: str
    passed: int = 0


@dataclass(kw_only=True)
class _Plan:
    """What is to happen where; passings are counted in this process alone."""

    rules: tuple[_Rule, ...]
    trace: str | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def passed(self, name: str) -> None:
        """Note the passing of a point, and act if a rule says so."""
        if self.trace is not None:
            # One small write to a file opened for appending is never torn by a kill.
            handle = os.open(self.trace, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(handle, f"{name}\n".encode())
            finally:
                os.close(handle)
        due = []
        # All of them count this passing before the first of them ends it.
        for rule in self.rules:
            if fnmatch.fnmatchcase(name, rule.pattern):
                with self.lock:
                    rule.passed += 1
                    if rule.passed == rule.at:
                        due.append(rule.action)
        for action in due:
            _act(action, name)


_plan: _Plan | None = None


def fail_point(name: str) -> None:
    """Say that a boundary of an effect is passed.

    Raises:
        OSError: when a test wants this point to fail so.
        RuntimeError: likewise.
        CrashError: when a test plays the end of the process.

    """
    if _plan is not None:
        _plan.passed(name)


def commit_point(when: str) -> None:
    """The fail point of a commit, named after the function that called the caller of this one."""
    if _plan is not None:
        _plan.passed(f"commit:{_place(sys._getframe(2))}:{when}")  # noqa: SLF001 - names the caller


def _place(frame: FrameType) -> str:
    module = str(frame.f_globals.get("__name__", "")).removeprefix(_PACKAGE)
    return f"{module}.{frame.f_code.co_qualname}"


def _act(action: str, name: str) -> None:
    if action == KILL:
        # Nothing is flushed, closed or handled; Windows ends a process as hard by SIGTERM.
        os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
        time.sleep(_HOUR)
    elif action == HANG:
        time.sleep(_HOUR)
    elif action == FAULT:
        raise RuntimeError(f"a fault of the program at {name}")
    elif action == CRASH:
        raise CrashError(name)
    else:
        number = getattr(errno, action)
        raise OSError(number, os.strerror(number), name)


def _plan_of(text: str, trace: str | None) -> _Plan | None:
    rules = []
    for item in filter(None, (part.strip() for part in text.split(","))):
        place, _, action = item.partition("=")
        pattern, _, at = place.partition("@")
        action = action or KILL
        if action not in {KILL, HANG, CRASH, FAULT} and not hasattr(errno, action):
            raise ValueError(f"{VARIABLE}: {item!r} names no action")
        rules.append(_Rule(pattern=pattern, at=int(at or 1), action=action))
    return _Plan(rules=tuple(rules), trace=trace) if rules or trace else None


def arm_from_environment() -> None:
    """Arm what the environment of this process names; disarm everything when it names nothing."""
    global _plan  # noqa: PLW0603 - one plan per process
    _plan = _plan_of(os.environ.get(VARIABLE, ""), os.environ.get(TRACE))


@contextmanager
def armed(text: str, trace: str | None = None) -> Iterator[None]:
    """Arm fail points of this process, in the words of the variable, until the end of the block."""
    global _plan  # noqa: PLW0603 - as above
    before, _plan = _plan, _plan_of(text, trace)
    try:
        yield
    finally:
        _plan = before


arm_from_environment()
