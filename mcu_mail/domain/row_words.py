"""Numbers of rows as people name them: «1-7, 9», «с 1 по 7», «№ 4 и 5», «п. 3».

A row has at most three digits, so that no date, hour, phone or case number is taken for one.
"""

from __future__ import annotations

import re

_LABEL = (
    r"(?:(?:№{1,2}|номера?|п{1,2}\.|пункт(?:а|ы|ов|у)?|строк(?:а|и|у|ам|ах)?"
    r"|позици(?:я|и|ю|й)|поз\.)\s*)"
)
_ENDING = r"(?:-?(?:ый|ой|ая|ое|ую|ые|го|му|й|я|е|ю|м)(?!\w))?"
_ONE = rf"{_LABEL}?[0-9]{{1,3}}(?![0-9]){_ENDING}"
DASH = "[-\u2010-\u2015\u2212]"
_SPAN = (
    rf"(?:с\s+{_ONE}\s+(?:по|до)\s+{_ONE}|{_ONE}(?:\s*(?:{DASH}|\.{{2,3}}|…|по(?!\w))\s*{_ONE})?)"
)
_BETWEEN = r"(?:\s*[,;+&]\s*(?:(?:и|а\s+также)\s+)?|\s+и\s+|\s+)"
ROWS = rf"{_SPAN}(?:{_BETWEEN}{_SPAN})*(?![\w]|[.,:/\u2010-\u2015\u2212-][0-9])"
"""A list of rows, in a line brought to one shape by `same_length`."""

_HERE = re.compile(rf"[\s.,;]*(?:{ROWS})(?=\s*(?:[:;,.!)\n\u2010-\u2015\u2212-]|$))")
_AFTER_COLON = re.compile(rf"\s*[:\u2010-\u2015\u2212-]\s*(?:{ROWS})(?=[\s.!]*$)", re.MULTILINE)
_LISTED = re.compile(rf"\s*(?:{ROWS})[\s.;]*")
_LEAST_PHONE = 5
"""Digits from which a line of bare numbers is rather a phone."""


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
