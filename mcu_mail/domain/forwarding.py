"""A matter of another place: the dispatcher passes it on, keeps it, or closes it.

Passing on is a letter like any other: approved, signed, registered and sent (59-ФЗ, ст. 8). Where
answers are published it is done in the system itself, and the citizen reads that it was.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from mcu_mail.domain.case import CloseReason
from mcu_mail.domain.competence import find_competence
from mcu_mail.domain.course_parts import closing, not_taken, told
from mcu_mail.domain.decisions import Change, Log, NewVersion
from mcu_mail.domain.desk_words import OrderKind, read_order
from mcu_mail.domain.intake_catalogue import forwarded_answer, forwarding_text
from mcu_mail.domain.route import Form
from mcu_mail.domain.way_in import standing, way_in
from mcu_mail.domain.whose_turn import first_approval

if TYPE_CHECKING:
    from mcu_mail.domain.case import Case, Request
    from mcu_mail.domain.course_parts import Decisions, Reply, Rules

OUTSIDE: Final = "outside"
"""The flag of a notice about a place that is not the okrug's."""
_LONGEST: Final = 200


def on_outside(case: Case, request: Request, reply: Reply, rules: Rules) -> Decisions:
    """What follows from the dispatcher's word about a matter of another place."""
    order = read_order(reply.text)
    if order is None:
        return closing(request, reply) or not_taken(request, reply, "outside_decide")
    if order.kind is OrderKind.ours:
        return _kept(case, rules)
    if order.kind is not OrderKind.forward:
        return not_taken(request, reply, "outside_decide")
    if not order.words or len(order.words) > _LONGEST:
        return not_taken(request, reply, "outside_where")
    passed = replace(case, department=None, executor=None, forward=order.words)
    first = first_approval(passed, reply.person, rules.route, rules.office, rules.today)
    published = rules.route.form is Form.text
    text = forwarded_answer(order.words) if published else forwarding_text(case.notice)
    return (
        Log(kind="forwarded", data={"to": order.words}),
        Change(values={"forward": order.words, "department": None, "executor": None}),
        NewVersion(text=text, author=reply.person, then=first.name),
        told(request, "forward", order.words),
        # What comes of the published answer is told like that of any other.
        *((standing(case, rules),) if published else ()),
    )


def _kept(case: Case, rules: Rules) -> Decisions:
    notice = case.notice
    notice = replace(notice, flags=tuple(flag for flag in notice.flags if flag != OUTSIDE))
    finding = find_competence(notice.matter, notice.address, rules.office, rules.competence)
    department = finding.department if finding.sure and not notice.unsure else None
    return (
        Log(kind="assigned", data={"department": department or "", "by": "person"}),
        Change(values={"notice": notice, "department": department}),
        *way_in(
            case,
            rules,
            is_routed=department is not None,
            context={"why": "", "doubt": finding.doubt},
            close_as=CloseReason.decided,
        ),
    )
