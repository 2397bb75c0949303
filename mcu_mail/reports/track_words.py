"""The Russian words of a case whose answer is published: its state, its events, what is marked.

The governor's track keeps its own words (`board`, `words`); these go before them on the others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mcu_mail.domain.marks import Mark
from mcu_mail.domain.route import Form, StepKind
from mcu_mail.domain.routes import ROUTES
from mcu_mail.reports.board import STATES
from mcu_mail.reports.words import ACTORS, EVENTS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mcu_mail.domain.case import Case
    from mcu_mail.store.unit_of_work import UnitOfWork

_WAITS = {
    StepKind.regional_approval: "ждёт ЦУР",
    StepKind.wait_citizen: "ждёт заявителя",
}
_EVENTS = {
    "region_returned": "ЦУР вернул ответ",
    "region_closed": "система закрыла сообщение",
    "reopened": "дело снова в работе",
    "assigned": "исполнитель назначен",
    "closed": "закрыто ответственным",
    "recalled": "отметка отозвана",
}
_ACTORS = {"region": "система или ЦУР"}
_FLAGS = {
    Mark.urgent: "срочно",
    Mark.fast: "фаст-трек",
    Mark.term_asked: "срок не назван",
    Mark.owed: "обещан полный ответ",
    Mark.late: "опоздание",
}


def _is_text(track: str) -> bool:
    return ROUTES[track].form is Form.text


def state_of(row: Mapping[str, Any]) -> str:
    """How a case stands, by its line on the board: «в работе», «ждёт ЦУР»."""
    if row["state"] == "waiting" and _is_text(row["track"]):
        return _WAITS.get(StepKind(row["step"]), "ждёт решения")
    return STATES[row["state"]]


def event_of(kind: str, track: str) -> str:
    """What an event is called in the course of a case of that track."""
    own = _EVENTS.get(kind) if _is_text(track) else None
    return own or EVENTS.get(kind, kind)


def actor_of(actor: str, track: str) -> str:
    """Who caused an event, where it is no person of the office."""
    own = _ACTORS.get(actor) if _is_text(track) else None
    return own or ACTORS.get(actor, actor)


def flags_of(marks: Mapping[str, str]) -> tuple[str, ...]:
    """What is out of the ordinary: «фаст-трек», «опоздание»."""
    return tuple(word for mark, word in _FLAGS.items() if mark in marks)


def remarks_of(marks: Mapping[str, str]) -> tuple[str, ...]:
    """All that is marked in a case, in words: «фаст-трек», «опубликован 23.11 12:20»."""
    said = list(flags_of(marks))
    if Mark.first_reply in marks:
        said.append(f"первичный ответ {_short(marks[Mark.first_reply])}")
    if Mark.category in marks:
        said.append(marks[Mark.category])
    if Mark.published in marks:
        outcome = f", {marks[Mark.outcome]}" if Mark.outcome in marks else ""
        said.append(f"опубликован {_short(marks[Mark.published])}{outcome}")
    if Mark.rating in marks:
        said.append(f"оценка {marks[Mark.rating]}")
    return tuple(said)


def _short(moment: str) -> str:
    return f"{moment[8:10]}.{moment[5:7]} {moment[11:16]}"


def open_remarks(work: UnitOfWork, title: Callable[[str], str]) -> dict[str, tuple[str, ...]]:
    """By the number of each open case: its source, then what is out of the ordinary.

    Args:
        work: where the cases are.
        title: the name of a track's source.

    """
    return {case.number: (title(case.track), *flags_of(case.marks)) for case in work.cases.open()}


def about(case: Case, title: Callable[[str], str]) -> tuple[str, ...]:
    """The source of a case with its number there, and all that is marked."""
    number = f" № {case.notice.external_id}" if case.notice.external_id else ""
    return (f"{title(case.track)}{number}", *remarks_of(case.marks))
