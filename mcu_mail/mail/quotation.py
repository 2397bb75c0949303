"""Which lines of a reply are the letter it answers.

One pass over lines, linear time, no library: the measured ones know no Russian and hang on hostile
input. Quotation is recognised by prefixes (``>``, the initials of The Bat!), by our separator, by
Russian and English attributions (wrapped ones too), by header blocks holding an address or a time,
and by the dividers of forwarded letters. Guarantees: a line is never split or changed, only
marked; when in doubt between own words and a quotation marked by nothing, own words win, except
below a divider, for a verdict read from a quotation would be the worst error.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_INVISIBLE = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_MAX_LINE = 400
_MAX_WRAP = 4
_MAX_HEADER_GAP = 2
_MAX_COMPARED = 400
_MAX_COMPARED_LINE = 2_000

_PREFIX = re.compile(r"^\s{0,3}(?:[A-ZА-ЯЁ][A-Za-zА-ЯЁа-яё]{0,3})?>")
_RULE = re.compile(r"^\s*[_\-=—–*]{4,}\s*$")
_DIVIDER = re.compile(
    r"^\W{0,40}(?:(?:исходное|первоначальное|оригинальное|пере(?:сыл|направл|адресов|сл)\w{0,8}"
    r"|начало пере\w{0,12}) (?:сообщени|письм)[ея]"
    r"|(?:original|forwarded) (?:message|appointment)|begin forwarded message"
    r"|конец пере\w{0,12} сообщения)\W{0,40}$",
    re.IGNORECASE,
)
_DIVIDER_END = re.compile(r"^\W{0,40}(?:конец пере\w{0,12} сообщения|end forwarded)", re.IGNORECASE)
_VERB = re.compile(
    r"(?<!\w)(?:(?:на)?писал(?:\(а\)|а|и)?|(?:на)?пишет|сообщил(?:\(а\)|а)?|wrote|writes"
    r"|пользователь)(?!\w)",
    re.IGNORECASE,
)
_YOU_WROTE = re.compile(r"^(?:вы писали|you wrote)\b", re.IGNORECASE)
_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){0,5}")
_TIME = re.compile(r"(?<![\d:])\d{1,2}[:.]\d{2}(?::\d{2})?(?![\d.:]\d)")
_DATE = re.compile(
    r"(?<!\d)(?:\d{1,2}[./]\d{1,2}[./]\d{2,4}|\d{4}-\d{2}-\d{2}"
    r"|\d{1,2}(?:-го)?\s(?:янв|фев|мар|апр|ма[йя]|июн|июл|авг|сен|окт|ноя|дек)\w{0,6}\.?"
    r"|\d{1,2}\s(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w{0,6}"
    r"|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w{0,6}\s\d{1,2})",
    re.IGNORECASE,
)
_STARTS_WITH_DATE = re.compile(
    r"^\W{0,3}(?:on\s|в\s)?(?:[^\W\d]{2,12},?\s)?(?:\d{1,2}:\d{2},?\s)?(?=" + _DATE.pattern + ")",
    re.IGNORECASE,
)
_KEY = re.compile(
    r"^\s*\*?(от кого|от|отправлен(?:о|ные)?|отправитель|дата отправки|дата|кому|куда"
    r"|получатель|копия|тема|важность|приоритет|вложения|from|sent|date|to|cc|subject|importance|reply-to|attachments)"
    r"\s?:\*?\s*(.*)$",
    re.IGNORECASE,
)
_FROM_KEYS = frozenset({"от", "от кого", "отправитель", "from"})
_TIME_KEYS = frozenset({"отправлено", "отправлен", "отправленные", "дата отправки", "дата"}) | {
    "sent",
    "date",
}
_TO_KEYS = frozenset({"кому", "to", "куда", "получатель"})
_SUBJECT_KEYS = frozenset({"тема", "subject"})


def tidy(text: str) -> list[str]:
    """Return the lines of `text` without invisible characters and with plain spaces only."""
    visible = _INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return [
        re.sub(r"[\xa0\u2000-\u200a\u202f\u205f\u3000\t]", " ", line).rstrip()
        for line in re.split("[\n\x0b\x0c\x85\u2028\u2029]", visible)
    ]


def quoted_lines(lines: Sequence[str], separator: str) -> list[bool]:
    """Return for each line whether it belongs to the quotation."""
    marks = [bool(_PREFIX.match(line)) for line in lines]
    at = 0
    while at < len(lines):
        end = at if marks[at] else _quoted_until(lines, marks, at, separator)
        if end > at:
            marks[at:end] = [True] * (end - at)
            _mark_rule_above(lines, marks, at)
        at = max(end, at + 1)
    return marks


def _quoted_until(lines: Sequence[str], marks: Sequence[bool], at: int, separator: str) -> int:
    """Return where the quotation that starts at line `at` ends; `at` when none starts there."""
    if _opens_unmarked(lines, at, separator):
        return _end_of_forwarded(lines, at)
    start = at + _yandex_header(lines, at)
    last = start + _attribution(lines, start)
    if last == start:
        return at
    follows = _next_text(lines, last)
    if follows is None or marks[follows]:
        return last
    if not _is_machine_made(lines[start:last]):
        return at
    # Nothing marks the quotation of this program: all that is left belongs to it.
    return len(lines)


def _opens_unmarked(lines: Sequence[str], at: int, separator: str) -> bool:
    """Tell whether a quotation without prefixes starts at line `at`."""
    line = lines[at][:_MAX_LINE]
    if not line.strip():
        return False
    return bool(
        _is_separator(lines, at, separator)
        or _DIVIDER.match(line)
        or (_KEY.match(line) and _is_header_block(lines, at))
    )


def _words(text: str) -> str:
    kept = unicodedata.normalize("NFKC", text).casefold().replace("ё", "е")
    return " ".join(re.findall(r"[^\W_]+", kept))


def _is_separator(lines: Sequence[str], at: int, separator: str) -> bool:
    """Recognise our separator, alone on a line or wrapped over two or three."""
    wanted = _words(separator)
    first = _words(lines[at][:_MAX_LINE])
    if not wanted or not first or not wanted.startswith(first):
        return bool(wanted) and first == wanted
    return any(
        _words(" ".join(lines[at : at + count])[:_MAX_LINE]) == wanted for count in (1, 2, 3)
    )


def _is_header_block(lines: Sequence[str], at: int) -> bool:
    """Recognise От:/Отправлено:/Кому:/Тема: of a quoted letter, never such lines of a report.

    The author's line must hold an address, or the line of the date a time: a report on incoming
    letters has neither.
    """
    keys: dict[str, str] = {}
    gap = 0
    for line in lines[at : at + 24]:
        found = _KEY.match(line[:_MAX_LINE])
        if found:
            keys.setdefault(found[1].lower(), found[2])
            gap = 0
        elif keys and gap < _MAX_HEADER_GAP:
            gap += 1
        else:
            break
    author = [value for key, value in keys.items() if key in _FROM_KEYS]
    times = [value for key, value in keys.items() if key in _TIME_KEYS]
    others = keys.keys() & (_TO_KEYS | _SUBJECT_KEYS)
    if author and (others or times):
        return any(_ADDRESS.search(value) for value in author) or any(
            _TIME.search(value) and _DATE.search(value) for value in times
        )
    return False


def _yandex_header(lines: Sequence[str], at: int) -> int:
    """Return how many lines Yandex's addressee and subject take above its attribution, or 0."""
    if at == 0 or not _RULE.match(lines[at - 1]):
        return 0
    count = 0
    for line in lines[at : at + 6]:
        found = _KEY.match(line[:_MAX_LINE])
        if not found or found[1].lower() not in _TO_KEYS | _SUBJECT_KEYS | {"копия", "cc"}:
            break
        count += 1
    return count


def _is_machine_made(attribution: Sequence[str]) -> bool:
    """Tell an attribution a program wrote from a person's «Иванова писала 12.03 в 10:15:»."""
    text = " ".join(attribution).strip()
    return bool(
        _ADDRESS.search(text)
        or "(а)" in text
        or _YOU_WROTE.match(text)
        or _STARTS_WITH_DATE.match(text)
    )


def _attribution(lines: Sequence[str], at: int) -> int:
    """Return how many lines the attribution starting at `at` takes; 0 when there is none."""
    joined = ""
    for count, line in enumerate(lines[at : at + _MAX_WRAP], start=1):
        if not line.strip() or len(line) > _MAX_LINE or (count > 1 and _PREFIX.match(line)):
            return 0
        joined = f"{joined} {line.strip()}".strip()
        if _is_attribution(joined, lines, at + count):
            return count
        if count == 1 and not (_DATE.search(joined) or _TIME.search(joined) or _opens(joined)):
            return 0
    return 0


def _opens(line: str) -> bool:
    return bool(_VERB.search(line) or _ADDRESS.search(line) or line.lower().startswith("on "))


def _is_attribution(text: str, lines: Sequence[str], after: int) -> bool:
    dated = bool(_DATE.search(text))
    timed = bool(_TIME.search(text))
    addressed = bool(_ADDRESS.search(text))
    verb = bool(_VERB.search(text))
    colon = text.endswith(":")
    follows = _next_text(lines, after)
    before_quote = follows is not None and bool(_PREFIX.match(lines[follows]))
    if _YOU_WROTE.match(text) and (dated or addressed or colon):
        return dated or before_quote
    if colon:
        known = (verb and (dated or addressed)) or (dated and timed and addressed)
        return known and (before_quote or timed or addressed)
    # Some programs leave the colon out; then two marks and the quotation itself must be there.
    return before_quote and verb and dated and (timed or addressed)


def _next_text(lines: Sequence[str], start: int) -> int | None:
    for at in range(start, min(start + 4, len(lines))):
        if lines[at].strip():
            return at
    return None


def _end_of_forwarded(lines: Sequence[str], start: int) -> int:
    for at in range(start + 1, len(lines)):
        if _DIVIDER_END.match(lines[at][:_MAX_LINE]):
            return at + 1
    return len(lines)


def _mark_rule_above(lines: Sequence[str], marks: list[bool], at: int) -> None:
    """Mark the line of dashes or underscores some programs draw above the quotation."""
    for above in range(at - 1, max(at - 3, -1), -1):
        if _RULE.match(lines[above]):
            marks[above] = True
            return
        if lines[above].strip():
            return


def answers_inside(lines: Sequence[str], sent_text: str) -> list[str]:
    """Return the lines that the letter we sent does not hold: answers typed inside its quotation.

    Only for quotations nothing marks. Lines are compared as words in the letter's whole text, so
    that another wrapping does not matter; a short answer that happens to stand in the letter is
    lost rather than a line of the letter taken for an answer. Nothing is returned unless most of
    the letter's lines are there, for then it is another letter; what stands below the header of
    an older letter is not looked at.
    """
    ours = f" {_words(sent_text[:100_000])} "
    head = next((at for at, line in enumerate(lines) if f" {_words(line)} " in ours), len(lines))
    fresh: list[str] = []
    known = 0
    for at, line in enumerate(lines[head:_MAX_COMPARED], start=head):
        if _opens_unmarked(lines, at, "") or _attribution(lines, at):
            break
        words = _words(line[:_MAX_COMPARED_LINE])
        if words and f" {words} " in ours:
            known += 1
        elif words:
            fresh.append(line)
    expected = sum(1 for line in sent_text[:100_000].split("\n") if _words(line))
    return fresh if known * 2 > expected else []
