"""Rebuild from a proven witness what the store has forgotten of one letter.

The row of the register with its number, the message with the addresses that took it, and the case,
which is where a sent letter leaves it. Doing it twice changes nothing.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from mcu_mail.domain.case import Case, CaseState, CloseReason
from mcu_mail.domain.catalogue import default_heading
from mcu_mail.domain.codes import new_code
from mcu_mail.domain.decisions import Enter
from mcu_mail.domain.notice import Notice
from mcu_mail.service.addressing import registered_addressee
from mcu_mail.service.carry import Carrier
from mcu_mail.service.delivery import settle
from mcu_mail.service.writing import signer_of
from mcu_mail.store.queue import RecipientState

if TYPE_CHECKING:
    from mcu_mail.mail.mime import Incoming
    from mcu_mail.service.desk import Desk
    from mcu_mail.service.letter_marks import Mark
    from mcu_mail.store.ledger import StoredMail
    from mcu_mail.store.queue import Outgoing
    from mcu_mail.store.registry import Entry
    from mcu_mail.store.unit_of_work import UnitOfWork

REBUILT = "Строка восстановлена по копии отправленного письма."
LOST = "номер был дан до восстановления из копии, сведения о письме не сохранились"
_PROOF = "копия письма есть в нашем ящике (найдена после восстановления)"
_OF_NOTICE = "rebuilt:{}:{}"
_WORD = (".doc", ".docx", ".rtf")


def rebuild(
    desk: Desk, work: UnitOfWork, mark: Mark, mail: Incoming, stored: StoredMail, now: datetime
) -> int | None:
    """Let the store know of one sent letter, in the caller's unit.

    Returns:
        the id of its case; None when its number belongs to another case by now: nothing is changed
        then, a person has to see it.

    """
    at = min(stored.arrived_at, now)
    message = work.queue.by_letter_id(mark.letter_id)
    if message is None:
        entry = _entry(desk, work, mark, mail, at, now)
        if entry is None:
            return None
        message = _message(desk, work, mark, mail, stored, entry, at)
    _taken(work, message, mark, at)
    _stop_asking(work, message, now)
    settle(desk, work, message.id, now)
    return message.case_id


def _entry(
    desk: Desk, work: UnitOfWork, mark: Mark, mail: Incoming, at: datetime, now: datetime
) -> Entry | None:
    """The row of the register, the one that is there or a new one with its old number."""
    row = mark.row
    known = work.register.with_ordinal(row["scope"], int(row["n"]))
    if known is not None and work.cases.get(known.case_id).number != mark.case:
        return None
    case = work.cases.by_number(mark.case) or _skeleton(desk, work, mark, at, now)
    files = {item.name: item.content for item in mail.attachments}
    pdf = next((one for name, one in files.items() if name.lower().endswith(".pdf")), None)
    doc = next(((name, one) for name, one in files.items() if name.lower().endswith(_WORD)), None)
    made = {
        "pdf": desk.store.files.put(pdf) if pdf is not None else None,
        "doc": desk.store.files.put(doc[1]) if doc is not None else None,
        "doc_suffix": f".{doc[0].rpartition('.')[2].lower()}" if doc is not None else None,
    }
    if known is not None:
        work.register.change(known.id, made)
        return work.register.get(known.id)
    author = desk.office.people.get(str(row["author"]))
    on = date.fromisoformat(row["on"])
    work.register.spent(row["scope"], int(row["n"]))
    return work.register.add(
        scope=row["scope"],
        n=int(row["n"]),
        number=row["number"],
        year=on.year,
        on_date=row["on"],
        case_id=case.id,
        version=int(row["version"]),
        addressee=registered_addressee(desk.settings, case),
        subject=_heading(desk, case),
        executor=author.name if author else "",
        signer=signer_of(desk, datetime.fromisoformat(row["at"]))[2],
        sheets=int(row["sheets"]),
        state="registered",
        registered_at=datetime.fromisoformat(row["at"]),
        scan=made["pdf"] or "",
        note=REBUILT,
        **made,
    )


def _heading(desk: Desk, case: Case) -> str:
    topic = desk.office.topics.get(case.topic or "")
    return topic.about if topic and topic.about else default_heading()


def _skeleton(desk: Desk, work: UnitOfWork, mark: Mark, at: datetime, now: datetime) -> Case:
    """A case under its old number that is known by its letter alone, and is closed."""
    row = mark.row
    case = work.cases.add(closed_case(mark.case, desk.local(at)), mail_id=None)
    year, _, n = mark.case.partition("-")
    work.case_numbers_spent(int(year), int(n))
    Carrier(desk, work, case, now=now, actor="service", cause="restored").log(
        "rebuilt", {"number": row["number"], "letter": mark.letter_id}
    )
    if row["notice"]:
        work.facts.set(_OF_NOTICE.format(row["notice"], row["ordinal"]), mark.case)
    return case


def closed_case(number: str, at: datetime) -> Case:
    """A closed case of which nothing is known but its number."""
    return Case(
        id=0,
        number=number,
        track="governor",
        state=CaseState.closed,
        step="close",
        entry=1,
        actor=None,
        department=None,
        topic=None,
        territory=None,
        executor=None,
        author=None,
        notice=Notice(track="governor", text=""),
        received_at=at,
        opened_at=at,
        term=at,
        goal=None,
        term_sentence="",
        due=None,
    )


def of_notice(work: UnitOfWork, sha256: str, ordinal: int) -> Case | None:
    """The case that a message of a mail had opened before the store forgot it."""
    number = work.facts.get(_OF_NOTICE.format(sha256, ordinal))
    return work.cases.by_number(number) if number else None


def _message(
    desk: Desk,
    work: UnitOfWork,
    mark: Mark,
    mail: Incoming,
    stored: StoredMail,
    entry: Entry,
    at: datetime,
) -> Outgoing:
    """The message in the queue, and the case at the step of sending."""
    case = work.cases.get(entry.case_id)
    key = f"letter:{entry.id}"
    if not work.queue.has(key):
        taken = {one.lower(): one for one in mark.taken}
        to = [taken.pop(one.lower(), one) for one in mail.to if one != desk.address]
        to += taken.values()
        work.queue.add(
            key=key,
            kind="letter",
            message_id=f"<letter.{mark.letter_id.lower()}@{desk.domain}>",
            letter_id=mark.letter_id,
            raw=stored.sha256,
            subject=mail.subject,
            to=to,
            created_at=datetime.fromisoformat(mark.row["at"]),
            case_id=case.id,
            witness=desk.address,
        )
    _version(desk, work, mark, case, at)
    message = work.queue.by_letter_id(mark.letter_id)
    if message is None:
        # The queue had this row's letter under another id: of the same number, so the same letter.
        message = next(one for one in work.queue.letter_of(case.id) if one.entry == entry.id)
    return message


def _version(desk: Desk, work: UnitOfWork, mark: Mark, case: Case, at: datetime) -> None:
    """The version that was sent, and the case where its letter has brought it."""
    row = mark.row
    version = int(row["version"])
    if work.letters.get(case.id, version) is None:
        work.letters.add(
            case_id=case.id,
            version=version,
            author=str(row["author"]),
            text="",
            then="approve",
            print_code=new_code(desk.random(10)),
            created_at=datetime.fromisoformat(row["at"]),
            promised=date.fromisoformat(row["until"]) if row["until"] else None,
            forward=row["kind"] == "forward",
        )
    if case.version > version:
        return
    carrier = Carrier(desk, work, case, now=at, actor="service", cause="restored")
    carrier.log("rebuilt", {"number": row["number"], "letter": mark.letter_id})
    if case.state is not CaseState.closed and case.step != "send":
        carrier.carry((Enter(step="send", template="", close_as=CloseReason.step_over),))
    values = {"version": version, "author": str(row["author"]), "draft": None}
    work.cases.change(case.id, values)


def _taken(work: UnitOfWork, message: Outgoing, mark: Mark, at: datetime) -> None:
    """The addresses that took it have it; of the others nobody knows, unless a later copy does."""
    taken = {one.lower() for one in mark.taken}
    for item in message.recipients:
        if item.witness:
            work.queue.attempted(item.id, mark.attempt)
        elif item.address.lower() in taken and item.state is not RecipientState.accepted:
            work.queue.set_state(
                item.id, {"state": RecipientState.accepted, "at": at, "answer": _PROOF}
            )
        elif item.state in {RecipientState.queued, RecipientState.deferred}:
            work.queue.set_state(item.id, {"state": RecipientState.unknown, "at": at})
    work.facts.set(f"witness:{mark.letter_id}.{mark.attempt}", at.isoformat())
    work.queue.rcpt_done(message.id, None)
    if message.witnessed_at is None:
        work.queue.witnessed(message.id, at)


def _stop_asking(work: UnitOfWork, message: Outgoing, now: datetime) -> None:
    """What was still to be asked on the way to this letter is asked no more."""
    if message.case_id is None:
        return
    for other in work.queue.of_case(message.case_id):
        if other.kind == "request" and other.untouched:
            work.queue.stop(other.id, "дело ушло дальше до восстановления", now)
