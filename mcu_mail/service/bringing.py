"""Open the cases of what was brought: each message once, events bound to the case they speak of."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mcu_mail.domain.decisions import Log
from mcu_mail.domain.route import ROUTES
from mcu_mail.service.asking import tell
from mcu_mail.service.carry import Carrier
from mcu_mail.service.case_events import (
    WORDS,
    as_event,
    bind,
    case_of,
    may_speak_of_case,
    speaks_of_case,
)
from mcu_mail.service.opening import Brought, open_case
from mcu_mail.service.other_tracks import tell_of_other_track
from mcu_mail.service.questions import pose
from mcu_mail.store.ledger import MailState

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from mcu_mail.domain.case import Case
    from mcu_mail.domain.notice import Notice
    from mcu_mail.mail.mime import Incoming
    from mcu_mail.mail.reading import Reading
    from mcu_mail.service.desk import Desk
    from mcu_mail.store.ledger import StoredMail
    from mcu_mail.store.unit_of_work import UnitOfWork

DECIDE = (("Открыть дело", "Новое"), ("Не нужно", "Закрыть: "))


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What became of what was brought, and the cases it belongs to."""

    kind: str
    state: MailState
    cases: tuple[int, ...] = ()

    @property
    def case_id(self) -> int | None:
        """The first of them."""
        return self.cases[0] if self.cases else None


@dataclass(frozen=True, kw_only=True)
class Message:
    """One message of what was brought: the letter it stands in, and the words of that."""

    letter: Incoming
    notice: Notice
    words: str


def way_of(reading: Reading) -> str:
    """`notice` or `forwarded`: how a saved mail is to be read; empty: as plain words."""
    if reading.source is not None:
        return "notice"
    return "forwarded" if reading.passed_on else ""


def open_all(
    desk: Desk,
    work: UnitOfWork,
    stored: StoredMail,
    reading: Reading,
    how: str,
    brought: Brought,
    now: datetime,
    arrived: datetime,
    *,
    insists: bool = False,
) -> Taken:
    """Open a case for every message of a mail whose sender counts; in the caller's unit.

    Args:
        desk: the office's desk.
        work: the transaction.
        stored: the ledger's row.
        reading: of the mail.
        how: `typed`, `forwarded` or `notice` (sent by the system itself).
        brought: who has brought it.
        now: the moment.
        arrived: when it came.
        insists: a person has said that it is new: neither an event nor a repeat stops it.

    """
    found = messages(reading, how)
    if not found:
        return Taken(kind="empty", state=MailState.handled)
    return open_each(desk, work, stored, found, how, brought, now, arrived, insists=insists)


def open_each(
    desk: Desk,
    work: UnitOfWork,
    stored: StoredMail,
    found: Sequence[Message],
    how: str,
    brought: Brought,
    now: datetime,
    arrived: datetime,
    *,
    insists: bool,
) -> Taken:
    """Open a case for each of these messages, or bind it to the one it speaks of."""
    cases: list[int] = []
    other = False
    for ordinal, message in enumerate(found):
        original, notice = message.letter, message.notice
        if notice.track not in ROUTES:
            tell_of_other_track(desk, work, stored, notice.track, [notice], now)
            other = True
            continue
        words = message.words
        known = case_of(work, original, notice) if may_speak_of_case(notice) else None
        if not insists and known is not None:
            cause = f"mail{stored.id}.{ordinal}"
            bind(desk, work, known, notice, words, cause=cause, now=now, by=brought.person)
            cases.append(known.id)
            continue
        if not insists and speaks_of_case(notice):
            ask_what_it_is(
                desk,
                work,
                stored,
                words,
                why="event",
                who=desk.office.people[brought.person].name,
                how="notice" if how == "file" else how,
                person=brought.person,
                now=now,
                arrived=arrived,
            )
            return Taken(kind="unbound_event", state=MailState.aside, cases=tuple(cases))
        same = None if insists else _same(work, notice)
        if same is not None:
            _repeated(desk, work, same, brought.person, stored, now)
            cases.append(same.id)
            continue
        fresh = replace(notice, event="new") if speaks_of_case(notice) else notice
        case = open_case(
            desk,
            work,
            stored,
            fresh,
            arrived=arrived,
            now=now,
            ordinal=ordinal,
            brought=brought,
        )
        cases.append(case.id)
        files = sum(not item.inline for item in original.attachments)
        if files:
            # They are kept with the mail's own bytes.
            carrier = Carrier(
                desk, work, case, now=now, actor=brought.person, cause=f"mail{stored.id}"
            )
            carrier.log("attachments", {"mail": stored.id, "count": files})
    if other and not cases:
        return Taken(kind="other_track", state=MailState.aside)
    return Taken(kind="new_case", state=MailState.handled, cases=tuple(cases))


def messages(reading: Reading, how: str) -> Sequence[Message]:
    """All that a mail holds and that says something."""
    if how == "forwarded":
        found = [(one.original, one.notices, one.words) for one in reading.passed_on]
    else:
        notices = reading.typed if how == "typed" else reading.notices
        found = [(reading.mail, notices, reading.new.text)]
    return [
        Message(letter=letter, notice=as_event(notice), words=(words or notice.text)[:WORDS])
        for letter, notices, words in found
        for notice in notices
        if notice.text.strip() or notice.link or notice.applicant
    ]


def _same(work: UnitOfWork, notice: Notice) -> Case | None:
    """The case of the very same message, word for word; alike is another matter."""
    words = _plain(notice.text)
    for case in work.cases.open():
        known = case.notice
        same_person = known.applicant == notice.applicant and known.address == notice.address
        if words and case.track == notice.track and same_person and _plain(known.text) == words:
            return case
    return None


def _plain(text: str) -> str:
    return re.sub(r"\W+", " ", text.casefold()).strip()


def _repeated(
    desk: Desk, work: UnitOfWork, case: Case, person: str, stored: StoredMail, now: datetime
) -> None:
    """The same message came another way: it is linked, said, and not opened twice."""
    cause = f"mail{stored.id}"
    carrier = Carrier(desk, work, case, now=now, actor=person, cause=cause)
    carrier.carry((Log(kind="repeated", data={"person": person}),))
    dispatcher = desk.office.roles.dispatcher
    for one in dict.fromkeys((desk.standing_in(person, now), desk.standing_in(dispatcher, now))):
        tell(
            desk,
            work,
            case,
            person=one,
            template="repeated",
            key=f"repeated:{stored.id}:{case.id}:{one}",
            now=now,
            context={"who": desk.office.people[person].name},
        )


def ask_what_it_is(
    desk: Desk,
    work: UnitOfWork,
    stored: StoredMail,
    words: str,
    *,
    why: str,
    who: str,
    how: str,
    person: str,
    now: datetime,
    arrived: datetime,
) -> None:
    """Ask the dispatcher about a mail that fits no case: a new one, a known one, or neither."""
    pose(
        desk,
        work,
        kind="decide",
        person=desk.office.roles.dispatcher,
        template="intake_decide",
        context={"why": why, "who": who, "excerpt": words},
        choices=DECIDE,
        mail=stored.id,
        data={"how": how, "person": person, "arrived": arrived.isoformat()},
        now=now,
    )
