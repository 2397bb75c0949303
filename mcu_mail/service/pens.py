"""«Правка от руки: было → стало»: a word changed by pen on paper gets into the Word file as well.

The frozen content of the approved version stays as it was; the changes are kept beside it and put
in when the letter is finished. What has left the office is never changed.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from mcu_mail.domain import pen
from mcu_mail.domain.case import CaseState
from mcu_mail.domain.catalogue import (
    LETTER_REMADE,
    PEN_NOTE,
    pen_changes,
    pen_found,
    pen_taken,
    pen_unread,
)
from mcu_mail.domain.course_parts import told
from mcu_mail.domain.decisions import Log, Tell, Work
from mcu_mail.domain.whose_turn import department_of
from mcu_mail.store.queue import RecipientState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mcu_mail.domain.case import Case, Request
    from mcu_mail.domain.pen import Change
    from mcu_mail.domain.verdicts import Meaning
    from mcu_mail.service.carry import Carrier
    from mcu_mail.service.desk import Desk
    from mcu_mail.store.letters import Letter
    from mcu_mail.store.registry import Entry
    from mcu_mail.store.unit_of_work import UnitOfWork

_STEPS = frozenset({"sign", "register", "send"})
_UNTOUCHED = frozenset({RecipientState.queued, RecipientState.deferred})


def _key(case_id: int, version: int) -> str:
    return f"pen:{case_id}:{version}"


def kept_changes(work: UnitOfWork, case_id: int, version: int) -> tuple[Change, ...]:
    """The changes by pen that belong to a version of a letter, in the order they were told."""
    kept = json.loads(work.facts.get(_key(case_id, version)) or "[]")
    return tuple((str(was), str(now)) for was, now in kept)


def with_pen(frozen: bytes, changes: Sequence[Change]) -> bytes:
    """The frozen content of a letter with the changes put in; the same bytes without any.

    Raises:
        LookupError: a change has no place in it, or several.

    """
    if not changes:
        return frozen
    return json.dumps(pen.corrected(json.loads(frozen), changes), ensure_ascii=False).encode()


def pen_note(work: UnitOfWork, case: Case) -> str:
    """What the register says of the changes by pen; empty when there are none."""
    return _note(kept_changes(work, case.id, case.version))


def _note(changes: Sequence[Change]) -> str:
    return PEN_NOTE + pen_changes(changes) if changes else ""


def is_begun(work: UnitOfWork, entry: Entry) -> bool:
    """Whether a letter has left the office, or nobody can say that it has not."""
    if entry.sent_at is not None or entry.state == "sent":
        return True
    return any(
        item.state not in _UNTOUCHED
        for message in work.queue.letter_of(entry.case_id)
        if message.entry == entry.id
        for item in message.addressees
    )


def pen_fault(desk: Desk, work: UnitOfWork, case: Case, meaning: Meaning) -> tuple[str, str]:
    """Why a change by pen is not taken: (reason of `not_taken`, what was found); empty: it is."""
    letter = work.letters.get(case.id, case.version) if case.version else None
    live = work.register.live_of_case(case.id, case.version)
    if case.state is CaseState.closed or any(is_begun(work, entry) for entry in live):
        return "pen_late", ""
    if case.step not in _STEPS or letter is None or letter.content is None:
        return "pen_no_letter", ""
    if not meaning.changes or meaning.reason:
        return "pen_format", pen_unread(meaning.reason.replace("\n", "»; «"))
    content = json.loads(desk.store.files.get(letter.content))
    changes = pen.joined(kept_changes(work, case.id, case.version), meaning.changes)
    found = {was: len(pen.places(content, was)) for was, _ in changes}
    wrong = [pen_found(was, count) for was, count in found.items() if count != 1]
    if wrong:
        return "pen_places", " ".join(wrong)
    try:
        pen.corrected(content, changes)
    except pen.OverlapError:
        return "pen_overlap", ""
    return "", ""


def take_pen(
    desk: Desk, work: UnitOfWork, carrier: Carrier, changes: Sequence[Change], speaker: str
) -> None:
    """Keep the changes, tell those who answer for the words, and make the Word file to match."""
    case = carrier.case
    whole = pen.joined(kept_changes(work, case.id, case.version), changes)
    work.facts.set(_key(case.id, case.version), json.dumps(whole, ensure_ascii=False))
    carrier.carry((
        Log(
            kind="pen",
            data={
                "version": case.version,
                "changes": pen_changes(changes),
            },
        ),
        Tell(
            people=_who_answers(desk, work, case),
            template="pen_changed",
            context={
                "changes": tuple(changes),
                "figures": pen.figures(changes),
                "who": desk.office.people[speaker].name,
            },
        ),
    ))
    for entry in work.register.live_of_case(case.id, case.version):
        work.register.change(entry.id, {"note": _without_pen(entry.note)})
        work.register.add_note(entry.id, _note(whole))
        _remake(work, carrier, entry)


def _without_pen(note: str | None) -> str | None:
    """The note without an earlier line about changes by pen: the newer one holds them all."""
    lines = [line for line in (note or "").split("\n") if not line.startswith(PEN_NOTE)]
    return "\n".join(lines) or None


def _remake(work: UnitOfWork, carrier: Carrier, entry: Entry) -> None:
    """A letter that was finished already and has not gone is finished anew."""
    if entry.pdf is None:
        return
    for message in work.queue.letter_of(entry.case_id):
        if message.entry == entry.id:
            work.queue.stop(message.id, LETTER_REMADE, carrier.now)
    task = work.tasks.latest(entry.case_id, "finish")
    if task is not None:
        # A word may be changed twice, or back: each time told is a task of its own.
        told = sum(event.kind == "pen" for event in work.journal.of_case(entry.case_id))
        carrier.carry((Work(kind="finish", data={**task.data, "pen": f"{entry.id}.{told}"}),))


def _who_answers(desk: Desk, work: UnitOfWork, case: Case) -> tuple[str, ...]:
    """The deputy who approved this version and the one who wrote it."""
    approved = [
        event.actor
        for event in work.journal.of_case(case.id)
        if event.kind == "approved" and event.data.get("version") == case.version
    ]
    department = department_of(case, desk.office)
    deputy = approved[-1:] or [department.curator if department else desk.office.roles.curator]
    known = (*deputy, case.author or "")
    return tuple(dict.fromkeys(one for one in known if one in desk.office.people))


def pen_too_late(desk: Desk, carrier: Carrier, changes: Sequence[Change], speaker: str) -> None:
    """The letter has gone: the dispatcher hears that paper and file differ."""
    carrier.carry((
        Log(kind="pen_late", data={"changes": pen_changes(changes)}),
        Tell(
            people=(desk.office.roles.dispatcher,),
            template="pen_late",
            context={"changes": tuple(changes), "who": desk.office.people[speaker].name},
        ),
    ))


def receipt_of_pen(carrier: Carrier, request: Request, changes: Sequence[Change]) -> None:
    """The clerk hears what was put into the letter."""
    carrier.carry((told(request, "other", details=pen_taken(changes)),))


def content_of(desk: Desk, work: UnitOfWork, letter: Letter) -> tuple[bytes, tuple[Any, ...]]:
    """The frozen content of a letter as it stands on the paper, and the changes that are in it.

    Raises:
        LookupError: the letter has no content, or a change has no place in it.

    """
    if letter.content is None:
        raise LookupError("the letter has no content")
    changes = kept_changes(work, letter.case_id, letter.version)
    return with_pen(desk.store.files.get(letter.content), changes), changes
