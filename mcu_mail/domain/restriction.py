"""Cases of restricted circulation: a threat, a suicide note.

Their words and the applicant's data go to few people only, nothing goes its way by itself, and a
person decides what the matter is. Danger to life that is no secret (gas, a fallen wire) is told to
the same people at once and goes its ordinary way besides.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from mcu_mail.domain.acting import acting_for
from mcu_mail.domain.case import CloseReason, Purpose
from mcu_mail.domain.competence import find_competence
from mcu_mail.domain.course_parts import closing, not_taken, told
from mcu_mail.domain.decisions import Ask, Change, CloseRequest, Enter, Log, Tell
from mcu_mail.domain.desk_words import OrderKind, read_order, read_seen
from mcu_mail.domain.way_in import way_in
from mcu_mail.domain.whose_turn import find_person

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from mcu_mail.domain.case import Case, Request
    from mcu_mail.domain.course_parts import Decisions, Reply, Rules
    from mcu_mail.domain.office import Office, Roles

GRAVE: Final = frozenset({"threat", "suicide"})
"""Flags of a notice that restrict its case."""
DANGER: Final = "danger"
HELPER: Final = "helper"
"""In the data of a request: who is asked was named by the dispatcher and decides nothing."""
HEARD: Final = frozenset({"restricted_seen", "restricted_named"})
"""Events by which somebody who was asked has shown that he acts."""

_FIRST_REPEAT: Final = timedelta(minutes=15)
_OFTEN: Final = timedelta(minutes=30)
_OFTEN_UNTIL: Final = timedelta(hours=3)
_LATER: Final = timedelta(hours=1)


def is_grave(flags: Iterable[str]) -> bool:
    """Whether one of the flags restricts the case."""
    return not GRAVE.isdisjoint(flags)


def warned(flags: Iterable[str], roles: Roles) -> Decisions:
    """Who must know of a danger that is no secret hears of it at once."""
    if DANGER not in flags:
        return ()
    return (Tell(people=alerted(roles), template="danger", once="danger"),)


def alerted(roles: Roles) -> tuple[str, ...]:
    """Who hears of a threat to life at once, the duty service first."""
    named = (roles.duty, roles.centre_head, roles.dispatcher)
    return tuple(dict.fromkeys(one for one in named if one is not None))


def may_read(case: Case, person: str, office: Office, on: date) -> bool:
    """Whether the person may be shown the words and the applicant of this case."""
    if case.restricted is None:
        return True
    allowed = (*alerted(office.roles), *case.restricted)
    return any(
        person == one or acting_for(one, on, office.absences).person == person for one in allowed
    )


def repeat_at(asked: datetime, now: datetime) -> datetime:
    """When a threat to life that nobody has answered is told again, at any hour of the day.

    A quarter of an hour after it was `asked`, then each half an hour for three hours, then hourly.
    """
    at = asked + _FIRST_REPEAT
    if now < at:
        return at
    often = (now - at) // _OFTEN + 1
    at_often = at + often * _OFTEN
    if at_often <= asked + _OFTEN_UNTIL:
        return at_often
    last = at + (_OFTEN_UNTIL - _FIRST_REPEAT) // _OFTEN * _OFTEN
    return last + max(1, (now - last) // _LATER + 1) * _LATER


def restrict(case: Case, rules: Rules, flags: Iterable[str]) -> Decisions:
    """The case is restricted now: its route stops and those who must know are asked at once."""
    roles = rules.office.roles
    known = alerted(roles)
    # Whose turn the step is must be able to read what he is asked, whatever the track.
    keeper = roles.responsible(case.track)
    readers = (*(case.restricted or ()), *((keeper,) if keeper not in known else ()))
    found = sorted(GRAVE.intersection(flags))
    context = {"flags": found}
    return (
        Change(
            values={
                "restricted": tuple(dict.fromkeys(readers)),
                "department": None,
                "executor": None,
            }
        ),
        Log(kind="restricted", data={"flags": found}),
        Enter(
            step="route",
            template="restricted",
            context=context,
            purpose=Purpose.restricted,
            close_as=CloseReason.reassigned,
        ),
        *(
            Ask(purpose=Purpose.restricted, person=one, template="restricted", context=context)
            for one in known
            if one != keeper
        ),
    )


def on_restricted(case: Case, request: Request, reply: Reply, rules: Rules) -> Decisions:
    """What follows from the word of one who may decide, or of the one who was named to help."""
    seen = read_seen(reply.text)
    order = read_order(reply.text) or read_order(seen or "")
    if order is None and seen is not None:
        return (
            Log(kind="restricted_seen", data={"person": reply.person}),
            _outcome(case, reply, rules, "seen"),
        )
    if order is None:
        return _closed(case, request, reply, rules)
    if order.kind is OrderKind.ordinary:
        return (_outcome(case, reply, rules, "lifted"), *_lifted(case, rules))
    if order.kind is OrderKind.name:
        return _named(case, request, reply, order.words, rules)
    if order.kind is OrderKind.handed_over:
        if not order.words:
            return not_taken(request, reply, "no_basis")
        return (
            _outcome(case, reply, rules, "closed"),
            Log(kind="closed", data={"reason": order.whole}),
            Enter(step="close", template="", close_as=CloseReason.decided),
        )
    return not_taken(request, reply, "restricted_decide")


def _closed(case: Case, request: Request, reply: Reply, rules: Rules) -> Decisions:
    """«Закрыть: …» and «Дубль …», told to the others as well."""
    found = closing(request, reply)
    if found is None:
        return not_taken(request, reply, "restricted_decide")
    ends = any(isinstance(one, Enter) for one in found)
    return (_outcome(case, reply, rules, "closed"), *found) if ends else found


def _outcome(case: Case, reply: Reply, rules: Rules, how: str) -> Tell:
    """Everybody who knows of the case hears by whom and how it ended; who said it, that it counts.

    It is told while the case is still restricted: its subject names no matter.
    """
    readers = (reply.person, *alerted(rules.office.roles), *(case.restricted or ()))
    return Tell(
        people=tuple(dict.fromkeys(readers)),
        template="restricted_over",
        context={
            "how": how,
            "who": rules.office.people[reply.person].name,
            "words": reply.text[:500],
        },
    )


def _lifted(case: Case, rules: Rules) -> Decisions:
    notice = case.notice
    finding = find_competence(notice.matter, notice.address, rules.office, rules.competence)
    department = finding.department if finding.sure and not notice.unsure else None
    return (
        Log(kind="restriction_lifted"),
        Change(
            values={"restricted": None, "department": department, "notice": _without_grave(case)}
        ),
        *way_in(
            replace(case, department=department),
            rules,
            is_routed=department is not None,
            context={"why": "", "doubt": finding.doubt},
            close_as=CloseReason.decided,
        ),
    )


def _without_grave(case: Case) -> object:
    kept = tuple(flag for flag in case.notice.flags if flag not in GRAVE)
    return replace(case.notice, flags=kept)


def _named(case: Case, request: Request, reply: Reply, words: str, rules: Rules) -> Decisions:
    person = find_person(words, rules.office)
    if person is None:
        return not_taken(request, reply, "unknown_person")
    readers = tuple(dict.fromkeys((*(case.restricted or ()), person)))
    return (
        Change(values={"restricted": readers}),
        Log(kind="restricted_named", data={"person": person}),
        Ask(
            purpose=Purpose.restricted,
            person=person,
            template="restricted_help",
            context={"by": rules.office.people[reply.person].name},
            data={HELPER: "1", "key": f"helper:{person}"},
        ),
        told(request, "restricted_named", rules.office.people[person].name),
    )


def helped(
    request: Request,
    asked: Iterable[Request],
    office: Office,
    *,
    who: str,
    text: str,
    files: tuple[str, ...],
    is_unproven: bool,
) -> Decisions:
    """A report of the one who was named: kept, shown to those who decide, and he hears that.

    Args:
        request: his own, open or spent: what he reports decides nothing and is never too late.
        asked: the open requests of the case, whose buttons stand below his words.
        office: the office.
        who: his id.
        text: his words.
        files: names of what he has attached.
        is_unproven: our server does not vouch for him.

    """
    context = {
        "who": office.people[who].name,
        "note_text": text[:2000],
        "files": files,
        "is_unproven": is_unproven,
    }
    deciding = [
        one for one in asked if one.purpose is Purpose.restricted and not one.data.get(HELPER)
    ]
    shown = [
        Tell(people=(one.person,), template="restricted_done", request_id=one.id, context=context)
        for one in deciding
    ] or [Tell(people=alerted(office.roles), template="restricted_done", context=context)]
    return (
        Log(kind="note", data={"text": text[:2000]}),
        *shown,
        told(request, "restricted_help"),
        CloseRequest(request_id=request.id, reason=CloseReason.decided),
    )
