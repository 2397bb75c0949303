"""A person's mail that names no request by its code.

No verdict is guessed (`threats.md` §3.8); a draft or a note may be handed in by the case's number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcu_mail.domain.case import CaseState, Purpose
from mcu_mail.domain.course_parts import told_why
from mcu_mail.domain.decisions import Log, Tell
from mcu_mail.domain.numbering import find_case_numbers
from mcu_mail.mail.proof import TrustLevel
from mcu_mail.service.annex_offers import offer
from mcu_mail.service.cards import name_of
from mcu_mail.service.clerk import ask_first, command_in_subject
from mcu_mail.service.restricted_answers import report_by_number
from mcu_mail.service.said import HARMLESS, meaning_of
from mcu_mail.service.taking import Heard, carrier_of, show_to_head, take, take_continuation, why
from mcu_mail.store.ledger import MailState

if TYPE_CHECKING:
    from datetime import datetime

    from mcu_mail.domain.case import Case
    from mcu_mail.service.desk import Desk
    from mcu_mail.service.said import Said
    from mcu_mail.store.unit_of_work import UnitOfWork


def without_code(desk: Desk, work: UnitOfWork, said: Said, now: datetime) -> Heard:
    """Take what harms nobody by the case's number; ask anew for the rest, with fresh buttons."""
    named = _cases_named(work, said)
    case = named[0] if len(named) == 1 else None
    if said.person is None:
        return Heard(state=MailState.aside, case_id=case.id if case else None)
    command = command_in_subject(desk, said, now)
    if command is not None:
        return ask_first(desk, work, said, case, command, now)
    if len(named) > 1:
        return _which_case(desk, work, said, named, now)
    mine = [
        item
        for item in work.requests.open_of_person(said.person.id)
        if case is None or item.case_id == case.id
    ]
    meaning = meaning_of(desk, said, now, drafting=True)
    drafting = [item for item in mine if item.purpose is Purpose.draft]
    if (
        case is not None
        and drafting
        and said.level is not TrustLevel.REFUSED
        and (meaning.kind in HARMLESS or said.word is not None)
    ):
        carrier = carrier_of(desk, work, case, said, now)
        take(desk, work, carrier, said, drafting[0], meaning, now)
        return Heard(state=MailState.handled, case_id=case.id)
    if case is not None:
        carrier = carrier_of(desk, work, case, said, now)
        if take_continuation(desk, work, carrier, said, now) or offer(
            desk, work, carrier, said, meaning, now
        ):
            return Heard(state=MailState.handled, case_id=case.id)
        if report_by_number(desk, work, carrier, said, now):
            return Heard(state=MailState.handled, case_id=case.id)
    for request in mine:
        # No guess, even if only one is open: his requests are sent again with a note (§3.8).
        own = work.cases.get(request.case_id)
        carrier = carrier_of(desk, work, own, said, now)
        carrier.carry(told_why(request, "no_code", said.text))
    if not mine and case is not None and case.state is not CaseState.closed:
        carrier = carrier_of(desk, work, case, said, now)
        carrier.carry((
            Log(kind="note", data={"text": said.text[:2000]}),
            Tell(
                people=(said.person.id,),
                template="not_taken",
                context=why("not_your_turn", said.text, by=name_of(case.actor, desk)),
            ),
        ))
        if meaning.kind in HARMLESS or said.word is not None:
            show_to_head(desk, carrier, said)
    if mine or case is not None:
        first = case.id if case is not None else mine[0].case_id
        return Heard(state=MailState.handled, case_id=first)
    # An answer of a colleague to a mail of ours that asked nothing raises no alarm of its own.
    ours = work.queue.by_message_ids([*said.mail.in_reply_to, *said.mail.references])
    return Heard(state=MailState.handled if ours else MailState.aside)


def _which_case(
    desk: Desk, work: UnitOfWork, said: Said, named: list[Case], now: datetime
) -> Heard:
    """Numbers of several cases in one mail: nothing is guessed, its author writes to each."""
    person = said.person.id if said.person else ""
    for case in named:
        carrier = carrier_of(desk, work, case, said, now)
        carrier.log("not_taken", {"reason": "case_which"})
    numbers = ", ".join(case.number for case in named)
    carrier_of(desk, work, named[0], said, now).carry((
        Tell(
            people=(person,),
            template="not_taken",
            context={
                **why("case_which", said.text),
                "details": numbers,
            },
            once=f"case_which:{said.stored.id}",
        ),
    ))
    return Heard(state=MailState.handled, case_id=named[0].id)


def _cases_named(work: UnitOfWork, said: Said) -> list[Case]:
    """The cases whose numbers stand in the subject, the references or the new text."""
    text = "\n".join([said.mail.subject, *said.mail.references, *said.mail.in_reply_to, said.text])
    found = {number: work.cases.by_number(number) for number in find_case_numbers(text)}
    return [case for case in found.values() if case is not None]
