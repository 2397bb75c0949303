"""Who may do what a person who cannot be reached was asked for.

The one appointed by the office first, then those whom the regulation already names for the same
matter: the deputy in the unit, its head, its curator. The dispatcher chooses; nothing is silent.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from mcu_mail.domain.acting import acting_for
from mcu_mail.domain.verdict_words import same_length
from mcu_mail.domain.whose_turn import find_person

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date

    from mcu_mail.domain.office import Office

MOST: Final = 4
_WAIT: Final = re.compile(r"\W*(?:подожд\w{1,4}|жд(?:ать|ем|у|ите)|ожида(?:ть|ем|ю|йте))(?!\w)")
_WHEN: Final = r"(?:уже|снова|опять|сегодня|с\s{1,3}сегодняшнего\s{1,3}дня)"
_BACK: Final = re.compile(
    rf"\W*(?:здравствуйте|добрый\s{{1,3}}день)?\W*(?:я\s{{1,3}})?(?:{_WHEN}\s{{1,3}})?"
    r"(?:на\s{1,3}(?:(?:своем|рабочем)\s{1,3})?(?:месте|работе)|выш(?:ел|ла)|вернул(?:ся|ась)"
    r"|приступил(?:а)?)"
    r"(?:\s{1,3}(?:на\s{1,3}(?:работу|место)|к\s{1,3}работе|из\s{1,3}отпуска"
    rf"|с\s{{1,3}}больничного)|\s{{1,3}}{_WHEN}){{0,2}}\W*$"
)
_GIVE_BACK: Final = re.compile(
    r"\W*(?:верн(?:уть|ите|и)|возвратить)(?!\w)(?:\s{1,3}(?:дел[оа]|просьб[уы]))?\W{0,5}(?P<name>[^\n]{0,80})"
)
_NOW: Final = re.compile(
    r"\W*(?:(?:отправ(?:ить|ьте|ляйте|ляем)|послать|пошлите|выслать|вышлите|направить|направьте)"
    r"(?:\s{1,3}(?:службой|программой|письмо|ответ|сейчас|сами|через\s{1,3}(?:службу|программу))){0,3}"
    r"|не\s{1,3}отправлял[аи]?)\W*$"
)
_AGAIN: Final = re.compile(
    r"\W*(?:(?:отправ(?:ить|ьте|ляйте|ляем)|послать|пошлите|выслать|вышлите|направить)\s{1,3}"
    r"(?:(?:письмо|ответ)\s{1,3})?(?:еще\s{1,3}раз|повторно|снова|заново)"
    r"|повтор(?:ить|ите|но)(?:\s{1,3}отправ\w{1,4})?)\W*$"
)


def stand_ins(
    absent: str,
    office: Office,
    on: date,
    cases: Sequence[str | None],
    *,
    barred: Collection[str] = (),
) -> tuple[str, ...]:
    """Whom the dispatcher may hand the work of `absent` to, at most four, the likeliest first.

    Args:
        absent: who cannot be reached.
        office: its people and units.
        on: the office's date.
        cases: departments of the cases that wait for him.
        barred: who may not, as the authors of the letters he was to approve.

    """
    appointed = acting_for(absent, on, office.absences).person
    delegates = office.people[absent].delegates
    found = [appointed, *(one.person for one in delegates if one.serves(on))]
    for item in office.departments:
        if item.id in cases or absent in {item.head, *item.executors}:
            staff = [*item.executors, item.head] if absent == item.head else [item.head]
            found += [*staff, item.curator]
    roles = office.roles
    found += [roles.curator, roles.centre_head]
    # The head of the okrug signs on paper: nothing is asked of him by mail.
    unfit = {absent, roles.head, *barred}
    fit = (
        one
        for one in found
        if one not in unfit
        and not office.people[one].has_left(on)
        and acting_for(one, on, office.absences).person == one
    )
    return tuple(dict.fromkeys(fit))[:MOST]


def person_named(words: str, office: Office) -> str | None:
    """The one person these words name: a full name, or a surname that only one bears."""
    wanted = " ".join(words.casefold().replace("ё", "е").split()).strip(" .,:;")
    exact = [
        key
        for key, one in office.people.items()
        if " ".join(one.name.casefold().replace("ё", "е").split()) == wanted
    ]
    if len(exact) == 1:
        return exact[0]
    first = next(iter(wanted.split()), "")
    return find_person(first, office) if first else None


def wants_to_wait(text: str) -> bool:
    """Whether a reply says «Ждать» and no more on that line."""
    return _WAIT.match(same_length(text.strip())) is not None


def says_he_is_back(text: str) -> bool:
    """Whether the first line of a reply says «Я на месте», «Вышла на работу» and no more."""
    return _BACK.match(same_length(_first_line(text))) is not None


def whose_work_back(text: str) -> str | None:
    """The name in «Вернуть: Фамилия», empty in a bare «Вернуть»; None for other words."""
    line = _first_line(text)
    found = _GIVE_BACK.match(same_length(line))
    return line[found.start("name") :].strip(" .!") if found else None


def _first_line(text: str) -> str:
    return next((one for one in text.splitlines() if one.strip()), "").strip()


def wants_it_sent_now(text: str) -> bool:
    """Whether the first line of a reply says «Отправить службой», «Отправляйте» and no more."""
    return _NOW.match(same_length(_first_line(text))) is not None


def wants_it_sent_again(text: str) -> bool:
    """Whether the first line of a reply says «Отправить ещё раз»."""
    return _AGAIN.match(same_length(_first_line(text))) is not None
