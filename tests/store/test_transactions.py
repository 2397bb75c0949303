"""What is durable and when: commits, write locks, the settings of SQLite, migrations."""

import multiprocessing
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from mcu_mail.errors import RefusedError
from mcu_mail.store.database import durability_faults, migrate, open_database, reading, writing
from mcu_mail.store.tables import metadata
from mcu_mail.store.unit_of_work import Store
from tests.store.stores import (
    NOW,
    a_case,
    keep_case,
    only_sqlite,
    open_store,
    same_store,
    store_url,
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path)
    yield opened
    opened.close()


def in_threads(count: int, job: Callable[[int], None]) -> list[BaseException]:
    """Run `job(0) … job(count - 1)` at once and return what was raised."""
    together = threading.Barrier(count)

    def run(index: int) -> None:
        together.wait()
        job(index)

    with ThreadPoolExecutor(count) as pool:
        futures = [pool.submit(run, index) for index in range(count)]
    return [error for future in futures if (error := future.exception()) is not None]


def test_what_was_not_committed_did_not_happen(store: Store) -> None:
    with store.work() as work:
        work.cases.add(a_case(), mail_id=None)
        work.facts.set("last_round", "now")

    with store.view() as view:
        assert view.cases.by_number("2026-000001") is None
        assert view.facts.get("last_round") is None


def test_an_error_after_a_change_takes_everything_back(store: Store) -> None:
    def fail_in_the_middle() -> None:
        with store.work() as work:
            work.cases.add(a_case(), mail_id=None)
            raise ValueError("in the middle")

    with pytest.raises(ValueError, match="in the middle"):
        fail_in_the_middle()

    with store.view() as view:
        assert view.cases.open() == ()


def test_what_was_committed_is_there_for_another_engine(store: Store, tmp_path: Path) -> None:
    kept = keep_case(store)

    other = same_store(tmp_path)
    with other.view() as view:
        assert view.cases.by_number("2026-000001") == kept
    other.close()


def test_after_an_error_the_store_takes_the_next_writer(store: Store) -> None:
    with store.work() as work:
        work.cases.add(a_case(), mail_id=None)
        with pytest.raises(sa.exc.IntegrityError):
            work.cases.add(a_case(), mail_id=None)

    assert keep_case(store).number == "2026-000001"


def test_eight_threads_that_read_then_write_are_never_locked_out(store: Store) -> None:
    def count_up(_index: int) -> None:
        for _ in range(25):
            with store.work() as work:
                value = int(work.facts.get("count") or "0")
                work.facts.set("count", str(value + 1))
                work.commit()

    assert in_threads(8, count_up) == []
    with store.view() as view:
        assert view.facts.get("count") == str(8 * 25)


@only_sqlite
def test_a_writer_holds_the_lock_from_its_first_read(store: Store, tmp_path: Path) -> None:
    with store.work() as work:
        work.facts.get("anything")
        other = sqlite3.connect(tmp_path / "mcu.db", timeout=0, isolation_level=None)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        other.close()


def test_a_view_neither_waits_for_a_writer_nor_sees_his_work(store: Store) -> None:
    with store.work() as work:
        work.facts.set("last_round", "unfinished")
        with store.view() as view:
            assert view.facts.get("last_round") is None


def test_a_view_keeps_what_it_first_saw(store: Store) -> None:
    with store.view() as view:
        assert view.cases.open() == ()
        keep_case(store)
        assert view.cases.open() == ()


@only_sqlite
def test_wal_and_full_synchronisation_are_really_on(store: Store, tmp_path: Path) -> None:
    assert store.durability_faults() == ()
    with store.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    plain = sqlite3.connect(tmp_path / "mcu.db")
    assert plain.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    plain.close()


def test_a_database_that_is_less_durable_is_told() -> None:
    engine = sa.create_engine("sqlite://")  # in memory: no WAL there
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA synchronous=NORMAL")
    faults = durability_faults(engine)
    engine.dispose()

    assert [fault.split(":")[0] for fault in faults] == [
        "база данных работает без WAL (режим memory)",
        "база данных не ждёт записи на диск (synchronous не FULL)",
    ]


def test_foreign_keys_hold(store: Store) -> None:
    with pytest.raises(sa.exc.IntegrityError), store.work() as work:
        work.journal.add(4711, NOW, "head", "opened", {})


def test_the_migrated_schema_is_the_schema_of_the_tables(store: Store) -> None:
    with reading(store.engine) as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "render_as_batch": True}
        )
        assert compare_metadata(context, metadata) == []


@only_sqlite
def test_every_index_of_the_tables_was_migrated_with_its_condition(store: Store) -> None:
    with reading(store.engine) as connection:
        rows = connection.exec_driver_sql(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql LIKE '%WHERE%'"
        ).all()
    assert {row.name: row.sql.split("WHERE ")[1] for row in rows} == {
        "ix_due_open": "done_at IS NULL",
        "ix_requests_open": "closed_at IS NULL",
        "ix_tasks_open": "done_at IS NULL",
        "ix_mails_not_moved": "moved IS 0",
    }


def dump(store: Store) -> list[str]:
    raw = sqlite3.connect(str(store.engine.url.database))
    lines = list(raw.iterdump())
    raw.close()
    return lines


@only_sqlite
def test_migrating_twice_changes_nothing(store: Store) -> None:
    keep_case(store)
    before = dump(store)

    store.prepare()

    assert dump(store) == before


@only_sqlite
def test_a_newer_schema_is_refused_in_russian_and_left_alone(store: Store) -> None:
    with writing(store.engine) as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    before = dump(store)

    with pytest.raises(RefusedError, match="более новой версией"):
        store.prepare()
    assert dump(store) == before


def test_a_migration_that_was_killed_is_done_anew(tmp_path: Path) -> None:
    engine = open_database(store_url(tmp_path))

    class KilledError(Exception):
        """The process ended at this statement."""

    left = 6

    @sa.event.listens_for(engine, "before_cursor_execute")
    def _kill(*_: object) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            raise KilledError

    with pytest.raises(KilledError):
        migrate(engine)
    engine.dispose()

    again = open_store(tmp_path)
    assert keep_case(again).id == 1
    again.close()


def _prepare(folder: Path, together: Barrier) -> None:
    together.wait()
    open_store(folder).close()


def test_processes_that_first_open_a_store_at_once_all_get_it(tmp_path: Path) -> None:
    store_url(tmp_path)
    processes = multiprocessing.get_context("spawn")
    together = processes.Barrier(3)
    started = [processes.Process(target=_prepare, args=(tmp_path, together)) for _ in range(3)]
    for process in started:
        process.start()
    for process in started:
        process.join()
    assert [process.exitcode for process in started] == [0, 0, 0]
