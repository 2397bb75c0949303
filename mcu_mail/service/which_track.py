"""Of which track a message is that an official has typed without naming one.

Why: each track has a term and a way of its own, so a guess would be a missed deadline. Whoever is
responsible for one track alone speaks of that one; who brings the Governor's messages speaks of
these, unless he gives a number and is responsible for another track as well. Else he is asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcu_mail.domain.routes import ROUTES
from mcu_mail.domain.whose_turn import may_speak_for

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from mcu_mail.service.desk import Desk

TRACK = "track"
"""The kind of the question «of which system is it?»."""
GOVERNOR = "governor"


def names_of_tracks(desk: Desk) -> Mapping[str, str]:
    """What every track that has a route is called, by its id."""
    return {track: desk.settings.tracks.title(track) for track in ROUTES}


def track_meant(desk: Desk, person: str | None, number: str | None, now: datetime) -> str:
    """The track that a person's message without one is of; empty: he has to say it.

    Args:
        desk: the office's desk.
        person: who has brought it; None: nobody that is known.
        number: what the message is called in its system; None: it has none.
        now: the moment.

    """
    if person is None:
        return GOVERNOR
    roles, today = desk.office.roles, desk.today(now)

    def speaks_for(*people: str) -> bool:
        return any(may_speak_for(person, one, desk.office, today) for one in people)

    own = [track for track, one in roles.coordinator.items() if speaks_for(one)]
    if speaks_for(roles.dispatcher, roles.centre_head, *roles.intake):
        return "" if own and number else GOVERNOR
    if not own:
        return GOVERNOR
    return own[0] if len(own) == 1 else ""
