"""What an official's reply says, read from its first line by a closed list (design §4).

The rule of this module is: never guess. An approval counts only when nothing but harmless words
follows it; a remark holds it, a question is a question, and whatever is not on the list is a note
that is kept and answered with buttons.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from mcu_mail.domain import verdict_words as words
from mcu_mail.domain.contacts import Contact, take_contacts
from mcu_mail.domain.drafts import (
    cut_closing,
    is_draft,
    is_prose,
    opening,
    skip_greeting,
    strip_frame,
)
from mcu_mail.domain.numbering import find_case_numbers
from mcu_mail.domain.spoken_dates import find_clocks, find_day
from mcu_mail.domain.verdict_tails import is_harmless
from mcu_mail.domain.verdict_words import clean, same_length

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, time

__all__ = [
    "Contact",
    "Meaning",
    "MeaningKind",
    "is_draft",
    "read_meaning",
    "strip_frame",
]


class MeaningKind(StrEnum):
    """What a reply can mean."""

    approve = "approve"
    weak = "weak"
    """«ок», «+»: a one-tap confirmation is asked."""
    conditional = "conditional"
    """An approval with a remark: held, «Отправить так» / «Вернуть с замечанием»."""
    return_ = "return"
    executor = "executor"
    not_ours = "not_ours"
    interim = "interim"
    contact_only = "contact_only"
    accept = "accept"
    published = "published"
    regional = "regional"
    head_returned = "head_returned"
    by_phone = "by_phone"
    close = "close"
    duplicate = "duplicate"
    sent_by_hand = "sent_by_hand"
    fast_track = "fast_track"
    urgent = "urgent"
    citizen = "citizen"
    recall = "recall"
    answer = "answer"
    question = "question"
    note = "note"
    register_number = "register_number"
    confirm = "confirm"
    """«ДА» alone: confirms what was asked; where an approval was asked it is only weak."""
    route = "route"
    wait = "wait"
    empty = "empty"


@dataclass(frozen=True, kw_only=True)
class Meaning:
    """What one reply means.

    Attributes:
        reason: the reason, basis or remark, over several lines if written so.
        name: the executor, department, case or register number, mark, or outcome named.
        until: the day promised or named; for a register number, its date.
        text: the whole new text without its lines about contact.
    """

    kind: MeaningKind
    reason: str = ""
    name: str = ""
    until: date | None = None
    at: time | None = None
    contacts: tuple[Contact, ...] = ()
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class _Said:
    """What a command's reader gets: the line, what follows the command, and the day."""

    rest: str
    """The line after the command, as written, without punctuation at its beginning."""
    below: str
    """The lines below."""
    match: re.Match[str]
    today: date

    @property
    def reason(self) -> str:
        """All that follows the command, without a closing signature."""
        return _reason(f"{self.rest}\n{self.below}")


def read_meaning(new_text: str, today: date, *, drafting: bool = False) -> Meaning:
    """What the new text of a reply means (quotation and disclaimers are cut off already).

    `drafting`: it comes from the one whose turn it is to write the answer, so that prose may be
    the answer itself. `today` completes days without a year.
    """
    body, contacts = take_contacts(clean(new_text), today)
    head, below = _first_line(body)
    if head:
        meaning = _read(head, below, body, today, drafting=drafting)
    else:
        meaning = Meaning(kind=MeaningKind.contact_only if contacts else MeaningKind.empty)
    if contacts and meaning.kind is MeaningKind.note and is_harmless(f"{head}\n{below}"):
        meaning = Meaning(kind=MeaningKind.contact_only)
    return replace(meaning, contacts=contacts, text=body.strip())


def _first_line(body: str) -> tuple[str, str]:
    """The first line that is not only a greeting, without its greeting, and the lines below."""
    lines = body.split("\n")
    for i, line in enumerate(lines):
        said = skip_greeting(line).strip()
        if re.search(r"[\w+👍👌🆗✅🤝?]", said):
            return said, "\n".join(lines[i + 1 :])
    return "", ""


def _read(head: str, below: str, body: str, today: date, *, drafting: bool) -> Meaning:
    """The meaning of a reply whose first line is `head`."""
    opened = opening(body)
    if drafting and opened == "label":
        return Meaning(kind=MeaningKind.answer)
    meaning = _by_words(head, below, today)
    if drafting and _reads_as_prose(meaning, body, salutation=opened == "salutation"):
        return Meaning(kind=MeaningKind.answer)
    if meaning is not None:
        return meaning
    if opened == "label" or (drafting and is_draft(body) == "draft"):
        return Meaning(kind=MeaningKind.answer)
    asks = "?" in head or words.QUESTION.match(same_length(head))
    return Meaning(kind=MeaningKind.question if asks else MeaningKind.note)


_ALSO_PROSE = frozenset(
    {
        MeaningKind.approve,
        MeaningKind.conditional,
        MeaningKind.weak,
        MeaningKind.return_,
        MeaningKind.accept,
        MeaningKind.published,
        MeaningKind.close,
        MeaningKind.urgent,
        MeaningKind.confirm,
        MeaningKind.recall,
        MeaningKind.question,
    },
)
"""Verdicts that nobody asks of a drafter, and whose words may open the answer itself."""


def _reads_as_prose(meaning: Meaning | None, body: str, *, salutation: bool) -> bool:
    """Whether a drafter's text that looks like a verdict is the answer to the citizen."""
    if meaning is None:
        return salutation
    return meaning.kind in _ALSO_PROSE and (salutation or is_prose(body))


def _by_words(head: str, below: str, today: date) -> Meaning | None:
    """The meaning by the closed list; None when the line is not on it."""
    start = 0
    plain = same_length(head)
    while True:
        for pattern, reader in _COMMANDS:
            match = pattern.match(plain, start)
            if match is not None:
                gap = re.compile(words.GAP).match(plain, match.end())
                rest = head[gap.end() if gap else match.end() :]
                said = _Said(rest=rest, below=below, match=match, today=today)
                meaning = reader(said)
                if meaning is not None:
                    return _recalled(plain, start, meaning)
        prefix = words.PREFIX.match(plain, start)
        if prefix is None or prefix.end() == start:
            break
        start = prefix.end()
    if _has_recall(plain):
        return Meaning(kind=MeaningKind.recall)
    return None


def _has_recall(plain: str) -> bool:
    """A word of recall near the beginning, or in a short line."""
    if "?" in plain:
        return False
    spoken = re.findall(r"[\w-]+", plain)
    near = spoken if len(spoken) <= 6 else spoken[:3]  # noqa: PLR2004 - six words are a short line
    return any(words.RECALL.fullmatch(word) for word in near)


def _recalled(plain: str, start: int, meaning: Meaning) -> Meaning:
    """An approval in whose line a recall stands is a recall: «Согласовано. Отбой!»."""
    yes = {MeaningKind.approve, MeaningKind.conditional, MeaningKind.weak, MeaningKind.confirm}
    if meaning.kind in yes and words.RECALL.search(plain, start) and "?" not in plain:
        return Meaning(kind=MeaningKind.recall)
    return meaning


def _reason(text: str) -> str:
    """`text` as a reason: no signature, no punctuation around it, none of it dictated."""
    reason = cut_closing("\n" + text).strip().lstrip(":,.;!–—- \n").rstrip()
    dictated = re.search(r"\s+точка\.?$", same_length(reason))
    return reason[: dictated.start()] if dictated else reason


def _only(kind: MeaningKind) -> Callable[[_Said], Meaning]:
    """A reader that takes all that follows as the reason."""
    return lambda said: Meaning(kind=kind, reason=said.reason)


def _asks(said: _Said) -> bool:
    """Whether the command itself is asked: «Согласовано?», «На доработку?»."""
    return re.match(r"[\s»\"')]*\?", said.match.string[said.match.end() :]) is not None


def _approve(said: _Said) -> Meaning:
    tail = said.match.string[said.match.end() :]
    if re.match(r"[^.!]*\?", tail):
        return Meaning(kind=MeaningKind.question)
    if is_harmless(f"{said.rest}\n{said.below}"):
        return Meaning(kind=MeaningKind.approve)
    return Meaning(kind=MeaningKind.conditional, reason=said.reason)


def _return(said: _Said) -> Meaning:
    if _asks(said):
        return Meaning(kind=MeaningKind.question)
    rest = said.rest
    # «Не согласовано. Вернуть на доработку: причина» says one thing twice.
    again = words.SENT_BACK.match(same_length(rest)) or words.NOT_AGREED.match(same_length(rest))
    if again is not None:
        rest = rest[again.end() :]
    reason = _reason(f"{rest}\n{said.below}")
    if not reason or is_harmless(reason):
        return Meaning(kind=MeaningKind.return_)
    return Meaning(kind=MeaningKind.return_, reason=reason)


def _redo(said: _Said) -> Meaning:
    meaning = _return(said)
    if not meaning.reason or re.match(words.COLON, said.match.string[said.match.end() :]):
        return meaning
    verb = said.match[0]
    return replace(meaning, reason=f"{verb[:1].upper()}{verb[1:]} {meaning.reason}")


def _weak(said: _Said) -> Meaning | None:
    """A weak word alone; with a remark it is held, and more words after it make a note."""
    return _weak_as(MeaningKind.weak, said)


def _confirm(said: _Said) -> Meaning | None:
    return _weak_as(MeaningKind.confirm, said)


_BUT = re.compile(r"(?:но|если|только|кроме|после|однако|при\s+условии)(?![\w-])")


def _weak_as(kind: MeaningKind, said: _Said) -> Meaning | None:
    if _asks(said):
        return Meaning(kind=MeaningKind.question)
    if _BUT.match(same_length(said.rest)):
        return Meaning(kind=MeaningKind.conditional, reason=said.reason)
    if _by_words(said.rest, said.below, said.today) is not None:
        return None
    return Meaning(kind=kind) if is_harmless(f"{said.rest}\n{said.below}") else None


_NAME_END = re.compile(r"[,;(!]|\.\s|\.$|\s+(?:до|срок|точка|запятая)(?!\w)|\s[–—-]\s")


def _executor(said: _Said) -> Meaning | None:
    name = _NAME_END.split(said.rest, maxsplit=1)[0].strip()
    spoken = name.split()
    dictated = "двоеточие" in said.match[0]
    marked = said.match["colon"] or dictated
    # «Исполнитель работ …» is prose: without a colon only a surname names somebody.
    if len(spoken) > 4 or not (marked or name[:1].isupper()):  # noqa: PLR2004 - surname, name, patronymic, post
        return None
    return Meaning(
        kind=MeaningKind.executor,
        name=name,
        reason=_reason(f"{said.rest[len(name) :]}\n{said.below}"),
    )


def _unit(said: _Said) -> tuple[str, str]:
    """The department named in a line, and what is said beside it."""
    line = re.sub(r"^(?:в|во|на)\s+", "", said.rest, flags=re.IGNORECASE)
    name, *rest = re.split(r"\.(?:\s|$)|;|\s[–—-]\s|(?<!\w)точка(?!\w)", line, maxsplit=1)
    return name.strip(" :,"), _reason("\n".join((*rest, said.below)))


def _pass_on(said: _Said) -> Meaning:
    name, reason = _unit(said)
    return Meaning(kind=MeaningKind.not_ours, name=name, reason=reason)


def _route(said: _Said) -> Meaning:
    name, reason = _unit(said)
    return Meaning(kind=MeaningKind.route, name=name, reason=reason)


def _not_ours(said: _Said) -> Meaning:
    if _asks(said):
        return Meaning(kind=MeaningKind.question)
    rest = f"{said.rest}\n{said.below}".strip()
    onward = re.search(rf"(?<![\w-]){words.PASS_ON.pattern}", same_length(rest))
    if onward is None:
        return Meaning(kind=MeaningKind.not_ours, reason=_reason(rest))
    first, _, below = rest[onward.end() :].partition("\n")
    name, reason = _unit(replace(said, rest=first, below=below))
    before = _reason(rest[: onward.start()])
    return Meaning(
        kind=MeaningKind.not_ours,
        name=name,
        reason="\n".join(part for part in (before, reason) if part),
    )


_UNTIL = re.compile(r"(?<!\w)(?:до|к|на|срок)\s+(?=[0-9])|(?<![\w-])(?=(?:после)?завтра|сегодня)")


def _until(line: str, today: date) -> tuple[date | None, time | None, int]:
    """The day and hour promised in `line`, and where the promise ends (0: there is none)."""
    plain = same_length(line)
    mark = _UNTIL.search(plain)
    if mark is None:
        return None, None, 0
    day = find_day(plain[mark.end() :], today, "ahead")
    end = mark.end()
    if day is not None and day.start == 0:
        end += day.end
    else:
        day = None
    link = re.compile(r"[\s,]*(?:(?:до|в|к)\s+)?").match(plain, end)
    begin = link.end() if link else end
    clock = next((c for c in find_clocks(plain[begin:]) if c.start == 0), None)
    if clock is not None:
        end = begin + clock.end
    elif day is None:
        end = 0
    return (day.day if day else None), (clock.at if clock else None), end


def _promise(kind: MeaningKind) -> Callable[[_Said], Meaning]:
    """A reader of «… до ДД.ММ.ГГГГ: текст»."""

    def read(said: _Said) -> Meaning:
        if _asks(said):
            return Meaning(kind=MeaningKind.question)
        until, at, end = _until(said.rest, said.today)
        # The promise at the beginning belongs to the command, one further on to the text.
        at_start = end and not re.search(r"[.:;]\s", said.rest[: end - 1])
        text = said.rest[end:] if at_start else said.rest
        return Meaning(kind=kind, until=until, at=at, reason=_reason(f"{text}\n{said.below}"))

    return read


def _urgent(said: _Said) -> Meaning | None:
    until, at, end = _until(f"до {said.rest}", said.today)
    if not end:
        return None
    reason = _reason(f"{said.rest[end - 3 :]}\n{said.below}")
    return Meaning(kind=MeaningKind.urgent, until=until, at=at, reason=reason)


def _published(said: _Said) -> Meaning:
    link = re.search(r"https?://\S+", f"{said.rest}\n{said.below}")
    outcome = re.search(r"(?<!\w)(?:решено|разъяснено)(?!\w)", same_length(said.rest))
    return Meaning(
        kind=MeaningKind.published,
        name=outcome[0] if outcome else "",
        reason=link[0] if link else "",
    )


def _regional(name: str) -> Callable[[_Said], Meaning]:
    return lambda said: Meaning(kind=MeaningKind.regional, name=name, reason=said.reason)


def _duplicate(said: _Said) -> Meaning:
    known = find_case_numbers(said.rest)
    number = re.search(r"[\w/-]*[0-9][\w/-]*", said.rest)
    return Meaning(
        kind=MeaningKind.duplicate,
        name=known[0] if known else number[0] if number else "",
        reason=said.reason,
    )


def _by_hand(said: _Said) -> Meaning:
    plain = same_length(said.rest)
    day = find_day(plain, said.today, "back")
    if day is not None:
        plain = plain[: day.start] + "/" * (day.end - day.start) + plain[day.end :]
    clock = next(iter(find_clocks(plain)), None)
    return Meaning(
        kind=MeaningKind.sent_by_hand,
        until=day.day if day else None,
        at=clock.at if clock else None,
        reason=said.reason,
    )


def _mark(said: _Said) -> Meaning:
    return Meaning(kind=MeaningKind.citizen, name=said.match["mark"], reason=said.reason)


def _number(said: _Said) -> Meaning | None:
    """A register number that stands alone in its line."""
    if said.match.end() != len(said.match.string) or find_case_numbers(said.match["number"]):
        return None
    on = find_day(said.match["on"] or "", said.today, "back")
    return Meaning(
        kind=MeaningKind.register_number,
        name=said.match["number"].rstrip(".").upper(),
        until=on.day if on else None,
    )


def _is_answer(said: _Said) -> Meaning:
    if _asks(said):
        return Meaning(kind=MeaningKind.question)
    return Meaning(kind=MeaningKind.answer, reason=said.reason)


_COMMANDS: tuple[tuple[re.Pattern[str], Callable[[_Said], Meaning | None]], ...] = (
    (words.RECALL, _only(MeaningKind.recall)),
    (words.BY_PHONE, _only(MeaningKind.by_phone)),
    (words.REGIONAL_YES, _regional("approved")),
    (words.REGIONAL_NO, _regional("returned")),
    (words.HEAD_RETURNED, _only(MeaningKind.head_returned)),
    (words.NOT_OURS, _not_ours),
    (words.PASS_ON, _pass_on),
    (words.NOT_AGREED, _return),
    (words.SENT_BACK, _return),
    (words.REDO, _redo),
    (words.APPROVE, _approve),
    (words.EXECUTOR, _executor),
    (words.ROUTE, _route),
    (words.INTERIM, _promise(MeaningKind.interim)),
    (words.WAIT, _promise(MeaningKind.wait)),
    (words.ACCEPT_WORK, _only(MeaningKind.accept)),
    (words.ACCEPT, _only(MeaningKind.accept)),
    (words.PUBLISHED, _published),
    (words.CLOSE, _only(MeaningKind.close)),
    (words.DUPLICATE, _duplicate),
    (words.BY_HAND, _by_hand),
    (words.FAST_TRACK, _only(MeaningKind.fast_track)),
    (words.URGENT, _urgent),
    (words.COMMENT, _only(MeaningKind.citizen)),
    (words.MARK, _mark),
    (words.IS_ANSWER, _is_answer),
    (words.NUMBER, _number),
    (words.CONFIRM, _confirm),
    (words.WEAK, _weak),
)
"""The closed list, the more exact words before the more general ones."""
