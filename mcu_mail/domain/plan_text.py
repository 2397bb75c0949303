"""The plan of a case whose answer is published: working time shared over the steps to the term.

Unlike the governor's track it works on working days alone, in the hours of the track.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mcu_mail.domain.calendar import WorkCalendar

_DAY = timedelta(days=1)
_SMALL_SHARE = 0.02
"""The least part of a step: its moment must lie after the one before."""


def plan_working(
    stages: Sequence[str],
    start: datetime,
    target: datetime,
    shares: Mapping[str, float],
    calendar: WorkCalendar,
    track: str,
) -> dict[str, datetime]:
    """The latest moment of each of `stages`, in order; the last one is the last working moment.

    Moments are in `start`'s zone, do not decrease and lie after `start`. Where there is any work
    before `target` they are in working hours: a term in the night is met before the evening.
    People leave an hour earlier on short days; what such an hour alone is left for is planned in
    it all the same. When `target` has passed, every step is due at it.
    """
    target = target.astimezone(start.tzinfo)
    if not stages or target <= start:
        return dict.fromkeys(stages, target)
    short = replace(calendar, apply_short_day=True)
    spans = working_spans(start, target, short, track)
    spans = spans or working_spans(start, target, calendar, track) or [(start, target)]
    target = spans[-1][1]
    whole = sum((end - begin for begin, end in spans), timedelta())
    weights = [max(shares.get(stage, 0.0), _SMALL_SHARE) for stage in stages]
    plan: dict[str, datetime] = {}
    passed = 0.0
    for stage, weight in zip(stages, weights, strict=True):
        passed += weight
        plan[stage] = _point(spans, whole * (passed / sum(weights)))
    return {**plan, stages[-1]: target}


def working_part(
    start: datetime, target: datetime, part: float, calendar: WorkCalendar, track: str
) -> datetime:
    """The moment at which `part` of the working time up to `target` has passed."""
    target = target.astimezone(start.tzinfo)
    if target <= start:
        return target
    spans = working_spans(start, target, calendar, track) or [(start, target)]
    whole = sum((end - begin for begin, end in spans), timedelta())
    return _point(spans, whole * part)


def working_spans(
    start: datetime, end: datetime, calendar: WorkCalendar, track: str
) -> list[tuple[datetime, datetime]]:
    """The working time between two moments of one zone."""
    spans: list[tuple[datetime, datetime]] = []
    day = start.date()
    while day <= end.date():
        for hours in calendar.spans_on(day, track):
            opening, closing = (datetime.combine(day, at, start.tzinfo) for at in hours)
            if max(start, opening) < min(end, closing):
                spans.append((max(start, opening), min(end, closing)))
        day += _DAY
    return spans


def _point(spans: Sequence[tuple[datetime, datetime]], after: timedelta) -> datetime:
    """The moment at which `after` of the time in `spans` has passed, to the minute."""
    for begin, end in spans:
        if after <= end - begin:
            return begin + timedelta(minutes=max(1, round(after / timedelta(minutes=1))))
        after -= end - begin
    return spans[-1][1]
