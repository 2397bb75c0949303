"""One daemon per store, on whatever host: a second one is told, a replaced one changes nothing."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from mcu_mail.errors import RefusedError, ReplacedError
from mcu_mail.service.alone import alone, say_alive
from mcu_mail.store.lease import ALIVE, BEAT, Lease, holder
from mcu_mail.store.unit_of_work import Store
from tests.store.stores import NOW, open_store, same_store
from tests.store.test_transactions import in_threads


class Clock:
    """The clock of one host."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> Any:
        return self.now


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def other(store: Store, tmp_path: Path) -> Iterator[Store]:
    opened = same_store(tmp_path)
    yield opened
    opened.close()


def taken(store: Store, host: str, clock: Clock) -> Lease:
    lease = Lease(store.engine, host, clock)
    lease.take()
    store.lease = lease
    return lease


def set_fact(store: Store, value: str) -> None:
    with store.work() as work:
        work.facts.set("who", value)
        work.commit()


def test_a_daemon_of_another_host_is_refused_while_the_first_one_lives(
    store: Store, other: Store
) -> None:
    clock = Clock()
    first = taken(store, "alpha", clock)
    clock.now += timedelta(seconds=100)
    say_alive(cast("Any", SimpleNamespace(store=store)))
    clock.now += timedelta(seconds=100)
    with pytest.raises(RefusedError, match=r"работает"):
        taken(other, "beta", clock)
    set_fact(store, "first")
    first.give_back()
    second = taken(other, "beta", clock)
    assert second.number == first.number + 1, "given back, it is free at once"
    second.give_back()


def test_a_daemon_that_was_stopped_for_long_changes_nothing_when_it_wakes(
    store: Store, other: Store
) -> None:
    clock = Clock()
    first = taken(store, "alpha", clock)
    set_fact(store, "first")
    # The server of PostgreSQL ends the session of a host that is gone.
    first._close_session()
    clock.now += ALIVE
    second = taken(other, "beta", clock)
    set_fact(other, "second")

    with pytest.raises(ReplacedError):
        set_fact(store, "first again")
    with store.view() as view:
        assert view.facts.get("who") == "second"
    clock.now += BEAT
    with pytest.raises(ReplacedError):
        say_alive(cast("Any", SimpleNamespace(store=store)))
    first.give_back()
    with store.view() as view:
        kept = holder(view.facts)
    assert kept is not None
    assert (kept.number, kept.host) == (second.number, "beta")
    second.give_back()


def test_a_killed_daemon_of_the_same_host_is_followed_at_once(store: Store, other: Store) -> None:
    clock = Clock()
    first = taken(store, "alpha", clock)
    first._close_session()
    second = taken(other, "alpha", clock)
    assert second.number == first.number + 1
    second.give_back()


def test_of_four_daemons_started_at_once_one_works(store: Store, tmp_path: Path) -> None:
    working: list[int] = []
    tried = threading.Barrier(4)

    def start(index: int) -> None:
        mine = same_store(tmp_path)
        desk = cast("Any", SimpleNamespace(store=mine, real_now=Clock()))
        try:
            with alone(desk):
                working.append(index)
                tried.wait()
        except RefusedError:
            tried.wait()
            raise
        finally:
            mine.close()

    refused = in_threads(4, start)
    assert len(working) == 1
    assert [str(error) for error in refused] == ["служба с этим хранилищем уже работает"] * 3
