"""Who, where and how to reach him, out of a message told in plain words without a label.

Only what stands there once can be meant: two names or two places say nothing. Linear, never raises.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from mcu_mail.mail.names import find_person
from mcu_mail.mail.values import is_social, read_links, read_phone, read_signed_number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mcu_mail.mail.draft import Draft, Text

_PLACE: Final = re.compile(
    r"(?:(?:пгт|г|с|д|п|пос|село|деревня|пос[её]лок)\.?\s?[А-ЯЁ][\w-]{1,30},?\s)?"
    r"(?:ул|пер|пр-т|просп|пл|улица|улице|улицы|переулок|переулке|мкр)(?:\."
    r"|\s)\s?[А-ЯЁ\d][\w-]{1,30}"
    r"(?:\s[А-ЯЁ][\w-]{1,30})?(?:,?\s(?:(?:д|дом|доме)\.?\s?)?\d{1,3}[а-яА-Я]?(?!\w))?"
)
_WHOLE: Final = ("pattern: the only prose", "pattern: the longest prose", "the whole body")
"""Rules of a text that nothing marks: the office's frame may be in it."""
_HEADED: Final = re.compile(r"\W{0,3}(?P<id>\d{6,9})(?=\s{0,2}(?://|[|;]|[–—-]\s))")
"""A record that its number opens: «8130009 // Телефонов К. // …»."""
_LONGEST: Final = 20_000


def person_in(words: str) -> str | None:
    """The one full name in the words."""
    return _only(find_person(words))


def place_in(words: str) -> str | None:
    """The one place with a street in the words."""
    found = _only(tuple(dict.fromkeys(_PLACE.findall(words))))
    return found.strip(" ,.") if found else None


def link_in(words: str) -> str | None:
    """The one web address in the words."""
    return _only(read_links(words))


def fill_from_prose(draft: Draft) -> None:
    """Read a new message that nothing labels; a person is asked to look at what was found."""
    if draft.rules.get("text") not in _WHOLE:
        return
    words = draft.text[:_LONGEST]
    link = link_in(words)
    draft.put("external_id", read_signed_number(words[:300]), "pattern: prose")
    draft.put("link", link if link and is_social(link) else None, "pattern: prose")
    headed = _HEADED.match(words)
    draft.put("external_id", headed["id"] if headed else None, "pattern: prose")
    found: tuple[tuple[Text, str | None], ...] = (
        ("applicant", person_in(words)),
        ("phone", read_phone(words)),
        ("address", place_in(words)),
    )
    for name, value in found:
        if value and draft.lacks(name):
            draft.put(name, value, "pattern: prose")
            draft.unsure[name] = None


def _only(many: Sequence[str]) -> str | None:
    return many[0] if len(set(many)) == 1 else None
