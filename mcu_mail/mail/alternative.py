"""The other form of a mail: text and HTML of one letter should say the same.

A program shows one of the two, and which one is the program's own choice. Who sees an approval
must not be answered for by a refusal that nobody saw, and the other way round.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcu_mail.mail.ambiguity import PREFIX
from mcu_mail.mail.html_text import html_to_text
from mcu_mail.mail.reply import SEPARATOR, cut

if TYPE_CHECKING:
    from mcu_mail.mail.mime import Incoming


def shown_new_text(mail: Incoming) -> str | None:
    """The new text that a reader of the HTML surely sees; None when the mail has no HTML."""
    if not mail.html:
        return None
    text = html_to_text(mail.html, mark_quotes=True, doubt_white=True)
    return cut(text, SEPARATOR).text


def is_ambiguous(mail: Incoming) -> bool:
    """Whether two programs may read two different texts in the mail (`mail.ambiguity`)."""
    return any(defect.startswith(PREFIX) for defect in mail.defects)
