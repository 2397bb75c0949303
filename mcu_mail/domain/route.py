"""What the route of a track is made of; the routes themselves are `domain/routes.py`.

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
    coordinator = "coordinator"
    """The track's responsible: «Инцидент» 3.6, «ПОС» and «Кузбасс-онлайн» 3.7."""
    publisher = "publisher"
    """Who puts the answer up: the executor or the responsible, as the office has settled it."""
    consenter = "consenter"
    """«Руководитель» who consents to the publication (decree 5.2), as the office has settled it."""


class Form(StrEnum):
    """What an answer is made into."""

    letter = "letter"
    """A signed letter, PDF and Word, with a number of the register."""
    text = "text"
    """Words that somebody puts up in the system the message came from."""


class Outcome(StrEnum):
    """What may come of a step."""

    done = "done"
    returned = "returned"
    not_ours = "not_ours"
    commented = "commented"
    """The citizen is not satisfied: back to work with a fresh term."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One row of a route.

    Attributes:
        share: this step's part of the time before the signing hours, in the plan of the day.
        own_work_skips: the step falls away when its actor wrote the version himself.
        waits: whoever decides is outside, so that the case waits; its actor passes the word on.
        settled: the step falls away when what it asks for is known already.

    """

    name: str
    kind: StepKind
    actor: Actor
    title: str
    share: float = 0.0
    own_work_skips: bool = False
    waits: bool = False
    settled: bool = False
    on: Mapping[Outcome, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Route:
    """The steps of a track, in order.

    Attributes:
        form: what its answers are made into.
        beside: what is asked at once when a case opens, and holds no other step up.

    """

    track: str
    steps: tuple[Step, ...]
    form: Form = Form.letter
    beside: tuple[Step, ...] = ()

    @property
    def first(self) -> Step:
        """Where a case of the track begins."""
        return self.steps[0]

    def comes_before(self, name: str, kind: StepKind) -> bool:
        """Whether the row `name` stands before the first one of that kind."""
        mark = self.kind(kind)
        if mark is None:
            return False
        return self.steps.index(self.step(name)) < self.steps.index(mark)

    def kind(self, kind: StepKind) -> Step | None:
        """The first row of that kind; None when the route has none."""
        return next((step for step in self.steps if step.kind is kind), None)

    def step(self, name: str) -> Step:
        """The row of that name; KeyError when the route has none."""
        for step in self.steps:
            if step.name == name:
                return step
        raise KeyError(name)

    def from_step(self, name: str) -> tuple[Step, ...]:
        """The rows from `name` to the end, that one included."""
        return self.steps[self.steps.index(self.step(name)) :]
