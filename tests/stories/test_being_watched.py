"""Being watched: one alarm an outage by every way, the morning's line, the census, `health`."""

from __future__ import annotations

import json
import os
import sqlite3
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from typer.testing import CliRunner

from mcu_mail.cli import app
from mcu_mail.documents.folder import Folder
from mcu_mail.mail.imap import Mailbox
from mcu_mail.rehearsal.stage import Stage
from mcu_mail.service.alarm_ways import NOTE, command_faults
from mcu_mail.service.noting import certificate_days, place, quota_percent
from mcu_mail.service.rounds import Rounds
from mcu_mail.store import health_file
from tests.stories.signed_letter import NATIVE, OURS, PASSWORD, dispatcher, notice
from tests.stories.test_sending_faults import free_port

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from mcu_mail.domain.watch import HealthRecord
    from mcu_mail.rehearsal.postoffice import PostOffice

ADMIN = "it@okrug.example"
SECRET_CANARY = "СекретКанарейка77"
CATCH = """
import os, pathlib, sys
with open(sys.argv[1], "ab") as out:
    out.write(sys.stdin.buffer.read())
    out.write(repr(sorted(os.environ)).encode() + b"\\n")
"""


def office(tmp_path: Path, post: PostOffice, **changes: Any) -> Stage:
    return Stage(tmp_path / "office", post, PASSWORD, {**NATIVE, **changes})


def told(stage: Stage, words: str, address: str = ADMIN) -> list[str]:
    """The texts of the mails with these words in their subjects."""
    found = [mail for mail in stage.mails(address) if words in str(mail["Subject"])]
    return [str(mail.get_body(("plain",)).get_content()) for mail in found]  # type: ignore[union-attr]  # ours have one


def noted(stage: Stage) -> HealthRecord:
    record = health_file.read(stage.folder / "var" / "health.json")
    assert record is not None
    return record


def health(stage: Stage) -> tuple[int, dict[str, Any]]:
    result = CliRunner().invoke(app, ["health", "-c", str(stage.config), "--json"])
    return result.exit_code, json.loads(result.stdout)


def test_one_outage_is_one_alarm_by_every_way_whatever_is_started_anew_meanwhile(
    tmp_path: Path, post_office: PostOffice
) -> None:
    caught = tmp_path / "caught"
    command = [sys.executable, "-c", CATCH, str(caught)]
    broken = {"mail.smtp.port": free_port(), "watch.command": command}
    stage = office(tmp_path, post_office, **broken)
    with stage.opened():
        stage.post.deliver(OURS, notice(stage, "2026-11-23 09:00"))
        note = stage.desk.folders.base / Folder.TO_SIGN / NOTE
        # Each play is a start of its own, as `once` under a timer is.
        for minute in ("00", "03", "06", "09"):
            assert stage.play(f"2026-11-23 09:{minute}") == ("smtp",)
            assert not note.exists()
            assert not caught.exists()
        assert health(stage)[0] == 0, "a short absence disturbs nobody"
        for minute in ("12", "15", "30", "45"):
            stage.play(f"2026-11-23 09:{minute}")
        words = note.read_bytes().decode("utf-8-sig")
        assert "Письма не уходят с 23.11.2026 09:00." in words
        assert "Почта не читается" not in words
        assert Folder.READY not in words
        (stage.desk.folders.base / Folder.READY / "2026-000001").mkdir()
        stage.play("2026-11-23 09:46")
        assert Folder.READY in note.read_bytes().decode("utf-8-sig")
        said, names = caught.read_text(encoding="utf-8").splitlines()
        assert "не работает – отправка писем, с 23.11.2026 09:00" in said
        assert "MCU_REHEARSAL_PASSWORD" in os.environ
        assert "MCU_REHEARSAL_PASSWORD" not in names
        code, document = health(stage)
        assert code == 1
        assert [one["code"] for one in document["faults"]] == ["job:smtp"]
        job = noted(stage).jobs["smtp"]
        assert job.alarmed
        assert job.failing_since == stage.moment("2026-11-23 09:00")
        assert noted(stage).counts["queued"] >= 3

    stage = office(tmp_path, post_office, **{"watch.command": command})
    with stage.opened():
        assert stage.play("2026-11-23 10:00") == ()
        assert not note.exists()
        assert len(told(stage, "не отправляется")) == 1
        (over,) = told(stage, "Снова работает: письма отправляются")
        assert "перерыв был 1 ч" in over
        assert len(told(stage, "Снова работает", dispatcher.address)) == 1
        assert (
            caught
            .read_text(encoding="utf-8")
            .splitlines()[2]
            .endswith("снова работает – отправка писем.")
        )
        assert health(stage)[0] == 0


def test_a_command_that_hangs_fails_or_is_not_there_stops_nothing(
    tmp_path: Path, post_office: PostOffice, caplog: pytest.LogCaptureFixture
) -> None:
    sleeper = [sys.executable, "-c", "import time; time.sleep(30)"]
    for number, (command, words) in enumerate((
        (sleeper, "took too long"),
        ([sys.executable, "-c", "raise SystemExit(3)"], "ended with 3"),
        (["/nowhere/at-all"], "does not run"),
    )):
        stage = office(
            tmp_path / str(number),
            post_office,
            **{"mail.imap.port": free_port(), "watch.command": command, "watch.command_seconds": 1},
        )
        with stage.opened():
            assert bool(command_faults(stage.desk.settings)) == (words == "does not run")
            rounds = Rounds(desk=stage.desk, played=True)
            rounds.until_idle(stage.moment("2026-11-23 09:00"))
            rounds.until_idle(stage.moment("2026-11-23 09:11"))
            assert words in caplog.text
            assert "watch" not in rounds.health.faults
            assert rounds.health.alarmed == {"mailbox"}


def test_the_morning_line_comes_once_on_working_days_and_never_at_night(
    tmp_path: Path, post_office: PostOffice
) -> None:
    stage = office(tmp_path, post_office)
    with stage.opened():
        stage.post.deliver(OURS, notice(stage, "2026-11-26 09:00"))
        stage.play("2026-11-26 09:00")
        assert told(stage, "Служба работает") == [], "a new service has nothing to say of yesterday"
        stage.play("2026-11-27 08:29")
        assert told(stage, "Служба работает") == []
        stage.play("2026-11-27 08:30")
        (line,) = told(stage, "Служба работает, неполадок нет, 27.11.2026")
        assert "пришло писем: 1 = разобрано 1 + прочее 0 + отложено 0 + ждут 0" in line
        assert "отправлено ответов: 0" in line
        assert "дел в работе: 1, просрочено: 0" in line
        assert "Если оно не пришло – служба не работает" in line
        assert "Небывалова" not in line
        for moment in ("27 08:31", "27 17:00", "28 09:00", "29 09:00", "30 03:00", "30 20:01"):
            stage.play(f"2026-11-{moment}")
        assert len(told(stage, "Служба работает")) == 1, "Friday's alone; at night it is too late"
        # The machine was off at that hour: the line comes when it is back.
        stage.play("2026-12-01 11:40")
        assert len(told(stage, "01.12.2026")) == 1
        assert told(stage, "Служба работает", dispatcher.address) == []
        assert noted(stage).mails["received"] >= 1


def test_what_lies_in_the_mailbox_unknown_to_the_ledger_is_told_at_the_second_look(
    tmp_path: Path, post_office: PostOffice
) -> None:
    stage = office(tmp_path, post_office)
    with stage.opened():
        stage.post.deliver(OURS, notice(stage, "2026-11-26 09:00"))
        stage.play("2026-11-26 09:00")
        stage.play("2026-11-27 08:30")
        # A colleague «tidies up» a mail before the service has seen it.
        stage.post.deliver(OURS, notice(stage, "2026-11-27 10:00", serial=2))
        account = stage.desk.imap()
        with Mailbox.open(account) as mailbox:
            (uid,) = mailbox.all_uids()
            assert mailbox.move(uid, account.done)
        stage.play("2026-11-30 08:30")
        assert told(stage, "Перепись") == [], "one look may fall into the middle of something"
        stage.play("2026-11-30 08:35")
        assert told(stage, "Перепись") == []
        stage.play("2026-11-30 08:41")
        (words,) = told(stage, "Перепись почты не сошлась")
        assert "лежат письма, которых она не читала: 1" in words
        assert "Небывалова" not in words
        assert noted(stage).mails["strange"] == 1
        assert [one["code"] for one in health(stage)[1]["faults"]] == ["census"]
        stage.play("2026-11-30 09:00")
        assert len(told(stage, "Перепись")) == 1


def test_the_command_reads_the_file_alone_and_says_when_it_is_too_old(
    tmp_path: Path, post_office: PostOffice
) -> None:
    stage = office(tmp_path, post_office)
    code, document = health(stage)
    assert code == 1
    assert document["faults"][0]["code"] == "no_file"
    with stage.opened():
        stage.play("2026-11-26 09:00")
        path, zone = place(stage.desk), stage.desk.zone
    # A daemon that hangs holds the write lock.
    locked = sqlite3.connect(stage.folder / "var" / "mcu.db", isolation_level=None)
    locked.execute("BEGIN EXCLUSIVE")
    try:
        assert health(stage)[0] == 0
        words = CliRunner().invoke(app, ["health", "-c", str(stage.config)])
        assert words.stdout.splitlines()[0] == "✓ Всё работает."
        old = replace(noted(stage), noted_at=datetime.now(UTC) - timedelta(minutes=6))
        health_file.write(path, old, zone)
        words = CliRunner().invoke(app, ["health", "-c", str(stage.config)])
        assert words.exit_code == 1
        assert words.stdout.splitlines()[0].startswith("✗ Служба не отвечает с ")
    finally:
        locked.close()
    result = CliRunner().invoke(app, ["health", "--nonsense"])
    assert result.exit_code == 2


def test_a_start_by_a_person_tries_at_once_and_a_timer_keeps_to_the_pause(
    tmp_path: Path, post_office: PostOffice
) -> None:
    stage = office(tmp_path, post_office, **{"mail.imap.password": "env:MCU_WRONG"})
    os.environ["MCU_WRONG"] = SECRET_CANARY
    try:
        with stage.opened():
            moment = stage.moment("2026-11-23 09:00")
            stage.play(moment)
            until = noted(stage).jobs["mailbox"].until
            assert until == moment + timedelta(minutes=15)
            waiting = Rounds(desk=stage.desk, played=True)
            waiting.start(moment + timedelta(minutes=5))
            assert waiting.health.is_waiting("mailbox", moment + timedelta(minutes=5))
            daemon = Rounds(desk=stage.desk, played=True, lasting=True)
            daemon.start(moment + timedelta(minutes=5))
            assert not daemon.health.is_waiting("mailbox", moment + timedelta(minutes=5))
            assert "mailbox" in daemon.health.alarmed
            assert SECRET_CANARY not in place(stage.desk).read_text(encoding="utf-8")
    finally:
        del os.environ["MCU_WRONG"]


def test_what_was_measured_outside_is_days_and_percent() -> None:
    now = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
    ends = {
        "imap_until": (now + timedelta(days=40)).isoformat(),
        "smtp_until": (now + timedelta(days=13, hours=5)).isoformat(),
    }
    assert certificate_days(ends, now) == 13
    assert certificate_days({"imap_until": (now - timedelta(hours=1)).isoformat()}, now) == -1
    assert certificate_days({"imap_until": None}, now) is None
    assert quota_percent({"quota_used": 91, "quota_limit": 101}) == 90
    assert quota_percent({"quota_used": None, "quota_limit": None}) is None
    assert quota_percent({}) is None
