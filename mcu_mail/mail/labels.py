"""The built-in Russian labels of a notice's fields: which words before a colon mean what.

Why: every press office writes its own form; these words cover what they usually write, and
`sources[].labels` in the configuration adds the rest. A label is a label only as a whole («Адрес
проблемы», «ТЕЛ.:»); words of a sentence are not, so prose is not cut into fields.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from mcu_mail.mail.layout import BOLD_OFF, BOLD_ON
from mcu_mail.mail.values import collapse, fold

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST_LABEL: Final = 70
_FILED: Final = r"(?:под)?(?:тема|тематика|категория|рубрика|раздел)"
RUBRIC: Final = re.compile(
    rf"группа тем|{_FILED}(?:\s?(?:/|и|,)\s?{_FILED})?(?: (?:обращения|сообщения|заявки|вопроса"
    r"|инцидента|проблемы))?|классификатор|вид проблемы"
)
"""Labels of what a message is filed under."""
PROSE_TOO: Final = frozenset((
    *("действие", "этап", "результат", "оценка", "балл", "рейтинг", "было", "стало", "раньше"),
    *("ответить", "рассмотреть", "решить", "исполнить", "опубликовать", "отработать", "проверил"),
    *("что", "просит", "пишет", "жалуется", "сообщает", "спрашивает", "обращается"),
))
"""Labels of a system that a citizen writes in his text as well: «Результат: ноль»."""
OTHER: Final = "other"
"""Field of the labels that are known but carry nothing for us; they end the value before them."""

_MESSAGE: Final = (
    r"(?:обращени[ея]|сообщени[ея]|комментари[йя]|вопроса?|запроса?|жалоб[аы]|заявк[аи]"
    r"|заявлени[ея]"
    r"|поста|публикации|инцидента?|карточк[аи]|просьб[аы]|проблем[аы]|заявителя|автора|граждан\w*"
    r"|жител\w*|пользователя|отправителя|ситуации)"
)
_PERSON: Final = (
    r"(?:заявител[ьяи]|заявительница|автор|граждан(?:ин|ка|е)|жител(?:ь|ьница)|отправитель"
    r"|обратив\w{2,4}ся"
    r"|пользователь|инициатор)"
)
_OFFICIAL: Final = (
    r"(?:исполнител|куратор|специалист|ответствен|оператор|модератор|дежурн|справ[ок]|согласующ"
    r"|проверяющ|утверждающ|рецензент|эксперт)"
)

_RULES: Final[tuple[tuple[str, int, str], ...]] = (
    (OTHER, 0, rf".*{_OFFICIAL}.*"),
    (
        OTHER,
        0,
        (
            r"(?:прежн|стар|предыдущ|исходн|первоначальн|истекш|действовавш)\w{2,3} (?:срок|дата).*"
            r"|(?:срок|дата) (?:был\w?|до изменения|ранее|раньше)(?: .{1,20})?|было|раньше"
            r"|до изменения"
        ),
    ),
    (
        OTHER,
        0,
        r"(?:отклонил|вернул|возвратил|утвердил|согласовал|одобрил|проверил|отказал)[аи]?",
    ),
    (
        OTHER,
        0,
        r"(?:новая |итоговая |средняя )?оценк[аи](?: .{1,30})?|балл\w{0,2}|рейтинг(?: .{1,20})?",
    ),
    (OTHER, 0, r"(?:адрес )?(?:e-?mail|эл\w* ?почт\w*|почта|электронн\w+ (?:почта|адрес)).*"),
    (OTHER, 0, r"адрес эл\w*.*|дата рождения|год рождения|№ п/?п|п/п|место работы|текст ответа.*"),
    ("applicant", 1, r"имя (?:в|из) (?:профил\w{1,2}|аккаунт\w)|имя (?:профиля|аккаунта)|аккаунт"),
    (OTHER, 0, r".*(?:профил|страниц[аеуы] |аккаунт).*|ссылка на (?:автора|заявителя|страницу.*)"),
    (OTHER, 0, r"ссылк\w+ на (?:фото|видео|вложени|файл|карточк)\w*|имя файла.*"),
    (OTHER, 0, r"откуда (?:поступ|пришл|получ|взят|обращени|сообщени|информаци|узнал).*"),
    ("nickname", 0, r"(?:ник|никнейм|логин|псевдоним|имя (?:пользователя|в соц.*))"),
    ("surname", 0, r"фамилия"),
    ("patronymic", 0, r"отчество"),
    ("given", 0, r"имя"),
    (
        "applicant",
        0,
        (
            rf"ф ?и ?о(?: {_PERSON}\w*| {_MESSAGE}| полностью)?|фамилия,? имя.*|имя и фамилия"
            rf"|(?:имя|данные|фио) {_MESSAGE}|{_PERSON}(?: {_MESSAGE})?|{_PERSON}, фио"
            r"|от кого|от|кто(?: обратил\w*| написал\w*| пишет| заявил\w*)?|обратил(?:ся|ась)"
            r"|поступило от|контактное лицо|кем (?:подано|направлено|написано)"
        ),
    ),
    ("applicant", 1, r"(?:создал|подал|написал|оставил)[аи]?"),
    (
        "phone",
        0,
        (
            r"(?:(?:контактн\w+|мобильн\w+|моб|сотов\w+|сот|номер|№|рабоч\w+|раб|домашн\w+|дом) )*"
            r"(?:тел|телефон\w{0,3})(?: ?/ ?факс|, факс)?"
            rf"(?: (?:{_MESSAGE}|{_PERSON}\w?|для (?:связи|контакта)|контактн\w+|моб\w*|сот\w*))?"
            r"|моб|сот|мобильный|сотовый|контакт(?:ы|ные данные|ная информация|ный номер)?"
            rf"(?: {_MESSAGE}| для связи)?|(?:номер |контакт\w* )?для (?:связи|контакта)"
            rf"|как связаться|связь"
        ),
    ),
    (
        "link",
        0,
        (
            r"(?:прямая |активная )?(?:гипер)?ссылк[аи](?: .{1,40})?|url(?: .{1,30})?|урл|линк"
            r"|link"
            r"|адрес (?:публикации|поста|записи|комментария|ссылки|в (?:сети|интернет).{0,12})"
            r"|(?:где )?(?:размещен\w*|опубликован\w*|написан\w*) (?:здесь|тут)"
            r"|где (?:размещен\w*|опубликован\w*|написан\w*)|место (?:публикации|размещения)|пост"
        ),
    ),
    (
        "link",
        1,
        (
            r"источник(?: .{1,30})?|площадка|соц\w* ?сеть|ресурс|сообщество|группа|канал"
            r"|публикация|запись|перейти|первоисточник"
        ),
    ),
    ("settlement", 0, r"нас\w* ?пункт|нас п|н ?п|населенный пункт|село|поселок|деревня"),
    ("street", 0, r"улица|ул"),
    ("house", 0, r"дом|номер дома|д"),
    ("flat", 0, r"квартира|кв|номер квартиры"),
    (
        "address",
        0,
        (
            r"(?:почтовый |точный |фактический |домашний )?адрес(?! эл)(?: .{1,40})?"
            r"|место(?:положение|нахождение)?(?: .{1,30})?|локация|геолокация|проживает"
            r"|где(?: находится| проблема| это| случилось| произошло)?|населенный пункт,? .{1,20}"
        ),
    ),
    ("address", 1, rf"откуда(?: (?:{_PERSON}|жалоба|{_MESSAGE}))?|объект|территория"),
    ("time", 0, r"время"),
    (
        "due",
        0,
        (
            r"(?:\w{4,16}(?:ый|ий|ая) )?(?:срок|дата контроля"
            r"|контрольн(?:ая дата|ое время)|крайняя дата|время (?:истечения|окончания|исполнения))"
            r"(?: .{1,40})?"
            r"|(?:дать |направить |предоставить |прислать |ждем |ожидаем )?ответ(?:ить)?"
            r"(?: (?:нужен|требуется|необходим|направить|дать|предоставить|опубликовать"
            r"|разместить|просим))?(?: до| не позднее| не позже| к)"
            r"|(?:(?:исполнить|подготовить|направить|отработать|исправить|доработать|устранить"
            r"|рассмотреть|ответить|опубликовать|разместить|завершить|решить|закрыть|выполнить"
            r"|обработать"
            r"|предоставить|отчитаться)(?: ответ| решение| публикацию)?|публикация)"
            r" (?:до|не позднее|не позже|к)|ответить|рассмотреть|решить|исполнить|опубликовать"
            r"|отработать"
            r"|(?:крайний )?дедлайн(?: .{1,20})?|контроль|стал[оа]|после изменения"
            r"|дата (?:ответа|исполнения)|дата (?:и время )?ответа|до"
            r"|(?:направить|дать|предоставить|прислать|представить|подготовить) ответ"
            r"|когда (?:нужно |надо )?(?:ответить|рассмотреть|исполнить)|(?:принять|примите) до"
            r"|(?:\w{4,14} )?(?:дней|часов|суток) на (?:ответ|рассмотрение|исполнение)"
        ),
    ),
    (
        "received_at",
        0,
        (
            r"(?:дата(?:(?:,| и| ?/) ?время)? |время |когда |дата и час )?поступ(?:ил[оаи]?"
            r"(?! (?:нов\w{2} )?(?:инцидент|сообщени|заявк|обращени))|лени[ея])"
            rf"(?: .{{1,30}})?|получен[оа]?|дата(?: и время)? (?:получения|приема)(?: {_MESSAGE})?"
        ),
    ),
    (
        "received_at",
        2,
        r"(?:дата(?: и время)?|время|когда) (?:публик|размещ|опублик)\w*(?: .{1,20})?",
    ),
    (
        "received_at",
        1,
        (
            r"дата(?: ?(?:,|и|/) ?(?:время|час))?(?: (?!рожд).{1,40})?|время .{1,40}"
            r"|когда(?: .{1,25})?|создан[оаы]?|зарегистрирован[оа]?|регистрация|(?:принят"
            r"|подан)[оа]?"
            r"|написан[оа]?"
            r"|отправлен[оа]?|дата,? ?час|(?:передан|направлен|поставлен|пришел|пришл|зашел"
            r"|зашл)[оа]?"
            r"(?: (?:в|на) (?:мо|муниципал\w+|округ|очередь|работу|исполнение|рассмотрение))?"
        ),
    ),
    ("received_at", 2, rf"(?:опубликован|размещен)[оа]?(?: {_PERSON}\w?)?|публикация от"),
    (
        "external_id",
        0,
        (
            r"(?:рег\w*|вх\w*|исх\w*|внешн\w+|уникальн\w+|учетн\w+|порядков\w+|внутр\w*) ?"
            rf"(?:№|номер|id|n)(?: {_MESSAGE})?"
            rf"|(?:№|номер|id|ид|код|n|идентификатор)(?: {_MESSAGE})?"
            rf"|(?:№|номер|id) в (?:реестре|системе|журнале)|{_MESSAGE},? ?(?:№|номер|id|n)"
        ),
    ),
    ("text", 0, rf"(?:полный |исходный |дословный )?текст(?: {_MESSAGE})?(?: .{{1,20}})?"),
    (
        "text",
        1,
        (
            r"(?:суть|содержание|краткое содержание|описание|цитата)"
            rf"(?: {_MESSAGE})?(?: .{{1,20}})?"
            r"|(?:сообщение|обращение|вопрос|жалоба|проблема|просьба)"
            rf"(?: {_MESSAGE})?|что|что (?:случилось|произошло|беспокоит|пишет|пишут|просит"
            rf"|сообщает"
            rf"|(?:написал|сообщил|спросил|спрашива|сказал|рассказал|говор|требу)\w{{0,3}})"
            rf"(?: {_PERSON})?"
            rf"|оригинал(?: {_MESSAGE})?|о чем (?:пишет|просит|сообщает)|(?:пишет|жалуется"
            rf"|просит|сообщает|спрашивает"
            r"|обращается)"
        ),
    ),
    (
        "text",
        2,
        (
            rf"(?:нов(?:ый|ая|ое) )?(?:комментарий|отзыв|реакция|отклик|реплика|возражение)"
            rf"(?: (?:от )?{_MESSAGE}"
            rf"| на ответ"
            r"| к ответу)?|слова (?:заявителя|автора|жителя)"
        ),
    ),
    (
        "text",
        1,
        (
            r"(?:сообщение|обращение|вопрос|жалоба|заявка|комментарий|отзыв"
            r"|просьба)(?: \w{4,14})? (?:от|за)"
            r" \d{1,2} (?:\d{1,2}|[а-я]{3,8})(?: \d{2,4})?(?: г)?(?:,? (?:в )?\d{1,2}[: ]\d{2})?"
        ),
    ),
    ("text", 3, r"(?:причин[аы]|замечани[ея]|мотив\w?)(?: .{1,30})?"),
    ("text", 3, r"что (?:нужно |надо |необходимо )?(?:исправить|поправить|доработать|изменить)"),
    ("text", 3, r"заявка|инцидент|карточка|кейс|тикет"),
    (
        "photos",
        0,
        (
            r"(?:кол-во |количество |приложен\w+ |прикреплен\w+ )?"
            r"(?:фото(?:графи\w{1,2}|материал\w{0,2}|вложени\w{1,2})?"
            r"|вложени[еяй]\w?|прикреплен\w+"
            r"|приложени[ея]|файл\w{0,2}|медиа(?:файлы|вложения|контент)?|изображени\w+"
            r"|снимк\w+)(?: .{1,25})?|фото/видео"
        ),
    ),
    (
        OTHER,
        0,
        (
            r"муниц\w*.*|мо|район|округ|регион|просмотр\w{0,2}|реакций|лайк\w{0,2}|репост\w{0,2}"
            r"|рекомендуем|тем[аы](?: .{1,30})?"
            rf"|{RUBRIC.pattern}|(?:под)?(?:рубрика|раздел|тема)|тематика|классификатор"
            r"|(?:новый |прежний |предыдущий |старый |текущий )?статус(?: \w{3,14}){0,2}|действие"
            r"|этап(?: \w{3,14})?|результат(?: рассмотрения| согласования| проверки| модерации)?"
            r"|(?:кто |когда )?изменил\w?"
            r"|(?:под)?категори.*|факт|статус|приоритет.*|срочност.*|тип .*|вид .*|координат.*"
            r"|примечани.*"
            r"|резолюци.*|кому|адресат|куда|тональност.*|решение.*|фаст-?трек|охват|подписчик.*"
            r"|справк.*"
            r"|пол|возраст|вк|вконтакте|отдел|ведомство|организация|орган|заголовок|событие|видео"
            r"|просим|важно|внимание|должность|индекс|область|корпус|подъезд|этаж"
            r"|ответ|с уважением|исп"
        ),
    ),
)
_COMPILED: Final = tuple((name, rank, re.compile(rule)) for name, rank, rule in _RULES)
_BRACKETS: Final = re.compile(r"\([^()]{0,60}\)")
_BRACKETED: Final = re.compile(r"[^()\d]{3,40}\s\(([^()\d]{3,40})\)")
_EDGES: Final = ' .:;,*_-–—•·▪►"«»#=|[]{}<>~/\\→' + BOLD_ON + BOLD_OFF
_ENDING: Final = re.compile(
    r"(?<=\w{3})(?:ами|ями|ого|его|ому|ему|ыми|ими|ой|ей|ый|ий|ая|яя|ое|ее|ые|ие|ых|их|ым|им|ую|юю"
    r"|ом|ем|ам|ям|ах|ях|ов|ев|ия|ию|ии|а|я|о|е|ы|и|у|ю|ь|й)(?!\w)"
)
_NUMBERING: Final = re.compile(
    r"\s*(?:[\u2190-\u2bff\U0001f000-\U0001faff\ufe0f]{1,4}\s*|(?:(?:№\s?)?\d{1,2}\s?[.)]"
    r"|[•*·▪►➤✔\-–—])\s+)"
)


@dataclass(frozen=True, kw_only=True)
class Label:
    """A recognised label: its field, how sure a source it is (0 = best), its words."""

    field: str
    rank: int
    words: str


@dataclass(frozen=True, kw_only=True)
class Labels:
    """The labels of one source: its own ones first, then the built-in ones."""

    own: Mapping[str, str]
    """Normalised words → field."""
    stems: Mapping[tuple[str, ...], str]
    """The same words without their regular endings → field: «Жителя:» is the label «Житель»."""
    openings: Mapping[str, str]
    """Beginnings («Житель *») → field."""

    @staticmethod
    def of(configured: Mapping[str, tuple[str, ...]]) -> Labels:
        """Build from `sources[].labels`."""
        told = [(words, field) for field, many in configured.items() for words in many if words]
        own = {normal(words): field for words, field in told if not words.rstrip().endswith("*")}
        return Labels(
            own=own,
            stems={_stems(words): field for words, field in own.items()},
            openings={
                normal(words.rstrip(" *")): field
                for words, field in told
                if words.rstrip().endswith("*")
            },
        )

    def find(self, words: str) -> Label | None:
        """Return the label that `words` are as a whole, or None. Numbering before it is ignored."""
        if len(words) > 2 * LONGEST_LABEL:
            return None
        bare = normal(words)
        if not bare or len(bare) > LONGEST_LABEL:
            return None
        shown = collapse(without_numbering(words)).strip(_EDGES)
        if field_ := self._configured(bare):
            return Label(field=field_, rank=-1, words=shown)
        for field, rank, rule in _COMPILED:
            if rule.fullmatch(bare):
                return Label(field=field, rank=rank, words=shown)
        inner = _BRACKETED.fullmatch(bare_words) if (bare_words := words.strip(" :")) else None
        return self.find(inner[1]) if inner else None

    def find_own(self, words: str) -> Label | None:
        """Return the configured label that `words` are, or None: any sign may end such a one."""
        if not (self.own or self.openings) or len(words) > 2 * LONGEST_LABEL:
            return None
        field = self._configured(normal(words))
        shown = collapse(without_numbering(words)).strip(_EDGES)
        return Label(field=field, rank=-1, words=shown) if field else None

    def _configured(self, bare: str) -> str | None:
        if not bare or not (self.own or self.openings):
            return None
        exact = self.own.get(bare) or self.stems.get(_stems(bare))
        begun = (field for start, field in self.openings.items() if bare.startswith(start))
        return exact or next(begun, None)


def without_numbering(words: str) -> str:
    """Take «1. », «2) », «• » off the front."""
    return _NUMBERING.sub("", words, count=1) if _NUMBERING.match(words) else words


def _stems(bare: str) -> tuple[str, ...]:
    return tuple(_ENDING.sub("", bare).split())


def normal(words: str) -> str:
    """Bring a label to the form it is compared in: lower case, ё as е, no brackets or dots."""
    bare = _BRACKETS.sub(" ", without_numbering(words.lstrip(_EDGES.replace("-", ""))))
    return collapse(fold(bare).replace(".", " ").replace("№", " № ")).strip(_EDGES)
