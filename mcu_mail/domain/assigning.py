"""Somebody is appointed to answer (decree 3.6, 5.3): one rule, whoever appoints him and where."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcu_mail.domain.competence import find_competence
from mcu_mail.domain.decisions import Change, Enter, Log
from mcu_mail.domain.meaning import MeaningKind
from mcu_mail.domain.route import Outcome, StepKind
from mcu_mail.domain.whose_turn import find_department, find_person

if TYPE_CHECKING:
    from mcu_mail.domain.case import Case, CloseReason
    from mcu_mail.domain.course_parts import Decisions, Rules
    from mcu_mail.domain.office import Office

ORDERS = frozenset({MeaningKind.route, MeaningKind.not_ours, MeaningKind.executor})
"""Words that appoint somebody."""


def who_answers(words: str, case: Case, office: Office) -> tuple[str, str | None] | str:
    """The department that these words name, and the person of it; or why nobody is found.

    A person of no department answers for the one that the case has.
    """
    department = find_department(words, office)
    if department is not None:
        return department, None
    person = find_person(words, office)
    if person is None:
        return "unknown_department"
    own = (one.id for one in office.departments if person in {one.head, *one.executors})
    department = next(own, case.department)
    return "unknown_person" if department is None else (department, person)


def assigned(
    case: Case,
    department: str,
    rules: Rules,
    by: str,
    close_as: CloseReason,
    *,
    person: str | None = None,
    basis: str = "",
) -> Decisions:
    """The case is that department's, and `person`'s of it: he, or else its head, is asked.

    A message that is still to be accepted goes to him when it is.
    """
    route = rules.route.kind(StepKind.route)
    assert route is not None, "every route has somebody who appoints"
    owner = next(one for one in rules.office.departments if one.id == department)
    executor = person if person != owner.head else None
    another = case.department != department
    data = {"department": department, "executor": executor or "", "by": by, "basis": basis}
    topic = _topic(case, owner.topics, rules) if another else case.topic
    known: Decisions = (
        Log(kind="assigned", data=data),
        Change(values={"department": department, "executor": executor, "topic": topic}),
    )
    if rules.route.comes_before(case.step, StepKind.route):
        return known
    again = "reassigned" if case.department is not None and another else "task"
    return (
        *known,
        Enter(
            step=route.on[Outcome.done],
            template="task",
            context={"why": again},
            close_as=close_as,
        ),
    )


def _topic(case: Case, topics: tuple[str, ...], rules: Rules) -> str | None:
    """The department's own topic if the words name one, else the matter stays what it is about."""
    matter, address = case.notice.matter, case.notice.address
    found = find_competence(matter, address, rules.office, rules.competence).scores
    return next((one for one, _ in found if one in topics), case.topic)
