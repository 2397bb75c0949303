"""What may stand after «Согласовано» without making it a condition.

The list is closed: thanks, «замечаний нет», a date, a signature. Whatever is not on it turns the
approval into one that is held and asked about, because a letter sent against a remark cannot be
called back.
"""

from __future__ import annotations

import re

from mcu_mail.domain.cloud_links import names_cloud
from mcu_mail.domain.row_words import is_row_list
from mcu_mail.domain.verdict_words import APPROVE, CONFIRM, WEAK, same_length

_LONGEST = 200
"""A longer line is no signature."""
_MOST = 5_000
"""Nothing harmless is longer than this: signatures and thanks are short."""
_LEAST_PHONE = 5
"""Digits of a phone; fewer may be the row of a sheet."""
_EMOJI = re.compile("[👍👌🆗✅🤝🙏🙂😊👏💯]|[:;]-?\\)+")
_SPLIT = re.compile(
    r"[,;!()\n]|\.(?![0-9])|\s[–—-]\s|(?<!\w)(?:запятая|точка|тире|двоеточие)(?!\w)",
)
_QUOTES = " \t:*_«»\"'„“”–—-.\\/"
_DATE = r"(?:[0-3]?[0-9]\.[01][0-9](?:\.(?:20)?[0-9]{2})?|[0-3]?[0-9]-[01][0-9]-(?:20)?[0-9]{2})"
_HOUR = r"(?:[0-2]?[0-9][.:][0-5][0-9]|в\s+[0-2]?[0-9]-[0-5][0-9])"
"""A bare number may be the row of a sheet, so it is neither a date nor an hour."""
_MONTH = r"(?:января|февраля|марта|апреля|мая|июня|июля|августа|сентября|октября|ноября|декабря)"
_FILES = r"(?:(?:файл|письмо|документ|скан)(?:\s+и\s+)?)?(?:(?:электронная\s+)?подпись)?"
_HARMLESS = re.compile(
    "|".join(
        (
            r"без\s+(?:замечаний(?:\s+и\s+дополнений)?|изменений|правок)",
            r"(?:вам\s+)?(?:большое\s+)?спасибо(?:\s+(?:большое|вам|всем))?",
            r"благодар(?:ю|им)(?:\s+(?:вас|всех))?",
            r"(?:(?:можно|прошу|пожалуйста)\s+)?(?:от|на)прав(?:ить|лять|ляйте|ьте)",
            r"(?:можно\s+)?(?:подписыва(?:ть|йте)|регистриру?(?:овать|йте))|подпишите|(?:можно\s+)?публик(?:овать|уйте)",
            r"(?:передавайте\s+)?на\s+подпись|(?:к|для)\s+(?:отправк[еи]|подписани[юя])",
            rf"(?:{_FILES}\s+)?(?:и\s+)?(?:во\s+вложении|прилага(?:ю|ется|ются)|приложен[аоы]?)",
            r"(?:документ|письмо|ответ|текст)(?:\s+изучен[оа]?)?|проект(?:\s+(?:ответа|письма))?",
            r"(?:с\s+(?:ответом|письмом|текстом|документом)\s+)?ознаком(?:лен[аы]?|ился|илась)",
            r"(?:прочитал|изучил|проверил)а?",
            r"(?:все\s+)?(?:верно|хорошо|правильно|в\s+порядке|ок)",
            r"полностью|в\s+полном\s+объеме|как\s+есть",
            r"в\s+(?:данной|представленной|этой|текущей)\s+редакции",
            r"(?:хорошего|доброго)\s+(?:дня|вечера)|всего\s+(?:доброго|хорошего)|удачи|коллеги",
            r"пожалуйста|молодцы|хорошая\s+работа|восклицательный\s+знак|с\s+(?:моей|нашей)\s+стороны",
            r"(?:претензий|вопросов|дополнений|предложений)\s+(?:нет|не\s+имею)|спс",
            r"с\s+(?:ответом|письмом|текстом|документом|проектом(?:\s+(?:ответа|письма))?)",
            r"(?:текст|ответ)\s+хороший|хороший\s+(?:ответ|текст)",
            rf"(?:от\s+)?[0-3]?[0-9]\s+{_MONTH}(?:\s+20[0-9]{{2}})?(?:\s*г)?",
            r"(?:от|на)прав(?:ляйте|ить)\s+(?:в\s+регион|в\s+область|дальше|главе|на\s+подпись)",
            r"в\s+работу",
            # It is about what happens after the letter, not about its text.
            r"прошу\s+учесть\s+сроки?\s+(?:публикации|отправки|направления)[\w\s«»\"-]*",
            rf"(?:от\s+)?{_DATE}(?:\s*г)?(?:\s+(?:в\s+)?{_HOUR})?|(?:в\s+)?{_HOUR}(?:\s+{_DATE})?|[а-я]",
        ),
    ),
)
_THANKS = re.compile(
    r"(?:большое\s+)?(?:спасибо|благодар(?:ю|им|ность))"
    r"(?:\s+(?:вам|всем|вас|большое|огромное|коллеги)){0,2}\s+за(?:\s+[а-я-]+){1,4}",
)
_SIGN_OFF = re.compile(r"\s*(?:с\s+(?:наилучшими\s+)?уважением|с\s+ув\.|--\s*$)")
_SENT_FROM = re.compile(r"\s*(?:отправлено\s+(?:с|из)|sent\s+from|получить\s+outlook)\s.*")
_POST = re.compile(
    r"\s*(?:и\.?\s?о\.|врио|глав[аы]|зам\.?|заместител|начальник|директор|председател|специалист"
    r"|главный|ведущий|управляющ|руководител|гл\.\s|вед\.\s|ст\.\s|пресс-секретар|администраци|отдел|управлени|комитет"
    r"|мку|муп|ооо|муниципальн|служб|департамент|центр|приемная|диспетчер|инженер|юрист|секретар"
    r"|инспектор|консультант|эксперт|помощник|советник|перв\w+\s+зам|мастер|тяжинск|округ|район"
    r"|росси|кемеровск|обл|кузбасс|п\.?г\.?т|г\.|с\.|ул\.|адрес\s*:|каб|эл\.|www|http|по\s|[0-9]{6},)"
    r"[\w\s.,:;/@()+«»\"–—-]*",
)
_PERSONS_POST = re.compile(
    r"\s*(?:(?:и\.?\s?о\.?|врио|перв(?:ый|ая)|главн(?:ый|ая)|ведущ(?:ий|ая))\s+)?(?:зам\.?|заместитель|начальник|директор|глава"
    r"|председатель|руководитель|специалист|инженер)(?=\s)"
)
_OF_POST = re.compile(r"(?:\s+[а-я-]+){0,7}\s*")
_IS_NEWS = re.compile(
    r"(?<!\w)(?:в|на|теперь|уже|сейчас|там|тут|здесь|это|стал\w?|стат\w|бывш\w+|нов(?:ый|ая)|прежн\w+|друг\w{2}|раньше|ранее"
    r"|тоже|также|снова|опять|сам\w?|остался|осталась|[а-я]{2,}(?:[ае]н|нят|зят)[аоы]?)(?!\w)"
)
"""What no post holds: «Директор школы теперь Тополев» is a remark on the letter."""
_SURNAME_AT_END = re.compile(
    r"\s(?P<name>[А-ЯЁ][а-яё]+(?:[оеё]ва?|[иы]на?|ск(?:ий|ая)|енко)(?:\s+[А-ЯЁ]\.\s?(?:[А-ЯЁ]\.)?)?)\s*\.?\s*$"
)
_LONGEST_POST = 100
_FOR_SOMEBODY = re.compile(r"\s*[а-я]+[ую](?![\w-])")
_REACH = re.compile(
    r"\s*(?:(?:раб|моб|сот)?\.?\s*(?:тел|факс|т|e-?mail|почта)\.?:?\s*)?\S*[0-9@]\S*"
    r"(?:[\s()-]+[0-9]+)*\s*"
)
_VERB = re.compile(
    r"(?<![\w-])[а-я]{2,}(?:[аеиуюя]т|ть|тся|ться|[аеиыя]л[аи]?|[йь]те|ите)(?![\w-])"
)
_NOUN = re.compile(
    r"комитет|совет|отдел|аппарат|област|секретариат|дет[еи]|связ|власт|печат|интернет"
    r"|михаил|павел|данил|людмила|марат|булат|ринат|самуил"
)
"""Words of a signature that end as a verb does."""
_NAME = re.compile(
    r"[А-ЯЁ][а-яё]+(?:-[А-ЯЁ][а-яё]+)?(?:(?:\s+|(?<=\.))[А-ЯЁ](?:[а-яё]+|\.)?){1,2}\s*"
    r"|(?:[А-ЯЁ]\.?\s?){1,2}\s?[А-ЯЁ][а-яё]+"
    r"|[А-ЯЁ][а-яё]+(?:[оеё]ва?|[иы]на?|ск(?:ий|ая)|енко)",
)
_SHOUTED = re.compile(
    r"[А-ЯЁ]+(?:[ОЕЁ]ВА?|[ИЫ]НА?|СК(?:ИЙ|АЯ)|ЕНКО)(?:\s+[А-ЯЁ]\.?\s?(?:[А-ЯЁ]\.?)?)?",
)
_SURNAMED = re.compile(
    r"(?<![\w-])(?:[а-я-]+(?:[ое]ва?|[иы]на?|[сц]к(?:ий|ая)|енко|[ую]к|[иы]х|[ая]к|[ая]н|дзе|швили|вич|вна|ична)"
    r"|[а-я])(?![\w-])",
)
"""A surname, a patronymic or an initial."""
_FIRST_NAME = re.compile(
    r"(?<![\w-])(?:александр|алексе[йя]|анастаси|анатоли|андре|анна|антон|арт[её]м|борис|вадим"
    r"|валенти|валери|василий|вера|виктор|виталий|владимир|вячеслав|галина|геннадий|георгий|григорий"
    r"|дарья|денис|дмитрий|евген|екатерина|елена|елизавета|зинаида|иван|игорь|илья|инна|ирина|кирилл"
    r"|константин|ксения|лариса|лидия|любовь|людмила|максим|марина|мария|михаил|надежда|наталь|никита"
    r"|николай|нина|оксана|олег|ольга|павел|п[её]тр|раиса|роман|светлана|семен|сергей|софья|станислав"
    r"|степан|тамара|татьяна|федор|юлия|юрий|яна)[а-я]*(?![\w-])",
)
_DOUBT = re.compile(
    r"(?<![\w-])(?:против|нет|не\w*|но|пока|только|кроме|рано|позже|завтра)(?![\w-])"
)
_ORDER = re.compile(r"(?:ть|ться|[ийь]те|ите)(?![\w-])")
"""The end of an infinitive or an imperative: «Исправьте Дату» names nobody."""
_REMARK = re.compile(
    r"(?<![\w-])(?:но|если|после|кроме|только|однако|хотя|пока|не|нет|вместо|услови[еия]|учетом"
    r"|нужно|надо|необходимо|против|стоп|отбой|p\.?\s?s|з\.?\s?ы|лучше|может|возможно|вдруг|сначала|сперва|пусть"
    r"|раньше|позже|завтра|наверн[оа]е?|вроде|кажется|почти|частично|иначе|другой|другая|другое"
    r"|(?:замечан|исправ|замен|добав|убер|убр|поправ|правк|уточн|дополн|измен|прос|прош|перепис"
    r"|передел|д[ао]р[ао]б[ао]т|верн|возвр|возраж|жд|счита|треб|долж|ошиб|неверн|неправ|неточн"
    r"|провер|перепров|сомн|сомне|смущ|странн|опечат|перепут|позвон|перезвон|подожд|погод|отмен"
    r"|придерж|отлож|отзов|отозв|отзыва|отправля|постав|укаж|вычерк|вычеркн|сократ|соглас[оу]й)\w*)(?!\w)"
    r"|\?",
)
"""What no closing words of a mail hold: below «С уважением» anything else passes for a post."""


def is_harmless(tail: str) -> bool:
    """Whether `tail` (the rest of the line and the lines below) leaves a verdict as it is."""
    if len(tail) > _MOST or names_cloud(tail):
        # What lies behind the link may be a remark.
        return False
    lines = _EMOJI.sub(" ", tail).split("\n")
    for i, line in enumerate(lines):
        plain = same_length(line)
        if _SIGN_OFF.match(plain):
            return _is_closing(lines[i:])
        if i and _is_signature_line(plain):
            continue
        if not _chunks_harmless(line, plain) and not _is_post_and_name(line, plain):
            # The closing words may follow on the same line: «замечаний нет. С уважением, …».
            return _ends_with_sign_off(lines[i:])
    return True


def _is_signature_line(plain: str) -> bool:
    """A post, a phone, an address, the note of a phone's mail program."""
    if len(plain) > _LONGEST:
        return False
    if is_row_list(plain):
        return False
    reaches = "@" in plain or sum(c.isdigit() for c in plain) >= _LEAST_PHONE
    if _SENT_FROM.fullmatch(plain) or (reaches and _REACH.fullmatch(plain)):
        return True
    # «Юристу», «Начальнику отдела»: it is for somebody, and nobody's post.
    post = _POST.fullmatch(plain) is not None and not _FOR_SOMEBODY.match(plain)
    return post and _REMARK.search(plain) is None and not _has_verb(plain)


def _is_post_and_name(line: str, plain: str) -> bool:
    """Whether a line is a person's post and his surname, and says nothing: «Зам. главы Тополев»."""
    if len(plain) > _LONGEST_POST or any(c.isdigit() for c in plain) or _has_verb(plain):
        return False
    post = _PERSONS_POST.match(plain)
    named = _SURNAME_AT_END.search(line)
    if post is None or named is None or _REMARK.search(plain) or _DOUBT.search(plain):
        return False
    between = plain[post.end() : named.start("name")]
    is_post = _OF_POST.fullmatch(between) is not None and not _IS_NEWS.search(between)
    return is_post and is_name(named["name"])


def _chunks_harmless(line: str, plain: str) -> bool:
    start = 0
    for end in (*(match.span() for match in _SPLIT.finditer(plain)), (len(line), len(line))):
        if not _chunk_harmless(line[start : end[0]].strip(_QUOTES)):
            return False
        start = end[1]
    return True


def _chunk_harmless(chunk: str) -> bool:
    plain = same_length(chunk)
    if _THANKS.fullmatch(plain):
        return _REMARK.search(plain) is None
    if is_name(chunk):
        return True
    return not chunk or any(
        pattern.fullmatch(words)
        for pattern, words in (
            (_HARMLESS, plain),
            (APPROVE, plain),
            (WEAK, plain),
            (CONFIRM, plain),
        )
    )


def is_name(chunk: str) -> bool:
    """Whether a person's name stands here, be it in capitals, and nothing is said of it.

    Two words with capitals are not enough: «Дата Неверна», «Отправит Трассов».
    """
    plain = same_length(chunk)
    if _ORDER.search(plain) or _has_verb(plain):
        return False
    if chunk.isupper() and _SHOUTED.fullmatch(chunk):
        return True
    if _NAME.fullmatch(chunk) is None or _DOUBT.search(plain):
        return False
    return _SURNAMED.search(plain) is not None or _FIRST_NAME.search(plain) is not None


def _ends_with_sign_off(lines: list[str]) -> bool:
    """Whether harmless words, then closing words, end these lines."""
    line, plain = lines[0], same_length(lines[0])
    found = re.search(r"(?<![\w-])с\s+уважением", plain)
    if found is None or not _chunks_harmless(line[: found.start()], plain[: found.start()]):
        return False
    return _is_closing([line[found.start() :], *lines[1:]])


def _is_closing(lines: list[str]) -> bool:
    """Whether lines from «С уважением» on are a signature, line by line, and say nothing more."""
    if _REMARK.search(same_length("\n".join(lines))) is not None:
        return False
    return all(_is_signed(line, same_length(line)) for line in lines)


def _is_signed(line: str, plain: str) -> bool:
    """Whether a line is closing words with a name, or a part of a signature."""
    closing = _SIGN_OFF.match(plain)
    if closing is not None:
        name = plain[closing.end() :]
        return len(name) <= _LONGEST and not _has_verb(name)
    named, comma, post = line.partition(", ")
    if comma and is_name(named) and _POST.fullmatch(same_length(post)) and not _has_verb(plain):
        return True
    return _is_signature_line(plain) or _chunks_harmless(line, plain)


def _has_verb(plain: str) -> bool:
    """Whether a line says that somebody does something, which no signature does."""
    return any(not _NOUN.match(word) for word in _VERB.findall(plain))
