"""Which pages of a file belong to which letter, and in which order they are sent (pure).

An office machine puts a whole stack into one file. A page with our code begins or continues its
letter; one without a readable code belongs to the letter before it. What lies before the first code
is not guessed at.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mcu_mail.documents.scan import Scan, ScanFault, ScanPage
from mcu_mail.documents.sheet import FOLLOWING_PAGE

if TYPE_CHECKING:
    from collections.abc import Sequence

_Key = tuple[str, int]


@dataclass(frozen=True, kw_only=True)
class Part:
    """The pages of one letter in a file, or of none.

    Attributes:
        scan: these pages, in the order of the file and with their places in it.
        fault: why they are no letter; None when they are.

    """

    scan: Scan
    fault: ScanFault | None = None


def split(scan: Scan) -> tuple[Part, ...]:
    """The letters of a file in the order of their first pages; one part when it holds one letter.

    Blank pages before the first code are left out.
    """
    if len({_key(page) for page in scan.pages if page.marks}) <= 1 or len(scan.pages) == 1:
        return (_part(scan, scan.pages),)
    letters: dict[_Key | None, list[ScanPage]] = {}
    strays: list[list[ScanPage]] = []
    current: _Key | None = None
    for page in scan.pages:
        if not page.marks:
            if current is None and not page.blank:
                letters.setdefault(None, []).append(page)
            elif current is not None:
                letters[current].append(page)
            continue
        key = _key(page)
        if key is None:
            strays.append([page])
            continue
        current = key
        letters.setdefault(current, []).append(page)
    return tuple(_part(scan, pages) for pages in (*letters.values(), *strays))


def _key(page: ScanPage) -> _Key | None:
    """The letter of a page; None for a page with the codes of two."""
    keys = {(mark.case, mark.version) for mark in page.marks}
    return keys.pop() if len(keys) == 1 else None


def _part(scan: Scan, pages: Sequence[ScanPage]) -> Part:
    part = replace(scan, pages=tuple(pages))
    keys = {_key(page) for page in pages if page.marks}
    if None in keys or len(keys) > 1:
        return Part(scan=part, fault=ScanFault.MIXED)
    if keys:
        return Part(scan=part)
    foreign = any(page.foreign for page in pages)
    return Part(scan=part, fault=ScanFault.FOREIGN_CODE if foreign else ScanFault.NO_CODE)


def missing_pages(scan: Scan, count: int) -> tuple[int, ...]:
    """The numbers of the letter's pages that the scan lacks; empty when it may be whole.

    A page whose code nobody can read may be any of them, a blank one none. A Word file has one
    footer for all its following pages, so their codes say «some following page», no number.
    Pages above `count` are annexes printed with our code; they are nobody's missing page.
    """
    wanted = set(range(1, count + 1)) - {mark.page for mark in scan.marks}
    following = sum(any(mark.page == FOLLOWING_PAGE for mark in page.marks) for page in scan.pages)
    unread = sum(not page.marks and not page.blank for page in scan.pages)
    lacking = sorted(wanted - {1})[following:]
    first = [1] if 1 in wanted else []
    return (*first, *lacking) if len(first) + len(lacking) > unread else ()


def _rank(number: int, count: int) -> tuple[int, int]:
    """Page 1, then the following pages, then the annexes."""
    return (0 if number == 1 else 2 if number > count else 1), number


def in_order(scan: Scan, count: int, *, inked: int | None = None) -> tuple[int, ...]:
    """The places in the file of the pages as they are sent: by their numbers, each one once.

    A file whose pages already lie so is left as it is. Pages without a readable code fill the
    numbers that are missing and follow the rest; of a page fed twice the first is taken.

    Args:
        scan: the pages of one letter.
        count: how many pages the letter has.
        inked: the place of the page that was seen to be signed: of two like it this one is taken.

    """
    places = tuple(page.index for page in scan.pages)
    numbers = [page.marks[0].page for page in scan.pages if page.marks]
    known = [number for number in numbers if number != FOLLOWING_PAGE]
    ranks = [_rank(number, count) for number in numbers]
    if len(known) == len(set(known)) and ranks == sorted(ranks):
        return places
    chosen: dict[int, int] = {}
    following, unread = [], []
    for page in scan.pages:
        if not page.marks:
            unread.append(page)
        elif page.marks[0].page == FOLLOWING_PAGE:
            following.append(page.index)
        elif page.marks[0].page not in chosen or page.index == inked:
            chosen[page.marks[0].page] = page.index
    printed = [page.index for page in unread if not page.blank]
    lacking = [number for number in range(1, count + 1) if number not in chosen]
    for number in lacking[len(following) :] if following else lacking:
        if printed:
            chosen[number] = printed.pop(0)
    letter = [chosen[number] for number in sorted(chosen) if number <= count]
    annexes = [chosen[number] for number in sorted(chosen) if number > count]
    return (*letter, *following, *annexes, *printed)
