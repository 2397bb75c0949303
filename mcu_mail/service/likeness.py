"""Cases that look like a new message: named, and asked about once; never merged by us."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcu_mail.domain.case import Purpose
from mcu_mail.domain.decisions import Ask, Log
from mcu_mail.domain.matters import SAME_MATTER, alike
from mcu_mail.domain.numbering import names_a_message
from mcu_mail.service.matter_links import alike_elsewhere

if TYPE_CHECKING:
    from datetime import datetime

    from mcu_mail.domain.case import Case
    from mcu_mail.domain.course_parts import Decisions
    from mcu_mail.domain.notice import Notice
    from mcu_mail.service.desk import Desk
    from mcu_mail.store.unit_of_work import UnitOfWork


def same_matter(work: UnitOfWork, notice: Notice, received: datetime) -> tuple[Case, ...]:
    """Cases that look like the same message: linked and named, never merged silently."""
    found: dict[int, Case] = {}
    if notice.external_id and names_a_message(notice.external_id):
        for case in work.cases.with_external_id(notice.track, notice.external_id):
            if received - case.received_at < SAME_MATTER:
                found[case.id] = case
    if notice.address and notice.text:
        for case in work.cases.with_address(notice.track, notice.address, received - SAME_MATTER):
            if alike(case.notice.text, notice.text):
                found[case.id] = case
    found |= {case.id: case for case in alike_elsewhere(work, notice, received)}
    return tuple(found.values())


def asked_about(same: tuple[Case, ...], case: Case, desk: Desk, person: str) -> Decisions:
    """The question whether a new case is the same matter as those; nothing where there are none."""
    if not same:
        return ()
    numbers = [item.number for item in same]
    return (
        Log(kind="similar", data={"cases": numbers}),
        Ask(
            purpose=Purpose.similar,
            person=person,
            template="similar",
            context={"similar": numbers, "elsewhere": _elsewhere(same, case, desk)},
            data=_similar_data(same, case),
        ),
    )


def _similar_data(same: tuple[Case, ...], case: Case) -> dict[str, str]:
    """The case that the buttons name: one of the same track, else the oldest of another."""
    own = next((one for one in same if one.track == case.track), None)
    if own is not None:
        return {"key": "similar", "of": own.number}
    return {"key": "similar", "of": same[0].number, "elsewhere": same[0].track}


def _elsewhere(same: tuple[Case, ...], case: Case, desk: Desk) -> tuple[str, ...]:
    """The systems that the other messages came by, where they are not this one."""
    titles = (desk.settings.tracks.title(one.track) for one in same if one.track != case.track)
    return tuple(dict.fromkeys(titles))
