"""The one schema of config.yaml (design §8): unknown keys refused, every value checked.

The models are frozen; what the rules need is handed out as the domain's own values, so that no
rule knows where its numbers come from.
"""

from __future__ import annotations

import ipaddress
import re
from datetime import date, time
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    model_validator,
)

from mcu_mail.domain.calendar import Hours
from mcu_mail.domain.calendar import Override as DomainOverride
from mcu_mail.domain.competence import CompetenceRules
from mcu_mail.domain.notice import Source as DomainSource
from mcu_mail.domain.numbering import pattern_faults
from mcu_mail.domain.office import Absence as DomainAbsence
from mcu_mail.domain.terms import GovernorRule, GovernorTermSettings

LOOPBACK_NAMES = frozenset({"localhost", "ip6-localhost"})


def is_loopback(host: str) -> bool:
    """True for 127.0.0.0/8, ::1 and `localhost`: nothing sent there leaves the machine."""
    if host.lower() in LOOPBACK_NAMES:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


_ADDRESS = re.compile(r"^[a-z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-z0-9а-яё-]+(\.[a-z0-9а-яё-]+)+$")


def _address(value: str) -> str:
    value = value.strip().lower()
    if not _ADDRESS.match(value):
        raise ValueError("это не адрес электронной почты")
    return value


def _sender(value: str) -> str:
    value = value.strip().lower()
    if value.startswith("@"):
        _address("x" + value)
        return value
    return _address(value)


def _clock(value: Any) -> Any:
    if isinstance(value, str) and re.fullmatch(r"\d{1,2}[:.]\d{2}", value.strip()):
        hour, minute = re.split(r"[:.]", value.strip())
        if int(hour) < 24 and int(minute) < 60:  # noqa: PLR2004 - hours and minutes of a clock
            return time(int(hour), int(minute))
    if isinstance(value, time):
        return value
    raise ValueError("нужно время вида «08:30»")


def _hours(value: Any) -> Any:
    if isinstance(value, str) and "-" in value:
        return value.split("-")
    return value


def _in_order(value: tuple[time, time]) -> tuple[time, time]:
    if value[0] >= value[1]:
        raise ValueError("начало должно быть раньше конца")
    return value


def _secret(value: str) -> str:
    if not re.match(r"^(env:[A-Za-z_][A-Za-z0-9_]*|file:.+)$", value):
        raise ValueError(
            "пароль не пишут в этот файл: укажите env:ИМЯ_ПЕРЕМЕННОЙ или file:ПУТЬ_К_ФАЙЛУ"
        )
    return value


Address = Annotated[str, AfterValidator(_address)]
SenderRule = Annotated[str, AfterValidator(_sender)]
Clock = Annotated[time, BeforeValidator(_clock)]
HoursPair = Annotated[tuple[Clock, Clock], BeforeValidator(_hours), AfterValidator(_in_order)]
Secret = Annotated[str, AfterValidator(_secret)]
Text = Annotated[str, Field(min_length=1)]
Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9_]+$")]
Port = Annotated[int, Field(ge=1, le=65535)]
TrackName = Literal["governor", "incident", "pos", "kuzbass_online"]


class Model(BaseModel):
    """Frozen, and unknown keys are refused: a misspelt key must not pass for a default."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Letterhead(Model):
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
    name: Text
    short: Text
    timezone: Text
    letterhead: Letterhead


class ImapSettings(Model):
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
    host: Text
    port: Port = 465
    security: Literal["tls", "starttls", "none"] = "tls"
    user: str | None = None
    password: Secret | None = None


class TrustSettings(Model):
    """Whose word counts (`threats.md` §3.6)."""

    authserv_id: str | None = None
    accept: tuple[Literal["dmarc", "dkim", "auth"], ...] = ("dmarc", "dkim", "auth")
    unproven: Literal["confirm", "hold", "refuse"] = "confirm"
    unverified: bool = False


class WitnessSettings(Model):
    wait_seconds: Annotated[int, Field(ge=0)] = 900
    then: Literal["ask", "resend"] = "ask"


class MailSettings(Model):
    address: Address
    imap: ImapSettings
    smtp: SmtpSettings
    trust: TrustSettings = TrustSettings()
    witness: WitnessSettings = WitnessSettings()
    undo_minutes: Annotated[int, Field(ge=0, le=120)] = 5


class StoreSettings(Model):
    url: Text = "sqlite:///var/mcu.db"
    files: Text = "var/files"
    backup: Text = "var/backup"


class FolderSettings(Model):
    base: Text = "outbox"
    settle_seconds: Annotated[int, Field(ge=0, le=600)] = 5
    unfinished_minutes: Annotated[int, Field(ge=1, le=1440)] = 30


class LetterSettings(Model):
    templates: Text = "templates"
    engine: Literal["auto", "libreoffice", "word", "native"] = "auto"
    word_format: Literal["doc", "docx", "both"] = "doc"
    font: Text = "PT Serif"


def _pattern(value: str) -> str:
    faults = pattern_faults(value)
    if faults:
        raise ValueError("; ".join(faults))
    return value


class RegisterSettings(Model):
    mode: Literal["master", "follower"] = "master"
    pattern: Annotated[Text, AfterValidator(_pattern)] = "{case}/{n}"
    case: str = ""
    scope: Literal["year", "year+case", "year+track"] = "year"
    start: Annotated[int, Field(ge=1)] = 1


class Override(Model):
    """A change of one day by the office, with its reason; wins over the library."""

    day_off: bool | None = None
    work: HoursPair | None = None
    tracks: dict[TrackName, HoursPair] = {}
    why: Text

    def value(self) -> DomainOverride:
        """The rule's own value."""
        return DomainOverride(
            day_off=self.day_off, work=self.work, tracks=dict(self.tracks), why=self.why
        )


class CalendarSettings(Model):
    country: Literal["RU"] = "RU"
    years_confirmed: tuple[Annotated[int, Field(ge=2020, le=2100)], ...]
    overrides: dict[date, Override] = {}
    short_day: Literal["ignore", "apply"] = "ignore"
    working_saturdays: bool = True
    lunch: HoursPair | None = None


class PersonSettings(Model):
    name: Text
    title: str = ""
    email: Address
    phone: str = ""
    aliases: tuple[Address, ...] = ()
    delegates: tuple[Id, ...] = ()


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
    hours: tuple[HoursPair, ...] = ()
    duty: tuple[Duty, ...] = ()


class RolesSettings(Model):
    head: Id
    reception: Id
    registry: Id
    curator: Id
    centre_head: Id
    dispatcher: Id
    administrator: Id | None = None
    coordinator: dict[Literal["incident", "pos", "kuzbass_online"], Id] = {}


class AbsenceSettings(Model):
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
    id: Id
    name: Text
    curator: Id
    head: Id
    executors: tuple[Id, ...] = ()
    topics: tuple[Id, ...] = ()
    out_of_competence: tuple[Id, ...] = ()


class TopicSettings(Model):
    name: Text
    stems: tuple[Text, ...] = ()
    minus: tuple[Text, ...] = ()
    about: str = ""


class TerritorySettings(Model):
    id: Id
    name: Text
    head: Id
    places: tuple[Text, ...] = Field(min_length=1)


class CompetenceSettings(Model):
    min_score: Annotated[int, Field(ge=1)] = 2
    tie_margin: Annotated[int, Field(ge=0)] = 1

    def value(self) -> CompetenceRules:
        """The rule's own value."""
        return CompetenceRules(min_score=self.min_score, tie_margin=self.tie_margin)


LabelField = Literal[
    "applicant", "phone", "address", "link", "external_id", "received_at", "due", "text", "photos"
]


class SourceSettings(Model):
    track: TrackName
    senders: tuple[SenderRule, ...] = Field(alias="from", min_length=1)
    subject: tuple[Text, ...] = ()
    labels: dict[LabelField, tuple[Text, ...]] = {}
    timezone: str | None = None

    def value(self) -> DomainSource:
        """The rule's own value."""
        return DomainSource(
            track=self.track,
            senders=self.senders,
            subjects=self.subject,
            labels={str(key): value for key, value in self.labels.items()},
            timezone=self.timezone,
        )


class TermSettings(Model):
    rule: GovernorRule = GovernorRule.within_24h_and_before
    within_hours: Annotated[int, Field(ge=1, le=240)] = 24
    before: Clock = time(18)
    cutoff: Clock = time(12)
    weekend: Literal["calendar", "next_working_day"] = "calendar"
    stated: Literal["earlier_wins", "letter_wins", "ignore"] = "earlier_wins"


class GoalSettings(Model):
    same_day_if_before: Clock | None = time(12)


class Recipient(Model):
    address: Address
    enabled: bool = True
    note: str = ""


class GovernorSettings(Model):
    term: TermSettings = TermSettings()
    goal: GoalSettings = GoalSettings()
    contact: Literal["block", "warn", "none"] = "block"
    recipients: tuple[Recipient, ...] = Field(min_length=1)

    def term_settings(self) -> GovernorTermSettings:
        """The rule's own value (`facts.md` §1.4)."""
        return GovernorTermSettings(
            rule=self.term.rule,
            within_hours=self.term.within_hours,
            before=self.term.before,
            cutoff=self.term.cutoff,
            goal_same_day_if_before=self.goal.same_day_if_before,
            weekend=self.term.weekend,
            stated=self.term.stated,
        )

    @property
    def enabled(self) -> tuple[str, ...]:
        """The addresses that must all accept before a letter counts as sent."""
        return tuple(item.address for item in self.recipients if item.enabled)


class IncidentSettings(Model):
    hours: HoursPair = (time(8, 30), time(17, 30))
    first_reply_minutes: Annotated[int, Field(ge=1)] = 60
    term_hours: Annotated[int, Field(ge=1)] = 8
    fast_hours: Annotated[int, Field(ge=1)] = 4
    citizen_wait_hours: Annotated[int, Field(ge=1)] = 48


class PosSettings(Model):
    hours: HoursPair = (time(8, 30), time(17, 30))


class KuzbassOnlineSettings(Model):
    hours: HoursPair = (time(8, 30), time(17, 30))
    accept_hours: Annotated[int, Field(ge=1)] = 24
    term_days: Annotated[int, Field(ge=1)] = 14


class TracksSettings(Model):
    governor: GovernorSettings
    incident: IncidentSettings = IncidentSettings()
    pos: PosSettings = PosSettings()
    kuzbass_online: KuzbassOnlineSettings = KuzbassOnlineSettings()


class ReminderSettings(Model):
    """Minutes before a step's latest time, and minutes after it for each superior."""

    before_minutes: tuple[Annotated[int, Field(ge=1)], ...] = (60, 15)
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
    absences: tuple[AbsenceSettings, ...] = ()
    departments: tuple[DepartmentSettings, ...] = Field(min_length=1)
    topics: dict[Id, TopicSettings]
    territories: tuple[TerritorySettings, ...] = ()
    competence: CompetenceSettings = CompetenceSettings()
    sources: tuple[SourceSettings, ...] = Field(min_length=1)
    tracks: TracksSettings
    reminders: ReminderSettings = ReminderSettings()


def signing_hours(settings: Settings) -> tuple[Hours, ...]:
    """The head's signing hours of a day, earliest first."""
    return tuple(sorted(settings.signing.hours))
