"""Everything a job of the daemon needs, put together once by `wiring`."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from mcu_mail.documents.letter import TEMPLATES
from mcu_mail.documents.record import RECORD
from mcu_mail.domain.acting import acting_for
from mcu_mail.domain.course import Rules
from mcu_mail.domain.course_parts import TrackClock
from mcu_mail.domain.routes import ROUTES
from mcu_mail.domain.rubrics import stated_rubric
from mcu_mail.waits import foreseen

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date, datetime
    from pathlib import Path
    from zoneinfo import ZoneInfo

    from mcu_mail.documents.engines import Press
    from mcu_mail.documents.folder import Folders
    from mcu_mail.domain.calendar import WorkCalendar
    from mcu_mail.domain.case import Case
    from mcu_mail.domain.notice import Notice, Source
    from mcu_mail.domain.office import Office
    from mcu_mail.mail.imap import ImapAccount
    from mcu_mail.mail.proof import Trust
    from mcu_mail.mail.reader import Reader
    from mcu_mail.mail.reading import Reading
    from mcu_mail.mail.reply import NewText
    from mcu_mail.mail.smtp import SmtpAccount
    from mcu_mail.mail.verdict import LateVerdict
    from mcu_mail.mail.wording import Wording
    from mcu_mail.settings import Settings
    from mcu_mail.settings.template_set import Templates
    from mcu_mail.store.unit_of_work import Store

_HEAD = 20_000


@dataclass(frozen=True, kw_only=True)
class Desk:
    """The settings, the doors and the clock's helpers of one office.

    Accounts are functions because secrets are resolved when a door opens (design §8).
    """

    settings: Settings
    office: Office
    zone: ZoneInfo
    calendar: WorkCalendar
    store: Store
    backups: Path
    """Where the copies of the day go."""
    config: Path
    """The file of settings."""
    wording: Wording
    folders: Folders
    inbox: Folders
    """The same folders, files taken from «Входящие»."""
    press: Press
    """The engine of the letters; whoever opened the desk closes it."""
    reader: Reader
    """The process that reads foreign mails; it ends with this one."""
    templates: Templates
    trust: Trust
    imap: Callable[[], ImapAccount]
    smtp: Callable[[], SmtpAccount]
    random: Callable[[int], bytes]
    real_now: Callable[[], datetime]
    """The machine's clock: for the age of files only, never for a rule."""
    pause: Callable[[float], None]
    turn_seconds: float = 20.0
    """How long a job may go on in one round; see `turns`."""
    backlog: dict[tuple[str, int], dict[int, int]] = field(default_factory=dict)
    """Of a mailbox that is too full for one visit: UID → how early it is to be read."""
    seen: dict[str, datetime] = field(default_factory=dict)
    """`fetched`, `decided`: the latest moments at which nothing of ours was left in the mailbox."""

    silent: dict[int, LateVerdict] = field(default_factory=dict)
    """Of a message that a server has not answered yet: where its answer will be heard."""

    @property
    def read_to_end(self) -> datetime | None:
        """When the mailbox was last read, and decided about, to the end of our own mail.

        None since the start: what lies in it is not known then.
        """
        return self.seen.get("decided")

    @property
    def address(self) -> str:
        """The service's own address."""
        return self.settings.mail.address

    @property
    def own_names(self) -> tuple[str, ...]:
        """The names of the municipality and of its places: what is elsewhere bears none of them."""
        places = self.office.territories
        named = (name for place in places for name in (place.name, *place.places))
        return (self.settings.office.short, self.settings.office.name, *named)

    def read(self, sha256: str) -> Reading:
        """What a kept mail says; raises as `Reader.read`."""
        return foreseen(
            ("read", sha256),
            lambda: self.reader.read(self.store.files.get(sha256), self._sources, self.zone),
        )

    def read_head(self, sha256: str) -> Reading:
        """What the first bytes of a kept mail say: who wrote it, when nothing more can be read."""
        return foreseen(
            ("head", sha256),
            lambda: self.reader.read(self.store.files.head(sha256, _HEAD), (), self.zone),
        )

    def cut(self, text: str, sent: Sequence[str]) -> NewText:
        """What a text says beyond the mail it answers; raises as `Reader.cut`."""
        return foreseen(("cut", text, tuple(sent)), lambda: self.reader.cut(text, sent))

    def notices(self, sha256: str, source: Source) -> tuple[Notice, ...]:
        """What a kept mail says as a notification of a source; raises as `Reader.notices`."""
        return foreseen(
            ("notices", sha256, source.track),
            lambda: self.reader.notices(self.store.files.get(sha256), source, self.zone),
        )

    def words(self, text: str) -> tuple[Notice, ...]:
        """The messages of a text that is no mail; raises as `Reader.words`."""
        return foreseen(("words", text), lambda: self.reader.words(text, self._sources, self.zone))

    @property
    def _sources(self) -> tuple[Source, ...]:
        title = self.settings.tracks.title
        values = (item.value() for item in self.settings.sources)
        return tuple(replace(one, name=title(one.track)) for one in values)

    def letter_template(self, kind: str) -> bytes:
        """The Word template in which letters of this kind are set."""
        return self.templates.current.files[TEMPLATES[kind]]

    def record_template(self) -> bytes:
        """The Word template of the record that closes a year's register."""
        return self.templates.current.files[RECORD]

    @property
    def domain(self) -> str:
        """The domain of our Message-IDs."""
        return self.address.rpartition("@")[2]

    def local(self, moment: datetime) -> datetime:
        """The moment in the office's zone."""
        return moment.astimezone(self.zone)

    def today(self, now: datetime) -> date:
        """The office's date at that moment."""
        return self.local(now).date()

    def standing_in(self, person: str, now: datetime) -> str:
        """The person, or whoever acts for him today."""
        return acting_for(person, self.today(now), self.office.absences).person

    def rules(self, case: Case, now: datetime) -> Rules:
        """What the rules of the case's track need."""
        return Rules(
            office=self.office,
            route=ROUTES[case.track],
            today=self.today(now),
            # Nobody speaks with the applicant about what is not the okrug's.
            contact="none" if case.forward else self.settings.tracks.contact(case.track),
            competence=self.settings.competence.value(),
            clock=self.clock_of(case.track, now),
            category=self.category_of(case),
            category_needed=self.settings.tracks.needs_category(case.track),
            outcome_needed=self.settings.tracks.needs_outcome(case.track),
        )

    def clock_of(self, track: str, now: datetime) -> TrackClock | None:
        """What the terms of a track are counted by; None on the governor's, which has its own."""
        terms = self.settings.tracks.term_rules(track)
        if terms is None:
            return None
        return TrackClock(now=self.local(now), terms=terms, calendar=self.calendar)

    def category_of(self, case: Case) -> str:
        """The category that is proposed: the system's own, else that of the topic; or none."""
        topic = self.office.topics.get(case.topic or "")
        return stated_rubric(case.notice.rubric) or (topic.category or topic.name if topic else "")
