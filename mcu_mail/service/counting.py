"""Which number the register gives next, and what the settings say that no longer fits it.

`register.start` continues a register that was already running: it counts for the year in which it
was written into the settings, every other year begins with 1. Numbers that the office gives itself
(`follower`) take nothing from that counter, so that the mode may change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcu_mail.domain.numbering import counter_key, first_number, number_key, number_text

if TYPE_CHECKING:
    from datetime import date, datetime

    from mcu_mail.domain.case import Case
    from mcu_mail.service.desk import Desk
    from mcu_mail.settings import Settings
    from mcu_mail.store.unit_of_work import UnitOfWork

_START = "register_start"
_MODE = "register_mode"
GIVEN = "given:"
"""What the scope of numbers that the office gives begins with."""


def remember_register(desk: Desk, now: datetime) -> None:
    """Keep since when `register.start` and `register.mode` are what they are."""
    with desk.store.work() as work:
        before = work.facts.get(_START), work.facts.get(_mode_key(desk.today(now).year))
        keep_start(work, desk.settings, desk.today(now).year)
        after = work.facts.get(_START), work.facts.get(_mode_key(desk.today(now).year))
        if before != after:
            work.commit()


def keep_start(work: UnitOfWork, settings: Settings, year: int) -> int:
    """Keep since which year `register.start` counts, and the year's mode; return the former."""
    start = settings.register_.start
    known, _, since = (work.facts.get(_START) or "").partition(":")
    if known != str(start):
        # The first time, an older register may have begun with it already.
        first = work.register.first_year() if not known else None
        since = str(min(first or year, year))
        work.facts.set(_START, f"{start}:{since}")
    if work.facts.get(_mode_key(year)) is None:
        work.facts.set(_mode_key(year), settings.register_.mode)
    return int(since)


def _mode_key(year: int) -> str:
    return f"{_MODE}:{year}"


def scope_of(settings: Settings, case: Case, on: date) -> str:
    """The counter that a letter of that day takes its number from."""
    register = settings.register_
    return counter_key(register.scope, on=on, case=register.case, track=case.track)


def next_number(work: UnitOfWork, settings: Settings, case: Case, on: date) -> tuple[str, int, str]:
    """(scope, n, number) of the next letter; spent only if the transaction commits."""
    register = settings.register_
    since = keep_start(work, settings, on.year)
    scope = scope_of(settings, case, on)
    start = first_number(register.start, year=on.year, start_year=since)
    while True:
        n = work.register.take(scope, start)
        number = number_text(
            register.pattern,
            case=register.case,
            n=n,
            on=on,
            dept=case.department or "",
            track=case.track,
        )
        # After a change of mode the office may have given this one itself.
        if not is_taken(work, settings, number, on):
            return scope, n, number


def given_number(work: UnitOfWork, settings: Settings, case: Case, on: date) -> tuple[str, int]:
    """(scope, n) of a letter whose number the office gave: n is our own count of them."""
    keep_start(work, settings, on.year)
    scope = f"{GIVEN}{scope_of(settings, case, on)}"
    return scope, work.register.take(scope, 1)


def is_taken(work: UnitOfWork, settings: Settings, number: str, on: date) -> bool:
    """Whether a row of that year carries the number, a void one included: none is used twice."""
    wanted = _whole_key(settings, number, on)
    return any(_whole_key(settings, one, on) == wanted for one in work.register.numbers_of(on.year))


def _whole_key(settings: Settings, number: str, on: date) -> str:
    """What all spellings of a number share: «345» is «01-12/345» where the pattern says so."""
    register = settings.register_
    if number.isdecimal():
        number = number_text(register.pattern, case=register.case, n=int(number), on=on)
    return number_key(number)


def mode_note(work: UnitOfWork, settings: Settings, today: date) -> str:
    """That the mode was changed within the year, in Russian; empty when it was not."""
    begun = work.facts.get(_mode_key(today.year))
    mode = settings.register_.mode
    if begun is None or begun == mode:
        return ""
    who = {"master": "номера даёт программа", "follower": "номера даёт канцелярия"}
    return (
        f"register.mode: реестр {today.year} года начат в режиме {begun} ({who[begun]}), сейчас "
        f"стоит {mode} ({who[mode]}); договоритесь с канцелярией, кто даёт номера до конца года"
    )


def register_notes(work: UnitOfWork, settings: Settings, today: date) -> tuple[str, ...]:
    """What of `register` no longer fits the register that is kept, in Russian."""
    register = settings.register_
    notes = [mode_note(work, settings, today)]
    scopes = {
        entry.scope: entry.n
        for entry in work.register.of_year(today.year)
        if not entry.scope.startswith(GIVEN)
    }
    last = max(scopes.values(), default=0)
    if register.mode == "master" and register.start > 1 and last:
        if register.start <= last:
            notes.append(
                f"register.start: стоит {register.start}, а в реестре {today.year} года уже есть "
                f"номера до {last}; начальный номер больше не действует, следующий – {last + 1}"
            )
        elif not any(entry.n == register.start for entry in work.register.of_year(today.year)):
            notes.append(
                f"register.start: стоит {register.start}, но реестр {today.year} года уже начат и "
                f"продолжится с {last + 1}; начальный номер действует только для пустого реестра"
            )
    return tuple(filter(None, notes))
