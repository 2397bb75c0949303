"""Counts what came of a day where people see it: in mailboxes, folders and the register.

What the daemon believes is looked at last, and only to find what belongs to what.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import sqlite3
import zipfile
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pypdf

from tests.kill.office import ASIDE, DONE, OTHER, OURS, PEOPLE, REGION, digest_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.kill.office import Office

_NUMBER = re.compile(r"исх\. № (\S+)")
_UNFINISHED = re.compile(r"\.(part|tmp|partial)$|^~")
_LETTER_ID = "X-Letter-Id"
_CODE = re.compile(r"[0-9A-Z]{4}(-[0-9A-Z]{4}){3}")
_ASKED_ANEW = timedelta(minutes=90)


@dataclass(kw_only=True)
class Count:
    """What went wrong, each with what it was; all empty when the day was kept whole."""

    lost: list[str] = field(default_factory=list)
    second: list[str] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)
    repeated: list[str] = field(default_factory=list)
    half: list[str] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)
    misplaced: list[str] = field(default_factory=list)
    """Mails that somebody sent us and that do not lie in exactly one folder."""
    unasked: list[str] = field(default_factory=list)
    """Mails to officials that never came."""
    asked_again: list[str] = field(default_factory=list)
    """Second copies of the office's own mails: by design after a kill at the final dot."""
    unknown: list[str] = field(default_factory=list)
    """Letters of which nobody knows, and which a person was asked about."""

    filed_twice: list[str] = field(default_factory=list)
    """Mails that lie twice in their folder: a kill between copying and removing, without MOVE."""

    @property
    def faults(self) -> dict[str, list[str]]:
        """What must never happen."""
        allowed = {"asked_again", "unknown", "filed_twice"}
        return {name: found for name, found in vars(self).items() if found and name not in allowed}


def count(office: Office) -> Count:
    """Look at everything."""
    found = Count()
    database = sqlite3.connect(f"file:{office.folder / 'var' / 'mcu.db'}?mode=ro", uri=True)
    database.row_factory = sqlite3.Row
    try:
        letters = _letters(office, found)
        _register(office, database, letters, found)
        _cases(office, database, found)
        _own_mails(office, database, found)
    finally:
        database.close()
    _incoming(office, found)
    _files(office, found)
    return found


def _rows(database: sqlite3.Connection, text: str) -> list[dict[str, Any]]:
    return [dict(row) for row in database.execute(text)]


def _letters(office: Office, found: Count) -> dict[tuple[str, str], int]:
    """How often each number lies in each regional mailbox."""
    lying: Counter[tuple[str, str]] = Counter()
    for address in REGION:
        by_base: Counter[str] = Counter()
        for letter in office.box(address):
            base = str(letter.mail[_LETTER_ID]).rpartition(".")[0]
            by_base[base] += 1
            named = _NUMBER.search(letter.subject)
            lying[address, named[1] if named else letter.subject] += 1
            for part in letter.mail.iter_attachments():
                fault = _unreadable(str(part.get_filename()), part.get_content())
                if fault:
                    found.half.append(f"in the mailbox of {address}: {fault}")
        found.second += [
            f"{address}: {base} ×{times}" for base, times in by_base.items() if times > 1
        ]
    found.second += [
        f"{address}: number {number} ×{times}"
        for (address, number), times in lying.items()
        if times > 1 + office.sent_again.get(number, 0)
    ]
    return lying


def _register(
    office: Office,
    database: sqlite3.Connection,
    lying: dict[tuple[str, str], int],
    found: Count,
) -> None:
    entries = _rows(
        database,
        "SELECT register.*, cases.number AS of_case FROM register "
        "JOIN cases ON cases.id = register.case_id ORDER BY register.id",
    )
    numbers = [entry["number"] for entry in entries]
    found.repeated += [one for one, times in Counter(numbers).items() if times > 1]
    for scope in {entry["scope"] for entry in entries}:
        given = [entry["n"] for entry in entries if entry["scope"] == scope]
        if given != list(range(1, len(given) + 1)):
            found.gaps.append(f"{scope}: {given}")
    for address, number in lying:
        if number not in numbers:
            found.repeated.append(f"{address}: {number} is in no register")
    for number, wanted in office.promised.items():
        live = [one for one in entries if one["of_case"] == number and one["state"] != "void"]
        if len(live) < wanted:
            found.lost.append(f"{number}: {len(live)} of {wanted} letters registered")
        if len(live) > wanted:
            found.second.append(f"{number}: {len(live)} numbers for {wanted} letters")
        for one in live:
            for address in REGION:
                if (address, one["number"]) in lying or (number, address) in office.by_hand:
                    continue
                found.lost.append(f"{number}: {one['number']} never came to {address}")
            if one["state"] not in {"sent", "not_delivered"}:
                found.stuck.append(f"{number}: {one['number']} is {one['state']}")


def _cases(office: Office, database: sqlite3.Connection, found: Count) -> None:
    for case in _rows(database, "SELECT * FROM cases ORDER BY id"):
        if case["state"] == "closed":
            continue
        owed = sum(
            database.execute(text, (case["id"],)).fetchone()[0]
            for text in (
                "SELECT COUNT(*) FROM requests WHERE case_id = ? AND closed_at IS NULL",
                "SELECT COUNT(*) FROM tasks WHERE case_id = ? AND done_at IS NULL",
            )
        )
        if not owed:
            found.stuck.append(f"{case['number']}: {case['state']} at {case['step']}")
        elif case["number"] in office.promised:
            found.stuck.append(f"{case['number']}: still {case['state']} at {case['step']}")
    # The chain of events is what it was.
    broken = database.execute(
        "SELECT COUNT(*) FROM events AS one LEFT JOIN events AS before ON before.id = one.id - 1 "
        "WHERE one.id > 1 AND one.previous != before.hash"
    ).fetchone()[0]
    if broken:
        found.lost.append(f"the chain of events is broken {broken} times")


def _own_mails(office: Office, database: sqlite3.Connection, found: Count) -> None:
    """Every mail to an official lies once in his mailbox."""
    boxes: dict[str, Counter[str]] = {}
    for row in _rows(
        database,
        "SELECT outgoing.*, recipients.address, recipients.state FROM outgoing "
        "JOIN recipients ON recipients.outgoing_id = outgoing.id WHERE NOT recipients.witness",
    ):
        if row["state"] in {"queued", "deferred", "sending", "unknown"}:
            name = f"{row['kind']} {row['key']}: {row['state']}"
            (found.unknown if row["state"] == "unknown" else found.stuck).append(name)
        if row["kind"] == "letter":
            continue
        address = row["address"]
        if address not in boxes:
            boxes[address] = Counter(str(one.mail["Message-ID"]) for one in office.box(address))
        times = boxes[address][row["message_id"]]
        name = f"{row['kind']} {row['key']} to {address}"
        if times == 0 and row["state"] != "refused":
            found.unasked.append(f"{name}: {row['state']}")
        elif times > 1:
            found.asked_again.append(f"{name} ×{times}")
    # The same words in two mails of different identity, but for a question asked again hours later.
    queued = {
        row["message_id"]: datetime.fromisoformat(row["created_at"])
        for row in _rows(database, "SELECT message_id, created_at FROM outgoing")
    }
    for person, known in PEOPLE.items():
        mails = {str(one.mail["Message-ID"]): one for one in office.box(known["email"])}
        said: dict[tuple[str, str], datetime] = {}
        for message_id, one in mails.items():
            words = one.subject, _CODE.sub("CODE", one.text)
            at = queued.get(message_id)
            # Their order in the mailbox is that of delivery, which a kill may have turned round.
            if at is not None and words in said and abs(at - said[words]) < _ASKED_ANEW:
                found.second.append(f"{person}: «{one.subject}»")
            if at is not None:
                said[words] = at
    asked = _rows(
        database,
        "SELECT requests.id, requests.person FROM requests WHERE NOT EXISTS "
        "(SELECT 1 FROM outgoing WHERE outgoing.request_id = requests.id)",
    )
    sheets = _rows(database, "SELECT value FROM meta WHERE key LIKE 'sheet_code:%'")
    on_sheets = {one for row in sheets for _, one in json.loads(row["value"])["rows"]}
    found.unasked += [
        f"request {row['id']} to {row['person']}" for row in asked if row["id"] not in on_sheets
    ]


def _incoming(office: Office, found: Count) -> None:
    """Every mail that somebody sent us lies in exactly one folder of ours, and not in the inbox."""
    lying: dict[str, Counter[str]] = {}
    for folder in ("INBOX", DONE, ASIDE, OTHER):
        for letter in office.box(OURS, folder):
            lying.setdefault(digest_of(letter.raw), Counter())[folder] += 1
            if folder == "INBOX":
                found.misplaced.append(f"in the inbox: {letter.mail['Message-ID']}")
    for digest, name in office.injected.items():
        places = lying.get(digest, Counter())
        if len(places) != 1:
            found.misplaced.append(f"{name}: in {len(places)} folders")
        elif places.total() > 1:
            found.filed_twice.append(name)


def _files(office: Office, found: Count) -> None:
    for base in (office.folder / "outbox", office.folder / "var"):
        for path in base.rglob("*"):
            if not path.is_file():
                continue
            inside = path.relative_to(office.folder).as_posix()
            if _UNFINISHED.search(path.name):
                found.half.append(inside)
            elif inside.startswith(("outbox/.mcu-work", "outbox/.mcu-incoming")):
                found.misplaced.append(inside)
            elif fault := _unreadable(path.name, path.read_bytes(), office):
                found.half.append(f"{inside}: {fault}")
    for path in (office.folder / "var" / "files").rglob("*"):
        kept = path.is_file() and re.fullmatch(r"[0-9a-f]{64}", path.stem)
        if kept and _digest(path) != path.stem:
            found.half.append(f"var: {path.name} holds other bytes")
    for name, content in office.dropped.items():
        digest = hashlib.sha256(content).hexdigest()
        places = [one for one in _everywhere(office) if _digest(one) == digest]
        if not places:
            found.misplaced.append(f"file {name} is nowhere")


def _everywhere(office: Office) -> list[Path]:
    return [path for path in (office.folder / "outbox").rglob("*") if path.is_file()]


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _unreadable(name: str, content: bytes, office: Office | None = None) -> str:
    """What is wrong with a file that we made; empty when nothing is."""
    if office is not None and content in office.dropped.values():
        return ""
    try:
        if name.lower().endswith(".pdf"):
            if not len(pypdf.PdfReader(io.BytesIO(content)).pages):
                return "a PDF without pages"
        elif name.lower().endswith((".docx", ".zip")):
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                if archive.testzip():
                    return "a damaged archive"
        elif name.lower().endswith(".json"):
            json.loads(content)
    except Exception as error:  # noqa: BLE001 - whatever a library raises
        return f"cannot be opened ({type(error).__name__})"
    return ""
