"""A line of a reply to a sheet, cut where something about other rows begins.

What names rows and a verdict together is a head: «опубликовано 1-7, 9», «№ 4 – согласовано», «все
кроме 3». Where a list of rows could be cut in two ways, nothing is cut and the part says so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from mcu_mail.domain import sheet_words as words
from mcu_mail.domain.late_regex import LateRegex
from mcu_mail.domain.row_words import SPOKEN_ROWS, count_of, is_house, numbers_of
from mcu_mail.domain.verdict_words import same_length

if TYPE_CHECKING:
    from collections.abc import Iterator

Scope = Literal["rows", "all", "rest", "none"]
_ROWS = LateRegex(SPOKEN_ROWS)
_HAS_REASON = re.compile("[:(–—]")
_TOLD = re.compile(r"[^.!?:]*[.!:]")
"""No question any more: «1 согласовано? 2 согласовано.»"""
_MOST_LOOKED = 60
"""Commas and full stops of one statement: nobody writes more by hand."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """One thing that a reply says."""

    said: str
    """As it was written."""
    words: str
    """The verdict and its tail without the rows, as one would answer a single mail."""
    scope: Scope = "none"
    rows: tuple[int, ...] = ()
    """The rows named, in any number; the sheet may have fewer."""
    out: tuple[int, ...] = ()
    """The rows excepted: «все кроме 3»."""
    is_ambiguous: bool = False
    """Whether its rows can be cut in two ways, or run backwards."""
    of: int = 0
    """How many rows «оба», «все пять» say there are: of more or fewer it names none."""
    is_remark: bool = False
    """Whether it is free text that may be about any row."""
    is_led: bool = False
    """Whether free text leads to it with a comma: «Говорят, 5 опубликована»."""


def pieces_of(text: str) -> Iterator[tuple[str, bool, bool]]:
    """`text` cut where, after a comma or a full stop, something about other rows begins.

    With each piece, whether its rows could be cut in two ways, and whether a comma ends it.
    """
    plain = same_length(text)
    start = 0
    while start < len(text):
        comma = False
        head = head_at(plain, start)
        hedged = words.HEDGED_ROWS.match(plain, start) if head is None else None
        later = None if head or hedged else words.ABOUT_LATER.match(plain, start)
        opened = head or hedged or later
        pos = opened.end() if opened else start
        end = next_start = len(text)
        for looked, soft in enumerate(words.SOFT.finditer(plain, pos)):
            if looked > _MOST_LOOKED:
                yield text[start:], True, False
                return
            if is_house(plain, soft.start()) or _describes(text, plain, start, soft.start()):
                continue
            if hedged is not None and "." not in soft[0]:
                continue
            is_asked = plain[soft.start() - 1 : soft.start()] == "?"
            if is_asked and not (head and _TOLD.match(plain, soft.end())):
                # «1 согласовано? 2 и 3 согласовано»: asked, or told?
                break
            again = "." in soft[0] and words.ABOUT_AGAIN.match(plain, soft.end())
            # «Вернуть 2: трубы старые, 3 ещё не заменили» may be one reason.
            open_ = "." in soft[0] or not _HAS_REASON.search(plain, pos, soft.start())
            if (
                again
                or (open_ and is_later(plain, soft.end()))
                or words.SURELY_LATER.match(plain, soft.end()) is not None
                or head_at(plain, soft.end()) is not None
            ):
                end, next_start = soft.start(), soft.end()
                comma = "," in soft[0]
                break
        if head is not None and _is_cut_short(head, plain):
            yield text[start:], True, False
            return
        yield text[start:end], False, comma
        start = next_start


def _describes(text: str, plain: str, start: int, end: int) -> bool:
    """Whether what stands there names a row and only what it is about: «2 – Мира», before «, 4»."""
    numbered = words.NUMBERED.match(plain, start)
    if numbered is None or not text[numbered.end()].isupper():
        return False
    about = plain[numbered.end() : end]
    return not (words.WHY.match(about) or words.DECIDES.search(about))


def is_later(plain: str, start: int) -> bool:
    """Whether something begins that leaves rows for later: «5 и 6 не видела»."""
    if not plain[start - 1 : start].isspace():
        return False
    leaves = (words.ABOUT_LATER, words.HEDGED_ROWS, words.REST_LATER)
    return any(one.match(plain, start) is not None for one in leaves)


def later_part(piece: str, plain: str) -> Part | None:
    """What leaves rows for later: it decides nothing of them, and is about no other."""
    hedged = words.HEDGED_ROWS.match(plain)
    if hedged is not None:
        # Said of all rows, it holds what is said of each.
        return (
            Part(said=piece, words=piece, is_remark=True)
            if hedged["every"] is not None
            else doubtful(piece)
        )
    about = words.ABOUT_LATER.match(plain)
    if about is not None:
        rows = numbers_of(about["rows"])
        return Part(said=piece, words="", scope="rows", rows=rows or (), is_ambiguous=True)
    rest = words.REST_LATER.match(plain)
    return Part(said=piece, words="", scope="rest") if rest else None


def doubtful(piece: str) -> Part:
    """A part whose rows could be cut in two ways: all of them are named, none is decided."""
    plain = same_length(piece)
    rows = tuple(row for found in _ROWS.finditer(plain) for row in numbers_of(found[0]) or ())
    return Part(said=piece, words=piece, scope="rows", rows=rows, is_ambiguous=True)


def head_at(plain: str, start: int) -> re.Match[str] | None:
    """What names rows and a verdict at `start`; None when nothing does."""
    for pattern in words.HEADS:
        found = pattern.match(plain, start)
        if found is None:
            continue
        if "verdict" in found.groupdict() and not words.STARTS_WITH_VERDICT.match(plain, start):
            continue
        return found
    found = words.BUT_LAST.match(plain, start)
    return found if found and words.STARTS_WITH_VERDICT.match(plain, start) else None


def parts_of(head: re.Match[str], piece: str, plain: str) -> list[Part]:
    """The part or parts that a head opens."""
    groups = head.groupdict()
    named = groups.get("rows")
    scope: Scope = "rows" if named else ("rest" if groups.get("rest") else "all")
    tail_plain, tail = plain[head.end() :], piece[head.end() :]
    out = groups.get("but") or groups.get("out")
    late = words.BUT_TAIL.search(tail_plain) if not out else None
    if late is not None:
        out = late["but"]
        tail = tail[: late.start()] + tail[late.end() :]
    rows = numbers_of(named) if named else ()
    excepted = numbers_of(out) if out else ()
    verdict = groups.get("verdict")
    part = Part(
        said=piece,
        words=_phrase(piece[: len(verdict)] if verdict else "", tail, head),
        scope=scope,
        rows=rows or (),
        out=excepted or (),
        is_ambiguous=rows is None or excepted is None,
        of=2 if words.BOTH.match(groups.get("who") or "") else count_of(groups.get("count") or ""),
    )
    found = _listed(part, head, tail)
    if late is not None and late["why"]:
        # «Все согласовано, кроме 2 (нет фото)»: what is said of row 2 decides nothing.
        found.append(Part(said=piece, words="", scope="rows", rows=part.out, is_ambiguous=True))
    return found


def _phrase(verdict: str, tail: str, head: re.Match[str]) -> str:
    """The words about the rows as one would write them of one mail."""
    if not verdict:
        return tail.strip()
    verdict = _without_lead(verdict)
    if "(" in (head.groupdict().get("sep") or ""):
        tail = tail.lstrip(" )")
    glue = ": " if head.groupdict().get("why") else " "
    if re.match(r"\s*(?:[.,:;!()–—-]|двоеточие|точка|запятая|тире|$)", same_length(tail)):
        glue = ""
    return f"{verdict}{glue}{tail.lstrip()}" if glue else f"{verdict}{tail}"


def _without_lead(verdict: str) -> str:
    """A verdict without the words that lead to its rows: «Согласовано по строкам»."""
    lead = words.TRAILING.search(same_length(verdict))
    return (verdict[: lead.start()] if lead else verdict).strip()


_SEVERAL = re.compile(r"[,+&]|\sи\s|[0-9а-я]\s+(?!по\s|до\s)[0-9а-я]")


def _is_cut_short(head: re.Match[str], plain: str) -> bool:
    """Whether the list of rows after a verdict goes on behind the head.

    «Согласовано 1, 2, 3 опубликовано»: which verdict has row 2? Only of two it is clear:
    «согласовано 1-5, 6 вернуть».
    """
    groups = head.groupdict()
    if not groups.get("verdict") or not groups.get("rows"):
        return False
    end = head.end("rows")
    whole = _ROWS.match(plain, head.start("rows"))
    if whole is None or whole.end() <= end:
        return False
    rest = plain[end : whole.end()].lstrip(" ,+&")
    goes_on = whole.end() - len(rest)
    is_pair = not _SEVERAL.search(groups["rows"]) and not _SEVERAL.search(rest)
    if is_pair and words.ABOUT_LATER.match(plain, goes_on):
        return False
    then = words.VERDICT_THEN.match(plain, whole.end())
    return not (is_pair and then and not words.VERDICT_AND_ROWS.match(plain, whole.end()))


def _listed(part: Part, head: re.Match[str], tail: str) -> list[Part]:
    """Rows with a reason each: «Вернуть: 3 – нет фото, 8 – нет даты»."""
    plain = same_length(tail)
    items = list(words.LIST_ITEM.finditer(plain))
    if not items or part.scope != "rows":
        return [part]
    sep = head.groupdict().get("sep") or ""
    is_list = head.groupdict().get("verdict") and (":" in sep or plain.lstrip()[:1] == "(")
    if not is_list:
        return [replace(part, is_ambiguous=True, rows=(*part.rows, *_all_rows(items)))]
    verdict = _without_lead(part.said[: len(head["verdict"])])
    starts = [0, *(item.end() for item in items)]
    ends = [*(item.start() for item in items), len(tail)]
    rows = [part.rows, *(numbers_of(item["rows"]) or () for item in items)]
    return [
        replace(part, words=f"{verdict}: {tail[a:b].strip(' :()–—-')}", rows=one)
        for a, b, one in zip(starts, ends, rows, strict=True)
    ]


def _all_rows(items: list[re.Match[str]]) -> tuple[int, ...]:
    return tuple(row for item in items for row in numbers_of(item["rows"]) or ())
