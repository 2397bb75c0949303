"""Answers to the question about a threat to life, and its repeats until somebody acts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcu_mail.domain.case import Purpose
from mcu_mail.domain.course_parts import told_why
from mcu_mail.domain.restriction import HEARD, HELPER, helped
from mcu_mail.service.asking import send_request
from mcu_mail.service.planning import plan_repeat
from mcu_mail.service.taking import take

if TYPE_CHECKING:
    from datetime import datetime

    from mcu_mail.domain.case import Case, Request
    from mcu_mail.service.answer import Answer, Spoken
    from mcu_mail.service.desk import Desk
    from mcu_mail.store.unit_of_work import UnitOfWork


def restricted_answer(answer: Answer) -> None:
    """The word of one who decides, or a report of the one who was named to help."""
    if answer.request.data.get(HELPER):
        _reported(answer, answer.request)
    else:
        take(answer)


def report_by_number(spoken: Spoken) -> bool:
    """Whether it was a report, by the case's number, of one who was named to help there."""
    if spoken.is_forged:
        return False
    codes = sorted(spoken.work.requests.codes_of_case(spoken.case.id))
    for request in spoken.work.requests.by_codes(codes):
        if request.data.get(HELPER) and spoken.may_speak_for(request.person):
            _reported(spoken, request)
            return True
    return False


def _reported(spoken: Spoken, request: Request) -> None:
    said, carrier = spoken.said, spoken.carrier
    files = tuple(item.name for item in said.mail.files if not item.inline)
    if files:
        carrier.log("attachments", {"mail": said.stored.id, "count": len(files)})
    if not said.text.strip() and not files:
        carrier.carry(told_why(request, "empty"))
        return
    carrier.carry(
        helped(
            request,
            spoken.work.requests.open_of_case(spoken.case.id),
            spoken.desk.office,
            who=said.person.id if said.person else request.person,
            text=said.text,
            files=files,
            is_unproven=not spoken.is_proven,
        )
    )


def repeat_restricted(desk: Desk, work: UnitOfWork, case: Case, now: datetime) -> None:
    """Tell of a threat to life once more, unless somebody acts, and plan the next time."""
    asked = [
        one
        for one in work.requests.open_of_case(case.id)
        if one.purpose is Purpose.restricted and not one.data.get(HELPER)
    ]
    since = [one.kind for one in work.journal.of_case(case.id)]
    last = len(since) - 1 - since[::-1].index("restricted") if "restricted" in since else 0
    if not asked or not HEARD.isdisjoint(since[last:]):
        return
    first = min(one.created_at for one in asked)
    for request in asked:
        words = work.requests.words(request.id)
        again = f"{desk.local(first):%d.%m.%Y в %H:%M}"
        words["context"] = {**words["context"], "again": again}
        work.requests.remember_words(request.id, words)
        send_request(desk, work, case, request, now)
    plan_repeat(case, work, asked=first, now=now)
