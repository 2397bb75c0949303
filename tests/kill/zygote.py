"""A process that has imported everything and forks one daemon for each start that it is asked for.

Two starts of Python, the daemon's and its reader's, would cost more than all that a killed daemon
does. A daemon that is forked here runs the same entry of the command line. Three things of it are
the harness's own: the clock, which a file moves on; a shorter poll than the settings allow; and a
source of guarded processes that is forked instead of started. `tests/kill/test_command_line.py`
does without.

One order a line on standard input, answers likewise: `{"start": …}` → `{"pid": …}`, and later
`{"ended": pid, "status": …}`. When the orders end, for whatever reason, so does everything that was
started here, and what `{"guard": …}` named.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import json
import os
import select
import shutil
import signal
import sys
import tempfile
import traceback
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mcu_mail import cli, failpoints, forking, forking_source, guard, starting, terminal, wiring
from mcu_mail.documents import (
    annex_reading,
    dictionary,
    draft_reading,
    esign_reading,
    ink_reading,
    scan_cutting,
    scan_reading,
)
from mcu_mail.domain.late_regex import LateRegex
from mcu_mail.mail import reader_process
from mcu_mail.rehearsal.postoffice import PostOffice
from mcu_mail.rehearsal.stage import Stage

if TYPE_CHECKING:
    import socket

PASSWORD = "пароль-от-ящика"
CLOCK = "MCU_KILL_CLOCK"
"""Names the file that says by how many seconds the office's clock is ahead of the machine's."""
POLL = 0.1
_SET_PDEATHSIG, _SET_SUBREAPER = 1, 36
_KNOWN = (
    annex_reading,
    draft_reading,
    esign_reading,
    ink_reading,
    scan_cutting,
    scan_reading,
    reader_process,
)
"""What the guarded processes run: loaded here once for all of them."""


def _prctl(option: int, value: int) -> None:
    ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def office_clock(file: Path) -> datetime:
    """The clock of the office whose file that is."""
    ahead = float(file.read_text(encoding="ascii"))
    return datetime.now(UTC) + timedelta(seconds=ahead)


class ForkedSource:
    """Stands in for the `subprocess.Popen` of a source: forked, with all modules loaded."""

    def __init__(self, orders: socket.socket) -> None:
        self._code: int | None = None
        self._pid = os.fork()
        if self._pid == 0:
            _source_life(orders.fileno())

    def wait(self) -> int:
        if self._code is None:
            self._code = os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])
        return self._code

    def kill(self) -> None:
        if self._code is None:
            os.kill(self._pid, signal.SIGKILL)


def _source_life(orders: int) -> None:
    """Be a source with the environment that a started one has."""
    try:
        os.dup2(orders, 0)
        for number in (1, 2):
            os.dup2(os.open(os.devnull, os.O_WRONLY), number)
        os.closerange(3, 1024)
        kept = starting.environment()
        os.environ.clear()
        os.environ.update(kept)
        failpoints.arm_from_environment()
        sys.stdin = os.fdopen(0, "r", encoding="utf-8", closefd=False)
        # Held by a second name too: a module may put something else in its place.
        sys.stdout = sys.__stdout__ = os.fdopen(1, "w", encoding="utf-8", closefd=False)  # type: ignore[misc] # as at a start
        sys.stderr = os.fdopen(2, "w", encoding="utf-8", closefd=False)
        forking_source.main()
    finally:
        os._exit(1)


def _shorten_poll() -> None:
    opened = wiring.open_desk

    def open_desk(config: Path) -> Any:
        desk = opened(config)
        mail = desk.settings.mail
        imap = mail.imap.model_copy(update={"poll_seconds": POLL})
        mail = mail.model_copy(update={"imap": imap})
        return replace(desk, settings=desk.settings.model_copy(update={"mail": mail}))

    wiring.open_desk = open_desk


def _daemon_life(order: dict[str, Any]) -> None:
    """Be one start of the command line until its end."""
    code = 70
    try:
        _prctl(_SET_PDEATHSIG, signal.SIGKILL)
        log = os.open(order["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        for number in (1, 2):
            os.dup2(log, number)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.closerange(3, 1024)
        sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
        sys.stderr = os.fdopen(2, "w", encoding="utf-8", closefd=False)
        terminal.stderr.file = sys.stderr
        os.environ.update(order["env"])
        clock = Path(order["env"][CLOCK])
        wiring.clock = lambda: office_clock(clock)
        wiring.reader.cache_clear()
        _shorten_poll()
        guard.choose(forking.Forked(start=ForkedSource))
        failpoints.arm_from_environment()
        cli.app(order["argv"])
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    except BaseException:  # noqa: BLE001 - it must not go on as the zygote
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _warm_up() -> None:
    """Fill the caches that every start would fill: the settings, templates, fonts, words."""
    folder = Path(tempfile.mkdtemp(prefix="mcu-zygote-"))
    try:
        with PostOffice({"mcu": PASSWORD}, ["okrug.example"]) as post:
            stage = Stage(folder, post, PASSWORD, {"letters.engine": "native"})
            wiring.open_desk(stage.config).store.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    dictionary._analyzer()
    for one in gc.get_objects():
        if isinstance(one, LateRegex):
            _ = one.compiled
    wiring.reader().close()
    guard.close()
    gc.collect()
    gc.freeze()


def _children() -> list[int]:
    """What was started here, and what that has left."""
    tasks = Path(f"/proc/{os.getpid()}/task")
    return [
        int(pid)
        for task in tasks.iterdir()
        for pid in (task / "children").read_text(encoding="ascii").split()
    ]


def _end_everything(guarded: dict[str, Any]) -> None:
    end = 50
    while (children := _children()) and (end := end - 1):
        for pid in children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
    # A harness that was itself killed could not end its post office.
    for pid in guarded.get("pids", ()):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
    for base in guarded.get("folders", ()):
        shutil.rmtree(base, ignore_errors=True)


def _answer(**what: object) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Serve orders until there are none."""
    _prctl(_SET_SUBREAPER, 1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _warm_up()
    _answer(ready=True)
    daemons: dict[int, int] = {}
    guarded: dict[str, Any] = {}
    waiting = b""
    try:
        while True:
            ready, _, _ = select.select([0, *daemons], [], [], 5)
            for handle in ready:
                if handle:
                    pid, status = os.waitpid(daemons[handle], 0)
                    os.close(handle)
                    del daemons[handle]
                    _answer(ended=pid, status=os.waitstatus_to_exitcode(status))
            if 0 in ready:
                told = os.read(0, 1 << 20)
                if not told:
                    return
                *lines, waiting = (waiting + told).split(b"\n")
                for order in map(json.loads, lines):
                    if "guard" in order:
                        guarded = order["guard"]
                        continue
                    pid = os.fork()
                    if pid == 0:
                        _daemon_life(order["start"])
                    daemons[os.pidfd_open(pid)] = pid
                    _answer(pid=pid)
            # What a killed daemon left comes to us when it ends.
            for pid in set(_children()) - set(daemons.values()):
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(pid, os.WNOHANG)
    finally:
        _end_everything(guarded)


if __name__ == "__main__":
    main()
