"""The runs: a day killed at its fail points, at random moments, or without a witness."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import random
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from mcu_mail.store.database import _config, open_database
from tests.kill.daemon import Zygote
from tests.kill.day import Day
from tests.kill.fail_points import fail_points
from tests.kill.office import DOMAIN, OURS, USER, Office
from tests.kill.workload import PHASES, burst, unwitnessed
from tests.kill.zygote import PASSWORD
from tests.peers.post import RealPostOffice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from tests.kill.day import Story

OLDEST = "0001"
"""The schema that the day begins with."""
NO_MOVE = "IMAP4rev1 LITERAL+ UIDPLUS NAMESPACE"
"""What a mail server without MOVE says that it can."""
SPAN = (0.2, 3.0)
"""Seconds after a start at which it is killed from outside."""


def guard(zygote: Zygote, post: RealPostOffice) -> None:
    """Let the post office end with the zygote, should this process be killed."""
    pids = [process.pid for process in post._processes]
    with contextlib.suppress(OSError, ValueError):
        pids.append(int((post.base / "queue" / "pid" / "master.pid").read_text(encoding="ascii")))
    zygote.guard(pids, [str(post.base)])


def older_store(office: Office) -> None:
    """A store as the first version of the program made it, and nothing in it."""
    from alembic import command

    (office.folder / "var").mkdir()
    engine = open_database(f"sqlite:///{office.folder}/var/mcu.db")
    command.upgrade(_config(engine), OLDEST)
    engine.dispose()


def one_day(
    folder: Path,
    post: RealPostOffice,
    zygote: Zygote,
    wanted: Mapping[str, Sequence[int]],
) -> Story:
    """The whole day on a store of the first version, killed at these passings of these points."""
    guard(zygote, post)
    office = Office(folder, post)
    older_store(office)
    return Day(office, zygote, wanted).play(PHASES)


def random_day(
    folder: Path, post: RealPostOffice, zygote: Zygote, *, letters: int, seed: int, calm: int = 0
) -> Story:
    """Letters on their way while the daemon is killed every 0.2 to 3 seconds.

    Args:
        calm: after so many kills nobody kills any more; 0: killed until the day is done.

    """
    guard(zygote, post)
    chance = random.Random(seed)
    left = [calm or 1 << 30]

    def killer() -> float | None:
        left[0] -= 1
        return chance.uniform(*SPAN) if left[0] >= 0 else None

    office = Office(folder, post)
    return Day(office, zygote, {}, killer=killer).play([burst(letters)])


def unwitnessed_day(
    folder: Path, post: RealPostOffice, zygote: Zygote, *, letters: int
) -> tuple[Story, int]:
    """Our own mailbox takes no copies: killed around the final dot of every other letter.

    Returns:
        the story, and of how many letters a person was asked.

    """
    guard(zygote, post)
    post.refuse(OURS, 552, "5.2.2 mailbox full")
    try:
        office = Office(folder, post)
        day = Day(office, zygote, {})
        story = day.play([unwitnessed(letters)])
        return story, office.asked_about_unknown
    finally:
        post.accept(OURS)


# --- the long run ---------------------------------------------------------------------------------


@contextlib.contextmanager
def stage(*, move: bool = True) -> Iterator[tuple[Path, RealPostOffice, Zygote]]:
    """A post office, a zygote, and a folder."""
    with (
        tempfile.TemporaryDirectory(prefix="mcu-kill-") as folder,
        RealPostOffice({USER: PASSWORD}, [DOMAIN], capability="" if move else NO_MOVE) as post,
        Zygote() as zygote,
    ):
        yield Path(folder), post, zygote


def days(task: tuple[int, int]) -> list[Story]:
    """Days `first` to `last` of the long run: each kills at another passing of every point."""
    first, last = task
    stories = []
    for move in (True, False):
        mine = [number for number in range(first, last) if (number % 2 == 0) is move]
        if not mine:
            continue
        with stage(move=move) as (folder, post, zygote):
            for number in mine:
                post.reset()
                wanted = dict.fromkeys(fail_points(), (1 + number % 5,))
                stories.append(one_day(folder / f"day{number}", post, zygote, wanted))
                _say(f"day {number + 1}: {_line(stories[-1])}")
    return stories


def random_days(task: tuple[int, int, int]) -> list[Story]:
    """Days of random kills, until there were so many kills."""
    seed, letters, kills = task
    stories: list[Story] = []
    with stage() as (folder, post, zygote):
        while sum(len(story.killed) for story in stories) < kills:
            post.reset()
            place = folder / f"random{len(stories)}"
            stories.append(
                random_day(place, post, zygote, letters=letters, seed=seed + len(stories))
            )
            _say(f"random day, seed {seed + len(stories) - 1}: {_line(stories[-1])}")
    return stories


def figures(name: str, story: Story) -> str:
    """What a day has shown, in one line."""
    return f"{name}: {_line(story)}; own mails twice: {len(story.count.asked_again)}"


def _line(story: Story) -> str:
    faults = ", ".join(f"{name} {len(found)}" for name, found in story.count.faults.items())
    return (
        f"{len(story.killed)} kills in {story.seconds:.0f} s, "
        f"{faults or 'nothing lost, second, missing, repeated, half or stuck'}"
    )


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def in_parallel(work: Callable[..., list[Story]], tasks: Sequence[object]) -> list[Story]:
    """Do the tasks in as many processes as there are cores."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(len(tasks), os.cpu_count() or 1), context) as pool:
        return [story for stories in pool.map(work, tasks) for story in stories]
