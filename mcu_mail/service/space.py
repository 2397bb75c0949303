"""Room on the disks: told of in time, and new mail left on the server while there is too little.

A full disk must not keep anybody from writing down what was done: a reserve beside the store is
given up then, and held back again when there is room (`threats.md` F43).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from mcu_mail.domain.surroundings import Matter, is_short, space_concerns
from mcu_mail.service.concerns import tell_of
from mcu_mail.store.disk import Reserve, free_bytes

if TYPE_CHECKING:
    from datetime import datetime

    from mcu_mail.service.desk import Desk

log = logging.getLogger(__name__)

_MEGABYTE: Final = 1_000_000
_MATTERS: Final = (Matter.store_space, Matter.share_space)
# Given up early enough for the alarm itself, and held back only when it makes nothing short again.
_GIVE_UP: Final = 4
_AGAIN: Final = 2


@dataclass(frozen=True, kw_only=True)
class Room:
    """Bytes free on the disk of the store and of the clerk's folders; None: nobody can tell."""

    store: int | None
    share: int | None


def room(desk: Desk) -> Room:
    """How much room there is now: the scarcer of database and kept files, and the share."""
    places = (desk.store.folder, desk.store.files.base)
    known = [free for place in places if (free := free_bytes(place)) is not None]
    share = free_bytes(desk.folders.base) if desk.folders.is_mounted() else None
    return Room(store=min(known, default=None), share=share)


def least_free(desk: Desk) -> int:
    """Bytes below which a disk is too full."""
    return desk.settings.store.least_free_mb * _MEGABYTE


def lacks_room(desk: Desk) -> bool:
    """Whether new mail is to stay on the server for the present."""
    return is_short(room(desk).store, least_free(desk))


def watch_room(desk: Desk, now: datetime) -> int:
    """Give up or make the reserve, and tell of a full disk once; return how much was told."""
    found = room(desk)
    _keep_reserve(desk, found.store)
    concerns = space_concerns(found.store, found.share, least_free=least_free(desk))
    # A share that is not there is told of by those who need it, and is no end of a concern.
    matters = _MATTERS if found.share is not None else _MATTERS[:1]
    return tell_of(desk, concerns, matters, now)


def _keep_reserve(desk: Desk, free: int | None) -> None:
    size = desk.settings.store.reserve_mb * _MEGABYTE
    reserve = Reserve(desk.store.folder / "reserve", size)
    if free is None or not size:
        return
    if free < size // _GIVE_UP:
        if reserve.release():
            log.error("the disk is full: the reserve of %d bytes was given up", size)
    elif free > least_free(desk) + _AGAIN * size and reserve.make():
        log.info("a reserve of %d bytes is held back", size)
