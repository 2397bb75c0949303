"""Which cases are one matter, and what came of it: kept beside the cases, found by exact keys."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from mcu_mail.domain.marks import Mark
from mcu_mail.domain.matters import SAME_MATTER, is_same_matter, keys_of
from mcu_mail.domain.route import StepKind

if TYPE_CHECKING:
    from datetime import datetime

    from mcu_mail.domain.case import Case
    from mcu_mail.domain.notice import Notice
    from mcu_mail.domain.route import Step
    from mcu_mail.service.desk import Desk
    from mcu_mail.store.unit_of_work import UnitOfWork

_MOST_KNOWN = 20
"""Cases that are kept by one key: who writes every day is known anyway."""
_TELLS = frozenset({
    StepKind.draft,
    StepKind.approve,
    StepKind.sign,
    StepKind.publish,
    StepKind.close,
})
"""Steps of the leading case at which the others may be to hear of its text."""
TASK = "matter"


def remember_keys(work: UnitOfWork, case: Case) -> None:
    """Keep by what a later message about the same matter will find this case."""
    for key in keys_of(case.notice):
        known = [one for one in _known(work, key) if one != case.id]
        work.facts.set(_key(key), json.dumps([*known, case.id][-_MOST_KNOWN:]))


def alike_elsewhere(work: UnitOfWork, notice: Notice, received: datetime) -> tuple[Case, ...]:
    """Cases of other tracks that look like this message, received within thirty days."""
    since = received - SAME_MATTER
    known = {case_id for key in keys_of(notice) for case_id in _known(work, key)}
    found = work.cases.like(
        but=notice.track,
        link=notice.link,
        address=notice.address,
        text=notice.text,
        since=since,
        known=sorted(known)[-_MOST_KNOWN:],
    )
    return tuple(
        case for case in found if case.restricted is None and is_same_matter(case.notice, notice)
    )


def leader_of(work: UnitOfWork, case: Case) -> Case | None:
    """The case whose text serves this one too; None when it goes its own way."""
    number = case.marks.get(Mark.matter)
    return work.cases.by_number(number) if number else None


def followers_of(work: UnitOfWork, case: Case) -> tuple[str, ...]:
    """The numbers of the cases that the text of this one serves too."""
    return tuple(json.loads(work.facts.get(f"matter:{case.id}") or "[]"))


def link(work: UnitOfWork, leader: Case, follower: Case) -> None:
    """Keep with the leading case that another one gets its text; the mark is the carrier's."""
    kept = [one for one in followers_of(work, leader) if one != follower.number]
    work.facts.set(f"matter:{leader.id}", json.dumps([*kept, follower.number]))


def unlink(work: UnitOfWork, leader: Case, follower: Case) -> None:
    """They are no longer one matter."""
    kept = [one for one in followers_of(work, leader) if one != follower.number]
    work.facts.set(f"matter:{leader.id}", json.dumps(kept))
    work.facts.set(_delivered(follower), "")


def delivered_version(work: UnitOfWork, follower: Case) -> int:
    """The version of the leading case whose text this one has been given; 0 for none."""
    return int(work.facts.get(_delivered(follower)) or 0)


def keep_delivered(work: UnitOfWork, follower: Case, version: int) -> None:
    """Keep which version of the leading case this one has been given."""
    work.facts.set(_delivered(follower), str(version))


def keep_notes(work: UnitOfWork, case: Case, version: int, notes: tuple[str, ...]) -> None:
    """Keep what whoever approves a version that was made of another case's text should look at."""
    work.facts.set(f"matter_notes:{case.id}:{version}", json.dumps(notes, ensure_ascii=False))


def notes_of(work: UnitOfWork, case: Case) -> tuple[str, ...]:
    """What was kept so for the case's present version."""
    return tuple(json.loads(work.facts.get(f"matter_notes:{case.id}:{case.version}") or "[]"))


def shared_with(
    desk: Desk, leader: Case, follower: Case, by: str, wanted: datetime | None
) -> dict[str, object]:
    """What is said of a text that another case waits for, too.

    Args:
        desk: the office's desk.
        leader: whose text it is.
        follower: the case that waits.
        by: the name of who has linked them; empty in a reminder.
        wanted: by when the text is needed now; None where its time is what it was.

    """
    return {
        "leader": leader.number,
        "by": by,
        "what": "shared",
        "follower": follower.number,
        "follower_source": desk.settings.tracks.title(follower.track),
        "wanted": desk.local(wanted) if wanted else None,
    }


def owe_text(work: UnitOfWork, case: Case, step: Step, template: str, now: datetime) -> bool:
    """Owe what entering a step brings to the other cases of the matter.

    Returns:
        whether nobody is to be asked for this case's own text: the leading one's drafter is.

    """
    if Mark.matter in case.marks and step.kind is StepKind.draft and template == "task":
        _owe(work, case, now)
        return True
    if step.kind in _TELLS and followers_of(work, case):
        _owe(work, case, now)
    return False


def _owe(work: UnitOfWork, case: Case, now: datetime) -> None:
    work.tasks.add(
        key=f"{TASK}:{case.id}:{case.entry}",
        case_id=case.id,
        kind=TASK,
        data={"entry": case.entry},
        now=now,
    )


def _known(work: UnitOfWork, key: str) -> list[int]:
    return list(json.loads(work.facts.get(_key(key)) or "[]"))


def _key(key: str) -> str:
    return f"alike:{key}"


def _delivered(follower: Case) -> str:
    return f"matter_text:{follower.id}"
