"""The first call in a clean clone: `.venv` is made, repaired, upgraded, and made by one at a time.

A clone in miniature: the real `__main__`, a list of packages with nothing in it, and a command line
that only says what it was given.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from mcu_mail import __main__ as entry

PACKAGE = Path(entry.__file__).parent
COMMAND_LINE = """
import json, sys
def main():
    print(json.dumps({"arguments": sys.argv[1:], "prefix": sys.prefix}))
    raise SystemExit(7)
"""
# A package list may be empty; the marker still tells one list from another.
EMPTY_LOCK = "# {}\n"


def a_clone(folder: Path) -> Path:
    (folder / "mcu_mail").mkdir(parents=True)
    (folder / "pyproject.toml").touch()
    (folder / "mcu_mail" / "__init__.py").touch()
    shutil.copy(PACKAGE / "__main__.py", folder / "mcu_mail")
    (folder / "mcu_mail" / "cli.py").write_text(COMMAND_LINE, encoding="utf-8")
    for name in entry.LOCKS.values():
        (folder / "mcu_mail" / name).write_text(EMPTY_LOCK.format(name), encoding="utf-8")
    return folder


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone in which nothing was ever called."""
    return a_clone(tmp_path / "клон с пробелом")


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int, str, str]:
    """A clone in which one command was called, and what that call said."""
    folder = a_clone(tmp_path_factory.mktemp("first") / "клон с пробелом")
    return folder, *call(folder, ["case", "2026-000001", "--json"])


@pytest.fixture
def made(first: tuple[Path, int, str, str], tmp_path: Path) -> Path:
    """A copy of that clone, to be spoiled."""
    return shutil.copytree(first[0], tmp_path / "готовый клон", symlinks=True)


def begin(clone: Path, arguments: Sequence[str] = ("status",)) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(clone), "PYTHONIOENCODING": "utf-8"}
    return subprocess.Popen(
        [sys._base_executable, "-m", "mcu_mail", *arguments],  # type: ignore[attr-defined]  # no stub
        cwd=clone.parent,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


def call(clone: Path, arguments: Sequence[str] = ("status",)) -> tuple[int, str, str]:
    with begin(clone, arguments) as process:
        out, progress = process.communicate()
    return process.returncode, out, progress


def marker(clone: Path) -> Path:
    return clone / ".venv" / entry.MARKER.name


def test_the_first_call_makes_the_environment_and_hands_over(
    first: tuple[Path, int, str, str],
) -> None:
    clone, code, out, progress = first
    assert code == 7
    said = json.loads(out)
    assert said["arguments"] == ["case", "2026-000001", "--json"]
    assert Path(said["prefix"]).resolve() == (clone / ".venv").resolve()
    assert "1/2 создаю окружение" in progress
    assert "2/2 ставлю пакеты" in progress
    assert progress.strip().endswith("готово (ready)")


def test_the_next_call_hands_over_at_once(made: Path) -> None:
    code, out, progress = call(made)
    assert (code, progress) == (7, "")
    assert json.loads(out)["arguments"] == ["status"]


def test_another_list_of_packages_upgrades_the_environment_and_keeps_it(made: Path) -> None:
    (made / ".venv" / "made once").touch()
    before = marker(made).read_text(encoding="utf-8")
    lock = made / "mcu_mail" / entry.LOCKS["run"]
    lock.write_text(EMPTY_LOCK.format("newer"), encoding="utf-8")

    code, _, progress = call(made)
    assert code == 7
    assert "1/2" not in progress
    assert "2/2" in progress
    assert (made / ".venv" / "made once").exists()
    assert marker(made).read_text(encoding="utf-8") != before
    assert call(made)[2] == ""


def test_the_test_command_asks_for_its_own_list_which_serves_the_others_too(made: Path) -> None:
    assert "2/2" in call(made, ["test"])[2]
    assert marker(made).read_text(encoding="utf-8").startswith("test ")
    assert call(made, ["status"])[2] == ""
    assert call(made, ["test"])[2] == ""


def test_packages_that_cannot_be_had_are_told_plainly_and_leave_no_marker(made: Path) -> None:
    lock = made / "mcu_mail" / entry.LOCKS["run"]
    lock.write_text("./no-such-package.whl --hash=sha256:" + "0" * 64, encoding="utf-8")
    code, out, progress = call(made)
    assert (code, out) == (1, "")
    assert "Не удалось установить пакеты" in progress
    assert "Traceback" not in progress
    assert not marker(made).exists()


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_a_set_up_that_was_killed_is_repaired_by_one_of_the_next_two_calls(clone: Path) -> None:
    killed = begin(clone)
    while not (clone / ".venv" / "lib").exists() and killed.poll() is None:
        time.sleep(0.02)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    assert killed.returncode == -signal.SIGKILL

    calls = [begin(clone), begin(clone)]
    progress = [process.communicate()[1] for process in calls]
    assert [process.returncode for process in calls] == [7, 7]
    assert sorted("прошлая установка не закончена" in text for text in progress) == [False, True]
    assert sorted("готово (ready)" in text for text in progress) == [False, True]
    assert call(clone)[2] == ""


@pytest.mark.skipif(os.name == "nt", reason="links of POSIX")
def test_what_counts_as_a_finished_environment(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entry, "PACKAGE", made / "mcu_mail")
    monkeypatch.setattr(entry, "VENV", made / ".venv")
    monkeypatch.setattr(entry, "MARKER", marker(made))
    written = marker(made).read_text(encoding="utf-8")
    kind, version, digest = written.split()

    def state() -> tuple[bool, bool]:
        return entry.is_ready("run"), entry.can_be_added_to()

    assert written.strip() == entry.lock_hash("run", version)
    assert (state(), entry.is_ready("test")) == ((True, True), False)
    marker(made).write_text(f"{kind} {version} {'0' * 64}\n", encoding="utf-8")
    assert state() == (False, True)  # another list of packages
    marker(made).write_text(f"{kind} 3.10 {digest}\n", encoding="utf-8")
    assert state() == (False, False)  # the system's interpreter was upgraded
    for broken in ("", "\n", "run\n"):
        marker(made).write_text(broken, encoding="utf-8")
        assert state() == (False, False)
    marker(made).unlink()
    assert state() == (False, False)  # killed half-way
    marker(made).write_text(written, encoding="utf-8")
    assert state() == (True, True)
    python = made / ".venv" / "bin" / "python"
    python.unlink()
    assert state() == (False, False)
    python.symlink_to(made / "no such interpreter")
    assert state() == (False, False)


def test_a_folder_that_cannot_be_written_is_told_plainly(clone: Path) -> None:
    (clone / ".venv.lock").mkdir()  # what no permission would do to an ordinary user
    code, out, progress = call(clone)
    assert (code, out) == (1, "")
    assert "Не удалось подготовить .venv" in progress
    assert "Traceback" not in progress


def test_without_a_checkout_around_it_the_package_runs_as_it_is(clone: Path) -> None:
    (clone / "pyproject.toml").unlink()
    code, out, progress = call(clone)
    assert (code, progress) == (7, "")
    assert not (clone / ".venv").exists()
    assert json.loads(out)["arguments"] == ["status"]
