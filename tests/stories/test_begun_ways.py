"""How a message of a track that publishes begins, is held and let go, and how it waits."""

from __future__ import annotations

from datetime import datetime
from email import message_from_bytes
from email.policy import SMTP
from zoneinfo import ZoneInfo

import pytest

from mcu_mail.rehearsal.people import text_of
from tests.stories.track_course import SINGLE, Course, mail_of
from tests.stories.track_notices import incident, pos

pytestmark = pytest.mark.parametrize("changes", [SINGLE], indirect=True)
ZONE = ZoneInfo("Asia/Novokuznetsk")
SYSTEM = "Инцидент Менеджмент <noreply@incident.example>"
SWEPT = (
    "Уважаемая Алиса!\nТротуар вдоль улицы Чертёжной очищен 23.11.2026, работы вела бригада МКУ "
    "«Дорожник». Ответственный Трассов Ф.М., телефон 2-22-02."
)


def grave(raw: bytes) -> bytes:
    """The same notice with a threat to life in it."""
    mail = message_from_bytes(raw, policy=SMTP)
    words = mail.get_content().replace("Прошу", "Если не почините, я повешусь. Прошу", 1)
    mail.set_content(words, subtype="html", cte="base64")
    return mail.as_bytes()


def test_a_message_that_comes_on_the_fast_track_stays_on_it_when_it_is_reopened(day):
    course = Course(day, "appeals")
    course.comes(incident("2026-11-23 10:00", fast=True), "10:01")
    assert course.term == "23.11 14:00"
    assert "fast" in course.case.marks
    course.published(SWEPT, "11:00")
    course.says("Комментарий заявителя: ничего не сделано", "12:00")
    assert course.term == "23.11 16:00", "four working hours anew, not eight"


def test_an_urgent_message_that_comes_at_night_lifts_the_quiet_hours_for_those_of_its_track(day):
    at = datetime(2026, 11, 23, 18, 5, tzinfo=ZONE)
    body = (
        "Инцидент № 8123999\nСтатус: Новый\nТема: Уборка снега и наледи\n"
        "Место: пгт Тяжинский, ул. Краевая, д. 3\nАвтор: Алиса Примерова\n"
        "Поступил: 23.11.2026 18:00\nСрочно: Да\nОтветить до: 23.11.2026 21:00\n"
        "Текст: На улице гололёд, посыпьте песком.\n"
    )
    course = Course(day, "appeals")
    course.comes(mail_of(SYSTEM, "[Инцидент] Срочно: новый инцидент № 8123999", body, at), "18:05")
    assert course.term == "23.11 21:00"
    assert "urgent" in course.case.marks
    assert "registry" not in day.got, "no letter is registered on this track"
    day.play("21:01")
    assert course.events("term_passed") == 1, "the quiet hours are lifted"


def test_a_threat_on_another_track_is_decided_by_those_who_can_read_it_and_then_goes_its_way(day):
    course = Course(day, "it")
    course.comes(grave(pos("2026-11-23 10:00")), "10:01")
    asked = {person for purpose, person in day.asked() if purpose == "restricted"}
    assert {"appeals", "press", "edds_head", "it"} == asked
    for person in asked:
        assert "повешусь" in text_of(day.mails(person)[-1])
    (request,) = [one for one in day.requests() if one.person == "appeals"]
    mail = course.mail("appeals", request.code)
    day.reply("appeals", "Обычное сообщение", "10:10", to=mail)
    assert course.stands == "accept it open", "what was held is accepted like any other"
    course.says("В работу, срок 10.12.2026", "10:20")
    assert course.case.step in {"draft", "route"}


def test_the_word_of_the_regional_centre_is_asked_after_each_working_day(day):
    course = Course(day, "appeals")
    course.comes(incident("2026-11-23 10:00"), "10:01")
    course.published(SWEPT, "10:30")
    assert course.due == "24.11 09:30"
    day.play("2026-11-24 09:31")
    assert "appeals" in day.got
    assert course.due == "25.11 08:31", "it waits with a moment of its own"
    day.play("2026-11-25 08:32")
    assert course.due == "25.11 16:32"
