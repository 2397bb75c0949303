"""A line of a reply to a sheet in the one shape that the cutter knows: «1/2/3» as «1, 2, 3».

Only what can be meant in one way is brought to it; rows named by their place («последняя»,
«обе») get their numbers where the sheet has them. Linear; other lines are left as they are.
"""

from __future__ import annotations

import re
from itertools import pairwise

from mcu_mail.domain import sheet_words as words
from mcu_mail.domain.late_regex import LateRegex
from mcu_mail.domain.row_words import ROW_COUNT, SPOKEN_ROWS, count_of, numbers_of
from mcu_mail.domain.verdict_words import same_length

_YES = r"(?:с[оа]гл[ао]с\w*|утвержд\w+|одобр\w+|опубл\w*|размещ\w+|выложен\w?)"
_NO = (
    r"(?:(?:на|в)\s+д[ао]р[ао]б\w+|верну(?:ть|л[аи]?)|верните|возвра\w+|отклон\w+|передел(?:ать|айте)"
    r"|исправ(?:ить|ьте)|дораб\w+)"
)
_AGREED = r"соглас(?:ен|на|ны)(?!\w)"
_MARKED = LateRegex(
    rf"[✔✓☑✅👍]\s*(?=(?:все\s+)?{_YES}(?!\w))|[✘✗❌✖👎]\s*(?=(?:(?:прошу\s+)?{_NO}|не\s*{_YES})(?!\w))"
)
_HASH = LateRegex(r"(?<![\w#&/])#\s?(?=[0-9]{1,3}(?![\w/]))")
_GLUED_AND = LateRegex(r"(?<=[0-9])и(?=[0-9]{1,3}(?![0-9]))")
_SLASHED = r"[0-9]{1,2}(?:/[0-9]{1,2}){2,20}(?![\w/]|[.:][0-9])"
_SLASHED_ROWS = LateRegex(
    rf"(?P<before>\s*{words.VERDICT}\s*[:–—-]?\s*|\s*)(?P<rows>{_SLASHED})"
    rf"(?=\s*(?:[.,;!]|$)|\s*[:–—-]?\s+{words.VERDICT})"
)
_MOST_DAYS = 12
_BRACKETED = LateRegex(r"(?:(?<=\s)|^)\((?P<row>[0-9]{1,3})\)")
_BRACKETED_THEN = LateRegex(rf"\s*[:–—-]?\s*{words.VERDICT}")
_AGREED_WITH = LateRegex(
    rf"(?P<said>(?<!\w)(?:не\s+)?{_AGREED})\s+с(?:о)?\s+(?={SPOKEN_ROWS}(?!\s+по\s))"
)
_WITH_ROWS = LateRegex(rf"(?<!\w)с(?:о)?\s+(?={SPOKEN_ROWS}\s+(?:не\s+)?{_AGREED})")
_BUT_WITH = LateRegex(rf",\s+(?:(?:а|но)\s+)?с(?:о)?\s+(?={SPOKEN_ROWS}\s+не\s+{_AGREED})")
_WITH_ALL = LateRegex(rf"(?<!\w)(?P<said>{_AGREED})\s+со\s+всеми(?=\s*(?:[.,;!]|$|кроме(?!\w)))")
_TAKEN = LateRegex(
    rf"(?P<before>\s*(?:мы\s+|я\s+)?)(?:бер(?:у|ем)|взял[аи]?|взят[ыо]|принима(?:ю|ем)|принял[аи]?|принят[ыо])\s+"
    rf"(?P<rows>{SPOKEN_ROWS})\s+в\s+работу(?=\s*(?:[.,;!]|$))"
)
_FIRST = LateRegex(
    rf"\s*перв(?:ичн|оначальн)?(?:ый|ые)\s+ответы?\s+(?:по|на)\s+(?P<rows>{SPOKEN_ROWS})\s+"
    r"(?P<done>дан|отправлен|направлен|опубликован|размещен)[ыо]?(?=\s*(?:[.,;!]|$)|\s+(?:в\s+)?[0-9]|\s+(?:сегодня|вчера))"
)
_ONE_NOT = LateRegex(
    rf"(?P<said>\s*(?:{SPOKEN_ROWS}\s*[:–—-]?\s+{words.VERDICT}|{words.VERDICT}\s+{SPOKEN_ROWS})[^:;,.!?\d]{{0,40}}),\s+(?:а\s+)?"
    rf"(?:по\s+)?(?P<row>{SPOKEN_ROWS})\s*[:–—-]?\s*(?:еще\s+|пока\s+)?нет(?=\s*[.!]?\s*$)"
)
_IS_YES = LateRegex(rf"(?<!\w){_YES}|(?<!\w)(?:разместил|выложил)")
_ITS_ROW = r"(?:\s+(?:строк[ауи]|пункт|позици[яю]|номер))?"
_ONE_LAST = rf"последн(?:яя|юю|ей|ий|ее|его|ему){_ITS_ROW}"
_LAST = LateRegex(rf"(?<!\w){_ONE_LAST}(?=\s*[:–—-]?\s+(?:тоже\s+|прошу\s+)?{words.VERDICT})")
_LAST_BUT_ONE = LateRegex(rf"(?<!\w)пред{_ONE_LAST}(?=\s*[:–—-]?\s+(?:прошу\s+)?{words.VERDICT})")
_LEFT_LAST = LateRegex(
    rf"(?<!\w)(?P<said>(?:(?:на|по|про|с|насчет)\s+)?){_ONE_LAST}(?=\s*[:–—-]?\s+{words.STILL_MINE})"
)
_AND_LAST = LateRegex(
    rf"(?P<said>^\s*{SPOKEN_ROWS}\s*(?:,|и)\s+){_ONE_LAST}(?=\s*[:–—-]?\s+(?:прошу\s+)?{words.VERDICT})"
)
_VERDICT_THEN_LAST = LateRegex(
    rf"(?P<said>(?<!\w){words.VERDICT}\s+){_ONE_LAST}(?=\s*(?:[:,.;!(–—-]|$))"
)
_BOTH_FIRST = LateRegex(
    rf"(?<!\w)(?:обе|оба|обеим|обоим)\s+перв(?:ые|ых|ым)(?=\s*[:–—-]?\s+{words.VERDICT})"
)
_FIRST_AND_LAST = LateRegex(
    rf"(?P<first>\s*перв(?:ые|ых)\s+(?P<some>{ROW_COUNT})(?!\s*последн)(?P<between>[^\d:;.!?]{{3,60}}?[,\s]\s*(?:а\s+)?))"
    rf"последн(?:ие|их)\s+(?P<others>{ROW_COUNT})(?=\s*[:–—-]?\s+{words.VERDICT})"
)
_FEW_LAST = (
    rf"(?:последн(?:ие|их)\s+(?P<few>{ROW_COUNT})|(?P<these>{ROW_COUNT})\s+последн(?:ие|их))"
    r"(?:\s+строк[иу]?)?"
)
_LAST_FEW = LateRegex(
    rf"(?<!\w)(?:{_FEW_LAST})(?=\s*[:–—-]?\s+(?:тоже\s+|прошу\s+)?{words.VERDICT})"
)
_VERDICT_THEN_LAST_FEW = LateRegex(
    rf"(?P<said>(?<!\w){words.VERDICT}\s*[:–—-]?\s+)(?!последн\w+\s+[0-9])(?:{_FEW_LAST})(?=\s*(?:[:,.;!(–—-]|$))"
)
_NO_EXCEPTION = LateRegex(
    rf"(?<!\w)без\s+исключени[йя](?!\w)(?=\s*(?:[.,;!:)–—-]|$)|\s+(?:все[мх]?\s+)?{words.VERDICT})"
)
_LEADS_TO_ALL = LateRegex(
    rf"(?<!\w)(?P<lead>(?:{SPOKEN_ROWS}\s*[:–—-]?\s+)?(?:{words.VERDICT}\s+)?(?:(?:по\s+)?все[мх]?\s+(?:(?:строки|пункты|ответы)\s+)?)?)$"
)
_YES_DONE = (
    r"(?:с[оа]гл[ао]с(?:[оа]?в[оа]?|[оа]{1,2})н{1,2}[оаы]?|соглас(?:ен|на)|(?:согласовыв|утвержд|одобр)аю|одобряю|согласую"
    r"|утвержден[оаы]?|одобрен[оаы]?|опубликован[оаы]?|размещен[оаы]?)"
)
_ALSO_SAID = LateRegex(
    rf"(?<!\w)(?:да[\s,]+(?={_YES_DONE}(?!\w|\s+{SPOKEN_ROWS}))"
    rf"|нет[\s,]+(?=(?:{_NO}|не\s*{_YES_DONE})(?!\w|\s+{SPOKEN_ROWS})))"
)
"""«1 да согласовано, 2 нет вернуть: …»: twice the same."""
_LEADS_TO_ROWS = LateRegex(rf"(?<!\w)(?P<lead>{SPOKEN_ROWS}\s*[:–—-]?\s+)$")
_NEAR = 60
"""Characters before a needless word in which its statement must begin."""
_STATEMENT_END = LateRegex(r";|\.(?=\s)")
_ONLY_LINK = LateRegex(r"\s*(?:(?:а|и|но)\s+)?")
_SENDS_BACK = LateRegex(rf"(?<!\w){_NO}(?!\w)")
_END_OF_REASON = LateRegex(
    rf"(?P<word>(?<!\w)[а-я]+)\s+(?P<row>[0-9]{{1,3}})\s+(?P<said>{_YES}|{_NO})(?=\s+[а-я0-9]|\s*[.!]?$)"
)
_NEXT_ROW = LateRegex(rf"[0-9]{{1,3}}\s+(?:{_YES}|{_NO})(?=\s+[а-я0-9]|\s*[.!]?$)")
_RUN_ON = LateRegex(
    rf"(?P<rows>{SPOKEN_ROWS})\s+(?:(?P<yes>{_YES})|(?P<no>{_NO}))(?!\w)(?P<rest>\s*)"
)
_LEADS_A_NUMBER = LateRegex(
    r"\w{1,3}|дом\w*|подъезд\w*|кварт\w*|улиц\w*|пункт\w*|абзац\w*|стро[кч]\w*|лист\w*|стр\w*|прилож\w*"
    r"|част\w*|ответ\w*|номер\w*|скольк\w*|после|кроме|вместо|более|менее|только|около|всего|и|или"
)
_WHOLE_YES = LateRegex(
    r"с[оа]гл[ао]с(?:[оа]?в[оа]?|[оа]{1,2})н{1,2}[оаы]?|соглас(?:ен|на)|утвержден[оаы]?|одобрен[оаы]?|опубликован[оаы]?|размещен[оаы]?"
)

_PUBLISHED = r"(?:опубл\w*|размещ\w+|разместил\w?|выложен\w?|выложил\w?)"
_LINK = r"https?://[^\s,;]+"
_PUBLISHED_ROWS = LateRegex(rf"\s*(?P<said>(?:ответы?\s+)?{_PUBLISHED})(?:\s*:)?\s+{SPOKEN_ROWS}")
_NEXT_LINKED = LateRegex(
    rf"(?P<said>{_LINK})[\s,;]+(?:(?:а|и)\s+)?(?={SPOKEN_ROWS}\s*[:–—-]?\s*{_LINK})"
)
_LINK_THEN_ROW = LateRegex(rf"(?P<said>{_LINK})[\s,]+(?={SPOKEN_ROWS}\s*[:–—-]?\s+{_PUBLISHED})")


def one_shape(line: str, rows: int) -> str:
    """`line` of a reply to a sheet of the rows 1…`rows`, in the shape the cutter knows."""
    line = _sub(_MARKED, "", line)
    line = _sub(_HASH, "№", line)
    line = _sub(_GLUED_AND, " и ", line)
    line = _without(_NO_EXCEPTION, _LEADS_TO_ALL, line)
    line = _without(_ALSO_SAID, _LEADS_TO_ROWS, line)
    for shaped in (_slashed, _bracketed, _agreed_with, _taken, _not_yet, _linked):
        line = shaped(line)
    return _run_on(_by_place(line, rows), rows)


def _sub(pattern: LateRegex, instead: str, line: str, *, at_start: bool = False) -> str:
    """`line` with `instead` for each place of its plain shape that `pattern` finds.

    `at_start`: only where a statement begins, since a reason keeps its words.
    """
    plain, kept, end = same_length(line), "", 0
    for found in pattern.finditer(plain):
        if at_start and not _begins(plain, found.start()):
            continue
        said = found.groupdict().get("said")
        before = line[slice(*found.span("said"))] if said else ""
        kept += f"{line[end : found.start()]}{before}{instead}"
        end = found.end()
    return kept + line[end:]


def _without(pattern: LateRegex, leads: LateRegex, line: str) -> str:
    """`line` without what `pattern` finds, where a statement begins with what `leads` to it."""
    plain, kept, end = same_length(line), "", 0
    for found in pattern.finditer(plain):
        near = max(0, found.start() - _NEAR)
        lead = leads.search(plain[near : found.start()])
        if lead is not None and _begins(plain, near + lead.start("lead")):
            kept += line[end : found.start()]
            end = found.end()
    return kept + line[end:]


def _begins(plain: str, start: int) -> bool:
    """Whether a statement begins at `start`: after a comma only where no reason may go on."""
    before = _STATEMENT_END.split(plain[:start])[-1]
    clause, comma, rest = before.rpartition(",")
    if not _ONLY_LINK.fullmatch(rest if comma else before):
        return False
    return not comma or not (":" in clause or _SENDS_BACK.search(clause))


def _slashed(line: str) -> str:
    """«Согласовано 1/2/3»: rows that rise, and no day of a calendar."""
    found = _SLASHED_ROWS.match(same_length(line))
    if found is None or (not found["before"].strip() and found.end() == len(line)):
        return line
    rows = [int(row) for row in found["rows"].split("/")]
    is_day = len(rows) == len(("day", "month", "year")) and rows[-1] > _MOST_DAYS
    if is_day or any(b <= a for a, b in pairwise(rows)):
        return line
    named = ", ".join(map(str, rows))
    return f"{line[: found.start('rows')]}{named}{line[found.end() :]}"


def _bracketed(line: str) -> str:
    """«(1) согласовано (2) вернуть: …», where every number in brackets begins a row."""
    plain = same_length(line)
    found = list(_BRACKETED.finditer(plain))
    if (
        not found
        or found[0].start()
        or not all(_BRACKETED_THEN.match(plain, one.end()) for one in found)
    ):
        return line
    ends = [*(one.start() for one in found[1:]), len(line)]
    items = (
        f"{one['row']}: {line[one.end() : end].strip(' ,;:–—-')}"
        for one, end in zip(found, ends, strict=True)
    )
    return "; ".join(items)


def _agreed_with(line: str) -> str:
    """«Согласен с 1, 2; с 3 не согласен» as «согласен 1, 2; 3 не согласен»."""
    line = _sub(_AGREED_WITH, " ", _sub(_WITH_ALL, " все", line))
    plain = same_length(line)
    other = _BUT_WITH.search(plain)
    if other is not None and not (
        ":" in plain[: other.start()] or _SENDS_BACK.search(plain[: other.start()])
    ):
        line = f"{line[: other.start()]}; {line[other.end() :]}"
    return _sub(_WITH_ROWS, "", line, at_start=True)


def _taken(line: str) -> str:
    """«Беру 1 и 3 в работу», «Первичный ответ по 4 отправлен»: the rows before the verdict."""
    plain = same_length(line)
    taken = _TAKEN.match(plain)
    if taken is not None:
        return f"{line[slice(*taken.span('rows'))]}: в работу{line[taken.end() :]}"
    first = _FIRST.match(plain)
    if first is None:
        return line
    rows = line[slice(*first.span("rows"))]
    return f"{rows}: первичный ответ {first['done']}{line[first.end() :]}"


def _not_yet(line: str) -> str:
    """«7 разместили в ВК, 8 нет»: of row 8 nothing is decided."""
    found = _ONE_NOT.match(same_length(line))
    if found is None or not _IS_YES.search(found["said"]):
        return line
    return f"{line[: found.end('said')]}; {line[slice(*found.span('row'))]} пока нет"


def _linked(line: str) -> str:
    """«Опубликовано 1 https://…, 2 https://…»: a link for each row."""
    line = _sub(_LINK_THEN_ROW, "; ", line)
    found = _PUBLISHED_ROWS.match(same_length(line))
    if found is None:
        return line
    return _sub(_NEXT_LINKED, f"; {line[slice(*found.span('said'))]} ", line)


def _run_on(line: str, most: int) -> str:
    """«1 согласовано 2 вернуть нет подписи 3 согласовано» with a mark between the rows.

    Only rows that rise are cut, and no number that a word of the reason may own:
    «вернуть уточнить дом 4» names a house.
    """
    plain, pieces, start, last = same_length(line), [], 0, 0
    while found := _RUN_ON.match(plain, start):
        rows = numbers_of(found["rows"])
        if not rows or rows[0] <= last or rows[-1] > most:
            return line
        last = rows[-1]
        if found["yes"] and not _WHOLE_YES.fullmatch(found["yes"]):
            return line
        end = found.end("rest")
        if found["no"]:
            end = _end_of_reason(plain, found.end(), last)
        pieces.append(line[start:end].strip())
        start = end
    is_whole = not plain[start:].strip(" .!")
    return "; ".join(pieces) if is_whole and len(pieces) > 1 else line


def _end_of_reason(plain: str, start: int, row: int) -> int:
    """Where the words about `row` end: before the next row and its verdict, else with the line."""
    if _NEXT_ROW.match(plain, start):
        return start
    for found in _END_OF_REASON.finditer(plain, start):
        if int(found["row"]) <= row or _LEADS_A_NUMBER.fullmatch(found["word"]):
            continue
        if re.search(r"[\d:;,.!?()]", plain[start : found.start("row")]):
            continue
        return found.start("row")
    return len(plain)


def _by_place(line: str, rows: int) -> str:
    """«Последняя», «обе первые», «первые две …, последние две …» by their numbers."""
    if rows < 2:  # noqa: PLR2004 - of one row none is the last of several
        return line
    both = _FIRST_AND_LAST.match(same_length(line))
    if both is not None and count_of(both["some"]) + count_of(both["others"]) == rows:
        some = count_of(both["some"])
        between = line[slice(*both.span("between"))].rstrip(" ,")
        line = f"1-{some}{_colon(between)}; {some + 1}-{rows}{line[both.end() :]}"
    for pattern, named in (
        (_BOTH_FIRST, "1 и 2"),
        (_VERDICT_THEN_LAST, str(rows)),
        (_AND_LAST, str(rows)),
        (_LAST, str(rows)),
        (_LEFT_LAST, str(rows)),
        (_LAST_BUT_ONE, str(rows - 1)),
    ):
        line = _sub(pattern, named, line, at_start=True)
    for pattern in (_VERDICT_THEN_LAST_FEW, _LAST_FEW):
        found = pattern.search(same_length(line))
        some = count_of(found["few"] or found["these"]) if found else 0
        if 1 < some <= rows:
            line = _sub(pattern, f"{rows - some + 1}-{rows}", line, at_start=True)
    return line


def _colon(between: str) -> str:
    return between if between[:1].isspace() else f" {between}"
