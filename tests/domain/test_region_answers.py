"""What the region's words about a sent letter mean, and until when somebody is away."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcu_mail.domain.absence_words import away_until
from mcu_mail.domain.office import Absence
from mcu_mail.domain.receipt_words import asks_below
from mcu_mail.domain.region_words import RegionWord, read_region_answer
from mcu_mail.domain.standing_in import (
    person_named,
    says_he_is_back,
    stand_ins,
    wants_it_sent_again,
    wants_to_wait,
    whose_work_back,
)
from tests.domain.offices import OFFICE
from tests.domain.region_receipts import RECEIPTS, RETURNS

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
    "Возвращаю Вам на доработку ответ по Небываловой А.И.: отсутствует информация о сроках.",
    "Коллеги, данный ответ не может быть принят. Прошу устранить замечания до 18:00.",
    "Прошу переделать. Фамилия заявителя указана неверно.",
    "Отклонено. Нет сведений о контакте с заявителем",
    "Вернули на доработку, см. комментарий: нет фото",
    "Ответ на доработку!",
    "Нужно доработать: укажите номер договора",
    "Просьба доработать ответ до конца дня",
    "Ваш ответ не соответствует требованиям, исправьте, пожалуйста",
    "Не принято: нет подписи главы",
    "Возврат на доработку",
    "Прошу направить исправленный ответ: опечатка в адресе",
    "Направьте откорректированный ответ",
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
    ("Добрый день! Ответ получен, спасибо за оперативность!", "", None),
    ("Принято в работу", "", None),
    ("Спасибо, получили", "", None),
    (
        "Ваше обращение зарегистрировано под № 15-3/77 от 24 ноября 2026 г.",
        "15-3/77",
        date(2026, 11, 24),
    ),
    ("Письмо получено и зарегистрировано.", "", None),
    ("Рег. № 4501 от 24.11.26", "4501", date(2026, 11, 24)),
    ("Уважаемый Пётр Примерович! Благодарим за предоставленную информацию.", "", None),
    ("Принято. \n\n--\nС уважением, Иванова Мария, тел. 8 (3842) 00-00-00", "", None),
    ("👍 Принято", "", None),
    ("Ответ принят, вопросов нет", "", None),
    ("Получила, спасибо!", "", None),
    (
        "Документ № 01-12/1 зарегистрирован: входящий № 7788 от 24.11.2026",
        "7788",
        date(2026, 11, 24),
    ),
    ("Принято, вх. № 12", "12", None),
    ("Ваш ответ согласован.", "", None),
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
    "Почему нет фото?",
    "Просим сообщить, кто исполнитель",
    "Принято, ждём полный ответ до 01.12",
    "Заявитель не доволен, прокомментируйте",
    "Спасибо. Когда будет выполнена повторная уборка?",
    "Прошу перезвонить",
    "Файл не открывается, пришлите ещё раз",
    "Получено два одинаковых письма",
    "Вы прислали ответ не по тому обращению",
    "Замечаний нет, доработка не нужна",
    "Не надо возвращать, всё принято",
    "Дополнительно сообщите телефон исполнителя",
    "В прошлый раз возвращали на доработку, сейчас всё хорошо",
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


@pytest.mark.parametrize("text", RECEIPTS)
def test_a_receipt_with_a_signature_stays_a_receipt(text):
    assert read_region_answer(text, TODAY).word is RegionWord.filed


@pytest.mark.parametrize("text", RETURNS)
def test_no_return_is_filed_whatever_receipt_stands_around_it(text):
    for receipt in ("", *RECEIPTS[::4]):
        for said in (f"{receipt}\n{text}", f"{text}\n{receipt}"):
            assert read_region_answer(said, TODAY).word is not RegionWord.filed


ASKED_BELOW = [
    "С уважением, Орлова. Пришлите акт.",
    "С уважением,\nОрлова Д.\nПришлите акт.",
    "Орлова Дарья Петровна\nконсультант отдела, просьба прислать акт\nтел. 00-00-12",
    "--\nОрлова Д.П.\nСрок до 25.11",
    "С уважением,\nОрлова Д.\n\nНа доработку",
    "С уважением,\nОрлова\nВопрос не решён, нет фото",
    "С уважением, Орлова. Когда уберут снег?",
]
ONLY_SIGNED = [
    "С уважением,\nОрлова Дарья Петровна,\nруководитель проектного офиса\nтел. 8 (3842) 00-00-12",
    "--\nОтправлено с iPhone",
    "Общий отдел\n\nНастоящее сообщение – адресату. Если Вы не адресат, просим\nудалить его.",
]


def test_a_banner_of_the_mail_gateway_asks_nothing_and_hides_nothing():
    banner = "[ВНЕШНЕЕ ПИСЬМО] Не переходите по ссылкам, если не уверены в отправителе.\n"
    assert not asks_below(f"{banner}С ув., Орлова\nт. 2-00-00")
    assert asks_below(f"{banner}С уважением, Орлова. Срок поправьте")


def test_what_is_asked_among_the_lines_of_a_signature_is_no_receipt():
    for signature in ASKED_BELOW:
        answer = read_region_answer("Принято.", TODAY, signature=signature)
        assert answer.word is RegionWord.unclear
    for signature in ONLY_SIGNED:
        answer = read_region_answer("Принято.", TODAY, signature=signature)
        assert answer.word is RegionWord.filed


def test_what_stands_beyond_the_limit_is_not_taken_for_a_receipt():
    text = "Принято.\n" + " \n" * 3_000 + "Возвращаем на доработку"
    assert read_region_answer(text, TODAY).word is not RegionWord.filed


NUMBERED = [
    ("Вх. 01-4512 от 23.11.2026", "01-4512", date(2026, 11, 23)),
    ("Зарегистрирован 23.11.2026 под номером 4512-И.", "4512-И", date(2026, 11, 23)),
    ("Регистрационный номер: И-4512\nДата регистрации: 23.11.2026", "И-4512", date(2026, 11, 23)),
    ("Ответ на обращение № 1234 получен.", "", None),
    (
        "Ваше письмо от 20.11.2026 № 01-12/7 зарегистрировано за № 9081 от 23.11.2026.",
        "9081",
        date(2026, 11, 23),
    ),
]


@pytest.mark.parametrize(("text", "number", "on"), NUMBERED)
def test_the_regions_number_is_told_from_ours_and_kept_as_written(text, number, on):
    answer = read_region_answer(text, TODAY)
    assert (answer.word, answer.number, answer.on) == (RegionWord.filed, number, on)


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
    ("Буду отсутствовать с 23 по 27 ноября", date(2026, 11, 27)),
    ("в отпуске с 20.11.26 г. по 03.12.26 г.", date(2026, 12, 3)),
    ("до конца недели", None),
    ("Выхожу 1 декабря", date(2026, 11, 30)),
    ("приступлю к работе 02.12", date(2026, 12, 1)),
    ("в отпуске до понедельника", None),
    ("с 01.12 по 14.12", date(2026, 12, 14)),
    ("отпуск: 23.11.2026 – 06.12.2026", date(2026, 12, 6)),
    ("I'm away till 5 December", date(2026, 12, 5)),
    ("до 05.12.2026г.", date(2026, 12, 5)),
    ("на больничном, ориентировочно до 27.11", date(2026, 11, 27)),
    ("телефон 8-905-000-12-11, до 2-00-00", None),
    ("приём граждан по 15.12 кабинет", date(2026, 12, 15)),
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


@pytest.mark.parametrize(
    ("text", "back"),
    [
        ("Я на месте", True),
        ("Добрый день! Я уже на рабочем месте.", True),
        ("Вышла на работу сегодня\n\nС уважением", True),
        ("вернулся из отпуска", True),
        ("Работы на месте проведены", False),
        ("На месте аварии работает бригада", False),
        ("Вышел приказ", False),
        ("Согласовано", False),
        ("", False),
    ],
)
def test_who_is_back_says_so_plainly(text, back):
    assert says_he_is_back(text) is back


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Вернуть: Трассов", "Трассов"),
        ("Вернуть", ""),
        ("верните дела Трассову", "Трассову"),
        ("Вернулся", None),
        ("Передать: Трассов", None),
    ],
)
def test_work_is_taken_back_by_a_word(text, name):
    assert whose_work_back(text) == name


def test_nobody_stands_in_for_himself_and_the_head_for_nobody():
    for person in OFFICE.people:
        found = stand_ins(person, OFFICE, TODAY, [])
        assert person not in found
        assert OFFICE.roles.head not in found
        assert 0 < len(found) <= 4


def test_neither_the_barred_nor_the_absent_are_offered():
    for person in OFFICE.people:
        first, *_ = found = stand_ins(person, OFFICE, TODAY, [])
        assert first not in stand_ins(person, OFFICE, TODAY, [], barred=[first])
        other = next(one for one in OFFICE.people if one not in {first, person})
        absence = Absence(person=first, first=TODAY, last=TODAY, acting=other)
        away = replace(OFFICE, absences=(absence,))
        assert first not in stand_ins(person, away, TODAY, [])
        assert first in found


def test_a_person_is_named_by_a_full_name_or_a_surname_of_his_own():
    for key, person in OFFICE.people.items():
        assert person_named(person.name, OFFICE) == key
    assert person_named("Неведомов", OFFICE) is None
    assert person_named("", OFFICE) is None
