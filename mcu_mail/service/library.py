"""The library of template answers at work: what of the office's files is offered for a case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mcu_mail.domain.answers import FIRST_REPLIES, GENERAL, Offer, by_fit, read_library
from mcu_mail.domain.term_words import first_reply_text
from mcu_mail.domain.whose_turn import department_of
from mcu_mail.mail.library import filled, moment
from mcu_mail.mail.phrases import initials

if TYPE_CHECKING:
    from datetime import datetime

    from mcu_mail.domain.case import Case
    from mcu_mail.service.desk import Desk

_MOST_SHOWN: Final = 5


def offer_of(desk: Desk, case: Case, now: datetime) -> Offer | None:
    """The template answers that fit the case's topic; None when there are none for it."""
    if case.restricted is not None:
        return None
    known = read_library(desk.templates.current.files)
    fitting = by_fit(known, case.topic, case.notice.matter)
    values = _values(desk, case, now)
    usable = [(one, text) for one in fitting if (text := filled(one.body, values)) is not None]
    if not usable:
        return None
    best, words = usable[0]
    titles = tuple(one.title for one, _ in usable[1 : _MOST_SHOWN + 1])
    return Offer(titles=titles, best_title=best.title, best=words)


def first_reply_of(desk: Desk, case: Case, now: datetime) -> str:
    """The draft of the first reply: of the topic, else the general one, else the program's own."""
    if case.term <= now:
        return first_reply_text(None)
    files = desk.templates.current.files
    for name in (case.topic, GENERAL):
        content = files.get(f"{FIRST_REPLIES}/{name}.txt") if name else None
        if content is None:
            continue
        try:
            text = filled(content.decode("utf-8-sig"), _values(desk, case, now))
        except UnicodeDecodeError:
            continue
        if text is not None:
            return text
    return first_reply_text(desk.local(case.term))


def _values(desk: Desk, case: Case, now: datetime) -> dict[str, str]:
    """What a file may name of the case."""
    notice, office = case.notice, desk.office
    department = department_of(case, office)
    drafter = office.people.get(case.executor or (department.head if department else ""))
    term = desk.local(case.term)
    return {
        "applicant": notice.applicant or "",
        "address": notice.address or "",
        "phone": notice.phone or "",
        "due": moment(term),
        "day": f"{term:%d.%m.%Y}",
        "today": f"{desk.local(now):%d.%m.%Y}",
        "number": case.number,
        "external_id": notice.external_id or "",
        "department": department.name if department else "",
        "executor": initials(drafter.name) if drafter else "",
        "office": desk.settings.office.short,
    }
