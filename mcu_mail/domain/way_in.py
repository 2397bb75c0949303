"""Where a message begins its way: who is asked first, and whose word is taken from then on.

A message that was held (a threat, another place's matter) begins the same way when it is let go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcu_mail.domain.case import CloseReason, Purpose
from mcu_mail.domain.decisions import Ask, Enter
from mcu_mail.domain.marks import Mark
from mcu_mail.domain.route import Form, Outcome, StepKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mcu_mail.domain.case import Case
    from mcu_mail.domain.course_parts import Decisions, Rules


def way_in(
    case: Case,
    rules: Rules,
    *,
    is_routed: bool,
    context: Mapping[str, object],
    data: Mapping[str, str] | None = None,
    close_as: CloseReason | None = None,
) -> Decisions:
    """The first step of the case, and the standing request of who is responsible for it.

    Args:
        case: as it stands.
        rules: of its track.
        is_routed: whether its department is known for sure.
        context: what the mail of the first step says besides.
        data: what the request that asks for the department keeps.
        close_as: how the requests that were open so far end.

    """
    route = rules.route
    if route.first.kind is StepKind.accept and Mark.accepted not in case.marks:
        return (Enter(step=route.first.name, template="accept", close_as=close_as),)
    step = route.kind(StepKind.route)
    assert step is not None, "every route has somebody who appoints"
    if is_routed:
        first = Enter(
            step=step.on[Outcome.done], template="task", context={"why": ""}, close_as=close_as
        )
    else:
        first = Enter(
            step=step.name, template="route", context=context, data=data or {}, close_as=close_as
        )
    if route.form is Form.letter or route.first.kind is StepKind.accept:
        return (first,)
    return (first, standing(case, rules))


def standing(case: Case, rules: Rules) -> Ask:
    """The request that stays open with the case: her word is taken at any step (decree 3.6)."""
    return Ask(
        purpose=Purpose.control,
        person=rules.office.roles.responsible(case.track),
        template="control",
        data={"key": "standing"},
    )
