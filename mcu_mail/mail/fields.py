"""Labels with their values, wherever they stand: lines, columns, tables, bold words, lists.

Why: a notice is a form in some layout; this module turns any of them into a list of entries
(field, value, links) and says which pieces it used, so that what is left over can be read as prose.
Guarantees: never raises; every piece is looked at once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from mcu_mail.mail.labels import OTHER, PROSE_TOO, RUBRIC, Label, Labels
from mcu_mail.mail.layout import BOLD_OFF, BOLD_ON, Piece
from mcu_mail.mail.names import read_person
from mcu_mail.mail.prose import ends_text, is_request, is_thanks
from mcu_mail.mail.segments import BEFORE_VALUE, bare_value, split_line, with_zone
from mcu_mail.mail.values import collapse, fold, read_links, read_number, read_phone

if TYPE_CHECKING:
    from collections.abc import Sequence

_WITH_LINKS: Final = frozenset(("link", "address"))
_ADDRESS_GOES_ON: Final = re.compile(
    r"\s*(?:[а-яё]|\d|(?:д|дом|ул|улица|пер|кв|корп|с|п|пгт|мкр)\b)|\s{2,}", re.IGNORECASE
)
_UNKNOWN_LABEL: Final = re.compile(r"\s*[А-ЯЁ][^:.,]{2,40}\.{0,40}\s?:\s{0,4}\S")
_LONGEST_QUOTATION: Final = 12
_VALUED: Final = re.compile(r"[,\d]|\s[а-яё]{1,4}\.")
"""«Адрес проблемы с. Покровка, 1» is more than a label."""
_SIGNED: Final = re.compile(r"[А-ЯЁ][а-яё-]{2,20}(?:\s[А-ЯЁ](?:[а-яё-]{2,20}|\.){1,2}){0,2}\.?")
_ONLY_A_NUMBER: Final = re.compile(r"(?:[A-ZА-Я]{1,6}-)?\d[\d/-]{4,24}")
_SPEAKS: Final = re.compile(r"пишет|сообщает|спрашивает|жалуется|просит|обращается")
_PHONE: Final = re.compile(r"\+7|8[\s(-]{1,2}\d{3}")
_JUDGES: Final = re.compile(
    r"(?:не )?(?:удовлетвор|довол|устраива)\w{1,6}|(?:положительн|отрицательн|негативн|позитивн"
    r"|нейтральн)\w{2,3}"
)
"""«Реакция: положительная» is no citizen's words."""
_TELLS: Final = re.compile(r"(?:новый |текущий )?статус|событие|действие|результат|решение")
"""Columns that say what happened to the message of their row."""
_STATED: Final = re.compile(r"\s*(?:(?:до|к|не позднее)\s+)?[0-9]|\s*[★⭐]")
"""A figure after such a label: «Оценка: 1», «Стало: 17.12.2026»."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One labelled value; `at` is its first piece, `set_` tells the data rows of a table apart."""

    field: str
    rank: int
    label: str
    value: str
    links: tuple[str, ...] = ()
    at: int = 0
    set_: int = 0


@dataclass(frozen=True, kw_only=True)
class Form:
    """What the labels gave; `free` are the indexes of pieces no label claimed."""

    entries: tuple[Entry, ...]
    free: tuple[int, ...]


def _by_value(entry: Entry) -> Entry:
    """«Обращение: № 990030014» is a number and no text; «Пишет: Иванова Анна;» a name."""
    bare = entry.value.strip(" .;")
    signed = bare[:1] in {"№", "#"} and len(bare.split()) <= 2 and read_number(bare)  # noqa: PLR2004 - «№ 5»
    if entry.field == "text" and (signed or _ONLY_A_NUMBER.fullmatch(bare)):
        return replace(entry, field="external_id")
    if entry.field == "text" and _SPEAKS.fullmatch(fold(entry.label)) and _is_name(bare):
        return replace(entry, field="applicant")
    if entry.field == "external_id" and _PHONE.match(bare) and read_phone(bare):
        return replace(entry, field="phone")
    judged = _JUDGES.fullmatch(fold(bare)) and len(bare.split()) <= 3  # noqa: PLR2004 - no sentence
    return replace(entry, field=OTHER) if entry.field == "text" and judged else entry


def _is_name(words: str) -> bool:
    """Say whether these words are a person's name and nothing else."""
    parts = words.replace("-", "").split()
    titled = all(part.isalpha() and part.istitle() for part in parts)
    return len(parts) in {2, 3} and titled and read_person(words).full is not None


def read_form(pieces: Sequence[Piece], labels: Labels) -> Form:
    """Read every labelled value of `pieces`."""
    return _Reader(pieces, labels).read()


class _Reader:
    def __init__(self, pieces: Sequence[Piece], labels: Labels) -> None:
        self._pieces = pieces
        self._labels = labels
        self._entries: list[Entry] = []
        self._free: list[int] = []
        self._open = False
        self._blanks = 0
        self._quoted = 0
        self._heads: dict[int, int] = {}
        self._last_person = self._find_last_person()

    def _find_last_person(self) -> int:
        """Index of the last applicant label: up to it a repeated label may open a new message."""
        last = -1
        for index, piece in enumerate(self._pieces):
            if piece.kind in {"line", "row"} and any(
                label.field == "applicant" for label, _ in self._parts(piece)
            ):
                last = index
        return last

    def _parts(self, piece: Piece) -> list[tuple[Label, str]]:
        if piece.kind == "row":
            pairs = self._pairs(piece)
            if pairs:
                return [(label, value) for label, value, _ in pairs]
        if len(piece.cells) == 1:
            return split_line(piece.cells[0], self._labels)
        return []

    def read(self) -> Form:
        index = 0
        while index < len(self._pieces):
            piece = self._pieces[index]
            if piece.kind == "blank":
                self._blanks += 1
            elif piece.kind == "rule":
                self._open = False
            elif piece.kind == "row":
                index = self._row(index)
                self._blanks = 0
            else:
                for line in piece.cells:
                    self._line(index, line, piece)
                self._blanks = 0
            index += 1
        return Form(entries=tuple(self._entries), free=tuple(self._free))

    def _row(self, index: int) -> int:
        """Read a table row; returns the index of the last row used."""
        piece = self._pieces[index]
        if heads := self._header_row(index):
            return self._data_rows(index, heads)
        pairs = self._pairs(piece)
        if pairs:
            for label, value, links in pairs:
                self._add(index, label, value, links)
            # The value of a table row is complete, unless it is still to come.
            self._open = not pairs[-1][1] and not pairs[-1][2]
            return index
        if self._open and len(piece.cells) > 1 and "|" not in piece.text:
            self._open = self._entries[-1].field == "text"
        for cell, links in zip(piece.cells, piece.links, strict=True):
            for line in cell.splitlines():
                self._line(index, line, replace(piece, links=(links,)))
        return index

    def _header_row(self, index: int) -> list[Label | None]:
        piece = self._pieces[index]
        following = self._pieces[index + 1] if index + 1 < len(self._pieces) else None
        if following is None or len(following.cells) != len(piece.cells):
            return []
        heads = [self._labels.find(cell) for cell in piece.cells]
        known = [label for label in heads if label]
        if len(known) < 2 or len(known) * 5 < len(heads) * 3:  # noqa: PLR2004 - most are labels
            return []
        if self._labels.find(following.cells[0]) and len(heads) == 2:  # noqa: PLR2004 - a pair
            return []
        return heads

    def _data_rows(self, index: int, heads: list[Label | None]) -> int:
        at = index + 1
        while at < len(self._pieces) and len(self._pieces[at].cells) == len(heads):
            piece = self._pieces[at]
            for label, cell, links in zip(heads, piece.cells, piece.links, strict=True):
                if label is None:
                    continue
                kept = label.field != OTHER or RUBRIC.fullmatch(fold(label.words))
                if kept or _TELLS.match(fold(label.words)):
                    self._add(at, label, bare_value(cell), links, set_=at)
            at += 1
        self._open = False
        return at - 1

    def _pairs(self, piece: Piece) -> list[tuple[Label, str, tuple[str, ...]]]:
        cells = [(c, n) for c, n in zip(piece.cells, piece.links, strict=True)]
        while len(cells) > 2 and not re.search(r"[^\W\d]", cells[0][0]):  # noqa: PLR2004 - «1.» and a pair
            cells = cells[1:]
        label = self._labels.find(cells[0][0])
        if label is None:
            return []
        if len(cells) >= 4 and len(cells) % 2 == 0:  # noqa: PLR2004 - pairs side by side
            heads = [self._labels.find(cell) for cell, _ in cells[::2]]
            if all(heads):
                return [
                    (head, bare_value(value), links)
                    for head, (value, links) in zip(heads, cells[1::2], strict=True)
                    if head
                ]
        value = "\n".join(cell for cell, _ in cells[1:] if cell.strip())
        label, value = with_zone(label, cells[0][0], value)
        return [(label, value, tuple(link for _, links in cells[1:] for link in links))]

    def _line(self, index: int, line: str, piece: Piece) -> None:
        parts = split_line(line, self._labels)
        if not parts and (alone := self._alone(line, piece)):
            parts = [(alone, "")]
        links = piece.links[0] if piece.links else ()
        if parts and not self._is_the_citizens(*parts[0], index):
            for label, value in parts:
                self._add(index, label, value, links if label.field in _WITH_LINKS else ())
            self._open = True
        elif self._open and self._goes_on(line, index):
            self._continue(line, links)
        else:
            self._open = False
            self._free.append(index)

    def _alone(self, line: str, piece: Piece) -> Label | None:
        label = self._labels.find(line)
        if label is None:
            return None
        marked = line.rstrip(BOLD_OFF + " ").endswith(":") or BOLD_ON in line or piece.heading
        bare = label.field != OTHER and line[:1].isupper() and _VALUED.search(line) is None
        return label if marked or bare else None

    def _is_the_citizens(self, label: Label, said: str, index: int) -> bool:
        """Say whether a label inside an open text is a line of the citizen: «Адрес: наш дом 5»."""
        if not self._open or not self._entries or self._entries[-1].field != "text":
            return False
        if fold(label.words) in PROSE_TOO and not _STATED.match(said):
            return True
        if self._quotes(index) and index > self._last_person:
            return True
        if label.field == "text":
            return not self._blanks and bool(self._entries[-1].value) and index > self._last_person
        seen = {entry.field for entry in self._entries}
        return label.field in seen & {"address", "phone"} and index > self._last_person

    def _quotes(self, index: int) -> bool:
        """Say whether the open text is inside «…»: it lasts until that is closed."""
        value = self._entries[-1].value
        if self._quoted <= 0:
            return False
        # A mark that nobody closes must not swallow the rest of the letter.
        below = self._pieces[index : index + _LONGEST_QUOTATION]
        return value.startswith("«") or any("»" in cell for piece in below for cell in piece.cells)

    def _goes_on(self, line: str, index: int) -> bool:
        last = self._entries[-1]
        if last.field == "text":
            if self._quotes(index):
                return True
            if ends_text(line) or self._is_the_source(line) or _is_signed(last.value, line):
                return False
            # After a quotation that was closed, thanks are the press office's.
            theirs = is_request(line) or (last.value.startswith("«") and is_thanks(line))
            return not (self._blanks and theirs) or not last.value
        if not last.value and not last.links:
            return self._blanks <= 1
        if self._blanks or _UNKNOWN_LABEL.match(line):
            return False
        if last.field == "address":
            more = last.value.endswith((",", "-")) or _ADDRESS_GOES_ON.match(line) is not None
            return more and not (ends_text(line) or is_request(line))
        if last.field == "link":
            return " " not in line.strip() and last.value.endswith(("-", "?", "&", "=", "/", "_"))
        words = line.split()
        return (
            last.field == "applicant"
            and len(last.value.split()) + len(words) <= 3  # noqa: PLR2004 - a full name
            and all(word[:1].isupper() and word.isalpha() for word in words)
        )

    def _is_the_source(self, line: str) -> bool:
        """Say whether a bare web address under the text is where it was published."""
        bare = line.strip()
        if " " in bare or not read_links(bare):
            return False
        return bool(self._blanks) or not any(one.field == "link" for one in self._entries)

    def _continue(self, line: str, links: tuple[str, ...]) -> None:
        last = self._entries[-1]
        joint = "" if last.field == "link" else "\n"
        value = (last.value + joint + bare_value(line)).strip()
        self._quoted += line.count("«") - line.count("»")
        self._entries[-1] = replace(last, value=value, links=last.links + links)
        if last.field not in {"text", "address", "link", "applicant"}:
            self._open = False

    def _add(
        self, index: int, label: Label, value: str, links: tuple[str, ...], *, set_: int = 0
    ) -> None:
        entry = Entry(
            field=label.field,
            rank=label.rank,
            label=label.words,
            value=value if label.field == "text" else collapse(value).lstrip(BEFORE_VALUE + ";,"),
            links=links,
            at=index,
            set_=set_,
        )
        self._quoted = value.count("«") - value.count("»")
        self._entries.append(_by_value(entry))


def _is_signed(quotation: str, line: str) -> bool:
    """Whether a name below a closed quotation is his who has passed it on."""
    closed = quotation.startswith("«") and quotation.endswith(("»", "»."))
    return closed and _SIGNED.fullmatch(line.strip()) is not None
