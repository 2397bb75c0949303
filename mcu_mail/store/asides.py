"""Mails that wait for a person: what is asked about them, and what people did with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from mcu_mail.store.ledger import NOT_AGAIN, MailState, stored_mail
from mcu_mail.store.tables import mail_acts, mails

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from mcu_mail.store.ledger import StoredMail

STRANGER = "reply"
"""The kind of a mail of somebody unknown, or of words that name no case."""
_ASIDE = MailState.aside.value


@dataclass(frozen=True, kw_only=True)
class MailAct:
    """What was done with a mail, by whom and when (`at`: UTC)."""

    id: int
    mail_id: int
    at: datetime
    actor: str
    kind: str
    data: Mapping[str, Any]


class Asides:
    """Mails set aside, within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def all(self, *, settled: bool) -> tuple[StoredMail, ...]:
        """Mails that wait for a person, newest last; with `settled` those dealt with as well."""
        wanted = mails.c.state == _ASIDE
        if settled:
            wanted |= mails.c.settled_at.is_not(None)
        return self._found(sa.select(mails).where(wanted).order_by(mails.c.id))

    def find(self, mail_id: int) -> StoredMail | None:
        """The mail of that id, if there is one."""
        found = self._found(sa.select(mails).where(mails.c.id == mail_id))
        return found[0] if found else None

    def by_codes(self, codes: Sequence[str]) -> tuple[StoredMail, ...]:
        """The mails that questions with these codes were about."""
        return self._found(sa.select(mails).where(mails.c.code.in_(list(codes))))

    def untold(self, limit: int) -> tuple[StoredMail, ...]:
        """Mails that wait and that nobody was told of, oldest first."""
        return self._found(self._untold(sa.select(mails)).order_by(mails.c.id).limit(limit))

    def count_untold(self) -> int:
        """How many wait and nobody was told of."""
        query = self._untold(sa.select(sa.func.count()).select_from(mails))
        return int(self._connection.execute(query).scalar_one())

    def told_alone(self, since: datetime, *, strangers: bool) -> int:
        """Of how many mails the dispatcher was told one by one after `since`."""
        kind = sa.func.coalesce(mails.c.kind, "") == STRANGER
        query = (
            sa
            .select(sa.func.count())
            .select_from(mails)
            .where(mails.c.code.is_not(None), mails.c.told_at > since)
            .where(kind if strangers else ~kind)
        )
        return int(self._connection.execute(query).scalar_one())

    def all_told(self, at: datetime) -> None:
        """The dispatcher was told of all that he had not been told of."""
        self._connection.execute(
            mails
            .update()
            .where(mails.c.state == _ASIDE, mails.c.told_at.is_(None))
            .values(told_at=at)
        )

    def ask(
        self, mail_id: int, *, code: str, person: str, at: datetime, pending: str | None = None
    ) -> None:
        """A person is asked about a mail; an earlier code of the question no longer counts."""
        self._connection.execute(
            mails
            .update()
            .where(mails.c.id == mail_id)
            .values(code=code, asked=person, told_at=at, pending=pending)
        )

    def told(self, mail_id: int, at: datetime) -> None:
        """A person was told of a mail in words of its own: no digest needs to name it."""
        self._connection.execute(mails.update().where(mails.c.id == mail_id).values(told_at=at))

    def arrived(self, mail_id: int, at: datetime) -> None:
        """The moment from which a mail's term is counted, if it opens a case one day."""
        self._connection.execute(mails.update().where(mails.c.id == mail_id).values(arrived_at=at))

    def claim(self, mail_id: int) -> bool:
        """Take a mail that nothing was done about; False when somebody has dealt with it.

        The row stays locked to the end of the transaction, so that nobody does it twice.
        """
        kind = sa.func.coalesce(mails.c.kind, "")
        done = self._connection.execute(
            mails
            .update()
            .where(
                mails.c.id == mail_id,
                mails.c.state.in_([_ASIDE, MailState.ignored.value]),
                kind.not_in(sorted(NOT_AGAIN)),
            )
            .values(attempts=mails.c.attempts + 1)
        )
        return done.rowcount == 1

    def decide_again(
        self,
        mail: StoredMail,
        state: MailState,
        *,
        kind: str,
        case_id: int | None,
        at: datetime,
        note: str | None = None,
        settled: bool,
    ) -> None:
        """What became of a claimed mail; the mailbox owes it the folder of its new state."""
        lies = mail.place or (mail.state.value if mail.moved else None)
        self._connection.execute(
            mails
            .update()
            .where(mails.c.id == mail.id)
            .values(
                state=state.value,
                kind=kind,
                case_id=case_id,
                error=None if settled else mail.error,
                place=None if lies == state.value else lies,
                settled_at=at if settled else None,
                note=note,
                pending=None,
            )
        )

    def act(
        self, mail_id: int, at: datetime, actor: str, kind: str, data: Mapping[str, Any]
    ) -> None:
        """Write down what was done with a mail."""
        self._connection.execute(
            mail_acts.insert().values(
                mail_id=mail_id, at=at, actor=actor[:60], kind=kind, data=dict(data)
            )
        )

    def acts(self, mail_id: int) -> tuple[MailAct, ...]:
        """What was done with a mail, oldest first."""
        rows = self._connection.execute(
            sa.select(mail_acts).where(mail_acts.c.mail_id == mail_id).order_by(mail_acts.c.id)
        )
        return tuple(MailAct(**row._asdict()) for row in rows)

    def _untold(self, query: sa.Select[Any]) -> sa.Select[Any]:
        return query.where(mails.c.state == _ASIDE, mails.c.told_at.is_(None))

    def _found(self, query: sa.Select[Any]) -> tuple[StoredMail, ...]:
        return tuple(stored_mail(row) for row in self._connection.execute(query))
