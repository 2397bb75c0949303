"""What is said of letters that people send themselves, and of a clock that is not believed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

SET_NOTE = "Как отправить.txt"
"""The file that says how to send a letter by hand; the last to come, the first to go."""


def sent_by_hand(at: datetime, *, copied: bool) -> str:
    """What stands as the answer of an address to which a person has sent the letter."""
    proof = "копия письма пришла в ящик программы" if copied else "записано со слов сотрудника"
    return f"отправлено вручную {at:%d.%m.%Y в %H:%M}, {proof}"


def moment_words(moment: datetime, now: datetime) -> str:
    """«18:35», and of another day «24.11.2026 в 08:00»."""
    return f"{moment:%H:%M}" if moment.date() == now.date() else f"{moment:%d.%m.%Y в %H:%M}"


def down_words(since: datetime, until: datetime) -> str:
    """«с 17:50 до 18:20», and over midnight with the dates."""
    if since.date() == until.date():
        return f"с {since:%H:%M} до {until:%H:%M}"
    return f"с {since:%d.%m.%Y %H:%M} до {until:%d.%m.%Y %H:%M}"


def clock_wrong(now: datetime, seen: datetime | None) -> str:
    """Why the service stands still: its clock cannot be right."""
    last = f", а в последний раз программа работала {seen:%d.%m.%Y в %H:%M}" if seen else ""
    return (
        f"Часы компьютера показывают {now:%d.%m.%Y %H:%M}{last}. Пока это не проверено, программа "
        "ничего не читает, не отправляет и не напоминает. Исправьте часы. Если они верны, впишите "
        f"в config.yaml сегодняшнюю дату: calendar: clock_confirmed: {now:%Y-%m-%d} – и запустите "
        "программу снова."
    )
