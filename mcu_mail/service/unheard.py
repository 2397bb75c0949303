"""Answers of somebody who was not asked: nothing moves, and the one who was asked hears of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcu_mail.domain.decisions import Log, Tell
from mcu_mail.service.answer import why
from mcu_mail.service.cards import name_of

if TYPE_CHECKING:
    from mcu_mail.domain.case import Request
    from mcu_mail.service.answer import Answer, Spoken


def refuse_stranger(spoken: Spoken, request: Request) -> None:
    """Forwarding gives no power: the one who was asked hears of it, once a request."""
    carrier, said = spoken.carrier, spoken.said
    address = said.mail.sender.address or "?"
    known = said.person.id if said.person else ""
    asked = name_of(request.person, spoken.desk)
    carrier.carry((
        Log(kind="not_taken", data={"reason": "stranger", "known": known}),
        Tell(
            people=(request.person,),
            template="not_taken",
            request_id=request.id,
            context={
                **why("foreign_reply", said.text),
                "details": f"Письмо пришло с адреса {address}.",
            },
            once=f"stranger:{request.id}",
        ),
    ))
    if said.person is not None:
        carrier.carry((
            Tell(
                people=(said.person.id,),
                template="not_taken",
                context=why("stranger", said.text, by=asked),
                once=f"not_you:{request.id}:{known}",
            ),
        ))


def refuse_forged(answer: Answer) -> None:
    """Somebody else has written in his name: he hears of it, and the dispatcher, once a day."""
    said, request, roles = answer.said, answer.request, answer.desk.office.roles
    answer.carrier.carry((
        Log(kind="not_taken", data={"reason": "forged"}),
        Tell(
            people=(request.person, roles.dispatcher),
            template="not_taken",
            context=why("forged", said.text, by=said.person.name if said.person else ""),
            once=f"forged:{request.id}:{answer.today.isoformat()}",
        ),
    ))
