"""What the three systems and their responsible write: opened once, bound, filed, or asked about."""

from __future__ import annotations

import pytest

from mcu_mail.domain.case import CaseState
from mcu_mail.domain.decisions import SetState
from mcu_mail.domain.notice import Notice
from mcu_mail.rehearsal.people import Client, Writer, fresh_mail
from mcu_mail.service.carry import Carrier
from mcu_mail.service.status_notices import may_be_filed
from mcu_mail.store.ledger import MailState
from tests.stories.office_day import SERVICE
from tests.stories.test_events_of_cases import opened

INCIDENT = """Новый инцидент № 8123401
Автор: Алиса Примерова
Место: пгт Тяжинский, ул. Чертёжная
Источник: https://vk.com/wall-990000002_17001?reply=17022
Текст: Когда уже почистят снег на дороге вдоль Чертёжной? Сугробы, не пройти.
"""
BY_HAND = """Коллеги, новый инцидент 8123512 (поступил 23.11 в 8:55).
Люба Вымышленная пишет в группе https://vk.com/wall-990000003_5510?reply=5533
с. Сандайка

«Подскажите, кто отвечает за остановку в Сандайке? Крыша дырявая, ждём автобус под дождём.»

Первичный ответ с указанием сроков нужен в течение часа.
"""
UNNAMED = (
    "Новое обращение № 990077001: Вымыслова Тамара Петровна, 8-999-000-11-03, пгт Тяжинский, "
    "ул. Образцовая, д. 7. Не чистят снег на дороге, сугробы.\n"
)


def system(day, at: str, subject: str, text: str, address: str = "noreply@incident.example"):
    """A system writes."""
    who = Writer(name="Система", address=address, client=Client.plain)
    moment = day.stage.moment(f"2026-11-23 {at}")
    day.arrives(fresh_mail(who, SERVICE, subject, text, moment), at)


def subjects(day, person: str) -> list[str]:
    return [str(one["Subject"]) for one in day.got.get(person, [])]


def test_a_status_is_bound_or_filed_and_opens_nothing(day):
    system(day, "08:40", "[Инцидент] Новый инцидент № 8123401", INCIDENT)
    first = day.case(1)
    assert (first.track, first.notice.external_id) == ("incident", "8123401")

    system(day, "08:50", "№ 8123401", "Ответ по инциденту № 8123401 направлен на согласование.\n")
    system(day, "08:55", "Инцидент № 8123401", "По инциденту № 8123401 что-то поменялось.\n")
    system(day, "08:57", "[Инцидент] Новый инцидент № 8123401", INCIDENT + "Охват: 12\n")
    assert any("Такое дело уже есть" in one for one in subjects(day, "appeals"))
    assert len(day.standings()) == 1
    with day.stage.desk.store.view() as view:
        known = view.cases.with_external_id("incident", "8123401")
        bound = [event.kind for event in view.journal.of_case(first.id)]
    assert [one.id for one in known] == [first.id]
    assert "event" in bound

    # Of a message that never came here: told once, nothing asked, nothing opened.
    gone = "Ответ по инциденту № 8999001 опубликован: https://vk.com/wall-990000002_1?reply=2\n"
    system(day, "09:00", "Инцидент № 8999001", gone)
    [told] = subjects(day, "appeals")
    assert "дела нет" in told
    assert "8999001" in told
    system(day, "09:05", "Инцидент № 8999001", gone.replace("опубликован", "отправлен на оценку"))
    assert subjects(day, "appeals") == []
    system(day, "09:10", "Срок", "Срок ответа по инциденту № 8999001 нарушен.\n")
    assert len(subjects(day, "appeals")) == 1
    assert len(day.standings()) == 1
    with day.stage.desk.store.view() as view:
        assert {item.state for item in view.mails.since_id(0)} == {MailState.handled}

    # With the citizen's words in it, and an answer still wanted, it is asked about; one word opens.
    late = (
        "Срок ответа по инциденту № 8999002 нарушен.\n"
        "Автор: Алиса Примерова\nТекст сообщения: Снег на дороге не чистят.\n"
    )
    system(day, "09:20", "Инцидент № 8999002: срок нарушен", late)
    [asked] = (mail for mail in day.got["appeals"] if "К какому делу" in mail["Subject"])
    assert str(asked["Subject"]).endswith("это относится? Инцидент менеджмент 8999002")
    day.reply("appeals", "Новое", "09:25", to=asked)
    assert (day.case(2).notice.external_id, day.case(2).step) == ("8999002", "draft")


@pytest.mark.parametrize(
    ("event", "text", "rule", "filed"),
    [
        ("accepted", "Не чистят снег.", "label: Текст", False),
        ("assigned", "Не чистят снег.", "quoted", False),
        ("overdue", "Не чистят снег.", "label: Текст", False),
        ("overdue", "Срок нарушен.", "the whole body", True),
        ("assigned", "", "label: Текст", True),
        ("live", "Не чистят снег.", "label: Текст", True),
        ("closed", "Не чистят снег.", "label: Текст", True),
        ("note", "Не чистят снег.", "label: Текст", False),
    ],
)
def test_only_a_status_that_brings_no_work_is_filed(event, text, rule, filed):
    notice = Notice(track="incident", event=event, text=text, rules={"text": rule})
    assert may_be_filed(notice) is filed


def test_a_message_told_by_its_responsible_is_of_the_track_he_names_or_he_is_asked(day):
    day.fresh("appeals", "Инцидент 8123512 в работу", BY_HAND, "08:56")
    first = day.case(1)
    assert (first.track, first.notice.external_id) == ("incident", "8123512")
    assert first.notice.text.startswith("Подскажите, кто отвечает")
    assert first.notice.applicant == "Люба Вымышленная"

    day.fresh("it", "Звонок", UNNAMED.replace("№ 990077001", "ПОС № 990077002"), "09:00")
    assert (day.case(2).track, day.case(2).notice.external_id) == ("pos", "990077002")
    day.fresh("edds_head", "Заявка", UNNAMED.replace("обращение № 990077001", "сообщение"), "09:05")
    assert day.case(3).track == "kuzbass_online"

    # The dispatcher coordinates a track as well: a number without a system is asked about, once.
    day.fresh("appeals", "Звонок", UNNAMED.replace("сугробы", "ни пройти, ни проехать"), "09:10")
    assert len(day.standings()) == 3
    assert "Из какой системы" in day.last("appeals")["Subject"]
    day.reply("appeals", "хорошо", "09:15")
    assert len(day.standings()) == 3
    day.reply("appeals", "ПОС", "09:20")
    assert (day.case(4).track, day.case(4).notice.external_id) == ("pos", "990077001")
    assert "Не чистят снег" in day.case(4).notice.text


def test_of_several_cases_of_one_number_the_open_one_is_meant_and_else_the_newest(day):
    numbered = {"track": "incident", "external_id": "8123401"}
    first = opened(day, "08:40", applicant="Алиса Примерова", text="Снег на дороге.", **numbered)
    desk, now = day.stage.desk, day.stage.moment("2026-11-23 08:42")

    def close(case):
        with desk.store.work() as work:
            known = work.cases.get(case.id)
            carrier = Carrier(desk, work, known, now=now, actor="appeals", cause=f"test{case.id}")
            carrier.carry((SetState(state=CaseState.closed),))
            work.commit()

    def told(case) -> int:
        with desk.store.view() as view:
            return [event.kind for event in view.journal.of_case(case.id)].count("event")

    second = opened(day, "08:45", applicant="Борис Примеров", text="Снег у школы.", **numbered)
    close(first)
    status = "По инциденту № 8123401 назначен исполнитель: отдел {}.\n"
    system(day, "08:50", "Инцидент № 8123401", status.format(1))
    assert (told(first), told(second)) == (0, 1)
    close(second)
    system(day, "08:55", "Инцидент № 8123401", status.format(2))
    assert (told(first), told(second)) == (0, 2)
    assert len(day.standings()) == 2
