"""config.yaml → frozen values, or every fault at once in Russian with its path and line."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from mcu_mail.domain.calendar import WorkCalendar
from mcu_mail.domain.office import Department, Office, Person, Roles, Territory, Topic
from mcu_mail.errors import SettingsError
from mcu_mail.settings.faults import fault_text, validation_faults
from mcu_mail.settings.production_calendar import production_calendar
from mcu_mail.settings.relations import relation_faults
from mcu_mail.settings.schema import Settings
from mcu_mail.settings.yaml_source import read_source

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["Settings", "load", "office_of", "resolve", "secret", "work_calendar"]


def load(path: Path) -> Settings:
    """Return the settings of a file.

    Raises:
        SettingsError: with every fault found, in Russian, each with its line and path.
    """
    source = read_source(path)
    try:
        settings = Settings.model_validate(source.values)
    except ValidationError as error:
        raise SettingsError(validation_faults(error, source)) from None
    faults = [fault_text(source, place, text) for place, text in relation_faults(settings)]
    if faults:
        raise SettingsError(faults)
    return settings


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
            raise SettingsError([f"не задана переменная окружения {name} (пароль почты)"])
        return environ[name]
    try:
        return resolve(config, name).read_text(encoding="utf-8").rstrip("\r\n")
    except OSError as error:
        reason = error.strerror or type(error).__name__
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
                delegates=item.delegates,
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
            key: Topic(id=key, name=item.name, stems=item.stems, minus=item.minus, about=item.about)
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
        lunch=calendar.lunch,
        apply_short_day=calendar.short_day == "apply",
        working_saturdays=calendar.working_saturdays,
    )
