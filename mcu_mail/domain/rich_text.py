"""A letter's text with what an executor's Word file says beyond words: bold, and tables.

A text stays one string of lines, so that everything that keeps, compares and cuts texts goes on
working. Control characters, which no mail and no Word file can bring in, carry the rest: `BOLD` and
`PLAIN` switch bold, a line with `CELL` is a row of a table, `BREAK` starts a new line in a cell.
A text without them is an ordinary one. Lists are lines that begin with their own «1.» or «–».
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

BOLD: Final = "\x02"
PLAIN: Final = "\x03"
BREAK: Final = "\x04"
CELL: Final = "\x1f"
"""No line break for `splitlines`, and white space for `split`, as a gap between words should be."""

MARKS: Final = frozenset((BOLD, PLAIN, BREAK, CELL))
_SWITCH = re.compile(f"([{BOLD}{PLAIN}])")
_READABLE: Final = str.maketrans({BOLD: None, PLAIN: None, BREAK: " ", CELL: " | "})
_ABSENT: Final = dict.fromkeys(map(ord, MARKS), " ")


@dataclass(frozen=True, kw_only=True)
class Run:
    """Words of one weight."""

    text: str
    bold: bool = False


@dataclass(frozen=True, kw_only=True)
class Paragraph:
    """A paragraph: its runs in order, never empty."""

    runs: tuple[Run, ...]

    @property
    def text(self) -> str:
        """Its words."""
        return "".join(run.text for run in self.runs)


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table: rows of cells, all rows equally long; a cell holds paragraphs, maybe none."""

    rows: tuple[tuple[tuple[Paragraph, ...], ...], ...]


Block = Paragraph | Table


def without_marks(text: str) -> str:
    """A text from outside, where our marks can mean nothing."""
    return text.translate(_ABSENT) if MARKS & set(text) else text


def readable(text: str) -> str:
    """The text as it is shown in a mail: no bold, cells divided by «|»."""
    return text.translate(_READABLE)


def bold(text: str) -> str:
    """The words in bold; nothing of nothing."""
    return f"{BOLD}{text}{PLAIN}" if text.strip() else text


def row(cells: Iterable[Iterable[str]]) -> str:
    """One line of text for a row of a table; each cell is given as its lines."""
    joined = [BREAK.join(" ".join(line.split("\n")) for line in cell) for cell in cells]
    return CELL.join(joined) if len(joined) > 1 else f"{joined[0]}{CELL}" if joined else ""


def blocks(text: str) -> tuple[Block, ...]:
    """The paragraphs and tables of a text, in order; rows that follow each other are one table."""
    found: list[Block] = []
    rows: list[tuple[tuple[Paragraph, ...], ...]] = []
    for line in text.split("\n"):
        if CELL in line:
            rows.append(tuple(_cell(cell) for cell in line.split(CELL)))
            continue
        found += _table(rows)
        rows = []
        if (paragraph := _paragraph(line)) is not None:
            found.append(paragraph)
    return (*found, *_table(rows))


def _table(rows: list[tuple[tuple[Paragraph, ...], ...]]) -> tuple[Table, ...]:
    """The rows as a table; none when nothing is written in them."""
    if not any(cell for one in rows for cell in one):
        return ()
    # A row of one cell ends in a CELL of its own: that empty last column is not drawn.
    width = max(len(one) for one in rows)
    if all(len(one) < width or not one[-1] for one in rows):
        width = max(1, width - 1)
    return (Table(rows=tuple((*one, *[()] * width)[:width] for one in rows)),)


def _cell(text: str) -> tuple[Paragraph, ...]:
    return tuple(one for line in text.split(BREAK) if (one := _paragraph(line)) is not None)


def _paragraph(line: str) -> Paragraph | None:
    """The runs of a line; a switch without its other half counts to the end of the line."""
    runs: list[Run] = []
    is_bold = False
    for piece in _SWITCH.split(line.replace(BREAK, " ")):
        if piece in {BOLD, PLAIN}:
            is_bold = piece == BOLD
        elif piece:
            if runs and runs[-1].bold == is_bold:
                runs[-1] = Run(text=runs[-1].text + piece, bold=is_bold)
            else:
                runs.append(Run(text=piece, bold=is_bold))
    if runs:
        runs[0] = Run(text=runs[0].text.lstrip(" "), bold=runs[0].bold)
        runs[-1] = Run(text=runs[-1].text.rstrip(" "), bold=runs[-1].bold)
    found = Paragraph(runs=tuple(run for run in runs if run.text))
    return found if found.text.strip() else None
