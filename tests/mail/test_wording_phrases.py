"""Moments, names and lengths as words: tables at the edges of a day, a year, a minute."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcu_mail.mail.phrases import at, clean, clip, greet, initials, left, span, stamp, when

ZONE = timezone(timedelta(hours=7))
MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=ZONE)


def moment(text: str) -> datetime:
    return datetime.strptime(text, "%d.%m.%Y %H:%M").replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("due", "words"),
    [
        ("23.11.2026 12:30", "сегодня до 12:30"),
        ("23.11.2026 09:00", "сегодня до 09:00"),
        ("23.11.2026 23:59", "сегодня до 23:59"),
        ("24.11.2026 00:00", "завтра, вт 24.11, до 00:00"),
        ("24.11.2026 09:00", "завтра, вт 24.11, до 09:00"),
        ("25.11.2026 18:00", "ср 25.11 до 18:00"),
        ("22.11.2026 18:00", "вчера, вс 22.11, до 18:00"),
        ("21.11.2026 18:00", "сб 21.11 до 18:00"),
        ("01.01.2027 18:00", "пт 01.01.2027 до 18:00"),
    ],
)
def test_a_term_is_told_by_its_day_as_seen_now(due, words):
    assert when(moment(due), MONDAY) == words


def test_a_term_in_utc_is_told_in_the_zone_of_now():
    assert when(datetime(2026, 11, 23, 17, 30, tzinfo=UTC), MONDAY) == "завтра, вт 24.11, до 00:30"
    assert stamp(datetime(2026, 12, 31, 17, 0, tzinfo=UTC), MONDAY) == "01.01.2027 00:00"


@pytest.mark.parametrize(
    ("happened", "words"),
    [
        ("23.11.2026 09:05", "сегодня в 09:05"),
        ("22.11.2026 18:00", "вчера в 18:00"),
        ("20.11.2026 18:00", "пт 20.11 в 18:00"),
        ("31.12.2025 18:00", "ср 31.12.2025 в 18:00"),
    ],
)
def test_a_moment_is_told_by_its_day_as_seen_now(happened, words):
    assert at(moment(happened), MONDAY) == words


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(seconds=59), "меньше минуты"),
        (timedelta(minutes=1), "1 мин"),
        (timedelta(minutes=60), "1 ч"),
        (timedelta(hours=2, minutes=20), "2 ч 20 мин"),
        (timedelta(hours=24), "1 сут."),
        (timedelta(days=3, hours=4, minutes=5), "3 сут. 4 ч"),
        (-timedelta(minutes=15), "15 мин"),
    ],
)
def test_a_length_is_told_in_units_that_matter(length, words):
    assert span(length) == words


@pytest.mark.parametrize(
    ("ahead", "words"),
    [
        (timedelta(hours=2), "осталось 2 ч"),
        (timedelta(minutes=1), "осталось 1 мин"),
        (timedelta(seconds=59), "срок – сейчас"),
        (timedelta(), "срок – сейчас"),
        (-timedelta(seconds=59), "срок – сейчас"),
        (-timedelta(minutes=1), "просрочено на 1 мин"),
        (-timedelta(hours=26), "просрочено на 1 сут. 2 ч"),
    ],
)
def test_what_is_left_turns_into_what_is_overdue(ahead, words):
    assert left(MONDAY + ahead, MONDAY) == words


@pytest.mark.parametrize(
    ("name", "greeting", "short"),
    [
        ("Трассов Фёдор Макетович", "Фёдор Макетович", "Трассов Ф.М."),
        ("Трассов Фёдор", "Фёдор", "Трассов Ф."),
        ("Дежурный", "Дежурный", "Дежурный"),
        ("  Трассов   Фёдор  Макетович ", "Фёдор Макетович", "Трассов Ф.М."),
        ("", "", ""),
    ],
)
def test_a_name_is_shortened_for_a_greeting_and_for_a_list(name, greeting, short):
    assert greet(name) == greeting
    assert initials(name) == short


@given(st.text())
def test_clean_text_is_one_visible_line(value):
    line = clean(value)

    assert line.splitlines() in ([], [line])
    assert line == clean(line)
    assert not any(ord(char) < 32 or char in "\x7f\u2028\u2029\u202e\u200b" for char in line)


@given(st.text(), st.integers(min_value=2, max_value=80))
def test_clipped_text_fits_and_keeps_its_beginning(value, limit):
    short = clip(value, limit)

    assert len(short) <= limit
    assert clean(value).startswith(short.removesuffix("…"))


def test_text_is_clipped_between_words():
    assert clip("Не чистят улицу Образцовую в посёлке", 24) == "Не чистят улицу…"
    assert clip("Не чистят улицу", 15) == "Не чистят улицу"
