"""What the mails of a track whose answers are published say besides the card."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mcu_mail.domain.marks import Mark
from mcu_mail.domain.publication import owes_first_reply
from mcu_mail.domain.route import StepKind
from mcu_mail.domain.routes import ROUTES
from mcu_mail.domain.track_terms import first_reply_due
from mcu_mail.domain.whose_turn import actor_of
from mcu_mail.service.cards import name_of
from mcu_mail.service.library import first_reply_of
from mcu_mail.service.track_buttons import APPEAL

if TYPE_CHECKING:
    from datetime import datetime

    from mcu_mail.domain.case import Case
    from mcu_mail.service.desk import Desk


def track_context(desk: Desk, case: Case, template: str, now: datetime) -> dict[str, Any]:
    """The names that the template of a request may use; empty for all other templates."""
    if template == "control":
        return _control(desk, case, now)
    if template == "accept":
        return _accept(desk, case, now)
    if template == "publish":
        return {"outcome_needed": desk.settings.tracks.needs_outcome(case.track)}
    return {}


def _control(desk: Desk, case: Case, now: datetime) -> dict[str, Any]:
    clock = desk.clock_of(case.track, now)
    due = None
    if clock is not None and owes_first_reply(case, ROUTES[case.track]):
        due = first_reply_due(desk.local(case.received_at), clock.terms, clock.calendar)
    return {
        "first_reply_due": due,
        "first_reply": first_reply_of(desk, case, now) if due is not None else "",
        "actor_name": _drafter(desk, case, now),
    }


def _accept(desk: Desk, case: Case, now: datetime) -> dict[str, Any]:
    rules = desk.rules(case, now)
    return {
        "term_known": Mark.term_asked not in case.marks,
        "appeal": case.notice.event == APPEAL,
        "category": rules.category,
        "category_needed": rules.category_needed,
        "actor_name": _drafter(desk, case, now),
    }


def _drafter(desk: Desk, case: Case, now: datetime) -> str:
    """Who is to write the answer; empty while nobody is known."""
    route = ROUTES[case.track]
    draft = route.kind(StepKind.draft)
    if case.department is None or draft is None:
        return ""
    return name_of(actor_of(draft, case, desk.office, desk.today(now)), desk)
