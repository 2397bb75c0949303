"""«ПОС» from the notice to the closed case, by mail alone (decree 3.7, 5.2)."""

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
SYSTEM = "Платформа обратной связи <no-reply@pos.example>"
FILLED = (
    "Уважаемая Елена Юрьевна!\nПровал на ул. Проектной засыпан щебнем 14.05.2027, асфальт "
    "положат до 01.06.2027."
)
PAVED = (
    "Уважаемая Елена Юрьевна!\nПросадка на ул. Проектной устранена 21.05.2027: основание "
    "уплотнено, асфальт уложен заново."
)


def test_a_message_goes_from_its_notice_to_consent_and_a_comment_reopens_it(day: OfficeDay):
    day.year = 2027
    course = Course(day, "it")
    course.comes(sample("P01"), "2027-05-11 09:02")
    assert course.stands == "accept it open"
    assert course.term == "11.06 03:59", "23:59 in Moscow"
    course.says("В работу", "2027-05-11 09:30")
    assert course.stands == "draft roads_head open"

    course.writes(FILLED, "2027-05-14 10:00")
    assert course.stands == "approve it open"
    course.answers("approve", "Вернуть: не указан срок асфальтирования", "2027-05-14 10:20")
    assert course.stands == "draft roads_head open"
    course.writes(f"{FILLED} Работы ведёт МКУ «Дорожник».", "2027-05-14 11:00")
    course.answers("approve", "Согласовано", "2027-05-14 11:10")
    course.answers("publish", "Опубликовано https://pos.example/m/990012345", "2027-05-14 11:20")
    assert course.stands == "regional it waiting"

    course.says("ЦУР вернул: приложите фото", "2027-05-14 15:00")
    assert course.stands == "draft roads_head open"
    course.writes(f"{FILLED} Фото прилагаем.", "2027-05-14 16:00")
    course.answers("approve", "Опубликовано", "2027-05-14 16:10")
    course.says("ЦУР согласовал", "2027-05-17 10:40")
    assert course.stands == "consent dep_affairs open"
    assert "согласие на опубликование" in " ".join(
        str(mail["Subject"]) for mail in day.got["dep_affairs"]
    )
    course.answers("approve", "Вернуть: опечатка в названии улицы", "2027-05-17 10:50")
    assert course.stands == "draft roads_head open"
    course.writes(f"{FILLED} Фото прилагаем, опечатка исправлена.", "2027-05-17 11:00")
    course.answers("approve", "Опубликовано", "2027-05-17 11:10")
    course.says("ЦУР согласовал", "2027-05-17 11:20")
    course.answers("approve", "Согласовано", "2027-05-17 11:30")
    assert course.stands == "closed"

    course.says("Комментарий заявителя: яма снова просела", "2027-05-20 11:00")
    assert course.stands == "draft roads_head open"
    assert "яма снова просела" in day.told("roads_head")
    course.writes(PAVED, "2027-05-21 09:30")
    course.answers("approve", "Опубликовано", "2027-05-21 10:00")
    course.says("ЦУР согласовал", "2027-05-21 11:00")
    course.answers("approve", "Согласовано", "2027-05-21 11:30")
    assert course.stands == "closed"
    assert "late" not in course.case.marks


def test_a_message_without_a_term_does_not_go_on_until_it_is_named(day: OfficeDay):
    day.year = 2027
    body = (
        "На Платформу обратной связи поступило новое сообщение.\n\nНомер: 990012399\n"
        "Дата создания: 12.05.2027 05:10 (МСК)\nКатегория: Дороги\n"
        "Заявитель: Бесрочнова Анна Примеровна\nАдрес: пгт Тяжинский, ул. Модельная, д. 5\n"
        "Текст сообщения: На ул. Модельной глубокая яма напротив дома 5.\n"
    )
    at = datetime(2027, 5, 12, 9, 12, tzinfo=ZONE)
    course = Course(day, "it")
    course.comes(
        mail_of(SYSTEM, "Поступило новое сообщение № 990012399", body, at), "2027-05-12 09:12"
    )
    assert course.stands == "accept it open"
    assert "term_asked" in course.case.marks
    assert "Срок" in day.told("it")
    course.says("В работу", "2027-05-12 09:30")
    assert course.stands == "accept it open", "a task without a term may not stand"
    assert day.reasons() == ["taken_without_term"]
    course.says("В работу, срок 10.06.2027", "2027-05-12 09:40")
    assert course.stands == "draft roads_head open"
    assert len(day.got["roads_head"]) == 1
    assert course.term == "10.06 17:30"
    assert "term_asked" not in course.case.marks

    course.says("Срок 09.06.2027 16:00", "2027-05-13 10:00")
    assert course.term == "09.06 16:00"
    assert "09.06" in day.told("roads_head")

    # An interim answer meets the term; what it promises is the next one.
    course.writes(
        "Промежуточный ответ до 20.05.2027: место осмотрено, яма огорожена, щебень завезут в "
        "понедельник, о результате сообщим.",
        "2027-05-14 10:00",
    )
    course.answers("approve", "Опубликовано", "2027-05-14 10:20")
    assert course.stands == "draft roads_head open"
    assert course.term == "20.05 17:30"
    course.writes("Уважаемая Анна Примеровна!\nЯма засыпана и уплотнена.", "2027-05-19 10:00")
    course.answers("approve", "Опубликовано", "2027-05-19 10:20")
    assert course.stands == "regional it waiting"
    assert course.events("promise_kept") == 1


@pytest.mark.peers
def test_a_message_walks_the_same_on_dovecot_and_postfix(
    tmp_path: Path, real_post: RealPostOffice, changes: dict[str, object]
):
    office = OfficeDay(tmp_path / "office", real_post, {**NATIVE, **changes})
    with office.opened() as day:
        day.year = 2027
        course = Course(day, "it")
        course.comes(sample("P01"), "2027-05-11 09:02")
        course.says("В работу", "2027-05-11 09:30")
        course.writes(FILLED, "2027-05-14 10:00")
        course.answers("approve", "Согласовано", "2027-05-14 11:10")
        course.answers("publish", "Опубликовано", "2027-05-14 11:20")
        course.says("ЦУР согласовал", "2027-05-17 10:40")
        course.answers("approve", "Согласовано", "2027-05-17 11:30")
        assert course.stands == "closed"
