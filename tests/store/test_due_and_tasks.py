"""What is owed at a moment: found by index, given once."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from mcu_mail.store.database import reading
from mcu_mail.store.moments import owed_due
from mcu_mail.store.tables import due
from mcu_mail.store.unit_of_work import Store, UnitOfWork
from tests.store.stores import NOW, keep_case, only_sqlite, open_store
from tests.store.test_transactions import in_threads

MINUTE = timedelta(minutes=1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path)
    keep_case(opened)
    keep_case(opened, "2026-000002")
    yield opened
    opened.close()


@pytest.fixture
def work(store: Store) -> Iterator[UnitOfWork]:
    with store.work() as unit:
        yield unit


def plan_of(store: Store, query: sa.Select[Any]) -> list[str]:
    """What SQLite says it will do for a query, with its values in place."""
    compiled = query.compile(store.engine, compile_kwargs={"literal_binds": True})
    with reading(store.engine) as connection:
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}").all()
    return [row.detail for row in rows]


@pytest.fixture
def large(store: Store) -> Store:
    """10 000 moments still to come and 10 000 that were dealt with."""
    rows: list[dict[str, Any]] = [
        {
            "key": f"k{index}",
            "at": NOW + (index - 10_000) * MINUTE,
            "case_id": 1 + index % 2,
            "entry": 1,
            "kind": "reminder",
            "data": {},
            "done_at": NOW if index < 9_990 else None,
        }
        for index in range(20_000)
    ]
    with store.engine.connect() as connection:
        connection.begin()
        connection.execute(due.insert(), rows)
        connection.commit()
    return store


@only_sqlite
def test_owed_moments_are_searched_in_their_index_and_nothing_is_scanned(large: Store) -> None:
    for query in (owed_due(NOW, 100), owed_due(NOW + 9_999 * MINUTE, 100)):
        plan = plan_of(large, query)
        assert plan == ["SEARCH due USING INDEX ix_due_open (at<?)"]


@only_sqlite
def test_the_index_is_still_used_after_the_statistics_were_gathered(large: Store) -> None:
    with large.engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE")
        connection.commit()
    assert plan_of(large, owed_due(NOW, 100)) == ["SEARCH due USING INDEX ix_due_open (at<?)"]


@only_sqlite
def test_no_question_of_an_idle_pass_reads_a_table_from_end_to_end(large: Store) -> None:
    asked: list[tuple[str, Any]] = []

    @sa.event.listens_for(large.engine, "before_cursor_execute")
    def _note(_c: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        asked.append((statement, parameters))

    with large.view() as view:
        view.due.owed(NOW - 30_000 * MINUTE)
        view.tasks.owed(NOW)
        view.queue.owed(NOW, 20)
        view.queue.begun()
        view.queue.unclear()
        view.mails.to_handle(50)
        view.mails.any_to_move()
        view.mails.known_uids("INBOX", 1)
        view.asides.untold(20)
        view.asides.count_untold()
        view.cases.overdue_between(NOW, NOW + MINUTE)
        view.cases.open()
        view.facts.get("last_round")
        plans = {
            statement: [
                row.detail
                for row in view._connection.exec_driver_sql(
                    f"EXPLAIN QUERY PLAN {statement}", parameters
                )
            ]
            for statement, parameters in list(asked)
            if statement.startswith("SELECT")
        }
    assert len(plans) == 13
    scanning = [one for one, plan in plans.items() if any("SCAN" in line for line in plan)]
    assert scanning == []


def test_of_many_moments_exactly_the_owed_come_oldest_first(large: Store) -> None:
    with large.view() as view:
        found = view.due.owed(NOW)
        assert [one.key for one in found] == [f"k{index}" for index in range(9_990, 10_001)]
        assert len(view.due.owed(NOW + 10_000 * MINUTE, limit=100)) == 100


def plan(work: UnitOfWork, key: str, minutes: int, case_id: int = 1, **more: Any) -> None:
    work.due.add(key=key, at=NOW + minutes * MINUTE, case_id=case_id, kind="reminder", **more)


def test_a_moment_is_owed_from_its_very_instant(work: UnitOfWork) -> None:
    plan(work, "a", 0)
    plan(work, "b", -5, data={"минут": 60})
    assert work.due.owed(NOW - 6 * MINUTE) == ()
    assert [one.key for one in work.due.owed(NOW - MINUTE / 60)] == ["b"]
    first, second = work.due.owed(NOW)
    assert (first.key, first.data, first.entry, first.done_at) == ("b", {"минут": 60}, None, None)
    assert second.at == NOW


def test_a_moment_planned_twice_stays_as_it_was_even_when_done(work: UnitOfWork) -> None:
    plan(work, "a", 0)
    plan(work, "a", 10)
    (one,) = work.due.owed(NOW + 20 * MINUTE)
    assert one.at == NOW
    assert work.due.claim(one.id, NOW)
    plan(work, "a", 0)
    assert work.due.owed(NOW + 20 * MINUTE) == ()


def test_a_moment_is_claimed_once(work: UnitOfWork) -> None:
    plan(work, "a", 0)
    (one,) = work.due.owed(NOW)
    assert work.due.claim(one.id, NOW)
    assert not work.due.claim(one.id, NOW)
    assert work.due.owed(NOW) == ()


def test_of_six_daemons_one_gets_the_moment(store: Store) -> None:
    with store.work() as work:
        plan(work, "a", 0)
        work.commit()
    won: list[int] = []

    def claim(index: int) -> None:
        with store.work() as work:
            if work.due.claim(1, NOW):
                work.commit()
                won.append(index)

    assert in_threads(6, claim) == []
    assert len(won) == 1


def test_a_claim_that_was_rolled_back_is_owed_again(store: Store) -> None:
    with store.work() as work:
        plan(work, "a", 0)
        work.commit()
    with store.work() as work:
        assert work.due.claim(1, NOW)
    with store.view() as view:
        assert [one.key for one in view.due.owed(NOW)] == ["a"]


def test_when_a_step_is_over_only_its_own_moments_are_dropped(work: UnitOfWork) -> None:
    plan(work, "step", 0, entry=3)
    plan(work, "case", 0)
    plan(work, "other", 0, case_id=2, entry=3)
    work.due.drop_of_step(1, NOW)
    assert [one.key for one in work.due.owed(NOW)] == ["case", "other"]
    work.due.drop_all(1, NOW)
    assert [one.key for one in work.due.owed(NOW)] == ["other"]


def test_a_task_is_planned_once_and_owed_until_it_is_done(work: UnitOfWork) -> None:
    for text in ("first", "second"):
        work.tasks.add(key="render:1", case_id=1, kind="render", data={"v": text}, now=NOW)
    assert work.tasks.owed(NOW - MINUTE) == ()
    (task,) = work.tasks.owed(NOW)
    assert (task.data, task.attempts, task.error) == ({"v": "first"}, 0, None)
    assert work.tasks.open(1) == (task,)
    assert work.tasks.open(2) == ()

    assert work.tasks.done(task.id, NOW)
    assert not work.tasks.done(task.id, NOW)
    assert (work.tasks.owed(NOW), work.tasks.open(1)) == ((), ())


def test_a_failed_task_waits_and_says_why_until_it_goes_well(work: UnitOfWork) -> None:
    work.tasks.add(key="render:1", case_id=1, kind="render", data={}, now=NOW)
    work.tasks.count_attempt(1, NOW + 10 * MINUTE)
    work.tasks.failed(1, "диск полон " * 100)
    assert work.tasks.owed(NOW + 9 * MINUTE) == ()
    (task,) = work.tasks.owed(NOW + 10 * MINUTE)
    assert task.attempts == 1
    assert task.error is not None
    assert task.error.startswith("диск полон")
    assert len(task.error) == 500


def test_tasks_are_owed_in_the_order_of_their_time(work: UnitOfWork) -> None:
    for key, minutes in (("b", -1), ("a", -1), ("c", -2)):
        work.tasks.add(key=key, case_id=1, kind="render", data={}, now=NOW + minutes * MINUTE)
    assert [one.key for one in work.tasks.owed(NOW)] == ["c", "b", "a"]
    assert [one.key for one in work.tasks.owed(NOW, limit=1)] == ["c"]


def test_a_fact_is_set_and_set_anew(work: UnitOfWork) -> None:
    assert work.facts.get("last_round") is None
    work.facts.set("last_round", "утром")
    work.facts.set("last_round", "вечером")
    assert work.facts.get("last_round") == "вечером"


def test_old_facts_of_a_kind_are_forgotten_and_no_others(work: UnitOfWork) -> None:
    for key, value in (("a_b:1", "1"), ("a_b:2", "2026-05-01"), ("a_b:3", "2026-11-01")):
        work.facts.set(key, value)
    work.facts.set("axb:4", "1")
    assert work.facts.forget("a_b:", before="2026-06-01") == 2
    assert (work.facts.get("a_b:3"), work.facts.get("axb:4")) == ("2026-11-01", "1")


def test_the_case_that_took_a_scan_is_remembered_and_a_refused_scan_is_not_taken(
    work: UnitOfWork,
) -> None:
    work.scans.add(sha256="a" * 64, name="скан.pdf", at=NOW, verdict="no_code")
    assert work.scans.accepted("a" * 64) is None
    work.scans.add(
        sha256="a" * 64, name="скан.pdf", at=NOW, verdict="accepted", case_id=1, version=2
    )
    assert work.scans.accepted("a" * 64) == 1
    assert work.scans.accepted("b" * 64) is None
