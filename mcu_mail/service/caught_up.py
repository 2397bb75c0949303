"""What fell due in an outage, dealt with together: one mail to each person."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from mcu_mail.errors import ReplacedError, StoreError
from mcu_mail.service.after_outage import NOISY, Gathered, tell_what_stands
from mcu_mail.service.quiet import is_postponed
from mcu_mail.service.remind import MOST, do_moment, is_outdone

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from mcu_mail.service.alive import Outage
    from mcu_mail.service.desk import Desk

log = logging.getLogger(__name__)


def remind_after(desk: Desk, outage: Outage, now: datetime) -> int:
    """Deal with everything that fell due in an outage, one mail to each person; return how many.

    All of it or nothing: what a killed daemon has gathered is gathered anew. A moment that cannot
    be dealt with is left out and stays owed, for `remind`; so are all, if nobody can be told.
    """
    left: set[int] = set()
    while True:
        try:
            return _remind_together(desk, outage, now, left)
        except (ReplacedError, StoreError):
            raise
        except _MomentError as error:
            log.exception("due moment %d cannot be told with the others", error.due_id)
            left.add(error.due_id)
        except Exception:  # told one by one it disturbs more, and reaches everybody else
            log.exception("what fell due in an outage cannot be told together")
            return 0


class _MomentError(Exception):
    """A moment that cannot be dealt with."""

    def __init__(self, due_id: int) -> None:
        super().__init__(str(due_id))
        self.due_id = due_id


def _remind_together(desk: Desk, outage: Outage, now: datetime, left: Collection[int]) -> int:
    with desk.store.work() as work:
        # What has fallen due since says more than what fell due then, and is told behind this.
        owed = tuple(one for one in work.due.owed(now, MOST) if one.id not in left)
        missed = [one for one in owed if one.kind in NOISY and one.at <= outage.until]
        out = Gathered()
        for due in missed:
            try:
                if is_postponed(desk, work, due, now):
                    continue
                if work.due.claim(due.id, now) and not is_outdone(due, owed):
                    do_moment(desk, work, due, now, owed, out)
            except (ReplacedError, StoreError):
                raise
            except Exception as error:
                raise _MomentError(due.id) from error
        tell_what_stands(desk, work, out, outage, now)
        work.commit()
    return len(missed)
