"""A notice becomes a case: number, term, competence, and the first person asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from mcu_mail.domain.case import Case, CaseState, Purpose
from mcu_mail.domain.competence import find_competence
from mcu_mail.domain.decisions import Ask, Enter, Log
from mcu_mail.domain.numbering import case_number
from mcu_mail.domain.route import ROUTES
from mcu_mail.domain.terms import governor_term
from mcu_mail.service.carry import Carrier

if TYPE_CHECKING:
    from mcu_mail.domain.competence import Finding
    from mcu_mail.domain.course import Decisions
    from mcu_mail.domain.decisions import Decision
    from mcu_mail.domain.notice import Notice
    from mcu_mail.domain.terms import Term
    from mcu_mail.service.desk import Desk
    from mcu_mail.store.ledger import StoredMail
    from mcu_mail.store.unit_of_work import UnitOfWork

_CLOCKS_DIFFER = timedelta(minutes=10)
_SAME_MATTER = timedelta(days=30)
APPEAL = "appeal_59fz"
_SIMILAR = 0.8
_ORDINAL = 2
_NEEDED = frozenset({"text"})
"""Without these nobody can tell who is competent; the rest is asked for while work goes on."""


def arrival(notice: Notice, arrived: datetime, now: datetime) -> datetime:
    """When the term's clock started: the moment the notice states, else the mail's arrival.

    `facts.md` §1.0. A stated moment in the future, or a day without an hour, states no moment.
    """
    stated = notice.received_at
    if stated is None or stated > now + _CLOCKS_DIFFER:
        return min(arrived, now)
    if notice.received_day_only:
        return max(stated, min(arrived, now)) if stated.date() == arrived.date() else stated
    return stated


def open_case(
    desk: Desk,
    work: UnitOfWork,
    mail: StoredMail,
    notice: Notice,
    *,
    arrived: datetime,
    now: datetime,
    ordinal: int,
) -> Case:
    """Open a case for one notice and ask the first person; everything in the caller's unit."""
    received = desk.local(arrival(notice, arrived, now))
    settings = desk.settings.tracks.governor
    term = governor_term(
        received, settings.term_settings(), desk.calendar, stated=notice.due, track=notice.track
    )
    finding = find_competence(
        notice.text, notice.address, desk.office, desk.settings.competence.value()
    )
    # An «обращение» goes by law, not by this regulation: a person decides (`facts.md` §9).
    appeal = notice.event == APPEAL
    sure = finding.sure and not appeal and not _NEEDED & set(notice.unsure)
    year = desk.today(now).year
    same = _same_matter(work, notice, received)
    case = work.cases.add(
        _new_case(
            case_number(year, work.next_case_number(year)),
            notice,
            received,
            now,
            term,
            finding if sure else replace(finding, department=None),
        ),
        mail_id=mail.id,
    )
    carrier = Carrier(desk, work, case, now=now, actor="service", cause=f"mail{mail.id}.{ordinal}")
    doubt = "appeal" if appeal else finding.doubt
    return carrier.start(_first_decisions(case, term, finding, same, desk, sure=sure, doubt=doubt))


def _new_case(
    number: str, notice: Notice, received: datetime, now: datetime, term: Term, finding: Finding
) -> Case:
    return Case(
        id=0,
        number=number,
        track=notice.track,
        state=CaseState.open,
        step="route",
        entry=0,
        actor=None,
        # A doubtful department is a candidate for the dispatcher, no department of the case.
        department=finding.department,
        topic=finding.topic,
        territory=finding.territory,
        executor=None,
        author=None,
        notice=notice,
        received_at=received,
        opened_at=now,
        term=term.due,
        goal=term.goal,
        term_sentence=term.sentence,
        due=None,
    )


def _first_decisions(
    case: Case,
    term: Term,
    finding: Finding,
    same: tuple[Case, ...],
    desk: Desk,
    *,
    sure: bool,
    doubt: str,
) -> Decisions:
    notice = case.notice
    dispatcher = desk.office.roles.dispatcher
    decisions: list[Decision] = [
        Log(
            kind="opened",
            data={
                "received": case.received_at.isoformat(),
                "term": case.term.isoformat(),
                "goal": case.goal.isoformat() if case.goal else "",
                "topic": finding.topic or "",
                "department": finding.department or "",
                "doubt": doubt,
                "unsure": list(notice.unsure),
                "rules": dict(notice.rules),
            },
        )
    ]
    if sure:
        decisions.append(
            Enter(step=ROUTES[case.track].steps[1].name, template="task", context={"why": ""})
        )
        if notice.unsure:
            decisions.append(
                Ask(
                    purpose=Purpose.fields,
                    person=dispatcher,
                    template="route",
                    context={"why": "", "ask_fields_only": True},
                )
            )
    else:
        decisions.append(Enter(step="route", template="route", context={"why": "", "doubt": doubt}))
    if term.stated_is_later:
        decisions.append(
            Ask(purpose=Purpose.later_term, person=dispatcher, template="stated_later")
        )
    if same:
        numbers = [item.number for item in same]
        decisions += [
            Log(kind="similar", data={"cases": numbers}),
            Ask(
                purpose=Purpose.similar,
                person=dispatcher,
                template="similar",
                context={"similar": numbers},
                data={"key": "similar", "of": numbers[0]},
            ),
        ]
    return tuple(decisions)


def _same_matter(work: UnitOfWork, notice: Notice, received: datetime) -> tuple[Case, ...]:
    """Cases that look like the same message: linked and named, never merged silently."""
    found: dict[int, Case] = {}
    if notice.external_id:
        for case in work.cases.with_external_id(notice.track, notice.external_id):
            # Several messages in one letter are numbered 1), 2): such a number says nothing.
            if len(notice.external_id) > _ORDINAL and received - case.received_at < _SAME_MATTER:
                found[case.id] = case
    if notice.address and notice.text:
        for case in work.cases.with_address(notice.track, received - _SAME_MATTER):
            same_place = case.notice.address == notice.address
            alike = SequenceMatcher(None, case.notice.text, notice.text).ratio() >= _SIMILAR
            if same_place and alike:
                found[case.id] = case
    return tuple(found.values())
