"""The outgoing queue: a message once, a state for each of its addresses, letters first."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from mcu_mail.store.queue import Outgoing, RecipientState
from mcu_mail.store.unit_of_work import Store, UnitOfWork
from tests.store.stores import NOW, open_store
from tests.store.test_transactions import in_threads

MINUTE = timedelta(minutes=1)
REGION = ["first@region.example", "second@region.example"]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def work(store: Store) -> Iterator[UnitOfWork]:
    with store.work() as unit:
        yield unit


def put(
    work: UnitOfWork, key: str, *, kind: str = "request", to: list[str] | None = None
) -> Outgoing:
    letter = kind == "letter"
    assert work.queue.add(
        key=key,
        kind=kind,
        message_id=f"<{key}@okrug.example>",
        raw="a" * 64,
        subject="Ответ",
        to=to or (REGION if letter else ["obr@okrug.example"]),
        created_at=NOW,
        case_id=5 if letter else None,
        letter_id=f"{key}-attempt" if letter else None,
        witness="mcu@okrug.example" if letter else None,
    )
    return work.queue.by_message_ids([f"{key}@okrug.example"])[0]


def test_a_message_is_queued_once_for_its_key(work: UnitOfWork) -> None:
    put(work, "k1")
    again = work.queue.add(
        key="k1",
        kind="request",
        message_id="<other@okrug.example>",
        raw="b" * 64,
        subject="Другой",
        to=["head@okrug.example"],
        created_at=NOW,
    )
    assert not again
    assert work.queue.has("k1")
    assert not work.queue.has("k2")
    assert len(work.queue.owed(NOW, 10)) == 1


def test_every_address_has_a_state_and_the_witness_is_no_addressee(work: UnitOfWork) -> None:
    letter = put(work, "k1", kind="letter", to=[*REGION, REGION[0]])
    assert [(one.address, one.witness, one.state) for one in letter.recipients] == [
        (REGION[0], False, RecipientState.queued),
        (REGION[1], False, RecipientState.queued),
        ("mcu@okrug.example", True, RecipientState.queued),
    ]
    assert [one.address for one in letter.addressees] == REGION


def test_one_address_is_refused_while_the_other_accepts(work: UnitOfWork) -> None:
    letter = put(work, "k1", kind="letter")
    first, second = letter.addressees
    work.queue.set_state(
        first.id, {"state": RecipientState.accepted, "answer": "250 ok", "at": NOW}
    )
    work.queue.set_state(
        second.id, {"state": RecipientState.refused, "answer": "550 нет такого", "at": NOW}
    )
    states = [(one.state, one.answer, one.at) for one in work.queue.get(letter.id).addressees]
    assert states == [
        (RecipientState.accepted, "250 ok", NOW),
        (RecipientState.refused, "550 нет такого", NOW),
    ]
    assert work.queue.owed(NOW, 10) == ()


def test_a_deferred_address_is_owed_again_when_its_time_comes(work: UnitOfWork) -> None:
    letter = put(work, "k1", kind="letter")
    for one in letter.recipients:
        work.queue.set_state(one.id, {"state": RecipientState.accepted})
    later = NOW + 15 * MINUTE
    work.queue.set_state(
        letter.addressees[1].id, {"state": RecipientState.deferred, "next_at": later}
    )
    assert work.queue.owed(later - MINUTE / 60, 10) == ()
    assert [one.id for one in work.queue.owed(later, 10)] == [letter.id]


def test_an_unsent_witness_copy_alone_owes_nothing(work: UnitOfWork) -> None:
    letter = put(work, "k1", kind="letter")
    for one in letter.addressees:
        work.queue.set_state(one.id, {"state": RecipientState.accepted})
    assert work.queue.owed(NOW, 10) == ()


def test_letters_go_before_other_mail_and_each_kind_in_its_order(work: UnitOfWork) -> None:
    for key, kind in (("a", "request"), ("b", "reminder"), ("c", "letter"), ("d", "letter")):
        put(work, key, kind=kind)
    assert [one.key for one in work.queue.owed(NOW, 10)] == ["c", "d", "a", "b"]
    assert [one.key for one in work.queue.owed(NOW, 3)] == ["c", "d", "a"]


def test_a_claim_is_given_once(work: UnitOfWork) -> None:
    letter = put(work, "k1", kind="letter")
    ids = [one.id for one in letter.recipients]
    assert work.queue.start(ids)
    assert not work.queue.start(ids)
    assert [(one.state, one.attempts) for one in work.queue.get(letter.id).recipients] == [
        (RecipientState.sending, 1)
    ] * 3
    assert work.queue.owed(NOW, 10) == ()
    assert [one.id for one in work.queue.begun()] == [letter.id]


@pytest.mark.parametrize("state", ["accepted", "refused", "unknown", "sending"])
def test_an_address_that_is_not_waiting_cannot_be_claimed(work: UnitOfWork, state: str) -> None:
    letter = put(work, "k1", kind="letter")
    first, second = letter.addressees
    work.queue.set_state(first.id, {"state": RecipientState(state)})
    assert not work.queue.start([first.id, second.id])


def test_of_six_daemons_one_gets_the_claim(store: Store) -> None:
    with store.work() as work:
        letter = put(work, "k1", kind="letter")
        work.commit()
    ids = [one.id for one in letter.recipients]
    won: list[int] = []

    def claim(index: int) -> None:
        with store.work() as work:
            if work.queue.start(ids):
                work.commit()
                won.append(index)

    assert in_threads(6, claim) == []
    assert len(won) == 1
    with store.view() as view:
        assert [one.attempts for one in view.queue.get(letter.id).recipients] == [1, 1, 1]


def test_a_claim_that_was_not_whole_leaves_nothing_behind_when_given_up(store: Store) -> None:
    with store.work() as work:
        letter = put(work, "k1", kind="letter")
        work.queue.set_state(letter.addressees[0].id, {"state": RecipientState.accepted})
        work.commit()
    with store.work() as work:
        assert not work.queue.start([one.id for one in letter.addressees])
    with store.view() as view:
        assert [one.state.value for one in view.queue.get(letter.id).addressees] == [
            "accepted",
            "queued",
        ]


def test_the_marks_before_data_and_of_the_witness_are_kept(work: UnitOfWork) -> None:
    letter = put(work, "k1", kind="letter")
    work.queue.rcpt_done(letter.id, NOW)
    assert work.queue.get(letter.id).rcpt_at == NOW
    work.queue.rcpt_done(letter.id, None)
    assert work.queue.get(letter.id).rcpt_at is None
    work.queue.witnessed(letter.id, NOW + MINUTE)
    assert work.queue.get(letter.id).witnessed_at == NOW + MINUTE


def test_messages_are_found_by_case_letter_and_state(work: UnitOfWork) -> None:
    letter, other = put(work, "k1", kind="letter"), put(work, "k2")
    assert work.queue.letter_of(5) == (letter,)
    assert work.queue.of_case(5) == (letter,)
    assert work.queue.letter_of(6) == ()
    assert work.queue.by_letter_id("k1-attempt") == letter
    assert work.queue.by_letter_id("nobody's") is None
    assert work.queue.by_message_ids(["k2@okrug.example", "x@y"]) == (other,)
    assert work.queue.unclear() == ()
    work.queue.set_state(letter.addressees[0].id, {"state": RecipientState.unknown})
    assert [one.id for one in work.queue.unclear()] == [letter.id]


def test_two_messages_never_carry_one_message_id(work: UnitOfWork) -> None:
    put(work, "k1")
    with pytest.raises(sa.exc.IntegrityError):
        work.queue.add(
            key="k2",
            kind="request",
            message_id="<k1@okrug.example>",
            raw="b" * 64,
            subject="",
            to=["a@okrug.example"],
            created_at=NOW,
        )
