"""A mail to several roles: each of them hears once, or whoever acts for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mcu_mail.service.asking import tell

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from mcu_mail.service.desk import Desk
    from mcu_mail.store.unit_of_work import UnitOfWork


def alarmed_roles(desk: Desk) -> tuple[str, ...]:
    """Who hears of faults: the administrator, if there is one, and the dispatcher."""
    roles = (desk.settings.roles.administrator, desk.office.roles.dispatcher)
    return tuple(dict.fromkeys(item for item in roles if item))


def tell_roles(
    desk: Desk,
    work: UnitOfWork,
    roles: Iterable[str | None],
    *,
    template: str,
    key: str,
    now: datetime,
    context: Mapping[str, Any],
) -> None:
    """Tell each of the roles that somebody has, once per key; who has two of them hears once."""
    for role in dict.fromkeys(item for item in roles if item):
        tell(
            desk,
            work,
            None,
            person=desk.standing_in(role, now),
            template=template,
            key=f"{key}:{role}",
            now=now,
            context=context,
        )
