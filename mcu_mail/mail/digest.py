"""The values of the digest, of which its template speaks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class TrackLine:
    """One track in numbers: what came since the digest before, and how the open cases stand."""

    title: str
    fresh: int
    working: int
    waiting: int
    overdue: int


@dataclass(frozen=True, kw_only=True)
class CaseLine:
    """One case on a line; an unknown string is empty."""

    number: str
    external_id: str
    title: str
    step: str
    at: datetime
    """Its term, or the day that was promised."""
    who: str
    phone: str
    is_published: bool = False
    """Whether the answer has been put up, so that its term is met."""


@dataclass(frozen=True, kw_only=True)
class LatePerson:
    """Who is late, and with which cases."""

    name: str
    phone: str
    numbers: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Digest:
    """The whole picture; lists are cut, and what is left off is counted."""

    tracks: tuple[TrackLine, ...] = ()
    overdue: tuple[CaseLine, ...] = ()
    overdue_more: int = 0
    nearest: tuple[CaseLine, ...] = ()
    nearest_more: int = 0
    unassigned: tuple[CaseLine, ...] = ()
    late_people: tuple[LatePerson, ...] = ()
    promises: tuple[CaseLine, ...] = ()
    came_back: tuple[CaseLine, ...] = ()
    proposed: tuple[str, ...] = ()
    """Titles of answers that were proposed as templates since the last one."""
    mails_aside: int = 0
