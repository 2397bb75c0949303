"""What was learnt of the applicant by telephone (decree 5.1): written down, and nothing else moves.

«Уточнено: …» of whoever is at work on the case, and a record of contact of whoever is asked for no
text. An answer that stands below such a line in the same mail is read as if it stood alone.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mcu_mail.domain.case import Purpose
from mcu_mail.domain.decisions import AddContacts, Log, SetMarks, Tell
from mcu_mail.domain.drafts import is_draft
from mcu_mail.domain.marks import Mark
from mcu_mail.domain.matter_catalogue import clarified_line
from mcu_mail.domain.meaning import MeaningKind
from mcu_mail.domain.whose_turn import department_of
from mcu_mail.mail.phrases import initials
from mcu_mail.service.said import meaning_of

if TYPE_CHECKING:
    from mcu_mail.domain.case import Request
    from mcu_mail.domain.meaning import Meaning
    from mcu_mail.service.answer import Heard, Spoken
    from mcu_mail.service.said import Said

_MOST = 20
"""Lines that are shown; the events keep all."""


def clarified(spoken: Spoken, request: Request | None = None) -> Heard | Said | None:
    """What became of such a mail.

    Returns:
        None for other mail; the mail without these lines where an answer stands below them.

    """
    said = spoken.said
    if said.person is None or spoken.is_forged or not _is_at_work(spoken):
        return None
    meaning = meaning_of(spoken.desk, said, spoken.now, drafting=True)
    drafting = request is not None and request.purpose is Purpose.draft
    if meaning.kind is MeaningKind.contact_only and not drafting and _is_told(spoken, request):
        _contact(spoken, meaning)
        return spoken.handled
    if meaning.kind is not MeaningKind.clarified:
        return None
    words, rest = _parted(meaning.reason)
    _keep(spoken, words)
    if rest or (said.word or "").strip():
        return replace(said, text=rest, whole=rest)
    if not said.mail.files:
        _thank(spoken)
        return spoken.handled
    _thank(spoken)
    return replace(said, text="", whole="")


def _is_told(spoken: Spoken, request: Request | None) -> bool:
    """Whether a record of contact is no answer to what was asked."""
    return request is None or spoken.may_speak_for(request.person)


def _is_at_work(spoken: Spoken) -> bool:
    """Whether the writer has to do with the case: its actor, its department, its responsible."""
    case, office = spoken.case, spoken.desk.office
    department = department_of(case, office)
    staff = (department.head, department.curator, *department.executors) if department else ()
    roles = office.roles
    people = (
        *(one for one in (case.actor, case.executor, case.author) if one is not None),
        *staff,
        roles.dispatcher,
        roles.responsible(case.track),
    )
    return any(spoken.may_speak_for(one) for one in dict.fromkeys(people))


def _parted(reason: str) -> tuple[str, str]:
    """The clarification, and the answer that stands below it."""
    lines = reason.splitlines()
    for place in range(1, len(lines)):
        rest = "\n".join(lines[place:]).strip()
        if is_draft(rest) == "draft" and (not lines[place - 1].strip() or place == 1):
            return "\n".join(lines[:place]).strip(), rest
    return reason, ""


def _keep(spoken: Spoken, words: str) -> None:
    said, case, desk = spoken.said, spoken.case, spoken.desk
    assert said.person is not None
    known = case.marks.get(Mark.clarified, "")
    line = clarified_line(desk.local(spoken.now), initials(said.person.name), words[:500])
    if not spoken.is_proven:
        line = f"{line} (отправитель не подтверждён)"
    lines = [*known.splitlines(), line][-_MOST:]
    spoken.carrier.carry((
        Log(kind="clarified", data={"text": words[:2000], "by": said.person.id}),
        SetMarks(values={Mark.clarified: "\n".join(lines)}),
    ))


def _thank(spoken: Spoken, decision: str = "outside_clarified") -> None:
    assert spoken.said.person is not None
    context = {"decision": decision, "next_step": "", "details": "", "undo_until": None}
    spoken.carrier.carry((
        Tell(people=(spoken.said.person.id,), template="receipt", context=context),
    ))


def _contact(spoken: Spoken, meaning: Meaning) -> None:
    spoken.carrier.carry((
        Log(kind="contact", data={"lines": [one.line for one in meaning.contacts]}),
        AddContacts(contacts=meaning.contacts),
    ))
    _thank(spoken, "contact")
