"""The record of contact with the applicant, read from single lines of a reply (decree 5.3).

«С заявителем необходимо связаться»: such a line is proof, so it is read only in its few agreed
forms and cut from the text of the letter. A sentence about a contractor is left where it stands.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from mcu_mail.domain.spoken_dates import SpokenClock, SpokenDay, find_clocks, find_day
from mcu_mail.domain.verdict_words import AFTER, same_length

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, time

Outcome = Literal["reached", "not_reached", "no_contact"]

_LONGEST = 200
"""A longer line is prose."""
_APPLICANT = r"с\s+(?:заявител\w+|ним|ней|ними|автором)"
_TO_HIM = r"(?:до\s+)?(?:заявител\w+|него|нее|них|ему|ей|автор\w*)"
_WHEN = r"(?:в\s+)?[0-9]|сегодня|вчера|позавчера"
_ENDS = rf"(?=\s*(?:[,.;:!–—-]|$)|\s+(?:{_WHEN}))"
_DEAF = (
    r"(?:трубку\s+не\s+(?:бер(?:ет|ут)|взял[аи]?|снимает)|не\s+(?:берет|взял[аи]?)\s+трубку"
    r"|не\s+отвечает(?:\s+на\s+(?:звонк[иа]|звонок))?|(?:недоступ|отключ|выключ)ен[аы]?|вне\s+зоны)"
)
_HEAD = r"^[\s>*•–—-]*"
_BY_OTHERS = (
    r".*(?<!\w)(?:автоответчик|голосов|робот|оператор|абонент|номер\s+(?:не|вы|от)|недоступ|жена|супруг|муж|мать|отец|сын|доч|брат|сестр"
    r"|родственни|родные|сосед|секретар|коллег|друг(?:ой|ая|ие)|посторонн)"
)
"""Whoever has taken the applicant's telephone, it was not he."""
_REACHED = re.compile(
    rf"{_HEAD}связал(?:ись|ся|ась)(?:\s+{_APPLICANT}{AFTER}\s*[:–—-]?|\s*[:–—-]"
    rf"|\s+двоеточие{AFTER}|\s+(?={_WHEN})|\s*[.!]?\s*$)"
    rf"|{_HEAD}дозвонил(?:ись|ся|ась)(?:\s+{_TO_HIM}{AFTER}|{_ENDS})"
    rf"|{_HEAD}созвонил(?:ись|ся|ась)(?:\s+{_APPLICANT}{AFTER}|{_ENDS})"
    rf"|{_HEAD}(?:пере|по)?(?:говорил|беседовал)[аи]?\s+{_APPLICANT}{AFTER}"
    rf"|{_HEAD}(?!{_BY_OTHERS})(?:(?:по)?звонил[аи]?|набрал[аи]?)\s+(?:заявител\w+|ему|ей|автору)(?=(?:[\s,]+(?:{_WHEN})[0-9.:]*){{0,3}}[\s,–—-]+"
    r"(?:разъяснил[аи]?|объяснил[аи]?|рассказал[аи]?|сообщил[аи]?|пояснил[аи]?|проинформировал[аи]?|ответил[аи]?"
    rf"|обсудил[аи]?|(?:раз|по)говор(?:или|ил|ила)|все\s+(?:разъяснил|объяснил|рассказал)[аи]?){AFTER})"
    rf"|{_HEAD}с\s+заявител\w+\s+(?:связал|созвонил)(?:ись|ся|ась){_ENDS}"
    rf"|{_HEAD}с\s+заявител\w+\s+(?:по|пере)говорил[аи]?{_ENDS}",
)
_NOT_REACHED = re.compile(
    rf"{_HEAD}(?:(?:дважды\s+|трижды\s+)?(?:по)?звонил[аи]?(?:\s+заявител\w+)?[\s,–—-]+)?"
    rf"(?:не\s+дозвонил(?:ись|ся|ась)|не\s+удалось\s+дозвониться){AFTER}"
    rf"(?!\s+до\s+(?!заявител|н[еи]))"
    rf"|{_HEAD}(?:(?:телефон\s+)?заявител(?:я|ь|ьница|ьницы)\s+|телефон\s+|абонент\s+"
    rf"|(?:по)?звонил[аи]?(?:\s+(?:заявител\w+|ему|ей))?(?:\s+(?:в\s+)?[0-9][0-9.:]*){{0,2}}[\s,–—-]+)?"
    rf"{_DEAF}{AFTER}",
)
_NO_CONTACT = re.compile(
    rf"{_HEAD}(?:(?:контакт(?:а|ов)\s+нет|нет\s+контакт(?:а|ов)){AFTER}"
    r"|телефон(?:а)?(?:\s+(?:у\s+)?заявителя)?\s+(?:нет|не\s+указан)[\s.!]*$)",
)
_KINDS: tuple[tuple[Outcome, re.Pattern[str]], ...] = (
    ("reached", _REACHED),
    ("not_reached", _NOT_REACHED),
    ("no_contact", _NO_CONTACT),
)
_LINK = re.compile(r"(?<!\w)[ВвИи]\s*$")
"""«в» before an hour, «и» between two."""
_ANSWER = re.compile(r"(?:(?<=[.!;])\s*[Оо]|\s+О)(?:твет|ТВЕТ)\s*(?::|двоеточие(?!\w))")
_SENTENCE = re.compile(r"(?<=[.!?…])\s+(?=[А-ЯЁ])")
_MARKED = re.compile(r"(?:связал|созвонил|дозвонил|не\s+дозвонил)(?:ись|ся|ась)\s*:")
_LONGEST_INSIDE = 120
_EDGES = " \t,.;:–—-"


@dataclass(frozen=True, kw_only=True)
class Contact:
    """One attempt to reach the applicant; `on` and `at` are None when the line does not say."""

    outcome: Outcome
    on: date | None
    at: time | None
    how: str
    line: str
    """The line as it was written."""


def take_contacts(
    text: str, today: date, *, inside: bool = False
) -> tuple[str, tuple[Contact, ...]]:
    """`text` without its records of contact, and what they say.

    A record is a line; with `inside`, also a sentence in one that names its hour or has the form of
    «Связались:», and what stands before an «Ответ:» in its line. Beside a verdict such words may be
    a remark.
    """
    kept: list[str] = []
    contacts: list[Contact] = []
    for line in text.splitlines():
        rest, found = _taken(line, today) if inside else ("", read_contacts(line, today))
        contacts += found
        if not found:
            kept.append(line)
        elif rest.strip():
            kept.append(rest)
    return "\n".join(kept), tuple(contacts)


def take_sure_contacts(text: str, today: date) -> tuple[str, tuple[Contact, ...]]:
    """The text of a Word file without its records of contact, and what they say.

    There every sentence is meant for the citizen but those that are a record beyond doubt.
    """
    kept: list[str] = []
    contacts: list[Contact] = []
    for line in text.split("\n"):
        rest, found = _without_sentences(line, today)
        contacts += found
        if rest.strip() or not found:
            kept.append(rest)
    return ("\n".join(kept), tuple(contacts)) if contacts else (text, ())


def _taken(line: str, today: date) -> tuple[str, tuple[Contact, ...]]:
    """A line without its records of contact, and these."""
    answer = _ANSWER.search(line)
    # «Не дозвонились в 9:12. Ответ: …»: the record ends where the answer begins.
    head, tail = (line[: answer.start()], line[answer.start() :]) if answer else (line, "")
    whole = read_contacts(head, today)
    if whole:
        rest, more = _without_sentences(tail, today)
        return rest, (*whole, *more)
    return _without_sentences(line, today)


def _without_sentences(line: str, today: date) -> tuple[str, tuple[Contact, ...]]:
    """A line without those of its sentences that are records of contact beyond doubt."""
    kept: list[str] = []
    contacts: list[Contact] = []
    starts = [0, *(found.end() for found in _SENTENCE.finditer(line)), len(line)]
    for start, end in pairwise(starts):
        sentence = line[start:end]
        found = read_contacts(sentence, today) if _is_record(sentence) else ()
        contacts += found
        if not found:
            kept.append(sentence)
    return "".join(kept).rstrip() if contacts else line, tuple(contacts)


def _is_record(sentence: str) -> bool:
    """Whether a sentence among others is a record: «Связались с жителями» may be the answer."""
    if len(sentence) > _LONGEST_INSIDE:
        return False
    plain = same_length(sentence)
    return _MARKED.match(plain) is not None or bool(find_clocks(plain))


def read_contacts(line: str, today: date) -> tuple[Contact, ...]:
    """The attempts one line records: «не дозвонились 23.11 в 10:00 и 14:30» holds two."""
    if len(line) > _LONGEST or "?" in line:
        return ()
    plain = same_length(line)
    for outcome, pattern in _KINDS:
        head = pattern.match(plain)
        if head is not None:
            return _attempts(outcome, line, plain, head.end(), today)
    return ()


def _attempts(
    outcome: Outcome,
    line: str,
    plain: str,
    start: int,
    today: date,
) -> tuple[Contact, ...]:
    """One attempt per hour named; a single one without hours."""
    day = find_day(plain[start:], today, "back")
    taken: list[SpokenDay | SpokenClock] = []
    if day is not None:
        taken.append(day)
        # The day must not be read once more as an hour («10.11»).
        begin, end = start + day.start, start + day.end
        plain = plain[:begin] + "/" * (end - begin) + plain[end:]
    clocks = find_clocks(plain[start:])
    taken += clocks
    on = day.day if day else None
    spoken = line[start:]
    for one in sorted(taken, key=lambda one: -one.start):
        before = _LINK.sub("", spoken[: one.start])
        spoken = f"{before} {spoken[one.end :]}"
    times: Sequence[time | None] = [clock.at for clock in clocks] or [None]
    return tuple(
        Contact(outcome=outcome, on=on, at=at, how=_tidy(spoken), line=line.strip()) for at in times
    )


def _tidy(text: str) -> str:
    """The way of contact, without the gaps that days and hours left."""
    return re.sub(r"\s*,[\s,]*", ", ", " ".join(text.split())).strip(_EDGES)
