"""What a letter says of itself in its header, so that its witness can rebuild a lost register.

The witness copies in our own mailbox are a journal outside the store (`threats.md` F52). Each
bears the row of the register, the addresses that had been accepted when the letter was handed over,
and a proof by a key that stands in the store since its first day: nobody else can write a witness
of a letter that the store has forgotten (A47).
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mcu_mail.domain.numbering import find_case_numbers

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mcu_mail.domain.case import Case
    from mcu_mail.mail.mime import Incoming
    from mcu_mail.service.desk import Desk
    from mcu_mail.store.letters import Letter
    from mcu_mail.store.registry import Entry
    from mcu_mail.store.unit_of_work import UnitOfWork

LETTER_ID, ROW, TAKEN, PROOF = "X-Letter-Id", "X-Letter-Row", "X-Letter-Taken", "X-Letter-Proof"
_KEY = "letters:key"


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A proven witness.

    Attributes:
        letter_id: of the letter, without its attempt.
        attempt: the ordinal of the attempt whose acceptance it proves.
        case: the number of the letter's case.
        taken: the addresses that had been accepted.
        row: see `row_of`.

    """

    letter_id: str
    attempt: int
    case: str
    taken: tuple[str, ...]
    row: Mapping[str, Any]


def make_key(desk: Desk) -> None:
    """See that the store has its key, before any letter can need it."""
    with desk.store.view() as view:
        known = view.facts.get(_KEY)
    if not known:
        with desk.store.work() as work:
            if not work.facts.get(_KEY):
                work.facts.set(_KEY, desk.random(32).hex())
                work.commit()


def row_of(work: UnitOfWork, case: Case, entry: Entry, letter: Letter) -> str:
    """The header's value: what of the register's row the letter itself does not show; no names."""
    notice, ordinal = _notice_of(work, case)
    row = {
        "number": entry.number,
        "scope": entry.scope,
        "n": entry.n,
        "on": entry.on_date,
        "at": entry.registered_at.isoformat(),
        "version": entry.version,
        "sheets": entry.sheets,
        "author": letter.author,
        "kind": letter.kind,
        "until": letter.until,
        "notice": notice,
        "ordinal": ordinal,
    }
    return json.dumps(row)


def _notice_of(work: UnitOfWork, case: Case) -> tuple[str, str]:
    """(digest, ordinal) of the mail and of the message in it that the case was opened for."""
    mail = work.cases.mail_of(case.id)
    opened = next((e for e in work.journal.of_case(case.id) if e.kind == "opened"), None)
    if mail is None or opened is None:
        return "", ""
    return work.mails.get(mail).sha256, str(opened.data.get("cause", "")).rpartition(".")[2]


def marked(work: UnitOfWork, raw: bytes, attempt_id: str, taken: Sequence[str]) -> bytes:
    """The letter as it is handed over to these addresses: its header says so, and proves it."""
    key = work.facts.get(_KEY)
    line = f"{LETTER_ID}: {attempt_id}\r\n".encode()
    if not key or not attempt_id or line not in raw:
        return raw
    row = _header_row(raw)
    addresses = ",\r\n ".join(taken)
    proof = _proof(key, attempt_id, taken, row)
    more = f"{TAKEN}: {addresses}\r\n{PROOF}: {proof}\r\n".encode()
    return raw.replace(line, line + more, 1)


def _header_row(raw: bytes) -> Mapping[str, Any]:
    """The row in the header of a letter that we have built."""
    head = raw.split(b"\r\n\r\n", 1)[0].replace(b"\r\n ", b" ").decode("ascii", "replace")
    for line in head.split("\r\n"):
        name, _, value = line.partition(":")
        if name.lower() == ROW.lower():
            found: Mapping[str, Any] = json.loads(value)
            return found
    return {}


def _proof(key: str, attempt_id: str, taken: Sequence[str], row: Mapping[str, Any]) -> str:
    text = json.dumps([attempt_id, sorted(taken), row], sort_keys=True)
    return hmac.new(bytes.fromhex(key), text.encode(), hashlib.sha256).hexdigest()


def mark_in(work: UnitOfWork, mail: Incoming) -> Mark | None:
    """The proven witness that a mail is; None of any other mail."""
    key, attempt_id, proof = work.facts.get(_KEY), mail.header(LETTER_ID), mail.header(PROOF)
    if not key or not attempt_id or not proof:
        return None
    attempt_id = attempt_id.strip()
    letter_id, _, attempt = attempt_id.rpartition(".")
    taken = tuple(one.strip() for one in (mail.header(TAKEN) or "").split(",") if one.strip())
    try:
        row = json.loads(mail.header(ROW) or "")
        proven = hmac.compare_digest(_proof(key, attempt_id, taken, row), proof.strip())
    except (ValueError, TypeError):
        return None
    numbers = find_case_numbers(letter_id)
    if not proven or not attempt.isdecimal() or not numbers:
        return None
    return Mark(letter_id=letter_id, attempt=int(attempt), case=numbers[0], taken=taken, row=row)


def is_forgotten(work: UnitOfWork, mark: Mark) -> bool:
    """Whether the store does not know of the attempt that this witness proves: it is a copy."""
    message = work.queue.by_letter_id(mark.letter_id)
    if message is None:
        return True
    made = max((one.attempts for one in message.recipients if one.witness), default=0)
    return mark.attempt > made
