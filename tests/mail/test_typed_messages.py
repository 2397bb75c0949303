"""Which words of an official open a case, and what a forward says of its original."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcu_mail.mail.forwarded import is_forward, originals
from mcu_mail.mail.mime import Incoming, read_mail
from mcu_mail.mail.typed import Typed, notices_of_words, typed_messages

ZONE = ZoneInfo("Asia/Novokuznetsk")
NOBODY = read_mail(b"")

LABELLED = """ФИО: Иванова Мария Петровна
Телефон: +7 999 000 11 22
Адрес: с. Итат, ул. Лесная, д. 3
Текст: нет воды в колонке третий день"""
OPENS = [
    ("Новое: нет воды в колонке", [""]),
    ("новое - нет воды в колонке", [""]),
    ("НОВОЕ ОБРАЩЕНИЕ: нет воды", [""]),
    ("Новое сообщение:\nнет воды", [""]),
    ("Новое обращение\nнет воды", [""]),
    ("Новая заявка: нет воды", [""]),
    ("Новое, ПОС: нет воды", ["pos"]),
    ("Новое (ПОС): нет воды", ["pos"]),
    ("Новое по ПОС: нет воды", ["pos"]),
    ("Новое, Кузбасс-онлайн: нет воды", ["kuzbass_online"]),
    ("Новое, инцидент: нет воды", ["incident"]),
    ("Новое сообщение из Инцидент менеджмент: нет воды", ["incident"]),
    ("Добрый день! Новое: нет воды", [""]),
    ("Коллеги, добрый день!\n\nНовое: нет воды", [""]),
    ("Прошу завести новое: нет воды", [""]),
    ("Новое двоеточие нет воды", [""]),
    ("Новое сообщение от жительницы Итата: нет воды", [""]),
    ("Новое: инцидент 8123999, нет воды", ["incident"]),
    ("Новое: ПОС № 990012345. нет воды", ["pos"]),
    ("Новое: Кузбасс-онлайн, нет воды", ["kuzbass_online"]),
    ("Новое: инцидент у клуба, нет воды", [""]),
    ("Новое: ПОС не открывается, нет воды", [""]),
    ("Новое обращение ПОС № 990012345\nнет воды", ["pos"]),
    ("Новое (Кузбасс-онлайн): заявка 345678, нет воды", ["kuzbass_online"]),
    ("Новая заявка Кузбасс-онлайн 345678: нет воды", ["kuzbass_online"]),
    ("Новый инцидент № 8123999: нет воды", ["incident"]),
    ("Новое сообщение 990012345: нет воды", [""]),
    ("Новое, ПОС или инцидент: нет воды", [""]),
    ("Новое, Вестник округа: нет воды", ["herald"]),
    ("Новое: нет воды\nНовое, ПОС: нет света", ["", "pos"]),
]
OPENS_NOT = [
    "Новое расписание автобусов: во вложении",
    "Новая редакция ответа: текст ниже",
    "Новые фото прилагаю",
    "Новое обращение жителей поступило, разбираемся.",
    "Ничего нового: ждём трактор",
    "Новости: завтра снег",
    "Нового ничего нет.",
    "Это новое: отправляли вчера",
    "Согласовано",
    "Нов. обращение",
    "",
]


@pytest.mark.parametrize(("text", "tracks"), OPENS)
def test_what_opens_a_case(text, tracks):
    found = typed_messages(text, names={"herald": "Вестник округа"})
    assert [one.track for one in found] == tracks
    assert all("нет" in one.text for one in found)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Новое: инцидент 8123999, нет воды", "8123999"),
        ("Новое обращение ПОС № 990012345\nнет воды", "990012345"),
        ("Новое (Кузбасс-онлайн): заявка 345678, нет воды", "345678"),
        ("Новое (ПОС): 990012345, нет воды", "990012345"),
        ("Новое, ПОС: 8 999 000 11 22, нет воды", ""),
        ("Новое: 5 домов, нет воды", ""),
    ],
)
def test_the_number_of_a_heading_is_a_number_and_no_text(text, number):
    (one,) = typed_messages(text)
    assert one.number == number
    assert not number or number not in one.text
    (notice,) = notices_of_words(one, NOBODY, (), ZONE)
    assert (notice.external_id or "") == number


TOLD = "Коллеги, новый инцидент 8123512 (поступил вчера).\nЛюба пишет: «Нет света на остановке.»"


def test_a_message_told_to_colleagues_opens_a_case_only_in_a_mail_of_its_own():
    (one,) = typed_messages(TOLD, fresh=True)
    assert (one.track, one.number) == ("incident", "8123512")
    assert typed_messages(TOLD) == ()


@pytest.mark.parametrize(
    "text",
    [
        "Коллеги, новый инцидент 8123512 уже закрыт, спасибо.",
        "Новый инцидент 8123512, кто возьмёт?",
        "Новый инцидент 8123512 передан в ЦУР, ждём ответа.",
        "По новому инциденту 8123512 жду ответ до 15:00. Текст: https://vk.com/wall1_1",
        "Новых инцидентов нет.",
        "По 8141455 заявитель снова написал сегодня в 7.40: «четыре лампочки не горят»",
        "Сегодня в 16:00 ЦУР вернул нам ответ по ПОС 991211300. Причина: не приложен акт.",
        "По инциденту 8150019 пришёл комментарий: «опять темно, ничего не сделали»",
        "Поступил ответ на инцидент 8150019, автор: https://vk.com/wall1_1\nТекст: спасибо",
        "Когда поступил инцидент 8150019?\nАвтор: Иванов\nТекст: нет света",
        "Инцидент № 8123512 отработали\nЗвонил заявителю Иванову.\nТекст: «Снег убран»",
        "В ПОС 990012345 пришла бригада, яму засыпали.\nЗаявитель: Иванова\nСообщение: готово",
        "Получили по инциденту 8123512 пояснение: «нужно фото работ». Автор Иванов",
    ],
)
def test_words_about_a_message_open_nothing(text):
    assert typed_messages(text, fresh=True) == ()


@pytest.mark.parametrize("text", OPENS_NOT)
def test_what_only_looks_like_it(text):
    assert typed_messages(text) == ()


def test_the_subject_of_a_mail_of_its_own_may_open_it():
    (one,) = typed_messages("нет воды", "RE: Новое, ПОС")
    assert (one.track, one.text) == ("pos", "нет воды")
    (one,) = typed_messages("", "Новое: нет воды на Лесной")
    assert one.text == "нет воды на Лесной"
    assert typed_messages("нет воды", "Новое расписание") == ()


@pytest.mark.parametrize(
    ("words", "applicant", "phone", "address"),
    [
        (
            "звонила Иванова Мария Петровна, 8-999-000-11-22, ул. Лесная, д. 3: нет воды",
            "Иванова Мария Петровна",
            "+79990001122",
            "ул. Лесная, д. 3",
        ),
        (
            LABELLED,
            "Иванова Мария Петровна",
            "+79990001122",
            "с. Итат, ул. Лесная, д. 3",
        ),
        ("нет воды на улице Лесной и на улице Новой", None, None, None),
        ("Иванова Мария Петровна и Петров Иван Ильич пишут: нет воды", None, None, None),
    ],
)
def test_who_and_where_are_read_and_never_guessed(words, applicant, phone, address):
    (notice,) = notices_of_words(Typed(track="governor", text=words), NOBODY, (), ZONE)
    assert (notice.applicant, notice.phone, notice.address) == (applicant, phone, address)
    assert "нет воды" in notice.text
    assert ("applicant" in notice.unsure) is (applicant is None)


@given(st.text(max_size=300), st.text(max_size=80))
def test_any_words_are_read_without_a_fault(text, subject):
    for one in typed_messages(f"Новое: {text}", subject):
        notices_of_words(one, NOBODY, (), ZONE)
    originals(read_mail(f"Subject: FW: {subject}\n\nFrom: {text}\nSubject: {text}".encode()))


def forward(body: str, subject: str = "FW: Сообщение") -> Incoming:
    head = f"From: a@okrug.example\nSubject: {subject}\nContent-Type: text/plain; charset=utf-8\n\n"
    return read_mail((head + body).encode())


SHAPES = {
    "outlook": "Прошу.\n\nОт: Пресс <press@region.example>\nОтправлено: 23 ноября 2026 г. 8:20\n"
    "Кому: b@okrug.example\nТема: Сообщение 7\n\nФИО: Иванова\nТекст: нет воды\n",
    "outlook mailto": "________________________________\nОт: Пресс [mailto:press@region.example]\n"
    "Отправлено: понедельник\nКому: b\nТема: Сообщение 7\n\nФИО: Иванова\nТекст: нет воды\n",
    "gmail": "---------- Forwarded message ---------\nОт: Пресс <press@region.example>\n"
    "Date: пн, 23 нояб. 2026 г. в 08:20\nSubject: Сообщение 7\nTo: <b@okrug.example>\n\n\n"
    "ФИО: Иванова\nТекст: нет воды\n",
    "mail.ru": "-------- Пересылаемое сообщение --------\nОт кого: Пресс <press@region.example>\n"
    "Кому: b@okrug.example\nДата: пн\nТема: Сообщение 7\n\nФИО: Иванова\nТекст: нет воды\n",
    "yandex": "-------- Начало переадресованного сообщения --------\n23.11.2026, 08:20, "
    '"Пресс" <press@region.example>:\nОт: press@region.example\nТема: Сообщение 7\n\nФИО: Иванова\n'
    "Текст: нет воды\n",
    "thunderbird": "-------- Forwarded Message --------\nSubject: \tСообщение 7\nDate: \tMon\n"
    "From: \tПресс <press@region.example>\nTo: \tb@x.example\n\nФИО: Иванова\nТекст: нет воды\n",
    "iphone": "Начало переадресованного сообщения:\n\n> От: Пресс <press@region.example>\n"
    "> Дата: 23 ноября\n> Кому: b@okrug.example\n> Тема: Сообщение 7\n> \n> ФИО: Иванова\n"
    "> Текст: нет воды\n",
    "bold": "*От:* Пресс <press@region.example>\n*Отправлено:* 23 ноября\n*Кому:* b\n"
    "*Тема:* Сообщение 7\n\nФИО: Иванова\nТекст: нет воды\n",
}


@pytest.mark.parametrize("name", SHAPES)
def test_the_original_is_found_in_the_forward_of_every_program(name):
    mail = forward(SHAPES[name])
    assert is_forward(mail)
    (found,) = originals(mail)
    assert found.original.sender.address == "press@region.example"
    assert found.original.subject == "Сообщение 7"
    assert "ФИО: Иванова" in found.original.text.splitlines()
    assert "Прошу" not in found.original.text


@pytest.mark.parametrize(
    "body",
    [
        "Прошу посмотреть.",
        "От: Иванова Мария\nТема: вода\n\nнет воды",
        "Кому: b@okrug.example\nТема: вода\n\nнет воды",
        "Пишите на press@region.example\nТема: вода",
    ],
)
def test_what_names_no_sender_is_no_original(body):
    assert originals(forward(body)) == ()
