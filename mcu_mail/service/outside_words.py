"""The responsible's words for what happened outside mail, at whatever step a case stands.

The dispatcher on every track, the coordinator on her own: in reply to any mail of ours about the
case, or by its number. They need no code, so the proof of the sender is all: a word that nobody
vouches for is asked about first. What an open question of ours asks for is left to that question.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time
from typing import TYPE_CHECKING, Final

from mcu_mail.domain.appeal import is_appeal, on_answered, on_taken_back
from mcu_mail.domain.assigning import ORDERS
from mcu_mail.domain.case import STANDING, CaseState, Purpose
from mcu_mail.domain.course import on_reply
from mcu_mail.domain.course_parts import Reply
from mcu_mail.domain.decisions import Log, Tell
from mcu_mail.domain.marks import Mark
from mcu_mail.domain.meaning import MeaningKind
from mcu_mail.domain.numbering import find_case_numbers
from mcu_mail.domain.publication import is_published
from mcu_mail.domain.route import Form
from mcu_mail.domain.routes import ROUTES
from mcu_mail.domain.told_outside import (
    approved_by_phone,
    basis_of_publication,
    closed_by_word,
    hour_of_publication,
    is_told_by_word,
    published_by_word,
    reassigned,
    sent_outside,
    term_by_word,
)
from mcu_mail.domain.whose_turn import find_department
from mcu_mail.service.answer import why
from mcu_mail.service.appeals import take_appeal
from mcu_mail.service.by_hand import hand_word
from mcu_mail.service.closed_by_word import open_again, second_thought, with_recall
from mcu_mail.service.matters import merge, put_apart
from mcu_mail.service.said import meaning_of
from mcu_mail.service.track_moments import standing_request
from mcu_mail.service.was_it_you import ask_sender

if TYPE_CHECKING:
    from mcu_mail.domain.case import Case, Request
    from mcu_mail.domain.course_parts import Decisions
    from mcu_mail.domain.meaning import Meaning
    from mcu_mail.service.answer import Heard, Spoken
    from mcu_mail.service.said import Said
    from mcu_mail.store.unit_of_work import UnitOfWork

_MATTER: Final = frozenset({MeaningKind.merge, MeaningKind.duplicate, MeaningKind.apart})
_STANDING: Final = frozenset({
    MeaningKind.first_reply,
    MeaningKind.accept,
    MeaningKind.published,
    MeaningKind.regional,
    MeaningKind.fast_track,
    MeaningKind.urgent,
    MeaningKind.citizen,
    MeaningKind.promise_kept,
})
"""What the request that stays open with the case takes, in whatever mail it is written."""
WORDS: Final = (
    ORDERS
    | _MATTER
    | _STANDING
    | {
        MeaningKind.by_phone,
        MeaningKind.close,
        MeaningKind.reopen,
        MeaningKind.recall,
        MeaningKind.appeal,
        MeaningKind.sent_by_hand,
        MeaningKind.term,
    }
)
_ALL: Final = frozenset({Purpose.restricted, Purpose.confirm})
"""Questions that every word answers."""
_CLOSING: Final = frozenset({
    Purpose.route,
    Purpose.fields,
    Purpose.outside,
    Purpose.sending,
    Purpose.event,
    Purpose.command,
})
_CHOOSING: Final = frozenset({
    Purpose.route,
    Purpose.fields,
    Purpose.outside,
    Purpose.draft,
    Purpose.absent,
})
_OWN: Final = {
    Purpose.publish: frozenset({MeaningKind.published}),
    Purpose.approve: frozenset({MeaningKind.published}),
    Purpose.draft: frozenset({MeaningKind.published, MeaningKind.first_reply}),
    Purpose.regional: frozenset({MeaningKind.regional}),
    Purpose.sending: frozenset({MeaningKind.sent_by_hand}),
    Purpose.term: frozenset({MeaningKind.term}),
    Purpose.urgent: frozenset({MeaningKind.term}),
}


def outside_word(spoken: Spoken, request: Request | None = None) -> Heard | None:
    """What became of such a word; None for other mail, and for whoever has no right to it.

    Args:
        spoken: the mail, in the case it is about.
        request: what it answers, if it answers anything.

    """
    said = spoken.said
    if said.person is None or spoken.is_forged or said.is_doubtful or (said.word or "").strip():
        return None
    meaning = meaning_of(spoken.desk, said, spoken.now, drafting=False)
    if meaning.kind is MeaningKind.recall:
        return spoken.handled if second_thought(spoken, request) else None
    # An answer that stands where all can read it is returned without a question of ours.
    returned = request is None and meaning.kind is MeaningKind.return_ and is_published(spoken.case)
    if not (meaning.kind in WORDS or returned) or not _may_tell(spoken):
        return None
    if request is not None and _is_its_answer(spoken, request, meaning):
        return None
    if spoken.case.restricted is not None and _is_asked(spoken, Purpose.restricted):
        return None
    if meaning.kind is MeaningKind.sent_by_hand:
        heard = hand_word(spoken.desk, spoken.work, said, spoken.case, spoken.now, request=request)
        if heard is not None:
            return heard
    if not spoken.is_proven:
        _ask_first(spoken, said.person.id)
        return spoken.handled
    _act(spoken, meaning, said.person.id)
    return spoken.handled


def case_meant(work: UnitOfWork, said: Said, meaning: Meaning) -> Case | None:
    """The one case that such a mail is about: of its thread, its subject, or else its words.

    The other number of «Дубль НОМЕР» is none of them.
    """
    others = find_case_numbers(meaning.name)
    heads = "\n".join([said.mail.subject, *said.mail.references, *said.mail.in_reply_to])
    for words in (heads, said.text):
        found = {
            one.number: one for one in map(work.cases.by_number, find_case_numbers(words)) if one
        }
        own = {number: one for number, one in found.items() if number not in others} or (
            found if words is heads else {}
        )
        if len(own) == 1:
            return next(iter(own.values()))
        if own:
            return None
    ours = work.queue.by_message_ids([*said.mail.in_reply_to, *said.mail.references])
    ids = {item.case_id for item in ours if item.case_id is not None}
    return work.cases.get(ids.pop()) if len(ids) == 1 else None


def _may_tell(spoken: Spoken) -> bool:
    roles = spoken.desk.office.roles
    people = (roles.dispatcher, roles.responsible(spoken.case.track))
    return any(spoken.may_speak_for(one) for one in people)


def _is_its_answer(spoken: Spoken, request: Request, meaning: Meaning) -> bool:
    """Whether the mail answers an open question of ours with a word that this question asks for."""
    if not spoken.may_speak_for(request.person):
        return False
    # Whom she has chosen for an absentee, she may choose anew.
    chooses = request.purpose is Purpose.absent and meaning.kind in ORDERS
    if request.purpose in _ALL or chooses:
        return True
    spent = request.closed_at is not None or spoken.now > request.expires_at
    by_word = meaning.kind is MeaningKind.published and is_told_by_word(spoken.said.text)
    # An old approval stays one of the version it was asked for; an appeal has left its questions.
    if spent or by_word or is_appeal(spoken.case):
        return False
    return meaning.kind in _asked_for(request, follows=Mark.matter in spoken.case.marks)


def _asked_for(request: Request, *, follows: bool) -> frozenset[MeaningKind]:
    """The words that an open question itself takes."""
    purpose, found = request.purpose, _OWN.get(request.purpose, frozenset())
    if purpose in _CLOSING:
        found |= {MeaningKind.close}
    if purpose in _CHOOSING or (purpose in STANDING and not follows):
        found |= ORDERS
    if purpose in STANDING:
        found |= _STANDING | {MeaningKind.term}
    return found


def _is_asked(spoken: Spoken, purpose: Purpose) -> bool:
    opened = spoken.work.requests.open_of_case(spoken.case.id)
    return any(one.purpose is purpose for one in opened)


def _ask_first(spoken: Spoken, person: str) -> None:
    """Nobody vouches for the writer: one tap on a fresh code makes the word count."""
    spoken.carrier.log("not_taken", {"reason": "unproven"})
    if spoken.desk.settings.mail.trust.unproven == "refuse":
        spoken.carrier.carry((_refusal(spoken, person, "unproven"),))
    else:
        ask_sender(spoken, person, about="outside")


def _act(spoken: Spoken, meaning: Meaning, by: str) -> None:
    """The word counts: do what it says, or tell its writer why nothing follows."""
    if meaning.kind in _MATTER:
        do = put_apart if meaning.kind is MeaningKind.apart else merge
        _answer(spoken, by, do(spoken, meaning, by), _DONE[meaning.kind])
        return
    if meaning.kind is MeaningKind.appeal:
        _answer(spoken, by, take_appeal(spoken, meaning, by), "outside_appeal")
        return
    told = _decided(spoken, meaning, by)
    if told is None:
        _by_standing(spoken, meaning, by)
    elif isinstance(told, str):
        _answer(spoken, by, told, "")
    else:
        done = _receipt(by, _DONE[meaning.kind])
        done = with_recall(spoken, done) if meaning.kind is MeaningKind.close else done
        spoken.carrier.carry((*told[:-1], done, *told[-1:]))


def _decided(spoken: Spoken, meaning: Meaning, by: str) -> Decisions | str | None:
    """What follows by the rules, or why nothing does; None where the standing request takes it."""
    case, rules = spoken.case, spoken.desk.rules(spoken.case, spoken.now)
    kind, words = meaning.kind, spoken.said.text
    if is_appeal(case):
        return _of_appeal(spoken, meaning, by)
    if kind is MeaningKind.by_phone:
        approval = _approval_of(spoken)
        asked = approval.id if approval is not None else None
        told = approved_by_phone(case, meaning.reason, by, rules, request_id=asked)
        if asked is not None and not isinstance(told, str):
            spoken.work.facts.set(f"by_phone:{asked}", by)
        return told
    if kind in ORDERS:
        if Mark.matter in case.marks:
            return "outside_matter_follows"
        return reassigned(case, meaning, by, rules)
    if kind is MeaningKind.published and is_told_by_word(words):
        dated = replace(meaning, at=meaning.at or hour_of_publication(words))
        return published_by_word(case, dated, basis_of_publication(words), by, rules)
    is_letter = ROUTES[case.track].form is Form.letter
    simple = {
        MeaningKind.close: lambda: closed_by_word(case, meaning.reason, by, rules),
        MeaningKind.sent_by_hand: lambda: sent_outside(case, meaning, by, rules),
    }
    if is_letter:
        at = _moment(spoken, meaning)
        simple[MeaningKind.term] = lambda: term_by_word(case, at, meaning.reason, by, spoken.now)
    if kind is MeaningKind.reopen:
        return open_again(spoken, meaning.reason, by)
    if kind in simple:
        return simple[kind]()
    return "other_track" if is_letter else None


def _of_appeal(spoken: Spoken, meaning: Meaning, by: str) -> Decisions | str:
    """Of an appeal only its end is told, or that it was none."""
    rules = spoken.desk.rules(spoken.case, spoken.now)
    if meaning.kind is MeaningKind.close:
        return on_answered(spoken.case, meaning.reason, by, rules)
    if meaning.kind in ORDERS:
        department = find_department(meaning.name or meaning.reason, spoken.desk.office)
        if department is None:
            return "unknown_department"
        return on_taken_back(spoken.case, department, by, rules)
    return "outside_appeal_out"


def _approval_of(spoken: Spoken) -> Request | None:
    """What the approver of the present version was asked with, if it is open."""
    opened = spoken.work.requests.open_of_case(spoken.case.id)
    return next(
        (
            one
            for one in opened
            if one.purpose is Purpose.approve and one.letter_sha == spoken.case.letter_sha
        ),
        None,
    )


def _moment(spoken: Spoken, meaning: Meaning) -> datetime | None:
    day = meaning.until or (spoken.today if meaning.at is not None else None)
    if day is None:
        return None
    return datetime.combine(day, meaning.at or time(18), spoken.desk.zone)


def _by_standing(spoken: Spoken, meaning: Meaning, by: str) -> None:
    """A word about the course of a published answer, wherever she has written it."""
    standing = standing_request(spoken.work, spoken.case)
    if standing is None:
        over = spoken.case.state is CaseState.closed
        _answer(spoken, by, "outside_over" if over else "not_understood", "")
        return
    hers = replace(standing, person=by)
    reply = Reply(person=by, meaning=meaning, text=spoken.said.text)
    decisions = on_reply(spoken.case, hers, reply, spoken.desk.rules(spoken.case, spoken.now))
    if not spoken.may_speak_for(standing.person):
        # The code of another is not hers to hold.
        decisions = tuple(
            replace(one, request_id=None)
            if isinstance(one, Tell) and one.request_id == standing.id
            else one
            for one in decisions
        )
    spoken.carrier.carry(decisions)


_DONE: Final = {
    MeaningKind.by_phone: "outside_by_phone",
    MeaningKind.close: "outside_closed",
    MeaningKind.reopen: "outside_opened",
    MeaningKind.sent_by_hand: "sent_by_hand",
    MeaningKind.published: "published",
    MeaningKind.route: "assigned",
    MeaningKind.not_ours: "assigned",
    MeaningKind.executor: "assigned",
    MeaningKind.term: "told_term",
    MeaningKind.merge: "outside_merged",
    MeaningKind.duplicate: "outside_merged",
    MeaningKind.apart: "outside_apart",
}


def _answer(spoken: Spoken, by: str, fault: str, done: str) -> None:
    """Tell the writer that it was done, or why nothing was."""
    if fault:
        spoken.carrier.carry((
            Log(kind="not_taken", data={"reason": fault}),
            _refusal(spoken, by, fault),
        ))
    else:
        spoken.carrier.carry((_receipt(by, done),))


def _refusal(spoken: Spoken, person: str, reason: str) -> Tell:
    return Tell(people=(person,), template="not_taken", context=why(reason, spoken.said.text))


def _receipt(person: str, decision: str) -> Tell:
    context = {"decision": decision, "next_step": "", "details": "", "undo_until": None}
    return Tell(people=(person,), template="receipt", context=context)
