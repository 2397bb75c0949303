"""Cases, letters, the mail ledger and requests: what goes in comes out, once."""

from collections.abc import Iterator
from datetime import date, time, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from mcu_mail.domain.case import CaseState, CloseReason, Draft, Purpose, Request
from mcu_mail.domain.contacts import Contact
from mcu_mail.domain.notice import Notice
from mcu_mail.store.ledger import MailState
from mcu_mail.store.unit_of_work import Store, UnitOfWork
from tests.store.stores import NOW, a_case, open_store

HOUR = timedelta(hours=1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def work(store: Store) -> Iterator[UnitOfWork]:
    with store.work() as unit:
        yield unit


FULL_NOTICE = Notice(
    track="governor",
    event="repeat",
    applicant="Небывалова Алла Игнатьевна",
    phone="+79990001101",
    address="пгт Тяжинский, ул. Образцовая, д. 7",
    link="https://vk.com/wall-990000001_48213?reply=48240",
    external_id="СГ-4711",
    received_at=NOW,
    received_day_only=True,
    due=NOW + 24 * HOUR,
    text="Не чистят снег 😊\u2028дорога",
    photos=2,
    nickname="@alla",
    rules={"applicant": "label: Заявитель"},
    unsure=("phone", "due"),
)


@pytest.mark.parametrize("notice", [FULL_NOTICE, Notice(track="governor")])
def test_a_case_comes_back_as_it_went_in(work: UnitOfWork, notice: Notice) -> None:
    case = a_case(
        notice=notice,
        goal=NOW + HOUR,
        plan={"draft": NOW + HOUR, "approve": NOW + 2 * HOUR},
        draft=Draft(text="Дорога очищена.", author="roads_head", is_note=True),
        contacts=(
            Contact(outcome="not_reached", on=None, at=None, how="", line="Не дозвонились"),
            Contact(
                outcome="reached",
                on=date(2026, 11, 23),
                at=time(9, 30),
                how="телефон",
                line="Связались: 23.11.2026 09:30, телефон",
            ),
        ),
    )
    kept = work.cases.add(case, mail_id=7)
    assert work.cases.get(kept.id) == kept
    assert work.cases.by_number(case.number) == kept


def test_changing_a_case_changes_only_what_was_named(work: UnitOfWork) -> None:
    before = work.cases.add(a_case(draft=Draft(text="т", author="it")), mail_id=None)
    after = work.cases.change(
        before.id, {"state": CaseState.closed, "term": NOW + HOUR, "due": None, "draft": None}
    )
    assert (after.state, after.term, after.due, after.draft) == (
        CaseState.closed,
        NOW + HOUR,
        None,
        None,
    )
    assert (after.number, after.notice, after.plan) == (before.number, before.notice, before.plan)


def test_a_new_notice_of_a_case_brings_its_external_number(work: UnitOfWork) -> None:
    case = work.cases.add(a_case(), mail_id=None)
    assert work.cases.with_external_id("governor", "СГ-4711") == ()
    changed = work.cases.change(case.id, {"notice": FULL_NOTICE})
    assert work.cases.with_external_id("governor", "СГ-4711") == (changed,)
    assert work.cases.with_external_id("incident", "СГ-4711") == ()


def test_open_cases_come_nearest_term_first_and_without_the_closed(work: UnitOfWork) -> None:
    for number, hours, state in (
        ("2026-000001", 30, CaseState.open),
        ("2026-000002", 10, CaseState.aside),
        ("2026-000003", 5, CaseState.closed),
        ("2026-000004", 20, CaseState.waiting),
    ):
        work.cases.add(a_case(number, term=NOW + hours * HOUR, state=state), mail_id=None)
    assert [case.number[-1] for case in work.cases.open()] == ["2", "4", "1"]


def test_terms_that_fell_while_the_daemon_was_down_are_found_at_both_edges(
    work: UnitOfWork,
) -> None:
    for number, hours in (("2026-000001", 0), ("2026-000002", 1), ("2026-000003", 2)):
        work.cases.add(a_case(number, term=NOW + hours * HOUR), mail_id=None)
    found = work.cases.overdue_between(NOW, NOW + HOUR)
    assert [case.number for case in found] == ["2026-000002"]


def test_a_naive_moment_is_never_stored(work: UnitOfWork) -> None:
    with pytest.raises(sa.exc.StatementError, match="naive"):
        work.cases.add(a_case(term=NOW.replace(tzinfo=None)), mail_id=None)


def test_case_numbers_start_anew_each_year_and_a_lost_one_is_given_again(store: Store) -> None:
    def take(year: int, *, commit: bool = True) -> int:
        with store.work() as work:
            number = work.next_case_number(year)
            if commit:
                work.commit()
        return number

    assert [take(2026), take(2026), take(2026, commit=False), take(2026)] == [1, 2, 3, 3]
    assert [take(2027), take(2026)] == [1, 4]


def test_letter_versions_are_kept_and_a_version_is_written_once(work: UnitOfWork) -> None:
    case = work.cases.add(a_case(), mail_id=None)

    def add(version: int, code: str) -> None:
        work.letters.add(
            case_id=case.id,
            version=version,
            author="roads_head",
            text=f"Ответ {version}",
            then="approve",
            print_code=code,
            created_at=NOW,
        )

    add(2, "B")
    add(1, "A")
    first = work.letters.get(case.id, 1)
    assert first is not None
    work.letters.rendered(first.id, {"docx": "d" * 64, "pages": 1, "engine": "native"})

    assert [(one.version, one.text, one.pages) for one in work.letters.all_of(case.id)] == [
        (1, "Ответ 1", 1),
        (2, "Ответ 2", None),
    ]
    assert work.letters.get(case.id, 3) is None
    with pytest.raises(sa.exc.IntegrityError):
        add(2, "C")


# --- the mail ledger ---------------------------------------------------------------------------


def enter(
    work: UnitOfWork, uid: int, *, folder: str = "INBOX", validity: int = 1, sha: str = "a"
) -> bool:
    return work.mails.add(
        folder=folder,
        uidvalidity=validity,
        uid=uid,
        sha256=sha * 64,
        size=100,
        arrived_at=NOW - uid * HOUR,
        stored_at=NOW,
    )


def test_a_mail_is_entered_once_for_its_folder_validity_and_uid(work: UnitOfWork) -> None:
    assert enter(work, 1)
    assert not enter(work, 1)
    assert not enter(work, 1, sha="b")
    assert enter(work, 1, validity=2)
    assert enter(work, 1, folder="Спам")
    assert enter(work, 2)
    assert work.mails.known_uids("INBOX", 1) == {1, 2}
    assert work.mails.known_uids("INBOX", 2) == {1}
    assert work.mails.known_uids("INBOX", 3) == frozenset()


def test_mails_are_handled_oldest_arrival_first_and_each_once(work: UnitOfWork) -> None:
    for uid in (1, 3, 2):
        enter(work, uid)
    assert [mail.uid for mail in work.mails.to_handle(10)] == [3, 2, 1]
    assert [mail.uid for mail in work.mails.to_handle(2)] == [3, 2]

    oldest = work.mails.to_handle(1)[0]
    work.mails.count_attempt(oldest.id)
    work.mails.decide(oldest.id, MailState.aside, kind="reply", error="непонятно", sender="a@b.c")
    assert [mail.uid for mail in work.mails.to_handle(10)] == [2, 1]
    decided = work.mails.get(oldest.id)
    assert (decided.state, decided.attempts, decided.error) == (MailState.aside, 1, "непонятно")


def test_a_decided_mail_is_to_be_moved_until_it_was(work: UnitOfWork) -> None:
    enter(work, 1)
    enter(work, 2)
    assert not work.mails.any_to_move()
    mail = work.mails.get(2)
    work.mails.decide(mail.id, MailState.handled, kind="notice")
    assert work.mails.any_to_move()
    assert [one.id for one in work.mails.to_move("INBOX", 1, 10)] == [mail.id]
    assert work.mails.to_move("INBOX", 2, 10) == ()

    work.mails.moved(mail.id)
    assert not work.mails.any_to_move()
    assert work.mails.to_move("INBOX", 1, 10) == ()
    assert work.mails.known_uids("INBOX", 1) == {1}


def test_the_same_bytes_and_the_same_message_id_are_recognised(work: UnitOfWork) -> None:
    enter(work, 1)
    enter(work, 1, validity=2)
    enter(work, 2, sha="c")
    first, second = (work.mails.get(one) for one in (1, 2))
    assert work.mails.same_as(second) is None
    work.mails.decide(first.id, MailState.handled, kind="notice", message_id="x@y")
    same = work.mails.same_as(second)
    assert same is not None
    assert same.id == first.id
    assert work.mails.same_as(work.mails.get(3)) is None
    assert [one.id for one in work.mails.with_message_id("x@y", other_than=2)] == [1]
    assert work.mails.with_message_id("x@y", other_than=1) == ()


def test_mails_of_a_case_and_those_that_wait_for_a_person(work: UnitOfWork) -> None:
    enter(work, 1)
    enter(work, 2)
    work.mails.decide(1, MailState.handled, kind="notice", case_id=5)
    work.mails.decide(2, MailState.aside, kind="other")
    assert [mail.id for mail in work.mails.of_case(5)] == [1]
    assert work.mails.aside_since(NOW) == 1
    assert work.mails.aside_since(NOW + HOUR) == 0


# --- requests ----------------------------------------------------------------------------------


def ask(work: UnitOfWork, code: str, person: str = "roads_head", number: str = "") -> Request:
    found = work.cases.by_number(number) if number else None
    case = found or work.cases.add(a_case(number or f"2026-{code}"), mail_id=None)
    return work.requests.add(
        case=case,
        purpose=Purpose.approve,
        person=person,
        code=code,
        created_at=NOW,
        expires_at=NOW + 72 * HOUR,
        data={"why": "согласовать"},
    )


def test_a_request_stands_at_the_step_entry_and_version_of_its_case(work: UnitOfWork) -> None:
    case = work.cases.add(a_case(step="deputy", entry=4, version=3, letter_sha="f" * 64), mail_id=1)
    request = ask(work, "K7M2", number=case.number)
    assert work.requests.get(request.id) == request
    assert (request.step, request.entry, request.version, request.letter_sha) == (
        "deputy",
        4,
        3,
        "f" * 64,
    )
    assert request.data == {"why": "согласовать"}


def test_a_code_is_given_once(work: UnitOfWork) -> None:
    ask(work, "K7M2")
    with pytest.raises(sa.exc.IntegrityError):
        ask(work, "K7M2", number="2026-000009")


def test_requests_are_found_by_code_and_by_person_until_closed(work: UnitOfWork) -> None:
    first, second = ask(work, "AAAA"), ask(work, "BBBB")
    ask(work, "CCCC", person="head")
    assert [one.code for one in work.requests.by_codes(["BBBB", "ZZZZ", "AAAA"])] == [
        "AAAA",
        "BBBB",
    ]
    assert work.requests.open_of_person("roads_head") == (first, second)

    work.requests.close(first.id, NOW, CloseReason.decided)
    work.requests.close(first.id, NOW + HOUR, CloseReason.expired)
    closed = work.requests.get(first.id)
    assert (closed.closed_at, closed.close_reason) == (NOW, CloseReason.decided)
    assert work.requests.open_of_person("roads_head") == (second,)
    assert work.requests.open_of_case(first.case_id) == ()
    assert work.requests.open_of_case(second.case_id) == (second,)


def test_mails_of_a_request_are_counted_and_its_words_kept(work: UnitOfWork) -> None:
    request = ask(work, "AAAA")
    assert [work.requests.next_mail(request.id) for _ in range(3)] == [1, 2, 3]
    assert work.requests.words(request.id) == {}
    work.requests.remember_words(request.id, {"template": "approve", "n": 1})
    assert work.requests.words(request.id) == {"template": "approve", "n": 1}


def test_a_used_uid_never_hides_a_mail(work: UnitOfWork) -> None:
    def enter(sha256: str) -> bool:
        return work.mails.add(
            folder="INBOX",
            uidvalidity=7,
            uid=1,
            sha256=sha256,
            size=1,
            arrived_at=NOW,
            stored_at=NOW,
        )

    assert enter("a" * 64)
    (first,) = work.mails.to_handle(10)
    work.mails.decide(first.id, MailState.handled, kind="reply")
    work.mails.moved(first.id)

    assert not enter("a" * 64)
    assert [mail.id for mail in work.mails.to_move("INBOX", 7, 10)] == [first.id]
    work.mails.moved(first.id)

    assert enter("b" * 64)
    assert [mail.sha256[0] for mail in work.mails.to_handle(10)] == ["b"]
    assert work.mails.get(first.id).sha256 == "a" * 64
