"""The mail ledger: what was fetched, under (folder, UIDVALIDITY, UID), and what became of it."""

from __future__ import annotations

import dataclasses
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from mcu_mail.store.tables import mails

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


class MailState(StrEnum):
    """What became of a mail. Every mail ends in exactly one of the last three."""

    stored = "stored"
    handled = "handled"
    ignored = "ignored"
    aside = "aside"


_PLACES = ("handled", "ignored", "aside")
DUPLICATE = "duplicate"
NOT_AGAIN = frozenset({DUPLICATE, "witness"})
"""Kinds of ignored mail that no rule could read otherwise."""


@dataclass(frozen=True, kw_only=True)
class FetchedMail:
    """A mail whose raw bytes are kept and that is to be entered; `rank` as of `StoredMail`."""

    folder: str
    uidvalidity: int
    uid: int
    sha256: str
    size: int
    arrived_at: datetime
    rank: int = 2


def _row_of(mail: FetchedMail, stored_at: datetime) -> dict[str, Any]:
    return {
        **dataclasses.asdict(mail),
        "stored_at": stored_at,
        "state": "stored",
        "attempts": 0,
        "moved": False,
    }


@dataclass(frozen=True, kw_only=True)
class StoredMail:
    """A mail whose raw bytes are kept under `sha256`."""

    id: int
    folder: str
    uidvalidity: int
    uid: int
    sha256: str
    size: int
    arrived_at: datetime
    stored_at: datetime
    message_id: str | None
    sender: str | None
    state: MailState
    kind: str | None
    case_id: int | None
    attempts: int
    error: str | None
    moved: bool
    rank: int = 2
    """0: it carries a code of ours; 1: its sender is known; 2: the rest. A hint for the order."""
    place: str | None = None
    """The state in whose folder it still lies, when that is no longer its own."""
    code: str | None = None
    """Of the question that the dispatcher was asked about it."""
    asked: str | None = None
    pending: str | None = None
    """His answer, while he is asked whether it was he who wrote it."""
    told_at: datetime | None = None
    settled_at: datetime | None = None
    note: str | None = None
    """Why nothing is to be done about it."""


def stored_mail(row: Any) -> StoredMail:
    """The value of a row of the ledger."""
    values = row._asdict()
    values["state"] = MailState(values["state"])
    return StoredMail(**values)


class Ledger:
    """The ledger within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(
        self,
        *,
        folder: str,
        uidvalidity: int,
        uid: int,
        sha256: str,
        size: int,
        arrived_at: datetime,
        stored_at: datetime,
        rank: int = 2,
        place: MailState | None = None,
    ) -> bool:
        """Enter a fetched mail; False when this UID was entered before.

        A mail that had been moved and stands in the folder again is owed its move once more; a
        server that gives a used UID to another mail gives that row its new content. A mail that
        was set aside and that a person has put back into the inbox keeps its row and its arrival,
        and is owed a decision by the present rules.

        `place`: it lies in the folder of that state already, though nothing was decided about it.
        """
        known = self._connection.execute(
            sa.select(mails.c.id, mails.c.sha256, mails.c.moved).where(
                mails.c.folder == folder, mails.c.uidvalidity == uidvalidity, mails.c.uid == uid
            )
        ).one_or_none()
        if known is not None and (known.sha256 == sha256 or not known.moved):
            self._connection.execute(
                mails.update().where(mails.c.id == known.id).values(moved=False)
            )
            return False
        if known is not None:
            # The old mail keeps its row and its case; only its place is given up.
            self._connection.execute(
                mails.update().where(mails.c.id == known.id).values(uid=-known.id)
            )
        back = self._put_back(sha256)
        if back is not None:
            self._connection.execute(
                mails
                .update()
                .where(mails.c.id == back)
                .values(
                    folder=folder,
                    uidvalidity=uidvalidity,
                    uid=uid,
                    state="stored",
                    attempts=0,
                    moved=False,
                    place=None,
                    told_at=None,
                    settled_at=None,
                    note=None,
                    rank=0,
                )
            )
            return True
        new = FetchedMail(
            folder=folder,
            uidvalidity=uidvalidity,
            uid=uid,
            sha256=sha256,
            size=size,
            arrived_at=arrived_at,
            rank=rank,
        )
        place_of = {"moved": place is not None, "place": place.value if place else None}
        self._connection.execute(mails.insert().values({**_row_of(new, stored_at), **place_of}))
        return True

    def add_all(self, fetched: Sequence[FetchedMail], stored_at: datetime) -> int:
        """Enter many fetched mails; return how many were new. Each is entered as by `add`."""
        by_place: dict[tuple[str, int], list[int]] = {}
        for one in fetched:
            by_place.setdefault((one.folder, one.uidvalidity), []).append(one.uid)
        known = {
            (*place, row.uid)
            for place, uids in by_place.items()
            for row in self._connection.execute(
                sa.select(mails.c.uid).where(
                    mails.c.folder == place[0],
                    mails.c.uidvalidity == place[1],
                    mails.c.uid.in_(uids),
                )
            )
        }
        digests = [one.sha256 for one in fetched]
        seen = set(
            self._connection.execute(
                sa.select(mails.c.sha256).where(mails.c.sha256.in_(digests))
            ).scalars()
        )
        seen |= {one for one, times in Counter(digests).items() if times > 1}
        plain = [
            one
            for one in fetched
            if one.sha256 not in seen and (one.folder, one.uidvalidity, one.uid) not in known
        ]
        if plain:
            self._connection.execute(mails.insert(), [_row_of(one, stored_at) for one in plain])
        rest = [one for one in fetched if one not in plain]
        return len(plain) + sum(
            self.add(**dataclasses.asdict(one), stored_at=stored_at) for one in rest
        )

    def _put_back(self, sha256: str) -> int | None:
        """The row of a mail about which nothing was done, when its bytes come once more.

        Through a server the same bytes come only when a person moves or copies the mail: every
        delivery writes lines of its own on top.
        """
        same = self._connection.execute(
            sa
            .select(mails.c.id, mails.c.state, mails.c.kind, mails.c.moved)
            .where(mails.c.sha256 == sha256)
            .order_by(mails.c.id)
        ).all()
        if any(row.state in {"handled", "stored"} for row in same):
            return None
        rows = (row for row in same if row.moved and row.kind not in NOT_AGAIN)
        return next((int(row.id) for row in rows), None)

    def known_uids(self, folder: str, uidvalidity: int) -> frozenset[int]:
        """The UIDs of this incarnation of a folder that were entered and not moved yet."""
        rows = self._connection.execute(
            sa.select(mails.c.uid).where(
                mails.c.folder == folder,
                mails.c.uidvalidity == uidvalidity,
                mails.c.moved.is_(False),
            )
        )
        return frozenset(row.uid for row in rows)

    def to_handle(self, limit: int) -> tuple[StoredMail, ...]:
        """Stored mails that nothing has been decided about: codes of ours, known senders, the rest.

        Within each of the three the oldest arrival first.
        """
        rows = self._connection.execute(
            sa
            .select(mails)
            .where(mails.c.state == "stored")
            .order_by(mails.c.rank, mails.c.arrived_at, mails.c.id)
            .limit(limit)
        )
        return tuple(stored_mail(row) for row in rows)

    def to_move(self, folder: str, uidvalidity: int, limit: int) -> tuple[StoredMail, ...]:
        """Decided mails that still stand in the inbox."""
        rows = self._connection.execute(
            sa
            .select(mails)
            .where(
                mails.c.moved.is_(False),
                mails.c.state != "stored",
                mails.c.folder == folder,
                mails.c.uidvalidity == uidvalidity,
            )
            .order_by(mails.c.id)
            .limit(limit)
        )
        return tuple(stored_mail(row) for row in rows)

    def any_to_move(self) -> bool:
        """Whether a decided mail still stands in the inbox, or in the folder of another state."""
        # Two questions, because one with «or» would read the whole ledger.
        for condition in (
            mails.c.moved.is_(False) & (mails.c.state != "stored"),
            # «Is not null» alone is no question to an index of SQLite.
            mails.c.place.in_(_PLACES) & (mails.c.state != "stored"),
        ):
            query = sa.select(mails.c.id).where(condition).order_by(mails.c.place).limit(1)
            if self._connection.execute(query).scalar() is not None:
                return True
        return False

    def get(self, mail_id: int) -> StoredMail:
        """The mail of that id; it must exist."""
        return stored_mail(
            self._connection.execute(sa.select(mails).where(mails.c.id == mail_id)).one()
        )

    def newest(self) -> int:
        """The id of the row that was entered last; 0 before the first."""
        return int(self._connection.execute(sa.select(sa.func.max(mails.c.id))).scalar() or 0)

    def since_id(self, mail_id: int) -> tuple[StoredMail, ...]:
        """The mail of that id and those that were entered after it."""
        rows = self._connection.execute(
            sa.select(mails).where(mails.c.id >= mail_id).order_by(mails.c.id)
        )
        return tuple(stored_mail(row) for row in rows)

    def same_as(self, mail: StoredMail) -> StoredMail | None:
        """An earlier, decided mail with the same bytes, or with the same id and sender."""
        # A copy that was not looked at says nothing of what became of the first.
        same = (mails.c.sha256 == mail.sha256) & (sa.func.coalesce(mails.c.kind, "") != DUPLICATE)
        row = self._connection.execute(
            sa
            .select(mails)
            .where(same, mails.c.id != mail.id, mails.c.state != "stored")
            .order_by(mails.c.id)
            .limit(1)
        ).one_or_none()
        return stored_mail(row) if row else None

    def with_bytes(self, sha256: str, folder: str | None = None) -> StoredMail | None:
        """The first mail or file with these bytes, of one folder or of any."""
        same = [mails.c.sha256 == sha256]
        if folder is not None:
            same.append(mails.c.folder == folder)
        row = self._connection.execute(
            sa.select(mails).where(*same).order_by(mails.c.id).limit(1)
        ).one_or_none()
        return stored_mail(row) if row else None

    def with_message_id(self, message_id: str, other_than: int) -> tuple[StoredMail, ...]:
        """Decided mails that carry this Message-ID."""
        rows = self._connection.execute(
            sa
            .select(mails)
            .where(
                mails.c.message_id == message_id,
                mails.c.id != other_than,
                mails.c.state != "stored",
                sa.func.coalesce(mails.c.kind, "") != DUPLICATE,
            )
            .order_by(mails.c.id)
        )
        return tuple(stored_mail(row) for row in rows)

    def count_attempt(self, mail_id: int) -> None:
        """Count a try before it is made (rule R5): a mail that kills the daemon is counted."""
        self._connection.execute(
            mails.update().where(mails.c.id == mail_id).values(attempts=mails.c.attempts + 1)
        )

    def uncount_attempt(self, mail_id: int) -> None:
        """Take back a try that failed for a reason of this machine."""
        self._connection.execute(
            mails.update().where(mails.c.id == mail_id).values(attempts=mails.c.attempts - 1)
        )

    def decide(
        self,
        mail_id: int,
        state: MailState,
        *,
        kind: str,
        case_id: int | None = None,
        message_id: str | None = None,
        sender: str | None = None,
        error: str | None = None,
    ) -> None:
        """Record what became of a mail."""
        self._connection.execute(
            mails
            .update()
            .where(mails.c.id == mail_id)
            .values(
                state=state.value,
                kind=kind,
                case_id=case_id,
                message_id=message_id,
                sender=sender,
                error=error,
                # One that lies in the folder of its state already need not be moved.
                place=sa.case((mails.c.place == state.value, sa.null()), else_=mails.c.place),
            )
        )

    def moved(self, mail_id: int) -> None:
        """The mail lies in the folder of its state, or was taken away by a person."""
        self._connection.execute(
            mails.update().where(mails.c.id == mail_id).values(moved=True, place=None)
        )

    def misplaced(self, limit: int) -> tuple[StoredMail, ...]:
        """Mails that lie in the folder of a state they no longer have, by folder, oldest first."""
        rows = self._connection.execute(
            sa
            .select(mails)
            .where(mails.c.place.is_not(None), mails.c.state != "stored")
            .order_by(mails.c.place, mails.c.id)
            .limit(limit)
        )
        return tuple(stored_mail(row) for row in rows)

    def of_case(self, case_id: int) -> tuple[StoredMail, ...]:
        """Mails that belong to a case, oldest first."""
        rows = self._connection.execute(
            sa.select(mails).where(mails.c.case_id == case_id).order_by(mails.c.id)
        )
        return tuple(stored_mail(row) for row in rows)

    def aside_since(self, moment: datetime) -> int:
        """How many mails that were fetched at `moment` or later wait for a person."""
        return int(
            self._connection.execute(
                sa
                .select(sa.func.count())
                .select_from(mails)
                .where(mails.c.state == "aside", mails.c.stored_at >= moment)
            ).scalar_one()
        )
