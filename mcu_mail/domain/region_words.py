"""What the region says of a letter it got: sent back, taken in, or something a person must read.

The rule is the one of verdicts: never guess. «Принято» counts only when nothing but such words is
said; a return counts only when it is plainly said of the letter and not denied.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from mcu_mail.domain.receipt_words import asks_below, is_receipt, without_signatures
from mcu_mail.domain.spoken_dates import find_day
from mcu_mail.domain.verdict_words import NUMBERING, same_length

if TYPE_CHECKING:
    from datetime import date


class RegionWord(StrEnum):
    """What the region's answer means for the case."""

    returned = "returned"
    filed = "filed"
    unclear = "unclear"


@dataclass(frozen=True, kw_only=True)
class RegionAnswer:
    """The region's answer as read.

    Attributes:
        number: the number under which the region has registered our letter, as written.
        on: the day of that registration.

    """

    word: RegionWord
    number: str = ""
    on: date | None = None


_REWORK: Final = (
    r"(?:доработк[уиае]|переработк[уиае]|исправлени[еяй]|уточнени[еяй]|корректировк[уи])"
)
_RETURN: Final = re.compile(
    r"(?<!\w)(?:"
    rf"(?:возвраща\w{{2,5}}|возврат\w{{0,3}}|верн\w{{2,6}}|направля\w{{2,5}}|отправля\w{{2,5}})"
    rf"(?:\s\S{{1,25}}){{0,5}}\s(?:на|для|с)\s(?:\S{{1,20}}\s)?(?:{_REWORK}|замечани\w{{1,3}})"
    rf"|на\s{_REWORK}"
    r"|возвраща(?:ем|ю|ется|ются)(?!\w)|(?:просим|прошу|просьба|необходимо|требуется|нужно|следует)"
    r"(?:\s\S{1,20}){0,2}\s(?:доработа|переработа|передела|исправи|переписа|дополни|скорректирова|устрани)"
    r"|(?:доработайте|переделайте|исправьте|дополните|перепишите|устраните)(?!\w)"
    r"|(?:ответ|письмо|текст|проект)(?:\s\S{1,15}){0,2}\s(?:не\s(?:принят|согласован|соответствует"
    r"|может быть принят)|отклонен)|(?:не\s(?:принят|согласован)|отклонен)[оа]?(?!\w)"
    r"|не\s(?:принимается|согласовывается)"
    r"|(?:направ|пришл|прислать|представ)\w{0,6}(?:\s\S{1,15}){0,2}"
    r"\s(?:исправленн|доработанн|откорректированн|скорректированн|новый\sответ)\w{0,3}"
    r")"
)
_DENIED: Final = re.compile(
    rf"(?<!\w)(?:не\s(?:возвращ|требует|нужн|направл)\w{{0,8}}(?:\s\S{{1,20}}){{0,3}}\s?{_REWORK}?"
    rf"|{_REWORK}\sне\s(?:требуется|нужн\w)|без\s{_REWORK}|возвращать\sне"
    r"|в\sпрошлый\sраз|ранее|раньше|тогда|уже\s(?:исправлен|доработан|устранен)|если(?!\w))"
)
_MONTH: Final = r"(?:янв|фев|мар|апр|ма|июн|июл|авг|сен|окт|ноя|дек)[а-я]{0,6}"
_DAY: Final = (
    rf"(?:[0-3]?\d\.[01]?\d(?:\.\d{{2,4}})?|[0-3]?\d\s{_MONTH}(?:\s\d{{4}})?)"
    r"(?:\s?г(?:ода|\.)?(?!\w))?"
)
_LEAD: Final = (
    r"(?:и\s)?(?:присвоен\w?\s)?(?:входящ\w{2,3}|вх\.?|регистрационн\w{2,3}|рег\.?|за|под|с)?"
)
_GIVEN: Final = re.compile(
    rf"(?:(?P<lead>(?<!\w){_LEAD})\s?(?:входящим\s|регистрационным\s)?"
    r"(?:№|номер(?:ом)?(?P<own>\s(?:регистрации|документа))?:?(?:\s?№)?|n(?!\w))\s?"
    r"|(?P<bare>(?<!\w)(?:вх\.?|входящий:?|рег\.)\s?)(?=[\w/.-]{0,20}\d))"
    rf"(?P<number>{NUMBERING}(?:-[\w]+)?)(?P<rest>\s?(?:от\s{_DAY})?)"
)
_OURS: Final = re.compile(r"(?:на|исх\.?|обращени\w{1,2}|письм\w|ответ\w?|сообщени\w)\s?$")
"""What stands before a number that is not the region's own."""
_REGISTERED_ON: Final = re.compile(
    rf"(?:зарегистрирован\w?|дата(?:\s(?:регистрации|поступления))?:?)\s(?P<day>{_DAY})"
)
_WHEN: Final = re.compile(
    rf"(?<![\w.])(?:(?:дата(?:\s(?:регистрации|поступления))?:?|от)\s)?{_DAY}"
    r"(?:\s(?:в\s)?\d{1,2}[:.]\d{2}(?!\d))?(?![\w])"
)
_MAX_TEXT: Final = 4_000


def read_region_answer(text: str, today: date, *, signature: str = "") -> RegionAnswer:
    """What the new text of the region's mail about a sent letter means.

    Args:
        text: its new text.
        today: completes days without a year.
        signature: what was cut off below it: something may be asked there as well.

    """
    plain = same_length(text[:_MAX_TEXT].replace("\xa0", " "))
    if _RETURN.search(plain):
        return RegionAnswer(word=_unless_denied(plain))
    said = without_signatures(text[:_MAX_TEXT].replace("\xa0", " "))
    number, on = _given(said, today)
    rest = _blanked(_WHEN, _blanked(_GIVEN, said))
    whole = "?" not in plain and len(text) <= _MAX_TEXT and not asks_below(signature)
    if whole and is_receipt(rest, numbered=bool(number)):
        return RegionAnswer(word=RegionWord.filed, number=number, on=on)
    return RegionAnswer(word=RegionWord.unclear, number=number, on=on)


def _blanked(pattern: re.Pattern[str], text: str) -> str:
    """`text` with what `pattern` finds in it made blank."""
    for found in pattern.finditer(same_length(text)):
        text = f"{text[: found.start()]}{' ' * len(found[0])}{text[found.end() :]}"
    return text


def _unless_denied(plain: str) -> RegionWord:
    """«На доработку не возвращаем» says both: a person reads it."""
    return RegionWord.unclear if _DENIED.search(plain) or "?" in plain else RegionWord.returned


def _given(said: str, today: date) -> tuple[str, date | None]:
    """The number and day the region gave our letter; empty when it names none or several."""
    plain = same_length(said)
    found = list(_GIVEN.finditer(plain))
    # «Документ № 01-12/1 зарегистрирован: вх. № 7788»: the number with its word is theirs.
    theirs = [one for one in found if one["bare"] or one["own"] or one["lead"].strip()]
    found = theirs or [one for one in found if not _OURS.search(plain[: one.start()])]
    if len({one["number"] for one in found}) != 1:
        return "", None
    told = found[0]["rest"].strip().removeprefix("от ")
    registered = _REGISTERED_ON.search(plain)
    day = find_day(told or (registered["day"] if registered else ""), today, "back")
    return said[slice(*found[0].span("number"))], day.day if day else None
