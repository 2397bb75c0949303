"""Take the number in the transaction that writes the register row (decree 5.3, design §3 step 7).

Yearly, gapless, never reused: the counter, the row and the case move together or not at all. In
`follower` mode the number is the clerk's, by reply or in the scan's file name.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mcu_mail.domain.case import CaseState, CloseReason
from mcu_mail.domain.catalogue import default_heading
from mcu_mail.domain.course_parts import told_why
from mcu_mail.domain.decisions import Enter, Log, SetState, Work
from mcu_mail.domain.numbering import counter_key, number_text
from mcu_mail.service.addressing import registered_addressee
from mcu_mail.service.writing import signer_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from mcu_mail.domain.case import Case, Request
    from mcu_mail.domain.verdicts import Meaning
    from mcu_mail.service.carry import Carrier
    from mcu_mail.service.desk import Desk
    from mcu_mail.store.unit_of_work import UnitOfWork


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
        _enter_row(desk, work, carrier, scan, None, desk.today(now), now)
        return
    work.facts.set(
        f"scan:{carrier.case.id}:{carrier.case.version}",
        kept_scan(scan),
    )
    if scan.number is not None and not _is_taken(desk, work, carrier.case, scan.number, now):
        carrier.carry((Enter(step="register", template="", close_as=CloseReason.decided),))
        _enter_row(desk, work, carrier, scan, scan.number, scan.on or desk.today(now), now)
        return
    carrier.carry((
        Enter(
            step="register",
            template="register_number",
            close_as=CloseReason.decided,
            context={"scan_name": scan.name},
        ),
    ))
    if scan.number is not None:
        for request in work.requests.open_of_case(carrier.case.id):
            carrier.carry(told_why(request, "number_taken", scan.number))


def kept_scan(scan: SignedScan) -> str:
    """A scan that waits for the clerk's number, as the store keeps it."""
    return f"{scan.sha256}:{scan.pages}:{int(scan.signed)}:{scan.signature or ''}"


def _is_taken(desk: Desk, work: UnitOfWork, case: Case, number: str, now: datetime) -> bool:
    settings = desk.settings.register_
    on = desk.today(now)
    scope = counter_key(settings.scope, on=on, case=settings.case, track=case.track)
    return work.register.number_taken(scope, number)


def register_by_number(
    desk: Desk,
    work: UnitOfWork,
    carrier: Carrier,
    request: Request,
    meaning: Meaning,
    now: datetime,
) -> None:
    """«№ 345 от 24.11.2026» of the clerk: the row of the register gets that number."""
    case = carrier.case
    kept = work.facts.get(f"scan:{case.id}:{case.version}")
    if kept is None:
        return
    sha256, pages, signed, signature = (*kept.split(":"), "")[:4]
    scan = SignedScan(
        sha256=sha256,
        pages=int(pages),
        signed=bool(int(signed)),
        name="",
        signature=signature or None,
    )
    on = meaning.until or desk.today(now)
    if not _enter_row(desk, work, carrier, scan, meaning.name, on, now):
        carrier.carry(told_why(request, "number_taken", meaning.name))


def _enter_row(
    desk: Desk,
    work: UnitOfWork,
    carrier: Carrier,
    scan: SignedScan,
    given: str | None,
    on: date,
    now: datetime,
) -> bool:
    """Write the register row and go on to sending; False when the given number is taken."""
    case = carrier.case
    settings = desk.settings.register_
    scope = counter_key(settings.scope, on=on, case=settings.case, track=case.track)
    if given is not None and work.register.number_taken(scope, given):
        return False
    letter = work.letters.get(case.id, case.version)
    n = work.register.take(scope, settings.start)
    number = given or number_text(
        settings.pattern,
        case=settings.case,
        n=n,
        on=on,
        dept=case.department or "",
        track=case.track,
    )
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
        signature=scan.signature,
    )
    carrier.carry((
        Log(kind="registered", data={"number": number, "date": on.isoformat()}),
        Enter(step="send", template="", close_as=CloseReason.decided),
        SetState(state=CaseState.open),
        Work(kind="finish", data={"entry": entry.id, "signed": scan.signed}),
    ))
    return True


def _heading(desk: Desk, case: Case) -> str:
    topic = desk.office.topics.get(case.topic or "")
    return topic.about if topic and topic.about else default_heading()
