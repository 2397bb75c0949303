"""The clerk's folder «Входящие»: a saved mail, a text, a Word file, a scan of a paper message.

Each opens a case. The bytes are kept and entered into the ledger before anything looks at them;
a file that is still being copied is left alone; what cannot be taken goes to «Не принято» with a
`.txt` beside it, what was taken to «Входящие/Принято» under its case's number.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from pathlib import PurePath
from typing import TYPE_CHECKING

from mcu_mail.documents.draft import whole_text
from mcu_mail.documents.file_names import safe_name
from mcu_mail.documents.folder import MAX_BYTES, NOTE, Folder
from mcu_mail.documents.incoming_files import IncomingKind, incoming_kind, looks_whole
from mcu_mail.domain.notice import Notice
from mcu_mail.domain.rich_text import readable
from mcu_mail.errors import McuMailError, RefusedError, StoreError, TemporaryError
from mcu_mail.mail.charset import decode_bytes
from mcu_mail.service.alarms import alarmed
from mcu_mail.service.bringing import Taken, open_all, open_each
from mcu_mail.service.case_events import Message
from mcu_mail.service.messages import messages_of, way_of, words_read
from mcu_mail.service.opening import Brought
from mcu_mail.service.turns import in_turn
from mcu_mail.waits import foreseeing

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from mcu_mail.documents.folder import Claimed, Dropped
    from mcu_mail.mail.reading import Reading
    from mcu_mail.service.desk import Desk
    from mcu_mail.store.ledger import StoredMail
    from mcu_mail.store.unit_of_work import UnitOfWork

log = logging.getLogger(__name__)

ACCEPTED = f"{Folder.INCOMING}/Принято"
_TRIES = 3
_UID_DIGITS = 7


@dataclass(frozen=True, kw_only=True)
class _Read:
    """What a file says: a mail, or messages, or nothing but its picture."""

    mail: Reading
    how: str = ""
    notices: tuple[Notice, ...] = ()
    words: str = ""
    """What the notices were read from, when it is not the mail itself."""
    is_paper: bool = False


def take_incoming(desk: Desk, now: datetime) -> int:
    """Deal with every settled file; return how many were accepted or refused.

    Raises:
        TemporaryError: the folder is not there (an unmounted share) or cannot be written.

    """
    if not desk.inbox.is_mounted():
        # The job of the scans raises the alarm: the share is the same.
        return 0
    done = 0
    for name in desk.inbox.not_files():
        if name != PurePath(ACCEPTED).name:
            lines = "\r\n".join(_note(desk, "not_a_file", name, now).splitlines()) + "\r\n"
            desk.inbox.publish(
                Folder.REFUSED, safe_name(f"{name}{NOTE}"), lines.encode("utf-8-sig")
            )
    for claimed in desk.inbox.leftovers():
        done += _fenced(desk, claimed, None, now)
    settled = [one for one in desk.inbox.incoming(desk.real_now()) if one.settled]
    for dropped in in_turn(settled, desk.turn_seconds):
        try:
            claimed = desk.inbox.claim(dropped)
        except McuMailError:
            log.info("a file in the folder of incoming messages is busy")
            continue
        done += _fenced(desk, claimed, dropped, now)
    return done


def _fenced(desk: Desk, claimed: Claimed, dropped: Dropped | None, now: datetime) -> int:
    try:
        return _one(desk, claimed, dropped, now)
    except StoreError:
        # It may have opened a case: it stays where a killed daemon would have left it.
        raise
    except TemporaryError:
        log.info("an incoming file waits: the share or this machine is busy")
    except Exception:  # one file must never stop the others
        log.exception("an incoming file could not be handled")
        with desk.store.work() as work:
            key = f"incoming_failed:{claimed.sha256[:40]}"
            tries = int(work.facts.get(key) or 0) + 1
            work.facts.set(key, str(tries))
            work.commit()
        if tries >= _TRIES:
            return _refuse(desk, claimed, "unreadable", now)
    desk.inbox.give_back(claimed)
    return 0


def _one(desk: Desk, claimed: Claimed, dropped: Dropped | None, now: datetime) -> int:
    content = claimed.content
    if not 0 < len(content) <= MAX_BYTES:
        return _refuse(desk, claimed, "too_large" if content else "empty", now)
    desk.store.files.put(content)
    known, number = _known(desk, claimed)
    if known is not None and dropped is None and known.folder == Folder.INCOMING:
        # A killed daemon had opened the case and not yet put the file away.
        return _put_away(desk, claimed, [number] if number else [])
    kind = incoming_kind(content, claimed.name)
    if known is not None or kind is None:
        return _refuse(desk, claimed, "duplicate" if known else "kind", now, number=number)
    if not looks_whole(content, claimed.name) and _young(desk, dropped):
        desk.inbox.give_back(claimed)
        return 0
    try:
        read = _read(desk, claimed, kind)
    except RefusedError:
        return _refuse(desk, claimed, "unreadable", now)
    numbers = foreseeing(lambda: _numbers(desk, claimed, read, now))
    if numbers is None:
        return _refuse(desk, claimed, "no_message", now)
    return _put_away(desk, claimed, numbers)


def _numbers(desk: Desk, claimed: Claimed, read: _Read, now: datetime) -> list[str] | None:
    """Open what the file brings; the numbers of its cases, None when it holds no message."""
    with desk.store.work() as work:
        stored = _entered(work, claimed, now)
        taken = _opened(desk, work, stored, claimed, read, now)
        if taken is None:
            return None
        if taken.kind == "unbound_event":
            alarmed(desk, work, stored, read.mail, now)
        work.mails.decide(
            stored.id,
            taken.state,
            kind=taken.kind,
            case_id=taken.case_id,
            message_id=read.mail.mail.message_id,
            sender=read.mail.mail.sender.address,
        )
        numbers = [work.cases.get(one).number for one in taken.cases]
        work.commit()
    return numbers


def _put_away(desk: Desk, claimed: Claimed, numbers: Sequence[str]) -> int:
    """Accept the file; 0 when it must wait where a killed daemon leaves it.

    Given back it would be a second copy of what has opened a case, and be refused.
    """
    try:
        return _accept(desk, claimed, numbers)
    except TemporaryError:
        log.info("an incoming file that was taken waits to be put away")
        return 0


def _known(desk: Desk, claimed: Claimed) -> tuple[StoredMail | None, str]:
    """The mail or file with the same bytes that was taken before, and its case's number.

    A mail that nobody understood is none: the clerk may have saved it to bring it here.
    """
    with desk.store.view() as view:
        known = view.mails.with_bytes(claimed.sha256, Folder.INCOMING)
        known = known or view.mails.with_bytes(claimed.sha256)
        if known is None or (known.case_id is None and known.folder != Folder.INCOMING):
            return None, ""
        return known, view.cases.get(known.case_id).number if known.case_id else ""


def _read(desk: Desk, claimed: Claimed, kind: IncomingKind) -> _Read:
    """What the file says.

    Raises:
        RefusedError: it cannot be opened, or breaks what reads it.

    """
    content, name = claimed.content, claimed.name
    nobody = desk.read_head(desk.store.files.put(b""))
    if kind in {IncomingKind.MAIL, IncomingKind.OUTLOOK}:
        saved = desk.read(claimed.sha256)
        how = way_of(saved)
        words = saved.new.text or saved.mail.text
        return _Read(mail=saved, how=how) if how else _of_words(desk, saved, words)
    if kind is IncomingKind.PAPER:
        blank = Notice(track="governor", unsure=("applicant", "address", "text"))
        return _Read(mail=nobody, notices=(blank,), is_paper=True)
    text = readable(whole_text(content, name)) if kind is IncomingKind.WORD else None
    words = decode_bytes(content) if text is None else text
    return _of_words(desk, nobody, words)


def _of_words(desk: Desk, mail: Reading, words: str) -> _Read:
    return _Read(mail=mail, notices=words_read(desk, words), words=words)


def _entered(work: UnitOfWork, claimed: Claimed, now: datetime) -> StoredMail:
    """The ledger's row of the file: it is no mail of the mailbox, but kept and counted like one."""
    work.mails.add(
        folder=Folder.INCOMING,
        uidvalidity=0,
        uid=int(claimed.sha256[:_UID_DIGITS], 16),
        sha256=claimed.sha256,
        size=len(claimed.content),
        arrived_at=now,
        stored_at=now,
    )
    stored = work.mails.with_bytes(claimed.sha256, Folder.INCOMING)
    assert stored is not None
    work.mails.moved(stored.id)
    return stored


def _opened(
    desk: Desk,
    work: UnitOfWork,
    stored: StoredMail,
    claimed: Claimed,
    read: _Read,
    now: datetime,
) -> Taken | None:
    """The cases that the file opens; None when it holds no message."""
    brought = Brought(person=desk.office.roles.dispatcher, how="file")
    if read.how:
        taken = open_all(desk, work, stored, read.mail, read.how, brought, now, arrived=now)
        return None if taken.kind == "empty" else taken
    if read.is_paper and len(claimed.content) <= desk.settings.letters.max_mb * 1_000_000:
        suffix = PurePath(claimed.name.lower()).suffix
        brought = Brought(
            person=brought.person,
            how="file",
            file=claimed.sha256,
            file_name=f"Входящее{suffix}",
        )
    if not read.notices:
        return None
    found = messages_of(read.mail.mail, read.notices, read.mail.new.text)
    if read.is_paper:
        found = [Message(letter=read.mail.mail, notice=one, words=one.text) for one in read.notices]
    # A question about one of them reads the very same words again.
    text = desk.store.files.put(read.words.encode()) if read.words else ""
    return open_each(
        desk, work, stored, found, "file", brought, now, arrived=now, insists=False, text=text
    )


def _young(desk: Desk, dropped: Dropped | None) -> bool:
    """Whether a file that looks half-copied may still be growing."""
    if dropped is None:
        return False
    limit = timedelta(minutes=desk.settings.folders.unfinished_minutes)
    return desk.real_now() - dropped.modified < limit


def _accept(desk: Desk, claimed: Claimed, numbers: Sequence[str]) -> int:
    name = " ".join([*numbers[:3], claimed.name])
    desk.inbox.finish(claimed, ACCEPTED, safe_name(name))
    return 1


def _refuse(desk: Desk, claimed: Claimed, reason: str, now: datetime, *, number: str = "") -> int:
    note = _note(desk, reason, claimed.name, now, number=number)
    desk.inbox.reject(claimed, note)
    return 1


def _note(desk: Desk, reason: str, name: str, now: datetime, *, number: str = "") -> str:
    helper = desk.office.people[desk.standing_in(desk.office.roles.dispatcher, now)]
    return desk.wording.note(
        "incoming_refused",
        reason=reason,
        now=desk.local(now),
        file_name=name,
        number=number,
        limit_mb=MAX_BYTES // 1_000_000,
        folder=str(Folder.INCOMING),
        phone_name=helper.name,
        phone=helper.phone,
    )
