"""`health`: how the service is, for whoever watches it from outside.

It reads the configuration and one file, never the database: a daemon that hangs may have locked it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer
from rich.text import Text

from mcu_mail import wiring
from mcu_mail.domain import watch_words as words
from mcu_mail.domain.watch import faults_of
from mcu_mail.errors import SettingsError
from mcu_mail.reports import tables
from mcu_mail.settings import load
from mcu_mail.store import health_file
from mcu_mail.terminal import BAD, CONFIG, DONE, ConfigOption, JsonOption, fail, out, print_json

if TYPE_CHECKING:
    from rich.console import Console

    from mcu_mail.domain.watch import HealthRecord


def health(config: ConfigOption = CONFIG, as_json: JsonOption = False) -> None:
    """Работает ли служба: 0 – да, 1 – нет или что-то не так. Базу не открывает."""
    try:
        settings = load(config)
    except SettingsError as error:
        raise fail(error) from None
    zone = wiring.zone_of(settings)
    path = wiring.health_path(settings, config)
    record = health_file.read(path)
    faults = faults_of(record, wiring.clock().astimezone(zone))
    if as_json:
        print_json({
            "ok": not faults,
            "file": str(path),
            "faults": [{"code": one.code, "text": one.text} for one in faults],
            "health": health_file.as_document(record, zone) if record else None,
        })
    else:
        _print(out(), record, tuple(one.text for one in faults))
    raise typer.Exit(BAD if faults else DONE)


def _print(console: Console, record: HealthRecord | None, faults: tuple[str, ...]) -> None:
    """The first line says it all: monitoring shows no other."""
    if faults:
        console.print(Text("✗ ", style="red") + tables.plain(" ".join(faults)), soft_wrap=True)
    else:
        console.print(Text("✓ ", style="green") + tables.plain(words.ALL_WELL), soft_wrap=True)
    if record is None:
        return
    for line in words.summary(record.state.value, record.noted_at, record.counts):
        console.print(tables.plain(line), soft_wrap=True)
    for name, job in record.jobs.items():
        if job.failing_since is not None:
            line = words.failing(name, job.failing_since, job.reason)
        else:
            line = words.well(name, job.well_at)
        console.print(tables.plain(line), soft_wrap=True)
