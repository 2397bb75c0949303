"""The dispatcher names the department, or fills in what could not be read.

A sure finding of competence takes the place of his word once he has supplied what was missing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mcu_mail.domain.case import CloseReason, Purpose
from mcu_mail.domain.competence import find_competence
from mcu_mail.domain.course_parts import closing, not_taken, told, told_why
from mcu_mail.domain.decisions import Change, CloseRequest, Decision, Enter, Log
from mcu_mail.domain.fields import read_fields, with_fields
from mcu_mail.domain.route import Outcome, StepKind
from mcu_mail.domain.verdicts import MeaningKind, read_meaning
from mcu_mail.domain.whose_turn import find_department

if TYPE_CHECKING:
    from mcu_mail.domain.case import Case, Request
    from mcu_mail.domain.course_parts import Decisions, Reply, Rules
    from mcu_mail.domain.route import Step


def on_route(case: Case, request: Request, reply: Reply, rules: Rules) -> Decisions:
    """What follows from the dispatcher's reply about whose matter it is."""
    ended = closing(request, reply)
    if ended is not None:
        return ended
    fields, rest = read_fields(reply.text)
    decisions: list[Decision] = []
    notice = case.notice
    if fields:
        unsure = tuple(name for name in notice.unsure if name not in fields)
        notice = with_fields(notice, fields, unsure)
        decisions += [
            Log(kind="fields", data={"fields": sorted(fields)}),
            Change(values={"notice": notice}),
        ]
    wanted = named_department(reply, rest, rules)
    department = find_department(wanted, rules.office) if wanted else None
    if department is not None:
        return (*decisions, *_assign(replace(case, notice=notice), department, rules))
    if wanted:
        return (*decisions, *not_taken(request, reply, "unknown_department"))
    if not fields:
        return not_taken(request, reply, "not_understood")
    if request.purpose is Purpose.fields:
        if not notice.unsure:
            decisions.append(CloseRequest(request_id=request.id, reason=CloseReason.decided))
        return (*decisions, told(request, "fields"))
    finding = find_competence(notice.matter, notice.address, rules.office, rules.competence)
    changed = {"text", "address"} & fields.keys()
    if finding.sure and finding.department is not None and changed and not notice.unsure:
        # What could not be read was all that kept the service from knowing whose matter it is.
        known = replace(case, notice=notice, topic=finding.topic)
        return (*decisions, *_assign(known, finding.department, rules, by="service"))
    return (*decisions, *told_why(request, "department_missing"))


def named_department(reply: Reply, rest: str, rules: Rules) -> str:
    """The words of a reply that name a department; `rest` is what is left of it below fields."""
    meaning = reply.meaning
    if meaning.kind in {MeaningKind.route, MeaningKind.not_ours}:
        return meaning.name or meaning.reason
    first = read_meaning(rest, rules.today) if rest else None
    if first is not None and first.kind in {MeaningKind.route, MeaningKind.not_ours}:
        return first.name or first.reason
    # A bare «дороги» from the one who was asked for a department and nothing else.
    line = rest.splitlines()[0].strip() if rest else ""
    return line if len(line) <= 80 and "?" not in line else ""  # noqa: PLR2004 - a name, not prose


def _assign(case: Case, department: str, rules: Rules, by: str = "person") -> Decisions:
    again = "reassigned" if case.department not in {None, department} else "task"
    owner = next(item for item in rules.office.departments if item.id == department)
    found = find_competence(
        case.notice.matter, case.notice.address, rules.office, rules.competence
    ).scores
    # The department's own topic if the words name one, else the matter stays what it is about.
    topic = next((one for one, _ in found if one in owner.topics), case.topic)
    return (
        Log(kind="assigned", data={"department": department, "by": by}),
        Change(values={"department": department, "executor": None, "topic": topic}),
        Enter(
            step=_route(rules).on[Outcome.done],
            template="task",
            context={"why": again},
            close_as=CloseReason.decided,
        ),
    )


def _route(rules: Rules) -> Step:
    step = rules.route.kind(StepKind.route)
    assert step is not None, "every route has somebody who appoints"
    return step
