"""What is a row of a person's sheet, what it asks, and when a sheet goes.

A sheet gathers the open requests of one person on the tracks whose answers are published: each row
is a request with all its rules, the sheet only carries it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from mcu_mail.domain.case import STANDING, Purpose
from mcu_mail.domain.marks import Mark
from mcu_mail.domain.meaning import MeaningKind
from mcu_mail.domain.publication import is_published, owes_first_reply
from mcu_mail.domain.route import Form, StepKind
from mcu_mail.domain.routes import ROUTES
from mcu_mail.domain.track_terms import first_reply_due
from mcu_mail.domain.whose_turn import department_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, timedelta

    from mcu_mail.domain.case import Case, Request
    from mcu_mail.domain.course_parts import TrackClock
    from mcu_mail.domain.office import Office

ROWS = frozenset({
    Purpose.route,
    Purpose.approve,
    Purpose.publish,
    Purpose.control,
    Purpose.accept,
    Purpose.regional,
    Purpose.term,
})
"""What is asked in a sheet; a text is asked for, and handed back, in a mail of its own."""

NOTICES = frozenset({
    "receipt",
    "event_told",
    "term_changed",
    "opened",
    "escalation",
    "first_reply",
    "regional_check",
    "matter",
    "matter_shared",
})
"""Mails that ask nothing and can wait for the next sheet."""

REPEATS = frozenset({"first_reply", "regional_check"})
"""Of these, what only asks again for what a request asks already."""


class Asked(StrEnum):
    """What a row asks, in the order in which rows stand in a sheet."""

    first_reply = "first_reply"
    accept = "accept"
    route = "route"
    term = "term"
    approve = "approve"
    consent = "consent"
    publish = "publish"
    regional = "regional"


ANY = frozenset(MeaningKind)
"""Every word there is."""
_TELLING = frozenset({
    MeaningKind.apart,
    MeaningKind.appeal,
    MeaningKind.by_phone,
    MeaningKind.citizen,
    MeaningKind.clarified,
    MeaningKind.close,
    MeaningKind.duplicate,
    MeaningKind.executor,
    MeaningKind.fast_track,
    MeaningKind.first_reply,
    MeaningKind.merge,
    MeaningKind.not_ours,
    MeaningKind.recall,
    MeaningKind.regional,
    MeaningKind.reopen,
    MeaningKind.return_,
    MeaningKind.route,
    MeaningKind.template,
    MeaningKind.term,
    MeaningKind.urgent,
})
"""What may be said of any row: a word that is of no use there is answered with the reason."""
_FITS = {
    Asked.approve: {MeaningKind.approve, MeaningKind.published},
    Asked.consent: {MeaningKind.approve},
    Asked.publish: {MeaningKind.published},
    Asked.accept: {MeaningKind.accept},
    Asked.regional: {MeaningKind.approve},
}


def fits(asked: Asked) -> frozenset[MeaningKind]:
    """Which words decide something in such a row: «все …» takes the rows that it fits."""
    return _TELLING | frozenset(_FITS.get(asked, ()))


def is_gathered(case: Case) -> bool:
    """Whether what is asked and told of a case can be gathered; who may read it is not narrowed."""
    return ROUTES[case.track].form is Form.text and case.restricted is None


def reads_sheets(person: str, case: Case, office: Office) -> bool:
    """Whether what is told to a person can wait: not to the one who only writes the answer."""
    roles = office.roles
    department = department_of(case, office)
    leads = {roles.responsible(case.track), roles.dispatcher, roles.curator, roles.centre_head}
    leads.add(roles.consent.get(case.track, roles.curator))
    return person in leads or (department is not None and person == department.curator)


def asked_of(case: Case, request: Request) -> Asked | None:
    """What a request asks as the case stands now; None when nothing is owed by it."""
    if request.closed_at is not None:
        return None
    if Mark.appeal in case.marks:
        # It has left its track: nothing of it is owed there.
        return None
    if request.purpose in STANDING:
        return _standing(case, request)
    if request.purpose is Purpose.approve and is_published(case):
        return Asked.consent
    return Asked(request.purpose.value) if request.purpose in ROWS else None


def _standing(case: Case, request: Request) -> Asked | None:
    route = ROUTES[case.track]
    step = route.step(case.step)
    if step.kind is StepKind.regional_approval:
        return Asked.regional
    if is_published(case) or step.kind is StepKind.close:
        return None
    if request.purpose is Purpose.accept:
        return None if Mark.accepted in case.marks else Asked.accept
    return Asked.first_reply if owes_first_reply(case, route) else None


def due_of(case: Case, asked: Asked, clock: TrackClock | None) -> datetime:
    """By when a row is to be answered."""
    if asked is Asked.first_reply and clock is not None:
        received = case.received_at.astimezone(clock.now.tzinfo)
        due = first_reply_due(received, clock.terms, clock.calendar)
        if due is not None:
            return due
    return case.due or case.term


def is_urgent(case: Case, asked: Asked) -> bool:
    """Whether a row waits for no sheet and for no morning (decree 5.1)."""
    return Mark.urgent in case.marks and asked is not Asked.regional


def is_fast(case: Case, asked: Asked) -> bool:
    """Whether a row waits for no sheet: on the fast track every hour counts."""
    return Mark.fast in case.marks and asked in {Asked.approve, Asked.publish}


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """One thing that waits for the next sheet.

    Attributes:
        due: by when it is to be answered; None for what is only told.
        urgent: it waits for nothing.
        fast: it waits for the office to be open, not for the hour.
        again: he has had it before; he is not hurried more often than the lead.
        open_now: whether its track works at this moment.

    """

    due: datetime | None = None
    urgent: bool = False
    fast: bool = False
    again: bool = False
    open_now: bool = True


def is_time(
    now: datetime,
    last: datetime | None,
    waiting: Sequence[Waiting],
    *,
    period: timedelta,
    lead: timedelta,
) -> bool:
    """Whether a person's sheet goes now.

    Args:
        now: the moment.
        last: when the last one went.
        waiting: what has come since.
        period: between two sheets.
        lead: what is due so soon does not wait for the period.

    """
    if any(one.urgent for one in waiting):
        return True
    opened = [one for one in waiting if one.open_now]
    if not opened:
        return False
    if last is None or now - last >= period:
        return True
    pressed = now - last >= lead
    return any(
        (one.fast or (one.due is not None and one.due - lead <= now)) and (pressed or not one.again)
        for one in opened
    )
