"""The dative of Russian surnames by rules that would rather say nothing than guess.

Libraries decline every word somehow («Заяцу», «Щербиной»); a letter to a citizen must not. Each
rule below covers an ending whose dative is certain; wherever two readings compete (a fleeting
vowel, a common noun that looks like a possessive) the answer is None, and the name stays as it is.
"""

from __future__ import annotations

import re
from typing import Final, Literal

from mcu_mail.documents.dictionary import (
    adjective_dative,
    is_female_surname,
    is_noun,
    is_of_the_language,
    is_surname,
    noun_dative,
)

Gender = Literal["masc", "femn"]

_EXCEPTIONS: Final[dict[tuple[str, Gender], str]] = {
    ("заяц", "masc"): "зайцу",
    ("кравец", "masc"): "кравцу",
    ("соловей", "masc"): "соловью",
    ("воробей", "masc"): "воробью",
    ("муравей", "masc"): "муравью",
    ("кочубей", "masc"): "кочубею",
    ("пётр", "masc"): "петру",
    ("осадчий", "masc"): "осадчему",
    ("осадчая", "femn"): "осадчей",
    ("топчий", "masc"): "топчию",
    ("большая", "femn"): "большой",
}
_FIXED: Final = frozenset({"дега", "дюма", "петипа", "золя"})
_VOWELS: Final = "аеёиоуыэюя"
_CONSONANT: Final = "[бвгджзклмнпрстфхцчшщ]"

_Rule = tuple[str, str | None]
"""An ending (regular expression) and its dative; None where the dative is not certain."""

_COMMON: Final[tuple[_Rule, ...]] = (
    (r"([уи]а|[оеёэиыую])", r"\1"),
    (r"(ых|[кгхнжшчщ]их)", r"\1"),
)
_MASCULINE: Final[tuple[_Rule, ...]] = (
    *_COMMON,
    (r"их", "иху"),
    (r"([ое]в|ёв|[иы]н)", r"\1у"),
    (r"([сц]к)[ио]й", r"\1ому"),
    (r"(?<=.)ый", "ому"),
    (r"[кгхнжшчщ]ий", None),
    (rf"({_CONSONANT})ий", r"\1ию"),
    (r"[ие]й", None),
    (r"([ауяюэ])й", r"\1ю"),
    (r"(ень|онь|оть|вель)", None),
    (r"ь", "ю"),
    (r"[ая]я", None),
    (r"ия", "ии"),
    (rf"({_CONSONANT})а", r"\1е"),
    (rf"([йь]|{_CONSONANT})я", r"\1е"),
    (rf"({_CONSONANT})", r"\1у"),
)
_FEMININE: Final[tuple[_Rule, ...]] = (
    *_COMMON,
    (r"их", "их"),
    (r"([ое]в|ёв|[иы]н|[сц]к[ио]й|ый|[кгхн]ий)", None),
    (r"[жшчщ]ая", None),
    (r"(?<=.)ая", "ой"),
    (r"(?<=.)яя", "ей"),
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
_ADJECTIVAL: Final = re.compile(r"(?:[ыио]й|[ая]я)$")
_NEVER_DECLINED: Final = re.compile(r"(?:[ое]во|аго|енко|[еёиуыэю])$")
_SURNAME_ENDING: Final = re.compile(
    r"..(?:енко|[кч]о|[уюа]к|[ыи]х|ич|ян|янц|дзе|швили|ер|ман|ец|ль|рь|ой|ай|ей)$"
)
_SON_OR_DAUGHTER: Final = re.compile(r"[А-ЯЁ][а-яё]+ (?:уулу|улы|оглы|оглу|кызы|гызы)")
"""«Бакыт уулу» where a surname stands: «сын Бакыта», never declined."""


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


def is_plainly_surname(word: str) -> bool:
    """Return whether a word beside a mere given name is a surname, and not half of a nickname.

    «Анна Каренина» and «Шевчук Никита» are people; «Маша Растеряша» and «Рыбак Иван» may be jokes.
    """
    last = word.lower().rpartition("-")[2]
    if surname_gender(last) or is_surname(last):
        return True
    return bool(_SURNAME_ENDING.search(last)) and not is_of_the_language(last)


def surname_dative(surname: str, gender: Gender) -> str | None:
    """Return the dative of a nominative surname, or None when it is not certain."""
    if _SON_OR_DAUGHTER.fullmatch(surname):
        return surname
    *first, last = surname.split("-")
    parts = [*(_first_part(part, gender) for part in first), _part(last, gender)]
    return None if None in parts else "-".join(filter(None, parts))


def _first_part(part: str, gender: Gender) -> str | None:
    """Decline the first half of a double surname; only a Russian surname is declined there."""
    word = part.lower()
    if word in _FIXED_FIRST or _NEVER_DECLINED.search(word):
        return part
    if _DECLINED_FIRST.search(word):
        return _part(part, gender)
    # Whichever way it is taken, a woman's surname in a consonant is not declined.
    unchanged = gender == "femn" and re.search(rf"(?:{_CONSONANT}|ь)$", word)
    return part if unchanged else None


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
    if _ADJECTIVAL.search(word) and (found := adjective_dative(word, gender)):
        return _adjective(word, found | (noun_dative(word) if gender == "masc" else frozenset()))
    if _POSSESSIVE.search(word):
        return _possessive(word, gender)
    syllables = sum(letter in _VOWELS for letter in word)
    return _man(word, syllables) if gender == "masc" else _woman(word, syllables)


def _man(word: str, syllables: int) -> str | None:
    if word.endswith("ой"):
        if syllables == 1:
            return word[:-1] + "ю"
        return _agreed(word) if is_noun(word) else word[:-2] + "ому"
    if syllables > 1 and _FLEETING.fullmatch(word[-2:]):
        return _agreed(word)
    result = _apply(word, _MASCULINE)
    if result is None:
        return _agreed(word)
    return None if result != word and _noun_differs(word, result) else result


def _woman(word: str, syllables: int) -> str | None:
    if adjective_dative(word, "masc"):
        # A woman with a man's «Лучший» or «Белый»: a slip of the pen.
        return None
    if syllables == 1 and re.search(r"(?:ой|[иы]н)$", word):
        # «Цой», «Грин»: too short for a Russian adjective or possessive, so it is foreign.
        return word
    return None if word.endswith("ой") else _apply(word, _FEMININE)


def _adjective(word: str, known: frozenset[str]) -> str | None:
    """The dative of a surname that is an adjective: «Рыжий», «Горячая», «Портной»."""
    stem = word[:-2]
    of_stem = frozenset(form for form in known if _even(form).startswith(_even(stem)))
    if not of_stem and re.search(r"[жшчщ]ий$", word):
        # The dictionary makes «наихорошему» of «лучший».
        return stem + "ему"
    found = _only(of_stem)
    if found and found.endswith("ьему"):
        # «Бабий», «Лисий»: as surnames they are not always declined like the adjective.
        return None
    return stem + found[len(stem) :] if found else None


def _possessive(word: str, gender: Gender) -> str | None:
    """«Небывалова» of a woman; «Щербина» of a man; None where both readings are open."""
    noun = _like_a_noun(word)
    if gender == "femn":
        return None if noun else word[:-1] + "ой"
    return word[:-1] + "е" if noun else None


def _agreed(word: str) -> str | None:
    """The dative where the rules are unsure but the dictionary keeps the stem («Кузнец», «Конь»).

    A stem that loses its vowel («Стрелец») stays unsure: families differ.
    """
    found = _only(noun_dative(word))
    plain = (word + "у", word[:-1] + "ю", word[:-2] + "ому")
    return next((form for form in plain if found and _even(form) == _even(found)), None)


def _only(found: frozenset[str]) -> str | None:
    return next(iter(found)) if len(found) == 1 else None


def _apply(word: str, rules: tuple[_Rule, ...]) -> str | None:
    for ending, dative in rules:
        if re.search(f"{ending}$", word):
            return None if dative is None else re.sub(f"{ending}$", dative, word)
    return None


def _noun_differs(word: str, result: str | None) -> bool:
    """Whether the surname is a noun or a name that is declined otherwise («Лев», «Рысь»)."""
    known = noun_dative(word)
    return bool(known) and {_even(form) for form in known} != {_even(result or "")}


def _even(word: str) -> str:
    return word.replace("ё", "е")
