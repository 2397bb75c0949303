"""On the morning of a promised day the executor is asked for what was promised (decree 3.6)."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from mcu_mail.domain.case import Purpose
from mcu_mail.domain.promises import owed_until
from mcu_mail.domain.quiet_hours import working_day_before
from mcu_mail.service.asking import tell

if TYPE_CHECKING:
    from datetime import datetime

    from mcu_mail.domain.case import Case
    from mcu_mail.service.desk import Desk
    from mcu_mail.store.moments import Due
    from mcu_mail.store.unit_of_work import UnitOfWork

PROMISED = "promised_day"


def watch_promise(case: Case, desk: Desk, work: UnitOfWork, now: datetime) -> None:
    """Plan, anew, when the executor is asked: the opening of the promised day.

    Of the working day before it, where it is a day off.
    """
    work.due.forget(case.id, (PROMISED,))
    until = owed_until(case)
    if until is None:
        return
    at = working_day_before(desk.local(until), 0, desk.calendar, case.track)
    if at > now:
        work.due.add(
            key=f"{PROMISED}:{case.id}:{at.astimezone(UTC).isoformat()}",
            at=at,
            case_id=case.id,
            kind=PROMISED,
        )


def ask_on_promised_day(desk: Desk, work: UnitOfWork, case: Case, due: Due, now: datetime) -> None:
    """Ask the one who owes the text for news, photos and video: one mail, with his buttons.

    Who has handed it in already is asked for nothing.
    """
    if owed_until(case) is None:
        return
    for request in work.requests.open_of_case(case.id):
        if request.purpose is Purpose.draft and request.entry == case.entry:
            tell(
                desk,
                work,
                case,
                person=request.person,
                template="promised_day",
                context={},
                key=f"tell:{due.key}:{request.person}",
                now=now,
                request=request,
            )
            work.journal.add(case.id, now, "service", "reminded", {"person": request.person})
