"""What must go on, and what must wait, when the service wakes, is poisoned or doubts its clock."""

from __future__ import annotations

import json
import sys
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from mcu_mail.cli import app
from mcu_mail.documents.folder import Folder
from mcu_mail.errors import ReplacedError
from mcu_mail.failpoints import armed
from mcu_mail.mail.tls import LoginRefusedError
from mcu_mail.rehearsal.stage import Stage
from mcu_mail.service.after_outage import remember_missed
from mcu_mail.service.alarm_ways import NOTE
from mcu_mail.service.alive import Outage, beat, clock_doubt, leapt, outage_at
from mcu_mail.service.backing_up import back_up
from mcu_mail.service.collect import collect
from mcu_mail.service.health import Health
from mcu_mail.service.noting import Noting
from mcu_mail.service.receive import is_read_up, receive
from mcu_mail.service.restoring import restore
from mcu_mail.service.rounds import Rounds
from mcu_mail.service.watching import watch
from mcu_mail.store.files import Files
from mcu_mail.store.unit_of_work import Store
from tests.stories.signed_letter import (
    NATIVE,
    OURS,
    PASSWORD,
    Prepared,
    at,
    cases,
    clerk,
    copies,
    dispatcher,
    head,
    notice,
    subjects,
)
from tests.stories.test_power_cut import Evening

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mcu_mail.rehearsal.postoffice import PostOffice

ADMIN = "it@okrug.example"
CATCH = "import sys; open(sys.argv[1], 'ab').write(sys.stdin.buffer.read())"


@pytest.fixture
def stage(tmp_path: Path, post_office: PostOffice) -> Iterator[Stage]:
    stage = Stage(tmp_path / "office", post_office, PASSWORD, NATIVE)
    with stage.opened():
        yield stage


def health_of(stage: Stage) -> tuple[int, list[str]]:
    result = CliRunner().invoke(app, ["health", "-c", str(stage.config), "--json"])
    return result.exit_code, [one["code"] for one in json.loads(result.stdout)["faults"]]


def execute(stage: Stage, statement: str, **values: Any) -> None:
    with stage.desk.store.engine.begin() as connection:
        assert connection.execute(sa.text(statement), values).rowcount


def fact(stage: Stage, key: str) -> str | None:
    with stage.desk.store.view() as view:
        return view.facts.get(key)


def plain(sender: str, serial: int) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, OURS, f"Письмо {serial}"
    mail["Message-ID"] = f"<plain.{serial}@pc.example>"
    mail.set_content("Добрый день.")
    return mail.as_bytes()


# --- a clock that is not believed -----------------------------------------------------------------


@pytest.mark.parametrize("wrong", ["2026-11-13 13:10", "1970-01-01 07:00", "2027-03-01 09:00"])
def test_a_doubted_clock_is_told_by_every_way_at_once_and_no_letter_leaves(
    waiting_letter: Prepared, tmp_path: Path, post_office: PostOffice, wrong: str
) -> None:
    caught = tmp_path / "caught"
    command = {"watch.command": [sys.executable, "-c", CATCH, str(caught)]}
    stage = waiting_letter.on(tmp_path / "office", post_office, command)
    with stage.opened():
        note = stage.desk.folders.base / Folder.TO_SIGN / NOTE
        beat(stage.desk, at(stage, "13:05"), played=False)
        stage.drop("скан.pdf", waiting_letter.scan)
        seconds = [0.0]
        for _ in range(2):  # as `once` under a timer: each a process of its own
            rounds = Rounds(desk=stage.desk, ticks=lambda: seconds[0])
            rounds.start(stage.moment(wrong))
            rounds.until_idle(stage.moment(wrong))
            assert rounds.health.since == {"clock": at(stage, "13:05")}
            assert rounds.noting.ticked_at is None
        assert health_of(stage) == (1, ["job:clock"])
        assert len([one for one in subjects(stage, ADMIN) if "Часы" in one]) == 1
        assert len(caught.read_text(encoding="utf-8").splitlines()) == 1
        assert "Письма не уходят с 23.11.2026 13:05." in note.read_text(encoding="utf-8-sig")
        assert copies(stage) == [0, 0]

        rounds.until_idle(at(stage, "13:12"))
        assert rounds.health.since == {}
        assert not note.exists()
        assert len(caught.read_text(encoding="utf-8").splitlines()) == 2
        assert health_of(stage)[1] == []
        assert copies(stage) == [1, 1]


def test_an_alarm_that_could_not_leave_is_tried_again_while_the_clock_is_doubted(
    stage: Stage,
) -> None:
    beat(stage.desk, stage.moment("2026-11-23 13:05"), played=False)
    seconds, wrong = [0.0], stage.moment("2026-11-13 13:10")
    rounds = Rounds(desk=stage.desk, ticks=lambda: seconds[0])
    rounds.start(wrong)
    with armed("smtp.connected=ECONNREFUSED"):
        rounds.one(wrong)
    assert "smtp" in rounds.health.since
    seconds[0] += 600
    rounds.one(wrong)
    assert "smtp" not in rounds.health.since
    assert [one for one in subjects(stage, ADMIN) if "Часы" in one]


def test_a_delayed_start_that_fails_is_made_again(stage: Stage) -> None:
    beat(stage.desk, stage.moment("2026-11-23 13:05"), played=False)
    rounds = Rounds(desk=stage.desk)
    rounds.start(stage.moment("2026-11-13 13:10"))
    now = stage.moment("2026-11-23 13:12")
    with armed("start.recover.before=EIO"), pytest.raises(OSError, match="error"):
        rounds.one(now)
    held = [rounds.is_held_back]
    rounds.until_idle(now)
    stage.post.settle()
    assert [*held, rounds.is_held_back] == [True, False]
    assert [one for one in subjects(stage, ADMIN) if "Снова работает" in one]


def test_a_long_round_of_a_played_moment_is_no_clock_put_back(stage: Stage) -> None:
    now, seconds = stage.moment("2026-11-23 09:00"), [0.0]
    rounds = Rounds(desk=stage.desk, played=True, ticks=lambda: seconds[0])
    rounds.start(now)
    rounds.health.until["smtp"] = now + timedelta(minutes=2)
    seconds[0] += 600
    rounds.one(now)
    assert rounds.health.until == {"smtp": now + timedelta(minutes=2)}


def test_a_copy_put_back_after_sixty_days_does_not_make_the_clock_doubted(
    stage: Stage, tmp_path: Path
) -> None:
    then = stage.moment("2026-11-23 09:00")
    now = then + timedelta(days=60)
    beat(stage.desk, then, played=False)
    assert clock_doubt(stage.desk, now) is not None
    back_up(stage.desk.store, tmp_path / "mcu.zip", then, {})
    url, files = f"sqlite:///{tmp_path / 'again' / 'mcu.db'}", tmp_path / "again" / "files"
    restore(tmp_path / "mcu.zip", url, files, now)
    with closing(Store(url, Files(files))) as store:
        desk = replace(stage.desk, store=store)
        later = now + timedelta(hours=1)
        assert clock_doubt(desk, later) is None
        assert outage_at(desk, later, played=False) == Outage(since=then, until=later)


# --- before the inbox was read --------------------------------------------------------------------


def test_mails_for_which_the_turn_was_too_short_are_waited_for(stage: Stage) -> None:
    now = stage.moment("2026-11-23 18:20")
    hurried = replace(stage.desk, turn_seconds=0)
    for serial in range(55):
        stage.post.deliver(OURS, plain(f"chuzhoy{serial}@example.org", serial))
    stage.post.settle()
    receive(hurried, now)
    assert is_read_up(stage.desk), "strangers are not waited for"
    receive(hurried, now)

    for serial in range(100, 155):
        stage.post.deliver(OURS, plain(f"chuzhoy{serial}@example.org", serial))
    stage.post.deliver(OURS, plain(clerk.address, 200))
    stage.post.settle()
    receive(hurried, now)
    assert not is_read_up(stage.desk), "the clerk's own copy lies in the inbox unread"
    receive(hurried, now)
    assert not any(stage.desk.backlog.values())
    assert not is_read_up(stage.desk), "it was fetched and has yet to be decided about"
    collect(stage.desk, now, played=True)
    assert is_read_up(stage.desk)


def test_mails_for_which_the_disk_has_no_room_are_waited_for(
    tmp_path: Path, post_office: PostOffice
) -> None:
    changes = {**NATIVE, "store.least_free_mb": 1_000_000, "store.reserve_mb": 0}
    stage = Stage(tmp_path / "office", post_office, PASSWORD, changes)
    with stage.opened():
        now = stage.moment("2026-11-23 18:20")
        post_office.deliver(OURS, plain("chuzhoy@example.org", 1))
        post_office.settle()
        receive(stage.desk, now)
        assert is_read_up(stage.desk)
        post_office.deliver(OURS, plain(clerk.address, 2))
        post_office.settle()
        receive(stage.desk, now)
        assert not is_read_up(stage.desk)


# --- outages --------------------------------------------------------------------------------------


def test_a_second_outage_before_the_first_is_over_makes_that_longer(stage: Stage) -> None:
    stage.post.deliver(OURS, notice(stage, "2026-11-23 08:15"))
    stage.play("2026-11-23 08:53")
    (case,) = cases(stage)
    first, desk = case.term - timedelta(hours=3), stage.desk
    beat(desk, first, played=False)

    back = case.term - timedelta(hours=1)
    outage = outage_at(desk, back, played=False)
    assert outage == Outage(since=first, until=back)
    remember_missed(desk, outage)
    beat(desk, back, played=False)
    assert outage_at(desk, back + timedelta(minutes=1), played=False) == outage, "killed, not down"

    again = case.term + timedelta(hours=1)
    longer = outage_at(desk, again, played=False)
    assert longer == Outage(since=first, until=again)
    remember_missed(desk, longer)
    assert fact(stage, f"outage_missed:{first.isoformat()}") == str(case.id)
    beat(desk, again, played=False)

    slept = again + timedelta(hours=1)
    assert leapt(desk, again, slept, played=False) == Outage(since=first, until=slept)


def test_a_letter_that_cannot_be_asked_about_holds_neither_the_others_nor_the_alarms(
    waiting_letter: Prepared, tmp_path: Path, post_office: PostOffice
) -> None:
    evening = Evening(waiting_letter, tmp_path / "office", post_office)
    stage = evening.back()
    with stage.opened():
        execute(stage, "UPDATE cases SET goal_at = '2026-11-23T18:00:00' WHERE id = 1")
        rounds = Rounds(desk=stage.desk, played=True)
        now = at(stage, "18:20")
        rounds.start(now)
        rounds.one(now)
        assert rounds.waking.awake
        assert "late" not in rounds.health.since
        with stage.desk.store.view() as view:
            (letter,) = view.queue.waiting_letters()
        held = datetime.fromisoformat(fact(stage, f"held_until:{letter.id}") or "")
        assert held == now + timedelta(minutes=stage.desk.settings.mail.late_ask_minutes)
        assert copies(stage) == [0, 0]


def test_what_cannot_be_asked_is_waited_for_as_long_as_an_answer_and_alarms_leave(
    stage: Stage,
) -> None:
    start = stage.moment("2026-11-23 17:00")
    stage.post.deliver(OURS, notice(stage, "2026-11-23 16:55"))
    seconds = [0.0]
    rounds = Rounds(desk=stage.desk, played=True, ticks=lambda: seconds[0])
    rounds.start(start)
    rounds.until_idle(start)
    awake = {}
    for minute in (60, 70, 74, 76):
        now = start + timedelta(minutes=minute)
        if minute == 60:
            rounds.start(now)
        seconds[0] = minute * 60.0
        with armed("commit:service.after_outage.remember_missed:before=EIO"):
            rounds.one(now)
        awake[minute] = rounds.waking.awake
    assert awake == {60: False, 70: False, 74: False, 76: True}


def test_one_poisoned_moment_stops_no_reminder_of_the_others(stage: Stage) -> None:
    stage.gathers = True
    for serial in (1, 2, 3):
        stage.post.deliver(OURS, notice(stage, "2026-11-23 08:15", serial=serial))
    stage.play("2026-11-23 08:53")
    execute(stage, "UPDATE due SET data = '{}' WHERE case_id = 1 AND kind <> 'term'")
    before = len(stage.mails(head.address))
    assert "remind" not in stage.play("2026-11-25 07:30")
    told = stage.mails(head.address)[before:]
    assert len(told) == 1
    assert "ждут вас: 2" in str(told[0]["Subject"])
    assert any("не работала" in one for one in subjects(stage, dispatcher.address))
    with stage.desk.store.view() as view:
        assert not view.due.owed(stage.moment("2026-11-25 07:30"))


# --- logins and leases ----------------------------------------------------------------------------


def test_the_census_leaves_a_mailbox_alone_that_has_just_refused_the_login(stage: Stage) -> None:
    now = stage.moment("2026-11-23 09:00")
    look = {"at": (now - timedelta(hours=1)).isoformat(), "unknown": [7], "left": [],
            "strange": [], "seen": {}, "told": False}  # fmt: skip
    with stage.desk.store.work() as work:
        work.facts.set("census", json.dumps(look))
        work.commit()
    health = Health(since={"mailbox": now})
    watch(stage.desk, health, Noting(), now)
    assert json.loads(fact(stage, "census") or "") == look, "it has not looked"
    health.since.clear()
    watch(stage.desk, health, Noting(), now)
    assert json.loads(fact(stage, "census") or "")["at"] == now.isoformat()


def test_no_fence_of_an_alarm_or_of_a_mail_holds_that_the_store_was_taken_over(
    stage: Stage,
) -> None:
    now = stage.moment("2026-11-23 09:00")
    stage.post.deliver(OURS, plain(clerk.address, 1))
    stage.post.settle()
    receive(stage.desk, now)
    lease = stage.desk.store.lease
    assert lease is not None
    lease.number -= 1
    try:
        with pytest.raises(ReplacedError):
            Health().failed(stage.desk, "smtp", LoginRefusedError("отказ"), now)
        health = Health(since={"smtp": now}, alarmed={"smtp"})
        with pytest.raises(ReplacedError):
            health.went_well(stage.desk, "smtp", now)
        with pytest.raises(ReplacedError):
            collect(stage.desk, now, played=True)
    finally:
        lease.number += 1
