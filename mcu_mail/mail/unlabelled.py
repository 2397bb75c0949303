"""The citizen's words where nothing labels them: quoted, set off, or the only prose there is.

Why: some notices put the text under a rule with no word before it. A quotation in «…» or a set-off
block is taken before plain prose; when another stretch of prose could be the citizen's as well, the
longest is taken and `text` is named as unsure, so that a person looks before a letter is written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from mcu_mail.mail.filling import unquote
from mcu_mail.mail.labels import without_numbering
from mcu_mail.mail.prose import is_greeting, is_service
from mcu_mail.mail.values import collapse, fold, read_title_number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mcu_mail.mail.draft import Draft
    from mcu_mail.mail.fields import Form
    from mcu_mail.mail.layout import Piece

_TITLE: Final = 160
"""A longer line with a number in it is no heading."""
_QUOTED: Final = re.compile(r"«([^«»]{0,4000}(?:«[^«»]{0,300}»[^«»]{0,4000}){0,6})»")
_LEAD: Final = (
    r"(?:автор|пользовател|заявител|жител|граждан|подписчи|модератор|куратор"
    r"|в комментари|поступил|нов(?:ый|ое|ая))"
    r"[^«»]{0,160}(?:[:–—]|пишет|спрашивает)\s{0,2}"
)
_TOLD: Final = re.compile(rf"{_LEAD}«([^«»]{{8,4000}})»[\s.!]{{0,3}}", re.IGNORECASE)
"""The office tells whose words follow: «Автор добавил комментарий: «…»»."""
_BY_NAME: Final = re.compile(
    r"[А-ЯЁ][а-яё-]{1,30}(?:\s[А-ЯЁ][а-яё-]{1,30}){1,2}[\s,(]{0,3}(?:[\d.:,\sв]{6,24}\)?)?\s?"
    r"(?:пишет)?\s?[:–—-]\s?«([^«»]{8,4000})»[\s.!]{0,3}"
)
"""«Петрова Анна Ильинична, 08.12.2026 17:01: «…»»."""
_LEADS_TO: Final = re.compile(
    r"(?<!\w)(?:написал|пишет|пояснил|ответил|добавил|комментари|сообщ|спрашивает|замечани|жалуется"
    r"|вопрос|слова)"
)
_SHORTEST_QUOTE: Final = 40
_SHORTEST_TEXT: Final = 8
_LABELLED: Final = re.compile(r"[А-ЯЁ][^:.!?]{2,50}:\s\S")
_RIVAL: Final = 25
"""Characters from which another stretch of prose makes it doubtful which one is the citizen's."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line that no label claimed; `at` is its piece."""

    at: int
    text: str
    links: tuple[str, ...]
    quoted: bool
    heading: bool


def find_text(draft: Draft, lines: Sequence[Line], pieces: Sequence[Piece], form: Form) -> set[int]:
    """Find the citizen's words among unlabelled lines; returns the pieces they took."""
    if draft.text:
        return set()
    for line in lines:
        whole = [m for m in _QUOTED.finditer(line.text) if len(m[1]) >= _SHORTEST_QUOTE]
        if whole:
            best = max(whole, key=lambda one: len(one[1]))
            draft.text, draft.rules["text"] = collapse(best[1]), "pattern: «…»"
            return {line.at} if len(best[0]) >= len(line.text) - 2 else set()
    runs = _runs(lines, pieces, form)
    if not runs:
        return set()
    whole_run = " ".join(line.text for line in runs[0])
    if len(runs) == 1 and (told := _TOLD.fullmatch(whole_run) or _BY_NAME.fullmatch(whole_run)):
        draft.text, draft.rules["text"] = collapse(told[1]), "pattern: «…»"
        # The lead names him whose words they are: it stays the office's.
        return {runs[0][-1].at} if len(runs[0]) > 1 else set()
    quoted = [run for run in runs if all(line.quoted for line in run)]
    best_run = max(quoted or runs, key=_length)
    labelled = sum(_LABELLED.match(line.text) is not None for line in best_run)
    if labelled > 1 and labelled * 2 >= len(best_run) and not quoted:
        # A form whose labels nobody knows is no citizen's words: a person reads the whole of it.
        return set()
    words = best_run[_lead(best_run) :]
    draft.text = unquote(without_numbering(" ".join(line.text for line in words)))
    draft.rules["text"] = "pattern: blockquote" if quoted else "pattern: the only prose"
    rivals = [run for run in quoted or runs if run is not best_run and _length(run) >= _RIVAL]
    if rivals:
        draft.rules["text"] = "pattern: the longest prose"
        draft.unsure["text"] = None
    return {line.at for line in words}


def _lead(run: Sequence[Line]) -> int:
    """How many first lines of a run say whose words follow: «Житель недоволен и пишет:»."""
    for count, line in enumerate(run[:-1][:2], 1):
        if line.text.endswith(":") and _LEADS_TO.search(fold(line.text)):
            return count
    return 0


def _runs(lines: Sequence[Line], pieces: Sequence[Piece], form: Form) -> list[list[Line]]:
    """Stretches of prose that no rule, label or service line interrupts."""
    free = set(form.free)
    first = lines[0].at if lines else 0
    runs: list[list[Line]] = []
    before: int | None = None
    for line in lines:
        greeting = is_greeting(line.text)
        opens = greeting and (
            line.at == first or line.at < min(set(range(len(pieces))) - free, default=0)
        )
        if opens or line.heading or (is_service(line.text) and not greeting):
            before = None
            continue
        if read_title_number(line.text) and len(line.text) < _TITLE:
            before = None
            continue
        joined = (
            before is not None
            and all(pieces[index].kind == "blank" for index in range(before + 1, line.at))
            # What is set off from the lines around it is another's words.
            and runs[-1][-1].quoted == line.quoted
        )
        if joined:
            runs[-1].append(line)
        else:
            runs.append([line])
        before = line.at
    return [
        run
        for run in runs
        if _length(run) >= _SHORTEST_TEXT
        and any(" " in line.text for line in run)
        and not (len(run) == 1 and run[0].text.endswith(":"))
    ]


def _length(run: Sequence[Line]) -> int:
    return sum(len(line.text) for line in run)
