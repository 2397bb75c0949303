"""Send what is queued: intent committed → effect → verdict committed, address by address.

The mark `rcpt_at` is committed when the whole letter is over but for its final dot. What a killed
daemon left between is settled at start: without the mark a resend is free; with it the acceptance
is unclear, and the witness copy in our own mailbox, or a person, decides. Every attempt to send a
letter takes a witness of its own along, known by the `X-Letter-Id` of that very attempt: a copy of
an earlier attempt proves nothing about a later one.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from mcu_mail.errors import StoreError
from mcu_mail.mail.smtp import Post, UnclearError
from mcu_mail.service.attempt import AGAIN, OPEN, Attempt, ServerError, now_unclear
from mcu_mail.service.delivery import settle
from mcu_mail.service.enclosing import remember_limit
from mcu_mail.service.turns import in_turn
from mcu_mail.service.witness import ask_witness, mind_refused_witness
from mcu_mail.store.queue import RecipientState

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from mcu_mail.service.desk import Desk
    from mcu_mail.store.moments import Task
    from mcu_mail.store.queue import Outgoing

log = logging.getLogger(__name__)

_BATCH = 50
# A server of ours that is away is asked more often than a recipient's that wants to be left alone.
_SERVER_AGAIN = AGAIN[:3]


def recover(desk: Desk, now: datetime) -> int:
    """Settle what was left in `sending`, by a killed daemon or a full disk; return how many."""
    with desk.store.view() as view:
        if not view.queue.begun():
            return 0
    with desk.store.work() as work:
        begun = [one for one in work.queue.begun() if one.id not in desk.silent]
        for message in begun:
            if message.rcpt_at is None:
                for item in message.recipients:
                    if item.state is RecipientState.sending:
                        work.queue.set_state(
                            item.id, {"state": RecipientState.queued, "next_at": now, "at": now}
                        )
            else:
                now_unclear(work, message, now)
                settle(desk, work, message.id, now)
        work.commit()
    return len(begun)


def dispatch(desk: Desk, now: datetime, *, letters: bool = True) -> int:
    """Send every message that is owed at `now`; return how many were tried or settled.

    Args:
        desk: the office.
        now: the moment.
        letters: False: only what goes to people of the office.

    Raises:
        TemporaryError: our mail server cannot be used; what is owed waits for its next moment.
        StoreError: the database cannot be used; what was in hand is settled by the next call.

    """
    settled = _hear_late(desk, now) + recover(desk, now) + ask_witness(desk, now)
    with desk.store.view() as view:
        owed = [
            # Its addresses are settled together, when its server has answered or has been given up.
            one
            for one in view.queue.owed(now, _BATCH, letters=letters)
            if one.id not in desk.silent
        ]
    if not owed:
        return settled
    tried = 0
    with Post(desk.smtp()) as post:
        for index, message in enumerate(in_turn(owed, desk.turn_seconds)):
            tried += 1
            try:
                Attempt(desk, message, now).send(post)
            except StoreError:
                # The server may have the message: the next pass, or start, settles it by its mark.
                raise
            except ServerError as error:
                # A server that hangs hangs on every message: one time-out is enough for a pass.
                log.warning("the mail server cannot be used: %s", error.cause)
                _wait(desk, owed[index + error.is_settled :], now)
                raise error.cause from error
            except Exception:  # one message must never stop the others
                log.exception("message %d could not be sent", message.id)
                _park(desk, message, now)
        remember_limit(desk, post)
    return settled + tried


def _hear_late(desk: Desk, now: datetime) -> int:
    """Commit what servers have said by now of letters at which they had been silent."""
    heard = 0
    for message_id, late in list(desk.silent.items()):
        with desk.store.view() as view:
            attempt = Attempt(desk, view.queue.get(message_id), now)
        try:
            answer = late.answer()
        except UnclearError:
            attempt.unclear()
        else:
            if answer is None:
                continue
            attempt.heard(answer)
        del desk.silent[message_id]
        heard += 1
    return heard


def _wait(desk: Desk, messages: Sequence[Outgoing], now: datetime) -> None:
    """Nothing was handed over: try later, the sooner the fewer tries there were."""
    with desk.store.work() as work:
        for message in messages:
            if message.id in desk.silent:
                continue
            for item in work.queue.get(message.id).recipients:
                if item.state in {*OPEN, RecipientState.sending}:
                    again = _SERVER_AGAIN[min(max(item.attempts - 1, 0), len(_SERVER_AGAIN) - 1)]
                    work.queue.set_state(
                        item.id,
                        {
                            "state": RecipientState.deferred,
                            "at": now,
                            "answer": "почтовый сервер недоступен",
                            "next_at": now + again,
                        },
                    )
            work.queue.rcpt_done(message.id, None)
            if message.kind == "letter":
                settle(desk, work, message.id, now)
        work.commit()


def _park(desk: Desk, message: Outgoing, now: datetime) -> None:
    """A fault of ours: before the letter was handed over it waits, after it nobody can tell."""
    with desk.store.view() as view:
        handed_over = view.queue.get(message.id).rcpt_at is not None
    if not handed_over:
        _wait(desk, [message], now)
        return
    with desk.store.work() as work:
        now_unclear(work, work.queue.get(message.id), now)
        settle(desk, work, message.id, now)
        work.commit()


def settle_task(desk: Desk, task: Task, now: datetime) -> None:
    """Draw the consequences of verdicts that were committed by themselves."""
    with desk.store.work() as work:
        if work.tasks.done(task.id, now):
            settle(desk, work, int(task.data["outgoing"]), now)
            mind_refused_witness(desk, work, int(task.data["outgoing"]), now)
        work.commit()
