"""What may stand after «Согласовано» without making it a condition.

The list is closed: thanks, «замечаний нет», a date, a signature. Whatever is not on it turns the
approval into one that is held and asked about, because a letter sent against a remark cannot be
called back.
"""

from __future__ import annotations

import re

from mcu_mail.domain.verdict_words import APPROVE, CONFIRM, WEAK, same_length

_LONGEST = 200
"""A longer line is no signature."""
_EMOJI = re.compile("[👍👌🆗✅🤝🙏🙂😊👏💯]|[:;]-?\\)+")
_SPLIT = re.compile(
    r"[,;!()\n]|\.(?![0-9])|\s[–—-]\s|(?<!\w)(?:запятая|точка|тире|двоеточие)(?!\w)",
)
_QUOTES = " \t:*_«»\"'„“”–—-.\\/"
_DIGITS = r"[0-9]{1,4}(?:[.:-][0-9]{2,4}){0,2}"
_FILES = r"(?:(?:файл|письмо|документ|скан)(?:\s+и\s+)?)?(?:(?:электронная\s+)?подпись)?"
_HARMLESS = re.compile(
    "|".join(
        (
            r"без\s+(?:замечаний(?:\s+и\s+дополнений)?|изменений|правок)",
            r"(?:вам\s+)?(?:большое\s+)?спасибо(?:\s+(?:большое|вам|за\s+работу))?",
            r"благодар(?:ю|им)(?:\s+(?:вас|за\s+работу))?",
            r"(?:(?:можно|прошу|пожалуйста)\s+)?(?:от|на)прав(?:ить|лять|ляйте|ьте)",
            r"(?:можно\s+)?(?:подписывать|регистрировать)",
            r"(?:передавайте\s+)?на\s+подпись|(?:к|для)\s+(?:отправк[еи]|подписани[юя])",
            rf"(?:{_FILES}\s+)?(?:и\s+)?(?:во\s+вложении|прилага(?:ю|ется|ются)|приложен[аоы]?)",
            r"(?:документ|письмо|ответ|текст)(?:\s+изучен[оа]?)?|проект(?:\s+(?:ответа|письма))?",
            r"(?:с\s+(?:ответом|письмом|текстом|документом)\s+)?ознаком(?:лен[аы]?|ился|илась)",
            r"(?:прочитал|изучил|проверил)а?",
            r"(?:все\s+)?(?:верно|хорошо|правильно|в\s+порядке|ок)",
            r"полностью|в\s+полном\s+объеме|как\s+есть",
            r"в\s+(?:данной|представленной|этой|текущей)\s+редакции",
            r"(?:хорошего|доброго)\s+(?:дня|вечера)|удачи|коллеги|пожалуйста",
            # It is about what happens after the letter, not about its text.
            r"прошу\s+учесть\s+сроки?\s+(?:публикации|отправки|направления)[\w\s«»\"-]*",
            rf"(?:(?:от|в)\s+)?{_DIGITS}(?:\s+(?:в\s+)?{_DIGITS})?(?:\s*г)?|[а-я]",
        ),
    ),
)
_SIGN_OFF = re.compile(r"\s*(?:с\s+(?:наилучшими\s+)?уважением|с\s+ув\.|--\s*$)")
_SENT_FROM = re.compile(r"\s*(?:отправлено\s+(?:с|из)|sent\s+from|получить\s+outlook)\s.*")
_POST = re.compile(
    r"\s*(?:и\.?\s?о\.|врио|глав[аы]|зам\.?|заместител|начальник|директор|председател|специалист"
    r"|главный|ведущий|управляющ|руководител|пресс-секретар|администраци|отдел|управлени|комитет"
    r"|мку|муниципальн)[\w\s.,«»\"–—-]*",
)
_REACH = re.compile(
    r"\s*(?:(?:раб|моб|сот)?\.?\s*(?:тел|факс|т|e-?mail|почта)\.?:?\s*)?\S*[0-9@]\S*"
    r"(?:[\s()-]+[0-9]+)*\s*"
)
_NAME = re.compile(
    r"[А-ЯЁ][а-яё]+(?:-[А-ЯЁ][а-яё]+)?(?:\s+[А-ЯЁ](?:[а-яё]+|\.)?){1,2}\s*"
    r"|(?:[А-ЯЁ]\.?\s?){1,2}\s?[А-ЯЁ][а-яё]+"
    r"|[А-ЯЁ][а-яё]+(?:[оеё]ва?|[иы]на?|ск(?:ий|ая)|енко)",
)
_REMARK = re.compile(
    r"(?<![\w-])(?:но|если|после|кроме|только|однако|хотя|пока|не|нет|вместо|услови[еия]|учетом"
    r"|нужно|надо|необходимо|против|стоп|отбой|p\.?\s?s|з\.?\s?ы"
    r"|(?:замечан|исправ|замен|добав|убер|убр|поправ|правк|уточн|дополн|измен|прос|прош|перепис"
    r"|передел|д[ао]р[ао]б[ао]т|верн|возвр|возраж|жд|счита|треб|долж|ошиб)\w*)(?!\w)",
)


def is_harmless(tail: str) -> bool:
    """Whether `tail` (the rest of the line and the lines below) leaves a verdict as it is."""
    lines = _EMOJI.sub(" ", tail).split("\n")
    for i, line in enumerate(lines):
        plain = same_length(line)
        if _SIGN_OFF.match(plain):
            return _REMARK.search(same_length("\n".join(lines[i:]))) is None
        if i and _is_signature_line(plain):
            continue
        if not _chunks_harmless(line, plain):
            # The closing words may follow on the same line: «замечаний нет. С уважением, …».
            return _ends_with_sign_off(lines[i:])
    return True


def _is_signature_line(plain: str) -> bool:
    """A post, a phone, an address, the note of a phone's mail program."""
    if len(plain) > _LONGEST:
        return False
    if _SENT_FROM.fullmatch(plain) or _REACH.fullmatch(plain):
        return True
    return _POST.fullmatch(plain) is not None and _REMARK.search(plain) is None


def _chunks_harmless(line: str, plain: str) -> bool:
    start = 0
    for end in (*(match.span() for match in _SPLIT.finditer(plain)), (len(line), len(line))):
        if not _chunk_harmless(line[start : end[0]].strip(_QUOTES)):
            return False
        start = end[1]
    return True


def _chunk_harmless(chunk: str) -> bool:
    plain = same_length(chunk)
    return not chunk or any(
        pattern.fullmatch(words)
        for pattern, words in (
            (_HARMLESS, plain),
            (APPROVE, plain),
            (WEAK, plain),
            (CONFIRM, plain),
            (_NAME, chunk),
        )
    )


def _ends_with_sign_off(lines: list[str]) -> bool:
    """Whether harmless words, then closing words, end these lines."""
    line, plain = lines[0], same_length(lines[0])
    found = re.search(r"(?<![\w-])с\s+уважением", plain)
    if found is None or not _chunks_harmless(line[: found.start()], plain[: found.start()]):
        return False
    rest = "\n".join((plain[found.start() :], *(same_length(below) for below in lines[1:])))
    return _REMARK.search(rest) is None
