"""One signed letter that came back: is it the one that waits, is it whole, did anybody sign it?

Looks first (in guarded processes, outside any transaction), then decides and registers in one
transaction. A refusal spends no number.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mcu_mail.documents.annexes import only_pages
from mcu_mail.documents.esign import read_embedded
from mcu_mail.documents.file_names import case_in_name, date_in_name, number_in_name
from mcu_mail.documents.folder import Folder
from mcu_mail.documents.ink import Ink, look_for_ink
from mcu_mail.documents.scan import as_pdf
from mcu_mail.documents.scan_order import in_order, missing_pages
from mcu_mail.documents.whole_files import disk, holds
from mcu_mail.domain.case import CaseState
from mcu_mail.domain.decisions import Log
from mcu_mail.service.carry import Carrier
from mcu_mail.service.paper_names import print_name
from mcu_mail.service.registering import SignedScan, register_scan
from mcu_mail.service.rescans import may_replace, replace_scan, tell_of_late_scan
from mcu_mail.service.scan_notes import Refusal
from mcu_mail.service.writing import thaw
from mcu_mail.store.registry import VOID

if TYPE_CHECKING:
    from datetime import datetime

    from mcu_mail.documents.esign import Signature
    from mcu_mail.documents.scan import Scan
    from mcu_mail.domain.case import Case
    from mcu_mail.service.desk import Desk
    from mcu_mail.store.letters import Letter
    from mcu_mail.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, kw_only=True)
class Copy:
    """A file, or a part of one, with the codes of one letter.

    Attributes:
        content: its bytes.
        sha256: their digest.
        name: the name the clerk gave to the file.
        scan: what was read in `content`.
        detached: the bytes of the signature file beside it.
        signature: what that signature says; it belongs to `content`.

    """

    content: bytes
    sha256: str
    name: str
    scan: Scan
    detached: bytes | None = None
    signature: Signature | None = None

    @property
    def electronic(self) -> bool:
        """Whether it is signed electronically: nobody looks for ink then, and no byte changes."""
        return self.scan.signed_electronically or self.detached is not None


@dataclass(frozen=True, kw_only=True)
class _Looked:
    """What was seen of a copy before the transaction."""

    ink: Ink
    signature: Signature | None
    own_print: bool
    pdf: str


def is_own_print(desk: Desk, copy: Copy) -> bool:
    """Whether these are the very bytes that we printed: nobody has signed them yet."""
    if copy.electronic:
        return False
    with desk.store.view() as view:
        case = view.cases.by_number(copy.scan.marks[0].case)
        letter = view.letters.get(case.id, copy.scan.marks[0].version) if case else None
    if case is None or letter is None:
        return False
    printed = desk.folders.base / Folder.TO_SIGN / print_name(case.number, ".pdf")
    with disk("прочитать файл", printed):
        return copy.sha256 in {letter.pdf, letter.annex} or holds(printed, copy.content)


def take_copy(desk: Desk, copy: Copy, now: datetime, *, again: bool) -> Refusal | None:
    """Register a signed copy and go on to sending; what speaks against it otherwise.

    Args:
        desk: the office.
        copy: the file.
        now: the moment.
        again: a daemon that was killed may have dealt with it already: then nothing is said twice.

    """
    mark = copy.scan.marks[0]
    with desk.store.view() as view:
        case = view.cases.by_number(mark.case)
        letter = view.letters.get(case.id, mark.version) if case else None
    looked = _look(desk, copy, letter)
    with desk.store.work() as work:
        case = work.cases.by_number(mark.case)
        letter = work.letters.get(case.id, mark.version) if case else None
        reason = _why_not(work, copy, case, letter, looked)
        if reason == "duplicate" and again and work.scans.accepted(copy.sha256) is not None:
            return None
        gone = None
        if reason == "sent_already" and case is not None:
            gone = work.register.live_of_case(case.id, mark.version)[-1]
        told = again and work.scans.has(copy.sha256, reason)
        if not told:
            work.scans.add(
                sha256=copy.sha256,
                name=copy.name,
                at=now,
                verdict=reason or "accepted",
                case_id=case.id if case else None,
                version=mark.version,
            )
        if case is not None and not told:
            carrier = _carrier(desk, work, case, copy, now)
            if reason:
                carrier.carry((Log(kind="scan_refused", data={"reason": reason}),))
            else:
                _accept(desk, work, carrier, copy, looked, now)
            if gone is not None:
                tell_of_late_scan(desk, carrier, gone)
        work.commit()
    if not reason:
        return None
    lacks = missing_pages(copy.scan, letter.pages or 1) if letter else ()
    return Refusal(
        reason=reason,
        case=case,
        mark=mark,
        lacks=lacks,
        signature=looked.signature,
        register_number=gone.number if gone is not None else "",
    )


def _carrier(desk: Desk, work: UnitOfWork, case: Case, copy: Copy, now: datetime) -> Carrier:
    return Carrier(
        desk,
        work,
        case,
        now=now,
        actor=desk.office.roles.registry,
        cause=f"scan{copy.sha256[:12]}",
    )


def _look(desk: Desk, copy: Copy, letter: Letter | None) -> _Looked:
    ink = Ink(seen=None)
    known = letter is not None and {one.code for one in copy.scan.marks} == {letter.print_code}
    if known and letter is not None and not copy.electronic and letter.pdf and letter.content:
        signer = thaw(desk.store.files.get(letter.content), number=None, on=None).signer_name
        printed = desk.store.files.get(letter.pdf)
        if letter.annex_pages:
            # An annex may carry the signer's name too: the field is looked for on the letter alone.
            printed = only_pages(printed, tuple(range(letter.pages or 1)))
        ink = look_for_ink(as_pdf(copy.content, copy.scan), printed, signer)
    order = None
    if letter is not None and not copy.electronic:
        order = in_order(copy.scan, letter.pages or 1, inked=ink.page if ink.seen else None)
    embedded = copy.scan.signed_electronically and copy.signature is None
    return _Looked(
        ink=ink,
        signature=read_embedded(copy.content) if embedded else copy.signature,
        own_print=is_own_print(desk, copy),
        pdf=desk.store.files.put(as_pdf(copy.content, copy.scan, order)),
    )


def _why_not(
    work: UnitOfWork, copy: Copy, case: Case | None, letter: Letter | None, looked: _Looked
) -> str:
    """Why a readable copy is not taken; empty when it is."""
    if case is None:
        return "unknown_case"
    if letter is None or {one.code for one in copy.scan.marks} != {letter.print_code}:
        return "wrong_print_code"
    if work.scans.accepted(copy.sha256) is not None and not _was_void(work, case, letter):
        return "duplicate"
    return _not_its_turn(work, case, letter) or _not_whole(copy, case, letter, looked)


def _was_void(work: UnitOfWork, case: Case, letter: Letter) -> bool:
    """Whether the registration of this version was taken back: its paper may come once more."""
    rows = [row for row in work.register.of_case(case.id) if row.version == letter.version]
    return bool(rows) and all(row.state == VOID for row in rows)


def _not_its_turn(work: UnitOfWork, case: Case, letter: Letter) -> str:
    entries = work.register.live_of_case(case.id, letter.version)
    if entries:
        return "" if may_replace(work, case, entries[-1]) else "sent_already"
    if case.state is CaseState.closed:
        return "step_over"
    if letter.version != case.version:
        return "wrong_version"
    return "" if case.step in {"sign", "register"} else "step_over"


def _not_whole(copy: Copy, case: Case, letter: Letter, looked: _Looked) -> str:
    if missing_pages(copy.scan, letter.pages or 1):
        return "missing_page"
    if looked.own_print:
        return "own_print"
    if case_in_name(copy.name) == case.number:
        # The clerk has named the case: that is his word for what a program only supposes.
        return ""
    if looked.signature is not None and looked.signature.belongs is False:
        return "altered"
    return "unsigned" if looked.ink.seen is False else ""


def _accept(
    desk: Desk, work: UnitOfWork, carrier: Carrier, copy: Copy, looked: _Looked, now: datetime
) -> None:
    scan = SignedScan(
        sha256=looked.pdf,
        pages=len(copy.scan.pages),
        signed=copy.electronic,
        name=copy.name,
        number=number_in_name(copy.name),
        on=date_in_name(copy.name),
        signature=desk.store.files.put(copy.detached) if copy.detached is not None else None,
        seen=_seen(desk, copy, carrier.case, looked),
    )
    if looked.signature is not None:
        carrier.log("esigned", _about(looked.signature))
    if carrier.case.step == "sign":
        register_scan(desk, work, carrier, scan, now)
    else:
        replace_scan(work, carrier, scan, now)


def _seen(desk: Desk, copy: Copy, case: Case, looked: _Looked) -> dict[str, str]:
    """Plain codes for the event; `reports.words` has the Russian of them."""
    if copy.electronic:
        return {}
    if looked.ink.seen:
        return {"ink": "seen"}
    named = case_in_name(copy.name) == case.number
    decided = {"decided_by": desk.office.roles.registry} if named else {}
    return {"ink": "unknown" if looked.ink.seen is None else "not_seen", **decided}


def _about(signature: Signature) -> dict[str, str]:
    signer = signature.first
    belongs = {True: "yes", False: "no", None: "unknown"}[signature.belongs]
    return {
        "form": signature.kind,
        "belongs": belongs,
        "owner": signer.owner,
        "certificate": signer.serial,
        "valid_from": signer.valid_from,
        "valid_to": signer.valid_to,
        "signed_at": signer.signed_at,
    }
