"""What in a citizen's words must not wait its turn: a threat, suicide, a danger, others' secrets.

Why: such a message needs a person at once, and the letter machine must not answer it by itself. The
words themselves stand in `grave_words` and `alarm_words`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from mcu_mail.domain.alarm_words import (
    COLLECTIVE,
    DANGER,
    DIAGNOSIS,
    SOMEBODY,
)
from mcu_mail.domain.grave_words import SUICIDE, THREAT

if TYPE_CHECKING:
    from collections.abc import Sequence

LONGEST: Final = 100_000
"""Characters of a message that are looked at."""

_OF_ANOTHER: Final = re.compile(rf"(?<!\w)(?:{SOMEBODY})(?!\w)")
_ILLNESS: Final = re.compile(rf"(?<!\w)(?:{DIAGNOSIS})")

_GROUP: Final = re.compile(
    r"(?:все |мы )?(?:жител[ия]|жильцы|группа (?:жителей|граждан|родителей)|инициативная группа"
    r"|коллектив|собственники|родители|дачники|садоводы|пенсионеры|граждане)(?!\w)|.{0,80}"
    r"(?:список (?:жител|жильц|из)|и (?:другие|др(?!\w)|еще \d)|всего \d{1,3} (?:чел|подпис))"
)
_NAME: Final = re.compile(
    r"[А-ЯЁ][а-яё-]{1,30}(?:\s[А-ЯЁ][а-яё-]{1,30}){1,2}|[А-ЯЁ][а-яё-]{1,30}\s[А-ЯЁ](?:\.\s?[А-ЯЁ])?"
)
_ANONYM: Final = re.compile(
    r"анонимн|аноним(?!\w)|автор (?:сообщения |обращения )?(?:не указан|неизвестен|скрыт"
    r"|не назвал)"
)

_TABLE: Final = tuple(
    (name, tuple(re.compile(rf"(?<!\w)(?:{one})") for one in patterns))
    for name, patterns in (
        ("threat", THREAT),
        ("suicide", SUICIDE),
        ("danger", DANGER),
        ("collective", COLLECTIVE),
    )
)
_AS_SEEN: Final = {
    **dict.fromkeys((0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0xFEFF, 0xAD, 0x301), None),
    **str.maketrans("ёaceopxykmthb", "еасеорхукмтнв"),
}
"""Letters as they look: a Latin «o» or an invisible mark inside a word must not hide it."""
_QUIET: Final = re.compile(r"[^\w.!?\s]+")
_STOPS: Final = re.compile(r"[.!?]+\s*|\n+")
_MORE_THAN_A_PAIR: Final = 3


@dataclass(frozen=True, kw_only=True)
class Concern:
    """What was found and the very words that say it (for a person; never for a log)."""

    flag: str
    words: str


def concerns_in(text: str) -> tuple[Concern, ...]:
    """Everything in a citizen's words that must be treated apart, each flag once.

    Flags: `threat`, `suicide`, `danger`, `collective`, `personal_secret`.
    """
    found: dict[str, str] = {}
    for sentence in _sentences(text):
        for flag, patterns in _TABLE:
            if flag not in found and (hit := _first(patterns, sentence)):
                found[flag] = hit
        if "personal_secret" not in found:
            illness = _ILLNESS.search(sentence)
            if illness is not None and _OF_ANOTHER.search(sentence):
                found["personal_secret"] = illness[0].strip()
    return tuple(Concern(flag=flag, words=words) for flag, words in found.items())


def is_group(applicant: str) -> bool:
    """Whether the stated applicant is a group («жители дома 8», three names and more)."""
    line = _plain(applicant)
    parts = re.split(r"[,;]|\sи\s", applicant[:600])
    names = [part for part in parts if _NAME.fullmatch(part.strip(" .\n"))]
    return _GROUP.match(line) is not None or len(names) >= _MORE_THAN_A_PAIR


def is_anonymous(words: str) -> bool:
    """Whether the press office says that nobody signed the message."""
    return _ANONYM.search(_plain(words)) is not None


def _first(patterns: Sequence[re.Pattern[str]], sentence: str) -> str | None:
    hits = (pattern.search(sentence) for pattern in patterns)
    return next((hit[0].strip() for hit in hits if hit is not None), None)


def _sentences(text: str) -> list[str]:
    return [_plain(part) for part in _STOPS.split(text[:LONGEST]) if part.strip()]


def _plain(text: str) -> str:
    low = text.casefold().translate(_AS_SEEN)
    return " ".join(_QUIET.sub(" ", low.replace(".", " ")).split())
