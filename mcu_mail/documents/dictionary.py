"""What the dictionary of pymorphy3 knows of a word; its guesses about others do not count."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import pymorphy3

if TYPE_CHECKING:
    from collections.abc import Iterator

_RUSSIAN: Final = re.compile("[А-Яа-яЁё-]+")
_PROPER: Final = frozenset({"Surn", "Name", "Patr"})


def genders_of_name(word: str) -> frozenset[str]:
    """Return the genders of `word` as a given name in the nominative; «None» if common to both."""
    return frozenset(str(p.tag.gender) for p in _nominative(word) if "Name" in p.tag)


def is_known(word: str) -> bool:
    """Return whether the dictionary has this form of any word."""
    return any(parse.is_known for parse in _parses(word))


def is_noun(word: str) -> bool:
    """Return whether `word` is also a common noun or a given name, in the nominative."""
    return any("Surn" not in p.tag for p in _nominative(word))


def is_female_surname(word: str) -> bool:
    """Return whether the dictionary has `word` as a woman's surname in the nominative."""
    return any({"Surn", "femn"} <= p.tag.grammemes for p in _nominative(word))


def noun_dative(word: str) -> frozenset[str]:
    """Return the datives of `word` as a common noun; empty when it is none."""
    nouns = (p for p in _nominative(word) if not _PROPER & p.tag.grammemes)
    return frozenset(form.word for p in nouns if (form := p.inflect({"datv"})) is not None)


def _parses(word: str) -> list[Any]:
    # pymorphy3 raises ValueError on letters of scripts that Python has no names for.
    return _analyzer().parse(word.lower()) if _RUSSIAN.fullmatch(word) else []


def _nominative(word: str) -> Iterator[Any]:
    for parse in _parses(word):
        tag = parse.tag
        if parse.is_known and "NOUN" in tag and "nomn" in tag and "sing" in tag:
            yield parse


@cache
def _analyzer() -> pymorphy3.MorphAnalyzer:
    return pymorphy3.MorphAnalyzer()
