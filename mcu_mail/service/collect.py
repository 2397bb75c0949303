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
from mcu_mail.mail.kind import MailKind, bounced_ids, failed_recipients, kind_of
from mcu_mail.mail.mime import read_mail
from mcu_mail.mail.notices import matching_source, read_notices
from mcu_mail.mail.proof import TrustLevel, prove
from mcu_mail.mail.reply import new_text
from mcu_mail.mail.wording import SEPARATOR
from mcu_mail.service.aside import tell_aside, tell_digest
from mcu_mail.service.carry import Carrier
from mcu_mail.service.delivery import closed_by_person, reopen
from mcu_mail.service.dispatch import LETTER_ID, witnessed
from mcu_mail.service.hearing import WordFile, hear, word_of
from mcu_mail.service.opening import open_case
from mcu_mail.service.strangers import answer_stranger
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
    return len(waiting) + int(tell_digest(desk, now) > 0)


def _set_aside(desk: Desk, stored: StoredMail, now: datetime, error: Exception) -> None:
    try:
        mail = read_mail(desk.store.files.get(stored.sha256))
    except Exception:  # what failed may fail once more; the dispatcher is told all the same
        log.exception("mail %d cannot even be named", stored.id)
        mail = None
    with desk.store.work() as work:
        work.mails.decide(stored.id, MailState.aside, kind="failed", error=type(error).__name__)
        tell_aside(desk, work, stored, mail, now, "failed")
        work.commit()


def _decide(desk: Desk, stored: StoredMail, now: datetime, *, played: bool) -> None:
    mail = read_mail(desk.store.files.get(stored.sha256))
    # One that a person has put back was stored, and arrived, when it first came.
    arrived = stored.stored_at if played else stored.arrived_at
    # Whatever a stranger attaches is not worth opening: nobody would act on it.
    known = mail.sender.address and person_at(mail.sender.address, desk.office)
    word = word_of(mail) if known else None
    with desk.store.work() as work:
        kind, state, case_id = sort_mail(desk, work, stored, mail, now, arrived, word)
        if state is MailState.aside:
            tell_aside(desk, work, stored, mail, now, kind)
            if kind == "reply" and not known and case_id is None:
                answer_stranger(desk, work, stored, mail, now)
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


Sorted = tuple[str, MailState, int | None]


def sort_mail(
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
    if by_platform and source is not None:
        by_platform = any(_is_labelled(one) for one in read_notices(mail, source, desk.zone))
    if mail.sender.address == desk.address or not (kind is MailKind.REPLY or by_platform):
        return kind.value, MailState.ignored, None
    if source is not None:
        ours = work.queue.by_message_ids([*mail.in_reply_to, *mail.references])
        letters = [item for item in ours if item.kind == "letter"]
        if letters:
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
    if source.track not in ROUTES:
        return "other_track", MailState.aside, None
    notices = read_notices(mail, source, desk.zone)
    notices = tuple(item for item in notices if item.text.strip() or item.link or item.applicant)
    if not notices:
        return "empty_notice", MailState.aside, None
    first = None
    for ordinal, notice in enumerate(notices):
        case = open_case(desk, work, stored, notice, arrived=arrived, now=now, ordinal=ordinal)
        first = first or case
    return "notice", MailState.handled, first.id if first else None


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
