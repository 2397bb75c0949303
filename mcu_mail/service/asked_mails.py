"""What a person's answer does with the mail that a question without a case was about."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from mcu_mail.service.bringing import now_stands, open_each
from mcu_mail.service.case_events import bind
from mcu_mail.service.messages import asked_about
from mcu_mail.service.opening import Brought
from mcu_mail.service.parts import mark_done, parts_of

if TYPE_CHECKING:
    from mcu_mail.domain.case import Case
    from mcu_mail.mail.reading import Reading
    from mcu_mail.service.desk import Desk
    from mcu_mail.service.questions import Question
    from mcu_mail.store.ledger import MailState, StoredMail
    from mcu_mail.store.unit_of_work import UnitOfWork

Sorted = tuple[str, "MailState", int | None]


def is_over(work: UnitOfWork, question: Question) -> bool:
    """Whether the one message that is asked about was dealt with by another way."""
    at = question.data.get("ordinal")
    return at is not None and int(at) in parts_of(work, question.mail).done


def bind_asked(
    desk: Desk,
    work: UnitOfWork,
    about: StoredMail,
    original: Reading,
    question: Question,
    case: Case,
    now: datetime,
    *,
    by: str,
) -> Sorted:
    """Bind what the question was about, and nothing else of that letter, to the named case."""
    at = question.data.get("ordinal")
    found = list(enumerate(asked_about(desk, original, question.data)))
    meant = found if at is None else found[int(at) : int(at) + 1]
    for ordinal, one in meant:
        cause = f"mail{about.id}.{ordinal}"
        bind(desk, work, case, one.notice, one.words, cause=cause, now=now, by=by)
    if not meant:
        return "empty", about.state, None
    if at is not None:
        mark_done(work, about.id, int(at), case.id)
    taken = now_stands(work, about, "region_event", (case.id,))
    return taken.kind, taken.state, case.id


def file_asked(work: UnitOfWork, about: StoredMail, question: Question) -> Sorted:
    """Nothing is to be done about what the question was about."""
    at = question.data.get("ordinal")
    if at is not None:
        mark_done(work, about.id, int(at), None)
    taken = now_stands(work, about, "filed")
    return taken.kind, taken.state, taken.case_id


def open_asked(
    desk: Desk,
    work: UnitOfWork,
    about: StoredMail,
    original: Reading,
    question: Question,
    now: datetime,
    *,
    insists: bool,
    track: str = "",
) -> Sorted:
    """Open what the question was about, in the name of who had brought it."""
    how = question.data["how"]
    brought = Brought(person=question.data["person"], how=how)
    arrived = datetime.fromisoformat(question.data["arrived"])
    found = asked_about(desk, original, question.data)
    if not found:
        return "empty", about.state, None
    at = question.data.get("ordinal")
    taken = open_each(
        desk,
        work,
        about,
        found,
        how,
        brought,
        now,
        arrived=arrived,
        insists=insists,
        only=None if at is None else int(at),
        text=question.data.get("text", ""),
        track=track,
    )
    return taken.kind, taken.state, taken.case_id
