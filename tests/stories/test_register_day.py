"""The register through the clerk's day: voids, numbers of the office's own, January, the pen."""

from __future__ import annotations

import io
from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING, Any

import docx
import pytest

from mcu_mail.documents.folder import Folder
from mcu_mail.rehearsal.clerk import sign_and_scan
from mcu_mail.rehearsal.people import Writer, fresh_mail, press, reply, text_of
from mcu_mail.rehearsal.stage import Stage
from mcu_mail.reports import board
from mcu_mail.service import counting
from tests.stories.office_day import PEOPLE
from tests.stories.signed_letter import (
    NUMBER,
    OURS,
    PASSWORD,
    REGION,
    Prepared,
    attached,
    bring_to_sign,
    clerk,
    copies,
    deputy,
    dispatcher,
    faulty,
    head,
    kinds,
    listing,
    register,
    subjects,
    the_case,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from email.message import EmailMessage
    from pathlib import Path

    from mcu_mail.rehearsal.postoffice import PostOffice


@pytest.fixture
def office(
    waiting_letter: Prepared, tmp_path: Path, post_office: PostOffice
) -> Iterator[Callable[..., Stage]]:
    """Opens an office in which one letter waits for the head, with settings changed as named."""
    opened: list[Any] = []

    def opening(changes: dict[str, Any] | None = None) -> Stage:
        stage = waiting_letter.on(tmp_path / "office", post_office, changes)
        context = stage.opened()
        context.__enter__()
        opened.append(context)
        return stage

    yield opening
    for context in opened:
        context.__exit__(None, None, None)


@pytest.fixture
def stage(office: Callable[..., Stage]) -> Stage:
    """The office as it is shipped: the program gives the numbers."""
    return office()


@pytest.fixture
def follower(office: Callable[..., Stage]) -> Stage:
    """An office whose clerk gives the numbers."""
    return office({"register.mode": "follower"})


def play(stage: Stage, when: str) -> None:
    assert stage.play(f"2026-11-23 {when}" if " " not in when else when) == ()


def answers(
    stage: Stage, writer: Writer, words: str, when: str, to: EmailMessage | None = None
) -> None:
    """A person answers the newest mail to him, or `to`."""
    mail = to or stage.mails(writer.address)[-1]
    at = stage.moment(f"2026-11-23 {when}" if " " not in when else when)
    stage.post.deliver(OURS, reply(writer, mail, words, at, serial=hash((words, when)) % 10**6))
    play(stage, when)


def presses(stage: Stage, writer: Writer, label: str, when: str, added: str = "") -> None:
    at = stage.moment(f"2026-11-23 {when}")
    stage.post.deliver(OURS, press(writer, stage.mails(writer.address)[-1], label, at, added))
    play(stage, when)


def writes(stage: Stage, writer: Writer, subject: str, words: str, when: str) -> None:
    at = stage.moment(f"2026-11-23 {when}")
    raw = fresh_mail(writer, OURS, subject, words, at, message_id=f"<new.{when}@pc.example>")
    stage.post.deliver(OURS, raw)
    play(stage, when)


def last(stage: Stage, writer: Writer) -> str:
    """The newest mail of a person, subject and words on one line."""
    mail = stage.mails(writer.address)[-1]
    return " ".join(f"{mail['Subject']} {text_of(mail)}".split())


def hold_back(stage: Stage) -> None:
    """Both regional servers want every letter later."""
    for address in REGION:
        faulty(stage).refuse(address, 451, "4.7.1 later")


def let_through(stage: Stage) -> None:
    for address in REGION:
        faulty(stage).accept(address)


def rows(stage: Stage) -> list[tuple[str, str]]:
    return [(entry.number, entry.state) for entry in register(stage)]


def asked_to_sign(stage: Stage) -> EmailMessage:
    """The mail to the clerk that asks for the head's signature."""
    asked = [one for one in stage.mails(clerk.address) if "На подпись" in str(one["Subject"])]
    if asked:
        return asked[-1]
    # The prepared office copies the store, not the mailboxes: its request is known by its code.
    with stage.desk.store.view() as view:
        case = view.cases.by_number(NUMBER)
        assert case is not None
        (message,) = [one for one in view.queue.of_case(case.id) if "На подпись" in one.subject]
        raw = stage.desk.store.files.get(message.raw)
    return message_from_bytes(raw, policy=default)


def sent_words(stage: Stage) -> str:
    """The text of the Word file that the region has got last."""
    files = attached(stage.mails(REGION[0])[-1])
    (word,) = [content for name, content in files.items() if name.endswith(".docx")]
    document = docx.Document(io.BytesIO(word))
    return "\n".join([
        *(one.text for one in document.paragraphs),
        *(cell.text for table in document.tables for row in table.rows for cell in row.cells),
    ])


def today(stage: Stage) -> str:
    path = stage.desk.folders.base / Folder.TO_SIGN / "Сегодня.txt"
    return path.read_bytes().decode("utf-8-sig")


# --- voids ----------------------------------------------------------------------------------------


def test_a_registration_taken_back_before_sending_keeps_its_row_and_the_letter_stays_here(
    stage: Stage, waiting_letter: Prepared
) -> None:
    hold_back(stage)
    stage.drop("скан.pdf", waiting_letter.scan)
    play(stage, "16:00")
    assert rows(stage) == [("01-12/1", "registered")]

    answers(stage, clerk, "Аннулирован: ошибка в адресате", "16:05", asked_to_sign(stage))
    assert rows(stage) == [("01-12/1", "registered")], "a spent code decides nothing"
    assert "ошибка в адресате" in last(stage, clerk)
    assert "ещё не ушло" in last(stage, clerk)

    presses(stage, clerk, "Да, верно", "16:07")
    (entry,) = register(stage)
    assert (entry.state, entry.void_reason) == ("void", "ошибка в адресате")
    assert entry.void_by == PEOPLE["registry"]["name"]
    assert entry.void_at == stage.moment("2026-11-23 16:07")
    assert the_case(stage).step == "sign"
    assert "01-12/1" in last(stage, dispatcher)
    assert "ошибка в адресате" in last(stage, dispatcher)
    assert "Снято с регистрации сегодня\r\n– № 01-12/1: ошибка в адресате" in today(stage)

    let_through(stage)
    play(stage, "16:30")
    assert copies(stage) == [0, 0], "a void letter never leaves"

    stage.drop("тот же скан.pdf", waiting_letter.scan)
    play(stage, "16:40")
    assert rows(stage) == [("01-12/1", "void"), ("01-12/2", "sent")]
    assert copies(stage) == [1, 1]
    assert all("01-12-2" in name for name in attached(stage.mails(REGION[0])[-1]))


def test_the_journal_shows_a_void_row_with_reason_who_and_when(
    stage: Stage, waiting_letter: Prepared
) -> None:
    hold_back(stage)
    stage.drop("скан.pdf", waiting_letter.scan)
    play(stage, "16:00")
    writes(stage, clerk, "журнал", "Аннулировать № 01-12/1: напечатано дважды", "16:05")
    presses(stage, clerk, "Да, верно", "16:07")
    with stage.desk.store.view() as view:
        (row,) = board.journal(view, stage.desk.zone, 2026)["entries"]
    assert (row["state"], row["void_reason"]) == ("void", "напечатано дважды")
    assert row["void_at"] == "2026-11-23T16:07:00+07:00"
    assert row["void_by"].startswith("Журналова")
    assert row["recipients"] == []
    assert "void" in kinds(stage)


@pytest.mark.parametrize(
    ("subject", "words"),
    [
        ("Аннулировать № 01-12/1", "ошибка в адресате"),
        ("Письмо № 01-12/1", "Аннулирован: ошибка в адресате"),
        (f"дело {NUMBER}", "аннулировать: ошибка в адресате"),
        ("ошибка", "Прошу аннулировать номер 1, ошибка в адресате"),
    ],
)
def test_a_new_mail_of_the_clerk_is_shown_back_before_it_counts(
    stage: Stage, waiting_letter: Prepared, subject: str, words: str
) -> None:
    hold_back(stage)
    stage.drop("скан.pdf", waiting_letter.scan)
    play(stage, "16:00")
    writes(stage, clerk, subject, words, "16:05")
    assert rows(stage) == [("01-12/1", "registered")]
    assert "№ 01-12/1 от 23.11.2026" in last(stage, clerk)
    assert "пока вы не ответили, его отправляют" in last(stage, clerk)
    presses(stage, clerk, "Да, верно", "16:07")
    assert register(stage)[0].void_reason == "ошибка в адресате"


def test_the_reason_is_asked_for(stage: Stage, waiting_letter: Prepared) -> None:
    hold_back(stage)
    stage.drop("скан.pdf", waiting_letter.scan)
    play(stage, "16:00")
    writes(stage, clerk, "журнал", "Аннулировать № 01-12/1", "16:05")
    assert "нужна причина" in last(stage, clerk)
    answers(stage, clerk, "ок", "16:06")
    assert rows(stage) == [("01-12/1", "registered")]
    assert "нужна причина" in last(stage, clerk)
    answers(stage, clerk, "глава попросил другой текст", "16:07")
    assert register(stage)[0].void_reason == "глава попросил другой текст"


def test_nobody_but_the_clerk_takes_a_registration_back(
    stage: Stage, waiting_letter: Prepared
) -> None:
    hold_back(stage)
    stage.drop("скан.pdf", waiting_letter.scan)
    play(stage, "16:00")
    for writer, when in ((deputy, "16:05"), (head, "16:06"), (dispatcher, "16:08")):
        writes(stage, writer, f"дело {NUMBER}", "Аннулировать № 01-12/1: ошибка", when)
        answers(
            stage, writer, "Аннулирован: ошибка", when.replace("16:0", "16:1"), asked_to_sign(stage)
        )
    assert rows(stage) == [("01-12/1", "registered")]
    assert not any("Снять с регистрации" in one for one in subjects(stage, clerk.address))


def test_after_sending_the_row_is_void_and_the_dispatcher_decides(
    stage: Stage, waiting_letter: Prepared
) -> None:
    stage.drop("скан.pdf", waiting_letter.scan)
    play(stage, "16:00")
    assert copies(stage) == [1, 1]
    writes(stage, clerk, "журнал", "Аннулировать № 01-12/1: не тот адрес", "16:05")
    assert "уже уходило" in last(stage, clerk)
    presses(stage, clerk, "Да, верно", "16:07")
    (entry,) = register(stage)
    assert (entry.state, entry.void_reason) == ("void", "не тот адрес")
    assert entry.sent_at is not None
    assert the_case(stage).state == "closed", "nothing is reopened by itself"
    assert REGION[0] in last(stage, dispatcher)

    presses(stage, dispatcher, "Готовить новый ответ", "16:20", "исправьте адрес")
    case = the_case(stage)
    assert (case.step, case.state) == ("draft", "open")
    assert "исправьте адрес" in last(stage, head)


def test_the_dispatcher_may_leave_a_sent_and_void_letter_as_it_is(
    stage: Stage, waiting_letter: Prepared
) -> None:
    stage.drop("скан.pdf", waiting_letter.scan)
    play(stage, "16:00")
    writes(stage, clerk, "журнал", "Аннулировать № 01-12/1: дубль записи", "16:05")
    presses(stage, clerk, "Да, верно", "16:07")
    presses(stage, dispatcher, "Оставить как есть", "16:20", "ответ верный, дубль только в журнале")
    assert the_case(stage).state == "closed"
    assert rows(stage) == [("01-12/1", "void")]
    assert copies(stage) == [1, 1]


def test_what_could_be_two_rows_or_none_is_asked(stage: Stage, waiting_letter: Prepared) -> None:
    writes(stage, clerk, f"дело {NUMBER}", "Аннулировать: ошибка", "15:00")
    assert "ещё ничего не зарегистрировано" in last(stage, clerk)
    stage.drop("скан.pdf", waiting_letter.scan)
    play(stage, "16:00")
    writes(stage, clerk, "журнал", "Аннулировать № 01-12/77: ошибка", "16:05")
    assert "непонятно" in last(stage, clerk)
    writes(stage, clerk, "журнал", "Аннулировать № 1 и № 2: ошибка", "16:06")
    assert rows(stage) == [("01-12/1", "sent")]


def test_a_void_letter_given_to_one_address_goes_to_no_other(
    stage: Stage, waiting_letter: Prepared
) -> None:
    faulty(stage).refuse(REGION[1], 451, "4.7.1 later")
    stage.drop("скан.pdf", waiting_letter.scan)
    play(stage, "16:00")
    assert copies(stage) == [1, 0]
    writes(stage, clerk, "журнал", "Аннулировать № 01-12/1: не тот текст", "16:05")
    presses(stage, clerk, "Да, верно", "16:07")
    let_through(stage)
    play(stage, "17:00")
    assert copies(stage) == [1, 0]
    assert the_case(stage).state == "aside"
    presses(stage, dispatcher, "Готовить новый ответ", "17:05", "напишите заново")
    assert the_case(stage).step == "draft"


STAND_IN = {
    "person": "registry",
    "from": "2026-11-23",
    "to": "2026-11-27",
    "acting": "dep_affairs",
    "order": "распоряжение № 1-р",
}


def test_who_stands_in_for_the_clerk_takes_a_registration_back(
    office: Callable[..., Stage], waiting_letter: Prepared
) -> None:
    stage = office({"absences": [STAND_IN]})
    deputy_clerk = Writer(
        name=PEOPLE["dep_affairs"]["name"], address=PEOPLE["dep_affairs"]["email"]
    )
    hold_back(stage)
    stage.drop("скан.pdf", waiting_letter.scan)
    play(stage, "16:00")
    writes(stage, deputy_clerk, "журнал", "Аннулировать № 01-12/1: не тот адрес", "16:05")
    presses(stage, deputy_clerk, "Да, верно", "16:07")
    (entry,) = register(stage)
    assert (entry.state, entry.void_by) == ("void", PEOPLE["dep_affairs"]["name"])


@pytest.mark.parametrize(
    ("verdict", "shown"), [("dmarc=fail", False), ("dmarc=none", True), ("dmarc=pass", True)]
)
def test_a_command_of_a_doubtful_sender_is_shown_to_the_clerk_before_it_counts(
    office: Callable[..., Stage], waiting_letter: Prepared, verdict: str, shown: bool
) -> None:
    trust = {"authserv_id": "mail.okrug.example", "accept": ["dmarc"], "unproven": "confirm"}
    stage = office({"mail.trust": trust})
    hold_back(stage)
    stage.drop("скан.pdf", waiting_letter.scan)
    play(stage, "16:00")
    at = stage.moment("2026-11-23 16:05")
    words = "Аннулировать № 01-12/1: не тот адрес"
    stamp = f"Authentication-Results: mail.okrug.example; {verdict} header.from=okrug.example\r\n"
    mail = stamp.encode() + fresh_mail(clerk, OURS, "журнал", words, at)
    stage.post.deliver(OURS, mail)
    play(stage, "16:05")
    assert rows(stage) == [("01-12/1", "registered")]
    asked = [one for one in subjects(stage, clerk.address) if "Снять с регистрации" in one]
    assert bool(asked) is shown
    if shown:
        presses(stage, clerk, "Да, верно", "16:07")
        assert rows(stage) == [("01-12/1", "void")]


# --- the office gives the numbers -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "number", "on"),
    [
        ("№ 01-12/345 от 23.11.2026", "01-12/345", "2026-11-23"),
        ("01-12/345", "01-12/345", "2026-11-23"),
        ("зарегестрировано за № 345 23.11", "345", "2026-11-23"),
        ("исх. 345 от 23 ноября", "345", "2026-11-23"),
        ("номер 01 тире 12 дробь 345 точка", "01-12/345", "2026-11-23"),
        ("№ 345а", "345а", "2026-11-23"),
        ("345/1", "345/1", "2026-11-23"),
    ],
)
def test_the_clerks_number_is_kept_as_given(
    follower: Stage, waiting_letter: Prepared, words: str, number: str, on: str
) -> None:
    follower.drop("скан.pdf", waiting_letter.scan)
    play(follower, "16:00")
    answers(follower, clerk, words, "16:10")
    (entry,) = register(follower)
    assert (entry.number, entry.on_date, entry.state) == (number, on, "sent")


def test_a_doubtful_number_is_asked_for_again(follower: Stage, waiting_letter: Prepared) -> None:
    follower.drop("скан.pdf", waiting_letter.scan)
    play(follower, "16:00")
    assert "Ждём от вас номер: 1" in today(follower)
    for words, when, told in (
        ("№ 345 от 24.11.2026", "16:10", "ещё не наступила"),
        ("№ 345 от 20.11.2026", "16:11", "раньше, чем подготовлено"),
        ("№ 345 или № 346", "16:12", "два номера"),
        ("№ 345 от 31.02.2026", "16:13", "нужен номер письма"),
        ("скоро", "16:14", "нужен номер письма"),
    ):
        answers(follower, clerk, words, when)
        assert told in last(follower, clerk), words
        assert register(follower) == ()
    answers(follower, clerk, "№ 345 от 23.11.2026", "16:20")
    assert rows(follower) == [("345", "sent")]


def test_a_short_number_that_may_be_one_of_the_register_is_asked_about(
    follower: Stage, waiting_letter: Prepared
) -> None:
    follower.drop("скан.pdf", waiting_letter.scan)
    play(follower, "15:10")
    answers(follower, clerk, "№ 01-12/345", "15:20")
    second = bring_to_sign(follower, day="2026-11-24", serial=2)
    assert "номер и дату от руки" in last(follower, clerk)
    scan = sign_and_scan(follower.to_sign(second), grey=True, dpi=150)
    follower.drop(f"{second} № 345.pdf", scan)
    follower.play("2026-11-24 15:00")

    assert rows(follower) == [("01-12/345", "sent")]
    assert "уже занят" in last(follower, clerk)


def test_a_number_told_before_the_scan_waits_for_it(
    follower: Stage, waiting_letter: Prepared
) -> None:
    answers(follower, clerk, "№ 345 от 23.11.2026", "15:00", asked_to_sign(follower))
    assert register(follower) == ()
    assert the_case(follower).step == "sign"
    follower.drop("скан.pdf", waiting_letter.scan)
    play(follower, "16:00")
    assert rows(follower) == [("345", "sent")]


def test_two_different_numbers_of_one_letter_are_asked_about(
    follower: Stage, waiting_letter: Prepared
) -> None:
    answers(follower, clerk, "№ 345", "15:00", asked_to_sign(follower))
    follower.drop(f"{NUMBER} № 346.pdf", waiting_letter.scan)
    play(follower, "16:00")
    assert register(follower) == ()
    assert "два номера" in last(follower, clerk)


def test_a_void_number_of_the_office_is_asked_anew_and_never_taken_twice(
    follower: Stage, waiting_letter: Prepared
) -> None:
    hold_back(follower)
    follower.drop(f"{NUMBER} № 345.pdf", waiting_letter.scan)
    play(follower, "16:00")
    writes(follower, clerk, "журнал", "Аннулировать № 345: описка", "16:05")
    presses(follower, clerk, "Да, верно", "16:07")
    assert the_case(follower).step == "register"
    let_through(follower)
    asked = next(
        one for one in reversed(follower.mails(clerk.address)) if "Номер нужен" in one["Subject"]
    )
    answers(follower, clerk, "№ 345", "16:10", asked)
    assert "уже занят" in last(follower, clerk)
    answers(follower, clerk, "№ 346", "16:11", asked)
    assert rows(follower) == [("345", "void"), ("346", "sent")]


def test_where_the_program_numbers_the_clerk_gives_none(
    stage: Stage, waiting_letter: Prepared
) -> None:
    answers(stage, clerk, "№ 345а", "15:00", asked_to_sign(stage))
    assert "номер письму даёт программа" in last(stage, clerk)
    stage.drop(f"{NUMBER} № 345а.pdf", waiting_letter.scan)
    play(stage, "16:00")
    assert rows(stage) == [("01-12/1", "sent")]


def test_a_register_that_changes_hands_in_the_year_goes_on_where_it_is_told(
    waiting_letter: Prepared, tmp_path: Path, post_office: PostOffice
) -> None:
    changes: dict[str, Any] = {"register.mode": "follower"}
    first = waiting_letter.on(tmp_path / "office", post_office, changes)
    with first.opened():
        first.drop(f"{NUMBER} № 01-12_902.pdf", waiting_letter.scan)
        play(first, "16:00")
        assert rows(first) == [("01-12/902", "sent")]
    changes = {**waiting_letter.changes, "register.start": 901}
    second = Stage(tmp_path / "office", post_office, PASSWORD, changes)
    with second.opened():
        for serial in (2, 3):
            number = bring_to_sign(second, day="2026-11-24", serial=serial)
            second.drop("скан.pdf", sign_and_scan(second.to_sign(number), grey=True, dpi=150))
            play(second, "2026-11-24 16:00")
        numbers = [entry.number for entry in register(second)]
    assert numbers == ["01-12/902", "01-12/901", "01-12/903"], "no number is given twice"


# --- January --------------------------------------------------------------------------------------


def test_december_ends_and_january_begins_with_one(office: Callable[..., Stage]) -> None:
    stage = office({"register.start": 346})
    numbers = [bring_to_sign(stage, day="2026-12-31", serial=serial) for serial in (2, 3)]
    scans = [sign_and_scan(stage.to_sign(one), grey=True, dpi=150) for one in numbers]
    stage.drop("один.pdf", scans[0])
    play(stage, "2026-12-31 23:59:59")
    stage.drop("два.pdf", scans[1])
    play(stage, "2027-01-01 00:00:00")
    assert [(one.number, one.on_date, one.year) for one in register(stage)] == [
        ("01-12/346", "2026-12-31", 2026),
        ("01-12/1", "2027-01-01", 2027),
    ]


def test_the_first_letter_of_a_year_asks_the_clerk_about_the_index_once(
    stage: Stage, waiting_letter: Prepared
) -> None:
    stage.drop("скан.pdf", waiting_letter.scan)
    play(stage, "16:00")
    for serial, when in ((2, "2027-01-11"), (3, "2027-01-12")):
        number = bring_to_sign(stage, day=when, serial=serial)
        stage.drop("скан.pdf", sign_and_scan(stage.to_sign(number), grey=True, dpi=150))
        play(stage, f"{when} 16:00")
    assert [one.number for one in register(stage)] == ["01-12/1", "01-12/1", "01-12/2"]
    assert copies(stage) == [3, 3], "the question stops no letter"
    asked = [one for one in stage.mails(clerk.address) if "Индекс дела" in one["Subject"]]
    assert len(asked) == 1
    answers(stage, clerk, "ДА", "2027-01-12 16:30", asked[0])
    assert "подтверждён" in last(stage, clerk)

    # Last year's number may still be meant: with this year's one it is never guessed.
    at = stage.moment("2027-01-12 16:40")
    raw = fresh_mail(clerk, OURS, "журнал", "Аннулировать № 01-12/1: дубль", at)
    stage.post.deliver(OURS, raw)
    play(stage, "2027-01-12 16:40")
    assert "23.11.2026" in last(stage, clerk)
    assert "11.01.2027" in last(stage, clerk)


def test_the_year_is_closed_by_a_record_once(stage: Stage, waiting_letter: Prepared) -> None:
    stage.drop("скан.pdf", waiting_letter.scan)
    play(stage, "16:00")
    play(stage, "2026-12-31 23:59")
    record = stage.desk.folders.base / "Отправлено" / "2026" / "Итоговая запись 2026.docx"
    assert not record.exists()
    play(stage, "2027-01-01 00:01")
    text = "\n".join(one.text for one in docx.Document(str(record)).paragraphs)
    assert "Зарегистрировано № 1, аннулированных нет." in text
    mail = stage.mails(clerk.address)[-1]
    assert attached(mail) == {"Итоговая запись 2026.docx": record.read_bytes()}
    record.unlink()
    play(stage, "2027-01-02 09:00")
    assert not record.exists()
    assert sum("Итоговая запись" in one for one in subjects(stage, clerk.address)) == 1


def test_a_start_below_used_numbers_and_a_changed_mode_are_told(
    office: Callable[..., Stage], waiting_letter: Prepared
) -> None:
    stage = office({"register.start": 346})
    stage.drop("скан.pdf", waiting_letter.scan)
    play(stage, "16:00")
    settings = stage.desk.settings
    on = stage.moment("2026-11-23 16:30").date()
    with stage.desk.store.view() as view:
        (note,) = counting.register_notes(view, settings, on)
        assert "следующий – 347" in note
        changed = settings.model_copy(
            update={"register_": settings.register_.model_copy(update={"mode": "follower"})}
        )
        assert "режиме master" in counting.mode_note(view, changed, on)
        assert counting.mode_note(view, changed, on.replace(year=2027)) == ""


# --- a word changed by pen ------------------------------------------------------------------------

WAS, IS = "дома № 25", "дома № 27"


def test_a_word_changed_by_pen_is_in_the_word_file_that_leaves(
    stage: Stage, waiting_letter: Prepared
) -> None:
    answers(stage, clerk, f"Правка от руки: {WAS} → {IS}", "15:00", asked_to_sign(stage))
    for person in (deputy, head):
        assert WAS in last(stage, person)
        assert IS in last(stage, person)
        assert "Исправлено число" in last(stage, person)
    stage.drop("скан.pdf", waiting_letter.scan)
    play(stage, "16:00")
    assert IS in sent_words(stage)
    assert WAS not in sent_words(stage)
    (entry,) = register(stage)
    assert entry.note == f"На бумаге исправлено: «{WAS}» → «{IS}»"
    assert "pen" in kinds(stage)


def test_several_words_and_a_date_are_named_to_the_deputy(
    stage: Stage, waiting_letter: Prepared
) -> None:
    words = "Правка от руки:\n- автогрейдером => трактором\n- 25.11.2026 -> 26.11.2026"
    answers(stage, clerk, words, "15:00", asked_to_sign(stage))
    assert "Исправлена дата" in last(stage, deputy)
    stage.drop("скан.pdf", waiting_letter.scan)
    play(stage, "16:00")
    assert "трактором" in sent_words(stage)
    assert "26.11.2026" in sent_words(stage)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("Правка от руки: бульдозером → трактором", "такого нет"),
        ("Правка от руки: 23.11.2026 → 24.11.2026", "раза, непонятно"),
        ("Правка от руки: исправили дату", "что было и что стало"),
    ],
)
def test_what_is_not_found_exactly_once_is_asked(stage: Stage, words: str, told: str) -> None:
    before = subjects(stage, deputy.address)
    answers(stage, clerk, words, "15:00", asked_to_sign(stage))
    assert told in last(stage, clerk)
    assert subjects(stage, deputy.address) == before


def test_a_change_told_before_sending_makes_the_file_anew(
    stage: Stage, waiting_letter: Prepared
) -> None:
    hold_back(stage)
    stage.drop("скан.pdf", waiting_letter.scan)
    play(stage, "16:00")
    writes(stage, clerk, f"дело {NUMBER}", f"Правка от руки: {WAS} на {IS}", "16:05")
    presses(stage, clerk, "Да, верно", "16:07")
    let_through(stage)
    play(stage, "16:30")
    assert copies(stage) == [1, 1]
    assert IS in sent_words(stage)
    assert rows(stage) == [("01-12/1", "sent")]


def test_a_word_changed_again_and_back_before_sending_still_leaves(
    stage: Stage, waiting_letter: Prepared
) -> None:
    hold_back(stage)
    stage.drop("скан.pdf", waiting_letter.scan)
    play(stage, "16:00")
    for minute, word in (("05", IS), ("10", "дома № 29"), ("15", IS)):
        words = f"Правка от руки: {WAS} → {word}"
        writes(stage, clerk, f"дело {NUMBER}", words, f"16:{minute}")
        presses(stage, clerk, "Да, верно", f"16:{minute[0]}{int(minute[1]) + 2}")
    let_through(stage)
    play(stage, "16:30")
    assert copies(stage) == [1, 1]
    assert IS in sent_words(stage)
    assert register(stage)[0].note == f"На бумаге исправлено: «{WAS}» → «{IS}»"


def test_after_sending_nothing_is_changed_and_the_dispatcher_hears(
    stage: Stage, waiting_letter: Prepared
) -> None:
    stage.drop("скан.pdf", waiting_letter.scan)
    play(stage, "16:00")
    answers(stage, clerk, f"Правка от руки: {WAS} → {IS}", "16:05", asked_to_sign(stage))
    assert "уже ушло" in last(stage, clerk)
    assert IS in last(stage, dispatcher)
    assert copies(stage) == [1, 1]
    assert WAS in sent_words(stage)


# --- «Сегодня.txt» --------------------------------------------------------------------------------


def test_the_note_of_the_day_says_what_to_write_on_paper_and_what_lies_refused(
    stage: Stage, waiting_letter: Prepared
) -> None:
    play(stage, "15:00")
    assert "Ждут подписи: 1" in today(stage)
    stage.drop("чужой.pdf", b"%PDF-1.4 no letter of ours")
    play(stage, "15:30")
    assert "Не принято: 1" in today(stage)
    assert "– чужой.pdf" in today(stage)
    for path in (stage.desk.folders.base / Folder.REFUSED).iterdir():
        path.unlink()
    play(stage, "15:40")
    assert "Не принято" not in today(stage), "the clerk has dealt with it"
    hold_back(stage)
    stage.drop("скан.pdf", waiting_letter.scan)
    play(stage, "16:00")
    assert (
        f"– дело {NUMBER}: № 01-12/1 от 23.11.2026 (ещё не ушло, готовые файлы – в «К отправке»)"
        in today(stage)
    )
    let_through(stage)
    play(stage, "16:30")
    assert f"– дело {NUMBER}: № 01-12/1 от 23.11.2026\r\n" in today(stage)
    assert "Отправлено сегодня: 1" in today(stage)


def test_an_engine_that_failed_is_named_to_the_clerk(
    stage: Stage, waiting_letter: Prepared
) -> None:
    stage.drop("скан.pdf", waiting_letter.scan)
    play(stage, "16:00")
    with stage.desk.store.work() as work:
        work.register.add_note(1, "LibreOffice не ответил, письмо сделал встроенный движок")
        work.commit()
    play(stage, "16:10")
    assert f"– дело {NUMBER}, № 01-12/1: LibreOffice не ответил" in today(stage)


def test_a_note_that_is_open_elsewhere_stops_nothing(
    stage: Stage, waiting_letter: Prepared
) -> None:
    path = stage.desk.folders.base / Folder.TO_SIGN / "Сегодня.txt"
    path.unlink(missing_ok=True)
    # A folder of that name cannot be replaced, as on Windows a file cannot that Word holds open.
    (path / "занято").mkdir(parents=True)
    stage.drop("скан.pdf", waiting_letter.scan)
    play(stage, "16:00")
    assert copies(stage) == [1, 1]
    (path / "занято").rmdir()
    path.rmdir()
    play(stage, "16:10")
    assert "Отправлено сегодня: 1" in today(stage)


def test_the_store_of_an_office_keeps_its_register_gapless_with_voids_in_the_middle(
    stage: Stage, waiting_letter: Prepared
) -> None:
    hold_back(stage)
    stage.drop("скан.pdf", waiting_letter.scan)
    play(stage, "16:00")
    for round_, minute in enumerate((5, 15, 25), start=1):
        text = f"Аннулировать № 01-12/{round_}: проверка {round_}"
        writes(stage, clerk, "журнал", text, f"16:{minute:02}")
        presses(stage, clerk, "Да, верно", f"16:{minute + 2:02}")
        stage.drop("снова.pdf", waiting_letter.scan)
        play(stage, f"16:{minute + 4:02}")
    let_through(stage)
    play(stage, "17:00")
    assert rows(stage) == [
        ("01-12/1", "void"),
        ("01-12/2", "void"),
        ("01-12/3", "void"),
        ("01-12/4", "sent"),
    ]
    assert copies(stage) == [1, 1]
    assert listing(stage, Folder.REFUSED) == []
