"""Send what is queued: intent committed → effect → verdict committed, address by address.

What a killed daemon left between is settled at start: without the RCPT mark a resend is free; with
it the acceptance is unclear, and the witness copy in our own mailbox, or a person, decides. Every
attempt to send a letter takes a witness of its own along, known by the `X-Letter-Id` of that very
attempt: a copy of an earlier attempt proves nothing about a later one.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from mcu_mail.errors import RefusedError, TemporaryError
from mcu_mail.mail.smtp import Delivery, Post, UnclearError
from mcu_mail.service.delivery import ask_about_unclear, settle
from mcu_mail.service.enclosing import MAX_SIZE
from mcu_mail.service.turns import in_turn
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


class _NobodyError(Exception):
    """No addressee was accepted at RCPT: the letter is not handed over for the witness alone."""

    def __init__(self, answers: Mapping[str, Answer]) -> None:
        super().__init__("nobody was accepted")
        self.answers = dict(answers)


def recover(desk: Desk, now: datetime) -> int:
    """Settle what a killed daemon left in `sending`; return how many messages."""
    with desk.store.work() as work:
        begun = work.queue.begun()
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


def dispatch(desk: Desk, now: datetime) -> int:
    """Send every message that is owed at `now`; return how many were tried or settled.

    Raises:
        TemporaryError: our mail server cannot be used; what is owed waits for its next moment.

    """
    settled = _ask_witness(desk, now)
    with desk.store.view() as view:
        owed = view.queue.owed(now, _BATCH)
    if not owed:
        return settled
    tried = 0
    with Post(desk.smtp()) as post:
        for index, message in enumerate(in_turn(owed, desk.turn_seconds)):
            tried += 1
            try:
                _Attempt(desk, message, now).send(post)
            except TemporaryError as error:
                log.warning("the mail server cannot be used: %s", error)
                _wait(desk, owed[index:], now)
                raise
            except Exception:  # one message must never stop the others
                log.exception("message %d could not be sent", message.id)
                _park(desk, message, now)
        _remember_limit(desk, post)
    return settled + tried


def _remember_limit(desk: Desk, post: Post) -> None:
    """Keep what the server said of its largest message: letters are made to fit it (F29)."""
    try:
        size = post.max_size
    except TemporaryError:
        return
    text = str(size or "")
    with desk.store.view() as view:
        known = view.facts.get(MAX_SIZE) or ""
    if text != known:
        with desk.store.work() as work:
            work.facts.set(MAX_SIZE, text)
            work.commit()


def _wait(desk: Desk, messages: Sequence[Outgoing], now: datetime) -> None:
    """Nothing was handed over: try later, the sooner the fewer tries there were."""
    with desk.store.work() as work:
        for message in messages:
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

    def send(self, post: Post) -> None:
        """Claim the addresses, hand the message over, commit the server's verdict.

        Raises:
            TemporaryError: the server cannot be used; nothing was handed over.

        """
        wanted = self._claim()
        if not wanted:
            return
        raw = self._desk.store.files.get(self._message.raw)
        if self._message.letter_id:
            # The one header that differs from attempt to attempt; all else is what was registered.
            plain = f"{LETTER_ID}: {self._message.letter_id}\r\n".encode()
            raw = raw.replace(plain, f"{LETTER_ID}: {attempt_id(self._message)}\r\n".encode(), 1)
        addresses = [item.address for item in wanted]
        try:
            delivery = post.send(self._desk.address, addresses, raw, before_data=self._before_data)
        except _NobodyError as error:
            delivery = Delivery(recipients=error.answers, data=None)
        except UnclearError:
            with self._desk.store.work() as work:
                _now_unclear(work, work.queue.get(self._message.id), self._now)
                self._settle_later(work)
                work.commit()
            return
        except RefusedError as error:
            self._commit(wanted, {}, str(error)[:500])
            return
        self._commit(wanted, delivery.recipients, "")

    def _claim(self) -> tuple[Recipient, ...]:
        """The addresses of this attempt, marked as being sent to; none when there is no need."""
        message, now = self._message, self._now
        wanted = [
            item for item in message.addressees if item.state in _OPEN and item.next_at <= now
        ]
        witness = [item for item in message.recipients if item.witness]
        with self._desk.store.work() as work:
            for item in witness:
                work.queue.set_state(item.id, {"state": RecipientState.queued})
            if not wanted or not work.queue.start([item.id for item in (*wanted, *witness)]):
                return ()
            work.queue.rcpt_done(message.id, None)
            self._message = work.queue.get(message.id)
            work.commit()
        claimed = {item.id for item in (*wanted, *witness)}
        return tuple(item for item in self._message.recipients if item.id in claimed)

    def _before_data(self, answers: Mapping[str, Answer]) -> None:
        """Commit who was turned away at RCPT: only the rest can ever be unclear."""
        sending = [
            item for item in self._message.recipients if item.state is RecipientState.sending
        ]
        if not any(answers[item.address].accepted for item in sending if not item.witness):
            raise _NobodyError(answers)
        with self._desk.store.work() as work:
            for item in sending:
                if not answers[item.address].accepted:
                    work.queue.set_state(item.id, _verdict(answers[item.address], item, self._now))
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
        work.commit()


def _verdict(answer: Answer, item: Recipient, now: datetime) -> dict[str, object]:
    text = f"{answer.code} {answer.text}"[:500]
    if answer.accepted:
        return {"state": RecipientState.accepted, "answer": text, "at": now}
    if answer.temporary:
        again = now + _AGAIN[min(max(item.attempts - 1, 0), len(_AGAIN) - 1)]
        return {"state": RecipientState.deferred, "answer": text, "at": now, "next_at": again}
    return {"state": RecipientState.refused, "answer": text, "at": now}


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


def _ask_witness(desk: Desk, now: datetime) -> int:
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
