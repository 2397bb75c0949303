"""What people do after a first answer did not do: the reason alone, a repeat, a doubt, a recall."""

from __future__ import annotations

import pytest

from mcu_mail.rehearsal.people import buttons_of, text_of
from tests.stories.office_day import BLURRED, SNOW, code_of

APPEAL = SNOW.replace(
    "Дата и время", "Обращение по 59-ФЗ, зарегистрировано в порядке 59-ФЗ\nДата и время"
)


def test_a_reason_sent_alone_after_it_was_asked_for_returns_the_letter(day):
    day.drafted()
    day.reply("dep_life", "На доработку", "09:10")
    assert day.case().step == "approve_deputy"

    day.reply("dep_life", "нет даты повторной уборки", "09:15")

    assert day.case().step == "draft"
    assert "нет даты повторной уборки" in text_of(day.last("roads_head"))


def test_a_text_that_nobody_asked_a_reason_for_returns_nothing(day):
    day.drafted()

    day.reply("dep_life", "нет даты повторной уборки", "09:15")

    assert day.case().step == "approve_deputy"
    assert day.reasons()[-1:] == ["not_understood"]


def test_a_held_remark_travels_in_the_button(day):
    day.drafted()
    day.reply("dep_life", "Согласен, но уберите вторую фразу", "09:10")

    day.press("dep_life", "Вернуть с замечанием", "09:20")

    assert day.case().step == "draft"
    assert "уберите вторую фразу" in text_of(day.last("roads_head"))


def test_the_department_that_refused_is_no_choice_again(day):
    day.notice()
    day.reply("roads_head", "Не наше: дорога областная", "09:10")

    asked = day.last("appeals")

    assert day.case().step == "route"
    assert all("дорожного хозяйства" not in label for label in buttons_of(asked))
    assert "Управление образования" in text_of(asked)


def test_the_matter_keeps_its_topic_in_other_hands(day):
    day.notice()
    day.reply("roads_head", "Не наше: дорога областная", "09:10")
    day.reply("appeals", "Передать: Управление по жизнеобеспечению", "09:20")

    assert day.case().topic == "snow"
    assert "Уборка снега" in str(day.last("uzhtr_head")["Subject"])


def test_a_repeated_message_is_closed_by_one_tap(day):
    day.notice()
    day.notice("09:00", SNOW.replace("48213?reply=48240", "48213?reply=48241"), subject="Ещё раз")
    asked = day.last("appeals")

    assert "2026-000001" in str(asked["Subject"])
    assert day.case(2).state == "open"

    day.press("appeals", "Это повтор", "09:10", mail=asked)

    assert day.case(2).state == "closed"
    assert day.case(1).state == "open"


def test_a_wish_for_the_same_day_with_another_reason_is_told_again(day):
    day.notice()
    day.reply("roads_head", "Нужно время до 24.11: нет техники", "09:10")
    day.reply("roads_head", "Нужно время до 24.11: нет техники", "09:15")
    day.reply("roads_head", "Нужно время до 24.11: сломался грейдер", "09:20")

    wishes = [mail for mail in day.mails("appeals") if "Просят время" in str(mail["Subject"])]

    assert len(wishes) == 2


def test_an_appeal_goes_to_a_person_even_when_the_department_is_sure(day):
    day.notice(text=APPEAL)

    assert day.case().step == "route"
    assert day.case().actor == "appeals"
    assert "59-ФЗ" in text_of(day.last("appeals"))
    assert day.mails("roads_head") == []


def test_two_strangers_are_explained_once(day):
    asked = day.drafted()
    code = code_of(asked)
    day.reply("dep_life", "Согласовано", "09:10", sender="one@evil.example")
    first = len(day.mails("dep_life"))
    day.reply("dep_life", "Согласовано", "09:12", sender="two@evil.example")

    assert len(day.mails("dep_life")) == first
    assert [item.code for item in day.requests() if item.person == "dep_life"] == [
        code.replace("-", "")
    ]


@pytest.mark.parametrize(
    "changes", [{"mail.trust": {"authserv_id": "mail.okrug.example"}}], indirect=True
)
def test_of_several_unproven_replies_only_the_newest_waits(day):
    asked = day.drafted()
    day.reply("dep_life", "Согласовано", "09:10")
    day.reply("dep_life", "На доработку: нет даты", "09:15", to=asked)

    confirming = [item for item in day.requests() if item.purpose == "confirm"]
    assert len(confirming) == 1
    day.press("dep_life", "Да, это я", "09:20")

    assert day.case().step == "draft"
    assert day.events("approved") == []


def test_a_recalled_approval_stops_the_clerk(day):
    day.approved()

    day.reply("dep_life", "СТОП", "09:12")

    assert day.case().step == "approve_deputy"
    assert "отозвано" in str(day.last("registry")["Subject"])


def test_a_colleagues_thanks_for_an_alarm_raises_no_alarm(day):
    day.fresh("appeals", "Кто-нибудь?", "Здравствуйте", "09:00", sender="who@elsewhere.example")
    alarms = len(day.mails("appeals"))
    assert alarms == 1

    day.reply("appeals", "Спасибо, разобрались", "09:10")

    assert len(day.mails("appeals")) == alarms


def test_a_step_that_is_late_is_asked_for_again_an_hour_before_the_term(day):
    day.notice(text=BLURRED)
    before = len(day.mails("appeals"))

    day.play("2026-11-24 07:24")
    late = len(day.mails("appeals"))
    day.play("2026-11-24 07:26")

    assert late > before
    assert len(day.mails("appeals")) > late


def test_the_task_names_who_helps_on_the_spot(day):
    day.notice()

    assert "Начальников П.П." in text_of(day.last("roads_head"))


@pytest.mark.parametrize(
    "changes",
    [
        {
            "signing.duty": [
                {
                    "person": "dep_affairs",
                    "from": "2026-11-23",
                    "to": "2026-11-24",
                    "phone": "8-900-000-00-55",
                },
                {"person": "press", "from": "2026-12-01", "to": "2026-12-02"},
            ]
        }
    ],
    indirect=True,
)
def test_the_clerk_is_told_who_is_on_duty_for_the_signature(day):
    day.approved()

    text = text_of(day.last("registry"))
    assert "Дежурят: Управляева И.О., 8-900-000-00-55" in text
    assert "Новостина" not in text
