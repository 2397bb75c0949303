"""Which lines of an executor's Word file are the answer, and which only the frame of a letter.

People answer on their own letterhead: its names and numbers, addressee, heading, signature and
executor's mark must not stand twice on ours. Only lines that plainly are a frame are taken away,
and only from the beginning and the end; a sentence is never one. All functions are pure.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from mcu_mail.domain.rich_text import readable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mcu_mail.documents.word_body import Line

_HEAD_LINES: Final = 60
_FOOT_LINES: Final = 14
_PROSE: Final = 160
_SHORT: Final = 130
_POST_LINES: Final = 4
_DEAR = re.compile(
    r"(?i)\W{0,3}(?:уважаем(?:ый|ая|ые)|здравствуйте|добрый\s+(?:день|вечер)|доброе\s+утро)\b"
)
_FORM = re.compile(
    r"(?i)\b(?:окпо|огрн|инн|кпп|бик|октмо)\b|р/с|\bтел(?:ефон)?\b[.:/ ]|\bфакс\b|\be-?mail\b|\S@\S"
    r"|\bwww\.|https?://|_{3,}|^\W*на\s+№|^\W*(?:исх\.?|от)?\s*№|№\s*$"
    r"|^\W*(?:от\s+)?\d{1,2}\.\d{1,2}\.\d{2,4}\s*(?:г\.?)?\s*(?:№.*)?$|\b\d{6}\b",
)
_BODY = re.compile(
    r"(?i)^\W*(?:российская\s+федерация|кемеровская\s+область|(?:муниципальное|государственное)\s"
    r"|мку|мбу|моу|мбоу|администраци|управлени|отдел|комитет|департамент|главе|губернатору|заместителю"
    r"|начальнику|председателю|руководителю|директору|г-(?:ну|же)\b|пресс-служб)",
)
_HEADING = re.compile(r"^\W*(?:Об?|Про)\s+[а-яё«\d]")
_NAME_FIRST = re.compile(r"^\W*[А-ЯЁ][а-яё-]+\s+[А-ЯЁ]\.\s?(?:[А-ЯЁ]\.)?\W*$")
_SENTENCE_END = re.compile(r"[.!?…:;][»\")]*\s*$")
_NAME_LAST = re.compile(r"(?:^|[\s|_])[А-ЯЁ]\.\s?(?:[А-ЯЁ]\.\s?)?[А-ЯЁ][а-яё-]{2,}[\s|]*$")
_NAME_ALONE = re.compile(r"^[\s|_/]*[А-ЯЁ]\.\s?(?:[А-ЯЁ]\.\s?)?[А-ЯЁ][а-яё-]{2,}[\s|]*$")
_POST = re.compile(
    r"(?i)^\W*(?:глав(?:а|ный|ная)|(?:первый\s+)?зам(?:еститель|\.)|начальник|директор|председатель"
    r"|руководитель|и\.?\s?о\.?\s|врио|исполняющ|заведующ|(?:ведущий\s+)?специалист|ведущий|управляющ|мастер|инженер)",
)
_EXECUTOR = re.compile(
    r"(?i)^\W*исп(?:олнитель|олн)?\s*[.:]|^\W*исп\.|^[\s\d()+.,-]{5,}$|^\W*тел\b"
)
_ENCLOSED = re.compile(
    r"(?i)^\W*приложени[ея]\s*:?\s*(?:на\s+)?_*\d+_*\s*(?:л\b|лист)[\w.,\s]*(?:экз[\w.]*)?\W*$"
)
"""«Приложение: на 2 л. в 1 экз.»: how many sheets, but not of what."""
_REGARDS = re.compile(r"(?i)^\W*с\s+(?:наилучшими\s+)?уважением\W*$")


def answer_lines(lines: Sequence[Line]) -> tuple[Line, ...]:
    """The lines without the frame around them; a salutation at the beginning stays."""
    start = _head(lines)
    end = start + _foot(lines[start:])
    return tuple(lines[start:end])


def _head(lines: Sequence[Line]) -> int:
    """How many lines at the beginning are a letterhead, an addressee, a number, a heading."""
    shown = [readable(line.text).strip() for line in lines[:_HEAD_LINES]]
    dear = next((at for at, text in enumerate(shown) if _DEAR.match(text)), None)
    if dear is not None and not any(map(_is_prose, shown[:dear])):
        return dear
    count = 0
    for at, (line, text) in enumerate(zip(lines, shown, strict=False)):
        if not _is_form(text, in_table=bool(line.in_table)):
            break
        count = at + 1
    # A text of nothing but short lines is no letterhead.
    return count if count < len(lines) else 0


def _is_prose(text: str) -> bool:
    return len(text) >= _PROSE and _SENTENCE_END.search(text) is not None


def _is_form(text: str, *, in_table: bool) -> bool:
    if len(text) > _PROSE:
        return in_table and bool(_FORM.search(text))
    letters = [char for char in text if char.isalpha()]
    shouted = len(letters) > 3 and "".join(letters).isupper()  # noqa: PLR2004 - «ГБУ» is a word
    if shouted or _FORM.search(text):
        return True
    if _SENTENCE_END.search(text) and not _NAME_FIRST.match(text):
        return False
    known = _BODY.match(text) or _HEADING.match(text) or _NAME_FIRST.match(text)
    return len(text) <= _SHORT and bool(known)


def _foot(lines: Sequence[Line]) -> int:
    """How many lines are left when signature, executor and regards are taken from the end."""
    end = len(lines)
    shown = [readable(line.text).strip() for line in lines]
    first = max(0, end - _FOOT_LINES)
    while end > first and _EXECUTOR.search(shown[end - 1]) and len(shown[end - 1]) <= _SHORT:
        end -= 1
    if end < len(lines) and end > first and _is_bare_name(shown[end - 1]):
        # «Исп. …» is two lines: the name above the telephone.
        end -= 1
    if end > first and _signs(shown[end - 1]):
        end = _signature(shown, first, end)
    if end > first and _REGARDS.match(shown[end - 1]):
        end -= 1
    if end > first and _ENCLOSED.match(shown[end - 1]):
        # Our letter counts its annexes by itself; the sheets of another one are not behind it.
        end -= 1
    return end or len(lines)


def _signature(shown: Sequence[str], first: int, end: int) -> int:
    """Where the signature whose name ends line `end - 1` begins: its post may take lines above."""
    for at in range(end - 1, max(first, end - _POST_LINES) - 1, -1):
        if _POST.match(shown[at]):
            return at
        if at > first and not _is_post_line(shown[at - 1]):
            break
    return end - 1 if _NAME_ALONE.match(shown[end - 1]) else end


def _signs(text: str) -> bool:
    return (
        len(text) <= 2 * _SHORT
        and _NAME_LAST.search(text) is not None
        and not re.search(r"[а-яё]\.\s", text)
    )


def _is_post_line(text: str) -> bool:
    return len(text) <= _SHORT and not _SENTENCE_END.search(text)


def _is_bare_name(text: str) -> bool:
    return (
        _NAME_FIRST.match(text) is not None
        or re.fullmatch(r"\W*(?:[А-ЯЁ][а-яё-]+\s+){1,2}[А-ЯЁ][а-яё.-]+\W*", text) is not None
    )
