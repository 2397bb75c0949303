"""Tell a person once of what will stop the service, and once more when it has become worse."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from mcu_mail.domain.surroundings import fact_of
from mcu_mail.service.asking import tell
from mcu_mail.service.health import raise_alarm

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from mcu_mail.domain.surroundings import Concern, Matter
    from mcu_mail.service.desk import Desk
    from mcu_mail.store.unit_of_work import UnitOfWork

log = logging.getLogger(__name__)


def tell_of(
    desk: Desk, found: Iterable[Concern], matters: Collection[Matter], now: datetime
) -> int:
    """Begin, worsen and end what is known of these matters; return how many changed.

    Args:
        desk: the office.
        found: what is wrong with some of them.
        matters: all that were looked at: what was wrong before and is not found now has ended.
        now: the moment.

    """
    wrong = {concern.matter: concern for concern in found}
    with desk.store.view() as view:
        known = {matter: view.facts.get(fact_of(matter)) or "" for matter in matters}
    changed = 0
    for matter, before in known.items():
        concern = wrong.get(matter)
        since, _, stage = before.partition("|")
        if (concern.stage if concern else "") == stage:
            continue
        changed += 1
        with desk.store.work() as work:
            if concern is None:
                log.warning("%s: all is well again", matter)
                work.facts.set(fact_of(matter), "")
            else:
                since = since or now.isoformat()
                level = logging.ERROR if concern.grave else logging.WARNING
                log.log(level, "%s: %s since %s", matter, concern.stage, since)
                work.facts.set(fact_of(matter), f"{since}|{concern.stage}")
                _tell(desk, work, concern, f"concern:{matter}:{since}:{concern.stage}", now)
            work.commit()
    return changed


def _tell(desk: Desk, work: UnitOfWork, concern: Concern, key: str, now: datetime) -> None:
    """A standstill concerns the dispatcher too; what is to come, only who can prevent it."""
    what, since = concern.matter.value, desk.local(now)
    administrator = desk.settings.roles.administrator
    if concern.grave or not administrator:
        raise_alarm(desk, work, what=what, key=key, since=now, error=concern.text, now=now)
        return
    tell(
        desk,
        work,
        None,
        person=desk.standing_in(administrator, now),
        template="alarm",
        key=key,
        now=now,
        context={"what": what, "since": since, "error": concern.text, "hint": ""},
    )
