"""Who acts for whom on a day (decree 3.3), chains resolved.

A → B → C means that C acts for A while both are away. Loops and two acting persons for one
person are faults of the configuration, found here and shown by `check`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from mcu_mail.domain.office import Absence


@dataclass(frozen=True, kw_only=True)
class Acting:
    """Who really acts, and through which absences; `through` is empty when nobody is away."""

    person: str
    through: tuple[Absence, ...]


def acting_for(person: str, on: date, absences: Sequence[Absence]) -> Acting:
    """Who acts for `person` on the day `on`.

    In a loop nobody is there to act, so the person himself stays responsible.
    """
    current = person
    through: list[Absence] = []
    seen = {person}
    while (absence := _absence_of(current, on, absences)) is not None:
        if absence.acting in seen:
            return Acting(person=person, through=())
        seen.add(absence.acting)
        through.append(absence)
        current = absence.acting
    return Acting(person=current, through=tuple(through))


def loops(absences: Sequence[Absence]) -> tuple[tuple[Absence, ...], ...]:
    """Every ring of absences in which, on some day, everybody stands in for somebody away.

    Each ring is given once, from its earliest entry in `absences`.
    """
    found: dict[frozenset[int], tuple[Absence, ...]] = {}
    # Periods that share any day share the first day of the one that begins last.
    for day in sorted({absence.first for absence in absences}):
        active = [i for i, absence in enumerate(absences) if absence.first <= day <= absence.last]
        for start in active:
            for ring in _rings(start, active, absences):
                found.setdefault(frozenset(ring), tuple(absences[i] for i in ring))
    return tuple(found.values())


def _rings(start: int, active: Sequence[int], absences: Sequence[Absence]) -> list[list[int]]:
    """The rings that begin with `start` and hold no earlier entry."""
    rings: list[list[int]] = []
    paths = [[start]]
    while paths:
        path = paths.pop()
        acting = absences[path[-1]].acting
        if acting == absences[start].person:
            rings.append(path)
            continue
        away = {absences[i].person for i in path}
        if acting not in away:
            paths += [[*path, i] for i in active if i > start and absences[i].person == acting]
    return rings


def overlaps(absences: Sequence[Absence]) -> tuple[tuple[Absence, Absence], ...]:
    """Pairs that name two acting persons for one person on one day."""
    return tuple(
        (one, other)
        for i, one in enumerate(absences)
        for other in absences[i + 1 :]
        if one.person == other.person
        and one.acting != other.acting
        and max(one.first, other.first) <= min(one.last, other.last)
    )


def _absence_of(person: str, on: date, absences: Sequence[Absence]) -> Absence | None:
    return next(
        (item for item in absences if item.person == person and item.first <= on <= item.last),
        None,
    )
