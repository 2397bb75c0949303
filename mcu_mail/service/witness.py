"""The witness: the copy of a letter in our own mailbox proves that the server took the letter.

It is one more recipient of the same SMTP transaction, whose single 250 is for all of them
(`threats.md` §0). Its absence says something only when the wait is over and the mailbox was read
to its end after it: while the mailbox is away, the witness may lie in it.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from mcu_mail.domain.decisions import Log, Tell
from mcu_mail.service.by_hand import count_by_hand
from mcu_mail.service.carry import Carrier
from mcu_mail.service.delivery import ask_about_unclear, is_over, settle
from mcu_mail.service.roles_told import alarmed_roles, tell_roles
from mcu_mail.store.queue import RecipientState

if TYPE_CHECKING:
    from mcu_mail.service.desk import Desk
    from mcu_mail.store.queue import Outgoing
    from mcu_mail.store.unit_of_work import UnitOfWork

_AWAITED = "witness:awaited"
"""The fact that holds the witnesses still to come: `X-Letter-Id` → moment of the acceptance."""


def witnessed(
    work: UnitOfWork, letter_id: str, now: datetime, message_id: str | None = None
) -> int | None:
    """A copy of our own letter has come: the server took that attempt.

    Args:
        message_id: of the copy: when a gateway has changed it, the letter goes by it from now on.

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
    attempt_id = letter_id.strip()
    work.facts.set(f"witness:{attempt_id}", now.isoformat())
    if message.witnessed_at is None:
        work.queue.witnessed(message.id, now)
    if message_id and f"<{message_id}>" != message.message_id:
        work.queue.goes_by(message, message_id)
    awaited = _awaited(work)
    if awaited.pop(attempt_id, None) is not None:
        work.facts.set(_AWAITED, json.dumps(awaited))
    return message.case_id


def expect(work: UnitOfWork, attempt_id: str, now: datetime) -> None:
    """The server has accepted an attempt: its witness is on its way."""
    work.facts.set(_AWAITED, json.dumps(_awaited(work) | {attempt_id: now.isoformat()}))


def mind_refused_witness(desk: Desk, work: UnitOfWork, outgoing_id: int, now: datetime) -> None:
    """A letter went, but our own mailbox did not take its copy: people are told, once a day."""
    message = work.queue.get(outgoing_id)
    taken = any(item.state is RecipientState.accepted for item in message.addressees)
    turned_away = {RecipientState.refused, RecipientState.deferred}
    refused = [item for item in message.recipients if item.witness and item.state in turned_away]
    if not taken or not refused:
        return
    answer = refused[0].answer or ""
    if message.case_id is not None:
        case = work.cases.get(message.case_id)
        carrier = Carrier(desk, work, case, now=now, actor="service", cause=f"out{message.id}")
        carrier.log("no_witness", {"answer": answer})
    tell_roles(
        desk,
        work,
        alarmed_roles(desk),
        template="mailbox_refuses",
        key=f"mailbox_refuses:{desk.today(now)}",
        now=now,
        context={"address": desk.address, "excerpt": answer},
    )


def ask_witness(desk: Desk, now: datetime) -> int:
    """Unclear messages: the witness copy proves acceptance; after the wait a person decides."""
    with desk.store.view() as view:
        unclear = view.queue.unclear()
        missing = _missing(desk, view, now)
    for attempt_id in missing:
        _tell_of_missing(desk, attempt_id, now)
    return len(missing) + sum(_one_unclear(desk, message, now) for message in unclear)


def _awaited(work: UnitOfWork) -> dict[str, str]:
    return dict(json.loads(work.facts.get(_AWAITED) or "{}"))


def _is_over(desk: Desk, since: datetime) -> bool:
    """Whether a witness that was on its way since then would have been seen by now."""
    wait = timedelta(seconds=desk.settings.mail.witness.wait_seconds)
    return desk.read_to_end is not None and desk.read_to_end - since >= wait


def _missing(desk: Desk, view: UnitOfWork, now: datetime) -> list[str]:
    awaited = {one: datetime.fromisoformat(at) for one, at in _awaited(view).items()}
    return [one for one, at in awaited.items() if at <= now and _is_over(desk, at)]


def _tell_of_missing(desk: Desk, attempt_id: str, now: datetime) -> None:
    """Accepted, and no copy came: a filter may have dropped the letter itself as well (F26)."""
    with desk.store.work() as work:
        awaited = _awaited(work)
        at = awaited.pop(attempt_id, None)
        message = work.queue.by_letter_id(attempt_id.rpartition(".")[0])
        work.facts.set(_AWAITED, json.dumps(awaited))
        if at is not None and message is not None and message.case_id is not None:
            case = work.cases.get(message.case_id)
            carrier = Carrier(desk, work, case, now=now, actor="service", cause=f"out{message.id}")
            carrier.carry((
                Log(kind="no_witness", data={"attempt": attempt_id}),
                Tell(
                    people=(desk.office.roles.dispatcher,),
                    template="no_witness",
                    once=f"no_witness:{message.id}",
                    context={
                        "at": desk.local(datetime.fromisoformat(at)),
                        "minutes": desk.settings.mail.witness.wait_seconds // 60,
                    },
                ),
            ))
        work.commit()


def _is_answered(desk: Desk, work: UnitOfWork, message: Outgoing) -> bool:
    """Whether a mail asks for, or reminds of, what has been answered since it was written.

    It is never worth a second mail. What was written at the answer itself, its receipt above all,
    is awaited still.
    """
    if message.request_id is None:
        return False
    request = work.requests.get(message.request_id)
    person = desk.office.people.get(request.person)
    return (
        request.closed_at is not None
        and message.created_at < request.closed_at
        and person is not None
        and [item.address for item in message.addressees] == [person.email]
    )


def _one_unclear(desk: Desk, message: Outgoing, now: datetime) -> int:
    settings = desk.settings.mail.witness
    # A mail of the office's own may come twice; the region must not get a letter twice.
    again = message.kind != "letter" or settings.then == "resend"
    late = False
    with desk.store.work() as work:
        # A person may have sent it while nobody knew, and he has the last word in any case.
        changed = count_by_hand(desk, work, message)
        over = is_over(work, message)
        for item in work.queue.get(message.id).recipients:
            if item.state is not RecipientState.unknown:
                continue
            attempt = work.facts.get(f"unclear:{item.id}")
            since = item.at or message.created_at
            state = None
            if attempt and work.facts.get(f"witness:{attempt}"):
                state, answer = RecipientState.accepted, "копия письма пришла в наш ящик"
            elif _is_answered(desk, work, message):
                state, answer = RecipientState.accepted, "на запрос ответили"
            elif now - since >= timedelta(seconds=settings.wait_seconds):
                late = not again and not over
                # While the mailbox cannot be read, the witness may lie in it: a person may be
                # asked, but nothing is sent again.
                if again and not over and (not attempt or _is_over(desk, since)):
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
