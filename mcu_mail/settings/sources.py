"""`sources` of config.yaml: whose mail is whose notification, and how a layout is to be read.

Why: the systems change the look of their mails without asking; everything that tells a layout is
here, so that an administrator follows with the configuration alone (`docs/notices.md`).
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from mcu_mail.domain.notice import EventName
from mcu_mail.domain.notice import Source as DomainSource
from mcu_mail.settings.kinds import Model, SenderRule, Text, TrackName

_SHORTEST_MARK = 3

LabelField = Literal[
    "applicant",
    "surname",
    "given",
    "patronymic",
    "nickname",
    "phone",
    "address",
    "settlement",
    "street",
    "house",
    "flat",
    "link",
    "external_id",
    "received_at",
    "time",
    "due",
    "text",
    "photos",
    "other",
]


def _mark(value: str) -> str:
    if len(value.strip()) < _SHORTEST_MARK:
        raise ValueError(
            "слишком коротко: нужно не меньше трёх знаков, иначе под правило попадут чужие строки"
        )
    return value.strip()


Mark = Annotated[str, AfterValidator(_mark)]


class SourceSettings(Model):
    """Whose mail is whose notification."""

    track: TrackName
    senders: tuple[SenderRule, ...] = Field(alias="from", min_length=1)
    subject: tuple[Text, ...] = ()
    labels: dict[LabelField, tuple[Text, ...]] = Field(default_factory=dict)
    timezone: str | None = None
    text_begin: tuple[Mark, ...] = ()
    text_end: tuple[Mark, ...] = ()
    skip: tuple[Mark, ...] = ()
    separator: tuple[Mark, ...] = ()
    events: dict[EventName, tuple[Mark, ...]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_meaning(self) -> SourceSettings:
        for what, told in (("подпись", self.labels), ("слова", self.events)):
            owner: dict[str, str] = {}
            for name, many in told.items():
                for words in many:
                    same = " ".join(words.casefold().split()).rstrip(":")
                    if owner.setdefault(same, name) != name:
                        raise ValueError(f"{what} «{words}» и в {owner[same]}, и в {name}")
        return self

    def value(self) -> DomainSource:
        """The rule's own value."""
        return DomainSource(
            track=self.track,
            senders=self.senders,
            subjects=self.subject,
            labels={str(key): value for key, value in self.labels.items()},
            timezone=self.timezone,
            text_begin=self.text_begin,
            text_end=self.text_end,
            skip=self.skip,
            separator=self.separator,
            events={str(key): value for key, value in self.events.items()},
        )
