"""The daemon's memory: `python3 -m tests.bench.memory [N [MB …]]`.

The real daemon works off N mails of unknown senders on a real Dovecot, and then one mail after
another of so many megabytes (30, 100, 200 unless named). Printed is what it holds, and apart from
it what the processes hold that it has started: the one that reads foreign mails has its own limit.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from mcu_mail.rehearsal.stage import Stage
from tests.bench.figures import at_most, children, megabytes, say
from tests.bench.receiving import lay
from tests.conftest import DOMAIN, PASSWORD, USER
from tests.peers.post import RealPostOffice
from tests.stories.office_day import NATIVE, SERVICE

_RUN = "from mcu_mail.cli import main; main()"
_POLL = 0.2
_PATIENCE = 3600.0
_LINE = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789ab\r\n"


def _mail(n: int, octets: int) -> bytes:
    """A mail of a stranger with a file of so many octets."""
    head = (
        f"From: s{n}@flood.example\r\nTo: {SERVICE}\r\nSubject: {n}\r\n"
        f"Message-ID: <{n}.{octets}@flood.example>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/mixed; boundary="-b"\r\n\r\n'
        f"---b\r\nContent-Type: text/plain\r\n\r\nHello {n}\r\n"
        "---b\r\nContent-Type: application/octet-stream\r\n"
        "Content-Transfer-Encoding: base64\r\n\r\n"
    )
    return head.encode() + _LINE * (octets // len(_LINE)) + b"---b--\r\n"


class _Watched:
    """A running daemon, looked at until it has decided about so many mails."""

    def __init__(self, process: subprocess.Popen[bytes], database: Path) -> None:
        self._process = process
        self._database = database

    def _decided(self) -> int:
        with closing(sqlite3.connect(self._database)) as store:
            query = "SELECT count(*) FROM mails WHERE state != 'stored'"
            return int(store.execute(query).fetchone()[0])

    def until(self, count: int) -> tuple[float, float, float]:
        """(most of the daemon, most of a process of its, the daemon now), in MB."""
        end = time.monotonic() + _PATIENCE
        most = most_child = 0.0
        while self._decided() < count and time.monotonic() < end:
            assert self._process.poll() is None, "the daemon has ended"
            most = max(most, megabytes(self._process.pid))
            for child in children(self._process.pid):
                most_child = max(most_child, megabytes(child))
            time.sleep(_POLL)
        return most, most_child, megabytes(self._process.pid)


def main(count: int = 10_000, *sizes: int) -> None:
    """Play the flood, then the large mails."""
    with (
        RealPostOffice({USER: PASSWORD}, [DOMAIN]) as post,
        tempfile.TemporaryDirectory() as folder,
    ):
        changes = {**NATIVE, "mail.imap.poll_seconds": 5}
        stage = Stage(Path(folder) / "office", post, PASSWORD, changes)
        stage.close()
        lay(post, (_mail(n, 20_000) for n in range(count)))
        process = subprocess.Popen(
            [sys.executable, "-c", _RUN, "run", "-c", str(stage.config)],
            stderr=subprocess.DEVNULL,
            env=os.environ,
        )
        database = Path(folder) / "office" / "var" / "mcu.db"
        while not database.exists() or database.stat().st_size < 10_000:
            assert process.poll() is None, "the daemon has not started"
            time.sleep(_POLL)
        time.sleep(5)
        watched = _Watched(process, database)
        for quarter in range(1, 5):
            most, child, now = watched.until(count * quarter // 4)
            at_most(f"after {count * quarter // 4} mails the daemon", now, 150, "MB")
            say(f"  at most {most:.0f} MB, the reader {child:.0f} MB")
        for ordinal, size in enumerate(sizes or (30, 100, 200), start=1):
            post.deliver(SERVICE, _mail(ordinal, size * 1_000_000))
            most, child, now = watched.until(count + ordinal)
            at_most(f"a mail of {size} MB: the daemon at most", most, 300, "MB")
            say(f"  then {now:.0f} MB; the reader at most {child:.0f} MB")
        process.send_signal(signal.SIGTERM)
        process.wait(60)


if __name__ == "__main__":
    main(*(int(one) for one in sys.argv[1:]))
