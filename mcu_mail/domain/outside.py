"""Whether a message is about a place outside the okrug: only where the address plainly says so.

Why: such a message is forwarded, not answered; a wrong guess would send a citizen away from the
office that has to help him. So a town, a district or an okrug must be named that shares no stem
with any place, department or name of ours, and the words must name no place of ours either.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mcu_mail.domain.notice import Notice

_STEM: Final = 5
_TOWN: Final = re.compile(r"(?<![\w.])(?:г\.|г\s|город\s)\s?([А-ЯЁ][А-ЯЁа-яё-]{2,40})")
_DISTRICT: Final = re.compile(
    r"([А-ЯЁ][а-яё-]{3,40}(?:ий|ого|ом|ому))\s(?:муниципальн\w{2,3}\s)?(?:район\w{0,2}|р-н\w{0,2}"
    r"|округ\w{0,2}|м\.\s?о\.|м\.\s?р-н|г\.\s?о\.|городско\w{1,2}\sокруг\w{0,2}|МО|ГО|МР)(?!\w)"
)
_WORD: Final = re.compile(r"[А-ЯЁ][А-ЯЁа-яё]{3,40}")
_OKRUG: Final = "Городской Муниципальный Федеральный Сибирский Сибирском Сибирского"


def elsewhere(address: str | None, text: str, own: Iterable[str]) -> str | None:
    """The foreign town or district that the address names, or None when nothing is sure.

    `own` are names of the okrug, of its territories and places, in any form.
    """
    if not address:
        return None
    stems = {_stem(word) for name in own for word in _words(name)}
    named = [found[1] for rule in (_DISTRICT, _TOWN) for found in rule.finditer(address[:400])]
    foreign = [name for name in named if name not in _OKRUG and not _is_own(name, stems)]
    ours = any(_stem(word) in stems for word in _WORD.findall(f"{address} {text[:4000]}"))
    return foreign[0] if foreign and not ours else None


def marked_outside(notice: Notice, own: Iterable[str]) -> Notice:
    """The notice with the flag `outside` when its address plainly names another municipality."""
    place = elsewhere(notice.address, notice.text, own)
    if place is None or "outside" in notice.flags:
        return notice
    return replace(
        notice,
        flags=(*notice.flags, "outside"),
        rules={**notice.rules, "outside": f"address: {place}"},
    )


def _words(name: str) -> list[str]:
    return [word for word in re.findall(r"[^\W\d_]+", name) if len(word) >= 4]  # noqa: PLR2004 - a name, not «ул»


def _stem(word: str) -> str:
    return word.casefold().replace("ё", "е")[:_STEM]


def _is_own(name: str, stems: set[str]) -> bool:
    return any(_stem(word) in stems for word in _words(name))
