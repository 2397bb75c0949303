"""A letter that a person has sent himself: which letter a copy carries, and when it was sent."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from mcu_mail.domain.numbering import find_case_numbers, number_key

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

LATE: Final = "late"
"""Why a question about sending is asked whose letter waits for the answer."""
_BETWEEN: Final = re.compile(r"[\s\"«»“”„(),;:\[\]]+")
_SIGN: Final = re.compile(r"^(?:№|no\.?|n)(?=\d|$)", re.IGNORECASE)
_FILES: Final = frozenset({
    "pdf",
    "doc",
    "docx",
    "rtf",
    "odt",
    "zip",
    "rar",
    "7z",
    "jpg",
    "jpeg",
    "png",
    "tif",
    "tiff",
})
_AHEAD: Final = timedelta(hours=1)


def carries(
    *, number: str, case: str, own_names: Collection[str], subject: str, names: Iterable[str]
) -> bool:
    """Whether a mail with this subject and these files carries the letter.

    It does when a file bears the name that the service has given it, or when a subject with the
    number of the letter or of its case comes with a file that may be it.

    Args:
        number: of the letter in the register.
        case: the number of its case.
        own_names: how the service has named the files of the letter.
        subject: of the mail.
        names: of the files that came with it.

    """
    given = [_folded(name) for name in names]
    if {_folded(name) for name in own_names} & set(given):
        return True
    may_be = any(name.rpartition(".")[2] in _FILES for name in given)
    return may_be and (case in find_case_numbers(subject) or _names(subject, number))


def _names(subject: str, number: str) -> bool:
    """Whether the subject holds that very number; bare digits need a «№» before them."""
    wanted, signed = number_key(number), False
    for part in _BETWEEN.split(subject):
        sign = _SIGN.match(part)
        token = number_key(part[sign.end() :] if sign else part).rstrip(".")
        if token == wanted and (not wanted.isdecimal() or signed or sign is not None):
            return True
        signed = sign is not None and not token
    return False


def _folded(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


def moment_said(at: time, day: date | None, heard: datetime) -> datetime:
    """The moment of «Отправлено вручную 17:58» in a mail that came at `heard` (local).

    What lies well ahead was yesterday; a clock that is fast by minutes is no other day. The result
    is never after `heard`.
    """
    said = datetime.combine(day or heard.date(), at, heard.tzinfo)
    if day is None and said - heard > _AHEAD:
        said -= timedelta(days=1)
    return min(said, heard)
