"""Who can help with a case besides the one asked: on the spot, on duty, in the department."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from mcu_mail.domain.case import Case
    from mcu_mail.service.desk import Desk


def place_of(desk: Desk, case: Case) -> tuple[str, str, str] | None:
    """The territorial department of the address: its name, its head's name and telephone."""
    for item in desk.office.territories:
        if item.id == case.territory:
            head = desk.office.people[item.head]
            return item.name, head.name, head.phone
    return None


def duty_of(desk: Desk, case: Case, now: datetime) -> tuple[tuple[str, str], ...]:
    """Who is on duty on the days until the letter is due: name and telephone (config `signing`)."""
    first, last = desk.today(now), desk.local(case.due or case.term).date()
    return tuple(
        (desk.office.people[item.person].name, item.phone or desk.office.people[item.person].phone)
        for item in desk.settings.signing.duty
        if item.first <= max(first, last) and item.last >= first
    )


def executors_of(desk: Desk, case: Case, person: str) -> tuple[str, ...]:
    """Whom the department's head may name; empty for anybody else."""
    for item in desk.office.departments:
        if item.id == case.department and item.head == person:
            return tuple(desk.office.people[one].name for one in item.executors)
    return ()
