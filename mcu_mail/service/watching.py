"""The last job of every round: the clerk's note, the daily line, the census, the counts."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from mcu_mail.errors import McuMailError
from mcu_mail.service import census, daily_line
from mcu_mail.service.alarm_ways import keep_note

if TYPE_CHECKING:
    from datetime import datetime

    from mcu_mail.service.desk import Desk
    from mcu_mail.service.health import Health
    from mcu_mail.service.noting import Noting

log = logging.getLogger(__name__)


def watch(desk: Desk, health: Health, noting: Noting, now: datetime) -> int:
    """Do what is owed for being watched; return how many mails were queued."""
    keep_note(desk, health, now)
    noting.count_seldom(desk)
    daily = daily_line.is_due(desk, now)
    queued = 0
    # A mailbox that has just failed is left to its own job: a refused login, said again and again,
    # locks the account out.
    if "mailbox" not in health.since and (daily or census.is_owed(desk, now)):
        try:
            noting.mails = census.take_census(desk, now)
            queued += census.is_wrong(noting.mails)
        except McuMailError as error:
            # That the mailbox is away is told by the job that reads it.
            log.info("the census waits: %s", type(error).__name__)
    if daily:
        noting.count(desk)
        queued += daily_line.tell_daily(desk, noting.record(desk, health), now)
    return queued
