"""The letter to the region as one message to all enabled addresses and to our own witness copy."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from mcu_mail.documents.file_names import safe_name
from mcu_mail.domain.codes import new_code
from mcu_mail.mail.compose import build
from mcu_mail.service.cards import card_of
from mcu_mail.service.letter_marks import LETTER_ID, ROW, row_of
from mcu_mail.service.reconcile_mark import take_doubt
from mcu_mail.service.writing import signer_of
from mcu_mail.store.queue import RecipientState

if TYPE_CHECKING:
    from datetime import datetime

    from mcu_mail.domain.case import Case
    from mcu_mail.service.desk import Desk
    from mcu_mail.store.letters import Letter
    from mcu_mail.store.registry import Entry
    from mcu_mail.store.unit_of_work import UnitOfWork

_TYPES = {
    ".doc": "application/msword",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".pdf": "application/pdf",
    ".pdf.sig": "application/pkcs7-signature",
}


def attachment_name(number: str, suffix: str, what: str = "Ответ") -> str:
    """«Ответ 01-12-345.pdf»."""
    return safe_name(f"{what} {number.replace('/', '-')}{suffix}")


def queue_letter(
    desk: Desk,
    work: UnitOfWork,
    case: Case,
    entry: Entry,
    letter: Letter,
    now: datetime,
    *,
    docx: str | None = None,
) -> None:
    """Queue the registered letter once: PDF and Word, one message, every enabled address."""
    key = f"letter:{entry.id}"
    if work.queue.has(key) or entry.pdf is None or entry.doc is None:
        return
    pairs = [(".pdf", entry.pdf), (entry.doc_suffix or ".docx", entry.doc)]
    if docx is not None and entry.doc_suffix != ".docx":
        pairs.append((".docx", docx))
    if entry.signature is not None:
        pairs.append((".pdf.sig", entry.signature))
    attachments = [
        (attachment_name(entry.number, suffix), _TYPES[suffix], desk.store.files.get(digest))
        for suffix, digest in pairs
    ]
    if entry.annex is not None:
        # The signed PDF must not be touched: what lies behind it travels beside it.
        name = attachment_name(entry.number, ".pdf", "Приложение")
        attachments.append((name, _TYPES[".pdf"], desk.store.files.get(entry.annex)))
    recipients = desk.settings.tracks.governor.enabled
    _, title, name = signer_of(desk, entry.registered_at)
    author = desk.office.people[letter.author]
    worded = desk.wording.compose(
        "letter_cover",
        now=desk.local(now),
        card=card_of(case, letter, desk),
        external_id=case.notice.external_id or "",
        received_at=desk.local(case.received_at),
        register_number=entry.number,
        register_date=date.fromisoformat(entry.on_date),
        attachments=tuple(item[0] for item in attachments),
        signer_name=name,
        signer_title=title,
        contact=", ".join(filter(None, [author.name, author.phone])),
    )
    # 80 random bits: nobody can forge a witness of a letter that has not been sent (A47).
    letter_id = f"{case.number}-{entry.version}-{new_code(desk.random(10))}"
    message_id = f"<letter.{letter_id.lower()}@{desk.domain}>"
    raw = build(
        sender=desk.address,
        sender_name=desk.settings.office.name,
        to=recipients,
        worded=worded,
        message_id=message_id,
        attachments=attachments,
        date=desk.local(now),
        headers={LETTER_ID: letter_id, ROW: row_of(work, case, entry, letter)},
        auto_submitted=False,
    )
    work.queue.add(
        key=key,
        kind="letter",
        message_id=message_id,
        letter_id=letter_id,
        raw=desk.store.files.put(raw),
        subject=worded.subject,
        to=recipients,
        created_at=now,
        case_id=case.id,
        witness=desk.address,
    )
    if take_doubt(work, entry=entry.id, case=case.id):
        # A letter of this row may have gone in the time that a restored store has forgotten.
        message = work.queue.by_letter_id(letter_id)
        for item in message.addressees if message is not None else ():
            work.queue.set_state(item.id, {"state": RecipientState.unknown, "at": now})
