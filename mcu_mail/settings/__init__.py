"""config.yaml → frozen values, or every fault at once in Russian with its path and line."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from mcu_mail.domain.calendar import WorkCalendar
from mcu_mail.domain.office import Department, Office, Person, Roles, Territory, Topic
from mcu_mail.errors import SettingsError
from mcu_mail.settings.faults import in_file_order, validation_faults
from mcu_mail.settings.mending import mend
from mcu_mail.settings.production_calendar import production_calendar
from mcu_mail.settings.relations import relation_faults
from mcu_mail.settings.schema import Settings
from mcu_mail.settings.yaml_source import read_source

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mcu_mail.settings.yaml_source import Source

__all__ = [
    "Inspection",
    "Settings",
    "inspect",
    "load",
    "office_of",
    "resolve",
    "secret",
    "work_calendar",
]


@dataclass(frozen=True, kw_only=True)
class Inspection:
    """What a file of settings says and what is wrong with it.

    Attributes:
        settings: to run with when there are no faults, else only to look for more faults; None
            when nothing can be made of the file.
        faults: Russian sentences with line and path, in the order of the file.
        doubtful: top sections in which something had to be left out.

    """

    settings: Settings | None
    faults: tuple[str, ...]
    doubtful: frozenset[str] = frozenset()


def inspect(path: Path) -> Inspection:
    """Every fault of a file at once: of its keys, and between its sections."""
    try:
        source = read_source(path)
    except SettingsError as error:
        return Inspection(settings=None, faults=error.faults)
    try:
        settings = Settings.model_validate(source.values)
    except ValidationError as error:
        return _inspect_faulty(source, error)
    found = [(place, text) for place, text in relation_faults(settings)]
    return Inspection(settings=settings, faults=in_file_order(source, found))


def _inspect_faulty(source: Source, error: ValidationError) -> Inspection:
    found = list(validation_faults(error))
    mended = mend(source.values)
    if mended is None:
        return Inspection(settings=None, faults=in_file_order(source, found))
    found += [
        (place, text)
        for place, text in relation_faults(mended.settings)
        if not mended.is_doubtful(place, text)
    ]
    return Inspection(
        settings=mended.settings,
        faults=in_file_order(source, found),
        doubtful=frozenset(str(place[0]) for place in mended.places),
    )


def load(path: Path) -> Settings:
    """Return the settings of a file.

    Raises:
        SettingsError: with every fault found, in Russian, each with its line and path.

    """
    inspection = inspect(path)
    if inspection.faults or inspection.settings is None:
        raise SettingsError(inspection.faults)
    return inspection.settings


def resolve(config: Path, value: str) -> Path:
    """A path of the configuration: relative ones start at the config file (design §8)."""
    return (config.resolve().parent / Path(value).expanduser()).resolve()


def secret(value: str | None, config: Path, environ: Mapping[str, str] = os.environ) -> str | None:
    """What an `env:NAME` or `file:PATH` stands for; None stays None.

    Raises:
        SettingsError: the variable is not set, or the file cannot be read.

    """
    if value is None:
        return None
    kind, _, name = value.partition(":")
    if kind == "env":
        if name not in environ:
            raise SettingsError([f"не задана переменная окружения {name} (пароль)"])
        return environ[name]
    try:
        return resolve(config, name).read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise SettingsError([f"файл с паролем {name} не читается: {reason}"]) from None


def office_of(settings: Settings) -> Office:
    """The people, departments, topics and territories as the rules know them."""
    roles = settings.roles
    return Office(
        people={
            key: Person(
                id=key,
                name=item.name,
                title=item.title,
                email=item.email,
                phone=item.phone,
                aliases=item.aliases,
                delegates=tuple(one.value() for one in item.delegates),
                left=item.left,
            )
            for key, item in settings.people.items()
        },
        departments=tuple(
            Department(
                id=item.id,
                name=item.name,
                head=item.head,
                curator=item.curator,
                executors=item.executors,
                topics=item.topics,
                out_of_competence=item.out_of_competence,
            )
            for item in settings.departments
        ),
        topics={
            key: Topic(
                id=key,
                name=item.name,
                stems=item.stems,
                minus=item.minus,
                about=item.about,
                category=item.category,
            )
            for key, item in settings.topics.items()
        },
        territories=tuple(
            Territory(id=item.id, name=item.name, head=item.head, places=item.places)
            for item in settings.territories
        ),
        roles=Roles(
            head=roles.head,
            reception=roles.reception,
            registry=roles.registry,
            curator=roles.curator,
            centre_head=roles.centre_head,
            dispatcher=roles.dispatcher,
            coordinator={str(key): value for key, value in roles.coordinator.items()},
            consent=settings.tracks.consent,
            executors_publish=settings.tracks.executors_publish,
            duty=roles.duty,
            intake=roles.intake,
        ),
        absences=tuple(item.value() for item in settings.absences),
    )


def work_calendar(settings: Settings, years: Iterable[int]) -> WorkCalendar:
    """The production calendar of `years` with the office's own changes on top (`facts.md` §5)."""
    days_off, weekends = production_calendar(years)
    calendar = settings.calendar
    return WorkCalendar(
        days_off=days_off,
        working_weekends=weekends,
        overrides={day: item.value() for day, item in calendar.overrides.items()},
        years_confirmed=frozenset(calendar.years_confirmed),
        hours=settings.tracks.incident.hours,
        track_hours=settings.tracks.hours,
        lunch=calendar.lunch,
        apply_short_day=calendar.short_day == "apply",
        working_saturdays=calendar.working_saturdays,
    )
