"""A reply to a sheet, cut into parts: which rows a part names, and the words about them.

Nothing is decided here. A part whose rows could be cut in two ways says so; words that name no row
stay by the part they follow, or by themselves.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mcu_mail.domain import sheet_words as words
from mcu_mail.domain.drafts import cut_closing, skip_greeting
from mcu_mail.domain.row_words import numbers_of
from mcu_mail.domain.sheet_described import plain_line
from mcu_mail.domain.sheet_parts import Part, doubtful, head_at, later_part, parts_of, pieces_of
from mcu_mail.domain.sheet_shapes import one_shape
from mcu_mail.domain.verdict_tails import is_harmless
from mcu_mail.domain.verdict_words import clean, same_length

if TYPE_CHECKING:
    from collections.abc import Callable

_DASHED = re.compile(r"\n--[ ]?(?=\n)")
"""The line above a signature."""
_QUOTED = re.compile(r"\s*(?:>|&gt;)")
_BARE = re.compile(r"[\s.,:;!…*_\"'«»()–—-]*")
_PHONE_DIGITS = 5
_TWO = 2
_RETURN = "Вернуть"


@dataclass(frozen=True, kw_only=True)
class _Reading:
    """What a phrase without rows says, as `verdicts` reads it."""

    decides: Callable[[str], bool]
    returns: Callable[[str], bool]
    takes_text: Callable[[str], bool]
    is_whole: Callable[[str], bool]


def cut_parts(
    text: str,
    *,
    rows: int,
    decides: Callable[[str], bool],
    returns: Callable[[str], bool],
    takes_text: Callable[[str], bool],
    is_whole: Callable[[str], bool],
) -> tuple[Part, ...]:
    """The parts of a reply to a sheet of `rows` rows, in order.

    `decides`: whether words alone are a verdict; `returns`: whether they send back; `takes_text`:
    whether the lines below belong to them; `is_whole`: whether they leave no loose text.
    """
    body = clean("\n".join(map(_with_cells, text.splitlines())))
    kept = _DASHED.split(cut_closing("\n" + body), maxsplit=1)[0]
    closing = body[len(kept) - 1 :] if len(kept) <= len(body) else ""
    reading = _Reading(decides=decides, returns=returns, takes_text=takes_text, is_whole=is_whole)
    cutter = _Cutter(reading, rows)
    for line in kept.split("\n"):
        cutter.take_line(line)
    parts = cutter.finish()
    if closing.strip() and not is_harmless("\n" + closing.strip()):
        parts.append(Part(said=closing.strip(), words=closing.strip(), is_remark=True))
    return tuple(parts)


_COLUMNS = re.compile(r"(?<=\S)(?:[ \u00a0]*\t\s*|[ \u00a0]{2,})(?=\S)")
_NUMBER_CELL = re.compile(r"\s*(?:№\s*)?[0-9]{1,3}[.)]?(?:\t|[ \u00a0]{2,})")


def _with_cells(line: str) -> str:
    """`line` with a mark between the cells of a copied table."""
    return _COLUMNS.sub(" | ", line) if _NUMBER_CELL.match(line) else line


class _Cutter:
    """Takes line after line; remembers the verdict or the rows that wait for the other half."""

    def __init__(self, reading: _Reading, count: int) -> None:
        self._reading = reading
        self._count = count
        self._parts: list[Part] = []
        self._verdict: str = ""
        """A verdict without rows: they may stand in the lines below."""
        self._has_rows = False
        """Whether rows have been found for it."""
        self._lists = False
        """Whether a list of rows, each with words of its own, stands below it."""
        self._rows: tuple[int, ...] = ()
        """Rows without a verdict: it may stand below."""

    def take_line(self, line: str) -> None:
        """Cut one line."""
        if _QUOTED.match(line):
            return
        line = plain_line(one_shape(skip_greeting(line).strip(), self._count))
        if _BARE.fullmatch(line) or words.INTRO.fullmatch(same_length(line)):
            return
        if head_at(same_length(line), 0) is None and (row := _table_row(line, self._reading)):
            self._close()
            self._parts.append(row)
            return
        start, is_first = 0, True
        plain = same_length(line)
        for found in (*words.HARD.finditer(plain), None):
            end = found.start() if found else len(line)
            is_led = False
            for piece, is_doubtful, comma in pieces_of(line[start:end]):
                before = len(self._parts)
                if is_doubtful:
                    self._close()
                    self._parts.append(doubtful(piece))
                else:
                    self._take(piece, is_new_line=is_first)
                is_first = False
                said = self._parts[before:]
                if is_led:
                    self._parts[before:] = [replace(one, is_led=True) for one in said]
                leads = comma and bool(said) and said[-1].is_remark
                is_led = leads and words.PLAIN_LEAD.fullmatch(same_length(piece)) is None
            start = found.end() if found else end

    def finish(self) -> list[Part]:
        """The parts; what waits for its other half is a part of its own."""
        self._close()
        return self._parts

    def _close(self) -> None:
        if self._verdict and not (self._has_rows or self._lists):
            self._parts.append(Part(said=self._verdict, words=self._verdict))
        if self._rows:
            named = ", ".join(map(str, self._rows))
            self._parts.append(Part(said=named, words="", scope="rows", rows=self._rows))
        self._verdict, self._has_rows, self._lists, self._rows = "", False, False, ()

    def _take(self, piece: str, *, is_new_line: bool) -> None:
        piece = piece.strip()
        plain = same_length(piece)
        if not piece or _BARE.fullmatch(piece):
            return
        if words.EITHER.search(plain) or self._is_swallowed(plain):
            self._close()
            self._parts.append(doubtful(piece))
            return
        head = head_at(plain, 0)
        later = later_part(piece, plain) if head is None else None
        if later is not None:
            self._close()
            self._parts.append(later)
            return
        if head is not None:
            self._close()
            found = parts_of(head, piece, plain)
            self._parts.extend(found)
            if head.groupdict().get("verdict") and found[0].scope == "rows":
                self._go_on(found[-1], plain[head.end() :])
            return
        alone = words.ROWS_ALONE.fullmatch(plain)
        if alone is not None and not _is_phone(plain):
            self._take_rows(piece, numbers_of(alone["rows"]))
            return
        numbered = words.NUMBERED.match(plain)
        if numbered is not None:
            self._take_numbered(piece, numbered)
            return
        self._take_text(piece, is_new_line=is_new_line)

    def _is_swallowed(self, plain: str) -> bool:
        """Whether the reason of a return may hold the verdict of another row."""
        found = words.SWALLOWED.search(plain)
        if found is None or int(found["row"]) > self._count:
            return False
        before = plain[: found.start()]
        sent_back = words.RETURNS.search(before)
        return sent_back is not None and bool(before[sent_back.end() :].strip(" ,:;–—-"))

    def _go_on(self, part: Part, tail: str) -> None:
        """A list of rows may go on: «Согласовано 1, 2,» and «3, 4» in the line below."""
        if _BARE.fullmatch(tail) and not part.is_ambiguous:
            self._verdict, self._has_rows = part.words.strip(" ,;:"), True

    def _take_rows(self, piece: str, rows: tuple[int, ...] | None) -> None:
        if rows is None:
            self._close()
            self._parts.append(Part(said=piece, words="", is_ambiguous=True))
        elif self._verdict:
            said = f"{self._verdict} {piece}"
            self._parts.append(Part(said=said, words=self._verdict, scope="rows", rows=rows))
            self._has_rows = True
        else:
            self._rows += rows

    def _take_numbered(self, piece: str, numbered: re.Match[str]) -> None:
        """«8: нет фото»: below a verdict that waits for rows, or after a return."""
        rows = numbers_of(numbered["rows"])
        tail = piece[numbered.end() :].strip()
        if numbered["sep"] == "(":
            tail = tail.rstrip(" .);") + (")" if "(" in tail else "")
        is_counted = numbered["sep"] in {".", ")"}
        unread = Part(said=piece, words=piece, scope="rows", rows=rows or ())
        if rows is None:
            part = replace(unread, is_ambiguous=True)
        elif self._verdict and not self._has_rows:
            is_doubtful = is_counted and self._reading.returns(self._verdict)
            said = f"{self._verdict.rstrip(' :')}: {tail}"
            is_doubtful = is_doubtful or not self._reading.is_whole(said)
            self._parts.append(unread if is_doubtful else replace(unread, words=said))
            self._lists = True
            return
        elif self._parts and self._reading.returns(self._parts[-1].words):
            last = self._parts[-1]
            if is_counted and last.words.rstrip().endswith(":"):
                # «Вернуть 3:» and below it «1. нет даты», «2. нет фото»: its reasons, counted.
                self._parts[-1] = replace(
                    last, said=f"{last.said}\n{piece}", words=f"{last.words}\n{piece}:"
                )
                return
            # «3: ✘ согласовано» says two things.
            is_unclear = is_counted or words.MARKED_VERDICT.match(same_length(tail))
            part = unread if is_unclear else replace(unread, words=f"{_RETURN}: {tail}")
        else:
            part = unread
        self._parts.append(part)

    def _take_text(self, piece: str, *, is_new_line: bool) -> None:
        plain = same_length(piece)
        if self._reading.decides(piece):
            if self._rows:
                self._parts.append(Part(said=piece, words=piece, scope="rows", rows=self._rows))
                self._rows = ()
                return
            self._close()
            self._verdict = piece
            return
        if is_new_line and is_harmless("\n" + piece):
            return
        about = words.ABOUT_AGAIN.match(plain) or (
            words.ABOUT_ROWS.match(plain) if is_new_line else None
        )
        if about is not None:
            # «3 посмотрю завтра»: not understood, but of which row it is said.
            self._close()
            rows = numbers_of(about["rows"]) or ()
            self._parts.append(Part(said=piece, words=piece, scope="rows", rows=rows))
            return
        if self._verdict and not (self._has_rows or self._lists):
            self._verdict = f"{self._verdict}\n{piece}"
            return
        last = self._parts[-1] if self._parts else None
        belongs = last is not None and (
            not is_new_line
            or (self._reading.takes_text(last.words) and words.ABOUT_OTHERS.search(plain) is None)
            or (self._reading.returns(last.words) and words.REASON_LINE.match(plain) is not None)
        )
        if last is not None and belongs:
            glue = "\n" if is_new_line else "; "
            self._parts[-1] = replace(
                last, said=f"{last.said}{glue}{piece}", words=f"{last.words}{glue}{piece}"
            )
            return
        self._close()
        self._parts.append(Part(said=piece, words=piece, is_remark=True))


def _is_phone(plain: str) -> bool:
    return sum(c.isdigit() for c in plain) >= _PHONE_DIGITS and not re.search("[,и]", plain)


_FIRST_CELL = re.compile(r"(?:№\s*)?(?P<row>[0-9]{1,3})[.)]?(?=$|\s+20[0-9]{2}[-‐-―−][0-9]{6})")


def _table_row(line: str, reading: _Reading) -> Part | None:
    """A row of the sheet's own table with the answer in its last cell; None: it is no such row."""
    plain = same_length(line)
    if not re.search("[|│]", plain) and words.CASE.search(plain) is None:
        return None
    cells = [cell.strip() for cell in words.CELLS.split(line)]
    cells = [cell for cell in cells if cell]
    first = _FIRST_CELL.match(same_length(cells[0])) if cells else None
    if first is None or len(cells) < _TWO:
        return None
    said, answer = cells[-1], cells[-1]
    before = cells[-2] if len(cells) > _TWO else ""
    is_pair = bool(before) and reading.decides(before)
    if is_pair and not reading.decides(answer):
        answer = f"{before}: {answer}"
    return Part(
        said=f"{first['row']}: {said}",
        words=answer,
        scope="rows",
        rows=(int(first["row"]),),
        is_ambiguous=is_pair and reading.decides(said),
    )
