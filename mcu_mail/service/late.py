"""A letter that became late while the service was down is asked about before it is sent.

There was nobody to send it, and a set for sending it by hand lay on the share: a person may have
done so. Late is what has missed its goal: to that hour people work. The dispatcher and the clerk
are asked once, the letter waits `mail.late_ask_minutes` for their word and then goes: two letters
of one number do less harm than none.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from mcu_mail.domain.by_hand import LATE
from mcu_mail.domain.case import CaseState, CloseReason, Purpose
from mcu_mail.domain.course_parts import told
from mcu_mail.domain.decisions import Ask, Log, SetState
from mcu_mail.domain.hand_catalogue import down_words, moment_words
from mcu_mail.errors import ReplacedError, TemporaryError
from mcu_mail.service.carry import Carrier
from mcu_mail.store.queue import RecipientState
from mcu_mail.store.registry import VOID

if TYPE_CHECKING:
    from datetime import datetime

    from mcu_mail.domain.case import Case, Request
    from mcu_mail.service.alive import Outage
    from mcu_mail.service.desk import Desk
    from mcu_mail.store.queue import Outgoing
    from mcu_mail.store.unit_of_work import UnitOfWork

log = logging.getLogger(__name__)

_WAITING = frozenset({RecipientState.queued, RecipientState.deferred})


def ask_about_late(desk: Desk, outage: Outage, now: datetime) -> int:
    """Ask about each letter that was ready before the outage and is late now; return how many."""
    if not desk.settings.mail.late_ask_minutes:
        return 0
    with desk.store.view() as view:
        waiting = [one.id for one in view.queue.waiting_letters()]
    return sum(_fenced(desk, message, outage, now) for message in waiting)


def _fenced(desk: Desk, message_id: int, outage: Outage, now: datetime) -> int:
    """Ask about one letter; a fault of it holds nothing but this letter, for one wait."""
    try:
        return _one(desk, message_id, outage, now)
    except (ReplacedError, TemporaryError):
        raise
    except Exception:  # one letter must never stop the others
        log.exception("letter %d cannot be asked about", message_id)
    try:
        with desk.store.work() as work:
            _hold(desk, work, work.queue.get(message_id), now)
            work.commit()
    except (ReplacedError, TemporaryError):
        raise
    except Exception:  # what is wrong with it is its own; its sending will say the same
        log.exception("letter %d cannot be held", message_id)
    return 0


def _one(desk: Desk, message_id: int, outage: Outage, now: datetime) -> int:
    with desk.store.work() as work:
        message = work.queue.get(message_id)
        entry = work.register.get(message.entry) if message.entry is not None else None
        if message.case_id is None or entry is None or entry.state == VOID:
            return 0
        case = work.cases.get(message.case_id)
        current = case.step == "send" and entry.version == case.version
        target = min(case.goal or case.term, case.term)
        if not current or target > now or message.created_at >= outage.until:
            return 0
        if any(_was_put_off(item.answer or "") for item in message.addressees):
            # The region's own server has said «later»: nobody else could send it either, and the
            # dispatcher has a question of his own about that.
            return 0
        key = f"late_asked:{entry.id}"
        if work.facts.get(key) is not None:
            return 0
        work.facts.set(key, now.isoformat())
        _hold(desk, work, message, now)
        _ask(desk, work, case, "down", now, cause=f"late{entry.id}", outage=outage)
        work.commit()
    return 1


def ask_whether_sent(
    desk: Desk, work: UnitOfWork, case: Case, reason: str, now: datetime, *, cause: str
) -> None:
    """Ask about a letter of which an unproven mail says that it was sent by hand.

    Args:
        reason: `copy` or `word`: what has come.
        cause: which mail.

    """
    for message in work.queue.letter_of(case.id):
        if message.entry is not None and work.register.get(message.entry).state != VOID:
            _hold(desk, work, message, now)
    _ask(desk, work, case, reason, now, cause=cause)


def _hold(desk: Desk, work: UnitOfWork, message: Outgoing, now: datetime) -> None:
    until = now + timedelta(minutes=desk.settings.mail.late_ask_minutes)
    # One wait a letter: mails in somebody's name must not hold it for ever.
    key = f"held_until:{message.id}"
    if work.facts.get(key) is not None:
        return
    work.facts.set(key, until.isoformat())
    for item in message.addressees:
        if item.state in _WAITING and item.next_at < until:
            work.queue.set_state(item.id, {"next_at": until})


def _was_put_off(answer: str) -> bool:
    """Whether the server of a recipient has said «later», and not ours that it was away."""
    return answer[:3].isdecimal() and answer[:1] == "4"


def _ask(
    desk: Desk,
    work: UnitOfWork,
    case: Case,
    reason: str,
    now: datetime,
    *,
    cause: str,
    outage: Outage | None = None,
) -> None:
    rows = work.register.live_of_case(case.id, case.version)
    letters = [one for one in work.queue.letter_of(case.id) if one.entry is not None]
    waiting = [item for one in letters[-1:] for item in one.addressees if item.state in _WAITING]
    until = max((item.next_at for item in waiting), default=now)
    roles = desk.office.roles
    people = dict.fromkeys(desk.standing_in(one, now) for one in (roles.dispatcher, roles.registry))
    carrier = Carrier(desk, work, case, now=now, actor="service", cause=cause)
    carrier.log("late_asked", {"why": reason})
    if case.step == "send" and case.state is CaseState.open:
        carrier.carry((SetState(state=CaseState.waiting),))
    entry = {"entry": str(rows[-1].id)} if rows else {}
    for person in people:
        carrier.carry((
            Ask(
                purpose=Purpose.sending,
                person=person,
                template="late_ask",
                context={
                    "why": reason,
                    "register_number": rows[-1].number if rows else "",
                    "target": moment_words(
                        desk.local(min(case.goal or case.term, case.term)), desk.local(now)
                    ),
                    "addresses": [item.address for item in waiting],
                    "send_at": moment_words(desk.local(until), desk.local(now)) if waiting else "",
                    "down": down_words(desk.local(outage.since), desk.local(outage.until))
                    if outage is not None
                    else "",
                },
                data={"key": f"{LATE}:{case.id}:{case.version}:{person}", "why": LATE, **entry},
            ),
        ))


def is_asked(work: UnitOfWork, case: Case) -> bool:
    """Whether a letter of the case waits for the word whether it was sent by hand."""
    return any(item.data.get("why") == LATE for item in work.requests.open_of_case(case.id))


def send_now(work: UnitOfWork, carrier: Carrier, request: Request, now: datetime) -> bool:
    """«Отправить службой»: the letter waits no longer; False when there is none to send."""
    case = carrier.case
    waiting = [
        item
        for message in work.queue.letter_of(case.id)
        if message.entry is not None and work.register.get(message.entry).state != VOID
        for item in message.addressees
        if item.state in _WAITING
    ]
    if not waiting:
        return False
    for item in waiting:
        work.queue.set_state(item.id, {"next_at": now})
    for other in work.requests.open_of_case(case.id):
        if other.data.get("why") == LATE:
            work.requests.close(other.id, now, CloseReason.decided)
    carrier.carry((
        Log(kind="send_now", data={"recipients": [item.address for item in waiting]}),
        told(request, "sent_now"),
    ))
    return True
