"""Terms stated as a length: «8 рабочих часов», «в течение 30 дней», «в месячный срок».

Why: working hours and days can be counted only by the track's calendar, which the mail layer does
not know, so a length stays a number and a unit. A length counts only beside a word that makes it a
term, and never when it is about taking a message into work or about the first reply.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from mcu_mail.mail.values import fold

_UNITS: Final = (
    ("час", "hours"),
    ("сут", "days"),
    ("дн", "days"),
    ("ден", "days"),
    ("д.", "days"),
    ("недел", "days"),
    ("месяц", "days"),
)
_WORDS: Final = {
    "один": 1, "одну": 1, "одного": 1, "одних": 1, "два": 2, "двух": 2, "три": 3, "трех": 3,
    "четырех": 4, "четыре": 4, "пять": 5, "пяти": 5, "семь": 7, "семи": 7, "восьми": 8, "восемь": 8,
    "десять": 10, "десяти": 10, "четырнадцати": 14, "пятнадцати": 15, "тридцати": 30,
}  # fmt: skip
_LENGTH: Final = re.compile(
    rf"(?<![\w.,:№-])(\d{{1,3}}|{'|'.join(_WORDS)})(?:\s?-?\s?(?:ти|х|и|ми))?"
    r"\s?(?:\([а-я\s]{2,20}\)\s)?(раб\w{0,6}(?:\.\s?|\s)|р\.\s?"
    r"|календ\w{0,7}\.?\s|полных\s)?"
    r"(час(?:а|ов)?|сут(?:ок|ки)|дн(?:я|ей|\.)|день|д\.|недел[юяиь]|месяц(?:а|ев)?)(?!\w)"
)
_TERM: Final = re.compile(
    r"в течени[еи]|срок|через|не позднее(?: чем)?|дать ответ|ответ\w{0,4} (?:нужен|за|в)"
    r"|исполнить|за(?= \d)"
)
_OTHER: Final = re.compile(
    r"первичн|примите|принять в|взять в|приня(?:ть|тия) (?:заявк|сообщ|в работ)|назнач"
    r"|не (?:остав|поступ|напис)|уже|прошло|комментари|отзыв|оценк"
    r"|(?<!\w)не \w{2,14}(?:л|ла|ло|ли|лся|лась|лось|лись)(?!\w)|завершится|закро\w{2,3}ся"
)
_NAMED: Final = (
    (re.compile(r"двухнедельн\w{2,3} срок"), 14, "days"),
    (re.compile(r"недельн\w{2,3} срок"), 7, "days"),
    (re.compile(r"(?<!двух)(?<!трех)месячн\w{2,3} срок"), 30, "days"),
    (re.compile(r"(?:трехдневн|3-?х? ?-?дневн)\w{2,3} срок"), 3, "days"),
    (re.compile(r"суточн\w{2,3} срок|в течение суток"), 24, "hours"),
    (re.compile(r"в течение (?:одного )?(?:рабочего дня)"), 1, "working_days"),
)


@dataclass(frozen=True, kw_only=True)
class Length:
    """`count` of `unit`: `hours`, `working_hours`, `days` (calendar) or `working_days`."""

    count: int
    unit: str


def read_length(value: str) -> Length | None:
    """Read the length that a labelled term states («30 дней»), or None."""
    low = fold(value[:200])
    for rule, count, unit in _NAMED:
        if rule.search(low):
            return Length(count=count, unit=unit)
    found = _LENGTH.search(low)
    if found is None:
        return None
    count = int(found[1]) if found[1].isdecimal() else _WORDS[found[1]]
    unit = next(unit for stem, unit in _UNITS if found[3].startswith(stem))
    working = (found[2] or "").startswith(("раб", "р."))
    if found[3] == "д." and not working:
        # «срок: 5, д. 3» is a house.
        return None
    if found[3].startswith(("недел", "месяц")):
        count, unit = count * (7 if found[3].startswith("недел") else 30), "days"
    return Length(count=count, unit=f"working_{unit}" if working else unit) if count else None


def find_length(sentence: str) -> Length | None:
    """Read the length of a term in a sentence of the press office, or None."""
    low = fold(sentence[:600])
    return read_length(low) if _TERM.search(low) and not _OTHER.search(low) else None
