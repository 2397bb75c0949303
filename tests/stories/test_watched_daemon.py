"""A daemon that is watched from outside: by systemd's datagrams and by the health file."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import pytest

from mcu_mail.rehearsal.stage import PASSWORD_VARIABLE, Stage
from mcu_mail.service.systemd import Systemd
from mcu_mail.store import health_file
from tests.stories.signed_letter import NATIVE, OURS, PASSWORD, notice
from tests.stories.test_mailbox_daemon import HOUSE, PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from mcu_mail.rehearsal.postoffice import PostOffice

pytestmark = pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="no such sockets here")


class Supervisor:
    """The end of the socket that systemd holds."""

    def __init__(self, address: str) -> None:
        self.name = f"@{address[1:]}" if address.startswith("\0") else address
        self.heard: list[str] = []
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(address)

    def listen(self, seconds: float) -> None:
        """Take what comes within that time."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._socket.settimeout(left)
            try:
                self.heard += self._socket.recv(4096).decode().split("\n")
            except TimeoutError:
                return

    def until(self, line: str, process: subprocess.Popen[str]) -> None:
        """Listen until a line has come."""
        end = time.monotonic() + PATIENCE
        while line not in self.heard:
            assert process.poll() is None, process.communicate()[0]
            assert time.monotonic() < end, self.heard
            self.listen(0.1)

    def close(self) -> None:
        """Listen no more."""
        self._socket.close()


@contextmanager
def daemon(stage: Stage, supervisor: Supervisor, **more: str) -> Iterator[subprocess.Popen[str]]:
    """The daemon under a supervisor."""
    environment = {PASSWORD_VARIABLE: PASSWORD, "NOTIFY_SOCKET": supervisor.name, **more}
    process = subprocess.Popen(
        [sys.executable, "-m", "mcu_mail", "run", "-c", str(stage.config)],
        cwd=HOUSE,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONUNBUFFERED": "1", **environment},
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()
        supervisor.close()


def waited(done: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.fixture
def stage(tmp_path: Path, post_office: PostOffice) -> Stage:
    changes = {**NATIVE, "mail.imap.poll_seconds": 1}
    return Stage(tmp_path / "office", post_office, PASSWORD, changes)


def test_a_daemon_tells_systemd_that_it_is_ready_alive_and_about_to_end(
    stage: Stage, tmp_path: Path
) -> None:
    supervisor = Supervisor(str(tmp_path / "notify"))
    with daemon(stage, supervisor) as process:
        supervisor.until("READY=1", process)
        path = stage.folder / "var" / "health.json"
        supervisor.until("WATCHDOG=1", process)
        waited(lambda: (record := health_file.read(path)) is not None and bool(record.jobs))
        record = health_file.read(path)
        assert record is not None
        assert record.pid == process.pid
        process.send_signal(signal.SIGTERM)
        words, _ = process.communicate(timeout=PATIENCE)
        supervisor.listen(0.2)
    assert process.returncode == 0, words
    assert "STOPPING=1" in supervisor.heard
    assert any(line.startswith("STATUS=Работает: дел в работе 0") for line in supervisor.heard)
    ended = health_file.read(path)
    assert ended is not None
    assert ended.state == "stopped"
    assert {"mailbox", "folder", "collect", "round"} <= ended.jobs.keys()


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has abstract sockets")
def test_a_job_that_hangs_is_covered_by_nobody(stage: Stage) -> None:
    stage.post.deliver(OURS, notice(stage, "2026-11-23 08:15"))
    stage.close()
    supervisor = Supervisor(f"\0mcu-mail-test-{os.getpid()}")
    with daemon(stage, supervisor, MCU_MAIL_FAIL_AT="kept.write=hang") as process:
        supervisor.until("READY=1", process)
        path = stage.folder / "var" / "health.json"
        # Long enough for whatever was on its way before the mail was fetched.
        supervisor.listen(3)
        supervisor.heard.clear()
        noted = path.read_bytes()
        # Signs of life come every five seconds at the most, notes every ten.
        supervisor.listen(11)
        assert process.poll() is None
    assert "WATCHDOG=1" not in supervisor.heard
    assert path.read_bytes() == noted
    assert json.loads(noted)["state"] in {"starting", "working"}


def test_without_a_supervisor_nothing_is_told(tmp_path: Path) -> None:
    for name in ("", "relative/socket", str(tmp_path / "nobody")):
        Systemd({"NOTIFY_SOCKET": name} if name else {}).ready("x")


def test_signs_of_life_are_not_told_more_often_than_every_five_seconds(tmp_path: Path) -> None:
    now = [0.0]
    with ExitStack() as stack:
        supervisor = Supervisor(str(tmp_path / "notify"))
        stack.callback(supervisor.close)
        systemd = Systemd({"NOTIFY_SOCKET": supervisor.name}, clock=lambda: now[0])
        for now[0] in (0.0, 1.0, 4.9, 5.0, 9.0, 10.0, 60.0):
            systemd.alive()
        systemd.says("строка\nWATCHDOG=1")
        supervisor.listen(0.1)
    assert supervisor.heard.count("WATCHDOG=1") == 4
    assert supervisor.heard[-1] == "STATUS=строка WATCHDOG=1"
