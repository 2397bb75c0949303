"""A threat to life: when it is told again, and the words by which somebody says that he acts."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcu_mail.domain.desk_words import read_seen
from mcu_mail.domain.restriction import repeat_at

ASKED = datetime(2026, 11, 23, 16, 50, tzinfo=UTC)
QUARTER, OFTEN, HOUR = timedelta(minutes=15), timedelta(minutes=30), timedelta(hours=1)


@given(st.integers(min_value=0, max_value=3 * 24 * 60))
def test_the_next_repeat_lies_ahead_and_never_further_than_the_time_of_the_day_allows(minutes):
    now = ASKED + timedelta(minutes=minutes)
    at = repeat_at(ASKED, now)
    longest = QUARTER if now < ASKED + QUARTER else OFTEN if now < ASKED + 2 * HOUR else HOUR
    assert now < at <= now + longest
    # A pass that is late does not shift the ones after it.
    assert repeat_at(ASKED, at - timedelta(seconds=1)) == at


def test_the_first_night_is_a_quarter_then_half_hours_for_three_hours_then_hours():
    at, minutes = ASKED, []
    for _ in range(9):
        at = repeat_at(ASKED, at)
        minutes.append((at - ASKED) // timedelta(minutes=1))
    assert minutes == [15, 45, 75, 105, 135, 165, 225, 285, 345]


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("Принято", ""),
        ("Принято, звоню", "звоню"),
        ("Добрый вечер!\nПринял в работу", ""),
        ("Звоню 112", "112"),
        ("Выезжаем", ""),
        ("Беру на себя", ""),
        (
            "Принято. Передано в полицию: дежурный, 00:05",
            "Передано в полицию: дежурный, 00:05",
        ),
        ("Принято\nНазначить: Трассов", "Назначить: Трассов"),
        ("Не принято", None),
        ("Принято?", None),
        ("Это обычное сообщение", None),
        ("", None),
    ],
)
def test_whoever_says_that_he_acts_is_understood_with_what_follows(text, rest):
    assert read_seen(text) == rest
