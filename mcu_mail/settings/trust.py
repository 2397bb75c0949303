"""Whose word counts, and for how long: the keys of `mail.trust` and of delegates (design §8)."""

from __future__ import annotations

from datetime import date  # noqa: TC003 - pydantic reads it at run time
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from mcu_mail.domain.office import Delegate
from mcu_mail.settings.kinds import Id, Model, Text


def _host(value: str) -> str:
    name = value.strip().lower().strip(".")
    if "." not in name or not all(c.isalnum() or c in ".-" for c in name):
        raise ValueError("нужно имя сервера вида mx.okrug.example")
    return name


class MarkerSettings(Model):
    """A field that the office's server adds to internal mail, and to no other."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9-]{1,70}$")]
    value: Text


class TrustSettings(Model):
    """Whose word counts (`threats.md` §3.6)."""

    authserv_id: str | None = None
    accept: tuple[Literal["dmarc", "dkim", "auth"], ...] = ("dmarc", "dkim", "auth")
    unproven: Literal["confirm", "hold", "refuse"] = "confirm"
    unverified: bool = False
    hosts: tuple[Annotated[str, AfterValidator(_host)], ...] = ()
    marker: MarkerSettings | None = None


class DelegateSettings(Model):
    """Who may answer for somebody, and when; a bare name stands for always."""

    person: Id
    first: Annotated[date | None, Field(alias="from")] = None
    last: Annotated[date | None, Field(alias="until")] = None

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, data: Any) -> Any:
        return {"person": data} if isinstance(data, str) else data

    @model_validator(mode="after")
    def _ordered(self) -> DelegateSettings:
        if self.first and self.last and self.first > self.last:
            raise ValueError("«from» позже «until»")
        return self

    def value(self) -> Delegate:
        """The rule's own value."""
        return Delegate(person=self.person, first=self.first, last=self.last)
