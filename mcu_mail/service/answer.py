"""What a person has written, with all that is needed to act on it: one value, passed on whole.

`Spoken` is a mail in one case; `Answer` adds which request it answers, and what it means. What acts
on an answer takes it as its one argument, decides by the rules, and hands the decisions to its
carrier: `restricted_answers.py` shows the shape.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mcu_mail.domain.catalogue import replies_elsewhere
from mcu_mail.domain.course_parts import told_why
from mcu_mail.domain.whose_turn import may_speak_for
from mcu_mail.mail.proof import TrustLevel
from mcu_mail.service.carry import Carrier
from mcu_mail.store.ledger import MailState

if TYPE_CHECKING:
    from datetime import date, datetime

    from mcu_mail.domain.case import Case, Request
    from mcu_mail.domain.verdicts import Meaning
    from mcu_mail.service.desk import Desk
    from mcu_mail.service.said import Said
    from mcu_mail.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What became of a person's mail."""

    state: MailState
    case_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class Spoken:
    """What a person has written in one case."""

    desk: Desk
    work: UnitOfWork
    carrier: Carrier
    """Of that case, in the name of who wrote it."""
    said: Said
    now: datetime

    @property
    def case(self) -> Case:
        """The case as it is by now."""
        return self.carrier.case

    @property
    def today(self) -> date:
        """The office's date."""
        return self.desk.today(self.now)

    @property
    def cause(self) -> str:
        """The mail as a cause of what follows."""
        return cause_of(self.said)

    @property
    def handled(self) -> Heard:
        """The mail is dealt with, in this case."""
        return Heard(state=MailState.handled, case_id=self.case.id)

    @property
    def is_proven(self) -> bool:
        """Whether our own mail server vouches for the sender, or he himself has."""
        return self.said.level is TrustLevel.PROVEN

    @property
    def is_forged(self) -> bool:
        """Whether our own mail server says that somebody else has written it."""
        return self.said.level is TrustLevel.REFUSED

    def may_speak_for(self, person: str) -> bool:
        """Whether the writer is that person, or stands in for him today."""
        known = self.said.person
        return known is not None and may_speak_for(known.id, person, self.desk.office, self.today)

    def to(self, request: Request, meaning: Meaning) -> Answer:
        """The same mail as the answer to a request."""
        return Answer(
            desk=self.desk,
            work=self.work,
            carrier=self.carrier,
            said=self.said,
            now=self.now,
            request=request,
            meaning=meaning,
        )


@dataclass(frozen=True, kw_only=True)
class Answer(Spoken):
    """What a person has answered to a request of ours."""

    request: Request
    meaning: Meaning

    @property
    def speaker(self) -> str:
        """Who answers: the writer, if he is known, else the one who was asked."""
        return self.said.person.id if self.said.person else self.request.person

    def refuse(self, reason: str) -> None:
        """Nothing moves: the one asked hears why, in his own words and with the same buttons."""
        self.carrier.carry(told_why(self.request, reason, self.said.text))


def spoken_in(
    desk: Desk, work: UnitOfWork, case: Case, said: Said, now: datetime, *, sheet_mail: int = 0
) -> Spoken:
    """A mail as spoken in a case; what follows is carried out in the name of who wrote it.

    `sheet_mail`: the mail's id, when it answers a sheet.
    """
    carrier = Carrier(
        desk,
        work,
        case,
        now=now,
        actor=said.person.id if said.person else "stranger",
        cause=cause_of(said),
        is_unproven=said.level is not TrustLevel.PROVEN,
        remark=_reply_address(said),
        sheet_mail=sheet_mail,
    )
    return Spoken(desk=desk, work=work, carrier=carrier, said=said, now=now)


def cause_of(said: Said) -> str:
    """A mail as a cause: keys of the mails that follow start with it."""
    return f"mail{said.stored.id}"


def why(reason: str, text: str, by: str = "") -> dict[str, object]:
    """The context of a `not_taken` mail: the reason, his words, whose turn it is instead."""
    return {"reason": reason, "words": text[:500], "by": by, "asked_version": None, "details": ""}


def _reply_address(said: Said) -> str:
    """What the receipt says of a Reply-To that leads elsewhere: we never write to it (A39)."""
    elsewhere = said.mail.reply_to
    own = said.person.addresses if said.person else ()
    return replies_elsewhere(elsewhere) if elsewhere and elsewhere not in own else ""
