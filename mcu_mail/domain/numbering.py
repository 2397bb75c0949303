"""Registration numbers of outgoing letters, and the service's own case numbers.

The pattern is the office's (`{case}/{n}` gives «01-12/345»); the counter runs within the
calendar year of the office's zone and is kept by the register, not here.
"""

from __future__ import annotations

import re
from string import Formatter
from typing import TYPE_CHECKING, Literal

from mcu_mail.domain import catalogue

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

Scope = Literal["year", "year+case", "year+track"]

_FIELDS = ("case", "n", "yy", "yyyy", "dept", "track")
_WIDTH = re.compile(r"0[1-9]d")
_SPACES = re.compile(r"[\s\u00a0\u202f]+")
_DASHES = re.compile("[\u2010-\u2015\u2212]")
_TWINS = str.maketrans("aceopxykmhtb", "асеорхукмнтв")
_ORDINAL = 2
_CASE_NUMBER = re.compile(r"(?<!\w)(20[0-9]{2})[-\u2010-\u2015\u2212]([0-9]{6})(?![0-9])")


def number_text(
    pattern: str,
    *,
    case: str,
    n: int,
    on: date,
    dept: str = "",
    track: str = "",
) -> str:
    """The registration number; `pattern` has passed `pattern_faults`."""
    values = {
        "case": case,
        "n": n,
        "yy": f"{on:%y}",
        "yyyy": f"{on:%Y}",
        "dept": dept,
        "track": track,
    }
    return pattern.format_map(values)


def pattern_faults(pattern: str) -> tuple[str, ...]:
    """What is wrong with a pattern, in Russian; empty when it can be used."""
    try:
        parts = list(Formatter().parse(pattern))
    except ValueError:
        return (catalogue.pattern_broken(pattern),)
    faults: list[str] = []
    fields: list[str] = []
    for _, name, spec, conversion in parts:
        if name is None:
            continue
        fields.append(name)
        width_ok = not spec or (name == "n" and _WIDTH.fullmatch(spec))
        if name not in _FIELDS or not width_ok or conversion:
            shown = name + (f"!{conversion}" if conversion else "") + (f":{spec}" if spec else "")
            known = ", ".join((*_FIELDS, "n:05d"))
            faults.append(catalogue.pattern_unknown(pattern, shown, known))
    if "n" not in fields:
        faults.append(catalogue.pattern_no_number(pattern))
    return tuple(faults)


def counter_key(scope: Scope, *, on: date, case: str, track: str) -> str:
    """The name of the counter that a letter of the day `on` takes its number from."""
    match scope:
        case "year":
            return f"{on.year}"
        case "year+case":
            return f"{on.year}/{case}"
        case "year+track":
            return f"{on.year}/{track}"


def first_number(start: int, *, year: int, start_year: int) -> int:
    """The first number of a year's register.

    `start` continues a register that was already running when the service came (`start_year`);
    every later year begins with 1.
    """
    return start if year == start_year else 1


def number_key(number: str) -> str:
    """What two spellings of one number share: case, spaces, dashes, Latin look-alikes aside."""
    return _SPACES.sub("", _DASHES.sub("-", number)).casefold().translate(_TWINS)


def names_number(said: str, number: str) -> bool:
    """Whether a person who says `said` may mean `number`: «345» may mean «01-12/345»."""
    wanted, whole = number_key(said), number_key(number)
    return wanted == whole or wanted in re.split(r"[/]", whole) or whole.endswith(f"-{wanted}")


def ranges(numbers: Iterable[int]) -> str:
    """«1–40, 42, 44–50» of ordinal numbers, each once, in order."""
    found: list[list[int]] = []
    for n in sorted(set(numbers)):
        if found and n == found[-1][1] + 1:
            found[-1][1] = n
        else:
            found.append([n, n])
    return ", ".join(f"{a}" if a == b else f"{a}–{b}" for a, b in found)


def case_number(year: int, n: int) -> str:
    """`2026-000123`."""
    return f"{year:04d}-{n:06d}"


def find_case_numbers(text: str) -> tuple[str, ...]:
    """Every case number in `text` in order, each once; typographic dashes count as hyphens."""
    found = (f"{year}-{n}" for year, n in _CASE_NUMBER.findall(text))
    return tuple(dict.fromkeys(found))


def names_a_message(number: str | None) -> bool:
    """Whether a number can be a system's own: messages of one letter are counted 1, 2, 3."""
    return number is not None and len(number) > _ORDINAL
