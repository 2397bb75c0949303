"""What a notification of one of the four systems says, as read from a mail."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, get_args

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

EventName = Literal[
    "new",
    "returned",
    "citizen_comment",
    "appeal_59fz",
    "urgent",
    "fast_track",
    "approved",
    "closed",
    "rated",
    "extended",
    "extension_refused",
    "term_changed",
    "duplicate",
    "accepted",
    "assigned",
    "redirected",
    "first_replied",
    "interim_replied",
    "submitted",
    "consented",
    "live",
    "awaiting_rating",
    "moderator_comment",
    "note",
    "withdrawn",
    "reminder",
    "overdue",
]
EVENTS: Final[tuple[str, ...]] = get_args(EventName)
"""What a notification may be about; only `new` and `appeal_59fz` bring a message of their own.

`accepted`: taken into work; `submitted`: the answer was handed in for agreement; `approved`: the
regional centre has agreed; `consented`: the «руководитель» has; `live`: the answer stands where the
citizen sees it; `awaiting_rating`: he is asked how he likes it; `withdrawn`: he has taken his
message back; `moderator_comment`: whoever oversees the answers has a remark.
`note`: the system writes of a number that it has sent before, and no word of it is known.
"""
STATUS_EVENTS: Final = frozenset({
    "accepted",
    "approved",
    "assigned",
    "awaiting_rating",
    "closed",
    "consented",
    "first_replied",
    "interim_replied",
    "live",
    "overdue",
    "redirected",
    "reminder",
    "submitted",
    "withdrawn",
})
"""Events that tell how an earlier message stands: none of them brings anything to open."""
FLAGS: Final = (
    "collective",
    "anonymous",
    "outside",
    "threat",
    "suicide",
    "danger",
    "personal_secret",
)
RESTRICTED: Final = frozenset({"threat", "suicide"})
"""Flags under which a message circulates among few and a person decides."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """Which mail is whose notification, and how its fields are labelled (config `sources`)."""

    track: str
    name: str = ""
    """What people call the track, beside the built-in names (`track_names`)."""
    senders: tuple[str, ...]
    """Addresses (`press@region.example`) or whole domains (`@region.example`), lower case."""
    subjects: tuple[str, ...] = ()
    """Any of these must stand in the subject, case ignored; empty = every subject."""
    labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Field name → labels of this source, tried before the built-in ones."""
    timezone: str | None = None
    """The zone of unmarked times in these notices; None = the office's zone."""
    text_begin: tuple[str, ...] = ()
    """Words after which the citizen's own text begins."""
    text_end: tuple[str, ...] = ()
    """Words before which it ends."""
    skip: tuple[str, ...] = ()
    """Beginnings of lines that say nothing for us."""
    separator: tuple[str, ...] = ()
    """Beginnings of the lines that open the next message of a letter."""
    events: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Event → words of the press office that mean it, tried before the built-in ones."""


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
    fast_track: bool | None = None
    """What the notice says of «фаст-трек»; None when it says nothing."""
    urgent: bool = False
    """The press office asks for it urgently."""
    repeat: bool = False
    """The press office says that it has sent this before."""
    satisfaction: str | None = None
    """`positive` or `negative`: how the citizen took the answer."""
    rating: int | None = None
    """The citizen's mark, 1 to 5."""
    same_as: str | None = None
    """The number of the message that this one repeats (event `duplicate`)."""
    basis: str = ""
    """The ground stated for an urgent request, a longer term or a return."""
    term_length: int | None = None
    """A term stated as a length («8 рабочих часов»), counted in `term_unit`."""
    term_unit: str | None = None
    """`hours`, `working_hours`, `days` or `working_days`; working ones need the calendar."""
    flags: tuple[str, ...] = ()
    """What must be treated apart (`FLAGS`)."""
    ordinal: str | None = None
    """Its number among the messages of one letter: no number that anybody else knows."""
    outcome: str = ""
    """`решено` or `разъяснено`, as the system calls what came of it (events `live`, `closed`)."""
    rubric: str = ""
    """Under what the system itself has filed it («Уборка снега и наледи»)."""

    @property
    def tells_status(self) -> bool:
        """Whether it only tells how an earlier message stands; such a one never opens a case."""
        return self.event in STATUS_EVENTS

    @property
    def matter(self) -> str:
        """What tells whose matter it is: the citizen's words and the system's rubric."""
        return f"{self.text}\n{self.rubric}" if self.rubric else self.text
