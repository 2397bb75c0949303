"""A registered letter is made ready to leave, and what was sent is filed.

Both are idempotent effects on paper, called by `service/papers.py`.
"""

from __future__ import annotations

import logging
from datetime import date
from typing import TYPE_CHECKING

from mcu_mail.documents.confirmation import write_confirmation
from mcu_mail.documents.esign import is_signed
from mcu_mail.documents.folder import Folder, sent_folder
from mcu_mail.documents.letter import write_docx
from mcu_mail.documents.stamp import stamp_scan, upright_scan
from mcu_mail.domain.case import CaseState
from mcu_mail.domain.decisions import Work
from mcu_mail.errors import McuMailError
from mcu_mail.mail.sent_page import sent_page
from mcu_mail.service import enclosing
from mcu_mail.service.by_hand import settle_by_hand
from mcu_mail.service.carry import Carrier
from mcu_mail.service.delivery import STATE_WORDS
from mcu_mail.service.engine_trouble import register_note, tell_of_failure
from mcu_mail.service.hand_sets import make_set
from mcu_mail.service.mailing import queue_letter
from mcu_mail.service.paper_names import print_name, sent_name
from mcu_mail.service.pens import content_of, kept_changes
from mcu_mail.service.writing import thaw
from mcu_mail.store.registry import VOID

if TYPE_CHECKING:
    from datetime import datetime

    from mcu_mail.service.desk import Desk
    from mcu_mail.store.letters import Letter
    from mcu_mail.store.moments import Task
    from mcu_mail.store.registry import Entry

log = logging.getLogger(__name__)


def task_done(desk: Desk, task: Task, now: datetime) -> None:
    """Record that an effect is there."""
    with desk.store.work() as work:
        work.tasks.done(task.id, now)
        work.commit()


def _dressed(
    desk: Desk, task: Task, entry: Entry, letter: Letter, on: date, others: int
) -> tuple[bytes, str | None, str]:
    """The signed copy as it leaves: number, date, annexes; what travels apart; what was shrunk.

    `others` is how many bytes the other files of the message have.
    """
    scan = desk.store.files.get(entry.scan)
    # Under an electronic signature, inside or beside it, not one byte changes.
    if task.data["signed"] or entry.signature or is_signed(scan):
        return scan, letter.annex if enclosing.lacks_annexes(scan, letter) else None, ""
    with desk.store.view() as view:
        space = enclosing.room(desk, view) - others
    printed = desk.store.files.get(letter.pdf) if letter.pdf else None
    scan = enclosing.own_pages(scan, letter, printed)
    scan, light = enclosing.lighter_scan(desk, letter, scan, most_bytes=space)
    if desk.settings.register_.mode == "follower":
        # The clerk has written number and date by hand: they stand there once.
        scan = upright_scan(scan, original=printed)
    else:
        scan = stamp_scan(scan, number=entry.number, on=on, original=printed)
    return enclosing.with_annexes(desk, letter, scan), None, light


def finish_task(desk: Desk, task: Task, now: datetime) -> None:
    """Number and date into the Word file and onto the scan, then queue the letter."""
    with desk.store.view() as view:
        entry = view.register.get(int(task.data["entry"]))
        case = view.cases.get(entry.case_id)
        letter = view.letters.get(case.id, entry.version)
        if entry.state == VOID:
            task_done(desk, task, now)
            return
        if letter is None or letter.content is None:
            raise McuMailError("нет текста зарегистрированного письма")
        frozen, pens = content_of(desk, view, letter)
    on = date.fromisoformat(entry.on_date)
    content = thaw(frozen, number=entry.number, on=on)
    docx = write_docx(content, desk.letter_template(content.kind))
    wanted = desk.settings.letters.word_format
    word = desk.press.make_doc(docx) if wanted != "docx" else None
    both = desk.store.files.put(docx) if wanted == "both" else None
    others = len(word.data if word else docx) + (len(docx) if both else 0)
    scan, apart, light = _dressed(desk, task, entry, letter, on, others)
    values = {
        "pdf": desk.store.files.put(scan),
        "doc": desk.store.files.put(word.data if word else docx),
        "doc_suffix": word.suffix if word else ".docx",
        "annex": apart,
    }
    trouble = register_note(letter.note, word)
    with desk.store.work() as work:
        # A word told of while the file was being made wants another file: the task stays owed.
        if kept_changes(work, case.id, entry.version) != pens or not work.tasks.done(task.id, now):
            return
        if work.register.get(entry.id).state == VOID:
            work.commit()
            return
        work.register.change(entry.id, values)
        if trouble and trouble not in (work.register.get(entry.id).note or ""):
            work.register.add_note(entry.id, trouble)
        case = work.cases.get(case.id)
        carrier = Carrier(desk, work, case, now=now, actor="service", cause=f"task{task.id}")
        carrier.log(
            "finished",
            {
                "number": entry.number,
                "doc": values["doc_suffix"],
                "note": " ".join(filter(None, (word.note if word else "", light))),
            },
        )
        if word is not None:
            tell_of_failure(desk, work, case, word, "doc", now)
        if case.step == "send" and case.state is not CaseState.closed:
            queue_letter(desk, work, case, work.register.get(entry.id), letter, now, docx=both)
            carrier.carry((Work(kind="set", data={"entry": entry.id}),))
            # A person may have sent it before the service could.
            settle_by_hand(desk, work, case.id, entry.version, now)
        work.commit()
    _lay_ready(desk, entry.id)


def _lay_ready(desk: Desk, entry_id: int) -> None:
    """Put the set for sending by hand on the share before the letter is sent; its task repeats it.

    A share that is away keeps no letter here.
    """
    try:
        make_set(desk, entry_id)
    except McuMailError as error:
        log.info("the set for sending by hand waits: %s", error)


def file_task(desk: Desk, task: Task, now: datetime) -> None:
    """Put what was sent, with its confirmation, into «Отправлено», and tidy «На подпись»."""
    with desk.store.view() as view:
        entry = view.register.get(int(task.data["entry"]))
        case = view.cases.get(entry.case_id)
        letters = view.queue.letter_of(case.id)
        letter = view.letters.get(case.id, entry.version)
    letters = tuple(item for item in letters if item.entry == entry.id)
    folder = sent_folder(entry.year)

    def name(what: str) -> str:
        return sent_name(case.number, what, interim=letter is not None and letter.kind == "interim")

    kept = {
        name("Ответ.pdf"): entry.pdf,
        name(f"Ответ{entry.doc_suffix or '.docx'}"): entry.doc,
        name("Ответ.pdf.sig"): entry.signature,
        name("Приложение.pdf"): entry.annex,
    }
    digests = [(title, digest) for title, digest in kept.items() if digest and entry.pdf]
    for title, digest in digests:
        desk.folders.publish(folder, title, desk.store.files.get(digest))
    rows = [
        (
            item.address,
            STATE_WORDS[item.state],
            item.answer or "",
            desk.local(item.at).strftime("%d.%m.%Y %H:%M") if item.at else "",
        )
        for message in letters[-1:]
        for item in message.addressees
    ]
    on = date.fromisoformat(entry.on_date).strftime("%d.%m.%Y")
    words = sent_page(
        desk.templates.current.files,
        case=case.number,
        number=entry.number,
        date=on,
        subject=letters[-1].subject if letters else entry.subject,
        recipients=rows,
        attachments=digests,
    )
    page = write_confirmation(words)
    desk.folders.publish(folder, name("Подтверждение отправки.pdf"), page)
    # After an interim answer the full one may be waiting for its signature by now.
    if case.step != "sign":
        for suffix in (".docx", ".pdf"):
            desk.folders.withdraw(Folder.TO_SIGN, print_name(case.number, suffix))
    with desk.store.work() as work:
        if work.tasks.done(task.id, now):
            carrier = Carrier(desk, work, case, now=now, actor="service", cause=f"task{task.id}")
            carrier.carry((Work(kind="set", data={"entry": entry.id, "filed": task.id}),))
        work.commit()
