"""The same day on a mail server without MOVE, killed later on; and the true command line."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from mcu_mail.failpoints import TRACE, VARIABLE
from mcu_mail.rehearsal.stage import PASSWORD_VARIABLE
from mcu_mail.wiring import clock
from tests.kill.audit import count
from tests.kill.daemon import HOUSE
from tests.kill.fail_points import fail_points
from tests.kill.office import Office
from tests.kill.runs import figures, one_day, stage
from tests.kill.unreached import LATER, missed
from tests.kill.workload import notice_text
from tests.kill.zygote import PASSWORD
from tests.peers.post import missing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.peers.post import RealPostOffice

pytestmark = pytest.mark.peers
PATIENCE = 120.0


@contextmanager
def started(office: Office, armed: str) -> Iterator[subprocess.Popen[bytes]]:
    """The command line as a process of its own, by the machine's clock; it ends with the block."""
    environment = {
        **os.environ,
        PASSWORD_VARIABLE: PASSWORD,
        VARIABLE: armed,
        TRACE: str(office.folder / "trace"),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "mcu_mail", "run", "-c", str(office.config)],
        cwd=HOUSE,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait(PATIENCE)


@pytest.mark.office
@pytest.mark.timeout(1500)
def test_a_day_survives_a_kill_at_a_later_passing_of_every_point(
    record_property: Callable[[str, object], None],
) -> None:
    if missing() and not os.environ.get("MCU_MAIL_REQUIRE_PEERS"):
        pytest.skip(str(missing()))
    points = fail_points()
    with stage(move=False) as (folder, post, zygote):
        story = one_day(folder / "office", post, zygote, dict.fromkeys(points, (2,)))
    assert story.count.faults == {}
    assert set(missed(points, story.passed)) <= LATER
    often = {name for name in points if story.passed[name] > 1}
    assert set(story.killed) >= often
    record_property("figures", figures("each point at its second passing", story))


def test_a_daemon_of_the_command_line_dies_at_its_point_and_goes_on(
    real_post: RealPostOffice, tmp_path: Path
) -> None:
    office = Office(tmp_path / "office", real_post)
    # This daemon has the machine's own clock, and nothing may be late by it.
    office.set_clock(clock())
    office.notice(notice_text(office, 3))
    armed = "commit:service.collect._decide_read:after"
    with started(office, armed) as process:
        assert process.wait(PATIENCE) == -signal.SIGKILL
    assert office.mails("roads_head") == []
    with started(office, "") as process:
        end = time.monotonic() + PATIENCE
        while not office.mails("roads_head"):
            assert process.poll() is None
            assert time.monotonic() < end
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
    assert len(office.mails("roads_head")) == 1
    found = count(office)
    assert found.faults == {}
    assert found.asked_again == []
