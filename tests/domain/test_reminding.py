"""When somebody is reminded of a step, and when people are left alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcu_mail.domain.calendar import Override, WorkCalendar
from mcu_mail.domain.quiet_hours import is_quiet, last_working, loud_at, working_day_before
from mcu_mail.domain.reminding import ReminderRules, is_long, reminders
from mcu_mail.settings.production_calendar import production_calendar

ZONE = ZoneInfo("Asia/Novokuznetsk")
_OFF, _WORKED = production_calendar((2026, 2027))
CALENDAR = WorkCalendar(days_off=_OFF, working_weekends=_WORKED)
SHORT = replace(CALENDAR, apply_short_day=True)
RULES = ReminderRules(before_minutes=(60, 15), before_days=(1,))
MOMENTS = st.integers(0, 365 * 24 * 60).map(
    lambda n: datetime(2026, 6, 1, tzinfo=ZONE) + timedelta(minutes=n),
)


def at(text: str) -> datetime:
    """`23.11 08:45`; January to May are in 2027."""
    day = datetime.strptime(f"2026.{text}", "%Y.%d.%m %H:%M").replace(tzinfo=ZONE)
    return day.replace(year=2027) if day.month < 6 else day


@pytest.mark.parametrize(
    ("moment", "heard"),
    [
        ("23.11 08:29", "23.11 08:30"),
        ("23.11 08:30", "23.11 08:30"),
        ("23.11 17:29", "23.11 17:29"),
        ("23.11 17:30", "23.11 17:30"),
        ("23.11 17:31", "24.11 08:30"),
        ("27.11 18:00", "30.11 08:30"),
        ("28.11 12:00", "30.11 08:30"),
        ("30.12 17:31", "11.01 08:30"),
        ("31.12 10:00", "11.01 08:30"),
        ("19.02 18:00", "20.02 08:30"),
        ("20.02 12:00", "20.02 12:00"),
        ("20.02 17:31", "24.02 08:30"),
    ],
)
def test_what_falls_outside_the_hours_is_heard_at_the_next_opening(moment, heard):
    assert loud_at(at(moment), CALENDAR, "incident") == at(heard)


@pytest.mark.parametrize(
    ("moment", "calendar", "last"),
    [
        ("23.11 23:59", CALENDAR, "23.11 17:30"),
        ("24.11 03:59", CALENDAR, "23.11 17:30"),
        ("24.11 08:30", CALENDAR, "23.11 17:30"),
        ("24.11 08:31", CALENDAR, "24.11 08:31"),
        ("29.11 15:00", CALENDAR, "27.11 17:30"),
        ("03.11 17:30", CALENDAR, "03.11 17:30"),
        ("03.11 17:30", SHORT, "03.11 16:30"),
        ("01.01 12:00", CALENDAR, "30.12 17:30"),
        ("21.02 12:00", SHORT, "20.02 16:30"),
    ],
)
def test_a_term_in_the_night_can_be_met_till_the_end_of_work_before_it(moment, calendar, last):
    assert last_working(at(moment), calendar, "pos") == at(last)


def test_the_hours_that_the_region_sets_for_a_holiday_are_hours_of_the_track():
    holiday = at("31.12 12:00").date()
    hours = Override(tracks={"incident": (time(10), time(14))}, why="график ЦУР")
    calendar = replace(CALENDAR, overrides={holiday: hours})
    assert loud_at(at("31.12 09:00"), calendar, "incident") == at("31.12 10:00")
    assert loud_at(at("31.12 12:00"), calendar, "incident") == at("31.12 12:00")
    assert loud_at(at("31.12 12:00"), calendar, "pos") == at("11.01 08:30")


@pytest.mark.parametrize(
    ("start", "latest", "expected"),
    [
        # An hour and a quarter of an hour before, in working hours.
        ("23.11 10:00", "23.11 16:30", ["23.11 15:30", "23.11 16:15"]),
        # The first one would fall before the opening.
        ("23.11 17:00", "24.11 09:10", ["24.11 08:30", "24.11 08:55"]),
        # Both would, or there is no time after the opening: before work ends on the day before.
        ("23.11 15:00", "24.11 08:40", ["24.11 08:30"]),
        ("23.11 15:00", "24.11 08:30", ["23.11 17:00"]),
        # Over a weekend it is still one day of work.
        ("27.11 16:45", "30.11 15:45", ["30.11 14:45", "30.11 15:30"]),
        # More than a day: the working day before, and the morning of the day.
        ("23.11 10:00", "07.12 17:30", ["04.12 08:30", "07.12 08:30"]),
        ("23.11 10:00", "25.11 09:00", ["24.11 08:30", "25.11 08:30"]),
        ("18.12 10:00", "11.01 12:00", ["30.12 08:30", "11.01 08:30"]),
        ("17.02 10:00", "20.02 16:30", ["19.02 08:30", "20.02 08:30"]),
        ("16.02 10:00", "24.02 16:30", ["20.02 08:30", "24.02 08:30"]),
        # What has passed already is not told.
        ("23.11 16:00", "23.11 16:40", ["23.11 16:25"]),
        ("23.11 16:00", "23.11 15:00", []),
    ],
)
def test_reminders_of_a_track_with_hours(start, latest, expected):
    found = reminders(at(start), at(latest), RULES, SHORT, "kuzbass_online")
    assert sorted(found.values()) == [at(one) for one in expected]


def test_what_is_worked_at_daily_is_reminded_of_at_any_hour_and_of_long_steps_by_days_too():
    found = reminders(at("28.11 20:00"), at("29.11 07:00"), RULES, CALENDAR, None)
    assert sorted(found.values()) == [at("29.11 06:00"), at("29.11 06:45")]
    found = reminders(at("23.11 10:00"), at("01.12 18:00"), RULES, CALENDAR, None)
    assert sorted(found.values()) == [
        at(one) for one in ("30.11 08:30", "01.12 08:30", "01.12 17:00", "01.12 17:45")
    ]


@pytest.mark.parametrize(
    ("start", "latest", "long"),
    [
        ("23.11 10:00", "24.11 17:30", False),
        ("23.11 10:00", "25.11 08:31", True),
        ("27.11 10:00", "30.11 17:30", False),
        ("30.12 16:00", "11.01 15:00", False),
    ],
)
def test_a_day_of_a_step_is_a_day_of_work(start, latest, long):
    assert is_long(at(start), at(latest), CALENDAR, "incident") is long


def test_the_working_day_before_is_none_of_the_days_off():
    assert working_day_before(at("11.01 12:00"), 1, CALENDAR, "pos") == at("30.12 08:30")
    assert working_day_before(at("29.11 12:00"), 0, CALENDAR, "pos") == at("27.11 08:30")


@settings(max_examples=40)
@given(start=MOMENTS, minutes=st.integers(1, 60 * 24 * 40))
def test_nobody_is_reminded_outside_the_hours_or_too_late(start, minutes):
    latest = start + timedelta(minutes=minutes)
    found = reminders(start, latest, RULES, CALENDAR, "incident")
    assert all(start < one < latest for one in found.values())
    assert not any(is_quiet(one, CALENDAR, "incident") for one in found.values())
    assert len(set(found.values())) == len(found)


@settings(max_examples=40)
@given(moment=MOMENTS)
def test_the_last_working_moment_is_at_work_and_nothing_of_work_lies_between(moment):
    last = last_working(moment, CALENDAR, "incident")
    assert last <= moment
    assert not is_quiet(last, CALENDAR, "incident")
    assert last == moment or is_quiet(last + timedelta(minutes=1), CALENDAR, "incident")
