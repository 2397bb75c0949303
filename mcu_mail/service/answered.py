"""The mail of ours that a reply answers, as its reader saw it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcu_mail.domain.codes import find_codes
from mcu_mail.errors import McuMailError
from mcu_mail.mail.html_text import html_to_text
from mcu_mail.mail.mime import read_mail
from mcu_mail.service.carriers import MOST_READ

if TYPE_CHECKING:
    from mcu_mail.mail.mime import Incoming
    from mcu_mail.service.desk import Desk
    from mcu_mail.store.queue import Outgoing
    from mcu_mail.store.unit_of_work import UnitOfWork

_MOST_IDS = 30


def sent_forms(desk: Desk, work: UnitOfWork, mail: Incoming) -> tuple[str, ...]:
    """The text of the answered mail: plain, and what its HTML shows; empty when it is not ours.

    The bytes are our own, so they are read without a guard.
    """
    answered = _by_thread(work, mail) or _by_code(work, mail)
    if answered is None:
        return ()
    try:
        sent = read_mail(desk.store.files.get(answered.raw))
    except McuMailError:
        # Reading goes on without the comparison: a file that is lost is told of elsewhere.
        return ()
    forms = (sent.plain or "", html_to_text(sent.html or ""))
    return tuple(dict.fromkeys(form for form in forms if form.strip()))


def _by_thread(work: UnitOfWork, mail: Incoming) -> Outgoing | None:
    ids = list(dict.fromkeys([*mail.in_reply_to, *reversed(mail.references)]))[:_MOST_IDS]
    ours = {item.message_id.strip("<>"): item for item in work.queue.by_message_ids(ids)}
    return next((ours[one] for one in ids if one in ours), None)


def _by_code(work: UnitOfWork, mail: Incoming) -> Outgoing | None:
    """Some gateways drop the thread; the code in the quoted text still names the request."""
    if not mail.text:
        return None
    asked = work.requests.by_codes(find_codes(mail.text, MOST_READ))
    sent = [item for one in asked[-1:] for item in work.queue.of_request(one.case_id, one.id)]
    return sent[-1] if sent else None
