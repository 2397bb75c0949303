"""Reminders at the edges of the working clock: closing time, short days, holidays, Saturdays."""

from __future__ import annotations

from tests.stories.track_notices import incident, kuzbass, pos


def local(day, moment):
    return f"{day.stage.desk.local(moment):%d.%m %H:%M}"


def got(day, moment):
    day.play(moment)
    return set(day.got)


def test_a_minute_before_and_after_the_end_of_work(day):
    day.arrives(incident("2026-11-23 17:29"), "2026-11-23 17:29")
    assert local(day, day.case().term) == "24.11 16:29"
    assert "09:29" in day.told("appeals"), "the mail names the hour of the first reply"
    assert not got(day, "2026-11-23 17:31")
    day.arrives(
        incident("2026-11-23 17:31", number="8123402", place="ул. Сборная"), "2026-11-23 17:32"
    )
    assert local(day, day.case(2).term) == "24.11 16:30"
    assert "09:30" in day.told("appeals")
    assert not got(day, "2026-11-23 22:00")
    # The hours of both first replies have one end, after the opening.
    assert got(day, "2026-11-24 09:09") == {"appeals"}
    assert got(day, "2026-11-24 09:30") == {"appeals", "press"}


def test_on_a_short_day_people_are_asked_an_hour_earlier_and_the_term_stays(day):
    day.arrives(incident("2026-11-02 17:00"), "2026-11-02 17:01")
    day.arrives(kuzbass("2026-11-03 15:55"), "2026-11-03 15:56")
    assert local(day, day.case(1).term) == "03.11 16:00"
    day.arrives(
        incident("2026-11-03 08:30", number="8123402", due="2026-11-03 17:30"), "2026-11-03 15:57"
    )
    case = day.case(3)
    assert local(day, case.term) == "03.11 16:30"
    assert local(day, case.plan["publish"]) == "03.11 16:30"
    # To be accepted by the end of the day on which it came: the day ends at 16:30.
    assert "edds_head" in got(day, "2026-11-03 16:00")
    for moment in ("2026-11-03 16:31", "2026-11-03 17:29", "2026-11-03 17:30"):
        day.play(moment)
    assert not got(day, "2026-11-03 17:31")
    assert not got(day, "2026-11-04 12:00")


def test_over_the_new_year_holidays_nobody_is_written_to(day):
    day.arrives(incident("2026-12-30 16:00"), "2026-12-30 16:01")
    day.arrives(pos("2026-12-30 16:05", due="2027-01-12 12:00"), "2026-12-30 16:06")
    assert local(day, day.case(1).term) == "11.01 15:00"
    assert local(day, day.case(1).due) == "11.01 11:48"
    got(day, "2026-12-30 17:30")
    for moment in ("2026-12-31 10:00", "2027-01-01 00:01", "2027-01-05 12:00", "2027-01-10 23:00"):
        assert not got(day, moment)
    assert "roads_head" in got(day, "2027-01-11 10:48")


def test_a_working_saturday_is_one_of_the_working_days(day):
    day.arrives(incident("2027-02-19 15:00"), "2027-02-19 15:01")
    with day.stage.desk.store.view() as view:
        case = view.cases.by_number("2027-000001")
    assert case is not None
    assert local(day, case.term) == "20.02 14:00"
    assert local(day, case.due) == "20.02 10:48"
    day.play("2027-02-19 16:00")
    assert not got(day, "2027-02-19 20:00")
    assert "roads_head" in got(day, "2027-02-20 09:48")
    assert {"roads_head", "dep_life"} <= got(day, "2027-02-20 10:48")
    assert {"appeals", "press"} <= got(day, "2027-02-20 14:00")
    assert not got(day, "2027-02-20 17:31")
    assert not got(day, "2027-02-22 12:00")
