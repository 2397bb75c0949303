"""The course of the cases: append-only events, each holding the hash of the one before."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from mcu_mail.store.tables import events

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

FIRST = "0" * 64


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened to a case. `at` is aware (UTC); `actor` a person's id or a role."""

    id: int
    case_id: int
    at: datetime
    actor: str
    kind: str
    data: Mapping[str, Any]


def _digest(previous: str, case_id: int, at: datetime, actor: str, kind: str, data: str) -> str:
    text = "\x1f".join((previous, str(case_id), at.isoformat(), actor, kind, data))
    return hashlib.sha256(text.encode()).hexdigest()


class Journal:
    """Events within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(
        self, case_id: int, at: datetime, actor: str, kind: str, data: Mapping[str, Any]
    ) -> None:
        """Append one event. Values of `data` must be plain JSON."""
        at = at.astimezone(UTC)
        previous = (
            self._connection.execute(
                sa.select(events.c.hash).order_by(events.c.id.desc()).limit(1)
            ).scalar()
            or FIRST
        )
        text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        self._connection.execute(
            events.insert().values(
                case_id=case_id,
                at=at,
                actor=actor,
                kind=kind,
                data=text,
                previous=previous,
                hash=_digest(previous, case_id, at, actor, kind, text),
            )
        )

    def of_case(self, case_id: int) -> tuple[Event, ...]:
        """The events of a case, oldest first."""
        rows = self._connection.execute(
            sa.select(events).where(events.c.case_id == case_id).order_by(events.c.id)
        )
        return tuple(
            Event(
                id=row.id,
                case_id=row.case_id,
                at=row.at,
                actor=row.actor,
                kind=row.kind,
                data=json.loads(row.data),
            )
            for row in rows
        )

    def first_broken(self) -> int | None:
        """The id of the first event whose hash does not fit; None when the chain holds."""
        previous = FIRST
        for row in self._connection.execute(sa.select(events).order_by(events.c.id)):
            expected = _digest(previous, row.case_id, row.at, row.actor, row.kind, row.data)
            if row.previous != previous or row.hash != expected:
                return int(row.id)
            previous = row.hash
        return None
