"""The names of letters in the clerk's folders: no personal data, nothing Windows forbids."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

from mcu_mail.documents.file_names import safe_name

if TYPE_CHECKING:
    from collections.abc import Sequence


def print_name(number: str, suffix: str) -> str:
    """The name in «На подпись», where one letter of a case waits at a time."""
    return safe_name(f"{number} Ответ{suffix}")


def sent_name(number: str, what: str, *, interim: bool) -> str:
    """The name in «Отправлено», where an interim answer stands beside the full one.

    `what` is «Ответ.pdf», «Подтверждение отправки.pdf» and the like.
    """
    stem, dot, suffix = what.partition(".")
    mark = " (промежуточный)" if interim else ""
    return safe_name(f"{number} {stem}{mark}{dot}{suffix}")


def part_name(name: str, places: Sequence[int]) -> str:
    """«Scan0001 – лист 2, 3.pdf»: which sheets of the stack these are."""
    sheets = ", ".join(str(place + 1) for place in places[:8])
    more = " и др" if len(places) > len(sheets.split(", ")) else ""
    return safe_name(f"{PurePath(name).stem} – лист {sheets}{more}.pdf")
