"""Cases that officials open by mail: «Новое: …», and what the press office had sent to them."""

from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP

import pytest

from mcu_mail.rehearsal.people import Client, Writer, fresh_mail, text_of
from mcu_mail.rehearsal.photo import snowy_street
from tests.stories.office_day import SERVICE, SNOW
from tests.stories.test_sender_trust import FAIL, trusting

TYPED = """Новое:
Заявитель: Придумкин Олег Макарович
Телефон: 8-999-000-11-02
Адрес: пгт Тяжинский, ул. Модельная, д. 5
Текст: На улице Модельной не горят фонари, темнота, вечером страшно ходить.
"""
PROSE = (
    "Добрый день!\nНовое обращение из соцсетей Губернатора: звонила "
    "Вымыслова Тамара Петровна, 8-999-000-11-03, "
    "на дороге в Итате яма, выбоины, щебня нет, грейдера не было."
)
FORWARDED = f"""Коллеги, прошу в работу.

-----Исходное сообщение-----
От: Пресс-служба [mailto:press@region.example]
Отправлено: понедельник, 23 ноября 2026 г. 8:20
Кому: press@okrug.example
Тема: Сообщение из соцсетей

{SNOW}"""


def subjects(day, person):
    return [str(mail["Subject"]) for mail in day.got.get(person, [])]


def test_the_dispatcher_and_coordinators_open_cases_and_are_asked_for_what_is_missing(day):
    files = [("фото.jpg", "image/jpeg", snowy_street(1))]
    day.fresh("appeals", "Звонок", TYPED, "08:40", files=files)
    assert day.asked() == [("draft", "uzhtr_head")]
    assert [event.data["count"] for event in day.events("attachments")] == [1]
    assert day.case().notice.applicant == "Придумкин Олег Макарович"
    assert any("Дело открыто" in one for one in subjects(day, "appeals"))
    opened = day.events("opened")[0].data
    assert (opened["by"], opened["how"]) == ("appeals", "typed")

    # In plain words, from the coordinator of another system: what lacks is asked of him.
    day.fresh("it", "жительница", PROSE, "08:45")
    assert day.case(2).notice.applicant == "Вымыслова Тамара Петровна"
    assert day.case(2).notice.phone == "+79990001103"
    assert day.asked(2) == [("draft", "roads_head"), ("fields", "it")]
    assert "appeals" not in day.got
    day.reply("it", "Адрес: пгт Итатский, ул. Макетная, д. 31", "08:50")
    assert day.asked(2) == [("draft", "roads_head")]
    assert day.case(2).notice.address == "пгт Итатский, ул. Макетная, д. 31"

    # Two of them in one mail, the subject alone, and another system.
    two = f"{TYPED.replace('Модельн', 'Образцов')}\nНовое: не чистят снег на дороге, Вымысел 4"
    day.fresh("appeals", "Два", two, "09:00")
    assert [day.case(n).notice.text.split()[1] for n in (3, 4)] == ["улице", "чистят"]
    day.fresh("appeals", "Новое: не чистят снег на дороге у школы, сугробы", "", "09:05")
    assert "у школы" in day.case(5).notice.text
    day.fresh("appeals", "Ещё", "Новое, ПОС: нет воды в колонке на Модельной", "09:10")
    assert (day.case(6).track, day.case(6).actor) == ("pos", "it")
    assert "нет воды в колонке" in day.told("it")

    # Words that only look like it open nothing.
    day.fresh("appeals", "Расписание", "Новое расписание автобусов: во вложении", "09:15")
    assert len(day.standings()) == 6


def test_who_may_not_open_cases_is_told_so_and_the_dispatcher_decides_by_one_tap(day):
    day.fresh("roads_head", "Новое", f"{TYPED}", "08:40")
    assert day.standings() == {}
    assert "открывают диспетчер и координаторы" in day.told("roads_head")
    assert "не горят фонари" in day.told("appeals")
    day.reply("roads_head", "Новое", "08:45", to=day.last("appeals"))
    assert day.standings() == {}
    day.reply("appeals", "Посмотрю", "08:46", to=day.mails("appeals")[0])
    assert day.standings() == {}
    assert "не поняла ваш ответ" in day.told("appeals")
    day.press("appeals", "Открыть дело", "08:50")
    assert day.asked() == [("draft", "uzhtr_head")]
    day.press("appeals", "Открыть дело", "08:51", mail=day.mails("appeals")[0])
    assert len(day.standings()) == 1
    assert day.events("opened")[0].data["by"] == "roads_head"


@pytest.mark.parametrize("changes", [trusting("confirm")], indirect=True)
def test_an_unproven_sender_confirms_first_and_a_forged_one_opens_nothing(day):
    day.fresh("appeals", "Звонок", TYPED, "08:40", headers=FAIL)
    assert day.standings() == {}
    assert "не подтвердил отправителя" in day.told("appeals")
    day.fresh("press", "FW: Сообщение", FORWARDED, "08:42")
    assert day.standings() == {}
    assert set(day.got) == {"press"}
    question = day.last("press")
    assert "новое сообщение" in text_of(question)
    day.reply("roads_head", "ДА", "08:44", to=question)
    assert day.standings() == {}
    day.reply("press", "ДА", "08:45", to=question)
    assert day.asked() == [("draft", "roads_head")]
    assert day.events("opened")[0].data["by"] == "press"


def test_a_forward_is_read_like_its_original_and_the_same_message_is_opened_once(day):
    # What a colleague without the right retells waits for the dispatcher's tap.
    day.fresh("roads_head", "FW: Сообщение", FORWARDED, "08:38")
    assert day.standings() == {}
    assert "не чистят снег" in day.told("appeals")
    day.press("appeals", "Не нужно", "08:39", added="перешлёт пресс-служба")
    assert day.post.mailbox(SERVICE, "МЦУ/Не разобрано") == []
    day.fresh("press", "FW: Сообщение из соцсетей", FORWARDED, "08:40")
    assert "переслано в программу" in day.told("appeals")
    assert day.asked() == [("draft", "roads_head")]
    case = day.case()
    assert case.notice.applicant == "Небывалова Алла Игнатьевна"
    assert "прошу в работу" not in case.notice.text
    assert (case.received_at.hour + 7) % 24 == 8
    assert day.events("opened")[0].data["how"] == "forwarded"
    # Another colleague forwards the same, attached whole and without a word of his own.
    region = Writer(name="Приёмная", address="press@region.example", client=Client.plain)
    at = day.stage.moment("2026-11-23 08:20")
    inner = fresh_mail(region, "press@okrug.example", "Сообщение", SNOW, at)
    outer = EmailMessage()
    outer["From"] = "zam-zhkh@okrug.example"
    outer["To"] = SERVICE
    outer["Subject"] = "Fwd: Сообщение"
    outer["Message-ID"] = "<forward.1@pc.example>"
    outer.set_content("")
    outer.add_attachment(message_from_bytes(inner, policy=SMTP))
    day.arrives(outer.as_bytes(policy=SMTP), "08:50")
    assert len(day.standings()) == 1
    assert [event.data["person"] for event in day.events("repeated")] == ["dep_life"]
    assert "2026-000001" in subjects(day, "dep_life")[0]
    assert "Такое дело уже есть" in subjects(day, "appeals")[0]
    # The system's own letter comes last: it is no second case either.
    day.notice("08:52", SNOW)
    assert len(day.standings()) == 1
    assert "от системы пришло" in day.told("appeals")
    # A forward from a place that is no system of ours is no message.
    foreign = FORWARDED.replace("press@region.example", "news@shop.example")
    day.fresh("press", "FW: Реклама", foreign, "08:55")
    assert len(day.standings()) == 1
    assert day.post.mailbox(SERVICE, "МЦУ/Не разобрано") != []
