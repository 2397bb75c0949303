"""The section `tracks` of config.yaml: terms, recipients and hours of the four tracks."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - pydantic reads the annotations
from dataclasses import replace
from datetime import time
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from mcu_mail.domain.calendar import Hours  # noqa: TC001 - as above
from mcu_mail.domain.terms import GovernorRule, GovernorTermSettings, StatedRule
from mcu_mail.domain.track_terms import TermKind, TermRules, WaitRule
from mcu_mail.settings.kinds import Address, Clock, HoursPair, Id, Model


class TermSettings(Model):
    """The term of the governor’s track (`facts.md` §1.4)."""

    rule: GovernorRule = GovernorRule.within_24h_and_before
    within_hours: Annotated[int, Field(ge=1, le=240)] = 24
    before: Clock = time(18)
    cutoff: Clock = time(12)
    weekend: Literal["calendar", "next_working_day"] = "calendar"
    stated: StatedRule = "earlier_wins"


class GoalSettings(Model):
    """The goal inside the term."""

    same_day_if_before: Clock | None = time(12)


class Recipient(Model):
    """A regional address."""

    address: Address
    enabled: bool = True
    note: str = ""


class GovernorSettings(Model):
    """The governor’s track."""

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


class TextTrack(Model):
    """What every track whose answers are published has to settle.

    Attributes:
        title: the name of the source, as people know it.
        executor_share: the executor's part of the working time up to the term.
        check_hours: working hours after which the word of the regional centre is asked after.
        rework_hours: working hours to mend what came back when its term had passed.
        urgent_hours: hours for an urgent request that names no moment.
        consent: who consents to the publication; None: the curator.
        publisher: who puts the answer up.
        clock_start: what begins the term: the moment that the system's notice states, or the
            arrival of the mail.
        stated: what counts when a notice names a term of its own.
        contact: whether a record of contact with the applicant is required.
        category: whether a message is accepted with its category.
        outcome: whether a publication bears «решено» or «разъяснено».
        photo: whether a missing photo is pointed out to whoever approves the answer.
        answer_length: characters that the system takes; 0: any number.

    """

    title: str = ""
    hours: HoursPair = (time(8, 30), time(17, 30))
    executor_share: Annotated[float, Field(gt=0, le=1)] = 0.6
    check_hours: Annotated[int, Field(ge=1, le=240)] = 8
    rework_hours: Annotated[int, Field(ge=1, le=80)] = 2
    urgent_hours: Annotated[int, Field(ge=1, le=48)] = 2
    consent: Id | None = None
    publisher: Literal["executor", "responsible"] = "responsible"
    clock_start: Literal["source", "mailbox"] = "source"
    stated: StatedRule = "earlier_wins"
    contact: Literal["block", "warn", "none"] = "none"
    category: Literal["needed", "none"] = "none"
    outcome: Literal["needed", "none"] = "none"
    photo: Literal["ask", "none"] = "ask"
    answer_length: Annotated[int, Field(ge=0)] = 4000

    def _rules(self, track: str, kind: TermKind) -> TermRules:
        return TermRules(
            track=track,
            kind=kind,
            stated=self.stated,
            executor_share=self.executor_share,
            check_minutes=self.check_hours * 60,
            rework_minutes=self.rework_hours * 60,
            urgent_minutes=self.urgent_hours * 60,
        )


class IncidentSettings(TextTrack):
    """«Инцидент менеджмент» (decree 5.1)."""

    title: str = "Инцидент менеджмент"
    first_reply_minutes: Annotated[int, Field(ge=1)] = 60
    first_reply_clock: Literal["work", "wall"] = "work"
    term_hours: Annotated[int, Field(ge=1)] = 8
    fast_hours: Annotated[int, Field(ge=1)] = 4
    citizen_wait_hours: Annotated[int, Field(ge=1)] = 48
    satisfaction_wait: WaitRule = "hours"
    urgent_any_hour: bool = True

    def term_rules(self, track: str) -> TermRules:
        """The rule's own value (`facts.md` §1.1)."""
        return replace(
            self._rules(track, TermKind.working_hours),
            hours=self.term_hours,
            fast_hours=self.fast_hours,
            first_reply_minutes=self.first_reply_minutes,
            first_reply_clock=self.first_reply_clock,
            wait=self.citizen_wait_hours,
            wait_kind=self.satisfaction_wait,
            urgent_any_hour=self.urgent_any_hour,
        )


class PosSettings(TextTrack):
    """«ПОС» (decree 5.2)."""

    title: str = "ПОС"
    name_term_minutes: Annotated[int, Field(ge=1)] = 60

    def term_rules(self, track: str) -> TermRules:
        """The rule's own value (`facts.md` §1.2)."""
        return replace(self._rules(track, TermKind.stated), name_within=self.name_term_minutes)


class KuzbassOnlineSettings(TextTrack):
    """«Кузбасс-онлайн» (decree 5.3)."""

    title: str = "Кузбасс-онлайн"
    category: Literal["needed", "none"] = "needed"
    outcome: Literal["needed", "none"] = "needed"
    publisher: Literal["executor", "responsible"] = "executor"
    stated: StatedRule = "letter_wins"
    accept_hours: Annotated[int, Field(ge=1)] = 24
    accept_clock: Literal["wall", "skip_nonworking"] = "skip_nonworking"
    term_days: Annotated[int, Field(ge=1)] = 14
    days_kind: Literal["calendar", "working"] = "calendar"
    nonworking_end: Literal["previous", "next", "keep"] = "previous"

    def term_rules(self, track: str) -> TermRules:
        """The rule's own value (`facts.md` §1.3)."""
        return replace(
            self._rules(track, TermKind.days),
            days=self.term_days,
            days_kind=self.days_kind,
            nonworking_end=self.nonworking_end,
            accept_hours=self.accept_hours,
            accept_clock=self.accept_clock,
        )


class OtherTrackSettings(TextTrack):
    """A track beyond the four: its route is a table of the program, its numbers stand here."""

    term: TermKind = TermKind.working_hours
    term_hours: Annotated[int, Field(ge=1)] = 8
    fast_hours: Annotated[int, Field(ge=1)] | None = None
    term_days: Annotated[int, Field(ge=1)] = 14
    days_kind: Literal["calendar", "working"] = "calendar"
    nonworking_end: Literal["previous", "next", "keep"] = "previous"
    name_term_minutes: Annotated[int, Field(ge=1)] = 60
    accept_hours: Annotated[int, Field(ge=1)] | None = None
    accept_clock: Literal["wall", "skip_nonworking"] = "skip_nonworking"
    first_reply_minutes: Annotated[int, Field(ge=1)] | None = None
    first_reply_clock: Literal["work", "wall"] = "work"
    citizen_wait_hours: Annotated[int, Field(ge=1)] | None = None
    satisfaction_wait: WaitRule = "hours"

    def term_rules(self, track: str) -> TermRules:
        """The rule's own value."""
        return replace(
            self._rules(track, self.term),
            hours=self.term_hours,
            fast_hours=self.fast_hours,
            days=self.term_days,
            days_kind=self.days_kind,
            nonworking_end=self.nonworking_end,
            name_within=self.name_term_minutes,
            accept_hours=self.accept_hours,
            accept_clock=self.accept_clock,
            first_reply_minutes=self.first_reply_minutes,
            first_reply_clock=self.first_reply_clock,
            wait=self.citizen_wait_hours,
            wait_kind=self.satisfaction_wait,
        )


PublishedTrack = IncidentSettings | PosSettings | KuzbassOnlineSettings | OtherTrackSettings


class TracksSettings(Model):
    """The four tracks, and any other that has a route."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, OtherTrackSettings] = Field(
        init=False
    )  # how pydantic types what it did not expect

    governor: GovernorSettings
    incident: IncidentSettings = IncidentSettings()
    pos: PosSettings = PosSettings()
    kuzbass_online: KuzbassOnlineSettings = KuzbassOnlineSettings()

    @property
    def others(self) -> Mapping[str, OtherTrackSettings]:
        """The tracks beyond the four."""
        return self.__pydantic_extra__ or {}

    def published(self, track: str) -> PublishedTrack | None:
        """The section of a track whose answers are published; None for the governor's."""
        known: dict[str, PublishedTrack] = {
            "incident": self.incident,
            "pos": self.pos,
            "kuzbass_online": self.kuzbass_online,
        }
        return known.get(track) or self.others.get(track)

    def term_rules(self, track: str) -> TermRules | None:
        """The numbers of a track whose answers are published; None for the governor's."""
        section = self.published(track)
        return section.term_rules(track) if section is not None else None

    def title(self, track: str) -> str:
        """The name of a track's source, as people know it."""
        section = self.published(track)
        return (section.title or track) if section is not None else "соцсети Губернатора"

    def contact(self, track: str) -> str:
        """Whether a record of contact is required: block, warn or none."""
        section = self.published(track)
        return section.contact if section is not None else self.governor.contact

    def needs_category(self, track: str) -> bool:
        """Whether a message of the track is accepted with a category (decree 5.3)."""
        section = self.published(track)
        return section is not None and section.category == "needed"

    def needs_outcome(self, track: str) -> bool:
        """Whether a publication bears «решено» or «разъяснено» (decree 5.3)."""
        section = self.published(track)
        return section is not None and section.outcome == "needed"

    def wants_photo(self, track: str) -> bool:
        """Whether a missing photo is pointed out (decree 3.8)."""
        section = self.published(track)
        return section is not None and section.photo == "ask"

    def longest(self, track: str) -> int:
        """How many characters an answer of the track may have; 0: any number."""
        section = self.published(track)
        return section.answer_length if section is not None else 0

    @property
    def consent(self) -> Mapping[str, str]:
        """By track: who consents to a publication, where that is settled."""
        return {
            name: found.consent
            for name in self.hours
            if (found := self.published(name)) is not None and found.consent is not None
        }

    @property
    def executors_publish(self) -> frozenset[str]:
        """The tracks on which the executor himself publishes."""
        return frozenset(
            name
            for name in self.hours
            if (found := self.published(name)) is not None and found.publisher == "executor"
        )

    @property
    def hours(self) -> Mapping[str, Hours]:
        """The working hours of the tracks that have their own."""
        names = ("incident", "pos", "kuzbass_online", *self.others)
        return {name: found.hours for name in names if (found := self.published(name)) is not None}
