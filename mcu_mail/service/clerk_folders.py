"""The clerk's folders as a whole: that they are there, and whether something must settle yet."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from mcu_mail.errors import TemporaryError

if TYPE_CHECKING:
    from mcu_mail.service.desk import Desk

log = logging.getLogger(__name__)


def prepare_folders(desk: Desk) -> None:
    """Make sure of the clerk's folders; a share that was there and is gone is never made anew."""
    base = str(desk.folders.base)
    with desk.store.view() as view:
        known = view.facts.get("folders") == base
    try:
        desk.folders.prepare(known=known)
        desk.inbox.prepare(known=True)
    except TemporaryError as error:
        log.error("the clerk's folders cannot be prepared: %s", error)  # noqa: TRY400 - no trace
        return
    if not known:
        with desk.store.work() as work:
            work.facts.set("folders", base)
            work.commit()


def unsettled(desk: Desk) -> bool:
    """Whether a file lies there that has not settled yet: `once` waits for it a while."""
    if not desk.folders.is_mounted():
        return False
    listed = [*desk.folders.incoming(desk.real_now()), *desk.inbox.incoming(desk.real_now())]
    return any(not item.settled for item in listed)
