"""The plan of a case's day: the latest time of each step, planned back from the target.

Sending, registering and signing stand at the end and take fixed minutes; the head signs in his
signing hours; what is left before them is shared over the steps that make and approve the
answer. However late it is, every step gets a moment after `start` and none after the target.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mcu_mail.domain.calendar import Hours

_DAY = timedelta(days=1)
_GRID = timedelta(minutes=5)
_CLOSING = ("sign", "register", "send")
_SMALL_SHARE = 0.05
"""Of all shares together, the least a step gets: its moment must lie after the start."""


@dataclass(frozen=True, kw_only=True)
class PlanSettings:
    """How long the closing steps take, and when people work on the others."""

    office_hours: Hours = (time(8, 30), time(17, 30))
    send_minutes: int = 10
    register_minutes: int = 10
    sign_minutes: int = 60
    """How long before the end of the signing hours the letter must be ready."""


def plan_back(
    stages: Sequence[str],
    start: datetime,
    target: datetime,
    signing: tuple[Hours, ...],
    settings: PlanSettings,
    shares: Mapping[str, float],
) -> dict[str, datetime]:
    """The latest moment of each of `stages` (those still to come, in order).

    Moments are in `start`'s zone, do not decrease, and lie after `start` and not after `target`;
    the last one is `target`. When the target has passed, every step is due at it.
    """
    target = target.astimezone(start.tzinfo)
    if not stages or target <= start:
        return dict.fromkeys(stages, target)
    exact = _moments(stages, start, target, signing, settings, shares)
    plan: dict[str, datetime] = {}
    previous = start
    for stage, moment in zip(stages[:-1], exact, strict=False):
        rounded = moment - (moment - _midnight(moment)) % _GRID
        previous = rounded if rounded > start and rounded >= previous else moment
        plan[stage] = previous
    return {**plan, stages[-1]: target}


def _moments(
    stages: Sequence[str],
    start: datetime,
    target: datetime,
    signing: tuple[Hours, ...],
    settings: PlanSettings,
    shares: Mapping[str, float],
) -> list[datetime]:
    """The moments before rounding."""
    registered = target - timedelta(minutes=settings.send_minutes)
    limit = registered - timedelta(minutes=settings.register_minutes)
    if limit <= start:
        # Too late for any plan: the steps share what is left evenly.
        return [start + (target - start) * (i + 1) / len(stages) for i in range(len(stages))]
    window = _last_window(signing, start, limit)
    signed = window[1] if window else limit
    closing = {"sign": signed, "register": registered, "send": target}
    making = [stage for stage in stages if stage not in _CLOSING]
    if "sign" in stages:
        opened = window[0] if window else start
        ready = max(opened, signed - timedelta(minutes=settings.sign_minutes))
        if ready <= start:
            ready = start + (signed - start) / 2
    else:
        ready = limit if "register" in stages else registered if "send" in stages else target
    made = _shared_out(making, start, ready, settings.office_hours, shares)
    return [closing[stage] if stage in closing else made[stage] for stage in stages]


def _last_window(
    signing: tuple[Hours, ...],
    start: datetime,
    limit: datetime,
) -> tuple[datetime, datetime] | None:
    """The last signing hours that begin before `limit` and end after `start`, clipped to them."""
    day = limit.date()
    while signing and day >= start.date():
        clipped = (
            (
                max(start, datetime.combine(day, opening, start.tzinfo)),
                min(limit, datetime.combine(day, closing, start.tzinfo)),
            )
            for opening, closing in signing
        )
        fitting = [window for window in clipped if window[0] < window[1]]
        if fitting:
            return max(fitting, key=lambda window: window[1])
        day -= _DAY
    return None


def _shared_out(
    stages: Sequence[str],
    start: datetime,
    ready: datetime,
    office: Hours,
    shares: Mapping[str, float],
) -> dict[str, datetime]:
    """The time from `start` to `ready`, shared over `stages` in office hours, if there are any."""
    spans = _office_spans(start, ready, office) or [(start, ready)]
    whole = sum((end - begin for begin, end in spans), timedelta())
    given = [max(0.0, shares.get(stage, 0.0)) for stage in stages]
    small = sum(given) * _SMALL_SHARE or 1.0
    weights = [max(share, small) for share in given]
    total = sum(weights)
    moments: dict[str, datetime] = {}
    passed = 0.0
    for stage, weight in zip(stages, weights, strict=True):
        passed += weight
        moments[stage] = min(_point(spans, whole * min(1.0, passed / total)), ready)
    if stages:
        moments[stages[-1]] = ready
    return moments


def _office_spans(
    start: datetime,
    end: datetime,
    office: Hours,
) -> list[tuple[datetime, datetime]]:
    """The office hours between two moments, every day: this track works daily."""
    spans: list[tuple[datetime, datetime]] = []
    day = start.date()
    while day <= end.date():
        opening, closing = (datetime.combine(day, clock, start.tzinfo) for clock in office)
        if max(start, opening) < min(end, closing):
            spans.append((max(start, opening), min(end, closing)))
        day += _DAY
    return spans


def _point(spans: Sequence[tuple[datetime, datetime]], after: timedelta) -> datetime:
    """The moment at which `after` of the time in `spans` has passed."""
    for begin, end in spans[:-1]:
        if after <= end - begin:
            return begin + after
        after -= end - begin
    return spans[-1][0] + after


def _midnight(moment: datetime) -> datetime:
    return datetime.combine(moment.date(), time(), moment.tzinfo)
