"""The term of a step as a calendar event, so that an official's own calendar reminds him too.

The file is plain RFC 5545: METHOD:PUBLISH (nothing to accept or decline, no answer comes back),
times in UTC, CRLF, lines folded at 75 octets without splitting a letter.
"""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from mcu_mail.mail.phrases import clean

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

CONTENT_TYPE = "text/calendar; charset=utf-8; method=PUBLISH"
_OCTETS = 75


def term_event(
    *,
    uid: str,
    summary: str,
    due: datetime,
    now: datetime,
    description: str = "",
    alarm: timedelta = timedelta(minutes=30),
) -> bytes:
    """Return the event of a term, in UTF-8.

    The same `uid` with a later `now` replaces the earlier event. `due` and `now` are aware; `alarm`
    is how long before the term the calendar calls.
    """
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//mcu_mail//term//RU",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{_text(uid)}",
        f"DTSTAMP:{_utc(now)}",
        f"SEQUENCE:{int(now.timestamp()) // 60}",
        f"DTSTART:{_utc(due)}",
        f"DTEND:{_utc(due)}",
        f"SUMMARY:{_text(summary)}",
        *([f"DESCRIPTION:{_text(description)}"] if description.strip() else []),
        "TRANSP:TRANSPARENT",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        f"DESCRIPTION:{_text(summary)}",
        f"TRIGGER:-PT{int(alarm.total_seconds()) // 60}M",
        "END:VALARM",
        "END:VEVENT",
        "END:VCALENDAR",
    )
    return b"".join(piece + b"\r\n" for line in lines for piece in _folded(line))


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(value: str) -> str:
    """Return `value` as an RFC 5545 TEXT, line ends and separators escaped."""
    joined = "\n".join(filter(None, map(clean, value.splitlines())))
    for plain, escaped in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        joined = joined.replace(plain, escaped)
    return joined


def _folded(line: str) -> Iterator[bytes]:
    piece = b""
    for char in line:
        octets = char.encode("utf-8")
        if len(piece) + len(octets) > _OCTETS:
            yield piece
            piece = b" "
        piece += octets
    yield piece
