"""What the viewer of the demo sees: the clock of the played day, its lines, and the sum at the end.

Lines fit 80 to 100 columns on a terminal and in a file; a file gets no escapes and no clock.
"""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from mcu_mail.rehearsal.chronicle import SERVICE, Tone

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager
    from datetime import date, datetime
    from pathlib import Path

    from rich.status import Status

    from mcu_mail.rehearsal.chronicle import News

_WIDEST = 100
_WHO_WIDTH = 24
_INDENT = 5 + 2 + _WHO_WIDTH + 2
_STYLES = {Tone.plain: "", Tone.good: "green", Tone.bad: "red", Tone.late: "yellow"}
_DAYS = ("Понедельник", "Вторник", "Среда", "Четверг", "Пятница", "Суббота", "Воскресенье")
_PERSON = "bold cyan"
_QUIET = "dim"


def console_of_day() -> Console:
    """A console no wider than a line that is easy to read; 100 columns where there is none."""
    console = Console(highlight=False)
    width = min(console.width, _WIDEST) if console.is_terminal else _WIDEST
    return Console(highlight=False, width=width)


class Timeline:
    """Prints the day as it goes."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._shown_at = ""
        self._shown_on: date | None = None

    def opening(self, at: datetime, *, days: int = 1) -> None:
        """Say what is going to be played."""
        self._shown_on = at.date() if days == 1 else None
        name = "День МЦУ" if days == 1 else "Дни МЦУ с"
        self._say(f"{name}, {at:%d.%m.%Y}".replace(" с,", " с"), "bold")
        self._say(
            "Почта, люди и канцелярия – на этом компьютере, наружу ничего не уходит. Часы игровые.",
            _QUIET,
        )
        self._console.print()

    def clock(self) -> AbstractContextManager[Status]:
        """The running clock under the lines: shown on a terminal only."""
        return self._console.status("", spinner="dots")

    def tick(self, status: Status, at: datetime, turn: str) -> None:
        """Move the clock, and say whose move it is."""
        status.update(f"[bold]{at:%H:%M}[/]  {turn or 'служба ждёт почту'}")

    def act(self, at: datetime, who: str, told: str) -> None:
        """A person did something."""
        self._line(at, Text(who, _PERSON), Text(told))

    def news(self, at: datetime, news: Sequence[News]) -> None:
        """The service did something."""
        for item in news:
            who = Text(item.who, "" if item.who == SERVICE else _QUIET)
            self._line(at, who, Text(item.what, _STYLES[item.tone]))

    def standing(self, at: datetime, table: Table) -> bool:
        """How the open cases stand at the end of a day; whether there are any."""
        if not table.row_count:
            return False
        self._console.print()
        self._say(f"На конец дня, {at:%d.%m.%Y}: команда status", _QUIET)
        self._console.print(table)
        return True

    def _line(self, at: datetime, who: Text, what: Text) -> None:
        if at.date() != self._shown_on:
            self._shown_on = at.date()
            self._shown_at = ""
            self._console.print()
            self._say(f"{_DAYS[at.weekday()]}, {at:%d.%m.%Y}", "bold")
        shown = f"{at:%H:%M}"
        clock = Text(f"{'' if shown == self._shown_at else shown:5}  ", "bold")
        self._shown_at = shown
        who.pad_right(_WHO_WIDTH + 2 - len(who))
        # Wrapped here and not by a table, which would fill every line of a file with blanks.
        room = max(20, self._console.width - _INDENT)
        lines = textwrap.wrap(what.plain, room, break_on_hyphens=False)
        body = Text(f"\n{' ' * _INDENT}".join(lines), what.style)
        self._console.print(Text.assemble(clock, who, body), soft_wrap=True)

    def closing(self, at: datetime, still_open: int) -> None:
        """The day is over."""
        self._line(at, Text(SERVICE), Text(f"Конец дня; открытых дел: {still_open}"))

    def deliveries(self, rows: Sequence[tuple[str, ...]]) -> None:
        """The table of what was sent: (to whom, when, what, the state)."""
        table = Table("Куда", "Когда", "Что", "Итог")
        for row in rows:
            table.add_row(*(Text(cell) for cell in row))
        self._console.print()
        self._say("Что отправлено", "bold")
        self._console.print(table)

    def publications(self, rows: Sequence[tuple[str, str]]) -> None:
        """The table of what was published: (case, what is known of it)."""
        table = Table("Дело", "Ответ")
        for row in rows:
            table.add_row(*(Text(cell) for cell in row))
        self._console.print()
        self._say("Что опубликовано", "bold")
        self._console.print(table)

    def leavings(self, folder: Path, rows: Sequence[tuple[str, str]], notes: Sequence[str]) -> None:
        """Where everything lies: (what, path below the folder), then what deserves a word."""
        self._console.print()
        self._say(f"Всё лежит в папке {folder}", "bold")
        width = max((len(what) for what, _ in rows), default=0)
        for what, path in rows:
            # A path that is wrapped cannot be copied.
            line = Text.assemble(f"  {what:{width}}  ", (path, "cyan"))
            self._console.print(line, soft_wrap=True)
        for note in notes:
            self._say(note, _QUIET)

    def verdict(
        self,
        shortfalls: Sequence[str],
        seconds: float,
        *,
        letters: bool = True,
        texts: Sequence[str] = (),
    ) -> None:
        """Whether the day ended as it should."""
        self._console.print()
        if shortfalls:
            for item in shortfalls:
                self._say(f"Не получилось: {item}", "bold red")
        else:
            done = ["ответ у области до срока, в PDF и Word, с номером в журнале"] * letters
            if texts:
                done.append("ответы опубликованы в срок, дела закрыты")
            what = "Дни сыграны" if texts else "День сыгран"
            self._say(f"{what} за {seconds:.0f} с: {'; '.join(done)}.", "bold green")

    def _say(self, text: str, style: str = "") -> None:
        self._console.print(Text(text, style))
