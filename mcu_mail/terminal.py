"""What all commands share: exit codes, options, how faults, tables and JSON are printed."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from mcu_mail import wiring
from mcu_mail.errors import McuMailError, RefusedError, SettingsError, why
from mcu_mail.reports import tables

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mcu_mail.service.desk import Desk

DONE, BAD, USAGE = 0, 1, 2
CONFIG = Path("config.yaml")

ConfigOption = Annotated[Path, typer.Option("--config", "-c", help="файл настроек")]
JsonOption = Annotated[bool, typer.Option("--json", help="один документ JSON")]
stderr = Console(stderr=True)


def out() -> Console:
    """Standard output for tables."""
    # A table that is piped into a file must not be cut to the width of a terminal.
    return Console(width=None if sys.stdout.isatty() else 160, soft_wrap=False)


def print_json(document: dict[str, Any]) -> None:
    """The one document of `--json`."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")


def fail(error: McuMailError, code: int = BAD) -> typer.Exit:
    """Say what is wrong on standard error; the exit to raise."""
    say_each(error.faults if isinstance(error, SettingsError) else (str(error),), stderr)
    return typer.Exit(code)


def say_each(faults: Iterable[str], where: Console) -> None:
    """Print faults, one a line."""
    for fault in faults:
        where.print(Text("✗ ", style="red") + tables.plain(fault), soft_wrap=True)


def open_desk(config: Path) -> Desk:
    """The desk of a configuration, or the exit with what is wrong with it."""
    try:
        return wiring.open_desk(config)
    except McuMailError as error:
        raise fail(error) from None


def save(path: Path, content: bytes, what: str) -> None:
    """Write a file that was asked for and say so; the exit when it cannot be written."""
    try:
        path.write_bytes(content)
    except OSError as error:
        reason = "такой папки нет" if isinstance(error, FileNotFoundError) else why(error)
        raise fail(RefusedError(f"{path}: файл не сохранён ({reason})")) from None
    stderr.print(tables.plain(f"{what}: {path}"), soft_wrap=True)
