"""The routes of the tracks, as tables that read like the regulation.

A route is a value: steps in order, each with its kind, the one whose turn it is, what may come of
it and where that leads. The engine (`course.py`) knows kinds, never tracks, so that another track
is another table.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class StepKind(StrEnum):
    """The few kinds of steps that all tracks share (design §2)."""

    accept = "accept"
    route = "route"
    first_reply = "first_reply"
    draft = "draft"
    approve = "approve"
    sign = "sign"
    register = "register"
    send = "send"
    publish = "publish"
    regional_approval = "regional_approval"
    wait_citizen = "wait_citizen"
    close = "close"


class Actor(StrEnum):
    """Whose turn a step is: a role, or a person found by competence."""

    dispatcher = "dispatcher"
    drafter = "drafter"
    """The named executor, else the head of the department (decree 5.3)."""
    department_head = "department_head"
    curator = "curator"
    """The deputy head of the okrug who curates the department."""
    reception = "reception"
    registry = "registry"
    service = "service"


class Outcome(StrEnum):
    """What may come of a step."""

    done = "done"
    returned = "returned"
    not_ours = "not_ours"


@dataclass(frozen=True, kw_only=True)
class Step:
    """One row of a route.

    Attributes:
        share: this step's part of the time before the signing hours, in the plan of the day.
        own_work_skips: the step falls away when its actor wrote the version himself.

    """

    name: str
    kind: StepKind
    actor: Actor
    title: str
    share: float = 0.0
    own_work_skips: bool = False
    on: Mapping[Outcome, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Route:
    """The steps of a track, in order."""

    track: str
    steps: tuple[Step, ...]

    def step(self, name: str) -> Step:
        """The row of that name; KeyError when the route has none."""
        for step in self.steps:
            if step.name == name:
                return step
        raise KeyError(name)

    def from_step(self, name: str) -> tuple[Step, ...]:
        """The rows from `name` to the end, that one included."""
        return self.steps[self.steps.index(self.step(name)) :]


# Decree 5.3, the paragraphs on the Governor's social networks: sent by competence to the head of
# the unit, who organises the answer; agreed with the curating deputy; signed by the head;
# registered; sent as pdf and doc to both regional addresses.
GOVERNOR = Route(
    track="governor",
    steps=(
        Step(
            name="route",
            kind=StepKind.route,
            actor=Actor.dispatcher,
            title="определить исполнителя",
            share=0.1,
            on={Outcome.done: "draft"},
        ),
        Step(
            name="draft",
            kind=StepKind.draft,
            actor=Actor.drafter,
            title="подготовить ответ",
            share=0.5,
            on={Outcome.done: "approve_head", Outcome.not_ours: "route"},
        ),
        Step(
            name="approve_head",
            kind=StepKind.approve,
            actor=Actor.department_head,
            title="согласовать: руководитель подразделения",
            share=0.2,
            own_work_skips=True,
            on={Outcome.done: "approve_deputy", Outcome.returned: "draft"},
        ),
        Step(
            name="approve_deputy",
            kind=StepKind.approve,
            actor=Actor.curator,
            title="согласовать: заместитель главы",
            share=0.3,
            on={Outcome.done: "sign", Outcome.returned: "draft"},
        ),
        Step(
            name="sign",
            kind=StepKind.sign,
            actor=Actor.reception,
            title="подписать у главы, скан в «Подписано»",
            on={Outcome.done: "register", Outcome.returned: "draft"},
        ),
        Step(
            name="register",
            kind=StepKind.register,
            actor=Actor.registry,
            title="зарегистрировать",
            on={Outcome.done: "send", Outcome.returned: "draft"},
        ),
        Step(
            name="send",
            kind=StepKind.send,
            actor=Actor.service,
            title="отправить в область",
            on={Outcome.done: "close"},
        ),
        Step(name="close", kind=StepKind.close, actor=Actor.service, title="закрыть"),
    ),
)

ROUTES: Mapping[str, Route] = {route.track: route for route in (GOVERNOR,)}


def steps_of_kind(*kinds: StepKind) -> frozenset[str]:
    """The names of the steps of these kinds, on whatever track."""
    return frozenset(
        step.name for route in ROUTES.values() for step in route.steps if step.kind in kinds
    )
