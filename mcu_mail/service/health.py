"""Notice what has stopped: back off, tell a person once, say when it works again.

The alarm of a mail server that is down stands in the log at ERROR at once; its mail waits in the
queue until the server answers again.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from mcu_mail.errors import McuMailError, TemporaryError
from mcu_mail.mail.tls import LoginRefusedError
from mcu_mail.service.asking import tell

if TYPE_CHECKING:
    from datetime import datetime

    from mcu_mail.service.desk import Desk
    from mcu_mail.store.unit_of_work import UnitOfWork

log = logging.getLogger(__name__)

_LOGIN_AGAIN = timedelta(minutes=15)
_AGAIN = tuple(timedelta(seconds=seconds) for seconds in (15, 30, 60, 120))
_ALARM_AFTER = timedelta(minutes=10)


@dataclass(kw_only=True)
class Health:
    """Since when each job fails, and until when it is left alone."""

    since: dict[str, datetime] = field(default_factory=dict)
    until: dict[str, datetime] = field(default_factory=dict)
    tries: dict[str, int] = field(default_factory=dict)
    alarmed: set[str] = field(default_factory=set)
    faults: dict[str, str] = field(default_factory=dict)
    begun: float = field(default_factory=time.monotonic)

    def begins(self) -> None:
        """A job begins now: what it waits for a server is counted."""
        self.begun = time.monotonic()

    def _rest(self, again: timedelta) -> timedelta:
        """How long after the beginning of a pass a job is tried again.

        A server that hangs holds a pass until its time-out, and is then left alone for at least
        as long: half of the time belongs to all other work.
        """
        took = timedelta(seconds=int(time.monotonic() - self.begun))
        return took + max(again, took)

    def is_waiting(self, name: str, now: datetime) -> bool:
        """Whether the job is left alone: a refused login, or a server that has just failed."""
        return name in self.until and now < self.until[name]

    def failed(self, desk: Desk, name: str, error: Exception, now: datetime) -> None:
        """Record a failure; after ten minutes of it a person is told, once."""
        since = self.since.setdefault(name, now)
        self.faults[name] = str(error) if isinstance(error, McuMailError) else type(error).__name__
        tries = self.tries[name] = self.tries.get(name, 0) + 1
        if isinstance(error, LoginRefusedError):
            # Trying a wrong password again and again locks the account out.
            self.until[name] = now + _LOGIN_AGAIN
        elif isinstance(error, TemporaryError):
            self.until[name] = now + self._rest(_AGAIN[min(tries, len(_AGAIN)) - 1])
        if name not in self.alarmed and (
            now - since >= _ALARM_AFTER or isinstance(error, LoginRefusedError)
        ):
            self.alarmed.add(name)
            log.error("job %s has been failing since %s", name, since.isoformat())
            key = f"alarm:{name}:{since.isoformat()}"
            with desk.store.work() as work:
                raise_alarm(
                    desk, work, what=name, key=key, since=since, error=self.faults[name], now=now
                )
                work.commit()

    def went_well(self, name: str) -> None:
        """The job works (again)."""
        self.since.pop(name, None)
        self.until.pop(name, None)
        self.tries.pop(name, None)
        self.faults.pop(name, None)
        if name in self.alarmed:
            self.alarmed.discard(name)
            log.error("job %s works again", name)


def raise_alarm(
    desk: Desk,
    work: UnitOfWork,
    *,
    what: str,
    key: str,
    since: datetime,
    error: str,
    now: datetime,
    hint: str = "",
) -> None:
    """Tell the administrator, if there is one, and the dispatcher of a fault, once per key."""
    roles = (desk.settings.roles.administrator, desk.office.roles.dispatcher)
    for role in dict.fromkeys(item for item in roles if item):
        tell(
            desk,
            work,
            None,
            person=desk.standing_in(role, now),
            template="alarm",
            key=f"{key}:{role}",
            now=now,
            context={"what": what, "since": desk.local(since), "error": error, "hint": hint},
        )
