"""When the service was last at work, for how long it was not, and whether the clock is believed.

The latest moment is a fact of the store, written at most once a minute. Played moments have a fact
of their own: a rehearsal says nothing of the machine's clock. An outage stays a fact until what it
asks for is done: a daemon that is killed while it catches up begins that anew.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from mcu_mail.domain.clock import doubt
from mcu_mail.domain.hand_catalogue import clock_wrong
from mcu_mail.service.health import raise_alarm

if TYPE_CHECKING:
    from mcu_mail.service.desk import Desk
    from mcu_mail.store.unit_of_work import UnitOfWork

log = logging.getLogger(__name__)

DOWN = timedelta(minutes=3)
"""A pause that is longer is an outage: in it people have done by hand what is the service's."""
_EVERY = timedelta(minutes=1)
_LONGEST = timedelta(minutes=30)
_ALIVE = "alive_at"
_OUTAGE = "outage"


@dataclass(frozen=True, kw_only=True)
class Outage:
    """The service was not at work between two moments, or not for long enough to recover."""

    since: datetime
    until: datetime


@dataclass(frozen=True, kw_only=True)
class Doubt:
    """The clock is not believed: why, in Russian, and the last moment that was."""

    text: str
    last: datetime


def seen_at(desk: Desk, *, played: bool) -> datetime | None:
    """The latest moment at which a service of this store was at work; None when there was none."""
    with desk.store.view() as view:
        known = view.facts.get(_key(_ALIVE, played=played))
    return datetime.fromisoformat(known) if known else None


def beat(desk: Desk, now: datetime, *, played: bool) -> None:
    """Remember that the service is at work at `now`."""
    seen = seen_at(desk, played=played)
    if seen is None or now - seen >= _EVERY:
        _set(desk, _key(_ALIVE, played=played), now.isoformat())


def outage_at(desk: Desk, now: datetime, *, played: bool) -> Outage | None:
    """The outage that ends at `now`, or one from which the service has not recovered yet.

    A second one that begins before the service has recovered from the first makes that longer:
    what is to be asked and told is the same.
    """
    stored, seen = _stored(desk, played=played), seen_at(desk, played=played)
    if seen is None:
        # A state that was put back does not know when its service was last at work.
        return None if stored is None else _fell(desk, stored.since, now, played=played)
    if now - seen < DOWN:
        return stored
    return _fell(desk, stored.since if stored else seen, now, played=played)


def leapt(desk: Desk, before: datetime, now: datetime, *, played: bool) -> Outage:
    """The outage of a service that was asleep, though not ended, from `before` to `now`."""
    stored = _stored(desk, played=played)
    return _fell(desk, stored.since if stored else before, now, played=played)


def forget_alive(work: UnitOfWork, now: datetime) -> None:
    """A state was put back at `now`: until then nobody worked, and no clock is judged by that."""
    for played in (False, True):
        alive, outage = (_key(name, played=played) for name in (_ALIVE, _OUTAGE))
        seen = work.facts.get(alive)
        since = (work.facts.get(outage) or "").partition("|")[0] or seen
        if seen and since and datetime.fromisoformat(since) < now:
            work.facts.set(outage, f"{since}|{now.isoformat()}")
        if seen:
            work.facts.set(alive, "")


def _stored(desk: Desk, *, played: bool) -> Outage | None:
    with desk.store.view() as view:
        since, _, until = (view.facts.get(_key(_OUTAGE, played=played)) or "").partition("|")
    if not since:
        return None
    return Outage(since=datetime.fromisoformat(since), until=datetime.fromisoformat(until))


def _fell(desk: Desk, since: datetime, now: datetime, *, played: bool) -> Outage:
    _set(desk, _key(_OUTAGE, played=played), f"{since.isoformat()}|{now.isoformat()}")
    return Outage(since=since, until=now)


def outage_over(desk: Desk, *, played: bool) -> None:
    """Everything that an outage asks for is done."""
    _set(desk, _key(_OUTAGE, played=played), "")


def wait_no_longer(desk: Desk, now: datetime) -> None:
    """The clock was put back: what is tried again in minutes must not wait for hours."""
    with desk.store.work() as work:
        work.queue.wait_at_most(now, now + _LONGEST)
        work.tasks.wait_at_most(now, now + _LONGEST)
        work.commit()


def clock_doubt(desk: Desk, now: datetime) -> Doubt | None:
    """Why the machine's clock is not believed at `now`; None when it is.

    A doubt is told the administrator once a day of the last moment that was believed: by mail as
    soon as mails leave again, in the log at once.
    """
    seen = seen_at(desk, played=False)
    confirmed = desk.settings.calendar.clock_confirmed
    why = doubt(now, seen, confirmed=confirmed, today=desk.today(now))
    if not why:
        if seen is not None and doubt(now, seen, confirmed=None, today=desk.today(now)):
            # A person has said that this date is right: what was seen before was not.
            _set(desk, _ALIVE, now.isoformat())
            _set(desk, _OUTAGE, "")
        return None
    last = seen or now
    text = clock_wrong(desk.local(now), desk.local(seen) if seen else None)
    log.error("the clock is %s: last seen %s, now %s", why, last.isoformat(), now.isoformat())
    key = f"alarm:clock:{desk.today(last).isoformat()}"
    with desk.store.work() as work:
        raise_alarm(desk, work, what="clock", key=key, since=last, error=text, now=last)
        work.commit()
    return Doubt(text=text, last=last)


def _key(name: str, *, played: bool) -> str:
    return f"{name}:played" if played else name


def _set(desk: Desk, key: str, value: str) -> None:
    with desk.store.work() as work:
        work.facts.set(key, value)
        work.commit()
