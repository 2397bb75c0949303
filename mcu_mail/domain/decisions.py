"""What the rules may decide. The shell (`service/carry.py`) carries these out, in order."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from mcu_mail.domain.addressing import Addressing
    from mcu_mail.domain.case import CaseState, CloseReason, Draft, Purpose
    from mcu_mail.domain.verdicts import Contact


@dataclass(frozen=True, kw_only=True)
class Log:
    """Write an event into the case's course."""

    kind: str
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Change:
    """Set fields of the case (names of `Case`)."""

    values: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class SetMarks:
    """Write down what is now known of the case (`domain/marks.py`); None takes it back."""

    values: Mapping[str, str | None]


@dataclass(frozen=True, kw_only=True)
class KeepDraft:
    """Keep a text with the case until it can become a version; None forgets it."""

    draft: Draft | None


@dataclass(frozen=True, kw_only=True)
class AddContacts:
    """Keep records of contact with the applicant (decree 5.3)."""

    contacts: tuple[Contact, ...]


@dataclass(frozen=True, kw_only=True)
class KeepAddressing:
    """Keep how the letter is to address the applicant, for this version and the next ones."""

    addressing: Addressing


@dataclass(frozen=True, kw_only=True)
class NewVersion:
    """A text becomes the next version of the letter and is to be rendered."""

    text: str | None
    """None: the words of the version before; only the address has changed."""
    author: str
    then: str
    """The step that gets the rendered letter."""
    promised: date | None = None
    """The day of the full answer that an interim one promises; None for a full answer."""
    keeps_promise: bool = False
    """The version before is mended, not replaced: what it promised stays promised."""


@dataclass(frozen=True, kw_only=True)
class CloseRequest:
    """One request takes no more verdicts."""

    request_id: int
    reason: CloseReason


@dataclass(frozen=True, kw_only=True)
class Enter:
    """The case enters a step: open requests end, due moments are planned, the actor is asked."""

    step: str
    template: str
    """The mail that asks the actor; empty when nobody is to be asked."""
    context: Mapping[str, Any] = field(default_factory=dict)
    close_as: CloseReason | None = None
    purpose: Purpose | None = None
    """What the actor is asked for, when it is not the step's own question."""
    data: Mapping[str, str] = field(default_factory=dict)
    """Kept with the request."""


@dataclass(frozen=True, kw_only=True)
class Ask:
    """A request beside the step's own one."""

    purpose: Purpose
    person: str
    template: str
    context: Mapping[str, Any] = field(default_factory=dict)
    data: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Tell:
    """A mail that asks nothing. `once` makes a second one of the same key impossible."""

    people: tuple[str, ...]
    template: str
    context: Mapping[str, Any] = field(default_factory=dict)
    once: str = ""
    request_id: int | None = None
    """An open request whose code and buttons the mail repeats."""


@dataclass(frozen=True, kw_only=True)
class SetState:
    """Open, waiting, aside or closed."""

    state: CaseState


@dataclass(frozen=True, kw_only=True)
class Work:
    """An idempotent effect to be made sure of outside the transaction (render, print, …)."""

    kind: str
    data: Mapping[str, Any] = field(default_factory=dict)


Note = Log | Change | SetMarks | KeepDraft | AddContacts | KeepAddressing | CloseRequest | SetState
Decision = Note | NewVersion | Enter | Ask | Tell | Work
