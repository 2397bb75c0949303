"""Answers that somebody proposes for the library (decree 3.6): kept, and laid out for the office.

The templates folder is the office's and may be read-only: a proposal is kept in the store, and laid
into a folder of the share from which the office takes what it likes.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from mcu_mail.documents.file_names import safe_name
from mcu_mail.domain.answers import proposal_title, without_persons
from mcu_mail.domain.case import Purpose
from mcu_mail.domain.decisions import Log, Tell, Work
from mcu_mail.domain.drafts import is_draft, strip_frame
from mcu_mail.domain.meaning import MeaningKind
from mcu_mail.domain.rich_text import readable
from mcu_mail.domain.whose_turn import department_of
from mcu_mail.service.answer import why
from mcu_mail.service.said import meaning_of

if TYPE_CHECKING:
    from datetime import datetime

    from mcu_mail.domain.case import Request
    from mcu_mail.domain.decisions import Decision
    from mcu_mail.domain.meaning import Meaning
    from mcu_mail.service.answer import Heard, Spoken
    from mcu_mail.service.desk import Desk
    from mcu_mail.service.said import Said
    from mcu_mail.store.moments import Task
    from mcu_mail.store.unit_of_work import UnitOfWork

PROPOSALS: Final = "Шаблоны на проверку"
"""The folder of the share with what people have proposed."""
TASK: Final = "proposal"
_KEPT: Final = "templates_proposed"
_MOST: Final = 200
_LONGEST: Final = 60
_MARKS: Final = (("{{", "{ {"), ("{%", "{ %"), ("{#", "{ #"))
"""What would be read as a name to fill in, once the office has taken the file over."""


def proposed(spoken: Spoken, request: Request | None = None) -> Heard | Said | None:
    """What became of «Шаблон: название» of somebody at work on the case.

    Returns:
        None for other mail; the mail without that line where the answer itself stands below it.

    """
    said = spoken.said
    if said.person is None or spoken.is_forged or not _is_at_work(spoken, request):
        return None
    drafting = request is not None and request.purpose is Purpose.draft
    meaning = meaning_of(spoken.desk, said, spoken.now, drafting=drafting)
    if meaning.kind is not MeaningKind.template:
        return None
    below = meaning.reason.strip()
    text = below or (said.word or "").strip() or _answer_of(spoken)
    if not text:
        context = why("outside_template_no_text", said.text)
        spoken.carrier.carry((
            Tell(people=(said.person.id,), template="not_taken", context=context),
        ))
        return spoken.handled
    spoken.carrier.carry(_kept(spoken, said.person.id, meaning, text))
    is_answer = drafting and (is_draft(below) == "draft" or bool((said.word or "").strip()))
    return replace(said, text=below, whole=below) if is_answer else spoken.handled


def _is_at_work(spoken: Spoken, request: Request | None) -> bool:
    case, roles = spoken.case, spoken.desk.office.roles
    department = department_of(case, spoken.desk.office)
    people = {
        case.actor,
        case.executor,
        case.author,
        roles.dispatcher,
        roles.responsible(case.track),
    }
    if department is not None:
        people |= {department.head, department.curator, *department.executors}
    if request is not None:
        people.add(request.person)
    return any(spoken.may_speak_for(one) for one in people if one is not None)


def _answer_of(spoken: Spoken) -> str:
    case = spoken.case
    letter = spoken.work.letters.get(case.id, case.version) if case.version else None
    if letter is not None:
        return letter.text
    return case.draft.text if case.draft is not None else ""


def _kept(spoken: Spoken, person: str, meaning: Meaning, text: str) -> tuple[Decision, ...]:
    """The proposal in the store, owed to the folder, and a receipt."""
    desk, work, case = spoken.desk, spoken.work, spoken.case
    names = (one.name for one in desk.office.people.values())
    body = without_persons(strip_frame(readable(text)), case.notice, names)
    title = without_persons(proposal_title(meaning.name, body), case.notice, ())
    for mark, instead in _MARKS:
        body, title = body.replace(mark, instead), title.replace(mark, instead)
    known = proposals(work)
    ordinal = len([one for one in known if one["case"] == case.number]) + 1
    entry = {
        "case": case.number,
        "ordinal": ordinal,
        "topic": case.topic or "",
        "title": title,
        "by": person,
        "at": spoken.now.isoformat(),
        "text": body,
    }
    work.facts.set(_KEPT, json.dumps([*known, entry][-_MOST:], ensure_ascii=False))
    context = {
        "decision": "outside_template",
        "next_step": "",
        "details": "",
        "undo_until": None,
    }
    return (
        Log(kind="template_proposed", data={"topic": case.topic or "", "by": person}),
        Work(kind=TASK, data={"ordinal": ordinal}),
        Tell(people=(person,), template="receipt", context=context),
    )


def proposals(work: UnitOfWork) -> list[dict[str, Any]]:
    """What was proposed, oldest first: case, topic, title, by, at, text."""
    return list(json.loads(work.facts.get(_KEPT) or "[]"))


def write_proposal(desk: Desk, task: Task, now: datetime) -> None:
    """The task: make sure that the proposal lies in the folder, as the library reads files.

    Raises:
        TemporaryError: the share cannot be written to.

    """
    with desk.store.view() as view:
        number = view.cases.get(task.case_id).number
        found = [
            one
            for one in proposals(view)
            if one["case"] == number and one["ordinal"] == task.data["ordinal"]
        ]
    for one in found:
        name = safe_name(f"{one['topic'] or 'без темы'} – {one['title'][:_LONGEST]} ({number}).txt")
        text = f"{one['title']}\n\n{one['text']}\n".replace("\n", "\r\n")
        desk.folders.publish(PROPOSALS, name, text.encode("utf-8-sig"))
    with desk.store.work() as work:
        work.tasks.done(task.id, now)
        work.commit()
