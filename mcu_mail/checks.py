"""Every check and test of the project, in one order, stopping at the first that fails."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parent.parent
_STEPS = (
    ("форматирование", ["ruff", "format", "--check", "."]),
    ("правила кода", ["ruff", "check", "."]),
    ("типы", ["mypy"]),
    (
        "границы модулей",
        ["-c", "from importlinter.cli import lint_imports_command as lint; lint()"],
    ),
)
_MODEL_SECONDS = 60
"""Of days drawn by chance, for each of the `times`."""


def run_all(*, coverage: bool = False) -> int:
    """Run all of them; 0 when everything passed. Pytest's summary line is printed last.

    Args:
        coverage: measure too which lines the tests walk; they take a fifth longer.

    """
    for name, command in _STEPS:
        _say(f"— {name}")
        arguments = command if command[0] == "-c" else ["-m", *command]
        done = subprocess.run([sys.executable, *arguments], cwd=ROOT, check=False)  # noqa: S603 - our own tools
        if done.returncode != 0:
            return done.returncode
    _say("— тесты")
    code, summary = _pytest(["-m", "coverage", "run"] if coverage else [])
    for command in (["combine", "--quiet"], ["report"]) if coverage else ():
        if code == 0:
            code = subprocess.run(  # noqa: S603 - our own tools
                [sys.executable, "-m", "coverage", *command], cwd=ROOT, check=False
            ).returncode
    _say(summary)
    return code


def run_long(times: int, kills: int) -> int:
    """Run what takes hours and stands in no ordinary run; 0 when nothing was lost or sent twice.

    Args:
        times: how often the daemon is killed at each fail point.
        kills: how often at random moments, and how often the network is cut.

    """
    _say("— обрывы: служба, почта и сеть")
    command = [sys.executable, "-m", "tests.kill", "--times", str(times)]
    command += ["--kills", str(kills), "--cuts", str(kills)]
    code = subprocess.run(command, cwd=ROOT, check=False).returncode  # noqa: S603 - our own tests
    _say("— испытания, которые ждут настоящих минут")
    waits = [sys.executable, "-m", "pytest", "-q", "-m", "long", "tests"]
    environment = {**os.environ, "MCU_MAIL_LONG": "1"}
    waited = subprocess.run(waits, cwd=ROOT, check=False, env=environment)  # noqa: S603 - as above
    _say("— модель: дни канцелярии, в которых может случиться всё")
    model = [sys.executable, "-m", "tests.model", str(_MODEL_SECONDS * times)]
    done = subprocess.run(model, cwd=ROOT, check=False)  # noqa: S603 - as above
    return code or waited.returncode or done.returncode


def _pytest(under: Sequence[str]) -> tuple[int, str]:
    summary = ""
    with subprocess.Popen(  # noqa: S603 - our own tools
        [
            sys.executable,
            *under,
            "-m",
            "pytest",
            "-q",
            # Whole files go to one process each, as many as there are cores: stories of a file
            # share the office they begin in.
            "-n",
            "auto",
            "--dist",
            "loadfile",
            # In the order of `tests/conftest.py`: by their number of tests the longest files, which
            # have few, would come last and leave the other cores without work.
            "--no-loadscope-reorder",
            "--color=no",
            "-o",
            "console_output_style=count",
        ],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
    ) as tests:
        assert tests.stdout is not None
        for line in tests.stdout:
            sys.stdout.write(line)
            sys.stdout.flush()
            if re.search(r"\b(passed|failed|error)\b.* in [\d.]+s", line):
                summary = line.strip()
    return tests.returncode, summary


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
