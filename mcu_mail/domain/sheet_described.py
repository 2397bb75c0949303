"""A line of a reply without what only describes its rows: «2 (Снег, ул. Линейная, 5) согласовано».

Why: who answers a table copies the matter beside the number, and a figure of an address must never
be taken for another row. Linear; a description in which a verdict stands is left as it is.
"""

from __future__ import annotations

from mcu_mail.domain import sheet_words as words
from mcu_mail.domain.late_regex import LateRegex
from mcu_mail.domain.row_words import SPOKEN_ROWS, is_house
from mcu_mail.domain.verdict_words import same_length

_ABBREVIATED = LateRegex(r"(?i)(?<!\w)(согл|опубл|утв|размещ|верн)\.(?=[\s,;:–—-])")
_THANKS = LateRegex(
    r"(?:(?:большое|огромное)\s+)?(?:спасибо|благодарю)(?:\s+(?:большое|всем|коллеги|вам|огромное)){0,2}[!.,]+\s+"
    r"(?=\S)"
)
_LEADS = LateRegex(rf"{words.INTRO.pattern}(?<=:)\s*(?=\S)|{words.INTRO.pattern}(?<=:\s)(?=\S)")
_YES = r"(?:с[оа]гл\w*|утвержд\w+|одобр\w+|опубл\w*|размещ\w+)"
_LAST = LateRegex(rf"\s*{SPOKEN_ROWS}\s+(?={words.VERDICT})")
_GLUED = LateRegex(rf"\s*{SPOKEN_ROWS}\s+{_YES}(?=\s+{SPOKEN_ROWS}\s+{words.VERDICT})")
_LABEL = r"(?:(?:строч?к|позици|номер|пункт|заявк|инцидент)\w{0,2}|сообщение|обращение|№|п\.)"
_IN_BRACKETS = LateRegex(
    rf"(?P<row>(?<![\w.,(-])(?:{_LABEL}\s*)?[0-9]{{1,3}})\s*\((?P<about>[^()]{{4,160}})\)\s*[:–—-]?\s*(?={words.VERDICT})"
)
_ONE_OF_SEVERAL = rf"(?<![\w.,(-])(?:{_LABEL}\s*)?[0-9]{{1,3}}\s*\([^()]{{4,80}}\)"
_SEVERAL = LateRegex(
    rf"(?<!\w){_ONE_OF_SEVERAL}(?:\s*(?:,|и|,\s*и)\s+{_ONE_OF_SEVERAL}){{1,20}}\s*[:–—-]?\s+"
    rf"(?={words.VERDICT})(?!{words.VERDICT_AND_ROWS.pattern})"
)
"""«2 (остановка) и 3 (сосна) согласовано»."""
_DESCRIBED = LateRegex(r"\s*\((?P<about>[^()]{4,80})\)")
_VERDICT_BEFORE = LateRegex(rf"{words.VERDICT}[\s:–—-]*$")
_AFTER_COMMA = LateRegex(
    rf"(?P<row>(?<!\w){_LABEL}\s*[0-9]{{1,3}})\s*[,–—-]\s+(?P<about>[^:;.!?|\d()]{{3,80}}?)\s*[:–—]\s*(?={words.VERDICT})"
)
_NEAR = 40
_LETTERS = LateRegex(r"[а-я]{3}")


def plain_line(line: str) -> str:
    """`line` with the description of each row left out, and without thanks before the rows."""
    line = _ABBREVIATED.sub(r"\1 ", line)
    for lead in (_THANKS, _LEADS):
        found = lead.match(same_length(line))
        line = line[found.end() :] if found else line
    line = _without_each(line)
    for pattern in (_IN_BRACKETS, _AFTER_COMMA):
        line = _without(pattern, line)
    return _unglued(line)


def _unglued(line: str) -> str:
    """«1 2 согласовано 3 вернуть: …» with a mark between the rows of each verdict.

    Only what begins with rows and ends with a verdict can be cut in one way.
    """
    plain, kept, end = same_length(line), "", 0
    while found := _GLUED.match(plain, end):
        kept += f"{line[end : found.end()]};"
        end = found.end()
    last = _LAST.match(plain, end)
    if not end or last is None or words.VERDICT_AND_ROWS.match(plain, last.end()):
        return line
    return kept + line[end:]


def _without_each(line: str) -> str:
    """`line` without the matter in brackets beside each of several rows that share a verdict."""
    plain, kept, end = same_length(line), "", 0
    for found in _SEVERAL.finditer(plain):
        abouts = [one["about"] for one in _DESCRIBED.finditer(found[0])]
        is_matter = all(_LETTERS.search(one) and not words.DECIDES.search(one) for one in abouts)
        before = plain[max(0, found.start() - _NEAR) : found.start()]
        is_row = not (_VERDICT_BEFORE.search(before) or is_house(plain, found.start()))
        if is_matter and is_row:
            rows = _DESCRIBED.sub("", line[found.start() : found.end()]).rstrip(" :–—-")
            kept += f"{line[end : found.start()]}{rows}: "
            end = found.end()
    return kept + line[end:]


def _without(pattern: LateRegex, line: str) -> str:
    plain, kept, end = same_length(line), "", 0
    for found in pattern.finditer(plain):
        about = found["about"]
        if is_house(plain, found.start()):
            continue
        if _LETTERS.search(about) and not words.DECIDES.search(about):
            kept += f"{line[end : found.end('row')]}: "
            end = found.end()
    return kept + line[end:]
