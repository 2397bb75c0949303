"""Fail points that the day of the kill run does not pass, each with the reason why not."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

UNREACHED: dict[str, str] = {}
WITHOUT_MOVE = frozenset({"imap.copied", "imap.marked"})
"""Passed only where the mail server has no MOVE; one of the two days is played on such a one."""


def missed(points: Iterable[str], passed: Iterable[str]) -> list[str]:
    """Points that no day has passed though nothing here says why."""
    return sorted(set(points) - set(passed) - set(UNREACHED))
