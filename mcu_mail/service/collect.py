"""Decide about every stored mail: notice, answer, bounce, our own copy, or nothing of ours.

One transaction and one error fence per mail. A mail that fails three times is set aside for a
person and told of; the queue behind it goes on (`threats.md` F08).
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from mcu_mail.domain.decisions import Log, Tell
from mcu_mail.domain.route import ROUTES
from mcu_mail.domain.whose_turn import person_at
from mcu_mail.errors import McuMailError
from mcu_mail.mail.kind import MailKind, bounced_ids, failed_recipients, kind_of
from mcu_mail.mail.mime import read_mail
from mcu_mail.mail.notices import matching_source, read_notices
from mcu_mail.mail.proof import TrustLevel, prove
from mcu_mail.mail.reply import new_text
from mcu_mail.mail.wording import SEPARATOR
from mcu_mail.service.asking import tell
from mcu_mail.service.bringing import ask_what_it_is
from mcu_mail.service.carry import Carrier
from mcu_mail.service.case_events import bind, case_of, may_speak_of_case, speaks_of_case, words_of
from mcu_mail.service.delivery import closed_by_person, reopen
from mcu_mail.service.dispatch import LETTER_ID, witnessed
from mcu_mail.service.hearing import WordFile, hear, word_of
from mcu_mail.service.intake import TOLD, may_bring, take_in
from mcu_mail.service.opening import open_case
from mcu_mail.service.other_tracks import tell_of_other_track
from mcu_mail.store.ledger import MailState
from mcu_mail.store.queue import RecipientState

if TYPE_CHECKING:
    from datetime import datetime

    from mcu_mail.domain.notice import Notice, Source
    from mcu_mail.mail.mime import Incoming
    from mcu_mail.service.desk import Desk
    from mcu_mail.store.ledger import StoredMail
    from mcu_mail.store.queue import Outgoing
    from mcu_mail.store.unit_of_work import UnitOfWork

log = logging.getLogger(__name__)

TRIES = 3
_BATCH = 50


def collect(desk: Desk, now: datetime, *, played: bool) -> int:
    """Decide about the stored mails; return how many were decided.

    Args:
        played: `now` is a played moment: an arrival that no notice states is that moment.

    """
    with desk.store.view() as view:
        waiting = view.mails.to_handle(_BATCH)
    for stored in waiting:
        with desk.store.work() as work:
            work.mails.count_attempt(stored.id)
            work.commit()
        try:
            _decide(desk, stored, now, played=played)
        except Exception as error:  # one mail must never stop the others
            log.exception("mail %d could not be handled (try %d)", stored.id, stored.attempts + 1)
            if stored.attempts + 1 >= TRIES:
                _set_aside(desk, stored, now, error)
    return len(waiting)


def _set_aside(desk: Desk, stored: StoredMail, now: datetime, error: Exception) -> None:
    try:
        mail = read_mail(desk.store.files.get(stored.sha256))
    except Exception:  # what failed may fail once more; the dispatcher is told all the same
        log.exception("mail %d cannot even be named", stored.id)
        mail = None
    with desk.store.work() as work:
        work.mails.decide(stored.id, MailState.aside, kind="failed", error=type(error).__name__)
        _tell_unreadable(desk, work, stored, mail, now, "failed")
        work.commit()


def _decide(desk: Desk, stored: StoredMail, now: datetime, *, played: bool) -> None:
    mail = read_mail(desk.store.files.get(stored.sha256))
    arrived = now if played else stored.arrived_at
    # Whatever a stranger attaches is not worth opening: nobody would act on it.
    known = mail.sender.address and person_at(mail.sender.address, desk.office)
    word = word_of(mail) if known else None
    with desk.store.work() as work:
        kind, state, case_id = _sort(desk, work, stored, mail, now, arrived, word)
        if state is MailState.aside and kind not in TOLD:
            _tell_unreadable(desk, work, stored, mail, now, kind)
        work.mails.decide(
            stored.id,
            state,
            kind=kind,
            case_id=case_id,
            message_id=mail.message_id,
            sender=mail.sender.address,
        )
        work.commit()


Sorted = tuple[str, MailState, int | None]


def _sort(
    desk: Desk,
    work: UnitOfWork,
    stored: StoredMail,
    mail: Incoming,
    now: datetime,
    arrived: datetime,
    word: WordFile | None,
) -> Sorted:
    """What kind of mail this is, what became of it, and whose case it belongs to."""
    letter_id = mail.header(LETTER_ID)
    if letter_id and mail.sender.address == desk.address:
        return "witness", MailState.ignored, witnessed(work, letter_id, now)
    twin = _twin(desk, work, stored, mail)
    if twin is not None:
        return "duplicate", MailState.ignored, twin.case_id
    kind = kind_of(mail)
    if kind is MailKind.BOUNCE:
        return _bounce(desk, work, stored, mail, now)
    sources = tuple(item.value() for item in desk.settings.sources)
    source = matching_source(mail, sources)
    # A platform's notices are auto-generated too: its address is asked before the kind.
    by_platform = source is not None and kind in {MailKind.AUTOREPLY, MailKind.OTHER}
    if source is None and not letter_id and may_bring(mail, kind):
        taken = take_in(desk, work, stored, mail, now, arrived)
        if taken is not None:
            return taken
    if by_platform and source is not None:
        by_platform = any(_is_labelled(one) for one in read_notices(mail, source, desk.zone))
    if mail.sender.address == desk.address or not (kind is MailKind.REPLY or by_platform):
        return kind.value, MailState.ignored, None
    if source is not None:
        ours = work.queue.by_message_ids([*mail.in_reply_to, *mail.references])
        letters = [item for item in ours if item.kind == "letter"]
        if letters and not _is_event(desk, mail, source):
            return _region_answers(desk, work, stored, mail, letters[-1], now)
        return _notice(desk, work, stored, mail, source, now, arrived)
    heard = hear(desk, work, stored, mail, now, word=word)
    if heard.case_id is not None:
        case = work.cases.get(heard.case_id)
        closed_by_person(desk, work, case, now, f"mail{stored.id}")
    return "reply", heard.state, heard.case_id


def _is_labelled(notice: Notice) -> bool:
    """Whether this is plainly a citizen's message and no «я в отпуске» of a press officer."""
    return bool(notice.text) and "text" not in notice.unsure and notice.applicant is not None


def _twin(desk: Desk, work: UnitOfWork, stored: StoredMail, mail: Incoming) -> StoredMail | None:
    """The same mail taken before: same bytes, or same Message-ID with the same text (F05, F06)."""
    same = work.mails.same_as(stored)
    if same is not None:
        return same
    if not mail.message_id:
        return None
    for other in work.mails.with_message_id(mail.message_id, stored.id):
        # One that could not be read is no twin: what it said is not known.
        if other.sender == mail.sender.address and other.error is None:
            known = read_mail(desk.store.files.get(other.sha256))
            if _matter(known) == _matter(mail):
                return other
    return None


def _matter(mail: Incoming) -> tuple[object, ...]:
    """What a mail says, whatever way it came."""
    return (
        mail.sender.address,
        mail.subject,
        mail.text,
        tuple((item.name, item.content) for item in mail.attachments),
    )


def _notice(
    desk: Desk,
    work: UnitOfWork,
    stored: StoredMail,
    mail: Incoming,
    source: Source,
    now: datetime,
    arrived: datetime,
) -> Sorted:
    if prove(mail, desk.trust) is TrustLevel.REFUSED:
        return "forged", MailState.aside, None
    notices = read_notices(mail, source, desk.zone)
    if source.track not in ROUTES:
        tell_of_other_track(desk, work, stored, source.track, notices, now)
        return "other_track", MailState.aside, None
    notices = tuple(item for item in notices if item.text.strip() or item.link or item.applicant)
    if not notices:
        return "empty_notice", MailState.aside, None
    first = None
    for ordinal, notice in enumerate(notices):
        case = case_of(work, mail, notice) if may_speak_of_case(notice) else None
        if case is not None:
            words = words_of(mail, notice)
            bind(desk, work, case, notice, words, cause=f"mail{stored.id}.{ordinal}", now=now)
        elif speaks_of_case(notice):
            ask_what_it_is(
                desk,
                work,
                stored,
                words_of(mail, notice),
                why="event",
                who=mail.sender.address or "",
                how="notice",
                person=desk.office.roles.dispatcher,
                now=now,
                arrived=arrived,
            )
            return "unbound_event", MailState.aside, first.id if first else None
        else:
            case = open_case(desk, work, stored, notice, arrived=arrived, now=now, ordinal=ordinal)
        first = first or case
    return "notice", MailState.handled, first.id if first else None


def _is_event(desk: Desk, mail: Incoming, source: Source) -> bool:
    """Whether a system's mail in the thread of a letter says what happened, in its own form."""
    notices = read_notices(mail, source, desk.zone)
    return len(notices) == 1 and may_speak_of_case(notices[0]) and notices[0].event != "returned"


def _is_credible(desk: Desk, mail: Incoming) -> bool:
    """Whether a return comes from our own mail server, or from one ours vouches for."""
    level = prove(mail, desk.trust)
    if level is TrustLevel.PROVEN:
        return True
    domain = (mail.sender.address or "").rpartition("@")[2]
    own = (desk.domain, desk.trust.authserv_id)
    return level is TrustLevel.SILENT and any(
        name and (domain == name or domain.endswith("." + name)) for name in own
    )


def _bounce(
    desk: Desk, work: UnitOfWork, stored: StoredMail, mail: Incoming, now: datetime
) -> Sorted:
    """A mail of ours came back: a letter reopens its sending, a request warns the dispatcher."""
    ours = work.queue.by_message_ids(bounced_ids(mail))
    if not ours:
        return "bounce", MailState.ignored, None
    message = ours[0]
    failed = set(failed_recipients(mail))
    if message.case_id is None:
        return "bounce", MailState.ignored, None
    case = work.cases.get(message.case_id)
    carrier = Carrier(desk, work, case, now=now, actor="mail_server", cause=f"mail{stored.id}")
    addresses = [item for item in message.addressees if not failed or item.address in failed]
    named = [item.address for item in addresses]
    carrier.carry((Log(kind="bounced", data={"recipients": named}),))
    # A forged return must not undo a sending: it is told of, and a person looks (A36).
    if message.kind != "letter" or not _is_credible(desk, mail):
        carrier.carry((
            Tell(
                people=(desk.office.roles.dispatcher,),
                template="reopened",
                context={
                    "kind": "bounce",
                    "from_address": ", ".join(named),
                    "excerpt": mail.text[:500],
                },
            ),
        ))
        return "bounce", MailState.handled, case.id
    for item in addresses:
        work.queue.set_state(
            item.id,
            {
                "state": RecipientState.refused,
                "answer": f"возврат после отправки: {_first_words(mail)}",
                "at": now,
            },
        )
    reopen(
        desk,
        work,
        carrier,
        message,
        kind="bounce",
        addresses=named,
        excerpt=mail.text[:1500],
        cause=f"mail{stored.id}",
    )
    return "bounce", MailState.handled, case.id


def _first_words(mail: Incoming) -> str:
    return " ".join(mail.text.split())[:300]


def _region_answers(
    desk: Desk,
    work: UnitOfWork,
    stored: StoredMail,
    mail: Incoming,
    letter: Outgoing,
    now: datetime,
) -> Sorted:
    """The region writes about a letter it got: a person decides (design §3 step 9)."""
    if letter.case_id is None:
        return "region_reply", MailState.aside, None
    case = work.cases.get(letter.case_id)
    text = new_text(mail, separator=SEPARATOR).text
    carrier = Carrier(desk, work, case, now=now, actor="region", cause=f"mail{stored.id}")
    carrier.carry((Log(kind="region_reply", data={"text": text[:2000]}),))
    reopen(
        desk,
        work,
        carrier,
        letter,
        kind="reply",
        addresses=[mail.sender.address or ""],
        excerpt=text[:1500],
        cause=f"mail{stored.id}",
    )
    return "region_reply", MailState.handled, case.id


def _tell_unreadable(
    desk: Desk,
    work: UnitOfWork,
    stored: StoredMail,
    mail: Incoming | None,
    now: datetime,
    why: str,
) -> None:
    """Nothing is dropped: the dispatcher hears of what was not understood, once a mail."""
    try:
        tell(
            desk,
            work,
            None,
            person=desk.standing_in(desk.office.roles.dispatcher, now),
            template="unreadable",
            key=f"unreadable:{stored.id}",
            now=now,
            context={
                "sender": (mail.sender.address or mail.sender.name or "") if mail else "",
                "subject_line": mail.subject if mail else "",
                "received_at": desk.local(stored.arrived_at),
                "folder": desk.settings.mail.imap.aside,
                "why": why,
            },
        )
    except McuMailError:
        log.exception("the dispatcher could not be told of mail %d", stored.id)
