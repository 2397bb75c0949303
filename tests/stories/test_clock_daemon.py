"""The real daemon under a clock that stops, leaps and goes back (`libfaketime`; F32, F33)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mcu_mail.rehearsal.stage import PASSWORD_VARIABLE, Stage
from tests.stories.signed_letter import (
    NUMBER,
    OURS,
    PASSWORD,
    Prepared,
    clerk,
    copies,
    dispatcher,
    head,
    subjects,
)
from tests.stories.test_mailbox_daemon import HOUSE, snow
from tests.stories.test_sending_faults import free_port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from mcu_mail.rehearsal.postoffice import PostOffice

LIBRARY = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)
LEAPS = 4
PATIENCE = 250.0


def until(done: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + PATIENCE
    while not done():
        assert process.poll() is None
        assert time.monotonic() < end
        time.sleep(0.1)


class Clock:
    """The daemon's clock: the machine's, moved by what a file says; waits go by the true one."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "clock"

    def show(self, text: str) -> None:
        """Set it to «18:20» of the 23rd of November in Novokuznetsk."""
        wanted = datetime.fromisoformat(f"2026-11-23T{text}:00+07:00")
        self._write(int((wanted - datetime.now(UTC)).total_seconds()))

    def leap(self, seconds: int) -> None:
        self._write(int(self._file.read_text("ascii")) + seconds)

    def _write(self, offset: int) -> None:
        part = self._file.with_suffix(".part")
        part.write_text(f"{offset:+d}\n", "ascii")
        part.replace(self._file)

    @property
    def environment(self) -> Mapping[str, str]:
        return {
            "LD_PRELOAD": str(LIBRARY),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_CACHE_DURATION": "1",
            "DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "NO_FAKE_STAT": "1",
        }


@contextmanager
def daemon(stage: Stage, clock: Clock) -> Iterator[subprocess.Popen[bytes]]:
    """A daemon by that clock; it is killed at the end."""
    process = subprocess.Popen(
        [sys.executable, "-m", "mcu_mail", "run", "-c", str(stage.config)],
        cwd=HOUSE,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, PASSWORD_VARIABLE: PASSWORD, **clock.environment},
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGKILL)
        process.communicate()


@pytest.mark.long
@pytest.mark.skipif(LIBRARY is None, reason="libfaketime is not installed")
def test_down_over_18_and_a_clock_that_leaps_send_one_letter_and_tell_nothing_twice(
    waiting_letter: Prepared, tmp_path: Path, post_office: PostOffice
) -> None:
    clock = Clock(tmp_path)
    clock.show("17:45")
    folder, quick = tmp_path / "office", {"mail.imap.poll_seconds": 1}
    stage = waiting_letter.on(folder, post_office, {**quick, "mail.smtp.port": free_port()})
    stage.drop("скан.pdf", waiting_letter.scan)
    stage.close()
    ready = folder / "outbox" / "К отправке" / NUMBER / "Как отправить.txt"
    with daemon(stage, clock) as process:
        until(ready.is_file, process)
    # The power is cut: the process is gone without a word, and comes back after 18:00.
    clock.show("18:20")
    stage = Stage(folder, post_office, PASSWORD, {**waiting_letter.changes, **quick})
    with daemon(stage, clock) as process:
        until(lambda: asked(stage) == 1, process)
        assert copies(stage) == [0, 0]
        for leap in range(LEAPS):
            clock.leap(-3600 if leap % 2 else 3600)
            # It is at work at once, though its clock may have been put back by an hour.
            before = len(stage.mails(head.address))
            post_office.deliver(OURS, snow(stage, leap + 1))
            until(partial(has_more, stage, before), process)
        until(lambda: copies(stage) == [1, 1], process)
        until(lambda: not ready.parent.exists(), process)
    assert asked(stage) == 1
    for address in (dispatcher.address, clerk.address):
        told = Counter(subjects(stage, address))
        assert not [one for one, count in told.items() if NUMBER in one and count > 1]


def has_more(stage: Stage, before: int) -> bool:
    return len(stage.mails(head.address)) > before


def asked(stage: Stage) -> int:
    return sum("вручную?" in one for one in subjects(stage, clerk.address))
