"""A case, its requests and its course in memory: the decisions of the rules, carried out purely.

What the service does in a database (`service/carry.py`) is done here to values, so that hypothesis
can walk a case through thousands of sequences.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from mcu_mail.domain.calendar import WorkCalendar
from mcu_mail.domain.case import STANDING, Case, CaseState, CloseReason, Purpose, Request
from mcu_mail.domain.course import Decisions, Reply, Rules, on_recall, on_rendered, on_reply
from mcu_mail.domain.course_parts import TrackClock
from mcu_mail.domain.decisions import (
    AddContacts,
    Ask,
    Change,
    CloseRequest,
    Decision,
    Enter,
    KeepAddressing,
    KeepDraft,
    Log,
    NewVersion,
    SetMarks,
    SetState,
    Tell,
)
from mcu_mail.domain.happened import on_happened
from mcu_mail.domain.marks import Mark
from mcu_mail.domain.notice import Notice
from mcu_mail.domain.office import Roles
from mcu_mail.domain.route import Outcome, StepKind
from mcu_mail.domain.routes import ROUTES
from mcu_mail.domain.track_terms import TermKind, TermRules
from mcu_mail.domain.verdicts import read_meaning
from mcu_mail.domain.whose_turn import actor_of
from mcu_mail.settings.production_calendar import production_calendar
from tests.domain.offices import OFFICE, PEOPLE, case, person

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mcu_mail.domain.told_events import Happened

_OFF, _WORKED = production_calendar((2026, 2027))
CALENDAR = WorkCalendar(days_off=_OFF, working_weekends=_WORKED)
COORDINATOR = "coordinator"
OFFICE_OF_TRACKS = replace(
    OFFICE,
    people={**PEOPLE, COORDINATOR: person(COORDINATOR, "Ответственнова Вера Примеровна")},
    roles=Roles(
        head="head",
        reception="registry",
        registry="registry",
        curator="curator",
        centre_head="press",
        dispatcher="dispatcher",
        coordinator=dict.fromkeys(ROUTES, COORDINATOR),
        executors_publish=frozenset({"kuzbass_online"}),
    ),
)
TERMS: Mapping[str, TermRules] = {
    "incident": TermRules(
        track="incident",
        kind=TermKind.working_hours,
        hours=8,
        fast_hours=4,
        first_reply_minutes=60,
        wait=48,
        urgent_any_hour=True,
    ),
    "pos": TermRules(track="pos", kind=TermKind.stated),
    "kuzbass_online": TermRules(
        track="kuzbass_online", kind=TermKind.days, days=14, accept_hours=24
    ),
}
_KINDS = {
    StepKind.route: Purpose.route,
    StepKind.draft: Purpose.draft,
    StepKind.approve: Purpose.approve,
    StepKind.publish: Purpose.publish,
    StepKind.accept: Purpose.accept,
}
OF_STEP = frozenset(_KINDS.values()) - STANDING | {Purpose.regional}


class Walk:
    """One case of a track, from its opening on.

    Args:
        track: which.
        department: known at the opening; None: the coordinator is asked.
        term_known: whether the notice names the term.

    """

    def __init__(self, track: str, now: datetime, department: str | None, *, term_known: bool):
        route = ROUTES[track]
        self.now = now
        self.requests: list[Request] = []
        self.log: list[Log] = []
        self.last: list[Decision] = []
        self.case: Case = case(
            track=track,
            step=route.first.name,
            entry=0,
            department=department,
            topic=None,
            notice=Notice(track=track, text="Снег", applicant="Небывалова Алла"),
            received_at=now,
            opened_at=now,
            term=now + timedelta(hours=30),
            marks={} if term_known else {Mark.term_asked: "notice"},
        )
        responsible = OFFICE_OF_TRACKS.roles.responsible(track)
        if route.first.kind is StepKind.accept:
            self.carry((Enter(step=route.first.name, template="accept"),))
            return
        name = route.first.on[Outcome.done] if department else route.first.name
        self.carry((
            Enter(step=name, template="task" if department else "route"),
            Ask(purpose=Purpose.control, person=responsible, template="control"),
        ))

    @property
    def rules(self) -> Rules:
        """What the rules are given at this moment."""
        track = self.case.track
        portal = track == "kuzbass_online"
        return Rules(
            office=OFFICE_OF_TRACKS,
            route=ROUTES[track],
            today=self.now.date(),
            contact="none",
            clock=TrackClock(now=self.now, terms=TERMS[track], calendar=CALENDAR),
            category_needed=portal,
            outcome_needed=portal,
        )

    @property
    def open(self) -> list[Request]:
        """The requests that still take a word."""
        return [one for one in self.requests if one.closed_at is None]

    def replies(self, request: Request, text: str) -> None:
        """The one who was asked answers."""
        drafting = request.purpose is Purpose.draft
        meaning = read_meaning(text, self.now.date(), drafting=drafting)
        reply = Reply(person=request.person, meaning=meaning, text=text)
        self.carry(on_reply(self.case, request, reply, self.rules))

    def happens(self, happened: Happened) -> None:
        """A notice of the system tells of something."""
        self.carry(on_happened(self.case, happened, "region", self.rules))

    def recalls(self, request: Request) -> None:
        """«СТОП» after a decision."""
        self.carry(on_recall(self.case, request))

    def wait_is_over(self) -> None:
        """The citizen has said nothing in his time."""
        step = ROUTES[self.case.track].step(self.case.step)
        if step.kind is StepKind.wait_citizen:
            self.carry((Log(kind="wait_over"), Enter(step=step.on[Outcome.done], template="")))

    def carry(self, decisions: Decisions) -> None:
        """Do what was decided, in order."""
        self.last = list(decisions)
        self._carry(decisions)

    def _carry(self, decisions: Decisions) -> None:
        for decision in decisions:
            self._one(decision)

    def _one(self, decision: Decision) -> None:
        match decision:
            case Log():
                self.log.append(decision)
            case Change():
                self.case = replace(
                    self.case, **{k: v for k, v in decision.values.items() if k != "closed_at"}
                )
            case SetMarks():
                marks = {**self.case.marks, **decision.values}
                self.case = replace(self.case, marks={k: v for k, v in marks.items() if v})
            case KeepDraft():
                self.case = replace(self.case, draft=decision.draft)
            case AddContacts() | KeepAddressing():
                return
            case SetState():
                self.case = replace(self.case, state=decision.state)
            case CloseRequest():
                self._close(lambda one: one.id == decision.request_id, decision.reason)
            case NewVersion():
                self._version(decision)
            case Ask():
                self._ask(decision.purpose, decision.person)
            case Tell():
                assert decision.people
                assert set(decision.people) <= set(OFFICE_OF_TRACKS.people)
            case Enter():
                self._enter(decision)
            case _:
                raise AssertionError(f"{decision} has no place on a track that publishes")

    def _close(self, which, reason: CloseReason) -> None:
        self.requests = [
            replace(one, closed_at=self.now, close_reason=reason)
            if one.closed_at is None and which(one)
            else one
            for one in self.requests
        ]

    def _version(self, decision: NewVersion) -> None:
        self._close(lambda one: one.purpose in OF_STEP, CloseReason.new_version)
        version = self.case.version + 1
        digest = sha256(f"{version}{decision.text}".encode()).hexdigest()
        self.case = replace(
            self.case, version=version, letter_sha=digest, author=decision.author, draft=None
        )
        self._carry(on_rendered(decision.then, self.rules))

    def _ask(self, purpose: Purpose, whom: str) -> None:
        self.requests.append(
            Request(
                id=len(self.requests) + 1,
                case_id=self.case.id,
                purpose=purpose,
                step=self.case.step,
                entry=self.case.entry,
                version=self.case.version,
                letter_sha=self.case.letter_sha,
                person=whom,
                code=f"{len(self.requests):016}",
                created_at=self.now,
                expires_at=self.now + timedelta(days=40),
            )
        )

    def _enter(self, decision: Enter) -> None:
        step = ROUTES[self.case.track].step(decision.step)
        closing = step.kind is StepKind.close
        reason = decision.close_as or CloseReason.step_over
        self._close(
            lambda one: one.purpose in OF_STEP or (closing and one.purpose not in STANDING), reason
        )
        actor = actor_of(step, self.case, OFFICE_OF_TRACKS, self.now.date())
        state = CaseState.waiting if step.waits else CaseState.open
        self.case = replace(
            self.case,
            step=step.name,
            entry=self.case.entry + 1,
            actor=None if closing else actor,
            state=CaseState.closed if closing else state,
            due=None if closing else self.now + timedelta(hours=1),
        )
        if decision.template and actor is not None and not closing:
            self._ask(decision.purpose or _KINDS[step.kind], actor)
