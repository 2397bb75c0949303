"""«Сегодня.txt» in «На подпись»: what waits for the head and what has gone, for the clerk's eyes.

Written only when it says something new: the clerk's folder must not flicker. It is a note for
people; nothing reads it back, and a share that is away or a file open elsewhere stops nothing.
"""

from __future__ import annotations

import hashlib
import logging
from typing import TYPE_CHECKING

from mcu_mail.documents.folder import Folder
from mcu_mail.domain.route import ROUTES, StepKind
from mcu_mail.errors import TemporaryError
from mcu_mail.service.cards import title_of
from mcu_mail.service.papers import print_name

if TYPE_CHECKING:
    from datetime import datetime

    from mcu_mail.service.desk import Desk

log = logging.getLogger(__name__)

NAME = "Сегодня.txt"
_FACT = "today"


def write_today(desk: Desk, now: datetime) -> bool:
    """Make sure that the note says what is true at `now`; True when it was written anew."""
    if not desk.folders.is_mounted():
        return False
    waiting, sent = _waiting(desk), _sent(desk, now)
    what = repr((desk.today(now), waiting, sent)).encode()
    digest = hashlib.sha256(what).hexdigest()
    with desk.store.view() as view:
        known = view.facts.get(_FACT)
    there = (desk.folders.base / Folder.TO_SIGN / NAME).is_file()
    if known == digest and there:
        return False
    text = desk.wording.note(
        "today",
        now=desk.local(now),
        waiting=waiting,
        sent=sent,
        follower=desk.settings.register_.mode == "follower",
    )
    lines = "\r\n".join(text.splitlines()) + "\r\n"
    try:
        desk.folders.publish(Folder.TO_SIGN, NAME, lines.encode("utf-8-sig"))
    except TemporaryError as error:
        log.info("the clerk's note waits: %s", error)
        return False
    with desk.store.work() as work:
        work.facts.set(_FACT, digest)
        work.commit()
    return True


def _waiting(desk: Desk) -> tuple[tuple[str, str, str, str, datetime], ...]:
    """(case, title, file, number if known, scan needed by) of the letters at the head's."""
    with desk.store.view() as view:
        cases = view.cases.open()
    return tuple(
        (
            case.number,
            title_of(case, desk),
            print_name(case.number, ".pdf"),
            "",
            desk.local(case.due or case.term),
        )
        for case in cases
        if ROUTES[case.track].step(case.step).kind is StepKind.sign
    )


def _sent(desk: Desk, now: datetime) -> tuple[tuple[str, str, str, datetime], ...]:
    """(number, case, title, moment) of the letters that went out on the office's date."""
    today = desk.today(now)
    found = []
    with desk.store.view() as view:
        for entry in view.register.sent_since(_midnight(desk, now)):
            if entry.sent_at is not None and desk.today(entry.sent_at) == today:
                case = view.cases.get(entry.case_id)
                found.append((
                    entry.number,
                    case.number,
                    title_of(case, desk),
                    desk.local(entry.sent_at),
                ))
    return tuple(found)


def _midnight(desk: Desk, now: datetime) -> datetime:
    return desk.local(now).replace(hour=0, minute=0, second=0, microsecond=0)
