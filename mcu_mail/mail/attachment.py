"""A file that a mail carries, as a value."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """A file carried by a mail; `content` is never opened or executed here.

    Attributes:
        name: as a person would see it: no path, no control or bidi characters, never empty.
        content_type: what the sender claims, lower case.
        inline: a picture of the text itself (logo of a signature), not something handed over.
        content_id: without angle brackets.

    """

    name: str
    content_type: str
    content: bytes
    inline: bool
    content_id: str | None
