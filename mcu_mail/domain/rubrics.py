"""What a system names as the category of a message (decree 5.3).

Guarantees: a field that says that none is set proposes none.
"""

from __future__ import annotations

import re
from typing import Final

_NONE: Final = re.compile(
    r"\W{0,5}(?:(?:категория|подкатегория|рубрика|тема)\W{1,5})?"
    r"(?:не\s(?:назначен|указан|определен|определён|выбран|задан|заполнен|присвоен)\w{0,3}"
    r"|без\s(?:категории|рубрики|темы)|нет|отсутствует|н/д)?\W{0,5}",
    re.IGNORECASE,
)


def stated_rubric(rubric: str) -> str:
    """The rubric, or nothing where its words say that none is set: «не назначена», «–»."""
    parts = (part.strip() for part in rubric.split(";"))
    return "; ".join(part for part in parts if not _NONE.fullmatch(part))
