"""Mails that two programs would read as two different texts: no verdict is read from them.

A field or a parameter given twice is how one program sees an approval where the author's own
shows a refusal (`threats.md` A02). Such a mail is kept and read as well as it goes; only a
decision needs a mail that can be read in one way.
"""

from __future__ import annotations

import re
from email.message import Message
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PREFIX = "ambiguous:"
"""How the codes of such defects begin in `Incoming.defects`."""

_ONCE = ("content-type", "content-transfer-encoding", "content-disposition", "mime-version")
_PARAMETERS = re.compile(
    r";\s{0,20}(boundary|charset)\s{0,5}(?:\*\d{0,2}\*?\s{0,5})?=", re.IGNORECASE
)
_CONTINUED = re.compile(r";\s{0,20}(boundary|charset)\s{0,5}\*", re.IGNORECASE)
_STATEFUL = re.compile(r"charset\s{0,5}=\s{0,5}\"?(?:utf-?7|hz-gb|iso-2022)", re.IGNORECASE)
_MAX_PARTS = 1_000
_MAX_FIELD = 4_000


def ambiguities(message: Message) -> tuple[str, ...]:
    """Codes of what can be read in two ways in a mail, each once; none in an honest one."""
    found: dict[str, None] = {}
    waiting, seen = [message], 0
    while waiting and seen < _MAX_PARTS:
        part = waiting.pop()
        seen += 1
        found |= dict.fromkeys(_of_part(part))
        # The library decodes a text as it hands it out, and raises on a charset with a NUL.
        payload = part.get_payload() if part.is_multipart() else None
        # An attached mail is no text of this one.
        if isinstance(payload, list) and part.get_content_maintype() == "multipart":
            children = [child for child in payload if isinstance(child, Message)]
            found |= dict.fromkeys(_of_children(part, children))
            waiting += children
    return tuple(found)


def _of_children(part: Message, children: list[Message]) -> Iterator[str]:
    """Two texts of one form among the forms of a letter: each program takes another one."""
    if part.get_content_type() == "multipart/alternative":
        types = [child.get_content_type() for child in children]
        if max(types.count("text/plain"), types.count("text/html")) > 1:
            yield f"{PREFIX}alternative"


def _of_part(part: Message) -> Iterator[str]:
    fields: dict[str, list[str]] = {}
    for name, value in part.raw_items():
        if name.lower() in _ONCE:
            fields.setdefault(name.lower(), []).append(str(value)[:_MAX_FIELD])
    for name, values in fields.items():
        if len(values) > 1:
            yield f"{PREFIX}{name}"
    stated = " ".join(fields.get("content-type", [])[:1])
    unquoted = re.sub(r'"[^"]*"', '""', stated)
    names = [name.lower() for name in _PARAMETERS.findall(unquoted)]
    if len(set(names)) < len(names) or _CONTINUED.search(unquoted):
        yield f"{PREFIX}parameter"
    if _STATEFUL.search(stated):
        yield f"{PREFIX}charset"
