"""The long kill run, or a part of it: `python -m tests.kill --help`."""

from __future__ import annotations

import argparse
import importlib.util
import sys
from pathlib import Path

from tests.kill import runs, table
from tests.peers.post import missing

PARTS = ("points", "random", "unwitnessed", "cuts")


def main() -> int:
    """Run the chosen parts; 0 when nothing went wrong."""
    told = argparse.ArgumentParser(prog="python -m tests.kill", description=__doc__)
    told.add_argument("parts", nargs="*", choices=[*PARTS, []], help="all of them without it")
    told.add_argument("--times", type=int, default=50, help="kills at each fail point")
    told.add_argument("--kills", type=int, default=1000, help="kills at random moments")
    told.add_argument("--cuts", type=int, default=1000, help="cuts of the network")
    told.add_argument("--letters", type=int, default=60, help="letters of a day of random kills")
    told.add_argument("--seed", type=int, default=1)
    told.add_argument("--table", type=Path, help="write the table to this file too")
    chosen = told.parse_args()
    reason = missing()
    if reason:
        sys.stderr.write(f"{reason}\n")
        return 1
    lines: list[str] = [f"Measured {table.machine()}.", ""]
    bad = False
    for part in chosen.parts or PARTS:
        sys.stdout.write(f"— {part}\n")
        sys.stdout.flush()
        found, fault = _PARTS[part](chosen)
        lines += [*found, ""]
        bad |= fault
    text = "\n".join(lines)
    sys.stdout.write(f"\n{text}\n")
    if chosen.table:
        chosen.table.write_text(text + "\n", encoding="utf-8")
    return int(bad)


def _points(chosen: argparse.Namespace) -> tuple[list[str], bool]:
    half = (chosen.times + 1) // 2
    tasks = [task for task in ((0, half), (half, chosen.times)) if task[0] < task[1]]
    stories = runs.in_parallel(runs.days, tasks)
    faults = table.details(stories)
    return [*table.by_point(stories), *faults], bool(faults)


def _random(chosen: argparse.Namespace) -> tuple[list[str], bool]:
    half = max(1, chosen.kills // 2)
    tasks = [(chosen.seed + 1000 * one, chosen.letters, half) for one in (0, 1)]
    stories = runs.in_parallel(runs.random_days, tasks)
    faults = table.details(stories)
    row = table.whole(f"random moments, {len(stories)} days of {chosen.letters} letters", stories)
    return [table.HEAD, table.RULE, row, *faults], bool(faults)


def _unwitnessed(chosen: argparse.Namespace) -> tuple[list[str], bool]:
    with runs.stage() as (folder, post, zygote):
        story, asked = runs.unwitnessed_day(folder / "day", post, zygote, letters=chosen.letters)
    faults = table.details([story])
    row = table.whole("around the final dot, no witness", [story])
    words = (
        f"Of {chosen.letters} letters {story.in_doubt} were killed where nobody can know whether "
        f"the server took them; a person was asked about {asked}."
    )
    bad = bool(faults) or asked != story.in_doubt
    return [table.HEAD, table.RULE, row, "", words, *faults], bad


def _cuts(chosen: argparse.Namespace) -> tuple[list[str], bool]:
    if importlib.util.find_spec("tests.kill.cuts") is None:
        return ["Network cuts: not here."], False
    from tests.kill.cuts import cut_and_count

    with runs.stage() as (folder, post, _):
        figures = cut_and_count(folder / "office", post, cuts=chosen.cuts, seed=chosen.seed)
    return [figures.row()], bool(figures.lost or figures.second or figures.unsent)


_PARTS = {"points": _points, "random": _random, "unwitnessed": _unwitnessed, "cuts": _cuts}

if __name__ == "__main__":
    raise SystemExit(main())
