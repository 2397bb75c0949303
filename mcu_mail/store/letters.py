"""Versions of the letters of cases."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from mcu_mail.store.tables import letters

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime


@dataclasses.dataclass(frozen=True, kw_only=True)
class Letter:
    """A version of an answer. `docx`, `pdf` are digests of kept files; None until rendered."""

    id: int
    case_id: int
    version: int
    author: str
    text: str
    then: str
    print_code: str
    created_at: datetime
    signer: str | None
    content: str | None
    """The frozen content of the sheet: what was signed does not change with the case."""
    docx: str | None
    pdf: str | None
    pages: int | None
    engine: str | None
    note: str | None
    kind: str = "answer"
    """answer | interim | forward: which of the letter templates it is set in."""
    until: str | None = None
    """The day that an interim answer promises, ISO."""
    annex: str | None = None
    """Digest of the PDF of its annexes, bound in the order they came."""
    annex_pages: int | None = None
    annex_ids: str | None = None
    """Which annexes it was rendered with: their ids, joined by commas."""


class Letters:
    """Versions of letters within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(
        self,
        *,
        case_id: int,
        version: int,
        author: str,
        text: str,
        then: str,
        print_code: str,
        created_at: datetime,
        promised: date | None = None,
        forward: bool = False,
    ) -> None:
        """Insert a version; its number must be new for the case."""
        kind = "interim" if promised else "forward" if forward else "answer"
        self._connection.execute(
            letters.insert().values(
                case_id=case_id,
                version=version,
                author=author,
                text=text,
                then=then,
                print_code=print_code,
                created_at=created_at,
                kind=kind,
                until=promised.isoformat() if promised else None,
            )
        )

    def get(self, case_id: int, version: int) -> Letter | None:
        """That version, if it exists."""
        row = self._connection.execute(
            sa.select(letters).where(letters.c.case_id == case_id, letters.c.version == version)
        ).one_or_none()
        return Letter(**row._asdict()) if row else None

    def all_of(self, case_id: int) -> tuple[Letter, ...]:
        """Every version of a case's letter, oldest first."""
        rows = self._connection.execute(
            sa.select(letters).where(letters.c.case_id == case_id).order_by(letters.c.version)
        )
        return tuple(Letter(**row._asdict()) for row in rows)

    def rendered(self, letter_id: int, values: Mapping[str, Any]) -> None:
        """Record what rendering made (docx, pdf, pages, engine, note, signer)."""
        self._connection.execute(letters.update().where(letters.c.id == letter_id).values(**values))
