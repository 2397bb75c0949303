"""How each command of a reply is read, once its words were found: one small reader per command.

A reader gets the line, what follows the command and the lines below, and gives the meaning; None
when the words turn out to be something else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mcu_mail.domain import verdict_words as words
from mcu_mail.domain.drafts import cut_closing
from mcu_mail.domain.meaning import Meaning, MeaningKind
from mcu_mail.domain.numbering import find_case_numbers
from mcu_mail.domain.spoken_dates import WEEKDAY, find_clocks, find_day
from mcu_mail.domain.verdict_tails import is_harmless
from mcu_mail.domain.verdict_words import same_length

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, time

    from mcu_mail.domain.spoken_dates import Direction


@dataclass(frozen=True, kw_only=True)
class Said:
    """What the reader of a command gets: the line, what follows the command, and the day."""

    line: str
    """The first line as written, without its greeting."""
    rest: str
    """The line after the command, as written, without punctuation at its beginning."""
    below: str
    """The lines below."""
    match: re.Match[str]
    today: date

    @property
    def reason(self) -> str:
        """All that follows the command, without a closing signature."""
        return reason_of(f"{self.rest}\n{self.below}")


_REASON_LEAD = re.compile(
    r"(?:пожалуйста(?![\w-])|(?:по\s+)?причин[аеы](?:\s+возврата)?(?=\s*[:–—-]|\s+двоеточие)"
    r"|двоеточие(?!\w)|[\s:,.;!–—-])+",
)


def reason_of(text: str) -> str:
    """`text` as a reason: no signature, no «причина:», no punctuation around it, none dictated."""
    reason = cut_closing("\n" + text).strip()
    lead = _REASON_LEAD.match(same_length(reason))
    reason = reason[lead.end() :].rstrip() if lead else reason
    dictated = re.search(r"\s+точка\.?$", same_length(reason))
    return reason[: dictated.start()] if dictated else reason


def all_as_reason(kind: MeaningKind, name: str = "") -> Callable[[Said], Meaning]:
    """A reader that takes all that follows as the reason."""
    return lambda said: Meaning(kind=kind, name=name, reason=said.reason)


def is_asked(said: Said) -> bool:
    """Whether the command itself is asked: «Согласовано?», «Опубликовано уже?»."""
    after = said.match.string[said.match.end() :]
    return re.match(r"[\s»\"')]*\?", after) is not None


def asked_too(reader: Callable[[Said], Meaning | None]) -> Callable[[Said], Meaning | None]:
    """`reader`, unless the sentence that begins with the command is a question."""

    def read(said: Said) -> Meaning | None:
        after = _LINK_WORD.sub(" ", said.match.string[said.match.end() :])
        if re.match(r"(?:[^.!:\n]|(?<=[0-9])[.:](?=[0-9]))*\?", after):
            return Meaning(kind=MeaningKind.question)
        return reader(said)

    return read


_LINK_WORD = re.compile(r"https?://\S+")


def approved(said: Said) -> Meaning:
    """An approval: plain, with a remark (held), or only asked about."""
    tail = said.match.string[said.match.end() :]
    if re.match(r"[^.!]*\?", tail):
        return Meaning(kind=MeaningKind.question)
    if is_harmless(f"{said.rest}\n{said.below}"):
        return Meaning(kind=MeaningKind.approve)
    # A remark may stand below the signature, so nothing is cut.
    return Meaning(kind=MeaningKind.conditional, reason=f"{said.rest}\n{said.below}".strip())


_OR = re.compile(r"(?:или|либо)\s+(?:не\s*)?(?:с[оа]гл|утв|одобр|верн|подпис|отправ|опубл)")
"""«Вернуть или согласовать, решайте сами»."""


def returned(said: Said) -> Meaning:
    """A return; the reason stays empty when none is given, and is asked for."""
    if is_asked(said):
        return Meaning(kind=MeaningKind.question)
    rest = said.rest
    if _OR.match(same_length(rest)):
        return Meaning(kind=MeaningKind.note)
    # «Не согласовано. Вернуть на доработку: причина» says one thing twice.
    again = words.SENT_BACK.match(same_length(rest)) or words.NOT_AGREED.match(same_length(rest))
    if again is not None:
        rest = rest[again.end() :]
    reason = reason_of(f"{rest}\n{said.below}")
    because = _BECAUSE.match(same_length(reason))
    if because is not None:
        reason = reason[because.end() :]
    if not reason or is_harmless(reason):
        return Meaning(kind=MeaningKind.return_)
    return Meaning(kind=MeaningKind.return_, reason=reason)


_BECAUSE = re.compile(
    r"(?:потому,?\s+что|так\s+как|т\.\s?к\.|поскольку|ибо|по\s+той\s+причине,?\s+что)\s+"
    r"(?=[^,\n]{3,}[.!]?\s*$)"
)
"""«Вернуть, так как нет даты»: with a comma behind it, the words may join two clauses."""


def redone(said: Said) -> Meaning:
    """A return by a verb that belongs to its reason: «Исправить дату»."""
    meaning = returned(said)
    after = said.match.string[said.match.end() :]
    if not meaning.reason or re.match(words.COLON, after) or _WHY_REDO.match(after):
        return meaning
    reason = reason_of(f"{said.line[said.match.start() :]}\n{said.below}")
    return replace(meaning, reason=f"{reason[:1].upper()}{reason[1:]}")


_WHY_REDO = re.compile(
    r"\s*[,.]\s+(?:там|тут|здесь|в\s+не(?:й|м)|потому|так\s+как|поскольку|нет|не|без|указан\w*|ответ)(?!\w)"
)
"""«Переделать, там …»: the reason begins behind the verb."""


def weak(said: Said) -> Meaning | None:
    """A weak word alone; with a remark it is held, and more words after it make a note."""
    return _weak_as(MeaningKind.weak, said)


def confirmed(said: Said) -> Meaning | None:
    """«Да» alone."""
    return _weak_as(MeaningKind.confirm, said)


_BUT = re.compile(r"(?:но|если|только|кроме|после|однако|при\s+условии)(?![\w-])")


def _weak_as(kind: MeaningKind, said: Said) -> Meaning | None:
    if is_asked(said):
        return Meaning(kind=MeaningKind.question)
    if _BUT.match(same_length(said.rest)):
        return Meaning(kind=MeaningKind.conditional, reason=said.reason)
    return Meaning(kind=kind) if is_harmless(f"{said.rest}\n{said.below}") else None


SURNAME = re.compile(
    r"[а-я-]{2,}(?:[оеё]в(?:а|у|ым|ой)?|[иы]н(?:а|у|ым|ой)?|ск(?:ий|ая|ого|ому|ой)|енко|[юу]к|ич)"
    r"(?:\s+[а-я]\.?\s?(?:[а-я]\.?)?)?",
)
NAME_END = re.compile(r"[,;(!]|(?<![А-ЯЁ])\.(?:\s|$)|\s+(?:до|срок|точка|запятая)(?!\w)|\s[–—-]\s")


def executor(said: Said) -> Meaning | None:
    """The executor named; None when «исполнитель» opens a sentence of prose."""
    name = NAME_END.split(said.rest, maxsplit=1)[0].strip()
    spoken = name.split()
    dictated = "двоеточие" in said.match[0]
    marked = said.match["colon"] or dictated
    # «Исполнитель работ …» is prose: without a colon only a surname names somebody.
    surname = name[:1].isupper() or SURNAME.fullmatch(same_length(name).rstrip(". "))
    if len(spoken) > 4 or not (marked or surname):  # noqa: PLR2004 - surname, name, patronymic, post
        return None
    return Meaning(
        kind=MeaningKind.executor,
        name=name,
        reason=reason_of(f"{said.rest[len(name) :]}\n{said.below}"),
    )


def entrusted(said: Said) -> Meaning | None:
    """«Трассову – в работу»: a resolution; None unless it is a surname that stands there."""
    found = next(key for key in ("given", "let", "name") if said.match[key])
    name = said.line[slice(*said.match.span(found))].strip(" .")
    if said.below.strip() and not is_harmless(said.below):
        return None
    is_name = SURNAME.fullmatch(same_length(name).partition(" ")[0]) is not None
    if not is_name or not (name[:1].isupper() or found == "let"):
        return None
    return Meaning(kind=MeaningKind.executor, name=name)


def unit_of(said: Said) -> tuple[str, str]:
    """The department named in a line, and what is said beside it."""
    line = re.sub(r"^(?:в|во|на)\s+", "", said.rest, flags=re.IGNORECASE)
    name, *rest = re.split(r"\.(?:\s|$)|;|\s[–—-]\s|(?<!\w)точка(?!\w)", line, maxsplit=1)
    return name.strip(" :,"), reason_of("\n".join((*rest, said.below)))


def passed_on(said: Said) -> Meaning:
    """«Передать: отдел»: not our competence, and whose it is."""
    name, reason = unit_of(said)
    return Meaning(kind=MeaningKind.not_ours, name=name, reason=reason)


def routed(said: Said) -> Meaning:
    """«Отдел: …»: the department the dispatcher chose."""
    name, reason = unit_of(said)
    return Meaning(kind=MeaningKind.route, name=name, reason=reason)


def not_ours(said: Said) -> Meaning:
    """«Не наше …», with whose it is when a «передать» follows."""
    if is_asked(said):
        return Meaning(kind=MeaningKind.question)
    rest = f"{said.rest}\n{said.below}".strip()
    onward = re.search(rf"(?<![\w-]){words.PASS_ON.pattern}", same_length(rest))
    if onward is None:
        return Meaning(kind=MeaningKind.not_ours, reason=reason_of(rest))
    first, _, below = rest[onward.end() :].partition("\n")
    name, reason = unit_of(replace(said, rest=first, below=below))
    before = reason_of(rest[: onward.start()])
    return Meaning(
        kind=MeaningKind.not_ours,
        name=name,
        reason="\n".join(part for part in (before, reason) if part),
    )


_LINK = re.compile(r"[\s,]*(?:(?:до|в|к)\s+)?")
_UNTIL = re.compile(
    rf"(?<!\w)(?:до|к|ко|на|срок(?:ом)?(?:\s+(?:исполнения\s+)?до)?)\s+"
    rf"(?=[0-9]|завтра|послезавтра|сегодня|{WEEKDAY})"
    r"|(?<![\w-])(?=завтра|послезавтра|сегодня)",
)


def until_of(line: str, today: date) -> tuple[date | None, time | None, int, int]:
    """The day and hour promised in `line`, and the part of it that says so (0, 0: none does)."""
    plain = same_length(line)
    mark = _UNTIL.search(plain)
    if mark is None:
        return None, None, 0, 0
    day, at, end = moment_at(plain, mark.end(), today, "ahead")
    if day is None and at is None:
        return None, None, 0, 0
    return day, at, mark.start(), end


def moment_at(
    plain: str,
    start: int,
    today: date,
    direction: Direction,
) -> tuple[date | None, time | None, int]:
    """The day and the hour that stand at `start`, either may be missing, and where they end."""
    end = start
    day = find_day(plain[start:], today, direction)
    if day is not None and day.start:
        day = None
    if day is not None:
        end += day.end
    link = _LINK.match(plain, end)
    begin = link.end() if link else end
    clock = next((c for c in find_clocks(plain[begin:]) if c.start == 0), None)
    if clock is not None:
        end = begin + clock.end
    return (day.day if day else None), (clock.at if clock else None), end


def promised(kind: MeaningKind) -> Callable[[Said], Meaning]:
    """A reader of «… до ДД.ММ.ГГГГ: текст»."""

    def read(said: Said) -> Meaning:
        if is_asked(said):
            return Meaning(kind=MeaningKind.question)
        until, at, start, end = until_of(said.rest, said.today)
        # A promise at the beginning belongs to the command, one further on to the text.
        text = said.rest[end:] if start == 0 else said.rest
        return Meaning(kind=kind, until=until, at=at, reason=reason_of(f"{text}\n{said.below}"))

    return read


def duplicate(said: Said) -> Meaning:
    """«Дубль НОМЕР»; without a number the name stays empty, and it is asked for."""
    number = re.search(r"[\w/-]*[0-9][\w/-]*", said.rest)
    if number is None:
        return Meaning(kind=MeaningKind.duplicate, reason=said.reason)
    known = find_case_numbers(number[0])
    return Meaning(
        kind=MeaningKind.duplicate,
        name=known[0] if known else number[0],
        reason=reason_of(f"{said.rest[number.end() :]}\n{said.below}"),
    )


def sent_by_hand(said: Said) -> Meaning:
    """«Отправлено вручную ЧЧ:ММ», with the basis."""
    plain = same_length(said.rest)
    day, at, end = moment_at(plain, 0, said.today, "back")
    return Meaning(
        kind=MeaningKind.sent_by_hand,
        until=day,
        at=at,
        reason=reason_of(f"{said.rest[end:]}\n{said.below}"),
    )


def note_is_answer(said: Said) -> Meaning:
    """«Это ответ»: the note kept before is the answer."""
    if is_asked(said):
        return Meaning(kind=MeaningKind.question)
    return Meaning(kind=MeaningKind.answer, reason=said.reason)
