"""The dispatcher names the department, or fills in what could not be read.

A sure finding of competence takes the place of his word once he has supplied what was missing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mcu_mail.domain.assigning import ORDERS, assigned, who_answers
from mcu_mail.domain.case import CloseReason, Purpose
from mcu_mail.domain.competence import find_competence
from mcu_mail.domain.course_parts import closing, not_taken, told, told_why
from mcu_mail.domain.decisions import Change, CloseRequest, Decision, Log
from mcu_mail.domain.fields import read_fields, with_fields
from mcu_mail.domain.verdicts import read_meaning

if TYPE_CHECKING:
    from mcu_mail.domain.case import Case, Request
    from mcu_mail.domain.course_parts import Decisions, Reply, Rules


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
    wanted, ordered = _wanted(reply, rest, rules)
    if wanted:
        whole = replace(case, notice=notice)
        return (*decisions, *_named(whole, request, reply, wanted, rules, ordered=ordered))
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
        by_rule = assigned(known, finding.department, rules, "service", CloseReason.decided)
        return (*decisions, *by_rule)
    return (*decisions, *told_why(request, "department_missing"))


def _named(
    case: Case, request: Request, reply: Reply, wanted: str, rules: Rules, *, ordered: bool
) -> Decisions:
    found = who_answers(wanted, case, rules.office)
    if isinstance(found, str):
        return not_taken(request, reply, found)
    department, person = found
    if person is not None and not ordered:
        # A surname in a line that is no order may be anybody's signature.
        return not_taken(request, reply, "unknown_department")
    return assigned(case, department, rules, reply.person, CloseReason.decided, person=person)


def _wanted(reply: Reply, rest: str, rules: Rules) -> tuple[str, bool]:
    """The words that name who is to answer, and whether they are an order.

    Args:
        reply: to the question whose matter it is.
        rest: what is left of it below fields.
        rules: of the track.

    """
    below = read_meaning(rest, rules.today) if rest else reply.meaning
    for meaning in (reply.meaning, below):
        if meaning.kind in ORDERS:
            return meaning.name or meaning.reason, True
    # A bare «дороги» from the one who was asked for a department and nothing else.
    line = rest.splitlines()[0].strip() if rest else ""
    is_name = len(line) <= 80 and "?" not in line  # noqa: PLR2004 - a name, not prose
    return (line if is_name else ""), False
