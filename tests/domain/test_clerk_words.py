"""The clerk's words, exactly: numbers with dates, voids with reasons, pairs of words."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcu_mail.domain.clerk_readers import TWO_NUMBERS, change_of
from mcu_mail.domain.verdicts import MeaningKind, read_meaning

TODAY = date(2026, 11, 26)
DAY = date(2026, 11, 24)


def asked(text: str):
    """The reply of the one who was asked for a number."""
    return read_meaning(text, TODAY, numbering=True)


@pytest.mark.parametrize(
    ("text", "number", "on"),
    [
        ("№ 01-12/345 от 24.11.2026", "01-12/345", DAY),
        ("01-12/345", "01-12/345", None),
        ("01–12/345", "01-12/345", None),
        ("345", "345", None),
        ("345 24.11", "345", DAY),
        ("345, 24.11.26 г.", "345", DAY),
        ("зарегистрировано за № 345 24.11", "345", DAY),
        ("Зарегестрировано под № 345 от 24 ноября", "345", DAY),
        ("исх. 345 от 24 ноября", "345", DAY),
        ("Исх.№345 от 24.11.2026", "345", DAY),
        ("письмо зарегистрировано, № 345", "345", None),
        ("24.11.2026 № 345", "345", DAY),
        ("номер 345 от вчера", "345", date(2026, 11, 25)),
        ("номер ноль", "", None),
        ("01 тире 12 дробь 345 от 24 точка 11 точка 2026", "01-12/345", DAY),
        ("№ 345а", "345а", None),
        ("345/1", "345/1", None),
        ("№ Исх-345", "Исх-345", None),
        ("Добрый день!\n345\nС уважением, Журналова", "345", None),
        ("№ 345. С уважением, Журналова, тел. 2-00-00", "345", None),
    ],
)
def test_a_number_and_its_date_are_read_as_written(text, number, on):
    said = asked(text)
    if number:
        assert (said.kind, said.name, said.until) == (MeaningKind.register_number, number, on)
    else:
        assert said.kind is not MeaningKind.register_number


@pytest.mark.parametrize(
    "text",
    ["№ 345, № 346", "345 или 346", "345; 346", "№ 345 и № 346", "№ 345\n№ 346", "345\nи № 346"],
)
def test_two_numbers_are_not_one(text):
    assert (asked(text).kind, asked(text).name) == (MeaningKind.register_number, TWO_NUMBERS)


@pytest.mark.parametrize(
    "text",
    [
        "24.11.2026",
        "2026-000123",
        "№ 345 от 31.02.2026",
        "№ 345 в двух экземплярах",
        "№ 345?",
        "2 листа",
        "17:30",
        "пришлю к 15 часам",
        "",
    ],
)
def test_what_is_no_plain_number_is_none(text):
    assert asked(text).kind is not MeaningKind.register_number


@pytest.mark.parametrize("text", ["345", "01-12/345", "345 от 24.11", "12"])
def test_a_bare_number_counts_only_where_one_was_asked_for(text):
    assert read_meaning(text, TODAY).kind is MeaningKind.note
    assert asked(text).kind is MeaningKind.register_number


@given(st.integers(1, 99_999), st.dates(date(2026, 1, 1), TODAY))
def test_every_number_with_every_date_comes_back(n, on):
    for text in (f"№ 01-12/{n} от {on:%d.%m.%Y}", f"исх. 01-12/{n} {on:%d.%m.%Y}"):
        said = read_meaning(text, TODAY)
        assert (said.kind, said.name, said.until) == (
            MeaningKind.register_number,
            f"01-12/{n}",
            on,
        )


@pytest.mark.parametrize(
    ("text", "number", "reason"),
    [
        ("Аннулирован: ошибка в адресате", "", "ошибка в адресате"),
        ("аннулирован, не тот адрес", "", "не тот адрес"),
        ("анулирован: не тот текст", "", "не тот текст"),
        ("Аннулировать № 01-12/345: дубль", "01-12/345", "дубль"),
        ("Аннулировать № 01-12/345 от 24.11.2026: дубль", "01-12/345", "дубль"),
        ("Аннулировать 01–12/345 – дубль", "01-12/345", "дубль"),
        ("Прошу аннулировать номер 345, ошиблись", "345", "ошиблись"),
        ("Номер 345 аннулировать: дубль", "345", "дубль"),
        ("Запись № 345 прошу аннулировать: дубль", "345", "дубль"),
        ("Аннулировать письмо: не тот адрес", "", "не тот адрес"),
        ("Аннулировать № 345, причина: дубль\nС уважением, Журналова", "345", "дубль"),
        ("Аннулировать № 345\nпо причине дубля", "345", "дубля"),
        ("Аннулировать двоеточие ошибка в дате точка", "", "ошибка в дате"),
        ("2026-000123 аннулировать: дубль", "", "дубль"),
        ("Аннулировать 24.11.2026", "", ""),
        ("Аннулировано", "", ""),
        ("Аннулирован. Спасибо", "", ""),
        ("Аннулировать № 345 и № 346: дубль", TWO_NUMBERS, ""),
    ],
)
def test_a_void_names_its_number_and_its_reason(text, number, reason):
    said = read_meaning(text, TODAY)
    assert (said.kind, said.name, said.reason) == (MeaningKind.void, number, reason)


@pytest.mark.parametrize(
    "text",
    [
        "Аннулировать?",
        "Аннулировать ли номер 345?",
        "Не аннулировать",
        "Аннулировать не нужно",
        "Аннулирован не был",
        "Можно аннулировать?",
        "Номер 345 не аннулировать",
        "Согласовано. Прежний номер аннулирован",
        "Глава вернул: номер аннулировать",
        "Закрыть: номер аннулирован",
    ],
)
def test_what_is_asked_or_denied_or_another_verdict_is_no_void(text):
    assert read_meaning(text, TODAY).kind is not MeaningKind.void


def test_a_drafters_prose_about_a_void_permit_is_his_answer():
    prose = (
        "Аннулировано разрешение на размещение торгового павильона по улице Образцовой, демонтаж "
        "будет выполнен до 01.12.2026, контроль поручен управлению по жизнеобеспечению округа."
    )
    assert read_meaning(prose, TODAY, drafting=True).kind is MeaningKind.answer


@pytest.mark.parametrize(
    ("line", "was", "now"),
    [
        ("25.11 → 26.11", "25.11", "26.11"),
        ("25.11 -> 26.11", "25.11", "26.11"),
        ("25.11 => 26.11", "25.11", "26.11"),
        ("25.11 — > 26.11", "25.11", "26.11"),
        ("«на дороге» на «на улице»", "на дороге", "на улице"),
        ("было на дороге, стало на улице", "на дороге", "на улице"),
        ("Было: «утром»; стало: «вечером».", "утром", "вечером"),
        ("вместо утром следует читать вечером", "утром", "вечером"),
        ("25.11.2026 на 26.11.2026", "25.11.2026", "26.11.2026"),
        ("- утром → вечером", "утром", "вечером"),
        ("1) утром → вечером", "утром", "вечером"),
        ("пос. Тяжинский-2 → пгт Тяжинский", "пос. Тяжинский-2", "пгт Тяжинский"),
    ],
)
def test_a_pair_of_words_is_read_as_written(line, was, now):
    assert change_of(line) == (was, now)


@pytest.mark.parametrize(
    "line",
    [
        "исправили дату",
        "утром → днём → вечером",
        "поставлено на улице на площади",
        "утром → утром",
        "→ вечером",
        "утром →",
        "а" * 1001 + " → б",
    ],
)
def test_what_can_be_read_in_two_ways_is_no_pair(line):
    assert change_of(line) is None


def test_every_line_of_the_pen_is_a_pair_or_is_asked_about():
    said = read_meaning("Правка от руки:\n25 → 26\nи ещё дату\n\nС уважением,\nЖурналова", TODAY)
    assert (said.kind, said.changes, said.reason) == (
        MeaningKind.pen,
        (("25", "26"),),
        "и ещё дату",
    )
