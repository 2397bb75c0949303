"""Send what is queued: intent committed → effect → verdict committed, address by address.

The mark `rcpt_at` is committed when the whole letter is over but for its final dot. What a killed
daemon left between is settled at start: without the mark a resend is free; with it the acceptance
is unclear, and the witness copy in our own mailbox, or a person, decides. Every attempt to send a
letter takes a witness of its own along, known by the `X-Letter-Id` of that very attempt: a copy of
an earlier attempt proves nothing about a later one.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from mcu_mail.errors import RefusedError, StoreError, TemporaryError
from mcu_mail.mail.smtp import (
    Delivery,
    LoginRefusedError,
    NotSentError,
    Post,
    StillSilentError,
    TlsError,
    UnclearError,
)
from mcu_mail.mail.verdict import CLOSING
from mcu_mail.service.delivery import settle
from mcu_mail.service.enclosing import remember_limit
from mcu_mail.service.letter_marks import marked
from mcu_mail.service.turns import in_turn
from mcu_mail.service.witness import ask_witness, expect, mind_refused_witness
from mcu_mail.store.queue import RecipientState

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from mcu_mail.mail.smtp import Answer
    from mcu_mail.service.desk import Desk
    from mcu_mail.store.moments import Task
    from mcu_mail.store.queue import Outgoing, Recipient
    from mcu_mail.store.unit_of_work import UnitOfWork

log = logging.getLogger(__name__)

LETTER_ID = "X-Letter-Id"
_BATCH = 50
_AGAIN = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 10, 20, 30))
# A server of ours that is away is asked more often than a recipient's that wants to be left alone.
_SERVER_AGAIN = _AGAIN[:3]
_OPEN = frozenset({RecipientState.queued, RecipientState.deferred})


class _ServerError(Exception):
    """The server failed us in an attempt; `is_settled`: what is known of it is committed."""

    def __init__(self, cause: TemporaryError, *, is_settled: bool) -> None:
        super().__init__(str(cause))
        self.cause = cause
        self.is_settled = is_settled


class _TakenOverError(Exception):
    """The claim on the addresses is no longer ours: nothing may be handed over."""


class _NobodyError(Exception):
    """No addressee was accepted at RCPT: the letter is not handed over for the witness alone."""

    def __init__(self, answers: Mapping[str, Answer]) -> None:
        super().__init__("nobody was accepted")
        self.answers = dict(answers)


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
                _now_unclear(work, message, now)
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
                _Attempt(desk, message, now).send(post)
            except StoreError:
                # The server may have the message: the next pass, or start, settles it by its mark.
                raise
            except _ServerError as error:
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
            attempt = _Attempt(desk, view.queue.get(message_id), now)
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
                if item.state in {*_OPEN, RecipientState.sending}:
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
        _now_unclear(work, work.queue.get(message.id), now)
        settle(desk, work, message.id, now)
        work.commit()


def _now_unclear(work: UnitOfWork, message: Outgoing, now: datetime) -> None:
    """Nobody can tell whether those who were being sent to have the message."""
    for item in message.recipients:
        if item.state is RecipientState.sending:
            work.queue.set_state(
                item.id,
                {
                    "state": RecipientState.unknown,
                    "at": now,
                    "answer": "сервер не ответил, принял ли он письмо",
                },
            )
            work.facts.set(f"unclear:{item.id}", attempt_id(message))
    work.queue.rcpt_done(message.id, None)


def attempt_id(message: Outgoing) -> str:
    """What the `X-Letter-Id` of the message's latest attempt says; empty without a witness."""
    for item in message.recipients:
        if item.witness:
            return f"{message.letter_id}.{item.attempts}"
    return ""


class _Attempt:
    """One attempt to hand one message over."""

    def __init__(self, desk: Desk, message: Outgoing, now: datetime) -> None:
        self._desk = desk
        self._message = message
        self._now = now
        self._wanted: tuple[Recipient, ...] = ()
        self._answers: Mapping[str, Answer] = {}
        self._raw = b""

    @property
    def _sending(self) -> list[Recipient]:
        return [item for item in self._message.recipients if item.state is RecipientState.sending]

    def send(self, post: Post) -> None:
        """Claim the addresses, hand the message over, commit the server's verdict.

        Raises:
            _ServerError: the server cannot be used, or nobody knows whether it took the message.

        """
        wanted = self._wanted = self._claim()
        if not wanted:
            return
        raw = self._desk.store.files.get(self._message.raw)
        if self._message.letter_id:
            # The one header that differs from attempt to attempt; all else is what was registered.
            plain = f"{LETTER_ID}: {self._message.letter_id}\r\n".encode()
            raw = raw.replace(plain, f"{LETTER_ID}: {attempt_id(self._message)}\r\n".encode(), 1)
        self._raw = raw
        addresses = [item.address for item in wanted]
        try:
            delivery = post.send(
                self._desk.address,
                addresses,
                raw,
                before_data=self._before_data,
                before_dot=self._before_dot,
            )
        except _TakenOverError:
            log.warning("message %d was taken up by another daemon", self._message.id)
            return
        except _NobodyError as error:
            delivery = Delivery(recipients=error.answers, data=None)
        except StillSilentError as error:
            self._desk.silent[self._message.id] = error.late
            raise _ServerError(error, is_settled=True) from error
        except UnclearError as error:
            self.unclear()
            raise _ServerError(error, is_settled=True) from error
        except (NotSentError, LoginRefusedError, TlsError) as error:
            raise _ServerError(error, is_settled=False) from error
        except RefusedError as error:
            self._commit(wanted, {}, str(error)[:500])
            return
        self._commit(wanted, delivery.recipients, "")
        if delivery.data is None and _is_closing(delivery):
            # It would say the same to every other message, over a connection for each.
            closing = NotSentError("Почтовый сервер закрывает соединения (421)")
            raise _ServerError(closing, is_settled=True)

    def heard(self, answer: Answer) -> None:
        """Commit a verdict that came late."""
        sending = self._sending
        self._commit(sending, {item.address: answer for item in sending}, "")

    def unclear(self) -> None:
        """Commit that nobody can tell whether the server took the message."""
        with self._desk.store.work() as work:
            _now_unclear(work, work.queue.get(self._message.id), self._now)
            self._settle_later(work)
            work.commit()

    def _claim(self) -> tuple[Recipient, ...]:
        """The addresses of this attempt, marked as being sent to; none when there is no need."""
        message, now = self._message, self._now
        wanted = [
            item for item in message.addressees if item.state in _OPEN and item.next_at <= now
        ]
        witness = [item for item in message.recipients if item.witness]
        with self._desk.store.work() as work:
            known = {item.state for item in work.queue.get(message.id).recipients}
            if RecipientState.sending in known:
                # An earlier attempt is not over: the mark of its final dot must stay.
                return ()
            for item in witness:
                work.queue.set_state(item.id, {"state": RecipientState.queued})
            if not wanted or not work.queue.start([item.id for item in (*wanted, *witness)]):
                return ()
            work.queue.rcpt_done(message.id, None)
            self._message = work.queue.get(message.id)
            work.commit()
        claimed = {item.id for item in (*wanted, *witness)}
        return tuple(item for item in self._message.recipients if item.id in claimed)

    def _before_data(self, answers: Mapping[str, Answer]) -> bytes:
        """Return the message, which says whom it is handed over for."""
        if not any(answers[item.address].accepted for item in self._wanted if not item.witness):
            raise _NobodyError(answers)
        self._answers = answers
        taken = [
            item.address
            for item in self._wanted
            if not item.witness and answers[item.address].accepted
        ]
        with self._desk.store.view() as view:
            return marked(view, self._raw, attempt_id(self._message), taken)

    def _before_dot(self) -> None:
        """Commit who was turned away at RCPT: only the rest can ever be unclear."""
        with self._desk.store.work() as work:
            if not work.queue.still_claimed(self._wanted):
                # Another daemon thought us dead and has taken the message up: it is its own now.
                raise _TakenOverError
            for item in self._wanted:
                answer = self._answers[item.address]
                if not answer.accepted:
                    work.queue.set_state(item.id, _verdict(answer, item, self._now))
            work.queue.rcpt_done(self._message.id, self._now)
            work.commit()

    def _commit(
        self, wanted: Sequence[Recipient], answers: Mapping[str, Answer], fault: str
    ) -> None:
        """Commit the verdicts by themselves: nothing that follows from them may take them back."""
        with self._desk.store.work() as work:
            for item in wanted:
                verdict: Mapping[str, object] = (
                    {"state": RecipientState.refused, "at": self._now, "answer": fault}
                    if fault
                    else _verdict(answers[item.address], item, self._now)
                )
                work.queue.set_state(item.id, verdict)
            work.queue.rcpt_done(self._message.id, None)
            taken = [
                one for one in wanted if one.address in answers and answers[one.address].accepted
            ]
            if {one.witness for one in taken} == {True, False}:
                expect(work, attempt_id(self._message), self._now)
            self._settle_later(work)
            work.commit()

    def _settle_later(self, work: UnitOfWork) -> None:
        message = work.queue.get(self._message.id)
        refused = any(item.state is RecipientState.refused for item in message.addressees)
        if message.case_id is not None and (message.kind == "letter" or refused):
            tries = sum(item.attempts for item in message.recipients)
            work.tasks.add(
                key=f"settle:{message.id}:{tries}",
                case_id=message.case_id,
                kind="settle",
                data={"outgoing": message.id},
                now=self._now,
            )


def settle_task(desk: Desk, task: Task, now: datetime) -> None:
    """Draw the consequences of verdicts that were committed by themselves."""
    with desk.store.work() as work:
        if work.tasks.done(task.id, now):
            settle(desk, work, int(task.data["outgoing"]), now)
            mind_refused_witness(desk, work, int(task.data["outgoing"]), now)
        work.commit()


def _is_closing(delivery: Delivery) -> bool:
    return {answer.code for answer in delivery.recipients.values()} == {CLOSING}


def _verdict(answer: Answer, item: Recipient, now: datetime) -> dict[str, object]:
    text = f"{answer.code} {answer.text}"[:500]
    if answer.accepted:
        return {"state": RecipientState.accepted, "answer": text, "at": now}
    if answer.temporary:
        again = now + _AGAIN[min(max(item.attempts - 1, 0), len(_AGAIN) - 1)]
        return {"state": RecipientState.deferred, "answer": text, "at": now, "next_at": again}
    return {"state": RecipientState.refused, "answer": text, "at": now}
