"""Dates and times as Russian press offices write them, read into aware moments.

Why: a term is counted from the moment stated in a notice, so a misread hour is a missed deadline.
What cannot be read for sure (an hour without a day, «12.10» that is a day as well as an hour) is
None. The «МСК» mark and offsets win over the zone given. Work is linear: only the first
`WINDOW` characters are looked at.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Iterable

WINDOW: Final = 240
MOSCOW: Final = ZoneInfo("Europe/Moscow")
END_OF_DAY: Final = time(23, 59)
_YEARS: Final = range(2000, 2101)
_MONTHS: Final = {
    stem: number
    for number, stem in enumerate(
        ("янв", "фев", "мар", "апр", "ма", "июн", "июл", "авг", "сен", "окт", "ноя", "дек"), 1
    )
}
_MONTH_WORD: Final = (
    r"январ[ьяюе]|феврал[ьяюе]|март[ае]?|апрел[ьяюе]|ма[йяюе]|июн[ьяюе]|июл[ьяюе]|август[ае]?"
    r"|сентябр[ьяюе]|октябр[ьяюе]|ноябр[ьяюе]|декабр[ьяюе]"
    r"|янв|фев|мар|апр|авг|сент?|окт|нояб?|дек"
)
_ISO: Final = re.compile(r"(?<![\d.])(\d{4})[-./](\d{1,2})[-./](\d{1,2})(?!\d)")
_NUMERIC: Final = re.compile(
    r"(?<![\d.])(\d{1,2})\s?[./-]\s?(\d{1,2})\s?[./-]\s?(\d{4}|\d{2})(?![\d:])"
)
_WORDS: Final = re.compile(
    rf"(?<!\d)[«\"]?(\d{{1,2}})[»\"]?(?:-?го)?\s{{1,3}}({_MONTH_WORD})(?![а-я])\.?"
    r"(?:,?\s{1,3}(\d{4}|\d{2}(?=\s?г)))?",
)
_DOTTED: Final = re.compile(r"(?<![\d.:])(\d{1,2})\.(\d{2})(?![\d:]|\.\d)")
_RELATIVE: Final = re.compile(
    r"(?<![а-я])(позавчера|вчера|сегодня|послезавтра|завтра)(?:шн(?:его|ему|ий|яя)(?: дн[яею])?)?"
    r"(?![а-я])"
)
_WEEKDAY: Final = re.compile(
    r"(?<![а-я])(?:до|к|ко|не позднее|в|во)\s(понедельник|вторник|сред|четверг|пятниц|суббот"
    r"|воскресень)(?:а|у|е|ы|и|я|ю)?(?![а-я])"
)
_WEEKDAYS: Final = ("понедельник", "вторник", "сред", "четверг", "пятниц", "суббот", "воскресень")
_SHIFT: Final = {"позавчера": -2, "вчера": -1, "сегодня": 0, "завтра": 1, "послезавтра": 2}
_CLOCKS: Final = (
    re.compile(r"(?<![\d:])(\d{1,2})\s?:\s?(\d{2})(?!\d)"),
    re.compile(
        r"(?<![\d.:\-])(\d{1,2})\s{0,2}(?:час(?:ов|а)?|ч)(?![а-я])\.?"
        r"(?:\s{0,2}(\d{1,2})\s{0,2}(?:мин(?:ут[аы]?)?|м)(?![а-я]))?"
    ),
    re.compile(r"(?<![\d.\-])(\d{1,2})[.\-](\d{2})(?![\d\-]|\.\d)"),
)
_UNTIL: Final = re.compile(
    r"(?<![а-я])(?:до|к|не позднее|не позже)\s{1,2}(?:(\d{1,2})[:.\-](\d{2})(?!\d|[.\-]\d)"
    r"|(\d{1,2})(?:-?ти)?\s{0,2}(?:час(?:ов|а|ам|у)?|ч)(?![а-я]))"
)
_EVENING: Final = 17
_NOON: Final = 12
_MOSCOW_MARK: Final = re.compile(r"(?<![а-яa-z])(?:мск|msk|моск)(?:\s?([+\-])\s?(\d{1,2})(?!\d))?")
_ALSO_MOSCOW: Final = re.compile(
    r"\(\s?(?:(?:по\s)?(?:мск|москве|московскому времени|московское время)[\s:,–—-]{0,3}"
    r"(\d{1,2})[:.](\d{2})|(\d{1,2})[:.](\d{2})\s?(?:по\s)?(?:мск|москве|московскому времени))\s?\)"
)
"""«09:00 (МСК 05:00)»: one moment by two clocks, that of the place first."""
_WHOLE_MOSCOW: Final = re.compile(
    r"\(([^()]{10,40}?)\s?(?:мск|по москве|по московскому времени|московское время|время московское"
    r"|московское)\s?\)"
)
"""«03:59 11.12.2026 (10.12.2026 23:59 МСК)»: the moment in brackets says its zone."""
_FURTHEST: Final = 9
"""Hours from Moscow to the easternmost zone of the country."""
_BY_MOSCOW: Final = re.compile(r"по (?:москве|московскому)|московск\w{2,4} врем|время московск")
_LOCAL: Final = re.compile(
    r"(?<!\w)(?:местн\w{2,3}|мест\.|местн\.)\s?вр(?:ем\w{1,3}|\.|\b)|по местному"
    r"|\(\s?местн\w{2,3}\s?\)"
)
_OFFSET: Final = re.compile(r"(?:utc|gmt|(?<=:\d\d))\s?([+\-])(\d{1,2})(?::?(\d{2}))?(?!\d)")
_ZULU: Final = re.compile(r"\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?z")


@dataclass(frozen=True, kw_only=True)
class Moment:
    """An aware moment; `day_only` says that no hour was stated and `at` is that day's midnight."""

    at: datetime
    day_only: bool


def read_moment(
    text: str, *, zone: tzinfo, sent: datetime | None = None, ahead: bool = False
) -> Moment | None:
    """Read the first day (with its hour, if one stands by it) that `text` states.

    `zone` holds for unmarked times; `sent` (the mail's own date) resolves «вчера» and days without
    a year: to the last such day, or to the nearest one when `ahead` (a term).
    Returns None when no day can be read for sure.
    """
    low = text[:WINDOW].casefold().replace("ё", "е").replace("\xa0", " ")
    if (whole := _WHOLE_MOSCOW.search(low)) and (stated := _full_day(whole[1])):
        clock = _clock(_neighbourhood(whole[1], stated[1], stated[2]))
        if clock is not None:
            return Moment(at=datetime.combine(stated[0], clock, MOSCOW), day_only=False)
    if also := _ALSO_MOSCOW.search(low):
        apart = f"{low[: also.start()]} {low[also.end() :]}"
        local = read_moment(apart, zone=zone, sent=sent, ahead=ahead)
        if local is not None and not local.day_only:
            return _by_both(local, int(also[1] or also[3]), int(also[2] or also[4]))
    marked = zone_mark(low) or zone
    anchor = sent.astimezone(marked).date() if sent is not None else None
    found = _full_day(low) or _relative_day(low, anchor) or _yearless_day(low, anchor, ahead=ahead)
    if found is None and ahead:
        found = _weekday(low, anchor)
    if found is None:
        return None
    day, start, end = found
    clock = _clock(_neighbourhood(low, start, end))
    at = datetime.combine(day, clock or time(0), tzinfo=marked)
    return Moment(at=at, day_only=clock is None)


def _by_both(local: Moment, hour: int, minute: int) -> Moment | None:
    """The moment at which it is `local` in its place and hour:minute in Moscow; None: at none."""
    moscow = local.at.astimezone(MOSCOW)
    if (moscow.hour, moscow.minute) == (hour, minute):
        return local
    ahead = (local.at.hour * 60 + local.at.minute - hour * 60 - minute) % (24 * 60)
    if local.at.tzinfo != MOSCOW or ahead % 60 or ahead > _FURTHEST * 60:
        return None
    # A system that counts by Moscow shows the clock of the place all the same.
    return Moment(at=local.at.replace(tzinfo=_fixed(3 + ahead // 60, 0)), day_only=False)


def read_hour(text: str, *, zone: tzinfo, sent: datetime) -> Moment | None:
    """Read an hour that is named as a term without its day: «до 22:00», «к 15 часам».

    It is that hour of the day on which the mail was sent; in the evening an hour of the morning is
    the next one. One that was past already when it was sent is None: nobody can mean it.
    """
    low = text[:WINDOW].casefold().replace("ё", "е").replace("\xa0", " ")
    found = _UNTIL.search(low)
    if found is None:
        return None
    hour, minute = int(found[1] or found[3]), int(found[2] or 0)
    if (hour, minute) == (24, 0):
        hour, minute = END_OF_DAY.hour, END_OF_DAY.minute
    if hour > 23 or minute > 59:  # noqa: PLR2004 - the clock
        return None
    marked = zone_mark(low) or zone
    local = sent.astimezone(marked)
    at = datetime.combine(local.date(), time(hour, minute), tzinfo=marked)
    if at <= local and local.hour >= _EVENING and hour <= _NOON:
        at += timedelta(days=1)
    return Moment(at=at, day_only=False) if at > local else None


def read_clock(text: str) -> time | None:
    """Read an hour that stands without a day («08 ч. 15 мин.»), or None."""
    return _clock(text[:WINDOW].casefold())


def is_local(text: str) -> bool:
    """Whether a time is named as that of the place: «местное время», «по местному»."""
    return _LOCAL.search(text.casefold()) is not None


def zone_mark(text: str) -> tzinfo | None:
    """Zone named beside a time («МСК», «МСК+4», «UTC+7», «+07:00»); None when unmarked."""
    low = text.casefold()
    if _BY_MOSCOW.search(low):
        return MOSCOW
    if found := _MOSCOW_MARK.search(low):
        if found[1] is None:
            return MOSCOW
        return _fixed(3 + int(found[1] + found[2]), 0)
    if found := _OFFSET.search(low):
        return _fixed(int(found[1] + found[2]), int(found[3] or 0))
    return UTC if _ZULU.search(low) else None


def _fixed(hours: int, minutes: int) -> tzinfo | None:
    shift = timedelta(hours=hours, minutes=minutes if hours >= 0 else -minutes)
    return timezone(shift) if abs(shift) <= timedelta(hours=14) else None


def _day(year: str | int, month: str | int, day: str | int) -> date | None:
    number = int(year)
    number += 2000 if number < 100 else 0  # noqa: PLR2004 - a year of two digits is of this century
    if number not in _YEARS:
        return None
    try:
        return date(number, int(month), int(day))
    except ValueError:
        return None


def _month(word: str) -> int:
    return max((len(stem), number) for stem, number in _MONTHS.items() if word.startswith(stem))[1]


def _full_day(low: str) -> tuple[date, int, int] | None:
    candidates: list[tuple[date, int, int]] = [
        (day, found.start(), found.end())
        for found in _ISO.finditer(low)
        if (day := _day(found[1], found[2], found[3]))
    ]
    candidates.extend(
        (day, found.start(), found.end())
        for found in _NUMERIC.finditer(low)
        if (day := _day(found[3], found[2], found[1]))
    )
    candidates.extend(
        (day, found.start(), found.end())
        for found in _WORDS.finditer(low)
        if found[3] and (day := _day(found[3], _month(found[2]), found[1]))
    )
    return min(candidates, key=lambda one: one[1], default=None)


def _relative_day(low: str, anchor: date | None) -> tuple[date, int, int] | None:
    if anchor is None or not (found := _RELATIVE.search(low)):
        return None
    # «сегодня, 24 ноября»: the day in figures says the same and more surely.
    if _WORDS.search(low) or _certain_dotted(low):
        return None
    return anchor + timedelta(days=_SHIFT[found[1]]), found.start(), found.end()


def _yearless_day(low: str, anchor: date | None, *, ahead: bool) -> tuple[date, int, int] | None:
    if anchor is None:
        return None
    if found := _WORDS.search(low):
        day = _nearest(anchor, _month(found[2]), int(found[1]), ahead=ahead)
        return (day, found.start(), found.end()) if day else None
    if dotted := _certain_dotted(low):
        day = _nearest(anchor, int(dotted[2]), int(dotted[1]), ahead=ahead)
        return (day, dotted.start(), dotted.end()) if day else None
    return None


def _weekday(low: str, anchor: date | None) -> tuple[date, int, int] | None:
    """«До пятницы»: the next such day after the mail's own."""
    if anchor is None or not (found := _WEEKDAY.search(low)):
        return None
    shift = (_WEEKDAYS.index(found[1]) - anchor.weekday() - 1) % 7 + 1
    return anchor + timedelta(days=shift), found.start(), found.end()


def _nearest(anchor: date, month: int, day: int, *, ahead: bool) -> date | None:
    days = [_day(anchor.year + shift, month, day) for shift in (-1, 0, 1)]
    latest = date.max if ahead else anchor + timedelta(days=1)
    fit = (one for one in days if one is not None and one <= latest)
    return min(fit, key=lambda one: abs(one - anchor), default=None)


def _certain_dotted(low: str) -> re.Match[str] | None:
    """Give the only «24.11» that must be a day: hours are told apart by colon, range or word."""
    tokens = [one for one in _DOTTED.finditer(low) if _is_day(one)]
    if not tokens:
        return None
    has_clock = _CLOCKS[0].search(low) is not None or _CLOCKS[1].search(low) is not None
    sure = [one for one in tokens if has_clock or not _is_hour(one)]
    if len(sure) == 1:
        return sure[0]
    if len(tokens) == 1 and len(low.strip()) <= 8:  # noqa: PLR2004 - the value is this token alone
        return tokens[0]
    others = [one for one in _DOTTED.finditer(low) if not _is_day(one) and _is_hour(one)]
    return tokens[0] if len(tokens) == 1 and others else None


def _is_day(found: re.Match[str]) -> bool:
    return 1 <= int(found[1]) <= 31 and 1 <= int(found[2]) <= 12  # noqa: PLR2004 - the calendar


def _is_hour(found: re.Match[str]) -> bool:
    return int(found[1]) < 24 and int(found[2]) < 60  # noqa: PLR2004 - the clock


def _neighbourhood(low: str, start: int, end: int) -> str:
    """Text around the day in which its hour may stand, the day itself blanked out."""
    return low[end : end + 40] + " ; " + low[max(0, start - 24) : start]


def _clock(low: str) -> time | None:
    for part in low.split(" ; "):
        for found in _all(part):
            hour, minute = int(found[1]), int(found[2] or 0)
            if (hour, minute) == (24, 0):
                return END_OF_DAY
            if hour < 24 and minute < 60:  # noqa: PLR2004 - the clock
                return time(hour, minute)
    return None


def _all(part: str) -> Iterable[re.Match[str]]:
    for pattern in _CLOCKS:
        yield from pattern.finditer(part)
