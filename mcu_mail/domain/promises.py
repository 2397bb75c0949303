"""What an interim answer has promised is owed to its day (decree 3.6), on every track.

The responsible «контролирует своевременное предоставление информации, фото- и видеоматериалов» by
the days that interim answers name: `Mark.owed` holds the day from the answer on till it is kept.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from mcu_mail.domain.course_parts import told
from mcu_mail.domain.decisions import Log, SetMarks
from mcu_mail.domain.marks import Mark

if TYPE_CHECKING:
    from datetime import date

    from mcu_mail.domain.case import Case, Request
    from mcu_mail.domain.course_parts import Decisions, Reply, Rules


def owed_until(case: Case) -> datetime | None:
    """The end of the day to which the full answer is promised; None when nothing is."""
    said = case.marks.get(Mark.owed)
    return datetime.fromisoformat(said) if said else None


def owed_day(case: Case) -> date | None:
    """The promised day itself."""
    until = owed_until(case)
    return until.date() if until is not None else None


def kept(case: Case, at: datetime) -> Decisions:
    """The full answer is given at `at` (aware): nothing is owed any more."""
    until = owed_until(case)
    if until is None:
        return ()
    data = {"promised": until.isoformat(), "late": at > until}
    return (
        Log(kind="promise_kept", data=data),
        SetMarks(values={Mark.owed: None}),
    )


def broken(case: Case, now: datetime) -> Decisions:
    """The promised day has passed without the full answer; told once for each promise."""
    until = owed_until(case)
    if until is None or until > now or case.marks.get(Mark.broken) == until.isoformat():
        return ()
    return (
        Log(kind="promise_broken", data={"promised": until.isoformat(), "step": case.step}),
        SetMarks(values={Mark.broken: until.isoformat()}),
    )


def on_promise_kept(case: Case, request: Request, reply: Reply, rules: Rules) -> Decisions:
    """«Обещание выполнено»: the responsible has seen that it is; the answer itself is still due."""
    clock = rules.clock
    if clock is None or owed_until(case) is None:
        return (told(request, "promise_none"),)
    noted, marked = kept(case, clock.now)
    assert isinstance(noted, Log), "it is written down first"
    data = {**noted.data, "by": reply.person, "basis": reply.meaning.reason}
    return (Log(kind=noted.kind, data=data), marked, told(request, "promise_kept"))
