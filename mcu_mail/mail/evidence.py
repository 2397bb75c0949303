"""Whether a mail of a system brings a citizen's message, or only speaks of one.

Why: a case that no citizen asked for sets ten people to work. A new message is earned by what only
a message brings (a name, a place, a phone, a post, marked words, a word of its arrival, a wish or a
complaint), or by words in which no system speaks; what else a system writes is a note. Linear.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from mcu_mail.mail.event_words import ARRIVAL, UTILITY
from mcu_mail.mail.names import name_in
from mcu_mail.mail.values import is_social, read_links, read_phone

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mcu_mail.mail.draft import Draft

CITIZENS: Final = frozenset(("applicant", "nickname", "address", "phone"))
"""Fields that only a citizen's message has."""
_WANTS: Final = re.compile(
    r"(?<!\w)просим(?! (?:\w{2,12} )?(?:до \d|прислать|разместить|опубликовать|направить"
    r"|предоставить|обеспечить"
    r"|подготовить|использовать|учесть|ознаком|заполнить|представить|сообщить)|\w)"
    r"|(?<!\w)(?:прошу|помогите|примите меры|разберитесь|почините|уберите|сделайте"
    r"|отремонтируйте|когда|почему|зачем|куда|доколе|сколько можно|жалуюсь|жалоба|обращаюсь"
    r"|до сих пор|невозможно|негде|опасно|страшно|надоело|никто не|нигде|никак|опять|снова"
    r"|у нас|мы|(?<!к )нам|меня|мне|я|наш(?:а|е|и|ей|ем|их)?|живу|живем)(?!\w)"
)
"""How people wish and ask."""
_TROUBLE: Final = re.compile(
    r"(?<!\w)(?:нет|без) (?:вод|свет|отоплен|тепл|газ|электр|интернет|связ|дорог|тротуар|автобус"
    r"|освещен)"
    r"|(?<!\w)не (?:горит|работа|вывоз|чист|убира|убран|ходит|едет|топ|греет|течет|открыва|закрыва)"
    r"|(?<!\w)(?:ям[аыу]|сломан|разбит|прорва|затопи|теч[ее]т|провали|мусор|свалк|гололед"
    r"|сугроб|собак|протека|мерз|холодно|темно|отключ)"
)
"""What people complain of."""
_OFFICES: Final = re.compile(
    r"(?<!\w)(?:ответ|решени|письм|статус|срок|карточк|куратор|модератор|цур(?!\w)|исполнител|кейс"
    r"|инцидент|обращени|заявк|координатор|коллег|кабинет|синхронизац|выгрузк|отчет"
    rf"|систем(?!\w{{0,2}} {UTILITY})|пресс-секретар|медиаплан|регламент|оператор"
    r"|доступ(?!н\w{2,3} сред)|файл|вложени|прикреплен|встреч|совещани|упомянул|обсуждени|опрос"
    r"|рабоч\w{2,3} групп|данные|данных|сведени|пользовател|х[эе]штег"
    r"|поздравля|приглаша|наступающ|праздник|обработан|зафиксирован|\d\s?%)"
)
"""What a system and its people speak of, and a citizen seldom does."""


def speaks_a_citizen(draft: Draft, *, marked: bool) -> bool:
    """Say whether fields, marked words or whom the prose names are a citizen's for sure."""
    fields = bool(CITIZENS & set(draft.words)) or is_social(draft.words.get("link", ""))
    return marked or fields or _introduces(draft.text[:2000])


def _introduces(prose: str) -> bool:
    """«Точкина Раиса Львовна, 8 999 …»: who it is, and how he is reached."""
    if name_in(prose) is None:
        return False
    return read_phone(prose) is not None or any(map(is_social, read_links(prose)))


def has_arrived(lines: Sequence[str]) -> bool:
    """Say whether the office's folded lines tell that a message has come."""
    return any(ARRIVAL.search(line) for line in lines)


def wants(prose: Sequence[str]) -> bool:
    """Say whether folded unmarked prose wishes or complains in a sentence that is not an office's.

    «Во дворе яма, когда засыплют?» does; «Почему: статус выбран неверно» does not.
    """
    return any(
        (_WANTS.search(one) or _TROUBLE.search(one)) and not _OFFICES.search(one) for one in prose
    )


def is_in_trouble(prose: Sequence[str]) -> bool:
    """Say whether a sentence of folded unmarked prose that is not an office's names a trouble."""
    return any(_TROUBLE.search(one) and not _OFFICES.search(one) for one in prose)


def only_the_office(prose: Sequence[str]) -> bool:
    """Say whether folded unmarked prose is an office's talk that brings nothing to open.

    A sentence of systems, answers and terms tells; words that speak of neither may be anybody's.
    """
    return not wants(prose) and any(_OFFICES.search(one) for one in prose)
