"""What is asked about what was brought: is it new, and of which system is it.

A question names the one message of several that it is about, so that the others wait for nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcu_mail.service.questions import pose
from mcu_mail.service.which_track import TRACK, names_of_tracks

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from mcu_mail.service.case_events import Message
    from mcu_mail.service.desk import Desk
    from mcu_mail.store.ledger import StoredMail
    from mcu_mail.store.unit_of_work import UnitOfWork

DECIDE = (("Открыть дело", "Новое"), ("Не нужно", "Закрыть: "))


def ask_what_it_is(
    desk: Desk,
    work: UnitOfWork,
    stored: StoredMail,
    words: str,
    *,
    why: str,
    who: str,
    how: str,
    person: str,
    now: datetime,
    arrived: datetime,
    about: Mapping[str, str] | None = None,
    named: str = "",
) -> None:
    """Ask the dispatcher about a mail that fits no case: a new one, a known one, or neither.

    `about` names the one message of several that is meant; `named` is what people call it.
    """
    pose(
        desk,
        work,
        kind="decide",
        person=desk.office.roles.dispatcher,
        template="intake_decide",
        context={"why": why, "who": who, "excerpt": words, "named": named},
        choices=DECIDE,
        mail=stored.id,
        data={"how": how, "person": person, "arrived": arrived.isoformat(), **(about or {})},
        now=now,
    )


def ask_track(
    desk: Desk,
    work: UnitOfWork,
    stored: StoredMail,
    message: Message,
    *,
    how: str,
    person: str,
    now: datetime,
    arrived: datetime,
    about: Mapping[str, str],
) -> None:
    """Ask who has brought the message, once, of which track it is."""
    names = tuple(names_of_tracks(desk).values())
    pose(
        desk,
        work,
        kind=TRACK,
        person=person,
        template="intake_track",
        context={"excerpt": message.words, "tracks": names},
        choices=tuple((name, name) for name in names),
        mail=stored.id,
        data={"how": how, "person": person, "arrived": arrived.isoformat(), **about},
        now=now,
    )
