"""Make sure of every effect on paper: render, print, withdraw, finish a registered letter, file.

Each task is idempotent («make sure it exists»), runs outside any transaction, and is recorded in
one. A task that fails is tried again; after that a person is told and the case stands aside.
"""

from __future__ import annotations

import hashlib
import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from mcu_mail.documents.annex_sheet import Owner
from mcu_mail.documents.annexes import joined
from mcu_mail.documents.folder import Folder
from mcu_mail.documents.letter import write_docx
from mcu_mail.domain.case import CaseState, Purpose
from mcu_mail.domain.course import on_rendered
from mcu_mail.domain.decisions import Log, SetState, Tell
from mcu_mail.domain.route import StepKind
from mcu_mail.domain.routes import ROUTES
from mcu_mail.domain.watch_words import waiting_case
from mcu_mail.errors import McuMailError, RefusedError
from mcu_mail.service import enclosing
from mcu_mail.service.annexing import take_annexes
from mcu_mail.service.cards import name_of
from mcu_mail.service.carry import SHOW, Carrier
from mcu_mail.service.dispatch import settle_task
from mcu_mail.service.engine_trouble import tell_of_failure
from mcu_mail.service.finishing import file_task, finish_task, task_done
from mcu_mail.service.hand_sets import set_task
from mcu_mail.service.health import raise_alarm
from mcu_mail.service.matter_links import TASK as TEXT_SHARED
from mcu_mail.service.matter_texts import do_matter
from mcu_mail.service.paper_names import print_name
from mcu_mail.service.proposals import TASK as PROPOSED
from mcu_mail.service.proposals import write_proposal
from mcu_mail.service.turns import in_turn
from mcu_mail.service.writing import freeze, letter_content, signer_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from mcu_mail.domain.case import Case
    from mcu_mail.service.desk import Desk
    from mcu_mail.store.letters import Letter
    from mcu_mail.store.moments import Task
    from mcu_mail.store.unit_of_work import UnitOfWork

log = logging.getLogger(__name__)

_AGAIN = (timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=5), timedelta(minutes=15))
_TELL_AFTER = 3
_PLACES = {
    "render": "office",
    SHOW: "office",
    "finish": "office",
    "settle": "settle",
    "annexes": "office",
    TEXT_SHARED: "settle",
}


def do_papers(desk: Desk, now: datetime) -> int:
    """Try every task that is owed at `now`; return how many succeeded."""
    with desk.store.view() as view:
        owed = view.tasks.owed(now)
    done = 0
    for task in in_turn(owed, desk.turn_seconds):
        again = _AGAIN[min(task.attempts, len(_AGAIN) - 1)]
        with desk.store.work() as work:
            work.tasks.count_attempt(task.id, now + again)
            work.commit()
        try:
            _KINDS[task.kind](desk, task, now)
            done += 1
            _works_again(desk, task, now)
        except Exception as error:  # one task must never stop the others
            log.exception("task %s failed (try %d)", task.key, task.attempts + 1)
            _failed(desk, task, now, error)
    return done


def take_up_again(desk: Desk, now: datetime) -> int:
    """Owe at once what a killed daemon had in hand; return how many tasks.

    A try is counted before it is made (rule R5), so a task without an error was cut off, not
    refused. One that has been cut off three times waits as a failed one does.
    """
    with desk.store.work() as work:
        count = work.tasks.owe_again(now, fewer_than=_TELL_AFTER)
        killers = work.tasks.cut_off(at_least=_TELL_AFTER)
        work.commit()
    for task in killers:
        # Whatever ends the daemon each time must come to a person.
        _failed(desk, task, now, RefusedError("обработка каждый раз обрывается"))
    return count


def _failed(desk: Desk, task: Task, now: datetime, error: Exception) -> None:
    text = str(error) if isinstance(error, McuMailError) else type(error).__name__
    with desk.store.work() as work:
        work.tasks.failed(task.id, text)
        case = work.cases.get(task.case_id)
        if task.attempts + 1 >= _TELL_AFTER and case.state is not CaseState.aside:
            carrier = Carrier(desk, work, case, now=now, actor="service", cause=f"task{task.id}")
            carrier.carry((
                Log(kind="task_failed", data={"task": task.kind, "error": text}),
                SetState(state=CaseState.aside),
            ))
            raise_alarm(
                desk,
                work,
                what=_PLACES.get(task.kind, "folder"),
                key=f"task_failed:{task.id}",
                since=now,
                error=text,
                now=now,
                hint=waiting_case(case.number),
            )
        work.commit()


def _works_again(desk: Desk, task: Task, now: datetime) -> None:
    """A case that stood aside for this task alone goes on by itself."""
    if task.attempts < _TELL_AFTER:
        return
    with desk.store.work() as work:
        case = work.cases.get(task.case_id)
        asked = any(item.purpose is Purpose.sending for item in work.requests.open_of_case(case.id))
        stuck = any(item.attempts >= _TELL_AFTER for item in work.tasks.open(case.id))
        if case.state is CaseState.aside and not asked and not stuck:
            carrier = Carrier(desk, work, case, now=now, actor="service", cause=f"task{task.id}")
            carrier.carry((
                Log(kind="task_succeeded", data={"task": task.kind}),
                SetState(state=CaseState.open),
            ))
            work.commit()


def _render(desk: Desk, task: Task, now: datetime) -> None:
    """Make DOCX and PDF of a version, then ask the one who approves it."""
    version = int(task.data["version"])
    with desk.store.view() as view:
        case = view.cases.get(task.case_id)
        letter = view.letters.get(case.id, version)
        kept = view.annexes.present(case.id)
        opening = [item for item in view.tasks.open(case.id) if item.kind == "annexes"]
        annexes_room = enclosing.annex_room(desk, view, case)
    if letter is None:
        return
    if any(item.attempts < _TELL_AFTER for item in opening):
        raise McuMailError("приложения к письму ещё готовятся")
    content = letter_content(desk, case, letter, now, enclosure=enclosing.enclosure_of(kept))
    template = desk.letter_template(content.kind)
    docx = write_docx(content, template)
    made = desk.press.make_pdf(content, docx)
    owner = Owner(case=case.number, version=version, code=letter.print_code, pages=made.pages)
    behind = enclosing.bind_behind(desk, kept, owner, most_bytes=annexes_room)
    note = " ".join(filter(None, (made.note, behind.note if behind else "")))
    values = {
        "docx": desk.store.files.put(docx),
        "pdf": desk.store.files.put(joined(made.pdf, behind.pdf) if behind else made.pdf),
        "pages": made.pages,
        "engine": made.engine,
        "note": note or None,
        **enclosing.annex_values(desk, kept, behind),
        "signer": signer_of(desk, now)[0],
        "content": desk.store.files.put(freeze(content)),
    }
    with desk.store.work() as work:
        if not work.tasks.done(task.id, now):
            return
        if work.annexes.present(task.case_id) != kept:
            raise McuMailError("приложения к письму изменились")
        case = work.cases.get(task.case_id)
        work.letters.rendered(letter.id, values)
        tell_of_failure(desk, work, case, made, "pdf", now)
        if case.version == version and _stands(task, case):
            case = work.cases.change(
                case.id,
                {"letter_sha": enclosing.version_sha(docx, behind), "state": CaseState.open},
            )
            carrier = Carrier(desk, work, case, now=now, actor="service", cause=f"task{task.id}")
            carrier.log(
                "rendered",
                {
                    "version": version,
                    "pages": made.pages,
                    "engine": made.engine,
                    "note": note,
                    # Which template spoke: an office may edit it at any time (A44).
                    "template": hashlib.sha256(template).hexdigest(),
                },
            )
            carrier.carry(on_rendered(letter.then, desk.rules(case, now)))
        elif case.version == version:
            _show_overtaken(desk, work, task, letter, now)
        work.commit()


def _stands(task: Task, case: Case) -> bool:
    """Whether the case stands where it stood when the text was handed in.

    Else somebody has decided about it since («Передать: отдел»), and the text goes no further.
    """
    entry = int(task.data.get("entry", case.entry))
    return case.entry == entry and case.state is not CaseState.closed


def _show_overtaken(
    desk: Desk, work: UnitOfWork, task: Task, letter: Letter, now: datetime
) -> None:
    """A text that nobody is asked about any more is shown to whoever is to write now."""
    case = work.cases.get(task.case_id)
    drafts = ROUTES[case.track].step(case.step).kind is StepKind.draft
    if not drafts or case.actor in {None, letter.author}:
        return
    carrier = Carrier(desk, work, case, now=now, actor="service", cause=f"task{task.id}")
    who = name_of(letter.author, desk)
    context = {"who": who, "note_text": letter.text, "files": (), "handed_in": False}
    carrier.carry((Tell(people=(str(case.actor),), template="note_shown", context=context),))


def _show(desk: Desk, task: Task, now: datetime) -> None:
    """Ask about a text that is published, now that its files are known."""
    version = int(task.data["version"])
    with desk.store.work() as work:
        opening = [item for item in work.tasks.open(task.case_id) if item.kind == "annexes"]
        if any(item.attempts < _TELL_AFTER for item in opening):
            raise McuMailError("приложения к ответу ещё готовятся")
        if not work.tasks.done(task.id, now):
            return
        case = work.cases.get(task.case_id)
        letter = work.letters.get(case.id, version)
        if letter is not None and case.version == version:
            if _stands(task, case):
                cause = f"task{task.id}"
                carrier = Carrier(desk, work, case, now=now, actor="service", cause=cause)
                carrier.carry(on_rendered(letter.then, desk.rules(case, now)))
            else:
                _show_overtaken(desk, work, task, letter, now)
        work.commit()


def _print(desk: Desk, task: Task, now: datetime) -> None:
    """Put the approved version into «На подпись»."""
    version = int(task.data["version"])
    with desk.store.view() as view:
        case = view.cases.get(task.case_id)
        letter = view.letters.get(case.id, version)
    # A letter that was withdrawn meanwhile must not appear in the folder again.
    current = case.version == version and case.step == "sign"
    if letter is not None and letter.pdf and letter.docx and current:
        for suffix, digest in ((".docx", letter.docx), (".pdf", letter.pdf)):
            desk.folders.publish(
                Folder.TO_SIGN, print_name(case.number, suffix), desk.store.files.get(digest)
            )
    task_done(desk, task, now)


def _withdraw(desk: Desk, task: Task, now: datetime) -> None:
    """Take an outdated version out of «На подпись»; a file open in Word is left for later."""
    with desk.store.view() as view:
        case = view.cases.get(task.case_id)
    gone = (
        [
            desk.folders.withdraw(Folder.TO_SIGN, print_name(case.number, suffix))
            for suffix in (".docx", ".pdf")
        ]
        if case.step != "sign"
        else [True]
    )
    if not all(gone) and task.attempts < _TELL_AFTER:
        raise McuMailError("файл в папке «На подпись» занят другой программой")
    task_done(desk, task, now)


_KINDS: dict[str, Callable[[Any, Any, Any], None]] = {
    "render": _render,
    SHOW: _show,
    "print": _print,
    "withdraw": _withdraw,
    "finish": finish_task,
    "file": file_task,
    "settle": settle_task,
    "set": set_task,
    "annexes": take_annexes,
    TEXT_SHARED: do_matter,
    PROPOSED: write_proposal,
}
