"""A case and what belongs to it, as frozen values: what the rules see of the store."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from mcu_mail.domain.addressing import UNSETTLED, Addressing

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from mcu_mail.domain.notice import Notice
    from mcu_mail.domain.verdicts import Contact


class CaseState(StrEnum):
    """Where a case stands as a whole."""

    open = "open"
    """Somebody's turn, or the service at work."""
    waiting = "waiting"
    """Everything is done on our side; the outside world (a mail server, the region) is to act."""
    aside = "aside"
    """It cannot go on by rule: a person decides, with a reason."""
    closed = "closed"


class Purpose(StrEnum):
    """What a request asks for; most are the step's own kind."""

    route = "route"
    draft = "draft"
    approve = "approve"
    sign = "sign"
    register = "register"
    confirm = "confirm"
    """«Was it you?»: a verdict whose sender our server could not vouch for."""
    later_term = "later_term"
    """The notice states a later term than the regulation: which one counts?"""
    sending = "sending"
    """A regional address refused or keeps deferring: a person decides."""
    similar = "similar"
    """A new case looks like another one: is it the same matter?"""
    fields = "fields"
    """What could not be read in a notice."""
    restricted = "restricted"
    """A threat to life: a person decides what the matter is."""
    outside = "outside"
    """A matter of another place: whose is it?"""
    event = "event"
    """The region or the citizen has written about a case: does it go on?"""
    urgent = "urgent"
    """The region asks for an answer earlier than the term."""
    command = "command"
    """One tap on a command of the clerk that nobody had asked for, or on what follows of it."""
    absent = "absent"
    """Somebody who was asked cannot be reached: who is to do it for him?"""
    accept = "accept"
    """The message is accepted («В работу», «Принято: категория»); stays open as `control` does."""
    control = "control"
    """The responsible's own word about a case: stays open until the case is over."""
    publish = "publish"
    regional = "regional"
    """What has the regional centre said?"""
    term = "term"
    """The system names the term, and the notice does not tell it."""


STANDING = frozenset({Purpose.accept, Purpose.control})
"""Requests that take the responsible's word at any step, and for a while after the end."""


class CloseReason(StrEnum):
    """Why a request no longer takes a verdict."""

    decided = "decided"
    new_version = "new_version"
    step_over = "step_over"
    reassigned = "reassigned"
    expired = "expired"


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A text handed in that waits for something (a record of contact, a word that it is one)."""

    text: str
    author: str
    is_note: bool = False
    promised: str = ""
    """The day that an interim answer promises, ISO; empty for a full answer."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """One citizen's message on its way through the regulation. All moments are aware."""

    id: int
    number: str
    track: str
    state: CaseState
    step: str
    entry: int
    """Counts the steps entered: tells this visit of a step from an earlier one."""
    actor: str | None
    department: str | None
    topic: str | None
    territory: str | None
    executor: str | None
    """Named by the head of the department; None = the head drafts himself."""
    author: str | None
    """Who wrote the current version."""
    notice: Notice
    received_at: datetime
    opened_at: datetime
    term: datetime
    goal: datetime | None
    term_sentence: str
    due: datetime | None
    """The latest time of the current step; None when the case is closed."""
    plan: Mapping[str, datetime] = field(default_factory=dict)
    version: int = 0
    letter_sha: str | None = None
    draft: Draft | None = None
    contacts: tuple[Contact, ...] = ()
    addressing: Addressing = UNSETTLED
    """What a person has said of salutation and addressee; it goes before the rules."""
    restricted: tuple[str, ...] | None = None
    """Who may read it besides the roles that always may (`domain/restriction.py`); None: all."""
    forward: str | None = None
    """To whom the matter is passed on as not the okrug's, in the dative; None: it is answered."""
    marks: Mapping[str, str] = field(default_factory=dict)
    """What is known of it beside (`domain/marks.py`); moments are ISO."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """One question to one person, answered by one verdict (design §4)."""

    id: int
    case_id: int
    purpose: Purpose
    step: str
    entry: int
    version: int
    letter_sha: str | None
    person: str
    code: str
    created_at: datetime
    expires_at: datetime
    closed_at: datetime | None = None
    close_reason: CloseReason | None = None
    data: Mapping[str, str] = field(default_factory=dict)
    mails: int = 0
    """How many mails carried the code so far."""
