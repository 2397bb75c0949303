"""How words about a matter as a whole are read: what became clear, which cases belong together.

A clarification, a template, a duplicate told or denied, an appeal under the federal law.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mcu_mail.domain.meaning import Meaning, MeaningKind
from mcu_mail.domain.numbering import find_case_numbers
from mcu_mail.domain.verdict_readers import moment_at, reason_of
from mcu_mail.domain.verdict_tails import is_harmless
from mcu_mail.domain.verdict_words import same_length

if TYPE_CHECKING:
    from mcu_mail.domain.verdict_readers import Said


def clarified(said: Said) -> Meaning | None:
    """«Уточнили по телефону: …»: all that follows; None when nothing does."""
    reason = said.reason
    return Meaning(kind=MeaningKind.clarified, reason=reason) if reason else None


def template(said: Said) -> Meaning:
    """«Шаблон: название» with the text below as the reason; both may be missing."""
    name = said.rest.strip(" \t.,:;!«»\"'")
    return Meaning(
        kind=MeaningKind.template,
        name="" if is_harmless(name) else name,
        reason=reason_of(said.below),
    )


_NUMBER = re.compile(r"[\w/-]*[0-9][\w/-]*")


def merged(said: Said) -> Meaning:
    """«Объединить с 2026-000012»: the numbers as written, several with commas; the basis."""
    start = said.match.end()
    known = find_case_numbers(said.line[start:])
    end = max((found.end() for found in _CASE.finditer(said.rest)), default=0)
    if not known:
        found = _NUMBER.search(said.rest)
        known, end = ((found[0],), found.end()) if found else ((), 0)
    return Meaning(
        kind=MeaningKind.merge,
        name=", ".join(known),
        reason=reason_of(f"{said.rest[end:]}\n{said.below}"),
    )


_CASE = re.compile(r"20[0-9]{2}[-‐-―−][0-9]{6}")


def apart(said: Said) -> Meaning:
    """«Не дубль 2026-000120: другой дом»: the number, if one is named, and the reason."""
    known = find_case_numbers(said.rest)
    end = max((found.end() for found in _CASE.finditer(said.rest)), default=0)
    return Meaning(
        kind=MeaningKind.apart,
        name=", ".join(known),
        reason=reason_of(f"{said.rest[end:]}\n{said.below}"),
    )


_REGISTERED = re.compile(
    r"[\s,;:.–—-]*(?:(?:зарегистрировано|рег(?:истрационный)?|вх(?:одящий)?|за|под)(?!\w)\.?\s*){0,3}"
    r"(?:№|номер(?:ом)?(?!\w)|n(?=\s*[0-9]))\s*(?P<number>[0-9a-zа-я](?:[0-9a-zа-я/.-]{0,30}[0-9a-zа-я])?)(?![\w/])",
)


def appeal(said: Said) -> Meaning:
    """«Обращение по 59-ФЗ, рег. № 123 от 24.11.2026»: the number and its date, if named."""
    plain = same_length(said.rest)
    found = _REGISTERED.match(plain)
    if found is None or not any(c.isdigit() for c in found["number"]):
        return Meaning(kind=MeaningKind.appeal, reason=said.reason)
    end = found.end()
    gap = re.compile(r"[\s,;]*(?:от|дата)?\s*").match(plain, end)
    begin = gap.end() if gap else end
    until, _, after = moment_at(plain, begin, said.today, "back")
    rest = said.rest[after:] if until is not None else said.rest[end:]
    return Meaning(
        kind=MeaningKind.appeal,
        name=said.rest[slice(*found.span("number"))],
        until=until,
        reason=reason_of(re.sub(r"^\s*г(?:\.|ода)?(?!\w)\.?", "", rest) + f"\n{said.below}"),
    )
