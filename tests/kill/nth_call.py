"""«Fail the N-th call», as SQLite tests itself: a short day in which exactly one call fails.

    python -m tests.kill.nth_call [--action ENOSPC] [--kind points|database] [--step 1] [--first 1]

N = 1, 2, 3 … until a day passes without the fault. After it the day goes on as it would: the same
daemon makes its next pass, or, where the fault went through, the next one is started. In the end
the letter is with both addressees once, everything is in its place, and nobody was told anything
twice.
"""

from __future__ import annotations

import argparse
import logging
import re
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from pypdf import PdfReader

from mcu_mail.documents.folder import MARKER, WORK, Folder
from mcu_mail.domain.case import CaseState
from mcu_mail.errors import McuMailError
from mcu_mail.failpoints import armed
from mcu_mail.rehearsal.clerk import sign_and_scan
from mcu_mail.rehearsal.people import press, reply
from mcu_mail.rehearsal.postoffice import PostOffice
from mcu_mail.rehearsal.stage import Stage
from mcu_mail.service.rounds import Rounds
from tests.stories.signed_letter import (
    DRAFT,
    NATIVE,
    NUMBER,
    OURS,
    PASSWORD,
    REGION,
    USER,
    cases,
    copies,
    deputy,
    dispatcher,
    head,
    notice,
    register,
    the_case,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mcu_mail.rehearsal.stage import Post

PEOPLE = (
    head.address,
    deputy.address,
    dispatcher.address,
    "kanc@okrug.example",
    "it@okrug.example",
    "pressa@okrug.example",
)
PASSES = 25
_REPORT = 25
ALARM = re.compile(r"^(Почта не |Письма не |Сетевая папка |Файлы |Сбой|Напоминания |Записка |Мало)")
ACTIONS = ("ENOSPC", "EIO", "EMFILE", "EACCES")
SENT = ("Ответ.docx", "Ответ.pdf", "Подтверждение отправки.pdf", "Скан.pdf")


class Noticed(logging.Handler):
    """What the service says of itself while a fault is about."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one line."""
        self.lines.append(record.getMessage())


@dataclass(kw_only=True)
class Told:
    """One day: what went through the fences, what was logged, how many passes were needed."""

    noticed: list[str] = field(default_factory=list)
    raised: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    """Errors that ended a start and were none of ours: no Russian word for the administrator."""
    passes: int = 0


class Day:
    """A daemon that is started again whenever it ended, and people who act when it is their turn.

    Args:
        folder: of the office.
        post: the post office.
        told: where what happens is noted.
        changes: of the settings.

    """

    def __init__(
        self, folder: Path, post: Post, told: Told, changes: dict[str, Any] | None = None
    ) -> None:
        self.stage = Stage(folder, post, PASSWORD, {**NATIVE, **WORD, **(changes or {})})
        self.told = told
        self._rounds: Rounds | None = None
        self._clock = "2026-11-23 08:20"
        self._minutes = 0

    def close(self) -> None:
        """End the daemon."""
        self._rounds = None
        self.stage.close()

    def until(self, at: str, seen: Callable[[], bool]) -> None:
        """Passes of the daemon, a minute apart, until something is to be seen."""
        self._clock, self._minutes = f"2026-11-23 {at}", 0
        while True:
            self._pass()
            if seen():
                return
            assert self._minutes < PASSES, f"nothing came of {PASSES} passes from {at}"

    def _pass(self) -> None:
        self.told.passes += 1
        try:
            starting = self._rounds is None
            if self._rounds is None:
                self._rounds = Rounds(desk=self.stage.desk, played=True)
            now = self.stage.moment(self._clock) + timedelta(minutes=self._minutes)
            if starting:
                self._rounds.start(now)
            self._rounds.until_idle(now)
        except Exception as error:  # noqa: BLE001 - whatever goes through a fence is what we look for
            self.told.raised.append(type(error).__name__)
            if self._rounds is None and not isinstance(error, McuMailError):
                self.told.foreign.append(f"{type(error).__name__}: {error}"[:200])
            self.close()
        self._minutes += 1

    def live(self) -> None:
        """From the notice to the letter in «Отправлено»."""
        stage = self.stage
        stage.post.deliver(OURS, _at(notice, "08:15"))
        self.until("08:20", lambda: len(stage.mails(head.address)) > 0)
        task = stage.mails(head.address)[0]
        stage.post.deliver(OURS, reply(head, task, DRAFT, _moment("11:30")))
        self.until("11:31", lambda: len(stage.mails(deputy.address)) > 0)
        asked = stage.mails(deputy.address)[0]
        stage.post.deliver(OURS, press(deputy, asked, "Согласовать", _moment("13:00")))
        base = stage.folder / "outbox"
        printed = base / Folder.TO_SIGN / f"{NUMBER} Ответ.pdf"
        self.until("13:01", printed.is_file)
        scan = sign_and_scan(printed.read_bytes(), grey=True, dpi=100)
        self.until("16:04", (base / MARKER).is_file)
        signed = base / Folder.SIGNED / "Scan0001.pdf"
        signed.write_bytes(scan)
        sent = base / Folder.SENT / "2026"
        self.until(
            "16:05",
            lambda: (
                sent.is_dir()
                and all((sent / f"{NUMBER} {name}").is_file() for name in SENT)
                and copies(stage) == [1, 1]
            ),
        )
        # What was tried again later: at the end nothing is owed.
        for at in ("17:10", "17:40"):
            self.until(at, lambda: True)


WORD = {"letters.word_format": "docx"}


def _moment(at: str) -> Any:
    return _at(lambda stage, when: stage.moment(when), at)


class _Clock:
    """What `notice` asks of a stage: the office's moments, whatever state its store is in."""

    @staticmethod
    def moment(text: str) -> Any:
        """«2026-11-23 08:15» in the office's zone."""
        from datetime import datetime
        from zoneinfo import ZoneInfo

        return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Novokuznetsk"))


def _at(what: Callable[[Any, str], Any], at: str) -> Any:
    return what(_Clock, f"2026-11-23 {at}")


def wrong(day: Day, usual: Counter[tuple[str, str]] | None) -> list[str]:
    """What is not as it must be at the end of the day; `usual`: the mails of an undisturbed one."""
    stage, found = day.stage, []
    base = stage.folder / "outbox"

    def demand(what: str, holds: object) -> None:
        if not holds:
            found.append(what)

    demand(f"copies {copies(stage)}", copies(stage) == [1, 1])
    demand("one case", len(cases(stage)) == 1)
    demand("the case is closed", the_case(stage).state is CaseState.closed)
    entries = register(stage)
    demand(
        f"register {[(item.n, item.state) for item in entries]}",
        [(item.n, item.state) for item in entries] == [(1, "sent")],
    )
    sent = sorted(path.name for path in (base / Folder.SENT / "2026").iterdir())
    demand(f"sent {sent}", sent == sorted(f"{NUMBER} {name}" for name in SENT))
    for name in sent:
        if name.endswith(".pdf"):
            demand(f"whole {name}", len(PdfReader(base / Folder.SENT / "2026" / name).pages) > 0)
    for folder in (Folder.TO_SIGN, Folder.SIGNED, Folder.REFUSED, Folder.INCOMING):
        left = [p.name for p in (base / folder).iterdir() if p.name != "Сегодня.txt"]
        demand(f"{folder} is empty: {left}", not left)
    parts = [path.name for path in base.rglob("*.part")]
    parts += [path.name for path in (base / WORK).iterdir()]
    demand(f"no half files on the share: {parts}", not parts)
    demand("the inbox is empty", stage.post.mailbox(OURS) == [])
    handled = len(stage.post.mailbox(OURS, "МЦУ/Обработано"))
    demand(f"handled {handled}", handled == 3)
    demand("nothing aside", stage.post.mailbox(OURS, "МЦУ/Не разобрано") == [])
    with stage.desk.store.view() as view:
        demand("the history is whole", view.journal.first_broken() is None)
        case = the_case(stage)
        demand("no task is owed", not view.tasks.open(case.id))
        kinds = Counter(event.kind for event in view.journal.of_case(case.id))
    for kind in ("approved", "registered", "sent", "rendered"):
        demand(f"{kind} {kinds[kind]}", kinds[kind] >= 1)
    demand("approved once", kinds["approved"] <= 2 and kinds["sent"] == 1)
    for path in (stage.folder / "var" / "files").rglob("*.bin"):
        stage.desk.store.files.get(path.stem)
    if usual is not None:
        more, fewer = mails(stage) - usual, usual - mails(stage)
        demand(f"mails beyond: {[s for _, s in more]}", not more)
        demand(f"mails missing: {[s for _, s in fewer]}", not fewer)
    return found


def mails(stage: Stage) -> Counter[tuple[str, str]]:
    """Address and subject of all that the people of the day got, alarms aside.

    A mail of the office's own whose acceptance nobody can tell is sent once more under the same
    Message-ID (the region's letter never is): it is one mail here.
    """
    found = {
        (address, str(mail["Subject"]), str(mail["Message-ID"]))
        for address in PEOPLE
        for mail in stage.mails(address)
    }
    letters = [
        (address, str(mail["Subject"])) for address in REGION for mail in stage.mails(address)
    ]
    own = [(address, subject) for address, subject, _ in found]
    return Counter(item for item in (*own, *letters) if not ALARM.match(item[1]))


@contextmanager
def noticing(told: Told) -> Iterator[None]:
    """Keep what the service logs."""
    handler = Noticed()
    handler.lines = told.noticed
    log = logging.getLogger("mcu_mail")
    log.addHandler(handler)
    try:
        yield
    finally:
        log.removeHandler(handler)


@dataclass(kw_only=True)
class _Statements:
    """Every statement of every database of this process, of which the N-th fails."""

    at: int
    code: int
    text: str
    passed: int = 0

    def passing(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        """Count a statement; raise at the N-th what SQLite raises."""
        if statement.startswith("PRAGMA"):
            return
        self.passed += 1
        if self.passed == self.at:
            error = sqlite3.OperationalError(self.text)
            error.sqlite_errorcode = self.code
            raise sa.exc.OperationalError(statement, {}, error)


FAULTS_OF_SQLITE = {
    "FULL": (sqlite3.SQLITE_FULL, "database or disk is full"),
    "IOERR": (sqlite3.SQLITE_IOERR, "disk I/O error"),
    "BUSY": (sqlite3.SQLITE_BUSY, "database is locked"),
}


@contextmanager
def failing(kind: str, action: str, at: int) -> Iterator[Callable[[], bool]]:
    """One call fails in this block; what is yielded tells whether it was reached."""
    if kind == "database":
        code, text = FAULTS_OF_SQLITE[action]
        statements = _Statements(at=at, code=code, text=text)
        sa.event.listen(sa.Engine, "before_cursor_execute", statements.passing)
        try:
            yield lambda: statements.passed >= at
        finally:
            sa.event.remove(sa.Engine, "before_cursor_execute", statements.passing)
        return
    with tempfile.NamedTemporaryFile() as trace, armed(f"*@{at}={action}", trace=trace.name):
        yield lambda: len(Path(trace.name).read_text(encoding="utf-8").splitlines()) >= at


def one_day(
    kind: str, action: str, at: int, usual: Counter[tuple[str, str]] | None
) -> tuple[bool, Told, list[str], Counter[tuple[str, str]]]:
    """A day in which the `at`-th call fails (0: none); reached?, what was told, what is wrong."""
    told = Told()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        post = stack.enter_context(PostOffice({USER: PASSWORD}, ["okrug.example"]))
        stack.enter_context(noticing(told))
        day = Day(folder / "office", post, told)
        stack.callback(day.close)
        with failing(kind, action, at) as reached:
            try:
                day.live()
            except AssertionError as error:
                return reached(), told, [str(error)], Counter()
            was_reached = reached()
        return was_reached, told, wrong(day, usual), mails(day.stage)


def main() -> int:
    """Run the loop and print each day that is not right; 0 when all are."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--kind", choices=["points", "database"], default="points")
    parser.add_argument("--action", default="ENOSPC")
    parser.add_argument("--step", type=int, default=1)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--last", type=int, default=100_000)
    chosen = parser.parse_args()
    began = time.monotonic()
    _, _, found, usual = one_day("points", "ENOSPC", 1_000_000, None)
    assert not found, found
    bad = days = silent = ended = 0
    at = chosen.first
    while at <= chosen.last:
        reached, told, found, _ = one_day(chosen.kind, chosen.action, at, usual)
        if not reached:
            break
        days += 1
        if days % _REPORT == 0:
            sys.stderr.write(f"… N={at}, wrong {bad}\n")
        silent += not told.noticed and not told.raised
        ended += bool(told.raised)
        if found or told.foreign:
            bad += 1
            sys.stdout.write(
                f"N={at}: {found} raised={told.raised} {told.foreign} {told.noticed[:2]}\n"
            )
            sys.stdout.flush()
        at += chosen.step
    sys.stdout.write(
        f"{chosen.kind} {chosen.action}: {days} days to N={at}, wrong {bad}, silent {silent}, "
        f"daemon ended {ended}, {time.monotonic() - began:.0f} s\n"
    )
    return int(bad > 0)


if __name__ == "__main__":
    logging.getLogger("mcu_mail").propagate = False
    sys.exit(main())
