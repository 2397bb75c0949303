"""What `check --online` says of both mail servers (certificates, quota) and of the last backup."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcu_mail.domain.surrounding_words import last_backup_words
from mcu_mail.domain.surroundings import Matter
from mcu_mail.service.backing_up import last_backup
from mcu_mail.service.findings import Findings
from mcu_mail.service.surroundings import concerns_of, measure

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from mcu_mail.domain.surroundings import Surroundings
    from mcu_mail.service.desk import Desk

_PLACES = {
    Matter.imap_certificate: "mail.imap",
    Matter.smtp_certificate: "mail.smtp",
    Matter.imap_door: "mail.imap",
    Matter.smtp_door: "mail.smtp",
    Matter.quota: "mail.imap",
}
"""What is told here; disks and the calendar are looked at without a server."""


def around_findings(desk: Desk) -> Findings:
    """Ask both servers; what ends soon is a note, what has ended or is nearly full a fault."""
    now = desk.real_now()
    around = measure(desk, now)
    found = [item for item in concerns_of(desk, around, now) if item.matter in _PLACES]
    return Findings(
        faults=tuple(f"{_PLACES[item.matter]}: {item.text}" for item in found if item.grave),
        notes=(
            *(f"{_PLACES[item.matter]}: {item.text}" for item in found if not item.grave),
            *_well(around, now, {item.matter for item in found}),
            last_backup_words(_backup_at(desk)),
        ),
    )


def _backup_at(desk: Desk) -> datetime | None:
    with desk.store.view() as view:
        at = last_backup(view)
    return desk.local(at) if at is not None else None


def _well(around: Surroundings, now: datetime, told: set[Matter]) -> Iterator[str]:
    for name, matter, until in (
        ("почтового ящика", Matter.imap_certificate, around.imap_until),
        ("отправки", Matter.smtp_certificate, around.smtp_until),
    ):
        if until is not None and matter not in told:
            yield (
                f"сертификат сервера {name} действует до {until:%d.%m.%Y}, дней: "
                f"{(until - now).days}"
            )
    if around.quota_limit and Matter.quota not in told:
        percent = round(100 * (around.quota_used or 0) / around.quota_limit)
        yield f"почтовый ящик заполнен на {percent} % из {around.quota_limit // 1_000_000} МБ"
