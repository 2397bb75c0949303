"""«Срок до …: основание» of those who speak for the regional centre's terms, by a case's number.

The responsible says it on her standing request; the curator and the head of the centre are asked
nothing of a case, so they name it. A term that the system sets and nobody has named is asked for
every working morning: without it a case of «ПОС» may not stand (`facts.md` §1.2).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcu_mail.domain.case import STANDING, Case, CaseState, Purpose
from mcu_mail.domain.course_publishing import told_of
from mcu_mail.domain.decisions import Log, Tell
from mcu_mail.domain.happened import on_happened
from mcu_mail.domain.marks import Mark
from mcu_mail.domain.meaning import MeaningKind
from mcu_mail.domain.whose_turn import may_speak_for
from mcu_mail.mail.proof import TrustLevel
from mcu_mail.service.answer import Heard, spoken_in, why
from mcu_mail.service.asking import send_request, tell
from mcu_mail.service.planning import watch_unnamed_term
from mcu_mail.service.said import meaning_of

if TYPE_CHECKING:
    from datetime import datetime

    from mcu_mail.domain.case import Request
    from mcu_mail.service.desk import Desk
    from mcu_mail.service.said import Said
    from mcu_mail.store.moments import Due
    from mcu_mail.store.unit_of_work import UnitOfWork

_OWN = STANDING | {Purpose.term, Purpose.later_term, Purpose.urgent, Purpose.draft}
"""Requests whose own answer a word about a term is."""


def term_word(
    desk: Desk,
    work: UnitOfWork,
    said: Said,
    case: Case | None,
    now: datetime,
    *,
    request: Request | None = None,
) -> Heard | None:
    """What became of a word about the term of a case that is named; None for any other mail.

    Args:
        request: the question whose code the mail carries, if it carries one.

    """
    if case is None or said.person is None or said.is_doubtful:
        return None
    if request is not None and request.purpose in _OWN:
        return None
    clock = desk.clock_of(case.track, now)
    if clock is None or not _may_change(desk, said.person.id, case, now):
        return None
    meaning = meaning_of(desk, said, now, drafting=False)
    if meaning.kind is not MeaningKind.term or said.level is TrustLevel.REFUSED:
        return None
    spoken = spoken_in(desk, work, case, said, now)
    person = said.person.id
    happened = told_of(meaning, clock)
    reason = ""
    if said.level is not TrustLevel.PROVEN:
        reason = "unproven"
    elif happened is None or happened.due is None or happened.due <= now:
        reason = "no_term"
    elif case.state is CaseState.closed:
        reason = "step_over"
    if reason or happened is None:
        spoken.carrier.carry((
            Log(kind="not_taken", data={"reason": reason, "text": said.text[:2000]}),
            Tell(people=(person,), template="not_taken", context=why(reason, said.text)),
        ))
        return spoken.handled
    told = {"decision": "told_term", "next_step": "", "details": "", "undo_until": None}
    spoken.carrier.carry((
        *on_happened(case, happened, person, desk.rules(case, now)),
        Tell(people=(person,), template="receipt", context=told),
    ))
    return spoken.handled


def _may_change(desk: Desk, person: str, case: Case, now: datetime) -> bool:
    """Whether he speaks for the curator, the head of the centre or the responsible today."""
    roles, today = desk.office.roles, desk.today(now)
    entitled = (roles.curator, roles.centre_head, roles.responsible(case.track))
    return any(may_speak_for(person, one, desk.office, today) for one in entitled)


def ask_for_term(desk: Desk, work: UnitOfWork, case: Case, due: Due, now: datetime) -> None:
    """Nobody has named the term yet: the responsible is asked, the head of the centre hears it."""
    if Mark.term_asked not in case.marks:
        return
    for request in work.requests.open_of_case(case.id):
        if request.purpose in STANDING:
            send_request(desk, work, case, request, now, reminder=due.key)
            work.journal.add(case.id, now, "service", "reminded", {"person": request.person})
    heads = desk.standing_in(desk.office.roles.centre_head, now)
    responsible = desk.standing_in(desk.office.roles.responsible(case.track), now)
    if heads != responsible:
        tell(
            desk,
            work,
            case,
            person=heads,
            template="term_wanted",
            context={"who": desk.office.people[responsible].name},
            key=f"tell:{due.key}:{heads}",
            now=now,
        )
    watch_unnamed_term(case, desk, work, now)
