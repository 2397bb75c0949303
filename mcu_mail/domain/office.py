"""The people, departments, topics and territories of one office, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date


@dataclass(frozen=True, kw_only=True)
class Delegate:
    """Who may answer for somebody (a secretary), from `first` to `last`; None stands for open."""

    person: str
    first: date | None = None
    last: date | None = None

    def serves(self, on: date) -> bool:
        """Whether he may answer on that day."""
        return (self.first is None or self.first <= on) and (self.last is None or on <= self.last)


@dataclass(frozen=True, kw_only=True)
class Person:
    """An official. `name` is «Фамилия Имя Отчество»; addresses are lower case."""

    id: str
    name: str
    title: str
    email: str
    phone: str = ""
    aliases: tuple[str, ...] = ()
    delegates: tuple[Delegate, ...] = ()
    left: date | None = None
    """The first day on which he is no official any more; his word counts for nothing then."""

    def has_left(self, on: date) -> bool:
        """Whether he is no official any more on that day."""
        return self.left is not None and on >= self.left

    @property
    def addresses(self) -> tuple[str, ...]:
        """Every address this person is known to write from, the registered one first."""
        return (self.email, *self.aliases)


@dataclass(frozen=True, kw_only=True)
class Absence:
    """`person` is away from `first` to `last`, both inclusive; `acting` stands in (decree 3.3)."""

    person: str
    first: date
    last: date
    acting: str
    order: str = ""
    """The act that appoints the acting person, e.g. «распоряжение № 12-р»."""


@dataclass(frozen=True, kw_only=True)
class Department:
    """A structural unit: its head answers for the draft, its curator (deputy head) approves."""

    id: str
    name: str
    head: str
    curator: str
    executors: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    out_of_competence: tuple[str, ...] = ()
    """Topics of `topics` that are not the okrug's powers: explained or redirected."""


@dataclass(frozen=True, kw_only=True)
class Topic:
    """A subject matter, found by `stems`; a phrase (with a space) weighs 2; `minus` cancels it."""

    id: str
    name: str
    stems: tuple[str, ...] = ()
    minus: tuple[str, ...] = ()
    about: str = ""
    """The heading of a letter on this topic: «об уборке снега»; empty = taken from the name."""
    category: str = ""
    """«Категория / подкатегория» that is proposed where a track asks for one (decree 5.3)."""


@dataclass(frozen=True, kw_only=True)
class Territory:
    """A territorial department, chosen by address as co-executor."""

    id: str
    name: str
    head: str
    places: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Roles:
    """Ids of the people who hold the centre's roles (decree 3.2, `facts.md` 2.1)."""

    head: str
    reception: str
    registry: str
    curator: str
    centre_head: str
    dispatcher: str
    coordinator: Mapping[str, str] = field(default_factory=dict)
    consent: Mapping[str, str] = field(default_factory=dict)
    """By track: who consents to a publication (decree 5.2), where it is not the curator."""
    executors_publish: frozenset[str] = frozenset()
    """The tracks on which the executor himself puts the answer up (decree 5.3)."""
    duty: str | None = None
    """Who is told at once of a threat to life; None: the head of the centre and the dispatcher."""
    intake: tuple[str, ...] = ()
    """Who else may open cases by mail («Новое: …»)."""

    def responsible(self, track: str) -> str:
        """Who is responsible for a track (decree 3.6, 3.7); the dispatcher, if nobody is named."""
        return self.coordinator.get(track, self.dispatcher)


@dataclass(frozen=True, kw_only=True)
class Office:
    """Everybody and everything a route may ask for."""

    people: Mapping[str, Person]
    departments: tuple[Department, ...]
    topics: Mapping[str, Topic]
    territories: tuple[Territory, ...]
    roles: Roles
    absences: tuple[Absence, ...] = ()
