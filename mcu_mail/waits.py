"""Nothing slow begins while the database is held: the rule, and the way to keep it.

Whoever writes holds the one write lock of the store, and everybody else waits for him. So whatever
may take long does not begin there: a foreign mail or file being read, a letter set, a server spoken
to, a share. `holding` marks the transaction; every slow door says `may_wait`. One that is opened
inside is logged as an error and goes on: what a person has sent must not be lost for a fault of
speed. No test passes in whose course that line was logged.

A decision that finds out only half-way what it has to read asks for it through `foreseen`. Within
`foreseeing` its transaction is then left, the reading is done without it, and the decision begins
anew and finds the reading done.
"""

from __future__ import annotations

import logging
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar, cast

from mcu_mail.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator

log = logging.getLogger(__name__)

_MOST_BEGINNINGS = 100
"""A decision that wants more read than this is none that any mail can cause."""
_Value = TypeVar("_Value")


class _UnreadError(Exception):
    """Something has to be read before the decision can go on."""

    def __init__(self, key: Hashable, get: Callable[[], object]) -> None:
        super().__init__("to be read before the transaction")
        self.key = key
        self.get = get


@dataclass(frozen=True, kw_only=True)
class _Got:
    value: object = None
    error: RefusedError | None = None


@dataclass
class _Here(threading.local):
    """What is true of this thread."""

    held: int = 0
    known: dict[Hashable, _Got] | None = field(default=None)


_here = _Here()


@contextmanager
def holding() -> Iterator[None]:
    """The database is held for writing until the end of the block."""
    _here.held += 1
    try:
        yield
    finally:
        _here.held -= 1


def may_wait(what: str) -> None:
    """Say that something slow begins here; `what` names the door."""
    if _here.held:
        log.error("%s is waited for while the database is held", what, stack_info=True)


def foreseen(key: Hashable, get: Callable[[], _Value]) -> _Value:
    """What `get` returns or refuses, asked for once in a decision and never while it holds.

    Args:
        key: names it within the decision.
        get: does the slow thing; only what it returns and its RefusedError are kept.

    """
    known = _here.known
    if known is None:
        return get()
    if key not in known:
        if _here.held:
            raise _UnreadError(key, get)
        known[key] = _got(get)
    got = known[key]
    if got.error is not None:
        raise got.error
    return cast("_Value", got.value)


def foreseeing(decide: Callable[[], _Value]) -> _Value:
    """Return what `decide` returns, begun anew whenever it needs something read first.

    It must do nothing outside its transaction that may not be done twice.
    """
    before = _here.known
    known: dict[Hashable, _Got] = {} if before is None else before
    _here.known = known
    try:
        for _ in range(_MOST_BEGINNINGS):
            try:
                return decide()
            except _UnreadError as unread:
                known[unread.key] = _got(unread.get)
    finally:
        _here.known = before
    raise RuntimeError("a decision does not come to an end of what it wants read")


def _got(get: Callable[[], object]) -> _Got:
    # What is read on the way to it, such as a mail with all its files, is not held in memory.
    before, _here.known = _here.known, None
    try:
        return _Got(value=get())
    except RefusedError as error:
        return _Got(error=error)
    finally:
        _here.known = before
