"""When a person's sheet goes, and what a request asks in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcu_mail.domain.case import CloseReason, Purpose
from mcu_mail.domain.marks import Mark
from mcu_mail.domain.meaning import MeaningKind
from mcu_mail.domain.sheet_plan import Asked, Waiting, asked_of, fits, is_time
from mcu_mail.service.gathering import essence
from tests.domain.offices import case, request

NINE = datetime(2026, 11, 23, 2, tzinfo=UTC)
HOUR, LEAD = timedelta(hours=1), timedelta(minutes=30)


def after(minutes: int) -> datetime:
    return NINE + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("since_last", "waiting", "goes"),
    [
        (None, [Waiting()], True),
        (10, [Waiting()], False),
        (59, [Waiting(due=after(59 + 31))], False),
        (60, [Waiting()], True),
        (10, [Waiting(due=after(10 + 31))], False),
        (10, [Waiting(due=after(10 + 30))], True),
        (10, [Waiting(due=after(0))], True),
        (10, [Waiting(fast=True)], True),
        # Who has had it before is not hurried every few minutes.
        (10, [Waiting(due=after(12), again=True)], False),
        (30, [Waiting(due=after(32), again=True)], True),
        # At night only what is urgent.
        (600, [Waiting(open_now=False)], False),
        (600, [Waiting(open_now=False, due=after(600))], False),
        (10, [Waiting(open_now=False, urgent=True)], True),
        (10, [Waiting(), Waiting(due=after(20))], True),
        (600, [], False),
    ],
)
def test_a_sheet_goes_once_in_an_hour_and_at_once_when_something_is_near(since_last, waiting, goes):
    now = after(since_last or 0)
    last = None if since_last is None else NINE
    assert is_time(now, last, waiting, period=HOUR, lead=LEAD) is goes


@pytest.mark.parametrize(
    ("purpose", "step", "marks", "asked"),
    [
        (Purpose.control, "draft", {}, Asked.first_reply),
        (Purpose.control, "draft", {Mark.first_reply: "x"}, None),
        (Purpose.control, "regional", {Mark.published: "x"}, Asked.regional),
        (Purpose.control, "citizen", {Mark.published: "x"}, None),
        (Purpose.control, "close", {}, None),
        (Purpose.approve, "approve", {}, Asked.approve),
        (Purpose.approve, "approve", {Mark.published: "x"}, Asked.consent),
        (Purpose.publish, "publish", {}, Asked.publish),
        (Purpose.route, "route", {}, Asked.route),
        (Purpose.draft, "draft", {}, None),
        (Purpose.confirm, "draft", {}, None),
    ],
)
def test_what_a_request_asks_follows_from_how_its_case_stands(purpose, step, marks, asked):
    stands = case(track="incident", step=step, marks=marks)
    assert asked_of(stands, request(purpose, stands)) is asked


@given(
    st.integers(0, 600),
    st.integers(0, 120),
    st.lists(
        st.builds(
            Waiting,
            due=st.none() | st.integers(-60, 900).map(after),
            urgent=st.booleans(),
            fast=st.booleans(),
            again=st.booleans(),
        ),
        max_size=4,
    ),
)
def test_whose_time_has_come_stays_so_until_the_sheet_goes(minutes, more, waiting):
    def goes(at: int) -> bool:
        return is_time(after(at), NINE, waiting, period=HOUR, lead=LEAD)

    assert not goes(minutes) or goes(minutes + more)
    assert goes(minutes) or minutes < 60 or not waiting
    assert not any(one.urgent for one in waiting) or goes(minutes)


def test_a_request_that_was_answered_asks_nothing():
    stands = case(track="incident", step="approve")
    asked = request(Purpose.approve, stands)
    answered = replace(asked, closed_at=NINE, close_reason=CloseReason.decided)
    assert asked_of(stands, asked) is Asked.approve
    assert asked_of(stands, answered) is None


def test_every_row_takes_what_tells_of_its_case_and_a_verdict_only_where_it_was_asked_for():
    for asked in Asked:
        assert {MeaningKind.fast_track, MeaningKind.return_, MeaningKind.recall} <= fits(asked)
    assert [asked for asked in Asked if MeaningKind.approve in fits(asked)] == [
        Asked.approve,
        Asked.consent,
        Asked.regional,
    ]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Алла Проектовна, публикация записана.\nОтвет до 12:00.\n\nещё", "публикация записана."),
        ("Ответ был записан вчера утром, и всё.", "Ответ был записан вчера утром, и всё."),
    ],
)
def test_of_a_receipt_its_first_sentence_stands_in_a_list(text, line):
    assert essence(text, first=True) == line
