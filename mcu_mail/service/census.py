"""The census of the mailbox: every mail that came has ended in one place, and lies there.

Within the store: received = handled + ignored + set aside + waiting. Against the server: what lies
in the inbox and in our folders is known to the ledger. One look may fall between two steps of the
service or of a person: only what a second look finds again is told, and by numbers alone.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING

from mcu_mail.errors import RefusedError
from mcu_mail.mail.imap import Mailbox
from mcu_mail.service.asking import tell
from mcu_mail.service.roles_told import alarmed_roles

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mcu_mail.service.desk import Desk
    from mcu_mail.store.unit_of_work import UnitOfWork

_FACT = "census"
_AGAIN = timedelta(minutes=10)
"""Many visits later the same finding is no passing one."""
_MOST = 50
"""So many of a kind are named."""
_MAILS_A_LOOK = 500
"""So many mails of a folder are read in one look; the rest at the next."""


@dataclass(frozen=True, kw_only=True)
class Look:
    """What one look at the server found that ought not to be."""

    at: datetime
    unknown: tuple[int, ...] = ()
    """UIDs in the inbox that the ledger does not know."""
    left: tuple[int, ...] = ()
    """UIDs in the inbox of mails that were decided about."""
    strange: tuple[str, ...] = ()
    """«folder:UID» of mails in our folders that the ledger does not know."""
    seen: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """Folder → UIDVALIDITY and the highest UID that was looked at."""
    told: bool = False
    """The second look was taken."""

    @property
    def is_clean(self) -> bool:
        """Nothing was found."""
        return not (self.unknown or self.left or self.strange)


def is_owed(desk: Desk, now: datetime) -> bool:
    """Whether a finding waits for its second look."""
    with desk.store.view() as view:
        before = _kept(view.facts.get(_FACT))
    return (
        before is not None and not before.is_clean and not before.told and now - before.at >= _AGAIN
    )


def is_wrong(counts: Mapping[str, int]) -> bool:
    """Whether a census has found what a person must be told of."""
    return any(counts[name] for name in ("unknown", "left", "strange", "difference"))


def take_census(desk: Desk, now: datetime) -> dict[str, int]:
    """Count, look at the server, and tell the administrator what a second look confirms.

    Returns:
        the counts that the health file keeps.

    Raises:
        TemporaryError: the mailbox cannot be reached.

    """
    with desk.store.view() as view:
        before = _kept(view.facts.get(_FACT))
    found = _look(desk, now, before)
    confirmed = _both(found, before) if before and now - before.at >= _AGAIN else Look(at=now)
    with desk.store.work() as work:
        tally = work.census.mails()
        megabytes = work.census.megabytes()
        if not confirmed.is_clean or tally.difference:
            _tell(desk, work, confirmed, tally.difference, now)
        told = not confirmed.is_clean
        work.facts.set(_FACT, _written(replace(found, told=told)))
        work.commit()
    return {
        "received": tally.received,
        "handled": tally.handled,
        "ignored": tally.ignored,
        "aside": tally.aside,
        "waiting": tally.waiting,
        "difference": tally.difference,
        "unknown": len(confirmed.unknown),
        "left": len(confirmed.left),
        "strange": len(confirmed.strange),
        "megabytes": megabytes,
    }


def _look(desk: Desk, now: datetime, before: Look | None) -> Look:
    account = desk.imap()
    with Mailbox.open(account) as inbox:
        uids = inbox.all_uids()
        with desk.store.view() as view:
            entered = view.census.entered(account.folder, inbox.uidvalidity, uids)
    unknown = [uid for uid in uids if uid not in entered]
    if desk.backlog.get((account.folder, inbox.uidvalidity)):
        # Behind a backlog much waits to be read, and is being read.
        unknown = []
    strange: list[str] = []
    seen: dict[str, tuple[int, int]] = {}
    for folder in dict.fromkeys((account.done, account.aside, account.ignored)):
        try:
            with Mailbox.open(replace(account, folder=folder)) as mailbox:
                found, highest = _strange(desk, mailbox, folder, before)
        except RefusedError:
            continue  # nothing was moved there yet
        strange += found
        seen[folder] = (mailbox.uidvalidity, highest)
    return Look(
        at=now,
        unknown=tuple(unknown[:_MOST]),
        left=tuple(uid for uid in uids if entered.get(uid))[:_MOST],
        strange=tuple(strange[:_MOST]),
        seen=seen,
    )


def _strange(
    desk: Desk, mailbox: Mailbox, folder: str, before: Look | None
) -> tuple[list[str], int]:
    """Mails of a folder that the ledger does not know, and the highest UID looked at.

    What lay there before the first census was put there before the service, or by it.
    """
    uids = mailbox.all_uids()
    validity, highest = before.seen.get(folder, (0, 0)) if before else (0, 0)
    if validity != mailbox.uidvalidity:
        return [], max(uids, default=0)
    prefix = f"{folder}:"
    again = {
        int(one.removeprefix(prefix)) for one in before.strange if one.startswith(prefix)
    } if before else set()  # fmt: skip
    wanted = list(islice((uid for uid in uids if uid > highest or uid in again), _MAILS_A_LOOK))
    digests = {
        message.uid: hashlib.sha256(message.raw).hexdigest()
        for message in mailbox.fetch_many(wanted)
    }
    with desk.store.view() as view:
        known = view.census.known_bytes(set(digests.values()))
    found = [f"{prefix}{uid}" for uid, digest in digests.items() if digest not in known]
    return found, max([highest, *wanted])


def _both(found: Look, before: Look) -> Look:
    return replace(
        found,
        unknown=tuple(one for one in found.unknown if one in before.unknown),
        left=tuple(one for one in found.left if one in before.left),
        strange=tuple(one for one in found.strange if one in before.strange),
    )


def _tell(desk: Desk, work: UnitOfWork, look: Look, difference: int, now: datetime) -> None:
    shown = json.dumps([look.unknown, look.left, look.strange, difference])
    digest = hashlib.sha256(shown.encode()).hexdigest()[:24]
    role = alarmed_roles(desk)[0]
    tell(
        desk,
        work,
        None,
        person=desk.standing_in(role, now),
        template="census",
        key=f"census:{digest}:{desk.today(now)}",
        now=now,
        context={
            "unknown": look.unknown,
            "left": look.left,
            "strange": look.strange,
            "difference": difference,
            "inbox": desk.settings.mail.imap.folder,
        },
    )


def _written(look: Look) -> str:
    return json.dumps(
        {
            "at": look.at.isoformat(),
            "unknown": look.unknown,
            "left": look.left,
            "strange": look.strange,
            "seen": look.seen,
            "told": look.told,
        },
        ensure_ascii=False,
    )


def _kept(text: str | None) -> Look | None:
    if text is None:
        return None
    kept = json.loads(text)
    return Look(
        at=datetime.fromisoformat(kept["at"]),
        unknown=tuple(kept["unknown"]),
        left=tuple(kept["left"]),
        strange=tuple(kept["strange"]),
        seen={folder: (one[0], one[1]) for folder, one in kept["seen"].items()},
        told=kept["told"],
    )
