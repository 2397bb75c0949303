"""Whether a command is denied in the words that follow it: «На доработку не нужно».

Obeying a denied command is worse than asking once too often, so in doubt it counts as denied. But a
reason may well begin with «не» or «нет»: «На доработку: не указан адрес» is a plain return.
"""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import TYPE_CHECKING

from mcu_mail.domain.verdict_tails import is_harmless
from mcu_mail.domain.verdict_words import HEDGE, same_length

if TYPE_CHECKING:
    from mcu_mail.domain.verdict_readers import Said


class Denial(Enum):
    """How far a command is looked at for words that deny it."""

    ORDER = auto()
    """What is to be done, and why: the reason may be negative."""
    CHANGE = auto()
    """An order with its object: «Исправить завтра на 25 ноября»."""
    FACT = auto()
    """What has happened: any doubt of it counts, also of a part."""
    TOLD = auto()
    """An order that somebody else gave: undone by his own later word."""
    ACT = auto()
    """What the speaker did himself, and why: the reason may be negative."""
    NAME = auto()
    """Somebody or some department is named: no name begins with «не»."""
    PROMISE = auto()
    """A day, or an answer for the time being: «завтра» belongs to it."""
    RESULT = auto()
    """What has happened, and then a text about it, which may be negative."""
    STOP = auto()
    """A recall: only a plain «не надо» takes it back, since stopping spoils nothing."""


_END = r"(?![\w-])"
_BEGIN = r"(?<![\w-])"
_MODAL = (
    r"(?:нуж(?:но|ен|на|ны)|надо|требу\w{2,4}|стоит|следует|обязательно|получ\w{2,6}|удал\w{2,4}"
    r"|смог\w{0,2}|мог(?:у|ла|ли|ут)?|мож(?:но|ем|ет)|буд(?:у|ем|ет|ут)|был[аои]?"
    r"|хо(?:чу|тим|тел\w{0,2})|име(?:ю|ем|ет)|успе\w{1,5}|намерен[аы]?|собира\w{2,5}|вправе"
    r"|разреша\w{2,4}|рекоменду\w{2,4}|за\s+что|дам|дадим)"
)
_ACTION = (
    r"(?!\w+(?:[ае]н[оаы]?|[аиея]л[аи]?)(?![\w-]))"
    r"(?:(?:от|на|пере|ис)?прав[лиь]\w{0,6}|возвра[щт]\w{1,6}|верн[иу]\w{0,4}|закр(?:ыва|о)\w{1,5}|публик\w{2,8}"
    r"|передел\w{1,6}|дораб[ао]т\w{1,6}|отклон\w{1,6}|отказ\w{1,7}|меня\w{1,4}|трога\w{1,4}"
    r"|(?:по)?став\w{1,5}|делать|согласовы\w{1,7}|подписыв\w{1,6}|размещ\w{1,6}|продл\w{1,6}"
    r"|переда\w{1,5})"
)
"""What is done to a letter, in a form that forbids or refuses: «не отправляйте», «не возвращаю».

«Не исправлено» and «не исправили» say what is wrong with it.
"""
_WHY = r"(?:смысла|необходимости|нужды|надобности|оснований|повода|возможности|права|причин)"
_NEVER = (
    r"(?:нельзя|незачем|нечего|ненужно|ненадо|невозможно|отмен\w{1,6}|рано|преждевременно|ни\s+(?:в\s+коем|за\s+что)"
    rf"|нет\s+{_WHY}|{_WHY}\s+(?:нет|не\s+вижу|не\s+видим)|не\s+(?:вижу|видим|имеет)\s+{_WHY})"
)
_SOFT = (
    r"(?:пока|еще|уже|больше|сейчас|сегодня|теперь|совсем|вообще|никак|точно|пожалуйста|спасибо"
    r"|думаю|считаю|наверное?|мне|нам|бы|тут|здесь|его|ее|их|это|этого|ничего|что|так|все|все-таки"
    r"|же|и|а|но|ведь|хотя|впрочем|ой|лучше|извините)"
)
_LATER = (
    r"(?:завтра|послезавтра|потом|позже|позднее|попозже|скоро|вскоре|утром|днем|вечером"
    r"|буд(?:ет|ем|у|ут)|на\s+(?:днях|следующей\s+неделе)"
    r"|через\s+[\w-]{1,12}(?:\s+(?:час\w{0,2}|д[ен]\w{1,3}|недел\w))?"
    r"|в\s+(?:понедельник|вторник|среду|четверг|пятницу))"
)
_DENIES = rf"(?:{_NEVER}|не\s+(?:{_SOFT}\s+){{0,2}}{_MODAL})"
_DENIED_ANYWHERE = re.compile(rf"{_BEGIN}{_DENIES}{_END}")
_DENIED_WHOLE = re.compile(
    rf"(?:{_SOFT}\s+){{0,4}}(?:{_DENIES}|не\s+{_ACTION}|не\s+(?:сейчас|сегодня|теперь|все|полностью|до\s+конца)|нет|{_LATER}|пока|еще)"
    rf"(?:\s+(?:{_SOFT}|{_LATER}|{_MODAL}|\w{{3,}}(?:ть|ться)|нет)){{0,5}}",
)
_AFTERTHOUGHT = re.compile(
    r"(?:хотя|впрочем|а|ой|но|точнее|вернее)\s+"
    rf"(?:{_SOFT}\s+){{0,2}}(?:{_DENIES}|нет|не\s+{_ACTION})",
)
_BEGINS_LATER = re.compile(rf"(?:{_SOFT}\s+){{0,2}}{_LATER}{_END}")
_WISHED = re.compile(r"бы(?![\w-])")
"""«Вернуть бы, да времени нет»: a wish is no order."""
_ON_CONDITION = re.compile(
    r"[\s,]+(?:но\s+|только\s+){0,2}(?:если|при\s+условии|в\s+случае)(?!\w|\s+честно)"
)
"""«Беру в работу, если дадут машину»."""
_BEGINS_NOT = re.compile(rf"(?:{_SOFT}\s+){{0,3}}не\s+(?P<word>[\w-]+)")
_LACKS = re.compile(
    r"т(?:от|а|о|е|у|ого|ому|ой|ем|ех)|\w{2,}(?:[аяе]н|[ыиуая]т)[аоы]?|\w{3,}(?:ет|ют|ит)(?:ся)?"
    r"|полн\w+|все|всю|там|туда",
)
"""What a reason without a colon says of the letter: «На доработку не указан адрес»."""
_YES = re.compile(
    r"(?:(?:но|а|хотя|нет|уже|в\s+итоге|все\s+же|все-таки|теперь|ошибка|ой|то\s+есть|я)\s+){0,3}"
    r"(?:согласован[оаы]?|соглас(?:ен|на|ны)|утвержден[оа]?|одобрен[оа]?|не\s+возража(?:ю|ем)"
    r"|(?:замечаний|возражений|претензий)\s+нет|без\s+замечаний)",
)
_SAID_YES = re.compile(
    rf"{_BEGIN}(?<!не\s)(?:подпишет|подписал[аи]?|согласует|согласовал[аи]?|подписано|обеща\w{{1,3}}){_END}",
)
_DOUBT = re.compile(
    r"(?<![\w-])(?:не|ни|нет|но|однако|хотя|кроме|будет|будем|завтра|послезавтра|позже|потом|пока|еще"
    r"|частично|почти|условно|предварительно|устно|если|когда|вроде|кажется|наверное?|возможно"
    r"|якобы|может|должн\w{1,2}|рано|только(?!\s+что)|по\s+ошибке"
    r"|с\s+(?:ошибк\w{1,3}|замечани\w{1,3}|правк\w{1,3}|оговорк\w{1,3}|условием)"
    r"|ошиб\w{1,6}|удал\w{1,5}|снял\w?|снят[оаы]?|сним\w{1,4}|скры\w{1,4}|отмен\w{1,6}|отозв\w{1,4}"
    r"|отклон\w{1,5}|верну\w{1,4}|прос(?:ит|ят)|требу\w{2,3}|нельзя|никто|никак|снять|убрать|уберите)(?![\w-])",
)
_HEDGED = re.compile(rf"{_BEGIN}{HEDGE}{_END}")
_ONLY_HEDGED = re.compile(rf"[\s,]*{HEDGE}[\s,]*(?::|$)")
_HEDGED_LAST = re.compile(rf"[\s,–—-]{HEDGE}[\s,]*$")
"""«Срок 01.12, наверное»."""
_WITH_REASON = frozenset({Denial.ORDER, Denial.CHANGE, Denial.TOLD, Denial.ACT})
_DIGIT = re.compile("[0-9]")
_UNDONE = re.compile(r"сня(?:ть|т[оаы]?|ли)|снимите|убрать|уберите")
_NO_DOUBT = re.compile(
    rf"{_BEGIN}(?:не\s+(?:возраж\w{{1,5}}|против)|без\s+\w{{3,12}}"
    r"|(?:замечаний|возражений|претензий|вопросов)\s+(?:нет|не\s+име\w{1,4})"
    rf"|нет\s+(?:замечаний|возражений)){_END}",
)
_NOBODY = re.compile(
    rf"(?:{_SOFT}\s+){{0,2}}(?:не|нет|никто|никому|никуда|неизвестно|{_LATER}){_END}",
)
_NOT_NEEDED = r"(?:не\s+(?:нуж\w{2}|надо|треб\w{3,5})|отмен\w{1,6}|нельзя|незачем|нечего)"
_IS_NOT_NEEDED = re.compile(rf"{_BEGIN}{_NOT_NEEDED}{_END}")
_ONLY_NOT_NEEDED = re.compile(
    rf"(?:{_SOFT}\s+){{0,3}}(?:нет|{_NOT_NEEDED})(?:\s+{_SOFT}){{0,3}}",
)
_STOP_DENIED = re.compile(rf"\s+{_NOT_NEEDED}(?=\s*(?:[.,;!]|$))")

_LINKS = re.compile(r"https?://\S+")
_CITED = re.compile(r"«[^»]*»|\"[^\"]*\"")
_PARTS = re.compile(
    r"[;!?()\n]|,(?![0-9])|[.:](?![0-9])|\s-+\s|\s?[–—]\s?|(?<!\w)(?:запятая|точка|двоеточие)(?!\w)",
)
_LINE_END = re.compile(r"[!?\n]|\.(?![0-9])")
_SHORT_DOUBT = 2
"""Words up to which a doubt is all that the first part says."""
_LOOKED_AT = 600
"""Characters after a command: a denial further on is another sentence."""


def is_denied(said: Said, how: Denial) -> bool:
    """Whether the words after a command take it back, put it off, or say the contrary."""
    after = said.match.string[said.match.end() :][:_LOOKED_AT]
    if how is Denial.STOP:
        return _STOP_DENIED.match(after) is not None
    after = _CITED.sub(" «» ", _LINKS.sub(" ", after))
    direct = _PARTS.split(after, maxsplit=1)[0].strip(" »\"'*")
    reason = _LINKS.sub(" ", same_length(said.reason[:_LOOKED_AT]))
    first = next((part.strip() for part in _PARTS.split(reason) if part.strip()), "")
    is_hedged = _is_hedged(reason, how)
    if how is Denial.PROMISE:
        return bool(is_hedged or _IS_NOT_NEEDED.search(direct) or _ONLY_NOT_NEEDED.fullmatch(first))
    if is_hedged or _ON_CONDITION.match(after) or (how is Denial.NAME and _NOBODY.match(reason)):
        return True
    if _is_denied_directly(direct, how) or _DENIED_WHOLE.fullmatch(first):
        return True
    if how is Denial.FACT:
        sentence = _LINE_END.split(after, maxsplit=1)[0]
        return any(map(_has_doubt, (first, *_PARTS.split(sentence))))
    if how in {Denial.RESULT, Denial.ACT}:
        # «Решено: частично», but «Решено: фонарь не горел, заменён».
        is_short = how is Denial.RESULT and len(first.split()) <= _SHORT_DOUBT
        undone = _UNDONE.fullmatch(first) is not None
        return _has_doubt(direct) or undone or (is_short and _has_doubt(first))
    line = reason.partition("\n")[0]
    if how is Denial.TOLD and _SAID_YES.search(line):
        return True
    later = (part.strip() for part in _PARTS.split(line))
    return any(_YES.fullmatch(part) or _AFTERTHOUGHT.fullmatch(part) for part in later)


def _is_hedged(reason: str, how: Denial) -> bool:
    """Whether the speaker doubts the command itself: «закрыть, наверное».

    A reason may be doubted: «на доработку: вроде не та дата».
    """
    sentence = _LINE_END.split(reason, maxsplit=1)[0]
    if _ONLY_HEDGED.match(sentence):
        return True
    # «Не наше, это ЖКХ, наверное»: whose it is, and not that it is not ours.
    is_fact = how not in _WITH_REASON and (how is not Denial.PROMISE or _DIGIT.search(sentence))
    return bool(is_fact and (_HEDGED.match(sentence) or _HEDGED_LAST.search(sentence)))


def _is_denied_directly(direct: str, how: Denial) -> bool:
    """Whether what follows the command with nothing between denies it: «На доработку не нужно»."""
    if _DENIED_ANYWHERE.search(direct) or _DENIED_WHOLE.fullmatch(direct):
        return True
    if how is not Denial.CHANGE and _BEGINS_LATER.match(direct):
        return True
    if _WISHED.match(direct):
        return True
    denied = _BEGINS_NOT.match(direct)
    return denied is not None and _LACKS.fullmatch(denied["word"]) is None


def _has_doubt(part: str) -> bool:
    return _DOUBT.search(_NO_DOUBT.sub(" ", part)) is not None and not is_harmless(part)
