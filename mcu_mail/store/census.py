"""Counts of what the store holds: for whoever watches the service, and the census of the mailbox.

Every question reads an index or the end of a table, but for the tally of all mails, which is asked
once a day.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from mcu_mail.store.tables import cases, mails, recipients, register

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

_NOT_CLOSED = ("open", "waiting", "aside")
_DECIDED = ("handled", "ignored", "aside")
_AT_ONCE = 400


@dataclass(frozen=True, kw_only=True)
class Tally:
    """Mails of the ledger, by what became of them; `received` is counted by itself."""

    received: int
    handled: int
    ignored: int
    aside: int
    waiting: int

    @property
    def parts(self) -> tuple[int, int, int, int, int]:
        """received, handled, ignored, aside, waiting."""
        return (self.received, self.handled, self.ignored, self.aside, self.waiting)

    @property
    def difference(self) -> int:
        """Mails that were received and ended nowhere: none, unless the store was tampered with."""
        return self.received - self.handled - self.ignored - self.aside - self.waiting


class Census:
    """Counts within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def counts(self, now: datetime) -> dict[str, int]:
        """How many cases, mails and addressees are in which state at `now`."""
        by_state = dict(
            self._pairs(
                sa
                .select(cases.c.state, sa.func.count())
                .where(cases.c.state.in_(_NOT_CLOSED))
                .group_by(cases.c.state)
            )
        )
        overdue = (cases.c.state.in_(_NOT_CLOSED), cases.c.term_at <= now)
        queued = (
            recipients.c.state.in_(["queued", "deferred", "sending"]),
            recipients.c.witness.is_(False),
        )
        return {
            "open": sum(by_state.values()),
            "aside": by_state.get("aside", 0),
            "overdue": self._count(cases, *overdue),
            "queued": self._count(recipients, *queued),
            "unknown": self._count(
                recipients, recipients.c.state == "unknown", recipients.c.witness.is_(False)
            ),
            "mails_waiting": self._count(mails, mails.c.state == "stored"),
            "mails_aside": self._count(mails, mails.c.state == "aside"),
        }

    def last_mail_at(self) -> datetime | None:
        """When the newest mail was stored."""
        query = sa.select(mails.c.stored_at).order_by(mails.c.id.desc()).limit(1)
        found: datetime | None = self._connection.execute(query).scalar()
        return found

    def last_letter_at(self) -> datetime | None:
        """When the newest letter that every recipient has was sent."""
        query = (
            sa
            .select(register.c.sent_at)
            .where(register.c.sent_at.is_not(None))
            .order_by(register.c.id.desc())
            .limit(1)
        )
        found: datetime | None = self._connection.execute(query).scalar()
        return found

    def mails(self, since: datetime | None = None, until: datetime | None = None) -> Tally:
        """What became of the mails that were stored from `since` on and before `until`."""
        span = []
        if since is not None:
            span.append(mails.c.stored_at >= since)
        if until is not None:
            span.append(mails.c.stored_at < until)
        by_state = dict(
            self._pairs(
                sa.select(mails.c.state, sa.func.count()).where(*span).group_by(mails.c.state)
            )
        )
        return Tally(
            received=self._count(mails, *span),
            handled=by_state.get("handled", 0),
            ignored=by_state.get("ignored", 0),
            aside=by_state.get("aside", 0),
            waiting=by_state.get("stored", 0),
        )

    def letters_sent(self, since: datetime, until: datetime) -> int:
        """How many registered letters every recipient got in that time."""
        sent = (register.c.sent_at >= since, register.c.sent_at < until)
        return self._count(register, *sent)

    def megabytes(self) -> int:
        """How much all raw mails take."""
        query = sa.select(sa.func.coalesce(sa.func.sum(mails.c.size), 0))
        return int(self._connection.execute(query).scalar_one()) // 1_000_000

    def entered(self, folder: str, uidvalidity: int, uids: Collection[int]) -> dict[int, bool]:
        """Which of these UIDs the ledger knows; True: it was decided about that mail."""
        found: dict[int, bool] = {}
        ordered = sorted(uids)
        for start in range(0, len(ordered), _AT_ONCE):
            query = sa.select(mails.c.uid, mails.c.state).where(
                mails.c.folder == folder,
                mails.c.uidvalidity == uidvalidity,
                mails.c.uid.in_(ordered[start : start + _AT_ONCE]),
            )
            found |= {row.uid: row.state in _DECIDED for row in self._connection.execute(query)}
        return found

    def known_bytes(self, digests: Collection[str]) -> frozenset[str]:
        """Which of these contents the ledger holds."""
        query = sa.select(mails.c.sha256).where(mails.c.sha256.in_(list(digests)))
        return frozenset(row.sha256 for row in self._connection.execute(query))

    def _count(self, table: sa.Table, *conditions: sa.ColumnElement[bool]) -> int:
        query = sa.select(sa.func.count()).select_from(table).where(*conditions)
        return int(self._connection.execute(query).scalar_one())

    def _pairs(self, query: sa.Select[Any]) -> list[tuple[str, int]]:
        return [(str(row[0]), int(row[1])) for row in self._connection.execute(query)]
