"""The plan of a case whose answer is published: shares of working time, never a moment at night."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcu_mail.domain.calendar import WorkCalendar
from mcu_mail.domain.plan_text import plan_working, working_part
from mcu_mail.domain.quiet_hours import is_quiet
from mcu_mail.domain.track_terms import TermKind, TermRules, executor_due
from mcu_mail.settings.production_calendar import production_calendar

ZONE = ZoneInfo("Asia/Novokuznetsk")
_OFF, _WORKED = production_calendar((2026, 2027))
CALENDAR = WorkCalendar(days_off=_OFF, working_weekends=_WORKED)
SHORT = replace(CALENDAR, apply_short_day=True)
POS = TermRules(track="pos", kind=TermKind.stated)
SHARES = {"approve": 0.25, "publish": 0.15}
MOMENTS = st.integers(0, 300 * 24 * 60).map(
    lambda n: datetime(2026, 6, 1, tzinfo=ZONE) + timedelta(minutes=n),
)


def at(text: str) -> datetime:
    """`23.11 08:45`; January to May are in 2027."""
    day = datetime.strptime(f"2026.{text}", "%Y.%d.%m %H:%M").replace(tzinfo=ZONE)
    return day.replace(year=2027) if day.month < 6 else day


@pytest.mark.parametrize(
    ("received", "term", "draft"),
    [
        # 8 hours ⇒ 4 h 48 min, 4 hours ⇒ 2 h 24 min.
        ("23.11 08:30", "23.11 16:30", "23.11 13:18"),
        ("23.11 10:00", "24.11 09:00", "23.11 14:48"),
        ("27.11 16:45", "30.11 15:45", "30.11 12:33"),
        ("23.11 08:30", "23.11 12:30", "23.11 10:54"),
        ("30.12 16:00", "11.01 15:00", "11.01 11:48"),
        ("19.02 15:00", "20.02 14:00", "20.02 10:48"),
    ],
)
def test_the_executor_has_sixty_percent_of_the_working_time(received, term, draft):
    assert working_part(at(received), at(term), 0.6, CALENDAR, "incident") == at(draft)


@pytest.mark.parametrize(
    ("now", "term", "latest"),
    [
        # Three working days from now.
        ("23.11 10:00", "23.12 23:59", "26.11 17:30"),
        ("27.11 16:00", "23.12 23:59", "02.12 17:30"),
        ("29.10 10:00", "30.11 12:00", "03.11 16:30"),
        # Two working days before the term, when that is earlier.
        ("23.11 10:00", "26.11 12:00", "24.11 17:30"),
        ("23.11 10:00", "30.11 12:00", "26.11 17:30"),
        # Over the holidays.
        ("28.12 10:00", "12.01 12:00", "30.12 17:30"),
        # No time is left for either: by his share.
        ("23.11 10:00", "24.11 12:00", None),
        ("23.11 18:00", "25.11 12:00", None),
    ],
)
def test_the_executor_of_a_term_set_by_the_system_hands_in_days_before_it(now, term, latest):
    expected = at(latest) if latest else None
    assert executor_due(at(now), at(term), POS, SHORT) == expected
    assert executor_due(at(now), at(term), replace(POS, kind=TermKind.days), SHORT) is None


@pytest.mark.parametrize(
    ("start", "term", "last"),
    [
        ("23.11 10:00", "24.11 23:59", "24.11 17:30"),
        ("23.11 10:00", "25.11 03:59", "24.11 17:30"),
        ("23.11 10:00", "29.11 12:00", "27.11 17:30"),
        ("23.11 10:00", "24.11 12:00", "24.11 12:00"),
        # An hour earlier on a short day; what is left of that hour is used when there is no other.
        ("02.11 10:00", "03.11 17:30", "03.11 16:30"),
        ("03.11 16:40", "03.11 17:30", "03.11 17:30"),
        ("18.02 10:00", "20.02 17:30", "20.02 16:30"),
        # Nothing of work is left before it.
        ("23.11 19:00", "23.11 21:00", "23.11 21:00"),
    ],
)
def test_the_last_step_ends_with_the_work_before_the_term(start, term, last):
    plan = plan_working(["approve", "publish"], at(start), at(term), SHARES, CALENDAR, "pos")
    assert plan["publish"] == at(last)
    assert at(start) < plan["approve"] <= plan["publish"]


@settings(max_examples=40)
@given(start=MOMENTS, minutes=st.integers(1, 60 * 24 * 40))
def test_no_step_is_planned_outside_the_hours_while_there_is_work_before_the_term(start, minutes):
    term = start + timedelta(minutes=minutes)
    plan = plan_working(["approve", "publish"], start, term, SHARES, CALENDAR, "pos")
    days = (start.date() + timedelta(days=n) for n in range((term.date() - start.date()).days + 1))
    worked = any(_overlaps(day, start, term) for day in days)
    moments = list(plan.values())
    assert moments == sorted(moments)
    assert all(start < one <= term for one in moments)
    assert not worked or not any(is_quiet(one, CALENDAR, "pos") for one in moments)


def _overlaps(day: date, start: datetime, term: datetime) -> bool:
    opening, closing = (datetime.combine(day, one, ZONE) for one in (time(8, 30), time(17, 30)))
    return CALENDAR.is_working_day(day) and max(start, opening) < min(term, closing)
