"""Somebody we have asked cannot be reached: the dispatcher chooses who does it instead.

One mail for a person and an absence (or a day), whatever number of requests waits; nothing is
handed over by itself, and no automatic reply is ever answered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mcu_mail.domain.absence_words import away_until
from mcu_mail.domain.acting import acting_for
from mcu_mail.domain.case import CloseReason, Purpose
from mcu_mail.domain.catalogue import came_back, handed_over, unproven_absence
from mcu_mail.domain.course_parts import Reply, not_taken, told
from mcu_mail.domain.decisions import Log, Tell
from mcu_mail.domain.meaning import MeaningKind
from mcu_mail.domain.office import Absence
from mcu_mail.domain.standing_in import (
    person_named,
    says_he_is_back,
    stand_ins,
    wants_to_wait,
    whose_work_back,
)
from mcu_mail.domain.whose_turn import person_at
from mcu_mail.mail.proof import TrustLevel, prove
from mcu_mail.service.absences import (
    end_absence,
    has_stand_in,
    ordered_absences,
    settle_absence,
)
from mcu_mail.service.asking import ask, tell
from mcu_mail.service.carry import Carrier
from mcu_mail.service.waiting import (
    HANDED,
    authors_of,
    handed_by,
    handed_of,
    unreachable_of,
    waiting_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from mcu_mail.domain.case import Case, Request
    from mcu_mail.mail.reading import Reading
    from mcu_mail.service.answer import Answer
    from mcu_mail.service.desk import Desk
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
    if cause == "bounce":
        _tell_administrator(desk, work, absent, person, words, now)
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
    # Others of whom it is asked as well: they are as little there.
    away = {one.data.get("absent", "") for one in work.requests.open_of_person(person)}
    barred = {*authors_of(waiting), *away, person}
    candidates = stand_ins(absent, desk.office, today, units, barred=barred)
    appointed = acting_for(absent, today, ordered_absences(desk, work)).person
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
            "appointed": appointed if appointed != absent else "",
        },
        now=now,
    )
    return True


def _tell_administrator(
    desk: Desk, work: UnitOfWork, absent: str, asked: str, words: Mapping[str, Any], now: datetime
) -> None:
    """Who keeps the addresses hears of a dead one; by mail nobody can change it."""
    administrator = desk.settings.roles.administrator
    if not administrator or administrator == absent:
        return
    person = desk.standing_in(administrator, now)
    if person == asked:
        return
    tell(
        desk,
        work,
        None,
        person=person,
        template="dead_address",
        context={
            "who": desk.office.people[absent].name,
            "address": words["address"],
            "explanation": words["explanation"],
        },
        key=f"dead_address:{absent}:{words['address']}:{desk.today(now).isoformat()}",
        now=now,
    )


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


def chosen(answer: Answer) -> None:
    """The dispatcher's word about somebody who cannot be reached."""
    desk, work, carrier, now = answer.desk, answer.work, answer.carrier, answer.now
    request, meaning, words = answer.request, answer.meaning, answer.said.text
    absent = request.data["absent"]
    reply = Reply(person=request.person, meaning=meaning, text=words)
    back = whose_work_back(words)
    if back is not None and (not back or person_named(back, desk.office) == absent):
        work.requests.close(request.id, now, CloseReason.decided)
        give_back(answer, absent)
        return
    waits = wants_to_wait(words) or meaning.kind is MeaningKind.wait
    if waits and request.closed_at is None:
        work.requests.close(request.id, now, CloseReason.decided)
        carrier.carry((Log(kind="waits", data={"person": absent}), told(request, "waits")))
        return
    name = ""
    if meaning.kind in {MeaningKind.not_ours, MeaningKind.route, MeaningKind.executor}:
        name = meaning.name or meaning.reason
    person = person_named(name, desk.office) if name else None
    if name and person is None:
        carrier.carry(not_taken(request, reply, "unknown_person"))
    elif "@" in words and person is None:
        # Whoever could write here for her would have every mail of a colleague sent to himself.
        carrier.carry(not_taken(request, reply, "outside_address"))
    elif person is None or person in {absent, desk.office.roles.head}:
        carrier.carry(not_taken(request, reply, "absent_decide"))
    elif person in authors_of((*waiting_of(work, absent), *handed_of(desk, work, absent))):
        carrier.carry(not_taken(request, reply, "author_named"))
    else:
        _hand_over(answer, person)


def _hand_over(answer: Answer, person: str) -> None:
    """Everything that waits for the absent one is asked of `person`, with fresh codes."""
    desk, work, request, now = answer.desk, answer.work, answer.request, answer.now
    absent, until = request.data["absent"], request.data["until"]
    today = desk.today(now)
    last = max(today.fromisoformat(until), today) if until else today
    given = handed_of(desk, work, absent)
    settle_absence(work, Absence(person=absent, first=today, last=last, acting=person))
    # Whoever is given the work of another is there.
    end_absence(work, person)
    work.requests.close(request.id, now, CloseReason.decided)
    for item, case in (*waiting_of(work, absent), *given):
        if item.person == person:
            continue
        own = Carrier(desk, work, case, now=now, actor=request.person, cause=f"request{item.id}")
        own.log("handed_over", {"from": item.person, "to": person, "purpose": item.purpose.value})
        if item.person != absent:
            own.carry((Tell(people=(item.person,), template="taken_from", context={}),))
        _ask_instead(desk, work, case, item, person, now, instead_of=absent)
    details = handed_over(desk.office.people[person].name, last if until else None)
    answer.carrier.carry((told(request, "handed_over", details),))


def give_back(answer: Answer, absent: str) -> None:
    """`absent` is there again, as the answer says: what others were asked is asked of him."""
    desk, work, now, by = answer.desk, answer.work, answer.now, answer.request.person
    given = handed_of(desk, work, absent)
    end_absence(work, absent)
    for item in work.requests.open_of_person(desk.office.roles.dispatcher):
        if item.purpose is Purpose.absent and item.data["absent"] == absent:
            work.requests.close(item.id, now, CloseReason.decided)
    for item, case in given:
        own = Carrier(desk, work, case, now=now, actor=by, cause=f"request{item.id}")
        own.log("handed_back", {"from": item.person, "to": absent, "purpose": item.purpose.value})
        own.carry((Tell(people=(item.person,), template="taken_from", context={}),))
        _ask_instead(desk, work, case, item, absent, now)
    answer.carrier.carry((
        Tell(
            people=tuple(dict.fromkeys([by, desk.office.roles.dispatcher])),
            template="receipt",
            context={
                "decision": "came_back",
                "next_step": "",
                "details": came_back(desk.office.people[absent].name, len(given)),
                "undo_until": None,
            },
        ),
    ))


def is_back(answer: Answer) -> bool:
    """Whether the one asked says that he is there again, where another was chosen for him."""
    work, said, request = answer.work, answer.said, answer.request
    himself = said.person is not None and said.person.id == request.person
    if not himself or not says_he_is_back(said.text):
        return False
    return has_stand_in(work, request.person) or bool(handed_of(answer.desk, work, request.person))


def _ask_instead(
    desk: Desk,
    work: UnitOfWork,
    case: Case,
    item: Request,
    person: str,
    now: datetime,
    *,
    instead_of: str = "",
) -> None:
    """Ask `person` what `item` asked of another, whose code is void from now on.

    Args:
        instead_of: whose work it stays; empty when it is his own again.

    """
    words: Mapping[str, Any] = work.requests.words(item.id)
    work.requests.close(item.id, now, CloseReason.reassigned)
    if case.actor == item.person and item.entry == case.entry:
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
        data=_handed_data(item, person, instead_of),
        now=now,
    )


def _handed_data(item: Request, person: str, instead_of: str) -> dict[str, str]:
    """What is kept with the request of `person`: whose work it was before, the first one first."""
    data = {key: value for key, value in item.data.items() if key != HANDED}
    chain = handed_by(item)
    before = chain[: chain.index(person)] if person in chain else chain
    whole = [*before, instead_of] if instead_of and instead_of not in before else before
    return {**data, HANDED: ",".join(whole)} if whole else data
