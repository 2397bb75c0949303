"""What around the service needs a person: in time, once for each turn to the worse, in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from mcu_mail.domain.surroundings import DoorFault, Matter, Surroundings, concerns

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
GB, MB = 1_000_000_000, 1_000_000
WELL = Surroundings(
    at=NOW,
    store_free=9 * GB,
    share_free=9 * GB,
    imap_until=NOW + timedelta(days=60),
    smtp_until=NOW + timedelta(days=60),
    quota_used=10 * MB,
    quota_limit=100 * MB,
    faults={},
)
DAY = timedelta(days=1)


TODAY = NOW.date()


def found(around, *, today=TODAY, years=(2026, 2027), now=NOW):
    return concerns(
        around, now=now, today=today, least_free=500 * MB, years_confirmed=frozenset(years)
    )


def test_where_all_is_well_nobody_is_told():
    assert found(WELL) == ()
    assert found(Surroundings(at=NOW, faults={})) == ()


@pytest.mark.parametrize(
    ("changes", "matter", "stage", "grave"),
    [
        ({"store_free": 499 * MB}, Matter.store_space, "short", True),
        ({"share_free": 0}, Matter.share_space, "short", False),
        ({"quota_used": 80 * MB}, Matter.quota, "80", False),
        ({"quota_used": 91 * MB}, Matter.quota, "90", True),
        ({"imap_until": NOW + 14 * DAY}, Matter.imap_certificate, "soon", False),
        ({"smtp_until": NOW + 3 * DAY}, Matter.smtp_certificate, "last", False),
        ({"smtp_until": NOW - DAY}, Matter.smtp_certificate, "over", True),
    ],
)
def test_each_trouble_is_named_with_its_weight(changes, matter, stage, grave):
    (concern,) = found(replace(WELL, **changes))
    assert (concern.matter, concern.stage, concern.grave) == (matter, stage, grave)
    assert len(concern.text) > 60


@pytest.mark.parametrize(
    "changes",
    [
        {"store_free": 500 * MB},
        {"quota_used": 79 * MB},
        {"quota_limit": 0},
        {"quota_limit": None},
        {"imap_until": NOW + 14 * DAY + timedelta(seconds=1)},
    ],
)
def test_just_enough_is_enough(changes):
    assert found(replace(WELL, **changes)) == ()


@pytest.mark.parametrize(
    ("today", "years", "grave"),
    [
        (date(2026, 11, 1), (2026,), None),
        (date(2026, 11, 2), (2026,), False),
        (date(2026, 12, 31), (2026,), False),
        (date(2027, 1, 1), (2026,), True),
        (date(2027, 1, 1), (2026, 2027), None),
        (date(2026, 5, 5), (2025, 2027), True),
    ],
)
def test_the_calendar_of_next_year_is_asked_for_sixty_days_ahead(today, years, grave):
    told = list(found(WELL, today=today, years=years))
    assert [item.grave for item in told] == ([] if grave is None else [grave])
    assert all(item.matter is Matter.calendar_year for item in told)


@pytest.mark.parametrize(
    ("since", "sure", "told"),
    [
        (timedelta(0), False, False),
        (timedelta(hours=1), False, True),
        (timedelta(0), True, True),
    ],
)
def test_a_server_that_is_away_for_a_moment_is_nobody_s_concern(since, sure, told):
    fault = DoorFault(text="Сервер не отвечает", since=NOW - since, sure=sure)
    around = replace(WELL, faults={"smtp": fault}, smtp_until=NOW - DAY)
    assert [item.matter for item in found(around)] == ([Matter.smtp_door] if told else [])
