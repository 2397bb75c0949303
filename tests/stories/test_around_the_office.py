"""Disks, certificates, the mailbox, the settings: told once, in time, and again when it is well."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from mcu_mail.domain.surroundings import Matter
from mcu_mail.errors import TemporaryError
from mcu_mail.rehearsal.people import Client, Writer, fresh_mail, press, text_of
from mcu_mail.service.around_findings import around_findings
from mcu_mail.service.backing_up import back_up
from mcu_mail.service.rounds import Rounds
from mcu_mail.service.settings_file import SettingsFile
from mcu_mail.service.surroundings import concerns_of, known, look_around
from mcu_mail.store import database
from tests.peers.full_disk import fill, small_disk
from tests.stories.office_day import DRAFT, LIGHTS, NATIVE, SERVICE, OfficeDay, writer

if TYPE_CHECKING:
    from email.message import EmailMessage
    from pathlib import Path

    from mcu_mail.rehearsal.postoffice import PostOffice
    from mcu_mail.service.desk import Desk

MB = 1_000_000


def told(day: OfficeDay, words: str) -> list[EmailMessage]:
    return [mail for mail in day.mails("it") if words in str(mail["Subject"])]


def test_on_a_full_disk_new_mail_waits_on_the_server_and_a_verdict_does_not(
    tmp_path: Path, post_office: PostOffice
) -> None:
    changes = {**NATIVE, "store.least_free_mb": 30, "store.reserve_mb": 4}
    changes["folders.base"] = str(tmp_path / "share")
    with (
        small_disk(tmp_path / "disk", "64m") as disk,
        OfficeDay(disk / "office", post_office, changes).opened() as day,
    ):
        day.notice()
        reserve = disk / "office" / "var" / "reserve"
        assert reserve.stat().st_size == 4 * MB
        fill(disk / "filler", leave=20 * MB)
        post_office.deliver(SERVICE, letter(day, LIGHTS))
        day.stage.play("2026-11-23 08:45")
        assert len(day.standings()) == 1
        assert len(post_office.mailbox(SERVICE)) == 1

        # The answer to a request is small, and somebody's term depends on it.
        day.reply("roads_head", DRAFT, "09:00")
        assert day.case().step == "approve_deputy"
        (mail,) = told(day, "Мало места на диске")
        assert "нужно не меньше 30 МБ" in " ".join(text_of(mail).split())
        assert "с 23.11" not in str(mail["Subject"])

        # To the brim: the reserve is given up, and what is to be written down still is.
        fill(disk / "more")
        day.stage.play("2026-11-23 09:10")
        assert not reserve.exists()
        day.press("dep_life", "Согласовать", "09:11")
        assert day.case().step == "sign"

        (disk / "more").unlink()
        (disk / "filler").unlink()
        day.play("09:20")
        assert len(day.standings()) == 2
        assert post_office.mailbox(SERVICE) == []
        assert reserve.exists()
        assert len(told(day, "Мало места")) == 1


def letter(day: OfficeDay, text: str) -> bytes:
    region = Writer(name="Приёмная", address="press@region.example", client=Client.plain)
    at = day.stage.moment("2026-11-23 08:45")
    return fresh_mail(region, SERVICE, "Сообщение", text, at)


def test_a_full_share_is_told_of_and_stops_no_mail(tmp_path: Path, post_office: PostOffice) -> None:
    changes = {**NATIVE, "store.least_free_mb": 3, "folders.base": str(tmp_path / "share")}
    with (
        small_disk(tmp_path / "share", "2m") as disk,
        OfficeDay(tmp_path / "office", post_office, changes).opened() as day,
    ):
        day.notice()
        assert len(day.standings()) == 1
        assert len(told(day, "Мало места в сетевой папке")) == 1
        assert day.mails("appeals") == []

        # To the brim: the letter cannot be laid out for the head, and no half of it is.
        fill(disk / "filler")
        day.reply("roads_head", DRAFT, "09:00")
        at = day.stage.moment("2026-11-23 09:10")
        post_office.deliver(
            SERVICE, press(writer("dep_life"), day.last("dep_life"), "Согласовать", at)
        )
        day.stage.play(at)
        assert day.case().step == "sign"
        assert day.files("На подпись") == []
        (disk / "filler").unlink()
        day.play("09:20")
        assert day.files("На подпись") == ["2026-000001 Ответ.docx", "2026-000001 Ответ.pdf"]
        assert list(disk.rglob("*.part")) == []


def test_a_database_that_another_program_holds_is_waited_for(
    tmp_path: Path, post_office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.01)
    with OfficeDay(tmp_path / "office", post_office, NATIVE).opened() as day:
        day.notice()
        post_office.deliver(SERVICE, letter(day, LIGHTS))
        rounds = Rounds(desk=day.stage.desk, played=True)
        other = sqlite3.connect(tmp_path / "office" / "var" / "mcu.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        assert rounds.one(day.stage.moment("2026-11-23 08:50")) == 0
        assert rounds.health.faults["mailbox"] == (
            "база данных не отвечает: она занята другой программой"
        )
        assert len(post_office.mailbox(SERVICE)) == 1

        other.close()
        day.play("08:55")
        assert len(day.standings()) == 2
        assert post_office.mailbox(SERVICE) == []


def test_a_changed_file_of_settings_is_looked_through_and_told_of_once(day: OfficeDay) -> None:
    desk, config = day.stage.desk, day.stage.config
    now = day.stage.moment("2026-11-23 09:00")
    watched = SettingsFile(config)
    assert watched.watch(desk, now) == 0
    good = config.read_text(encoding="utf-8")

    config.write_text(
        good.replace("timezone: Asia/Novokuznetsk", "timezone: Asia/Nowhere"), "utf-8"
    )
    assert [watched.watch(desk, now) for _ in range(3)] == [1, 0, 0]
    config.write_text(good.replace("poll_seconds: 20", "poll_seconds: 30"), encoding="utf-8")
    assert watched.watch(desk, now) == 1
    config.write_text(good, encoding="utf-8")
    assert [watched.watch(desk, now) for _ in range(2)] == [1, 0]

    day.play("09:01")
    broken, sound = (" ".join(text_of(mail).split()) for mail in told(day, "Файл настроек"))
    assert "по прежним настройкам и с этим файлом не запустится" in broken
    assert "office.timezone" in broken
    assert "ошибок в нём нет" in sound


def test_what_was_told_of_the_settings_ends_with_the_restart(day: OfficeDay) -> None:
    desk, config = day.stage.desk, day.stage.config
    now = day.stage.moment("2026-11-23 09:00")
    watched = SettingsFile(config)
    config.write_text(config.read_text(encoding="utf-8") + "\n# мы\n", encoding="utf-8")
    assert watched.watch(desk, now) == 1
    assert SettingsFile(config).watch(desk, now) == 1
    assert SettingsFile(config).watch(desk, now) == 0


@pytest.mark.peers
def test_certificates_and_the_quota_of_a_real_server_are_measured(
    tmp_path, real_post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(real_post.cafile))
    changes = {
        **NATIVE,
        "mail.imap.port": real_post.imaps_port,
        "mail.imap.security": "tls",
        "mail.smtp.port": real_post.smtps_port,
        "mail.smtp.security": "tls",
    }
    real_post.limit(SERVICE, 1_000_000)
    for _ in range(17):
        real_post.deliver(SERVICE, b"Subject: x\r\n\r\n" + b"x" * 49_000)
    with OfficeDay(tmp_path / "office", real_post, changes).opened() as day:
        desk, now = day.stage.desk, day.stage.desk.real_now()
        assert look_around(desk, now) == 1
        with desk.store.view() as view:
            around = known(view)
        assert around is not None
        # Certificates of the tests hold for two days, RFC 2087 counts in kilobytes.
        matters = {item.matter: item.stage for item in concerns_of(desk, around, now)}
        assert matters.pop(Matter.imap_certificate) == "last"
        assert matters.pop(Matter.smtp_certificate) == "last"
        assert matters.pop(Matter.quota) == "80"
        assert around.quota_limit == 977 * 1024

        # Within the hour nobody is asked again, and nobody is told again after it.
        assert look_around(desk, now) == 0
        for _ in range(2):
            real_post.deliver(SERVICE, b"Subject: x\r\n\r\n" + b"x" * 49_000)
        said = around_findings(desk)
        assert "Почтовый ящик службы заполнен на 9" in said.faults[0]
        assert sum("осталось дней: 1" in note for note in said.notes) == 2
        assert said.notes[-1].startswith("резервной копии ещё нет")
        back_up(desk.store, tmp_path / "copy.zip", now, {})
        stamp = desk.local(now).strftime("%d.%m.%Y %H:%M")
        assert around_findings(desk).notes[-1] == f"последняя резервная копия: {stamp}"


def test_a_server_without_quota_or_certificate_is_no_concern(day: OfficeDay) -> None:
    desk = day.stage.desk
    Rounds(desk=desk).one(desk.real_now())
    with desk.store.view() as view:
        around = known(view)
    assert around is not None
    assert (around.quota_limit, around.imap_until, around.smtp_until) == (None, None, None)
    assert around.store_free is not None
    assert around.faults == {}


@pytest.mark.parametrize("changes", [{"mail.smtp.security": "starttls"}], indirect=True)
def test_a_server_that_cannot_be_trusted_is_told_of_before_anything_is_to_be_sent(
    day: OfficeDay,
) -> None:
    desk = day.stage.desk
    rounds = Rounds(desk=desk)
    rounds.one(desk.real_now())
    with desk.store.view() as view:
        around = known(view)
        told = view.facts.get(f"concern:{Matter.smtp_door}")
    assert around is not None
    assert around.faults.keys() == {"smtp"}
    assert around.faults["smtp"].sure
    assert str(told).endswith("|closed")

    # The job that is to send this very alarm says nothing of its own by mail; a later outage does.
    queued = waiting_subjects(desk)
    for minutes in (1, 15, 30):
        rounds.one(desk.real_now() + timedelta(minutes=minutes))
    assert "smtp" in rounds.health.alarmed
    assert waiting_subjects(desk) == queued
    later = desk.real_now() + timedelta(minutes=31)
    rounds.health.went_well(desk, "smtp", later)
    for minutes in (1, 15):
        rounds.health.failed(
            desk, "smtp", TemporaryError("нет связи"), later + timedelta(minutes=minutes)
        )
    assert any("Почта не отправляется" in one for one in waiting_subjects(desk))


def waiting_subjects(desk: Desk) -> list[str]:
    with desk.store.view() as view:
        found = view.queue.owed(desk.real_now() + timedelta(days=1), 100)
        return sorted(one.subject for one in found)
