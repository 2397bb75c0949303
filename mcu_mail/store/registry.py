"""The register of outgoing letters: yearly, gapless, never reused (decree 5.3, `facts.md` §4).

The counter and the row are written in one transaction, so a number exists only with its row; a
cancelled one stays with its reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from mcu_mail.store.tables import counters, register

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


VOID = "void"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A row of the register. `on_date` is the local date as ISO text."""

    id: int
    scope: str
    n: int
    number: str
    year: int
    on_date: str
    case_id: int
    version: int
    addressee: str
    subject: str
    executor: str
    signer: str
    sheets: int
    state: str
    void_reason: str | None
    registered_at: datetime
    sent_at: datetime | None
    scan: str
    pdf: str | None
    doc: str | None
    doc_suffix: str | None
    note: str | None = None
    """What the clerk should know of how the files were made (Russian)."""
    signature: str | None = None
    """Digest of the detached electronic signature that came with the signed file."""
    annex: str | None = None
    """Digest of the PDF of annexes that is sent beside a file which may not be altered."""
    void_by: str | None = None
    """The full name of the one who made it void."""
    void_at: datetime | None = None


class Register:
    """The register within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def take(self, scope: str, start: int) -> int:
        """The next number of a scope. It is spent only if the transaction commits."""
        return take_number(self._connection, f"register:{scope}", start)

    def spent(self, scope: str, last: int) -> None:
        """Numbers of a scope up to `last` were given: none of them is given again."""
        raise_counter(self._connection, f"register:{scope}", last)

    def with_ordinal(self, scope: str, n: int) -> Entry | None:
        """The row of that number of a scope, a void one too."""
        row = self._connection.execute(
            sa.select(register).where(register.c.scope == scope, register.c.n == n)
        ).one_or_none()
        return Entry(**row._asdict()) if row else None

    def of_scope(self, scope: str) -> tuple[Entry, ...]:
        """The rows of a scope by their numbers."""
        return self._rows(register.c.scope == scope, register.c.n)

    def in_state(self, state: str) -> tuple[Entry, ...]:
        """The rows of a state, in the order of registration."""
        return self._rows(register.c.state == state, register.c.id)

    def _rows(self, condition: Any, order: Any) -> tuple[Entry, ...]:
        query = sa.select(register).where(condition).order_by(order)
        return tuple(Entry(**row._asdict()) for row in self._connection.execute(query))

    def add(self, **values: Any) -> Entry:
        """Write a row; its number must be new in its scope."""
        row = self._connection.execute(register.insert().values(**values).returning(register)).one()
        return Entry(**row._asdict())

    def change(self, entry_id: int, values: Mapping[str, Any]) -> None:
        """Set state, files or moments of a row; numbers never change."""
        self._connection.execute(
            register.update().where(register.c.id == entry_id).values(**values)
        )

    def of_case(self, case_id: int) -> tuple[Entry, ...]:
        """Rows of a case, oldest first."""
        rows = self._connection.execute(
            sa.select(register).where(register.c.case_id == case_id).order_by(register.c.id)
        )
        return tuple(Entry(**row._asdict()) for row in rows)

    def live_of_case(self, case_id: int, version: int | None = None) -> tuple[Entry, ...]:
        """Rows of a case, or of one version of its letter, that are not void, oldest first."""
        return tuple(
            entry
            for entry in self.of_case(case_id)
            if entry.state != VOID and version in {None, entry.version}
        )

    def void(self, entry_id: int, *, reason: str, by: str, at: datetime) -> bool:
        """Take a registration back; the row and its number stay. False when it was void before."""
        done = self._connection.execute(
            register
            .update()
            .where(register.c.id == entry_id, register.c.state != VOID)
            .values(state=VOID, void_reason=reason, void_by=by, void_at=at)
        )
        return done.rowcount == 1

    def add_note(self, entry_id: int, note: str) -> None:
        """Put a note behind those of the row; the same one twice is one."""
        known = (self.get(entry_id).note or "").split("\n")
        if note and note not in known:
            self.change(entry_id, {"note": "\n".join(filter(None, [*known, note]))})

    def with_number(self, number: str) -> tuple[Entry, ...]:
        """Rows of that very number, void ones aside, oldest first: one a year may bear it."""
        rows = self._connection.execute(
            sa
            .select(register)
            .where(register.c.number == number, register.c.state != VOID)
            .order_by(register.c.id)
        )
        return tuple(Entry(**row._asdict()) for row in rows)

    def numbers_of(self, year: int) -> frozenset[str]:
        """Every number of a year, void ones too, as written."""
        rows = self._connection.execute(sa.select(register.c.number).where(register.c.year == year))
        return frozenset(row.number for row in rows)

    def first_year(self) -> int | None:
        """The year of the oldest row."""
        return self._connection.execute(sa.select(sa.func.min(register.c.year))).scalar()

    def last_day(self) -> str | None:
        """The date of the row that was written last, ISO; None in an empty register."""
        newest = sa.select(register.c.on_date).order_by(register.c.id.desc()).limit(1)
        return self._connection.execute(newest).scalar()

    def registered_since(self, moment: datetime) -> tuple[Entry, ...]:
        """Rows written at `moment` or later, in the order of registration."""
        return self._since(register.c.registered_at, moment)

    def voided_since(self, moment: datetime) -> tuple[Entry, ...]:
        """Rows that were made void at `moment` or later, in the order of registration."""
        return self._since(register.c.void_at, moment)

    def get(self, entry_id: int) -> Entry:
        """The row of that id; it must exist."""
        row = self._connection.execute(sa.select(register).where(register.c.id == entry_id)).one()
        return Entry(**row._asdict())

    def sent_since(self, moment: datetime) -> tuple[Entry, ...]:
        """Letters that were sent at `moment` or later, in the order of registration."""
        return self._since(register.c.sent_at, moment)

    def _since(self, column: sa.Column[datetime], moment: datetime) -> tuple[Entry, ...]:
        rows = self._connection.execute(sa.select(register).where(column >= moment))
        # Sorted here: asked for that order the database would read every row instead of the index.
        return tuple(sorted((Entry(**row._asdict()) for row in rows), key=lambda one: one.id))

    def of_year(self, year: int | None) -> tuple[Entry, ...]:
        """The register of a year (None: of all years), in the order of registration."""
        query = sa.select(register).order_by(register.c.id)
        if year is not None:
            query = query.where(register.c.year == year)
        return tuple(Entry(**row._asdict()) for row in self._connection.execute(query))


def counted(connection: sa.Connection, key: str) -> int:
    """The last value that a counter has given; 0 before the first."""
    query = sa.select(counters.c.last).where(counters.c.key == key)
    return int(connection.execute(query).scalar() or 0)


def raise_counter(connection: sa.Connection, key: str, last: int) -> None:
    """See that a counter has given at least `last`: the next number lies above it."""
    raised = counters.update().where(counters.c.key == key, counters.c.last < last)
    connection.execute(raised.values(last=last))
    known = sa.select(counters.c.key).where(counters.c.key == key)
    if connection.execute(known).scalar() is None:
        connection.execute(counters.insert().values(key=key, last=last))


def take_number(connection: sa.Connection, key: str, start: int = 1) -> int:
    """Advance a counter and return it; the first value is `start`."""
    row = connection.execute(
        counters
        .update()
        .where(counters.c.key == key)
        .values(last=counters.c.last + 1)
        .returning(counters.c.last)
    ).one_or_none()
    if row is not None:
        return int(row.last)
    connection.execute(counters.insert().values(key=key, last=start))
    return start
