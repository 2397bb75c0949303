"""Writers of the register that are killed without warning, by hand as long as one likes.

    python3 -m tests.store.number_kills [KILLS]

Prints one line: kills, rows, rows that were said to be committed, gaps, repeats, lost rows.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.store.stores import keep_case, open_store, same_store
from tests.store.test_register_numbers import write

WRITERS = 4


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What the register holds after the kills."""

    kills: int
    rows: int
    acknowledged: int
    gaps: int
    repeats: int
    lost: int

    def __str__(self) -> str:
        return (
            f"kills {self.kills}, rows {self.rows}, acknowledged {self.acknowledged}, "
            f"gaps {self.gaps}, repeats {self.repeats}, lost {self.lost}"
        )


def _write_until_killed(folder: Path, seed: int) -> None:
    """Take numbers for ever, half of them in vain; note each one that was committed."""
    dice = random.Random(seed)
    store = same_store(folder)
    told = os.open(folder / "told", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    while True:
        with store.work() as work:
            entry = write(work)
            if dice.random() < 0.5:
                continue
            work.commit()
        os.write(told, f"{entry.n}\n".encode())


def _writer(folder: Path, seed: int) -> int:
    child = os.fork()
    if child == 0:
        try:
            _write_until_killed(folder, seed)
        finally:
            os._exit(1)
    return child


def kill_writers(folder: Path, kills: int, seed: int = 1) -> Outcome:
    """Keep four writers at work and kill one after another."""
    store = open_store(folder)
    keep_case(store)
    store.close()
    (folder / "told").touch()
    dice = random.Random(seed)
    writers = [_writer(folder, number) for number in range(WRITERS)]
    for number in range(kills):
        time.sleep(dice.uniform(0.005, 0.06))
        place = dice.randrange(WRITERS)
        os.kill(writers[place], signal.SIGKILL)
        _, status = os.waitpid(writers[place], 0)
        assert os.WIFSIGNALED(status), "a writer has failed by itself"
        writers[place] = _writer(folder, WRITERS + number)
    time.sleep(0.3)
    for writer in writers:
        os.kill(writer, signal.SIGKILL)
        os.waitpid(writer, 0)
    with same_store(folder).view() as view:
        found = [entry.n for entry in view.register.of_year(2026)]
    told = {int(line) for line in (folder / "told").read_text(encoding="utf-8").split()}
    return Outcome(
        kills=kills + WRITERS,
        rows=len(found),
        acknowledged=len(told),
        gaps=len(set(range(1, max(found) + 1)) - set(found)),
        repeats=len(found) - len(set(found)),
        lost=len(told - set(found)),
    )


if __name__ == "__main__":
    with TemporaryDirectory() as place:
        sys.stdout.write(
            f"{kill_writers(Path(place), int(sys.argv[1]) if len(sys.argv) > 1 else 1000)}\n"
        )
