"""Answers to the question about a threat to life, and its repeats until somebody acts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcu_mail.domain.case import Purpose
from mcu_mail.domain.course_parts import told_why
from mcu_mail.domain.restriction import HEARD, HELPER, helped
from mcu_mail.domain.whose_turn import may_speak_for
from mcu_mail.mail.proof import TrustLevel
from mcu_mail.service.asking import send_request
from mcu_mail.service.planning import plan_repeat
from mcu_mail.service.taking import take

if TYPE_CHECKING:
    from datetime import datetime

    from mcu_mail.domain.case import Case, Request
    from mcu_mail.domain.meaning import Meaning
    from mcu_mail.service.carry import Carrier
    from mcu_mail.service.desk import Desk
    from mcu_mail.service.said import Said
    from mcu_mail.store.unit_of_work import UnitOfWork


def restricted_answer(
    desk: Desk,
    work: UnitOfWork,
    carrier: Carrier,
    said: Said,
    request: Request,
    meaning: Meaning,
    now: datetime,
) -> None:
    """The word of one who decides, or a report of the one who was named to help."""
    if not request.data.get(HELPER):
        take(desk, work, carrier, said, request, meaning, now)
        return
    _reported(desk, work, carrier, said, request)


def report_by_number(
    desk: Desk, work: UnitOfWork, carrier: Carrier, said: Said, now: datetime
) -> bool:
    """Whether it was a report, by the case's number, of one who was named to help there."""
    if said.person is None or said.level is TrustLevel.REFUSED:
        return False
    codes = sorted(work.requests.codes_of_case(carrier.case.id))
    today = desk.today(now)
    for request in work.requests.by_codes(codes):
        asked = request.data.get(HELPER)
        if asked and may_speak_for(said.person.id, request.person, desk.office, today):
            _reported(desk, work, carrier, said, request)
            return True
    return False


def _reported(desk: Desk, work: UnitOfWork, carrier: Carrier, said: Said, request: Request) -> None:
    files = tuple(item.name for item in said.mail.files if not item.inline)
    if files:
        carrier.log("attachments", {"mail": said.stored.id, "count": len(files)})
    if not said.text.strip() and not files:
        carrier.carry(told_why(request, "empty"))
        return
    carrier.carry(
        helped(
            request,
            work.requests.open_of_case(carrier.case.id),
            desk.office,
            who=said.person.id if said.person else request.person,
            text=said.text,
            files=files,
            is_unproven=said.level is not TrustLevel.PROVEN,
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
