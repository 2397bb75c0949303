"""`docs/tracks.md` shows the routes as they are in the program, next to the decree."""

from __future__ import annotations

from pathlib import Path

import pytest

from mcu_mail.domain.route import Actor, Outcome, Route, Step
from mcu_mail.domain.routes import ROUTES

PAGE = Path(__file__).parent.parent.parent / "docs" / "tracks.md"
ACTORS = {
    Actor.dispatcher: "диспетчер",
    Actor.drafter: "исполнитель",
    Actor.department_head: "руководитель подразделения",
    Actor.curator: "заместитель главы по направлению",
    Actor.reception: "приёмная",
    Actor.registry: "канцелярия",
    Actor.service: "служба",
    Actor.coordinator: "ответственный за поток",
    Actor.publisher: "кто публикует (`publisher`)",
    Actor.consenter: "кто даёт согласие (`consent`)",
}
BACK = {
    Outcome.returned: "возврат",
    Outcome.not_ours: "не наше",
    Outcome.commented: "заявитель недоволен",
}


def row(number: str, step: Step, route: Route) -> str:
    """One line of the table of a route."""
    titles = {one.name: one.title for one in route.steps}
    done = step.on.get(Outcome.done)
    back = "; ".join(
        f"{word} → {titles[step.on[outcome]]}"
        for outcome, word in BACK.items()
        if outcome in step.on
    )
    remarks = [
        *(["решают вне округа, дело ждёт"] if step.waits else []),
        *(["пропускается, если исполнитель известен"] if step.settled else []),
        *(["пропускается, если автор – он сам"] if step.own_work_skips else []),
    ]
    cells = (
        number,
        step.title,
        ACTORS[step.actor],
        titles[done] if done else "",
        back,
        "; ".join(remarks),
    )
    return "| " + " | ".join(cells) + " |"


def table(route: Route) -> str:
    """The whole table of a route."""
    return "\n".join((
        "| № | шаг | чей ход | дальше | назад | особое |",
        "|---|---|---|---|---|---|",
        *(row(str(number), step, route) for number, step in enumerate(route.steps, start=1)),
        *(row("сразу", step, route) for step in route.beside),
    ))


@pytest.mark.parametrize("track", ROUTES)
def test_the_page_shows_the_route_of_the_track(track):
    shown = PAGE.read_text(encoding="utf-8")
    section = shown.partition(f"(`{track}`)\n")[2].partition("\n## ")[0]
    lines = "\n".join(line for line in section.splitlines() if line.startswith("|"))
    assert lines == table(ROUTES[track])
