"""The dispatcher answers about a mail that was set aside: «К делу …», «Новое», «Не нужно».

The same proof as for a verdict: the code of the open question, the strictly parsed sender who was
asked or may speak for him, and our own mail server vouching for him; otherwise one fresh code at
the registered address is asked to be confirmed (`threats.md` §3). A forwarded question gives no
power, and neither a stranger nor an unclear word burns the code.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcu_mail.domain.aside_catalogue import MAIL_UNREADABLE
from mcu_mail.domain.aside_words import AsideWord, read_aside_answer
from mcu_mail.domain.codes import grouped, new_code
from mcu_mail.domain.whose_turn import may_speak_for
from mcu_mail.errors import RefusedError
from mcu_mail.mail.compose import read_message_id
from mcu_mail.mail.proof import TrustLevel
from mcu_mail.mail.wording import Button
from mcu_mail.service.answer import Heard
from mcu_mail.service.aside import aside_buttons, assign, next_mail, open_from, settle
from mcu_mail.service.asking import queue_mail
from mcu_mail.store.ledger import MailState

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from mcu_mail.domain.aside_words import AsideAnswer
    from mcu_mail.domain.case import Case
    from mcu_mail.mail.reading import Reading
    from mcu_mail.service.desk import Desk
    from mcu_mail.service.said import Said
    from mcu_mail.store.ledger import StoredMail
    from mcu_mail.store.unit_of_work import UnitOfWork

_TRACK = "governor"
_MOST_CONFIRMS = 5
_YES = (("Да, это я", "ДА"),)


def about_aside(
    desk: Desk, work: UnitOfWork, said: Said, codes: Sequence[str], now: datetime
) -> Heard | None:
    """What became of an answer about a mail set aside; None when it is none, or not his to give."""
    found = {one.id: one for one in work.asides.by_codes(codes)} if codes else {}
    pending = ""
    for code in codes:
        kept = work.facts.get(_confirm_key(code))
        if kept:
            mail_id, _, pending = kept.partition(":")
            known = work.asides.find(int(mail_id))
            found |= {known.id: known} if known is not None else {}
    if len(found) != 1 or said.person is None or said.level is TrustLevel.REFUSED:
        return None
    (stored,) = found.values()
    asked = stored.asked or desk.office.roles.dispatcher
    if not may_speak_for(said.person.id, asked, desk.office, desk.today(now)):
        return None
    return _Answer(desk, work, said, stored, now, pending or stored.pending or "").take()


def _confirm_key(code: str) -> str:
    """Where a fresh code keeps the mail and the words that it confirms.

    The code of the question itself stays as it was: a forged answer must not spend it.
    """
    return f"aside_confirm:{code}"


class _Answer:
    """One answer of the one who was asked."""

    def __init__(
        self,
        desk: Desk,
        work: UnitOfWork,
        said: Said,
        stored: StoredMail,
        now: datetime,
        pending: str,
    ) -> None:
        self._desk = desk
        self._work = work
        self._said = said
        self._stored = stored
        self._now = now
        self._pending = pending

    def take(self) -> Heard:
        stored = self._stored
        answer = read_aside_answer(self._said.text)
        if answer.word is AsideWord.thanks:
            # A colleague's thanks want no answer, and the question stays open.
            return Heard(state=MailState.handled, case_id=stored.case_id)
        if stored.state is not MailState.aside:
            if answer.word is not AsideWord.unclear:
                self._tell("already")
            return Heard(state=MailState.handled, case_id=stored.case_id)
        if self._is_doubtful(answer):
            self._tell("not_understood")
            return Heard(state=MailState.handled)
        if answer.word is AsideWord.yes and self._pending:
            # The tap on a fresh code, sent to the registered address, is the proof.
            return self._do(read_aside_answer(self._pending))
        if answer.word in {AsideWord.unclear, AsideWord.yes}:
            self._tell("not_understood")
        elif self._said.level is TrustLevel.PROVEN:
            return self._do(answer)
        elif self._desk.settings.mail.trust.unproven == "refuse":
            self._tell("unproven")
        else:
            self._ask_whether_he_wrote()
        return Heard(state=MailState.handled)

    def _is_doubtful(self, answer: AsideAnswer) -> bool:
        """Whether another program would show another word: none is taken from the mail."""
        if self._said.is_doubtful:
            return True
        shown = self._said.shown
        other = answer if shown is None else read_aside_answer(shown)
        return (other.word, other.number) != (answer.word, answer.number)

    def _read(self, case: Case | None) -> Reading | None:
        """The mail as far as it can be read; None when no more than that it is there is known."""
        try:
            return self._desk.read(self._stored.sha256)
        except RefusedError:
            if case is None:
                return None
        try:
            return self._desk.read_head(self._stored.sha256)
        except RefusedError:
            return None

    def _ask_whether_he_wrote(self) -> None:
        """A few times a day and mail; the end of it is said once."""
        work, stored = self._work, self._stored
        key = f"aside_confirms:{self._desk.today(self._now).isoformat()}:{stored.id}"
        asked = int(work.facts.get(key) or 0)
        work.facts.set(key, str(asked + 1))
        if asked < _MOST_CONFIRMS:
            code = new_code(self._desk.random(10))
            work.facts.set(_confirm_key(code), f"{stored.id}:{self._said.text[:2000]}")
            self._tell("confirm", code=code)
        elif asked == _MOST_CONFIRMS:
            self._tell("unproven")

    def _do(self, answer: AsideAnswer) -> Heard:
        """Carry out a proven answer; the code is spent with the mail's being settled."""
        desk, work, stored = self._desk, self._work, self._stored
        person = self._said.person
        assert person is not None
        case = work.cases.by_number(answer.number) if answer.number else None
        if answer.word is AsideWord.assign and case is None:
            self._tell("no_case", number=answer.number)
            return Heard(state=MailState.handled)
        mail = None if answer.word is AsideWord.drop else self._read(case)
        if mail is None and answer.word is not AsideWord.drop:
            self._tell("refused", details=MAIL_UNREADABLE)
            return Heard(state=MailState.handled)
        if not work.asides.claim(stored.id):
            self._tell("already")
            return Heard(state=MailState.handled, case_id=stored.case_id)
        outcome = "dropped"
        if mail is None:
            settle(
                work,
                stored,
                MailState.ignored,
                self._now,
                by=person.id,
                kind="dropped",
                reason=answer.reason or "не нужно",
            )
        elif case is not None:
            assign(desk, work, stored, mail, case, self._now, by=person.id, remark=answer.reason)
            outcome = "assigned"
        else:
            try:
                case = open_from(
                    desk, work, stored, mail, _TRACK, self._now, arrived=stored.arrived_at
                )
            except RefusedError as error:
                self._tell("refused", details=str(error))
                return Heard(state=MailState.handled)
            if answer.reason:
                work.journal.add(case.id, self._now, person.id, "note", {"text": answer.reason})
            settle(
                work,
                stored,
                MailState.handled,
                self._now,
                by=person.id,
                kind="opened",
                case_id=case.id,
                reason=answer.reason,
            )
            outcome = "opened"
        self._tell(outcome, number=case.number if case else "")
        return Heard(state=MailState.handled, case_id=case.id if case else None)

    def _tell(
        self,
        outcome: str,
        *,
        number: str = "",
        details: str = "",
        code: str = "",
    ) -> None:
        """Answer the answer: what was done, or what is still to be said, with the code for it."""
        desk, work, stored = self._desk, self._work, self._stored
        person = self._said.person
        assert person is not None
        is_open = outcome in {"not_understood", "unproven", "no_case", "confirm", "refused"}
        code = code or stored.code or ""
        shown = grouped(code) if is_open else ""
        buttons = aside_buttons(code) if is_open else ()
        if outcome == "confirm":
            buttons = tuple(
                Button(label=label, subject=f"[МЦУ] {label} {shown}", body=body)
                for label, body in _YES
            )
        worded = desk.wording.compose(
            "aside_answer",
            now=desk.local(self._now),
            person=desk.office.people[person.id],
            code=shown,
            buttons=buttons,
            outcome=outcome,
            number=number,
            details=details,
            words=self._said.text[:500],
            mail_id=stored.id,
        )
        queue_mail(
            desk,
            work,
            key=f"aside_answer:{stored.id}:{self._said.stored.id}",
            kind="notice",
            case=None,
            person=person.id,
            worded=worded,
            message_id=read_message_id(code, next_mail(work, stored.id), desk.domain)
            if code
            else f"<aside.{stored.id}.{self._said.stored.id}@{desk.domain}>",
            now=self._now,
        )
        work.asides.act(stored.id, self._now, "service", "told", {"outcome": outcome})
