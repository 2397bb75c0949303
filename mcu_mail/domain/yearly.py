"""The record that closes a year's register: how many numbers, which of them are void, what is left.

«Зарегистрировано № 1–1234, аннулировано 3 (№ …)» (`facts.md` §4).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mcu_mail.domain.numbering import names_number, ranges

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date


@dataclass(frozen=True, kw_only=True)
class Row:
    """A row of the register as the record sees it; `n` is None where the office gave the number."""

    n: int | None
    scope: str
    """Whose count `n` belongs to: the year, or a nomenclature case or track within it."""
    number: str
    on: date
    state: str
    void_reason: str = ""
    void_by: str = ""


@dataclass(frozen=True, kw_only=True)
class YearRecord:
    """What the record says of a year."""

    year: int
    total: int
    numbers: str
    """«№ 1–1234», or the numbers the office gave, first and last."""
    sent: int
    voids: tuple[Row, ...]
    unsent: tuple[Row, ...]
    missing: str
    """Order numbers without a row, «№ 17, 20–22»; empty, as it must be."""


def year_record(year: int, rows: Sequence[Row]) -> YearRecord:
    """The record of a year; rows in the order of registration."""
    given = [row.number for row in rows if row.n is None]
    counted: dict[str, set[int]] = {}
    for row in rows:
        if row.n is not None:
            counted.setdefault(row.scope, set()).add(row.n)
    parts = [_counted(scope, own, several=len(counted) > 1) for scope, own in counted.items()]
    if given:
        parts.append(f"№ {given[0]}" if len(given) == 1 else f"№ {given[0]} – {given[-1]}")
    gaps = [
        _counted(scope, missing, several=len(counted) > 1)
        for scope, own in counted.items()
        if (missing := _missing(own, given))
    ]
    return YearRecord(
        year=year,
        total=len(rows),
        numbers="; ".join(parts),
        sent=sum(row.state == "sent" for row in rows),
        voids=tuple(row for row in rows if row.state == "void"),
        unsent=tuple(row for row in rows if row.state == "registered"),
        missing="; ".join(gaps),
    )


def _counted(scope: str, numbers: set[int], *, several: bool) -> str:
    """«№ 1–40», with the nomenclature case or track before it when there are several."""
    label = scope.partition("/")[2]
    return f"{label}: № {ranges(numbers)}" if several and label else f"№ {ranges(numbers)}"


def _missing(own: set[int], given: Sequence[str]) -> set[int]:
    """The order numbers between the first and the last that neither we nor the office gave."""
    gaps = set(range(min(own), max(own) + 1)) - own
    return {n for n in gaps if not any(names_number(str(n), number) for number in given)}
