"""Fail points: every effect has one, and each action does what it says."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from contextlib import nullcontext
from typing import TYPE_CHECKING

import pytest

from mcu_mail.failpoints import TRACE, VARIABLE, armed, fail_point
from tests.kill.fail_points import fail_points, functions

if TYPE_CHECKING:
    from pathlib import Path

AT_LEAST = 40
_SCRATCH = "a folder of the call's own; `office.convert` stands around the call"
_AROUND = "the caller has a point on either side"
WITHOUT = {
    "documents.caged.start": _SCRATCH,
    "documents.caged._environment": _SCRATCH,
    "documents.leftovers.Leftovers.note": _SCRATCH,
    "documents.leftovers.Leftovers.forget": _SCRATCH,
    "documents.leftovers.Leftovers.end": _SCRATCH,
    "documents.office._once": _SCRATCH,
    "documents.office_worker._Office.__init__": _SCRATCH,
    "documents.office_worker._leave": _SCRATCH,
    "documents.warm.WarmOffice._started": _SCRATCH,
    "documents.warm._Worker.convert": _SCRATCH,
    "documents.warm._Worker.end": _SCRATCH,
    "documents.word.Word.convert": _SCRATCH,
    "documents.word._made": _SCRATCH,
    "documents.whole_files.sync_folder": _AROUND,
    "store.files.sync_folder": _AROUND,
    "store.archive.unpack_database": _SCRATCH,
    "service.backing_up.back_up": _AROUND,
    "service.backing_up._archived": _AROUND,
    "mail.smtp.Post._ask": _AROUND,
    "store.disk.sync_microseconds": "a scratch file by which `check` measures the disk",
    "mail.smtp_session.PatientSmtp.getreply": _AROUND,
    "store.database.migrate": "the points of `store/migrations/env.py` stand within it",
    "forking.start": "starts a process that changes nothing",
    "starting.Started.keep": "starts a process that changes nothing",
    "mail.imap.Mailbox._fetch": "reads only",
    "mail.smtp_session._plain": "the login; `smtp.connected` follows",
    "terminal.save": "what a person asked for at the command line",
}


def test_there_are_many_and_each_has_a_name_of_its_own() -> None:
    points = fail_points()
    assert len(points) >= AT_LEAST
    assert len({name for name in points if not name.startswith("commit:")}) >= AT_LEAST


def test_every_effect_of_the_code_has_a_fail_point() -> None:
    bare = {
        function.place: function.effects
        for function in functions()
        if function.effects and not function.points
    }
    assert bare.keys() == WITHOUT.keys()


def test_a_point_that_nobody_named_lets_pass() -> None:
    with armed("a.b@2=ENOSPC"):
        fail_point("a.c")
        fail_point("a.b")
        with pytest.raises(OSError, match=r"a\.b") as caught:
            fail_point("a.b")
        assert caught.value.errno == errno.ENOSPC
        fail_point("a.b")
    fail_point("a.b")


def test_a_fault_of_the_program_is_no_fault_of_the_disk() -> None:
    with armed("a.b=fault"), pytest.raises(RuntimeError, match=r"a\.b"):
        fail_point("a.b")


def test_several_passings_of_one_point_may_fail() -> None:
    with armed("a.b@1=EIO,a.b@2=EIO,a.b@4=EIO"):
        for fails in (True, True, False, True, False):
            with pytest.raises(OSError, match=r"a\.b") if fails else nullcontext():
                fail_point("a.b")


def test_a_word_that_names_no_action_is_refused() -> None:
    with pytest.raises(ValueError, match=VARIABLE), armed("a.b=perhaps"):
        pass


def test_the_variable_kills_at_the_point_and_tells_what_was_passed(tmp_path: Path) -> None:
    code = (
        "from mcu_mail.failpoints import fail_point\n"
        "fail_point('one.before'); fail_point('one.after'); fail_point('two.before')\n"
        "print('alive')"
    )
    trace = tmp_path / "trace"
    ended = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, VARIABLE: "*.before@2", TRACE: str(trace)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stdout) == (-signal.SIGKILL, "")
    assert trace.read_text().split() == ["one.before", "one.after", "two.before"]
