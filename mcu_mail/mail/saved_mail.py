"""A mail that somebody has saved as a file, read like one that came by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcu_mail.mail.mime import read_mail

if TYPE_CHECKING:
    from mcu_mail.mail.mime import Incoming


def saved_mail(content: bytes, name: str) -> Incoming | None:
    """What the saved mail says; None when files of this kind are not read (Outlook's `.msg`)."""
    return read_mail(content) if name.lower().endswith(".eml") else None
