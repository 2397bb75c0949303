"""What a dispatcher answers about a mail that was set aside: a case, «Новое», «Не нужно».

The list is closed: anything else is not understood, and the mail stays where it is. Words of the
first line decide; what follows is kept as the reason. Linear work.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from mcu_mail.domain.numbering import find_case_numbers

_LEAD = re.compile(
    r"^\W{0,5}(?:(?:это|прошу|пожалуйста|ответ)\W{1,3}){0,3}"
    r"(?:(?:приложит[еь]|приложить|отнес(?:ти|ите)|относится|добав(?:ить|ьте)|прикрепит[еь]"
    r"|прикрепить|в|к|ко|по|на)\s){0,3}(?:дел[уоа]|дел[уоа] №|№)?\W{0,4}$",
    re.IGNORECASE,
)
_NEW = re.compile(
    r"^\W{0,5}(?:это\s)?(?:(?:завести|заведите|открыть|откройте|создать|создайте)\s(?:новое\s)?дело"
    r"|(?:новое|новый|нов\.)(?:\s(?:дело|обращение|сообщение|письмо))?)"
    r"(?P<rest>(?:\s?[.,:!–—-].*)?)$",
    re.IGNORECASE | re.DOTALL,
)
_DROP = re.compile(
    r"^\W{0,5}(?:это\s)?(?:не\s?(?:нужно|надо|нужен|требуется|наше|наш|к нам)|ненужное|лишнее"
    r"|спам|реклама|рассылка|мусор|ошибка отправителя|отложить|в прочее|пропустить)"
    r"(?P<rest>(?:\s?[.,:;!–—(-].*)?)$",
    re.IGNORECASE | re.DOTALL,
)
# Behind the word these may take it back: then a person is asked once more.
_BUT = re.compile(
    r"\b(?:но|кроме|если|или|лучше|дел[оуа]|нов(?:ое|ый)|прилож\w*|прикреп\w*|откр\w*|завед\w*"
    r"|завест\w*|передума\w*|отмен\w*)\b",
    re.IGNORECASE,
)
_NOT = re.compile(r"\bне(?:т|льзя)?\b", re.IGNORECASE)
_GREETING = re.compile(
    r"^(?:добр(?:ый|ое|ого)\s(?:день|дня|утро|утра|вечер|вечера)|здравствуйте|приветствую|коллеги)"
    r"[^\n]{0,60}\n\s*",
    re.IGNORECASE,
)
_THANKS = re.compile(
    r"^\W{0,5}(?:(?:большое|огромное)\s)?(?:спасибо|благодарю|спс)\b", re.IGNORECASE
)
_MOST = 2_000
_COURTESY_WORDS = (
    "спасибо большое огромное благодарю благодарим спс вам вас тебе всем за информацию "
    "ответ письмо работу помощь оперативность ок окей ok okay хорошо отлично супер "
    "принято принял приняла понял поняла понятно ясно да получил получила получено "
    "прочитал прочитала прочитано учту добрый доброе день утро вечер здравствуйте коллеги "
    "уважаемые уважаемый уважаемая с уважением "
)
_COURTESY = frozenset(_COURTESY_WORDS.split())
_MOST_COURTESY = 12
# «Алла Проектовна» as one is addressed, and the name below «С уважением».
_ADDRESSED = re.compile(
    r"\b[А-ЯЁ]\w{1,30} [А-ЯЁ]\w{1,30}(?:вич|вна|чна|ьич)\b"
    r"|(?<=уважением)[,\s]{1,5}[А-ЯЁ][\w.]{1,30}$"
)


class AsideWord(StrEnum):
    """What is to be done with the mail."""

    assign = "assign"
    new = "new"
    drop = "drop"
    yes = "yes"
    thanks = "thanks"
    unclear = "unclear"


@dataclass(frozen=True, kw_only=True)
class AsideAnswer:
    """An answer as read; `number` of a case for `assign`, `reason` what stood behind the word."""

    word: AsideWord
    number: str = ""
    reason: str = ""


def read_aside_answer(text: str) -> AsideAnswer:
    """What the new text of an answer says."""
    text = _GREETING.sub("", text.strip()[:_MOST])
    first, _, further = text.partition("\n")
    first = first.strip().replace("ё", "е")
    numbers = find_case_numbers(first)
    if len(numbers) == 1:
        before, _, after = _around(first)
        if _LEAD.match(before) and not after.strip(" .!,;:)"):
            return AsideAnswer(word=AsideWord.assign, number=numbers[0], reason=further.strip())
        return AsideAnswer(word=AsideWord.unclear)
    if numbers:
        return AsideAnswer(word=AsideWord.unclear)
    if re.fullmatch(r"\W{0,3}(?:да|подтверждаю|верно)\W{0,3}", first, re.IGNORECASE):
        return AsideAnswer(word=AsideWord.yes)
    if _THANKS.match(first) and "?" not in text:
        return AsideAnswer(word=AsideWord.thanks)
    for word, pattern in ((AsideWord.new, _NEW), (AsideWord.drop, _DROP)):
        found = pattern.match(first)
        if found is not None:
            taken_back = _BUT.search(found["rest"]) or (
                word is AsideWord.new and _NOT.search(found["rest"])
            )
            if taken_back or "?" in found["rest"]:
                break
            reason = "\n".join(filter(None, [found["rest"].strip(" .,:;!–—-()"), further.strip()]))
            return AsideAnswer(word=word, reason=reason)
    return AsideAnswer(word=AsideWord.unclear)


def is_courtesy(text: str) -> bool:
    """Whether words want nothing of anybody: thanks, «ок», «принято», a greeting and names."""
    words = re.findall(r"\w+", _ADDRESSED.sub(" ", text[:_MOST]))
    if len(words) > _MOST_COURTESY or "?" in text:
        return False
    return all(word.casefold().replace("ё", "е") in _COURTESY for word in words)


def _around(line: str) -> tuple[str, str, str]:
    """What stands before a case's number, the number as written, and what stands behind it."""
    found = re.search(r"\d{4}\W\d{6}", line)
    return (line[: found.start()], found[0], line[found.end() :]) if found else (line, "", "")
