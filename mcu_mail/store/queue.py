"""The outgoing queue: one message, a state per recipient.

`queued → sending → accepted | deferred | refused | unknown`. `sending` is committed before the
effect; `rcpt_at` is committed before the letter's final dot, so that a killed daemon knows whether
a resend is free (the letter was never ended) or the acceptance is unclear (design §6).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from mcu_mail.store.tables import meta, outgoing, recipients

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime


WITHDRAWN = "withdrawn"
"""The kind of a letter that was taken back before anybody was given it."""


class RecipientState(StrEnum):
    """Where the message stands for one address."""

    queued = "queued"
    sending = "sending"
    accepted = "accepted"
    deferred = "deferred"
    refused = "refused"
    unknown = "unknown"


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """One address of a message; `answer` is the server's last word, `at` its moment."""

    id: int
    outgoing_id: int
    address: str
    witness: bool
    state: RecipientState
    attempts: int
    next_at: datetime
    answer: str | None
    at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Outgoing:
    """A message to be sent; `raw` is the digest of its bytes, which never change."""

    id: int
    key: str
    kind: str
    case_id: int | None
    request_id: int | None
    message_id: str
    letter_id: str | None
    raw: str
    subject: str
    created_at: datetime
    rcpt_at: datetime | None
    witnessed_at: datetime | None
    recipients: tuple[Recipient, ...]

    @property
    def entry(self) -> int | None:
        """The register row whose letter this is; None for other mail, and for one withdrawn."""
        kind, _, entry = self.key.partition(":")
        return int(entry) if kind == "letter" and entry.isdecimal() else None

    @property
    def addressees(self) -> tuple[Recipient, ...]:
        """The real recipients: the witness copy is none."""
        return tuple(item for item in self.recipients if not item.witness)

    @property
    def untouched(self) -> bool:
        """Whether no server has it or may have it."""
        before = {RecipientState.queued, RecipientState.deferred}
        nobody = self.rcpt_at is None and self.witnessed_at is None
        return nobody and {item.state for item in self.addressees} <= before


def _given(message_id: str) -> str:
    """The key under which an id is kept that is not ours; it may be of any length."""
    return f"goes_by:{hashlib.sha256(message_id.encode('utf-8', 'replace')).hexdigest()}"


class Queue:
    """The outgoing queue within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def has(self, key: str) -> bool:
        """Whether a message of that key was ever queued."""
        found = sa.select(outgoing.c.id).where(outgoing.c.key == key)
        return self._connection.execute(found).scalar() is not None

    def add(
        self,
        *,
        key: str,
        kind: str,
        message_id: str,
        raw: str,
        subject: str,
        to: Sequence[str],
        created_at: datetime,
        case_id: int | None = None,
        request_id: int | None = None,
        letter_id: str | None = None,
        witness: str | None = None,
    ) -> bool:
        """Queue a message once; False when the key was queued before."""
        if self.has(key):
            return False
        row = self._connection.execute(
            outgoing
            .insert()
            .values(
                key=key,
                kind=kind,
                case_id=case_id,
                request_id=request_id,
                raw=raw,
                message_id=message_id,
                letter_id=letter_id,
                subject=subject,
                created_at=created_at,
            )
            .returning(outgoing.c.id)
        ).one()
        addresses = [(address, False) for address in dict.fromkeys(to)]
        if witness is not None:
            addresses.append((witness, True))
        self._connection.execute(
            recipients.insert(),
            [
                {
                    "outgoing_id": row.id,
                    "address": address,
                    "witness": is_witness,
                    "state": "queued",
                    "attempts": 0,
                    "next_at": created_at,
                }
                for address, is_witness in addresses
            ],
        )
        return True

    def _load(self, condition: Any) -> tuple[Outgoing, ...]:
        rows = self._connection.execute(
            sa.select(outgoing).where(condition).order_by(outgoing.c.id)
        ).all()
        if not rows:
            return ()
        by_message: dict[int, list[Recipient]] = {row.id: [] for row in rows}
        for row in self._connection.execute(
            sa
            .select(recipients)
            .where(recipients.c.outgoing_id.in_(by_message))
            .order_by(recipients.c.id)
        ):
            values = row._asdict()
            values["state"] = RecipientState(values["state"])
            by_message[row.outgoing_id].append(Recipient(**values))
        return tuple(
            Outgoing(**row._asdict(), recipients=tuple(by_message[row.id])) for row in rows
        )

    def get(self, outgoing_id: int) -> Outgoing:
        """The message of that id; it must exist."""
        return self._load(outgoing.c.id == outgoing_id)[0]

    def owed(self, now: datetime, limit: int, *, letters: bool = True) -> tuple[Outgoing, ...]:
        """Messages with an address that is to be tried at `now`; letters before other mail."""
        ids = [
            row.outgoing_id
            for row in self._connection.execute(
                sa
                .select(recipients.c.outgoing_id)
                .join(outgoing, outgoing.c.id == recipients.c.outgoing_id)
                .where(
                    recipients.c.state.in_(["queued", "deferred"]),
                    recipients.c.next_at <= now,
                    recipients.c.witness.is_(False),
                    sa.true() if letters else outgoing.c.kind != "letter",
                )
                .group_by(recipients.c.outgoing_id)
                .order_by(
                    sa.func.max(sa.case((outgoing.c.kind == "letter", 0), else_=1)),
                    recipients.c.outgoing_id,
                )
                .limit(limit)
            )
        ]
        if not ids:
            return ()
        found = {item.id: item for item in self._load(outgoing.c.id.in_(ids))}
        return tuple(found[item] for item in ids)

    def begun(self) -> tuple[Outgoing, ...]:
        """Messages that a killed daemon left in `sending`."""
        ids = sa.select(recipients.c.outgoing_id).where(recipients.c.state == "sending")
        return self._load(outgoing.c.id.in_(ids))

    def unclear(self) -> tuple[Outgoing, ...]:
        """Messages whose acceptance nobody knows."""
        ids = sa.select(recipients.c.outgoing_id).where(recipients.c.state == "unknown")
        return self._load(outgoing.c.id.in_(ids))

    def waiting_letters(self) -> tuple[Outgoing, ...]:
        """The letters that some address has yet to be given, oldest first."""
        ids = (
            sa
            .select(recipients.c.outgoing_id)
            .join(outgoing, outgoing.c.id == recipients.c.outgoing_id)
            .where(
                outgoing.c.kind == "letter",
                recipients.c.state.in_(["queued", "deferred"]),
                recipients.c.witness.is_(False),
            )
        )
        return self._load(outgoing.c.id.in_(ids))

    def letter_of(self, case_id: int) -> tuple[Outgoing, ...]:
        """The letters sent for a case, oldest first."""
        return self._load((outgoing.c.case_id == case_id) & (outgoing.c.kind == "letter"))

    def of_case(self, case_id: int) -> tuple[Outgoing, ...]:
        """Everything sent about a case, oldest first."""
        return self._load(outgoing.c.case_id == case_id)

    def by_letter_id(self, letter_id: str) -> Outgoing | None:
        """The message that carries this X-Letter-Id."""
        found = self._load(outgoing.c.letter_id == letter_id)
        return found[0] if found else None

    def by_message_ids(self, ids: Sequence[str]) -> tuple[Outgoing, ...]:
        """Our messages among these Message-IDs (without angle brackets, as mails are read).

        An id that a gateway has given to a message of ours names it too.
        """
        given = sa.select(meta.c.value).where(meta.c.key.in_([_given(one) for one in ids]))
        known = outgoing.c.message_id.in_([f"<{one}>" for one in ids])
        named = self._connection.execute(given).scalars().all()
        return self._load(known | outgoing.c.message_id.in_(named) if named else known)

    def goes_by(self, message: Outgoing, message_id: str) -> None:
        """A gateway has given the message another id (without angle brackets); the first stays."""
        key = _given(message_id)
        known = self._connection.execute(sa.select(meta.c.key).where(meta.c.key == key)).scalar()
        if known is None:
            self._connection.execute(meta.insert().values(key=key, value=message.message_id))

    def of_request(self, case_id: int, request_id: int) -> tuple[Outgoing, ...]:
        """The mails that asked for a request of a case and reminded of it, oldest first."""
        # The case alone has an index.
        mine = outgoing.c.request_id == request_id
        return self._load(sa.and_(outgoing.c.case_id == case_id, mine))

    def start(self, recipient_ids: Sequence[int]) -> bool:
        """Claim addresses before the effect; False when another daemon was quicker."""
        done = self._connection.execute(
            recipients
            .update()
            .where(
                recipients.c.id.in_(list(recipient_ids)),
                recipients.c.state.in_(["queued", "deferred"]),
            )
            .values(state="sending", attempts=recipients.c.attempts + 1)
        )
        return done.rowcount == len(recipient_ids)

    def still_claimed(self, claimed: Sequence[Recipient]) -> bool:
        """Whether these addresses are still under the very claim that `start` made.

        A claim is known by its number of attempts: another daemon's is another.
        """
        found = self._connection.execute(
            sa.select(recipients.c.id, recipients.c.state, recipients.c.attempts).where(
                recipients.c.id.in_([item.id for item in claimed])
            )
        )
        now = {row.id: (row.state, row.attempts) for row in found}
        return all(now.get(item.id) == ("sending", item.attempts) for item in claimed)

    def stop(self, outgoing_id: int, answer: str, at: datetime) -> bool:
        """Hand a message over to no further address; True when none had been given it.

        One that was given to nobody is withdrawn: it is no letter any more and frees its key, so
        that it can be made anew.
        """
        open_states = (RecipientState.queued, RecipientState.deferred)
        mine = recipients.c.outgoing_id == outgoing_id
        self._connection.execute(
            recipients
            .update()
            .where(mine, recipients.c.state.in_(open_states))
            .values(state=RecipientState.refused, answer=answer, at=at)
        )
        message = self.get(outgoing_id)
        untouched = all(item.answer == answer for item in message.addressees)
        if untouched:
            self._connection.execute(
                outgoing
                .update()
                .where(outgoing.c.id == outgoing_id)
                .values(kind=WITHDRAWN, key=f"{WITHDRAWN}:{outgoing_id}")
            )
        return untouched

    def attempted(self, recipient_id: int, at_least: int) -> None:
        """So many attempts were made at least, though this store has made fewer."""
        mine = (recipients.c.id == recipient_id) & (recipients.c.attempts < at_least)
        self._connection.execute(recipients.update().where(mine).values(attempts=at_least))

    def rcpt_done(self, outgoing_id: int, at: datetime | None) -> None:
        """RCPT replies are in and the letter is about to end (None takes the mark back)."""
        self._connection.execute(
            outgoing.update().where(outgoing.c.id == outgoing_id).values(rcpt_at=at)
        )

    def witnessed(self, outgoing_id: int, at: datetime) -> None:
        """The witness copy of a message has arrived in our own mailbox."""
        self._connection.execute(
            outgoing.update().where(outgoing.c.id == outgoing_id).values(witnessed_at=at)
        )

    def wait_at_most(self, now: datetime, until: datetime) -> None:
        """Try no address later than `until`, and mail of the office's own that is new at once."""
        waiting = recipients.c.state.in_(["queued", "deferred"])
        own = sa.exists().where(
            outgoing.c.id == recipients.c.outgoing_id, outgoing.c.kind != "letter"
        )
        self._connection.execute(
            recipients.update().where(waiting, recipients.c.next_at > until).values(next_at=until)
        )
        self._connection.execute(
            recipients
            .update()
            .where(
                waiting,
                recipients.c.next_at > now,
                recipients.c.attempts == 0,
                own,
            )
            .values(next_at=now)
        )

    def set_state(self, recipient_id: int, values: Mapping[str, Any]) -> None:
        """Set state, answer, at, next_at of one address."""
        plain = {
            key: value.value if isinstance(value, RecipientState) else value
            for key, value in values.items()
        }
        self._connection.execute(
            recipients.update().where(recipients.c.id == recipient_id).values(**plain)
        )
