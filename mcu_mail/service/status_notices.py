"""How a message stands that no case is about: filed, and whoever is responsible is told once.

Why: a status notice brings nothing that could be worked on, so it opens no case and asks nothing;
but that its message never came here is worth one mail.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcu_mail.domain.intake_catalogue import event_name
from mcu_mail.domain.restriction import is_grave
from mcu_mail.service.asking import tell

if TYPE_CHECKING:
    from datetime import datetime

    from mcu_mail.domain.notice import Notice
    from mcu_mail.service.case_events import Message
    from mcu_mail.service.desk import Desk
    from mcu_mail.store.ledger import StoredMail
    from mcu_mail.store.unit_of_work import UnitOfWork

STATUS = "status"
"""The kind of a mail that was filed so."""
_LATE = frozenset({"overdue", "reminder"})
_AHEAD = frozenset({"accepted", "assigned"}) | _LATE
"""Events of a message that is still to be answered."""
_NOT_TOLD_APART = "the whole body"
"""The rule by which a text was read that may be the system's as well as the citizen's."""


def may_be_filed(notice: Notice) -> bool:
    """Whether nothing is lost when the message opens nothing."""
    return notice.tells_status and not is_grave(notice.flags) and not _brings_work(notice)


def _brings_work(notice: Notice) -> bool:
    """Whether it has the citizen's own words, and an answer to them is still wanted.

    A system may send no other mail of a message than that it waits: a person says if it is new.
    """
    is_citizens = notice.rules.get("text", _NOT_TOLD_APART) != _NOT_TOLD_APART
    return notice.event in _AHEAD and bool(notice.text) and is_citizens


def file_status(
    desk: Desk, work: UnitOfWork, stored: StoredMail, message: Message, now: datetime
) -> None:
    """Tell the track's responsible of a status without a case: once a number, once more if late."""
    notice = message.notice
    person = desk.standing_in(desk.office.roles.responsible(notice.track), now)
    about = f"{notice.track}:{notice.external_id}" if notice.external_id else f"mail{stored.id}"
    tell(
        desk,
        work,
        None,
        person=person,
        template="status_filed",
        key=f"status:{about}:{'late' if notice.event in _LATE else 'told'}",
        now=now,
        context={
            "event_name": event_name(notice.event),
            "track": desk.settings.tracks.title(notice.track),
            "number": notice.external_id or "",
            "excerpt": message.words,
        },
    )
