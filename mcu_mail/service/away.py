"""Somebody we have asked cannot be reached: the dispatcher chooses who does it instead.

One mail for a person and an absence (or a day), whatever number of requests waits; nothing is
handed over by itself, and no automatic reply is ever answered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mcu_mail.domain.absence_words import away_until
from mcu_mail.domain.case import CloseReason, Purpose
from mcu_mail.domain.catalogue import handed_over, unproven_absence
from mcu_mail.domain.course_parts import Reply, not_taken, told
from mcu_mail.domain.decisions import Log
from mcu_mail.domain.meaning import MeaningKind
from mcu_mail.domain.office import Absence
from mcu_mail.domain.standing_in import person_named, stand_ins, wants_to_wait
from mcu_mail.domain.whose_turn import person_at
from mcu_mail.mail.proof import TrustLevel, prove
from mcu_mail.service.absences import settle_absence
from mcu_mail.service.asking import ask, tell
from mcu_mail.service.carry import Carrier
from mcu_mail.service.waiting import unreachable_of, waiting_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from mcu_mail.domain.case import Case, Request
    from mcu_mail.domain.meaning import Meaning
    from mcu_mail.mail.reading import Reading
    from mcu_mail.service.desk import Desk
    from mcu_mail.service.said import Said
    from mcu_mail.store.ledger import StoredMail
    from mcu_mail.store.queue import Outgoing
    from mcu_mail.store.unit_of_work import UnitOfWork

_EXCERPT = 600


def hear_absence(
    desk: Desk, work: UnitOfWork, stored: StoredMail, reading: Reading, now: datetime
) -> int | None:
    """An automatic reply of somebody we have asked: offer the dispatcher whoever may act.

    Returns:
        the id of the case the mail is filed with; None when nothing of ours waits for him.

    """
    mail = reading.mail
    address = mail.sender.address
    person = person_at(address, desk.office) if address else None
    # The head signs on paper, and who acts for him is an order of the office (config `absences`).
    if person is None or person.id == desk.office.roles.head:
        return None
    if not reading.absent or prove(mail, desk.trust) is TrustLevel.REFUSED:
        return None
    waiting = waiting_of(work, person.id)
    if not waiting:
        return None
    first = waiting[0][1]
    proven = prove(mail, desk.trust) is TrustLevel.PROVEN
    until = away_until(mail.text, desk.today(now))
    work.journal.add(
        first.id,
        now,
        person.id,
        "away",
        {"until": until.isoformat() if until else "", "cause": f"mail{stored.id}"},
    )
    unreachable(
        desk,
        work,
        person.id,
        cause="away",
        case=first,
        now=now,
        until=until.isoformat() if until else "",
        excerpt=mail.text[:_EXCERPT],
        explanation="" if proven else unproven_absence(),
    )
    return first.id


def unreachable(
    desk: Desk,
    work: UnitOfWork,
    absent: str,
    *,
    cause: str,
    case: Case | None,
    now: datetime,
    until: str = "",
    address: str = "",
    explanation: str = "",
    excerpt: str = "",
) -> bool:
    """Ask the dispatcher who is to act for `absent`, once an absence or a day; False: asked before.

    Args:
        desk: the office's desk.
        work: the transaction.
        absent: who cannot be reached.
        cause: `away`, `bounce` or `delay`.
        case: of the mail, for the subject when nothing waits.
        now: the moment.
        until: the last day of the absence, ISO; empty when it is not known.
        address: which of his addresses was not reached.
        explanation: why, in Russian.
        excerpt: his or the server's own words.

    """
    today = desk.today(now)
    key = f"{cause}:{absent}:{until or today.isoformat()}"
    if work.facts.get(f"unreachable:{key}"):
        return False
    # Anybody may send automatic replies in his name, each with another day: one mail a day.
    daily = f"away_on:{today.isoformat()}:{absent}:"
    if cause == "away":
        # A true one is told of, though a forged one came before it.
        told_of = ("proven", "unproven") if explanation else ("proven",)
        if any(work.facts.get(daily + one) for one in told_of):
            return False
        work.facts.set(daily + told_of[-1], now.isoformat())
    work.facts.set(f"unreachable:{key}", now.isoformat())
    waiting = waiting_of(work, absent)
    words = {
        "cause": cause,
        "absent": absent,
        "until": until,
        "address": address,
        "explanation": explanation,
        "excerpt": excerpt,
    }
    person = _whom_to_ask(desk, absent, now)
    if not waiting:
        tell(
            desk,
            work,
            case,
            person=person,
            template="unreachable",
            context={**words, **unreachable_of(desk, work, words, now)},
            key=f"unreachable:{key}",
            now=now,
        )
        return True
    units = [one.department for _, one in waiting]
    candidates = [one for one in stand_ins(absent, desk.office, today, units) if one != person]
    ask(
        desk,
        work,
        waiting[0][1],
        purpose=Purpose.absent,
        person=person,
        template="unreachable",
        context=words,
        data={
            "key": f"unreachable:{key}",
            "absent": absent,
            "until": until,
            "candidates": ",".join(candidates),
        },
        now=now,
    )
    return True


def person_behind(desk: Desk, work: UnitOfWork, message: Outgoing, address: str) -> str | None:
    """The official at that address, or the one whom the mail was written to."""
    known = person_at(address, desk.office)
    if known is not None:
        return known.id
    if message.request_id is None:
        return None
    asked = work.requests.get(message.request_id).person
    return asked if asked in desk.office.people else None


def _whom_to_ask(desk: Desk, absent: str, now: datetime) -> str:
    """The dispatcher; of himself his superiors decide."""
    roles = desk.office.roles
    chain = [desk.standing_in(one, now) for one in (roles.dispatcher, roles.centre_head)]
    return next((one for one in chain if one != absent), desk.standing_in(roles.curator, now))


def chosen(
    desk: Desk,
    work: UnitOfWork,
    carrier: Carrier,
    said: Said,
    request: Request,
    meaning: Meaning,
    now: datetime,
) -> None:
    """The dispatcher's word about somebody who cannot be reached."""
    absent = request.data["absent"]
    reply = Reply(person=request.person, meaning=meaning, text=said.text)
    if wants_to_wait(said.text) or meaning.kind is MeaningKind.wait:
        work.requests.close(request.id, now, CloseReason.decided)
        carrier.carry((Log(kind="waits", data={"person": absent}), told(request, "waits")))
        return
    name = ""
    if meaning.kind in {MeaningKind.not_ours, MeaningKind.route, MeaningKind.executor}:
        name = meaning.name or meaning.reason
    person = person_named(name, desk.office) if name else None
    if name and person is None:
        carrier.carry(not_taken(request, reply, "unknown_person"))
    elif person is None or person in {absent, desk.office.roles.head}:
        carrier.carry(not_taken(request, reply, "absent_decide"))
    else:
        _hand_over(desk, work, carrier, request, person, now)


def _hand_over(
    desk: Desk, work: UnitOfWork, carrier: Carrier, request: Request, person: str, now: datetime
) -> None:
    """Everything that waits for the absent one is asked of `person`, with fresh codes."""
    absent, until = request.data["absent"], request.data["until"]
    today = desk.today(now)
    last = max(today.fromisoformat(until), today) if until else today
    settle_absence(work, Absence(person=absent, first=today, last=last, acting=person))
    work.requests.close(request.id, now, CloseReason.decided)
    for item, case in waiting_of(work, absent):
        own = Carrier(desk, work, case, now=now, actor=request.person, cause=f"request{request.id}")
        own.log("handed_over", {"from": absent, "to": person, "purpose": item.purpose.value})
        _ask_instead(desk, work, case, item, absent, person, now)
    details = handed_over(desk.office.people[person].name, last if until else None)
    carrier.carry((told(request, "handed_over", details),))


def _ask_instead(
    desk: Desk,
    work: UnitOfWork,
    case: Case,
    item: Request,
    absent: str,
    person: str,
    now: datetime,
) -> None:
    words: Mapping[str, Any] = work.requests.words(item.id)
    work.requests.close(item.id, now, CloseReason.reassigned)
    if case.actor == absent and item.entry == case.entry:
        case = work.cases.change(case.id, {"actor": person})
        work.due.hand_over(case.id, case.entry, person)
    ask(
        desk,
        work,
        case,
        purpose=item.purpose,
        person=person,
        template=str(words["template"]),
        context=words["context"],
        data=item.data,
        now=now,
    )
