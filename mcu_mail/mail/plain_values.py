"""Our frozen values as plain ones and back: what crosses the border to a guarded process.

Nothing but numbers, strings, bytes and containers of them is taken from the other side; a value of
ours is then built by its own constructor, field by field. So an answer can neither run anything nor
change a class, whatever has become of the process that gives it.
"""

from __future__ import annotations

import dataclasses
import importlib
import io
import pickle
from datetime import date, datetime
from enum import Enum
from functools import cache
from typing import Any, Final
from zoneinfo import ZoneInfo

_OURS: Final = ("mcu_mail.mail.", "mcu_mail.domain.")
_PRIMITIVE: Final = (type(None), bool, int, float, str, bytes)
_MAX_DEPTH: Final = 50


def packed_value(value: object) -> bytes:
    """The bytes of a value made of dataclasses, enumerations, moments and plain containers."""
    return pickle.dumps(_plain(value))


def unpacked_value(content: bytes) -> Any:
    """The value of `packed_value`.

    Raises ValueError, TypeError, KeyError, pickle.UnpicklingError and the like for anything else.
    """
    return _value(_Plain(io.BytesIO(content)).load(), 0)


class _Plain(pickle.Unpickler):  # noqa: S301 - it looks up no class at all
    def find_class(self, module: str, name: str) -> Any:
        raise pickle.UnpicklingError(f"no class is taken, {module}.{name} neither")


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return ("enum", _name(type(value)), value.value)
    if isinstance(value, _PRIMITIVE):
        return value
    if isinstance(value, date):
        return _plain_date(value)
    if dataclasses.is_dataclass(value):
        fields = [one.name for one in dataclasses.fields(value)]
        return ("value", _name(type(value)), [(one, _plain(getattr(value, one))) for one in fields])
    if isinstance(value, dict):
        return ("dict", [(_plain(key), _plain(one)) for key, one in value.items()])
    for name, kind in _CONTAINERS.items():
        if isinstance(value, kind):
            return (name, [_plain(one) for one in value])
    raise TypeError(f"{type(value).__name__} does not cross the border")


def _plain_date(value: date) -> tuple[object, ...]:
    if not isinstance(value, datetime):
        return ("day", value.isoformat())
    zone = value.tzinfo
    key = zone.key if isinstance(zone, ZoneInfo) else None
    return ("moment", value.isoformat(), key, value.fold)


def _value(plain: Any, depth: int) -> Any:
    if depth > _MAX_DEPTH:
        raise ValueError("too deep")
    if isinstance(plain, _PRIMITIVE):
        return plain
    kind, *rest = plain
    if kind in _CONTAINERS:
        return _CONTAINERS[kind](_value(one, depth + 1) for one in rest[0])
    if kind == "dict":
        return {_value(key, depth + 1): _value(one, depth + 1) for key, one in rest[0]}
    if kind == "value":
        return _class(rest[0])(**{name: _value(one, depth + 1) for name, one in rest[1]})
    return _ATOMS[kind](*rest)


def _moment(stated: str, zone: str | None, fold: int) -> datetime:
    moment = datetime.fromisoformat(stated)
    return moment if zone is None else moment.replace(tzinfo=ZoneInfo(zone), fold=fold)


def _name(kind: type) -> str:
    return f"{kind.__module__}:{kind.__qualname__}"


@cache
def _class(name: str) -> Any:
    module, _, qualified = name.partition(":")
    if not module.startswith(_OURS):
        raise ValueError("a class of somebody else")
    found = getattr(importlib.import_module(module), qualified)
    if not isinstance(found, type) or found.__module__ != module:
        raise TypeError("no class of that module")
    if not (dataclasses.is_dataclass(found) or issubclass(found, Enum)):
        raise TypeError("a class that is no value")
    return found


_CONTAINERS: Final[dict[str, Any]] = {"tuple": tuple, "list": list, "set": frozenset}
_ATOMS: Final[dict[str, Any]] = {
    "enum": lambda name, value: _class(name)(value),
    "moment": _moment,
    "day": date.fromisoformat,
}
