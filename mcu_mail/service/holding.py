"""A step of the service's own that waits for a person: whoever was asked holds the case till then.

Nobody would be reminded of a letter that came back otherwise: the step has no actor of its own.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from mcu_mail.domain.case import CaseState
from mcu_mail.domain.route import Actor
from mcu_mail.domain.routes import ROUTES
from mcu_mail.service.planning import remind_of

if TYPE_CHECKING:
    from datetime import datetime

    from mcu_mail.domain.case import Case, Request
    from mcu_mail.service.desk import Desk
    from mcu_mail.store.unit_of_work import UnitOfWork

_AT_LEAST = timedelta(hours=1)
"""Time to answer, where the term is nearer or has passed."""


def held_by(desk: Desk, work: UnitOfWork, case: Case, request: Request, now: datetime) -> Case:
    """The case, held by the person of `request` when it is set aside and nobody's turn.

    He is reminded, and his superiors hear, as of a step of his own.
    """
    if case.state is not CaseState.aside or case.actor is not None:
        return case
    due = max(case.due or case.term, now + _AT_LEAST)
    case = work.cases.change(case.id, {"actor": request.person, "due": desk.local(due)})
    remind_of(case, desk, work, request.person, now, question=request.id)
    return case


def let_go(work: UnitOfWork, case: Case, state: CaseState, now: datetime) -> Case:
    """The case in its new `state`; a step of the service's own is the service's again."""
    values: dict[str, object] = {"state": state}
    own = ROUTES[case.track].step(case.step).actor is Actor.service
    if own and case.actor is not None and state is not CaseState.aside:
        work.due.drop_of_step(case.id, now)
        values |= {"actor": None, "due": case.plan.get(case.step, case.term)}
    return work.cases.change(case.id, values)
