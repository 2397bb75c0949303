"""Nothing slow begins while the database is held for writing."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

import pytest

from mcu_mail import waits
from mcu_mail.documents.folder import Folders
from mcu_mail.errors import RefusedError
from mcu_mail.waits import foreseeing, foreseen, holding, may_wait
from tests.store.stores import open_store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What is logged of it in this test, which is not failed for it."""
    found: list[str] = []
    quiet = logging.getLogger("quiet")
    handler = logging.Handler()
    monkeypatch.setattr(handler, "emit", lambda record: found.append(record.getMessage()))
    quiet.addHandler(handler)
    monkeypatch.setattr(waits, "log", quiet)
    yield found
    quiet.removeHandler(handler)


def test_a_slow_door_that_is_opened_in_a_unit_of_work_is_an_error_and_goes_on(
    tmp_path: Path, lines: list[str]
) -> None:
    store = open_store(tmp_path)
    folders = Folders(tmp_path / "share")
    with store.view():
        folders.prepare()
    assert lines == []
    with store.work():
        folders.publish("На подпись", "2026-000001.txt", b"1")
        may_wait("a server")
    assert lines == [
        "the share is waited for while the database is held",
        "a server is waited for while the database is held",
    ]
    may_wait("a server")
    assert len(lines) == 2
    store.close()


def test_what_another_thread_holds_is_no_concern_of_this_one(lines: list[str]) -> None:
    with holding():
        other = threading.Thread(target=may_wait, args=("a server",))
        other.start()
        other.join()
    assert lines == []


def test_a_decision_begins_anew_for_what_it_has_to_read_and_reads_it_once(
    lines: list[str],
) -> None:
    begun: list[int] = []
    read: list[str] = []

    def slow(name: str) -> str:
        may_wait("the reader")
        read.append(name)
        return name.upper()

    def decide() -> str:
        begun.append(len(begun))
        with holding():
            one = foreseen("one", lambda: slow("one"))
            return one + foreseen("two", lambda: slow("two")) + foreseen("one", lambda: slow("one"))

    assert foreseeing(decide) == "ONETWOONE"
    assert (begun, read, lines) == ([0, 1, 2], ["one", "two"], [])


def test_what_is_refused_is_refused_where_it_is_asked_for_and_asked_for_once() -> None:
    asked = []

    def refused() -> str:
        asked.append(1)
        raise RefusedError("не читается")

    def decide() -> str:
        with holding():
            try:
                return foreseen("mail", refused)
            except RefusedError as error:
                return str(error)

    assert foreseeing(decide) == "не читается"
    assert asked == [1]


def test_any_other_fault_of_reading_ends_the_decision() -> None:
    def decide() -> object:
        with holding():
            return foreseen("mail", lambda: 1 // 0)

    with pytest.raises(ZeroDivisionError):
        foreseeing(decide)
    with holding():
        # Outside a decision it is simply asked.
        assert foreseen("mail", lambda: 5) == 5


def test_a_decision_without_an_end_is_ended() -> None:
    names = iter(range(1000))

    def decide() -> None:
        with holding():
            foreseen(next(names), lambda: None)

    with pytest.raises(RuntimeError):
        foreseeing(decide)
