"""The dative of Russian surnames by rules that would rather say nothing than guess.

Libraries decline every word somehow («Заяцу», «Щербиной»); a letter to a citizen must not. Each
rule below covers an ending whose dative is certain; wherever two readings compete (a fleeting
vowel, a common noun that looks like a possessive) the answer is None, and the name stays as it is.
"""

from __future__ import annotations

import re
from typing import Final, Literal

from mcu_mail.documents.dictionary import is_female_surname, is_noun, noun_dative

Gender = Literal["masc", "femn"]

_EXCEPTIONS: Final[dict[tuple[str, Gender], str]] = {
    ("заяц", "masc"): "зайцу",
    ("кравец", "masc"): "кравцу",
    ("соловей", "masc"): "соловью",
    ("воробей", "masc"): "воробью",
    ("муравей", "masc"): "муравью",
    ("кочубей", "masc"): "кочубею",
    ("большая", "femn"): "большой",
}
_FIXED: Final = frozenset({"дега", "дюма", "петипа", "золя"})
_VOWELS: Final = "аеёиоуыэюя"
_CONSONANT: Final = "[бвгджзклмнпрстфхцчшщ]"

_Rule = tuple[str, str | None]
"""An ending (regular expression) and its dative; None where the dative is not certain."""

_COMMON: Final[tuple[_Rule, ...]] = (
    (r"([уи]а|[оеэиыую])", r"\1"),
    (r"(ых|[кгхнжшчщ]их)", r"\1"),
)
_MASCULINE: Final[tuple[_Rule, ...]] = (
    *_COMMON,
    (r"их", None),
    (r"([ое]в|ёв|[иы]н)", r"\1у"),
    (r"([сц]к)[ио]й", r"\1ому"),
    (r"ый", "ому"),
    (r"([кгх])ий", r"\1ому"),
    (r"([жшчщ])ий", r"\1ему"),
    (r"[ие]й", None),
    (r"([ауяюэ])й", r"\1ю"),
    (r"(ень|онь|оть|вель)", None),
    (r"ь", "ю"),
    (r"(?:[ое]ва|ёва|[иы]на|[ая]я)", None),
    (r"ия", "ии"),
    (rf"({_CONSONANT})а", r"\1е"),
    (rf"([йь]|{_CONSONANT})я", r"\1е"),
    (rf"({_CONSONANT})", r"\1у"),
)
_FEMININE: Final[tuple[_Rule, ...]] = (
    *_COMMON,
    (r"их", "их"),
    (r"([ое]в|ёв|[иы]н|[сц]к[ио]й|ый|ий)", None),
    (r"([ое]в|ёв|[иы]н)а", r"\1ой"),
    (r"[жшчщ]ая", None),
    (r"ая", "ой"),
    (r"яя", "ей"),
    (r"ия", None),
    (rf"({_CONSONANT})а", r"\1е"),
    (rf"([йь]|{_CONSONANT})я", r"\1е"),
    (rf"([йь]|{_CONSONANT})", r"\1"),
)
_POSSESSIVE: Final = re.compile(r"(?:[ое]ва|ёва|[иы]на)$")
_NOUN_SURNAMES: Final = frozenset({"голова", "дуброва", "чуприна", "скорина", "година", "бова"})
_FIXED_FIRST: Final = frozenset({
    "бонч",
    "тер",
    "сен",
    "кара",
    "мелик",
    "аль",
    "эль",
    "ван",
    "бен",
    "абдул",
    "сент",
    "сан",
})
_DECLINED_FIRST: Final = re.compile(r"(?:[ое]ва?|ёва?|[иы]на?|[сц]к(?:ий|ой|ая)|ич|ая|ый)$")
_FLEETING: Final = re.compile(r"(?:ец|ок|[её]к|[её]л|ёр)")


def surname_gender(surname: str) -> Gender | None:
    """Return the gender that the surname itself shows, or None: «Небывалова», not «Шевчук»."""
    word = surname.lower()
    if re.search(r"..(?:[ое]в|ёв|[иы]н|[сц]кий)$", word) and not is_noun(word):
        return "masc"
    if re.search(r"..[сц]кая$", word):
        return "femn"
    if re.search(r"..(?:[ое]ва|ёва|[иы]на)$", word) and not _like_a_noun(word):
        return "femn"
    return None


def surname_dative(surname: str, gender: Gender) -> str | None:
    """Return the dative of a nominative surname, or None when it is not certain."""
    *first, last = surname.split("-")
    parts = [*(_first_part(part, gender) for part in first), _part(last, gender)]
    return None if None in parts else "-".join(filter(None, parts))


def _first_part(part: str, gender: Gender) -> str | None:
    """Decline the first half of a double surname; only a Russian surname is declined there."""
    word = part.lower()
    if word in _FIXED_FIRST:
        return part
    return _part(part, gender) if _DECLINED_FIRST.search(word) else None


def _like_a_noun(word: str) -> bool:
    """Whether «…ова», «…ина» may be a noun («Щербина»: Щербине) instead of a possessive."""
    return word in _NOUN_SURNAMES or (is_noun(word) and not is_female_surname(word))


def _part(surname: str, gender: Gender) -> str | None:
    word = surname.lower()
    if word in _FIXED:
        return surname
    found = _EXCEPTIONS.get((word, gender)) or _by_rule(word, gender)
    return found and found[0].upper() + found[1:]


def _by_rule(word: str, gender: Gender) -> str | None:
    if len(word) < 2 or not re.fullmatch("[а-яё]+", word):  # noqa: PLR2004 - one letter is no name
        return None
    syllables = sum(letter in _VOWELS for letter in word)
    if word.endswith("ой"):
        return _ending_in_oy(word, gender, syllables)
    if gender == "femn" and _POSSESSIVE.search(word) and _like_a_noun(word):
        return None
    if gender == "masc" and _POSSESSIVE.search(word):
        return word[:-1] + "е" if _like_a_noun(word) else None
    if gender == "masc" and syllables > 1 and _FLEETING.fullmatch(word[-2:]):
        return None
    result = _apply(word, _MASCULINE if gender == "masc" else _FEMININE)
    if gender == "masc" and result != word and _noun_differs(word, result):
        return None
    return result


def _ending_in_oy(word: str, gender: Gender, syllables: int) -> str | None:
    if syllables == 1:
        return word[:-1] + "ю" if gender == "masc" else word
    if gender == "femn" or is_noun(word):
        return None
    return word[:-2] + "ому"


def _apply(word: str, rules: tuple[_Rule, ...]) -> str | None:
    for ending, dative in rules:
        if re.search(f"{ending}$", word):
            return None if dative is None else re.sub(f"{ending}$", dative, word)
    return None


def _noun_differs(word: str, result: str | None) -> bool:
    """Whether the surname is a common noun that is declined otherwise («Лев», «Песок», «Рысь»)."""
    known = noun_dative(word)
    return bool(known) and known != {result}
