"""Numbers of rows as people name them: «1-7, 9», «с 1 по 7», «№ 4 и 5», «первый, второй».

A row has at most three digits, so that no date, hour, phone or case number is taken for one.
"""

from __future__ import annotations

import re

_LABEL = (
    r"(?:(?:№{1,2}|номера?|п{1,2}\.|пункт(?:а|ы|ов|у|ам|ах)?|строч?к(?:а|и|у|е|ам|ах)?|строчек"
    r"|позици(?:я|и|ю|й)|поз\.)\s*)"
)
_ENDING = r"(?:-?(?:ый|ой|ая|ое|ую|ые|го|му|й|я|е|ю|м)(?!\w))?"
_DIGITS = rf"[0-9]{{1,3}}(?![0-9]){_ENDING}"
_DASH = "[-\u2010-\u2015\u2212]"
_ORDINAL_END = r"(?:ый|ой|ая|ое|ую|ого|ому|ым|ом)"
_STEMS = (
    *("перв", "втор", "трет", "четверт", "пят", "шест", "седьм", "восьм", "девят", "десят"),
    *("одиннадцат", "двенадцат", "тринадцат", "четырнадцат", "пятнадцат", "шестнадцат"),
    *("семнадцат", "восемнадцат", "девятнадцат", "двадцат"),
)
_COUNTS = (
    *("один", "два", "три", "четыре", "пять", "шесть", "семь", "восемь", "девять", "десять"),
    *("одиннадцать", "двенадцать", "тринадцать", "четырнадцать", "пятнадцать", "шестнадцать"),
    *("семнадцать", "восемнадцать", "девятнадцать", "двадцать"),
)
_FEMALE = {"одна": 1, "одно": 1, "две": 2, "одного": 1}
_WORD = (
    rf"(?:(?:трет(?:ий|ья|ье|ью|ьего|ьему|ьей|ьим)|(?:{'|'.join(_STEMS)}){_ORDINAL_END})"
    rf"(?!\s+ответ)|{'|'.join(_COUNTS)}|{'|'.join(_FEMALE)})(?!\w)"
)
_BETWEEN = r"(?:\s*[{marks}+&]\s*(?:(?:и|а\s+также)\s+)?|\s+(?:и|запятая)\s+|\s+)"


def _list_of(one: str, marks: str) -> str:
    """The pattern of a list of rows, of which `one` is the pattern of one, with `marks` between."""
    between = _BETWEEN.replace("{marks}", marks)
    labelled = rf"{_LABEL}?{one}(?:\)(?=\s*,))?"
    span = (
        rf"(?:{_LABEL}?с(?:о)?\s+{labelled}\s+(?:по|до)\s+{labelled}"
        rf"|{labelled}(?:\s*(?:{_DASH}|\.{{2,3}}|…|(?<=\s)по(?=\s))\s*{labelled})?)"
    )
    return rf"{span}(?:{between}{span}){{0,120}}(?![\w]|[.,:/\u2010-\u2015\u2212-][0-9])"


ROWS = _list_of(_DIGITS, ",;")
"""A list of rows in digits, in a line brought to one shape by `same_length`."""
_FIRST_FEW = rf"перв(?:ые|ых)\s+(?:[0-9]{{1,2}}(?![0-9])|(?:{'|'.join(_COUNTS[1:])}|две)(?!\w))"
SPOKEN_ROWS = _list_of(rf"(?:{_FIRST_FEW}|{_DIGITS}|{_WORD})", ",")
"""A list of rows, also in words: only a sheet has them, and a semicolon ends a statement there."""

ROW_COUNT = rf"(?:{'|'.join(_COUNTS[1:])}|две|[0-9]{{1,3}})(?!\w)"
"""How many rows are meant: «все пять»."""

_HERE = re.compile(rf"[\s.,;]*(?:{ROWS})(?=\s*(?:[:;,.!)\n\u2010-\u2015\u2212-]|$))")
_AFTER_COLON = re.compile(rf"\s*[:\u2010-\u2015\u2212-]\s*(?:{ROWS})(?=[\s.!]*$)", re.MULTILINE)
_LISTED = re.compile(rf"\s*(?:{ROWS})[\s.;:)]*")
_LEAST_PHONE = 5
"""Digits from which a line of bare numbers is rather a phone."""
_ITEM = re.compile(rf"(?P<digits>[0-9]{{1,3}})|(?<!\w)(?P<word>{_WORD})")
_SPAN_MARK = re.compile(rf"\s*(?:{_DASH}|\.{{2,3}}|…|(?<![а-я])(?:по|до)(?![а-я]))\s*(?:{_LABEL})?")


def rows_after(plain: str, start: int) -> str:
    """The rows named right after a verdict that ends at `start`, as written; empty: none are.

    After a colon only a bare list counts: «На доработку: 1) дата, 2) дом» counts reasons.
    """
    found = _AFTER_COLON.match(plain, start) or _HERE.match(plain, start)
    return found[0].strip(" \n.,;:-–—") if found else ""


def is_row_list(line: str) -> bool:
    """Whether a line of a mail (in one shape) holds nothing but numbers of rows."""
    digits = sum(c.isdigit() for c in line)
    is_phone = digits >= _LEAST_PHONE and not re.search(r"[,;и]", line)
    return not is_phone and _LISTED.fullmatch(line) is not None


_STREET = (
    r"(?:ул|пер|пр|просп|пр-т|мкр|пл|наб|б-р|кв-л|улиц\w{1,3}|переул\w{1,5}|проспект\w{0,3}"
    r"|площад\w{1,3}|микрорайон\w{0,3})"
)
_HOUSE = re.compile(
    rf"(?<!\w)(?:{_STREET}(?:\.\s?|\s)[а-я-]{{2,30}}(?:\s[а-я-]{{2,30}}){{0,2}}"
    r"(?:,?\s?(?:д\.?\s?)?[0-9]{1,3}[а-я]?(?:/[0-9]{1,3})?){0,3}"
    rf"|(?:{_STREET}|д|дом\w{{0,3}}|кв|корп|под|подъезд\w{{0,3}}))[\s.,]*$"
)
_LONGEST_STREET = 120


def is_house(plain: str, start: int) -> bool:
    """Whether a number at `start` is that of a house and of no row: «ул. Мира, 4», «кв. 5»."""
    return _HOUSE.search(plain[max(0, start - _LONGEST_STREET) : start]) is not None


def count_of(named: str) -> int:
    """How many rows «все пять», «все 5» are; 0 when it does not say."""
    return int(named) if named.isdecimal() else _of_word(named) if named else 0


def numbers_of(named: str) -> tuple[int, ...] | None:
    """The rows of a list that `SPOKEN_ROWS` has found, in order; None when a span runs back."""
    named = _FIRST_OF_ALL.sub(_from_one, named)
    rows: list[int] = []
    end_of_last: int | None = None
    for found in _ITEM.finditer(named):
        row = int(found["digits"]) if found["digits"] else _of_word(found["word"])
        between = named[end_of_last : found.start()] if end_of_last is not None else ""
        end_of_last = found.end() + _ending_length(named, found.end())
        if rows and between and _SPAN_MARK.fullmatch(between):
            if row < rows[-1]:
                return None
            rows.extend(range(rows[-1] + 1, row + 1))
        else:
            rows.append(row)
    return tuple(dict.fromkeys(rows))


_FIRST_OF_ALL = re.compile(
    rf"перв(?:ые|ых)\s+(?P<count>[0-9]{{1,2}}|{'|'.join(_COUNTS)}|две)(?!\w)"
)


def _from_one(found: re.Match[str]) -> str:
    """«Первые три» as «1-3»."""
    count = found["count"]
    return f"1-{count if count.isdecimal() else _of_word(count)}"


_ENDS = re.compile(_ENDING)


def _ending_length(named: str, start: int) -> int:
    """How long the ending written to a number is: «1-й»."""
    found = _ENDS.match(named, start)
    return len(found[0]) if found else 0


def _of_word(word: str) -> int:
    if word in _COUNTS:
        return _COUNTS.index(word) + 1
    if word in _FEMALE:
        return _FEMALE[word]
    # Of «пят» and «пятнадцат» the longer stem is the word's own.
    stem = max((one for one in _STEMS if word.startswith(one)), key=len)
    return _STEMS.index(stem) + 1
