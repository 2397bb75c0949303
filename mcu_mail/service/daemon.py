"""The ticker of the daemon, and its end.

`schedule` only ticks: every pass asks the store what is owed at `now`, and every job has a fence
of its own, because the library skips missed runs and lets exceptions out of its loop.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import schedule

from mcu_mail.domain.watch import State
from mcu_mail.domain.watch_words import STARTED, STOPPING, at_work
from mcu_mail.errors import ReplacedError
from mcu_mail.progress import heard_by, progress
from mcu_mail.service.alone import say_alive
from mcu_mail.service.rounds import MOST_ROUNDS
from mcu_mail.service.systemd import Systemd

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable
    from datetime import datetime

    from mcu_mail.service.rounds import Rounds

log = logging.getLogger(__name__)

_START_AGAIN = 10.0
_LATE = 60.0
"""Seconds by which a tick may be late before the idle loop counts as stalled."""


def run(rounds: Rounds, clock: Callable[[], datetime], stop: threading.Event) -> None:
    """Tick until `stop` is set; a job that is under way is finished first."""
    systemd = Systemd()
    rounds.lasting = True

    def moved_on() -> None:
        systemd.alive()
        rounds.noting.note(rounds.desk, rounds.health)

    with heard_by(moved_on):
        while not _started(rounds, clock) and not stop.wait(_START_AGAIN):
            # It waits for a disk or a database, and is at work all the same.
            progress()
        rounds.noting.state = State.working
        systemd.ready(STARTED)
        ticker = schedule.Scheduler()
        seconds = rounds.desk.settings.mail.imap.poll_seconds
        last = rounds.ticks()

        def tick() -> None:
            nonlocal last
            _tick(rounds, clock, stop, systemd)
            last = rounds.ticks()

        ticker.every(seconds).seconds.do(tick)
        tick()
        while not stop.is_set():
            ticker.run_pending()
            if rounds.ticks() - last > 2 * seconds:
                # The library waits for a moment of the clock: put back, it must not wait on.
                ticker.run_all()
            if ticker.idle_seconds is not None and ticker.idle_seconds > -_LATE:
                # The next tick is not late: what waits for it is no stall.
                progress()
            stop.wait(min(1.0, seconds))
        systemd.stopping(STOPPING)
    rounds.noting.end(rounds.desk, rounds.health, State.stopped)


def _started(rounds: Rounds, clock: Callable[[], datetime]) -> bool:
    """Settle what was left; on a full disk, or beside a database that is away, that must wait."""
    try:
        rounds.start(clock())
    except ReplacedError:
        raise
    except Exception:  # nothing is read and nothing sent before what was left is settled
        log.exception("the start failed and is tried again")
        return False
    return True


def _tick(
    rounds: Rounds, clock: Callable[[], datetime], stop: threading.Event, systemd: Systemd
) -> None:
    """Rounds until nothing is owed or the daemon is to end; a fault here ends no daemon."""
    try:
        say_alive(rounds.desk)
        for _ in range(MOST_ROUNDS):
            if stop.is_set() or not rounds.one(clock()):
                break
    except ReplacedError:
        raise
    except Exception as error:  # a full disk or a busy database: the next tick tries again
        log.exception("a round failed")
        rounds.health.failed(rounds.desk, "round", error, clock())
    else:
        rounds.health.went_well(rounds.desk, "round", clock())
    faults = len(rounds.health.since)
    systemd.says(at_work(rounds.noting.counts, faults, rounds.desk.local(clock())))
