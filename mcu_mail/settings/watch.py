"""How the service is watched (`docs/watching.md`)."""

from __future__ import annotations

from datetime import time
from typing import Annotated

from pydantic import AfterValidator, Field

from mcu_mail.settings.kinds import Clock, Model, Text

_MOST_WORDS = 20


def _command(value: tuple[str, ...]) -> tuple[str, ...]:
    if len(value) > _MOST_WORDS:
        raise ValueError(f"не больше {_MOST_WORDS} слов")
    if any("\0" in word for word in value):
        raise ValueError("в команде недопустимый знак (управляющий код)")
    return value


class WatchSettings(Model):
    """The daily line, the command of an alarm, and when the service counts as stalled."""

    daily_at: Clock = time(8, 30)
    command: Annotated[tuple[Text, ...], AfterValidator(_command)] = ()
    """A program and its arguments, without a shell; the alarm comes on its standard input."""
    command_seconds: Annotated[int, Field(ge=1, le=60)] = 10
    stale_minutes: Annotated[int, Field(ge=2, le=1440)] = 5
