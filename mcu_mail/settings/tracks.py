"""The section `tracks` of config.yaml: terms, recipients and hours of the four tracks."""

from __future__ import annotations

from datetime import time
from typing import Annotated, Literal

from pydantic import Field

from mcu_mail.domain.terms import GovernorRule, GovernorTermSettings
from mcu_mail.settings.kinds import Address, Clock, HoursPair, Model


class TermSettings(Model):
    """The term of the governor’s track (`facts.md` §1.4)."""

    rule: GovernorRule = GovernorRule.within_24h_and_before
    within_hours: Annotated[int, Field(ge=1, le=240)] = 24
    before: Clock = time(18)
    cutoff: Clock = time(12)
    weekend: Literal["calendar", "next_working_day"] = "calendar"
    stated: Literal["earlier_wins", "letter_wins", "ignore"] = "earlier_wins"


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


class IncidentSettings(Model):
    """The incident track; its rules come later."""

    hours: HoursPair = (time(8, 30), time(17, 30))
    first_reply_minutes: Annotated[int, Field(ge=1)] = 60
    term_hours: Annotated[int, Field(ge=1)] = 8
    fast_hours: Annotated[int, Field(ge=1)] = 4
    citizen_wait_hours: Annotated[int, Field(ge=1)] = 48


class PosSettings(Model):
    """The track of the state feedback platform; its rules come later."""

    hours: HoursPair = (time(8, 30), time(17, 30))


class KuzbassOnlineSettings(Model):
    """The track of the regional portal; its rules come later."""

    hours: HoursPair = (time(8, 30), time(17, 30))
    accept_hours: Annotated[int, Field(ge=1)] = 24
    term_days: Annotated[int, Field(ge=1)] = 14


class TracksSettings(Model):
    """The four tracks."""

    governor: GovernorSettings
    incident: IncidentSettings = IncidentSettings()
    pos: PosSettings = PosSettings()
    kuzbass_online: KuzbassOnlineSettings = KuzbassOnlineSettings()
