"""The course of the cases: only ever added to, and a changed byte is found."""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mcu_mail.store.database import writing
from mcu_mail.store.unit_of_work import Store
from tests.store.stores import NOW, ZONE, keep_case, only_sqlite, open_store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path)
    keep_case(opened)
    yield opened
    opened.close()


def write_events(store: Store, count: int) -> None:
    with store.work() as work:
        for index in range(count):
            work.journal.add(1, NOW, "head", "approved", {"версия": index, "cause": "письмо"})
        work.commit()


def tamper(store: Store, statement: str) -> None:
    """Change the file as somebody with a database browser does: without our triggers."""
    raw = sqlite3.connect(str(store.engine.url.database))
    raw.execute("DROP TRIGGER events_no_update")
    raw.execute("DROP TRIGGER events_no_delete")
    raw.execute(statement)
    raw.commit()
    raw.close()


def first_broken(store: Store) -> int | None:
    with store.view() as view:
        return view.journal.first_broken()


def test_events_come_back_as_they_were_written(store: Store) -> None:
    at = datetime(2026, 11, 23, 9, 15, 30, 123456, tzinfo=ZONE)
    with store.work() as work:
        work.journal.add(1, at, "registry", "registered", {"номер": "01-12/1", "листов": 2})
        work.commit()
    with store.view() as view:
        (event,) = view.journal.of_case(1)
    assert (event.case_id, event.at, event.actor, event.kind) == (1, at, "registry", "registered")
    assert event.at.tzinfo is UTC
    assert event.data == {"номер": "01-12/1", "листов": 2}


@pytest.mark.parametrize(
    "statement",
    ["UPDATE events SET actor = 'clerk'", "DELETE FROM events", "DELETE FROM events WHERE id = 2"],
)
def test_changing_and_deleting_an_event_is_refused_by_the_database(
    store: Store, statement: str
) -> None:
    write_events(store, 3)
    with (
        pytest.raises(sa.exc.IntegrityError, match="append-only"),
        writing(store.engine) as connection,
    ):
        connection.exec_driver_sql(statement)
    with store.view() as view:
        assert len(view.journal.of_case(1)) == 3


def test_the_chain_of_an_empty_and_of_an_untouched_course_holds(store: Store) -> None:
    assert first_broken(store) is None
    write_events(store, 20)
    write_events(store, 20)
    assert first_broken(store) is None


@only_sqlite
@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("UPDATE events SET actor = 'heaD' WHERE id = 3", 3),
        ("UPDATE events SET kind = 'returned' WHERE id = 1", 1),
        ("UPDATE events SET case_id = 2 WHERE id = 2", 2),
        ("UPDATE events SET data = replace(data, '3', '4') WHERE id = 4", 4),
        ("UPDATE events SET at = '2026-11-23T02:00:00.000001Z' WHERE id = 2", 2),
        ("UPDATE events SET previous = replace(previous, 'a', 'b') WHERE id = 5", 5),
        ("UPDATE events SET hash = '0' || substr(hash, 2) || 'x' WHERE id = 4", 4),
        ("DELETE FROM events WHERE id = 1", 2),
        ("DELETE FROM events WHERE id = 3", 4),
        ("UPDATE events SET id = 99 WHERE id = 2", 3),
    ],
)
def test_a_changed_or_missing_event_is_found(store: Store, statement: str, broken: int) -> None:
    write_events(store, 5)
    tamper(store, statement)
    assert first_broken(store) == broken


@only_sqlite
@given(
    row=st.integers(1, 6), column=st.sampled_from(["actor", "kind", "data"]), bit=st.integers(0, 6)
)
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_one_flipped_bit_anywhere_is_found(
    tmp_path_factory: pytest.TempPathFactory, row: int, column: str, bit: int
) -> None:
    store = open_store(tmp_path_factory.mktemp("chain"))
    keep_case(store)
    write_events(store, 6)
    raw = sqlite3.connect(str(store.engine.url.database))
    raw.execute("DROP TRIGGER events_no_update")
    (text,) = raw.execute(f"SELECT {column} FROM events WHERE id = {row}").fetchone()
    changed = bytearray(text.encode())
    changed[row % len(changed)] ^= 1 << bit
    raw.execute(f"UPDATE events SET {column} = CAST(? AS TEXT) WHERE id = {row}", (bytes(changed),))
    raw.commit()
    raw.close()
    try:
        assert first_broken(store) == row
    finally:
        store.close()
