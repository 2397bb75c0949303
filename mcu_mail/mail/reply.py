"""The new text of a reply: what the person wrote, without quotation, separator and signature.

Guarantees: linear time on any text; answers typed between quoted lines keep their order; a line
of the quoted letter is never handed back as new while something marks it as quoted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING

from mcu_mail.mail.comparison import compare
from mcu_mail.mail.html_text import coloured_lines
from mcu_mail.mail.quotation import opens_older, quoted_lines, tidy, without_prefix
from mcu_mail.mail.signature import GREETING, split_signature

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mcu_mail.mail.mime import Incoming

SEPARATOR = "— Пишите ответ выше этой строки —"
_MAX_TEXT = 300_000
# «Ответы ниже по тексту», «отвечаю красным»: the answers stand inside the quotation.
_IN_COLOUR = re.compile(r"(?<!\w)(красн|син|зел[её]н)(?:ым|им)(?!\w)", re.IGNORECASE)
_BELOW = re.compile(
    r"(?<!\w)(?:ниже|по тексту|в тексте|внутри письма|красным|синим|зел[её]ным|жирным|цветом"
    r"|курсивом|выделен\w{0,3})(?!\w)",
    re.IGNORECASE,
)


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


def new_text(
    mail: Incoming, separator: str = SEPARATOR, sent_text: str | Sequence[str] | None = None
) -> NewText:
    """Return what `mail` says beyond the letter it answers.

    Args:
        mail: the reply.
        separator: the line our letters put above their text.
        sent_text: the letter we sent, if known, in each form that its reader may have seen:
            cuts a quotation that nothing marks, and recovers answers typed inside one when
            nothing but a greeting was written above it or that says «ниже», «красным».

    """
    said = cut(mail.text, separator, sent_text)
    colour = _IN_COLOUR.search(said.text) if said.quoted and mail.html else None
    if colour is None:
        return said
    own = said.text.split("\n")
    more = [line for line in coloured_lines(mail.html or "", colour[1]) if line not in own]
    return replace(said, text="\n".join([*own, *more]))


def cut(
    text: str, separator: str = SEPARATOR, sent_text: str | Sequence[str] | None = None
) -> NewText:
    """Return the new part of the plain text `text`; see `new_text`."""
    lines = tidy(text[:_MAX_TEXT])
    marks = quoted_lines(lines, separator)
    forms = [sent_text] if isinstance(sent_text, str) else list(sent_text or ())
    unmarked = [at for at, marked in enumerate(marks) if not marked]
    for at, left in zip(unmarked, _fresh(lines, unmarked, forms, marked=False), strict=False):
        marks[at], lines[at] = left is None, left or ""
    own, signature = _said(lines, marks)
    if any(marks) and _is_elsewhere(own):
        quoted = [at for at, marked in enumerate(marks) if marked]
        inside = [line for line in _fresh(lines, quoted, forms, marked=True) if line is not None]
        own += _trimmed(split_signature([without_prefix(line) for line in inside])[0])
    return NewText(text="\n".join(own), signature="\n".join(signature), quoted=any(marks))


def _said(lines: Sequence[str], marks: Sequence[bool]) -> tuple[list[str], list[str]]:
    """Return (own text, signature) of all that is not quoted."""
    own: list[str] = []
    signature: list[str] = []
    for quoted, run in groupby(zip(marks, lines, strict=True), key=lambda pair: pair[0]):
        if not quoted:
            said, signed = split_signature([line for _, line in run])
            own += _trimmed(said)
            signature += _trimmed(signed)
    return own, signature


def _is_elsewhere(own: Sequence[str]) -> bool:
    """Whether what stands outside the quotation is no answer by itself."""
    return all(not line or GREETING.match(line) for line in own) or bool(
        _BELOW.search(" ".join(own))
    )


def _fresh(
    lines: Sequence[str], places: Sequence[int], forms: Iterable[str], *, marked: bool
) -> Sequence[str | None]:
    """Return what the form of our letter that fits best leaves of the lines at `places`."""
    part = [lines[at] for at in places]
    compared = [
        compare(part, form, lambda at: opens_older(part, at), marked=marked) for form in forms
    ]
    fitting = [found for found in compared if found is not None]
    return max(fitting, key=lambda found: found.known).own if fitting else ()


def _trimmed(lines: Iterable[str]) -> list[str]:
    """Drop blank lines at both ends and all but one of each run of them."""
    kept: list[str] = []
    for line in lines:
        if line.strip() or (kept and kept[-1]):
            kept.append(line.strip())
    while kept and not kept[-1]:
        kept.pop()
    return kept
