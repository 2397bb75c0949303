"""What post offices say of our mail: it came back, or it is late.

A letter that came back reopens its sending, for the address it came back from; of a mail to an
official the dispatcher hears once a person and day. A late mail is noted, and told of when its
term is near. A report that nobody vouches for changes nothing (threat A36).
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from mcu_mail.domain.catalogue import return_cause, unnamed_return
from mcu_mail.domain.decisions import Log, Tell
from mcu_mail.mail.kind import MailKind
from mcu_mail.mail.proof import TrustLevel, prove
from mcu_mail.service.away import person_behind, unreachable
from mcu_mail.service.carry import Carrier
from mcu_mail.service.reopening import reopen
from mcu_mail.store.ledger import MailState
from mcu_mail.store.queue import RecipientState

if TYPE_CHECKING:
    from datetime import datetime

    from mcu_mail.domain.case import Case
    from mcu_mail.mail.mime import Incoming
    from mcu_mail.mail.reading import Reading
    from mcu_mail.mail.returned import Returned
    from mcu_mail.service.desk import Desk
    from mcu_mail.store.ledger import StoredMail
    from mcu_mail.store.moments import Due
    from mcu_mail.store.queue import Outgoing, Recipient
    from mcu_mail.store.unit_of_work import UnitOfWork

_NEAR = timedelta(hours=1)
_EXCERPT = 1500
_ANSWER = 300
_GONE = frozenset({RecipientState.refused, RecipientState.queued})


def take_return(
    desk: Desk,
    work: UnitOfWork,
    stored: StoredMail,
    reading: Reading,
    now: datetime,
) -> tuple[str, MailState, int | None]:
    """Draw the consequences of a bounce or a delay notice; (kind, state, case) of the mail."""
    kind, report = reading.kind, reading.report
    message = _message_of(work, report) if report is not None else None
    if report is None or message is None:
        return kind.value, MailState.ignored, None
    came = _Came(desk, work, stored, reading.mail, report, message, now)
    if kind is MailKind.DELAY:
        came.late()
    elif message.kind == "letter":
        came.letter_back()
    else:
        came.mail_back()
    return kind.value, MailState.handled, message.case_id


def _message_of(work: UnitOfWork, report: Returned) -> Outgoing | None:
    """The mail of ours that a report speaks of."""
    for letter_id in report.letter_ids:
        # Every attempt adds its ordinal; see `dispatch.attempt_id`.
        for known in (letter_id.rpartition(".")[0], letter_id):
            message = work.queue.by_letter_id(known) if known else None
            if message is not None:
                return message
    ours = work.queue.by_message_ids(report.ids)
    ranks = {f"<{one}>": place for place, one in enumerate(report.ids)}
    # One that goes by the id of a gateway is named by none of its own.
    return min(ours, key=lambda one: ranks.get(one.message_id, len(ranks)), default=None)


def _not_reached(report: Returned, message: Outgoing) -> list[Recipient]:
    """The addressees a report means; all of them when it names none that we wrote to."""
    for named in (report.addresses, report.named):
        found = [item for item in message.addressees if item.address in named]
        if found:
            return found
    return list(message.addressees)


class _Came:
    """One report about one mail of ours."""

    def __init__(
        self,
        desk: Desk,
        work: UnitOfWork,
        stored: StoredMail,
        mail: Incoming,
        report: Returned,
        message: Outgoing,
        now: datetime,
    ) -> None:
        self._desk = desk
        self._work = work
        self._stored = stored
        self._mail = mail
        self._report = report
        self._message = message
        self._now = now
        self._level = prove(mail, desk.trust)
        self._items = _not_reached(report, message)
        self._named = [item.address for item in self._items]
        told = return_cause(report.cause.value, report.status)
        certain = len(self._items) == 1 or {*report.addresses, *report.named} & {*self._named}
        self._explanation = told if certain else unnamed_return(told)
        case_id = message.case_id
        self._case: Case | None = work.cases.get(case_id) if case_id is not None else None

    def letter_back(self) -> None:
        """A letter came back: its sending is open again, or a person looks."""
        if self._case is None:
            return
        carrier = self._carrier(self._case)
        if not self._is_credible():
            carrier.carry((
                Log(kind="bounce_unproven", data={"recipients": self._named}),
                Tell(
                    people=(self._desk.office.roles.dispatcher,),
                    template="reopened",
                    once=f"bounce_unproven:{self._message.id}",
                    context=self._context(sure=False),
                ),
            ))
            return
        carrier.carry((Log(kind="bounced", data=self._logged()),))
        for item in self._items:
            self._work.queue.set_state(
                item.id,
                {
                    "state": RecipientState.refused,
                    "answer": f"возврат после отправки: {self._explanation}. "
                    f"{self._report.words[:_ANSWER]}",
                    "at": self._now,
                },
            )
        reopen(
            self._desk,
            self._work,
            carrier,
            self._message,
            kind="bounce",
            addresses=self._named,
            excerpt=self._mail.text[:_EXCERPT] or self._report.words,
            explanation=self._explanation,
            cause=f"mail{self._stored.id}",
        )

    def mail_back(self) -> None:
        """A request, reminder or notice reached nobody: whom it was for, and what waits."""
        if self._case is not None:
            self._carrier(self._case).carry((Log(kind="bounced", data=self._logged()),))
        if self._level is TrustLevel.REFUSED:
            return
        for item in self._items:
            self._tell_of(item.address, "bounce")

    def late(self) -> None:
        """A server still tries: noted, and told of when the term is near."""
        if self._case is None:
            return
        case = self._case
        self._carrier(case).carry((Log(kind="delayed", data=self._logged()),))
        if self._level is TrustLevel.REFUSED:
            return
        by = case.term if self._message.kind == "letter" else case.due or case.term
        if by - self._now <= _NEAR:
            delay_told(self._desk, self._work, case, self._message, self._now, self._explanation)
            return
        self._work.due.add(
            key=f"delayed:{self._message.id}",
            at=by - _NEAR,
            case_id=case.id,
            kind="delayed",
            data={"outgoing": self._message.id, "explanation": self._explanation},
        )

    def _tell_of(self, address: str, cause: str) -> None:
        person = person_behind(self._desk, self._work, self._message, address)
        if person is not None:
            unreachable(
                self._desk,
                self._work,
                person,
                cause=cause,
                case=self._case,
                now=self._now,
                address=address,
                explanation=self._explanation,
                excerpt=self._report.words,
            )

    def _carrier(self, case: Case) -> Carrier:
        return Carrier(
            self._desk,
            self._work,
            case,
            now=self._now,
            actor="mail_server",
            cause=f"mail{self._stored.id}",
        )

    def _logged(self) -> dict[str, object]:
        return {"recipients": self._named, "status": self._report.status}

    def _context(self, *, sure: bool) -> dict[str, object]:
        return {
            "kind": "bounce",
            "from_address": ", ".join(self._named),
            "excerpt": self._mail.text[:_EXCERPT] or self._report.words,
            "explanation": self._explanation,
            "about": "",
            "opened": False,
            "sure": sure,
            "files": (),
        }

    def _is_credible(self) -> bool:
        """Whether our own mail server wrote the report, or one that ours vouches for.

        One that quotes the number of the very attempt has seen the letter: it is no secret of ours,
        but nobody who has not had the letter on its way can know it (80 random bits).
        """
        if self._level is not TrustLevel.SILENT:
            return self._level is TrustLevel.PROVEN
        domain = (self._mail.sender.address or "").rpartition("@")[2]
        own = (self._desk.domain, self._desk.trust.authserv_id)
        if any(name and (domain == name or domain.endswith("." + name)) for name in own):
            return True
        letter_id = self._message.letter_id
        return any(one.rpartition(".")[0] == letter_id for one in self._report.letter_ids)


def delay_told(
    desk: Desk, work: UnitOfWork, case: Case, message: Outgoing, now: datetime, explanation: str
) -> None:
    """The term is near and the mail still on its way: the dispatcher hears of it, once."""
    waiting = [item for item in message.addressees if item.state not in _GONE]
    if message.kind == "letter" and waiting:
        Carrier(desk, work, case, now=now, actor="service", cause=f"out{message.id}").carry((
            Tell(
                people=(desk.office.roles.dispatcher,),
                template="letter_delayed",
                once=f"letter_delayed:{message.id}",
                context={
                    "addresses": tuple(item.address for item in waiting),
                    "explanation": explanation,
                    "excerpt": "",
                },
            ),
        ))
        return
    request = work.requests.get(message.request_id) if message.request_id is not None else None
    if request is None or request.closed_at is not None:
        return
    for item in waiting:
        person = person_behind(desk, work, message, item.address)
        if person is not None:
            unreachable(
                desk,
                work,
                person,
                cause="delay",
                case=case,
                now=now,
                address=item.address,
                explanation=explanation,
            )


def delay_due(desk: Desk, work: UnitOfWork, due: Due, now: datetime) -> None:
    """The moment a delay was to be told of has come."""
    message = work.queue.get(int(due.data["outgoing"]))
    case = work.cases.get(due.case_id)
    delay_told(desk, work, case, message, now, str(due.data["explanation"]))
