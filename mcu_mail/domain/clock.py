"""Whether the machine's clock can be believed: compared with the latest moment that was seen.

A clock that an hour's correction has moved is believed. One that was reset to 1970, or that has
leapt over weeks, is not: letters would leave, and reminders come, at wrong dates (F33).
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

BEHIND = timedelta(hours=3)
"""A clock may be put back this far; time servers correct by seconds, people by an hour."""
AHEAD = timedelta(days=45)
"""No service of an office stands longer than this without anybody's knowledge."""
_WRITTEN = datetime(2026, 1, 1, tzinfo=UTC)
"""No office has used this program before."""


def doubt(now: datetime, seen: datetime | None, *, confirmed: date | None, today: date) -> str:
    """Why the clock is not believed: `behind` or `ahead`; empty when it is.

    Args:
        now: what the clock says.
        seen: the latest moment at which the service was at work.
        confirmed: the date on which a person has said that the clock is right.
        today: the office's date of `now`.

    """
    if confirmed is not None and timedelta(0) <= today - confirmed <= timedelta(days=1):
        return ""
    if now < _WRITTEN or (seen is not None and now < seen - BEHIND):
        return "behind"
    return "ahead" if seen is not None and now > seen + AHEAD else ""
