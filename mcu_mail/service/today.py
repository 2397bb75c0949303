"""«Сегодня.txt» in «На подпись»: what waits for the clerk, what has gone, what to write on paper.

Short, the urgent first. Written only when it says something new: the clerk's folder must not
flicker. It is a note for people; nothing reads it back, and a share that is away or a file open
elsewhere stops nothing.
"""

from __future__ import annotations

import hashlib
import logging
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from mcu_mail.documents.folder import Folder
from mcu_mail.domain.case import CaseState, Purpose
from mcu_mail.domain.catalogue import NEEDS_DISPATCHER, PEN_NOTE
from mcu_mail.domain.route import StepKind
from mcu_mail.domain.routes import ROUTES, steps_of_kind
from mcu_mail.errors import TemporaryError
from mcu_mail.service.cards import title_of
from mcu_mail.service.paper_names import print_name
from mcu_mail.store.registry import VOID

if TYPE_CHECKING:
    from datetime import datetime

    from mcu_mail.service.desk import Desk
    from mcu_mail.store.unit_of_work import UnitOfWork

log = logging.getLogger(__name__)

NAME = "Сегодня.txt"
_FACT = "today"
_MOST_REFUSED = 8
_CLERKS = (StepKind.sign, StepKind.register, StepKind.send)


@dataclass(frozen=True, kw_only=True)
class Day:
    """What the note says; every name is one of its template's."""

    refused: tuple[str, ...]
    refused_more: int
    owed: tuple[tuple[str, str, datetime], ...]
    """(case, title, due) of the letters whose number the clerk owes."""
    questions: int
    """Mails to the clerk about the register that want one tap."""
    waiting: tuple[tuple[str, str, str, datetime], ...]
    """(case, title, file, scan needed by) of the letters at the head's."""
    paper: tuple[tuple[str, str, str, datetime, bool], ...]
    """(number, case, title, registered, gone) of today's registrations."""
    troubles: tuple[tuple[str, str, str], ...]
    """(case, number or empty, what happened)."""
    sent: tuple[tuple[str, str, str, datetime], ...]
    """(number, case, title, moment) of the letters that went out today."""
    voided: tuple[tuple[str, str], ...]
    duty: tuple[tuple[str, str], ...]


def write_today(desk: Desk, now: datetime) -> bool:
    """Make sure that the note says what is true at `now`; True when it was written anew."""
    if not desk.folders.is_mounted():
        return False
    day = day_of(desk, now)
    digest = hashlib.sha256(repr((desk.today(now), day)).encode()).hexdigest()
    with desk.store.view() as view:
        known = view.facts.get(_FACT)
    there = (desk.folders.base / Folder.TO_SIGN / NAME).is_file()
    if known == digest and there:
        return False
    text = desk.wording.note(
        "today",
        now=desk.local(now),
        follower=desk.settings.register_.mode == "follower",
        **asdict(day),
    )
    lines = "\r\n".join(text.splitlines()) + "\r\n"
    try:
        desk.folders.publish(Folder.TO_SIGN, NAME, lines.encode("utf-8-sig"))
    except TemporaryError as error:
        log.info("the clerk's note waits: %s", error)
        return False
    with desk.store.work() as work:
        work.facts.set(_FACT, digest)
        work.commit()
    return True


def day_of(desk: Desk, now: datetime) -> Day:
    """What is true at `now` for the clerk."""
    refused = refused_files(desk)
    with desk.store.view() as view:
        waiting, owed, aside = _open(desk, view)
        paper, troubles = _registered(desk, view, now)
        return Day(
            refused=refused[:_MOST_REFUSED],
            refused_more=max(0, len(refused) - _MOST_REFUSED),
            owed=owed,
            questions=_questions(desk, view, now),
            waiting=waiting,
            paper=paper,
            troubles=(*aside, *troubles),
            sent=_sent(desk, view, now),
            voided=tuple(
                (entry.number, entry.void_reason or "")
                for entry in view.register.voided_since(_midnight(desk, now))
            ),
            duty=_duty(desk, now),
        )


def refused_files(desk: Desk) -> tuple[str, ...]:
    """The names of the files that lie in «Не принято», without the notes beside them."""
    try:
        found = sorted(
            item.name for item in (desk.folders.base / Folder.REFUSED).iterdir() if item.is_file()
        )
    except OSError:
        return ()
    return tuple(name for name in found if not name.endswith(".txt") and not name.startswith("."))


_Waiting = tuple[tuple[str, str, str, "datetime"], ...]
_Owed = tuple[tuple[str, str, "datetime"], ...]
_Paper = tuple[tuple[str, str, str, "datetime", bool], ...]
_Troubles = tuple[tuple[str, str, str], ...]


def _open(desk: Desk, view: UnitOfWork) -> tuple[_Waiting, _Owed, _Troubles]:
    """Letters at the head's, letters without their number, letters that stand aside; by term."""
    waiting, owed, aside = [], [], []
    for case in view.cases.at_steps(steps_of_kind(*_CLERKS)):
        kind = ROUTES[case.track].step(case.step).kind
        due = desk.local(case.due or case.term)
        if case.state is CaseState.aside:
            aside.append((case.number, "", NEEDS_DISPATCHER))
        elif kind is StepKind.sign:
            name = print_name(case.number, ".pdf")
            waiting.append((case.number, title_of(case, desk), name, due))
        elif kind is StepKind.register:
            owed.append((case.number, title_of(case, desk), due))
    waiting.sort(key=lambda one: one[3])
    owed.sort(key=lambda one: one[2])
    return tuple(waiting), tuple(owed), tuple(aside)


def _registered(desk: Desk, view: UnitOfWork, now: datetime) -> tuple[_Paper, _Troubles]:
    """Numbers of today that the program gave, and what went wrong with making those letters."""
    paper: list[tuple[str, str, str, datetime, bool]] = []
    troubles: list[tuple[str, str, str]] = []
    by_program = desk.settings.register_.mode == "master"
    for entry in view.register.registered_since(_midnight(desk, now)):
        if entry.state == VOID:
            continue
        case = view.cases.get(entry.case_id)
        if by_program:
            at, gone = desk.local(entry.registered_at), entry.state == "sent"
            paper.append((entry.number, case.number, title_of(case, desk), at, gone))
        lines = (entry.note or "").split("\n")
        troubles += [
            (case.number, entry.number, line)
            for line in lines
            if line and not line.startswith(PEN_NOTE)
        ]
    return tuple(paper), tuple(troubles)


def _questions(desk: Desk, view: UnitOfWork, now: datetime) -> int:
    """How many mails about the register want one tap of the clerk."""
    clerk = desk.standing_in(desk.office.roles.registry, now)
    return view.requests.count_open(clerk, Purpose.command, now)


def _sent(
    desk: Desk, view: UnitOfWork, now: datetime
) -> tuple[tuple[str, str, str, datetime], ...]:
    """(number, case, title, moment) of the letters that went out on the office's date."""
    today = desk.today(now)
    found = []
    for entry in view.register.sent_since(_midnight(desk, now)):
        if entry.sent_at is not None and desk.today(entry.sent_at) == today:
            case = view.cases.get(entry.case_id)
            title = title_of(case, desk)
            found.append((entry.number, case.number, title, desk.local(entry.sent_at)))
    return tuple(found)


def _duty(desk: Desk, now: datetime) -> tuple[tuple[str, str], ...]:
    """Who is on duty today: name and telephone (config `signing.duty`)."""
    today = desk.today(now)
    return tuple(
        (desk.office.people[item.person].name, item.phone or desk.office.people[item.person].phone)
        for item in desk.settings.signing.duty
        if item.first <= today <= item.last
    )


def _midnight(desk: Desk, now: datetime) -> datetime:
    return desk.local(now).replace(hour=0, minute=0, second=0, microsecond=0)
