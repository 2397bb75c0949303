"""SIGTERM while something hangs: the process ends in time, and at once when told twice."""

import os
import signal
import subprocess
import sys
import time

import pytest

from mcu_mail.service.ending import CUT_OFF

_HANGS = """
import sys, threading, time
from mcu_mail.service.ending import end_when_told
stop = threading.Event()
end_when_told(stop, grace=float(sys.argv[1]))
print("ready", flush=True)
if sys.argv[2] == "hangs":
    time.sleep(600)
stop.wait()
"""

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows ends a process without asking it")


def begun(grace: float, how: str) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        [sys.executable, "-c", _HANGS, str(grace), how],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    return process


@pytest.mark.parametrize(
    ("grace", "how", "signals", "code"),
    [
        (600, "works", 1, 0),
        (0.2, "hangs", 1, CUT_OFF),
        (600, "hangs", 2, CUT_OFF),
    ],
    ids=["what ends in time is not cut off", "what hangs is cut off", "the second one cuts off"],
)
def test_a_process_that_is_told_to_end_ends(
    grace: float, how: str, signals: int, code: int
) -> None:
    process = begun(grace, how)
    try:
        for _ in range(signals):
            process.send_signal(signal.SIGTERM)
            # Two signals that come before the first is looked at are one.
            time.sleep(0.1)
        _, said = process.communicate(timeout=60)
    finally:
        process.kill()
        process.communicate()
    assert process.returncode == code
    assert (b"cut off" in said) == (code == CUT_OFF)
