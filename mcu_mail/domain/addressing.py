"""How the letter is to address the applicant, read from single lines of a drafter's reply.

«Обращение: Уважаемая Саша Петровна!» and «Кому: Зайцу В.В.» settle what the rules of the language
leave open. Such a line is cut from the text of the letter; anything that only looks like one
(«Кому:» of a forwarded mail's head, «Обращение: гражданки …») is left where it stands.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from mcu_mail.domain.rich_text import readable
from mcu_mail.domain.verdict_words import AFTER, COLON, same_length

_LONGEST = 160
_HEAD = r"^[\s*•–—-]*"
_SALUTATION = re.compile(rf"{_HEAD}обращение{COLON}\s*")
_TO = re.compile(rf"{_HEAD}кому{COLON}\s*")
_GREETS = re.compile(
    rf"(?:уважаем(?:ый|ая|ые)|здравствуйте|добрый\s+день|дорог(?:ой|ая|ие)){AFTER}"
)
_SAMPLE = re.compile(r"имя\s+отчество|фамили\w*\s+и\.\s?о\.")
"""The words of our own mails that show how such a line is written."""
_ADDRESSEE = re.compile(r"[А-ЯЁA-Z«\"][\w\s.,№«»\"'’()–—-]*")
_MAIL_HEAD = re.compile(
    r"^[\s*>]*(?:от|from|тема|subject|отправлено|sent|дата|date|копия|cc|к)\s*:", re.IGNORECASE
)
_NEAR = 4
_ENDS = " \t,;:!."
_INITIAL = re.compile(r"(?<!\w)\w\.$")


@dataclass(frozen=True, kw_only=True)
class Addressing:
    """What a person has settled for the letter; empty where the rules decide."""

    salutation: str = ""
    to: str = ""
    """The addressee as he is printed, in the dative."""

    def __bool__(self) -> bool:
        """Whether anything is settled."""
        return bool(self.salutation or self.to)

    def changed_by(self, later: Addressing) -> Addressing:
        """What holds when `later` was said afterwards."""
        return Addressing(salutation=later.salutation or self.salutation, to=later.to or self.to)


UNSETTLED: Final = Addressing()
"""Nobody has said anything: the rules decide."""


def take_addressing(text: str) -> tuple[str, Addressing]:
    """`text` without its lines about the address, and what the last of each kind says."""
    lines = text.splitlines()
    kept: list[str] = []
    found = UNSETTLED
    for i, line in enumerate(lines):
        near = (*lines[max(0, i - _NEAR) : i], *lines[i + 1 : i + 1 + _NEAR])
        # A Word file may have set the label in bold.
        said = read_addressing(readable(line), in_mail_head=any(map(_MAIL_HEAD.match, near)))
        if said:
            found = found.changed_by(said)
        else:
            kept.append(line)
    return "\n".join(kept), found


def read_addressing(line: str, *, in_mail_head: bool = False) -> Addressing:
    """What one line settles; nothing when it is none of the two kinds."""
    plain = same_length(line)
    if len(line) > _LONGEST or _SAMPLE.search(plain):
        return UNSETTLED
    if head := _SALUTATION.match(plain):
        words = line[head.end() :].strip(_ENDS)
        greets = _GREETS.match(plain, head.end())
        return Addressing(salutation=f"{words[0].upper()}{words[1:]}!" if greets else "")
    head = _TO.match(plain)
    if head is None or in_mail_head:
        return UNSETTLED
    words = line[head.end() :].strip().rstrip(",;:! ")
    if not _INITIAL.search(words):
        words = words.rstrip(".")
    return Addressing(to=words if _ADDRESSEE.fullmatch(words) else "")
