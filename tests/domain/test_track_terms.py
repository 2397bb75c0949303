"""The terms of «Инцидент», «ПОС» and «Кузбасс-онлайн»: the tables of the regulation's reading."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcu_mail.domain.calendar import Override, WorkCalendar
from mcu_mail.domain.track_terms import (
    TermKind,
    TermRules,
    accept_due,
    afresh_due,
    fast_due,
    first_reply_due,
    opening_after,
    rework_due,
    term_of,
    wait_until,
)
from mcu_mail.settings.production_calendar import production_calendar

ZONE = ZoneInfo("Asia/Novokuznetsk")
_OFF, _WORKED = production_calendar((2026, 2027))
CALENDAR = WorkCalendar(days_off=_OFF, working_weekends=_WORKED)
LUNCH = replace(CALENDAR, lunch=(time(13), time(14)))
SHORT = replace(CALENDAR, apply_short_day=True)
INCIDENT = TermRules(
    track="incident",
    kind=TermKind.working_hours,
    hours=8,
    fast_hours=4,
    first_reply_minutes=60,
    wait=48,
)
POS = TermRules(track="pos", kind=TermKind.stated)
PORTAL = TermRules(track="kuzbass_online", kind=TermKind.days, days=14, accept_hours=24)
MOMENTS = st.integers(0, 365 * 24 * 60).map(
    lambda n: datetime(2026, 6, 1, tzinfo=ZONE) + timedelta(minutes=n),
)


def at(text: str) -> datetime:
    """`23.11 08:45`; January to May are in 2027."""
    day = datetime.strptime(f"2026.{text}", "%Y.%d.%m %H:%M").replace(tzinfo=ZONE)
    return day.replace(year=2027) if day.month < 6 else day


HOURS = [
    # received, first reply (working, wall), 8 h (no lunch, lunch), 4 h (no lunch, lunch)
    "23.11 08:00, 23.11 09:30, 23.11 09:00, 23.11 16:30, 23.11 17:30, 23.11 12:30, 23.11 12:30",
    "23.11 10:00, 23.11 11:00, 23.11 11:00, 24.11 09:00, 24.11 10:00, 23.11 14:00, 23.11 15:00",
    "23.11 17:10, 24.11 09:10, 23.11 18:10, 24.11 16:10, 24.11 17:10, 24.11 12:10, 24.11 12:10",
    "23.11 19:00, 24.11 09:30, 23.11 20:00, 24.11 16:30, 24.11 17:30, 24.11 12:30, 24.11 12:30",
    "27.11 16:45, 30.11 08:45, 27.11 17:45, 30.11 15:45, 30.11 16:45, 30.11 11:45, 30.11 11:45",
    "28.11 12:00, 30.11 09:30, 28.11 13:00, 30.11 16:30, 30.11 17:30, 30.11 12:30, 30.11 12:30",
    "30.12 16:00, 30.12 17:00, 30.12 17:00, 11.01 15:00, 11.01 16:00, 11.01 11:00, 11.01 11:00",
    "19.02 15:00, 19.02 16:00, 19.02 16:00, 20.02 14:00, 20.02 15:00, 20.02 10:00, 20.02 10:00",
    # the edges of a day, and a working day that would be Friday's
    "23.11 17:29, 24.11 09:29, 23.11 18:29, 24.11 16:29, 24.11 17:29, 24.11 12:29, 24.11 12:29",
    "23.11 17:31, 24.11 09:30, 23.11 18:31, 24.11 16:30, 24.11 17:30, 24.11 12:30, 24.11 12:30",
    "31.12 10:00, 11.01 09:30, 31.12 11:00, 11.01 16:30, 11.01 17:30, 11.01 12:30, 11.01 12:30",
    "20.02 16:30, 20.02 17:30, 20.02 17:30, 24.02 15:30, 24.02 16:30, 24.02 11:30, 24.02 11:30",
]


@pytest.mark.parametrize("row", HOURS)
def test_working_hours_run_to_the_moment_of_the_table(row):
    received, *expected = (at(text) for text in row.split(", "))
    wall = replace(INCIDENT, first_reply_clock="wall")
    found = [
        first_reply_due(received, INCIDENT, CALENDAR),
        first_reply_due(received, wall, CALENDAR),
        *(
            term_of(received, INCIDENT, calendar, fast=fast).due
            for fast in (False, True)
            for calendar in (CALENDAR, LUNCH)
        ),
    ]
    assert found == expected


@pytest.mark.parametrize(
    ("calendar", "due", "fast"),
    [
        (SHORT, "05.11 15:00", "05.11 11:00"),
        (replace(SHORT, lunch=(time(13), time(14))), "05.11 16:00", "05.11 11:00"),
        (CALENDAR, "05.11 14:00", "05.11 10:00"),
    ],
)
def test_the_eve_of_a_holiday_may_be_an_hour_shorter(calendar, due, fast):
    received = at("03.11 15:00")
    assert first_reply_due(received, INCIDENT, calendar) == at("03.11 16:00")
    assert term_of(received, INCIDENT, calendar).due == at(due)
    assert term_of(received, INCIDENT, calendar, fast=True).due == at(fast)


def test_a_working_saturday_counts_only_where_the_office_says_so():
    literal = replace(CALENDAR, working_saturdays=False)
    assert term_of(at("19.02 15:00"), INCIDENT, literal).due == at("24.02 14:00")


def test_hours_that_the_region_has_set_for_a_holiday_are_working_hours_of_that_track_alone():
    day = date(2026, 12, 31)
    override = Override(tracks={"incident": (time(10), time(14))}, why="график ЦУР")
    calendar = replace(CALENDAR, overrides={day: override})
    assert term_of(at("31.12 09:00"), INCIDENT, calendar, fast=True).due == at("31.12 14:00")
    other = replace(INCIDENT, track="pos")
    assert term_of(at("31.12 09:00"), other, calendar, fast=True).due == at("11.01 12:30")


PORTAL_TABLE = [
    # received, accept (wall, skipping), 14 days kept, previous, next, 14 working days
    ("23.11 10:00", "24.11 10:00", "24.11 10:00", "07.12", "07.12", "07.12", "11.12"),
    ("27.11 16:00", "28.11 16:00", "30.11 16:00", "11.12", "11.12", "11.12", "17.12"),
    ("28.11 12:00", "29.11 12:00", "01.12 08:30", "12.12", "11.12", "14.12", "17.12"),
    ("18.12 09:00", "19.12 09:00", "21.12 09:00", "01.01", "30.12", "11.01", "18.01"),
    ("19.04 09:00", "20.04 09:00", "20.04 09:00", "03.05", "30.04", "04.05", "11.05"),
]


@pytest.mark.parametrize("row", PORTAL_TABLE, ids=lambda row: row[0])
def test_acceptance_and_days_run_to_the_moment_of_the_table(row):
    received, wall, skipping, *days = row
    rules = [
        replace(PORTAL, nonworking_end="keep"),
        PORTAL,
        replace(PORTAL, nonworking_end="next"),
        replace(PORTAL, days_kind="working"),
    ]
    on_wall = replace(PORTAL, accept_clock="wall")
    assert accept_due(at(received), on_wall, CALENDAR) == at(wall)
    assert accept_due(at(received), PORTAL, CALENDAR) == at(skipping)
    found = [term_of(at(received), one, CALENDAR).due for one in rules]
    assert found == [at(f"{day} 17:30") for day in days]


@pytest.mark.parametrize(
    ("kind", "until"),
    [("hours", "29.11 15:00"), ("calendar_days", "30.11 00:00"), ("working_days", "01.12 17:30")],
)
def test_two_days_for_the_citizen_are_counted_as_the_office_has_settled(kind, until):
    rules = replace(INCIDENT, wait_kind=kind)
    assert wait_until(at("27.11 15:00"), rules, CALENDAR) == at(until)


@pytest.mark.parametrize(
    ("current", "flagged", "due"),
    [
        ("24.11 09:00", "23.11 15:00", "24.11 09:00"),  # four hours would end later
        ("24.11 16:30", "23.11 15:00", "24.11 10:00"),
        ("24.11 09:00", "23.11 10:10", "23.11 14:10"),
    ],
)
def test_a_late_fast_track_shortens_and_never_lengthens(current, flagged, due):
    assert fast_due(at(current), at(flagged), INCIDENT, CALENDAR) == at(due)


def test_a_term_of_the_system_is_taken_as_it_stands_or_asked_for():
    known = term_of(at("23.11 10:00"), POS, CALENDAR, stated=at("07.12 18:00"))
    assert (known.due, known.is_known) == (at("07.12 18:00"), True)
    moscow = at("07.12 18:00").astimezone(ZoneInfo("Europe/Moscow"))
    told = term_of(at("23.11 10:00"), POS, CALENDAR, stated=moscow)
    assert told.due == at("07.12 18:00")
    assert "пн 07.12 в 18:00" in told.sentence
    for stated in (None, at("22.11 18:00")):
        term = term_of(at("23.11 17:00"), POS, CALENDAR, stated=stated)
        assert (term.due, term.is_known) == (at("24.11 09:00"), False)


def test_an_earlier_stated_term_wins_and_a_later_one_is_asked_about():
    early = term_of(at("23.11 10:00"), INCIDENT, CALENDAR, stated=at("23.11 15:00"))
    assert (early.due, early.stated_is_later) == (at("23.11 15:00"), False)
    late = term_of(at("23.11 10:00"), INCIDENT, CALENDAR, stated=at("25.11 15:00"))
    assert (late.due, late.stated_is_later) == (at("24.11 09:00"), True)


def test_a_comment_gives_a_fresh_term_and_a_late_return_a_short_one():
    assert afresh_due(at("27.11 16:45"), INCIDENT, CALENDAR) == at("30.11 15:45")
    assert afresh_due(at("27.11 16:45"), INCIDENT, CALENDAR, fast=True) == at("30.11 11:45")
    assert afresh_due(at("23.11 10:00"), PORTAL, CALENDAR) == at("07.12 17:30")
    assert rework_due(at("23.11 16:00"), at("23.11 15:00"), INCIDENT, CALENDAR) == at("23.11 16:00")
    assert rework_due(at("23.11 16:00"), at("23.11 16:30"), INCIDENT, CALENDAR) == at("24.11 09:30")


@given(MOMENTS, st.sampled_from([INCIDENT, POS, PORTAL]), st.booleans())
def test_every_term_lies_after_the_arrival_and_tells_its_arithmetic(received, rules, fast):
    term = term_of(received, rules, CALENDAR, fast=fast)
    assert term.due > received
    assert term.due.tzinfo is received.tzinfo
    assert f"{term.due:%H:%M}" in term.sentence
    first = first_reply_due(received, rules, CALENDAR)
    assert first is None or received < first <= term.due
    accepted = accept_due(received, rules, CALENDAR)
    assert accepted is None or received < accepted < term.due


@given(MOMENTS, MOMENTS)
def test_who_comes_later_has_no_earlier_term(one, other):
    first, second = sorted((one, other))
    for rules in (INCIDENT, PORTAL):
        assert term_of(first, rules, CALENDAR).due <= term_of(second, rules, CALENDAR).due
    assert opening_after(first, CALENDAR) <= opening_after(second, CALENDAR)
