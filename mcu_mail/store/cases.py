"""Cases as the domain's values."""

from __future__ import annotations

import dataclasses
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from mcu_mail.domain.addressing import Addressing
from mcu_mail.domain.case import Case, CaseState, Draft
from mcu_mail.domain.notice import Notice
from mcu_mail.domain.verdicts import Contact
from mcu_mail.store.found_by import LONGEST, found_by, words_key
from mcu_mail.store.tables import cases

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

_MOMENTS = frozenset({"received_at", "due"})


def notice_to_json(notice: Notice) -> dict[str, Any]:
    """A notice as plain JSON."""
    values = dataclasses.asdict(notice)
    for key in _MOMENTS:
        if values[key] is not None:
            values[key] = values[key].isoformat()
    values["rules"] = dict(values["rules"])
    values["unsure"] = list(values["unsure"])
    values["flags"] = list(values["flags"])
    return values


def notice_from_json(values: Mapping[str, Any]) -> Notice:
    """The notice that `notice_to_json` wrote."""
    changed = dict(values)
    for key in _MOMENTS:
        if changed[key] is not None:
            changed[key] = datetime.fromisoformat(changed[key])
    changed["unsure"] = tuple(changed["unsure"])
    # Cases opened before messages were flagged have none.
    changed["flags"] = tuple(changed.get("flags", ()))
    return Notice(**changed)


def _contact_to_json(contact: Contact) -> dict[str, Any]:
    values = dataclasses.asdict(contact)
    values["on"] = contact.on.isoformat() if contact.on else None
    values["at"] = contact.at.isoformat() if contact.at else None
    return values


def _contact_from_json(values: Mapping[str, Any]) -> Contact:
    return Contact(**{
        **values,
        "on": date.fromisoformat(values["on"]) if values["on"] else None,
        "at": time.fromisoformat(values["at"]) if values["at"] else None,
    })


def _case(row: Any) -> Case:
    return Case(
        id=row.id,
        number=row.number,
        track=row.track,
        state=CaseState(row.state),
        step=row.step,
        entry=row.entry,
        actor=row.actor,
        department=row.department,
        topic=row.topic,
        territory=row.territory,
        executor=row.executor,
        author=row.author,
        notice=notice_from_json(row.notice),
        received_at=row.received_at,
        opened_at=row.opened_at,
        term=row.term_at,
        goal=row.goal_at,
        term_sentence=row.term_sentence,
        due=row.due_at,
        plan={name: datetime.fromisoformat(at) for name, at in row.plan.items()},
        version=row.version,
        letter_sha=row.letter_sha,
        draft=Draft(**row.draft) if row.draft else None,
        contacts=tuple(_contact_from_json(item) for item in row.contacts),
        addressing=Addressing(**row.addressing) if row.addressing else Addressing(),
        restricted=None if row.restricted is None else tuple(row.restricted),
        forward=row.forward,
        marks=row.marks or {},
    )


_COLUMN = {"term": "term_at", "goal": "goal_at", "due": "due_at"}


def _columns(values: Mapping[str, Any]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for name, value in values.items():
        plain = value
        if isinstance(value, Notice):
            plain = notice_to_json(value)
            result["external_id"] = value.external_id
            result |= found_by(value.link, value.address, value.text)
        elif isinstance(value, Draft | Addressing):
            plain = dataclasses.asdict(value)
        elif name == "contacts":
            plain = [_contact_to_json(item) for item in value]
        elif name == "plan":
            plain = {step: at.isoformat() for step, at in value.items()}
        elif isinstance(value, CaseState):
            plain = value.value
        elif name == "marks":
            plain = dict(value) or None
        elif name == "restricted":
            plain = None if value is None else list(value)
        elif name == "draft" and value is None:
            plain = sa.null()
        result[_COLUMN.get(name, name)] = plain
    return result


# Named one by one: «not closed» would read every case ever kept, this reads the index.
_NOT_CLOSED = cases.c.state.in_([
    state.value for state in CaseState if state is not CaseState.closed
])
_NOT_CLOSED_UNINDEXED = cases.c.state != CaseState.closed.value
"""The same where another column is what finds the rows."""


class Cases:
    """Cases within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(self, case: Case, *, mail_id: int | None) -> Case:
        """Insert a new case (its `id` is ignored) and return it with its id."""
        values = {
            field.name: getattr(case, field.name)
            for field in dataclasses.fields(case)
            if field.name != "id"
        }
        row = self._connection.execute(
            cases.insert().values(**_columns(values), mail_id=mail_id).returning(cases.c.id)
        ).one()
        return dataclasses.replace(case, id=row.id)

    def change(self, case_id: int, values: Mapping[str, Any]) -> Case:
        """Set fields, named as in `Case`, and return the case as it now is."""
        self._connection.execute(
            cases.update().where(cases.c.id == case_id).values(**_columns(values))
        )
        return self.get(case_id)

    def get(self, case_id: int) -> Case:
        """The case of that id; it must exist."""
        row = self._connection.execute(sa.select(cases).where(cases.c.id == case_id)).one()
        return _case(row)

    def mail_of(self, case_id: int) -> int | None:
        """The ledger's id of what brought the case; None when nothing that was kept did."""
        query = sa.select(cases.c.mail_id).where(cases.c.id == case_id)
        return self._connection.execute(query).scalar()

    def by_number(self, number: str) -> Case | None:
        """The case of that number, if there is one."""
        row = self._connection.execute(
            sa.select(cases).where(cases.c.number == number)
        ).one_or_none()
        return _case(row) if row else None

    def open(self) -> tuple[Case, ...]:
        """Every case that is not closed, the nearest term first."""
        rows = self._connection.execute(
            sa.select(cases).where(_NOT_CLOSED).order_by(cases.c.term_at, cases.c.id)
        )
        return tuple(_case(row) for row in rows)

    def with_external_id(self, track: str, external_id: str) -> tuple[Case, ...]:
        """Cases of a track that carry the region's number, oldest first."""
        rows = self._connection.execute(
            sa
            .select(cases)
            .where(cases.c.track == track, cases.c.external_id == external_id)
            .order_by(cases.c.id)
        )
        return tuple(_case(row) for row in rows)

    def with_link(self, track: str, link: str) -> tuple[Case, ...]:
        """Cases of a track whose message stands at this link, oldest first."""
        rows = self._connection.execute(
            sa
            .select(cases)
            .where(cases.c.track == track, cases.c.link == link[:LONGEST])
            .order_by(cases.c.id)
        )
        return tuple(one for one in map(_case, rows) if one.notice.link == link)

    def with_address(self, track: str, address: str, since: datetime) -> tuple[Case, ...]:
        """Open cases of a track and address received since then: perhaps the same matter."""
        rows = self._connection.execute(
            sa
            .select(cases)
            .where(
                cases.c.track == track,
                cases.c.address == address[:LONGEST],
                _NOT_CLOSED_UNINDEXED,
                cases.c.received_at >= since,
            )
            .order_by(cases.c.id)
        )
        return tuple(one for one in map(_case, rows) if one.notice.address == address)

    def with_words(self, track: str, text: str, address: str | None) -> tuple[Case, ...]:
        """Open cases of a track and address whose message has the same letters.

        The nearest term comes first.
        """
        key = words_key(text)
        if key is None:
            return ()
        rows = self._connection.execute(
            sa
            .select(cases)
            .where(
                cases.c.track == track,
                cases.c.words == key,
                cases.c.address.is_not_distinct_from(found_by(None, address, text)["address"]),
                _NOT_CLOSED_UNINDEXED,
            )
            .order_by(cases.c.term_at, cases.c.id)
        )
        return tuple(one for one in map(_case, rows) if one.notice.address == address)

    def like(
        self,
        *,
        but: str,
        link: str | None,
        address: str | None,
        text: str,
        since: datetime,
        known: Collection[int] = (),
    ) -> tuple[Case, ...]:
        """Cases of any track `but` one received since then that share link, address or words.

        Each of the three is looked up by its own index. Those of `known` ids are among them.
        """
        by_id: list[sa.ColumnElement[bool]] = [cases.c.id.in_(sorted(known))] if known else []
        alike = found_by(link, address, text).items()
        by_column = [cases.c[name] == value for name, value in alike if value is not None]
        found: dict[int, Case] = {}
        for wanted in by_id + by_column:
            rows = self._connection.execute(
                sa.select(cases).where(wanted, cases.c.track != but, cases.c.received_at >= since)
            )
            found |= {case.id: case for case in map(_case, rows)}
        return tuple(found[key] for key in sorted(found))

    def at_steps(self, steps: Iterable[str]) -> tuple[Case, ...]:
        """Cases that are not closed and stand at one of these steps, the nearest term first."""
        rows = self._connection.execute(
            sa
            .select(cases)
            .where(cases.c.step.in_(sorted(steps)), _NOT_CLOSED)
            .order_by(cases.c.term_at, cases.c.id)
        )
        return tuple(map(_case, rows))

    def overdue_between(self, start: datetime, end: datetime) -> tuple[Case, ...]:
        """Open cases whose term fell after `start` and not after `end`."""
        rows = self._connection.execute(
            sa
            .select(cases)
            .where(_NOT_CLOSED, cases.c.term_at > start, cases.c.term_at <= end)
            .order_by(cases.c.term_at)
        )
        return tuple(_case(row) for row in rows)
