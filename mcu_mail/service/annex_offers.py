"""Files of a mail that may go behind the letter: told from the rest of it, and owed to be taken.

Opening foreign files is slow and happens outside any transaction, so what a mail offers becomes a
task (`annexing.take_annexes`). The mails that would answer the same mail wait for it: its sender
gets one answer that says all.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mcu_mail.documents.file_kinds import is_silent
from mcu_mail.domain.annexes import Removal, may_annex
from mcu_mail.domain.case import Purpose
from mcu_mail.domain.decisions import Log, Tell
from mcu_mail.domain.route import ROUTES, StepKind
from mcu_mail.domain.verdicts import MeaningKind
from mcu_mail.mail.enclosed import is_mail
from mcu_mail.mail.proof import TrustLevel
from mcu_mail.service.said import HARMLESS, draft_file, is_word
from mcu_mail.service.was_it_you import ask_sender

if TYPE_CHECKING:
    from datetime import datetime

    from mcu_mail.domain.case import Request
    from mcu_mail.domain.course_parts import Decisions
    from mcu_mail.domain.decisions import Decision
    from mcu_mail.domain.verdicts import Meaning
    from mcu_mail.service.carry import Carrier
    from mcu_mail.service.desk import Desk
    from mcu_mail.service.said import Said
    from mcu_mail.store.unit_of_work import UnitOfWork

_ANSWERED = frozenset({"note_kept", "missing"})
"""Mails to the sender that the one answer replaces."""
_REPLACED = frozenset({"empty", "not_understood", "word_unreadable"})
"""Reasons of `not_taken` that it replaces too; any other he has to hear."""
_GIVEN_AWAY = frozenset({MeaningKind.not_ours, MeaningKind.route, MeaningKind.recall})
"""The matter is somebody else's: what was shown to prove it is nothing for the citizen."""
_ASKED = frozenset({Purpose.draft, Purpose.approve})


def owe_annexes(
    work: UnitOfWork,
    carrier: Carrier,
    said: Said,
    decisions: Decisions,
    meaning: Meaning,
    request: Request,
    now: datetime,
    *,
    word_too: bool = False,
) -> Decisions:
    """Owe the files of a mail that counts; the decisions without the mails that wait for them.

    Args:
        word_too: the first Word file is an annex as well, because the mail's text is the draft.

    """
    # A drafter's «Понял, вот фото» decides nothing, whatever word it begins with.
    drafted = request.purpose is Purpose.draft and meaning.kind not in _GIVEN_AWAY
    if meaning.kind not in HARMLESS and not drafted:
        # Files beside a verdict are marks of the approver's own, not papers for the citizen.
        return decisions
    files = _files(said, word_too=word_too)
    pictures = said.word_pictures and not word_too
    if not files and not said.removal and not pictures:
        return decisions
    person = said.person.id if said.person else request.person
    waiting = [item for item in decisions if _waits(item)]
    _owe(
        work,
        carrier,
        said,
        files,
        waiting,
        person=person,
        request=request.id,
        now=now,
        pictures=pictures,
    )
    return tuple(item for item in decisions if item not in waiting)


def offer(
    desk: Desk, work: UnitOfWork, carrier: Carrier, said: Said, meaning: Meaning, now: datetime
) -> bool:
    """Owe the files of a mail that answers no open request of its sender.

    Returns:
        whether the mail is dealt with by that: False when it has no files, when it is not for him
        to add any, or when its text wants an answer of its own.

    """
    case = carrier.case
    if said.person is None or said.level is TrustLevel.REFUSED or meaning.kind not in HARMLESS:
        return False
    open_now = work.requests.open_of_case(case.id)
    asked = [item.person for item in open_now if item.purpose in _ASKED]
    today = desk.today(now)
    if not may_annex(said.person.id, case, asked, desk.office, ROUTES[case.track], today):
        return False
    files = _files(said, word_too=False)
    if not files and not said.removal:
        return False
    if said.level is not TrustLevel.PROVEN and _would_void(carrier):
        # A version must not be voided again and again in somebody's name: it is offered to him.
        _ask_first(desk, work, carrier, said, files, now)
        return True
    _owe(work, carrier, said, files, [], person=said.person.id, request=None, now=now)
    if said.text:
        carrier.log("note", {"text": said.text[:2000]})
    return said.word is None and meaning.kind is not MeaningKind.answer


def _would_void(carrier: Carrier) -> bool:
    """Whether a version waits for an approval, which a change would make void."""
    case = carrier.case
    step = ROUTES[case.track].step(case.step)
    return step.kind is StepKind.approve and bool(case.version)


def _ask_first(
    desk: Desk,
    work: UnitOfWork,
    carrier: Carrier,
    said: Said,
    files: list[int],
    now: datetime,
) -> None:
    """The mail is kept; one tap of the one in whose name it came makes it count."""
    assert said.person is not None
    carrier.log("not_taken", {"reason": "files_unproven", "count": len(files)})
    if said.text:
        carrier.log("note", {"text": said.text[:2000]})
    names = [said.mail.files[place].name for place in files]
    ask_sender(
        desk,
        work,
        carrier,
        said,
        said.person.id,
        now,
        about="files",
        what="files",
        files=names,
    )


def owe_files(work: UnitOfWork, carrier: Carrier, said: Said, person: str, now: datetime) -> None:
    """Owe the files of a mail that a person has put to the case; `person` hears what was taken."""
    files = [
        place
        for place, item in enumerate(said.mail.attachments)
        if not is_silent(item.name, item.content_type)
    ]
    if files:
        # A stranger's words take nothing out of the letter: his mail only adds.
        said = replace(said, removal=Removal())
        _owe(work, carrier, said, files, [], person=person, request=None, now=now)


def _files(said: Said, *, word_too: bool) -> list[int]:
    """Places of the files that may be annexes; what may be the draft is none.

    A mail gives way to the files inside it.
    """
    draft = None if word_too else draft_file(said.mail)
    unsure = said.several_words and not word_too
    return [
        place
        for place, item in enumerate(said.mail.files)
        if item is not draft
        and not (unsure and is_word(item))
        and not is_silent(item.name, item.content_type)
        and not (said.mail.enclosed and is_mail(item))
    ]


def _waits(decision: Decision) -> bool:
    if isinstance(decision, Log):
        return decision.kind == "not_taken" and decision.data.get("reason") in _REPLACED
    if not isinstance(decision, Tell):
        return False
    replaced = decision.template == "not_taken" and decision.context["reason"] in _REPLACED
    return replaced or decision.template in _ANSWERED


def _owe(
    work: UnitOfWork,
    carrier: Carrier,
    said: Said,
    files: list[int],
    waiting: list[Decision],
    *,
    person: str,
    request: int | None,
    now: datetime,
    pictures: bool = False,
) -> None:
    removal = said.removal
    data: dict[str, Any] = {
        "mail": said.stored.id,
        "files": files,
        "pictures": pictures,
        "person": person,
        "request": request,
        "removal": {
            "parts": removal.parts,
            "photos": removal.photos,
            "all_parts": removal.all_parts,
            "all_photos": removal.all_photos,
        },
        "waiting": [
            {"template": item.template, "people": item.people, "context": dict(item.context)}
            for item in waiting
            if isinstance(item, Tell)
        ],
    }
    work.tasks.add(
        key=f"annexes:{carrier.case.id}:{said.stored.id}",
        case_id=carrier.case.id,
        kind="annexes",
        data=data,
        now=now,
    )
