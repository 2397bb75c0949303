"""The closed list of words by which a reply decides something (design §4), as patterns.

Patterns run over a line that was brought to one shape by `clean` and `same_length`: lower case,
ё as е, Latin look-alikes inside Cyrillic words as the letters they stand for. A position in that
shape is a position in the original. Every pattern takes linear time.
"""

from __future__ import annotations

import re

from mcu_mail.domain.spoken_dates import WEEKDAY

AFTER = r"(?![\w-])"
"""The end of a word."""
_BEFORE = r"(?<![\w-])"
_DICTATED = r"(?:двоеточие|точка|запятая|тире)(?!\w)"
GAP = rf"(?:[\s:,.;!–—-]|(?<!\w){_DICTATED})*"
"""Punctuation between a command and what follows, typed or dictated."""
_GAP = re.compile(GAP)
COLON = r"\s*(?:[:–—-]|(?<!\w)двоеточие(?!\w))"
STOP = rf"(?=\s*(?:[:,.;!–—-]|$|(?<!\w){_DICTATED}))"
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


LATIN = re.compile(r"[^а-яА-ЯёЁ\n]{3,80}")
"""A short line without one Cyrillic letter."""
_LAYOUT = str.maketrans(
    "qwertyuiop[]asdfghjkl;'zxcvbnm,.`{}:\"<>~",
    "йцукенгшщзхъфывапролджэячсмитьбюехъжэбюе",
)
_SPELT = (("shch", "щ"), ("zh", "ж"), ("ch", "ч"), ("sh", "ш"), ("yu", "ю"), ("ya", "я"))
_LETTERS = str.maketrans("abvgdeziyklmnoprstufhcj", "абвгдезийклмнопрстуфхцй")


def in_cyrillic(line: str) -> tuple[str, ...]:
    """What a line of Latin letters may have been meant to say: the other layout, or spelt out."""
    lowered = line.lower()
    spelt = lowered
    for latin, letter in _SPELT:
        spelt = spelt.replace(latin, letter)
    typed = lowered.rstrip(" .!").translate(_LAYOUT)
    return (typed, spelt.translate(_LETTERS))


def skip_gap(plain: str, start: int) -> int:
    """The position in `plain` after the punctuation at `start`."""
    gap = _GAP.match(plain, start)
    return gap.end() if gap else start


def any_of(*patterns: str) -> str:
    """A pattern of one of `patterns`."""
    return "(?:" + "|".join(patterns) + ")"


def whole_words(*patterns: str) -> re.Pattern[str]:
    """One of `patterns`, up to the end of a word."""
    return re.compile(any_of(*patterns) + AFTER)


# «согласно» means "according to" and is no approval: the middle of the word is required.
AGREED = (
    r"(?:с(?:[оа]г?|г)л[ао]с(?:[оа]?в[оа]?|[оа]{1,2})н{1,2}[оаылрш0]?"
    r"|с{1,2}о{1,2}г{1,2}л{1,2}а{1,2}с{1,2}о{1,2}в{1,2}а{1,2}н{1,2}(?:[аы]|о{1,2})?"
    r"|(?:огласован|согасован|соглсован|соглаован)[оаы]?|согласовао)"
)
_AGREE = any_of(
    AGREED,
    r"с[оа]гл[ао]с(?:ен|на|ны)",
    r"с[оа]гл[ао]сов[ыо]ва(?:ю|ем)",
    r"с[оа]гл[ао]су(?:ю|ем)",
    r"согл",
    r"(?:за)?визиру(?:ю|ем)|завизирован[оаы]?",
    r"утвержда(?:ю|ем)|утвержден[оаы]?",
    r"одобря(?:ю|ем)|одобрен[оаы]?",
)
REWORK = r"д[ао]\s?р[ао]б[ао]?т{1,2}к?[уи]"
"""«Доработку» as people write it: «дороботку», «даработку», «доробатку»."""
APPROVE = whole_words(
    _AGREE,
    r"(?:против\s+(?:(?:отправки|направления|публикации|размещения|подписания|такого|этого|данного)\s+){1,2}"
    r"(?:(?:ответа|письма|текста|проекта)\s+)?)?не\s+возража(?:ю|ем)",
    r"(?:возражений|замечаний)(?:\s+и\s+(?:предложений|дополнений|замечаний|возражений|вопросов))?"
    r"\s+(?:нет|не\s+име(?:ю|ем|ется))",
    r"(?:нет|не\s+имею|без)\s+(?:возражений|замечаний)",
    r"(?:замечания|возражения)\s+отсутствуют",
    r"отправить\s+(?:так|как\s+есть)",
)
NEED = r"(?:(?:прошу|просим|нужно|надо|необходимо|требуется|следует)\s+)?"
NOT_AGREED = whole_words(
    rf"(?:нет[\s,.!–—-]+)?(?:пока\s+|еще\s+)?н[еи]\s*{_AGREE}",
    r"(?:нет[\s,.!–—-]+)?не\s+(?:могу|можем|буду|будем|готов[аы]?)\s+(?:это\s+|такое\s+)?"
    r"(?:согласо(?:вы)?вать|утвердить|подписать)",
    r"(?:согласовать|утвердить)\s+не\s+(?:могу|можем|готов[аы]?)",
    r"возража(?:ю|ем)",
)
SENT_BACK = whole_words(
    rf"(?:прошу\s+)?(?:на|в)\s+{REWORK}",
    rf"{NEED}(?:вернуть|верните|возвраща(?:ю|ем)|возврат|возвратить)"
    rf"(?:\s+(?:на\s+{REWORK}|с\s+замечани(?:ем|ями)|исполнителю))*",
    r"отклонен[оаы]?|отклонить|отклоните|отклоня(?:ю|ем)|отказать|отказано|отказываю",
    r"(?:прошу\s+)?на\s+переделку",
    r"(?:нет[\s,.!–—-]+)?не\s+(?:принима(?:ю|ем)|годится|пойдет|подходит|устраивает)",
)
REMARKS = re.compile(rf"(?:есть\s+)?(?:мои\s+)?замечани[ея]{COLON}\s*(?=\S)")
REDO = whole_words(
    rf"{NEED}(?:(?:передел|пом[еи]ня)(?:ать|айте|ть|йте)|(?:пере|до)п(?:исать|ишите)"
    r"|исправ(?:ить|ьте)|поправ(?:ить|ьте)|добав(?:ить|ьте)|замен(?:ить|ите)|сократи(?:ть|те)"
    r"|убрать|уберите|указать|укажите|д[ао]р[ао]б[ао]та(?:ть|йте))",
)
"""The verb belongs to the reason: «Исправить дату во втором абзаце»."""

_ALL_RIGHT = (
    r"(?:(?:все|текст|ответ|письмо)\s+(?:ок|хорошо|устраивает)"
    r"|(?:(?:все|текст|ответ|письмо)\s+)?(?:верно|правильно|нормально|норм|в\s+порядке|отлично))"
)
_SENT_ON = any_of(
    r"(?:(?:можно|прошу|давайте|пожалуйста)\s+)?(?:от|на)прав(?:ить|лять|ляйте|ляем|ьте)",
    r"(?:можно\s+)?(?:подписывать|подписать|подписываю|печатать|печатайте|регистрировать)",
    r"(?:(?:передавайте|можно|отдавайте)\s+)?(?:на\s+подпись(?:\s+главе)?|в\s+печать)",
    r"пусть\s+(?:уходит|идет)",
)
"""The letter is to go on: near to an approval, and yet not the word for it."""
_LIKED = any_of(
    r"ок{1,3}|окей|ok|okay|ага|угу|плюсую|нравится|мне\s+нравится|хорошо|ладно|годится|пойдет|добро|принято|плюс|супер",
    r"(?:даю|дал[аи]?)\s+добро|поддержива(?:ю|ем)|(?:я\s+)?не\s+против",
    r"(?:с\s+(?:ответом|письмом|текстом|документом|проектом)\s+)?ознаком(?:лен[аы]?|ился|илась)",
    _ALL_RIGHT,
    _SENT_ON,
)
THUMBS = "[👍👌🆗✅🤝]"
WEAK = re.compile(any_of(r"\+{1,3}", rf"{_LIKED}{AFTER}", f"{THUMBS}+"))
CONFIRM = whole_words(r"да", r"подтвержда(?:ю|ем)")

PREFIX = re.compile(
    any_of(
        r"ок|окей|ok|да|ну|ой|хорошо|спасибо|благодарю|извините|прошу\s+прощения|к\s+сожалению|пожалуйста",
        r"понял[аи]?|принято|(?:все\s+)?(?:посмотрел|прочитал|прочел|прочла|изучил|проверил)[аи]?",
        _ALL_RIGHT,
        r"полностью|я|мы|(?:с\s+моей|со\s+своей)\s+стороны|решение|вердикт|виза",
        r"с\s+(?:ответом|письмом|текстом|документом|проектом(?:\s+(?:ответа|письма))?)",
        r"(?:(?:проект|текст)\s+)?(?:ответа?|письм[оа]|проект|текст|документ)",
        r"замечания\s+(?:сняты|устранены|учтены|исправлены)",
        r"(?:документ|письмо|ответ)\s+изучен[оа]?",
        r"(?:с\s+(?:ответом|письмом|текстом|документом)\s+)?ознаком(?:лен[аы]?|ился|илась)",
    )
    + AFTER
    + GAP
    + rf"|(?:{THUMBS}|\+)+\s*",
)
"""What may stand before a verdict without changing it; only one that then follows counts."""

RECALL = whole_words(r"стоп", r"отбой", r"ошибся", r"ошиблась", r"ошиблись", r"передумал[аи]?")
CALLED_BACK = re.compile(
    any_of(
        r"(?:(?:подождите|погодите|пожалуйста)[\s,]+)?не\s+отправля(?:йте|ть|ем)"
        rf"(?:\s+(?:пока|пожалуйста|ничего|письмо|ответ))?{AFTER}{STOP}",
        r"(?:отменяю|отзываю|снимаю|отмените|прошу\s+(?:отменить|отозвать))\s+(?:мое\s+|мою\s+|свое\s+|свою\s+)?"
        rf"(?:согласование|решение|визу|подпись|утверждение){AFTER}",
        rf"(?:отменить|отмените|отменяю){AFTER}(?=[\s.!]*$)",
        rf"ошиб(?:очка|ка)(?:\s+вышла)?(?=[\s,.!]+не\s+отправля)|(?:я\s+)?не\s+то\s+нажал[аи]?{AFTER}",
    ),
)
"""A recall by other words, where a line begins with them."""
EXECUTOR = re.compile(
    r"(?:исполнител(?:ь|и|ем|я)|исп\.)(?:\s+(?:назначить|назначаю|будет))?"
    rf"(?P<colon>{COLON})?{AFTER}{GAP}",
)
_TO_DO = (
    r"(?:в\s+работу|(?:на|к|для)\s+исполнени[еюя]|(?:прошу\s+)?(?:подготовить|исполнить|отработать)"
    r"(?:\s+ответ)?)"
)
_MADE_BY = r"(?:с?делает|подготовит|готовит|ответит|отвечает|займется|исполн(?:ит|яет)|отработает)"
ENTRUST = re.compile(
    any_of(
        r"(?:поручить|поручаю|назначить|назначаю)\s+(?:исполнителем\s+)?"
        r"(?P<given>[а-я][\w .-]{2,40})$",
        rf"пусть\s+(?P<let>[а-я][\w .-]{{2,40}}?)\s+{_MADE_BY}(?:\s+ответ)?(?=\s*[.!]?$)",
        rf"(?:прошу\s+)?(?P<name>[а-я]+(?:\s+[а-я]\.\s?(?:[а-я]\.)?)?)\s*[,:–—-]?\s*{_TO_DO}(?=\s*[.!]?$)",
    ),
)
"""A resolution that names who is to do it: «Трассову – в работу», «пусть Трассов сделает»."""
PASS_ON = re.compile(
    rf"{NEED}(?:передать|передайте|перенаправ(?:ить|ьте)|переадрес(?:овать|уйте))"
    rf"(?:\s+(?:обращение|вопрос|письмо|его))?{AFTER}(?:{COLON}\s*|\s+(?=(?:в|во|на)\s))",
)
_MATTER = r"(?:(?:это|этот|данный|данное|эта)\s+)?(?:(?:вопрос|обращение|тема)\s+)?"
_OBJECT = r"(?:дорога|улица|дом|двор|участок|объект|территория|сет[ьи]|зона|линия|котельная)"
NOT_OURS = whole_words(
    r"(?:это\s+)?(?:вопрос\s+)?не\s+(?:наш[ае]?|мо[йея])"
    r"(?:\s+(?:вопрос|компетенция|тема|полномочия)"
    rf"|{STOP}|(?=\s+(?:передать|передайте|это)(?!\w)))",
    rf"{_MATTER}не\s+(?:в|относится\s+к|входит\s+в|является|подходит\s+под)\s+(?:наш|мо)\w+"
    r"\s+(?:компетенц|полномочи|ведени)\w+",
    rf"{_MATTER}не\s+(?:относится\s+к|входит\s+в)\s+(?:компетенц|полномочи|ведени)\w+"
    r"\s+(?:наш|мо)\w+(?:\s+(?:отдела|управления|комитета|учреждения))?",
    rf"(?:это\s+)?не\s+наш[аеи]?\s+{_OBJECT}{STOP}",
    rf"(?:эт[аоти]+\s+)?{_OBJECT}\s+не\s+наш[аеи]?{STOP}",
    rf"{_MATTER}не\s+(?:относится\s+к|входит\s+в|подпадает\s+под)\s+(?:компетенц|полномочи|ведени)\w+"
    r"\s+(?:отдела|управления|комитета|администрации|учреждения|подразделения)(?:\s+[а-я-]{3,20}){0,3}",
    r"(?:(?:мы|я|наш\s+отдел|отдел|управление)\s+)?(?:этим|таким|такими\s+вопросами|данным\s+вопросом|этим\s+вопросом)"
    r"\s+не\s+занима(?:емся|юсь|ется)",
    rf"{_MATTER}не\s+(?:к\s+нам|ко\s+мне|по\s+адресу|по\s+нашей\s+части){STOP}",
)
ROUTE = re.compile(rf"(?:отдел|управление|комитет|подразделение){COLON}\s*")
INTERIM = re.compile(
    rf"промежуточный\s+ответ{AFTER}|промежуточный(?={COLON}|\s+(?:до|на)\s+[0-9])",
)
WAIT = whole_words(
    # «Требуется время для просушки основания» is prose for the citizen.
    r"(?:(?:мне|нам)\s+)?(?:необходимо|требуется)\s+(?:еще\s+|больше\s+)?врем(?:я|ени)"
    rf"(?={STOP}|\s+(?:до|на|для)\s+(?:[0-9]|ответа|подготовк|завтра|{WEEKDAY}))",
    r"(?:(?:мне|нам)\s+)?(?:нужно|надо|дайте)\s+(?:еще\s+|больше\s+)?"
    r"(?:врем(?:я|ени)|(?:[0-9]{1,2}|один|два|две|три|четыре|пять|пару|несколько)\s+"
    r"(?:рабочи[йх]\s+)?(?:день|дня|дней|сут(?:ки|ок)|недел[юи]|час(?:а|ов)?))",
    r"нужен\s+(?:еще\s+)?(?:один\s+)?(?:день|час)",
    r"(?:прошу|просим|просьба)\s+(?:дать\s+)?дополнительн(?:ое|ого)\s+врем(?:я|ени)",
    r"(?:(?:не\s+успева(?:ю|ем)|не\s+успе(?:ю|ем)|срок)[\s,.–—-]+)?(?:прошу|просим|просьба)\s+(?:"
    r"(?:продлить|продления|продление|перенести|отсрочить|отсрочку|отсрочки)"
    r"(?:\s+срока?)?(?:\s+(?:ответа|исполнения))?|(?:дать\s+)?(?:время\s+)?(?=до\s+[0-9]))",
    r"не\s+(?:успева(?:ю|ем)|успе(?:ю|ем))",
)
HEAD_RETURNED = whole_words(
    rf"глава\s+(?:вернул[аи]?(?:\s+на\s+{REWORK})?|отклонил[аи]?|не\s+(?:подписал[аи]?|подписывает))",
    rf"(?:возвращен[оа]?|отклонен[оа]?)\s+главой(?:\s+на\s+{REWORK})?",
)
BY_PHONE = whole_words(
    rf"(?:{AGREED}|согласовал[аи]?)\s+(?:по\s+(?:телефону|тел\.?(?=[\s:,])|звонку)|устно)"
)
CLOSE = re.compile(
    r"(?:закрыть|закройте|закрываю|закрываем)"
    rf"(?:\s+(?:дело|обращение|карточку|вопрос))?{STOP}|закрыт[оаь]?(?={COLON})",
)
DUPLICATE = whole_words(r"(?:это\s+)?(?:дубль|дубликат|дублирует|повтор(?=\s+(?:№\s?)?[0-9]))")
BY_HAND = whole_words(r"отправ(?:лен[оа]|ил[аи]?)\s+(?:вручную|руками|сам(?:а|и)?)")
IS_ANSWER = whole_words(r"это\s+(?:и\s+есть\s+)?ответ")
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
