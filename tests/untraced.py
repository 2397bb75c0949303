"""Where coverage has nothing to see, its tracer is switched off: it doubles the time of all Python.

Nothing of the product goes unseen by this. The threads of the embedded post office run libraries
(its own lines are seen in `tests/rehearsal`), the libraries named here call nothing of ours back,
and what a heavy test repeats (its beginning, or all of it with other values) was walked before.
"""

from __future__ import annotations

import functools
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import jinja2
from sqlalchemy.sql.compiler import SQLCompiler

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pytest

LIBRARY_WORK: tuple[tuple[Any, str], ...] = (
    (SQLCompiler, "__init__"),
    (jinja2.Environment, "compile"),
)
# Every line that these walk is walked by smaller tests too.
MANY = ("tests/documents/test_thousand_letters.py",)
HEAVY = ("tests/stories/", "tests/documents/test_ink.py", "tests/documents/test_scan_matrix.py")

_set_up: set[tuple[str, str]] = set()


@contextmanager
def untraced() -> Iterator[None]:
    """Run what is inside, and the threads it starts, without the tracer."""
    here, of_threads = sys.gettrace(), threading.gettrace()
    sys.settrace(None)
    threading.settrace(None)
    try:
        yield
    finally:
        threading.settrace(of_threads)
        sys.settrace(here)


def _quietly(work: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(work)
    def untraced_work(*args: Any, **kwargs: Any) -> Any:
        trace = sys.gettrace()
        if trace is None:
            return work(*args, **kwargs)
        sys.settrace(None)
        try:
            return work(*args, **kwargs)
        finally:
            sys.settrace(trace)

    return untraced_work


def spare_libraries() -> None:
    """Let the libraries of `LIBRARY_WORK` run untraced from now on."""
    for owner, name in LIBRARY_WORK:
        setattr(owner, name, _quietly(getattr(owner, name)))


def is_repeat(item: pytest.Item) -> bool:
    """Whether a heavy test runs with other than its first values, or a light one very often."""
    call = getattr(item, "callspec", None)
    again = call is not None and any(call.indices.values())
    return item.nodeid.startswith(MANY) or (again and item.nodeid.startswith(HEAVY))


def is_known(fixture: pytest.FixtureDef[Any], node: Any) -> bool:
    """Whether a heavy test begins as another one of this process has begun."""
    if fixture.scope != "function" or not node.nodeid.startswith(HEAVY):
        return False
    name = (fixture.baseid, fixture.argname)
    known = name in _set_up
    _set_up.add(name)
    return known or is_repeat(node)
