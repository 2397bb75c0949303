"""Decide about every stored mail: notice, answer, bounce, our own copy, or nothing of ours.

One transaction and one error fence per mail. A mail that fails three times is set aside for a
person and told of; the queue behind it goes on (`threats.md` F08).
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from mcu_mail.domain.codes import find_codes
from mcu_mail.domain.whose_turn import person_at
from mcu_mail.errors import ReplacedError, TemporaryError
from mcu_mail.mail.forwarded import is_forward
from mcu_mail.mail.kind import MailKind
from mcu_mail.mail.probes import probe_of
from mcu_mail.mail.proof import TrustLevel, prove
from mcu_mail.service.alarms import alarmed
from mcu_mail.service.aside import tell_aside, tell_digest
from mcu_mail.service.away import hear_absence
from mcu_mail.service.bringing import open_all
from mcu_mail.service.by_hand import hand_copy, marks_in_copy
from mcu_mail.service.carriers import MOST_READ
from mcu_mail.service.case_events import may_speak_of_case
from mcu_mail.service.delivery import closed_by_person
from mcu_mail.service.hearing import WordFile, hear, word_of
from mcu_mail.service.intake import TOLD, is_by_machine, may_bring, take_in
from mcu_mail.service.letter_marks import LETTER_ID, is_forgotten, mark_in
from mcu_mail.service.measuring import TOKEN
from mcu_mail.service.question_reminders import remind_of_questions
from mcu_mail.service.questions import names_question
from mcu_mail.service.receive import STRANGERS
from mcu_mail.service.reconcile_mark import ask_to_reconcile, remember_whole
from mcu_mail.service.region import region_answer
from mcu_mail.service.returns import take_return
from mcu_mail.service.strangers import answer_stranger, is_machine
from mcu_mail.service.turns import in_turn
from mcu_mail.service.twins import twin_of
from mcu_mail.service.witness import witnessed
from mcu_mail.store.ledger import DUPLICATE, MailState
from mcu_mail.waits import foreseeing

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from mcu_mail.domain.codes import PrintMark
    from mcu_mail.mail.mime import Incoming
    from mcu_mail.mail.reading import Reading
    from mcu_mail.service.desk import Desk
    from mcu_mail.store.ledger import StoredMail
    from mcu_mail.store.unit_of_work import UnitOfWork

log = logging.getLogger(__name__)

TRIES = 3
_BATCH = 200
_TOO_LARGE = "too_large"
_ANSWERS = frozenset({"returned", "note"})
"""What a mail in the thread of a letter may look like that is the region's answer to it."""
_UNREAD = frozenset({MailKind.OTHER.value, MailKind.AUTOREPLY.value})
"""Kinds that nobody looks at."""


class _ForgottenError(Exception):
    """A witness of ours proves a letter that this store does not know: it was put back."""


def collect(desk: Desk, now: datetime, *, played: bool) -> int:
    """Decide about the stored mails; return how many were decided.

    Args:
        played: `now` is a played moment: an arrival that no notice states is that moment.

    """
    with desk.store.view() as view:
        waiting = view.mails.to_handle(_BATCH)
    looked_at = 0
    for stored in in_turn(waiting, desk.turn_seconds):
        looked_at += 1
        with desk.store.work() as work:
            work.mails.count_attempt(stored.id)
            work.commit()
        try:
            _decide(desk, stored, now, played=played)
        except _ForgottenError:
            log.error("the mailbox knows letters that this store does not: it was put back")  # noqa: TRY400 - it says all
            with desk.store.work() as work:
                work.mails.uncount_attempt(stored.id)
                ask_to_reconcile(work, now)
                work.commit()
            return 1
        except TemporaryError:
            # No process can be started here now: no mail is to blame, and none could be read.
            with desk.store.work() as work:
                work.mails.uncount_attempt(stored.id)
                work.commit()
            raise
        except ReplacedError:
            raise
        except Exception as error:  # one mail must never stop the others
            log.exception("mail %d could not be handled (try %d)", stored.id, stored.attempts + 1)
            if stored.attempts + 1 >= TRIES:
                _put_aside(desk, stored, now, "failed", error)
    if "fetched" in desk.seen and not _left_of_ours(desk):
        desk.seen["decided"] = desk.seen["fetched"]
        if not played:
            remember_whole(desk, desk.seen["fetched"])
    return looked_at + int(tell_digest(desk, now) > 0) + remind_of_questions(desk, now)


def _left_of_ours(desk: Desk) -> bool:
    """Whether a mail that may be a copy of our own waits to be decided about."""
    with desk.store.view() as view:
        left = view.mails.to_handle(1)
    return bool(left) and left[0].rank < STRANGERS


def _put_aside(
    desk: Desk, stored: StoredMail, now: datetime, kind: str, error: Exception | None = None
) -> None:
    """A mail that is not read: a person is told who wrote it, as far as that can be known."""
    try:
        head = desk.read_head(stored.sha256)
    except Exception:  # what failed may fail once more; the dispatcher is told all the same
        log.exception("mail %d cannot even be named", stored.id)
        head = None
    with desk.store.work() as work:
        work.mails.decide(
            stored.id,
            MailState.aside,
            kind=kind,
            message_id=head.mail.message_id if head and error is None else None,
            sender=head.mail.sender.address if head and error is None else None,
            error=type(error).__name__ if error else None,
        )
        if head is not None:
            alarmed(desk, work, stored, head, now)
        tell_aside(desk, work, stored, head.mail if head else None, now, kind)
        work.commit()


def _decide(desk: Desk, stored: StoredMail, now: datetime, *, played: bool) -> None:
    if _file_copy(desk, stored):
        return
    if stored.size > desk.settings.mail.read_mb * 1_000_000:
        _put_aside(desk, stored, now, _TOO_LARGE)
        return
    reading = desk.read(stored.sha256)
    # One that a person has put back was stored, and arrived, when it first came.
    arrived = stored.stored_at if played else stored.arrived_at
    marks = marks_in_copy(desk, reading.mail)
    foreseeing(
        lambda: _decide_read(desk, stored, reading, marks, now, arrived=arrived, played=played)
    )


def _decide_read(
    desk: Desk,
    stored: StoredMail,
    reading: Reading,
    marks: Sequence[PrintMark],
    now: datetime,
    *,
    arrived: datetime,
    played: bool,
) -> None:
    """Decide about a mail that was read; done again when more has to be read for it."""
    mail = reading.mail
    # Whatever a stranger attaches is not worth opening: nobody would act on it.
    known = mail.sender.address and person_at(mail.sender.address, desk.office)
    word = word_of(stored, mail) if known else None
    with desk.store.work() as work:
        kind, state, case_id = sort_mail(
            desk, work, stored, reading, now, word, marks, arrived=arrived
        )
        if not known and kind in _UNREAD and _is_cry(desk, work, stored, reading, now):
            kind, state = MailKind.REPLY.value, MailState.aside
        if state is MailState.aside:
            # Another track's notices have alarmed whom they must in their own words.
            is_grave = kind != "other_track" and alarmed(desk, work, stored, reading, now)
            if kind not in TOLD:
                tell_aside(desk, work, stored, mail, now, kind)
            if kind == "reply" and not known and case_id is None:
                answer_stranger(desk, work, stored, reading, now, is_grave=is_grave)
        if played and state is not MailState.handled:
            work.asides.arrived(stored.id, arrived)
        work.mails.decide(
            stored.id,
            state,
            kind=kind,
            case_id=case_id,
            message_id=mail.message_id,
            sender=mail.sender.address,
        )
        work.commit()


def _file_copy(desk: Desk, stored: StoredMail) -> bool:
    """File the very bytes of a decided mail unread; False when they are new.

    A mailbox that was restored or moved shows all its mails once more under new numbers (F04).
    """
    with desk.store.view() as view:
        same = view.mails.same_as(stored)
    if same is None:
        return False
    with desk.store.work() as work:
        work.mails.decide(
            stored.id,
            MailState.ignored,
            kind=DUPLICATE,
            case_id=same.case_id,
            message_id=same.message_id,
            sender=same.sender,
        )
        work.commit()
    return True


def _is_cry(
    desk: Desk, work: UnitOfWork, stored: StoredMail, reading: Reading, now: datetime
) -> bool:
    """Whether a person's mail that looks like a machine's speaks of a threat to life.

    «Меня больше не будет» reads like an absence, and a bare forward says nothing by itself.
    """
    address = reading.mail.sender.address or ""
    return not is_machine(reading.mail, address) and alarmed(desk, work, stored, reading, now)


Sorted = tuple[str, MailState, int | None]


def sort_mail(
    desk: Desk,
    work: UnitOfWork,
    stored: StoredMail,
    reading: Reading,
    now: datetime,
    word: WordFile | None,
    marks: Sequence[PrintMark],
    *,
    arrived: datetime,
) -> Sorted:
    """What kind of mail this is, what became of it, and whose case it belongs to.

    `marks`: what `marks_in_copy` has read in it.
    """
    filed = _filed(desk, work, stored, reading.mail, now)
    if filed is not None:
        return filed
    kind = reading.kind
    if kind in {MailKind.BOUNCE, MailKind.DELAY}:
        return take_return(desk, work, stored, reading, now)
    ours = hand_copy(desk, work, stored, reading.mail, marks, now, arrived=arrived)
    if ours is None and reading.mail.sender.address == desk.address:
        ours = "own", MailState.ignored, None
    if ours is not None:
        return ours
    answers = _answers_us(desk, work, reading.mail)
    if (reading.source is None or answers) and may_bring(reading):
        taken = take_in(desk, work, stored, reading, now, arrived=arrived)
        if taken is not None:
            return taken
    about_letter = None if _is_event(reading) else region_answer(desk, work, stored, reading, now)
    if about_letter is not None:
        return about_letter
    if reading.is_notification and not answers:
        return _notice(desk, work, stored, reading, now, arrived=arrived)
    if kind is not MailKind.REPLY:
        return _no_reply(desk, work, stored, reading, now)
    heard = hear(desk, work, stored, reading, now, word=word)
    if heard.case_id is not None:
        case = work.cases.get(heard.case_id)
        closed_by_person(desk, work, case, now, f"mail{stored.id}")
    return "reply", heard.state, heard.case_id


def _no_reply(
    desk: Desk, work: UnitOfWork, stored: StoredMail, reading: Reading, now: datetime
) -> Sorted:
    """What became of a mail in which nobody writes a word of his own."""
    kind = reading.kind
    if kind is MailKind.OTHER and _is_bare_forward(desk, reading.mail):
        return "forward", MailState.aside, None
    away = kind is MailKind.AUTOREPLY
    case_id = hear_absence(desk, work, stored, reading, now) if away else None
    return kind.value, MailState.ignored, case_id


def _answers_us(desk: Desk, work: UnitOfWork, mail: Incoming) -> bool:
    """Whether an official whose address is a source's too answers a mail of ours."""
    address = mail.sender.address
    if not address or person_at(address, desk.office) is None:
        return False
    thread = [*mail.in_reply_to, *mail.references]
    codes = find_codes("\n".join([*thread, *mail.to, mail.subject]), MOST_READ)
    return bool(
        work.queue.by_message_ids(thread)
        or work.requests.by_codes(codes)
        or work.asides.by_codes(codes)
        or names_question(work, mail)
    )


def _is_bare_forward(desk: Desk, mail: Incoming) -> bool:
    """Whether an official passes a mail on without a word of what it is about."""
    address = mail.sender.address
    known = address is not None and person_at(address, desk.office) is not None
    return known and is_forward(mail) and not is_by_machine(mail)


def _filed(
    desk: Desk, work: UnitOfWork, stored: StoredMail, mail: Incoming, now: datetime
) -> Sorted | None:
    """What became of a mail that is known already: a probe or a witness of ours, or a twin."""
    token = work.facts.get(TOKEN)
    if token and probe_of(mail, token) is not None:
        return "probe", MailState.ignored, None
    letter_id = mail.header(LETTER_ID)
    if letter_id and mail.sender.address == desk.address:
        mark = mark_in(work, mail)
        if mark is not None and is_forgotten(work, mark):
            # The store has been put back behind our back: nothing leaves until it has looked.
            raise _ForgottenError
        return "witness", MailState.ignored, witnessed(work, letter_id, now, mail.message_id)
    twin = twin_of(desk, work, stored, mail)
    return ("duplicate", MailState.ignored, twin.case_id) if twin is not None else None


def _notice(
    desk: Desk,
    work: UnitOfWork,
    stored: StoredMail,
    reading: Reading,
    now: datetime,
    *,
    arrived: datetime,
) -> Sorted:
    if prove(reading.mail, desk.trust) is TrustLevel.REFUSED:
        return "forged", MailState.aside, None
    taken = open_all(desk, work, stored, reading, "notice", None, now, arrived=arrived)
    if taken.kind == "empty":
        return "empty_notice", MailState.aside, None
    return taken.kind, taken.state, taken.case_id


def _is_event(reading: Reading) -> bool:
    """Whether a system's mail in the thread of a letter says what happened, in its own form."""
    notices = reading.notices
    return len(notices) == 1 and may_speak_of_case(notices[0]) and notices[0].event not in _ANSWERS
