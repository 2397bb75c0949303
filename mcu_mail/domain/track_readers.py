"""How the words of the three tracks are read, once they were found: one small reader per command.

What a coordinator tells has more parts than a verdict: when it happened, where, with what outcome,
by whose word. Each part has its field of `Meaning`; what follows is kept as it was written.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from mcu_mail.domain import track_words as words
from mcu_mail.domain.meaning import Meaning, MeaningKind
from mcu_mail.domain.verdict_readers import (
    NAME_END,
    SURNAME,
    approved,
    moment_at,
    reason_of,
    unit_of,
    until_of,
)
from mcu_mail.domain.verdict_tails import is_harmless
from mcu_mail.domain.verdict_words import (
    APPROVE,
    CLOSE,
    NOT_AGREED,
    REDO,
    SENT_BACK,
    same_length,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, time

    from mcu_mail.domain.spoken_dates import Direction
    from mcu_mail.domain.verdict_readers import Said

COMMENT, NEGATIVE, POSITIVE = "comment", "negative", "positive"
"""Names of a citizen's reaction; a mark is named by its digit."""
OFF, DONE, SUBMITTED, CONSENTED = "off", "done", "submitted", "consented"

_LEAD = re.compile(r"(?:(?:не\s+позднее|до|на|к|ко|в|во|с|со|от|около)\s+)?")


def _moment(
    plain: str, start: int, today: date, direction: Direction
) -> tuple[date | None, time | None, int]:
    """The day and the hour that stand at `start` in either order, and where they end."""
    lead = _LEAD.match(plain, start)
    begin = lead.end() if lead else start
    day, at, end = moment_at(plain, begin, today, direction)
    if day is None and at is not None:
        gap = re.compile(r"[\s,]+(?:(?:на|до|от)\s+)?").match(plain, end)
        after = gap.end() if gap else end
        later, _, day_end = moment_at(plain, after, today, direction)
        if later is not None:
            return later, at, day_end
    return (day, at, end) if day is not None or at is not None else (None, None, start)


def _happened(said: Said) -> tuple[date | None, time | None, str]:
    """When it happened, if that is told first, and the words after it."""
    day, at, end = _moment(same_length(said.rest), 0, said.today, "back")
    return day, at, reason_of(f"{said.rest[end:]}\n{said.below}")


def told(kind: MeaningKind, name: str = "") -> Callable[[Said], Meaning]:
    """A reader of what has happened: when, and the words after it."""

    def read(said: Said) -> Meaning:
        until, at, reason = _happened(said)
        return Meaning(kind=kind, name=name, until=until, at=at, reason=reason)

    return read


# --- terms ---------------------------------------------------------------------------------------

_BASIS = re.compile(
    r"\s*(?:$|[,.;:!(–—-]|(?:по|в\s+связи|согласно|решени|на\s+основании|основание|цур|куратор|продл|установ"
    r"|перен|глав|распоряжени|поручени|так\s+как|т\.\s?к|из-за|потому|вместо|включительно|указал|просит|просьба"
    r"|пожалуйста|утра|вечера|дня|с\s+учетом|ответа|исполнения)(?![а-я]?\s*\?))",
)
_NO_TERM = re.compile(
    r"[\s,:.;–—-]*(?:не|нет|нереал|невозмож|нельзя|прош[её]?л|ист[её]к|мск|по\s+мск|по\s+москв|москов)"
)
"""A term that is doubted is none; and Moscow time is not the office's."""


_WRONG_TERM = re.compile(
    r"(?<!\w)(?:неверн\w*|неправильн\w*|ошиб\w*|нереальн\w*|не\s+(?:тот|верн\w*|подход\w*|устраива\w*"
    r"|реальн\w*|успе\w*))(?!\w)",
)


def term(said: Said) -> Meaning | None:
    """«Срок до 18:00 10.06, ЦУР продлил»; None when no moment follows or it is spoken of."""
    plain = same_length(said.rest)
    until, at, end = _moment(plain, 0, said.today, "ahead")
    if until is None and at is None:
        return None
    if _BASIS.match(plain, end) is None or _NO_TERM.match(plain, end):
        return None
    if _WRONG_TERM.search(plain, end):
        return None
    head = said.match.string[said.match.start() : said.match.end()]
    by = re.search(rf"(?<![а-я]){words.CUR}(?![а-я])", head)
    rest = reason_of(f"{said.rest[end:]}\n{said.below}")
    # «ЦУР продлил срок до 10.06»: who moved it is the basis.
    basis = said.line[said.match.start() : said.match.end()].strip() if by else ""
    reason = "\n".join(part for part in (basis, rest) if part)
    return Meaning(kind=MeaningKind.term, until=until, at=at, reason=reason)


def urgent(said: Said) -> Meaning | None:
    """«Срочно до ЧЧ:ММ основание»; a «срочный запрос» needs no moment, other words do."""
    plain = same_length(said.rest)
    until, at, end = _moment(plain, 0, said.today, "ahead")
    is_request = "запрос" in said.match[0]
    if until is None and at is None and not is_request:
        return None
    reason = reason_of(f"{said.rest[end:]}\n{said.below}")
    if is_request and until is None and at is None:
        until, at, _, _ = until_of(said.rest, said.today)
    return Meaning(kind=MeaningKind.urgent, until=until, at=at, reason=reason)


# --- accepted, executors -------------------------------------------------------------------------

_EXECUTOR = re.compile(
    r"(?<!\w)исполнител(?:ь|ем)(?:\s+(?:назначить|назначен|будет))?\s*[:–—-]?\s*"
    r"(?P<who>[а-я][а-я-]+(?:\s+[а-я]\.\s?(?:[а-я]\.)?)?)",
)
_TERM = re.compile(r"(?<!\w)срок(?:ом)?(?:\s+(?:исполнения|ответа))?[\s:–—-]+")
_CATEGORY_END = re.compile(r"[.;\n(]|,|\s[–—-]\s|\s+(?=(?:исполнитель|срок)(?!\w))")
_SUBCATEGORY = re.compile(r"\s*,?\s*подкатегори[яи]\s*[:–—-]?\s*")
_CATEGORY = re.compile(r"категори[яю]\s*[:–—-]?\s*")


def _beside(said: Said) -> tuple[str, date | None, time | None]:
    """The executor and the term that are named beside something else."""
    text = f"{said.rest}\n{said.below}"
    plain = same_length(text)
    who = _EXECUTOR.search(plain)
    name = text[slice(*who.span("who"))] if who else ""
    is_name = name[:1].isupper() or SURNAME.fullmatch(same_length(name)) is not None
    mark = _TERM.search(plain)
    day, at, _ = _moment(plain, mark.end(), said.today, "ahead") if mark else (None, None, 0)
    return (name if is_name else ""), day, at


_NO_CATEGORY = re.compile(r"(?:не|нет|неверн\w*|ошиб\w*|друг\w*|нужн\w*|како\w*)(?!\w)")


def accepted(said: Said) -> Meaning | None:
    """«Принято: ЖКХ / Освещение, исполнитель Трассов, срок 05.12»: the category as «A / B».

    None when the words deny one: «Категория: не та».
    """
    text = f"{said.rest}\n{said.below}"
    lead = _CATEGORY.match(same_length(text))
    text = text[lead.end() :] if lead else text
    sub = _SUBCATEGORY.search(same_length(text))
    if sub is not None:
        text = f"{text[: sub.start()]} / {text[sub.end() :]}"
    if _NO_CATEGORY.match(same_length(text).strip()) and "категори" in same_length(said.line):
        return None
    end = _CATEGORY_END.search(same_length(text))
    cut = end.start() if end else len(text)
    parts = [part.strip(" \t,:–—-") for part in text[:cut].split("/")]
    is_category = len(parts) > 1 or said.match[0].startswith("категори")
    in_work = "работу" in said.match[0]
    name = " / ".join(part for part in parts if part) if is_category or not in_work else ""
    who, until, at = _beside(said)
    reason = reason_of(text[cut:] if name else text)
    return Meaning(
        kind=MeaningKind.accept, name=name, reason=reason, executor=who, until=until, at=at
    )


_UNIT = re.compile(r"отдел|управлени|комитет|мку|муп|едд?с|служб|центр|администраци|территориальн")


def assigned(said: Said) -> Meaning | None:
    """«Назначить: Трассов»: an executor; «Переназначить: отдел дорог»: a department.

    None when neither a surname nor a department is named.
    """
    if said.rest.rstrip().endswith("?"):
        return Meaning(kind=MeaningKind.question)
    name = NAME_END.split(said.rest, maxsplit=1)[0].strip()
    plain = same_length(name)
    spoken = re.sub(r"\s+(?:исполнител|ответственн)\w+$", "", plain)
    name = name[: len(spoken)]
    is_person = SURNAME.fullmatch(spoken.rstrip(". ")) is not None or (
        SURNAME.fullmatch(spoken.partition(" ")[0]) is not None and name[:1].isupper()
    )
    _, until, at = _beside(said)
    if is_person and len(spoken.split()) <= 4:  # noqa: PLR2004 - surname, name, patronymic, post
        reason = reason_of(f"{said.rest[len(name) :]}\n{said.below}")
        return Meaning(kind=MeaningKind.executor, name=name, reason=reason, until=until, at=at)
    marked = said.match["colon"] or said.match["onto"]
    if not (_UNIT.match(plain) or (marked and name[:1].isupper())):
        return None
    unit, reason = unit_of(said)
    return Meaning(kind=MeaningKind.route, name=unit, reason=reason, until=until, at=at)


# --- published -----------------------------------------------------------------------------------

_LINK = re.compile(r"https?://[^\s,;]+[^\s,;.!)»]")
_FILLER = re.compile(
    r"(?:[\s,.;:!/–—-]|(?:ответ|со\s+статусом|статус|ссылка(?:\s+на\s+ответ)?|пожалуйста"
    rf"|точка|запятая|двоеточие)(?!\w)|{words.PLACE}\w{{0,12}}(?:\s+(?:вк|пос|кузбасс-онлайн))?(?!\w))+"
)
_OUTCOME = re.compile(rf"[«\"(]?(?:как\s+)?(?P<outcome>{words.OUTCOME})(?!\w)[»\")]?")
_SAME = re.compile(words.RESOLVED)


def _outcome_name(plain: str) -> str:
    return "решено" if _SAME.match(plain) else "разъяснено"


def published(said: Said) -> Meaning:
    """«Опубликовано»: the link as the reason, the outcome, when it was, and the text that follows.

    The outcome stays empty when none is told, or both.
    """
    plain, text = same_length(said.rest), f"{said.rest}\n{said.below}"
    until: date | None = None
    at: time | None = None
    outcomes: list[str] = []
    link, pos = "", 0
    while pos < len(plain):
        if filler := _FILLER.match(plain, pos):
            pos = filler.end()
        elif not link and (found := _LINK.match(said.rest, pos)):
            link, pos = found[0], found.end()
        elif outcome := _OUTCOME.match(plain, pos):
            outcomes.append(_outcome_name(outcome["outcome"]))
            pos = outcome.end()
        else:
            day, hour, end = _moment(plain, pos, said.today, "back")
            if end == pos or until is not None or at is not None:
                break
            until, at, pos = day, hour, end
    rest = text[pos:]
    if not outcomes:
        outcomes = [_outcome_name(one[0]) for one in _WORD.finditer(plain)]
    if not link and (found := _LINK.search(text)):
        link = found[0]
    return Meaning(
        kind=MeaningKind.published,
        name=outcomes[0] if len(set(outcomes)) == 1 else "",
        reason=link,
        until=until,
        at=at,
        text=_without_link(rest, link),
    )


_WORD = re.compile(rf"(?<!\w)(?:{words.OUTCOME})(?!\w)")


def _without_link(text: str, link: str) -> str:
    alone = "\n".join(line for line in text.split("\n") if not link or line.strip() != link)
    rest = reason_of(alone)
    return "" if is_harmless(rest) else rest


_VERDICTS = (APPROVE, NOT_AGREED, SENT_BACK, REDO, CLOSE)


def resolved(said: Said) -> Meaning | None:
    """«Решено: …», «Статус разъяснено»: published with this outcome, and the text that follows.

    None when what was decided is another verdict: «Решено: вернуть».
    """
    if any(one.match(same_length(said.rest)) for one in _VERDICTS):
        return None
    rest = published(said)
    name = _outcome_name(said.match["status"] or said.match["word"])
    both = rest.name and rest.name != name
    return Meaning(
        kind=MeaningKind.published,
        name="" if both else name,
        reason=rest.reason,
        until=rest.until,
        at=rest.at,
        text=rest.text,
    )


# --- consent, the citizen, the first reply -------------------------------------------------------


def consented(said: Said) -> Meaning:
    """Consent to publication: an approval by this name; held with a remark."""
    meaning = approved(said)
    return replace(meaning, name=CONSENTED) if meaning.kind is MeaningKind.approve else meaning


def marked(said: Said) -> Meaning:
    """«Оценка: 1-5» of the citizen."""
    mark = said.match["mark"]
    name = words.MARK_WORDS.get(mark, mark)
    return Meaning(kind=MeaningKind.citizen, name=name, reason=said.reason)


_NOT_A_REPLY = re.compile(
    r"(?:готов|будет|дан|дал|выдан|подготов|направ[иля]|отправ[иля]|дадим|дам|дайте|позже|завтра|скоро|еще|уже|пока|не|нет|нужен|нужно|надо"
    r"|жд[её]м|когда|кто|ли)(?:\w{0,6})?(?!\w)"
)
_COLON = re.compile(r"\s*(?::|[–—-]|двоеточие)")


def first_reply(said: Said) -> Meaning | None:
    """«Первичный ответ: текст, срок ДД.ММ.ГГГГ»: the whole text, and the day named in it."""
    reason = said.reason
    after = said.match.string[said.match.end() :]
    if not reason or (_COLON.match(after) is None and _NOT_A_REPLY.match(same_length(reason))):
        return None
    until, at, _, _ = until_of(reason, said.today)
    return Meaning(kind=MeaningKind.first_reply, until=until, at=at, reason=reason)


def first_done(said: Said) -> Meaning:
    """«Первичный ответ дан в 10:40, срок 25.11»: it was given; when, and the day promised."""
    until, at, reason = _happened(said)
    _, promised, _ = _beside(said)
    return Meaning(
        kind=MeaningKind.first_reply,
        name=DONE,
        until=until,
        at=at,
        promised=promised,
        reason=reason,
    )
