"""An «обращение» under 59-ФЗ goes by law, not by the rules of a track: a person says so.

It leaves the track and is controlled to its thirty days: the case waits, in the responsible's
hands, until she tells under which number the answer was given.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from mcu_mail.domain.case import CaseState, CloseReason
from mcu_mail.domain.decisions import Change, CloseRequest, Enter, Log, SetMarks, SetState
from mcu_mail.domain.marks import Mark
from mcu_mail.domain.matter_catalogue import appeal_sentence
from mcu_mail.domain.route import Outcome, StepKind
from mcu_mail.domain.track_terms import closing_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import tzinfo

    from mcu_mail.domain.calendar import WorkCalendar
    from mcu_mail.domain.case import Case, Request
    from mcu_mail.domain.course_parts import Decisions, Rules

TERM: Final = timedelta(days=30)
"""59-ФЗ, ст. 12: from the day of registration."""
BEFORE: Final = timedelta(days=3)
"""So long before its end it is reminded of."""
_NUMBERED: Final = re.compile(
    r"(?:№|\bномер\w{0,2}\b|\bисх\w{0,8}\.?|\bn)\s*№?\s*\S*\d", re.IGNORECASE
)


def is_appeal(case: Case) -> bool:
    """Whether the case has left its track."""
    return Mark.appeal in case.marks


def due_of(registered: date, calendar: WorkCalendar, track: str, zone: tzinfo | None) -> datetime:
    """The last moment for the answer: the thirtieth day, or the working day before it."""
    day = registered + TERM
    while not calendar.is_working_day(day, track) and day > registered:
        day -= timedelta(days=1)
    return datetime.combine(day, closing_of(calendar, day, track), zone)


def on_appeal(
    case: Case, number: str, registered: date, by: str, due: datetime, asked: Iterable[Request]
) -> Decisions | str:
    """«Обращение по 59-ФЗ, № … от …»: what follows, or the reason why nothing does.

    Args:
        case: as it stands.
        number: of the clerk's journal.
        registered: its date.
        by: who says so, and keeps it from now on.
        due: the last moment for the answer.
        asked: the open requests of the case; they end.

    """
    if case.state is CaseState.closed:
        return "outside_over"
    if is_appeal(case):
        return "outside_appeal_known"
    if not number.strip():
        return "outside_appeal_number"
    if Mark.published in case.marks:
        return "outside_over"
    sentence = f"{case.term_sentence} {appeal_sentence(number, registered, due)}"
    return (
        Log(
            kind="appeal",
            data={
                "number": number,
                "on": registered.isoformat(),
                "by": by,
                "due": due.isoformat(),
                "was": case.term.isoformat(),
            },
        ),
        SetMarks(values={Mark.appeal: number, Mark.track_term: case.term.isoformat()}),
        *(CloseRequest(request_id=one.id, reason=CloseReason.step_over) for one in asked),
        Change(values={"term": due, "goal": None, "term_sentence": sentence}),
        SetState(state=CaseState.waiting),
        Change(values={"actor": by, "due": due}),
    )


def on_answered(case: Case, basis: str, by: str, rules: Rules) -> Decisions | str:
    """«Закрыть: ответ дан, № …»: the control ends with the number of the answer."""
    if not _NUMBERED.search(basis):
        return "outside_appeal_answer"
    close = rules.route.kind(StepKind.close)
    assert close is not None, "every route has an end"
    return (
        Log(kind="closed", data={"reason": basis, "by": by, "number": case.marks[Mark.appeal]}),
        Enter(step=close.name, template="", close_as=CloseReason.decided),
    )


def on_taken_back(case: Case, department: str, by: str, rules: Rules) -> Decisions:
    """«Передать: отдел» of an appeal that was none: the case goes on by its track."""
    route = rules.route.kind(StepKind.route)
    assert route is not None, "every route has somebody who appoints"
    term = datetime.fromisoformat(case.marks[Mark.track_term])
    return (
        Log(kind="appeal_back", data={"department": department, "by": by}),
        SetMarks(values={Mark.appeal: None, Mark.track_term: None}),
        Change(values={"department": department, "executor": None, "term": term, "goal": None}),
        Enter(
            step=route.on[Outcome.done],
            template="task",
            context={"why": ""},
            close_as=CloseReason.step_over,
        ),
    )
