"""An emoji clicked in Gmail or Outlook, as the weak word it is.

A click on 👍 is no approval: it is read like a typed «👍», which is answered with the buttons.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from mcu_mail.mail.kind import is_reaction

if TYPE_CHECKING:
    from mcu_mail.mail.mime import Incoming

_PART: Final = "text/vnd.google.email-reaction+json"
_MAX_PART: Final = 2_000
_LONGEST: Final = 16
_SIGN: Final = re.compile(
    "[\U0001f300-\U0001faff\u2600-\u27bf\u2b00-\u2bff][\ufe0f\U0001f3fb-\U0001f3ff]?"
)
_UNKNOWN: Final = "👍"


def without_reaction(mail: Incoming) -> Incoming:
    """Return `mail`; a reaction as a mail of that one sign, without its machine parts."""
    if not is_reaction(mail):
        return mail
    sign = _sign(mail)
    kept = tuple(item for item in mail.attachments if item.content_type != _PART)
    return replace(mail, plain=sign, html=None, text=sign, attachments=kept)


def _sign(mail: Incoming) -> str:
    for item in mail.attachments:
        if item.content_type == _PART:
            try:
                stated = json.loads(item.content[:_MAX_PART].decode("utf-8"))
            except (ValueError, RecursionError):
                continue
            emoji = stated.get("emoji") if isinstance(stated, dict) else None
            if isinstance(emoji, str) and 0 < len(emoji) <= _LONGEST and emoji.isprintable():
                return emoji
    found = _SIGN.search(mail.text[:_MAX_PART])
    return found[0] if found else _UNKNOWN
