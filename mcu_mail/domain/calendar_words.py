"""«Календарь 31.12.2026 выходной: основание»: what an official orders about one day by mail.

Decree 5.1: «в праздничные дни график работы определяет ЦУР Кузбасса», and it is told days before.
What is not plainly such an order is none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, time
from typing import TYPE_CHECKING, Final

from mcu_mail.domain.calendar import Override
from mcu_mail.domain.drafts import skip_greeting
from mcu_mail.domain.verdict_words import clean, same_length

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mcu_mail.domain.calendar import Hours

_HEAD: Final = re.compile(
    r"(?:прошу\s{1,3})?календарь[\s:,–—-]{1,4}(?P<day>\d{1,2})\.(?P<month>\d{1,2})"
    r"(?:\.(?P<year>20\d\d))?(?:\s?г(?:\.|ода)?)?[\s:,–—-]{1,4}"
)
_TRACKS: Final = (
    (re.compile(r"инцидент(?:\s{1,3}менеджмент)?(?!\w)"), "incident"),
    (re.compile(r"(?:пос|платформа обратной связи)(?!\w)"), "pos"),
    (re.compile(r"кузбасс[\s-]{0,3}онлайн(?!\w)"), "kuzbass_online"),
)
_OFF: Final = re.compile(
    r"(?:выходной|нерабочий|праздничный|не\s{1,3}работаем)(?:\s{1,3}день)?(?!\w)"
)
_WORK: Final = re.compile(r"(?:рабочий(?:\s{1,3}день)?|работаем)(?!\w)[\s:,–—-]{0,4}")
_HOURS: Final = re.compile(
    r"(?:с\s{1,3})?(?P<h1>\d{1,2})[:.](?P<m1>\d\d)\s{0,3}(?:[–—-]|до)\s{0,3}"
    r"(?P<h2>\d{1,2})[:.](?P<m2>\d\d)"
)
_GAP: Final = re.compile(r"[\s:;,.–—-]{0,6}")


@dataclass(frozen=True, kw_only=True)
class CalendarOrder:
    """What is ordered about a day.

    Attributes:
        day: which day.
        track: of which track alone; None: of the whole office.
        hours: the hours of work; None: the day is off, or `is_usual`.
        is_usual: it is a working day with the usual hours.
        basis: by what; empty when none is given.

    """

    day: date
    track: str | None
    hours: Hours | None
    is_usual: bool
    basis: str

    def onto(self, known: Override | None) -> Override:
        """What holds of the day when the order is added to what was known of it."""
        known = known or Override()
        if self.track is not None:
            return Override(
                day_off=known.day_off,
                work=known.work,
                tracks={**known.tracks, self.track: self.hours},
                why=self.basis,
            )
        if self.is_usual:
            return Override(day_off=False, work=None, tracks=known.tracks, why=self.basis)
        return Override(
            day_off=None if self.hours else True,
            work=self.hours,
            tracks=known.tracks,
            why=self.basis,
        )


def is_calendar_order(text: str) -> bool:
    """Whether a mail begins like an order about the calendar, understood or not."""
    return _HEAD.match(same_length(_first_line(text))) is not None


def read_calendar_order(
    text: str, today: date, titles: Mapping[str, str] | None = None
) -> CalendarOrder | None:
    """The order at the beginning of a mail's new text; None when it holds none, or asks.

    A day without its year is the next one of that date.

    Args:
        text: the new text.
        today: completes a day without its year.
        titles: what the tracks are called, by their names: so they may be called here, too.

    """
    line = _first_line(text)
    plain = same_length(line)
    head = _HEAD.match(plain)
    if head is None or "?" in plain:
        return None
    day = _day_of(head, today)
    if day is None:
        return None
    at, track = head.end(), None
    for pattern, name in (*_TRACKS, *_named(titles or {})):
        found = pattern.match(plain, at)
        if found is not None:
            track, at = name, _past_gap(plain, found.end())
            break
    off = _OFF.match(plain, at)
    if off is not None:
        return CalendarOrder(
            day=day, track=track, hours=None, is_usual=False, basis=_basis(line, plain, off.end())
        )
    work = _WORK.match(plain, at)
    found = _HOURS.match(plain, work.end() if work else at)
    if found is not None:
        hours = _hours_of(found)
        if hours is None:
            return None
        basis = _basis(line, plain, found.end())
        return CalendarOrder(day=day, track=track, hours=hours, is_usual=False, basis=basis)
    if work is None or track is not None:
        return None
    basis = _basis(line, plain, work.end())
    return CalendarOrder(day=day, track=None, hours=None, is_usual=True, basis=basis)


def _named(titles: Mapping[str, str]) -> list[tuple[re.Pattern[str], str]]:
    """How each track is called; the longer name first, for another may begin alike."""
    called = [
        (same_length(" ".join(words.split())), name)
        for name, title in titles.items()
        for words in (title, name)
    ]
    called.sort(key=lambda one: -len(one[0]))
    return [(re.compile(rf"«?{re.escape(words)}»?(?!\w)"), name) for words, name in called]


def _first_line(text: str) -> str:
    for line in clean(text).splitlines():
        said = skip_greeting(line).strip()
        if said:
            return said
    return ""


def _day_of(head: re.Match[str], today: date) -> date | None:
    month, number = int(head["month"]), int(head["day"])
    try:
        if head["year"]:
            return date(int(head["year"]), month, number)
        day = date(today.year, month, number)
        return day if day >= today else date(today.year + 1, month, number)
    except ValueError:
        return None


def _hours_of(found: re.Match[str]) -> Hours | None:
    try:
        opening = time(int(found["h1"]), int(found["m1"]))
        closing = time(int(found["h2"]), int(found["m2"]))
    except ValueError:
        return None
    return (opening, closing) if opening < closing else None


def _past_gap(plain: str, at: int) -> int:
    gap = _GAP.match(plain, at)
    return gap.end() if gap else at


def _basis(line: str, plain: str, at: int) -> str:
    return line[_past_gap(plain, at) :].strip()
