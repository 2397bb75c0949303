"""The clerk's folder «Подписано»: take what is whole, know letters by their codes, refuse the rest.

Whatever the file is called, the QR of its pages tells case, version and print code; a stack of
letters in one file is taken apart. A file that is still being copied, or waits for its signature
file, is left alone; one that cannot be used goes to «Не принято» with a `.txt` beside it that says
what to do. Nothing is lost and no number is spent by a refusal.
"""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import PurePath
from typing import TYPE_CHECKING

from mcu_mail.documents.esign import pairs, read_signature
from mcu_mail.documents.file_names import case_in_name, safe_name
from mcu_mail.documents.folder import NOTE, Folder, sent_folder
from mcu_mail.documents.named_scan import named_scan
from mcu_mail.documents.refused_notes import end_stale_notes
from mcu_mail.documents.scan import Scan, ScanFault, as_pdf, read_pages
from mcu_mail.documents.scan_order import split
from mcu_mail.documents.whole_files import disk
from mcu_mail.domain.codes import PrintMark
from mcu_mail.errors import McuMailError, StoreError, TemporaryError
from mcu_mail.service.paper_names import part_name
from mcu_mail.service.scan_notes import Refusal, note_of
from mcu_mail.service.signatures import letter_of_signature
from mcu_mail.service.signed_copy import Copy, is_own_print, take_copy
from mcu_mail.service.turns import in_turn

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from mcu_mail.documents.esign import Signature
    from mcu_mail.documents.folder import Claimed, Dropped
    from mcu_mail.documents.scan_order import Part
    from mcu_mail.domain.case import Case
    from mcu_mail.service.desk import Desk

log = logging.getLogger(__name__)

_TRIES = 3


@dataclass(frozen=True, kw_only=True)
class _Taken:
    """A file taken out of «Подписано», with its signature file or either of them alone.

    Attributes:
        file: the letter.
        signature: the `.sig` beside it.
        dropped: when it came; None when a killed daemon had taken it.

    """

    file: Claimed | None
    signature: Claimed | None
    dropped: Dropped | None

    @property
    def claimed(self) -> tuple[Claimed, ...]:
        """What was taken, the letter first."""
        return tuple(one for one in (self.file, self.signature) if one is not None)

    @property
    def main(self) -> Claimed:
        """The letter, or its signature when that came alone."""
        return self.claimed[0]


def take_scans(desk: Desk, now: datetime) -> int:
    """Deal with every settled file; return how many were accepted or refused.

    Raises:
        TemporaryError: the folder is not there (an unmounted share) or cannot be written.

    """
    if not desk.folders.is_mounted():
        raise TemporaryError("Сетевая папка не подключена")
    done = 0
    for name in desk.folders.not_files():
        text = note_of(desk, Refusal(reason="not_a_file"), name, now)
        lines = "\r\n".join(text.splitlines()) + "\r\n"
        beside = safe_name(f"{name}{NOTE}")
        desk.folders.publish(Folder.REFUSED, beside, lines.encode("utf-8-sig"))
    left = desk.folders.leftovers()
    for file, beside_it in pairs([one.name for one in left]):
        done += _fenced(
            desk,
            _Taken(
                file=None if file is None else left[file],
                signature=None if beside_it is None else left[beside_it],
                dropped=None,
            ),
            now,
        )
    incoming = desk.folders.incoming(desk.real_now())
    waiting = pairs([one.name for one in incoming])
    for file, beside_it in in_turn(waiting, desk.turn_seconds):
        both = [incoming[place] for place in (file, beside_it) if place is not None]
        if all(one.settled for one in both):
            taken = _claimed(desk, both, alone=file is None)
            if taken is not None:
                done += _fenced(desk, taken, now)
    if done:
        end_stale_notes(desk.folders.base)
    return done


def _claimed(desk: Desk, both: Sequence[Dropped], *, alone: bool) -> _Taken | None:
    """Take a file, and its signature with it: both or none."""
    claimed: list[Claimed] = []
    try:
        claimed.extend(map(desk.folders.claim, both))
    except McuMailError:
        log.info("a file in the folder for scans is busy")
        for one in claimed:
            desk.folders.give_back(one)
        return None
    if alone:
        return _Taken(file=None, signature=claimed[0], dropped=both[0])
    youngest = max(both, key=lambda one: one.modified)
    beside = claimed[1] if len(claimed) > 1 else None
    return _Taken(file=claimed[0], signature=beside, dropped=youngest)


def _fenced(desk: Desk, taken: _Taken, now: datetime) -> int:
    try:
        return _one(desk, taken, now)
    except StoreError:
        # It may be written down as taken: it stays where a killed daemon would have left it.
        raise
    except TemporaryError:
        log.info("a scan waits: the share or this machine is busy")
    except Exception:  # one file must never stop the others
        log.exception("a scan could not be handled")
        if _too_often(desk, taken.main):
            _refuse(desk, taken, Refusal(reason="unknown", case=_named(desk, taken.main)), now)
            return 1
    _give_back(desk, taken)
    return 0


def _give_back(desk: Desk, taken: _Taken) -> int:
    for one in taken.claimed:
        desk.folders.give_back(one)
    return 0


def _too_often(desk: Desk, claimed: Claimed) -> bool:
    """Whether these bytes have failed for the third time: then a person has to see them."""
    key = f"scan_failed:{claimed.sha256}"
    with desk.store.work() as work:
        tries = int(work.facts.get(key) or 0) + 1
        work.facts.set(key, str(tries))
        work.commit()
    return tries >= _TRIES


def _one(desk: Desk, taken: _Taken, now: datetime) -> int:
    signature = None
    content = taken.file.content if taken.file else b""
    if taken.signature is not None:
        signature = read_signature(taken.signature.content, content if taken.file else None)
        if signature is None:
            return _refuse(desk, taken, Refusal(reason="bad_signature"), now)
        if taken.file is not None:
            reason = _why_not_together(desk, taken, signature)
            if reason:
                return _refuse(desk, taken, Refusal(reason=reason, signature=signature), now)
        elif signature.inner is not None:
            content = signature.inner
        else:
            found = letter_of_signature(desk, taken.signature.content)
            if found is None:
                if _young(desk, taken):
                    return _give_back(desk, taken)
                refusal = Refusal(reason="signature_alone", signature=signature)
                return _refuse(desk, taken, refusal, now)
            content, signature = found
    return _file(desk, taken, content, signature, now)


def _why_not_together(desk: Desk, taken: _Taken, signature: Signature) -> str:
    """Why a file and the signature beside it do not go together; empty when they do."""
    if signature.belongs:
        return ""
    if signature.belongs is None:
        return "" if _named(desk, taken.main) else "unsure_signature"
    return "foreign_signature"


def _file(
    desk: Desk, taken: _Taken, content: bytes, signature: Signature | None, now: datetime
) -> int:
    found = read_pages(content)
    if found is ScanFault.INCOMPLETE and (_young(desk, taken) or _growing(desk, taken)):
        return _give_back(desk, taken)
    if isinstance(found, ScanFault):
        return _refuse(desk, taken, Refusal(reason=found.value, case=_named(desk, taken.main)), now)
    parts = split(found)
    whole = signature is not None or found.signed_electronically
    if len(parts) > 1 and whole:
        # What is signed electronically cannot be taken apart.
        return _refuse(desk, taken, Refusal(reason=ScanFault.MIXED.value), now)
    if len(parts) > 1:
        return _batch(desk, taken, found, parts, now)
    scan: Scan | ScanFault = parts[0].fault or found
    if scan in {ScanFault.NO_CODE, ScanFault.FOREIGN_CODE}:
        scan = _by_name(desk, taken.main, found) or scan
    if isinstance(scan, ScanFault):
        case = _named(desk, taken.main)
        helps = case is not None and case.step == "sign"
        named = "" if helps else case_in_name(taken.main.name) or ""
        return _refuse(desk, taken, Refusal(reason=scan.value, case=case, named=named), now)
    copy = Copy(
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        name=taken.main.name,
        scan=scan,
        detached=taken.signature.content if taken.signature is not None else None,
        signature=signature,
    )
    if _young(desk, taken) and is_own_print(desk, copy):
        # Its signature may still be on the way.
        return _give_back(desk, taken)
    refusal = take_copy(desk, copy, now, again=taken.dropped is None)
    if refusal is not None:
        return _refuse(desk, taken, refusal, now)
    number = copy.scan.marks[0].case
    names = (safe_name(f"{number} Скан{_suffix(one.name)}") for one in taken.claimed)
    away = (_put_away(desk, one, name, now) for one, name in zip(taken.claimed, names, strict=True))
    return int(all(away))


def _suffix(name: str) -> str:
    both = "".join(PurePath(name.lower()).suffixes[-2:])
    return both if both.startswith(".pdf") else PurePath(name.lower()).suffix


def _put_away(desk: Desk, claimed: Claimed, name: str, now: datetime) -> bool:
    """Move what was taken to its last place; False: it waits where a killed daemon leaves it.

    Given back it would be a second scan of a letter that is registered, and be refused.
    """
    try:
        desk.folders.finish(claimed, sent_folder(desk.today(now).year), name)
    except TemporaryError:
        log.info("a scan that was taken waits to be put away")
        return False
    return True


def _batch(desk: Desk, taken: _Taken, found: Scan, parts: Sequence[Part], now: datetime) -> int:
    """Each letter of a stack goes its own way; the file itself is kept whole."""
    claimed, again = taken.main, taken.dropped is None
    with desk.store.view() as view:
        known = view.scans.has(claimed.sha256, "batch")
        # Given back halfway, when the share or this machine was busy.
        begun = view.scans.has(claimed.sha256, "batch_begun")
    if known and not again:
        return _refuse(desk, taken, Refusal(reason="batch_again"), now)
    if not begun:
        with desk.store.work() as work:
            work.scans.add(sha256=claimed.sha256, name=claimed.name, at=now, verdict="batch_begun")
            work.commit()
    for part in parts if not known else ():
        places = tuple(page.index for page in part.scan.pages)
        content = as_pdf(claimed.content, found, places)
        pages = tuple(replace(page, index=index) for index, page in enumerate(part.scan.pages))
        copy = Copy(
            content=content,
            sha256=hashlib.sha256(content).hexdigest(),
            # The clerk's name of a stack names none of its letters.
            name="",
            scan=Scan(pages=pages, media="pdf", signed_electronically=False),
        )
        refusal = _part_refused(desk, copy, part, now, again=again or begun)
        if refusal is not None:
            name = part_name(claimed.name, places)
            desk.folders.reject_part(name, content, note_of(desk, refusal, name, now))
    with desk.store.work() as work:
        if not known:
            work.scans.add(sha256=claimed.sha256, name=claimed.name, at=now, verdict="batch")
        work.commit()
    name = safe_name(f"Пачка {desk.local(now):%d.%m.%Y}{PurePath(claimed.name.lower()).suffix}")
    return int(_put_away(desk, claimed, name, now))


def _part_refused(
    desk: Desk, copy: Copy, part: Part, now: datetime, *, again: bool
) -> Refusal | None:
    if part.fault is None:
        return take_copy(desk, copy, now, again=again)
    mixed = part.fault is ScanFault.MIXED
    return Refusal(reason=part.fault.value if mixed else "no_code_in_batch")


def _by_name(desk: Desk, claimed: Claimed, found: Scan) -> Scan | None:
    """The clerk's own word: a scan without a readable code whose name begins with the case."""
    case = _named(desk, claimed)
    if case is None or case.step != "sign":
        return None
    with desk.store.view() as view:
        letter = view.letters.get(case.id, case.version)
    if letter is None:
        return None
    return named_scan(
        found,
        PrintMark(case=case.number, version=letter.version, page=1, code=letter.print_code),
    )


def _young(desk: Desk, taken: _Taken) -> bool:
    """Whether a file that looks half-copied may still be growing, or its partner be on the way."""
    if taken.dropped is None:
        return False
    limit = timedelta(minutes=desk.settings.folders.unfinished_minutes)
    return desk.real_now() - taken.dropped.modified < limit


def _growing(desk: Desk, taken: _Taken) -> bool:
    """Whether what a killed daemon had taken half-copied may get its other half yet."""
    with disk("посмотреть файл", taken.main.path):
        modified = taken.main.path.stat().st_mtime
    limit = desk.settings.folders.unfinished_minutes * 60
    return taken.dropped is None and desk.real_now().timestamp() - modified < limit


def _named(desk: Desk, claimed: Claimed) -> Case | None:
    """The case whose number the clerk wrote at the start of the file's name."""
    number = case_in_name(claimed.name)
    if number is None:
        return None
    with desk.store.view() as view:
        return view.cases.by_number(number)


def _refuse(desk: Desk, taken: _Taken, refusal: Refusal, now: datetime) -> int:
    """Move the file, and its signature, to «Не принято» with a note that says what to do."""
    claimed, *beside = taken.claimed
    note = note_of(desk, refusal, claimed.name, now)
    desk.folders.reject(claimed, note, beside=tuple(beside))
    return 1
