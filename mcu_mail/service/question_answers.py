"""Whether an answer to a question without a case counts: the same proof as for a verdict.

The strictly parsed sender was asked or may speak for him, our own mail server vouches for him, and
both forms of his mail say one thing; otherwise one fresh code at his registered address is asked to
be confirmed (`threats.md` §3). Whether somebody wrote a mail only he himself can say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mcu_mail.domain.aside_catalogue import MAIL_UNREADABLE
from mcu_mail.domain.desk_words import OrderKind, read_order
from mcu_mail.domain.numbering import find_case_numbers
from mcu_mail.domain.verdicts import MeaningKind, read_meaning
from mcu_mail.domain.whose_turn import may_speak_for
from mcu_mail.errors import RefusedError
from mcu_mail.mail.proof import TrustLevel
from mcu_mail.service.asking import tell
from mcu_mail.service.floods import is_flooded_about
from mcu_mail.service.questions import OF_HIMSELF, VOUCH, Question, close, known, pose, send
from mcu_mail.service.said import read_said
from mcu_mail.service.which_track import TRACK
from mcu_mail.store.ledger import MailState

if TYPE_CHECKING:
    from datetime import date, datetime

    from mcu_mail.domain.office import Person
    from mcu_mail.mail.reading import Reading
    from mcu_mail.service.desk import Desk
    from mcu_mail.service.said import Said
    from mcu_mail.store.ledger import StoredMail
    from mcu_mail.store.unit_of_work import UnitOfWork

Sorted = tuple[str, MailState, int | None]
YES = frozenset({MeaningKind.confirm, MeaningKind.weak, MeaningKind.approve})
CONFIRM = (("Да, это я", "ДА"),)
_TAKEN: Sorted = ("reply", MailState.handled, None)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What counts: to which question, in which words, and the mail that they are about."""

    question: Question
    words: str
    original: Reading


def weigh(
    desk: Desk,
    work: UnitOfWork,
    stored: StoredMail,
    reading: Reading,
    question: Question,
    person: Person | None,
    now: datetime,
) -> Answer | Sorted | None:
    """The answer, if it counts; else what became of it, or None when it is nobody's to give."""
    if person is None:
        return None
    if question.kind in OF_HIMSELF:
        if person.id != question.person:
            return _TAKEN
    elif not may_speak_for(person.id, question.person, desk.office, desk.today(now)):
        return None
    said = read_said(desk, stored, reading, None, now, vouched=False)
    if said.level is TrustLevel.REFUSED:
        return "forged", MailState.aside, None
    return _Weighing(desk, work, said, person, now).of(question)


class _Weighing:
    """One answer of somebody who may give it."""

    def __init__(
        self, desk: Desk, work: UnitOfWork, said: Said, person: Person, now: datetime
    ) -> None:
        self._desk = desk
        self._work = work
        self._said = said
        self._person = person
        self._now = now

    def of(self, question: Question) -> Answer | Sorted:
        said, today = self._said, self._desk.today(self._now)
        if not question.is_open:
            return self._say(question, "already")
        doubtful = said.is_doubtful or (
            question.kind == TRACK and said.shown is not None and not _alike(said.whole, said.shown)
        )
        doubtful = doubtful or (
            said.shown is not None and _facts(said.whole, today) != _facts(said.shown, today)
        )
        if doubtful:
            return self.unclear(question)
        if question.kind == VOUCH:
            return self._vouched(question, today)
        proven = said.level is TrustLevel.PROVEN or question.kind in OF_HIMSELF
        decides = question.kind == TRACK or _facts(said.whole, today) != _NOTHING
        if not proven and decides:
            return self._unproven(question)
        return self._counted(question, said.whole)

    def _vouched(self, question: Question, today: date) -> Answer | Sorted:
        """He says that the answer was his: the tap on a fresh code is the proof."""
        if read_meaning(self._said.whole, today).kind not in YES:
            return self.unclear(question)
        close(self._work, question)
        asked = known(self._work, question.data["of"])
        if asked is None or not asked.is_open:
            return self._say(question, "already")
        return self._counted(asked, question.data["words"])

    def _unproven(self, question: Question) -> Sorted:
        desk, work, words = self._desk, self._work, self._said.whole
        if self._is_flooded(question):
            return _TAKEN
        context = _context(question, "confirm", words)
        if desk.settings.mail.trust.unproven == "refuse":
            context |= {"outcome": "unproven"}
            send(desk, work, question, "aside_answer", context, self._now)
            return _TAKEN
        pose(
            desk,
            work,
            kind=VOUCH,
            person=self._person.id,
            template="aside_answer",
            context=context,
            choices=CONFIRM,
            mail=question.mail,
            data={"of": question.code, "words": words[:2000], "mail": str(self._said.stored.id)},
            now=self._now,
        )
        return _TAKEN

    def _counted(self, question: Question, words: str) -> Answer | Sorted:
        """Nobody else has decided meanwhile, and the mail can be read."""
        about = self._work.mails.get(question.mail)
        try:
            original = self._desk.read(about.sha256)
        except RefusedError:
            return self._say(question, "refused", MAIL_UNREADABLE)
        if about.state is not MailState.aside or not self._work.asides.claim(about.id):
            close(self._work, question)
            return self._say(question, "already")
        return Answer(question=question, words=words, original=original)

    def unclear(self, question: Question) -> Sorted:
        """His answer cannot be read in one way: he is asked again, and nothing is done."""
        if self._said.level is TrustLevel.PROVEN or not self._is_flooded(question):
            context = {"words": self._said.whole[:300], "why": ""}
            send(self._desk, self._work, question, "question_unclear", context, self._now)
        return _TAKEN

    def _is_flooded(self, question: Question) -> bool:
        """Counted by the mail that is asked about."""
        about = f"mail{question.mail}"
        return is_flooded_about(self._desk, self._work, about, self._person.id, self._now)

    def _say(self, question: Question, outcome: str, details: str = "") -> Sorted:
        """What was not done and why, once a question."""
        tell(
            self._desk,
            self._work,
            None,
            person=self._person.id,
            template="aside_answer",
            key=f"question:{question.code}:{outcome}:{self._person.id}",
            now=self._now,
            context={
                **_context(question, outcome, self._said.whole),
                "details": details,
                "code": "",
                "buttons": (),
            },
        )
        return _TAKEN


def _alike(one: str, other: str) -> bool:
    """Whether two forms of a mail have the same words."""
    return one.casefold().split() == other.casefold().split()


_Facts = tuple[bool, tuple[str, ...], bool]
_NOTHING: _Facts = (False, (), False)


def _facts(words: str, today: date) -> _Facts:
    """What an answer decides: a new case, a known one, or that nothing is to be done."""
    order = read_order(words)
    return (
        order is not None and order.kind is OrderKind.open_new,
        find_case_numbers(words)[:2],
        read_meaning(words, today).kind is MeaningKind.close,
    )


def _context(question: Question, outcome: str, words: str) -> dict[str, object]:
    return {
        "outcome": outcome,
        "number": "",
        "details": "",
        "words": words[:500],
        "mail_id": question.mail,
    }
