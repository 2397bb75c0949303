"""Several messages of one letter: whose number is whose, and what cuts nothing."""

from datetime import date
from email.message import EmailMessage
from zoneinfo import ZoneInfo

import pytest

from mcu_mail.domain.notice import Source
from mcu_mail.mail.mime import read_mail
from mcu_mail.mail.notices import read_notices

OFFICE = ZoneInfo("Asia/Novokuznetsk")
SOURCE = Source(track="governor", senders=("press@region.example",))
FORM = """Заявитель: Придумкин Олег Макарович
Телефон: 8-999-000-11-02
Адрес: пгт Тяжинский, ул. Модельная, д. 5
Текст: На улице Модельной не горят фонари, темнота, вечером страшно ходить.
"""
OTHER = FORM.replace("Придумкин Олег", "Небывалов Глеб").replace("11-02", "11-03")
CHAIN = "Заявка № СГ-15 закрыта.\n\nЗаявка № СГ-16 возвращена на доработку.\n\n"
BACK = "Статус: возвращено на доработку\nТекст: не указаны сроки\n"


def read(text):
    mail = EmailMessage()
    mail["From"] = "press@region.example"
    mail["Subject"] = "Сообщение"
    mail["Date"] = "Mon, 23 Nov 2026 08:30:00 +0700"
    mail.set_content(text)
    return read_notices(read_mail(mail.as_bytes()), SOURCE, OFFICE)


@pytest.mark.parametrize("head", ["Сообщение № {}", "№ {}", "Обращение № {}:", "Сообщение {}"])
def test_an_ordinal_is_no_number_and_the_labelled_number_counts(head):
    found = read("\n".join([head.format(1), FORM, head.format(2), "Номер: СГ-8", OTHER]))
    assert [one.external_id for one in found] == [None, "СГ-8"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            f"Сообщение № 4711 возвращено на доработку: нет сроков\n\nСообщение № 1703\n{FORM}",
            [("returned", "4711", None), ("new", "1703", "Придумкин Олег Макарович")],
        ),
        (
            f"Коллеги, в работу:\n\n№ 4711\n{BACK}\n№ 1703\n{FORM}",
            [("returned", "4711", None), ("new", "1703", "Придумкин Олег Макарович")],
        ),
        (
            f"Номер: 4711\n{BACK}\nНомер: 1703\n{FORM}",
            [("returned", "4711", None), ("new", "1703", "Придумкин Олег Макарович")],
        ),
        (
            CHAIN + f"Сообщение № СГ-17\n{FORM}",
            [
                ("closed", "СГ-15", None),
                ("returned", "СГ-16", None),
                ("new", "СГ-17", "Придумкин Олег Макарович"),
            ],
        ),
        (
            "1.\nНомер: 4711\nСтатус: Возвращено\nТекст: нет сроков\n\n2.\n" + FORM + "\n" + OTHER,
            [
                ("returned", "4711", None),
                ("new", None, "Придумкин Олег Макарович"),
                ("new", None, "Небывалов Глеб Макарович"),
            ],
        ),
    ],
)
def test_each_message_keeps_its_own_number_and_event(text, expected):
    found = [(one.event, one.external_id, one.applicant) for one in read(text)]
    assert found == expected


@pytest.mark.parametrize(
    "text",
    [
        FORM + "\nСообщение № 5522 закрыто без ответа!\n\nСообщение № 5523 закрыто тоже.\n",
        "Сообщение № 4711\n" + FORM + "\nСообщение № 5522 закрыто без ответа!\n",
        "Сообщение № 4711\n" + FORM + "\nСообщение № 4711\n",
        "Номер: 4711\nНомер инцидента: 778811\n" + FORM,
    ],
)
def test_numbers_that_a_citizen_writes_cut_nothing(text):
    (one,) = read(text)
    assert one.applicant == "Придумкин Олег Макарович"
    assert "не горят фонари" in one.text


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Зарегистрировано обращение № 99001 (по Федеральному закону от 02.05.2006 № 59-ФЗ)", None),
        ("Обращение зарегистрировано (закон от 2 мая 2006 г. № 59-ФЗ)", None),
        ("Обращение зарегистрировано в порядке 59-ФЗ 20.11.2026 10:15", date(2026, 11, 20)),
    ],
)
def test_the_day_of_a_law_is_no_arrival(line, expected):
    (one,) = read(f"{line}\n{FORM}")
    assert (one.received_at and one.received_at.date()) == expected
