"""«Инцидент менеджмент» from the notice to the closed case, by mail alone (decree 3.6, 5.1)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from tests.stories.office_day import NATIVE, OfficeDay
from tests.stories.track_course import SINGLE, Course, mail_of, sample

if TYPE_CHECKING:
    from pathlib import Path

    from tests.peers.post import RealPostOffice

pytestmark = pytest.mark.parametrize("changes", [SINGLE], indirect=True)

ZONE = ZoneInfo("Asia/Novokuznetsk")
CURATOR = "Куратор ЦУР <curator@cur.example>"
SYSTEM = "Инцидент Менеджмент <noreply@incident.example>"
CLEARED = (
    "Уважаемая Алиса!\nТротуар вдоль улицы Чертёжной очищен 23.11.2026, работы вела бригада "
    "МКУ «Дорожник»."
)
WITH_TERMS = (
    f"{CLEARED} Повторная очистка назначена на 24.11.2026, ответственный Трассов Ф.М., "
    "телефон 2-22-02."
)
SWEPT = (
    "Уважаемая Алиса!\nВчера тротуар вдоль улицы Чертёжной очищен до плитки, наледь сколота, "
    "песок убран. Ответственный Трассов Ф.М., телефон 2-22-02."
)


def incident(number: str, at: datetime, place: str) -> bytes:
    """A notice of the system about another message."""
    rows = {
        "Статус": "Новый",
        "Тема": "Уборка снега и наледи",
        "Муниципалитет": "Тяжинский МО",
        "Место": f"пгт Тяжинский, {place}",
        "Автор": "Алиса Примерова",
        "Дата сообщения": f"{at:%d.%m.%Y %H:%M}",
        "Поступил": f"{at:%d.%m.%Y %H:%M}",
        "Фаст-трек": "Нет",
    }
    cells = "".join(f"<tr><td>{name}</td><td>{value}</td></tr>" for name, value in rows.items())
    body = f"<table>{cells}</table><blockquote>На месте «{place}» гололёд, посыпьте.</blockquote>"
    return mail_of(SYSTEM, f"[Инцидент] Новый инцидент № {number}", body, at, html=True)


def test_an_incident_goes_from_its_notice_through_every_return_to_the_closed_case(day: OfficeDay):
    course = Course(day, "appeals")
    course.comes(sample("I01"), "10:03")
    assert course.stands == "draft roads_head open"
    assert course.term == "24.11 09:00"
    assert "11:00" in day.told("appeals"), "the first reply is due within a working hour"
    course.says("Первичный ответ дан", "10:20")
    assert course.case.marks["first_reply"].startswith("2026-11-23T10:20")

    course.writes(CLEARED, "11:30")
    assert course.stands == "approve appeals open"
    course.answers("approve", "На доработку: нет контактов ответственного", "11:40")
    assert course.stands == "draft roads_head open"
    assert "нет контактов ответственного" in day.told("roads_head")
    course.writes(WITH_TERMS, "12:00")
    course.answers("approve", "Согласовано", "12:10")
    assert course.stands == "publish appeals open"
    assert "телефон 2-22-02" in day.told("appeals"), "the text to publish is shown whole"
    course.answers("publish", "Опубликовано https://vk.com/wall-1_2", "12:20")
    assert course.stands == "regional appeals waiting"
    assert course.case.marks["link"] == "https://vk.com/wall-1_2"

    course.comes(sample("I06"), "15:41")
    assert course.stands == "draft roads_head open"
    assert "контактов ответственного" in day.told("roads_head")
    assert course.term == "24.11 09:00", "a return does not move a term that is ahead"
    course.published(WITH_TERMS, "16:00")
    course.says("ЦУР вернул: нет фото до и после", "16:20")
    assert course.stands == "draft roads_head open"
    assert "нет фото до и после" in day.told("roads_head")
    course.published(f"{WITH_TERMS} Фото прилагаем.", "16:40")
    course.says("ЦУР согласовал", "17:00")
    assert course.stands == "citizen appeals waiting"
    assert course.due == "25.11 17:00", "two days are 48 hours"

    # The citizen is not content: back to work, the working hours begin anew.
    course.comes(sample("I07"), "2026-11-25 09:10")
    assert course.stands == "draft roads_head open"
    assert course.term == "25.11 17:10"
    assert "Только песком посыпали" in day.told("roads_head")
    course.published(SWEPT, "2026-11-25 16:00")
    course.says("ЦУР согласовал", "2026-11-25 16:10")
    day.play("2026-11-27 16:11")
    assert course.stands == "closed"
    assert course.events("late") == 0

    # And once more, after the close, on the mail of the first day.
    course.says("Комментарий заявителя: снова сплошной лёд", "2026-11-28 12:00")
    assert course.stands == "draft roads_head open"
    assert course.term == "30.11 16:30", "a Saturday's comment is worked on from Monday"
    course.published(SWEPT, "2026-11-30 10:00")
    course.says("ЦУР согласовал", "2026-11-30 10:10")
    course.says("Оценка: 5", "2026-11-30 15:00")
    assert course.stands == "closed", "a content citizen waits for nothing"
    assert "late" not in course.case.marks
    assert course.events("published") == 5


def test_the_fast_track_is_set_late_by_a_notice_and_an_urgent_request_comes_at_night(
    day: OfficeDay,
):
    course = Course(day, "appeals")
    course.comes(sample("I01"), "10:03")
    told = "Инцидент № 8123401\nУстановлен фаст-трек."
    at = datetime(2026, 11, 23, 15, tzinfo=ZONE)
    course.comes(mail_of(CURATOR, "[Инцидент] № 8123401 – фаст-трек", told, at), "15:00")
    assert course.term == "24.11 09:00", "four working hours from the mark would be later"
    assert "fast" in course.case.marks

    second = Course(day, "appeals", 2)
    second.comes(
        incident("8123777", datetime(2026, 11, 23, 15, 10, tzinfo=ZONE), "ул. Образцовая"), "15:12"
    )
    assert second.term == "24.11 14:10"
    second.says("Фаст-трек", "15:20")
    assert second.term == "24.11 10:20"
    assert "10:20" in day.told(second.case.actor or "")

    second.says("Срочно до 23:30", "21:40")
    assert day.reasons(2) == ["no_basis"], "the grounds of an urgent request are obligatory"
    second.says("Срочно до 23:30: поручение заместителя губернатора", "21:45")
    assert second.term == "23.11 23:30"
    assert "23:30" in day.told(second.case.actor or ""), "quiet hours do not hold it up"
    (changed,) = [one for one in day.events("term_changed", 2) if one.data["basis"] == "urgent"]
    assert "поручение заместителя губернатора" in str(changed.data["reason"])


def test_a_card_of_an_unknown_number_is_its_message_whatever_state_it_is_in(day: OfficeDay):
    course = Course(day, "appeals")
    at = datetime(2026, 11, 23, 10, 3, tzinfo=ZONE)
    body = (
        "Инцидент № 8140001 ожидает назначения исполнителя.\nАвтор: Алиса Примерова\n"
        "Адрес: пгт Тяжинский, ул. Чертёжная\nТекст сообщения: Тротуар не чистят, сплошной лёд."
    )
    course.comes(mail_of(SYSTEM, "Инцидент № 8140001: примите в работу", body, at), "10:03")
    assert course.stands == "draft roads_head open"
    assert course.case.notice.text == "Тротуар не чистят, сплошной лёд."

    # Without the citizen's words it is the state of a message that never came: told, not opened.
    bare = "Инцидент № 8140002 принят в работу."
    course.comes(mail_of(SYSTEM, "Инцидент № 8140002", bare, at), "10:10")
    assert len(day.standings()) == 1
    assert "8140002" in day.told("appeals")


def test_superiors_hear_of_a_first_reply_and_of_an_answer_that_are_late(day: OfficeDay):
    course = Course(day, "appeals")
    course.comes(sample("I01"), "10:03")
    day.play("10:41")
    assert "appeals" in day.got, "she is reminded before the hour is over"
    day.play("11:01")
    assert {"appeals", "press"} <= set(day.got)
    assert course.events("first_reply_late") == 1
    course.says("Первичный ответ: принято, ответ дадим до 24.11.2026", "11:05")
    told: set[str] = set()
    day.play("14:50")
    assert "Трассов" in day.told("dep_life"), "his superior hears who holds the step up"
    for at in ("2026-11-24 09:01", "2026-11-24 09:31", "2026-11-24 09:59"):
        day.play(at)
        told |= {person for person in day.got if "Трассов" in day.told(person)}
    assert {"press", "dep_affairs"} <= told, "the term has passed: the centre and the curator hear"
    course.published(WITH_TERMS, "2026-11-24 10:00")
    assert course.case.marks["late"].startswith("2026-11-24T10:00")
    assert course.stands == "regional appeals waiting"


def test_terms_run_in_working_hours_at_every_edge_of_the_calendar(day: OfficeDay):
    edges = [
        # received, first reply by, answer published by
        ("2026-11-03 15:00", "03.11 16:00", "05.11 14:00"),
        ("2026-11-27 16:45", "30.11 08:45", "30.11 15:45"),
        ("2026-12-31 10:00", "11.01 09:30", "11.01 16:30"),
        ("2027-02-20 16:30", "20.02 17:30", "24.02 15:30"),
    ]
    found = []
    for ordinal, (received, first, _) in enumerate(edges, start=1):
        at = datetime.fromisoformat(received).replace(tzinfo=ZONE)
        place = f"ул. Краевая-{ordinal}, д. {ordinal}"
        day.year = at.year
        day.arrives(incident(f"81300{ordinal:02}", at, place), received)
        number = 1 if at.year > 2026 else ordinal
        course = Course(day, "appeals", number)
        assert first[-5:] in day.told("appeals"), "the mail names the hour of the first reply"
        found.append((received, first, course.term))
        course.says("Закрыть: решено при встрече", received)
        assert course.stands == "closed"
    assert found == edges


@pytest.mark.peers
def test_an_incident_walks_the_same_on_dovecot_and_postfix(
    tmp_path: Path, real_post: RealPostOffice, changes: dict[str, object]
):
    office = OfficeDay(tmp_path / "office", real_post, {**NATIVE, **changes})
    with office.opened() as day:
        course = Course(day, "appeals")
        course.comes(sample("I01"), "10:03")
        course.says("Первичный ответ дан", "10:20")
        course.writes(WITH_TERMS, "11:30")
        course.answers("approve", "Согласовано", "12:10")
        course.answers("publish", "Опубликовано https://vk.com/wall-1_2", "12:20")
        course.comes(sample("I06"), "15:41")
        course.published(f"{WITH_TERMS} Фото прилагаем.", "16:00")
        course.says("ЦУР согласовал", "16:30")
        day.play("2026-11-25 16:31")
        assert course.stands == "closed"


def test_words_without_a_code_are_answered_once_however_many_cases_stand_open(day: OfficeDay):
    for ordinal in range(1, 4):
        at = datetime(2026, 11, 23, 10, ordinal, tzinfo=ZONE)
        place = f"ул. Краевая-{ordinal}, д. {ordinal}"
        day.arrives(incident(f"81400{ordinal:02}", at, place), f"10:0{ordinal}")
    day.fresh("appeals", "Без темы", "Согласовано", "10:30")
    assert len(day.got["appeals"]) == 1
    assert "нет кода" in day.told("appeals")
