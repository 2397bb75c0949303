"""Whether a mail was taken before: a second copy of it says nothing new."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from mcu_mail.errors import RefusedError
from mcu_mail.waits import foreseen

if TYPE_CHECKING:
    from mcu_mail.mail.mime import Incoming
    from mcu_mail.service.desk import Desk
    from mcu_mail.store.ledger import StoredMail
    from mcu_mail.store.unit_of_work import UnitOfWork

_MOST_TWINS = 5
"""Mails of one Message-ID that are read to compare: a genuine one has a copy or two, and whoever
sends a hundred under one id must not have each read a hundred times."""


def twin_of(desk: Desk, work: UnitOfWork, stored: StoredMail, mail: Incoming) -> StoredMail | None:
    """The same mail taken before: same bytes, or same Message-ID with the same text (F05, F06)."""
    same = work.mails.same_as(stored)
    if same is not None:
        return same
    if not mail.message_id:
        return None
    # One that could not be read is no twin: what it said is not known.
    alike = [
        other
        for other in work.mails.with_message_id(mail.message_id, stored.id)
        if other.sender == mail.sender.address and other.error is None
    ]
    for other in alike[:_MOST_TWINS]:
        try:
            said = _kept_matter(desk, other.sha256)
        except RefusedError:
            continue
        if said == _matter(mail):
            return other
    return None


def _kept_matter(desk: Desk, sha256: str) -> str:
    """`_matter` of a kept mail; the mail itself, with its files, is not held in memory."""
    return foreseen(("matter", sha256), lambda: _matter(desk.read(sha256).mail))


def _matter(mail: Incoming) -> str:
    """What a mail says, whatever way it came, as a digest."""
    digest = hashlib.sha256(repr((mail.sender.address, mail.subject, mail.text)).encode())
    for item in mail.attachments:
        digest.update(repr(item.name).encode() + hashlib.sha256(item.content).digest())
    return digest.hexdigest()
