"""Verdicts that do not count at once, and verdicts taken back.

A mail whose sender our server does not vouch for waits for his word or for its time; «СТОП» takes
back what waits, and inside the undo window what was decided. `hearing.py` lets it count in the end.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from mcu_mail.domain.case import CloseReason, Purpose
from mcu_mail.domain.catalogue import draft_disowned
from mcu_mail.domain.course import on_recall
from mcu_mail.domain.course_parts import told_why
from mcu_mail.domain.decisions import CloseRequest, Enter, KeepDraft, Log, Tell
from mcu_mail.domain.route import StepKind
from mcu_mail.domain.routes import ROUTES
from mcu_mail.domain.verdicts import MeaningKind
from mcu_mail.errors import RefusedError
from mcu_mail.service.answer import why
from mcu_mail.service.aside import tell_aside
from mcu_mail.service.closed_by_word import second_thought
from mcu_mail.service.doubted import is_draft_doubted
from mcu_mail.service.floods import may_warn
from mcu_mail.service.held import drop_held, hold
from mcu_mail.service.was_it_you import ask_sender
from mcu_mail.store.ledger import MailState

if TYPE_CHECKING:
    from datetime import datetime

    from mcu_mail.mail.reading import Reading
    from mcu_mail.service.answer import Answer
    from mcu_mail.service.desk import Desk
    from mcu_mail.store.ledger import StoredMail
    from mcu_mail.store.unit_of_work import UnitOfWork

# Decisions that the receipt has words for.
_RECEIPTS = frozenset({"approve", "return"})
_HELD = (
    "Почтовый сервер не подтвердил, что писали вы, поэтому решение подействует только после этого "
    "времени. Писали не вы – ответьте «СТОП»."
)


def unproven(answer: Answer) -> None:
    """Our server vouched for nobody: `trust.unproven` says what to do (§3.6).

    Of several replies to one request the newest waits: one question is open at a time.
    """
    desk, work, carrier = answer.desk, answer.work, answer.carrier
    request, said, kind = answer.request, answer.said, answer.meaning.kind.value
    policy = desk.settings.mail.trust.unproven
    carrier.log("not_taken", {"reason": "unproven", "policy": policy})
    if policy == "confirm":
        # The registered address of the one who seems to have written: he knows.
        ask_sender(answer, answer.speaker, about=str(request.id))
    elif policy == "hold":
        # What nobody can be warned of must not count for want of an objection.
        if not may_warn(desk, work, answer.case, str(request.id), request.person, answer.now):
            return
        until = hold(work, carrier, said.stored.id, request.id)
        decision = kind if kind in _RECEIPTS else ""
        carrier.warn((
            Tell(
                people=(request.person,),
                template="receipt",
                request_id=request.id,
                context={
                    "decision": decision,
                    "next_step": "",
                    "details": _HELD,
                    "undo_until": desk.local(until),
                },
            ),
        ))
    else:
        carrier.carry((
            Tell(
                people=(request.person,),
                template="not_taken",
                request_id=request.id,
                context=why("unproven", said.text),
            ),
        ))


def confirmed(answer: Answer) -> bool:
    """Whether «ДА» answered a fresh code at the registered address: the held mail counts now."""
    carrier, request = answer.carrier, answer.request
    if answer.meaning.kind not in {MeaningKind.confirm, MeaningKind.weak, MeaningKind.approve}:
        # Neither an empty reply nor another word burns the code.
        carrier.carry(told_why(request, "not_confirmed"))
        return False
    carrier.carry((
        Log(kind="confirmed", data={"mail": int(request.data["mail"])}),
        CloseRequest(request_id=request.id, reason=CloseReason.decided),
    ))
    return True


def held_mail(
    desk: Desk, work: UnitOfWork, mail_id: int, now: datetime
) -> tuple[StoredMail, Reading] | None:
    """A mail that waited to count, with its content; None when it was recalled meanwhile.

    One that can no longer be read is kept for a person.
    """
    if work.facts.get(f"held_recalled:{mail_id}"):
        return None
    held = work.mails.get(mail_id)
    try:
        return held, desk.read(held.sha256)
    except RefusedError:
        keep_unheard(desk, work, mail_id, now)
        return None


def keep_unheard(desk: Desk, work: UnitOfWork, mail_id: int, now: datetime) -> None:
    """A verdict that waited and cannot be carried out: the dispatcher is asked about its mail."""
    held = work.mails.get(mail_id)
    try:
        head = desk.read_head(held.sha256).mail
    except RefusedError:
        head = None
    work.asides.decide_again(
        held, MailState.aside, kind="failed", case_id=held.case_id, at=now, settled=False
    )
    if held.case_id is not None:
        work.journal.add(held.case_id, now, "service", "not_taken", {"reason": "unread"})
    tell_aside(desk, work, held, head, now, "failed")


def recall(answer: Answer) -> None:
    """«СТОП» inside the undo window takes a verdict back, unless the letter was registered."""
    work, carrier, request, case = answer.work, answer.carrier, answer.request, answer.case
    decided = request.closed_at
    if second_thought(answer, request):
        return
    if decided is None and drop_held(work, carrier, request.id):
        carrier.carry((
            Log(kind="recalled", data={"step": request.step, "version": request.version}),
            Tell(
                people=(request.person,),
                template="not_taken",
                request_id=request.id,
                context=why("recalled", ""),
            ),
        ))
        return
    if _disowned(answer):
        return
    # He may have had to confirm it: what counts is when he wrote.
    possible = (
        decided is not None
        and _is_in_time(answer, decided)
        and request.close_reason is CloseReason.decided
        and not work.register.live_of_case(case.id, request.version)
    )
    if not possible:
        answer.refuse("recall_late")
    elif answer.is_proven:
        carrier.carry(on_recall(case, request))
    else:
        _unproven_recall(answer)


def _is_in_time(answer: Answer, decided: datetime) -> bool:
    """Whether he writes inside the window; what others told for him he may undo while it lasts."""
    if answer.work.facts.get(f"by_phone:{answer.request.id}"):
        return True
    window = timedelta(minutes=answer.desk.settings.mail.undo_minutes)
    return min(answer.now, answer.said.stored.stored_at) - decided <= window


def _disowned(answer: Answer) -> bool:
    """Whether he has taken back a text that came in his name, and that nobody vouched for.

    No more proof is asked for than the text itself had.
    """
    desk, carrier, request, case = answer.desk, answer.carrier, answer.request, answer.case
    if request.purpose is not Purpose.draft or not is_draft_doubted(answer.work, case):
        return False
    waits = request.closed_at is None and case.draft is not None
    shown = ROUTES[case.track].step(case.step).kind is StepKind.approve
    if not waits and not (shown and case.version == request.version + 1):
        return False
    known = desk.office.people.get(request.person)
    carrier.carry((
        Log(kind="recalled", data={"step": request.step, "version": case.version}),
        KeepDraft(draft=None),
        Enter(
            step=request.step,
            template="rework",
            context={"reason": draft_disowned(), "returned_by": request.person},
            close_as=CloseReason.step_over,
        ),
    ))
    carrier.warn((
        Tell(
            people=(desk.office.roles.dispatcher,),
            template="not_taken",
            context=why("disowned", "", by=known.name if known else ""),
            once=f"disowned:{request.id}",
        ),
    ))
    return True


def _unproven_recall(answer: Answer) -> None:
    """A forged «СТОП» must not undo what was proven: the verdict stands until he confirms."""
    carrier, said, request = answer.carrier, answer.said, answer.request
    carrier.log("not_taken", {"reason": "recall_unproven"})
    dispatcher = Tell(
        people=(answer.desk.office.roles.dispatcher,),
        template="not_taken",
        context=why("recall_unproven", said.text, by=said.person.name if said.person else ""),
        once=f"recall_unproven:{request.id}",
    )
    ask_sender(answer, answer.speaker, about=f"stop:{request.id}", what="stop")
    carrier.warn((dispatcher,))
