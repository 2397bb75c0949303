"""How the registry clerk's words are read: a number, a void, a word changed by pen.

A number, a date or a pair of words that can be read in two ways is never guessed: the meaning then
says what is doubtful, and the clerk is asked again.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mcu_mail.domain import verdict_words as words
from mcu_mail.domain.drafts import cut_closing
from mcu_mail.domain.meaning import Meaning, MeaningKind
from mcu_mail.domain.numbering import find_case_numbers
from mcu_mail.domain.spoken_dates import find_day
from mcu_mail.domain.verdict_readers import reason_of
from mcu_mail.domain.verdict_tails import is_harmless
from mcu_mail.domain.verdict_words import same_length

if TYPE_CHECKING:
    from datetime import date

    from mcu_mail.domain.verdict_readers import Said

TWO_NUMBERS = "two_numbers"
"""The name of a meaning whose number could be one of several."""

_SLASH = re.compile(r"\s*(?<!\w)(?:дробь|слеш|слэш|косая(?:\s+черта)?)(?!\w)\s*", re.IGNORECASE)
_DASH = re.compile(r"(?<=[0-9])\s+(?:тире|дефис|минус)\s+(?=[0-9])", re.IGNORECASE)
_DOT = re.compile(r"(?<=[0-9])\s+точка\s+(?=[0-9])", re.IGNORECASE)
_DASHES = re.compile("[\u2010-\u2015\u2212]")
_DATE = re.compile(r"[0-3]?[0-9]\.[01]?[0-9](?:\.(?:20)?[0-9]{2})?")
_DATE_LEAD = re.compile(r"[\s,;(]*(?:(?:от|дата|датой|датирован[оа])(?!\w)[\s:]*)?")
_YEAR_MARK = re.compile(r"\s*г(?:\.|ода)?(?!\w)\.?")
_ANOTHER = re.compile(
    rf"[\s,;]*(?:(?:и|или|либо|а\s+также)\s+)?(?:№|номер|исх\.?)?\s*(?:{words.NUMBERING})(?!\w)",
)
_DIGIT = re.compile("[0-9]")
_SIGN_OFF = re.compile(r"(?<!\w)с\s+(?:уважением|ув\.)|\n")
_AND = re.compile(r"[\s,;]*(?:(?:и|или|либо)\s+)?", re.IGNORECASE)


def read_number(line: str, below: str, today: date) -> Meaning | None:
    """The register number that a line gives, with its date; None when it gives none.

    The number is given as written; for several of them `TWO_NUMBERS` stands instead.
    """
    said = _typed(line)
    plain = same_length(said)
    start, first_day = _leading_day(plain, today)
    match = words.NUMBER.match(plain, start)
    if match is None or not _is_number(match["number"]):
        return None
    if match["number"] == str(today.year) and match.start("number") == start:
        # A year alone is more likely the beginning of a date than a number.
        return None
    tail = plain[match.end() :]
    day, end = _day_after(tail, today)
    rest = tail[end:]
    several = _several(rest) or any(_repeats(one, today, match["number"]) for one in _lines(below))
    # A date that does not exist must not be passed over: digits are left only in a signature.
    said_more = _SIGN_OFF.split(rest, maxsplit=1)[0]
    if not several and (_DIGIT.search(said_more) or not is_harmless(rest)):
        return None
    on = day or first_day
    if several:
        return Meaning(kind=MeaningKind.register_number, name=TWO_NUMBERS, until=on)
    number = said[slice(*match.span("number"))].rstrip(".-/")
    return Meaning(kind=MeaningKind.register_number, name=number, until=on)


def _typed(line: str) -> str:
    """The line with dictated signs as signs and every dash as a hyphen."""
    said = _SLASH.sub("/", _DOT.sub(".", _DASH.sub("-", line)))
    return _DASHES.sub("-", said).strip(" \t«»\"'*_")


def _is_number(token: str) -> bool:
    """Whether a token numbers a letter: it has a digit and is neither a date nor a case."""
    if _DIGIT.search(token) is None or find_case_numbers(token):
        return False
    return _DATE.fullmatch(token) is None


def _leading_day(plain: str, today: date) -> tuple[int, date | None]:
    """Where the number begins after a date that stands first: «от 24.11.2026 № 345»."""
    day, end = _day_after(plain, today)
    if day is None:
        return 0, None
    gap = re.compile(r"[\s,;:.]*").match(plain, end)
    return (gap.end() if gap else end), day


def _day_after(tail: str, today: date) -> tuple[date | None, int]:
    """The day that stands at the beginning of `tail`, and where it ends; (None, 0): none does."""
    lead = _DATE_LEAD.match(tail)
    start = lead.end() if lead else 0
    day = find_day(tail[start:], today, "back")
    if day is None or day.start or re.match(r"[/\w-]", tail[start + day.end :]):
        return None, 0
    end = start + day.end
    mark = _YEAR_MARK.match(tail, end)
    return day.day, mark.end() if mark else end


def _several(rest: str) -> bool:
    """Whether another number follows, and nothing but numbers."""
    found = _ANOTHER.match(rest)
    if found is None or _DIGIT.search(found[0]) is None or rest[:1] not in {" ", ",", ";"}:
        return False
    return re.match(r"\s*[,;]|\s+(?:и|или|либо|а\s+также)\s|\s*(?:№|номер)", rest) is not None


def _lines(below: str) -> list[str]:
    lines = (_AND.sub("", line, count=1) for line in below.split("\n"))
    return [line for line in lines if words.IS_NUMBERED.match(same_length(line))]


def _repeats(line: str, today: date, number: str) -> bool:
    """Whether a lower line gives another number."""
    other = read_number(line, "", today)
    return other is not None and same_length(other.name) != number


def numbered(said: Said) -> Meaning | None:
    """A register number that stands alone in its line, marked as one: «№ 345 от 24.11.2026»."""
    start = said.match.start()
    # «Письмо зарегистрировано за № …» is what our own mails say.
    if _OUR_WORDS.search(said.match.string, 0, start):
        return None
    return read_number(said.line[start:], said.below, said.today)


_OUR_WORDS = re.compile(r"письм|ответ")
_VOID_NUMBER = re.compile(
    r"(?:(?:письмо|запись|регистраци[юяи]|регистрационный|исходящее)\s+)*"
    rf"(?:(?:№|номер|исх\.?|за\s+№)\s*)?(?P<number>{words.NUMBERING})(?![\w/])",
)
_MORE_NUMBERS = re.compile(
    rf"\s*(?:,|;|и|или)\s*(?:№|номер)?\s*(?=[0-9])(?:{words.NUMBERING})(?!\w)"
)
_DENIED = re.compile(r"\s+(?:не|ли|нельзя|рано|пока)(?!\w)")
_OBJECT = re.compile(r"(?:(?:это|письмо|запись|регистраци[юяи]|номер|его)(?!\w)\s*)+(?=[:,.–—-]|$)")


def voided(said: Said) -> Meaning | None:
    """«Аннулировать № 01-12/345: причина»; the number and the reason may be missing."""
    plain = said.match.string
    if re.match(r"[^.!:]*\?", plain[said.match.end() :]):
        return Meaning(kind=MeaningKind.question)
    rest = said.rest
    if _DENIED.match(plain, said.match.end()):
        return None
    number = said.line[slice(*said.match.span("number"))] if said.match["number"] else ""
    if number and not _is_number(same_length(number)):
        number = ""
    on = None
    if not number:
        found = _VOID_NUMBER.match(same_length(_DASHES.sub("-", rest)))
        if found is not None and _is_void_number(found["number"], found[0]):
            number = rest[slice(*found.span("number"))].rstrip(".-/")
            rest = rest[found.end() :]
            on, end = _day_after(same_length(rest), said.today)
            rest = rest[end:]
            if _MORE_NUMBERS.match(same_length(rest)):
                return Meaning(kind=MeaningKind.void, name=TWO_NUMBERS)
    reason = reason_of(_without_label(f"{rest}\n{said.below}"))
    return Meaning(
        kind=MeaningKind.void,
        name=_DASHES.sub("-", number),
        until=on,
        reason="" if is_harmless(reason) else reason,
    )


def _is_void_number(token: str, words_before: str) -> bool:
    """A number after «аннулировать»: marked as one, or shaped so that no word looks like it."""
    if not _is_number(token):
        return False
    return token[0].isdigit() or "№" in words_before or "номер" in words_before


def _without_label(text: str) -> str:
    """`text` without what is voided and the word «причина» before the reason."""
    found = _OBJECT.match(same_length(text))
    text = text[found.end() :] if found else text
    found = re.match(
        r"[\s:,.;–—-]*(?:по\s+причине|причина|так\s+как|т\.\s?к\.)(?!\w)", same_length(text)
    )
    return text[found.end() :] if found else text


# --- a word changed by pen ----------------------------------------------------------------------

_ARROW = re.compile(r"\s*(?:→|⇒|➔|➜|[-–—=]+\s?>|>{2,})\s*")
_WAS_IS = re.compile(
    r"(?:было|написано|вместо)\s*:?\s+(?P<was>.+?)[\s,;.–—-]+(?:стало|стоит|теперь|следует\s+читать"
    r"|читать)\s*:?\s+(?P<now>.+)",
)
_QUOTED = re.compile(
    r"(?:заменен[оаы]?\s+)?«(?P<was>[^»]+)»\s*(?:на|исправлен[оаы]?\s+на)\s*«(?P<now>[^»]+)»"
)
_ONTO = re.compile(r"(?<!\w)(?:исправлен[оаы]?\s+)?на(?!\w)")
_LONGEST_CHANGE = 1000
_BULLET = re.compile(r"\s*(?:[-–—•*]|[0-9]{1,2}\))\s+(?=\S)")


def changed_by_pen(said: Said) -> Meaning:
    """«Правка от руки: было → стало», several lines of it; what cannot be read is the reason."""
    if re.match(r"\s*\?", said.match.string[said.match.end() :]):
        return Meaning(kind=MeaningKind.question)
    changes: list[tuple[str, str]] = []
    unread: list[str] = []
    for line in cut_closing(f"{said.rest}\n{said.below}").split("\n"):
        if not line.strip():
            continue
        one = change_of(line)
        if one is not None:
            changes.append(one)
        elif not is_harmless(f"\n{line}"):
            unread.append(line.strip())
    return Meaning(kind=MeaningKind.pen, changes=tuple(changes), reason="\n".join(unread))


def change_of(line: str) -> tuple[str, str] | None:
    """(was, is) of one line; None when it can be read in no way, or in two."""
    if len(line) > _LONGEST_CHANGE:
        return None
    bullet = _BULLET.match(line)
    text = line[bullet.end() :] if bullet else line
    plain = same_length(text)
    arrows = _ARROW.split(text)
    if len(arrows) > 1:
        return _pair(*arrows) if len(arrows) == 2 else None  # noqa: PLR2004 - before and after
    for pattern in (_QUOTED, _WAS_IS):
        found = pattern.fullmatch(plain.strip(" ."))
        if found is not None:
            offset = len(plain) - len(plain.lstrip(" ."))
            was, now = (
                text[offset + found.start(name) : offset + found.end(name)]
                for name in ("was", "now")
            )
            return _pair(was, now)
    onto = list(_ONTO.finditer(plain))
    if len(onto) != 1:
        return None
    return _pair(text[: onto[0].start()], text[onto[0].end() :])


_OPENING = frozenset("«\"“„'")
_CLOSING = frozenset("»\"”“'")
_LABEL = re.compile(r"(?:было|стало)\s*:?\s+")


def _pair(was: str, now: str) -> tuple[str, str] | None:
    """The pair without labels and quotation marks around it; None when a side is empty."""
    sides = []
    for side in (was, now):
        label = _LABEL.match(same_length(side))
        text = (side[label.end() :] if label else side).strip()
        if text[:1] in _OPENING and text.rstrip(" .,;")[-1:] in _CLOSING:
            text = text.rstrip(" .,;")
        if len(text) > 1 and text[0] in _OPENING and text[-1] in _CLOSING:
            text = text[1:-1].strip()
        sides.append(text)
    before, after = sides
    return (before, after) if before and after and before != after else None
