"""Whom to call first when a life is in danger (config `emergency`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from mcu_mail.service.desk import Desk


def emergency_lines(desk: Desk, now: datetime) -> tuple[str, ...]:
    """«112», «полиция 102», «ЕДДС 8 (38449) 0-00-09»."""
    numbers = desk.settings.emergency
    duty = desk.office.roles.duty
    edds = numbers.edds or (desk.office.people[desk.standing_in(duty, now)].phone if duty else "")
    known = (numbers.rescue, f"полиция {numbers.police}", f"ЕДДС {edds}" if edds else "")
    return tuple(filter(None, known))
