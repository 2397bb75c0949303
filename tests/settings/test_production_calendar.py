"""The production calendar as published, year by year, and the shortened days that follow."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from mcu_mail.domain.calendar import WorkCalendar
from mcu_mail.settings.production_calendar import production_calendar

# Year: (working days, working weekend days, shortened days), each as published.
PUBLISHED = {
    2024: (248, ["04-27", "11-02", "12-28"], ["02-22", "03-07", "05-08", "06-11", "11-02"]),
    2025: (247, ["11-01"], ["03-07", "04-30", "06-11", "11-01"]),
    2026: (247, [], ["04-30", "05-08", "06-11", "11-03"]),
    2027: (247, ["02-20"], ["02-20", "04-30", "06-11", "11-03"]),
}
DAYS_OFF = {
    2024: ["04-29", "04-30", "05-10", "12-30", "12-31"],
    2025: ["05-02", "05-08", "06-13", "11-03", "12-31"],
    2026: ["01-09", "03-09", "05-11", "12-31"],
    2027: ["02-22", "05-03", "05-10", "06-14", "11-05", "12-31"],
}


def calendar_of(year: int) -> WorkCalendar:
    days_off, worked = production_calendar([year])
    return WorkCalendar(days_off=days_off, working_weekends=worked)


def days_of(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days)]


def on(year: int, days: list[str]) -> list[date]:
    return [date.fromisoformat(f"{year}-{day}") for day in days]


@pytest.mark.parametrize("year", PUBLISHED)
def test_a_year_has_as_many_working_days_as_published(year):
    calendar = calendar_of(year)
    assert sum(calendar.is_working_day(day) for day in days_of(year)) == PUBLISHED[year][0]


@pytest.mark.parametrize("year", PUBLISHED)
def test_working_weekend_days_are_the_published_ones(year):
    assert sorted(production_calendar([year])[1]) == on(year, PUBLISHED[year][1])


@pytest.mark.parametrize("year", PUBLISHED)
def test_shortened_days_follow_from_the_rule_exactly_as_published(year):
    calendar = calendar_of(year)
    short = [day for day in days_of(year) if calendar.is_short_day(day)]
    assert short == on(year, PUBLISHED[year][2])


@pytest.mark.parametrize("year", DAYS_OFF)
def test_moved_days_off_are_days_off_with_a_russian_reason(year):
    days_off, _ = production_calendar([year])
    for day in on(year, DAYS_OFF[year]):
        assert "выходной" in days_off[day].lower() or "каникулы" in days_off[day].lower()


def test_the_result_holds_the_years_asked_for_and_no_others():
    days_off, worked = production_calendar([2024, 2027, 2024])
    assert {day.year for day in days_off} == {2024, 2027}
    assert {day.year for day in worked} == {2024, 2027}


def test_no_years_give_an_empty_calendar():
    assert production_calendar([]) == ({}, frozenset())
