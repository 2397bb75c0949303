"""The mail of ours that a reply answers, as its reader saw it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcu_mail.errors import McuMailError
from mcu_mail.mail.html_text import html_to_text
from mcu_mail.mail.mime import read_mail

if TYPE_CHECKING:
    from mcu_mail.mail.mime import Incoming
    from mcu_mail.service.desk import Desk
    from mcu_mail.store.unit_of_work import UnitOfWork

_MOST_IDS = 30


def sent_forms(desk: Desk, work: UnitOfWork, mail: Incoming) -> tuple[str, ...]:
    """The text of the answered mail: plain, and what its HTML shows; empty when it is not ours.

    The bytes are our own, so they are read without a guard.
    """
    ids = list(dict.fromkeys([*mail.in_reply_to, *reversed(mail.references)]))[:_MOST_IDS]
    ours = {item.message_id.strip("<>"): item for item in work.queue.by_message_ids(ids)}
    answered = next((ours[one] for one in ids if one in ours), None)
    if answered is None:
        return ()
    try:
        sent = read_mail(desk.store.files.get(answered.raw))
    except McuMailError:
        # Reading goes on without the comparison: a file that is lost is told of elsewhere.
        return ()
    forms = (sent.plain or "", html_to_text(sent.html or ""))
    return tuple(dict.fromkeys(form for form in forms if form.strip()))
