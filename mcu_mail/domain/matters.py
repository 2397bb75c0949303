"""One matter that has come by several ways: what tells it, and what follows from a person's word.

Nothing is merged silently. Each case keeps its own term, steps and approvers; what they share is
who writes the answer, and its words.
"""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Final

from mcu_mail.domain.case import CaseState
from mcu_mail.domain.marks import Mark
from mcu_mail.domain.publication import is_published
from mcu_mail.domain.route import StepKind
from mcu_mail.domain.routes import ROUTES

if TYPE_CHECKING:
    from mcu_mail.domain.case import Case
    from mcu_mail.domain.notice import Notice

SAME_MATTER: Final = timedelta(days=30)
"""What lies farther apart is no duplicate, however alike."""
_SIMILAR: Final = 0.8
_COMPARED: Final = 4000
_PHONE: Final = 10
"""Digits of a telephone number without the country's."""
_WORDS: Final = re.compile(r"[а-яa-z]{2,40}|\d{1,5}[а-яa-z]?(?![\d-])")
_COMMON: Final = frozenset((
    *("ул", "улица", "пер", "переулок", "пр", "проспект", "дом", "кв", "квартира", "пгт"),
    *("пос", "поселок", "село", "деревня", "город", "обл", "область", "район", "мо", "го"),
    *("муниципальный", "округ", "кемеровская", "кузбасс", "россия", "российская", "рн"),
    *("федерация", "стр", "строение", "корп", "корпус", "подъезд", "этаж", "мкр"),
    *("микрорайон", "им", "имени"),
))
_OF_FATHER: Final = ("вич", "вна", "чна", "тична")


def keys_of(notice: Notice) -> tuple[str, ...]:
    """Digests by which a message of the same person, or about the same place, is found.

    No word can be read back from them.
    """
    found = [f"person {one}" for one in _person_keys(notice.applicant or "")]
    phone = _digits(notice.phone)
    if phone:
        found.append(f"phone {phone}")
    place = _place(notice.address)
    if place:
        found.append(f"place {place}")
    return tuple(hashlib.sha256(one.encode()).hexdigest()[:32] for one in found)


def is_same_matter(one: Notice, other: Notice) -> bool:
    """Whether two messages of different systems look like one matter.

    The same person about the same place or in like words; the same place in like words; or the
    same link, unless their names speak against it: many comment on one post.
    """
    person = _same_person(one, other)
    place = bool(_place(one.address)) and _place(one.address) == _place(other.address)
    if one.link and one.link == other.link and person is not False:
        return True
    if person is True and place:
        return True
    return (person is True or place) and alike(one.text, other.text)


def alike(one: str, other: str) -> bool:
    """Whether two texts begin in nearly the same words; comparing takes time by their square."""
    if not one or not other:
        return False
    matcher = SequenceMatcher(None, one[:_COMPARED], other[:_COMPARED])
    quick = (matcher.real_quick_ratio, matcher.quick_ratio, matcher.ratio)
    return all(ratio() >= _SIMILAR for ratio in quick)


def _same_person(one: Notice, other: Notice) -> bool | None:
    """Whether one person wrote both; None when nobody can tell."""
    phones = _digits(one.phone), _digits(other.phone)
    if all(phones) and phones[0] == phones[1]:
        return True
    names = set(_person_keys(one.applicant or "")), set(_person_keys(other.applicant or ""))
    if not all(names):
        return None
    return bool(names[0] & names[1])


def _person_keys(name: str) -> tuple[str, ...]:
    """Surname and first name in either order, and each with the other's initial."""
    words = re.findall(r"[а-яa-z]{1,40}", _folded(name))
    whole = [one for one in words if len(one) > 1 and not one.endswith(_OF_FATHER)][:2]
    if len(whole) == 2:  # noqa: PLR2004 - surname and first name
        first, last = sorted(whole)
        return (f"{first} {last}", f"{first} {last[0]}.", f"{last} {first[0]}.")
    initials = [one for one in words if len(one) == 1]
    return (f"{whole[0]} {initials[0]}.",) if whole and initials else ()


def _digits(phone: str | None) -> str:
    bare = re.sub(r"\D", "", phone or "")[-_PHONE:]
    return bare if len(bare) == _PHONE else ""


def _place(address: str | None) -> str:
    """Streets and numbers of an address whatever it calls them; empty without a house."""
    words = [one for one in _WORDS.findall(_folded(address or "")) if one not in _COMMON]
    named = sorted({one[:6] for one in words if not one[0].isdigit() and len(one) > 1})
    house = next((one for one in words if one[0].isdigit()), "")
    return f"{' '.join(named)} {house}" if named and house else ""


def _folded(text: str) -> str:
    return text.casefold().replace("ё", "е")


def why_not_one(follower: Case, leader: Case, followers: tuple[str, ...]) -> str:
    """Why two cases cannot become one matter, as a reason; empty when they can.

    Args:
        follower: gets the text of the other.
        leader: whose text is approved for both.
        followers: numbers of the cases that the follower itself leads.

    """
    if follower.id == leader.id:
        return "outside_matter_itself"
    if follower.state is CaseState.closed or is_published(follower):
        return "outside_over"
    if leader.restricted is not None or follower.restricted is not None:
        return "outside_matter_restricted"
    if Mark.appeal in follower.marks or Mark.appeal in leader.marks:
        return "outside_appeal_out"
    if followers:
        return "outside_matter_leads"
    if leader.state is CaseState.closed and not leader.version:
        return "outside_matter_no_text"
    kind = ROUTES[follower.track].step(follower.step).kind
    if kind not in {StepKind.accept, StepKind.route, StepKind.draft}:
        return "outside_matter_has_text"
    return ""


def is_text_ready(leader: Case) -> bool:
    """Whether the leading case's present text has been agreed to by those of its own track."""
    if not leader.version or leader.letter_sha is None:
        return False
    kind = ROUTES[leader.track].step(leader.step).kind
    return kind in _AGREED


_AGREED: Final = frozenset({
    StepKind.sign,
    StepKind.register,
    StepKind.send,
    StepKind.publish,
    StepKind.regional_approval,
    StepKind.wait_citizen,
    StepKind.close,
})
