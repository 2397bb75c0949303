"""What every benchmark prints: the figure, its target, and whether it was met; memory of processes.

A benchmark is run by hand, as root, on a quiet machine; a missed target is printed and nothing
fails. Targets are those of the project's notes on speed.
"""

from __future__ import annotations

import sys
from pathlib import Path


def say(line: str) -> None:
    """One line."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def at_most(what: str, value: float, limit: float, unit: str) -> None:
    """A figure that should be small."""
    say(f"{what}: {value:.3g} {unit} (target ≤ {limit:g}){'' if value <= limit else '  MISSED'}")


def at_least(what: str, value: float, limit: float, unit: str) -> None:
    """A figure that should be large."""
    say(f"{what}: {value:.3g} {unit} (target ≥ {limit:g}){'' if value >= limit else '  MISSED'}")


def megabytes(pid: int | str = "self", *, peak: bool = False) -> float:
    """Resident memory of a process now, or the most it ever had; 0 when it is gone."""
    name = "VmHWM:" if peak else "VmRSS:"
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(name)), 0.0)


def children(pid: int) -> list[int]:
    """The ids of the processes that a process has started."""
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    return [int(one) for one in text.split()]
