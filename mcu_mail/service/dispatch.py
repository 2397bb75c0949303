"""Send what is queued: intent committed → effect → verdict committed, address by address.

What a killed daemon left between is settled at start: without the RCPT mark a resend is free; with
it the acceptance is unclear, and the witness copy in our own mailbox, or a person, decides.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from mcu_mail.domain.case import CaseState
from mcu_mail.domain.course import on_delivery
from mcu_mail.domain.decisions import Ask, Decision, Log, Tell, Work
from mcu_mail.errors import RefusedError, TemporaryError
from mcu_mail.mail.smtp import Post, UnclearError
from mcu_mail.service.carry import Carrier
from mcu_mail.store.queue import RecipientState

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from mcu_mail.mail.smtp import Answer
    from mcu_mail.service.desk import Desk
    from mcu_mail.store.queue import Outgoing, Recipient
    from mcu_mail.store.unit_of_work import UnitOfWork

log = logging.getLogger(__name__)

_BATCH = 50
_AGAIN = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 10, 20, 30))


def recover(desk: Desk, now: datetime) -> int:
    """Settle what a killed daemon left in `sending`; return how many messages."""
    with desk.store.work() as work:
        begun = work.queue.begun()
        for message in begun:
            unclear = message.rcpt_at is not None
            state = RecipientState.unknown if unclear else RecipientState.queued
            for item in message.recipients:
                if item.state is RecipientState.sending:
                    work.queue.set_state(item.id, {"state": state, "next_at": now, "at": now})
            if unclear:
                settle(desk, work, message.id, now)
        work.commit()
    return len(begun)


def dispatch(desk: Desk, now: datetime) -> int:
    """Send every message that is owed at `now`; return how many were tried."""
    settled = _ask_witness(desk, now)
    with desk.store.view() as view:
        owed = view.queue.owed(now, _BATCH)
    if not owed:
        return settled
    with Post(desk.smtp()) as post:
        for index, message in enumerate(owed):
            try:
                _send(desk, post, message, now)
            except TemporaryError as error:
                log.warning("the mail server cannot be reached: %s", type(error).__name__)
                _wait(desk, owed[index:], now)
                raise
            except Exception:  # one message must never stop the others
                log.exception("message %d could not be sent", message.id)
                _wait(desk, [message], now)
    return settled + len(owed)


def _wait(desk: Desk, messages: list[Outgoing] | tuple[Outgoing, ...], now: datetime) -> None:
    """Nothing was handed over: try later, the sooner the fewer tries there were."""
    with desk.store.work() as work:
        for message in messages:
            for item in work.queue.get(message.id).recipients:
                if item.state in {
                    RecipientState.queued,
                    RecipientState.deferred,
                    RecipientState.sending,
                }:
                    work.queue.set_state(
                        item.id,
                        {
                            "state": RecipientState.deferred,
                            "at": now,
                            "answer": "почтовый сервер недоступен",
                            "next_at": now + _AGAIN[min(item.attempts, len(_AGAIN) - 1)],
                        },
                    )
            work.queue.rcpt_done(message.id, None)
            if message.kind == "letter":
                settle(desk, work, message.id, now)
        work.commit()


def _send(desk: Desk, post: Post, message: Outgoing, now: datetime) -> None:
    open_states = {RecipientState.queued, RecipientState.deferred}
    wanted = [
        item
        for item in message.recipients
        if item.state in open_states and (item.next_at <= now or item.witness)
    ]
    with desk.store.work() as work:
        if not work.queue.start([item.id for item in wanted]):
            return
        work.queue.rcpt_done(message.id, None)
        work.commit()

    def before_data(_answers: Mapping[str, Answer]) -> None:
        with desk.store.work() as work:
            work.queue.rcpt_done(message.id, now)
            work.commit()

    raw = desk.store.files.get(message.raw)
    addresses = [item.address for item in wanted]
    try:
        delivery = post.send(desk.address, addresses, raw, before_data=before_data)
    except UnclearError:
        with desk.store.work() as work:
            for item in wanted:
                work.queue.set_state(item.id, {"state": RecipientState.unknown, "at": now})
            settle(desk, work, message.id, now)
            work.commit()
        return
    except RefusedError as error:
        with desk.store.work() as work:
            for item in wanted:
                work.queue.set_state(
                    item.id,
                    {"state": RecipientState.refused, "at": now, "answer": str(error)[:500]},
                )
            settle(desk, work, message.id, now)
            work.commit()
        return
    with desk.store.work() as work:
        for item in wanted:
            work.queue.set_state(item.id, _verdict(delivery.recipients[item.address], item, now))
        work.queue.rcpt_done(message.id, None)
        settle(desk, work, message.id, now)
        work.commit()


def _verdict(answer: Answer, item: Recipient, now: datetime) -> dict[str, object]:
    text = f"{answer.code} {answer.text}"[:500]
    if answer.accepted:
        return {"state": RecipientState.accepted, "answer": text, "at": now}
    if answer.temporary:
        again = now + _AGAIN[min(item.attempts, len(_AGAIN) - 1)]
        return {"state": RecipientState.deferred, "answer": text, "at": now, "next_at": again}
    return {"state": RecipientState.refused, "answer": text, "at": now}


def _ask_witness(desk: Desk, now: datetime) -> int:
    """Unclear messages: the witness copy proves acceptance; after the wait a person decides."""
    with desk.store.view() as view:
        unclear = view.queue.unclear()
    settled = 0
    for message in unclear:
        seen = message.witnessed_at is not None
        since = max((item.at or message.created_at) for item in message.recipients)
        waited = now - since >= timedelta(seconds=desk.settings.mail.witness.wait_seconds)
        again = message.kind != "letter" or desk.settings.mail.witness.then == "resend"
        if not seen and not (waited and again):
            continue
        with desk.store.work() as work:
            for item in message.recipients:
                if item.state is RecipientState.unknown:
                    state = RecipientState.accepted if seen else RecipientState.queued
                    answer = "копия письма пришла в наш ящик" if seen else None
                    work.queue.set_state(
                        item.id, {"state": state, "answer": answer, "at": now, "next_at": now}
                    )
            settle(desk, work, message.id, now)
            work.commit()
        settled += 1
    return settled


def settle(desk: Desk, work: UnitOfWork, outgoing_id: int, now: datetime) -> None:
    """Draw the consequences of a message's states for its case."""
    message = work.queue.get(outgoing_id)
    if message.case_id is None:
        return
    case = work.cases.get(message.case_id)
    carrier = Carrier(desk, work, case, now=now, actor="service", cause=f"out{outgoing_id}")
    if message.kind != "letter":
        _settle_request(desk, carrier, message)
        return
    states = {item.address: item.state.value for item in message.addressees}
    carrier.log("delivery", {"states": states})
    decisions = on_delivery(case, states, desk.rules(case, now), late=now > case.term)
    entries = work.register.of_case(case.id)
    case = carrier.carry(_worded(message, decisions))
    if case.state is CaseState.closed and entries:
        _sent(desk, work, carrier, message, now)


def _settle_request(desk: Desk, carrier: Carrier, message: Outgoing) -> None:
    """A request that the server refuses reaches nobody: the dispatcher hears of it."""
    for item in message.addressees:
        if item.state is RecipientState.refused:
            carrier.carry((
                Log(kind="mail_refused", data={"address": item.address}),
                Tell(
                    people=(desk.office.roles.dispatcher,),
                    template="reopened",
                    once=f"mail_refused:{message.id}",
                    context={
                        "kind": "bounce",
                        "from_address": item.address,
                        "excerpt": item.answer or "",
                    },
                ),
            ))


def _worded(message: Outgoing, decisions: tuple[Decision, ...]) -> list[Decision]:
    """Fill the server's words into the question to the dispatcher."""
    refused = [item for item in message.addressees if item.state is RecipientState.refused]
    others = tuple(
        (item.address, STATE_WORDS[item.state])
        for item in message.addressees
        if item not in refused
    )
    context = {
        "address": ", ".join(item.address for item in refused),
        "server_answer": "; ".join(item.answer or "" for item in refused),
        "others": others,
    }
    return [
        replace(one, context=context)
        if isinstance(one, Ask) and one.template == "recipient_refused"
        else one
        for one in decisions
    ]


STATE_WORDS = {
    RecipientState.queued: "ждёт отправки",
    RecipientState.sending: "отправляется",
    RecipientState.accepted: "принято",
    RecipientState.deferred: "пока не принято, повторяем",
    RecipientState.refused: "не принято",
    RecipientState.unknown: "неизвестно, спрашиваем",
}


def _sent(desk: Desk, work: UnitOfWork, carrier: Carrier, message: Outgoing, now: datetime) -> None:
    """Every address accepted: register, folder, and those who worked on it are told."""
    case = carrier.case
    entry = work.register.of_case(case.id)[-1]
    at = max((item.at or now) for item in message.addressees)
    work.register.change(entry.id, {"state": "sent", "sent_at": at})
    author = case.author or desk.office.roles.dispatcher
    department = next((one for one in desk.office.departments if one.id == case.department), None)
    people = dict.fromkeys([
        author,
        *([department.head] if department else []),
        desk.office.roles.dispatcher,
    ])
    carrier.carry((
        Work(kind="file", data={"entry": entry.id}),
        Tell(
            people=tuple(people),
            template="sent",
            once="sent",
            context={
                "register_number": entry.number,
                "register_date": date.fromisoformat(entry.on_date),
                "deliveries": tuple(
                    (item.address, desk.local(item.at or now)) for item in message.addressees
                ),
                "attachments": (),
            },
        ),
    ))
