"""Dates and hours as officials write them in a line: «до 25.11», «23 ноября в 15-20».

A day without a year is the next such day for a promise and the last one for a report; the caller
says which. What does not exist (31.02) is not a date.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Literal

Direction = Literal["ahead", "back"]

_MONTHS = ("янв", "фев", "мар", "апр", "ма", "июн", "июл", "авг", "сен", "окт", "ноя", "дек")
_DAY = re.compile(
    r"(?<![0-9.:/])(?P<day>[0-3]?[0-9])"
    r"(?:\.(?P<month>[01]?[0-9])(?:\.(?P<year>20[0-9]{2}|[0-9]{2}))?(?![0-9])"
    r"|\s+(?P<name>янв|фев|мар|апр|ма[йя]|июн|июл|авг|сен|окт|ноя|дек)[а-я]*"
    r"(?:\s+(?P<long>20[0-9]{2}))?)(?:\s*г(?:\.|ода)?(?![а-я]))?",
)
_WORD_DAY = re.compile(r"(?<![\w-])(?P<word>позавчера|вчера|сегодня|завтра|послезавтра)(?![\w-])")
_WEEKDAYS = ("понедельник", "вторник", "сред", "четверг", "пятниц", "суббот", "воскресен")
WEEKDAY = r"(?:понедельник|вторник|сред|четверг|пятниц|суббот|воскресен)(?:а|у|е|ы|ь[ею]|ья|ью)?"
"""A day of the week after a preposition, as a pattern over lower case."""
_NAMED = re.compile(
    rf"(?:до|к|ко|на|в|во)\s+(?P<weekday>{WEEKDAY})(?![\w-])|^(?P<alone>{WEEKDAY})(?![\w-])",
)
_CLOCK = re.compile(
    r"(?<![0-9.:/])(?P<hour>[01]?[0-9]|2[0-3])"
    r"(?:[:.\-–](?P<minute>[0-5][0-9])(?![0-9])(?!\.[0-9])(?:\s*час(?:ов|а)?\.?|\s*ч\.?(?![а-я]))?"
    r"|\s*(?:час(?:ов|а)?|ч)(?![а-я])\.?)",
)
_WORD_DAYS = {"позавчера": -2, "вчера": -1, "сегодня": 0, "завтра": 1, "послезавтра": 2}


@dataclass(frozen=True, kw_only=True)
class SpokenDay:
    """A day found in a line, and where it stands."""

    day: date
    start: int
    end: int


@dataclass(frozen=True, kw_only=True)
class SpokenClock:
    """An hour found in a line, and where it stands."""

    at: time
    start: int
    end: int


def find_day(line: str, today: date, direction: Direction) -> SpokenDay | None:
    """The first day named in `line` (lower case, ё as е)."""
    found: list[SpokenDay] = []
    for match in _DAY.finditer(line):
        day = _day_of(match, today, direction)
        if day is not None:
            found.append(SpokenDay(day=day, start=match.start(), end=match.end()))
            break
    named = _NAMED.search(line) if direction == "ahead" else None
    if named is not None:
        group = "weekday" if named["weekday"] else "alone"
        day = _next_weekday(named[group], today)
        found.append(SpokenDay(day=day, start=named.start(group), end=named.end(group)))
    word = _WORD_DAY.search(line)
    if word is not None:
        day = today + timedelta(days=_WORD_DAYS[word["word"]])
        found.append(SpokenDay(day=day, start=word.start(), end=word.end()))
    return min(found, key=lambda one: one.start, default=None)


def find_clocks(line: str) -> tuple[SpokenClock, ...]:
    """Every hour named in `line`: `15:20`, `15.20`, `15-20`, `15 часов`."""
    return tuple(
        SpokenClock(
            at=time(int(match["hour"]), int(match["minute"] or 0)),
            start=match.start(),
            end=match.end(),
        )
        for match in _CLOCK.finditer(line)
    )


def _day_of(match: re.Match[str], today: date, direction: Direction) -> date | None:
    day = int(match["day"])
    if match["name"]:
        month = next(i for i, stem in enumerate(_MONTHS, 1) if match["name"].startswith(stem))
    else:
        month = int(match["month"])
    year = match["year"] or match["long"]
    if year:
        return _existing(int(year) + (2000 if len(year) == 2 else 0), month, day)  # noqa: PLR2004 - two digits
    # A leap day may be up to eight years away (2096–2104).
    step = 1 if direction == "ahead" else -1
    for years in range(9):
        candidate = _existing(today.year + step * years, month, day)
        if candidate is not None and (candidate - today).days * step >= 0:
            return candidate
    return None


def _next_weekday(name: str, today: date) -> date:
    """The next such day after today: «до пятницы» said on a Friday means the one a week later."""
    wanted = next(i for i, stem in enumerate(_WEEKDAYS) if name.startswith(stem))
    return today + timedelta(days=(wanted - today.weekday() - 1) % 7 + 1)


def _existing(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
