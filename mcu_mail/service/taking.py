"""A reply that counts is taken: what follows is decided by the rules and carried out.

A Word file counts by what its author changed; a text of one whose turn it is not reaches the head.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mcu_mail.domain.addressing import read_addressing
from mcu_mail.domain.annexes import asked_again
from mcu_mail.domain.case import Purpose
from mcu_mail.domain.catalogue import draft_in_your_name
from mcu_mail.domain.course import Reply, on_reply
from mcu_mail.domain.course_parts import told_why
from mcu_mail.domain.decisions import Log, NewVersion, Tell
from mcu_mail.domain.drafts import continuation, is_draft, points_to_file, strip_frame
from mcu_mail.domain.rich_text import readable
from mcu_mail.domain.route import Form, StepKind
from mcu_mail.domain.routes import ROUTES
from mcu_mail.domain.verdicts import MeaningKind
from mcu_mail.domain.whose_turn import department_of
from mcu_mail.service.annex_offers import owe_annexes
from mcu_mail.service.answer import why
from mcu_mail.service.doubted import is_author_proven, remember
from mcu_mail.service.floods import may_warn
from mcu_mail.service.registering import register_by_number
from mcu_mail.service.was_it_you import ask_sender
from mcu_mail.service.writing import thaw

if TYPE_CHECKING:
    from mcu_mail.domain.case import Case, Request
    from mcu_mail.domain.course_parts import Decisions
    from mcu_mail.domain.verdicts import Meaning
    from mcu_mail.service.answer import Answer, Spoken
    from mcu_mail.service.said import Said
    from mcu_mail.store.unit_of_work import UnitOfWork

_PLAIN = frozenset({MeaningKind.note, MeaningKind.answer})
_BEFORE_TEXT = frozenset({StepKind.accept, StepKind.route, StepKind.draft})


def take(answer: Answer) -> None:
    """The reply counts: decide and carry out."""
    desk, work, carrier, now = answer.desk, answer.work, answer.carrier, answer.now
    said, request, meaning, speaker = answer.said, answer.request, answer.meaning, answer.speaker
    names = [item.name for item in said.mail.files if not item.inline]
    if names:
        carrier.log("attachments", {"mail": said.stored.id, "count": len(names)})
    asked_for_paper = request.purpose in {Purpose.register, Purpose.sign}
    if asked_for_paper and meaning.kind is MeaningKind.register_number:
        register_by_number(answer)
        return
    # What an approver was sent by somebody else is no letter that he has edited himself.
    foreign = request.purpose is Purpose.approve and said.word_forwarded
    enclosing = foreign or (request.purpose is Purpose.draft and _is_own_draft(said, meaning))
    asked_for_text = request.purpose in {Purpose.draft, Purpose.approve} and not enclosing
    if said.several_words and asked_for_text and meaning.kind is not MeaningKind.return_:
        which = told_why(request, "file_which", said.text)
        carrier.carry(owe_annexes(answer, which))
        return
    if said.unreadable and asked_for_text:
        unread: Decisions = (
            Log(kind="not_taken", data={"reason": "word_unreadable"}),
            Tell(
                people=(request.person,),
                template="not_taken",
                request_id=request.id,
                context={**why("word_unreadable", said.text), "details": said.unreadable},
            ),
        )
        carrier.carry(owe_annexes(answer, unread))
        return
    word = None if enclosing else _own_words(answer)
    if said.word and word is None and not enclosing and meaning.kind is MeaningKind.empty:
        carrier.carry(told_why(request, "word_unchanged"))
        return
    if said.links and not names and meaning.kind is MeaningKind.empty:
        carrier.carry(told_why(request, "links_only", said.whole))
        return
    reply = Reply(person=speaker, meaning=meaning, text=said.text, word_text=word)
    reply = _with_reason(work, request, reply)
    rules = desk.rules(carrier.case, now)
    proven = is_author_proven(work, carrier.case, said, reply)
    decisions = on_reply(carrier.case, request, reply, replace(rules, is_author_proven=proven))
    if any(isinstance(one, Log) and one.data.get("reason") == "no_reason" for one in decisions):
        work.facts.set(f"reason_asked:{request.id}", reply.person)
    if request.purpose in {Purpose.draft, Purpose.approve}:
        decisions = owe_annexes(answer, decisions, word_too=enclosing)
    came = remember(work, carrier.case, said, decisions, proven=proven)
    if came and may_warn(desk, work, carrier.case, f"draft:{request.id}", speaker, now):
        carrier.warn((
            Tell(
                people=(speaker,),
                template="receipt",
                request_id=request.id,
                context={
                    "decision": came,
                    "next_step": "",
                    "details": draft_in_your_name(),
                    "undo_until": None,
                },
            ),
        ))
    carrier.carry(decisions)


def _is_own_draft(said: Said, meaning: Meaning) -> bool:
    """Whether the mail's text is itself the answer, so that its Word files are annexes."""
    if meaning.kind is not MeaningKind.answer:
        return False
    text = meaning.text or said.text
    return is_draft(text) == "draft" and not points_to_file(text)


def _with_reason(work: UnitOfWork, request: Request, reply: Reply) -> Reply:
    """A plain text after «На доработку» without a reason, from the same person, is the reason."""
    asked = work.facts.get(f"reason_asked:{request.id}")
    if asked != reply.person or reply.meaning.kind not in _PLAIN or not reply.text.strip():
        return reply
    kind = MeaningKind.return_
    return replace(reply, meaning=replace(reply.meaning, kind=kind, reason=reply.text.strip()))


def _own_words(answer: Answer) -> str | None:
    """The text of a Word file without the lines that the template adds to our letter.

    A salutation or an addressee that an approver has changed in our letter stands before it as
    a line of its own: «Обращение: …», «Кому: …».
    None when nothing was changed: a program has attached our own letter once more.
    """
    said, case, word = answer.said, answer.case, answer.said.word
    letter = answer.work.letters.get(case.id, case.version) if case.version else None
    if word is None or letter is None or letter.content is None:
        return word
    frozen = answer.desk.store.files.get(letter.content)
    content = thaw(frozen, number="", on=letter.created_at.date())
    own = {_even(line) for line in letter.text.splitlines()}
    added = {_even(line) for line in content.paragraphs} - own
    text = "\n".join(line for line in word.splitlines() if _even(line) not in added)
    unchanged = _even(text) == _even(letter.text)
    settled = []
    # A drafter may have begun with another citizen's letter; an approver was shown this one.
    if answer.request.purpose is Purpose.approve:
        greeting, to = _even(said.word_salutation), _even(said.word_addressee)
        settled += [f"Обращение: {greeting}"] if greeting != _even(content.salutation) else []
        settled += [f"Кому: {to}"] if to != _even(content.addressee) else []
    settled = [line for line in settled if read_addressing(line)]
    return None if unchanged and not settled else "\n".join((*settled, text))


def _even(text: str) -> str:
    return " ".join(text.split())


def take_continuation(spoken: Spoken) -> bool:
    """Whether «Продолжение: …» of a letter's own author became its next version.

    The first part went to approval already; an approval holds only for what was shown.
    """
    carrier, case, said = spoken.carrier, spoken.case, spoken.said
    rest = continuation(said.text)
    letter = spoken.work.letters.get(case.id, case.version) if case.version else None
    step = ROUTES[case.track].step(case.step)
    if rest is None or letter is None or step.kind is not StepKind.approve:
        return False
    if said.person is None or said.person.id != letter.author or said.word is not None:
        return False
    if spoken.is_forged or case.letter_sha is None:
        return False
    person = said.person.id
    if not spoken.is_proven:
        carrier.log("not_taken", {"reason": "continuation_unproven"})
        ask_sender(spoken, person, about="files", what="files")
        return True
    then = asked_again(case, person, spoken.desk.office, ROUTES[case.track], spoken.today)
    carrier.carry((
        Log(kind="draft", data={"version": case.version + 1}),
        NewVersion(text=f"{letter.text}\n{strip_frame(rest)}", author=person, then=then),
    ))
    return True


def _has_answer(case: Case) -> bool:
    """Whether an answer that is published has been handed in, so that only a return changes it."""
    route = ROUTES[case.track]
    return route.form is Form.text and route.step(case.step).kind not in _BEFORE_TEXT


def show_to_head(spoken: Spoken) -> None:
    """A draft or a note from somebody whose turn it is not: who has the case now may use it.

    Of a letter it is the department's head; where the text itself is published, whoever is to
    write it, to agree to it or to put it up.
    """
    said, office, case = spoken.said, spoken.desk.office, spoken.case
    department = department_of(case, office)
    head = department.head if department else office.roles.dispatcher
    if ROUTES[case.track].form is Form.text and case.actor is not None:
        head = case.actor
    if said.person is None or spoken.is_forged or head == said.person.id:
        return
    names = tuple(item.name for item in said.mail.files if not item.inline)
    text = said.text or readable(said.word or "")
    spoken.carrier.carry((
        Tell(
            people=(head,),
            template="note_shown",
            context={
                "who": said.person.name,
                "note_text": text,
                "files": names,
                "handed_in": _has_answer(case),
            },
        ),
    ))
