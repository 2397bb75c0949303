"""Which track a person's words name: «ПОС», «Кузбасс-онлайн», «инцидент», a name of the settings.

Why: who brings a message by hand says where it came from in his own way; where he says nothing, or
names two, nobody guesses.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from mcu_mail.domain.verdict_words import same_length

if TYPE_CHECKING:
    from collections.abc import Mapping

BUILT_IN: Final[Mapping[str, str]] = {
    "incident": r"инцидент(?:\s?-?менеджмент)?\w{0,2}",
    "pos": r"пос|платформ\w обратной связи|госуслуг\w{0,4}",
    "kuzbass_online": r"(?:кузбасс[\s-]?)?онлайн",
    "governor": r"губернатор\w{0,2}|соц\w{0,8}\.? ?сет\w{1,2}(?: губернатор\w)?",
}
"""Patterns of the words of the decree's own tracks, over folded text."""


def words_of_tracks(names: Mapping[str, str]) -> Mapping[str, str]:
    """The pattern of every track: of the built-in ones, and of further ones by their names."""
    own = {
        track: re.escape(same_length(name).strip())
        for track, name in names.items()
        if track not in BUILT_IN and name.strip()
    }
    return {**own, **BUILT_IN}


def track_named(words: str, names: Mapping[str, str]) -> str:
    """The one track that the words name; empty when they name none or several.

    Args:
        words: as written.
        names: what tracks beside the built-in ones are called, by their id.

    """
    return track_in(same_length(words), words_of_tracks(names))


def track_in(words: str, tracks: Mapping[str, str]) -> str:
    """The one track that folded words name by these patterns; empty: none or several."""
    named = tracks_in(words, tracks)
    return named[0] if len(named) == 1 else ""


def tracks_in(words: str, tracks: Mapping[str, str]) -> tuple[str, ...]:
    """All tracks that folded words name by these patterns."""
    return tuple(
        name
        for name, rule in tracks.items()
        if re.search(rf"(?<!\w)(?:{rule})(?!\w)", words) is not None
    )
