"""The words beside a file that was not accepted: what was seen, and what the clerk does next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mcu_mail.documents.folder import MAX_BYTES, Folder
from mcu_mail.domain.case import CaseState
from mcu_mail.service.cards import what_changed
from mcu_mail.service.paper_names import print_name

if TYPE_CHECKING:
    from datetime import datetime

    from mcu_mail.documents.esign import Signature
    from mcu_mail.domain.case import Case
    from mcu_mail.domain.codes import PrintMark
    from mcu_mail.service.desk import Desk


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """Why a file is not taken, and what is known of it.

    Attributes:
        reason: a code of `templates/notes/scan_refused.j2`.
        case: the case it belongs to, as far as it is known.
        mark: the code that was read.
        lacks: the pages that are missing.
        signature: the electronic signature that was read.
        register_number: the number under which the letter has gone.
        named: the case number in the file's name, when it cannot stand for the code.

    """

    reason: str
    case: Case | None = None
    mark: PrintMark | None = None
    lacks: tuple[int, ...] = ()
    signature: Signature | None = None
    register_number: str = ""
    named: str = ""


def note_of(desk: Desk, refusal: Refusal, name: str, now: datetime) -> str:
    """The note beside the file `name`."""
    case, mark = refusal.case, refusal.mark
    helper = desk.office.people[desk.standing_in(desk.office.roles.dispatcher, now)]
    current = case if case is not None and case.state is not CaseState.closed else None
    number = case.number if case else (mark.case if mark else "")
    signer = refusal.signature.first if refusal.signature else None
    return desk.wording.note(
        "scan_refused",
        reason=refusal.reason,
        now=desk.local(now),
        scan_name=name,
        number=number,
        version=current.version if current else 0,
        found_version=mark.version if mark else 0,
        what_changed=_changes(desk, current, mark),
        missing_pages=", ".join(map(str, refusal.lacks)),
        found_number=number,
        named=refusal.named,
        limit_mb=MAX_BYTES // 1_000_000,
        print_file=f"{Folder.TO_SIGN}\\{print_name(number, '.pdf')}",
        scan_folder=str(Folder.SIGNED),
        signer=signer.owner if signer else "",
        register_number=refusal.register_number,
        phone_name=helper.name,
        phone=helper.phone,
        until=desk.local(current.due) if current and current.due else None,
    )


def _changes(desk: Desk, case: Case | None, mark: PrintMark | None) -> tuple[str, ...]:
    """What is new since the version that was scanned."""
    if case is None or mark is None or mark.version == case.version:
        return ()
    with desk.store.view() as view:
        scanned = view.letters.get(case.id, mark.version)
        current = view.letters.get(case.id, case.version)
    return what_changed(scanned.text, current.text) if scanned and current else ()
