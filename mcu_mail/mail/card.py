"""The values that templates speak of: a case on one card, and a department to choose.

They are the interface between the service, which fills them, and the office's templates, which may
use every attribute: renaming one breaks an office's own wording.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime


@dataclass(frozen=True, kw_only=True)
class Card:
    """What a mail about a case may say of it. An unknown string is empty, never None."""

    number: str
    title: str
    """Short: «Снег, пгт Тяжинский»."""
    due: datetime
    """The latest time of the step this mail is about."""
    term_due: datetime
    """The term of the whole case."""
    goal: datetime | None = None
    term_sentence: str = ""
    """The arithmetic of the term."""
    plan: tuple[tuple[str, datetime], ...] = ()
    """(step in Russian, its latest time), in order."""
    applicant: str = ""
    phone: str = ""
    address: str = ""
    link: str = ""
    text: str = ""
    """The citizen's words."""
    drafter_name: str = ""
    department_name: str = ""
    version: int = 0
    promised: date | None = None
    """The day of the full answer, when this version is an interim one."""
    owed: date | None = None
    """The day that an earlier interim answer has promised, while the full one is owed."""
    draft_text: str = ""
    contact_lines: tuple[str, ...] = ()
    """Records of contact with the applicant: «23.11 15:20, по телефону»."""
    what_changed: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()
    """Fields of the notice that a person must fill in: `applicant`, `address`, `text`, …"""
    letter_notes: tuple[str, ...] = ()
    """What of salutation and addressee the letter leaves open, and how to put it right."""
    forward: str = ""
    """To whom the matter is passed on, in the dative; empty: it is answered."""
    publishes: bool = False
    """The answer is no letter: it is put up in the system that the message came from."""
    source: str = ""
    """The system: «Инцидент менеджмент»."""
    external_id: str = ""
    """The message's number in it."""
    published_link: str = ""
    """Where the answer that was put up can be read."""
    is_published: bool = False
    """Whether the answer has been put up, so that its term is met."""
    clarified: tuple[str, ...] = ()
    """What was learnt of the applicant by telephone: «23.11 10:20, Орлова Н. П.: дом 5»."""
    matter: str = ""
    """The number of the case whose answer serves this one too."""
    marks: tuple[str, ...] = ()
    """What kind of message it is: «коллективное», «подписано псевдонимом»."""


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A department that the dispatcher may choose, and what spoke for it."""

    name: str
    head_name: str
    score: float
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row of a sheet: what is asked about one case.

    Attributes:
        number: by which the reader names it.
        asked: approve, consent, publish, route, accept, first_reply, regional or term.
        due: by when.
        text: what is to be agreed to or put up, in full; empty where there is none.
        executor: who answers or has answered, «Фамилия И.О.».
        details: what is new, what is proposed, whom one can choose.
        again: it stood in a sheet before.
        urgent: it waits for nothing.
        outcome_needed: the publication is told with «решено» or «разъяснено».
        term_needed: the acceptance is told with the system's term.
        appeal: the system calls it an «обращение» (59-ФЗ): whether it is accepted is asked.
        files_apart: its files come with a mail of their own.

    """

    number: int
    card: Card
    asked: str
    due: datetime
    text: str = ""
    executor: str = ""
    details: tuple[str, ...] = ()
    again: bool = False
    urgent: bool = False
    outcome_needed: bool = False
    term_needed: bool = False
    appeal: bool = False
    files_apart: bool = False


@dataclass(frozen=True, kw_only=True)
class ToldLine:
    """What has happened to one case or to several: one sentence for all of them.

    `late`: somebody is late, and the reader may help.
    """

    numbers: tuple[str, ...]
    line: str
    late: bool = False


@dataclass(frozen=True, kw_only=True)
class UnclearPart:
    """A part of an answer to a sheet that decides nothing.

    Attributes:
        why: words, conflict, no_such_row, does_not_fit, weak, all, held, question or recall.
        words: as they were written.
        rows: «3», as far as any is named.
        waits: what these rows wait for now, as in `Row.asked`; empty for one that is decided.

    """

    why: str
    words: str
    rows: tuple[str, ...] = ()
    waits: tuple[str, ...] = ()
