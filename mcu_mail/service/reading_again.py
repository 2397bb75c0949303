"""Read again what lies in the mailbox, for a store that may have forgotten some of it.

From the inbox and from every folder of ours, in turns; a broken connection or a kill costs what was
not committed yet, and nothing is fetched twice.
"""

from __future__ import annotations

import dataclasses
import json
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mcu_mail.mail.imap import Mailbox
from mcu_mail.service.reconcile_mark import READ_AGAIN
from mcu_mail.service.turns import in_turn
from mcu_mail.store.ledger import FetchedMail, MailState

if TYPE_CHECKING:
    from collections.abc import Generator
    from datetime import date, datetime

    from mcu_mail.service.desk import Desk
    from mcu_mail.store.unit_of_work import UnitOfWork

FOUND = "reconcile:found"


def read_again(desk: Desk, since: date | None, now: datetime) -> bool:
    """Take in what is not known by its bytes; False when the turn was over before all was read."""
    with closing(_arriving(desk, since)) as arriving:
        for one in in_turn(arriving, desk.turn_seconds):
            if one is None:
                return True
            mail, place = one
            with desk.store.work() as work:
                if work.mails.with_bytes(mail.sha256) is None:
                    work.mails.add(**dataclasses.asdict(mail), stored_at=now, place=place)
                    first = (work.facts.get(READ_AGAIN) or "1").partition(":")[0]
                    work.facts.set(READ_AGAIN, f"{first}:{work.mails.newest()}")
                found = found_in(work)
                found.setdefault("read", {})[mail.folder] = [mail.uidvalidity, mail.uid]
                work.facts.set(FOUND, json.dumps(found))
                work.commit()
    return False


def _arriving(
    desk: Desk, since: date | None
) -> Generator[tuple[FetchedMail, MailState | None] | None]:
    """What lies in the inbox and in our own folders, with the state of its folder; at last None.

    Neither what was entered under its UID nor what an earlier try has come to is fetched again.
    """
    account = desk.imap()
    places: dict[str, MailState | None] = {
        account.folder: None,
        account.ignored: MailState.ignored,
        account.done: MailState.handled,
        account.aside: MailState.aside,
    }
    with Mailbox.open(account) as box:
        # What cannot be opened though it is there is waited for: a witness may lie in it.
        there = [name for name in places if name == account.folder or box.has(name)]
    for folder in there:
        with Mailbox.open(replace(account, folder=folder)) as box:
            uids = box.all_uids() if since is None else box.uids_since(since)
            with desk.store.view() as view:
                entered = view.census.entered(folder, box.uidvalidity, uids)
                validity, upto = found_in(view).get("read", {}).get(folder, (0, 0))
            if validity != box.uidvalidity:
                upto = 0
            fresh = [uid for uid in uids if uid > upto and uid not in entered]
            for fetched in box.fetch_many(fresh):
                yield (
                    FetchedMail(
                        folder=folder,
                        uidvalidity=box.uidvalidity,
                        uid=fetched.uid,
                        sha256=desk.store.files.put(fetched.raw),
                        size=fetched.size,
                        arrived_at=fetched.internaldate,
                    ),
                    places[folder],
                )
    yield None


def found_in(view: UnitOfWork) -> dict[str, Any]:
    """What the look at the mailbox has come to; empty before it is begun."""
    found: dict[str, Any] = json.loads(view.facts.get(FOUND) or "{}")
    return found
