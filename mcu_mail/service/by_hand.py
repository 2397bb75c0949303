"""What a person has sent himself counts as sent: the service sends it to nobody a second time.

Two things tell of it. A copy to us of a mail in which somebody of the office sends the letter to a
regional address: it settles the addresses it names, and the copy is the proof. And a word of the
dispatcher or the clerk, «Отправлено вручную 17:58», which needs no code when it names the case and
our server vouches for its writer. Whose word or copy is not vouched for is asked about, and the
letter waits meanwhile (`service/late.py`).

What is known is kept by case and version: the letter may be queued only after its copy was read.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from mcu_mail.documents.scan import Scan, read_pages
from mcu_mail.domain.by_hand import carries, moment_said
from mcu_mail.domain.case import CaseState, Purpose
from mcu_mail.domain.decisions import Log, Tell
from mcu_mail.domain.hand_catalogue import sent_by_hand
from mcu_mail.domain.meaning import MeaningKind
from mcu_mail.domain.numbering import find_case_numbers
from mcu_mail.domain.whose_turn import may_speak_for, person_at
from mcu_mail.mail.proof import TrustLevel, prove
from mcu_mail.service.answer import Heard, spoken_in, why
from mcu_mail.service.carry import Carrier
from mcu_mail.service.delivery import settle
from mcu_mail.service.late import ask_whether_sent
from mcu_mail.service.mailing import attachment_name
from mcu_mail.service.said import meaning_of
from mcu_mail.store.ledger import MailState
from mcu_mail.store.queue import RecipientState
from mcu_mail.store.registry import VOID

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mcu_mail.domain.case import Case, Request
    from mcu_mail.domain.codes import PrintMark
    from mcu_mail.mail.mime import Incoming
    from mcu_mail.service.desk import Desk
    from mcu_mail.service.said import Said
    from mcu_mail.store.ledger import StoredMail
    from mcu_mail.store.queue import Outgoing
    from mcu_mail.store.registry import Entry
    from mcu_mail.store.unit_of_work import UnitOfWork

_RECENT = timedelta(days=90)
_STEPS = frozenset({"sign", "register", "send"})
"""Where a letter is that a person may have sent: its paper is signed, or about to be."""
_SUFFIXES = (".pdf", ".pdf.sig", ".doc", ".docx")
_MOST_READ = 4
_PAGES = (".pdf", ".jpg", ".jpeg", ".png", ".tif", ".tiff")


def marks_in_copy(desk: Desk, mail: Incoming) -> tuple[PrintMark, ...]:
    """The codes of our printed pages in what somebody of the office sends to the region.

    Read before the transaction: each file is read in a process of its own. Empty for other mail.

    Raises:
        TemporaryError: no process can be started here now.

    """
    if not _regional(desk, mail) or not _is_office(desk, mail):
        return ()
    pages = [one for one in mail.attachments if (one.name or "").lower().endswith(_PAGES)]
    found: list[PrintMark] = []
    for item in pages[:_MOST_READ]:
        scan = read_pages(item.content)
        found += scan.marks if isinstance(scan, Scan) else ()
    return tuple(found)


def hand_copy(
    desk: Desk,
    work: UnitOfWork,
    stored: StoredMail,
    mail: Incoming,
    marks: Sequence[PrintMark],
    now: datetime,
    *,
    arrived: datetime,
) -> tuple[str, MailState, int | None] | None:
    """What became of a copy of a letter that somebody of the office has sent; None for other mail.

    Args:
        marks: what `marks_in_copy` has read.
        arrived: when the copy came.

    """
    addresses = _regional(desk, mail)
    if not addresses or not _is_office(desk, mail):
        return None
    letter = _letter_in(work, mail, marks, now)
    if letter is None:
        return None
    case, version, entry = letter
    level = prove(mail, desk.trust)
    if level is TrustLevel.REFUSED:
        return "forged", MailState.aside, case.id
    cause = f"mail{stored.id}"
    if level is not TrustLevel.PROVEN:
        ask_whether_sent(desk, work, case, "copy", now, cause=cause)
        return "hand_copy", MailState.handled, case.id
    sent = min(arrived, now)
    if mail.date is not None and case.opened_at <= mail.date <= sent:
        sent = mail.date
    at = desk.local(sent)
    keep(work, case, version, entry, addresses, at, copied=True)
    carrier = Carrier(desk, work, case, now=now, actor=_writer(desk, mail), cause=cause)
    carrier.log("hand_copy", {"recipients": sorted(addresses), "at": f"{at:%H:%M}"})
    settle_by_hand(desk, work, case.id, version, now)
    return "hand_copy", MailState.handled, case.id


def _writer(desk: Desk, mail: Incoming) -> str:
    person = person_at(mail.sender.address or "", desk.office)
    return person.id if person else "service"


def _is_office(desk: Desk, mail: Incoming) -> bool:
    """Whether an official writes, or somebody who uses the service's own mailbox by hand."""
    address = mail.sender.address
    return bool(address) and (
        address == desk.address or person_at(address or "", desk.office) is not None
    )


def _regional(desk: Desk, mail: Incoming) -> frozenset[str]:
    known = {one.address.lower() for one in desk.settings.tracks.governor.recipients}
    return frozenset(known & {one.lower() for one in mail.to})


def _letter_in(
    work: UnitOfWork, mail: Incoming, marks: Sequence[PrintMark], now: datetime
) -> tuple[Case, int, Entry | None] | None:
    """(case, version, row) of the one letter that a mail carries; None for none or several."""
    found: dict[tuple[int, int], tuple[Case, int, Entry | None]] = {}
    for mark in marks:
        case = work.cases.by_number(mark.case)
        letter = work.letters.get(case.id, mark.version) if case else None
        if case is not None and letter is not None and letter.print_code == mark.code:
            rows = work.register.live_of_case(case.id, mark.version)
            found[case.id, mark.version] = case, mark.version, rows[-1] if rows else None
    names = [one.name or "" for one in mail.attachments if not one.inline]
    digests = {hashlib.sha256(one.content).hexdigest() for one in mail.attachments}
    for entry in work.register.registered_since(now - _RECENT):
        if entry.state == VOID or not names:
            continue
        case = work.cases.get(entry.case_id)
        own = [attachment_name(entry.number, suffix) for suffix in _SUFFIXES]
        if digests & {entry.pdf, entry.doc, entry.scan, entry.signature} or carries(
            number=entry.number,
            case=case.number,
            own_names=own,
            subject=mail.subject,
            names=names,
        ):
            found[case.id, entry.version] = case, entry.version, entry
    if len(found) > 1:
        # An interim answer and the full one of one case: the newer is what was to be sent.
        same = {case.id for case, _, _ in found.values()}
        return max(found.values(), key=lambda one: one[1]) if len(same) == 1 else None
    return next(iter(found.values()), None)


def hand_word(
    desk: Desk,
    work: UnitOfWork,
    said: Said,
    case: Case | None,
    now: datetime,
    *,
    request: Request | None = None,
) -> Heard | None:
    """«Отправлено вручную 17:58» that answers no open question about sending; None for other mail.

    Args:
        request: the question that the mail answers, if it answers one.

    """
    meaning = meaning_of(desk, said, now, drafting=False)
    if meaning.kind is not MeaningKind.sent_by_hand or said.is_doubtful:
        return None
    if request is not None and request.purpose is Purpose.sending:
        spent = request.closed_at is not None or now > request.expires_at
        if not spent:
            return None
    case = case or _case_by_number(work, said, now)
    if case is None or case.state is CaseState.closed or case.step not in _STEPS:
        return None
    if said.level is TrustLevel.REFUSED or not _may_tell(desk, said, now):
        return None
    assert said.person is not None
    heard = Heard(state=MailState.handled, case_id=case.id)
    carrier = spoken_in(desk, work, case, said, now).carrier
    person = said.person.id
    if meaning.at is None:
        context = why("no_time", said.text)
        carrier.carry((Tell(people=(person,), template="not_taken", context=context),))
        return heard
    if said.level is not TrustLevel.PROVEN:
        ask_whether_sent(desk, work, case, "word", now, cause=f"mail{said.stored.id}")
        return heard
    at = moment_said(meaning.at, meaning.until, desk.local(now))
    rows = work.register.live_of_case(case.id, case.version)
    addresses = frozenset(one.lower() for one in desk.settings.tracks.governor.enabled)
    keep(work, case, case.version, rows[-1] if rows else None, addresses, at, copied=False)
    told = {"decision": "sent_by_hand", "next_step": "", "details": "", "undo_until": None}
    carrier.carry((
        Log(kind="sent_by_hand", data={"at": f"{at:%H:%M}", "basis": meaning.reason}),
        Tell(people=(person,), template="receipt", context=told),
    ))
    settle_by_hand(desk, work, case.id, case.version, now)
    return heard


def _may_tell(desk: Desk, said: Said, now: datetime) -> bool:
    """Whether the dispatcher or the clerk writes, or who stands in for one of them."""
    roles, today = desk.office.roles, desk.today(now)
    return said.person is not None and any(
        may_speak_for(said.person.id, one, desk.office, today)
        for one in (roles.dispatcher, roles.registry)
    )


def _case_by_number(work: UnitOfWork, said: Said, now: datetime) -> Case | None:
    """The one case whose number, or whose letter's number, the mail names."""
    words = f"{said.mail.subject}\n{said.text}"
    named = {one.id: one for one in map(work.cases.by_number, find_case_numbers(words)) if one}
    for entry in work.register.registered_since(now - _RECENT):
        if entry.state != VOID and carries(
            number=entry.number, case="", own_names=(), subject=words, names=("письмо.pdf",)
        ):
            named[entry.case_id] = work.cases.get(entry.case_id)
    return next(iter(named.values())) if len(named) == 1 else None


def keep(
    work: UnitOfWork,
    case: Case,
    version: int,
    entry: Entry | None,
    addresses: Iterable[str],
    at: datetime,
    *,
    copied: bool,
) -> None:
    """Keep that a version was sent to these addresses by hand; what is known of one stays."""
    known = _known(work, case.id, version)
    row = entry.id if entry is not None else None
    for address in addresses:
        if address not in known or known[address]["entry"] not in {row, None}:
            known[address] = {"at": at.isoformat(), "copied": copied, "entry": row}
    work.facts.set(_key(case.id, version), json.dumps(known))


def settle_by_hand(desk: Desk, work: UnitOfWork, case_id: int, version: int, now: datetime) -> None:
    """Let what is known count for the letter of that version, once it is queued."""
    known = _known(work, case_id, version)
    for message in work.queue.letter_of(case_id) if known else ():
        entry = work.register.get(message.entry) if message.entry is not None else None
        if entry is not None and entry.version == version and count_by_hand(desk, work, message):
            settle(desk, work, message.id, now)


def count_by_hand(desk: Desk, work: UnitOfWork, message: Outgoing) -> bool:
    """Let what is known count for the addresses of a letter; True when a state has changed.

    An address that is being sent to waits for its server; whoever learns its answer asks again.
    """
    entry = work.register.get(message.entry) if message.entry is not None else None
    if entry is None or entry.state == VOID:
        return False
    known = _known(work, entry.case_id, entry.version)
    changed = False
    for item in message.addressees if known else ():
        found = known.get(item.address.lower())
        settled = item.state in {RecipientState.accepted, RecipientState.sending}
        if found is None or settled or found["entry"] not in {None, entry.id}:
            continue
        at = datetime.fromisoformat(found["at"])
        answer = sent_by_hand(desk.local(at), copied=found["copied"])
        work.queue.set_state(
            item.id, {"state": RecipientState.accepted, "answer": answer, "at": at}
        )
        changed = True
    return changed


def _known(work: UnitOfWork, case_id: int, version: int) -> dict[str, dict[str, Any]]:
    kept: dict[str, dict[str, Any]] = json.loads(work.facts.get(_key(case_id, version)) or "{}")
    return kept


def _key(case_id: int, version: int) -> str:
    return f"by_hand:{case_id}:{version}"
