"""The notice being filled: what is known so far, by which rule, and what a person must add."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from mcu_mail.domain.concerns import concerns_in, is_anonymous
from mcu_mail.domain.notice import FLAGS, RESTRICTED, Notice, Source
from mcu_mail.mail.moments import is_local
from mcu_mail.mail.values import collapse

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from mcu_mail.mail.events import Event
    from mcu_mail.mail.lengths import Length
    from mcu_mail.mail.mime import Incoming
    from mcu_mail.mail.moments import Moment

Text = Literal["applicant", "phone", "address", "link", "external_id", "nickname"]
OWN_MESSAGE: Final = frozenset({"new", "appeal_59fz", "citizen_comment", "moderator_comment"})
_ASKED: Final = ("applicant", "address", "text")
"""Fields without which no letter can be written; a missing one is asked for."""


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What a reading needs to know besides the words."""

    source: Source
    office: ZoneInfo
    zone: tzinfo
    """Zone of unmarked times."""
    sent: datetime | None
    subject: str

    @staticmethod
    def of(mail: Incoming, source: Source, office: ZoneInfo) -> Setting:
        """Settle the zone of the source (an unknown name falls back to the office's)."""
        zone: tzinfo = office
        if source.timezone is not None:
            try:
                zone = ZoneInfo(source.timezone)
            except (ZoneInfoNotFoundError, ValueError):
                zone = office
        return Setting(
            source=source, office=office, zone=zone, sent=mail.date, subject=collapse(mail.subject)
        )

    def zone_of(self, words: str) -> tzinfo:
        """The zone of a time in these words: the office's where they say that it is local."""
        return self.office if is_local(words) else self.zone


@dataclass(kw_only=True)
class Draft:
    """A notice being filled."""

    words: dict[Text, str] = field(default_factory=dict)
    received: Moment | None = None
    due: datetime | None = None
    text: str = ""
    photos: int | None = None
    rules: dict[str, str] = field(default_factory=dict)
    unsure: dict[str, None] = field(default_factory=dict)
    none: set[str] = field(default_factory=set)
    """Fields of which the notice says that there is none."""
    rubric: str = ""
    frame: list[str] = field(default_factory=list)
    """The press office's own lines."""
    length: Length | None = None
    fast_track: bool | None = None
    urgent: bool = False
    repeat: bool = False
    satisfaction: str | None = None
    rating: int | None = None
    same_as: str | None = None
    outcome: str = ""
    basis: str = ""
    heard: list[str] = field(default_factory=list)
    """Every other value and the subject: a cry for help may stand outside the text."""
    group: str = ""
    """The applicant as stated, when that is a group of people."""

    def put(self, name: Text, value: str | None, rule: str) -> None:
        """Set a field that is still open; the first reading stays."""
        if value and name not in self.words and name not in self.none:
            self.words[name] = value
            self.rules[name] = rule

    def lacks(self, name: Text) -> bool:
        """Say whether a pattern may still look for the field."""
        return name not in self.words and name not in self.none

    def notice(self, track: str, event: Event) -> Notice:
        """Freeze, naming what a person must fill in."""
        known = {"applicant": "applicant" in self.words, "text": bool(self.text)}
        known["address"] = not self.lacks("address")
        asked = [name for name in _ASKED if event.name == "new" and not known[name]]
        if event.name not in OWN_MESSAGE and self.rules.get("text") == "the whole body":
            # What happened is known; the office's whole mail says it well enough.
            self.unsure.pop("text", None)
        if event.words:
            self.rules["event"] = f"words: {event.words}"
        flags = self._flags()
        return Notice(
            track=track,
            event=event.name,
            applicant=self.words.get("applicant"),
            phone=self.words.get("phone"),
            address=self.words.get("address"),
            link=self.words.get("link"),
            external_id=self.words.get("external_id"),
            received_at=self.received.at if self.received else None,
            received_day_only=self.received.day_only if self.received else False,
            due=self.due,
            text=self.text,
            photos=self.photos or 0,
            nickname=self.words.get("nickname"),
            rules=dict(self.rules),
            unsure=tuple(dict.fromkeys([*asked, *self.unsure])),
            fast_track=self.fast_track,
            urgent=self.urgent,
            repeat=self.repeat,
            satisfaction=self.satisfaction,
            rating=self.rating,
            same_as=self.same_as,
            outcome=self.outcome,
            basis=self.basis,
            term_length=self.length.count if self.length else None,
            term_unit=self.length.unit if self.length else None,
            flags=flags,
            rubric=self.rubric,
        )

    def _flags(self) -> tuple[str, ...]:
        """Name what must be treated apart, and in `rules` the words that say so."""
        found = {one.flag: f"words: {one.words}" for one in concerns_in(self.text)}
        for words in [*self.heard, *self.frame]:
            for one in concerns_in(words):
                if one.flag in RESTRICTED:
                    found.setdefault(one.flag, f"words: {one.words}")
        if self.group:
            found["collective"] = f"words: {self.group[:80]}"
        said = next((line for line in self.frame if is_anonymous(line)), None)
        nobody = "applicant" in self.none and "nickname" not in self.words
        if "applicant" not in self.words and "collective" not in found and (said or nobody):
            found.setdefault("anonymous", f"words: {said[:80]}" if said else "label: none stated")
        self.rules.update(found)
        return tuple(name for name in FLAGS if name in found)
