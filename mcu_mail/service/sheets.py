"""A person's open requests of the text tracks as numbered rows of one mail, once in an hour.

The sheet only carries its requests: each keeps its own rules, version and expiry. What a sheet's
code names is kept with the transaction that queues the mail.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from mcu_mail.domain.case import STANDING, CaseState
from mcu_mail.domain.codes import grouped, new_code
from mcu_mail.domain.sheet_plan import (
    Asked,
    Waiting,
    asked_of,
    due_of,
    is_fast,
    is_time,
    is_urgent,
)
from mcu_mail.mail.compose import read_message_id
from mcu_mail.service.asking import mail_request, queue_mail, tell
from mcu_mail.service.gathering import Gathered, Told, gathered_of, keep, people_of
from mcu_mail.service.sheet_mail import Open, buttons_for, example_for, files_of, lines_of, row_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mcu_mail.service.desk import Desk
    from mcu_mail.store.unit_of_work import UnitOfWork

_ORDER = tuple(Asked)


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """What a sheet's code names.

    Attributes:
        code: of the sheet.
        person: whom it was sent to.
        rows: the requests by their number.
        mails: how many mails carry the code.

    """

    code: str
    person: str
    rows: dict[int, int]
    mails: int


def sheet_of(work: UnitOfWork, code: str) -> Sheet | None:
    """The sheet of a code; None when no sheet has it."""
    kept = json.loads(work.facts.get(f"sheet_code:{code}") or "null")
    if kept is None:
        return None
    return Sheet(
        code=code,
        person=kept["person"],
        rows={int(number): int(one) for number, one in kept["rows"]},
        mails=int(kept["mails"]),
    )


def keep_sheet(work: UnitOfWork, sheet: Sheet) -> None:
    """Keep what a sheet's code names."""
    values = {"person": sheet.person, "rows": list(sheet.rows.items()), "mails": sheet.mails}
    work.facts.set(f"sheet_code:{sheet.code}", json.dumps(values))


def send_sheets(desk: Desk, now: datetime) -> int:
    """Queue every sheet whose time has come; return how many."""
    with desk.store.view() as view:
        known = [person for person in people_of(view) if person in desk.office.people]
        owed = [person for person in known if _is_owed(desk, view, person, now)]
    done = 0
    for person in owed:
        with desk.store.work() as work:
            if _is_owed(desk, work, person, now):
                done += _send(desk, work, person, now)
            work.commit()
    return done


def _is_owed(desk: Desk, work: UnitOfWork, person: str, now: datetime) -> bool:
    gathered = gathered_of(work, person)
    if not (gathered.rows or gathered.told):
        return False
    fresh = _open_rows(desk, work, gathered.rows, now)
    if not (fresh or gathered.told):
        return True
    waiting = [
        Waiting(
            due=row.due,
            urgent=is_urgent(row.case, row.asked),
            fast=is_fast(row.case, row.asked),
            again=bool(row.reminder) and row.request.mails > 0,
            open_now=_is_open(desk, row.case.track, now),
        )
        for row in fresh
    ]
    waiting += [Waiting(open_now=_is_open(desk, one.track, now)) for one in gathered.told]
    settings = desk.settings.sheets
    return is_time(
        now,
        gathered.last,
        waiting,
        period=timedelta(minutes=settings.minutes),
        lead=timedelta(minutes=settings.at_once_before_minutes),
    )


def _is_open(desk: Desk, track: str, now: datetime) -> bool:
    local = desk.local(now)
    return any(
        opening <= local.time() <= closing
        for opening, closing in desk.calendar.spans_on(local.date(), track)
    )


def _open_rows(
    desk: Desk, work: UnitOfWork, rows: Sequence[tuple[int, str]], now: datetime
) -> list[Open]:
    """Which of the requests still ask something."""
    found = []
    for request_id, reminder in rows:
        request = work.requests.get(request_id)
        case = work.cases.get(request.case_id)
        asked = asked_of(case, request)
        if asked is None or case.state is CaseState.closed or now > request.expires_at:
            continue
        due = due_of(case, asked, desk.clock_of(case.track, now))
        found.append(Open(request=request, case=case, asked=asked, due=due, reminder=reminder))
    return found


def _send(desk: Desk, work: UnitOfWork, person: str, now: datetime) -> int:
    gathered = gathered_of(work, person)
    fresh = _open_rows(desk, work, gathered.rows, now)
    known = {row.request.id for row in fresh}
    before = [(one, "") for one in gathered.shown if one not in known]
    again = [replace(row, again=True) for row in _open_rows(desk, work, before, now)]
    if not (fresh or gathered.told):
        # Everything was answered, or has gone, before it could be shown.
        keep(work, person, replace(gathered, rows=(), shown=_ids(again)))
        return 0
    rows, later = _with_room([*fresh, *again], desk.settings.sheets.most_rows)
    unseen = tuple((row.request.id, row.reminder) for row in later if not row.again)
    shown = _ids([*rows, *(row for row in later if row.again)])
    left = Gathered(last=now, shown=shown, rows=unseen, over=len(unseen))
    if len(rows) == 1 and fresh and not gathered.told and _has_own_mail(rows[0]):
        row = rows[0]
        mail_request(desk, work, row.case, row.request, now, reminder=row.reminder)
    else:
        more = (len(unseen), len(later) - len(unseen))
        _mail(desk, work, person, rows, gathered.told, now, more=more)
    keep(work, person, left)
    return 1


def _with_room(rows: Sequence[Open], most: int) -> tuple[list[Open], list[Open]]:
    """The rows of one mail in their order, and those that it has no room for.

    What he has not seen goes before what he has, so that none waits for ever.
    """
    pressing = sorted(
        rows,
        key=lambda row: (
            not (is_urgent(row.case, row.asked) or is_fast(row.case, row.asked)),
            row.again,
            row.due,
        ),
    )
    ordered = sorted(pressing[:most], key=lambda row: (_ORDER.index(row.asked), row.due))
    return ordered, pressing[most:]


def _has_own_mail(row: Open) -> bool:
    """Whether the mail of the request itself asks what the row does.

    That of a standing one tells of a new message; its reminder would name the time of the step.
    """
    if row.request.purpose in STANDING and row.asked is not Asked.accept:
        return row.asked is Asked.first_reply and not row.reminder
    return True


def _ids(rows: Sequence[Open]) -> tuple[int, ...]:
    return tuple(row.request.id for row in rows)


def _mail(
    desk: Desk,
    work: UnitOfWork,
    person: str,
    rows: Sequence[Open],
    told: Sequence[Told],
    now: datetime,
    *,
    more: tuple[int, int],
) -> None:
    """Queue a sheet; `more`: how many rows come after it, and how many of before it leaves out."""
    code = new_code(desk.random(10))
    if not rows:
        tell(
            desk,
            work,
            None,
            person=person,
            template="sheet",
            context={"rows": (), "told": lines_of(told), "example": (), "more": (0, 0)},
            key=f"sheet:{code}",
            now=now,
        )
        return
    shown = [row_of(desk, work, row, number, now) for number, row in enumerate(rows, start=1)]
    keep_sheet(
        work,
        Sheet(
            code=code,
            person=person,
            rows={row.number: one.request.id for row, one in zip(shown, rows, strict=True)},
            mails=1,
        ),
    )
    for row in rows:
        work.requests.next_mail(row.request.id)
    files, apart = files_of(desk, work, rows)
    shown = [replace(row, files_apart=row.number in apart) for row in shown]
    worded = desk.wording.compose(
        "sheet",
        person=desk.office.people[person],
        rows=tuple(shown),
        more=more,
        told=lines_of(told),
        example=example_for(desk, rows),
        undo_minutes=desk.settings.mail.undo_minutes,
        buttons=buttons_for(desk, rows, code),
        code=grouped(code),
        now=desk.local(now),
    )
    queue_mail(
        desk,
        work,
        key=f"sheet:{code}",
        kind="request",
        case=rows[0].case,
        person=person,
        worded=worded,
        message_id=read_message_id(code, 1, desk.domain),
        now=now,
        attachments=files,
        request_id=rows[0].request.id,
        code=code,
        threaded=False,
    )
    for number in apart:
        row = rows[number - 1]
        mail_request(desk, work, row.case, row.request, now)
