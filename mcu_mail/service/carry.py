"""Carry out what the rules decided, in order, inside one transaction.

Nothing here reaches outside: mails go to the queue, effects on files become tasks.
"""

from __future__ import annotations

import hashlib
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, assert_never

from mcu_mail.domain import decisions as what
from mcu_mail.domain.case import STANDING, Case, CaseState, CloseReason, Purpose
from mcu_mail.domain.codes import new_code
from mcu_mail.domain.course import on_rendered
from mcu_mail.domain.route import Form, StepKind
from mcu_mail.domain.routes import ROUTES
from mcu_mail.domain.whose_turn import actor_of
from mcu_mail.mail.wording import ANSWERS
from mcu_mail.service.asking import ask, extend_codes, tell
from mcu_mail.service.floods import is_flooded
from mcu_mail.service.holding import held_by, let_go
from mcu_mail.service.matter_links import owe_text
from mcu_mail.service.planning import plan_of, remind_anew, remind_of, watch_term
from mcu_mail.service.promised_days import watch_promise
from mcu_mail.service.track_moments import latest_of, watch_step
from mcu_mail.service.waiting import waiting_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mcu_mail.domain.case import Request
    from mcu_mail.domain.decisions import Decision
    from mcu_mail.service.desk import Desk
    from mcu_mail.store.unit_of_work import UnitOfWork

_END_OF_DAY = time(18)
_OF_STEP = frozenset({
    Purpose.route,
    Purpose.draft,
    Purpose.approve,
    Purpose.sign,
    Purpose.register,
    Purpose.confirm,
    Purpose.sending,
    Purpose.restricted,
    Purpose.outside,
    Purpose.publish,
    Purpose.regional,
})
_ANSWERS = ANSWERS | {"receipt", "opened"}
"""Mails that answer a mail: they go to whoever wrote it, absent or not."""
_HURRIES = frozenset({"term_changed", "urgent"})
"""Mails that are answered with the text they want: they carry the code of its request."""
SHOW = "show"
"""The task that asks about a text as soon as its files are known."""
_PURPOSE = {
    StepKind.route: Purpose.route,
    StepKind.draft: Purpose.draft,
    StepKind.approve: Purpose.approve,
    StepKind.sign: Purpose.sign,
    StepKind.register: Purpose.register,
    StepKind.accept: Purpose.accept,
    StepKind.publish: Purpose.publish,
}


def _is_of_step(request: Request) -> bool:
    """Whether a request ends with its step; one about another letter of the case does not."""
    return request.purpose in _OF_STEP and "beside" not in request.data


class Carrier:
    """Applies decisions to one case.

    Args:
        cause: names what happened, once and for all: keys of the mails that follow start with it,
            so that the same cause can never mail twice.
        actor: who caused it, for the events.
        is_unproven: a mail that our server does not vouch for is the cause: what it makes us
            write is limited, so that nobody floods an official in his own name (A38).
        remark: what the receipt of a decision is to say besides.
        sheet_mail: the answer to a sheet that is the cause; 0 for all others.

    """

    def __init__(
        self,
        desk: Desk,
        work: UnitOfWork,
        case: Case,
        *,
        now: datetime,
        actor: str,
        cause: str,
        is_unproven: bool = False,
        remark: str = "",
        sheet_mail: int = 0,
    ) -> None:
        self._desk = desk
        self._work = work
        self.case = case
        self._now = now
        self._actor = actor
        self._cause = cause
        self._is_unproven = is_unproven
        self._remark = remark
        self._sheet_mail = sheet_mail
        self._told = 0

    @property
    def now(self) -> datetime:
        """The moment of what happened."""
        return self._now

    def carry(self, decisions: Iterable[Decision]) -> Case:
        """Carry the decisions out and return the case as it then is."""
        for decision in decisions:
            self._one(decision)
        return self.case

    def warn(self, decisions: Iterable[Decision]) -> Case:
        """Carry out what has a count of its own (`floods.may_warn`), whatever else was written."""
        unproven, self._is_unproven = self._is_unproven, False
        try:
            return self.carry(decisions)
        finally:
            self._is_unproven = unproven

    def _change(self, values: Mapping[str, object]) -> None:
        self.case = self._work.cases.change(self.case.id, values)

    def log(self, kind: str, data: Mapping[str, object]) -> None:
        """Write one event; of a restricted case without anybody's words."""
        if self.case.restricted is not None:
            data = {key: value for key, value in data.items() if key != "text"}
        self._work.journal.add(
            self.case.id, self._now, self._actor, kind, {**data, "cause": self._cause}
        )

    def _one(self, decision: Decision) -> None:
        match decision:
            case what.Enter():
                self._enter(decision)
            case what.NewVersion():
                self._new_version(decision)
            case what.Ask():
                self._ask(decision)
            case what.Tell():
                self._tell(decision)
            case what.Work():
                self._work_for(decision.kind, decision.data)
            case _:
                self._note(decision)

    def _note(self, decision: what.Note) -> None:
        """The decisions that only write to the case, its events or its requests."""
        match decision:
            case what.Log():
                self.log(decision.kind, decision.data)
            case what.Change():
                self._change(decision.values)
                if "term" in decision.values:
                    self._plan_anew()
            case what.SetMarks():
                marks = {**self.case.marks, **decision.values}
                self._change({"marks": {key: value for key, value in marks.items() if value}})
            case what.KeepDraft():
                self._change({"draft": decision.draft})
            case what.AddContacts():
                self._change({"contacts": (*self.case.contacts, *decision.contacts)})
            case what.KeepAddressing():
                whole = self.case.addressing.changed_by(decision.addressing)
                self._change({"addressing": whole})
            case what.CloseRequest():
                self._work.requests.close(decision.request_id, self._now, decision.reason)
            case what.SetState():
                self.case = let_go(self._work, self.case, decision.state, self._now)
            case _:
                assert_never(decision)

    def _work_for(self, kind: str, data: Mapping[str, object]) -> None:
        ident = ":".join(str(value) for value in data.values())
        self._work.tasks.add(
            key=f"{kind}:{self.case.id}:{self.case.entry}:{ident}",
            case_id=self.case.id,
            kind=kind,
            data=data,
            now=self._now,
        )

    def _new_version(self, decision: what.NewVersion) -> None:
        version = self.case.version + 1
        for request in self._work.requests.open_of_case(self.case.id):
            if _is_of_step(request):
                self._work.requests.close(request.id, self._now, CloseReason.new_version)
        before = self._work.letters.get(self.case.id, self.case.version)
        promised = decision.promised
        if decision.keeps_promise and before and before.until:
            promised = date.fromisoformat(before.until)
        self._work.letters.add(
            case_id=self.case.id,
            version=version,
            author=decision.author,
            text=before.text if decision.text is None and before else decision.text or "",
            then=decision.then,
            print_code=new_code(self._desk.random(10)),
            created_at=self._now,
            promised=promised,
            forward=self.case.forward is not None,
        )
        # The step's reminders stop here: the text is in, the service is at work.
        self._work.due.drop_of_step(self.case.id, self._now)
        self._change({
            "version": version,
            "letter_sha": None,
            "author": decision.author,
            "draft": None,
        })
        if ROUTES[self.case.track].form is Form.letter:
            self._work_for("render", {"version": version, "entry": self.case.entry})
            return
        # The words themselves are what is approved and put up.
        letter = self._work.letters.get(self.case.id, version)
        assert letter is not None, "it was added above"
        self._change({"letter_sha": hashlib.sha256(letter.text.encode()).hexdigest()})
        if self._work.tasks.open_kind(self.case.id, "annexes"):
            # Whoever approves it is asked once, with the files that came with it.
            self._work_for(SHOW, {"version": version, "entry": self.case.entry})
            return
        self.carry(on_rendered(decision.then, self._desk.rules(self.case, self._now)))

    def _ask(self, decision: what.Ask) -> None:
        key = decision.data.get("key", "")
        open_now = self._work.requests.open_of_case(self.case.id)
        if key and any(item.data.get("key") == key for item in open_now):
            return
        person = decision.person
        if decision.purpose is not Purpose.confirm:
            # Whether somebody has written himself, nobody else can say in his stead.
            person = self._desk.standing_in(person, self._now)
        if self._is_flooded(person):
            return
        request = ask(
            self._desk,
            self._work,
            self.case,
            purpose=decision.purpose,
            person=person,
            template=decision.template,
            context=decision.context,
            data=decision.data,
            now=self._now,
        )
        if _is_of_step(request):
            self.case = held_by(self._desk, self._work, self.case, request, self._now)

    def _tell(self, decision: what.Tell) -> None:
        request = None
        if decision.request_id is not None:
            request = self._work.requests.get(decision.request_id)
        drafts: dict[str, Request] = {}
        if decision.template in _HURRIES:
            opened = self._work.requests.open_of_case(self.case.id)
            drafts = {one.person: one for one in opened if one.purpose is Purpose.draft}
        people = [self._told_instead_of(item, decision) for item in decision.people]
        context = dict(decision.context)
        if decision.template == "receipt":
            context.setdefault("undo_until", self._undo_until())
            context["details"] = " ".join(filter(None, [context.get("details"), self._remark]))
        if decision.template == "time_asked":
            context["until"] = self._promised(context["until"], context["until_at"])
        for person in dict.fromkeys(people):
            if self._is_flooded(person):
                continue
            self._told += 1
            # One mail may concern several cases and several requests of one person.
            key = f"tell:{self._cause}:{self.case.id}:{decision.request_id}:{self._told}:{person}"
            if decision.once:
                key = f"tell:{self.case.id}:{decision.once}:{person}"
            tell(
                self._desk,
                self._work,
                self.case,
                person=person,
                template=decision.template,
                context=context,
                key=key,
                now=self._now,
                request=request or drafts.get(person),
                sheet_mail=self._sheet_mail,
            )

    def _told_instead_of(self, person: str, tell: what.Tell) -> str:
        """Who gets a mail meant for `person`: whoever acts for him, but an answer who wrote."""
        if tell.template in _ANSWERS and person == self._actor:
            return person
        return self._desk.standing_in(person, self._now)

    def _is_flooded(self, person: str) -> bool:
        return self._is_unproven and is_flooded(
            self._desk, self._work, self.case, person, self._now
        )

    def _undo_until(self) -> datetime | None:
        minutes = self._desk.settings.mail.undo_minutes
        until = self._now + timedelta(minutes=minutes)
        return self._desk.local(until) if minutes else None

    def _promised(self, day: date | None, at: time | None) -> datetime | None:
        """A day that somebody named, at the hour he named or else at its end."""
        if day is None:
            return None
        return datetime.combine(day, at or _END_OF_DAY, self._desk.zone)

    # --- steps -----------------------------------------------------------------------------------

    def _enter(self, decision: what.Enter) -> None:
        """Leave the present step and enter another: requests, due moments, actor, plan, mail."""
        route = ROUTES[self.case.track]
        step = route.step(decision.step)
        reason = decision.close_as or CloseReason.step_over
        left = route.step(self.case.step)
        closing = step.kind is StepKind.close
        for request in self._work.requests.open_of_case(self.case.id):
            if (closing and not self._outlives(request)) or _is_of_step(request):
                self._work.requests.close(request.id, self._now, reason)
        self._work.due.drop_of_step(self.case.id, self._now)
        if left.kind is StepKind.sign and step.kind is not StepKind.register:
            self._work_for("withdraw", {"version": self.case.version, "entry": self.case.entry})
        if closing:
            self._close(step.name)
            return
        if left.kind is StepKind.close:
            self._work.due.watch_again(self.case.id, self._now)
        actor = actor_of(step, self.case, self._desk.office, self._desk.today(self._now))
        self._change({
            "step": step.name,
            "entry": self.case.entry + 1,
            "actor": actor,
            "state": CaseState.waiting if step.waits else CaseState.open,
        })
        self._plan()
        watch_step(self.case, self._work)
        self.log(
            "step",
            {
                "step": step.name,
                "actor": actor or "service",
                "due": self._desk.local(self.case.due).isoformat() if self.case.due else "",
            },
        )
        if step.kind is StepKind.sign:
            self._work_for("print", {"version": self.case.version})
        shared = owe_text(self._work, self.case, step, decision.template, self._now)
        if decision.template and actor is not None and not shared:
            remind_of(self.case, self._desk, self._work, actor, self._now)
            ask(
                self._desk,
                self._work,
                self.case,
                purpose=decision.purpose or _PURPOSE[step.kind],
                person=actor,
                template=decision.template,
                context=decision.context,
                data=decision.data,
                now=self._now,
            )

    def _outlives(self, request: Request) -> bool:
        """Whether a request concerns more than its case: the register, an earlier letter, a person.

        Nobody need act for an absent one of whom no other case has asked anything.
        """
        if request.purpose is Purpose.absent:
            waiting = waiting_of(self._work, request.data["absent"])
            return any(case.id != self.case.id for _, case in waiting)
        if request.purpose in STANDING:
            return True
        return request.purpose is Purpose.command or "beside" in request.data

    def _close(self, step: str) -> None:
        self._change({
            "step": step,
            "state": CaseState.closed,
            "actor": None,
            "due": None,
            "entry": self.case.entry + 1,
            "closed_at": self._now,
        })
        self._work.due.drop_all(self.case.id, self._now)
        owe_text(self._work, self.case, ROUTES[self.case.track].step(step), "", self._now)
        self.log("case_closed", {})

    def start(self, decisions: Iterable[Decision]) -> Case:
        """Plan the term's own due moment of a new case, then carry on."""
        watch_term(self.case, self._desk, self._work, self._now)
        return self.carry(decisions)

    def _plan_anew(self) -> None:
        """The term has changed: the plan, its reminders and the life of open codes follow it."""
        watch_term(self.case, self._desk, self._work, self._now)
        watch_promise(self.case, self._desk, self._work, self._now)
        waited = ROUTES[self.case.track].step(self.case.step).waits
        due = self.case.due
        self._plan()
        if waited:
            # How long the outside world is waited for does not hang on the term.
            self._change({"due": due})
        remind_anew(self.case, self._desk, self._work, self._now)
        extend_codes(self._desk, self._work, self.case, self._now)

    def _plan(self) -> None:
        """Plan the steps still to come back from the target; a step never gets less time anew."""
        plan = plan_of(self.case, self._desk, self._now)
        latest = latest_of(self.case, self._desk, self._now)
        due = latest or plan.get(self.case.step, self.case.term)
        if self.case.step in plan:
            plan = {**plan, self.case.step: due}
        self._change({"plan": plan, "due": due})
