"""Officials who have left: their open codes are void, and the step is asked of who holds it now.

A mailbox that outlives its owner must not decide (`threats.md` A40). Nobody else gets his power by
that: where the settings name no other holder, an administrator is told and the step waits.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from mcu_mail.domain.case import CloseReason, Purpose
from mcu_mail.domain.catalogue import nobody_holds, official_has_left
from mcu_mail.domain.routes import ROUTES
from mcu_mail.domain.whose_turn import actor_of, is_gone
from mcu_mail.service.asking import ask
from mcu_mail.service.carry import Carrier
from mcu_mail.service.health import raise_alarm
from mcu_mail.settings import office_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from mcu_mail.domain.case import Case, Request
    from mcu_mail.service.desk import Desk
    from mcu_mail.settings import Settings
    from mcu_mail.store.unit_of_work import UnitOfWork

_OWED: Final = "gone_owed"
"""The fact with the ids of void requests that nobody could be asked instead of the one gone."""
_OF_STEP: Final = frozenset({Purpose.draft, Purpose.approve, Purpose.sign, Purpose.register})


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
    """Void the open codes of officials who have left and ask whoever holds it now.

    What nobody held yet is asked as soon as the settings name somebody.

    Returns:
        how many were voided or asked anew.

    """
    today = desk.today(now)
    with desk.store.view() as view:
        gone = [one for one in view.requests.people_asked() if is_gone(one, desk.office, today)]
        owed = json.loads(view.facts.get(_OWED) or "[]")
    if not gone and not owed:
        return 0
    done = 0
    with desk.store.work() as work:
        waiting = [work.requests.get(int(one)) for one in owed]
        for request in [one for person in gone for one in work.requests.open_of_person(person)]:
            _void(work, desk, request, now)
            waiting.append(request)
            done += 1
        left = [one for one in waiting if _still_owed(desk, work, one, now)]
        done += sum(one.id in owed and one not in left for one in waiting)
        if [one.id for one in left] != owed:
            work.facts.set(_OWED, json.dumps([one.id for one in left]))
        work.commit()
    return done


def _void(work: UnitOfWork, desk: Desk, request: Request, now: datetime) -> None:
    case = work.cases.get(request.case_id)
    work.requests.close(request.id, now, CloseReason.reassigned)
    carrier = Carrier(desk, work, case, now=now, actor="service", cause=f"gone:{request.id}")
    carrier.log("code_void", {"step": request.step})
    if case.executor is not None and is_gone(case.executor, desk.office, desk.today(now)):
        work.cases.change(case.id, {"executor": None})


def _still_owed(desk: Desk, work: UnitOfWork, request: Request, now: datetime) -> bool:
    """Ask a void request of its successor; whether there is none yet."""
    case = work.cases.get(request.case_id)
    of_step = request.purpose in _OF_STEP
    if request.purpose is Purpose.confirm or (of_step and request.entry != case.entry):
        return False
    person = _holder(desk, case, request, now)
    if person is None:
        return False
    if is_gone(person, desk.office, desk.today(now)):
        raise_alarm(
            desk,
            work,
            what="nobody",
            key=f"gone:{request.id}",
            since=now,
            error=nobody_holds(case.number),
            now=now,
        )
        return True
    if case.actor == request.person and request.entry == case.entry:
        case = work.cases.change(case.id, {"actor": person})
        work.due.hand_over(case.id, case.entry, person)
    words = work.requests.words(request.id)
    ask(
        desk,
        work,
        case,
        purpose=request.purpose,
        person=person,
        template=str(words["template"]),
        context=words["context"],
        data=request.data,
        now=now,
    )
    return False


def _holder(desk: Desk, case: Case, request: Request, now: datetime) -> str | None:
    """Whose the question is by the settings of today: the step's own, or a role's."""
    if request.purpose in _OF_STEP:
        step = ROUTES[case.track].step(request.step)
        return actor_of(step, case, desk.office, desk.today(now))
    clerks = request.purpose is Purpose.command and request.data.get("command") != "after_void"
    roles = desk.office.roles
    return desk.standing_in(roles.registry if clerks else roles.dispatcher, now)
