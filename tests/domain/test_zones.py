"""Terms, working minutes and plans in zones whose rules change: the wall clock counts (F34)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from mcu_mail.domain.calendar import WorkCalendar
from mcu_mail.domain.plan import PlanSettings, plan_back
from mcu_mail.domain.terms import GovernorRule, GovernorTermSettings, governor_term

CALENDAR = WorkCalendar(days_off={}, working_weekends=frozenset())
CHANGES = [
    # zone, the last morning before its clocks change, real hours to the same clock next day
    ("Asia/Novokuznetsk", "2026-11-23", 24),
    ("Europe/Volgograd", "2020-12-26", 25),
    ("Asia/Almaty", "2024-02-29", 25),
    ("Europe/Berlin", "2026-03-28", 23),
    ("Europe/Berlin", "2026-10-24", 25),
    ("America/New_York", "2026-10-31", 25),
    ("Asia/Kathmandu", "2026-11-23", 24),
]


@pytest.mark.parametrize(("name", "day", "hours"), CHANGES, ids=str)
def test_a_term_is_the_hour_on_the_offices_wall(name: str, day: str, hours: int) -> None:
    received = datetime.fromisoformat(f"{day} 10:00").replace(tzinfo=ZoneInfo(name))
    settings = GovernorTermSettings()
    for rule, clock, days in (
        (GovernorRule.same_day, time(18), 0),
        (GovernorRule.next_day, time(18), 1),
        (GovernorRule.within_24h_and_before, time(10), 1),
    ):
        due = governor_term(received, replace(settings, rule=rule), CALENDAR).due
        # The store keeps the instant: what comes back from it is the same hour on the wall.
        kept = due.astimezone(UTC).astimezone(received.tzinfo)
        assert (kept.date(), kept.time()) == (received.date() + timedelta(days=days), clock)
        if clock == time(10):
            assert due.astimezone(UTC) - received.astimezone(UTC) == timedelta(hours=hours)


@pytest.mark.parametrize(("name", "day", "hours"), CHANGES, ids=str)
def test_a_plan_over_the_change_is_in_order_and_ends_at_its_target(
    name: str, day: str, hours: int
) -> None:
    start = datetime.fromisoformat(f"{day} 16:00").replace(tzinfo=ZoneInfo(name))
    target = start + timedelta(days=1)
    stages = ["draft", "approve", "sign", "register", "send"]
    signing = ((time(9), time(9, 30)), (time(16), time(17, 30)))
    plan = plan_back(stages, start, target, signing, PlanSettings(), dict.fromkeys(stages, 1.0))
    moments = [start, *(plan[stage] for stage in stages)]
    assert all(one.astimezone(UTC) <= two.astimezone(UTC) for one, two in pairwise(moments))
    assert moments[-1] == target
    assert target.astimezone(UTC) - start.astimezone(UTC) == timedelta(hours=hours)


@pytest.mark.parametrize(("name", "day", "hours"), CHANGES, ids=str)
def test_working_minutes_are_counted_on_the_wall(name: str, day: str, hours: int) -> None:
    assert hours
    zone = ZoneInfo(name)
    begin = datetime.fromisoformat(f"{day} 17:00").replace(tzinfo=zone)
    end = CALENDAR.add_working_minutes(begin, 60)
    assert end.tzinfo is zone
    # Half an hour of a working day is left, or the next one begins anew.
    assert end.time() == (time(9, 30) if begin.weekday() > 4 else time(9))
