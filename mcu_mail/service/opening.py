"""A notice becomes a case: number, term, competence, and the first person asked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from mcu_mail.domain.case import Case, CaseState, Purpose
from mcu_mail.domain.competence import find_competence
from mcu_mail.domain.concerns import concerns_in
from mcu_mail.domain.decisions import Ask, Enter, Log, SetMarks, Tell
from mcu_mail.domain.forwarding import OUTSIDE
from mcu_mail.domain.happened import on_happened
from mcu_mail.domain.intake_catalogue import appeal_terms
from mcu_mail.domain.marks import Mark
from mcu_mail.domain.numbering import case_number
from mcu_mail.domain.outside import marked_outside
from mcu_mail.domain.restriction import alerted, is_grave, restrict, warned
from mcu_mail.domain.route import Form, StepKind
from mcu_mail.domain.routes import ROUTES
from mcu_mail.domain.stated_terms import stated_term
from mcu_mail.domain.terms import governor_term
from mcu_mail.domain.told_events import Happened, What
from mcu_mail.domain.track_terms import term_of
from mcu_mail.domain.way_in import way_in
from mcu_mail.domain.whose_turn import department_of
from mcu_mail.service.carry import Carrier
from mcu_mail.service.clock_start import clock_start
from mcu_mail.service.likeness import asked_about, same_matter
from mcu_mail.service.matter_links import remember_keys
from mcu_mail.service.rebuilding import of_notice
from mcu_mail.service.track_moments import watch_opening

if TYPE_CHECKING:
    from mcu_mail.domain.competence import Finding
    from mcu_mail.domain.course import Decisions
    from mcu_mail.domain.course_parts import Rules
    from mcu_mail.domain.decisions import Decision
    from mcu_mail.domain.notice import Notice
    from mcu_mail.domain.terms import Term
    from mcu_mail.service.desk import Desk
    from mcu_mail.store.ledger import StoredMail
    from mcu_mail.store.unit_of_work import UnitOfWork

APPEAL = "appeal_59fz"
_NEEDED = frozenset({"text"})
"""Without these nobody can tell who is competent; the rest is asked for while work goes on."""


@dataclass(frozen=True, kw_only=True)
class Brought:
    """Who has opened a case by his word.

    Attributes:
        person: an official; what is missing is asked of him.
        how: `typed` («Новое: …»), `forwarded`, or `file` (the folder «Входящие»).
        file: digest of a paper whose words a person is to type, kept in the store.
        file_name: what the paper is called in the mail that asks.

    """

    person: str
    how: str
    file: str = ""
    file_name: str = ""


def open_case(
    desk: Desk,
    work: UnitOfWork,
    mail: StoredMail,
    notice: Notice,
    *,
    arrived: datetime,
    now: datetime,
    ordinal: int,
    brought: Brought | None = None,
) -> Case:
    """Open a case for one notice and ask the first person; everything in the caller's unit.

    Args:
        desk: the office's desk.
        work: the transaction.
        mail: what brought it, a mail or a file of the clerk's.
        notice: as read.
        arrived: when it came.
        now: the moment.
        ordinal: of the notice in its mail.
        brought: by whom, when the system did not send it itself.

    """
    notice = with_flags(notice, desk)
    forgotten = of_notice(work, mail.sha256, ordinal)
    if forgotten is not None:
        # Its letter has long been sent: the case gets its words back, and nobody is asked.
        received, _ = clock_start(desk, notice, arrived, now)
        return work.cases.change(forgotten.id, {"notice": notice, "received_at": received})
    received, both = clock_start(desk, notice, arrived, now)
    term = term_for(desk, notice, received, now)
    if both:
        term = replace(term, sentence=f"{term.sentence} {both}")
    finding = find_competence(
        notice.matter, notice.address, desk.office, desk.settings.competence.value()
    )
    # An «обращение» goes by law, not by this regulation: a person decides (`facts.md` §9).
    appeal = notice.event == APPEAL
    sure = finding.sure and not appeal and not _NEEDED & set(notice.unsure)
    sure = sure and "anonymous" not in notice.flags
    year = desk.today(now).year
    same = same_matter(work, notice, received)
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
    watch_opening(case, desk, work, now)
    remember_keys(work, case)
    doubt: str = "appeal" if appeal else finding.doubt
    if "anonymous" in notice.flags:
        doubt = "anonymous"
    beside = _beside(case, term, same, desk)
    rules = desk.rules(case, now)
    first: Decisions = (
        _opened(case, finding, doubt, brought),
        *_thanked(desk, brought),
        *_known_of(case, rules, term),
    )
    if is_grave(notice.flags):
        first = (*first, *restrict(case, rules, notice.flags))
    elif OUTSIDE in notice.flags:
        first = (*first, _whose(case))
    else:
        first = (*first, *_routed(case, desk, rules, brought, sure=sure, doubt=doubt))
    return carrier.start((*first, *beside))


def term_for(desk: Desk, notice: Notice, received: datetime, now: datetime) -> Term:
    """The term of a message by the rules of its track."""
    clock = desk.clock_of(notice.track, now)
    if clock is None:
        settings = desk.settings.tracks.governor.term_settings()
        return governor_term(
            received, settings, desk.calendar, stated=notice.due, track=notice.track
        )
    fast = bool(notice.fast_track)
    stated = stated_term(notice, received, clock.calendar)
    return term_of(received, clock.terms, clock.calendar, stated, fast=fast)


def with_flags(notice: Notice, desk: Desk) -> Notice:
    """The notice with the flags of its words; a collective one must name its representative."""
    notice = marked_outside(notice, desk.own_names)
    found = (concern.flag for concern in concerns_in(notice.text))
    flags = tuple(dict.fromkeys((*notice.flags, *found)))
    unsure = notice.unsure
    if "collective" in flags and not notice.applicant:
        unsure = tuple(dict.fromkeys((*unsure, "applicant")))
    return replace(notice, flags=flags, unsure=unsure)


def _new_case(
    number: str, notice: Notice, received: datetime, now: datetime, term: Term, finding: Finding
) -> Case:
    return Case(
        id=0,
        number=number,
        track=notice.track,
        state=CaseState.open,
        step=ROUTES[notice.track].first.name,
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


def _opened(case: Case, finding: Finding, doubt: str, brought: Brought | None) -> Log:
    return Log(
        kind="opened",
        data={
            "received": case.received_at.isoformat(),
            "term": case.term.isoformat(),
            "goal": case.goal.isoformat() if case.goal else "",
            "topic": finding.topic or "",
            "department": finding.department or "",
            "doubt": doubt,
            "unsure": list(case.notice.unsure),
            # The rules name the very words that have raised the alarm.
            "rules": {} if is_grave(case.notice.flags) else dict(case.notice.rules),
            "flags": list(case.notice.flags),
            **({"by": brought.person, "how": brought.how} if brought else {}),
        },
    )


def _known_of(case: Case, rules: Rules, term: Term) -> Decisions:
    """What its own notice tells of a case beside its fields: of its term, its speed, its haste."""
    if rules.clock is None:
        return ()
    marks: dict[str, str | None] = {}
    if not term.is_known:
        marks[Mark.term_asked] = "notice"
    if case.notice.fast_track and rules.clock.terms.fast_hours is not None:
        marks[Mark.fast] = rules.clock.now.isoformat()
    known: Decisions = (SetMarks(values=marks),) if marks else ()
    if not _is_urgent(case) or is_grave(case.notice.flags):
        return known
    wish = Happened(what=What.urgent, words=case.notice.basis or "", due=case.notice.due)
    # Everybody on its way is told by `told_urgent`.
    hurried = on_happened(case, wish, "region", rules)
    return (*known, *(one for one in hurried if not isinstance(one, Tell)))


def _is_urgent(case: Case) -> bool:
    return case.notice.urgent or case.notice.event == "urgent"


def _thanked(desk: Desk, brought: Brought | None) -> Decisions:
    """Whoever brought it hears that it counts, before he is asked for what is missing.

    Of a forward the dispatcher hears too: no system has said that the case is to be.
    """
    if brought is None:
        return ()
    context = {"how": brought.how, "who": ""}
    told = Tell(people=(brought.person,), template="opened", context=context)
    dispatcher = desk.office.roles.dispatcher
    if brought.how != "forwarded" or brought.person == dispatcher:
        return (told,)
    context = {**context, "who": desk.office.people[brought.person].name}
    return (told, Tell(people=(dispatcher,), template="opened", context=context))


def _routed(
    case: Case, desk: Desk, rules: Rules, brought: Brought | None, *, sure: bool, doubt: str
) -> Decisions:
    """The ordinary way: the competent department, or the dispatcher who chooses it."""
    unsure = case.notice.unsure
    dispatcher = desk.office.roles.responsible(case.track)
    asked = brought.person if brought else dispatcher
    decisions: list[Decision] = []
    context: dict[str, object] = {"why": "", "doubt": doubt}
    if doubt == "appeal" and ROUTES[case.track].first.kind is StepKind.route:
        context["by_law"] = _by_law(case, desk)
        decisions.append(Log(kind="appeal_term", data={"note": context["by_law"]}))
    context["paper"] = bool(brought and brought.how == "file" and not case.notice.text)
    decisions += way_in(case, rules, is_routed=sure, context=context, data=_paper_of(brought))
    # Whoever told of it knows what is missing; else the dispatcher finds it out.
    if unsure and (sure or asked != dispatcher):
        decisions.append(
            Ask(
                purpose=Purpose.fields,
                person=asked,
                template="route",
                context={"why": "", "ask_fields_only": True},
            )
        )
    return tuple(decisions)


def _paper_of(brought: Brought | None) -> dict[str, str]:
    """The paper that is shown to whoever types its words."""
    if brought is None or not brought.file:
        return {}
    return {"file": brought.file, "file_name": brought.file_name}


def _by_law(case: Case, desk: Desk) -> str:
    """The terms of 59-ФЗ, for information: registration in three days, an answer in thirty."""
    day = desk.local(case.received_at).date()
    return appeal_terms(day + timedelta(days=3), day + timedelta(days=33))


def _whose(case: Case) -> Enter:
    """A matter of another place: the dispatcher says whose it is."""
    return Enter(step=case.step, template="outside", purpose=Purpose.outside)


def _beside(case: Case, term: Term, same: tuple[Case, ...], desk: Desk) -> Decisions:
    """What the dispatcher is asked or told besides the first step."""
    dispatcher = desk.office.roles.responsible(case.track)
    decisions: list[Decision] = []
    if term.stated_is_later:
        decisions.append(
            Ask(purpose=Purpose.later_term, person=dispatcher, template="stated_later")
        )
    decisions += asked_about(same, case, desk, dispatcher)
    if not is_grave(case.notice.flags):
        decisions += warned(case.notice.flags, desk.office.roles)
    if _is_urgent(case):
        decisions.append(told_urgent(case, desk, ""))
    return tuple(decisions)


def told_urgent(case: Case, desk: Desk, words: str) -> Tell:
    """Everybody on the way of a case hears at once that the answer is wanted early."""
    office = desk.office
    department = department_of(case, office)
    staff = (department.head, department.curator) if department else (office.roles.curator,)
    people = (
        *((case.executor,) if case.executor else ()),
        *staff,
        *(
            (office.roles.reception, office.roles.registry)
            if ROUTES[case.track].form is Form.letter
            else ()
        ),
        office.roles.responsible(case.track),
        office.roles.centre_head,
    )
    if case.restricted is not None:
        people = alerted(office.roles)
    stated = desk.local(case.notice.due) if case.notice.due else None
    return Tell(
        people=tuple(dict.fromkeys(people)),
        template="urgent",
        context={"stated": stated, "excerpt": words},
    )
