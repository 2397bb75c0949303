"""A faulty configuration with stand-ins for its faults, so that every other check can speak too.

Why: «every fault at once» (design §8) needs the checks between sections even when one key is
wrong. What comes out is only ever looked at, never run; findings that a stand-in may have caused
are told apart by `is_doubtful`.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from mcu_mail.settings.schema import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mcu_mail.settings.yaml_source import Place

_MARK = "standin"
_MOST_ROUNDS = 60


@dataclass(frozen=True, kw_only=True)
class Mended:
    """Settings that hold stand-ins at `places`."""

    settings: Settings
    places: frozenset[Place]

    def is_doubtful(self, place: Place, text: str) -> bool:
        """Whether a finding may come from a stand-in, and not from what the office wrote."""
        return _MARK in text or any(
            place[: len(mended)] == mended
            or f"«{mended[-1]}»" in text
            or f" в {mended[-1]}:" in text
            or (mended[0] == "departments" and place[0] == "topics" and "закреплена" in text)
            for mended in self.places
        )


def mend(values: Mapping[str, Any]) -> Mended | None:
    """Put stand-ins for what the schema refuses; None when that leads nowhere."""
    mended = copy.deepcopy(dict(values))
    tried: dict[Place, int] = {}
    for _ in range(_MOST_ROUNDS):
        try:
            settings = Settings.model_validate(mended)
        except ValidationError as error:
            for place in _places(error):
                _replace(mended, place, tried)
        else:
            return Mended(settings=settings, places=frozenset(tried))
    return None


def _places(error: ValidationError) -> list[Place]:
    """Where the schema found faults; a thing around another fault is left as it stands."""
    details = error.errors(include_url=False, include_input=False, include_context=False)
    places: list[Place] = [
        tuple(part for part in detail["loc"] if part != "[key]") for detail in details
    ]
    return [
        place
        for place in places
        if not any(len(one) > len(place) and one[: len(place)] == place for one in places)
    ]


def _stand_ins(place: Place, number: int) -> tuple[Any, ...]:
    name = f"{_MARK}{number}"
    span = {"from": "2026-01-01", "to": "2026-01-01"}
    first: tuple[Any, ...] = (f"{name}@fault.invalid", name)
    if isinstance(place[-1], int):
        first += ({"person": name, "acting": name + "a", **span}, {"person": name, **span})
    return (
        *first,
        1,
        [],
        [first[0]],
        {},
        "2026-01-01",
        ["09:00", "10:00"],
        "env:STANDIN",
        "governor",
        "09:00",
        f"{name}.invalid",
    )


def _replace(values: dict[str, Any], place: Place, tried: dict[Place, int]) -> None:
    container: Any = values
    for part in place[:-1]:
        key = _key(container, part)
        if key is None:
            return  # What stood around it was replaced in this round.
        container = container[key]
    key = _key(container, place[-1])
    step = tried.get(place, -1) + 1
    tried[place] = step
    if step == 0 and isinstance(container, dict):
        # Without its key a default takes over; where there is none, the next round says so.
        if key is not None:
            del container[key]
        return
    choices = _stand_ins(place, len(tried))
    if isinstance(container, dict):
        container[place[-1] if key is None else key] = choices[(step - 1) % len(choices)]
    elif key is not None:
        container[key] = choices[step % len(choices)]
    else:  # A list that lacks an element is replaced as a whole.
        _replace(values, place[:-1], tried)


def _key(container: Any, part: str | int) -> Any:
    """The key or index in `container` that pydantic calls `part`."""
    if isinstance(container, list) and isinstance(part, int) and part < len(container):
        return part
    if isinstance(container, dict):
        return next((key for key in container if str(key) == str(part)), None)
    return None
