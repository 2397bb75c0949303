"""The executor's replies: an answer, a note, a record of contact, a wish for time, a refusal.

No text that was handed in is lost: what cannot become a version yet is kept until the rest comes.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING
from zlib import crc32

from mcu_mail.domain.acting import acting_for
from mcu_mail.domain.case import CloseReason, Draft
from mcu_mail.domain.contacts import take_sure_contacts
from mcu_mail.domain.course_parts import addressed, answer_words, not_taken, told
from mcu_mail.domain.course_publishing import put_up
from mcu_mail.domain.decisions import (
    AddContacts,
    Change,
    Decision,
    Enter,
    KeepDraft,
    Log,
    NewVersion,
    SetMarks,
    Tell,
)
from mcu_mail.domain.drafts import capitalised, continuation, unfinished
from mcu_mail.domain.marks import Mark
from mcu_mail.domain.promises import owed_day
from mcu_mail.domain.route import Form, Outcome, StepKind
from mcu_mail.domain.track_terms import closing_of
from mcu_mail.domain.verdicts import MeaningKind, is_draft, strip_frame
from mcu_mail.domain.whose_turn import (
    department_of,
    find_department,
    find_person,
    first_approval,
    holder,
)

if TYPE_CHECKING:
    from mcu_mail.domain.case import Case, Request
    from mcu_mail.domain.course_parts import Decisions, Reply, Rules

_VERDICTS = frozenset({
    MeaningKind.approve,
    MeaningKind.return_,
    MeaningKind.weak,
    MeaningKind.confirm,
})
_INTERIM_LENGTH = 40
"""An interim answer tells the citizen something; a shorter reason is one for the office."""
_THIS_IS_ANSWER = "это ответ"


def on_draft(case: Case, request: Request, reply: Reply, rules: Rules) -> Decisions:
    """What follows from the reply of the one who was asked for an answer."""
    reply = _with_contacts_of_file(reply, rules)
    meaning = reply.meaning
    if meaning.kind is MeaningKind.executor:
        named = _name_executor(case, request, reply, rules)
        in_file = reply.word_text is not None and reply.word_text.strip()
        # «Исп.: Трассов» above his own draft is the mark of its maker: the draft is taken.
        if not in_file or any(isinstance(one, Enter) for one in named):
            return named
    if meaning.kind in {MeaningKind.not_ours, MeaningKind.route}:
        return (
            Log(kind="not_ours", data={"reason": meaning.reason, "name": meaning.name}),
            Enter(
                step=rules.route.step(case.step).on[Outcome.not_ours],
                template="route",
                close_as=CloseReason.reassigned,
                context={
                    "why": "",
                    "refused_by": reply.person,
                    "refused": case.department,
                    "reason": meaning.reason or meaning.name,
                    "proposed": find_department(meaning.name or meaning.reason, rules.office),
                },
            ),
        )
    if meaning.kind is MeaningKind.published and (
        up := _put_up_himself(case, request, reply, rules)
    ):
        return up
    if meaning.kind is MeaningKind.interim and (interim := _interim(case, request, reply, rules)):
        return interim
    if meaning.kind in {MeaningKind.interim, MeaningKind.wait}:
        until = meaning.until.isoformat() if meaning.until else ""
        return (
            Log(kind="time_asked", data={"until": until, "reason": meaning.reason}),
            Tell(
                people=(rules.office.roles.dispatcher, rules.office.roles.curator),
                template="time_asked",
                context={
                    "until": meaning.until or (rules.today if meaning.at else None),
                    "until_at": meaning.at,
                    "reason": (meaning.reason or reply.text)[:2000],
                    "who": rules.office.people[reply.person].name,
                    "phone": rules.office.people[reply.person].phone,
                },
                # The same wish is told once; another reason, or a text for the citizen, again.
                once=f"time_asked:{request.id}:{until}:{crc32(meaning.reason.encode())}",
            ),
            told(request, "time"),
        )
    return _on_text(case, request, reply, rules)


def _goes_on(text: str) -> bool:
    """Whether a sentence goes on in `text`: a remark on the publication, not what was published."""
    begins = next((char for char in text if char.isalpha()), "")
    return begins.islower() and is_draft(text) != "draft"


def _put_up_himself(case: Case, request: Request, reply: Reply, rules: Rules) -> Decisions | None:
    """«Опубликовано, решено: …» of an executor who publishes himself (decree 5.3)."""
    after = rules.route.step(rules.route.step(case.step).on[Outcome.done])
    if after.kind is not StepKind.publish or holder(after, case, rules.office) != holder(
        rules.route.step(case.step), case, rules.office
    ):
        return None
    text = answer_words(reply.word_text or reply.meaning.text, rules)
    if text.strip():
        # His own whole text takes the place of an interim one that was sent back to him.
        marks = {name: value for name, value in case.marks.items() if name != Mark.promised}
        case = replace(case, marks=marks)
    done = put_up(case, request, reply, rules)
    if not isinstance(done[-1], Enter) or not text.strip():
        return done
    if reply.word_text is None and _goes_on(text):
        return (Log(kind="note", data={"text": reply.text[:2000]}), *done)
    version = NewVersion(text=text, author=reply.person, then=done[-1].step)
    whole = SetMarks(values={Mark.promised: None})
    return (*done[:-1], whole, KeepDraft(draft=None), version)


def _with_contacts_of_file(reply: Reply, rules: Rules) -> Reply:
    """The reply with the records of contact that stand in its Word file, and that file without."""
    if reply.word_text is None:
        return reply
    word, contacts = take_sure_contacts(reply.word_text, rules.today)
    if not contacts:
        return reply
    meaning = replace(reply.meaning, contacts=(*reply.meaning.contacts, *contacts))
    return replace(reply, word_text=word, meaning=meaning)


def _interim(case: Case, request: Request, reply: Reply, rules: Rules) -> Decisions | None:
    """What follows from an interim answer with its date; None when it is only a wish for time.

    The promised day stands in the letter, so everybody who approves and signs it confirms it.
    """
    settled, reply = addressed(reply)
    in_file = reply.word_text is not None and reply.word_text.strip()
    words = reply.word_text if in_file else reply.meaning.reason
    text, until = capitalised(answer_words(words or "", rules)), reply.meaning.until
    if until is None or len(" ".join(text.split())) < _INTERIM_LENGTH:
        return None
    if until <= rules.today:
        return not_taken(request, reply, "promise_past")
    before = owed_day(case)
    if before is not None and until <= before:
        # Decree 3.6: a day that was promised is put off only to a later one.
        return not_taken(request, reply, "promise_not_later")
    return (
        *settled,
        *_contacts(reply),
        *_handed_in(case, request, reply, rules, text=text, promised=until.isoformat()),
    )


def _name_executor(case: Case, request: Request, reply: Reply, rules: Rules) -> Decisions:
    department = department_of(case, rules.office)
    within = (*department.executors, department.head) if department else ()
    person = find_person(reply.meaning.name or reply.meaning.reason, rules.office, within)
    if person is None:
        return not_taken(request, reply, "unknown_person")
    if department is None or reply.person not in {
        department.head,
        acting_for(department.head, rules.today, rules.office.absences).person,
    }:
        return not_taken(request, reply, "not_the_head")
    return (
        Log(kind="executor", data={"person": person}),
        Change(values={"executor": None if person == department.head else person}),
        Enter(
            step=case.step,
            template="task",
            close_as=CloseReason.reassigned,
            context={"why": "executor"},
        ),
    )


def _on_text(case: Case, request: Request, reply: Reply, rules: Rules) -> Decisions:
    """An answer, a record of contact, or a note that is neither (design §3.4)."""
    settled, reply = addressed(reply)
    meaning = reply.meaning
    decisions: list[Decision] = [*settled, *_contacts(reply)]
    text = _continued(case, reply) or _draft_text(case, reply, rules)
    waiting = case.draft if case.draft is not None and not case.draft.is_note else None
    begun = unfinished(text) if text is not None else None
    if begun:
        return (
            *decisions,
            Log(kind="draft_kept", data={"missing": ["rest"]}),
            KeepDraft(draft=Draft(text=begun, author=reply.person)),
            _missing(request, "rest", "text"),
        )
    if text is None:
        if not meaning.contacts and not settled:
            return _note(request, reply, case.draft)
        if waiting is None and case.version and not meaning.contacts:
            # The letter that came back is to change in its address alone.
            return (*decisions, *_new_version(case, None, case.author or reply.person, rules))
        if waiting is None:
            kept = "contact" if meaning.contacts else "addressing"
            return (*decisions, _missing(request, "text", kept))
        text = waiting.text
    promised = waiting.promised if waiting is not None and text == waiting.text else ""
    return (*decisions, *_handed_in(case, request, reply, rules, text=text, promised=promised))


def _contacts(reply: Reply) -> Decisions:
    """The reply's records of contact are kept, whatever becomes of its text."""
    lines = reply.meaning.contacts
    if not lines:
        return ()
    return (
        Log(kind="contact", data={"lines": [item.line for item in lines]}),
        AddContacts(contacts=lines),
    )


def _handed_in(
    case: Case, request: Request, reply: Reply, rules: Rules, *, text: str, promised: str
) -> Decisions:
    """A text becomes the next version, or waits for the record of contact (decree 5.3).

    `promised` is the day that an interim answer promises, ISO; empty for a full answer.
    """
    contacts, author = (*case.contacts, *reply.meaning.contacts), reply.person
    if rules.contact == "block" and not enough_contact(contacts):
        return (
            Log(kind="draft_kept", data={"missing": ["contact"]}),
            KeepDraft(draft=Draft(text=text, author=author, promised=promised)),
            _missing(request, "second_call" if contacts else "contact", "text"),
        )
    version = _new_version(case, text, author, rules, promised=promised)
    if rules.contact == "warn" and not enough_contact(contacts):
        told_so = told(request, "answer", "Записи о связи с заявителем нет: пришлите её строкой.")
        return (Log(kind="no_contact_record", data={}), told_so, *version)
    return version


def _continued(case: Case, reply: Reply) -> str | None:
    """An answer that comes in two mails, whole again: the kept text and its «Продолжение: …»."""
    rest = continuation(reply.meaning.text or reply.text)
    if rest is None or case.draft is None or reply.word_text is not None:
        return None
    return f"{strip_frame(case.draft.text)}\n{strip_frame(rest)}"


def _draft_text(case: Case, reply: Reply, rules: Rules) -> str | None:
    """The text handed in as the answer; None when this mail holds none."""
    if reply.word_text is not None and reply.word_text.strip():
        return answer_words(reply.word_text, rules)
    meaning = reply.meaning
    if meaning.kind is MeaningKind.answer:
        body = answer_words(meaning.text or reply.text, rules)
        # «Это ответ» alone points to the note that was kept before.
        if body.strip() and not body.lower().startswith(_THIS_IS_ANSWER):
            return body
        return answer_words(case.draft.text, rules) if case.draft else None
    body = meaning.text or reply.text
    if meaning.kind in {MeaningKind.note, MeaningKind.contact_only, MeaningKind.question}:
        return answer_words(body, rules) if is_draft(body) == "draft" else None
    return None


def _note(request: Request, reply: Reply, kept: Draft | None) -> Decisions:
    if not reply.text.strip():
        return not_taken(request, reply, "empty")
    if reply.meaning.kind in _VERDICTS:
        return not_taken(request, reply, "verdict_on_draft")
    if kept is not None and not kept.is_note:
        # The text that waits for its record of contact must not be lost to a note.
        return (
            Log(kind="note", data={"text": reply.text[:2000]}),
            _missing(request, "contact", "text"),
        )
    if kept is not None and len(reply.text) < len(kept.text):
        # «Фото вышлем завтра»: what may be the answer is the longer text of before.
        return (Log(kind="note", data={"text": reply.text[:2000]}), told(request, "other"))
    return (
        Log(kind="note", data={"text": reply.text[:2000]}),
        KeepDraft(draft=Draft(text=reply.text, author=reply.person, is_note=True)),
        Tell(
            people=(request.person,),
            template="note_kept",
            request_id=request.id,
            context={"note_text": reply.text[:500]},
        ),
    )


def _missing(request: Request, lacks: str, kept: str) -> Tell:
    return Tell(
        people=(request.person,),
        template="missing",
        request_id=request.id,
        context={"lacks": (lacks,), "kept": (kept,)},
    )


def enough_contact(contacts: tuple[object, ...]) -> bool:
    """Whether the applicant was reached, or two tries failed, or there is no way to reach him."""
    outcomes = [getattr(item, "outcome", "") for item in contacts]
    return (
        "reached" in outcomes or "no_contact" in outcomes or outcomes.count("not_reached") >= 2  # noqa: PLR2004 - «не дозвонились» twice, design §3.4
    )


def _new_version(
    case: Case, text: str | None, author: str, rules: Rules, *, promised: str = ""
) -> Decisions:
    approves_own = author if rules.is_author_proven else ""
    then = first_approval(case, approves_own, rules.route, rules.office, rules.today)
    return (
        Log(kind="interim" if promised else "draft", data={"version": case.version + 1}),
        KeepDraft(draft=None),
        *_promise(text, promised, rules),
        NewVersion(
            text=text,
            author=author,
            then=then.name,
            promised=date.fromisoformat(promised) if promised else None,
            keeps_promise=text is None,
        ),
    )


def _promise(text: str | None, promised: str, rules: Rules) -> Decisions:
    """Where answers are published: which day the text on its way promises, if it is an interim."""
    if rules.clock is None or rules.route.form is not Form.text or text is None:
        return ()
    if not promised:
        return (SetMarks(values={Mark.promised: None}),)
    day, clock = date.fromisoformat(promised), rules.clock
    closing = closing_of(clock.calendar, day, clock.terms.track)
    end = datetime.combine(day, closing, clock.now.tzinfo)
    return (SetMarks(values={Mark.promised: end.isoformat()}),)
