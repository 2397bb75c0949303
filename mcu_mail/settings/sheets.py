"""The sections `sheets` and `digests` of config.yaml: when what waits is gathered into one mail."""

from __future__ import annotations

from datetime import time
from typing import Annotated

from pydantic import AfterValidator, Field

from mcu_mail.settings.kinds import Clock, Model


def _ascending(value: tuple[time, ...]) -> tuple[time, ...]:
    if list(value) != sorted(set(value)):
        raise ValueError("часы перечисляют по возрастанию и без повторов")
    return value


class SheetsSettings(Model):
    """How a person's open requests of the text tracks are gathered.

    Attributes:
        minutes: no second sheet of one person sooner than that, but for what is urgent; 0: every
            request is a mail of its own.
        at_once_before_minutes: what is due so soon does not wait for the next sheet.
        most_rows: rows of one mail; the rest comes as soon as it was answered, or an hour later.

    """

    minutes: Annotated[int, Field(ge=0, le=480)] = 60
    at_once_before_minutes: Annotated[int, Field(ge=0, le=240)] = 30
    most_rows: Annotated[int, Field(ge=5, le=200)] = 25


class DigestsSettings(Model):
    """When the head of the centre and the curator get the whole picture, on working days."""

    at: Annotated[tuple[Clock, ...], AfterValidator(_ascending)] = (time(8, 30), time(16, 30))
