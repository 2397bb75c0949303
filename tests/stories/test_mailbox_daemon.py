"""The daemon as a process: it reads by itself, it is alone, and it ends when told to."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mcu_mail.rehearsal.people import fresh_mail
from mcu_mail.rehearsal.stage import PASSWORD_VARIABLE, Stage
from tests.stories.signed_letter import NATIVE, OURS, PASSWORD, head, ministry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mcu_mail.rehearsal.postoffice import PostOffice

HOUSE = Path(__file__).parent.parent.parent
PATIENCE = 60.0


def started(stage: Stage, *words: str) -> subprocess.Popen[str]:
    """The command line as a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "mcu_mail", *words, "-c", str(stage.config)],
        cwd=HOUSE,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        env={**os.environ, PASSWORD_VARIABLE: PASSWORD, "PYTHONUNBUFFERED": "1"},
    )


def until(done: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    end = time.monotonic() + PATIENCE
    while not done():
        assert process.poll() is None, process.communicate()[0]
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.fixture
def stage(tmp_path: Path, post_office: PostOffice) -> Stage:
    return Stage(
        tmp_path / "office", post_office, PASSWORD, {**NATIVE, "mail.imap.poll_seconds": 1}
    )


@pytest.fixture
def daemon(stage: Stage) -> Iterator[subprocess.Popen[str]]:
    """A daemon at work; whatever becomes of the test, it ends."""
    process = started(stage, "run")
    try:
        until((stage.folder / "var" / "mcu.db").is_file, process)
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def snow(stage: Stage, serial: int) -> bytes:
    """A notice that states no moment: it counts from its arrival, whatever the day is."""
    body = (
        "Заявитель: Небывалова Алла Игнатьевна\n"
        f"Адрес: пгт Тяжинский, ул. Образцовая, д. {serial}\n"
        "Текст: Не чистят снег на дороге, вторую неделю не проехать трактору.\n"
    )
    at = stage.moment("2026-11-23 08:15")
    stage.close()
    return fresh_mail(ministry, OURS, f"Сообщение {serial}", body, at)


def test_a_daemon_reads_mail_by_itself_and_ends_cleanly_on_sigterm(
    stage: Stage, daemon: subprocess.Popen[str]
) -> None:
    stage.post.deliver(OURS, snow(stage, 1))
    until(lambda: len(stage.mails(head.address)) == 1, daemon)
    stage.post.deliver(OURS, snow(stage, 2))
    until(lambda: len(stage.mails(head.address)) == 2, daemon)

    daemon.send_signal(signal.SIGTERM)
    words, _ = daemon.communicate(timeout=10)
    assert daemon.returncode == 0
    assert "остановлена" in words
    assert "Traceback" not in words
    assert len(stage.mails(head.address)) == 2


def test_a_second_daemon_is_told_and_leaves(stage: Stage, daemon: subprocess.Popen[str]) -> None:
    stage.post.deliver(OURS, snow(stage, 1))
    until(lambda: len(stage.mails(head.address)) == 1, daemon)
    for command in ("run", "once"):
        second = started(stage, command)
        words, _ = second.communicate(timeout=PATIENCE)
        assert second.returncode == 1
        assert "уже работает" in words
        assert "Traceback" not in words
    assert daemon.poll() is None


def test_a_daemon_whose_mail_servers_are_away_still_ends_on_sigterm(
    tmp_path: Path, post_office: PostOffice
) -> None:
    changes = {**NATIVE, "mail.imap.poll_seconds": 1, "mail.imap.port": 9, "mail.smtp.port": 9}
    stage = Stage(tmp_path / "office", post_office, PASSWORD, changes)
    process = started(stage, "run")
    try:
        until((stage.folder / "outbox" / "Подписано").is_dir, process)
        time.sleep(1)
        process.send_signal(signal.SIGTERM)
        words, _ = process.communicate(timeout=10)
        assert process.returncode == 0
        assert "Traceback" not in words
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()
