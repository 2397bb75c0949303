"""The applicant's name as a notice states it: a full name, a nickname, or honestly neither.

Why: a letter to «Уважаемая Мама Двойняшек» or to «Вымысловой Тамара» is worse than a question to
the dispatcher. A name in another case is put into the nominative only where one answer is
possible. The one door to pymorphy3 in this package (first names and surnames by its tags).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import pymorphy3

from mcu_mail.mail.values import collapse, states_nothing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_WORD: Final = r"[А-ЯЁ][а-яё]{1,30}(?:-[А-ЯЁ][а-яё]{1,30})?"
_INITIALS: Final = re.compile(
    rf"(?:{_WORD}\s[А-ЯЁ]\.\s?(?:[А-ЯЁ]\.)?|[А-ЯЁ]\.\s?(?:[А-ЯЁ]\.)?\s?{_WORD})"
)
_PATRONYMIC: Final = re.compile(r".{1,30}(?:[оеё]вич|ич|[оеё]вна|ична)", re.IGNORECASE)
_OBLIQUE: Final = re.compile(
    r"(.{1,30}(?:[оеё]в)?ич)(а|у|ем)|(.{1,30}(?:[оеё]в|ич)н)(ы|е|ой|у)", re.IGNORECASE
)
_TURKIC: Final = frozenset(("оглы", "кызы", "угли", "уулу"))
_KOREAN: Final = frozenset((
    "ким", "пак", "ли", "цой", "цхай", "тен", "тян", "хан", "хван", "юн", "нам", "шин", "кан",
    "пан", "эм", "лим", "сим",
))  # fmt: skip
"""Surnames before two given names of one syllable: «Ким Ен Су»."""
_SYLLABLE: Final = re.compile(r"[^аеёиоуыэюя]{0,4}[аеёиоуыэюя][^аеёиоуыэюя]{0,2}", re.IGNORECASE)
_HANDLE: Final = r"@[A-Za-z][\w.]{2,40}(?<!\.)"
_WHO: Final = r"пользовател[ьяюе]|пользователем|автор[ау]?|автором|подписчик[ау]?|от"
_WRITES: Final = r"пишет|написал[аи]?|просит|сообщает|сообщил[аи]?|жалуется|спрашивает|оставил[аи]?"
_HANDLED: Final = re.compile(
    rf"(?<![\w.@])(?i:{_WHO})\s«?({_HANDLE})|(?<![\w.])({_HANDLE})»?\s(?:{_WRITES})(?!\w)"
)
_SHORTENED: Final = re.compile(
    rf"(?<!\w)(?i:пользовател[ьяюе]|подписчик[ау]?)\s({_WORD})\s([А-ЯЁ])\.(?!\s?[А-ЯЁ]\.)"
)
_CASES: Final = {
    "а": "gent", "у": "datv", "ем": "ablt", "ы": "gent", "е": "datv", "ой": "ablt"
}  # fmt: skip
_AROUND: Final = " .,;:«»\"'*_"
_TRADER: Final = re.compile(rf"(?i:ип|индивидуальный предприниматель)\s+(?={_WORD}\s)")
"""A sole trader is a person: the letter goes to him by name."""
_NICK_NOTE: Final = re.compile(
    r"имя в профил|ник|в профиле|фио не|псевдоним|имя пользов", re.IGNORECASE
)
_NICK_STATED: Final = re.compile(
    r"(?<!\w)(?:ник(?:нейм)?|логин|псевдоним|имя в профиле|в профиле)\s?[:–—-]?\s?[«\"“]"
    r"([^»\"”]{2,60})[»\"”]?",
    re.IGNORECASE,
)
_TAIL: Final = re.compile(
    # Whole words only: «Бородина», «Пантелеевич» and «Телегин» have the same letters.
    r"\s*(?:[(\[,;|/]|https?:|@|(?<!\w)(?:тел(?:ефон\w*|\b)|моб(?:ильн\w*|\b)|г\.\s?р"
    r"|род(?:ил\w*|ивш\w*|\b)|прожив\w*|адрес\w*)|\s\d|\s[–—-]\s).*",
    re.IGNORECASE,
)
_IN_PROSE: Final = re.compile(
    rf"(?<![А-ЯЁа-яё])({_WORD}\s{_WORD}\s[А-ЯЁ][а-яё]{{1,20}}(?:ич(?:а|у|ем)?|[вч]н(?:а|ы|е|ой"
    rf"|у)))(?![а-яё])"
)
_NAMED: Final = (
    re.compile(
        r"(?<!\w)(?i:от|пользовател[ьяюе]|автор[ау]?|жител[ьяюи]|жительниц[аыуе]|гражданк[иауе]"
        rf"|гражданин[ау]?|подписчи(?:к[ау]?|ц[аыуе]))\s({_WORD})\s({_WORD})(?!\s{_WORD})"
    ),
    re.compile(
        rf"(?<![\w.]\s)(?<!\w)({_WORD})\s({_WORD})\s(?:пишет|написал[аи]?|просит|сообщает"
        r"|сообщил[аи]?|жалуется|интересуется|спрашивает|оставил[аи]?|обратил(?:ся|ась))(?!\w)"
    ),
    re.compile(
        rf"(?:^|[.!?]\s)(?i:пишет|спрашивает|жалуется|обратил(?:ся|ась))\s({_WORD})\s({_WORD})"
        r"(?=\s?[:,(–—]|\s-\s)"
    ),
)
_FEMALE: Final = (
    (re.compile(r"(.+(?:[оеё]в|[иы]н))(?:ой|у)"), "а"),
    (re.compile(r"(.+[сц]к)(?:ой|ую)"), "ая"),
)
_MALE: Final = (
    (re.compile(r"(.+(?:[оеё]в|[иы]н))(?:а|у|ым)"), ""),
    (re.compile(r"(.+[сц]к)(?:ого|ому|им)"), "ий"),
)
_UNCHANGING: Final = re.compile(r".+(?:[иы]х|ко|аго|яго)")
_CONSONANT_END: Final = re.compile(r".+[бвгджзклмнпрстфхцчшщь]")


@dataclass(frozen=True, kw_only=True)
class Person:
    """A name as read: `full` is nominative; `nickname` is what stood there when it is no name."""

    full: str | None = None
    nickname: str | None = None


NOBODY: Final = Person()


def read_person(value: str) -> Person:
    """Read a labelled value. Both fields are None when it states nothing or cannot be declined."""
    line = _TRADER.sub("", collapse(value[:300]).strip(_AROUND))
    if re.fullmatch(_HANDLE, line):
        return Person(nickname=line)
    bare = _TAIL.sub("", line).strip(_AROUND)
    nick = _NICK_STATED.search(line)
    if nick and states_nothing(line[: nick.start()].strip(_AROUND)):
        return Person(nickname=nick[1].strip(_AROUND))
    for written in (bare, f"{bare}."):
        if _INITIALS.fullmatch(written):
            return Person(full=written)
    if states_nothing(bare) or states_nothing(line):
        return NOBODY
    if bare.count("«") > bare.count("»"):
        # «ООО „Зори“» loses no half of its quotation marks.
        bare += "»"
    if _NICK_NOTE.search(line[len(bare) :]):
        return Person(nickname=bare)
    words = bare.split()
    cyrillic = all(re.fullmatch(r"[А-Яа-яЁё]+(?:-[А-Яа-яЁё]+)*", word) for word in words)
    if cyrillic and (full := _full_name(words)) is not None:
        return full
    return Person(nickname=bare) if len(words) <= 4 else NOBODY  # noqa: PLR2004 - a nickname is short


def names_several(value: str) -> bool:
    """Whether a labelled value names two people or more: «Иванов П.С., Иванова М.П.»."""
    parts = re.split(r"[,;]|\sи\s", collapse(value[:300]))
    return sum(read_person(part).full is not None for part in parts) > 1


def find_person(text: str) -> tuple[str, ...]:
    """All different full names with a patronymic found in prose, put into the nominative.

    A name that has no sure nominative is left out.
    """
    found: dict[str, None] = {}
    for match in _IN_PROSE.finditer(text):
        person = _full_name(match[1].split())
        if person is not None and person.full is not None:
            found[person.full] = None
    return tuple(found)


def name_in(text: str) -> re.Match[str] | None:
    """Where the first full name with a patronymic stands."""
    return _IN_PROSE.search(text)


def names_in(text: str) -> Iterator[re.Match[str]]:
    """Where every full name with a patronymic stands, in any case."""
    return _IN_PROSE.finditer(text)


def find_named(text: str) -> tuple[str, ...]:
    """All names of two words that stand beside «от», «автор», «пишет», put into the nominative."""
    found: dict[str, None] = {}
    for rule in _NAMED:
        for match in rule.finditer(text):
            name = _two_in_any_case([match[1], match[2]])
            if name is not None:
                found[name] = None
    return tuple(found)


def _find_shortened(text: str) -> tuple[Person, ...]:
    """All «Саша М.» and «@kotik» that stand beside «пользователь», «автор», «пишет»."""
    found: dict[Person, None] = {}
    for match in _HANDLED.finditer(text):
        found[Person(nickname=match[1] or match[2])] = None
    for match in _SHORTENED.finditer(text):
        # In another case than the nominative it is not sure whose name it is.
        if _given(match[1], None, "nomn"):
            found[Person(full=f"{match[1]} {match[2]}.")] = None
    return tuple(found)


def find_called(lines: Iterable[str]) -> Person:
    """Who the lines say the citizen is, by a short name or a nickname; `NOBODY`: not surely one."""
    said = list(lines)
    for line in said:
        short = find_named(line)
        if len(short) == 1:
            return Person(full=short[0])
    people = dict.fromkeys(one for line in said for one in _find_shortened(line))
    return next(iter(people)) if len(people) == 1 else NOBODY


def _two_in_any_case(words: list[str]) -> str | None:
    if any(_given(word, None, "nomn") for word in words):
        return " ".join(words)
    for first, last in ((0, 1), (1, 0)):
        for gender in ("femn", "masc"):
            for case in ("gent", "datv"):
                given = _given(words[first], gender, case)
                surname = _surname(words[last], male=gender == "masc")
                if len(given) == 1 and surname is not None and surname != words[last]:
                    names = {first: _title(given.pop()), last: surname}
                    return f"{names[0]} {names[1]}"
    return None


def _full_name(words: list[str]) -> Person | None:
    """A person for words that are a name; `NOBODY` for a name in no sure case; None for no name."""
    if not 2 <= len(words) <= 5:  # noqa: PLR2004 - from «Имя Фамилия» to «А Б В оглы»
        return None
    names = [_title(word) for word in words]
    if words[-1].casefold() in _TURKIC:
        return Person(full=" ".join([*names[:-1], words[-1].casefold()]))
    if len(words) >= 3 and any(_PATRONYMIC.fullmatch(word) for word in words[1:]):  # noqa: PLR2004 - a whole name
        return Person(full=" ".join(names))
    if (
        len(words) == 3  # noqa: PLR2004 - surname and two syllables
        and names[0].casefold() in _KOREAN
        and all(word[:1].isupper() and _SYLLABLE.fullmatch(word) for word in names)
    ):
        return Person(full=" ".join(names))
    if len(words) == 3 and (oblique := _OBLIQUE.fullmatch(names[2])):  # noqa: PLR2004 - a whole name
        nominative = _nominative(names[0], names[1], oblique)
        return Person(full=nominative) if nominative else NOBODY
    if len(words) == 2 and all(word[:1].isupper() for word in words):  # noqa: PLR2004 - no patronymic
        return _two_words(names)
    return None


def _title(word: str) -> str:
    if not (word.isupper() or word.islower()):
        return word
    return "-".join(part[:1].upper() + part[1:].lower() for part in word.split("-"))


def _two_words(names: list[str]) -> Person | None:
    """Read «Алиса Примерова»: one of the two must be a first name, in the nominative."""
    first = [name for name in names if _given(name, None, "nomn")]
    if first:
        return Person(full=" ".join(names))
    oblique = [name for name in names if any(_given(name, None, case) for case in ("gent", "datv"))]
    return NOBODY if oblique else None


def _nominative(surname: str, given: str, patronymic: re.Match[str]) -> str | None:
    male = patronymic[1] is not None
    case = "accs" if patronymic[4] == "у" else _CASES[patronymic[2] or patronymic[4]]
    first = _given(given, "masc" if male else "femn", case)
    last = _surname(surname, male=male)
    if len(first) != 1 or last is None:
        return None
    father = patronymic[1] if male else f"{patronymic[3]}а"
    return f"{last} {_title(first.pop())} {father}"


def _surname(surname: str, *, male: bool) -> str | None:
    for rule, ending in _MALE if male else _FEMALE:
        if found := rule.fullmatch(surname):
            return f"{found[1]}{ending}"
    unchanging = _UNCHANGING.fullmatch(surname)
    return surname if unchanging or (not male and _CONSONANT_END.fullmatch(surname)) else None


def _given(name: str, gender: str | None, case: str) -> set[str]:
    """Nominatives of a first name for which `name` is that case of that gender."""
    return {
        parse.normal_form
        for parse in _analyzer().parse(name.casefold())
        if "Name" in parse.tag
        and parse.tag.number == "sing"
        and parse.tag.case == case
        and (gender is None or parse.tag.gender in {gender, "ms-f"})
    }


@lru_cache(maxsize=1)
def _analyzer() -> Any:
    return pymorphy3.MorphAnalyzer()
