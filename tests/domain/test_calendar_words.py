"""Orders about one day of the calendar, and the terms that they move."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from mcu_mail.domain.calendar import Override, WorkCalendar
from mcu_mail.domain.calendar_words import is_calendar_order, read_calendar_order
from mcu_mail.domain.moved_terms import counted_anew
from mcu_mail.domain.track_terms import TermKind, TermRules
from mcu_mail.settings.production_calendar import production_calendar
from tests.domain.offices import case as a_case

ZONE = ZoneInfo("Asia/Novokuznetsk")
TODAY = date(2026, 11, 23)
EVE, TEN, TWO = date(2026, 12, 31), time(10), time(14)
_OFF, _WORKED = production_calendar((2026, 2027))
CALENDAR = WorkCalendar(days_off=_OFF, working_weekends=_WORKED)
INCIDENT = TermRules(track="incident", kind=TermKind.working_hours, hours=8, fast_hours=4)
POS = TermRules(track="pos", kind=TermKind.stated)


@pytest.mark.parametrize(
    ("said", "day", "track", "hours", "usual", "basis"),
    [
        (
            "Календарь 31.12.2026 выходной: распоряжение № 5",
            EVE,
            None,
            None,
            False,
            "распоряжение № 5",
        ),
        (
            "Календарь 31.12.2026 инцидент 10:00–14:00: график ЦУР",
            EVE,
            "incident",
            (TEN, TWO),
            False,
            "график ЦУР",
        ),
        (
            "Добрый день!\nКалендарь: 31.12.2026 г. – нерабочий день, приказ",
            EVE,
            None,
            None,
            False,
            "приказ",
        ),
        ("календарь 31.12 ПОС выходной. график", EVE, "pos", None, False, "график"),
        (
            "Прошу календарь 31.12.2026 Инцидент менеджмент с 10.00 до 14.00, письмо ЦУР",
            EVE,
            "incident",
            (TEN, TWO),
            False,
            "письмо ЦУР",
        ),
        (
            "Календарь 20.02.2027 рабочий 10:00-14:00: приказ",
            date(2027, 2, 20),
            None,
            (TEN, TWO),
            False,
            "приказ",
        ),
        ("Календарь 28.11.2026 рабочий: приказ", date(2026, 11, 28), None, None, True, "приказ"),
        ("Календарь 11.05 выходной: Радоница", date(2027, 5, 11), None, None, False, "Радоница"),
        ("Календарь 31.12.2026 Кузбасс-онлайн выходной", EVE, "kuzbass_online", None, False, ""),
    ],
)
def test_an_order_is_read_whole(said, day, track, hours, usual, basis):
    order = read_calendar_order(said, TODAY)
    assert order is not None
    found = (order.day, order.track, order.hours, order.is_usual, order.basis)
    assert found == (day, track, hours, usual, basis)


@pytest.mark.parametrize(
    "said",
    [
        "Календарь 31.12.2026 выходной?",
        "Календарь 31.12.2026",
        "Календарь 32.12.2026 выходной: приказ",
        "Календарь 31.12.2026 14:00–10:00: приказ",
        "Календарь 31.12.2026 инцидент рабочий: приказ",
        "Календарь на декабрь во вложении",
        "Пришлите календарь 31.12.2026 выходной: так написано",
        "31.12.2026 выходной",
        "",
    ],
)
def test_what_is_not_plainly_an_order_is_none(said):
    assert read_calendar_order(said, TODAY) is None


def test_an_order_that_is_not_understood_is_known_to_be_one():
    assert is_calendar_order("Календарь 31.12.2026 короткий")
    assert not is_calendar_order("Календарь на декабрь во вложении")


@pytest.mark.parametrize(
    ("called", "track"),
    [
        ("чат округа", "okrug_chat"),
        ("«Чат округа»", "okrug_chat"),
        ("okrug_chat", "okrug_chat"),
        ("Чат округа вечерний", "evening"),
        ("инцидент", "incident"),
        ("чат района", None),
    ],
)
def test_a_track_of_the_configuration_is_named_as_it_is_called(called, track):
    titles = {"okrug_chat": "Чат округа", "evening": "Чат округа вечерний", "incident": "Система"}
    order = read_calendar_order(f"Календарь 31.12 {called} 10:00–14:00: график", TODAY, titles)
    assert (order.track if order else None) == track
    assert order is None or order.basis == "график"


def test_a_later_order_adds_to_an_earlier_one_of_the_day():
    off = read_calendar_order("Календарь 31.12.2026 выходной: распоряжение", TODAY)
    hours = read_calendar_order("Календарь 31.12.2026 инцидент 10:00–14:00: график", TODAY)
    assert off is not None
    assert hours is not None
    both = hours.onto(off.onto(None))
    calendar = replace(CALENDAR, overrides={EVE: both})
    assert calendar.hours_on(EVE, "incident") == (TEN, TWO)
    assert not calendar.is_working_day(EVE, "pos")
    usual = read_calendar_order("Календарь 31.12.2026 рабочий: отмена", TODAY)
    assert usual is not None
    assert replace(CALENDAR, overrides={EVE: usual.onto(both)}).is_working_day(EVE, "pos")


def at(text):
    return datetime.strptime(f"2026.{text}", "%Y.%d.%m %H:%M").replace(tzinfo=ZONE)


OFF_TUESDAY = replace(
    CALENDAR, overrides={date(2026, 11, 24): Override(day_off=True, why="приказ")}
)


@pytest.mark.parametrize(
    ("term", "marks", "begun", "expected"),
    [
        ("24.11 09:00", {}, (), "25.11 09:00"),
        ("24.11 18:00", {}, (), None),
        ("23.11 19:00", {"fast": at("23.11 15:00").isoformat()}, (), None),
        ("24.11 09:00", {"fast": at("23.11 15:00").isoformat()}, (), "25.11 09:00"),
        ("24.11 14:00", {}, ("23.11 15:00",), "25.11 14:00"),
        ("24.11 09:00", {"owed": at("24.11 09:00").isoformat()}, (), None),
        ("24.11 09:00", {"urgent": at("23.11 11:00").isoformat()}, (), None),
    ],
)
def test_only_a_term_that_the_calendar_gave_is_counted_anew(term, marks, begun, expected):
    case = replace(
        a_case(), track="incident", received_at=at("23.11 10:00"), term=at(term), marks=marks
    )
    case = replace(case, notice=replace(case.notice, track="incident", due=None, fast_track=None))
    begun_at = [at(one) for one in begun]
    found = counted_anew(case, begun_at, INCIDENT, CALENDAR, OFF_TUESDAY)
    assert found == (at(expected) if expected else None)


def test_a_term_that_the_notice_has_stated_stays():
    case = replace(a_case(), received_at=at("23.11 10:00"), term=at("24.11 09:00"))
    case = replace(case, notice=replace(case.notice, due=at("24.11 09:00"), fast_track=None))
    assert counted_anew(case, (), INCIDENT, CALENDAR, OFF_TUESDAY) is None


def test_a_length_that_the_notice_has_stated_is_counted_anew():
    received, term = at("20.11 10:00"), at("27.11 17:30")
    notice = replace(
        a_case().notice, track="pos", due=None, term_length=5, term_unit="working_days"
    )
    case = replace(a_case(), track="pos", received_at=received, term=term, notice=notice)
    assert counted_anew(case, (), POS, CALENDAR, OFF_TUESDAY) == at("30.11 17:30")
    named = replace(case, term=at("26.11 12:00"))
    assert counted_anew(named, (), POS, CALENDAR, OFF_TUESDAY) is None
