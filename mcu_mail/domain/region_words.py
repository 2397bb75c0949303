"""What the region says of a letter it got: sent back, taken in, or something a person must read.

The rule is the one of verdicts: never guess. «Принято» counts only when nothing but such words is
said; a return counts only when it is plainly said of the letter and not denied.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from mcu_mail.domain.drafts import cut_closing
from mcu_mail.domain.spoken_dates import find_day
from mcu_mail.domain.verdict_words import NUMBERING, same_length

if TYPE_CHECKING:
    from datetime import date


class RegionWord(StrEnum):
    """What the region's answer means for the case."""

    returned = "returned"
    filed = "filed"
    unclear = "unclear"


@dataclass(frozen=True, kw_only=True)
class RegionAnswer:
    """The region's answer as read.

    Attributes:
        number: the number under which the region has registered our letter, as written.
        on: the day of that registration.

    """

    word: RegionWord
    number: str = ""
    on: date | None = None


_REWORK: Final = (
    r"(?:доработк[уиае]|переработк[уиае]|исправлени[еяй]|уточнени[еяй]|корректировк[уи])"
)
_RETURN: Final = re.compile(
    r"(?<!\w)(?:"
    rf"(?:возвраща\w{{2,5}}|возврат\w{{0,3}}|верн\w{{2,6}}|направля\w{{2,5}}|отправля\w{{2,5}})"
    rf"(?:\s\S{{1,25}}){{0,5}}\s(?:на|для|с)\s(?:\S{{1,20}}\s)?(?:{_REWORK}|замечани\w{{1,3}})"
    rf"|на\s{_REWORK}"
    r"|возвраща(?:ем|ю|ется|ются)(?!\w)|(?:просим|прошу|просьба|необходимо|требуется|нужно|следует)"
    r"(?:\s\S{1,20}){0,2}\s(?:доработа|переработа|передела|исправи|переписа|дополни|скорректирова|устрани)"
    r"|(?:доработайте|переделайте|исправьте|дополните|перепишите|устраните)(?!\w)"
    r"|(?:ответ|письмо|текст|проект)(?:\s\S{1,15}){0,2}\s(?:не\s(?:принят|согласован|соответствует"
    r"|может быть принят)|отклонен)|(?:не\s(?:принят|согласован)|отклонен)[оа]?(?!\w)"
    r"|не\s(?:принимается|согласовывается)"
    r"|(?:направ|пришл|прислать|представ)\w{0,6}(?:\s\S{1,15}){0,2}"
    r"\s(?:исправленн|доработанн|откорректированн|скорректированн|новый\sответ)\w{0,3}"
    r")"
)
_DENIED: Final = re.compile(
    rf"(?<!\w)(?:не\s(?:возвращ|требует|нужн|направл)\w{{0,8}}(?:\s\S{{1,20}}){{0,3}}\s?{_REWORK}?"
    rf"|{_REWORK}\sне\s(?:требуется|нужн\w)|без\s{_REWORK}|возвращать\sне"
    r"|в\sпрошлый\sраз|ранее|раньше|тогда|уже\s(?:исправлен|доработан|устранен)|если(?!\w))"
)
_HARMLESS: Final = re.compile(
    r"(?:добрый\s(?:день|вечер)|доброе\sутро|здравствуйте|уважаем\w{2,4}(?:\s\S{1,25}){0,4}|коллеги"
    r"|(?:большое\s)?спасибо(?:\s(?:за|большое)(?:\s\S{1,20}){0,4})?"
    r"|благодар\w{2,4}(?:\s(?:вас|за)(?:\s\S{1,20}){0,4})?|с\sуважением(?:[\s,].{0,120})?"
    r"|(?:(?:ваш[еу]?|ваша|данн\w{2,3}|указанн\w{2,3})\s)?(?:(?:ответ|письмо|обращение|документ|информация"
    r"|сообщение|материал\w?)\s){0,2}(?:(?:был[оа]?|успешно|нами|нормально)\s){0,2}"
    r"(?:принят[оаы]?|принял[аи]?|приняли|получен[оаы]?|получил[аи]?|получили|зарегистрирован[оаы]?"
    r"|поступил[оаи]?|доставлен[оа]?|учтен[оа]?|согласован[оа]?|зафиксирован[оа]?)"
    r"(?:\s(?:к\sсведению|в\sработу|к\sучету|к\sрассмотрению|в\sобработку|нами|и|в\sсэд|в\sсистеме"
    r"|зарегистрирован[оаы]?|принят[оаы]?)){0,6}"
    r"|ок|ok|хорошо|(?:замечаний|вопросов|возражений)\sнет|без\sзамечаний|вопрос\s(?:снят|закрыт)|приняли|все\sхорошо"
    r"|(?:пожалуйста\s?,?\s)?не\sотвечайте\sна\s(?:него|(?:это|данное)\s(?:письмо|сообщение))"
    r"|(?:это|данное)\s(?:письмо|сообщение)\s(?:сформировано|отправлено|создано)\sавтоматически"
    r"|автоматическое\sуведомление)"
)
_GIVEN: Final = re.compile(
    r"(?:(?P<lead>(?:и\s)?(?:присвоен\w?\s)?(?:входящ\w{2,3}|вх\.?|регистрационн\w{2,3}|рег\.?|за|под|с)?)\s?"
    r"(?:входящим\s|регистрационным\s)?"
    rf"(?:№|номер(?:ом)?:?(?:\s?№)?|n)\s?(?P<number>{NUMBERING}(?:-[\w]+)?))"
    r"(?P<rest>\s?(?:от\s(?:[\d.]{5,10}|\d{1,2}\s\w{3,8}(?:\s\d{4})?)(?:\s?г(?:\.|ода)?)?)?)"
)
_LINE: Final = re.compile(r"[.!;\n]+(?=\s|$)|,\s(?=спасибо|благодар|с уважением)|\n")
_SIGN: Final = re.compile(r"[\s\W👍]*")
_MAX_TEXT: Final = 4_000
_MAX_SENTENCE: Final = 200


def read_region_answer(text: str, today: date) -> RegionAnswer:
    """What the new text of the region's mail about a sent letter means."""
    plain = same_length(text[:_MAX_TEXT].replace("\xa0", " "))
    if _RETURN.search(plain):
        return RegionAnswer(word=_unless_denied(plain))
    closed = same_length(cut_closing(f"\n{text[:_MAX_TEXT]}")).replace("\xa0", " ")
    number, on = _given(closed, today)
    rest = _GIVEN.sub(" ", closed)
    sentences = [" ".join(part.split()).strip(" ,:–—-👍🙏✅") for part in _LINE.split(rest)]
    said = [part for part in sentences if not _SIGN.fullmatch(part)]
    if (said or number) and all(_is_harmless(part) for part in said):
        return RegionAnswer(word=RegionWord.filed, number=number, on=on)
    return RegionAnswer(word=RegionWord.unclear, number=number, on=on)


def _unless_denied(plain: str) -> RegionWord:
    """«На доработку не возвращаем» says both: a person reads it."""
    return RegionWord.unclear if _DENIED.search(plain) or "?" in plain else RegionWord.returned


def _is_harmless(sentence: str) -> bool:
    if len(sentence) > _MAX_SENTENCE:
        return False
    parts = [part.strip() for part in sentence.split(",")]
    return all(not part or _HARMLESS.fullmatch(part) is not None for part in parts) or (
        _HARMLESS.fullmatch(sentence) is not None
    )


def _given(plain: str, today: date) -> tuple[str, date | None]:
    """The number and day the region gave our letter; empty when it names none or several."""
    found = list(_GIVEN.finditer(plain))
    # «Документ № 01-12/1 зарегистрирован: вх. № 7788»: the number with its word is theirs.
    found = [one for one in found if one["lead"].strip()] or found
    if len({one["number"] for one in found}) != 1:
        return "", None
    day = find_day(found[0]["rest"].removeprefix(" ").removeprefix("от "), today, "back")
    return found[0]["number"], day.day if day else None
