"""Files that go behind a letter, in the order in which they came."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from mcu_mail.domain.annexes import Annex
from mcu_mail.store.tables import annexes

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class KeptAnnex:
    """An annex with where it is kept: `sha256` as it came, `ready` as it is bound."""

    annex: Annex
    sha256: str
    ready: str
    removed: bool


def _kept(row: Any) -> KeptAnnex:
    return KeptAnnex(
        annex=Annex(
            id=row.id,
            name=row.name,
            kind=row.kind,
            pages=row.pages,
            size=row.size,
            least=row.least,
        ),
        sha256=row.sha256,
        ready=row.ready,
        removed=row.removed_at is not None,
    )


class Annexes:
    """Annexes within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(
        self,
        *,
        case_id: int,
        mail_id: int | None,
        annex: Annex,
        sha256: str,
        ready: str,
        sender: str,
        now: datetime,
    ) -> None:
        """Keep an annex (its `id` is ignored); one that was taken out comes back."""
        back = self._connection.execute(
            annexes
            .update()
            .where(annexes.c.case_id == case_id, annexes.c.sha256 == sha256)
            .values(removed_at=None, name=annex.name)
        )
        if back.rowcount:
            return
        self._connection.execute(
            annexes.insert().values(
                case_id=case_id,
                mail_id=mail_id,
                name=annex.name,
                sha256=sha256,
                kind=annex.kind,
                ready=ready,
                pages=annex.pages,
                size=annex.size,
                least=annex.least,
                sender=sender,
                added_at=now,
            )
        )

    def remove(self, ids: Iterable[int], now: datetime) -> None:
        """Take annexes out; their rows stay."""
        self._connection.execute(
            annexes.update().where(annexes.c.id.in_(list(ids))).values(removed_at=now)
        )

    def all_of(self, case_id: int) -> tuple[KeptAnnex, ...]:
        """Every annex of a case, also those taken out, in the order in which they came."""
        rows = self._connection.execute(
            sa.select(annexes).where(annexes.c.case_id == case_id).order_by(annexes.c.id)
        )
        return tuple(_kept(row) for row in rows)

    def present(self, case_id: int) -> tuple[KeptAnnex, ...]:
        """The annexes that go with the next version of the letter."""
        return tuple(item for item in self.all_of(case_id) if not item.removed)
