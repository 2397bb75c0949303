"""Where work has really moved on: whoever watches the process hears of it here and nowhere else.

A commit, a piece of a letter that the server took, a piece of a mail that came: each says
`progress()`. A job that hangs says nothing, and no thread speaks for it. Without a listener saying
it costs a comparison with None.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_listener: Callable[[], None] | None = None


def progress() -> None:
    """Say that something was really done just now."""
    if _listener is not None:
        _listener()


@contextmanager
def heard_by(listener: Callable[[], None]) -> Iterator[None]:
    """Let `listener` hear of every progress of this process until the end of the block."""
    global _listener  # noqa: PLW0603 - one process, one watcher
    before, _listener = _listener, listener
    try:
        yield
    finally:
        _listener = before
