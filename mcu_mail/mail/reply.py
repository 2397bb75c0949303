"""The new text of a reply: what the person wrote, without quotation, separator and signature.

Guarantees: linear time on any text; answers typed between quoted lines keep their order; a line
of the quoted letter is never handed back as new while something marks it as quoted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from mcu_mail.mail.quotation import answers_inside, quoted_lines, tidy
from mcu_mail.mail.signature import split_signature

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mcu_mail.mail.mime import Incoming

SEPARATOR = "— Пишите ответ выше этой строки —"
_MAX_TEXT = 300_000
# «Ответы ниже по тексту»: only then is a quotation searched although there are words above it.
_BELOW = re.compile(r"(?<!\w)(?:ниже|по тексту|в тексте|внутри письма)(?!\w)", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class NewText:
    """What a reply newly says.

    Attributes:
        text: the person's own words, lines kept, one blank line at most between them.
        signature: closing phrase, name, telephone footers and disclaimers that were cut off.
        quoted: whether a quotation was found.

    """

    text: str
    signature: str
    quoted: bool


def new_text(mail: Incoming, separator: str = SEPARATOR, sent_text: str | None = None) -> NewText:
    """Return what `mail` says beyond the letter it answers.

    Args:
        mail: the reply.
        separator: the line our letters put above their text.
        sent_text: the letter we sent, if known: recovers answers typed inside a quotation that
            nothing marks, when nothing was written above it or that says «ниже».

    """
    return cut(mail.text, separator, sent_text)


def cut(text: str, separator: str = SEPARATOR, sent_text: str | None = None) -> NewText:
    """Return the new part of the plain text `text`; see `new_text`."""
    lines = tidy(text[:_MAX_TEXT])
    marks = quoted_lines(lines, separator)
    own: list[str] = []
    signature: list[str] = []
    for quoted, run in groupby(zip(marks, lines, strict=True), key=lambda pair: pair[0]):
        if quoted:
            continue
        said, signed = split_signature([line for _, line in run])
        own += _trimmed(said)
        signature += _trimmed(signed)
    if sent_text and any(marks) and (not own or _BELOW.search(" ".join(own))):
        inside = answers_inside(
            [line for mark, line in zip(marks, lines, strict=True) if mark], sent_text
        )
        own += _trimmed(split_signature(inside)[0])
    return NewText(text="\n".join(own), signature="\n".join(signature), quoted=any(marks))


def _trimmed(lines: Iterable[str]) -> list[str]:
    """Drop blank lines at both ends and all but one of each run of them."""
    kept: list[str] = []
    for line in lines:
        if line.strip() or (kept and kept[-1]):
            kept.append(line.strip())
    while kept and not kept[-1]:
        kept.pop()
    return kept
