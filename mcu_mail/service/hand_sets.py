"""For every registered letter that has not left, a set lies on the share to send it by hand.

A power cut comes unannounced: the set is there from the moment the files are made until the letter
has gone, was taken back, or its case is closed. Making it is idempotent («as it should be now»).
"""

from __future__ import annotations

import logging
from datetime import date
from typing import TYPE_CHECKING

from mcu_mail.documents.hand_set import publish_set, sets, withdraw_set
from mcu_mail.domain.case import CaseState
from mcu_mail.domain.hand_catalogue import SET_NOTE
from mcu_mail.domain.numbering import find_case_numbers
from mcu_mail.errors import McuMailError, TemporaryError
from mcu_mail.service.mailing import attachment_name
from mcu_mail.store.queue import RecipientState

if TYPE_CHECKING:
    from datetime import datetime

    from mcu_mail.service.desk import Desk
    from mcu_mail.store.moments import Task
    from mcu_mail.store.queue import Outgoing, Recipient
    from mcu_mail.store.registry import Entry

log = logging.getLogger(__name__)

_PATIENCE = 2
"""Tries after which a set is left as it is until the next day or start."""


def set_task(desk: Desk, task: Task, now: datetime) -> None:
    """Make the set of a letter what it should be; a file that is open elsewhere is tried again.

    No case stands still for its set: what cannot be done now is done when the day begins, and one
    whose file is no longer what it was is not made at all.
    """
    try:
        made = make_set(desk, int(task.data["entry"]))
    except TemporaryError:
        if task.attempts < _PATIENCE:
            raise
        made = True
    except McuMailError as error:
        log.warning("the set of register row %s cannot be made: %s", task.data["entry"], error)
        made = True
    if not made and task.attempts < _PATIENCE:
        raise TemporaryError("файл в папке «К отправке» занят другой программой")
    with desk.store.work() as work:
        work.tasks.done(task.id, now)
        work.commit()


def make_set(desk: Desk, entry_id: int) -> bool:
    """Publish or withdraw the set of a letter; False when an old one could not be removed.

    Raises:
        TemporaryError: the share is not there or is full.

    """
    with desk.store.view() as view:
        entry = view.register.get(entry_id)
        case = view.cases.get(entry.case_id)
        messages = [one for one in view.queue.letter_of(case.id) if one.entry == entry.id]
        letter = view.letters.get(case.id, entry.version)
        known = view.facts.get(f"set:{entry_id}") or ""
    name = case.number + (" (промежуточный)" if letter and letter.kind == "interim" else "")
    digests = {title: digest for title, digest in _files(entry).items() if digest}
    ours = {*known.split(), *digests.values()}
    open_here = case.step == "send" and case.state is not CaseState.closed
    waits = open_here and entry.state == "registered" and entry.version == case.version
    left = [
        item
        for message in messages[-1:]
        for item in message.addressees
        if item.state is not RecipientState.accepted
    ]
    if not waits or not left:
        return withdraw_set(desk.folders, name, SET_NOTE, ours)
    if not ours <= set(known.split()):
        # Before they lie there: what was put there is known to be ours for ever.
        with desk.store.work() as work:
            work.facts.set(f"set:{entry_id}", " ".join(sorted(ours)))
            work.commit()
    note = _note(desk, case.number, entry, messages[-1], tuple(left), tuple(digests))
    files = {title: desk.store.files.get(digest) for title, digest in digests.items()}
    publish_set(desk.folders, name, {**files, SET_NOTE: note}, SET_NOTE, ours)
    return True


def _files(entry: Entry) -> dict[str, str | None]:
    """Digest by name of what the letter's message has attached."""
    return {
        attachment_name(entry.number, ".pdf"): entry.pdf,
        attachment_name(entry.number, entry.doc_suffix or ".docx"): entry.doc,
        attachment_name(entry.number, ".pdf.sig"): entry.signature,
        attachment_name(entry.number, ".pdf", "Приложение"): entry.annex,
    }


def _note(
    desk: Desk,
    case: str,
    entry: Entry,
    message: Outgoing,
    left: tuple[Recipient, ...],
    files: tuple[str, ...],
) -> bytes:
    doubted = {RecipientState.unknown, RecipientState.sending}
    text = desk.wording.note(
        "how_to_send",
        # The same words at any hour: a file on the share is not written anew without need.
        now=desk.local(entry.registered_at),
        number=case,
        register_number=entry.number,
        register_date=date.fromisoformat(entry.on_date),
        subject=message.subject,
        addresses=tuple(one.address for one in left if one.state not in doubted),
        unknown=tuple(one.address for one in left if one.state in doubted),
        accepted=tuple(one.address for one in message.addressees if one not in left),
        files=files,
    )
    return ("\r\n".join(text.splitlines()) + "\r\n").encode("utf-8-sig")


def tidy_sets(desk: Desk) -> int:
    """Make every set what it should be: those that lie there, and those that should.

    Returns:
        of how many it is sure.

    """
    with desk.store.view() as view:
        numbers = [one for name in sets(desk.folders) for one in find_case_numbers(name)]
        cases = [case for number in numbers if (case := view.cases.by_number(number)) is not None]
        entries = [entry.id for case in cases for entry in view.register.of_case(case.id)]
        entries += [one.entry for one in view.queue.waiting_letters() if one.entry is not None]
    done = 0
    for entry in dict.fromkeys(entries):
        try:
            done += make_set(desk, entry)
        except TemporaryError as error:
            log.info("a set for sending by hand waits: %s", error)
            if not desk.folders.is_mounted():
                break
        except McuMailError as error:
            log.warning("the set of register row %d cannot be made: %s", entry, error)
    return done
