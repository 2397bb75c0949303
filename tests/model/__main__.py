"""Days of an office for as long as one likes: `python3 -m tests.model [SECONDS] [STEPS]`.

Without a number of seconds it plays 10 000 days of 50 steps. The figures go to standard output; a
promise that does not hold ends the run with its shortest history, and exit code 1.
"""

from __future__ import annotations

import logging
import random
import sys
import time

from hypothesis import HealthCheck, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.model.machine import Days

MOST_DAYS, STEPS, AT_ONCE = 10_000, 50, 20


def play(seconds: float | None, steps: int) -> None:
    """Play until the time is over, or all the days have been played."""
    logging.disable(logging.CRITICAL)
    started = time.monotonic()
    while Days.figures["days"] < MOST_DAYS:
        if seconds is not None and time.monotonic() - started > seconds:
            break
        number = random.SystemRandom().randrange(1 << 32)
        wanted = settings(
            max_examples=AT_ONCE,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        sys.stderr.write(f"{Days.figures['days']} days, seed {number}\n")
        run_state_machine_as_test(seed(number)(Days), settings=wanted)
    sys.stdout.write(f"{steps} steps a day, {time.monotonic() - started:.0f} s\n")
    for name, count in sorted(Days.figures.items()):
        sys.stdout.write(f"{name}: {count}\n")


if __name__ == "__main__":
    play(
        float(sys.argv[1]) if len(sys.argv) > 1 else None,
        int(sys.argv[2]) if len(sys.argv) > 2 else STEPS,
    )
