"""When an answer to a message from the Governor's social networks is due (decree 5.3).

«В течение суток до 18.00 часов» can be read in four ways; the office chooses one. The result
always lies after the arrival, and carries its own arithmetic in Russian, so that whoever is
hurried can see why.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

from mcu_mail.domain import catalogue

if TYPE_CHECKING:
    from mcu_mail.domain.calendar import WorkCalendar

_DAY = timedelta(days=1)
StatedRule = Literal["earlier_wins", "letter_wins", "ignore"]
"""What counts beside the regulation when a notice names a term of its own."""


class GovernorRule(StrEnum):
    """The readings of «в течение суток до 18.00 часов»."""

    same_day = "same_day"
    next_day = "next_day"
    within_24h_and_before = "within_24h_and_before"
    cutoff = "cutoff"


@dataclass(frozen=True, kw_only=True)
class GovernorTermSettings:
    """The numbers of the rule, all of them the office's to change."""

    rule: GovernorRule = GovernorRule.within_24h_and_before
    within_hours: int = 24
    before: time = time(18)
    cutoff: time = time(12)
    goal_same_day_if_before: time | None = time(12)
    weekend: Literal["calendar", "next_working_day"] = "calendar"
    stated: StatedRule = "earlier_wins"


@dataclass(frozen=True, kw_only=True)
class Term:
    """The term of one case, and how it came about."""

    due: datetime
    """What the decree (or an earlier stated term) allows at most."""
    goal: datetime | None
    """An earlier moment the office aims at; None when there is none before `due`."""
    stated: datetime | None
    """The term the notice itself names, in the zone of the arrival."""
    stated_is_later: bool
    """The notice names a later term than the one in force: the dispatcher confirms."""
    sentence: str
    """The arithmetic in Russian."""
    is_known: bool = True
    """False: the term is set elsewhere and was not told; `due` is when it must be known."""


def governor_term(
    received: datetime,
    settings: GovernorTermSettings,
    calendar: WorkCalendar,
    stated: datetime | None = None,
    track: str = "governor",
) -> Term:
    """The term of a message that arrived at `received` (aware), by decree 5.3.

    A stated term that is not after the arrival cannot be met by anybody: it is shown and left
    out of account. The clock is the wall clock of `received`'s zone.
    """
    year = received.year
    by_rule = _by_rule(received, settings)
    words = [
        catalogue.term_received(received),
        catalogue.term_due(_rule_words(settings), by_rule, year=year),
    ]
    own = _off_weekend(by_rule, settings, calendar, track)
    if own != by_rule:
        words.append(catalogue.term_moved(own, year=year))
    if stated is not None:
        stated = stated.astimezone(received.tzinfo)
    due = own
    if stated is not None:
        due, sentence = with_stated(received, own, stated, settings.stated)
        words.append(sentence)
    goal = _goal(received, due, settings, calendar, track)
    if goal is not None:
        words.append(catalogue.term_goal(goal, year=year))
    return Term(
        due=due,
        goal=goal,
        stated=stated,
        stated_is_later=stated is not None and settings.stated != "ignore" and stated > due,
        sentence=" ".join(words),
    )


def _by_rule(received: datetime, settings: GovernorTermSettings) -> datetime:
    """The moment the chosen reading gives, before weekends and stated terms."""
    today = datetime.combine(received.date(), settings.before, received.tzinfo)
    match settings.rule:
        case GovernorRule.same_day:
            return today if received < today else today + _DAY
        case GovernorRule.next_day:
            return today + _DAY
        case GovernorRule.cutoff:
            in_time = received.time() < settings.cutoff and received < today
            return today if in_time else today + _DAY
        case GovernorRule.within_24h_and_before:
            limit = received + timedelta(hours=settings.within_hours)
            clipped = min(limit, datetime.combine(limit.date(), settings.before, limit.tzinfo))
            # A short term that starts after the closing hour leaves the hours alone to decide.
            return clipped if clipped > received else limit


def _rule_words(settings: GovernorTermSettings) -> str:
    match settings.rule:
        case GovernorRule.same_day:
            return catalogue.term_same_day(settings.before)
        case GovernorRule.next_day:
            return catalogue.term_next_day(settings.before)
        case GovernorRule.cutoff:
            return catalogue.term_cutoff(settings.cutoff, settings.before)
        case GovernorRule.within_24h_and_before:
            return catalogue.term_within(settings.within_hours, settings.before)


def _off_weekend(
    due: datetime,
    settings: GovernorTermSettings,
    calendar: WorkCalendar,
    track: str,
) -> datetime:
    """`due`, or the same hour of the next working day when weekends do not count."""
    if settings.weekend == "calendar" or calendar.is_working_day(due.date(), track):
        return due
    return datetime.combine(calendar.next_working_day(due.date()), due.time(), due.tzinfo)


def with_stated(
    received: datetime, own: datetime, stated: datetime, how: StatedRule
) -> tuple[datetime, str]:
    """The term in force beside a stated one, and the sentence that says which wins."""
    year = received.year
    if how == "ignore":
        return own, catalogue.term_stated_ignored(stated, year=year)
    if stated <= received:
        return own, catalogue.term_stated_past(stated, year=year)
    if stated == own:
        return own, catalogue.term_stated_same()
    if how == "letter_wins":
        return stated, catalogue.term_stated_wins(stated, year=year)
    if stated < own:
        return stated, catalogue.term_stated_earlier(stated, year=year)
    return own, catalogue.term_stated_later(stated, year=year)


def _goal(
    received: datetime,
    due: datetime,
    settings: GovernorTermSettings,
    calendar: WorkCalendar,
    track: str,
) -> datetime | None:
    """The same day's closing hour for what came in the morning, if that is before `due`."""
    morning = settings.goal_same_day_if_before
    if morning is None or received.time() >= morning:
        return None
    goal = datetime.combine(received.date(), settings.before, received.tzinfo)
    if settings.weekend != "calendar" and not calendar.is_working_day(goal.date(), track):
        return None
    return goal if received < goal < due else None
