"""The dispatcher decides what the service must not guess, and closes what needs no answer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mcu_mail.rehearsal.people import Client, Writer, buttons_of, fresh_mail
from tests.stories.office_day import BLURRED, LIGHTS, SERVICE, SNOW, code_of

SAMPLES = Path(__file__).parent.parent / "samples" / "notifications.jsonl"
LATER = SNOW + "\nОтвет в формате pdf и doc просим направить до 18.00 26.11.2026.\n"


def sample(name: str) -> dict[str, str]:
    for line in SAMPLES.read_text(encoding="utf-8").splitlines():
        values: dict[str, str] = json.loads(line)
        if values["id"] == name:
            return values
    raise KeyError(name)


def hard_notice(day, name: str, at: str) -> None:
    values = sample(name)
    region = Writer(name="Приёмная", address=values["from"], client=Client.plain)
    raw = fresh_mail(region, SERVICE, values["subject"], values["body_text"], day.stage.moment(at))
    day.arrives(raw, at)


def test_a_tie_of_topics_is_asked_with_its_candidates_and_nobody_else_is_mailed(day):
    day.notice(text=BLURRED)
    assert day.case().step == "route"
    assert day.case().department is None
    assert day.asked() == [("route", "appeals")]
    assert set(day.got) == {"appeals"}
    assert {"Отдел дорожного хозяйства и транспорта"} <= set(buttons_of(day.last("appeals")))
    assert len(buttons_of(day.last("appeals"))) >= 2


def test_a_text_that_fits_no_topic_is_asked_with_every_department_named(day):
    day.notice(text=SNOW.split("Текст:")[0] + "Текст: Сделайте уже что-нибудь, сил больше нет!\n")
    assert day.asked() == [("route", "appeals")]
    assert "Отдел архитектуры и градостроительства" in day.told("appeals")


def test_the_chosen_department_s_head_gets_the_case(day):
    day.notice(text=BLURRED)
    day.press("appeals", "Отдел дорожного хозяйства и транспорта", "08:50")
    assert day.asked() == [("draft", "roads_head")]
    assert set(day.got) == {"roads_head"}


@pytest.mark.parametrize(
    ("name", "at", "cases"),
    [
        ("G03", "2026-11-24 10:25", 1),
        ("G09", "2027-04-20 08:45", 1),
        ("G12", "2027-05-17 11:25", 2),
    ],
)
def test_a_hard_notice_opens_its_cases_and_the_dispatcher_is_asked_for_the_rest(
    day, name, at, cases
):
    hard_notice(day, name, at)
    with day.stage.desk.store.view() as view:
        found = view.cases.open()
        asked = [
            item.person
            for case in found
            for item in view.requests.open_of_case(case.id)
            if case.notice.unsure or case.step == "route"
        ]
    assert len(found) == cases
    assert all(case.notice.text for case in found)
    for case in found:
        if case.notice.unsure or case.step == "route":
            assert "appeals" in asked
    # Whoever is asked gets a mail, and a notice that could not be read whole is not set aside.
    assert day.got
    assert day.post.mailbox(SERVICE, "МЦУ/Не разобрано") == []


def without(label: str) -> str:
    return "".join(line for line in SNOW.splitlines(keepends=True) if not line.startswith(label))


def test_a_missing_applicant_is_asked_of_the_dispatcher_while_the_work_goes_on(day):
    day.notice(text=without("Заявитель:"))
    assert day.asked() == [("draft", "roads_head"), ("fields", "appeals")]
    assert set(day.got) == {"roads_head", "appeals"}
    assert "«Заявитель: …»" in day.told("appeals")
    day.reply("appeals", "Заявитель: Небывалова Алла Игнатьевна", "08:50")
    assert day.case().notice.applicant == "Небывалова Алла Игнатьевна"
    assert day.asked() == [("draft", "roads_head")]
    assert day.case().step == "draft"
    assert set(day.got) == {"appeals"}


def test_only_the_dispatcher_can_fill_in_a_notice(day):
    day.notice(text=without("Заявитель:"))
    day.reply("dep_social", "Заявитель: Другая Анна Петровна", "08:50", to=day.last("appeals"))
    assert day.case().notice.applicant is None
    assert ("fields", "appeals") in day.asked()


def test_filling_in_fields_does_not_choose_a_department(day):
    day.notice(text=BLURRED.replace("Заявитель: Вымыслова Тамара Петровна\n", ""))
    code = code_of(day.last("appeals"))
    day.reply("appeals", "Заявитель: Вымыслова Тамара Петровна", "08:50")
    assert day.case().notice.applicant == "Вымыслова Тамара Петровна"
    assert day.case().step == "route"
    assert day.case().department is None
    assert "Осталось выбрать отдел" in day.told("appeals")
    assert code_of(day.last("appeals")) == code
    day.reply("appeals", "Передать: Отдел дорожного хозяйства и транспорта", "08:55")
    assert day.asked() == [("draft", "roads_head")]


def test_fields_and_department_may_come_in_one_mail(day):
    day.notice(text=BLURRED.replace("Заявитель: Вымыслова Тамара Петровна\n", ""))
    words = "Заявитель: Вымыслова Тамара Петровна\nПередать: Отдел дорожного хозяйства и транспорта"
    day.reply("appeals", words, "08:50")
    assert day.asked() == [("draft", "roads_head")]
    assert day.case().notice.applicant == "Вымыслова Тамара Петровна"


def test_a_case_is_closed_with_a_basis(day):
    day.notice(text=BLURRED)
    day.reply("appeals", "Закрыть: обращение по 59-ФЗ, передано в отдел обращений", "08:50")
    assert day.case().state == "closed"
    assert [event.data["reason"] for event in day.events("closed")] == [
        "обращение по 59-ФЗ, передано в отдел обращений"
    ]
    assert day.asked() == []
    assert set(day.got) == set()
    # Nothing is remembered of a closed case any more.
    day.play("2026-11-24 12:00")
    assert day.got == {}


def test_a_case_is_not_closed_without_a_basis(day):
    day.notice(text=BLURRED)
    day.reply("appeals", "Закрыть", "08:50")
    assert day.moved == set()
    assert day.reasons() == ["no_basis"]
    assert "Закрыть: основание" in day.told("appeals")


def test_a_colleague_cannot_close_a_case(day):
    day.notice(text=BLURRED)
    day.reply("roads_head", "Закрыть: не наш вопрос", "08:50", to=day.last("appeals"))
    assert day.moved == set()
    assert day.case().state == "open"


def test_a_repeated_message_is_named_never_merged_and_closed_as_a_double_by_a_person(day):
    day.notice(text=BLURRED)
    day.notice("08:45", BLURRED.replace("Сделайте уже!", "Сделайте уже наконец!"))
    assert len(day.standings()) == 2
    told = " ".join(str(mail["Subject"]) for mail in day.got["appeals"])
    assert "Похоже на 2026-000001" in told
    request = next(mail for mail in day.got["appeals"] if "Кому передать" in str(mail["Subject"]))
    day.reply("appeals", "Дубль 2026-000001", "08:50", to=request)
    assert day.case(2).state == "closed"
    assert day.case(1).state == "open"
    assert [event.data["of"] for event in day.events("duplicate", 2)] == ["2026-000001"]


def test_a_later_term_in_the_notice_counts_only_when_the_dispatcher_says_yes(day):
    day.notice(text=LATER)
    term = day.case().term
    assert day.asked() == [("draft", "roads_head"), ("later_term", "appeals")]
    assert set(day.got) == {"roads_head", "appeals"}
    day.reply("appeals", "ДА", "08:50")
    stated = day.stage.moment("2026-11-26 18:00")
    assert day.case().term == stated > term
    assert day.asked() == [("draft", "roads_head")]
    assert [event.data["basis"] for event in day.events("term_changed")] == ["stated"]
    assert "26.11" in day.case().term_sentence
    # The old term passes without an alarm.
    day.play("2026-11-24 18:30")
    assert day.events("term_passed") == []


def test_the_term_of_the_regulation_stays_when_the_dispatcher_says_so(day):
    day.notice(text=LATER)
    term = day.case().term
    day.press("appeals", "Срок по регламенту", "08:50")
    assert day.case().term == term
    assert day.asked() == [("draft", "roads_head")]
    assert len(day.events("term_kept")) == 1


def test_nobody_but_the_dispatcher_changes_the_term(day):
    day.notice(text=LATER)
    term = day.case().term
    day.reply("roads_head", "ДА", "08:50", to=day.last("appeals"))
    assert day.case().term == term
    assert ("later_term", "appeals") in day.asked()


@pytest.mark.parametrize("words", ["Хм", "А какой верный?", ""])
def test_neither_yes_nor_no_is_asked_again(day, words):
    day.notice(text=LATER)
    day.reply("appeals", words, "08:50")
    assert day.moved == set()
    assert day.reasons() == ["yes_or_no"]
    assert set(day.got) == {"appeals"}


def test_two_matters_are_two_cases_and_two_people_are_asked(day):
    day.notice()
    day.notice("08:45", LIGHTS)
    assert (day.asked(1), day.asked(2)) == ([("draft", "roads_head")], [("draft", "uzhtr_head")])
    assert set(day.got) == {"uzhtr_head"}


def test_a_term_that_passes_is_told_to_each_once_and_to_nobody_about_himself(day):
    day.notice(text=BLURRED)
    day.notice("08:45", SNOW)
    heard = {}
    for person in ("appeals", "press", "dep_affairs", "roads_head"):
        heard[person] = len(day.mails(person))
    # A pause over the latest times and the terms alike: everything falls due in one pass.
    day.play("2026-11-24 10:30")
    about = {
        person: [
            number[-1]
            for mail in day.mails(person)[had:]
            for number in ("2026-000001", "2026-000002")
            if number in str(mail["Subject"]) and "не работала" not in str(mail["Subject"])
        ]
        for person, had in heard.items()
    }
    assert {person: sorted(numbers) for person, numbers in about.items()} == {
        "appeals": ["1", "2"],
        "press": ["1", "2"],
        "dep_affairs": ["1", "2"],
        "roads_head": ["2"],
    }
    assert "Ждём: Письменнова" in day.told("press")
    assert "Ждём: Письменнова" not in day.told("appeals")
