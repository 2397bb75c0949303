"""What is wrong with a configuration, said in Russian with the path and the line of each fault."""

from __future__ import annotations

import difflib
from types import NoneType
from typing import TYPE_CHECKING, Any, get_args

from pydantic import BaseModel, ValidationError

from mcu_mail.settings.schema import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mcu_mail.settings.yaml_source import Place, Source

_PAIR = "нужно ровно два времени: начало и конец"
_BY_TYPE = {
    "missing": "не указан обязательный ключ",
    "string_type": "нужен текст (возможно, не хватает кавычек)",
    "string_too_short": "значение не может быть пустым",
    "int_type": "нужно целое число",
    "int_parsing": "нужно целое число",
    "int_from_float": "нужно целое число",
    "bool_type": "нужно true или false",
    "bool_parsing": "нужно true или false",
    "tuple_type": "нужен список",
    "list_type": "нужен список",
    "dict_type": "нужен раздел с ключами",
    "model_type": "нужен раздел с ключами",
    "model_attributes_type": "нужен раздел с ключами",
    "too_short": "список не может быть пустым",
    "too_long": _PAIR,
    "date_type": "нужна дата вида 2026-12-31",
    "date_parsing": "нужна дата вида 2026-12-31",
    "date_from_datetime_parsing": "нужна дата вида 2026-12-31",
    "date_from_datetime_inexact": "нужна дата вида 2026-12-31, без времени",
    "string_pattern_mismatch": "допустимы латинские буквы, цифры и знак «_»",
    "greater_than_equal": "значение слишком мало",
    "less_than_equal": "значение слишком велико",
}


def path_text(place: Place) -> str:
    """`("departments", 2, "head")` → `departments[3].head` (people count from one)."""
    text = ""
    for part in place:
        if isinstance(part, int):
            text += f"[{part + 1}]"
        else:
            text += f".{part}" if text else str(part)
    return text or "config.yaml"


def in_file_order(source: Source, found: Iterable[tuple[Place, str]]) -> tuple[str, ...]:
    """Faults as people read them: line, path, what is wrong; from the top of the file down."""
    told = []
    for place, message in found:
        line = source.line(place)
        where = f"строка {line}: " if line else ""
        told.append((line or 0, f"{where}{path_text(place)}: {message}"))
    return tuple(text for _, text in sorted(told, key=lambda one: one[0]))


def validation_faults(error: ValidationError) -> tuple[tuple[Place, str], ...]:
    """Every fault that the schema found, with its place."""
    found = []
    for detail in error.errors(include_url=False, include_input=False):
        place: Place = tuple(part for part in detail["loc"] if part != "[key]")
        if detail["type"] == "missing" and isinstance(place[-1], int):
            place = place[:-1]  # The second hour of a pair is no key.
            found.append((place, detail["type"], _PAIR))
        else:
            found.append((place, detail["type"], _message(detail, place)))
    # A list whose only element is faulty is also «too short» to the schema: that is no news.
    return tuple(
        (place, message)
        for place, kind, message in found
        if kind != "too_short"
        or not any(
            len(other) > len(place) and other[: len(place)] == place for other, _, _ in found
        )
    )


def _message(detail: Any, place: Place) -> str:
    kind = detail["type"]
    context = detail.get("ctx", {})
    if kind == "value_error":
        return str(context["error"])
    if kind == "extra_forbidden":
        return f"неизвестный ключ «{place[-1]}»" + _nearest(place)
    if kind in {"literal_error", "enum"}:
        expected = str(context["expected"]).replace(" or ", ", ")
        return f"допустимо только: {expected}"
    if kind in {"greater_than_equal", "less_than_equal"}:
        bound = context.get("ge", context.get("le"))
        return f"{_BY_TYPE[kind]} (граница {bound})"
    if kind == "too_short" and context.get("min_length") not in {0, 1}:
        return _PAIR
    return _BY_TYPE.get(kind, f"недопустимое значение ({kind})")


def _nearest(place: Place) -> str:
    """A hint for a misspelt key, from the keys that the schema knows at this place."""
    model: Any = Settings
    for part in place[:-1]:
        model = _inner(model, part)
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        return ""
    known = [field.alias or name for name, field in model.model_fields.items()]
    near = difflib.get_close_matches(str(place[-1]), known, n=1, cutoff=0.6)
    return f"; возможно, «{near[0]}»" if near else f"; здесь бывают: {', '.join(known)}"


def _inner(model: Any, part: str | int) -> Any:
    if isinstance(model, type) and issubclass(model, BaseModel):
        for name, field in model.model_fields.items():
            if part in {name, field.alias}:
                return _certain(field.annotation)
        return None
    arguments = [item for item in get_args(model) if item is not ...]
    return arguments[-1] if arguments else None


def _certain(annotation: Any) -> Any:
    """`X` for `X | None`."""
    arguments = [item for item in get_args(annotation) if item is not NoneType]
    optional = NoneType in get_args(annotation) and len(arguments) == 1
    return arguments[0] if optional else annotation
