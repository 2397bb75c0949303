from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcu_mail.domain.calendar import Override, WorkCalendar
from mcu_mail.errors import RefusedError

ZONE = ZoneInfo("Asia/Novokuznetsk")
CALENDAR = WorkCalendar(
    days_off={
        date(2027, 2, 22): "Выходной (перенесено с 20.02.2027)",
        date(2027, 2, 23): "День защитника Отечества",
        date(2027, 3, 8): "Международный женский день",
    },
    working_weekends=frozenset({date(2027, 2, 20)}),
    years_confirmed=frozenset({2026, 2027}),
)
FRIDAY, SATURDAY, SUNDAY, MONDAY = (date(2026, 11, day) for day in (27, 28, 29, 30))


def at(day: date, clock: str) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), ZONE)


def overridden(day: date, override: Override) -> WorkCalendar:
    return replace(CALENDAR, overrides={day: override})


def test_weekends_and_holidays_are_days_off():
    days = (FRIDAY, SATURDAY, SUNDAY, MONDAY, date(2027, 2, 22), date(2027, 2, 23))
    assert [CALENDAR.is_working_day(day) for day in days] == [
        True,
        False,
        False,
        True,
        False,
        False,
    ]


def test_a_swapped_saturday_works_unless_the_office_takes_monday_to_friday_literally():
    swapped = date(2027, 2, 20)
    literal = replace(CALENDAR, working_saturdays=False)
    assert CALENDAR.is_working_day(swapped)
    assert not literal.is_working_day(swapped)
    assert not literal.is_short_day(swapped)


@pytest.mark.parametrize(
    ("override", "track", "hours"),
    [
        (Override(day_off=True), None, None),
        (Override(day_off=True), "incident", None),
        (Override(day_off=False), None, (time(8, 30), time(17, 30))),
        (Override(work=(time(8, 30), time(16, 30))), None, (time(8, 30), time(16, 30))),
        (Override(tracks={"incident": (time(10), time(14))}), "incident", (time(10), time(14))),
        (Override(tracks={"incident": (time(10), time(14))}), None, None),
        (Override(tracks={"incident": (time(10), time(14))}, day_off=True), "pos", None),
        (Override(day_off=False, tracks={"incident": None}), "incident", None),
        (Override(why="нет решения"), None, None),
    ],
)
def test_an_override_wins_over_the_calendar(override, track, hours):
    assert overridden(SATURDAY, override).hours_on(SATURDAY, track) == hours


def test_a_shortened_day_ends_an_hour_earlier_only_when_the_office_applies_it():
    short = date(2027, 2, 20)
    assert CALENDAR.is_short_day(short)
    assert CALENDAR.hours_on(short) == (time(8, 30), time(17, 30))
    assert replace(CALENDAR, apply_short_day=True).hours_on(short) == (time(8, 30), time(16, 30))
    assert replace(CALENDAR, apply_short_day=True).hours_on(MONDAY) == (time(8, 30), time(17, 30))


def test_a_day_off_is_never_a_shortened_day():
    assert not CALENDAR.is_short_day(date(2027, 3, 7))
    assert not CALENDAR.is_short_day(date(2027, 2, 22))


def test_the_next_working_day_skips_weekends():
    assert CALENDAR.next_working_day(FRIDAY) == MONDAY
    assert CALENDAR.next_working_day(SUNDAY) == MONDAY


def test_a_calendar_without_working_days_is_refused_in_russian():
    days = {MONDAY + timedelta(days=n): Override(day_off=True) for n in range(800)}
    calendar = replace(CALENDAR, overrides=days)
    with pytest.raises(RefusedError, match=r"после 30\.11\.2026"):
        calendar.next_working_day(MONDAY)
    with pytest.raises(RefusedError, match="ни одного рабочего дня"):
        calendar.add_working_minutes(at(MONDAY, "09:00"), 1)


@pytest.mark.parametrize(
    ("day", "clock", "minutes", "end_day", "end"),
    [
        (MONDAY, "09:00", 60, MONDAY, "10:00"),
        (MONDAY, "07:00", 60, MONDAY, "09:30"),
        (MONDAY, "09:00", 0, MONDAY, "09:00"),
        (MONDAY, "07:00", 0, MONDAY, "08:30"),
        (MONDAY, "08:30", 540, MONDAY, "17:30"),
        (FRIDAY, "17:00", 60, MONDAY, "09:00"),
        (FRIDAY, "17:30", 0, MONDAY, "08:30"),
        (FRIDAY, "18:00", 30, MONDAY, "09:00"),
        (SATURDAY, "12:00", 480, MONDAY, "16:30"),
    ],
)
def test_working_minutes_run_only_in_working_hours(day, clock, minutes, end_day, end):
    assert CALENDAR.add_working_minutes(at(day, clock), minutes) == at(end_day, end)


@pytest.mark.parametrize(
    ("clock", "minutes", "end"),
    [("12:30", 60, "14:30"), ("13:20", 10, "14:10"), ("12:00", 60, "13:00"), ("14:00", 5, "14:05")],
)
def test_the_lunch_break_does_not_count(clock, minutes, end):
    calendar = replace(CALENDAR, lunch=(time(13), time(14)))
    assert calendar.add_working_minutes(at(MONDAY, clock), minutes) == at(MONDAY, end)


def test_a_tracks_own_hours_count_for_its_minutes():
    calendar = overridden(SATURDAY, Override(tracks={"incident": (time(10), time(14))}))
    begin = at(SATURDAY, "09:00")
    assert calendar.add_working_minutes(begin, 60, "incident") == at(SATURDAY, "11:00")
    assert calendar.add_working_minutes(begin, 60) == at(MONDAY, "09:30")


@given(
    st.integers(0, 600 * 24 * 60).map(lambda n: at(FRIDAY, "00:00") + timedelta(minutes=n)),
    st.integers(0, 3000),
    st.integers(0, 3000),
)
def test_minutes_add_up_and_end_in_working_hours(start, first, second):
    step = CALENDAR.add_working_minutes(start, first)
    whole = CALENDAR.add_working_minutes(start, first + second)
    assert start <= step <= whole
    hours = CALENDAR.hours_on(whole.date())
    assert hours is not None
    assert hours[0] <= whole.time() <= hours[1]
    if second:
        assert CALENDAR.add_working_minutes(step, second) == whole


def test_unconfirmed_years_are_named_once_in_order():
    days = [date(2029, 1, 1), date(2026, 1, 1), date(2028, 5, 1), date(2028, 6, 1)]
    assert CALENDAR.unconfirmed(days) == (2028, 2029)


@pytest.mark.parametrize(
    ("today", "year"),
    [
        (date(2026, 12, 31), None),
        (date(2027, 10, 31), None),
        (date(2027, 11, 1), 2028),
        (date(2027, 12, 31), 2028),
    ],
)
def test_from_november_on_an_unconfirmed_next_year_is_warned_of(today, year):
    assert CALENDAR.november_warning(today) == year
