"""How a person has closed a case, and his second thought about that."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from mcu_mail.domain.case import STANDING, Case, CaseState
from mcu_mail.domain.decisions import Tell
from mcu_mail.domain.reopened import opened_again
from mcu_mail.service.track_moments import standing_request

if TYPE_CHECKING:
    from mcu_mail.domain.case import Request
    from mcu_mail.domain.course_parts import Decisions
    from mcu_mail.service.answer import Spoken
    from mcu_mail.store.unit_of_work import UnitOfWork

_WORDS = frozenset({"closed", "sent_by_hand"})


@dataclass(frozen=True, kw_only=True)
class Closed:
    """A case was closed by a word.

    Attributes:
        by: who has written it.
        stood: the step in which it stood.

    """

    at: datetime
    by: str
    stood: str


def closed_by_word(work: UnitOfWork, case: Case) -> Closed | None:
    """When and by whom the case was closed; None for one that is open or came to its own end."""
    if case.state is not CaseState.closed:
        return None
    stood, word, found = "", None, None
    for event in work.journal.of_case(case.id):
        if event.kind == "step":
            stood = str(event.data["step"])
        elif event.kind in _WORDS:
            word = event
        elif event.kind == "case_closed":
            told = word is not None and word.data["cause"] == event.data["cause"]
            found = Closed(at=event.at, by=event.actor, stood=stood) if told else None
    return found


def open_again(spoken: Spoken, basis: str, by: str) -> Decisions | str:
    """«Открыть заново: причина»."""
    closed = closed_by_word(spoken.work, spoken.case)
    rules = spoken.desk.rules(spoken.case, spoken.now)
    decisions = opened_again(spoken.case, closed.stood if closed else "", basis, by, rules)
    if not isinstance(decisions, str) and not basis.strip():
        return "outside_no_basis_open"
    return decisions


def decided_at(work: UnitOfWork, request: Request) -> datetime | None:
    """When a row of a sheet was decided, or its case was closed and its question open still."""
    if request.closed_at is not None:
        return request.closed_at
    closed = closed_by_word(work, work.cases.get(request.case_id))
    return closed.at if closed is not None else None


def second_thought(spoken: Spoken, request: Request | None) -> bool:
    """Whether «СТОП» of who has closed the case just now has opened it again; False of any other.

    Args:
        spoken: the mail.
        request: whose code it carries; one of something else takes back something else.

    """
    closed = closed_by_word(spoken.work, spoken.case)
    person = spoken.said.person
    if closed is None or person is None or person.id != closed.by or not spoken.is_proven:
        return False
    answered = request is None or request.purpose in STANDING or request.closed_at == closed.at
    window = timedelta(minutes=spoken.desk.settings.mail.undo_minutes)
    written = min(spoken.now, spoken.said.stored.stored_at)
    if not answered or written - closed.at > window:
        return False
    rules = spoken.desk.rules(spoken.case, spoken.now)
    decisions = opened_again(spoken.case, closed.stood, "", person.id, rules)
    if isinstance(decisions, str):
        return False
    context = {"decision": "outside_opened", "next_step": "", "details": "", "undo_until": None}
    receipt = Tell(people=(person.id,), template="receipt", context=context)
    spoken.carrier.carry((*decisions, receipt))
    return True


def with_recall(spoken: Spoken, told: Tell) -> Tell:
    """The receipt of a closing offers «СТОП», on the code that stays open with the case."""
    standing = standing_request(spoken.work, spoken.case)
    person = spoken.said.person
    hers = standing is not None and person is not None and standing.person == person.id
    context = {name: value for name, value in told.context.items() if name != "undo_until"}
    code = standing.id if standing is not None and hers else None
    return replace(told, context=context, request_id=code)
