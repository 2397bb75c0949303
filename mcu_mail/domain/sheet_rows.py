"""What a reply to a sheet decides, row by row (design §4): nothing is decided twice or by guess.

Each part of the reply is read as the reply to a single mail would be, by the one closed list; a row
that is named in two ways, that does not exist, or about which something was not understood stays
open, and the reply says why.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from mcu_mail.domain.meaning import Meaning, MeaningKind
from mcu_mail.domain.numbering import find_case_numbers
from mcu_mail.domain.row_words import numbers_of
from mcu_mail.domain.sheet_lines import cut_parts
from mcu_mail.domain.sheet_words import MORE_ROWS
from mcu_mail.domain.verdict_words import same_length
from mcu_mail.domain.verdicts import read_meaning

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from mcu_mail.domain.sheet_parts import Part

_LONGEST = 20_000
"""Characters of a reply beyond which nobody has written it by hand: it is not read."""


class Why(StrEnum):
    """Why a part of a reply decides nothing."""

    words = "words"
    """Not understood."""
    conflict = "conflict"
    """A row was named twice with different verdicts."""
    no_such_row = "no_such_row"
    does_not_fit = "does_not_fit"
    """The verdict decides nothing in this row: nobody asked for it there."""
    weak = "weak"
    """«ок 1-5»: to be confirmed."""
    all = "all"
    """A verdict that names no row of several: «все?»."""
    held = "held"
    """An approval with a remark."""
    question = "question"
    recall = "recall"
    """«Стоп»: nothing of this reply counts."""


@dataclass(frozen=True, kw_only=True)
class Unread:
    """A part of a reply that decides nothing.

    Attributes:
        words: as they were written.
        rows: the rows it is about, as far as the sheet has them (`no_such_row`: as named); empty
            when it names none.
        kind: what it would mean in its place; None where that is not known.

    """

    why: Why
    words: str
    rows: tuple[int, ...] = ()
    kind: MeaningKind | None = None


@dataclass(frozen=True, kw_only=True)
class SheetReply:
    """What a reply to a sheet says."""

    decided: tuple[tuple[int, Meaning], ...]
    """(row, meaning), each row once, in the order of the rows."""
    unread: tuple[Unread, ...]
    """What decides nothing, in the order in which it was written."""


_WHY = {
    MeaningKind.weak: Why.weak,
    MeaningKind.confirm: Why.weak,
    MeaningKind.conditional: Why.held,
    MeaningKind.question: Why.question,
    **dict.fromkeys(
        (
            MeaningKind.note,
            MeaningKind.empty,
            MeaningKind.rows,
            MeaningKind.answer,
            MeaningKind.addressing,
            MeaningKind.contact_only,
            MeaningKind.register_number,
        ),
        Why.words,
    ),
}
_SENTENCE = re.compile(r"[.!;\n]")
_DIGIT = re.compile("[0-9>]")
_LONGEST_RECALL = 60
_AGREES = re.compile(r"(?:не\s*)?соглас(?:ен|на|ны)(?!\w)")
_NEEDS_CASE = frozenset({MeaningKind.duplicate, MeaningKind.merge})
_BY_NAME = _NEEDS_CASE | {MeaningKind.apart, MeaningKind.appeal, MeaningKind.close}
"""Words that end a case or bind it to another: «все» is too wide for them."""
_WITH_TEXT = frozenset({
    MeaningKind.return_,
    MeaningKind.head_returned,
    MeaningKind.regional,
    MeaningKind.citizen,
    MeaningKind.clarified,
    MeaningKind.first_reply,
    MeaningKind.interim,
    MeaningKind.template,
})
"""Verdicts whose reason may go on in the lines below."""


def read_sheet(
    new_text: str, *, rows: int, fits: Mapping[int, frozenset[MeaningKind]], today: date
) -> SheetReply:
    """What `new_text` (quotation cut off) decides of a sheet of the rows 1…`rows`.

    `fits` says which verdicts decide something in each row; «все …» takes the rows it fits.
    """
    if len(new_text) > _LONGEST:
        return SheetReply(decided=(), unread=(Unread(why=Why.words, words=new_text),))
    reader = _Reader(rows=rows, today=today)
    parts = cut_parts(
        new_text,
        rows=rows,
        decides=reader.decides,
        returns=lambda text: reader.read(text).kind is MeaningKind.return_,
        takes_text=lambda text: reader.read(text).kind in _WITH_TEXT,
        is_whole=reader.is_whole,
    )
    if rows == 1 and len(parts) == 1 and parts[0].scope == "none" and not parts[0].is_remark:
        parts = (replace(parts[0], scope="rows", rows=(1,)),)
    recalled = next((one for one in _SENTENCE.split(new_text) if reader.recalls(one)), None)
    if recalled is not None:
        unread = Unread(why=Why.recall, words=recalled.strip(), kind=MeaningKind.recall)
        return SheetReply(decided=(), unread=(unread,))
    reader.take(parts)
    return reader.reply(fits)


class _Reader:
    """Gathers what the parts say of each row."""

    def __init__(self, *, rows: int, today: date) -> None:
        self._rows = range(1, rows + 1)
        self._today = today
        self._known: dict[str, Meaning] = {}
        self._said: dict[int, list[tuple[Meaning, Part]]] = {row: [] for row in self._rows}
        self._blocked: set[int] = set()
        """Rows of which something was said that nobody understands."""
        self._named: set[int] = set()
        """Rows of which a part of the reply says something."""
        self._unread: list[Unread] = []
        self._is_held = False
        """Whether a remark may be about any of the approvals."""

    def read(self, text: str) -> Meaning:
        """The meaning of words without rows, as of a single mail."""
        if text not in self._known:
            self._known[text] = read_meaning(text, self._today)
        return self._known[text]

    def decides(self, text: str) -> bool:
        """Whether words alone are a verdict, be it a weak one."""
        why = _WHY.get(self.read(text).kind)
        return why is None or why is Why.weak

    def is_whole(self, text: str) -> bool:
        """Whether words leave nothing that may be a doubt: «Опубликовано: ждём фото» does."""
        meaning = self.read(text)
        return meaning.kind is not MeaningKind.published or not meaning.text

    def recalls(self, text: str) -> bool:
        """Whether a short sentence takes all back; with a row in it, it is about that row."""
        if len(text) > _LONGEST_RECALL or _DIGIT.search(text):
            return False
        return self.read(text).kind is MeaningKind.recall

    def take(self, parts: tuple[Part, ...]) -> None:
        """Note what each part says; «все» and «остальные» after the rows that have a name."""
        named = {row for part in parts for row in (*part.rows, *part.out)}
        self._named = named
        for part in parts:
            if part.is_ambiguous:
                self._leave_unclear(part)
            elif part.scope == "none":
                self._take_bare(part)
            elif part.scope == "rows":
                self._take_rows(part, tuple(row for row in part.rows if row not in part.out))
            else:
                out = named if part.scope == "rest" else set(part.out)
                self._take_every(part, tuple(row for row in self._rows if row not in out))

    def _leave_unclear(self, part: Part) -> None:
        if part.rows and not any(row in self._rows for row in part.rows):
            # An hour, or a house: it may be about any row.
            self._is_held = True
            self._unread.append(Unread(why=Why.no_such_row, words=part.said, rows=part.rows))
        self._leave(Why.words, part, part.rows)

    def _take_bare(self, part: Part) -> None:
        meaning = self.read(part.words)
        why = _WHY.get(meaning.kind, Why.all)
        # «Поправьте дату в 2» is no answer to «все?» but a remark about what is agreed elsewhere.
        if part.is_remark or why in {Why.words, Why.held, Why.question} or meaning.reason:
            self._is_held = True
        kind = None if why is Why.words else meaning.kind
        self._unread.append(Unread(why=why, words=part.said, kind=kind))

    def _take_rows(self, part: Part, rows: tuple[int, ...]) -> None:
        missing = tuple(row for row in rows if row not in self._rows)
        if missing:
            self._unread.append(Unread(why=Why.no_such_row, words=part.said, rows=missing))
        there = tuple(row for row in rows if row in self._rows)
        meaning = self.read(part.words)
        why = _WHY.get(meaning.kind)
        if self._is_citizens(part, meaning) or _is_hearsay(part, meaning):
            why = Why.words
        if meaning.kind in _NEEDS_CASE and not find_case_numbers(meaning.name):
            why = Why.words
        if why is not None:
            self._leave(why, part, there, meaning.kind)
            return
        for row in there:
            self._said[row].append((meaning, part))
        self._leave_more(part, meaning)

    def _leave_more(self, part: Part, meaning: Meaning) -> None:
        """Behind what was published may stand anything: a row that is named there is not lost."""
        if meaning.kind is not MeaningKind.published:
            return
        found = MORE_ROWS.finditer(same_length(meaning.text))
        more = (row for one in found for row in numbers_of(one["rows"]) or ())
        rows = tuple(row for row in more if row in self._rows and row not in self._named)
        if rows:
            self._leave(Why.words, part, rows)

    def _is_citizens(self, part: Part, meaning: Meaning) -> bool:
        """Whether «не согласен» may be the citizen's: «житель доволен 3, не согласен 4»."""
        told = any(one.kind is MeaningKind.citizen for one in self._known.values())
        own = meaning.kind in {MeaningKind.approve, MeaningKind.return_}
        return told and own and _AGREES.match(same_length(part.words)) is not None

    def _take_every(self, part: Part, rows: tuple[int, ...]) -> None:
        if part.of and len(self._rows) != part.of:
            self._leave(Why.all, part, ())
            return
        meaning = self.read(part.words)
        why = Why.words if _is_hearsay(part, meaning) else _WHY.get(meaning.kind)
        if why is not None or meaning.kind in _BY_NAME:
            self._leave(why or Why.words, part, rows, meaning.kind)
            return
        for row in rows:
            self._said[row].append((meaning, part))

    def _leave(
        self, why: Why, part: Part, rows: tuple[int, ...], kind: MeaningKind | None = None
    ) -> None:
        there = tuple(row for row in rows if row in self._rows)
        if not there and rows:
            return
        self._blocked.update(there)
        known = None if why is Why.words else kind
        self._unread.append(Unread(why=why, words=part.said, rows=there, kind=known))

    def reply(self, fits: Mapping[int, frozenset[MeaningKind]]) -> SheetReply:
        """What is decided, and what is not."""
        decided: list[tuple[int, Meaning]] = []
        left: dict[tuple[Why, int], tuple[str, list[int], MeaningKind]] = {}
        fitted: set[int] = set()
        for row, said in self._said.items():
            if not said or row in self._blocked:
                continue
            fit = [(meaning, part) for meaning, part in said if meaning.kind in fits.get(row, ())]
            named = [one for one in said if one[1].scope == "rows" or one in fit]
            meaning = _one(tuple(meaning for meaning, _ in named)) if named else None
            if named and meaning is None and _is_both(named, fit):
                # «Опубликовано 1-7; согласовано 2», where row 2 asks for an approval alone.
                meaning = fit[0][0]
                wrong, part = next(one for one in named if one not in fit)
                _add(left, Why.does_not_fit, part, row, wrong.kind)
            if named and meaning is None:
                words = "\n".join(part.said for _, part in named)
                self._unread.append(Unread(why=Why.conflict, words=words, rows=(row,)))
                continue
            first, part = (named or said)[0]
            if meaning is None or meaning.kind not in fits.get(row, ()):
                _add(left, Why.does_not_fit, part, row, first.kind)
            elif self._is_held and meaning.kind is MeaningKind.approve:
                _add(left, Why.held, part, row, first.kind)
            else:
                fitted.update(id(part) for _, part in fit)
                decided.append((row, meaning))
        every = {
            id(part) for said in self._said.values() for _, part in said if part.scope != "rows"
        }
        for (why, key), (words, rows, kind) in left.items():
            # «Все согласовано» takes the rows it fits; the others were not meant.
            if why is Why.held or key not in every or key not in fitted:
                self._unread.append(Unread(why=why, words=words, rows=tuple(rows), kind=kind))
        return SheetReply(decided=tuple(decided), unread=tuple(self._unread))


def _is_hearsay(part: Part, meaning: Meaning) -> bool:
    """Whether words that nobody understands lead to a verdict: «Говорят, 5 опубликована».

    An approval is held by them anyway, and «Опечатка в дате, вернуть 3» says why.
    """
    return part.is_led and meaning.kind not in {MeaningKind.approve, MeaningKind.return_}


def _add(
    left: dict[tuple[Why, int], tuple[str, list[int], MeaningKind]],
    why: Why,
    part: Part,
    row: int,
    kind: MeaningKind,
) -> None:
    left.setdefault((why, id(part)), (part.said, [], kind))[1].append(row)


_BOTH = {MeaningKind.approve, MeaningKind.published}


def _is_both(named: list[tuple[Meaning, Part]], fit: list[tuple[Meaning, Part]]) -> bool:
    """Whether a row was approved and published, and only one of the two makes sense there."""
    return {one.kind for one, _ in named} == _BOTH and len({one.kind for one, _ in fit}) == 1


def _one(said: tuple[Meaning, ...]) -> Meaning | None:
    """The one meaning of several of a row; None when they differ."""
    first = said[0]
    if all(replace(one, text="") == replace(first, text="") for one in said):
        return first
    if all(one.kind is MeaningKind.return_ for one in said):
        reasons = dict.fromkeys(one.reason for one in said if one.reason)
        return replace(first, reason="\n".join(reasons))
    return None
