"""Absences that the dispatcher has settled by a choice, beside those of the configuration.

A choice holds until the day the absent person has named himself, so that what is asked later goes
to the chosen one at once; without such a day it holds for that day.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from mcu_mail.domain.office import Absence

if TYPE_CHECKING:
    from mcu_mail.service.desk import Desk
    from mcu_mail.store.unit_of_work import UnitOfWork

_FACT = "absences"
_MOST = 100


def settle_absence(work: UnitOfWork, absence: Absence) -> None:
    """Remember that `acting` stands in; a later choice for the same person goes before."""
    rows = [
        [item.person, item.first.isoformat(), item.last.isoformat(), item.acting]
        for item in (absence, *settled(work.facts.get(_FACT)))
        if item is absence or item.person != absence.person
    ]
    work.facts.set(_FACT, json.dumps(rows[:_MOST]))


def end_absence(work: UnitOfWork, person: str) -> None:
    """Nobody stands in for `person` by the dispatcher's choice any more."""
    rows = [
        [item.person, item.first.isoformat(), item.last.isoformat(), item.acting]
        for item in settled(work.facts.get(_FACT))
        if item.person != person
    ]
    work.facts.set(_FACT, json.dumps(rows))


def has_stand_in(work: UnitOfWork, person: str) -> bool:
    """Whether the dispatcher has chosen a stand-in for `person`, however long ago."""
    return any(item.person == person for item in settled(work.facts.get(_FACT)))


def ordered_absences(desk: Desk, work: UnitOfWork) -> tuple[Absence, ...]:
    """The absences whose acting persons the office has appointed itself."""
    chosen = settled(work.facts.get(_FACT))
    return tuple(one for one in desk.office.absences if one not in chosen)


def settled(value: str | None) -> tuple[Absence, ...]:
    """The absences kept in the fact's `value`."""
    return tuple(
        Absence(
            person=person,
            first=date.fromisoformat(first),
            last=date.fromisoformat(last),
            acting=acting,
        )
        for person, first, last, acting in json.loads(value or "[]")
    )


def with_absences(desk: Desk, configured: tuple[Absence, ...]) -> Desk:
    """The desk whose office knows the settled absences too; the configured ones go before.

    Whoever left the office since is nobody's stand-in.
    """
    with desk.store.view() as view:
        known = settled(view.facts.get(_FACT))
    people = desk.office.people
    added = tuple(item for item in known if {item.person, item.acting} <= people.keys())
    absences = (*configured, *added)
    if absences == desk.office.absences:
        return desk
    return replace(desk, office=replace(desk.office, absences=absences))
