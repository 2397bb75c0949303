"""What looks like more than it is: a folder among scans, a forged return, a task that kills."""

from __future__ import annotations

import pytest

from mcu_mail.documents.folder import Folder
from mcu_mail.service.papers import take_up_again
from tests.stories.signed_letter import NATIVE, OURS, Prepared, letter_out, register, states

FORGED = """From: Mail Delivery <MAILER-DAEMON@{host}>
To: mcu@okrug.example
Subject: Undelivered Mail Returned to Sender
Message-ID: <dsn.1@{host}>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

User unknown
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; {host}

Final-Recipient: rfc822; priem@ako.ru
Action: failed
Status: 5.1.1

--b
Content-Type: message/rfc822

Message-ID: {letter}
Subject: x

x
--b--
"""


def test_a_folder_among_the_scans_gets_a_note_and_stays(day):
    day.approved()
    folder = day.stage.desk.folders.base / Folder.SIGNED / "Сканы ноября"
    folder.mkdir()
    (folder / "in.pdf").write_bytes(b"%PDF-1.4")

    day.play("10:00")

    note = day.stage.desk.folders.base / Folder.REFUSED / "Сканы ноября – НЕ ПРИНЯТ.txt"
    assert "это папка или ссылка" in note.read_bytes().decode("utf-8-sig")
    assert (folder / "in.pdf").exists()


@pytest.mark.parametrize(
    ("host", "reopens"), [("mail.okrug.example", True), ("evil.example", False)]
)
def test_only_a_return_of_our_own_server_undoes_a_sending(
    waiting_letter: Prepared, tmp_path, post_office, host, reopens
):
    trust = {"mail.trust": {"authserv_id": "mail.okrug.example"}}
    stage = waiting_letter.on(tmp_path / "office", post_office, {**NATIVE, **trust})
    with stage.opened():
        stage.drop("Scan.pdf", waiting_letter.scan)
        stage.play("2026-11-23 16:40")
        assert set(states(stage).values()) == {"accepted"}
        dsn = FORGED.format(host=host, letter=letter_out(stage).message_id)

        post_office.deliver(OURS, dsn.replace("\n", "\r\n").encode())
        stage.play("2026-11-23 16:50")

        assert (states(stage)["priem@ako.ru"] == "refused") is reopens
        assert (register(stage)[0].state == "registered") is reopens
        assert any("вернулось" in str(mail["Subject"]) for mail in stage.mails("obr@okrug.example"))


def test_a_task_that_ends_the_daemon_each_time_comes_to_a_person(day):
    day.notice()
    with day.stage.desk.store.work() as work:
        work.tasks.add(
            key="render:1:9:9",
            case_id=day.case().id,
            kind="render",
            data={"version": 9},
            now=day.stage.moment("2026-11-23 09:00"),
        )
        (task,) = work.tasks.open(day.case().id)
        for _ in range(3):
            work.tasks.count_attempt(task.id, day.stage.moment("2026-11-23 12:00"))
        work.commit()

    take_up_again(day.stage.desk, day.stage.moment("2026-11-23 09:05"))

    assert day.case().state == "aside"
    assert len(day.events("task_failed")) == 1
    take_up_again(day.stage.desk, day.stage.moment("2026-11-23 09:06"))
    assert len(day.events("task_failed")) == 1
