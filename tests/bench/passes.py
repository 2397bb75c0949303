"""What a pass costs behind open cases: `python3 -m tests.bench.passes [N …]`.

An office is walked to a letter that waits for its signature; its case is then copied N times, with
a request, its mails, letters and due moments, all of them open and nothing of them owed today. For
each pass is printed how long it takes and how long of that the database. Beside the note for the
clerk, which lists what waits at the head's, nothing may grow. Run by hand on a quiet machine.
"""

from __future__ import annotations

import sqlite3
import statistics
import sys
import tempfile
import time
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from mcu_mail.rehearsal.postoffice import PostOffice
from mcu_mail.service.collect import collect
from mcu_mail.service.dispatch import dispatch
from mcu_mail.service.gone import void_codes_of_the_gone
from mcu_mail.service.papers import do_papers
from mcu_mail.service.receive import move_decided
from mcu_mail.service.remind import remind
from mcu_mail.service.rounds import Rounds
from mcu_mail.service.today import write_today
from mcu_mail.service.year_end import close_last_year
from tests.bench.figures import at_most, say
from tests.conftest import DOMAIN, PASSWORD, USER
from tests.stories.office_day import NATIVE, OfficeDay

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_TICK_MS = 0.1
_TIMES = 30
_SIZES = (0, 10_000, 100_000, 1_000_000)
_FAR = "2030-01-01T00:00:00.000000Z"
# What is new in each copied row; all else is as in the case that was walked.
_COPIED: dict[str, dict[str, str]] = {
    "cases": {
        "number": "printf('2020-%06d', n)",
        "step": "CASE n % 100 WHEN 0 THEN step ELSE 'draft' END",
        "term_at": f"'{_FAR}'",
        "external_id": "'x' || n",
        "link": "'https://vk.com/wall-1_' || n",
        "address": "'ул. Образцовая, д. ' || n",
        "words": "'w' || n",
    },
    "requests": {
        "code": "printf('%016d', n * 8 + k)",
        "expires_at": f"'{_FAR}'",
        "person": "CASE n % 100 WHEN 0 THEN person ELSE 'roads_head' END",
    },
    "mails": {
        "uid": "1000000 + n * 8 + k",
        "sha256": "printf('%064d', n * 8 + k)",
        "message_id": "n || '.' || k || '@world.example'",
        "code": "NULL",
    },
    "letters": {"print_code": "printf('%016d', n * 8 + k)"},
    "outgoing": {
        "key": "n || '.' || key",
        "message_id": "n || '.' || message_id",
        "letter_id": "NULL",
    },
    "due": {"key": "n || '.' || key", "at": f"'{_FAR}'", "done_at": "NULL"},
    "tasks": {"key": "n || '.' || key", "next_at": f"'{_FAR}'"},
}


def _fill(path: str, first: int, last: int) -> None:
    """Copy the first case to the ones numbered so."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("BEGIN IMMEDIATE")
        for table, changed in _COPIED.items():
            names = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
            names.remove("id")
            values = {name: f'"{name}"' for name in names} | changed
            if table != "cases":
                values["case_id"] = "1 + n"
            columns = ", ".join(f'"{name}"' for name in names)
            taken = ", ".join(values[name] for name in names)
            source = (
                f"SELECT *, row_number() OVER (ORDER BY id) AS k FROM {table}"
                f" WHERE {'id' if table == 'cases' else 'case_id'} = 1"
            )
            connection.execute(
                f"WITH RECURSIVE numbers(n) AS (SELECT {first} UNION ALL"
                f" SELECT n + 1 FROM numbers WHERE n < {last})"
                f" INSERT INTO {table} ({columns}) SELECT {taken} FROM numbers, ({source})"
            )
        connection.execute("COMMIT")


class _Database:
    """How long the database itself has worked, in seconds, and at how many statements."""

    def __init__(self, engine: sa.Engine) -> None:
        self.seconds = 0.0
        self.statements = 0
        self._began = 0.0
        sa.event.listen(engine, "before_cursor_execute", self._begin)
        sa.event.listen(engine, "after_cursor_execute", self._end)

    def _begin(self, *_: Any) -> None:
        self._began = time.perf_counter()

    def _end(self, *_: Any) -> None:
        self.seconds += time.perf_counter() - self._began
        self.statements += 1


def _measure(name: str, job: Callable[[], object], database: _Database) -> float:
    """Print what a pass costs; return what of it the database does, in ms."""
    job()
    walls, times, statements = [], [], 0
    for _ in range(_TIMES):
        database.seconds, database.statements = 0.0, 0
        began = time.perf_counter()
        job()
        walls.append(time.perf_counter() - began)
        times.append(database.seconds)
        statements = database.statements
    spent = 1000 * statistics.median(times)
    each = spent / statements if statements else 0.0
    say(
        f"  {name}: {1000 * statistics.median(walls):.2f} ms, of it {spent:.3f} ms in the database"
        f" ({statements} statements, {each:.3f} ms each)"
    )
    return spent


@contextmanager
def _walked() -> Iterator[OfficeDay]:
    with (
        PostOffice({USER: PASSWORD}, [DOMAIN]) as post,
        tempfile.TemporaryDirectory() as folder,
        OfficeDay(Path(folder) / "office", post, NATIVE).opened() as day,
    ):
        day.approved()
        yield day


def main(*sizes: int) -> None:
    """Measure each pass at each size."""
    with _walked() as day:
        desk, now = day.stage.desk, day.stage.moment("2026-11-23 09:40")
        database = _Database(desk.store.engine)
        rounds = Rounds(desk=desk, played=True)
        rounds.start(now)
        rounds.until_idle(now)
        reached = 0
        for size in sizes or _SIZES:
            if size > reached:
                _fill(str(desk.store.engine.url.database), reached + 1, size)
                reached = size
            say(f"{size} open cases more")
            passes: dict[str, Callable[[], object]] = {
                "due moments (the tick)": lambda: remind(desk, now),
                "dispatch": lambda: dispatch(desk, now),
                "papers": lambda: do_papers(desk, now),
                "collect": lambda: collect(desk, now, played=True),
                "move_decided": lambda: move_decided(desk),
                "void_codes_of_the_gone": lambda: void_codes_of_the_gone(desk, now),
                "close_last_year": lambda: close_last_year(desk, now),
                "a whole round": lambda: rounds.one(now),
                "write_today (1 of 100 waits at the head's)": lambda: write_today(desk, now),
            }
            spent = [_measure(name, job, database) for name, job in passes.items()]
            at_most("  the tick in the database", spent[0], _TICK_MS, "ms")


if __name__ == "__main__":
    main(*(int(one) for one in sys.argv[1:]))
