"""What the dictionary of pymorphy3 knows of a word; its guesses about others do not count."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Literal

import pymorphy3

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

_RUSSIAN: Final = re.compile("[А-Яа-яЁё-]+")
_PROPER: Final = frozenset({"Surn", "Name", "Patr"})
_ADJECTIVES: Final = frozenset({"ADJF", "PRTF"})

Case = Literal["datv", "gent"]


@dataclass(frozen=True, kw_only=True)
class Form:
    """A word of a post in the wanted case, and what it is in the nominative singular."""

    text: str
    gender: str
    """«masc», «femn», «neut», or «ms-f»: common to both."""
    animate: bool
    adjective: bool


def genders_of_name(word: str) -> frozenset[str]:
    """Return the genders of `word` as a given name in the nominative; «None» if common to both."""
    return frozenset(str(p.tag.gender) for p in _nominative(word) if "Name" in p.tag)


def is_known(word: str) -> bool:
    """Return whether the dictionary has this form of any word."""
    return any(parse.is_known for parse in _parses(word))


def is_noun(word: str) -> bool:
    """Return whether `word` is also a common noun or a given name, in the nominative."""
    return any("Surn" not in p.tag for p in _nominative(word))


def is_surname(word: str) -> bool:
    """Return whether the dictionary has `word` as a surname in the nominative."""
    return any("Surn" in p.tag for p in _nominative(word))


def is_of_the_language(word: str) -> bool:
    """Return whether the dictionary has `word` as anything else than a surname."""
    return any(parse.is_known and "Surn" not in parse.tag for parse in _parses(word))


def is_female_surname(word: str) -> bool:
    """Return whether the dictionary has `word` as a woman's surname in the nominative."""
    return any({"Surn", "femn"} <= p.tag.grammemes for p in _nominative(word))


def is_form_of_name(word: str) -> bool:
    """Return whether the dictionary has `word` as any form of a given name («Ани»: Аня)."""
    return any(parse.is_known and "Name" in parse.tag for parse in _parses(word))


def noun_dative(word: str) -> frozenset[str]:
    """Return the datives of `word` as a common noun or a man's name; empty when it is none."""
    nouns = (
        p
        for p in _nominative(word)
        if "Fixd" not in p.tag
        and (not _PROPER & p.tag.grammemes or {"Name", "masc"} <= p.tag.grammemes)
    )
    return frozenset(form.word for p in nouns if (form := p.inflect({"datv"})) is not None)


def adjective_dative(word: str, gender: str) -> frozenset[str]:
    """Return the datives of `word` as an adjective of that gender in the nominative singular."""
    found = (p for p in _nominative(word, _ADJECTIVES) if p.tag.gender == gender)
    return frozenset(form.word for p in found if (form := p.inflect({"datv"})) is not None)


def forms(word: str, case: Case) -> tuple[Form, ...]:
    """Return what a nominative noun or adjective becomes in `case`; names of people are no posts.

    An unknown word with a hyphen is declined in both halves if the first is a noun for a person
    («врач-терапевт»).
    """
    found = tuple(
        dict.fromkeys(
            Form(
                text=inflected.word,
                gender=str(parse.tag.gender or ""),
                animate="anim" in parse.tag,
                adjective=bool(_ADJECTIVES & {str(parse.tag.POS)}),
            )
            for parse in _nominative(word, _ADJECTIVES | {"NOUN"})
            if not _PROPER & parse.tag.grammemes
            and ("Fixd" not in parse.tag or "anim" in parse.tag)
            and (inflected := parse.inflect({"sing", case})) is not None
        )
    )
    first, hyphen, last = word.partition("-")
    if found or not hyphen:
        return found
    return tuple(
        Form(text=f"{a.text}-{b.text}", gender=b.gender, animate=True, adjective=False)
        for a in forms(first, case)
        for b in forms(last, case)
        if a.animate and not a.adjective and not b.adjective
    )


def _parses(word: str) -> list[Any]:
    # pymorphy3 raises ValueError on letters of scripts that Python has no names for.
    return _analyzer().parse(word.lower()) if _RUSSIAN.fullmatch(word) else []


def _nominative(word: str, kinds: Collection[str] = ("NOUN",)) -> Iterator[Any]:
    for parse in _parses(word):
        tag = parse.tag
        if parse.is_known and tag.POS in kinds and "nomn" in tag and "sing" in tag:
            yield parse


@cache
def _analyzer() -> pymorphy3.MorphAnalyzer:
    return pymorphy3.MorphAnalyzer()
