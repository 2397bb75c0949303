"""File names on a Windows share: which are safe to give, and what a clerk says by one.

A name is only a hint: a case or a number read from it is checked by the caller against what awaits
a scan. All functions are pure.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from pathlib import PurePath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_FORBIDDEN = re.compile(r'[<>:"/\\|?*]')
_RESERVED = re.compile(r"(?i)^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])\s*(\.|$)")
_LONGEST = 120
_LONGEST_BYTES = 230
_NAMELESS = "Без имени"
_SERVICE = re.compile(
    r"(?i)^(\.|~\$|~.*\.tmp$|thumbs\.db$|desktop\.ini$|ehthumbs\.db$|\$recycle)"
    r"|\.(tmp|temp|part|partial|crdownload|filepart|lnk|url)$"
)
_PROGRAMS_DOT = re.compile(r"\.[_~]")
_CLERKS_DOT = re.compile(
    r"(?i)^\.(?:\.|[^.]{0,200}[а-яё][^.]{0,200}$|.{1,250}\.(?:pdf|docx?|docm|rtf|odt|txt|xlsx?|ods|csv"
    r"|jpe?g|png|tiff?|bmp|heic|webp|eml|msg|html?|zip|rar|7z|sig|sgn|p7[sm])$)"
)
_CASE = re.compile(r"^\s*\[?(?:МЦУ\s+)?(\d{4})[-–—_ ](\d{6})(?!\d)", re.IGNORECASE)
_NUMBER = re.compile(
    r"(?:№|(?<![^\W\d_])(?:No|Nо|N)\.?(?=[\s\d]))\s*((?:[А-ЯЁA-Z]{1,6}[-–])?\d[\w/.\-–]*)",
    re.IGNORECASE,
)
_DATE = re.compile(r"(?<!\w)от[\s_]*(\d{1,2})[._-](\d{1,2})[._-](\d{4})(?!\d)", re.IGNORECASE)


def safe_name(name: str) -> str:
    """The name in a form that Windows accepts: forbidden characters replaced, length bounded.

    The result is NFC, never empty, has no path in it, and is its own safe name.
    """
    plain = "".join(
        char for char in unicodedata.normalize("NFC", name) if unicodedata.category(char)[0] != "C"
    )
    plain = re.sub(r"\s+", " ", _FORBIDDEN.sub("_", plain)).strip(" .") or _NAMELESS
    if _RESERVED.match(plain):
        plain = f"_{plain}"
    stem, suffix = stem_and_suffix(plain)
    while len(stem) + len(suffix) > _LONGEST or len((stem + suffix).encode()) > _LONGEST_BYTES:
        stem = stem[:-1]
    return stem.rstrip(" .") + suffix if suffix else stem.rstrip(" .")


def numbered(name: str) -> Iterator[str]:
    """The name itself, then `name (2)`, `name (3)` and so on, without end."""
    stem, suffix = stem_and_suffix(name)
    yield name
    count = 2
    while True:
        yield f"{stem} ({count}){suffix}"
        count += 1


def is_service_file(name: str) -> bool:
    """Whether a name belongs to a program and not to the clerk: `~$x.docx`, `Thumbs.db`, `.x`.

    A dot before the name of a document is a slip of the clerk: it must not lie there for ever.
    """
    if _CLERKS_DOT.match(name) and not _PROGRAMS_DOT.match(name):
        name = name.lstrip(".")
    return _SERVICE.search(name) is not None


def case_in_name(name: str) -> str | None:
    """The case number that a file's name starts with, as `2026-000123`; None when it has none."""
    found = _CASE.search(unicodedata.normalize("NFC", name))
    return f"{found[1]}-{found[2]}" if found else None


def number_in_name(name: str) -> str | None:
    """The register number after «№» or «N», with `/` where the name has `_`.

    None when the name has no such sign or two different numbers: a number is never guessed.
    """
    stem, _ = stem_and_suffix(unicodedata.normalize("NFC", name))
    found = {match.rstrip("-–_./").replace("_", "/") for match in _NUMBER.findall(stem)}
    return found.pop() if len(found) == 1 else None


def date_in_name(name: str) -> date | None:
    """The date after «от», as in `№ 01-12_345 от 24.11.2026.pdf`; None when none is named."""
    found = _DATE.search(unicodedata.normalize("NFC", name))
    if found is None:
        return None
    try:
        return date(int(found[3]), int(found[2]), int(found[1]))
    except ValueError:
        return None


def stem_and_suffix(name: str) -> tuple[str, str]:
    """Stem and extension; `№ 01.345` has none, for an extension is a short word."""
    suffix = PurePath(name).suffix
    if re.fullmatch(r"\.[A-Za-z][A-Za-z0-9]{1,7}", suffix) and suffix != name:
        return name[: -len(suffix)], suffix
    return name, ""
