"""Open the cases of what was brought: each message once, events bound to the case they speak of."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mcu_mail.domain.decisions import Change, Log
from mcu_mail.service.asking import tell
from mcu_mail.service.carry import Carrier
from mcu_mail.service.case_events import (
    bind,
    case_of,
    is_known,
    may_speak_of_case,
    noted_case,
    numbered_case,
    speaks_of_case,
)
from mcu_mail.service.messages import messages
from mcu_mail.service.opening import Brought, open_case
from mcu_mail.service.parts import mark_asked, mark_done, parts_of
from mcu_mail.service.status_notices import STATUS, file_status, may_be_filed
from mcu_mail.service.what_it_is import ask_track, ask_what_it_is
from mcu_mail.service.which_track import track_meant
from mcu_mail.store.ledger import MailState

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from mcu_mail.domain.case import Case
    from mcu_mail.domain.notice import Notice
    from mcu_mail.mail.reading import Reading
    from mcu_mail.service.case_events import Message
    from mcu_mail.service.desk import Desk
    from mcu_mail.store.ledger import StoredMail
    from mcu_mail.store.unit_of_work import UnitOfWork

UNBOUND = "unbound_event"


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


def open_all(
    desk: Desk,
    work: UnitOfWork,
    stored: StoredMail,
    reading: Reading,
    how: str,
    brought: Brought | None,
    now: datetime,
    *,
    arrived: datetime,
    insists: bool = False,
) -> Taken:
    """Open a case for every message of a mail whose sender counts; in the caller's unit.

    Args:
        desk: the office's desk.
        work: the transaction.
        stored: the ledger's row.
        reading: of the mail.
        how: `typed`, `forwarded` or `notice` (sent by the system itself).
        brought: who has brought it; None: the system itself has sent it.
        now: the moment.
        arrived: when it came.
        insists: a person has said that it is new: neither an event nor a repeat stops it.

    """
    found = messages(reading, how)
    if not found:
        return Taken(kind="empty", state=MailState.handled)
    return open_each(desk, work, stored, found, how, brought, now, arrived=arrived, insists=insists)


def open_each(
    desk: Desk,
    work: UnitOfWork,
    stored: StoredMail,
    found: Sequence[Message],
    how: str,
    brought: Brought | None,
    now: datetime,
    *,
    arrived: datetime,
    insists: bool,
    only: int | None = None,
    text: str = "",
    track: str = "",
) -> Taken:
    """Open a case for each of these messages, or bind it to the one it speaks of, each once.

    Args:
        only: the ordinal of the one message that a person has decided about.
        text: digest of the kept words that the messages of a file were read from.
        track: of messages that name none, as a person has said.

    """
    bring = _Bring(
        desk=desk,
        work=work,
        stored=stored,
        how=how,
        brought=brought,
        now=now,
        arrived=arrived,
        insists=insists,
        text=text,
    )
    cases: list[int] = []
    filed = False
    for ordinal, message in enumerate(found):
        parts = parts_of(work, stored.id)
        if ordinal in parts.done or (only is not None and ordinal != only):
            continue
        message = bring.of_a_track(message, track)  # noqa: PLW2901 - the same one, its track settled
        if not message.notice.track:
            if ordinal not in parts.asked:
                bring.ask_track(ordinal, message)
            continue
        case = bring.one(ordinal, message)
        if case is None and may_be_filed(message.notice) and not is_known(work, message.notice):
            file_status(desk, work, stored, message, now)
            filed = True
            if len(found) > 1 or ordinal in parts.asked:
                mark_done(work, stored.id, ordinal, None)
        elif case is None and ordinal not in parts.asked:
            bring.ask(ordinal, message)
        elif case is not None:
            cases.append(case.id)
            if len(found) > 1 or ordinal in parts.asked:
                mark_done(work, stored.id, ordinal, case.id)
    kind = "notice" if brought is None else "new_case"
    kind = STATUS if filed and not cases else kind
    return now_stands(work, stored, kind, tuple(dict.fromkeys(cases)))


def now_stands(
    work: UnitOfWork, stored: StoredMail, kind: str, cases: tuple[int, ...] = ()
) -> Taken:
    """How a mail stands after some of its messages were dealt with.

    Args:
        work: the transaction.
        stored: the ledger's row.
        kind: what the mail is called when nobody is asked about it any more.
        cases: those of the messages just dealt with.

    """
    parts = parts_of(work, stored.id)
    whole = tuple(dict.fromkeys((*parts.cases, *cases)))
    if parts.asked:
        return Taken(kind=UNBOUND, state=MailState.aside, cases=whole)
    return Taken(kind=kind, state=MailState.handled, cases=whole)


@dataclass(frozen=True, kw_only=True)
class _Bring:
    """What is the same for all messages of one mail."""

    desk: Desk
    work: UnitOfWork
    stored: StoredMail
    how: str
    brought: Brought | None
    now: datetime
    arrived: datetime
    insists: bool
    text: str

    def one(self, ordinal: int, message: Message) -> Case | None:
        """The case that a message opens or belongs to; None when a person is to say which."""
        desk, work, notice, now = self.desk, self.work, message.notice, self.now
        by = self.brought.person if self.brought else "region"
        if not self.insists:
            known = case_of(work, message) if may_speak_of_case(notice) else None
            if known is not None:
                cause = f"mail{self.stored.id}.{ordinal}"
                bind(desk, work, known, notice, message.words, cause=cause, now=now, by=by)
                return known
            if speaks_of_case(notice):
                return None
            noted = noted_case(work, notice) if self.brought is None else None
            if noted is not None:
                cause = f"mail{self.stored.id}.{ordinal}"
                told = replace(notice, event="note")
                bind(desk, work, noted, told, message.words, cause=cause, now=now, by=by)
                return noted
            same = self._same(notice)
            if same is not None:
                self._repeated(same, notice)
                return same
        stated = notice.tells_status or speaks_of_case(notice)
        fresh = replace(notice, event="new") if stated else notice
        case = open_case(
            desk,
            work,
            self.stored,
            fresh,
            arrived=self.arrived,
            now=now,
            ordinal=ordinal,
            brought=self.brought,
        )
        files = sum(not item.inline for item in message.letter.attachments)
        if files and self.brought is not None:
            # They are kept with the mail's own bytes.
            cause = f"mail{self.stored.id}"
            Carrier(desk, work, case, now=now, actor=by, cause=cause).log(
                "attachments", {"mail": self.stored.id, "count": files}
            )
        return case

    def of_a_track(self, message: Message, told: str) -> Message:
        """The message with its track, where that is sure; else as it stands."""
        notice = message.notice
        if notice.track:
            return message
        person = self.brought.person if self.brought else None
        track = told or track_meant(self.desk, person, notice.external_id, self.now)
        return replace(message, notice=replace(notice, track=track)) if track else message

    def ask_track(self, ordinal: int, message: Message) -> None:
        """Ask who has brought a message of which track it is."""
        if self.brought is not None:
            about = {"ordinal": str(ordinal), **({"text": self.text} if self.text else {})}
            ask_track(
                self.desk,
                self.work,
                self.stored,
                message,
                how=self.how,
                person=self.brought.person,
                now=self.now,
                arrived=self.arrived,
                about=about,
            )
            mark_asked(self.work, self.stored.id, ordinal)

    def ask(self, ordinal: int, message: Message) -> None:
        """Ask the dispatcher about one message that fits no case."""
        desk, brought, notice = self.desk, self.brought, message.notice
        if brought is None:
            who, person = message.letter.sender.address or "", desk.office.roles.dispatcher
        else:
            who, person = desk.office.people[brought.person].name, brought.person
        ask_what_it_is(
            desk,
            self.work,
            self.stored,
            message.words,
            why="event",
            who=who,
            how=self.how,
            person=person,
            now=self.now,
            arrived=self.arrived,
            about={"ordinal": str(ordinal), **({"text": self.text} if self.text else {})},
            named=f"{desk.settings.tracks.title(notice.track)} {notice.external_id or ''}".strip(),
        )
        mark_asked(self.work, self.stored.id, ordinal)

    def _same(self, notice: Notice) -> Case | None:
        """The case of the very same message, word for word; alike is another matter.

        What a system sends twice are two messages to it; what a person had brought before it is
        not. The number of a system that numbers its messages is that message.
        """
        numbered = numbered_case(self.work, notice)
        if numbered is not None:
            return numbered
        words = _plain(notice.text)
        for case in self.work.cases.with_words(notice.track, notice.text, notice.address):
            known = case.notice
            if known.applicant != notice.applicant or _plain(known.text) != words:
                continue
            if self.brought is not None or self._by_a_person(case):
                return case
        return None

    def _by_a_person(self, case: Case) -> bool:
        events = self.work.journal.of_case(case.id)
        return any(event.kind == "opened" and event.data.get("by") for event in events)

    def _repeated(self, case: Case, notice: Notice) -> None:
        """The same message came another way: it is linked, said, and not opened twice."""
        desk, now = self.desk, self.now
        person = self.brought.person if self.brought else "region"
        known = case.notice
        # By these the system's later words about it find the case.
        linked = replace(
            known,
            external_id=known.external_id or notice.external_id,
            link=known.link or notice.link,
        )
        cause = f"mail{self.stored.id}"
        carrier = Carrier(desk, self.work, case, now=now, actor=person, cause=cause)
        carrier.carry((
            Log(kind="repeated", data={"person": person}),
            *((Change(values={"notice": linked}),) if linked != known else ()),
        ))
        told = [desk.office.roles.dispatcher]
        if self.brought is not None:
            told.insert(0, person)
        for one in dict.fromkeys(desk.standing_in(each, now) for each in told):
            tell(
                desk,
                self.work,
                case,
                person=one,
                template="repeated",
                key=f"repeated:{self.stored.id}:{case.id}:{one}",
                now=now,
                context={"who": desk.office.people[person].name if self.brought else ""},
            )


def _plain(text: str) -> str:
    return re.sub(r"\W+", " ", text.casefold()).strip()
