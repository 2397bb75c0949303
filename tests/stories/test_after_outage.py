"""What people see when the service has been down, or its clock cannot be right."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from mcu_mail.rehearsal.people import text_of
from mcu_mail.rehearsal.stage import Stage
from mcu_mail.service.alive import seen_at
from mcu_mail.service.registering import _day_of_number
from mcu_mail.service.rounds import Rounds
from tests.stories.signed_letter import (
    NATIVE,
    NUMBER,
    OURS,
    PASSWORD,
    Prepared,
    at,
    cases,
    copies,
    dispatcher,
    head,
    notice,
    register,
    subjects,
    texts,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from mcu_mail.rehearsal.postoffice import PostOffice

CENTRE, CURATOR, ADMIN = "press@okrug.example", "upravdel@okrug.example", "it@okrug.example"
MANY = 10


@pytest.fixture
def stage(tmp_path: Path, post_office: PostOffice) -> Iterator[Stage]:
    stage = Stage(tmp_path / "office", post_office, PASSWORD, NATIVE)
    with stage.opened():
        yield stage


def received(stage: Stage) -> Mapping[str, int]:
    people = (head.address, "zam-zhkh@okrug.example", dispatcher.address, CENTRE, CURATOR)
    return {one: len(stage.mails(one)) for one in people}


def test_after_an_outage_each_person_gets_one_mail_and_nobody_at_night(stage: Stage) -> None:
    stage.gathers = True
    for serial in range(1, MANY + 1):
        stage.post.deliver(OURS, notice(stage, "2026-11-23 08:15", serial=serial))
    stage.play("2026-11-23 08:53")
    assert len(cases(stage)) == MANY
    before = received(stage)

    # Down over the latest times, the goal and the term of all ten, back in the night.
    for moment in ("2026-11-25 03:00", "2026-11-25 03:01", "2026-11-25 06:59"):
        stage.play(moment)
        assert received(stage) == before
    stage.play("2026-11-25 07:01")
    stage.play("2026-11-25 07:02")
    after = received(stage)
    assert {one: after[one] - before[one] for one in after} == dict.fromkeys(after, 1)

    mine = stage.mails(head.address)[-1]
    assert "ждут вас: 10" in str(mine["Subject"])
    assert all(case.number in text_of(mine) for case in cases(stage))
    (told,) = (one for one in subjects(stage, dispatcher.address) if "не работала" in one)
    assert "просрочено: 10" in told
    assert "Трассов" in text_of(stage.mails(CURATOR)[-1])
    stage.play("2026-11-25 12:00")
    assert received(stage) == after


def test_one_case_alone_is_reminded_of_as_ever(stage: Stage) -> None:
    stage.post.deliver(OURS, notice(stage, "2026-11-23 08:15"))
    stage.play("2026-11-23 08:53")
    due = stage.desk.local(cases(stage)[0].due or cases(stage)[0].term)
    stage.play(due + timedelta(minutes=1))
    mail = stage.mails(head.address)[-1]
    assert NUMBER in str(mail["Subject"])
    assert "Код:" in text_of(mail)


def test_of_a_reminder_missed_and_one_due_since_the_newer_alone_is_told(stage: Stage) -> None:
    stage.post.deliver(OURS, notice(stage, "2026-11-23 08:15"))
    stage.play("2026-11-23 08:53")
    due = stage.desk.local(cases(stage)[0].due or cases(stage)[0].term)
    seconds = [0.0]
    rounds = Rounds(desk=stage.desk, played=True, gathers=True, ticks=lambda: seconds[0])
    rounds.start(due - timedelta(minutes=30))
    # Sixteen minutes go by before anybody can be reminded of the sixty that were left.
    seconds[0] = 16 * 60.0
    rounds.until_idle(due - timedelta(minutes=14))
    stage.post.settle()
    told = [one for one in subjects(stage, head.address) if "Осталось" in one]
    assert len(told) == 1, told


def rounds_at(stage: Stage, moment: datetime) -> Rounds:
    rounds = Rounds(desk=stage.desk)
    rounds.start(moment)
    rounds.until_idle(moment)
    return rounds


def test_a_clock_that_cannot_be_right_stops_the_service_until_it_is_mended(
    waiting_letter: Prepared, tmp_path: Path, post_office: PostOffice
) -> None:
    stage = waiting_letter.on(tmp_path / "office", post_office)
    with stage.opened():
        assert rounds_at(stage, at(stage, "13:05")).health.faults == {}
        stage.drop("скан.pdf", waiting_letter.scan)
        for wrong in ("1970-01-01 07:00", "2026-11-22 13:10", "2027-03-01 09:00"):
            rounds = rounds_at(stage, stage.moment(wrong))
            assert "Часы компьютера" in rounds.health.faults["clock"]
            assert copies(stage) == [0, 0]
            assert register(stage) == ()
        assert seen_at(stage.desk, played=False) == at(stage, "13:05")

        rounds.until_idle(at(stage, "13:12"))
        assert rounds.health.faults == {}
        assert copies(stage) == [1, 1]
        assert register(stage)[0].on_date == "2026-11-23"
        alarms = [one for one in subjects(stage, ADMIN) if "Часы" in one]
        assert len(alarms) == 1


def test_a_person_may_say_that_the_clock_is_right(
    waiting_letter: Prepared, tmp_path: Path, post_office: PostOffice
) -> None:
    said = {"calendar.clock_confirmed": date(2026, 11, 23)}
    stage = waiting_letter.on(tmp_path / "office", post_office, said)
    with stage.opened():
        with stage.desk.store.work() as work:
            # It was once started with a clock of another year.
            work.facts.set("alive_at", at(stage, "13:00").replace(year=2031).isoformat())
            work.commit()
        stage.drop("скан.pdf", waiting_letter.scan)
        assert rounds_at(stage, at(stage, "13:05")).health.faults == {}
        assert copies(stage) == [1, 1]
        assert seen_at(stage.desk, played=False) == at(stage, "13:05")


def test_a_clock_that_leaps_an_hour_to_and_fro_does_nothing_twice(
    waiting_letter: Prepared, tmp_path: Path, post_office: PostOffice
) -> None:
    stage = waiting_letter.on(tmp_path / "office", post_office)
    with stage.opened():
        seconds = [0.0]
        rounds = Rounds(desk=stage.desk, ticks=lambda: seconds[0])
        now = at(stage, "17:30")
        rounds.start(now)
        for leap in range(20):
            now += timedelta(hours=1 if leap % 2 == 0 else -1, seconds=20)
            seconds[0] += 20
            rounds.until_idle(now)
            if leap == 9:
                stage.drop("скан.pdf", waiting_letter.scan)
        assert copies(stage) == [1, 1]
        assert len(register(stage)) == 1
        for address in (dispatcher.address, CENTRE, "kanc@okrug.example"):
            got = subjects(stage, address)
            assert len(got) == len(set(got)), "nothing is told twice"


def test_a_machine_that_slept_over_the_hour_was_down(stage: Stage) -> None:
    seconds = [0.0]
    rounds = Rounds(desk=stage.desk, played=True, ticks=lambda: seconds[0])
    rounds.start(at(stage, "17:50"))
    rounds.until_idle(at(stage, "17:50"))
    seconds[0] += 60
    rounds.one(at(stage, "17:51"))
    assert rounds.waking.outage is None
    seconds[0] += 1800
    rounds.one(at(stage, "18:21"))
    assert rounds.waking.outage is None, "a long round is no outage"
    seconds[0] += 20
    rounds.one(at(stage, "18:51"))
    with stage.desk.store.view() as view:
        assert view.facts.get(f"outage_missed:{at(stage, '18:21').isoformat()}") == ""


def test_numbers_stand_in_the_order_of_their_dates_when_midnight_comes_twice(
    waiting_letter: Prepared, tmp_path: Path, post_office: PostOffice
) -> None:
    stage = waiting_letter.on(tmp_path / "office", post_office)
    with stage.opened():
        stage.drop("скан.pdf", waiting_letter.scan)
        stage.play("2026-12-01 00:10")
        assert register(stage)[0].on_date == "2026-12-01"
        with stage.desk.store.view() as view:
            for moment, day in (
                ("2026-11-30 23:20", date(2026, 12, 1)),
                ("2026-12-01 09:00", date(2026, 12, 1)),
                ("2026-12-02 09:00", date(2026, 12, 2)),
                # A row of a wrong year must not pull all later ones to it.
                ("2026-11-23 09:00", date(2026, 11, 23)),
            ):
                assert _day_of_number(stage.desk, view, stage.moment(moment)) == day


def test_sixty_days_before_the_year_ends_a_missing_calendar_is_an_alarm(
    tmp_path: Path, post_office: PostOffice
) -> None:
    changes = {**NATIVE, "calendar.years_confirmed": [2026]}
    stage = Stage(tmp_path / "office", post_office, PASSWORD, changes)
    with stage.opened():
        for moment in ("2026-10-31 09:00", "2026-11-03 09:00", "2026-12-01 09:00"):
            stage.play(moment)
            told = [one for one in subjects(stage, ADMIN) if "календарь" in one]
            assert len(told) == (0 if moment.startswith("2026-10") else 1)
        assert "2027" in texts(stage, ADMIN)
        # A year that begins so is told of once more, gravely, and by every pass only once.
        for moment in ("2027-01-01 09:00", "2027-01-02 09:00"):
            stage.play(moment)
        told = [one for one in subjects(stage, ADMIN) if "календарь" in one]
        assert len(told) == 2
        assert "сроки могут быть неверными" in " ".join(texts(stage, ADMIN).split())
