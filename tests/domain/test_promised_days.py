"""What an interim answer has promised is owed, kept, broken once, and put off only to later."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from mcu_mail.domain.course import on_delivery
from mcu_mail.domain.course_parts import Rules
from mcu_mail.domain.decisions import Log, SetMarks
from mcu_mail.domain.promises import broken, kept, owed_day
from mcu_mail.domain.routes import GOVERNOR
from tests.domain.offices import OFFICE, case

DAY = datetime(2026, 12, 1, 18, tzinfo=UTC)
OWING = replace(case(), step="send", marks={"owed": DAY.isoformat()})
ACCEPTED = {"priem@ako.ru": "accepted"}
RULES = Rules(office=OFFICE, route=GOVERNOR, today=date(2026, 11, 23))


def logs(decisions):
    return {one.kind: one.data for one in decisions if isinstance(one, Log)}


def marks(decisions):
    return {
        name: value
        for one in decisions
        if isinstance(one, SetMarks)
        for name, value in one.values.items()
    }


def test_an_interim_letter_of_the_governors_track_leaves_its_day_owed():
    decisions = on_delivery(replace(OWING, marks={}), ACCEPTED, RULES, late=False, promised=DAY)
    assert marks(decisions) == {"owed": DAY.isoformat()}
    assert "promise_kept" not in logs(decisions)


@pytest.mark.parametrize("late", [False, True])
def test_the_full_letter_keeps_it(late):
    decisions = on_delivery(OWING, ACCEPTED, RULES, late=late)
    assert logs(decisions)["promise_kept"] == {"promised": DAY.isoformat(), "late": late}
    assert marks(decisions) == {"owed": None}


@pytest.mark.parametrize(("minutes", "late"), [(-1, False), (0, False), (1, True)])
def test_a_promise_is_kept_till_the_end_of_its_day(minutes, late):
    found = logs(kept(OWING, DAY + timedelta(minutes=minutes)))
    assert found["promise_kept"]["late"] is late
    assert kept(case(), DAY) == ()


def test_a_broken_promise_is_told_once_and_a_next_one_anew():
    assert broken(OWING, DAY - timedelta(minutes=1)) == ()
    first = broken(OWING, DAY)
    assert set(logs(first)) == {"promise_broken"}
    told = replace(OWING, marks={**OWING.marks, **marks(first)})
    assert broken(told, DAY + timedelta(days=1)) == ()
    later = DAY + timedelta(days=7)
    again = replace(told, marks={**told.marks, "owed": later.isoformat()})
    assert set(logs(broken(again, later))) == {"promise_broken"}
    assert owed_day(again) == date(2026, 12, 8)
    assert owed_day(case()) is None
