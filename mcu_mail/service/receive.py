"""Bring the mail in: raw bytes first, then a ledger row, and only then anything else looks.

Read by UID, never by the flag Seen; moved to its folder only after it was decided about. When
UIDVALIDITY has changed every UID is new: the bytes tell what was handled before.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from mcu_mail.mail.imap import Mailbox
from mcu_mail.store.ledger import MailState

if TYPE_CHECKING:
    from datetime import datetime

    from mcu_mail.service.desk import Desk

log = logging.getLogger(__name__)

_BATCH = 200


def receive(desk: Desk, now: datetime) -> int:
    """One visit of the mailbox: fetch what is new, move what is decided; return how many of both.

    Raises:
        TemporaryError: the mailbox cannot be reached; the next visit does the same work.

    """
    account = desk.imap()
    with Mailbox.open(account) as mailbox:
        with desk.store.view() as view:
            known = view.mails.known_uids(account.folder, mailbox.uidvalidity)
        fresh = [uid for uid in mailbox.all_uids() if uid not in known]
        done = 0
        for fetched in mailbox.fetch_many(fresh):
            sha256 = desk.store.files.put(fetched.raw)
            with desk.store.work() as work:
                done += work.mails.add(
                    folder=account.folder,
                    uidvalidity=mailbox.uidvalidity,
                    uid=fetched.uid,
                    sha256=sha256,
                    size=fetched.size,
                    arrived_at=fetched.internaldate,
                    stored_at=now,
                )
                work.commit()
        return done + _move(desk, mailbox)


def move_decided(desk: Desk) -> int:
    """Move what was decided since the visit; return how many mails."""
    with desk.store.view() as view:
        waiting = view.mails.any_to_move()
    if not waiting:
        return 0
    with Mailbox.open(desk.imap()) as mailbox:
        return _move(desk, mailbox)


def _move(desk: Desk, mailbox: Mailbox) -> int:
    account = desk.settings.mail.imap
    folders = {
        MailState.handled: account.done,
        MailState.aside: account.aside,
        MailState.ignored: account.ignored,
    }
    with desk.store.view() as view:
        waiting = view.mails.to_move(account.folder, mailbox.uidvalidity, _BATCH)
    for stored in waiting:
        if not mailbox.move(stored.uid, folders[stored.state]):
            log.info("mail %d was moved or deleted by a person", stored.id)
        with desk.store.work() as work:
            work.mails.moved(stored.id)
            work.commit()
    return len(waiting)
