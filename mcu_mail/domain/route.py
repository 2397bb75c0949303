"""The routes of the tracks, as tables that read like the regulation.

A route is a value: steps in order, each with its kind, the one whose turn it is, what may come of
it and where that leads. The engine (`course.py`) knows kinds, never tracks, so that another track
is another table.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
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


def _close() -> Step:
    return Step(
        name="close",
        kind=StepKind.close,
        actor=Actor.service,
        title="закрыть",
        on={Outcome.returned: "draft", Outcome.commented: "draft"},
    )


def _text_route(coordinator: Actor = Actor.coordinator) -> Step:
    """The row in which the responsible appoints who answers (decree 3.6, 3.7)."""
    return Step(
        name="route",
        kind=StepKind.route,
        actor=coordinator,
        title="назначить исполнителя",
        share=0.1,
        on={Outcome.done: "draft"},
    )


# Decree 5.1: the responsible gives the first reply within the hour and passes the message to the
# executor with a term; the answer goes through her and is published, agreed by the regional
# centre and rated by the citizen, who has two days for a comment.
INCIDENT = Route(
    track="incident",
    form=Form.text,
    steps=(
        _text_route(),
        Step(
            name="draft",
            kind=StepKind.draft,
            actor=Actor.drafter,
            title="подготовить ответ",
            share=0.6,
            on={Outcome.done: "approve", Outcome.not_ours: "route"},
        ),
        Step(
            name="approve",
            kind=StepKind.approve,
            actor=Actor.coordinator,
            title="согласовать ответ",
            share=0.25,
            own_work_skips=True,
            on={Outcome.done: "publish", Outcome.returned: "draft"},
        ),
        Step(
            name="publish",
            kind=StepKind.publish,
            actor=Actor.coordinator,
            title="опубликовать ответ",
            share=0.15,
            on={Outcome.done: "regional", Outcome.returned: "draft"},
        ),
        Step(
            name="regional",
            kind=StepKind.regional_approval,
            actor=Actor.coordinator,
            title="согласование ЦУР",
            waits=True,
            on={
                Outcome.done: "citizen",
                Outcome.returned: "draft",
                Outcome.commented: "draft",
            },
        ),
        Step(
            name="citizen",
            kind=StepKind.wait_citizen,
            actor=Actor.coordinator,
            title="ожидание оценки заявителя",
            waits=True,
            on={
                Outcome.done: "close",
                Outcome.returned: "draft",
                Outcome.commented: "draft",
            },
        ),
        _close(),
    ),
    beside=(
        Step(
            name="first_reply",
            kind=StepKind.first_reply,
            actor=Actor.coordinator,
            title="дать первичный ответ",
        ),
    ),
)

# Decree 5.2: marked «в работу», passed to the executor with a term, published by the responsible,
# agreed by the regional centre; the «руководитель» consents to the publication.
POS = Route(
    track="pos",
    form=Form.text,
    steps=(
        Step(
            name="accept",
            kind=StepKind.accept,
            actor=Actor.coordinator,
            title="отметить «в работу»",
            share=0.05,
            on={Outcome.done: "route"},
        ),
        replace(_text_route(), settled=True),
        Step(
            name="draft",
            kind=StepKind.draft,
            actor=Actor.drafter,
            title="подготовить ответ",
            share=0.6,
            on={Outcome.done: "approve", Outcome.not_ours: "route"},
        ),
        Step(
            name="approve",
            kind=StepKind.approve,
            actor=Actor.coordinator,
            title="согласовать ответ",
            share=0.15,
            own_work_skips=True,
            on={Outcome.done: "publish", Outcome.returned: "draft"},
        ),
        Step(
            name="publish",
            kind=StepKind.publish,
            actor=Actor.coordinator,
            title="внести ответ в систему",
            share=0.1,
            on={Outcome.done: "regional", Outcome.returned: "draft"},
        ),
        Step(
            name="regional",
            kind=StepKind.regional_approval,
            actor=Actor.coordinator,
            title="согласование ЦУР",
            waits=True,
            on={
                Outcome.done: "consent",
                Outcome.returned: "draft",
                Outcome.commented: "draft",
            },
        ),
        Step(
            name="consent",
            kind=StepKind.approve,
            actor=Actor.consenter,
            title="дать согласие на опубликование",
            share=0.1,
            on={
                Outcome.done: "close",
                Outcome.returned: "draft",
                Outcome.commented: "draft",
            },
        ),
        _close(),
    ),
)

# Decree 5.3, first part: accepted within a day with category, subcategory and executor; the
# executor publishes and sets «решено» or «разъяснено»; a negative review begins the work anew.
KUZBASS_ONLINE = Route(
    track="kuzbass_online",
    form=Form.text,
    steps=(
        Step(
            name="accept",
            kind=StepKind.accept,
            actor=Actor.coordinator,
            title="принять, указать категорию и подкатегорию",
            share=0.1,
            on={Outcome.done: "route"},
        ),
        replace(_text_route(), settled=True),
        Step(
            name="draft",
            kind=StepKind.draft,
            actor=Actor.drafter,
            title="подготовить ответ",
            share=0.7,
            on={Outcome.done: "publish", Outcome.not_ours: "route"},
        ),
        Step(
            name="publish",
            kind=StepKind.publish,
            actor=Actor.publisher,
            title="опубликовать ответ, указать «решено» или «разъяснено»",
            share=0.2,
            on={Outcome.done: "close", Outcome.returned: "draft"},
        ),
        _close(),
    ),
)

ROUTES: dict[str, Route] = {
    route.track: route for route in (GOVERNOR, INCIDENT, POS, KUZBASS_ONLINE)
}
"""By the name of the track. Another track is another row here and a section of the settings."""


def steps_of_kind(*kinds: StepKind) -> frozenset[str]:
    """The names of the steps of these kinds, on whatever track.

    A name stands for one kind on all tracks; a test holds that.
    """
    return frozenset(
        step.name for route in ROUTES.values() for step in route.steps if step.kind in kinds
    )
