"""Notice that the store was put back behind our back: the mailbox knows a letter that it does not.

A machine that was rolled back, or a database copied by hand, looks like any other. Its own witness
copies tell: they lie in the folder of ignored mail, which is looked at when something has come to
lie there since this store last saw it.
"""

from __future__ import annotations

import logging
import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from mcu_mail.documents.folder import sent_folder
from mcu_mail.errors import McuMailError, RefusedError
from mcu_mail.mail.imap import Mailbox
from mcu_mail.service.letter_marks import LETTER_ID, PROOF, ROW, TAKEN, is_forgotten, mark_in
from mcu_mail.service.reconcile_mark import ask_to_reconcile
from mcu_mail.waits import may_wait

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from mcu_mail.service.desk import Desk

log = logging.getLogger(__name__)

FILE = "file"
"""The kind of the task that files a sent letter on the share."""
_SEEN = "ignored:seen"
_SHARE = "share:seen"
_ANSWER = re.compile(r"(20\d{2}-\d{6}) Ответ(?: \(промежуточный\))?\.pdf")
_MOST = 500
"""The newest so many are looked at: one that the store does not know is among them, or none is."""
_FIELDS = ("FROM", LETTER_ID, ROW, TAKEN, PROOF)


def look_back(desk: Desk, mailbox: Mailbox, now: datetime) -> None:
    """Mark the store when a witness of a letter that it does not know lies in the ignored folder.

    Args:
        desk: the office's desk.
        mailbox: the open inbox; where nothing is new one question to the server is all.
        now: the moment.

    """
    account = desk.imap()
    standing = mailbox.standing(account.ignored)
    if standing is None:
        return
    with desk.store.view() as view:
        seen = view.facts.get(_SEEN) or ""
    if seen == standing:
        return
    validity, _, following = seen.partition(":")
    first = int(following) if following and standing.startswith(f"{validity}:") else 1
    try:
        with Mailbox.open(replace(account, folder=account.ignored)) as box:
            newer = [uid for uid in box.all_uids() if uid >= first]
            heads = box.heads(newer[-_MOST:], _FIELDS)
    except RefusedError:
        return
    proven = [head for head in heads.values() if PROOF.lower().encode() in head.lower()]
    forgotten = any(_is_forgotten(desk, head) for head in proven)
    with desk.store.work() as work:
        work.facts.set(_SEEN, standing)
        if forgotten:
            log.error("the mailbox knows letters that this store does not: it was put back")
            ask_to_reconcile(work, now)
        work.commit()


def look_at_share(desk: Desk, now: datetime) -> None:
    """Mark the store when a letter lies among those that were sent and it has filed none.

    The share stands on another machine: it still knows what a whole machine has forgotten. What
    was seen once is not told again: a person may lay a file there too.
    """
    filed = filed_on_share(desk, now)
    with desk.store.view() as view:
        seen = frozenset((view.facts.get(_SHARE) or "").split())
        fresh = filed - view.tasks.numbers_with(FILE) - seen
    if fresh:
        log.error("letters lie on the share that this store does not know: %d", len(fresh))
        with desk.store.work() as work:
            work.facts.set(_SHARE, " ".join(sorted(fresh | seen)))
            ask_to_reconcile(work, now)
            work.commit()


def filed_on_share(desk: Desk, now: datetime) -> frozenset[str]:
    """The numbers of the cases whose letter lies in this year's «Отправлено»."""
    return frozenset(letters_among(names_on_share(desk, now)))


def names_on_share(desk: Desk, now: datetime) -> tuple[str, ...]:
    """What lies in this year's «Отправлено»; nothing when that cannot be read."""
    may_wait("the share")
    folder = desk.folders.base / sent_folder(desk.today(now).year)
    try:
        return tuple(path.name for path in folder.iterdir())
    except OSError:
        return ()


def letters_among(names: Iterable[str]) -> Counter[str]:
    """Number of a case → how many letters of it there are: an interim one may lie beside."""
    return Counter(found[1] for name in names if (found := _ANSWER.fullmatch(name)))


def _is_forgotten(desk: Desk, head: bytes) -> bool:
    try:
        mail = desk.reader.read(head, (), desk.zone).mail
    except McuMailError:
        return False
    if mail.sender.address != desk.address:
        return False
    with desk.store.view() as view:
        mark = mark_in(view, mail)
        return mark is not None and is_forgotten(view, mark)
