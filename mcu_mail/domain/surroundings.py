"""What around the service will stop it soon: full disks and mailboxes, certificates, the calendar.

Pure: what was measured goes in, what a person has to be told comes out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from mcu_mail.domain import surrounding_words as words

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

CERTIFICATE_DAYS: Final = 14
"""So many days before its end a certificate is a concern."""
QUOTA_PERCENT: Final = 90
"""So full a mailbox will stop before long."""
_LAST: Final = timedelta(days=3)
_CALENDAR_DAYS: Final = 60
_QUOTA: Final = (QUOTA_PERCENT, 80)
_SURELY_DOWN: Final = timedelta(minutes=50)


class Matter(StrEnum):
    """What a concern is about; also the name of its alarm, which no job has."""

    store_space = "store_space"
    share_space = "share_space"
    imap_certificate = "imap_certificate"
    smtp_certificate = "smtp_certificate"
    imap_door = "imap_door"
    smtp_door = "smtp_door"
    quota = "quota"
    calendar_year = "calendar_year"
    settings_file = "settings_file"


def fact_of(matter: Matter) -> str:
    """Under which key the store keeps since when people know of it: «since|stage», or nothing."""
    return f"concern:{matter}"


@dataclass(frozen=True, kw_only=True)
class DoorFault:
    """A server that could not be reached or trusted when it was tried.

    Attributes:
        text: why, in Russian.
        since: the first failure of this row of them.
        sure: waiting will not help: the certificate or the password must be changed.

    """

    text: str
    since: datetime
    sure: bool


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What was measured last; None is what nobody could tell.

    Attributes:
        at: when.
        store_free: bytes free on the disk of the store.
        share_free: bytes free in the clerk's folders.
        imap_until: until when the certificate of the mailbox server holds.
        smtp_until: the same of the server that takes our mail.
        quota_used: octets in the mailbox.
        quota_limit: octets it may hold.
        faults: by `imap` and `smtp`, why that server could not be asked.

    """

    at: datetime
    store_free: int | None = None
    share_free: int | None = None
    imap_until: datetime | None = None
    smtp_until: datetime | None = None
    quota_used: int | None = None
    quota_limit: int | None = None
    faults: Mapping[str, DoorFault]


@dataclass(frozen=True, kw_only=True)
class Concern:
    """One thing that a person has to see to.

    Attributes:
        stage: changes when it became worse, and the person is told once more.
        grave: the service stands still, or will before long.
        text: what it is and what to do, in Russian.

    """

    matter: Matter
    stage: str
    grave: bool
    text: str


def concerns(
    around: Surroundings,
    *,
    now: datetime,
    today: date,
    least_free: int,
    years_confirmed: Collection[int],
) -> tuple[Concern, ...]:
    """What of that needs a person; empty when all is well.

    Args:
        around: what was measured.
        now: the moment.
        today: the office's date.
        least_free: bytes below which a disk is too full.
        years_confirmed: the years whose calendar the office has checked.

    """
    found: list[Concern] = [
        *space_concerns(around.store_free, around.share_free, least_free=least_free),
        *_doors(around, now),
        *_quota(around),
        *calendar_concerns(today, years_confirmed),
    ]
    for matter, door, until in (
        (Matter.imap_certificate, "imap", around.imap_until),
        (Matter.smtp_certificate, "smtp", around.smtp_until),
    ):
        # Of a server that cannot be trusted its fault says more than an old date.
        if until is not None and door not in around.faults:
            found += _certificate(matter, until, now)
    return tuple(found)


def space_concerns(
    store_free: int | None, share_free: int | None, *, least_free: int
) -> tuple[Concern, ...]:
    """Which of the two disks is too full. Arguments as of `concerns`."""
    found = []
    if is_short(store_free, least_free):
        text = words.store_is_full(_megabytes(store_free), _megabytes(least_free))
        found.append(Concern(matter=Matter.store_space, stage="short", grave=True, text=text))
    if is_short(share_free, least_free):
        text = words.share_is_full(_megabytes(share_free), _megabytes(least_free))
        found.append(Concern(matter=Matter.share_space, stage="short", grave=False, text=text))
    return tuple(found)


def is_short(free: int | None, least_free: int) -> bool:
    """Whether so few bytes are left; unknown is not short."""
    return free is not None and free < least_free


def calendar_concerns(today: date, years_confirmed: Collection[int]) -> tuple[Concern, ...]:
    """The year whose calendar must be checked: this one, or the next one 60 days ahead (F35)."""
    year, grave = today.year, True
    if year in years_confirmed:
        year, grave = today.year + 1, False
        if year in years_confirmed or date(year, 1, 1) - today > timedelta(days=_CALENDAR_DAYS):
            return ()
    text = words.calendar_is_missing(year, now=grave)
    return (Concern(matter=Matter.calendar_year, stage=f"{year}:{grave}", grave=grave, text=text),)


def _certificate(matter: Matter, until: datetime, now: datetime) -> Iterator[Concern]:
    left = until - now
    if left > timedelta(days=CERTIFICATE_DAYS):
        return
    stage = "last" if left <= _LAST else "soon"
    stage = "over" if left <= timedelta(0) else stage
    text = words.certificate_ends(matter is Matter.imap_certificate, until, left.days)
    yield Concern(matter=matter, stage=stage, grave=stage == "over", text=text)


def _quota(around: Surroundings) -> Iterator[Concern]:
    used, limit = around.quota_used, around.quota_limit
    if used is None or not limit:
        return
    for share in _QUOTA:
        if 100 * used >= share * limit:
            text = words.mailbox_is_full(round(100 * used / limit))
            yield Concern(
                matter=Matter.quota, stage=f"{share}", grave=share == _QUOTA[0], text=text
            )
            return


def _doors(around: Surroundings, now: datetime) -> Iterator[Concern]:
    for door, fault in around.faults.items():
        # A server that was restarted just then is nobody's concern.
        if fault.sure or now - fault.since >= _SURELY_DOWN:
            yield Concern(
                matter=Matter(f"{door}_door"), stage="closed", grave=True, text=fault.text
            )


def _megabytes(size: int | None) -> int:
    return (size or 0) // 1_000_000
