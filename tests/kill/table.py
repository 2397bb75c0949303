"""The figures of the kill run as a table that can stand in a document."""

from __future__ import annotations

import os
import platform
import subprocess
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tests.kill.fail_points import fail_points
from tests.kill.unreached import UNREACHED, reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tests.kill.day import Story

COLUMNS = ("lost", "second", "gaps", "repeated", "half", "stuck", "misplaced", "unasked")
HEAD = (
    "| fail point | kills | lost | second | gaps | repeated | half files | stuck "
    "| mails not in one folder | never asked |"
)
RULE = "|---|" + "---:|" * 9


_AGAIN = (
    "Mails of the office to its own people that came twice after a kill between the final dot and "
    "its verdict (by design; letters never do)"
)


def machine() -> str:
    """The day, and on what it was measured."""
    cores = os.cpu_count()
    system = platform.freedesktop_os_release().get("PRETTY_NAME", platform.system())
    versions = ", ".join(filter(None, (_version("dovecot", "--version"), _postfix())))
    today = datetime.now(UTC).date()
    return f"{today}, {system}, {cores} cores, Python {platform.python_version()}, {versions}"


def _version(name: str, *arguments: str) -> str:
    done = subprocess.run([name, *arguments], capture_output=True, text=True, check=False)
    return f"{name.capitalize()} {done.stdout.split(' ')[0].strip()}"


def _postfix() -> str:
    command = ["/usr/sbin/postconf", "-d", "-h", "mail_version"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return f"Postfix {done.stdout.strip()}"


def by_point(stories: Sequence[Story]) -> list[str]:
    """A row for each fail point: how often a daemon died there, and what the days lost."""
    kills: Counter[str] = Counter()
    faults: dict[str, Counter[str]] = {}
    for story in stories:
        found = {name: len(getattr(story.count, name)) for name in COLUMNS}
        for name in story.killed:
            kills[name] += 1
        # Whose kill it was cannot be told within a day: each that the day had is blamed.
        for name in set(story.killed):
            faults.setdefault(name, Counter()).update(found)
    rows = [HEAD, RULE]
    for name in fail_points():
        if reason(name) and not kills[name]:
            continue
        cells = [str(faults.get(name, Counter())[column]) for column in COLUMNS]
        rows.append(f"| `{name}` | {kills[name]} | {' | '.join(cells)} |")
    whole = [str(sum(len(getattr(one.count, column)) for one in stories)) for column in COLUMNS]
    rows.append(f"| **all, in {len(stories)} days** | {kills.total()} | {' | '.join(whole)} |")
    again = sum(len(story.count.asked_again) for story in stories)
    rows += ["", f"{_AGAIN}: {again}."]
    rows += [f"Not passed: `{name}`: {why}." for name, why in UNREACHED.items()]
    return rows


def whole(name: str, stories: Sequence[Story]) -> str:
    """One row for runs that are killed at no named point."""
    cells = [str(sum(len(getattr(one.count, column)) for one in stories)) for column in COLUMNS]
    kills = sum(len(story.killed) for story in stories)
    return f"| {name} | {kills} | {' | '.join(cells)} |"


def details(stories: Iterable[Story]) -> list[str]:
    """What exactly went wrong."""
    return [
        f"{name}: {item}"
        for story in stories
        for name, found in story.count.faults.items()
        for item in found
    ]
