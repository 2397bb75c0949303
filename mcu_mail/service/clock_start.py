"""Which moment begins the term of a message: the one its notice states, or the mail's arrival.

Decree 5 says neither; `facts.md` §1.0 takes the notice, and shows both where they differ.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from mcu_mail.domain.term_words import two_clocks

if TYPE_CHECKING:
    from datetime import datetime

    from mcu_mail.domain.notice import Notice
    from mcu_mail.service.desk import Desk

CLOCKS_DIFFER = timedelta(minutes=10)


def arrival(notice: Notice, arrived: datetime, now: datetime) -> datetime:
    """When the term's clock started: the moment the notice states, else the mail's arrival.

    `facts.md` §1.0. A stated moment in the future, or a day without an hour, states no moment.
    """
    stated = notice.received_at
    if stated is None or stated > now + CLOCKS_DIFFER:
        return min(arrived, now)
    if notice.received_day_only:
        return max(stated, min(arrived, now)) if stated.date() == arrived.date() else stated
    return stated


def clock_start(
    desk: Desk, notice: Notice, arrived: datetime, now: datetime
) -> tuple[datetime, str]:
    """(the moment that begins the term, in the office's zone; what is to be said of it, or "")."""
    stated = desk.local(arrival(notice, arrived, now))
    section = desk.settings.tracks.published(notice.track)
    if section is None:
        return stated, ""
    came = desk.local(min(arrived, now))
    by_source = section.clock_start == "source"
    begun = stated if by_source else came
    if abs(stated - came) <= CLOCKS_DIFFER or notice.received_day_only:
        return begun, ""
    return begun, two_clocks(stated, came, by_source=by_source, year=came.year)
