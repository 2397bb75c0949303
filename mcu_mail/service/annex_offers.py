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
from mcu_mail.domain.route import StepKind
from mcu_mail.domain.routes import ROUTES
from mcu_mail.domain.verdicts import MeaningKind
from mcu_mail.mail.enclosed import is_mail
from mcu_mail.service.said import HARMLESS, draft_file, is_word
from mcu_mail.service.was_it_you import ask_sender

if TYPE_CHECKING:
    from mcu_mail.domain.case import Case
    from mcu_mail.domain.course_parts import Decisions
    from mcu_mail.domain.decisions import Decision
    from mcu_mail.domain.verdicts import Meaning
    from mcu_mail.service.answer import Answer, Spoken
    from mcu_mail.service.said import Said

_ANSWERED = frozenset({"note_kept", "missing"})
"""Mails to the sender that the one answer replaces."""
_REPLACED = frozenset({"empty", "not_understood", "word_unreadable"})
"""Reasons of `not_taken` that it replaces too; any other he has to hear."""
_GIVEN_AWAY = frozenset({MeaningKind.not_ours, MeaningKind.route, MeaningKind.recall})
"""The matter is somebody else's: what was shown to prove it is nothing for the citizen."""
_ASKED = frozenset({Purpose.draft, Purpose.approve})


def owe_annexes(answer: Answer, decisions: Decisions, *, word_too: bool = False) -> Decisions:
    """Owe the files of a mail that counts; the decisions without the mails that wait for them.

    Args:
        word_too: the first Word file is an annex as well, because the mail's text is the draft.

    """
    # A drafter's «Понял, вот фото» decides nothing, whatever word it begins with.
    said, kind = answer.said, answer.meaning.kind
    drafted = answer.request.purpose is Purpose.draft and kind not in _GIVEN_AWAY
    if kind not in HARMLESS and not drafted:
        # Files beside a verdict are marks of the approver's own, not papers for the citizen.
        return decisions
    files = _files(said, word_too=word_too)
    pictures = said.word_pictures and not word_too
    if not files and not said.removal and not pictures:
        return decisions
    waiting = [item for item in decisions if _waits(item)]
    _owe(
        answer,
        files,
        waiting,
        person=answer.speaker,
        request=answer.request.id,
        pictures=pictures,
    )
    return tuple(item for item in decisions if item not in waiting)


def offer(spoken: Spoken, meaning: Meaning) -> bool:
    """Owe the files of a mail that answers no open request of its sender.

    Returns:
        whether the mail is dealt with by that: False when it has no files, when it is not for him
        to add any, or when its text wants an answer of its own.

    """
    case, said = spoken.case, spoken.said
    if said.person is None or spoken.is_forged or meaning.kind not in HARMLESS:
        return False
    open_now = spoken.work.requests.open_of_case(case.id)
    asked = [item.person for item in open_now if item.purpose in _ASKED]
    office, route = spoken.desk.office, ROUTES[case.track]
    if not may_annex(said.person.id, case, asked, office, route, spoken.today):
        return False
    files = _files(said, word_too=False)
    if not files and not said.removal:
        return False
    if not spoken.is_proven and _would_void(case):
        # A version must not be voided again and again in somebody's name: it is offered to him.
        _ask_first(spoken, said.person.id, files)
        return True
    _owe(spoken, files, [], person=said.person.id, request=None)
    if said.text:
        spoken.carrier.log("note", {"text": said.text[:2000]})
    return said.word is None and meaning.kind is not MeaningKind.answer


def _would_void(case: Case) -> bool:
    """Whether a version waits for an approval, which a change would make void."""
    step = ROUTES[case.track].step(case.step)
    return step.kind is StepKind.approve and bool(case.version)


def _ask_first(spoken: Spoken, person: str, files: list[int]) -> None:
    """The mail is kept; one tap of the one in whose name it came makes it count."""
    carrier, said = spoken.carrier, spoken.said
    carrier.log("not_taken", {"reason": "files_unproven", "count": len(files)})
    if said.text:
        carrier.log("note", {"text": said.text[:2000]})
    names = [said.mail.files[place].name for place in files]
    ask_sender(spoken, person, about="files", what="files", files=names)


def owe_files(spoken: Spoken, person: str) -> None:
    """Owe the files of a mail that a person has put to the case; `person` hears what was taken."""
    files = [
        place
        for place, item in enumerate(spoken.said.mail.attachments)
        if not is_silent(item.name, item.content_type)
    ]
    if files:
        # A stranger's words take nothing out of the letter: his mail only adds.
        adding = replace(spoken, said=replace(spoken.said, removal=Removal()))
        _owe(adding, files, [], person=person, request=None)


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
    spoken: Spoken,
    files: list[int],
    waiting: list[Decision],
    *,
    person: str,
    request: int | None,
    pictures: bool = False,
) -> None:
    said, case = spoken.said, spoken.case
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
    spoken.work.tasks.add(
        key=f"annexes:{case.id}:{said.stored.id}",
        case_id=case.id,
        kind="annexes",
        data=data,
        now=spoken.now,
    )
