"""The closed list of words by which a reply decides something (design §4), as patterns.

Patterns run over a line that was brought to one shape by `clean` and `same_length`: lower case,
ё as е, Latin look-alikes inside Cyrillic words as the letters they stand for. A position in that
shape is a position in the original. Every pattern takes linear time.
"""

from __future__ import annotations

import re

AFTER = r"(?![\w-])"
"""The end of a word."""
_BEFORE = r"(?<![\w-])"
_DICTATED = r"(?:двоеточие|точка|запятая|тире)(?!\w)"
GAP = rf"(?:[\s:,.;!–—-]|(?<!\w){_DICTATED})*"
"""Punctuation between a command and what follows, typed or dictated."""
_GAP = re.compile(GAP)
COLON = r"\s*(?:[:–—-]|(?<!\w)двоеточие(?!\w))"
_STOP = rf"(?=\s*(?:[:,.;!–—-]|$|(?<!\w){_DICTATED}))"
"""A command that is also an ordinary word must be followed by punctuation or nothing."""

_INVISIBLE = re.compile(
    "[\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufe0e\ufe0f\ufeff\U0001f3fb-\U0001f3ff]",
)
_SPACES = re.compile("[ \u00a0\u2000-\u200a\u202f\u205f\u3000\t]+")
_EMPTY_LINES = re.compile("\n{3,}")
_WORD = re.compile(r"[^\W\d_]+")
_MIXED = re.compile("[a-z][а-я]|[а-я][a-z]")
_CYRILLIC = re.compile("[а-я]")
_TWINS = str.maketrans("aceopxykmhtb", "асеорхукмнтв")


def clean(text: str) -> str:
    """`text` without invisible characters; runs of spaces and of empty lines become one."""
    plain = _SPACES.sub(" ", _INVISIBLE.sub("", text))
    lines = (line.rstrip() for line in plain.splitlines())
    return _EMPTY_LINES.sub("\n\n", "\n".join(lines))


def same_length(text: str) -> str:
    """`text` in the shape the patterns expect, every character in its place."""
    lowered = text.lower()
    if len(lowered) != len(text):
        lowered = "".join(low if len(low := c.lower()) == 1 else c for c in text)
    lowered = lowered.replace("ё", "е")
    return _WORD.sub(_one_alphabet, lowered) if _MIXED.search(lowered) else lowered


def _one_alphabet(match: re.Match[str]) -> str:
    word = match[0]
    return word.translate(_TWINS) if _CYRILLIC.search(word) else word


def skip_gap(plain: str, start: int) -> int:
    """The position in `plain` after the punctuation at `start`."""
    gap = _GAP.match(plain, start)
    return gap.end() if gap else start


def _any(*patterns: str) -> str:
    return "(?:" + "|".join(patterns) + ")"


def _words(*patterns: str) -> re.Pattern[str]:
    return re.compile(_any(*patterns) + AFTER)


# «согласно» means "according to" and is no approval: the middle of the word is required.
_AGREED = r"с(?:[оа]г?|г)л[ао]с(?:[оа]?в[оа]?|[оа]{1,2})н{1,2}[оаы]?"
_AGREE = _any(
    _AGREED,
    r"с[оа]гл[ао]с(?:ен|на|ны)",
    r"с[оа]гл[ао]сов[ыо]ва(?:ю|ем)",
    r"с[оа]гл[ао]су(?:ю|ем)",
    r"согл",
    r"утвержда(?:ю|ем)|утвержден[оаы]?",
    r"одобря(?:ю|ем)|одобрен[оаы]?",
)
_REWORK = r"д[ао]\s?р[ао]б[ао]?т{1,2}к?[уи]"
"""«Доработку» as people write it: «дороботку», «даработку», «доробатку»."""
APPROVE = _words(
    _AGREE,
    r"не\s+возража(?:ю|ем)",
    r"(?:возражений|замечаний)\s+(?:нет|не\s+име(?:ю|ем|ется))",
    r"(?:нет|не\s+имею|без)\s+(?:возражений|замечаний)",
    r"замечания\s+отсутствуют",
    r"отправить\s+(?:так|как\s+есть)",
)
NOT_AGREED = _words(rf"(?:пока\s+|еще\s+)?н[еи]\s*{_AGREE}", r"возража(?:ю|ем)")
SENT_BACK = _words(
    rf"(?:прошу\s+)?на\s+{_REWORK}",
    r"(?:прошу\s+)?(?:вернуть|верните|возвраща(?:ю|ем)|возврат|возвратить)"
    rf"(?:\s+(?:на\s+{_REWORK}|с\s+замечани(?:ем|ями)|исполнителю))*",
    r"отклонен[оаы]?|отклонить|отклоните|отклоня(?:ю|ем)",
)
REDO = _words(
    r"(?:прошу\s+)?(?:переделать|переделайте|исправить|исправьте"
    r"|д[ао]р[ао]б[ао]та(?:ть|йте))",
)
"""The verb belongs to the reason: «Исправить дату во втором абзаце»."""

WEAK = re.compile(
    _any(
        r"\+{1,3}",
        _any(r"ок", r"окей", r"ok", r"okay", r"хорошо", r"ладно", r"годится", r"принято") + AFTER,
        r"ознакомлен[аы]?" + AFTER,
        "[👍👌🆗✅🤝]+",
    ),
)
CONFIRM = _words(r"да", r"подтвержда(?:ю|ем)")

PREFIX = re.compile(
    _any(
        r"ок|окей|ok|да|ну|ой|хорошо|спасибо|благодарю|извините|прошу\s+прощения|к\s+сожалению",
        r"полностью|я|мы|(?:с\s+моей|со\s+своей)\s+стороны|решение|вердикт|виза",
        r"(?:(?:проект|текст)\s+)?(?:ответа?|письм[оа]|проект|текст|документ)",
        r"замечания\s+(?:сняты|устранены|учтены|исправлены)",
        r"(?:документ|письмо|ответ)\s+изучен[оа]?",
        r"(?:с\s+(?:ответом|письмом|текстом|документом)\s+)?ознаком(?:лен[аы]?|ился|илась)",
    )
    + AFTER
    + GAP,
)
"""What may stand before a verdict without changing it; only one that then follows counts."""

RECALL = _words(r"стоп", r"отбой", r"ошибся", r"ошиблась", r"ошиблись")
EXECUTOR = re.compile(
    rf"исполнител(?:ь|и|ем|я)(?:\s+(?:назначить|назначаю))?(?P<colon>{COLON})?{AFTER}{GAP}",
)
PASS_ON = re.compile(
    rf"(?:передать|передайте|перенаправить){AFTER}(?:{COLON}\s*|\s+(?=(?:в|во|на)\s))",
)
NOT_OURS = _words(
    r"(?:это\s+)?(?:вопрос\s+)?не\s+(?:наш[ае]?|мо[йея])"
    r"(?:\s+(?:вопрос|компетенция|тема|полномочия)"
    rf"|{_STOP}|(?=\s+(?:передать|передайте|это)(?!\w)))",
    r"(?:это\s+)?(?:вопрос\s+)?не\s+(?:в|относится\s+к)\s+(?:наш|мо)\w+"
    r"\s+(?:компетенц|полномочи|ведени)\w+",
)
ROUTE = re.compile(rf"(?:отдел|управление|комитет|подразделение){COLON}\s*")
INTERIM = _words(r"промежуточный\s+ответ")
WAIT = _words(
    r"(?:нужно|требуется)\s+(?:еще\s+|больше\s+)?врем(?:я|ени)",
    r"(?:прошу|просим)\s+продлить(?:\s+срок)?",
)
ACCEPT_WORK = re.compile(
    rf"(?:(?:взят[оа]?|беру|принят[оа]|принимаю)\s+)?в\s+работу{AFTER}{_STOP}",
)
ACCEPT = re.compile(rf"принят[оа]{COLON}\s*(?=\S)")
PUBLISHED = _words(r"опубликован[оаы]?")
REGIONAL_YES = _words(r"цур\s+согласовал[аи]?")
REGIONAL_NO = _words(rf"цур\s+вернул[аи]?(?:\s+на\s+{_REWORK})?")
HEAD_RETURNED = _words(
    rf"глава\s+вернул[аи]?(?:\s+на\s+{_REWORK})?",
    r"глава\s+не\s+подписал[аи]?",
)
BY_PHONE = _words(rf"{_AGREED}\s+по\s+телефону")
CLOSE = re.compile(rf"закрыть(?:\s+(?:дело|обращение|карточку))?{_STOP}")
DUPLICATE = _words(r"дубль")
BY_HAND = _words(r"отправлен[оа]\s+вручную")
FAST_TRACK = _words(r"фаст[\s-]?трек")
URGENT = _words(r"срочно\s+до")
COMMENT = re.compile(rf"комментарий\s+заявител(?:я|ьницы){COLON}\s*")
MARK = re.compile(rf"оценка{GAP}(?P<mark>[1-5])(?![0-9\w])")
IS_ANSWER = _words(r"это\s+(?:и\s+есть\s+)?ответ")
_NUMBER_MARK = r"(?:№|(?:n|no|nо)\.?(?=\s*[0-9])|номер(?:ом)?(?!\w))"
_NUMBER_LEAD = (
    r"(?:(?:за)?р[еи]г[еи]стр\w*|(?:рег|исх)\w*(?![\w-])\.?|присво\w+|записан\w*|журнал\w*"
    r"|порядков\w+|за|под|в|по)(?![\w-])"
)
_ITS_LETTER = r"(?:(?:письм[оау]|ответу?)\s+)?"
NUMBERING = r"(?:[0-9]+[a-zа-я]?|[a-zа-я]{1,6})(?:[/.-](?:[0-9]+[a-zа-я]?|[a-zа-я]{1,6}))*"
"""A registration number as offices write it: «345», «01-12/345», «345а», «исх-345»."""
NUMBER = re.compile(
    rf"{_ITS_LETTER}(?:{_NUMBER_LEAD}[\s:,.–—-]*)*(?P<mark>{_NUMBER_MARK}\s*)?(?P<number>{NUMBERING})"
    r"(?![\w/])",
)
"""A registration number with the words that may stand before it."""
IS_NUMBERED = re.compile(
    rf"(?:(?:от\s+)?[0-3]?[0-9]\.[01]?[0-9](?:\.[0-9]{{2,4}})?[\s,;]+(?={_NUMBER_MARK}|{_NUMBER_LEAD}))?"
    rf"(?:{_NUMBER_LEAD}[\s:,.–—-]*)*(?:{_NUMBER_MARK}|(?<=[\s.:])(?=[0-9]))",
)
"""What must stand before a number where nobody was asked for one."""

_VOIDED = r"ан{1,2}[уо]л{1,2}ир(?:ован(?:[оаы]|ие)?|овать|уйте|уем|ую|уется|овали?)"
_VOID_WHAT = r"(?:номер|запись|регистраци[яюи]|письмо|регистрационный)"
VOID = re.compile(
    rf"(?:(?:прошу|просим|нужно|надо)\s+)?(?:{_VOID_WHAT}\s+)*"
    rf"(?:(?:№|номер|исх\.?)?\s*(?=[0-9])(?P<number>{NUMBERING})(?:\s+от\s+[0-9.]+)?"
    r"\s*[,:–—-]*\s*)?"
    rf"(?:(?:прошу|просим|нужно|надо)\s+)?{_VOIDED}{AFTER}",
)
PEN = re.compile(
    r"(?:(?:правк[аи]|исправлен(?:о|ие)|изменен(?:о|ие))\s+(?:от\s+руки|руч(?:кой|ная)|рукой|пером"
    rf"|на\s+(?:бумаге|листе|подписанном\s+листе)){AFTER}|(?:правк[аи]|от\s+руки)(?={COLON}|\s*$))"
    r"(?:\s+на\s+(?:бумаге|листе))?",
)

LABEL = re.compile(rf"ответ\s*(?::|{_BEFORE}двоеточие{AFTER})\s*")
"""The mark of a draft: «Ответ:»."""
QUESTION = re.compile(
    rf"{_BEFORE}(?:подскажите|уточните|кто|куда|зачем|почему|(?:можно|нужно|надо)\s+ли){AFTER}",
)
"""A question without its mark; «как» and «что касается» open plain sentences too."""
