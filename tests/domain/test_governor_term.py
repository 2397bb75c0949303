"""«В течение суток до 18.00 часов»: every reading, at every edge."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcu_mail.domain.calendar import WorkCalendar
from mcu_mail.domain.terms import GovernorRule, GovernorTermSettings, governor_term

ZONE = ZoneInfo("Asia/Novokuznetsk")
CALENDAR = WorkCalendar(days_off={}, working_weekends=frozenset())
SETTINGS = GovernorTermSettings()
A, B, C, D = GovernorRule
MOMENTS = st.integers(0, 2 * 366 * 24 * 60).map(
    lambda n: datetime(2026, 1, 1, tzinfo=ZONE) + timedelta(minutes=n),
)


def at(text: str) -> datetime:
    """`23.11 08:45`; January is in 2027."""
    day = datetime.strptime(f"2026.{text}", "%Y.%d.%m %H:%M").replace(tzinfo=ZONE)
    return day.replace(year=2027) if day.month == 1 else day


def due(received: datetime, rule: GovernorRule) -> datetime:
    return governor_term(received, replace(SETTINGS, rule=rule), CALENDAR).due


TABLE = [
    # received, then A, B, C, D
    ("23.11 08:45", "23.11 18:00", "24.11 18:00", "24.11 08:45", "23.11 18:00"),
    ("23.11 10:00", "23.11 18:00", "24.11 18:00", "24.11 10:00", "23.11 18:00"),
    ("23.11 17:30", "23.11 18:00", "24.11 18:00", "24.11 17:30", "24.11 18:00"),
    ("23.11 19:00", "24.11 18:00", "24.11 18:00", "24.11 18:00", "24.11 18:00"),
    ("27.11 17:30", "27.11 18:00", "28.11 18:00", "28.11 17:30", "28.11 18:00"),
    ("28.11 11:00", "28.11 18:00", "29.11 18:00", "29.11 11:00", "28.11 18:00"),
    ("31.12 19:00", "01.01 18:00", "01.01 18:00", "01.01 18:00", "01.01 18:00"),
    # the edges: one minute before and after each boundary, and midnight
    ("23.11 17:59", "23.11 18:00", "24.11 18:00", "24.11 17:59", "24.11 18:00"),
    ("23.11 18:00", "24.11 18:00", "24.11 18:00", "24.11 18:00", "24.11 18:00"),
    ("23.11 18:01", "24.11 18:00", "24.11 18:00", "24.11 18:00", "24.11 18:00"),
    ("23.11 11:59", "23.11 18:00", "24.11 18:00", "24.11 11:59", "23.11 18:00"),
    ("23.11 12:00", "23.11 18:00", "24.11 18:00", "24.11 12:00", "24.11 18:00"),
    ("23.11 00:00", "23.11 18:00", "24.11 18:00", "24.11 00:00", "23.11 18:00"),
]


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row[0])
def test_each_reading_gives_the_moment_of_the_table(row):
    received, *expected = row
    assert [due(at(received), rule) for rule in (A, B, C, D)] == [at(text) for text in expected]


@given(MOMENTS)
def test_the_last_18_inside_24_hours_equals_the_same_day_reading(received):
    limit = received + timedelta(hours=24)
    last = datetime.combine(limit.date(), time(18), ZONE)
    last = last if last <= limit else last - timedelta(days=1)
    assert due(received, A) == last


@given(MOMENTS)
def test_24_hours_stretched_to_the_18_of_that_day_equals_the_next_day_reading(received):
    limit = received + timedelta(hours=24)
    assert due(received, B) == datetime.combine(limit.date(), time(18), ZONE)


@given(MOMENTS, st.sampled_from(GovernorRule))
def test_a_term_lies_after_the_arrival_and_its_goal_between_the_two(received, rule):
    term = governor_term(received, replace(SETTINGS, rule=rule), CALENDAR)
    assert received < term.due
    assert term.goal is None or received < term.goal < term.due


@given(MOMENTS)
def test_the_literal_reading_holds_both_halves_of_the_sentence(received):
    term = due(received, C)
    assert term <= received + timedelta(hours=24)
    assert term.time() <= time(18)


@given(MOMENTS, st.integers(1, 72))
def test_another_number_of_hours_is_never_exceeded(received, hours):
    term = governor_term(received, replace(SETTINGS, within_hours=hours), CALENDAR)
    assert received < term.due <= received + timedelta(hours=hours)


def test_a_short_term_after_the_closing_hour_is_left_to_the_hours():
    term = governor_term(at("23.11 19:00"), replace(SETTINGS, within_hours=2), CALENDAR)
    assert term.due == at("23.11 21:00")
    assert "в течение 2 ч" in term.sentence


def test_a_cutoff_after_the_closing_hour_never_gives_a_term_in_the_past():
    late = replace(SETTINGS, rule=D, cutoff=time(20))
    assert governor_term(at("23.11 19:00"), late, CALENDAR).due == at("24.11 18:00")


@pytest.mark.parametrize(
    ("received", "rule", "goal"),
    [
        ("23.11 08:15", C, "23.11 18:00"),
        ("23.11 11:59", C, "23.11 18:00"),
        ("23.11 12:00", C, None),
        ("23.11 17:30", C, None),
        ("23.11 08:15", A, None),
        ("28.11 08:15", C, "28.11 18:00"),
    ],
)
def test_the_goal_is_the_same_days_closing_hour_for_what_came_in_the_morning(received, rule, goal):
    term = governor_term(at(received), replace(SETTINGS, rule=rule), CALENDAR)
    assert term.goal == (at(goal) if goal else None)


def test_without_a_morning_hour_there_is_no_goal():
    settings = replace(SETTINGS, goal_same_day_if_before=None)
    assert governor_term(at("23.11 08:15"), settings, CALENDAR).goal is None


def test_when_weekends_do_not_count_a_term_on_saturday_moves_to_monday():
    settings = replace(SETTINGS, weekend="next_working_day")
    term = governor_term(at("27.11 08:45"), settings, CALENDAR)
    assert term.due == at("30.11 08:45")
    assert "перенесён на рабочий день: пн 30.11 в 08:45" in term.sentence
    assert governor_term(at("28.11 08:45"), settings, CALENDAR).goal is None
    assert governor_term(at("23.11 08:45"), settings, CALENDAR).due == at("24.11 08:45")


STATED = [
    # setting, stated, due, stated is later, what the sentence says of it
    ("earlier_wins", "24.11 07:00", "24.11 07:00", False, "более ранний срок"),
    ("earlier_wins", "24.11 18:00", "24.11 08:15", True, "более поздний срок"),
    ("earlier_wins", "24.11 08:15", "24.11 08:15", False, "тот же срок"),
    ("earlier_wins", "23.11 08:15", "24.11 08:15", False, "прошёл ещё до поступления"),
    ("earlier_wins", "22.11 18:00", "24.11 08:15", False, "прошёл ещё до поступления"),
    ("letter_wins", "24.11 18:00", "24.11 18:00", False, "Действует срок, указанный в письме"),
    ("letter_wins", "24.11 07:00", "24.11 07:00", False, "Действует срок, указанный в письме"),
    ("ignore", "24.11 18:00", "24.11 08:15", False, "не учитывается"),
    ("ignore", "24.11 07:00", "24.11 08:15", False, "не учитывается"),
]


@pytest.mark.parametrize(("setting", "stated", "expected", "later", "words"), STATED)
def test_a_stated_term_counts_as_the_office_set(setting, stated, expected, later, words):
    settings = replace(SETTINGS, stated=setting)
    term = governor_term(at("23.11 08:15"), settings, CALENDAR, at(stated))
    assert (term.due, term.stated, term.stated_is_later) == (at(expected), at(stated), later)
    assert words in term.sentence


def test_a_stated_term_before_the_goal_leaves_no_goal():
    assert governor_term(at("23.11 08:15"), SETTINGS, CALENDAR, at("23.11 15:00")).goal is None


def test_a_stated_term_in_moscow_time_is_shown_in_the_offices_time():
    stated = datetime(2026, 11, 23, 13, 0, tzinfo=ZoneInfo("Europe/Moscow"))
    term = governor_term(at("23.11 08:15"), SETTINGS, CALENDAR, stated)
    assert term.due == at("23.11 17:00")
    assert "пн 23.11 в 17:00" in term.sentence


def test_the_arithmetic_reads_as_an_official_would_say_it():
    term = governor_term(at("23.11 08:15"), SETTINGS, CALENDAR, at("24.11 18:00"))
    assert term.sentence == (
        "Поступило пн 23.11 в 08:15. Срок (п. 5.3 постановления) – в течение суток и не позже "
        "18:00: вт 24.11 в 08:15. В письме указан более поздний срок – вт 24.11 в 18:00; пока "
        "диспетчер его не подтвердил, действует срок по постановлению. Цель – пн 23.11 до 18:00."
    )


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (A, "до 18:00 того же дня"),
        (B, "до 18:00 следующего дня"),
        (C, "в течение суток и не позже 18:00"),
        (D, "поступившее до 12:00 в тот же день до 18:00"),
    ],
)
def test_the_sentence_names_the_reading(rule, words):
    settings = replace(SETTINGS, rule=rule)
    assert words in governor_term(at("23.11 08:15"), settings, CALENDAR).sentence


def test_a_term_in_the_next_year_is_written_with_its_year():
    assert "пт 01.01.2027 в 18:00" in governor_term(at("31.12 19:00"), SETTINGS, CALENDAR).sentence
