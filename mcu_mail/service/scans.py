"""The clerk's folder «Подписано»: take what is whole, know the letter by its code, refuse the rest.

Whatever the file is called, the QR of its pages tells case, version and print code. A file that is
still being copied is left alone; one that cannot be used goes to «Не принято» with a `.txt` beside
it that says what to do. Nothing is lost and no number is spent by a refusal.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from mcu_mail.documents.file_names import case_in_name, number_in_name, safe_name
from mcu_mail.documents.folder import Folder, sent_folder
from mcu_mail.documents.named_scan import named_scan
from mcu_mail.documents.scan import Scan, ScanFault, as_pdf, read_scan
from mcu_mail.documents.sheet import FOLLOWING_PAGE
from mcu_mail.domain.case import CaseState
from mcu_mail.domain.codes import PrintMark
from mcu_mail.domain.decisions import Log
from mcu_mail.errors import McuMailError, TemporaryError
from mcu_mail.service.cards import what_changed
from mcu_mail.service.carry import Carrier
from mcu_mail.service.papers import print_name
from mcu_mail.service.registering import SignedScan, register_scan
from mcu_mail.store.registry import VOID

if TYPE_CHECKING:
    from datetime import datetime

    from mcu_mail.documents.folder import Claimed, Dropped
    from mcu_mail.domain.case import Case
    from mcu_mail.service.desk import Desk
    from mcu_mail.store.cases import Letter
    from mcu_mail.store.unit_of_work import UnitOfWork

log = logging.getLogger(__name__)

_TRIES = 3


def take_scans(desk: Desk, now: datetime) -> int:
    """Deal with every settled file; return how many were accepted or refused.

    Raises:
        TemporaryError: the folder is not there (an unmounted share) or cannot be written.

    """
    if not desk.folders.is_mounted():
        raise TemporaryError("the folder for scans is not mounted")
    done = 0
    for name in desk.folders.not_files():
        # It stays where it lies: only the clerk knows what is in it.
        text = _note(desk, "not_a_file", name, now, None, None)
        lines = "\r\n".join(text.splitlines()) + "\r\n"
        beside = safe_name(f"{name} – НЕ ПРИНЯТ.txt")
        desk.folders.publish(Folder.REFUSED, beside, lines.encode("utf-8-sig"))
    for left in desk.folders.leftovers():
        done += _fenced(desk, left, None, now)
    for dropped in desk.folders.incoming(desk.real_now()):
        if dropped.settled:
            try:
                claimed = desk.folders.claim(dropped)
            except McuMailError:
                log.info("a file in the folder for scans is busy")
                continue
            done += _fenced(desk, claimed, dropped, now)
    return done


def prepare_folders(desk: Desk) -> None:
    """Make sure of the clerk's folders; a share that was there and is gone is never made anew."""
    base = str(desk.folders.base)
    with desk.store.work() as work:
        known = work.facts.get("folders") == base
        try:
            desk.folders.prepare(known=known)
        except TemporaryError as error:
            log.error("the clerk's folders cannot be prepared: %s", error)  # noqa: TRY400 - no trace
            return
        if not known:
            work.facts.set("folders", base)
            work.commit()


def unsettled(desk: Desk) -> bool:
    """Whether a file lies there that has not settled yet: `once` waits for it a while."""
    if not desk.folders.is_mounted():
        return False
    return any(not item.settled for item in desk.folders.incoming(desk.real_now()))


def _fenced(desk: Desk, claimed: Claimed, dropped: Dropped | None, now: datetime) -> int:
    try:
        return _one(desk, claimed, dropped, now)
    except TemporaryError:
        log.info("a scan waits: the share or this machine is busy")
    except Exception:  # one file must never stop the others
        log.exception("a scan could not be handled")
        if _too_often(desk, claimed):
            _refuse(desk, claimed, "unknown", now, _named(desk, claimed), None)
            return 1
    desk.folders.give_back(claimed)
    return 0


def _too_often(desk: Desk, claimed: Claimed) -> bool:
    """Whether these bytes have failed for the third time: then a person has to see them."""
    key = f"scan_failed:{claimed.sha256}"
    with desk.store.work() as work:
        tries = int(work.facts.get(key) or 0) + 1
        work.facts.set(key, str(tries))
        work.commit()
    return tries >= _TRIES


def _one(desk: Desk, claimed: Claimed, dropped: Dropped | None, now: datetime) -> int:
    scan = read_scan(claimed.content, claimed.name)
    if scan is ScanFault.INCOMPLETE and dropped is not None and _young(desk, dropped):
        desk.folders.give_back(claimed)
        return 0
    if scan is ScanFault.NO_CODE:
        scan = _by_name(desk, claimed) or scan
    if isinstance(scan, ScanFault):
        _refuse(desk, claimed, scan.value, now, _named(desk, claimed), None)
        return 1
    mark = scan.marks[0]
    pdf = desk.store.files.put(as_pdf(claimed.content, scan))
    with desk.store.work() as work:
        case = work.cases.by_number(mark.case)
        letter = work.letters.get(case.id, mark.version) if case else None
        reason = _why_not(work, case, letter, mark, scan, claimed.sha256)
        work.scans.add(
            sha256=claimed.sha256,
            name=claimed.name,
            at=now,
            verdict=reason or "accepted",
            case_id=case.id if case else None,
            version=mark.version,
        )
        taken_before = work.scans.accepted(claimed.sha256) is not None
        if case is not None:
            carrier = Carrier(
                desk,
                work,
                case,
                now=now,
                actor=desk.office.roles.registry,
                cause=f"scan{claimed.sha256[:12]}",
            )
            if reason:
                carrier.carry((Log(kind="scan_refused", data={"reason": reason}),))
            else:
                signed = SignedScan(
                    sha256=pdf,
                    pages=len(scan.pages),
                    signed=scan.signed_electronically,
                    name=claimed.name,
                    number=number_in_name(claimed.name),
                )
                register_scan(desk, work, carrier, signed, now)
        work.commit()
    # A daemon that was killed after the commit finds the file it had accepted: no refusal then.
    if reason and not (dropped is None and taken_before):
        lacks = missing_pages(scan, letter) if letter else ()
        _refuse(desk, claimed, reason, now, case, mark, lacks=lacks)
    else:
        suffix = "." + claimed.name.rpartition(".")[2].lower()
        desk.folders.finish(
            claimed, sent_folder(desk.today(now).year), safe_name(f"{mark.case} Скан{suffix}")
        )
    return 1


def _by_name(desk: Desk, claimed: Claimed) -> Scan | None:
    """The clerk's own word: a scan without a readable code whose name begins with the case."""
    case = _named(desk, claimed)
    if case is None or case.step != "sign":
        return None
    with desk.store.view() as view:
        letter = view.letters.get(case.id, case.version)
    if letter is None:
        return None
    return named_scan(
        claimed.content,
        PrintMark(case=case.number, version=letter.version, page=1, code=letter.print_code),
    )


def _young(desk: Desk, dropped: Dropped) -> bool:
    """Whether a file that looks half-copied may still be growing."""
    limit = timedelta(minutes=desk.settings.folders.unfinished_minutes)
    return desk.real_now() - dropped.modified < limit


def _why_not(
    work: UnitOfWork,
    case: Case | None,
    letter: Letter | None,
    mark: PrintMark,
    scan: Scan,
    sha256: str,
) -> str:
    """Why a readable scan is not taken; empty when it is."""
    if case is None:
        return "unknown_case"
    if letter is None or {one.code for one in scan.marks} != {letter.print_code}:
        return "wrong_print_code"
    # After a void registration the same paper may be scanned once more.
    rows = [row for row in work.register.of_case(case.id) if row.version == mark.version]
    live = any(row.state != VOID for row in rows)
    if live or (work.scans.accepted(sha256) is not None and not rows):
        return "duplicate"
    if case.state is CaseState.closed:
        return "step_over"
    if mark.version != case.version:
        return "wrong_version"
    if case.step != "sign":
        return "step_over"
    return "missing_page" if missing_pages(scan, letter) else ""


def missing_pages(scan: Scan, letter: Letter) -> tuple[int, ...]:
    """The numbers of the letter's pages that the scan lacks; empty when it may be whole.

    A page whose code nobody can read may be any of them. A Word file has one footer for all its
    following pages, so their codes say «some following page» instead of a number.
    """
    wanted = set(range(1, (letter.pages or 1) + 1)) - {mark.page for mark in scan.marks}
    following = sum(any(mark.page == FOLLOWING_PAGE for mark in page.marks) for page in scan.pages)
    unread = sum(not page.marks for page in scan.pages)
    lacking = sorted(wanted - {1})[following:]
    first = [1] if 1 in wanted else []
    return (*first, *lacking) if len(first) + len(lacking) > unread else ()


def _named(desk: Desk, claimed: Claimed) -> Case | None:
    """The case whose number the clerk wrote at the start of the file's name."""
    number = case_in_name(claimed.name)
    if number is None:
        return None
    with desk.store.view() as view:
        return view.cases.by_number(number)


def _refuse(
    desk: Desk,
    claimed: Claimed,
    reason: str,
    now: datetime,
    case: Case | None,
    mark: PrintMark | None,
    *,
    lacks: tuple[int, ...] = (),
) -> None:
    """Move the file to «Не принято» with a note that says what to do."""
    desk.folders.reject(claimed, _note(desk, reason, claimed.name, now, case, mark, lacks=lacks))


def _note(
    desk: Desk,
    reason: str,
    name: str,
    now: datetime,
    case: Case | None,
    mark: PrintMark | None,
    *,
    lacks: tuple[int, ...] = (),
) -> str:
    helper = desk.office.people[desk.standing_in(desk.office.roles.dispatcher, now)]
    current = case if case is not None and case.state is not CaseState.closed else None
    number = case.number if case else (mark.case if mark else "")
    return desk.wording.note(
        "scan_refused",
        reason=reason,
        now=desk.local(now),
        scan_name=name,
        number=number,
        version=current.version if current else 0,
        found_version=mark.version if mark else 0,
        what_changed=_changes(desk, current, mark),
        missing_pages=", ".join(map(str, lacks)),
        found_number=number,
        limit_mb=0,
        print_file=f"{Folder.TO_SIGN}\\{print_name(number, '.pdf')}",
        scan_folder=str(Folder.SIGNED),
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
