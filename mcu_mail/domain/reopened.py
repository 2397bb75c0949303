"""A case that a person has closed is opened again: it stands where it stood, with its term.

Within the minutes of «СТОП» as a second thought, later by «Открыть заново: причина».
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcu_mail.domain.case import CaseState, CloseReason
from mcu_mail.domain.decisions import Change, Enter, Log
from mcu_mail.domain.marks import Mark
from mcu_mail.domain.route import StepKind

if TYPE_CHECKING:
    from mcu_mail.domain.case import Case
    from mcu_mail.domain.course_parts import Decisions, Rules

ASKED = {
    StepKind.accept: "accept",
    StepKind.route: "route",
    StepKind.draft: "task",
    StepKind.approve: "approve",
    StepKind.sign: "sign",
    StepKind.publish: "publish",
    StepKind.regional_approval: "",
    StepKind.wait_citizen: "",
}
"""The mail that asks the actor of a step anew; a letter that has its number is not begun again."""


def opened_again(case: Case, stood: str, basis: str, by: str, rules: Rules) -> Decisions | str:
    """What follows, or why nothing does.

    Args:
        case: as it stands.
        stood: the step in which a person has closed it; empty when it came to its own end.
        basis: why; a second thought has none.
        by: who says so.
        rules: of its track.

    """
    if case.state is not CaseState.closed:
        return "outside_open"
    step = rules.route.step(stood) if stood else None
    if step is None or step.kind not in ASKED or case.restricted is not None:
        return "outside_ended"
    if Mark.appeal in case.marks:
        return "outside_ended"
    return (
        Log(kind="opened_again", data={"reason": basis, "by": by}),
        Enter(
            step=step.name,
            template=ASKED[step.kind],
            context={"why": ""},
            close_as=CloseReason.step_over,
        ),
        Change(values={"closed_at": None}),
    )
