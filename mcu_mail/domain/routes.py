"""The routes of the tracks, as tables that read like the regulation.

Another track is another row of `ROUTES` and a section of the settings; `docs/tracks.md` shows them.
"""

from __future__ import annotations

from dataclasses import replace

from mcu_mail.domain.route import Actor, Form, Outcome, Route, Step, StepKind


def _draft(share: float, *, then: str) -> Step:
    return Step(
        name="draft",
        kind=StepKind.draft,
        actor=Actor.drafter,
        title="подготовить ответ",
        share=share,
        on={Outcome.done: then, Outcome.not_ours: "route"},
    )


def _approve(share: float) -> Step:
    """The responsible's row (decree 3.6, 3.7)."""
    return Step(
        name="approve",
        kind=StepKind.approve,
        actor=Actor.coordinator,
        title="согласовать ответ",
        share=share,
        own_work_skips=True,
        on={Outcome.done: "publish", Outcome.returned: "draft"},
    )


def _regional(*, then: str) -> Step:
    """The regional centre's row: it decides, the responsible keeps the case (decree 5.1, 5.2)."""
    return Step(
        name="regional",
        kind=StepKind.regional_approval,
        actor=Actor.coordinator,
        title="согласование ЦУР",
        waits=True,
        on={Outcome.done: then, Outcome.returned: "draft", Outcome.commented: "draft"},
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
        _draft(0.5, then="approve_head"),
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


# Decree 5.1: the responsible gives the first reply within the hour and passes the message to the
# executor with a term; the answer goes through her and is published, agreed by the regional
# centre and rated by the citizen, who has two days for a comment.
INCIDENT = Route(
    track="incident",
    form=Form.text,
    steps=(
        _text_route(),
        _draft(0.6, then="approve"),
        _approve(0.25),
        Step(
            name="publish",
            kind=StepKind.publish,
            actor=Actor.coordinator,
            title="опубликовать ответ",
            share=0.15,
            on={Outcome.done: "regional", Outcome.returned: "draft"},
        ),
        _regional(then="citizen"),
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
        _draft(0.6, then="approve"),
        _approve(0.15),
        Step(
            name="publish",
            kind=StepKind.publish,
            actor=Actor.coordinator,
            title="внести ответ в систему",
            share=0.1,
            on={Outcome.done: "regional", Outcome.returned: "draft"},
        ),
        _regional(then="consent"),
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
        _draft(0.7, then="publish"),
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
