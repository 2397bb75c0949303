"""What falls due by itself: reminders before a step's latest time, escalation after it, the term.

Each moment is claimed before anything is queued, so it never fires twice; a step that is over has
dropped its moments. A daemon that was down deals with them oldest first and says so.
"""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING

from mcu_mail.domain.case import CaseState
from mcu_mail.domain.marks import Mark
from mcu_mail.domain.publication import is_published
from mcu_mail.errors import ReplacedError, TemporaryError
from mcu_mail.service.after_outage import NOISY, Gathered
from mcu_mail.service.carry import Carrier
from mcu_mail.service.delivery import closed_by_person
from mcu_mail.service.hearing import hear_again
from mcu_mail.service.lateness import (
    escalate,
    is_owed_too,
    remind_step,
    term_near,
    term_passed,
)
from mcu_mail.service.planning import TERM_WANTED
from mcu_mail.service.promised_days import PROMISED, ask_on_promised_day
from mcu_mail.service.quiet import is_postponed
from mcu_mail.service.restricted_answers import repeat_restricted
from mcu_mail.service.returns import delay_due
from mcu_mail.service.second_thoughts import keep_unheard
from mcu_mail.service.term_changes import ask_for_term
from mcu_mail.service.track_moments import CHECK, FIRST_REPLY, KINDS, at_moment
from mcu_mail.service.turns import in_turn
from mcu_mail.waits import foreseeing

if TYPE_CHECKING:
    from datetime import datetime

    from mcu_mail.service.alive import Outage
    from mcu_mail.service.desk import Desk
    from mcu_mail.store.moments import Due
    from mcu_mail.store.unit_of_work import UnitOfWork

log = logging.getLogger(__name__)

MOST = 10_000
WAITS_FOR_MORNING = NOISY | {FIRST_REPLY, CHECK, PROMISED, TERM_WANTED}
_OWN_MAILS = {PROMISED: ask_on_promised_day, TERM_WANTED: ask_for_term}


def remind(desk: Desk, now: datetime, outage: Outage | None = None) -> int:
    """Deal with every moment that has come; return how many.

    What cannot be read for the present stays owed: a verdict that was held is never lost. What
    fell due in an `outage` is dealt with by `remind_after` (`caught_up`).
    """
    with desk.store.view() as view:
        owed = view.due.owed(now) if outage is None else view.due.owed(now, MOST)
    if outage is not None:
        owed = tuple(one for one in owed if one.kind not in NOISY or one.at > outage.until)
    done = 0
    for due in in_turn(owed, desk.turn_seconds):
        try:
            foreseeing(partial(_deal_with, desk, due, now, owed))
        except ReplacedError:
            raise
        except TemporaryError as error:
            log.warning("due moment %s stays owed: %s", due.key, error)
            continue
        except Exception:  # one moment must never stop the others
            log.exception("due moment %s failed", due.key)
            foreseeing(partial(_give_up, desk, due, now))
        done += 1
    return done


def _deal_with(desk: Desk, due: Due, now: datetime, owed: tuple[Due, ...]) -> None:
    with desk.store.work() as work:
        if due.kind in WAITS_FOR_MORNING and is_postponed(desk, work, due, now):
            work.commit()
            return
        # After a pause several are owed at once: the newest says all that they say.
        if work.due.claim(due.id, now) and not is_outdone(due, owed):
            do_moment(desk, work, due, now, owed)
        work.commit()


def _give_up(desk: Desk, due: Due, now: datetime) -> None:
    """A moment that cannot be dealt with is over; what a person has written is kept for one."""
    with desk.store.work() as work:
        if work.due.claim(due.id, now) and due.kind == "held":
            keep_unheard(desk, work, int(due.data["mail"]), now)
        work.commit()


def is_outdone(due: Due, owed: tuple[Due, ...]) -> bool:
    """Whether a reminder is followed by a newer one, or by the escalation, of the same step.

    That a term is near is nothing to be told when it has passed.
    """
    if due.kind == "term_near":
        return is_owed_too("term", due, owed)
    if due.kind == FIRST_REPLY:
        # That the hour is nearly over is nothing to be told when it is.
        return any(
            (other.kind, other.case_id) == (due.kind, due.case_id) and other.at > due.at
            for other in owed
        )
    return due.kind == "remind" and any(
        other.kind in {"remind", "late_superior"}
        and (other.case_id, other.entry) == (due.case_id, due.entry)
        and (other.at, other.id) > (due.at, due.id)
        for other in owed
    )


def do_moment(
    desk: Desk,
    work: UnitOfWork,
    due: Due,
    now: datetime,
    owed: tuple[Due, ...],
    out: Gathered | None = None,
) -> None:
    """Do what a moment asks for; its mails are put into `out`, if that is given."""
    case = work.cases.get(due.case_id)
    if due.kind == "delayed":
        # A letter on its way may belong to a case that is done.
        delay_due(desk, work, due, now)
        return
    if case.state is CaseState.closed or (due.entry is not None and due.entry != case.entry):
        return
    if due.kind == "held":
        hear_again(desk, work, int(due.data["mail"]), now)
        closed_by_person(desk, work, work.cases.get(case.id), now, due.key)
    elif due.kind == "restricted":
        repeat_restricted(desk, work, case, now)
    elif due.kind in _OWN_MAILS:
        _OWN_MAILS[due.kind](desk, work, case, due, now)
    elif due.kind in KINDS:
        carrier = Carrier(desk, work, case, now=now, actor="service", cause=due.key)
        carrier.carry(at_moment(desk, work, case, due, now))
    elif due.kind in {"term", "term_near"} and (
        is_published(case) or Mark.term_asked in case.marks
    ):
        # The publication meets the term (decree 5.1); one that nobody has named is asked for.
        return
    elif due.kind == "term_near":
        term_near(desk, work, case, due, now, out)
    elif due.kind == "term":
        term_passed(desk, work, case, due, now, owed, out)
    elif due.kind == "remind":
        remind_step(desk, work, case, due, now, out)
    else:
        escalate(desk, work, case, due, now, owed, out)
