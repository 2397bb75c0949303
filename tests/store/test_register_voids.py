"""The register with voids in the middle: gapless, nothing reused, in whatever order."""

import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from mcu_mail.store.queue import WITHDRAWN
from mcu_mail.store.registry import VOID
from mcu_mail.store.unit_of_work import Store
from tests.store.stores import NOW, keep_case, open_store
from tests.store.test_register_numbers import write


class RegisterYears(RuleBasedStateMachine):
    """Registrations, voids and transactions that give up, over two years."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self.store: Store = open_store(Path(self._folder.name))
        keep_case(self.store)
        self.rows: dict[int, list[tuple[int, str]]] = {2026: [], 2027: []}

    def teardown(self) -> None:
        self.store.close()
        self._folder.cleanup()

    @rule(year=st.sampled_from([2026, 2027]))
    def register(self, year: int) -> None:
        with self.store.work() as work:
            entry = write(work, year)
            work.commit()
        self.rows[year].append((entry.id, "registered"))

    @rule(year=st.sampled_from([2026, 2027]))
    def give_up(self, year: int) -> None:
        with self.store.work() as work:
            write(work, year)

    @rule(year=st.sampled_from([2026, 2027]), place=st.integers(0, 30), kept=st.booleans())
    def make_void(self, year: int, place: int, kept: bool) -> None:
        if not self.rows[year]:
            return
        index = place % len(self.rows[year])
        ident, state = self.rows[year][index]
        with self.store.work() as work:
            done = work.register.void(ident, reason="ошибка", by="Журналова Н.А.", at=NOW)
            if kept:
                work.commit()
        assert done is (state != VOID)
        if kept:
            self.rows[year][index] = (ident, VOID)

    @invariant()
    def is_gapless_and_keeps_what_is_void(self) -> None:
        with self.store.view() as view:
            for year, rows in self.rows.items():
                entries = view.register.of_year(year)
                assert [entry.n for entry in entries] == list(range(1, len(rows) + 1))
                assert [(entry.id, entry.state) for entry in entries] == rows
                assert len(view.register.numbers_of(year)) == len(rows)
            live = [ident for rows in self.rows.values() for ident, state in rows if state != VOID]
            assert [entry.id for entry in view.register.live_of_case(1)] == sorted(live)


TestRegisterYears = RegisterYears.TestCase
TestRegisterYears.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)


@pytest.fixture
def store(tmp_path: Path) -> Any:
    opened = open_store(tmp_path)
    keep_case(opened)
    yield opened
    opened.close()


def test_the_first_reason_of_a_void_row_stays(store: Store) -> None:
    with store.work() as work:
        entry = write(work)
        assert work.register.void(entry.id, reason="первая", by="Журналова", at=NOW)
        assert not work.register.void(entry.id, reason="вторая", by="Другая", at=NOW)
        kept = work.register.get(entry.id)
    assert (kept.state, kept.void_reason, kept.void_by) == (VOID, "первая", "Журналова")


def test_notes_of_a_row_add_up_and_the_same_one_is_one(store: Store) -> None:
    with store.work() as work:
        entry = write(work)
        for note in ("движок встал", "исправлено слово", "движок встал", ""):
            work.register.add_note(entry.id, note)
        assert work.register.get(entry.id).note == "движок встал\nисправлено слово"


def queued(store: Store, key: str = "letter:1") -> int:
    with store.work() as work:
        work.queue.add(
            key=key,
            kind="letter",
            message_id=f"<{key}@okrug.example>",
            raw="b" * 64,
            subject="Ответ",
            to=["first@region.example", "second@region.example"],
            created_at=NOW,
            case_id=1,
            letter_id=key,
            witness="mcu@okrug.example",
        )
        work.commit()
    with store.view() as view:
        return view.queue.letter_of(1)[-1].id


@pytest.mark.parametrize("state", ["queued", "deferred"])
def test_a_letter_that_nobody_was_given_is_withdrawn_and_frees_its_place(
    store: Store, state: str
) -> None:
    message = queued(store)
    with store.work() as work:
        first = work.queue.get(message).addressees[0]
        work.queue.set_state(first.id, {"state": state})
        assert work.queue.stop(message, "не отправляем", NOW)
        work.commit()
    with store.view() as view:
        assert view.queue.get(message).kind == WITHDRAWN
        assert view.queue.get(message).entry is None
        assert view.queue.letter_of(1) == ()
        assert view.queue.owed(NOW + timedelta(days=1), 10) == ()
        assert not view.queue.has("letter:1")


@pytest.mark.parametrize("state", ["accepted", "unknown", "sending", "refused"])
def test_a_letter_that_somebody_was_given_stays_and_goes_to_nobody_else(
    store: Store, state: str
) -> None:
    message = queued(store)
    with store.work() as work:
        first = work.queue.get(message).addressees[0]
        work.queue.set_state(first.id, {"state": state, "answer": "250 OK"})
        assert not work.queue.stop(message, "не отправляем", NOW)
        work.commit()
    with store.view() as view:
        (kept,) = view.queue.letter_of(1)
        assert kept.entry == 1
        assert [item.state.value for item in kept.addressees] == [state, "refused"]
        assert view.queue.owed(NOW + timedelta(days=1), 10) == ()
