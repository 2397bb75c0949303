"""Which mails of a backlog are worth reading first: one look at the bytes of their header.

A hint for the order and nothing else (`threats.md` F13): whoever forges a known sender stands
beside the known ones, and is refused by the rules as ever. Nothing is decoded; linear work.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mcu_mail.domain.codes import find_codes
from mcu_mail.mail.charset import clean_header, decode_header

if TYPE_CHECKING:
    from collections.abc import Collection

HEAD_FIELDS = ("FROM", "TO", "SUBJECT", "IN-REPLY-TO", "REFERENCES")
"""What of a header is looked at."""

_MOST = 32_000
_FIELD = re.compile(rb"^(from|to|subject|in-reply-to|references)[ \t]{0,8}:(.*)$", re.IGNORECASE)
_ADDRESS = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z0-9.-]{1,255}")


@dataclass(frozen=True, kw_only=True)
class FirstLook:
    """What stands in a header.

    Attributes:
        codes: candidates for codes of requests; they count when a stored row knows them.
        senders: every address in From, lower case, unchecked.

    """

    codes: tuple[str, ...]
    senders: tuple[str, ...]

    def is_from(self, known: Collection[str]) -> bool:
        """Whether an address in From, or its whole domain (`@region.example`), is among `known`."""
        return any(one in known or "@" + one.partition("@")[2] in known for one in self.senders)


def first_look(raw: bytes) -> FirstLook:
    """Look at the header that `raw` begins with; any bytes will do."""
    head = re.split(rb"\r?\n\r?\n", raw[:_MOST], maxsplit=1)[0]
    unfolded = re.sub(rb"\r?\n[ \t]", b" ", head)
    codes: list[str] = []
    senders: list[str] = []
    for line in unfolded.splitlines():
        found = _FIELD.match(line)
        if found is None:
            continue
        text = found[2].decode("ascii", "replace")
        if found[1].lower() == b"from":
            senders += _ADDRESS.findall(text.lower())
        else:
            codes += find_codes(text)
    return FirstLook(codes=tuple(dict.fromkeys(codes)), senders=tuple(dict.fromkeys(senders)))


def shown_subject(raw: bytes) -> str:
    """The subject of a mail, on one line of at most 200 characters; empty when it has none."""
    head = re.split(rb"\r?\n\r?\n", raw[:_MOST], maxsplit=1)[0]
    for line in re.sub(rb"\r?\n[ \t]", b" ", head).splitlines():
        found = _FIELD.match(line)
        if found is not None and found[1].lower() == b"subject":
            return clean_header(decode_header(found[2].strip()[:_MOST]))
    return ""
