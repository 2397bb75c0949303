"""Verdicts that do not count at once, and verdicts taken back.

A mail whose sender our server does not vouch for waits for his word or for its time; «СТОП» takes
back what waits, and inside the undo window what was decided. `hearing.py` lets it count in the end.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from mcu_mail.domain.case import CloseReason, Purpose
from mcu_mail.domain.course import on_recall
from mcu_mail.domain.course_parts import told_why
from mcu_mail.domain.decisions import Ask, CloseRequest, Log, Tell
from mcu_mail.domain.verdicts import MeaningKind
from mcu_mail.service.held import drop_held, hold
from mcu_mail.service.taking import why

if TYPE_CHECKING:
    from datetime import datetime

    from mcu_mail.domain.case import Request
    from mcu_mail.domain.verdicts import Meaning
    from mcu_mail.mail.reading import Reading
    from mcu_mail.service.carry import Carrier
    from mcu_mail.service.desk import Desk
    from mcu_mail.service.said import Said
    from mcu_mail.store.ledger import StoredMail
    from mcu_mail.store.unit_of_work import UnitOfWork

# Decisions that the receipt has words for.
_RECEIPTS = frozenset({"approve", "return"})
_HELD = (
    "Почтовый сервер не подтвердил, что писали вы, поэтому решение подействует только после этого "
    "времени. Писали не вы – ответьте «СТОП»."
)


def unproven(
    desk: Desk,
    work: UnitOfWork,
    carrier: Carrier,
    said: Said,
    request: Request,
    meaning: Meaning,
    now: datetime,
) -> None:
    """Our server vouched for nobody: `trust.unproven` says what to do (§3.6).

    Of several replies to one request the newest waits: one question is open at a time.
    """
    policy = desk.settings.mail.trust.unproven
    carrier.log("not_taken", {"reason": "unproven", "policy": policy})
    if policy == "confirm":
        waiting = _waiting(work, carrier, request)
        carrier.carry((
            Ask(
                purpose=Purpose.confirm,
                # The registered address of the one who seems to have written: he knows.
                person=said.person.id if said.person else request.person,
                template="confirm_needed",
                context={"words": said.text[:500]},
                data={
                    "mail": str(said.stored.id),
                    "request": str(request.id),
                    "key": f"confirm:{said.stored.id}",
                },
            ),
        ))
        # Where nothing was asked any more (a flood), the question before stays open.
        if len(_waiting(work, carrier, request)) > len(waiting):
            for earlier in waiting:
                work.requests.close(earlier.id, now, CloseReason.new_version)
    elif policy == "hold":
        until = hold(work, carrier, said.stored.id, request.id)
        decision = meaning.kind.value if meaning.kind.value in _RECEIPTS else ""
        carrier.carry((
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


def _waiting(work: UnitOfWork, carrier: Carrier, request: Request) -> tuple[Request, ...]:
    """The open questions whether it was he who answered this request."""
    return tuple(
        item
        for item in work.requests.open_of_case(carrier.case.id)
        if item.purpose is Purpose.confirm and item.data["request"] == str(request.id)
    )


def confirmed(carrier: Carrier, request: Request, meaning: Meaning) -> bool:
    """Whether «ДА» answered a fresh code at the registered address: the held mail counts now."""
    if meaning.kind not in {MeaningKind.confirm, MeaningKind.weak, MeaningKind.approve}:
        # Neither an empty reply nor another word burns the code.
        carrier.carry(told_why(request, "not_confirmed"))
        return False
    carrier.carry((
        Log(kind="confirmed", data={"mail": int(request.data["mail"])}),
        CloseRequest(request_id=request.id, reason=CloseReason.decided),
    ))
    return True


def held_mail(desk: Desk, work: UnitOfWork, mail_id: int) -> tuple[StoredMail, Reading] | None:
    """A mail that waited to count, with its content; None when it was recalled meanwhile."""
    if work.facts.get(f"held_recalled:{mail_id}"):
        return None
    held = work.mails.get(mail_id)
    return held, desk.read(held.sha256)


def recall(
    desk: Desk, work: UnitOfWork, carrier: Carrier, said: Said, request: Request, now: datetime
) -> None:
    """«СТОП» inside the undo window takes a verdict back, unless the letter was registered."""
    window = timedelta(minutes=desk.settings.mail.undo_minutes)
    decided = request.closed_at
    case = carrier.case
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
    possible = (
        decided is not None
        and now - decided <= window
        and request.close_reason is CloseReason.decided
        and not work.register.live_of_case(case.id, request.version)
    )
    if possible:
        carrier.carry(on_recall(case, request))
    else:
        carrier.carry(told_why(request, "recall_late", said.text))
