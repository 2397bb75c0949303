"""Requests: what was asked of whom, with its code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from mcu_mail.domain.case import Case, CloseReason, Purpose, Request
from mcu_mail.store.tables import requests

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime


def _request(row: Any) -> Request:
    values = row._asdict()
    values.pop("words")
    values["purpose"] = Purpose(values["purpose"])
    reason = values["close_reason"]
    values["close_reason"] = CloseReason(reason) if reason else None
    return Request(**values)


_OPEN = requests.c.closed_at.is_(None)


class Requests:
    """Requests within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(
        self,
        *,
        case: Case,
        purpose: Purpose,
        person: str,
        code: str,
        created_at: datetime,
        expires_at: datetime,
        data: Mapping[str, str],
    ) -> Request:
        """Open a request at the case's present step and version."""
        row = self._connection.execute(
            requests
            .insert()
            .values(
                case_id=case.id,
                purpose=purpose.value,
                step=case.step,
                entry=case.entry,
                version=case.version,
                letter_sha=case.letter_sha,
                person=person,
                code=code,
                created_at=created_at,
                expires_at=expires_at,
                data=dict(data),
                mails=0,
                words={},
            )
            .returning(requests)
        ).one()
        return _request(row)

    def get(self, request_id: int) -> Request:
        """The request of that id; it must exist."""
        return _request(
            self._connection.execute(sa.select(requests).where(requests.c.id == request_id)).one()
        )

    def by_codes(self, codes: Sequence[str]) -> tuple[Request, ...]:
        """The requests that these codes name, oldest first; unknown codes name none."""
        rows = self._connection.execute(
            sa.select(requests).where(requests.c.code.in_(list(codes))).order_by(requests.c.id)
        )
        return tuple(_request(row) for row in rows)

    def open_of_case(self, case_id: int) -> tuple[Request, ...]:
        """Requests of a case that still take a verdict, oldest first."""
        rows = self._connection.execute(
            sa
            .select(requests)
            .where(requests.c.case_id == case_id, requests.c.closed_at.is_(None))
            .order_by(requests.c.id)
        )
        return tuple(_request(row) for row in rows)

    def open_of_person(self, person: str) -> tuple[Request, ...]:
        """A person's open requests, oldest first."""
        rows = self._connection.execute(
            sa
            .select(requests)
            .where(requests.c.person == person, requests.c.closed_at.is_(None))
            .order_by(requests.c.id)
        )
        return tuple(_request(row) for row in rows)

    def count_open(self, person: str, purpose: Purpose, now: datetime) -> int:
        """How many questions of a kind a person owes an answer to at `now`."""
        query = (
            sa
            .select(sa.func.count())
            .select_from(requests)
            .where(
                requests.c.person == person,
                _OPEN,
                requests.c.purpose == purpose.value,
                requests.c.expires_at >= now,
            )
        )
        return int(self._connection.execute(query).scalar_one())

    def codes_of_case(self, case_id: int) -> frozenset[str]:
        """Every code a case ever had, open or spent."""
        rows = self._connection.execute(
            sa.select(requests.c.code).where(requests.c.case_id == case_id)
        )
        return frozenset(row.code for row in rows)

    def people_asked(self) -> tuple[str, ...]:
        """Everybody who owes an answer."""
        # «Distinct» would read every open request; this steps from one name to the next.
        first = sa.select(sa.func.min(requests.c.person).label("person")).where(_OPEN)
        people = first.cte("people", recursive=True)
        following = sa.select(sa.func.min(requests.c.person)).where(
            _OPEN, requests.c.person > people.c.person
        )
        people = people.union_all(
            sa.select(following.scalar_subquery()).where(people.c.person.is_not(None))
        )
        rows = self._connection.execute(
            sa.select(people.c.person).where(people.c.person.is_not(None))
        )
        return tuple(sorted(row.person for row in rows))

    def close(self, request_id: int, at: datetime, reason: CloseReason) -> None:
        """Let a request take no more verdicts; closing twice keeps the first reason."""
        self._connection.execute(
            requests
            .update()
            .where(requests.c.id == request_id, requests.c.closed_at.is_(None))
            .values(closed_at=at, close_reason=reason.value)
        )

    def extend(self, request_id: int, until: datetime) -> None:
        """Let a request take a verdict until then at least; it is never made shorter."""
        self._connection.execute(
            requests
            .update()
            .where(requests.c.id == request_id, requests.c.expires_at < until)
            .values(expires_at=until)
        )

    def next_mail(self, request_id: int) -> int:
        """Count one more mail of a request and return its ordinal (from 1)."""
        row = self._connection.execute(
            requests
            .update()
            .where(requests.c.id == request_id)
            .values(mails=requests.c.mails + 1)
            .returning(requests.c.mails)
        ).one()
        return int(row.mails)

    def remember_words(self, request_id: int, words: Mapping[str, Any]) -> None:
        """Keep template and context of the asking mail, so that a reminder repeats it."""
        self._connection.execute(
            requests.update().where(requests.c.id == request_id).values(words=dict(words))
        )

    def words(self, request_id: int) -> dict[str, Any]:
        """Template and context of the asking mail."""
        value = self._connection.execute(
            sa.select(requests.c.words).where(requests.c.id == request_id)
        ).scalar_one()
        return dict(value)
