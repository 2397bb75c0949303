"""The random codes of requests and of printed pages: made, written for people, found again.

A code is 80 random bits in Crockford's base32: no I, L, O, U, so that it survives being typed,
and Cyrillic look-alikes are read as the Latin letters they stand for. What is found is only a
candidate: it counts when a stored row knows it. Reading takes linear time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 16
_BYTES = 10
_MAP = str.maketrans("АВЕКМНОРСТХУILO", "ABEKMH0PCTXY110")
_CHAR = "[0-9A-HJKMNP-TV-Z]"
_DASH = "[-\u2010-\u2015\u2212]"
_GAP = rf"(?:\s?{_DASH}\s?|\s)?"
_GROUP = rf"{_CHAR}{{4}}"
# The look-ahead finds overlapping candidates: a word of four letters before a code must not
# swallow its beginning.
_CODE = re.compile(rf"(?<![^\W_])(?=({_GROUP}(?:{_GAP}{_GROUP}){{3}})(?![^\W_]))")
_PAYLOAD = re.compile(
    rf"TMO1-([0-9]{{4}}-[0-9]{{6}})-([0-9]{{1,4}})-([0-9]{{1,4}})-({_CHAR}{{{LENGTH}}})"
)


def new_code(random: bytes) -> str:
    """The 16 characters of ten random bytes; ValueError on any other length."""
    if len(random) != _BYTES:
        raise ValueError(f"a code takes {_BYTES} random bytes, got {len(random)}")
    value = int.from_bytes(random)
    return "".join(ALPHABET[value >> shift & 31] for shift in range(75, -1, -5))


def grouped(code: str) -> str:
    """`XXXX-XXXX-XXXX-XXXX`, as people read it."""
    return "-".join(code[i : i + 4] for i in range(0, len(code), 4))


def find_codes(text: str, most: int | None = None) -> tuple[str, ...]:
    """Every candidate for a code in `text` in order, each once, without separators.

    With `most`, the first so many of them; a long list of guesses is not read to its end.
    Reads subjects, bodies and Message-IDs, in any case, grouped by hyphens, spaces or nothing.
    """
    plain = text.upper().translate(_MAP)
    found: dict[str, None] = {}
    for match in _CODE.finditer(plain):
        if most is not None and len(found) >= most:
            break
        found[re.sub(r"[^0-9A-Z]", "", match[1])] = None
    return tuple(found)


_HIDDEN = "[код]"
_IN_ID = re.compile(r"(?<=\breq\.)[0-9a-z]{16}(?=\.)", re.IGNORECASE)


def without_codes(text: str, codes: Collection[str]) -> str:
    """`text` with these codes made unreadable, however they are written (`threats.md` §3.10).

    Message-IDs of requests lose theirs in any case.
    """
    hidden = _IN_ID.sub(_HIDDEN, text)
    plain = "".join(one if len(one.upper()) != 1 else one.upper() for one in hidden).translate(_MAP)
    spans = [
        found.span(1)
        for found in _CODE.finditer(plain)
        if re.sub(r"[^0-9A-Z]", "", found[1]) in codes
    ]
    for start, end in reversed(spans):
        hidden = hidden[:start] + _HIDDEN + hidden[end:]
    return hidden


@dataclass(frozen=True, kw_only=True)
class PrintMark:
    """What the QR of a printed page says: whose page it is, and that we printed it."""

    case: str
    version: int
    page: int
    code: str


def print_payload(mark: PrintMark) -> str:
    """`TMO1-2026-000123-2-1-XXXXXXXXXXXXXXXX`."""
    return f"TMO1-{mark.case}-{mark.version}-{mark.page}-{mark.code}"


def read_payload(text: str) -> PrintMark | None:
    """The mark of one of our pages; None when the text is anything else."""
    found = _PAYLOAD.fullmatch(text.strip())
    if found is None:
        return None
    case, version, page, code = found.groups()
    return PrintMark(case=case, version=int(version), page=int(page), code=code)
