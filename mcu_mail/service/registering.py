"""Take the number in the transaction that writes the register row (decree 5.3, design §3 step 7).

Yearly, gapless, never reused: the counter, the row and the case move together or not at all. In
`follower` mode the number is the clerk's, by reply or in the scan's file name, kept as given.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

from mcu_mail.domain.case import CaseState, CloseReason, Purpose
from mcu_mail.domain.catalogue import default_heading
from mcu_mail.domain.clerk_readers import TWO_NUMBERS
from mcu_mail.domain.course_parts import told, told_why
from mcu_mail.domain.decisions import Ask, Enter, Log, SetState, Work
from mcu_mail.domain.numbering import number_key
from mcu_mail.service.addressing import registered_addressee
from mcu_mail.service.counting import given_number, is_taken, next_number
from mcu_mail.service.pens import pen_note
from mcu_mail.service.writing import signer_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from mcu_mail.domain.case import Case
    from mcu_mail.service.answer import Answer
    from mcu_mail.service.carry import Carrier
    from mcu_mail.service.desk import Desk
    from mcu_mail.store.unit_of_work import UnitOfWork


_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class SignedScan:
    """An accepted scan: the digest of its PDF, its pages, whether it is signed electronically."""

    sha256: str
    pages: int
    signed: bool
    name: str
    number: str | None = None
    """The number in the file's name, in `follower` mode."""
    on: date | None = None
    """The date of registration in the file's name, in `follower` mode."""
    signature: str | None = None
    """Digest of the detached electronic signature."""
    seen: Mapping[str, str] = field(default_factory=dict)
    """What was seen of the signature, for the event."""


def register_scan(
    desk: Desk, work: UnitOfWork, carrier: Carrier, scan: SignedScan, now: datetime
) -> None:
    """The signed copy is here: register it and go on to sending."""
    told = {"scan": scan.sha256, "pages": scan.pages, "electronic": scan.signed, **scan.seen}
    carrier.log("signed", told)
    if desk.settings.register_.mode == "master":
        carrier.carry((Enter(step="register", template="", close_as=CloseReason.decided),))
        _enter_row(desk, work, carrier, scan, None, _day_of_number(desk, work, now), now)
        return
    work.facts.set(
        f"scan:{carrier.case.id}:{carrier.case.version}",
        kept_scan(scan),
    )
    number, on, fault = _number_of_scan(desk, work, carrier.case, scan, now)
    if number and not fault:
        carrier.carry((Enter(step="register", template="", close_as=CloseReason.decided),))
        _enter_row(desk, work, carrier, scan, number, on, now)
        return
    carrier.carry((
        Enter(
            step="register",
            template="register_number",
            close_as=CloseReason.decided,
            context={"scan_name": scan.name},
        ),
    ))
    if fault:
        for request in work.requests.open_of_case(carrier.case.id):
            if request.purpose is Purpose.register:
                carrier.carry(told_why(request, fault, number))


def _day_of_number(desk: Desk, work: UnitOfWork, now: datetime) -> date:
    """The office's date; the last row's own when a clock that was put back says the day before.

    Numbers stand in the order of their dates.
    """
    today = desk.today(now)
    last = work.register.last_day()
    return today + _DAY if last is not None and date.fromisoformat(last) == today + _DAY else today


def _number_of_scan(
    desk: Desk, work: UnitOfWork, case: Case, scan: SignedScan, now: datetime
) -> tuple[str, date, str]:
    """(number, date, why it is not taken) of a scan: from its name, or told before it came."""
    told_before, _, day = (work.facts.get(_told_key(case)) or "").partition("|")
    number = scan.number or told_before
    on = scan.on or (date.fromisoformat(day) if day else desk.today(now))
    if not number:
        return "", on, ""
    if scan.number and told_before and number_key(scan.number) != number_key(told_before):
        return f"{scan.number}; {told_before}", on, TWO_NUMBERS
    return number, on, _number_fault(desk, work, case, number, on, now)


def _told_key(case: Case) -> str:
    return f"number:{case.id}:{case.version}"


def _number_fault(
    desk: Desk, work: UnitOfWork, case: Case, number: str, on: date, now: datetime
) -> str:
    """Why a number that the clerk gives is not taken; empty when it is."""
    if number == TWO_NUMBERS:
        return TWO_NUMBERS
    if on > desk.today(now):
        return "date_future"
    letter = work.letters.get(case.id, case.version)
    if letter is not None and on < desk.today(letter.created_at):
        return "date_before_letter"
    return "number_taken" if is_taken(work, desk.settings, number, on) else ""


def kept_scan(scan: SignedScan) -> str:
    """A scan that waits for the clerk's number, as the store keeps it."""
    return f"{scan.sha256}:{scan.pages}:{int(scan.signed)}:{scan.signature or ''}"


def register_by_number(
    answer: Answer,
) -> None:
    """«№ 345 от 24.11.2026» of the clerk: the row of the register gets that number."""
    desk, work, carrier, now = answer.desk, answer.work, answer.carrier, answer.now
    case, request, meaning = answer.case, answer.request, answer.meaning
    if desk.settings.register_.mode == "master" and request.purpose is Purpose.sign:
        carrier.carry(told_why(request, "number_by_program", meaning.text))
        return
    on = meaning.until or desk.today(now)
    fault = _number_fault(desk, work, case, meaning.name, on, now)
    if fault:
        carrier.carry(told_why(request, fault, meaning.text))
        return
    kept = work.facts.get(f"scan:{case.id}:{case.version}")
    if request.purpose is Purpose.sign or kept is None:
        # The clerk writes his journal before he scans: the number waits for the paper.
        work.facts.set(_told_key(case), f"{meaning.name}|{on.isoformat()}")
        carrier.carry((
            Log(kind="number_told", data={"number": meaning.name, "date": on.isoformat()}),
            told(request, "number"),
        ))
        return
    sha256, pages, signed, signature = (*kept.split(":"), "")[:4]
    scan = SignedScan(
        sha256=sha256,
        pages=int(pages),
        signed=bool(int(signed)),
        name="",
        signature=signature or None,
    )
    _enter_row(desk, work, carrier, scan, meaning.name, on, now)


def _enter_row(
    desk: Desk,
    work: UnitOfWork,
    carrier: Carrier,
    scan: SignedScan,
    given: str | None,
    on: date,
    now: datetime,
) -> None:
    """Write the register row and go on to sending; a given number is known to be free."""
    case = carrier.case
    new_year = _begins_a_year(work, on)
    letter = work.letters.get(case.id, case.version)
    if given is None:
        scope, n, number = next_number(work, desk.settings, case, on)
    else:
        number = given
        scope, n = given_number(work, desk.settings, case, on)
    author = desk.office.people[letter.author] if letter else None
    entry = work.register.add(
        scope=scope,
        n=n,
        number=number,
        year=on.year,
        on_date=on.isoformat(),
        case_id=case.id,
        version=case.version,
        addressee=registered_addressee(desk.settings, case),
        subject=_heading(desk, case),
        executor=author.name if author else "",
        signer=signer_of(desk, now)[2],
        sheets=scan.pages,
        state="registered",
        registered_at=now,
        scan=scan.sha256,
        note=pen_note(work, case) or None,
        signature=scan.signature,
    )
    carrier.carry((
        Log(kind="registered", data={"number": number, "date": on.isoformat()}),
        Enter(step="send", template="", close_as=CloseReason.decided),
        SetState(state=CaseState.open),
        Work(kind="finish", data={"entry": entry.id, "signed": scan.signed}),
    ))
    if new_year and given is None and desk.settings.register_.case:
        carrier.carry((
            Ask(
                purpose=Purpose.command,
                person=desk.office.roles.registry,
                template="new_year_index",
                context={
                    "year": on.year,
                    "register_number": number,
                    "index": desk.settings.register_.case,
                },
                data={"command": "index", "year": str(on.year), "key": f"index:{on.year}"},
            ),
        ))


def _begins_a_year(work: UnitOfWork, on: date) -> bool:
    """Whether the first row of a year is about to be written, and there was a year before."""
    first = work.register.first_year()
    return first is not None and first < on.year and not work.register.numbers_of(on.year)


def _heading(desk: Desk, case: Case) -> str:
    topic = desk.office.topics.get(case.topic or "")
    return topic.about if topic and topic.about else default_heading()
