"""How much mails that nobody vouches for may make us write: no official is flooded in his own name.

The letters are kept and what they say is in the case's course; only our answers have an end (A38).
That it was reached is told once a day, to the official and to the dispatcher: nobody is silenced
by mails that a stranger writes in his name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcu_mail.service.asking import tell

if TYPE_CHECKING:
    from datetime import datetime

    from mcu_mail.domain.case import Case
    from mcu_mail.service.desk import Desk
    from mcu_mail.store.unit_of_work import UnitOfWork

_MOST_A_DAY = 10
_MOST_WARNINGS = 5
"""Of one request and day: they have a count of their own, so that chatter uses up none of them."""


def is_flooded(desk: Desk, work: UnitOfWork, case: Case | None, person: str, now: datetime) -> bool:
    """Whether a person got enough such answers about a case on that day; counts one more if not."""
    return _is_over(desk, work, case, person, now, f"unproven:{_id_of(case)}", _MOST_A_DAY)


def is_flooded_about(desk: Desk, work: UnitOfWork, about: str, person: str, now: datetime) -> bool:
    """The same of something that belongs to no case."""
    return _is_over(desk, work, None, person, now, f"unproven:{about}", _MOST_A_DAY)


def may_warn(
    desk: Desk, work: UnitOfWork, case: Case, about: str, person: str, now: datetime
) -> bool:
    """Whether one more warning or question may go out about `about`; counts it.

    Whatever would count because nobody objected to the warning must not count without it.
    """
    return not _is_over(desk, work, case, person, now, f"warned:{case.id}:{about}", _MOST_WARNINGS)


def _is_over(
    desk: Desk,
    work: UnitOfWork,
    case: Case | None,
    person: str,
    now: datetime,
    what: str,
    most: int,
) -> bool:
    day = desk.today(now).isoformat()
    key = f"{what}:{day}:{person}"
    count = int(work.facts.get(key) or 0)
    if count < most:
        work.facts.set(key, str(count + 1))
        return False
    if case is None:
        # What belongs to no case is in the digest of the hour.
        return True
    known = desk.office.people.get(person)
    dispatcher = desk.standing_in(desk.office.roles.dispatcher, now)
    for one in dict.fromkeys((person, dispatcher)):
        tell(
            desk,
            work,
            case,
            person=one,
            template="not_taken",
            context={
                "reason": "flooded",
                "words": "",
                "by": known.name if known and one != person else "",
                "asked_version": None,
                "details": "",
            },
            key=f"flooded:{day}:{_id_of(case)}:{person}:{one}",
            now=now,
        )
    return True


def _id_of(case: Case | None) -> int:
    """Of mails that belong to no case there is one count."""
    return case.id if case is not None else 0
