"""The witness: the copy of a letter in our own mailbox proves that the server took the letter.

It is one more recipient of the same SMTP transaction, whose single 250 is for all of them
(`threats.md` §0). Its absence proves something only after a wait in which the mailbox was read.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from mcu_mail.service.delivery import ask_about_unclear, settle
from mcu_mail.store.queue import RecipientState

if TYPE_CHECKING:
    from datetime import datetime

    from mcu_mail.service.desk import Desk
    from mcu_mail.store.queue import Outgoing
    from mcu_mail.store.unit_of_work import UnitOfWork

log = logging.getLogger(__name__)


def witnessed(work: UnitOfWork, letter_id: str, now: datetime) -> int | None:
    """A copy of our own letter has come: the server took that attempt.

    Returns:
        the id of the letter's case; None when no attempt of ours carries this `X-Letter-Id`.

    """
    ours, _, attempt = letter_id.strip().rpartition(".")
    message = work.queue.by_letter_id(ours)
    if message is None or not attempt.isdecimal():
        return None
    made = max((item.attempts for item in message.recipients if item.witness), default=0)
    if not 1 <= int(attempt) <= made:
        return None
    work.facts.set(f"witness:{letter_id.strip()}", now.isoformat())
    if message.witnessed_at is None:
        work.queue.witnessed(message.id, now)
    return message.case_id


def ask_witness(desk: Desk, now: datetime) -> int:
    """Unclear messages: the witness copy proves acceptance; after the wait a person decides."""
    with desk.store.view() as view:
        unclear = view.queue.unclear()
    return sum(_one_unclear(desk, message, now) for message in unclear)


def _one_unclear(desk: Desk, message: Outgoing, now: datetime) -> int:
    settings = desk.settings.mail.witness
    # A mail of the office's own may come twice; the region must not get a letter twice.
    again = message.kind != "letter" or settings.then == "resend"
    changed = late = False
    with desk.store.work() as work:
        for item in message.recipients:
            if item.state is not RecipientState.unknown:
                continue
            attempt = work.facts.get(f"unclear:{item.id}")
            waited = now - (item.at or message.created_at)
            state = None
            if attempt and work.facts.get(f"witness:{attempt}"):
                state, answer = RecipientState.accepted, "копия письма пришла в наш ящик"
            elif waited >= timedelta(seconds=settings.wait_seconds):
                late = True
                if again:
                    state, answer = RecipientState.queued, "отправляем ещё раз"
            if state is not None:
                changed = True
                work.queue.set_state(
                    item.id, {"state": state, "answer": answer, "at": now, "next_at": now}
                )
        if changed:
            settle(desk, work, message.id, now)
        elif late and not ask_about_unclear(desk, work, message, now):
            return 0
        if changed or late:
            work.commit()
    return int(changed or late)
