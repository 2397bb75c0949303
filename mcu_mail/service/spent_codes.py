"""An answer to a question that is closed, or whose time is over.

A draft, photos or a report still count where it is the writer's turn; a verdict does not, and its
writer hears why.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcu_mail.domain.case import CaseState, CloseReason, Purpose
from mcu_mail.domain.decisions import Log, Tell
from mcu_mail.domain.restriction import HELPER
from mcu_mail.domain.verdicts import MeaningKind
from mcu_mail.service.annex_offers import offer
from mcu_mail.service.answer import why
from mcu_mail.service.asking import ask
from mcu_mail.service.cards import name_of
from mcu_mail.service.reconcile_mark import is_read_again
from mcu_mail.service.restricted_answers import restricted_answer
from mcu_mail.service.said import HANDED_IN
from mcu_mail.service.taking import show_to_head, take, take_continuation
from mcu_mail.service.waiting import handed_by

if TYPE_CHECKING:
    from mcu_mail.domain.case import Request
    from mcu_mail.service.answer import Answer

_SHOWN = frozenset({
    MeaningKind.answer,
    MeaningKind.note,
    MeaningKind.addressing,
    MeaningKind.interim,
})
"""What of the harmless is worth the head's time when it comes on a spent code."""

_REASONS = {
    CloseReason.decided: "already_decided",
    CloseReason.new_version: "old_version",
    CloseReason.step_over: "step_over",
    CloseReason.reassigned: "not_your_turn",
    CloseReason.expired: "expired",
    None: "expired",
}

_HANDED_IN = frozenset({"already_decided", "old_version"})


def hear_late(answer: Answer) -> None:
    """The code is spent: a draft still counts when it is his turn, a verdict does not."""
    request, said = answer.request, answer.said
    if request.data.get(HELPER):
        # What he has done is news whenever it comes.
        restricted_answer(answer)
        return
    current = _his_turn(answer)
    if _is_taken(answer, current):
        return
    if is_read_again(answer.work, said.stored.id):
        # He has answered in time; it is the store that came late.
        return
    if request.closed_at is None and answer.case.state is not CaseState.closed:
        _ask_anew(answer)
        return
    is_open = answer.case.state is not CaseState.closed
    is_shown = is_open and (answer.meaning.kind in _SHOWN or said.word is not None)
    _say_why(answer, current[0] if current else None, is_text=is_shown)
    if is_shown:
        show_to_head(answer)


def _his_turn(answer: Answer) -> list[Request]:
    """The open requests of the case that the writer may answer."""
    return [
        item
        for item in answer.work.requests.open_of_case(answer.case.id)
        if answer.now <= item.expires_at
        and item.purpose is not Purpose.absent
        and answer.may_speak_for(item.person)
    ]


def _is_taken(answer: Answer, current: list[Request]) -> bool:
    """Whether it counts as what needs no fresh code: a draft, its continuation, files."""
    # A text is handed in by turn, not by code: that of an expired one is no worse.
    own = answer.request
    is_own = own.closed_at is None and answer.may_speak_for(own.person)
    drafting = [item for item in (own, *current) if item.purpose is Purpose.draft]
    drafting = [item for item in drafting if item is not own or is_own]
    if drafting and (answer.meaning.kind in HANDED_IN or answer.said.word is not None):
        take(answer.to(drafting[0], answer.meaning))
        return True
    return take_continuation(answer) or offer(answer, answer.meaning)


def _reason(answer: Answer) -> str:
    """Why it does not count."""
    shown, case = answer.request.letter_sha, answer.case
    if shown and shown != case.letter_sha:
        return "old_version"
    return _REASONS[answer.request.close_reason]


def _ask_anew(answer: Answer) -> None:
    """Nobody could decide it any more: it is asked anew, with a fresh code and what he has said."""
    desk, work, request, now = answer.desk, answer.work, answer.request, answer.now
    words = work.requests.words(request.id)
    work.requests.close(request.id, now, CloseReason.expired)
    said = answer.said.text
    answer.carrier.log("not_taken", {"reason": _reason(answer), "text": said[:2000]})
    ask(
        desk,
        work,
        answer.case,
        purpose=request.purpose,
        person=desk.standing_in(request.person, now),
        template=str(words["template"]),
        context=words["context"],
        data=request.data,
        now=now,
        late_words=said,
    )


def _say_why(answer: Answer, instead: Request | None, *, is_text: bool) -> None:
    """Tell the one who was asked why it does not count, with the buttons of `instead`."""
    request, keeper = answer.request, _keeper(answer)
    reason = _reason(answer) if keeper is None else "handed_away"
    decides = keeper
    drafted = is_text and request.purpose is Purpose.draft and reason in _HANDED_IN
    if drafted and answer.case.actor not in {None, request.person}:
        # He has handed in a text before: whoever has it now may return it.
        reason, decides = "text_is_on", answer.case.actor
    context = why(reason, answer.said.text, by=name_of(decides, answer.desk))
    context["asked_version"] = request.version
    answer.carrier.carry((
        Log(kind="not_taken", data={"reason": reason}),
        Tell(
            people=(request.person,),
            template="not_taken",
            context=context,
            request_id=instead.id if instead else None,
        ),
    ))


def _keeper(answer: Answer) -> str | None:
    """Who was given what this request asked of the writer himself while he was away."""
    said, request = answer.said, answer.request
    if said.person is None or said.person.id != request.person:
        return None
    mine = answer.work.requests.open_of_case(request.case_id)
    kept = (one.person for one in mine if request.person in handed_by(one))
    return next(kept, None) if request.close_reason is CloseReason.reassigned else None
