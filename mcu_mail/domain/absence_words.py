"""Until when somebody is away, as a vacation text says it: «с 23.11 по 06.12», «вернусь 27 ноября».

Never guessed: without a day that can be read for sure the end stays unknown.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final

from mcu_mail.domain.spoken_dates import find_day
from mcu_mail.domain.verdict_words import same_length

_LAST_DAY: Final = re.compile(r"(?<!\w)(?:до|по|until|till|through)\s{1,3}(?=\d)")
_RANGE: Final = re.compile(r"(?<=\d)\s?(?:г\.?\s?)?[–—-]\s?(?=\d{1,2}(?:\.\d|\s))")
_FIRST_DAY_BACK: Final = re.compile(
    r"(?<!\w)(?:вернусь|возвращаюсь|выйду|выхожу|буду на (?:месте|работе|рабочем месте)|на работе"
    r"|приступлю|отвечу|back|return)\s{1,3}(?:(?:на|к|с|в|on|работу|работе|офис)\s{1,3}){0,3}(?=\d)"
)
_MONTHS: Final = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_ENGLISH: Final = re.compile(
    rf"(?<!\w)(?:(?P<month>{'|'.join(_MONTHS)})\s{{1,3}}(?P<day>\d{{1,2}})"
    rf"|(?P<first>\d{{1,2}})\s{{1,3}}(?P<second>{'|'.join(_MONTHS)}))(?:,?\s{{1,3}}(?P<year>20\d\d))?"
)
_LONGEST: Final = timedelta(days=200)
"""Longer absences are not announced without their year: the day has passed."""
_MAX_TEXT: Final = 3_000


def away_until(text: str, today: date) -> date | None:
    """The last day of the absence that `text` tells of; None when it does not say or it is over."""
    plain = _russian_months(" ".join(same_length(text[:_MAX_TEXT]).split()))
    found = [day for day in _last_days(plain, today) if today <= day <= today + _LONGEST]
    return max(found, default=None)


def _last_days(plain: str, today: date) -> list[date]:
    days = []
    marks = ((_LAST_DAY, 0), (_RANGE, 0), (_FIRST_DAY_BACK, 1))
    for pattern, before in marks:
        for mark in pattern.finditer(plain):
            day = find_day(plain[mark.end() : mark.end() + 40], today, "ahead")
            if day is not None and day.start == 0:
                days.append(day.day - timedelta(days=before))
    return days


def _russian_months(plain: str) -> str:
    """English days as «30.11» so that one reader serves both."""

    def told(match: re.Match[str]) -> str:
        month = _MONTHS.index(match["month"] or match["second"]) + 1
        year = f".{match['year']}" if match["year"] else ""
        return f"{match['day'] or match['first']}.{month:02}{year}"

    return _ENGLISH.sub(told, plain)
