"""Somebody unknown has written to the service by mistake: one polite answer.

At most one a day to a person, ten to a domain and so many a day in all; never to automatic mail, to
lists, to an empty sender, to our own domain, to the region, or to a sender whom our mail server
refutes; nothing of what came is repeated (`threats.md` F14, A38). The mail itself is set aside as
ever.
"""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from mcu_mail.domain.aside_catalogue import default_channels
from mcu_mail.errors import McuMailError
from mcu_mail.mail.compose import build
from mcu_mail.mail.kind import MailKind
from mcu_mail.mail.proof import TrustLevel, prove
from mcu_mail.service.aside import digest_of
from mcu_mail.service.emergency import emergency_lines

if TYPE_CHECKING:
    from mcu_mail.mail.mime import Incoming
    from mcu_mail.mail.reading import Reading
    from mcu_mail.service.desk import Desk
    from mcu_mail.store.ledger import StoredMail
    from mcu_mail.store.unit_of_work import UnitOfWork

_DAY = timedelta(hours=24)
_MOST_TO_A_DOMAIN = 10
"""A day: a flood in the names of one office's people must not flood that office."""
_MACHINES = re.compile(
    r"(?:.{0,40}[._+-])?(?:no|not|do-?not|ne)[._-]?(?:reply|respond|otvechat|otvechayte)(?:[._+-].{0,40})?"
    r"|(?:mailer-?daemon|post-?master|bounces?|daemon|root|abuse|robot|bot|auto|system|service"
    r"|notif(?:y|ications?)|alerts?|news(?:letters?)?|info-?bot|rassylka|subscribe|mailings?"
    r"|list(?:s|serv)?|majordomo|owner-.{1,60}|.{1,60}-(?:request|owner|bounces?))(?:[+=].{0,60})?",
)
_LISTS = (
    "list-id",
    "list-unsubscribe",
    "list-post",
    "list-help",
    "feedback-id",
    "x-auto-response-suppress",
    "x-loop",
    "x-mailing-list",
    "x-campaign-id",
)


def answer_stranger(
    desk: Desk,
    work: UnitOfWork,
    stored: StoredMail,
    reading: Reading,
    now: datetime,
    *,
    is_grave: bool = False,
) -> bool:
    """Queue the polite answer if this sender may have one; whether it was queued.

    Args:
        desk: the office's desk.
        work: the transaction.
        stored: the ledger's row.
        reading: of the mail.
        now: the moment.
        is_grave: he speaks of a threat to life: he is told whom to call instead, with limits of
            their own.

    """
    kind = "grave" if is_grave else "polite"
    mail = reading.mail
    address = mail.sender.address
    is_person = reading.kind is MailKind.REPLY
    if address is None or not (is_person and _may_answer(desk, mail, address)):
        return False
    if work.queue.by_message_ids([*mail.in_reply_to, *mail.references]):
        # Whoever answers a mail of ours is no passer-by, though he writes from elsewhere.
        return False
    recent = _recent(work, f"{kind}_answers", now)
    local, _, domain = address.partition("@")
    # «name+tag», «n.a.m.e» are one person's: many tags would be many mails to him.
    person = f"{local.partition('+')[0].replace('.', '')}@{domain}".casefold()
    key = f"{kind}:{digest_of(person)}"
    domain_key = f"{kind}_domain:{digest_of(domain.casefold())}"
    last = work.facts.get(key)
    if last is not None and now - datetime.fromisoformat(last) < _DAY:
        return False
    there = _recent(work, domain_key, now)
    if len(recent) >= desk.settings.mail.strangers_per_day or len(there) >= _MOST_TO_A_DOMAIN:
        return False
    message_id = f"<polite.{stored.id}.{digest_of(address)[:12]}@{desk.domain}>"
    try:
        raw, subject = _written(desk, mail, address, message_id, now, is_grave=is_grave)
    except McuMailError:
        # An address that no mail of ours can be written to is answered by nobody.
        return False
    queued = work.queue.add(
        key=f"polite:{stored.id}",
        kind="polite",
        message_id=message_id,
        raw=desk.store.files.put(raw),
        subject=subject,
        to=[address],
        created_at=now,
    )
    if queued:
        work.facts.set(key, now.isoformat())
        work.facts.set(f"{kind}_answers", json.dumps([*recent, now.isoformat()]))
        work.facts.set(domain_key, json.dumps([*there, now.isoformat()]))
        work.asides.act(stored.id, now, "service", "polite", {})
    return queued


def _recent(work: UnitOfWork, key: str, now: datetime) -> list[str]:
    """The moments of the last day that are kept under a key."""
    moments: list[str] = json.loads(work.facts.get(key) or "[]")
    return [one for one in moments if now - datetime.fromisoformat(one) < _DAY]


def _written(
    desk: Desk, mail: Incoming, address: str, message_id: str, now: datetime, *, is_grave: bool
) -> tuple[bytes, str]:
    office = desk.settings.office
    head = office.letterhead
    words: dict[str, object] = (
        {
            "emergency": emergency_lines(desk, now),
            "helpline": desk.settings.emergency.helpline,
        }
        if is_grave
        else {"channels": office.channels or default_channels(head.address, head.phone, head.email)}
    )
    worded = desk.wording.compose(
        "stranger_grave" if is_grave else "stranger",
        now=desk.local(now),
        office_name=office.name,
        **words,
    )
    raw = build(
        sender=desk.address,
        sender_name=office.name,
        to=[address],
        worded=worded,
        message_id=message_id,
        references=[f"<{mail.message_id}>"] if mail.message_id else [],
        in_reply_to=f"<{mail.message_id}>" if mail.message_id else None,
        date=desk.local(now),
        headers={"X-Auto-Response-Suppress": "All", "Precedence": "bulk"},
        auto_submitted="auto-replied",
    )
    return raw, worded.subject


def _may_answer(desk: Desk, mail: Incoming, address: str) -> bool:
    """Whether an answer could reach a person who wants it, and nobody else."""
    return (
        desk.settings.mail.strangers == "answer"
        # RFC 3834 §2: a mail that does not name this address was not written to it.
        and desk.address in mail.to
        # Whoever wants the answer elsewhere could turn it on somebody.
        and mail.reply_to in {None, address}
        and not is_machine(mail, address)
        and not _is_of_the_house(desk, address)
        and prove(mail, desk.trust) is not TrustLevel.REFUSED
    )


def is_machine(mail: Incoming, address: str) -> bool:
    """Whether a program or a list has written, by its address or by what it says of itself."""
    return (
        _MACHINES.fullmatch(address.partition("@")[0]) is not None
        or (mail.header("auto-submitted") or "no").strip().lower() != "no"
        or mail.header("precedence") is not None
        or (mail.header("return-path") or "").strip() == "<>"
        or any(mail.header(name) is not None for name in _LISTS)
    )


def _is_of_the_house(desk: Desk, address: str) -> bool:
    """Whether it is an address of our own domain, or of those who send us notices."""
    domain = address.rpartition("@")[2]
    ours = {sender for one in desk.settings.sources for sender in one.senders}
    ours |= {item.address for item in desk.settings.tracks.governor.recipients}
    own = domain == desk.domain or domain.endswith("." + desk.domain)
    return own or address in ours or f"@{domain}" in ours
