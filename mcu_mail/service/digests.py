"""The whole picture twice a working day, inside the mail, to the centre's head and the curator.

Decree 3.5, 3.6: they control how messages are worked on. Nothing they need stands elsewhere.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from mcu_mail.domain.case import CaseState
from mcu_mail.domain.intake_catalogue import appeal_step
from mcu_mail.domain.marks import Mark
from mcu_mail.domain.publication import is_published
from mcu_mail.domain.route import StepKind
from mcu_mail.domain.routes import ROUTES
from mcu_mail.mail.digest import CaseLine, Digest, LatePerson, TrackLine
from mcu_mail.service.asking import tell
from mcu_mail.service.cards import name_of, title_of
from mcu_mail.service.proposals import proposals

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mcu_mail.domain.case import Case
    from mcu_mail.service.desk import Desk
    from mcu_mail.store.unit_of_work import UnitOfWork

_FACT = "digest"
_STILL_NEWS = timedelta(hours=2)
"""A service that was off at the hour sends the digest so much later; after that the next one."""
_MOST = 15
"""Lines of one list; the rest is counted."""
_CAME_BACK = frozenset({"returned", "region_returned", "head_returned", "reopened"})


def tell_digests(desk: Desk, now: datetime) -> int:
    """Queue the digest of this hour, once; return how many mails."""
    due = _due(desk, now)
    if due is None:
        return 0
    with desk.store.view() as view:
        if view.facts.get(_FACT) == due.isoformat():
            return 0
    roles = desk.office.roles
    people = dict.fromkeys(desk.standing_in(one, now) for one in (roles.centre_head, roles.curator))
    done = 0
    with desk.store.work() as work:
        known = work.facts.get(_FACT)
        since = datetime.fromisoformat(known) if known else due - timedelta(days=1)
        digest = picture(desk, work, since, now)
        if digest.tracks:
            done = sum(
                tell(
                    desk,
                    work,
                    None,
                    person=person,
                    template="digest",
                    context={"digest": digest, "since": desk.local(since)},
                    key=f"digest:{due.isoformat()}:{person}",
                    now=now,
                )
                for person in people
            )
        work.facts.set(_FACT, due.isoformat())
        work.commit()
    return done


def _due(desk: Desk, now: datetime) -> datetime | None:
    """The latest hour of a digest today, if it is still worth telling."""
    local = desk.local(now)
    passed = [at for at in desk.settings.digests.at if at <= local.time()]
    if not passed or not desk.calendar.is_working_day(local.date()):
        return None
    due = datetime.combine(local.date(), passed[-1], desk.zone)
    return due if local - due <= _STILL_NEWS else None


def picture(desk: Desk, work: UnitOfWork, since: datetime, now: datetime) -> Digest:
    """What stands how, by tracks, and what needs a word; empty while nothing is open."""
    cases = work.cases.open()
    running = [case for case in cases if not is_published(case)]
    late = [case for case in running if case.term <= now]
    ahead = sorted((case for case in running if case.term > now), key=lambda case: case.term)
    lag = [case for case in ahead if case.due is not None and case.due <= now and case.actor]
    free = [case for case in ahead if _is_unassigned(case)]
    owed = sorted(
        (case for case in cases if Mark.owed in case.marks or Mark.promised in case.marks),
        key=_promise,
    )
    back = [case for case in cases if _came_back(work, case, since)]
    return Digest(
        tracks=tuple(_track_line(desk, name, cases, since, now) for name in _tracks(cases)),
        overdue=_lines(desk, late),
        overdue_more=max(0, len(late) - _MOST),
        nearest=_lines(desk, ahead),
        nearest_more=max(0, len(ahead) - _MOST),
        unassigned=_lines(desk, free),
        late_people=_late_people(desk, [*late, *lag]),
        promises=tuple(
            _line(desk, case, at=datetime.fromisoformat(_promise(case))) for case in owed[:_MOST]
        ),
        came_back=_lines(desk, back),
        proposed=tuple(
            str(one["title"])
            for one in proposals(work)
            if datetime.fromisoformat(one["at"]) >= since
        ),
        mails_aside=work.census.counts(now)["mails_aside"],
    )


def _tracks(cases: Iterable[Case]) -> list[str]:
    present = {case.track for case in cases}
    return [name for name in ROUTES if name in present]


def _track_line(
    desk: Desk, track: str, cases: Iterable[Case], since: datetime, now: datetime
) -> TrackLine:
    mine = [case for case in cases if case.track == track]
    return TrackLine(
        title=desk.settings.tracks.title(track),
        fresh=sum(case.opened_at >= since for case in mine),
        working=sum(case.state is not CaseState.waiting for case in mine),
        waiting=sum(case.state is CaseState.waiting for case in mine),
        overdue=sum(case.term <= now and not is_published(case) for case in mine),
    )


def _is_unassigned(case: Case) -> bool:
    kind = ROUTES[case.track].step(case.step).kind
    if Mark.appeal in case.marks:
        return False
    return case.department is None or kind is StepKind.route


def _promise(case: Case) -> str:
    return case.marks.get(Mark.owed) or case.marks[Mark.promised]


def _came_back(work: UnitOfWork, case: Case, since: datetime) -> bool:
    return any(
        event.kind in _CAME_BACK and event.at >= since for event in work.journal.of_case(case.id)
    )


def _lines(desk: Desk, cases: Iterable[Case]) -> tuple[CaseLine, ...]:
    return tuple(_line(desk, case) for case in list(cases)[:_MOST])


def _line(desk: Desk, case: Case, *, at: datetime | None = None) -> CaseLine:
    actor = desk.office.people.get(case.actor or "")
    return CaseLine(
        number=case.number,
        external_id=case.notice.external_id or "",
        title=title_of(case, desk),
        step=_step(case),
        at=desk.local(at or case.term),
        who=name_of(case.actor, desk),
        phone=actor.phone if actor else "",
        is_published=is_published(case),
    )


def _step(case: Case) -> str:
    """What the case waits for; one that has left its track waits for the answer under the law."""
    if Mark.appeal in case.marks:
        return appeal_step(case.marks[Mark.appeal])
    return ROUTES[case.track].step(case.step).title


def _late_people(desk: Desk, cases: Iterable[Case]) -> tuple[LatePerson, ...]:
    """Who holds up what, the one with most first."""
    held: dict[str, list[str]] = {}
    for case in cases:
        if case.actor is not None and case.state is not CaseState.waiting:
            held.setdefault(case.actor, []).append(case.number)
    ordered = sorted(held.items(), key=lambda item: -len(item[1]))
    return tuple(
        LatePerson(
            name=name_of(person, desk),
            phone=desk.office.people[person].phone if person in desk.office.people else "",
            numbers=tuple(numbers),
        )
        for person, numbers in ordered
    )
