"""Bring the mail in: raw bytes first, then a ledger row, and only then anything else looks.

Read by UID, never by the flag Seen; moved to its folder only after it was decided about. When
UIDVALIDITY has changed every UID is new: the bytes tell what was handled before.
"""

from __future__ import annotations

import contextlib
import inspect
import itertools
import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from mcu_mail.errors import RefusedError
from mcu_mail.mail.first_look import HEAD_FIELDS, first_look
from mcu_mail.mail.imap import Mailbox
from mcu_mail.service.looking_back import look_back
from mcu_mail.service.space import lacks_room
from mcu_mail.service.turns import in_turn
from mcu_mail.store.ledger import FetchedMail, MailState

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from datetime import datetime

    from mcu_mail.service.desk import Desk

log = logging.getLogger(__name__)

_BATCH = 200
_VISIT = 200
"""Mails taken in one visit: behind a larger backlog nobody waits for the whole of it (F13)."""
_OURS, _KNOWN, STRANGERS = range(3)
"""Ranks: read first, next, and last."""
_TOGETHER = 50
"""Mails that are kept and entered at once."""
_WHOLE = 8_000_000
"""Bytes: a mail that is larger is never held in memory while it is fetched."""
_HEAD = 32_000


def receive(desk: Desk, now: datetime) -> int:
    """One visit of the mailbox: fetch what is new, move what is decided; return how many of both.

    Raises:
        TemporaryError: the mailbox cannot be reached; the next visit does the same work.

    """
    account = desk.imap()
    with Mailbox.open(account) as mailbox:
        look_back(desk, mailbox, now)
        with desk.store.view() as view:
            known = view.mails.known_uids(account.folder, mailbox.uidvalidity)
        ranks = _Ranks(desk)
        fresh = [uid for uid in mailbox.all_uids() if uid not in known]
        waiting = fresh
        is_cramped = bool(fresh) and lacks_room(desk)
        if is_cramped:
            fresh = _answers(desk, mailbox, ranks, fresh)
        more = len(fresh) > _VISIT
        if more:
            fresh = _first(desk, mailbox, ranks, fresh)[:_VISIT]
        done = 0
        taken: set[int] = set()
        arriving = _kept(desk, mailbox, ranks, fresh)
        for some in in_turn(arriving, desk.turn_seconds):
            # Their bytes are on the disk, and the server has them until they are moved: one commit
            # serves them all.
            taken.update(one.uid for one in some)
            with desk.store.work() as work:
                done += work.mails.add_all(some, now)
                work.commit()
        # A turn that was over too early leaves the rest for the next visit.
        is_over = inspect.getgeneratorstate(arriving) == inspect.GEN_CLOSED
        if is_over and len(taken) < len(fresh):
            # Another client was quicker: what a person takes away unread is his.
            log.info("%d mails vanished before they were read", len(fresh) - len(taken))
        if is_over and not more and not is_cramped:
            desk.seen["fetched"] = now
            desk.backlog.clear()
        else:
            # What has not been fetched is waited for, unless it is a stranger's.
            _ranked(desk, mailbox, ranks, [uid for uid in waiting if uid not in taken])
        return done + _move(desk, mailbox)


def _kept(
    desk: Desk, mailbox: Mailbox, ranks: _Ranks, uids: Sequence[int]
) -> Generator[list[FetchedMail]]:
    """Fetch and keep mails; a large one comes in pieces, alone and after the others (F09)."""
    files, folder = desk.store.files, desk.settings.mail.imap.folder
    sizes = mailbox.sizes(uids)
    small = mailbox.fetch_many([uid for uid in sizes if sizes[uid] <= _WHOLE])
    while some := list(itertools.islice(small, _TOGETHER)):
        digests = files.put_all([one.raw for one in some])
        yield [
            FetchedMail(
                folder=folder,
                uidvalidity=mailbox.uidvalidity,
                uid=fetched.uid,
                sha256=sha256,
                size=fetched.size,
                arrived_at=fetched.internaldate,
                rank=ranks.of(fetched.raw),
            )
            for fetched, sha256 in zip(some, digests, strict=True)
        ]
    for uid in sorted(uid for uid in sizes if sizes[uid] > _WHOLE):
        arrived = mailbox.arrived(uid)
        if arrived is None:
            continue
        sha256, size = files.put_pieces(mailbox.pieces(uid))
        if size:
            yield [
                FetchedMail(
                    folder=folder,
                    uidvalidity=mailbox.uidvalidity,
                    uid=uid,
                    sha256=sha256,
                    size=size,
                    arrived_at=arrived,
                    rank=ranks.of(files.head(sha256, _HEAD)),
                )
            ]


class _Ranks:
    """Whose mail is read first: who carries a code of ours, then known senders, then the rest."""

    def __init__(self, desk: Desk) -> None:
        people = desk.office.people.values()
        self._desk = desk
        self._known = frozenset([
            *(address for person in people for address in person.addresses),
            *(sender for source in desk.settings.sources for sender in source.senders),
            f"mailer-daemon@{desk.domain}",
            # The witness of a letter must not stand behind a flood.
            desk.address.lower(),
        ])

    def of(self, raw: bytes) -> int:
        """The rank of one mail, or of its header."""
        look = first_look(raw)
        if look.codes:
            with self._desk.store.view() as view:
                if view.requests.by_codes(look.codes) or view.asides.by_codes(look.codes):
                    return _OURS
        return _KNOWN if look.is_from(self._known) else STRANGERS


def _ranked(desk: Desk, mailbox: Mailbox, ranks: _Ranks, uids: Sequence[int]) -> dict[int, int]:
    """UID → how early it is to be read, of what waits in the mailbox; a header is read once."""
    place = (desk.settings.mail.imap.folder, mailbox.uidvalidity)
    seen = {uid: desk.backlog[place][uid] for uid in uids if uid in desk.backlog.get(place, {})}
    desk.backlog.clear()
    desk.backlog[place] = seen
    new = [uid for uid in uids if uid not in seen]
    seen.update({uid: ranks.of(head) for uid, head in mailbox.heads(new, HEAD_FIELDS).items()})
    return seen


def _answers(desk: Desk, mailbox: Mailbox, ranks: _Ranks, uids: Sequence[int]) -> list[int]:
    """Where room is short: only what answers a request of ours, for a verdict cannot wait."""
    seen = _ranked(desk, mailbox, ranks, uids)
    return [uid for uid in uids if seen.get(uid) == _OURS]


def _first(desk: Desk, mailbox: Mailbox, ranks: _Ranks, uids: Sequence[int]) -> list[int]:
    """The UIDs of a backlog in the order in which they are to be read."""
    seen = _ranked(desk, mailbox, ranks, uids)
    waiting = [uid for uid in uids if uid in seen]
    waiting.sort(key=lambda uid: (seen[uid], uid))
    return waiting


def is_read_up(desk: Desk) -> bool:
    """Whether every mail of a known sender, or with a code of ours, has been decided about.

    What strangers have sent, however much it is, is not waited for.
    """
    if any(rank < STRANGERS for ranks in desk.backlog.values() for rank in ranks.values()):
        return False
    with desk.store.view() as view:
        return all(mail.rank >= STRANGERS for mail in view.mails.to_handle(1))


def move_decided(desk: Desk) -> int:
    """Move what was decided since the visit; return how many mails."""
    with desk.store.view() as view:
        waiting = view.mails.any_to_move()
    if not waiting:
        return 0
    moved = _move_on(desk)
    with Mailbox.open(desk.imap()) as mailbox:
        return moved + _move(desk, mailbox)


def _move_on(desk: Desk) -> int:
    """Mails about which it was decided anew go on to the folder of what they have become.

    The number that a mail had in the inbox says nothing of the folder where it lies now: it is
    found there by its bytes.
    """
    with desk.store.view() as view:
        waiting = view.mails.misplaced(_BATCH)
    account, folders = desk.imap(), _folders(desk)
    for place in dict.fromkeys(mail.place for mail in waiting):
        assert place is not None
        here = [mail for mail in waiting if mail.place == place]
        with contextlib.ExitStack() as stack:
            found: dict[str, int] = {}
            try:
                folder = replace(account, folder=folders[MailState(place)])
                mailbox = stack.enter_context(Mailbox.open(folder))
                found = mailbox.located({mail.sha256: mail.size for mail in here})
            except RefusedError:
                log.info("the folder of %s mails is gone", place)
            for mail in here:
                uid = found.get(mail.sha256)
                if uid is None or not mailbox.move(uid, folders[mail.state]):
                    log.info("mail %d was moved or deleted by a person", mail.id)
                with desk.store.work() as work:
                    work.mails.moved(mail.id)
                    work.commit()
    return len(waiting)


def _folders(desk: Desk) -> dict[MailState, str]:
    account = desk.settings.mail.imap
    return {
        MailState.handled: account.done,
        MailState.aside: account.aside,
        MailState.ignored: account.ignored,
    }


def _move(desk: Desk, mailbox: Mailbox) -> int:
    account = desk.settings.mail.imap
    folders = _folders(desk)
    with desk.store.view() as view:
        waiting = view.mails.to_move(account.folder, mailbox.uidvalidity, _BATCH)
    for state, folder in folders.items():
        alike = [stored for stored in waiting if stored.state is state]
        if not alike:
            continue
        moved = mailbox.move_many([stored.uid for stored in alike], folder)
        # A mail that is moved twice is only looked for in vain: one commit serves them all.
        with desk.store.work() as work:
            for stored in alike:
                if stored.uid not in moved:
                    log.info("mail %d was moved or deleted by a person", stored.id)
                work.mails.moved(stored.id)
            work.commit()
    return len(waiting)
