"""Fail points that the day of the kill run does not pass, each with the reason why not."""

from __future__ import annotations

import fnmatch
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

UNREACHED: dict[str, str] = {
    "watch.command.*": "only where the office has set a command of its own",
    "reserve.*": "only on a disk with other room than here, which `tests/kill/nth_call.py` plays",
    "*.concerns.tell_of:*": "only when a disk, a certificate or a calendar gives concern",
    "commit:store.lease.*": "the lease commits by itself, between `lease.take` and `lease.back`",
    "restore.log.before": "only when the file of the old database's log still stands there",
    "*._alarm:*": "only when a copy of the store cannot be written",
    "*._give_up:*": "only after a fault of the program in a reminder",
    "*._file_copy:*": "only for a second copy of one witness",
    "backup.sweep": "only when a copy that was killed hours ago has left its beginning",
    "*.alive.clock_doubt:*": "only when the clock leaps over weeks; `tests/stories` do",
    "*.alive.wait_no_longer:*": "only when the clock is put back; `tests/stories` do",
    "*.after_outage.tell_of_missed:*": "only in played moments; `tests/stories` do",
    "*.late._one:*": "only for a letter that an outage has made late; `tests/stories` do",
    "*.late._fenced:*": "only for such a letter that cannot be asked about; `tests/stories` do",
    "*._tell_of_missing:*": "only when the copy of a letter was accepted and never comes",
    "kept.piece*": "only for a mail of more than eight megabytes; `tests/stories` do",
    "copy.rows.*": "only on PostgreSQL: SQLite's copy is one call",
    "*._copy_rows:*": "as `copy.rows`",
    "*.health._tell_over:*": "only when an alarm has ended; `tests/stories` do",
    "*.looking_back.look_at_share:*": "only on a share that was away; `tests/stories` do",
    "*.incoming._fenced:*": "only for a paper of «Входящие» that fails; `tests/stories` do",
    "*.matter_texts.do_matter:*": "only for two cases of one matter; `tests/stories` do",
    "*.proposals.write_proposal:*": "only after «Шаблон»; `tests/stories` do",
}
"""By the pattern of their names."""
WITHOUT_MOVE = frozenset({"imap.copied"})
"""Passed only where the mail server has no MOVE; one of the two days is played on such a one."""
ONCE = frozenset({
    "backup.remove.after",
    "commit:service.attempt.Attempt.unclear:after",
    "commit:service.collect._put_aside:after",
    "commit:service.dispatch._park:after",
    "commit:service.gathering.forget_told:after",
    "commit:service.papers._works_again:after",
    "commit:service.scans._too_often:after",
    "reconcile.end.after",
})
"""What comes once a day: killed before it, the first day does not come to it; the other does."""
LATER = frozenset({"restore.aside.after", "restore.aside.before", "scan.reject.beside"})
"""What the other day does not come to a second time; the first one is killed there."""


def reason(point: str) -> str:
    """Why no day passes this point; empty when there is no reason."""
    found = (why for pattern, why in UNREACHED.items() if fnmatch.fnmatchcase(point, pattern))
    return next(found, "")


def missed(points: Iterable[str], passed: Iterable[str]) -> list[str]:
    """Points that no day has passed though nothing here says why."""
    return sorted(point for point in set(points) - set(passed) if not reason(point))
