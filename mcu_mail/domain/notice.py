"""What a notification of one of the four systems says, as read from a mail."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Source:
    """Which mail is whose notification, and how its fields are labelled (config `sources`)."""

    track: str
    senders: tuple[str, ...]
    """Addresses (`press@region.example`) or whole domains (`@region.example`), lower case."""
    subjects: tuple[str, ...] = ()
    """Any of these must stand in the subject, case ignored; empty = every subject."""
    labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Field name → labels of this source, tried before the built-in ones."""
    timezone: str | None = None
    """The zone of unmarked times in these notices; None = the office's zone."""


@dataclass(frozen=True, kw_only=True)
class Notice:
    """One citizen's message inside a notification.

    Every field that could not be read is None (`text`: empty): nothing is guessed. Moments are
    aware. `applicant` is the nominative full name, `phone` is E.164, `text` the citizen's words.
    """

    track: str
    event: str = "new"
    applicant: str | None = None
    phone: str | None = None
    address: str | None = None
    link: str | None = None
    external_id: str | None = None
    received_at: datetime | None = None
    """The moment stated in the body; None when only the mail's header has one."""
    received_day_only: bool = False
    """True when the body states a day without an hour (`received_at` is its midnight)."""
    due: datetime | None = None
    """A term stated in the notice («до 18.00 24.11.2026»)."""
    text: str = ""
    photos: int = 0
    nickname: str | None = None
    rules: Mapping[str, str] = field(default_factory=dict)
    """Field → the rule that read it, e.g. `label: ФИО`, `pattern: phone`; for `read` and tuning."""
    unsure: tuple[str, ...] = ()
    """Fields that a person must fill in or confirm before the letter can be written."""
    urgent: bool = False
    """The press office asks for it urgently."""
    flags: tuple[str, ...] = ()
    """`collective`, `anonymous`, `outside`, `threat`, `suicide`, `danger`, `personal_secret`."""
