"""How a letter addresses people: salutation, addressee in the dative, initials.

Guarantees: no guess is ever printed. A nickname, a name of unknown gender or a name that is not in
the nominative gives «Здравствуйте!» and stays undeclined, and the executor is told so. What the
office has settled itself (`Declined`) goes before every rule.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from mcu_mail.documents.dictionary import genders_of_name, is_form_of_name, is_known
from mcu_mail.documents.no_surnames import NO_SURNAMES
from mcu_mail.documents.sheet import printable
from mcu_mail.documents.surnames import Gender, is_plainly_surname, surname_dative, surname_gender
from mcu_mail.domain.declined import BY_RULES, Declined

NEUTRAL: Final = "Здравствуйте!"

_WORD: Final = re.compile(r"[А-ЯЁ][а-яё]+(?:-[А-ЯЁ][а-яё]+)*")
_SON: Final = r"(?:оглы|оглу|уулу|улы)"
_DAUGHTER: Final = r"(?:кызы|гызы)"
_CHILD: Final = re.compile(rf"(?i)(.*[а-яё])([- ]?)({_SON}|{_DAUGHTER})")
"""«Гусейн оглы», «Гасан-оглы», «Гасаноглы»: the father's name before, son or daughter behind."""
_INITIALS: Final = re.compile(r"(?:[А-ЯЁ]\.(?:-[А-ЯЁ]\.)?\s*){1,2}")
_UNSTOPPED: Final = re.compile(r"(?<=[А-ЯЁ]\.)(\s*[А-ЯЁ])$")
"""«Небывалова А.И»: the last full stop was forgotten."""
_PATRONYMIC: Final[dict[Gender, re.Pattern[str]]] = {
    "masc": re.compile(
        rf"\w+(?:[оеё]вич|[кмть]ич)|саввич|силыч|\w+[- ]{_SON}|\w{{2,}}(?:оглы|уулу)"
    ),
    "femn": re.compile(
        rf"\w+(?:[оеё]вна|[иь]нична|[кмтв]ична|ьична)|\w+[- ]{_DAUGHTER}|\w{{2,}}{_DAUGHTER}"
    ),
}


@dataclass(frozen=True, kw_only=True)
class _Name:
    surname: str = ""
    first: str = ""
    patronymic: str = ""
    initials: str = ""
    """Set instead of `first` and `patronymic` when only initials are known: «А.И.»."""

    @property
    def gender(self) -> Gender | None:
        return (
            _patronymic_gender(self.patronymic)
            or _first_gender(self.first)
            or (_patronymic_gender(self.surname) if " " in self.surname else None)
            or (surname_gender(self.surname) if not self.first else None)
        )

    @property
    def short(self) -> str:
        return self.initials or "".join(map(_initial, filter(None, (self.first, self.patronymic))))


def gender(name: str) -> Gender | None:
    """Return «masc» or «femn» for a person's name in the nominative; None when not certain."""
    found = _understood(name)
    return found.gender if found else None


def salutation(name: str | None) -> str:
    """Return «Уважаемая Алла Игнатьевна!», or «Здравствуйте!» when anything is uncertain."""
    found = _understood(name or "")
    if found is None or not (found.first and found.patronymic) or found.gender is None:
        return NEUTRAL
    word = "Уважаемая" if found.gender == "femn" else "Уважаемый"
    return f"{word} {found.first} {found.patronymic}!"


def addressee_dative(name: str, declined: Declined = BY_RULES) -> str | None:
    """Return «Небываловой А.И.»; None when the dative is not certain."""
    plain = printable(name)
    if settled := declined.whole(plain):
        return settled
    found = _understood(plain)
    if found is None or not found.surname or not found.short or found.gender is None:
        return None
    if found.first and not found.patronymic and not _plainly(found.surname):
        return None
    surname = declined.surname(found.surname, found.gender)
    surname = surname or surname_dative(found.surname, found.gender)
    return f"{surname} {found.short}" if surname else None


def _plainly(surname: str) -> bool:
    return " " in surname or is_plainly_surname(surname)


def dative_with_initials(name: str, declined: Declined = BY_RULES) -> str:
    """Return «Небываловой А.И.»; the name unchanged when its dative is not certain."""
    return addressee_dative(name, declined) or printable(name)


def initials_before(name: str) -> str:
    """Return «П.П. Тестов» for «Тестов Пётр Примерович»; anything that is no name unchanged."""
    found = _understood(name) or _surname_first(name)
    return f"{found.short} {found.surname}" if found and found.surname else printable(name)


def _understood(name: str) -> _Name | None:
    """Return the parts of a name in the nominative; None when it can be read in no or two ways."""
    plain = _tidy(printable(name))
    if with_initials := _initialled(plain):
        return None if with_initials.surname.lower() in NO_SURNAMES else with_initials
    readings = [reading for reading in _readings(plain.split()) if _plausible(reading)]
    return readings[0] if len(readings) == 1 else None


def _tidy(plain: str) -> str:
    """The name without a full stop or comma behind it, and not all in capitals."""
    plain = re.sub(r"[,;\s]+$|(?<=\w\w)\.$", "", plain)
    if not (plain.isupper() or plain.islower()):
        return plain
    return " ".join(word.upper() if "." in word else _capitalised(word) for word in plain.split())


def _initialled(plain: str) -> _Name | None:
    plain = _UNSTOPPED.sub(r"\1.", plain)
    found = re.fullmatch(rf"({_WORD.pattern})\s+({_INITIALS.pattern})", plain)
    if found:
        return _Name(surname=found[1], initials=_tight(found[2]))
    found = re.fullmatch(rf"({_INITIALS.pattern})({_WORD.pattern})", plain)
    return _Name(surname=found[2], initials=_tight(found[1])) if found else None


def _tight(text: str) -> str:
    return re.sub(r"\s+", "", text)


def _readings(words: list[str]) -> list[_Name]:
    """Return every way to read the words; whether one makes sense is decided by `_plausible`."""
    words = _children(words)
    if not all(_WORD.fullmatch(word) or _CHILD.fullmatch(word) for word in words):
        return []
    match words:
        case [a, b, c]:
            return [
                _Name(surname=a, first=b, patronymic=c),
                _Name(first=a, patronymic=b, surname=c),
            ]
        case [a, b]:
            return [
                _Name(first=a, patronymic=b),
                _Name(surname=a, first=b),
                _Name(first=a, surname=b),
            ]
        case _:
            return []


def _children(words: list[str]) -> list[str]:
    """Join «Гусейн оглы» to one word, whatever the case of its end."""
    joined: list[str] = []
    for word in words:
        if joined and re.fullmatch(rf"(?i){_SON}|{_DAUGHTER}", word):
            joined[-1] = f"{joined[-1]} {word.lower()}"
        elif (found := _CHILD.fullmatch(word)) and found[2] == "-":
            joined.append(f"{found[1]}-{found[3].lower()}")
        else:
            joined.append(word)
    return joined


def _plausible(name: _Name) -> bool:
    genders = genders_of_name(name.first)
    if _patronymic_gender(name.first) or name.surname.lower() in NO_SURNAMES:
        return False
    if _CHILD.fullmatch(name.surname) and " " in name.surname:
        # «Бакыт уулу Азамат»: the father's name stands where others have a surname.
        return bool(name.first) and not name.patronymic
    if not name.patronymic:
        # Only a given name that the dictionary knows tells which of two words is the surname.
        as_patronymic = _patronymic_gender(name.surname)
        return bool(genders) and not genders_of_name(name.surname) and as_patronymic not in genders
    expected = _patronymic_gender(name.patronymic)
    if expected is None:
        return False
    if genders:
        return expected in genders
    # «Ани» is a form of «Аня» too; any other word of the dictionary may belong to a nickname.
    known = is_known(name.first) and not is_form_of_name(name.first)
    return bool(name.surname) and not known


def _patronymic_gender(word: str) -> Gender | None:
    lower = word.lower()
    return next((g for g, pattern in _PATRONYMIC.items() if pattern.fullmatch(lower)), None)


def _first_gender(word: str) -> Gender | None:
    found = genders_of_name(word) if word else frozenset()
    if found == {"masc"}:
        return "masc"
    return "femn" if found == {"femn"} else None


def _surname_first(name: str) -> _Name | None:
    """Read «Фамилия Имя [Отчество]» as written: officials are entered in this order."""
    words = printable(name).split()
    if len(words) not in {2, 3} or not all(map(_WORD.fullmatch, words)):
        return None
    if is_known(words[1]) and not genders_of_name(words[1]):
        return None
    return _Name(surname=words[0], first=words[1], patronymic="".join(words[2:]))


def _capitalised(word: str) -> str:
    return "-".join(part.capitalize() for part in word.split("-"))


def _initial(word: str) -> str:
    if _CHILD.fullmatch(word):
        return f"{word[0]}."
    return "-".join(f"{part[0]}." for part in word.split("-"))
