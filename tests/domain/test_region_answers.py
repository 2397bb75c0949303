"""What the region's words about a sent letter mean, and until when somebody is away."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcu_mail.domain.absence_words import away_until
from mcu_mail.domain.region_words import RegionWord, read_region_answer
from mcu_mail.domain.standing_in import (
    person_named,
    stand_ins,
    wants_it_sent_again,
    wants_to_wait,
)
from tests.domain.offices import OFFICE

TODAY = date(2026, 11, 24)

RETURNED = [
    "Возвращаем на доработку: не указан срок уборки.",
    "Добрый день! Возвращаем ответ на доработку, так как не отражены сроки.",
    "Ответ не принят, укажите дату.",
    "Просим доработать ответ: нет фото.",
    "На доработку",
    "Письмо возвращается на доработку.\nС уважением, Иванова",
    "Направляем на исправление",
    "Необходимо дополнить ответ сведениями о подрядчике",
    "Ответ не согласован",
    "Ответ отклонён. Исправьте ФИО заявителя.",
]
FILED = [
    ("Принято", "", None),
    ("Спасибо!", "", None),
    ("Получено, спасибо.", "", None),
    ("Ответ принят.", "", None),
    ("Принято к сведению. Спасибо", "", None),
    ("Здравствуйте! Письмо принято в работу.\n\nС уважением,\nПресс-служба", "", None),
    (
        "Добрый день! Ваше письмо зарегистрировано за № 7/1234 от 24.11.2026.",
        "7/1234",
        date(2026, 11, 24),
    ),
    ("Вх. № 5567 от 23.11.2026 г. Принято.", "5567", date(2026, 11, 23)),
    ("Документ зарегистрирован под номером 12-34/56.", "12-34/56", None),
    (
        (
            "Ваше обращение зарегистрировано. Присвоен номер № 99. Это письмо сформировано"
            " автоматически, не отвечайте на него"
        ),
        "99",
        None,
    ),
]
UNCLEAR = [
    "",
    "Просим уточнить срок уборки.",
    "На доработку не возвращаем, но просим позвонить",
    "Доработка не требуется, принято",
    "Принято? Когда будет полный ответ",
    "Кому направить на доработку?",
    "Принято, но нет подписи",
    "Когда уберут снег?",
    "Зарегистрировано за № 5, просим перезвонить",
]


@pytest.mark.parametrize("text", RETURNED)
def test_a_plain_return_is_a_return(text):
    assert read_region_answer(text, TODAY).word is RegionWord.returned


@pytest.mark.parametrize(("text", "number", "on"), FILED)
def test_thanks_and_a_number_are_filed(text, number, on):
    answer = read_region_answer(text, TODAY)
    assert (answer.word, answer.number, answer.on) == (RegionWord.filed, number, on)


@pytest.mark.parametrize("text", UNCLEAR)
def test_anything_else_is_a_persons_to_read(text):
    assert read_region_answer(text, TODAY).word is RegionWord.unclear


UNTIL = [
    ("Я в отпуске до 30.11.2026", date(2026, 11, 30)),
    ("с 23.11 по 06.12", date(2026, 12, 6)),
    ("вернусь 27 ноября", date(2026, 11, 26)),
    ("Буду на работе с 1 декабря", date(2026, 11, 30)),
    ("I will be back on December 7, 2026", date(2026, 12, 6)),
    ("in the office until November 30", date(2026, 11, 30)),
    ("В отпуске по 06 декабря 2026 года включительно", date(2026, 12, 6)),
    ("Отсутствую", None),
    ("в отпуске до 20.11", None),
    ("в отпуске до 20.11.2026", None),
    ("звоните с 9:00 до 18:00", None),
    ("до 31.02.2027", None),
]


@pytest.mark.parametrize(("text", "day"), UNTIL)
def test_the_end_of_an_absence_is_read_or_left_open(text, day):
    assert away_until(text, TODAY) == day


@given(st.text(max_size=300))
def test_no_text_ends_an_absence_in_the_past(text):
    day = away_until(text, TODAY)
    assert day is None or day >= TODAY


@pytest.mark.parametrize("text", ["Ждать", "Подождём до завтра", "ждем", "Подождите."])
def test_waiting_is_understood(text):
    assert wants_to_wait(text)


@pytest.mark.parametrize("text", ["Ожидается ответ", "Не ждать", "Передать: Иванов", ""])
def test_other_words_are_no_waiting(text):
    assert not wants_to_wait(text)


@pytest.mark.parametrize(
    ("text", "again"),
    [
        ("Отправить ещё раз", True),
        ("отправьте письмо повторно.", True),
        ("Повторить отправку", True),
        ("\nОтправить еще раз\n\nС уважением", True),
        ("Отправить ещё раз не нужно", False),
        ("Отправлено вручную 17:20", False),
        ("", False),
    ],
)
def test_sending_again_is_said_plainly(text, again):
    assert wants_it_sent_again(text) is again


def test_nobody_stands_in_for_himself_and_the_head_for_nobody():
    for person in OFFICE.people:
        found = stand_ins(person, OFFICE, TODAY, [])
        assert person not in found
        assert OFFICE.roles.head not in found
        assert 0 < len(found) <= 4


def test_a_person_is_named_by_a_full_name_or_a_surname_of_his_own():
    for key, person in OFFICE.people.items():
        assert person_named(person.name, OFFICE) == key
    assert person_named("Неведомов", OFFICE) is None
    assert person_named("", OFFICE) is None
