"""A term stated as a length comes to a moment by the calendar."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcu_mail.domain.notice import Notice
from mcu_mail.domain.stated_terms import end_of_length, stated_term
from tests.domain.test_track_terms import CALENDAR, MOMENTS, at


@pytest.mark.parametrize(
    ("received", "count", "unit", "end"),
    [
        ("23.11 10:00", 10, "working_days", "07.12 17:30"),
        ("23.11 23:50", 10, "working_days", "07.12 17:30"),
        ("28.11 12:00", 1, "working_days", "30.11 17:30"),
        ("30.12 16:00", 3, "working_days", "13.01 17:30"),
        ("19.02 15:00", 1, "working_days", "20.02 17:30"),
        ("23.11 10:00", 30, "days", "23.12 17:30"),
        ("28.11 12:00", 14, "days", "11.12 17:30"),
        ("18.12 09:00", 14, "days", "30.12 17:30"),
        ("31.12 10:00", 3, "days", "11.01 17:30"),
        ("23.11 10:00", 24, "hours", "24.11 10:00"),
        ("23.11 10:00", 8, "working_hours", "24.11 09:00"),
    ],
)
def test_a_length_ends_by_the_calendar(received, count, unit, end):
    assert end_of_length(at(received), count, unit, CALENDAR, "pos") == at(end)


def test_a_day_off_at_the_end_may_be_kept_or_followed():
    ends = [
        end_of_length(at("28.11 12:00"), 14, "days", CALENDAR, "pos", nonworking_end=one)
        for one in ("next", "keep")
    ]
    assert ends == [at("14.12 17:30"), at("12.12 17:30")]


def test_a_stated_moment_stands_and_a_length_goes_by_the_calendar():
    came = at("23.11 10:00")
    assert stated_term(Notice(track="pos"), came, CALENDAR) is None
    assert stated_term(Notice(track="pos", due=at("01.12 23:59")), came, CALENDAR) == at(
        "01.12 23:59"
    )
    long = Notice(track="pos", term_length=10, term_unit="working_days")
    assert stated_term(long, came, CALENDAR) == at("07.12 17:30")
    assert end_of_length(came, 0, "days", CALENDAR) is None
    assert end_of_length(came, 5, "weeks", CALENDAR) is None


@given(MOMENTS, st.integers(1, 90), st.sampled_from(["days", "working_days", "working_hours"]))
def test_a_length_always_ends_after_the_receipt_and_on_a_working_day(received, count, unit):
    end = end_of_length(received, count, unit, CALENDAR, "pos")
    assert end is not None
    assert end > received
    assert CALENDAR.is_working_day(end.date(), "pos")
    longer = end_of_length(received, count + 1, unit, CALENDAR, "pos")
    assert longer is not None
    assert end <= longer <= end + timedelta(days=30)
