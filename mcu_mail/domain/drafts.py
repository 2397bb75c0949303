"""What of a reply is the answer to the citizen, and what is only its frame.

A draft is told from a note by the rule of design §3.4; the author's own salutation and signature
are cut, because the letter's template has its own.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from mcu_mail.domain import track_words as track
from mcu_mail.domain import verdict_words as words
from mcu_mail.domain.verdict_words import AFTER, LABEL, QUESTION, same_length

if TYPE_CHECKING:
    from collections.abc import Sequence

DRAFT_LENGTH = 120
"""Characters of prose from which an unmarked text is a draft (design §3.4)."""
_CLOSING_LENGTH = 400
_MOST_GREETINGS = 4
_LONGEST_GREETING = 300
_JUNK = "\x02\x03 \t>*_\"'«„“•–—-"
_HELLO = re.compile(
    r"(?:(?:всем\s+)?(?:добр(?:ый|ого|ое|ой)\s+(?:день|дня|вечера?|утр[оа]|ночи|времени\s+суток)"
    rf"|здравствуй(?:те)?|приветствую|привет)){AFTER}(?:\s*,?\s*(?:всем|коллеги){AFTER})?",
)
_DEAR = re.compile(rf"уважаем(?:ый|ая|ые){AFTER}")
_COLLEAGUES = re.compile(rf"коллеги{AFTER}(?=\s*(?:[,.!:–—-]|$))")
_PUNCTUATION = re.compile(r"[\s,.!:;–—-]*")
_PATRONYMIC = re.compile(
    r"\s*,?\s*(?:[А-ЯЁ][а-яё]+(?:-[А-ЯЁ][а-яё]+)?\s+){1,2}[А-ЯЁ][а-яё]*(?:вич|вна|ич|ична)(?![\w-])",
)
_ADDRESSEE = re.compile(r"\s*,?\s*[А-ЯЁ][а-яё]+(?:\s+[А-ЯЁ][а-яё]+){0,2}(?=\s*[!,.])")
_UNIT = (
    r"(?:мцу|mcu|служба(?:\s+(?:электронных\s+)?(?:писем|почты))?"
    rf"|(?:муниципальный\s+)?центр\s+управления){AFTER}"
)
_US = re.compile(
    rf"[\s,]*(?:из\s+|уважаем(?:ый|ая|ые)\s+)?[«\"„“]?{_UNIT}(?:[\s,]+{_UNIT}){{0,3}}[»\"“”]?"
    r"(?=\s*(?:[!,.:;–—-]|$)|\s+уважаем)",
)
"""Our own From name, which mail programs («Здравствуйте, МЦУ.» of The Bat!) put into greetings."""
_COMMANDS = (
    *(words.PREFIX, words.WEAK, words.CONFIRM, words.RECALL, words.APPROVE, words.NOT_AGREED),
    *(words.SENT_BACK, words.REDO, words.DUPLICATE, track.PUBLISHED, words.CLOSE, words.BY_HAND),
    re.compile(r"(?:не\s+)?(?:с[оа]гл|утвержд|одобр|замечан|отклон|верн|возвр)"),
)
"""Words that name nobody: «Добрый день, Хорошо.» greets nobody called Хорошо."""
_ANYBODY = re.compile(
    r"(?:(?!\s(?:сообща|информиру|уведомля|направля|прошу|просим|на\s+ваш"
    r"|(?:если|но|не|нет|кроме|только|хотя|пока|когда|после|почти|вроде|бы|ли|при|вместо)(?!\w)))"
    r"[^,!.:?\n]){0,80}[,!:]",
    re.IGNORECASE,
)
_CLOSING = re.compile(r"(?:^|\n|(?<=[.!?…])[ \t])[ \t]*с\s+(?:наилучшими\s+)?уважением(?![\w-])")
_PROMISE = re.compile(
    r"(?<![\w-])(?:отвечу|подготовлю|пришлю|вышлю|напишу|уточню|разберусь|отпишусь"
    r"|ответ\s+(?:будет|подготовим|направим|пришлем|дадим|подготовлю|направлю|дам)"
    r"|(?:подготовим|направим|пришлем|дадим)\s+ответ)(?![\w-])",
)
_QUOTED = re.compile(r"«[^«»\n]*»|\"[^\"\n]*\"")
_SENTENCE_END = re.compile(r"[.!?…\n]")


def skip_greeting(line: str, *, bare_names: bool = True) -> str:
    """`line` without greetings, salutations and decoration at its beginning.

    `bare_names`: «Илья Макетович, …» is a salutation too; in a draft it may be its first words.
    """
    for _ in range(_MOST_GREETINGS):
        line = line.lstrip(_JUNK)
        line = line[_greeting_end(line, bare_names=bare_names) :]
    return line


def _greeting_end(line: str, *, bare_names: bool) -> int:
    """Where a greeting at the beginning of `line` ends; 0 when there is none."""
    line = line[:_LONGEST_GREETING]
    plain = same_length(line)
    if us := _us_end(plain):
        end = us
    elif (hello := _HELLO.match(plain)) is not None:
        end = _named(line, hello.end(), _ADDRESSEE)
    elif (dear := _DEAR.match(plain)) is not None:
        end = _named(line, dear.end(), _ANYBODY)
    elif (colleagues := _COLLEAGUES.match(plain)) is not None:
        end = colleagues.end()
    elif bare_names and (name := _PATRONYMIC.match(line)) is not None:
        end = name.end()
    else:
        return 0
    return _end(_PUNCTUATION, line, end)


def _us_end(plain: str) -> int:
    """Where a greeting that names this service ends; 0 when there is none."""
    greeted = _HELLO.match(plain) or _DEAR.match(plain)
    us = _US.match(plain, greeted.end() if greeted else 0)
    if us is None:
        return 0
    after = _end(_PUNCTUATION, plain, us.end())
    # «МЦУ, здравствуйте!» and «МЦУ.» alone greet as well; «МЦУ, ЕДДС и отдел выехали» does not.
    alone = after == len(plain) or _HELLO.match(plain, after) is not None
    return after if greeted or alone else 0


def _named(line: str, start: int, otherwise: re.Pattern[str]) -> int:
    """Where the name after a greeting ends: name and patronymic, else what `otherwise` allows."""
    name = _PATRONYMIC.match(line, start)
    if name is not None:
        return name.end()
    other = otherwise.match(line, start)
    said = same_length(line)[_end(_PUNCTUATION, line, start) :]
    is_word = any(command.match(said) for command in _COMMANDS)
    return start if other is None or is_word else other.end()


def _end(pattern: re.Pattern[str], line: str, start: int) -> int:
    found = pattern.match(line, start)
    return found.end() if found else start


_BELOW = (
    r"(?:ниже|по\s+тексту|в\s+тексте|внутри|красным|синим|зеленым|жирным|цветом|курсивом"
    r"|выделен\w{0,3}|под\s+(?:каждым\s+)?вопрос(?:ом|ами)|после\s+вопрос(?:а|ов))"
)
_POINTS_BELOW = re.compile(
    r"(?:(?:см(?:отрите)?\.?|мои|наши|даю|пишу|добавил[аи]?|внес(?:ла|ли)?|написал[аи]?|все)\s+){0,3}"
    r"(?:ответ(?:ы|а|ов)?|отвечаю|отвечаем|ответил[аи]?)(?:\s+на\s+вопрос(?:ы)?)?"
    rf"(?:\s+(?:см\.?|смотрите|даю|пишу|дан[ыо]?|написал[аи]?))?(?:[\s,]+{_BELOW}(?:\s+письма)?){{1,4}}"
    r"\s*[.:!]*\s*"
)
"""«Ответы ниже в тексте.»: only leads to the answer, which stands below."""
_ASKED = re.compile(r"^[^\w\n]*вопрос(?![\w-])", re.MULTILINE)


def _points_below(line: str) -> bool:
    return _POINTS_BELOW.fullmatch(same_length(skip_greeting(line))) is not None


def opening(text: str) -> Literal["label", "salutation", "none"]:
    """How a text opens: «Ответ:», «Уважаем…» (a greeting may stand before), or otherwise."""
    for line in text.split("\n"):
        plain = same_length(line.lstrip(_JUNK))
        plain = plain[_us_end(plain) :].lstrip(_JUNK)
        hello = _HELLO.match(plain)
        if hello is not None:
            plain = plain[_end(_PUNCTUATION, plain, hello.end()) :]
        if LABEL.match(plain):
            return "label"
        if _DEAR.match(plain):
            return "salutation"
        if plain.strip() and not _points_below(line):
            return "none"
    return "none"


def is_draft(text: str) -> Literal["draft", "note"]:
    """Whether a text is an answer to the citizen: marked as one, or prose long enough."""
    if opening(text) != "none":
        return "draft"
    return "draft" if is_prose(text) else "note"


def is_prose(text: str) -> bool:
    """At least `DRAFT_LENGTH` characters that are no question and no promise."""
    body = strip_frame(text)
    if len(" ".join(body.split())) < DRAFT_LENGTH:
        return False
    plain = _QUOTED.sub(" ", same_length(body))
    first = _SENTENCE_END.split(plain.strip(), maxsplit=1)[0]
    return "?" not in plain and not _PROMISE.search(first) and not QUESTION.match(first)


_POINTER = re.compile(
    r"во\s+вложени|в\s+приложени|вложен|прилага|прикрепл|приложен(?:ный|ном|о|ие)?\s+(?:файл|проект)"
    r"|в\s+файле|проект\s+ответа|ответ\s+(?:в|отдельным)\s+файл",
)


def points_to_file(text: str) -> bool:
    """Whether a text only leads to an attached answer: «Проект ответа во вложении, согласуйте».

    One that opens as an answer («Ответ:», «Уважаем…») is the answer whatever it encloses.
    """
    if opening(text) != "none":
        return False
    return bool(_POINTER.search(same_length(text)))


_CONTINUES = re.compile(
    r"[\s«(\"]*(?:продолжение|окончание|вторая\s+часть|часть\s+(?:2|вторая|вторую))(?![\w-])"
    r"(?:\s+(?:ответа|письма|текста))?[\s)»\":.,–—-]*",
)
_GOES_ON = re.compile(
    r"[\s(\[,–—-]*(?:продолжение\s+(?:следует|в\s+следующем\s+письме|пришлю|вышлю|отдельн\w+)"
    r"|(?:остальное|окончание|вторую\s+часть|вторая\s+часть)\s+(?:в\s+следующем\s+письме"
    r"|следующим\s+письмом|пришлю|вышлю|следует))[^\n]{0,40}\s*$",
)


def continuation(text: str) -> str | None:
    """The rest of an answer that came in an earlier mail: what follows «Продолжение:»."""
    found = _CONTINUES.match(same_length(text))
    return text[found.end() :].strip() if found and text[found.end() :].strip() else None


def unfinished(text: str) -> str | None:
    """A text without its «Продолжение следует»; None when it does not say so."""
    found = _GOES_ON.search(same_length(text[-200:]))
    return text[: len(text[:-200]) + found.start()].rstrip() if found else None


_ANSWERS = re.compile(r"ответ|проект|письмо|письма")
_PAPERS = re.compile(
    r"(?<![а-я])(?:акт|справк|приложени|схем|фото|смет|договор|график|протокол|отчет|план|контракт"
    r"|предписани|постановлени|распоряжени|реестр|перечень|список)",
)


def which_answers(names: Sequence[str]) -> int | None:
    """The place of the one Word file that is the answer, by its name; None when it is not sure."""
    plain = [same_length(name) for name in names]
    for likely in (
        [i for i, name in enumerate(plain) if _ANSWERS.search(name) and not _PAPERS.match(name)],
        [i for i, name in enumerate(plain) if not _PAPERS.search(name)],
        list(range(len(plain))),
    ):
        if len(likely) == 1:
            return likely[0]
        if likely:
            return None
    return None


def strip_frame(text: str) -> str:
    """`text` without «Ответ:», the salutation at its beginning and the signature at its end."""
    body = text.strip()
    for _ in range(_MOST_GREETINGS):
        label = LABEL.match(same_length(body.lstrip(_JUNK)))
        if label is not None:
            body = capitalised(body.lstrip(_JUNK)[label.end() :].strip())
        first, _, below = body.partition("\n")
        if below.strip() and _points_below(first):
            body = below.strip()
            continue
        rest = skip_greeting(first, bare_names=False)
        if rest != first.lstrip(_JUNK):
            body = f"{capitalised(rest)}\n{below}".strip()
        body = cut_closing(body)
    # Typed below each question of ours, every answer has its label; a list of both keeps them.
    return body if _ASKED.search(same_length(body)) else _without_labels(body)


_SALUTATION = re.compile(
    r"(?m)^[^\S\n]{0,8}(?:ответ:[^\S\n]{0,8})?(уважаем(?:ый|ая|ые|ого|ой)\s[^!\n]{2,80}!)"
)


def words_to_publish(text: str) -> str:
    """`text` as it is put up: like `strip_frame`, with the salutation that no letter brings.

    A greeting («Добрый день!») may be meant for a colleague: only «Уважаем…» is the citizen's.
    """
    body = strip_frame(text)
    found = _SALUTATION.search(same_length(text))
    if found is None or not body:
        return body
    salutation = text[slice(*found.span(1))]
    return body if body.startswith(salutation) else f"{salutation}\n{body}"


def _without_labels(body: str) -> str:
    lines = []
    for line in body.split("\n"):
        label = LABEL.match(same_length(line))
        rest = line[label.end() :] if label else ""
        lines.append(capitalised(rest) if rest.strip() else line)
    return "\n".join(lines)


def capitalised(text: str) -> str:
    """`text` with a capital letter at its beginning: what stood before it is cut off."""
    return text[:1].upper() + text[1:]


def cut_closing(text: str) -> str:
    """`text` up to «С уважением» when only a signature's length follows."""
    for found in _CLOSING.finditer(same_length(text)):
        if len(text) - found.start() <= _CLOSING_LENGTH:
            return text[: found.start()].rstrip()
    return text
