"""Lines below a letter that only say who wrote it and how to reach him: names, posts, telephones.

The words are a closed list: a line with one word more is something said.
"""

from __future__ import annotations

import re
from typing import Final

from mcu_mail.domain.verdict_tails import is_name
from mcu_mail.domain.verdict_words import same_length

_LONGEST: Final = 200
_OFFICE: Final = (
    r"(?:отдел|сектор|управлени[еяю]|департамент|администраци[яию]|правительств[оау]|министерств[оау]"
    r"|комитет|служб[аыу]|центр|приемн(?:ая|ой)|канцеляри[яию]|аппарат|цур|бюро|группа|совет"
    r"|главн(?:ый|ая|ое|ого)|ведущ(?:ий|ая|его)|старш(?:ий|ая|его)|младш(?:ий|ая|его)|общ(?:ий|его)"
    r"|специалист|консультант|эксперт|начальник|заместител[ья]|зам|руководител[ья]|помощник|советник"
    r"|референт|секретар[ья]|делопроизводител[ья]|дежурн(?:ый|ая)|оператор|диспетчер|инспектор"
    r"|инженер|директор|заведующ(?:ий|ая|его)|председател[ья]|исполнител[ья]|исп|пресс-служб[аы]"
    r"|пресс-секретарь)"
)
_UNIT_WORD: Final = (
    rf"(?:{_OFFICE}(?:а|у|ом|ы|ов)?|по|с|и|на|в|о|i|ii|категории|разряда|работе|работы|обращени(?:ям|ями|й)"
    r"|граждан|гражданами|писем|письмами|документооборот[ау]|делопроизводств[ау]|документационного"
    r"|обеспечени[яю]|контрол[яю]|мониторинг[ау]|информаци(?:и|онный|онного|онной)"
    r"|коммуникаци(?:й|ям|ями)|связ(?:и|ям|ей)|общественност(?:и|ью)|общественн(?:ый|ых|ыми)"
    r"|внутренней|политик[ие]|регион(?:а|ом|альный|ального|альной)?|област(?:и|ной|ного|ь)|кузбасса?"
    r"|кемеровск(?:ой|ого|ая)|губернатор[ау]|организационн(?:ый|ое|ого|ой)|организационно-контрольн\w{2,3}"
    r"|правов(?:ой|ого)|кадров(?:ой)?|муниципальн(?:ый|ого|ой|ых)|округ[ау]?|район[ау]?|город[ау]?"
    r"|корреспонденци[ией]|входящ(?:ий|ая|ей)|регистраци[ия]|первый|первого|государственн(?:ый|ая|ой|ого)"
    r"|гражданск(?:ий|ая|ой)|служащ(?:ий|ая)|[1-3]-?(?:й|го)?|смены|смена|жкх|культуры|образования|здравоохранения|транспорта|строительства|дорожного|хозяйства|развития|тяжинск(?:ого|ий)|мку|гку|гбу|ано|дома)"
)
_UNIT: Final = re.compile(rf"{_UNIT_WORD}(?:[\s.]{{1,3}}[«\"]?{_UNIT_WORD}[»\"]?){{0,14}}\.?")
_NAMES_AN_OFFICE: Final = re.compile(rf"(?<![\w-]){_OFFICE}(?:а|у|ом|ы|ов)?(?![\w-])")
_REACH: Final = re.compile(
    r"(?:(?:раб|моб|сот|конт|контактный|единый|доб|вн)\.?\s?)?"
    r"(?:(?:телефон|тел|факс|доб|вн|т|ф|e-?mail|эл\.\s?почта|почта|сайт)\.?\s?:?\s?)"
    r"(?:/?\s?(?:факс|тел)\.?\s?:?\s?)?(?:[+\d()][+\d()\s-]{1,24}(?:доб\.?\s?\d{1,5}\)?)?|\S{1,40}[@.]\S{2,60})"
    r"|[+\d()][+\d()\s-]{5,24}|[\w.+-]{1,64}@[\w.-]{3,100}|(?:https?://|www\.)\S{3,200}"
)
_PLACE: Final = re.compile(
    r"[0-9]{6}|(?i:адрес:\s?)?(?i:г|пр|пр-т|просп|проспект|ул|улица|пл|площадь|пер|бул|д|дом|каб|кабинет"
    r"|оф|офис|корп|стр|пгт|обл|этаж)(?:\.\s?|\s)[«\"]?[А-ЯЁ0-9][\w-]{0,25}"
    r"(?:\s[А-ЯЁ0-9][\w-]{0,25}){0,2}"
    r"|(?:Кемеровская|Новосибирская|Томская)\s(?:обл\.?|область)(?:\s[-–—]\sКузбасс)?|Россия"
)
_BARE_NUMBER: Final = re.compile(r"[0-9]{1,4}[а-яА-Я]?")
_FIRST_NAME: Final = re.compile(
    r"(?:алексей|анастасия|андрей|анна|виктор|виктория|галина|дарья|денис|дмитрий|евгений|евгения"
    r"|екатерина|елена|иван|игорь|ирина|ксения|лариса|людмила|марина|мария|михаил|наталья|наталия"
    r"|николай|оксана|ольга|павел|светлана|сергей|татьяна|юлия|юрий|яна)"
)
_CHUNK: Final = re.compile(r"\s?[,;|]\s?|\s[–—-]\s")
_SENTENCE: Final = re.compile(r"(?<=\w\w)\.\s")
_INITIALS: Final = re.compile(r"\.(?=[А-ЯЁ])")
_EDGES: Final = " \t*_«»\"',:–—-"


def is_signature(line: str) -> bool:
    """Whether `line` is nothing but names, posts, units, addresses and ways to reach somebody."""
    if len(line) > _LONGEST:
        return False
    line = " ".join(line.split())
    parts = [part.strip(_EDGES) for part in _CHUNK.split(line)]
    known = [_is_part(part) or all(map(_is_part, _SENTENCE.split(part))) for part in parts]
    in_address = any(_PLACE.fullmatch(part) for part in parts)
    return any(known) and all(
        ok or not part or (in_address and _BARE_NUMBER.fullmatch(part) is not None)
        for ok, part in zip(known, parts, strict=True)
    )


def _is_part(part: str) -> bool:
    part = part.strip(_EDGES)
    plain = same_length(part)
    if _REACH.fullmatch(plain) or _PLACE.fullmatch(part) or _is_person(part, plain):
        return True
    if _is_unit(plain):
        return True
    # «Специалист отдела писем Иванова М.П.»: a post, then its holder, or the other way round.
    words = part.split(" ")
    return any(
        (_is_unit(same_length(" ".join(first))) and _is_someone(" ".join(second)))
        or (_is_someone(" ".join(first)) and _is_unit(same_length(" ".join(second))))
        for first, second in ((words[:at], words[at:]) for at in range(1, min(len(words), 16)))
    )


def _is_unit(plain: str) -> bool:
    return _UNIT.fullmatch(plain) is not None and _NAMES_AN_OFFICE.search(plain) is not None


def _is_someone(part: str) -> bool:
    return _is_person(part, same_length(part))


def _is_person(part: str, plain: str) -> bool:
    if not part[:1].isupper():
        return False
    part = _INITIALS.sub(". ", part)
    return (
        is_name(part)
        or is_name(part.rstrip("."))
        or _FIRST_NAME.fullmatch(plain.rstrip(".")) is not None
    )
