"""A life in danger in a mail that opens no case: those who must act hear of it at once.

Such a mail stands aside until the dispatcher decides; what it says must not wait for him.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from mcu_mail.domain.concerns import concerns_in
from mcu_mail.domain.restriction import DANGER, GRAVE, alerted, is_grave
from mcu_mail.errors import McuMailError
from mcu_mail.service.asking import tell
from mcu_mail.service.emergency import emergency_lines

if TYPE_CHECKING:
    from datetime import datetime

    from mcu_mail.mail.reading import Reading
    from mcu_mail.service.desk import Desk
    from mcu_mail.store.ledger import StoredMail
    from mcu_mail.store.unit_of_work import UnitOfWork

log = logging.getLogger(__name__)

EXCERPT = 3000
"""Characters of a mail that are shown."""


def alarmed(
    desk: Desk, work: UnitOfWork, stored: StoredMail, reading: Reading, now: datetime
) -> bool:
    """Whether a mail speaks of a threat to life; who must know is told at any hour, once a mail."""
    words = _words(work, reading)
    found = [one for one in concerns_in(words) if one.flag in {*GRAVE, DANGER}]
    if not found:
        return False
    sender = reading.mail.sender
    told = [
        _told(
            desk,
            work,
            stored,
            person,
            {
                "flags": [one.flag for one in found],
                "is_grave": is_grave(one.flag for one in found),
                "found": tuple(one.words for one in found),
                "excerpt": words[:EXCERPT],
                "sender": sender.address or "",
                "sender_name": sender.name or "",
                "received_at": desk.local(stored.arrived_at),
                "folder": desk.settings.mail.imap.aside,
                "emergency": emergency_lines(desk, now),
            },
            now,
        )
        for person in dict.fromkeys(
            desk.standing_in(one, now) for one in alerted(desk.office.roles)
        )
    ]
    if any(told):
        work.asides.act(stored.id, now, "service", "alarmed", {})
    return True


def _told(
    desk: Desk,
    work: UnitOfWork,
    stored: StoredMail,
    person: str,
    context: dict[str, object],
    now: datetime,
) -> bool:
    try:
        return tell(
            desk,
            work,
            None,
            person=person,
            template="grave_mail",
            key=f"grave:{stored.id}:{person}",
            now=now,
            context=context,
        )
    except McuMailError:  # one address that cannot be written to must not silence the others
        log.exception("an alarm about mail %d could not be written", stored.id)
        return False


def _words(work: UnitOfWork, reading: Reading) -> str:
    """Everything a sender may have meant to say; of an answer to us what is new in it alone."""
    mail = reading.mail
    ours = work.queue.by_message_ids([*mail.in_reply_to, *mail.references])
    own = reading.new.text if ours else mail.text
    passed_on = [one.original.text for one in reading.passed_on]
    return "\n".join(dict.fromkeys((mail.subject, own.strip(), *passed_on)))
