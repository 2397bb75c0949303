"""The kinds of values that config.yaml holds, each checked with a Russian sentence of its own."""

from __future__ import annotations

import ipaddress
import re
from datetime import time
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from mcu_mail.domain.routes import ROUTES

LOOPBACK_NAMES = frozenset({"localhost", "ip6-localhost"})


def is_loopback(host: str) -> bool:
    """True for 127.0.0.0/8, ::1 and `localhost`: nothing sent there leaves the machine."""
    if host.lower() in LOOPBACK_NAMES:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


_ADDRESS = re.compile(r"^[a-z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-z0-9а-яё-]+(\.[a-z0-9а-яё-]+)+$")


def _address(value: str) -> str:
    value = value.strip().lower()
    if not _ADDRESS.match(value):
        raise ValueError("это не адрес электронной почты")
    return value


def _sender(value: str) -> str:
    value = value.strip().lower()
    if value.startswith("@"):
        _address("x" + value)
        return value
    return _address(value)


def _clock(value: Any) -> Any:
    if isinstance(value, str) and re.fullmatch(r"\d{1,2}[:.]\d{2}", value.strip()):
        hour, minute = re.split(r"[:.]", value.strip())
        if int(hour) < 24 and int(minute) < 60:  # noqa: PLR2004 - hours and minutes of a clock
            return time(int(hour), int(minute))
    if isinstance(value, time):
        return value
    raise ValueError("нужно время вида «08:30»")


def _hours(value: Any) -> Any:
    if isinstance(value, str) and re.search(r"[-–]", value):
        return re.split(r"\s*[-–]\s*", value.strip())
    return value


def _in_order(value: tuple[time, time]) -> tuple[time, time]:
    if value[0] >= value[1]:
        raise ValueError("начало должно быть раньше конца")
    return value


def _secret(value: str) -> str:
    if not re.match(r"^(env:[A-Za-z_][A-Za-z0-9_]*|file:.+)$", value):
        raise ValueError(
            "пароль не пишут в этот файл: укажите env:ИМЯ_ПЕРЕМЕННОЙ или file:ПУТЬ_К_ФАЙЛУ"
        )
    return value


Address = Annotated[str, AfterValidator(_address)]
SenderRule = Annotated[str, AfterValidator(_sender)]
Clock = Annotated[time, BeforeValidator(_clock)]
HoursPair = Annotated[tuple[Clock, Clock], BeforeValidator(_hours), AfterValidator(_in_order)]
Secret = Annotated[str, AfterValidator(_secret)]
Text = Annotated[str, Field(min_length=1)]
Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9_]+$")]
Port = Annotated[int, Field(ge=1, le=65535)]


def _track(value: str) -> str:
    if value not in ROUTES:
        raise ValueError(f"нет такого потока; есть: {', '.join(ROUTES)}")
    return value


TrackName = Annotated[str, AfterValidator(_track)]
"""A track that has a route (`domain/routes.py`)."""


class Model(BaseModel):
    """Frozen, and unknown keys are refused: a misspelt key must not pass for a default."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)
