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
    void_at: datetime | None = None


class Register:
    """The register within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def take(self, scope: str, start: int) -> int:
        """The next number of a scope. It is spent only if the transaction commits."""
        return take_number(self._connection, f"register:{scope}", start)

    def number_taken(self, scope: str, number: str) -> bool:
        """Whether a row of that scope already carries the number."""
        return (
            self._connection.execute(
                sa.select(register.c.id).where(
                    register.c.scope == scope, register.c.number == number
                )
            ).scalar()
            is not None
        )

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

    def get(self, entry_id: int) -> Entry:
        """The row of that id; it must exist."""
        row = self._connection.execute(sa.select(register).where(register.c.id == entry_id)).one()
        return Entry(**row._asdict())

    def sent_since(self, moment: datetime) -> tuple[Entry, ...]:
        """Letters that were sent at `moment` or later, in the order of registration."""
        rows = self._connection.execute(
            sa.select(register).where(register.c.sent_at >= moment).order_by(register.c.id)
        )
        return tuple(Entry(**row._asdict()) for row in rows)

    def of_year(self, year: int | None) -> tuple[Entry, ...]:
        """The register of a year (None: of all years), in the order of registration."""
        query = sa.select(register).order_by(register.c.id)
        if year is not None:
            query = query.where(register.c.year == year)
        return tuple(Entry(**row._asdict()) for row in self._connection.execute(query))


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
