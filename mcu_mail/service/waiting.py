"""What waits for a person who cannot be reached, as the dispatcher reads it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from mcu_mail.domain.case import CaseState, Purpose
from mcu_mail.domain.routes import ROUTES
from mcu_mail.domain.whose_turn import holder
from mcu_mail.service.absences import has_stand_in
from mcu_mail.service.cards import name_of, title_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from mcu_mail.domain.case import Case, Request
    from mcu_mail.service.desk import Desk
    from mcu_mail.store.unit_of_work import UnitOfWork

# A confirmation is the person's own word, and a question about himself is nobody else's either.
_HIS_ALONE = frozenset({Purpose.confirm, Purpose.absent, Purpose.command})


HANDED = "handed"
"""In a request's data: whose work it was before it was handed on."""


def waiting_of(work: UnitOfWork, person: str) -> tuple[tuple[Request, Case], ...]:
    """The open requests of `person` that another may answer, the most urgent first."""
    found = [
        (request, case)
        for request in work.requests.open_of_person(person)
        if request.purpose not in _HIS_ALONE
        and (case := work.cases.get(request.case_id)).state is not CaseState.closed
    ]
    return tuple(sorted(found, key=lambda pair: (pair[1].due or pair[1].term, pair[0].id)))


def handed_by(request: Request) -> list[str]:
    """Whose work a request was before it was handed to the one asked now, the first one first."""
    return [one for one in request.data.get(HANDED, "").split(",") if one]


def handed_of(desk: Desk, work: UnitOfWork, absent: str) -> tuple[tuple[Request, Case], ...]:
    """The open requests that others were asked instead of `absent`, by the dispatcher's choice."""
    chosen = has_stand_in(work, absent)
    return tuple(
        (request, case)
        for person in work.requests.people_asked()
        if person != absent
        for request, case in waiting_of(work, person)
        if absent in handed_by(request) or (chosen and _is_duty_of(absent, request, case, desk))
    )


def _is_duty_of(person: str, request: Request, case: Case, desk: Desk) -> bool:
    """Whether a step was asked of somebody else only because `person` is away."""
    step = ROUTES[case.track].step(case.step)
    own = request.entry == case.entry and request.purpose.value == step.kind.value
    return own and holder(step, case, desk.office) == person


def authors_of(waiting: Iterable[tuple[Request, Case]]) -> frozenset[str]:
    """Who has written the letters that wait to be approved: nobody approves his own for another."""
    return frozenset(
        case.author
        for request, case in waiting
        if request.purpose is Purpose.approve and case.author is not None
    )


def unreachable_of(
    desk: Desk, work: UnitOfWork, words: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """What the mail `unreachable` names besides `words`: the person, and what waits for him."""
    person = desk.office.people[words["absent"]]
    until = words["until"]
    acting = desk.standing_in(person.id, now)
    return {
        "absent": person,
        "until": date.fromisoformat(until) if until else None,
        "aliases": person.aliases,
        "acting": name_of(acting, desk) if acting != person.id else "",
        "waiting": tuple(
            (
                case.number,
                title_of(case, desk),
                ROUTES[case.track].step(case.step).title,
                desk.local(case.due or case.term),
            )
            for _, case in waiting_of(work, person.id)
        ),
    }
