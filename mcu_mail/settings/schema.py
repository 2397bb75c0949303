"""The one schema of config.yaml (design §8): unknown keys refused, every value checked.

The models are frozen; what the rules need is handed out as the domain's own values, so that no
rule knows where its numbers come from.
"""

from __future__ import annotations

from datetime import date, time
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from mcu_mail.domain.calendar import Hours
from mcu_mail.domain.calendar import Override as DomainOverride
from mcu_mail.domain.competence import CompetenceRules
from mcu_mail.domain.numbering import pattern_faults
from mcu_mail.domain.office import Absence as DomainAbsence
from mcu_mail.settings.addressing import Addressee, Declension  # noqa: TC001 - as above
from mcu_mail.settings.emergency import EmergencySettings
from mcu_mail.settings.kinds import (
    Address,
    Clock,
    HoursPair,
    Id,
    Model,
    Port,
    Secret,
    Text,
    TrackName,
    is_loopback,
)
from mcu_mail.settings.sheets import DigestsSettings, SheetsSettings
from mcu_mail.settings.sources import SourceSettings  # noqa: TC001 - as above
from mcu_mail.settings.tracks import TracksSettings  # noqa: TC001 - as above
from mcu_mail.settings.trust import DelegateSettings, TrustSettings
from mcu_mail.settings.watch import WatchSettings

__all__ = ["Settings", "is_loopback", "signing_hours"]


class Letterhead(Model):
    """What stands at the top left of a letter."""

    lines: tuple[Text, ...] = Field(min_length=1)
    address: str = ""
    phone: str = ""
    email: str = ""
    requisites: tuple[str, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _one_line(cls, data: Any) -> Any:
        if isinstance(data, dict) and isinstance(data.get("requisites"), str):
            return {**data, "requisites": [data["requisites"]]}
        return data


class OfficeSettings(Model):
    """The office itself."""

    name: Text
    short: Text
    timezone: Text
    letterhead: Letterhead
    channels: tuple[Text, ...] = ()
    """Where a citizen can turn to, line by line; empty: made of the letterhead."""


class ImapSettings(Model):
    """The mailbox that is read."""

    host: Text
    port: Port = 993
    security: Literal["tls", "starttls", "none"] = "tls"
    user: Text
    password: Secret
    folder: Text = "INBOX"
    done: Text = "МЦУ/Обработано"
    aside: Text = "МЦУ/Не разобрано"
    ignored: Text = "МЦУ/Прочее"
    poll_seconds: Annotated[int, Field(ge=1, le=3600)] = 20


class SmtpSettings(Model):
    """The server that takes our mail."""

    host: Text
    port: Port = 465
    security: Literal["tls", "starttls", "none"] = "tls"
    user: str | None = None
    password: Secret | None = None


class WitnessSettings(Model):
    """How long the copy to our own mailbox is waited for, and what then."""

    wait_seconds: Annotated[int, Field(ge=0)] = 900
    then: Literal["ask", "resend"] = "ask"


class MailSettings(Model):
    """The service’s address and both servers."""

    address: Address
    imap: ImapSettings
    smtp: SmtpSettings
    trust: TrustSettings = TrustSettings()
    witness: WitnessSettings = WitnessSettings()
    undo_minutes: Annotated[int, Field(ge=0, le=120)] = 5
    late_ask_minutes: Annotated[int, Field(ge=0, le=1440)] = 15
    read_mb: Annotated[int, Field(ge=1, le=100)] = 50
    strangers: Literal["answer", "silent"] = "answer"
    strangers_per_day: Annotated[int, Field(ge=0, le=1000)] = 50


class StoreSettings(Model):
    """Where the database and the kept files stand, and when the copy of the day is made."""

    url: Text = "sqlite:///var/mcu.db"
    files: Text = "var/files"
    backup: Text = "var/backup"
    backup_at: Clock = time(3, 30)
    backup_keep: Annotated[int, Field(ge=0, le=3650)] = 14
    least_free_mb: Annotated[int, Field(ge=0, le=1_000_000)] = 500
    """Below so much free space new mail stays on the server."""
    reserve_mb: Annotated[int, Field(ge=0, le=10_000)] = 64
    """Held back beside the store, to be able to write down what was done on a full disk."""


class FolderSettings(Model):
    """The clerk’s folders."""

    base: Text = "outbox"
    settle_seconds: Annotated[int, Field(ge=0, le=600)] = 5
    unfinished_minutes: Annotated[int, Field(ge=1, le=1440)] = 30


class LetterSettings(Model):
    """How letters are made."""

    templates: Text = "templates"
    engine: Literal["auto", "libreoffice", "word", "native"] = "auto"
    word_format: Literal["doc", "docx", "both"] = "doc"
    max_mb: Annotated[int, Field(ge=1, le=100)] = 20
    font: Text = "PT Serif"
    addressee: Addressee = None
    declension: Declension = Field(default_factory=dict)


def _pattern(value: str) -> str:
    faults = pattern_faults(value)
    if faults:
        raise ValueError("; ".join(faults))
    return value


class RegisterSettings(Model):
    """How outgoing letters are numbered."""

    mode: Literal["master", "follower"] = "master"
    pattern: Annotated[Text, AfterValidator(_pattern)] = "{case}/{n}"
    case: str = ""
    scope: Literal["year", "year+case", "year+track"] = "year"
    start: Annotated[int, Field(ge=1)] = 1


class Override(Model):
    """A change of one day by the office, with its reason; wins over the library."""

    day_off: bool | None = None
    work: HoursPair | None = None
    tracks: dict[TrackName, HoursPair | None] = Field(default_factory=dict)
    """Hours of single tracks, as the region sets them for a holiday; null: it does not work."""
    why: Text

    def value(self) -> DomainOverride:
        """The rule's own value."""
        return DomainOverride(
            day_off=self.day_off,
            work=self.work,
            tracks={str(name): hours for name, hours in self.tracks.items()},
            why=self.why,
        )


class CalendarSettings(Model):
    """The production calendar and the office’s changes of it."""

    country: Literal["RU"] = "RU"
    years_confirmed: tuple[Annotated[int, Field(ge=2020, le=2100)], ...]
    overrides: dict[date, Override] = Field(default_factory=dict)
    short_day: Literal["ignore", "apply"] = "ignore"
    working_saturdays: bool = True
    clock_confirmed: date | None = None
    lunch: HoursPair | None = None


class PersonSettings(Model):
    """An official."""

    name: Text
    title: str = ""
    email: Address
    phone: str = ""
    aliases: tuple[Address, ...] = ()
    delegates: tuple[DelegateSettings, ...] = ()
    left: date | None = None


class Duty(Model):
    """Who is on duty when the head's usual hours are over."""

    person: Id
    first: Annotated[date, Field(alias="from")]
    last: Annotated[date, Field(alias="to")]
    phone: str = ""

    @model_validator(mode="after")
    def _ordered(self) -> Duty:
        if self.first > self.last:
            raise ValueError("«from» позже «to»")
        return self


class SigningSettings(Model):
    """When the head signs, and who is on duty."""

    hours: tuple[HoursPair, ...] = ()
    duty: tuple[Duty, ...] = ()


class RolesSettings(Model):
    """Who plays which part of the regulation."""

    head: Id
    reception: Id
    registry: Id
    curator: Id
    centre_head: Id
    dispatcher: Id
    administrator: Id | None = None
    duty: Id | None = None
    intake: tuple[Id, ...] = ()
    coordinator: dict[TrackName, Id] = Field(default_factory=dict)
    """The responsible of a track (decree 3.6, 3.7); without one the dispatcher."""


class AbsenceSettings(Model):
    """A leave or a journey, and who acts meanwhile."""

    person: Id
    first: Annotated[date, Field(alias="from")]
    last: Annotated[date, Field(alias="to")]
    acting: Id
    order: str = ""

    @model_validator(mode="after")
    def _ordered(self) -> AbsenceSettings:
        if self.first > self.last:
            raise ValueError("«from» позже «to»")
        if self.person == self.acting:
            raise ValueError("человек не может замещать сам себя")
        return self

    def value(self) -> DomainAbsence:
        """The rule's own value."""
        return DomainAbsence(
            person=self.person,
            first=self.first,
            last=self.last,
            acting=self.acting,
            order=self.order,
        )


class DepartmentSettings(Model):
    """A structural unit."""

    id: Id
    name: Text
    curator: Id
    head: Id
    executors: tuple[Id, ...] = ()
    topics: tuple[Id, ...] = ()
    out_of_competence: tuple[Id, ...] = ()


class TopicSettings(Model):
    """A subject matter and the stems that tell it."""

    name: Text
    stems: tuple[Text, ...] = ()
    minus: tuple[Text, ...] = ()
    about: str = ""
    category: str = ""
    """«Категория / подкатегория» of the portal that is proposed for the topic."""


class TerritorySettings(Model):
    """A territorial department and its places."""

    id: Id
    name: Text
    head: Id
    places: tuple[Text, ...] = Field(min_length=1)


class CompetenceSettings(Model):
    """When a topic counts as found."""

    min_score: Annotated[int, Field(ge=1)] = 2
    tie_margin: Annotated[int, Field(ge=0)] = 1

    def value(self) -> CompetenceRules:
        """The rule's own value."""
        return CompetenceRules(min_score=self.min_score, tie_margin=self.tie_margin)


class ReminderSettings(Model):
    """Minutes before a step's latest time, and minutes after it for each superior.

    A step of more than a day is reminded of `before_days` working days before, and in the morning
    of its last day. `quiet_hours`: nobody of a track that has hours is written to outside them.
    """

    before_minutes: tuple[Annotated[int, Field(ge=1)], ...] = (60, 15)
    before_days: tuple[Annotated[int, Field(ge=1, le=30)], ...] = (1,)
    quiet_hours: bool = True
    superior_after_minutes: Annotated[int, Field(ge=0)] = 0
    centre_head_after_minutes: Annotated[int, Field(ge=0)] = 30
    curator_after_minutes: Annotated[int, Field(ge=0)] = 60


class Settings(Model):
    """The whole of config.yaml."""

    office: OfficeSettings
    mail: MailSettings
    store: StoreSettings = StoreSettings()
    folders: FolderSettings = FolderSettings()
    letters: LetterSettings = LetterSettings()
    register_: RegisterSettings = Field(default=RegisterSettings(), alias="register")
    calendar: CalendarSettings
    people: dict[Id, PersonSettings]
    signing: SigningSettings = SigningSettings()
    roles: RolesSettings
    emergency: EmergencySettings = EmergencySettings()
    absences: tuple[AbsenceSettings, ...] = ()
    departments: tuple[DepartmentSettings, ...] = Field(min_length=1)
    topics: dict[Id, TopicSettings]
    territories: tuple[TerritorySettings, ...] = ()
    competence: CompetenceSettings = CompetenceSettings()
    sources: tuple[SourceSettings, ...] = Field(min_length=1)
    tracks: TracksSettings
    reminders: ReminderSettings = ReminderSettings()
    sheets: SheetsSettings = SheetsSettings()
    digests: DigestsSettings = DigestsSettings()
    watch: WatchSettings = WatchSettings()


def signing_hours(settings: Settings) -> tuple[Hours, ...]:
    """The head's signing hours of a day, earliest first."""
    return tuple(sorted(settings.signing.hours))
