"""What is owed and when: due moments, tasks, and the few facts the daemon keeps of itself.

A pass asks these indexed rows what is owed at `now`; its cost does not grow with open cases.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from mcu_mail.store.tables import cases, due, meta, scans, tasks

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime


_OF_CASE = ("term", "term_near", "first_reply", "promised_day", "term_wanted")
"""Moments that are no single step's."""


@dataclass(frozen=True, kw_only=True)
class Due:
    """A moment at which the service has to do something by itself."""

    id: int
    key: str
    at: datetime
    case_id: int
    entry: int | None
    kind: str
    data: Mapping[str, Any]
    done_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Task:
    """An idempotent effect that has to be made sure of."""

    id: int
    key: str
    case_id: int
    kind: str
    data: Mapping[str, Any]
    attempts: int
    next_at: datetime
    error: str | None
    done_at: datetime | None


def owed_due(now: datetime, limit: int) -> sa.Select[Any]:
    """The query of the due moments at `now`: answered from its index alone."""
    return (
        sa
        .select(due)
        .where(due.c.done_at.is_(None), due.c.at <= now)
        .order_by(due.c.at)
        .limit(limit)
    )


class DueMoments:
    """Due moments within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(
        self,
        *,
        key: str,
        at: datetime,
        case_id: int,
        kind: str,
        entry: int | None = None,
        data: Mapping[str, Any] | None = None,
    ) -> None:
        """Plan a moment once: a key that was planned before is left as it is."""
        known = self._connection.execute(sa.select(due.c.id).where(due.c.key == key)).scalar()
        if known is None:
            self._connection.execute(
                due.insert().values(
                    key=key, at=at, case_id=case_id, entry=entry, kind=kind, data=dict(data or {})
                )
            )

    def owed(self, now: datetime, limit: int = 100) -> tuple[Due, ...]:
        """Moments that have come and were not dealt with, the oldest first."""
        rows = self._connection.execute(owed_due(now, limit))
        return tuple(Due(**row._asdict()) for row in rows)

    def planned(self, case_id: int, kind: str) -> tuple[Due, ...]:
        """The moments of that kind that a case has ahead, or that nobody has dealt with."""
        rows = self._connection.execute(
            sa
            .select(due)
            .where(due.c.case_id == case_id, due.c.kind == kind, due.c.done_at.is_(None))
            .order_by(due.c.at)
        )
        return tuple(Due(**row._asdict()) for row in rows)

    def claim(self, due_id: int, now: datetime) -> bool:
        """Mark a moment as dealt with; False when it already was (never twice)."""
        done = self._connection.execute(
            due.update().where(due.c.id == due_id, due.c.done_at.is_(None)).values(done_at=now)
        )
        return done.rowcount == 1

    def hand_over(self, case_id: int, entry: int, actor: str) -> None:
        """The step is somebody else's now: its reminders and escalations go by his name."""
        self._connection.execute(
            due
            .update()
            .where(due.c.case_id == case_id, due.c.entry == entry, due.c.done_at.is_(None))
            .values(data={"actor": actor})
        )

    def drop_of_step(self, case_id: int, now: datetime) -> None:
        """The step is over: its reminders and escalations will not be sent."""
        self._connection.execute(
            due
            .update()
            .where(due.c.case_id == case_id, due.c.done_at.is_(None), due.c.entry.is_not(None))
            .values(done_at=now)
        )

    def forget(self, case_id: int, kinds: Iterable[str], entry: int | None = None) -> None:
        """Take back what is planned and has not come, so that it can be planned anew.

        Args:
            case_id: of which case.
            kinds: which moments.
            entry: only those of this visit of a step.

        """
        query = due.delete().where(
            due.c.case_id == case_id, due.c.done_at.is_(None), due.c.kind.in_(list(kinds))
        )
        self._connection.execute(query if entry is None else query.where(due.c.entry == entry))

    def questions_of(self, case_id: int, entry: int) -> tuple[Mapping[str, Any], ...]:
        """What the reminders and escalations of a visit of a step know of it, oldest first."""
        rows = self._connection.execute(
            sa
            .select(due.c.data)
            .where(due.c.case_id == case_id, due.c.entry == entry)
            .order_by(due.c.id)
        )
        return tuple(row.data for row in rows)

    def postpone(self, due_id: int, at: datetime) -> None:
        """A moment that has come waits till `at`."""
        self._connection.execute(
            due.update().where(due.c.id == due_id, due.c.done_at.is_(None)).values(at=at)
        )

    def watch_again(self, case_id: int, now: datetime) -> None:
        """The case was closed and is open again: what of it lies ahead is watched.

        What belongs to one visit of a step is planned by whoever enters that step.
        """
        self._connection.execute(
            due
            .update()
            .where(due.c.case_id == case_id, due.c.kind.in_(_OF_CASE), due.c.at > now)
            .values(done_at=None)
        )

    def drop_all(self, case_id: int, now: datetime) -> None:
        """The case is closed: nothing more is due."""
        self._connection.execute(
            due
            .update()
            .where(due.c.case_id == case_id, due.c.done_at.is_(None))
            .values(done_at=now)
        )


class Tasks:
    """Tasks within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(
        self, *, key: str, case_id: int, kind: str, data: Mapping[str, Any], now: datetime
    ) -> None:
        """Plan an effect once."""
        known = self._connection.execute(sa.select(tasks.c.id).where(tasks.c.key == key)).scalar()
        if known is None:
            self._connection.execute(
                tasks.insert().values(
                    key=key, case_id=case_id, kind=kind, data=dict(data), attempts=0, next_at=now
                )
            )

    def owed(self, now: datetime, limit: int = 50) -> tuple[Task, ...]:
        """Effects to be tried at `now`."""
        rows = self._connection.execute(
            sa
            .select(tasks)
            .where(tasks.c.done_at.is_(None), tasks.c.next_at <= now)
            .order_by(tasks.c.next_at, tasks.c.id)
            .limit(limit)
        )
        return tuple(Task(**row._asdict()) for row in rows)

    def open(self, case_id: int) -> tuple[Task, ...]:
        """Effects of a case that are still to be made sure of."""
        rows = self._connection.execute(
            sa.select(tasks).where(tasks.c.case_id == case_id, tasks.c.done_at.is_(None))
        )
        return tuple(Task(**row._asdict()) for row in rows)

    def latest(self, case_id: int, kind: str) -> Task | None:
        """The newest effect of that kind a case ever owed."""
        row = self._connection.execute(
            sa
            .select(tasks)
            .where(tasks.c.case_id == case_id, tasks.c.kind == kind)
            .order_by(tasks.c.id.desc())
            .limit(1)
        ).one_or_none()
        return Task(**row._asdict()) if row else None

    def numbers_with(self, kind: str) -> frozenset[str]:
        """The numbers of the cases that ever owed an effect of that kind."""
        query = sa.select(cases.c.number).join(tasks, tasks.c.case_id == cases.c.id)
        rows = self._connection.execute(query.where(tasks.c.kind == kind).distinct())
        return frozenset(row.number for row in rows)

    def open_kind(self, case_id: int, kind: str) -> bool:
        """Whether an effect of that kind is still to be made sure of."""
        return any(task.kind == kind for task in self.open(case_id))

    def count_attempt(self, task_id: int, next_at: datetime) -> None:
        """Count a try before it is made, with the moment of the next one if it fails."""
        self._connection.execute(
            tasks
            .update()
            .where(tasks.c.id == task_id)
            .values(attempts=tasks.c.attempts + 1, next_at=next_at)
        )

    def owe_again(self, now: datetime, *, fewer_than: int) -> int:
        """Owe at `now` the tasks that were begun, neither done nor failed; return how many."""
        done = self._connection.execute(
            tasks
            .update()
            .where(
                tasks.c.done_at.is_(None),
                tasks.c.error.is_(None),
                tasks.c.attempts > 0,
                tasks.c.attempts < fewer_than,
                tasks.c.next_at > now,
            )
            .values(next_at=now)
        )
        return done.rowcount

    def cut_off(self, *, at_least: int) -> tuple[Task, ...]:
        """Tasks that were begun so many times and neither done nor refused."""
        rows = self._connection.execute(
            sa.select(tasks).where(
                tasks.c.done_at.is_(None), tasks.c.error.is_(None), tasks.c.attempts >= at_least
            )
        )
        return tuple(Task(**row._asdict()) for row in rows)

    def failed(self, task_id: int, error: str) -> None:
        """Keep why a try failed."""
        self._connection.execute(
            tasks.update().where(tasks.c.id == task_id).values(error=error[:500])
        )

    def done(self, task_id: int, now: datetime) -> bool:
        """The effect is there; False when it was recorded before."""
        changed = self._connection.execute(
            tasks
            .update()
            .where(tasks.c.id == task_id, tasks.c.done_at.is_(None))
            .values(done_at=now, error=None)
        )
        return changed.rowcount == 1

    def wait_at_most(self, now: datetime, until: datetime) -> None:
        """Try no task later than `until`, and one that was never tried at once."""
        is_open = tasks.c.done_at.is_(None)
        fresh = sa.and_(tasks.c.attempts == 0, tasks.c.next_at > now)
        for late, at in ((tasks.c.next_at > until, until), (fresh, now)):
            self._connection.execute(tasks.update().where(is_open, late).values(next_at=at))


class Facts:
    """Single values that the daemon keeps of itself."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def get(self, key: str) -> str | None:
        """The value, if it was ever set."""
        return self._connection.execute(sa.select(meta.c.value).where(meta.c.key == key)).scalar()

    def set(self, key: str, value: str) -> None:
        """Set the value."""
        done = self._connection.execute(meta.update().where(meta.c.key == key).values(value=value))
        if done.rowcount == 0:
            self._connection.execute(meta.insert().values(key=key, value=value))

    def forget(self, prefix: str, *, before: str) -> int:
        """Forget the values less than `before` whose key begins so; return how many."""
        key = meta.c.key
        # The range is for the index, and a collation of another order finds fewer by it.
        near = sa.and_(key >= prefix, key < prefix[:-1] + chr(ord(prefix[-1]) + 1))
        named = key.startswith(prefix, autoescape=True)
        gone = self._connection.execute(meta.delete().where(near, named, meta.c.value < before))
        return gone.rowcount


class Scans:
    """What was dropped into «Подписано» and what was decided about it."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(
        self,
        *,
        sha256: str,
        name: str,
        at: datetime,
        verdict: str,
        case_id: int | None = None,
        version: int | None = None,
    ) -> None:
        """Record one dropped file."""
        self._connection.execute(
            scans.insert().values(
                sha256=sha256, name=name, at=at, verdict=verdict, case_id=case_id, version=version
            )
        )

    def accepted(self, sha256: str) -> int | None:
        """The case that took these very bytes before, if any."""
        return self._connection.execute(
            sa.select(scans.c.case_id).where(
                scans.c.sha256 == sha256, scans.c.verdict == "accepted"
            )
        ).scalar()

    def has(self, sha256: str, verdict: str) -> bool:
        """Whether these very bytes were given this verdict before."""
        return (
            self._connection.execute(
                sa.select(scans.c.id).where(scans.c.sha256 == sha256, scans.c.verdict == verdict)
            ).first()
            is not None
        )
