"""Questions without a case that nobody answers: asked once more, then told of one step higher.

A question about a case has the reminders of its step; these have none, so they are looked through.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from mcu_mail.service.aside import ask_about
from mcu_mail.service.asking import tell
from mcu_mail.service.questions import OF_HIMSELF, VOUCH, close, keep, open_questions, send
from mcu_mail.store.ledger import MailState

if TYPE_CHECKING:
    from mcu_mail.service.desk import Desk
    from mcu_mail.service.questions import Question
    from mcu_mail.store.unit_of_work import UnitOfWork

log = logging.getLogger(__name__)

_MINUTES = 120
"""Working minutes after which a question is asked once more, and twice that until it is raised."""
_STAGES = 2


def remind_of_questions(desk: Desk, now: datetime) -> int:
    """Remind of what is open for two working hours, raise what is for four; return how many."""
    with desk.store.view() as view:
        owed = [one for one in open_questions(view) if _is_owed(desk, one, now)]
    for question in owed:
        try:
            with desk.store.work() as work:
                _remind(desk, work, question, now)
                work.commit()
        except Exception:  # one question must never stop the others
            log.exception("the question about mail %d could not be reminded of", question.mail)
            with desk.store.work() as work:
                keep(work, replace(question, stage=_STAGES))
                work.commit()
    return len(owed)


def _is_owed(desk: Desk, question: Question, now: datetime) -> bool:
    if question.kind == VOUCH or question.stage >= _STAGES or not question.asked_at:
        return False
    asked = desk.local(datetime.fromisoformat(question.asked_at))
    minutes = _MINUTES * (question.stage + 1)
    return now >= desk.calendar.add_working_minutes(asked, minutes)


def _remind(desk: Desk, work: UnitOfWork, question: Question, now: datetime) -> None:
    about = work.mails.get(question.mail)
    if about.state is not MailState.aside:
        close(work, question)
        return
    roles = desk.office.roles
    question = replace(question, stage=question.stage + 1)
    if question.kind not in OF_HIMSELF:
        question = replace(question, person=desk.standing_in(roles.dispatcher, now))
    if question.stage < _STAGES:
        send(desk, work, question, question.template, question.context, now)
        return
    keep(work, question)
    if question.kind in OF_HIMSELF:
        # He does not say whether it was he: the dispatcher calls him and decides.
        ask_about(desk, work, about, None, now, why=about.kind or "")
        return
    tell(
        desk,
        work,
        None,
        person=desk.standing_in(roles.centre_head, now),
        template="intake_late",
        key=f"question_late:{question.code}",
        now=now,
        context={
            "asked": desk.office.people[question.person],
            "since": desk.local(datetime.fromisoformat(question.asked_at)),
            "excerpt": question.context.get("excerpt", ""),
        },
    )
