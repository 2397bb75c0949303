"""What a notice says of the answer itself: how the citizen took it, and why it was returned.

Why: a return goes to the drafter with its reason, and the reason alone; a comment opens the work
anew only when it complains. What shows neither content nor discontent says nothing: None.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from mcu_mail.mail.filling import unquote
from mcu_mail.mail.labels import normal
from mcu_mail.mail.prose import is_farewell
from mcu_mail.mail.values import collapse, fold, states_nothing

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mcu_mail.mail.fields import Entry

_LOW: Final = 2
_HIGH: Final = 4
_NEGATIVE: Final = re.compile(
    r"отрицательн|негативн|не соглас(?:ен|на|ны)|не удовлетвор|недовол|не решен|не подтвердил"
    r"|открыт\w? повторно|повторно открыт|возобновлен|возвращен\w? в работу"
)
"""The system's own words."""
_POSITIVE: Final = re.compile(
    r"положительн|(?<!не )соглас(?:ен|на|ны) с|(?<!не )подтвердил|(?<!не )удовлетворен|благодарн"
)
_DEEDS: Final = (
    r"(?:у|вы|по|за|от|с|о|на|при|про|пере|рас|раз)?(?:бра|чист|везл|везен|вез|дела|чин|ремонт|сыпа"
    r"|дел|монтир|меня|стави|реш|ехал|шл|готови|помог|исправ|включ|да|кра|строи|лож)"
)
_PAST: Final = r"(?:л|ла|ло|ли|лся|лась|лось|лись|ли|но|н|на|ны|ено|ен|ена|ены)"
_COMPLAINS: Final = re.compile(
    r"ничего (?:не|нет|так)|ничего\W{0,3}$|никто не|никого не|никак"
    r"|так и (?:не|лежит|стоит|висит|остал|есть)"
    r"|как (?:было|была|был"
    r"|были)[\s,]{1,3}так|до сих пор|по-прежнему|все (?:так|по) (?:же|старому|прежнему)"
    r"|(?:снова|опять|вновь)(?!\w)|отписк|обман|враль|вранье|вранья|вре(?:т|те|шь)(?!\w)|врут"
    r"|врали|безобрази|издева|позор|ужас|кошмар|халтур|бездейств|жалоб|прокуратур"
    r"|обещал[аи]?(?!\w)|недовол|не удовлетвор|не соглас|не помог|не решен|не устро|не выполн"
    r"|некачествен"
    r"|плохо|хуже|зря(?!\w)|только на бумаг|не правда|неправда|формальн\w{2,3} ответ|ответ формальн"
    r"|не по существу|не по сути|верните|переделайте|доработ|где же|сколько (?:можно|еще|ждать)"
    rf"|(?<!\w)не {_DEEDS}\w{{0,5}}{_PAST}(?!\w)|не (?:работает|горит|течет|ездит|ходит|чистят"
    r"|вывозят|отвечают|едут|топят|греют)|не сделан"
)
_PRAISES: Final = re.compile(
    r"спасиб|благодар|(?<!не )(?<!не )(?:доволен|довольна|довольны)(?!\w)|молодц|отлично"
    r"|замечательно|все (?:хорошо|супер|отлично|исправн|устраива|в порядке|нормально|работает)"
    r"|(?:проблема|вопрос) (?:решен\w?|снят\w?|устранен\w?|закрыт\w?)(?!\w)"
    r"|(?<!не )(?:оперативно|быстро) (?:убрал|сделал|почин|реш|отреаг|помог)"
    rf"|(?<!\w)все (?:уже |наконец )?(?!не ){_DEEDS}\w{{0,5}}{_PAST}(?!\w)"
)
_THANKS_FOR_NOTHING: Final = re.compile(r"(?:спасибо|благодарю) за (?:отписк|бездейств|ничего)")
_BUT: Final = re.compile(r"(?<!\w)(?:но|однако|только|хотя|жаль)(?!\w)|\?")
_RATING: Final = re.compile(
    r"(?:оцен(?:к\w{1,2}|ил\w?)|балл\w{0,2})(?: (?:автора|заявителя|пользователя|решения|ответа"
    r"|качества|гражданина|жителя|на|в|ответ|решение|работу|качество"
    r"|результат)){0,3}\W{0,4}([1-5])(?!\d|[.,]\d)"
    r"|(?<![\d.])([1-5]) (?:из|/) 5(?!\d)|(?<![\d.])([1-5]) (?:звезд|балл)"
    r"|(?<![\d.])([1-5])/5(?!\d)"
)
_SPELLED: Final = re.compile(
    r"(?<!\w)(один|одна|два|две|три|четыре|пять) (?:звезд|балл)|(?<!\w)(единиц|двойк|тройк|четверк"
    r"|пятерк)\w(?!\w)"
)
_FIGURES: Final = {
    "один": 1,
    "одна": 1,
    "единиц": 1,
    "два": 2,
    "две": 2,
    "двойк": 2,
    "три": 3,
    "тройк": 3,
    "четыре": 4,
    "четверк": 4,
    "пять": 5,
    "пятерк": 5,
}
_STARS: Final = re.compile(r"([★⭐]{1,5})(?![★⭐])")
_LABEL: Final = re.compile(
    r"(?:замечани|причин|рекомендаци|обосновани|пояснени|мотив)\w{0,2}(?: .{1,40})?"
    r"|(?:.{1,60} )?комментари\w{0,2}(?: .{1,60})?"
    r"|что (?:(?:нужно |надо )?(?:исправить|доработать|поправить|изменить)|не так)|почему"
    r"|решение .{1,30}|результат .{1,30}"
)
_OF_CITIZEN: Final = re.compile(r"комментари\w (?:автор|заявител|пользовател|граждан|жител)")
_REASON: Final = re.compile(
    r"(?:по (?:следующ\w{2,3} )?причин[еам]{1,3}|причин[аы](?: \w{1,16})?|замечани[ея]"
    r"(?: (?:куратора|модератора|руководителя|эксперта|цур|к ответу)){0,2}"
    r"|комментари[йи] (?:куратора|модератора|руководителя|эксперта|цур|к возврату)(?: цур)?"
    r"|рекомендаци[ия](?: \w{1,16})?|почему|комментари[йи]|пояснени[ея]|обосновани[ея]"
    r"|что (?:исправить|доработать|не так|нужно исправить))"
    r"\s?[:–—-]\s{0,2}(?=\S)|(?:в связи с тем,? что|так как|поскольку)\s",
    re.IGNORECASE,
)
_VERDICT: Final = re.compile(
    r"(?:не )?(?:отказ|согласован|утвержден|одобрен|принят|отклонен|возвра|верн|доработ"
    r"|на доработк)"
)
_FRAME: Final = re.compile(
    r"(?:ждем|ожидаем)\s|срок\w{0,2}(?!\w)|исправить до|(?:ответ|доработать|исправить|направить"
    r"|прислать) .{0,30}"
    r"(?:до|не позднее|к) \d|дата\s?:|с уважением|куратор цур\W{0,3}$|инцидент\w? №|--"
)
_SENTENCE: Final = re.compile(r"(?<=[.!?;])\s(?=[А-ЯЁA-Z«])")
_SOLVED: Final = re.compile(r"(?<!\w)(?<!не )(решено|разъяснено)(?!\w)")
_LONGEST: Final = 1500
_SHORTEST: Final = 4


def satisfaction_of(
    said: Iterable[str], words: str, rating: int | None = None, *, theirs: bool = True
) -> str | None:
    """`positive`, `negative`, or None where nothing shows it for sure.

    Args:
        said: the system's own lines; they count first.
        words: the citizen's.
        rating: his mark, 1 to 5.
        theirs: the words are surely his.

    """
    if rating is not None and rating <= _LOW:
        return "negative"
    if rating is not None and rating >= _HIGH:
        return "positive"
    lines = [fold(line[:600]) for line in said]
    if any(_NEGATIVE.search(line) for line in lines):
        return "negative"
    if any(_POSITIVE.search(line) for line in lines):
        return "positive"
    low = fold(words[:4000])
    if not low or not theirs:
        return None
    if _THANKS_FOR_NOTHING.search(low) or _COMPLAINS.search(low):
        return "negative"
    return "positive" if _PRAISES.search(low) and not _BUT.search(low) else None


def rating_of(said: Iterable[str]) -> int | None:
    """The citizen's mark, 1 to 5, in figures, words or stars; None when there is none."""
    for line in said:
        if found := _RATING.search(fold(line[:600])):
            return int(next(filter(None, found.groups())))
        if found := _SPELLED.search(fold(line[:600])):
            return _FIGURES[next(filter(None, found.groups()))]
        if "оцен" in fold(line[:600]) and (stars := _STARS.search(line[:600])):
            return len(stars[1])
    return None


def outcome_of(said: Iterable[str]) -> str:
    """`решено` or `разъяснено`, when the system names one of them alone; else empty."""
    named = {found[1] for line in said for found in _SOLVED.finditer(fold(line[:600]))}
    return named.pop() if len(named) == 1 else ""


def labelled_reason(entries: Sequence[Entry]) -> str:
    """The reason under a label that only a return makes one («Комментарий куратора»)."""
    for entry in entries:
        value = collapse(entry.value)
        label = normal(entry.label)
        if not _LABEL.fullmatch(label) or _OF_CITIZEN.search(label) or states_nothing(value):
            continue
        if len(value) >= _SHORTEST and not (_VERDICT.match(fold(value)) and len(value.split()) < 6):  # noqa: PLR2004 - «не согласовано (возврат на доработку)» is a verdict
            return _trimmed(value)
    return ""


def reason_in(paragraphs: Iterable[str]) -> str:
    """The reason that stands in a sentence: «… по причине: нет фото»; empty when none does."""
    for one in paragraphs:
        found = _REASON.search(one[:4000])
        if found is not None:
            reason = _trimmed(collapse(one[found.end() : found.end() + _LONGEST]))
            if len(reason) >= _SHORTEST:
                return reason
    return ""


def _trimmed(reason: str) -> str:
    """The reason without the term, the number and the signature that may follow it."""
    kept: list[str] = []
    for sentence in _SENTENCE.split(reason):
        if kept and (_FRAME.match(fold(sentence)) or is_farewell(sentence)):
            break
        kept.append(sentence)
    whole = " ".join(kept).strip(" –—-")
    return unquote(whole[:-1] if whole.endswith("».") else whole)
