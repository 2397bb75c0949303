"""What a system or a person tells to have happened to a published answer, as a value.

And the two things that may be done with it where it moves nothing: write it down, show it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from mcu_mail.domain import term_words as words
from mcu_mail.domain.decisions import Log, Tell
from mcu_mail.domain.restriction import alerted

if TYPE_CHECKING:
    from datetime import datetime

    from mcu_mail.domain.case import Case
    from mcu_mail.domain.course_parts import Decisions, Rules, TrackClock


class What(StrEnum):
    """What may happen outside."""

    accepted = "accepted"
    submitted = "submitted"
    """The answer stands in the system, and is with the regional centre."""
    approved = "approved"
    returned = "returned"
    consented = "consented"
    live = "live"
    """Everybody can read it."""
    awaiting = "awaiting"
    """The regional centre has sent it to the citizen to be rated."""
    commented = "commented"
    rated = "rated"
    closed = "closed"
    fast_track = "fast_track"
    slow_track = "slow_track"
    urgent = "urgent"
    term = "term"


@dataclass(frozen=True, kw_only=True)
class Happened:
    """One thing that has happened.

    Attributes:
        words: the reason, the comment, or the basis, as it was given.
        at: when it happened, aware, where it is told afterwards.
        due: the term that is named, aware.
        rating: the citizen's mark, 1 to 5.
        sense: `positive` or `negative`; None where nobody can tell.
        link: where the answer can be read.
        outcome: `решено` or `разъяснено`.

    """

    what: What
    words: str = ""
    at: datetime | None = None
    due: datetime | None = None
    rating: int | None = None
    sense: str | None = None
    link: str = ""
    outcome: str = ""


def named_term(case: Case, happened: Happened, clock: TrackClock) -> datetime | None:
    """A new term that a notice names; None for none, and for the old one said once more."""
    due = happened.due
    if due is None or due <= clock.now or due in {case.term, case.notice.due}:
        return None
    return due


def noted(what: What, text: str, by: str) -> Decisions:
    """It is written down, and nothing moves."""
    return (Log(kind="event", data={"note": words.happened_name(what), "text": text, "by": by}),)


def shown(case: Case, happened: Happened, rules: Rules) -> Decisions:
    """Nothing moves; who is at work and the responsible read the words."""
    people: tuple[str | None, ...] = (case.actor, rules.office.roles.responsible(case.track))
    context = {
        "event": happened.what.value,
        "event_name": words.happened_name(happened.what),
        "excerpt": happened.words,
    }
    if case.restricted is not None:
        people = alerted(rules.office.roles)
    readers = tuple(dict.fromkeys(one for one in people if one is not None))
    return (Tell(people=readers, template="event_told", context=context),)
