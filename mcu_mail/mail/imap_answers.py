"""What an IMAP server's answers say: pure functions over the bytes that imaplib hands out.

Servers put the items of an answer in any order and mix in reports nobody asked for; these readers
take what they know and skip the rest.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

_MONTHS = (b"jan feb mar apr may jun jul aug sep oct nov dec").split()
_INTERNALDATE = re.compile(
    rb'INTERNALDATE "([ \d]\d)-(\w{3})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)"'
)
_UID = re.compile(rb"\bUID (\d+)")
_SIZE = re.compile(rb"\bRFC822\.SIZE (\d+)")
_EMPTY_BODY = re.compile(rb'BODY\[\] (?:""|NIL)')
_STORAGE = re.compile(rb"\bSTORAGE (\d{1,18}) (\d{1,18})\b", re.IGNORECASE)
_NEXT_ANSWER = re.compile(rb"^\d+ \(")
_COPYUID = re.compile(rb"^\d+ ([\d:,]+) [\d:,]+$")
_NAMESPACE = re.compile(rb'^\(\("((?:[^"\\]|\\.)*)" (?:"((?:[^"\\]|\\.)+)"|NIL)')


def joined(data: Iterable[object]) -> list[tuple[bytes, bytes | None]]:
    """Each answer to a FETCH as (items, body): imaplib cuts it in pieces around the literal."""
    answers: list[tuple[bytes, bytes | None]] = []
    open_answer = False
    for part in data:
        if isinstance(part, tuple):
            answers.append((bytes(part[0]), bytes(part[1])))
            open_answer = True
        elif isinstance(part, bytes):
            if open_answer and not _NEXT_ANSWER.match(part):
                items, body = answers.pop()
                answers.append((items + b" " + part, body))
            else:
                answers.append((part, None))
            open_answer = False
    return answers


def uid_of(items: bytes) -> int | None:
    """The UID an answer names."""
    match = _UID.search(items)
    return int(match[1]) if match else None


def size_of(items: bytes) -> int | None:
    """RFC822.SIZE in octets."""
    match = _SIZE.search(items)
    return int(match[1]) if match else None


def storage_of(quota: bytes) -> tuple[int, int] | None:
    """Octets used and allowed, as a QUOTA answer says; None when it limits none."""
    match = _STORAGE.search(quota)
    if match is None or int(match[2]) == 0:
        return None
    # RFC 2087 counts in units of 1024 octets.
    return int(match[1]) * 1024, int(match[2]) * 1024


def is_empty_body(items: bytes) -> bool:
    """Whether the answer says that the message has no octets at all."""
    return bool(_EMPTY_BODY.search(items))


def internaldate_of(items: bytes) -> datetime | None:
    """When the server took the message, with the server's own offset."""
    match = _INTERNALDATE.search(items)
    if not match or match[2].lower() not in _MONTHS:
        return None
    offset = timedelta(hours=int(match[8]), minutes=int(match[9]))
    try:
        return datetime(
            int(match[3]),
            _MONTHS.index(match[2].lower()) + 1,
            int(match[1]),
            int(match[4]),
            int(match[5]),
            min(int(match[6]), 59),
            tzinfo=timezone(-offset if match[7] == b"-" else offset) if offset else UTC,
        )
    except ValueError:
        return None


def copied_uids(data: Iterable[object]) -> set[int]:
    """The source UIDs named by COPYUID answers."""
    copied: set[int] = set()
    for item in data:
        match = _COPYUID.match(item) if isinstance(item, bytes) else None
        if match:
            copied |= numbers(match[1])
    return copied


def personal_namespace(answer: bytes) -> tuple[str, str] | None:
    """The prefix and the delimiter of the user's own folders (RFC 2342)."""
    match = _NAMESPACE.match(answer)
    if not match:
        return None
    return _unquoted(match[1]), _unquoted(match[2] or b"")


def _unquoted(text: bytes) -> str:
    return re.sub(rb"\\(.)", rb"\1", text).decode("ascii", "replace")


def numbers(uid_set: bytes) -> set[int]:
    """The numbers of a set such as `3:5,9`."""
    found: set[int] = set()
    for part in uid_set.split(b","):
        first, _, last = part.partition(b":")
        low, high = sorted((int(first), int(last or first)))
        found.update(range(low, high + 1))
    return found


def uid_set(uids: Sequence[int]) -> str:
    """Numbers as the server wants them: `3:5,9`. Nothing but digits can come out of it."""
    runs: list[list[int]] = []
    for uid in sorted(set(map(int, uids))):
        if runs and uid == runs[-1][1] + 1:
            runs[-1][1] = uid
        else:
            runs.append([uid, uid])
    return ",".join(f"{low}:{high}" if high > low else str(low) for low, high in runs)


def bulks(sizes: Mapping[int, int], *, count: int, octets: int) -> Iterator[list[int]]:
    """UIDs in order, at most `count` messages and `octets` together, or one larger message."""
    bulk: list[int] = []
    weight = 0
    for uid in sorted(sizes):
        if bulk and (len(bulk) >= count or weight + sizes[uid] > octets):
            yield bulk
            bulk, weight = [], 0
        bulk.append(uid)
        weight += sizes[uid]
    if bulk:
        yield bulk


def shown(data: Iterable[object]) -> str:
    """A server's words for a message or a log: one line of at most 200 characters."""
    text = b" ".join(part for part in data if isinstance(part, bytes)).decode("utf-8", "replace")
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:200]
