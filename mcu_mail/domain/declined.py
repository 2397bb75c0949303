"""What the office has declined itself: names and posts that go before every rule.

A key is a surname with the gender («Заяц|м»), a whole name or post as it is written elsewhere, or
a post with «|р», whose value is its genitive («исполняющий обязанности …»).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MARKS: Final[Mapping[str, str]] = {"m": "masc", "м": "masc", "f": "femn", "ж": "femn", "р": "gent"}
"""What may stand behind the bar of a key, and what it means."""


@dataclass(frozen=True)
class Declined:
    """Exceptions from the rules; keys are compared without regard to case, ё and spaces."""

    words: Mapping[str, str] = field(default_factory=dict)

    def whole(self, text: str) -> str | None:
        """Return the dative of a whole name or post, when the office has settled it."""
        return self._found(text, "")

    def surname(self, surname: str, gender: Literal["masc", "femn"]) -> str | None:
        """Return the dative of a surname of that gender, when the office has settled it."""
        return self._found(surname, gender)

    def genitive(self, post: str) -> str | None:
        """Return the genitive of a post, when the office has settled it."""
        return self._found(post, "gent")

    def _found(self, text: str, mark: str) -> str | None:
        wanted = (_even(text), mark)
        found = (form.strip() for key, form in self.words.items() if _meant(key) == wanted)
        return next(found, None)


BY_RULES: Final = Declined()
"""No exceptions."""


def doubles(keys: Iterable[str]) -> tuple[str, str] | None:
    """Return the first two keys that mean the same, or None."""
    seen: dict[tuple[str, str], str] = {}
    for key in keys:
        if (before := seen.setdefault(_meant(key), key)) != key:
            return before, key
    return None


def _meant(key: str) -> tuple[str, str]:
    word, _, mark = key.partition("|")
    return _even(word), MARKS.get(_even(mark), "")


def _even(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip().casefold().replace("ё", "е")
