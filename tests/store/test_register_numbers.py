"""The register: no gap and no number twice, whoever writes at once and whatever rolls back."""

import multiprocessing
import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from mcu_mail.store.registry import Entry
from mcu_mail.store.unit_of_work import Store, UnitOfWork
from tests.store.stores import NOW, keep_case, open_store, same_store
from tests.store.test_transactions import in_threads


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path)
    keep_case(opened)
    yield opened
    opened.close()


def write(work: UnitOfWork, year: int = 2026, start: int = 1, **changes: Any) -> Entry:
    scope = str(year)
    n = work.register.take(scope, start)
    values: dict[str, Any] = {
        "scope": scope,
        "n": n,
        "number": f"01-12/{n}",
        "year": year,
        "on_date": f"{year}-11-23",
        "case_id": 1,
        "version": 1,
        "addressee": "Управление",
        "subject": "О снеге",
        "executor": "Трассов Ф.М.",
        "signer": "Тестов П.П.",
        "sheets": 1,
        "state": "registered",
        "registered_at": NOW,
        "scan": "a" * 64,
    }
    return work.register.add(**{**values, **changes})


def numbers(store: Store, year: int) -> list[int]:
    with store.view() as view:
        return [entry.n for entry in view.register.of_year(year)]


def some_writes(store: Store, seed: int, count: int) -> None:
    """`count` rows, with about as many transactions that give up after taking a number."""
    dice = random.Random(seed)
    written = 0
    while written < count:
        with store.work() as work:
            write(work)
            if dice.random() < 0.5:
                continue
            work.commit()
        written += 1


def test_numbers_are_gapless_under_four_writing_threads_with_rollbacks(store: Store) -> None:
    assert in_threads(4, lambda index: some_writes(store, index, 25)) == []
    assert numbers(store, 2026) == list(range(1, 101))


def _write_some(folder: Path, seed: int) -> None:
    store = same_store(folder)
    some_writes(store, seed, 20)
    store.close()


def test_numbers_are_gapless_under_four_writing_processes(store: Store, tmp_path: Path) -> None:
    processes = multiprocessing.get_context("spawn")
    started = [processes.Process(target=_write_some, args=(tmp_path, seed)) for seed in range(4)]
    for process in started:
        process.start()
    for process in started:
        process.join()
    assert [process.exitcode for process in started] == [0, 0, 0, 0]
    assert numbers(store, 2026) == list(range(1, 81))


def test_a_number_that_was_not_committed_is_given_to_the_next(store: Store) -> None:
    with store.work() as work:
        assert write(work).n == 1
    with store.work() as work:
        assert write(work).n == 1
        work.commit()
    assert numbers(store, 2026) == [1]


def test_every_year_counts_from_its_start(store: Store) -> None:
    with store.work() as work:
        found = [write(work, year, start=40).n for year in (2026, 2026, 2027, 2026, 2027)]
        work.commit()
    assert found == [40, 41, 40, 42, 41]
    assert (numbers(store, 2026), numbers(store, 2027)) == ([40, 41, 42], [40, 41])
    with store.view() as view:
        assert len(view.register.of_year(None)) == 5
        assert view.register.of_year(2025) == ()


@pytest.mark.parametrize("same", [{"n": 1}, {"number": "01-12/1"}])
def test_a_number_never_stands_twice_in_its_scope(store: Store, same: dict[str, Any]) -> None:
    with store.work() as work:
        write(work)
        with pytest.raises(sa.exc.IntegrityError):
            write(work, **same)


def test_the_same_number_stands_in_another_year(store: Store) -> None:
    with store.work() as work:
        write(work, 2026)
        write(work, 2027)
        write(work, 2027)
        assert work.register.numbers_of(2026) == {"01-12/1"}
        assert work.register.numbers_of(2027) == {"01-12/1", "01-12/2"}


def test_a_void_row_keeps_its_number_and_says_why(store: Store) -> None:
    with store.work() as work:
        first = write(work)
        work.register.change(first.id, {"state": "void", "void_reason": "ошибка сканирования"})
        assert write(work).n == 2
        work.commit()
    with store.view() as view:
        void, second = view.register.of_case(1)
        assert view.register.get(void.id) == void
    assert (void.n, void.state, void.void_reason) == (1, "void", "ошибка сканирования")
    assert (second.n, second.state) == (2, "registered")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="writers are forked")
def test_killed_writers_leave_neither_gaps_nor_repeats_nor_lost_rows(tmp_path: Path) -> None:
    from tests.store.number_kills import kill_writers

    outcome = kill_writers(tmp_path, 16)
    assert (outcome.gaps, outcome.repeats, outcome.lost) == (0, 0, 0)
    assert outcome.acknowledged > 0
