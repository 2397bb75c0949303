"""After an outage each person gets one mail that says what stands, and not a reminder a case.

Whom one case alone concerns gets its usual mail, with its buttons. Nobody is written to at night,
and of a track that has hours not outside them: what fell due in an outage waits for the morning.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from mcu_mail.domain.marks import Mark
from mcu_mail.domain.routes import ROUTES
from mcu_mail.service.asking import send_request, tell
from mcu_mail.service.cards import title_of
from mcu_mail.service.quiet import is_quiet_now

if TYPE_CHECKING:
    from mcu_mail.domain.case import Case, Request
    from mcu_mail.domain.decisions import Tell
    from mcu_mail.service.alive import Outage
    from mcu_mail.service.carry import Carrier
    from mcu_mail.service.desk import Desk
    from mcu_mail.store.unit_of_work import UnitOfWork

WORTH_TELLING = timedelta(minutes=15)
"""A shorter pause is not worth a word; whatever fell due in it is told as usual."""
NOISY = frozenset({"remind", "late_superior", "late_centre", "late_curator", "term_near", "term"})
"""The moments that write to people who may be asleep."""
_MORNING, _EVENING = time(7), time(22)
_MISSED, _MISSED_UNTIL = "outage_missed", "outage_missed_until"

Row = tuple[str, str, str, datetime]
LateRow = tuple[str, str, str, datetime, str, str]


@dataclass(kw_only=True)
class Gathered:
    """What would have been mailed, case by case."""

    asked: list[tuple[Case, Request, str]] = field(default_factory=list)
    """(case, request, cause) of the reminders."""
    told: list[tuple[Carrier, Tell]] = field(default_factory=list)


@dataclass(kw_only=True)
class _Of:
    """What concerns one person."""

    asked: list[tuple[Case, Request, str]] = field(default_factory=list)
    told: list[tuple[Carrier, Tell]] = field(default_factory=list)

    @property
    def cases(self) -> set[int]:
        return {case.id for case, _, _ in self.asked} | {one.case.id for one, _ in self.told}


def is_night(desk: Desk, now: datetime) -> bool:
    """Whether nobody is to be written to at this hour of the office."""
    return not _MORNING <= desk.local(now).time() < _EVENING


def remember_missed(desk: Desk, outage: Outage) -> None:
    """Keep which terms passed in an outage, before anything is done about them.

    Those of its first part stay when it was made longer by a second.
    """
    with desk.store.work() as work:
        key = f"{_MISSED}:{outage.since.isoformat()}"
        kept, until = work.facts.get(key), outage.until.isoformat()
        if kept is None or work.facts.get(_MISSED_UNTIL) != until:
            passed = work.cases.overdue_between(outage.since, outage.until)
            missed = [case for case in passed if Mark.published not in case.marks]
            known = kept.split(",") if kept else []
            ids = dict.fromkeys([*known, *(str(case.id) for case in missed)])
            work.facts.set(key, ",".join(ids))
            work.facts.set(_MISSED_UNTIL, until)
            work.commit()


def tell_what_stands(
    desk: Desk, work: UnitOfWork, gathered: Gathered, outage: Outage, now: datetime
) -> None:
    """Queue the mails of an outage: one to each person."""
    # Of a track that has hours nothing is told outside them: its own moments wait for the opening.
    missed = tuple(one for one in _missed(work, outage) if not is_quiet_now(one, desk, now))
    people: dict[str, _Of] = {}
    for case, request, cause in gathered.asked:
        people.setdefault(request.person, _Of()).asked.append((case, request, cause))
    for carrier, told in gathered.told:
        for person in dict.fromkeys(desk.standing_in(one, now) for one in told.people):
            people.setdefault(person, _Of()).told.append((carrier, told))
    roles = (desk.office.roles.dispatcher, desk.office.roles.centre_head)
    heads = {desk.standing_in(one, now) for one in roles} if missed else set()
    for person in dict.fromkeys([*heads, *people]):
        mine = people.get(person, _Of())
        if person in heads or len(mine.cases) > 1:
            _tell_all(desk, work, person, mine, missed if person in heads else (), outage, now)
        else:
            _tell_one(desk, work, person, mine, now)


def tell_of_missed(desk: Desk, outage: Outage, now: datetime) -> int:
    """Say which terms passed in an outage, and nothing else of it."""
    with desk.store.work() as work:
        tell_what_stands(desk, work, Gathered(), outage, now)
        work.commit()
    return 0


def _missed(work: UnitOfWork, outage: Outage) -> tuple[Case, ...]:
    kept = work.facts.get(f"{_MISSED}:{outage.since.isoformat()}") or ""
    return tuple(work.cases.get(int(one)) for one in kept.split(",") if one)


def _tell_one(desk: Desk, work: UnitOfWork, person: str, mine: _Of, now: datetime) -> None:
    for case, request, cause in mine.asked:
        send_request(desk, work, case, request, now, reminder=cause)
    for carrier, told in mine.told:
        carrier.carry((replace(told, people=(person,)),))


def _tell_all(
    desk: Desk,
    work: UnitOfWork,
    person: str,
    mine: _Of,
    missed: tuple[Case, ...],
    outage: Outage,
    now: datetime,
) -> None:
    overdue: dict[int, Row] = {case.id: _row(desk, case, case.term) for case in missed}
    waits: dict[int, Row] = {
        case.id: _row(desk, case, case.due or case.term) for case, _, _ in mine.asked
    }
    others: dict[int, LateRow] = {}
    for carrier, told in mine.told:
        case = carrier.case
        if case.id not in overdue and case.id not in waits:
            name, phone = (str(told.context.get(one, "")) for one in ("late_name", "late_phone"))
            others[case.id] = (*_row(desk, case, case.due or case.term), name, phone)
    tell(
        desk,
        work,
        None,
        person=person,
        template="caught_up",
        now=now,
        key=f"caught_up:{outage.since.isoformat()}:{person}",
        context={
            "since": desk.local(outage.since),
            "until": desk.local(outage.until),
            "overdue": tuple(overdue.values()),
            "waits": tuple(sorted(waits.values(), key=lambda one: one[3])),
            "others": tuple(sorted(others.values(), key=lambda one: one[3])),
        },
    )


def _row(desk: Desk, case: Case, due: datetime) -> Row:
    step = ROUTES[case.track].step(case.step).title
    return case.number, title_of(case, desk), step, desk.local(due)
