"""One attempt to hand one message over to the mail server.

The mark `rcpt_at` is committed when the whole letter is over but for its final dot: before it a
resend is free, behind it nobody may know. Every attempt to send a letter takes a witness of its own
along, known by the `X-Letter-Id` of that very attempt: a copy of an earlier attempt proves nothing
about a later one.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from mcu_mail.errors import RefusedError, TemporaryError
from mcu_mail.mail.smtp import (
    Delivery,
    LoginRefusedError,
    NotSentError,
    StillSilentError,
    TlsError,
    UnclearError,
)
from mcu_mail.mail.verdict import CLOSING
from mcu_mail.service.by_hand import count_by_hand
from mcu_mail.service.delivery import leave_out_when_over
from mcu_mail.service.letter_marks import LETTER_ID, marked
from mcu_mail.service.witness import expect
from mcu_mail.store.queue import RecipientState

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from mcu_mail.mail.smtp import Answer, Post
    from mcu_mail.service.desk import Desk
    from mcu_mail.store.queue import Outgoing, Recipient
    from mcu_mail.store.unit_of_work import UnitOfWork

log = logging.getLogger(__name__)

AGAIN = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 10, 20, 30))
"""When an address is tried again that asked for it, try by try."""
OPEN = frozenset({RecipientState.queued, RecipientState.deferred})


class ServerError(Exception):
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


def now_unclear(work: UnitOfWork, message: Outgoing, now: datetime) -> None:
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


class Attempt:
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
            ServerError: the server cannot be used, or nobody knows whether it took the message.

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
            raise ServerError(error, is_settled=True) from error
        except UnclearError as error:
            self.unclear()
            raise ServerError(error, is_settled=True) from error
        except (NotSentError, LoginRefusedError, TlsError) as error:
            raise ServerError(error, is_settled=False) from error
        except RefusedError as error:
            self._commit(wanted, {}, str(error)[:500])
            return
        self._commit(wanted, delivery.recipients, "")
        if delivery.data is None and _is_closing(delivery):
            # It would say the same to every other message, over a connection for each.
            closing = NotSentError("Почтовый сервер закрывает соединения (421)")
            raise ServerError(closing, is_settled=True)

    def heard(self, answer: Answer) -> None:
        """Commit a verdict that came late."""
        sending = self._sending
        self._commit(sending, {item.address: answer for item in sending}, "")

    def unclear(self) -> None:
        """Commit that nobody can tell whether the server took the message."""
        with self._desk.store.work() as work:
            now_unclear(work, work.queue.get(self._message.id), self._now)
            self._mind_people(work)
            self._settle_later(work)
            work.commit()

    def _claim(self) -> tuple[Recipient, ...]:
        """The addresses of this attempt, marked as being sent to; none when there is no need."""
        message, now = self._message, self._now
        wanted = [item for item in message.addressees if item.state in OPEN and item.next_at <= now]
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
            self._mind_people(work)
            taken = [
                one for one in wanted if one.address in answers and answers[one.address].accepted
            ]
            if {one.witness for one in taken} == {True, False}:
                expect(work, attempt_id(self._message), self._now)
            self._settle_later(work)
            work.commit()

    def _mind_people(self, work: UnitOfWork) -> None:
        """While a server was silent, people may have sent the letter or closed its case."""
        if count_by_hand(self._desk, work, work.queue.get(self._message.id)):
            log.info("message %d was sent by hand meanwhile", self._message.id)
        leave_out_when_over(work, work.queue.get(self._message.id), self._now)

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


def _is_closing(delivery: Delivery) -> bool:
    return {answer.code for answer in delivery.recipients.values()} == {CLOSING}


def _verdict(answer: Answer, item: Recipient, now: datetime) -> dict[str, object]:
    text = f"{answer.code} {answer.text}"[:500]
    if answer.accepted:
        return {"state": RecipientState.accepted, "answer": text, "at": now}
    if answer.temporary:
        again = now + AGAIN[min(max(item.attempts - 1, 0), len(AGAIN) - 1)]
        return {"state": RecipientState.deferred, "answer": text, "at": now, "next_at": again}
    return {"state": RecipientState.refused, "answer": text, "at": now}
