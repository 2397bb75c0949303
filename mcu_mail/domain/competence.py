"""Whose competence a citizen's message is, found by the stems of its words (decree 3.2).

The rule proposes and says how sure it is; it never assigns on a weak or tied score. Stems match
at the beginning of words only; a stem of one or two letters («ям», «ук») matches only with a
noun's ending, so that «украли» is not about a managing company.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mcu_mail.domain.office import Office, Topic

_WORD = re.compile(r"[^\W_]+")
_SHORT = 2
_ENDING = "а|я|о|е|ы|и|у|ю|ой|ей|ою|ею|ом|ем|ов|ев|ам|ям|ами|ями|ах|ях|ок|ка|ки|ку|кой|ках"
# «Тяжинский м.о.» and «Яйский район» name the whole okrug, not a settlement in it.
_OKRUG = re.compile(
    r"[^\W_][\w-]*\s+(?:м\.?\s?о\b\.?|г\.?\s?о\b\.?|муниципальн\w+(?:\s+округ\w*|\s+район\w*)?"
    r"|округ\w*|район\w*|р-н\w*)",
)
_STREET = re.compile(
    r"(?<![\w-])(?:ул|улиц\w*|пер|переул\w*|пр|просп\w*|проезд\w*|пл|площад\w*|мкр|микрорайон\w*"
    r"|шоссе|наб|набережн\w*|бульвар\w*|тракт)(?![\w-])",
)


@dataclass(frozen=True, kw_only=True)
class CompetenceRules:
    """When a score is good enough to assign without a person."""

    min_score: int = 2
    tie_margin: int = 1
    """The best topic must lead the second by at least this much."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What the words of a message point to; topic and department are a proposal unless `sure`."""

    topic: str | None
    department: str | None
    territory: str | None
    scores: tuple[tuple[str, int], ...]
    """(topic, score) of every topic found, best first."""
    sure: bool
    doubt: Literal["none", "low", "tie"]


def find_competence(
    text: str,
    address: str | None,
    office: Office,
    rules: CompetenceRules,
) -> Finding:
    """The topic, department and territory of a message by its words and its address."""
    words = _words(text)
    scored = ((topic.id, _score(topic, words)) for topic in office.topics.values())
    # The sort is stable: equal scores stay in the order of the configuration.
    scores = tuple(sorted((s for s in scored if s[1]), key=lambda found: -found[1]))
    topic = scores[0][0] if scores else None
    department = next((unit.id for unit in office.departments if topic in unit.topics), None)
    doubt: Literal["none", "low", "tie"] = "none"
    if not scores or scores[0][1] < rules.min_score or department is None:
        doubt = "low"
    elif len(scores) > 1 and scores[0][1] - scores[1][1] < rules.tie_margin:
        doubt = "tie"
    return Finding(
        topic=topic,
        department=department,
        territory=_territory(address or "", office),
        scores=scores,
        sure=doubt == "none",
        doubt=doubt,
    )


def _score(topic: Topic, words: Sequence[str]) -> int:
    """The weight of the topic's stems in `words`; 0 when a minus word stands there."""
    if any(_stands_in(stem, words) for stem in topic.minus):
        return 0
    found = (stem for stem in dict.fromkeys(topic.stems) if _stands_in(stem, words))
    return sum(2 if " " in stem.strip() else 1 for stem in found)


def _territory(address: str, office: Office) -> str | None:
    """The territory whose place the address names; None when none or several fit equally."""
    plain = _OKRUG.sub(" ", _plain(address))
    street = _STREET.search(plain)
    settlement = plain[: street.start()] if street else plain
    # A street may bear the name of another village, so the part before it is asked first.
    for part in (settlement, plain):
        words = _words(part)
        fits = [
            (len(_words(place)), territory.id)
            for territory in office.territories
            for place in territory.places
            if _stands_in(place, words)
        ]
        best = {name for length, name in fits if length == max(fits)[0]}
        if best:
            return best.pop() if len(best) == 1 else None
    return None


def _plain(text: str) -> str:
    return text.lower().replace("ё", "е")


def _words(text: str) -> list[str]:
    return _WORD.findall(_plain(text))


def _stands_in(stem: str, words: Sequence[str]) -> bool:
    """Whether the words of `stem` stand in `words` one after another, each as a beginning."""
    patterns = _patterns(stem)
    return bool(patterns) and any(
        all(pattern.match(word) for pattern, word in zip(patterns, group, strict=True))
        for group in _runs(words, len(patterns))
    )


def _runs(words: Sequence[str], length: int) -> Iterable[Sequence[str]]:
    return (words[i : i + length] for i in range(len(words) - length + 1))


@lru_cache(maxsize=4096)
def _patterns(stem: str) -> tuple[re.Pattern[str], ...]:
    """One pattern per word of the stem."""
    return tuple(
        re.compile(
            rf"{word}(?:{_ENDING})?$" if len(word) <= _SHORT and word.isalpha() else word,
        )
        for word in _words(stem)
    )
