"""Officials who have left: their open codes are void, and the step is asked of who holds it now.

A mailbox that outlives its owner must not decide (`threats.md` A40). Nobody else gets his power by
that: where the settings name no other holder, an administrator is told and the step waits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcu_mail.domain.case import CloseReason
from mcu_mail.domain.catalogue import nobody_holds, official_has_left
from mcu_mail.domain.route import ROUTES
from mcu_mail.domain.whose_turn import actor_of, is_gone
from mcu_mail.service.asking import ask
from mcu_mail.service.carry import Carrier
from mcu_mail.service.health import raise_alarm
from mcu_mail.settings import office_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from mcu_mail.domain.case import Request
    from mcu_mail.service.desk import Desk
    from mcu_mail.settings import Settings
    from mcu_mail.store.unit_of_work import UnitOfWork


def gone_faults(settings: Settings, today: date) -> tuple[str, ...]:
    """Posts and roles of the settings that are still held by somebody who has left."""
    office = office_of(settings)
    return tuple(
        f"{place}: {official_has_left(office.people[person].name)}"
        for place, person in _posts(settings)
        if person in office.people and office.people[person].has_left(today)
    )


def _posts(settings: Settings) -> Iterator[tuple[str, str]]:
    for role in ("head", "reception", "registry", "curator", "centre_head", "dispatcher"):
        yield f"roles.{role}", getattr(settings.roles, role)
    for track, person in settings.roles.coordinator.items():
        yield f"roles.coordinator.{track}", person
    for number, item in enumerate(settings.departments, start=1):
        yield f"departments[{number}].head", item.head
        yield f"departments[{number}].curator", item.curator


def void_codes_of_the_gone(desk: Desk, now: datetime) -> int:
    """Void the open codes of officials who have left and ask anew; return how many."""
    today = desk.today(now)
    with desk.store.work() as work:
        gone = [
            request
            for person in work.requests.people_asked()
            if is_gone(person, desk.office, today)
            for request in work.requests.open_of_person(person)
        ]
        for request in gone:
            _void(desk, work, request, now)
        work.commit()
    return len(gone)


def _void(desk: Desk, work: UnitOfWork, request: Request, now: datetime) -> None:
    today = desk.today(now)
    case = work.cases.get(request.case_id)
    work.requests.close(request.id, now, CloseReason.reassigned)
    carrier = Carrier(desk, work, case, now=now, actor="service", cause=f"gone:{request.id}")
    carrier.log("code_void", {"step": request.step})
    if case.executor is not None and is_gone(case.executor, desk.office, today):
        case = work.cases.change(case.id, {"executor": None})
    step = ROUTES[case.track].step(request.step)
    person = actor_of(step, case, desk.office, today)
    if request.entry != case.entry or person is None:
        return
    if is_gone(person, desk.office, today):
        raise_alarm(
            desk,
            work,
            what="people",
            key=f"gone:{request.id}",
            since=now,
            error=nobody_holds(case.number),
            now=now,
        )
        return
    work.cases.change(case.id, {"actor": person})
    words = work.requests.words(request.id)
    ask(
        desk,
        work,
        work.cases.get(case.id),
        purpose=request.purpose,
        person=person,
        template=str(words["template"]),
        context=words["context"],
        data=request.data,
        now=now,
    )
