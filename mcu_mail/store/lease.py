"""Who may work on the store: one daemon, known by a number that only grows (`threats.md` F53).

The lock of the machine tells the second daemon of the same host. For another host there is a row:
who has the store, under which number, and when he was last seen alive. Whoever takes the store adds
one to the number, and every commit of a daemon demands that the number is still its own: one that
was stopped for long and wakes up behind a successor can change nothing any more.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from mcu_mail.errors import RefusedError
from mcu_mail.failpoints import fail_point
from mcu_mail.store.database import DAEMON, writing
from mcu_mail.store.moments import Facts

if TYPE_CHECKING:
    from collections.abc import Callable

LEASE = "daemon"
ALIVE = timedelta(seconds=120)
"""How long a daemon of another host counts as alive after it was last seen."""
BEAT = timedelta(seconds=30)


@dataclass(frozen=True, kw_only=True)
class Holder:
    """Who has the store: `host` is empty when he has given it back."""

    number: int
    host: str
    seen: datetime


def holder(facts: Facts) -> Holder | None:
    """Who has the store, or had it last."""
    text = facts.get(LEASE)
    if text is None:
        return None
    number, seen, host = text.split("|", 2)
    return Holder(number=int(number), host=host, seen=datetime.fromisoformat(seen))


def forget_holder(facts: Facts) -> None:
    """Nobody has this copy of a store, whoever had the store itself when it was copied."""
    known = holder(facts)
    if known is not None:
        _write(facts, known.number, "", known.seen)


def _write(facts: Facts, number: int, host: str, seen: datetime) -> None:
    facts.set(LEASE, f"{number}|{seen.astimezone(UTC).isoformat()}|{host}")


class Lease:
    """The right of one daemon to the store.

    Args:
        engine: of the store.
        host: the name of this machine.
        clock: the machine's clock.

    """

    def __init__(self, engine: sa.Engine, host: str, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._host = host
        self._clock = clock
        self._session: sa.Connection | None = None
        self._beaten = clock()
        self.number = 0

    def take(self) -> None:
        """Take the store.

        Raises:
            RefusedError: a daemon of another host works on it, or a session of the server has it.

        """
        self._lock_session()
        try:
            with writing(self._engine) as connection:
                facts, now = Facts(connection), self._clock()
                before = holder(facts)
                self._refuse_stranger(before, now)
                self.number = before.number + 1 if before else 1
                _write(facts, self.number, self._host, now)
                fail_point("lease.take.before")
                connection.commit()
                fail_point("lease.take.after")
        except BaseException:
            self._close_session()
            raise
        self._beaten = self._clock()

    def _refuse_stranger(self, before: Holder | None, now: datetime) -> None:
        # On one host the machine's own lock has told already; a server's session is surer.
        if before is None or before.host in {"", self._host} or self._session is not None:
            return
        if now - before.seen < ALIVE:
            raise RefusedError(
                "с этим хранилищем работает служба на другом компьютере "
                f"(последний раз замечена {before.seen:%d.%m.%Y %H:%M:%S} UTC)"
            )

    @property
    def wants_beat(self) -> bool:
        """Whether it is time to say again that this daemon is alive."""
        return abs(self._clock() - self._beaten) >= BEAT

    def beat(self, facts: Facts) -> None:
        """Say within a transaction that this daemon is alive; nothing when it was replaced."""
        self._beaten = self._clock()
        if self.is_held(facts):
            _write(facts, self.number, self._host, self._beaten)

    def is_held(self, facts: Facts) -> bool:
        """Whether the store is still this daemon's."""
        now = holder(facts)
        return now is not None and now.number == self.number

    def give_back(self) -> None:
        """Leave the store to whoever comes next; nothing when it was taken away."""
        # A database that is gone learns of our end by the time that passes.
        with contextlib.ExitStack() as leaving:
            leaving.enter_context(contextlib.suppress(sa.exc.DBAPIError))
            leaving.callback(self._engine.dispose)
            leaving.callback(self._close_session)
            with writing(self._engine) as connection:
                facts = Facts(connection)
                if self.is_held(facts):
                    _write(facts, self.number, "", self._clock())
                    fail_point("lease.back.before")
                    connection.commit()
                    fail_point("lease.back.after")

    def _lock_session(self) -> None:
        """At a server the lock lives as long as the session: whatever ends the daemon ends both."""
        if self._engine.dialect.name != "postgresql":
            return
        session = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        if not session.execute(sa.select(sa.func.pg_try_advisory_lock(DAEMON))).scalar():
            session.close()
            raise RefusedError("служба с этим хранилищем уже работает")
        self._session = session

    def _close_session(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            # Given to nobody else: a pooled connection would keep the lock.
            session.invalidate()
            session.close()
