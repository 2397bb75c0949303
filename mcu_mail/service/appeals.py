"""An «обращение» under 59-ФЗ leaves its track by a person's word and is controlled to its term."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcu_mail.domain.appeal import BEFORE, due_of, on_appeal
from mcu_mail.domain.case import STANDING
from mcu_mail.domain.decisions import Tell
from mcu_mail.domain.marks import Mark

if TYPE_CHECKING:
    from mcu_mail.domain.case import Case
    from mcu_mail.domain.course_parts import Decisions
    from mcu_mail.domain.meaning import Meaning
    from mcu_mail.service.answer import Spoken
    from mcu_mail.service.desk import Desk
    from mcu_mail.store.moments import Due

NEAR = "appeal_near"
"""The due moment, three days before the term of an appeal."""


def take_appeal(spoken: Spoken, meaning: Meaning, by: str) -> str:
    """«Обращение по 59-ФЗ, № … от …»; returns why nothing was done, or nothing."""
    desk, work, case = spoken.desk, spoken.work, spoken.case
    registered = meaning.until or spoken.today
    due = due_of(registered, desk.calendar, case.track, desk.zone)
    asked = [one for one in work.requests.open_of_case(case.id) if one.purpose not in STANDING]
    told = on_appeal(case, meaning.name, registered, by, due, asked)
    if isinstance(told, str):
        return told
    work.due.drop_of_step(case.id, spoken.now)
    released = _released(case, by)
    spoken.carrier.carry((*told, *released))
    work.due.add(
        key=f"{NEAR}:{case.id}:{due.isoformat()}",
        at=due - BEFORE,
        case_id=case.id,
        kind=NEAR,
        data={"due": due.isoformat()},
    )
    return ""


def _released(case: Case, by: str) -> Decisions:
    """Whoever was at work on it hears that it goes by law now."""
    if case.actor is None or case.actor == by:
        return ()
    return (Tell(people=(case.actor,), template="taken_from", context={}),)


def appeal_near(case: Case, desk: Desk, due: Due) -> Decisions:
    """Three days before the term of an appeal whoever keeps it is reminded of it."""
    if Mark.appeal not in case.marks:
        return ()
    person = case.actor or desk.office.roles.responsible(case.track)
    context = {"number": case.marks[Mark.appeal], "until": str(due.data["due"])}
    return (Tell(people=(person,), template="appeal_near", once=due.key, context=context),)
