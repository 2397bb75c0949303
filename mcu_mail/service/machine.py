"""What `check` says of the machine: whether its disk really writes, how old its time zones are.

A disk that says «written» and did not, forgets after a power cut that a letter was sent (F51).
"""

from __future__ import annotations

import importlib.metadata
import os
import zoneinfo
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mcu_mail.domain.surroundings import space_concerns
from mcu_mail.service.findings import Findings
from mcu_mail.store.disk import (
    NETWORK,
    PASSING,
    file_system,
    free_bytes,
    lazy_options,
    sync_microseconds,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

_QUICKEST_MICROSECONDS: Final = 10.0
"""No disk that keeps what it was given answers sooner; what answers sooner has not asked it."""
_ZONES_YEARS: Final = 2


def machine_findings(
    *, store: Path, files: Path, share: Path, least_free: int, today: date
) -> Findings:
    """What is wrong with the disks and the zone data, in Russian.

    Args:
        store: the folder of the database.
        files: the folder of the kept files.
        share: the clerk's folders.
        least_free: bytes below which a disk is too full.
        today: the date.

    """
    places = [free for place in (store, files) if (free := free_bytes(place)) is not None]
    concerns = space_concerns(min(places, default=None), free_bytes(share), least_free=least_free)
    return Findings(
        faults=tuple(f"store.files: {item.text}" for item in concerns if item.grave),
        notes=(
            *(f"folders.base: {item.text}" for item in concerns if not item.grave),
            *_disk_notes(store, files),
            *_zone_notes(today),
        ),
    )


def _disk_notes(store: Path, files: Path) -> Iterator[str]:
    kind = file_system(store)
    if kind in PASSING:
        yield f"store.url: хранилище лежит в памяти ({kind}): перезапуск машины его сотрёт"
    elif kind == "overlay":
        yield (
            "store.url: хранилище лежит внутри контейнера (overlay) и пропадёт вместе с ним: "
            "подключите для него том"
        )
    if (files_kind := file_system(files)) in NETWORK:
        yield f"store.files: файлы лежат на сетевом диске ({files_kind}): лучше держать их рядом"
    if options := lazy_options(store):
        yield (
            f"store.url: диск подключён с {', '.join(options)}: при отключении питания можно "
            "потерять сведения об отправленном"
        )
    if "eatmydata" in os.environ.get("LD_PRELOAD", ""):
        yield "LD_PRELOAD: под eatmydata запись на диск отключена, служба так работать не должна"
    if kind not in PASSING:
        yield from _sync_note(store)


def _sync_note(store: Path) -> Iterator[str]:
    try:
        taken = sync_microseconds(store)
    except OSError:
        # That the folder cannot be written is told by who opens the store.
        return
    if taken < _QUICKEST_MICROSECONDS:
        yield (
            f"store.url: диск подтверждает запись за {taken:.1f} мкс, настоящий так не успевает: "
            "при отключении питания можно потерять сведения об отправленном"
        )


def _zone_notes(today: date) -> Iterator[str]:
    version = zone_version()
    if version[:4].isdecimal() and today.year - int(version[:4]) >= _ZONES_YEARS:
        yield (
            f"office.timezone: данные часовых поясов этой машины – {version}; обновите пакет "
            "tzdata, чтобы не ошибиться на час после перевода часов"
        )


def zone_version() -> str:
    """The release of the time zone data in use, like «2025b»; empty when nobody can tell."""
    for folder in zoneinfo.TZPATH:
        with (
            suppress(OSError, UnicodeDecodeError),
            (Path(folder) / "tzdata.zi").open(encoding="utf-8") as file,
        ):
            return file.readline().rpartition("version ")[2].strip()
    with suppress(importlib.metadata.PackageNotFoundError):
        return importlib.metadata.version("tzdata")
    return ""
