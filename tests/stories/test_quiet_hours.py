"""On a track that has hours nobody is reminded or reported outside them, but for what is urgent."""

from __future__ import annotations

from mcu_mail.rehearsal.people import text_of
from tests.stories.office_day import SNOW
from tests.stories.track_notices import incident

FRIDAY = "2026-11-27"
MONDAY = "2026-11-30"
CURATOR = "dep_affairs"
"""The curator of the shipped configuration is on leave, and this is who acts."""


def got(day, moment):
    day.play(moment)
    return set(day.got)


def escalations(day, moment):
    heard = got(day, moment)
    return [one for person in heard for one in day.got[person] if "дело стоит" in text_of(one)]


def of_cases(day, person):
    """The words of what a person has just received, with the cases in its subjects."""
    subjects = " ".join(str(mail["Subject"]) for mail in day.got[person])
    return f"{subjects} {day.told(person)}"


def test_after_an_outage_a_passed_term_of_a_track_with_hours_is_told_at_its_opening(day):
    day.stage.gathers = True
    day.notice("08:30", SNOW)
    day.arrives(incident("2026-11-23 08:35"), "2026-11-23 08:36")
    number = day.case(2).number
    day.play("2026-11-24 19:00")
    assert day.case().number in of_cases(day, "press"), "letters are worked at every day"
    assert all(number not in of_cases(day, person) for person in day.got)
    day.play("2026-11-25 08:29")
    assert all(number not in of_cases(day, person) for person in day.got)
    day.play("2026-11-25 08:30")
    assert number in of_cases(day, "press")
    assert number in of_cases(day, "appeals")
    assert len(day.events("term_passed", 2)) == 1


def test_a_friday_evening_incident_that_nobody_touches_is_reported_step_by_step_on_monday(day):
    day.arrives(incident(f"{FRIDAY} 16:45"), f"{FRIDAY} 16:46")
    assert set(day.got) == {"appeals", "roads_head"}
    for moment in (f"{FRIDAY} 17:29", f"{FRIDAY} 17:31", "2026-11-28 12:00", "2026-11-29 23:00"):
        assert not got(day, moment)
    # The first reply is due at 08:45.
    assert got(day, f"{MONDAY} 08:30") == {"appeals"}
    assert got(day, f"{MONDAY} 08:45") == {"appeals", "press"}
    # The executor's part, 60 %, ends at 12:33.
    assert got(day, f"{MONDAY} 11:33") == {"roads_head"}
    assert got(day, f"{MONDAY} 12:18") == {"roads_head"}
    assert got(day, f"{MONDAY} 12:33") == {"roads_head", "dep_life"}
    assert not got(day, f"{MONDAY} 13:40"), "centre head and curator are spared the single step"
    assert got(day, f"{MONDAY} 14:45") == {"appeals", "roads_head"}
    assert got(day, f"{MONDAY} 15:46") == {"appeals", "press", CURATOR}
    told = " ".join(text_of(day.got[CURATOR][0]).split())
    assert "Трассов" in told
    assert "15:45" in told
    assert not got(day, f"{MONDAY} 17:00")


def test_after_a_pause_into_the_night_the_superiors_sleep_and_the_morning_tells_them_once(day):
    day.arrives(incident("2026-11-23 08:35"), "2026-11-23 08:36")
    assert not escalations(day, "2026-11-23 21:40")
    told = escalations(day, "2026-11-24 08:30")
    assert {"appeals", "press", CURATOR, "roads_head"} <= set(day.got)
    assert len(told) == len({str(one["To"]) for one in told}) == 4


def test_an_urgent_request_lifts_the_quiet_hours(day):
    day.arrives(incident("2026-11-23 16:00"), "2026-11-23 16:01")
    standing = next(mail for mail in day.got["appeals"] if "Первичный" in str(mail["Subject"]))
    day.reply("appeals", "Первичный ответ дан", "16:10", to=standing)
    day.reply("appeals", "Срочно до 21:00: поручение главы", "19:00", to=standing)
    assert "roads_head" in day.got
    assert day.stage.desk.local(day.case().term).strftime("%d.%m %H:%M") == "23.11 21:00"
    due = day.stage.desk.local(day.case().due)
    assert f"{due:%H:%M}" == "20:12", "the others need their part of the two hours"
    assert got(day, "19:57") == {"roads_head"}
    assert not got(day, "20:00")
    assert got(day, "20:12") == {"roads_head", "dep_life"}
    assert {"press", CURATOR} <= got(day, "21:00")
