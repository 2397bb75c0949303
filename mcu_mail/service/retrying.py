"""An administrator takes up mails that were set aside: again by the present rules, or by his word.

Works beside the running daemon: a mail is claimed and decided about in one transaction, so nobody
does it twice; the daemon's next visit of the mailbox moves it to the folder of what it has become.
Who and when is written down for every mail. The term of a case that opens so late is counted from
the mail's arrival.
"""

from __future__ import annotations

import getpass
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mcu_mail.domain.aside_catalogue import MAIL_UNREADABLE, aside_outcome, aside_why, program_fault
from mcu_mail.domain.whose_turn import person_at
from mcu_mail.errors import McuMailError, RefusedError
from mcu_mail.guard import CrashedError, TooSlowError
from mcu_mail.service.aside import assign, open_from, settle
from mcu_mail.service.by_hand import marks_in_copy
from mcu_mail.service.collect import sort_mail
from mcu_mail.service.hearing import hear, word_of
from mcu_mail.service.questions import close_about
from mcu_mail.store.ledger import NOT_AGAIN, MailState
from mcu_mail.waits import foreseeing

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from mcu_mail.domain.codes import PrintMark
    from mcu_mail.mail.mime import Incoming
    from mcu_mail.mail.reading import Reading
    from mcu_mail.service.collect import Sorted
    from mcu_mail.service.desk import Desk
    from mcu_mail.store.ledger import StoredMail
    from mcu_mail.store.unit_of_work import UnitOfWork

log = logging.getLogger(__name__)

NOTICE = "notice"
REPLY = "reply"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of one mail; `text` says it in Russian.

    `outcome`: `handled`, `opened`, `assigned`, `dropped`, `ignored`, `aside`, `failed`; `missing`,
    `settled` and `duplicate` when nothing was to be done.
    """

    id: int
    outcome: str
    text: str
    case: str | None = None

    @property
    def is_done(self) -> bool:
        """Whether the mail waits for nobody any more by what was just done."""
        return self.outcome in {"handled", "opened", "assigned", "dropped", "ignored"}


def operator() -> str:
    """Who is at the command line, for the events: `console:ivanov`."""
    try:
        return f"console:{getpass.getuser()}"[:60]
    except (OSError, KeyError, ImportError):
        return "console"


def retry(desk: Desk, mail_id: int, now: datetime, *, by: str, read_as: str = "") -> Outcome:
    """Handle a mail again.

    Args:
        read_as: `notice:TRACK` or `reply`, when a person knows better than the rules what it is.

    """
    stored, fault = _claimable(desk, mail_id)
    if stored is None:
        return fault
    reading = desk.read(stored.sha256)
    marks = () if read_as else marks_in_copy(desk, reading.mail)
    return foreseeing(lambda: _retried(desk, stored, reading, marks, now, by=by, read_as=read_as))


def _retried(
    desk: Desk,
    stored: StoredMail,
    reading: Reading,
    marks: Sequence[PrintMark],
    now: datetime,
    *,
    by: str,
    read_as: str,
) -> Outcome:
    """Decide anew about a mail that was read."""
    mail_id, mail = stored.id, reading.mail
    known = mail.sender.address and person_at(mail.sender.address, desk.office)
    word = word_of(stored, mail) if known else None
    with desk.store.work() as work:
        if not work.asides.claim(mail_id):
            return _nothing(mail_id, "settled")
        try:
            if read_as == REPLY:
                heard = hear(desk, work, stored, reading, now, word=word)
                done: Sorted = (REPLY, heard.state, heard.case_id)
            elif read_as:
                track = read_as.partition(":")[2]
                case = open_from(desk, work, stored, reading, track, now, arrived=stored.arrived_at)
                done = (NOTICE, MailState.handled, case.id)
            else:
                done = sort_mail(
                    desk, work, stored, reading, now, word, marks, arrived=stored.arrived_at
                )
        except RefusedError as error:
            return Outcome(
                id=mail_id,
                outcome="failed",
                text=aside_outcome("failed", why=str(error)),
            )
        kind, state, case_id = done
        work.mails.decide(
            mail_id,
            state,
            kind=kind,
            case_id=case_id,
            message_id=mail.message_id,
            sender=mail.sender.address,
        )
        work.asides.decide_again(
            stored,
            state,
            kind=kind,
            case_id=case_id,
            at=now,
            settled=state is not MailState.aside,
        )
        if state is not MailState.aside:
            close_about(work, mail_id)
        work.asides.act(
            mail_id, now, by, "retried", {"kind": kind, "state": state.value, "as": read_as}
        )
        number = work.cases.get(case_id).number if case_id is not None else ""
        if case_id is not None and state is MailState.handled:
            work.journal.add(case_id, now, by, "mail_retried", {"mail": mail_id})
        work.commit()
    outcome = "opened" if kind == NOTICE and state is MailState.handled else state.value
    return Outcome(
        id=mail_id,
        outcome=outcome,
        text=aside_outcome(outcome, number=number, why=aside_why(kind)),
        case=number or None,
    )


def put_to_case(desk: Desk, mail_id: int, number: str, now: datetime, *, by: str) -> Outcome:
    """Put a mail to an existing case as a note, its files as annexes.

    Raises:
        RefusedError: there is no such case.

    """
    with desk.store.view() as view:
        if view.cases.by_number(number) is None:
            raise RefusedError(f"дела {number} нет")
    stored, fault = _claimable(desk, mail_id)
    if stored is None:
        return fault
    try:
        reading = desk.read(stored.sha256)
    except RefusedError:
        # What can be known of it goes to the case; the mail itself lies in its folder.
        reading = desk.read_head(stored.sha256)
    with desk.store.work() as work:
        case = work.cases.by_number(number)
        assert case is not None
        if not work.asides.claim(mail_id):
            return _nothing(mail_id, "settled")
        _name(work, stored, reading.mail)
        assign(desk, work, stored, reading, case, now, by=by)
        work.commit()
    return Outcome(
        id=mail_id,
        outcome="assigned",
        text=aside_outcome("assigned", number=number),
        case=number,
    )


def drop(desk: Desk, mail_id: int, reason: str, now: datetime, *, by: str) -> Outcome:
    """Nothing is to be done about a mail: it goes to the folder of ignored ones."""
    stored, fault = _claimable(desk, mail_id)
    if stored is None:
        return fault
    with desk.store.work() as work:
        if not work.asides.claim(mail_id):
            return _nothing(mail_id, "settled")
        settle(work, stored, MailState.ignored, now, by=by, kind="dropped", reason=reason)
        work.commit()
    return Outcome(id=mail_id, outcome="dropped", text=aside_outcome("dropped"))


def waiting(desk: Desk) -> tuple[int, ...]:
    """The ids of the mails that wait for a person, oldest first."""
    with desk.store.view() as view:
        return tuple(mail.id for mail in view.asides.all(settled=False))


def _name(work: UnitOfWork, stored: StoredMail, mail: Incoming) -> None:
    """A mail that failed before it was read gets its sender and its identity."""
    if stored.sender is None and stored.message_id is None:
        work.mails.decide(
            stored.id,
            stored.state,
            kind=stored.kind or "failed",
            message_id=mail.message_id,
            sender=mail.sender.address,
            error=stored.error,
        )


def _claimable(desk: Desk, mail_id: int) -> tuple[StoredMail | None, Outcome]:
    """The mail if something can be done about it; else what there is to say."""
    with desk.store.view() as view:
        stored = view.asides.find(mail_id)
    if stored is None:
        return None, _nothing(mail_id, "missing")
    if stored.kind in NOT_AGAIN:
        return None, _nothing(mail_id, "duplicate")
    if stored.state not in {MailState.aside, MailState.ignored}:
        return None, _nothing(mail_id, "settled")
    return stored, _nothing(mail_id, "settled")


def _nothing(mail_id: int, outcome: str) -> Outcome:
    return Outcome(id=mail_id, outcome=outcome, text=aside_outcome(outcome))


def retry_safely(desk: Desk, mail_id: int, now: datetime, *, by: str, read_as: str = "") -> Outcome:
    """The same; a mail that cannot be handled stays where it is and stops no other."""
    try:
        return retry(desk, mail_id, now, by=by, read_as=read_as)
    except (CrashedError, TooSlowError):
        why = MAIL_UNREADABLE
        return Outcome(id=mail_id, outcome="failed", text=aside_outcome("failed", why=why))
    except McuMailError as error:
        return Outcome(id=mail_id, outcome="failed", text=aside_outcome("failed", why=str(error)))
    except Exception as error:  # a hostile mail must not hide the results of the others
        log.exception("mail %d could not be handled again", mail_id)
        why = program_fault(type(error).__name__)
        return Outcome(id=mail_id, outcome="failed", text=aside_outcome("failed", why=why))
