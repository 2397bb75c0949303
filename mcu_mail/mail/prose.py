"""Which lines of a notice are the press office's own words and not the citizen's.

Why: greetings, «Ответ в формате pdf и doc просим направить…», signatures and the headers of a
forwarded mail stand around the citizen's words; sent into the letter they would be an
embarrassment, and a citizen's sentence taken for one of them would be lost. So the lists are
closed, each phrase is matched at the start of a line, and the looser list is used only where the
text may have ended.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from mcu_mail.mail.labels import Labels, without_numbering
from mcu_mail.mail.layout import FORWARDED, SIGNATURE, Piece
from mcu_mail.mail.values import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

_GREETING: Final = re.compile(
    r"(?:добр(?:ый|ое|ого)\s(?:день|утро|вечер|дня|утра|времени\sсуток)|здравствуйте|приветствую"
    r"|(?:уважаем(?:ые|ый|ая)\s)?коллег[иа]|уважаем(?:ый|ая|ые)\s(?:координатор\w?|партнер\w?"
    r"|пресс-секретар\w"
    r"|руководител\w))"
    r"(?:[\s,!.]{1,3}(?:уважаем(?:ые|ый|ая)\s)?(?:коллеги|добр\w{2}\s\w{3,6}))?[\s,!.]*"
)
_OPENING: Final = re.compile(
    r"(?:коллеги[,!.]?\s.{0,80}(?:в работу|сообщени)|добр(?:ый|ое)\s\w{3,5}[.!,]\s.{0,120}"
    r"(?:сообщени|в работу|обращени|комментари)|(?:пере)?направля(?:ем|ю)\s|пересыла(?:ем|ю)\s"
    r"|повторное (?:сообщени|обращени)|(?:информируем|сообщаем|уведомляем)\s|в (?:адрес|социальн)"
    r"|во исполнение|(?:на платформ|в систем|в социальн|в соц\w* ?сет|под постом|в группе"
    r"|в аккаунт)"
    r".{0,90}(?:поступил|создан|оставлен|опубликован|размещен|сообщени)"
    r"|(?:вам )?поступил[оаи]? (?:нов|след|\d|сообщ|обращ|коммент|из )|для (?:подготовки"
    r"|рассмотрени|работы)"
    r"|нов\w{2} (?:сообщени|обращени|комментари)|(?:прошу|просим)\s(?:вас\s)?(?:взять|принять"
    r"|рассмотреть)"
    r"\s.{0,60}(?:в работу|сообщени|обращени|коммент))"
)
_DEMAND: Final = re.compile(
    r"(?:(?:срочно|внимание|важно)\W{1,3})?(?:примите (?:заявку|сообщение|обращение|инцидент)"
    r"|(?:просим|просьба|прошу|необходимо) (?:ответить|(?:дать|направить|подготовить"
    r"|предоставить) ответ)"
    r" (?:до|не позднее|к) \d{1,2}[:.]\d\d(?!\.\d)"
    r"|(?:ответьте|отреагируйте|просим ответить|необходимо ответить) на (?:отзыв|комментарий"
    r"|сообщение|заявку|обращение)"
    r"(?: \w{3,12})? (?:в течение|до|не позднее|за)\s"
    r"|первичный ответ (?:с |нуж|в теч|необх)|ответ (?:в течение|за|не позднее|до) \d"
    r"|ответ (?:нужен|необходим|требуется|ожидается)\w?\s"
    r"(?:\w{1,16}\s){0,2}(?:до|к|не позднее|в течение|сегодня|завтра)(?!\w)|ответ (?:подготовить"
    r"|направить|дать|предоставить|опубликовать|разместить) (?:в течение|до|не позднее|за)\s"
    r"|ответ (?:необходимо"
    r"|нужно"
    r"|следует|надо) (?:опубликовать|подготовить|разместить|направить|внести)"
    r"|ответить (?:в комментари|письм|автору|заявител)\w{0,3}[^.!?]{0,60}(?:срок|до|не позднее)\s\d"
    r"|(?:просмотр|реакци|лайк|репост|подписчик)\w{0,3}\s?:\s?\d|рекомендуем\s?:"
    r"|(?:срок|дата) (?:рассмотрения|исполнения|подготовки ответа|ответа)\s[–—-])"
)
"""What only an office asks of an office, right under a citizen's words too."""
_REQUEST: Final = re.compile(
    r"(?:(?:срочно|внимание|важно)\W{1,3})?(?:прошу|просим|просьба|необходимо|требуется"
    r"|нужно)\s(?:вас\s)?(?:срочно\s|оперативно\s"
    r"|незамедлительно\s)?(?:подготовить|организовать (?:подготов|ответ|рассмотр)|взять в работу"
    r"|принять в работу|рассмотреть (?:сообщени|обращени|вопрос и|данн|указанн|настоящ|и (?:дать"
    r"|подгот|направ))"
    r"|направить (?:(?:подписанн|готов|утвержденн|официальн)\w{2,3} )?(?:ответ|нам|проект|в наш"
    r"|информац|письмо)|предоставить (?:ответ|информац)"
    r"|дать ответ (?:нам|в |до |за|к |сегодня|завтра|не позднее|срочно)"
    r"|прислать (?:ответ|нам)|ответить (?:в |до |нам|автору)|обеспечить (?:подготов|направлен"
    r"|рассмотр)"
    r"|связаться с (?:заявител|автором|граждан)|ответ)"
    r"|(?:проект |доработанн\w{2} |исправленн\w{2} |подписанн\w{2} "
    r"|готов\w{2} )?ответ[ыа]?\s(?:в формате|в виде|просим|прошу|просьба|необходимо|нужен|нужно"
    r"|направ|предостав"
    r"|присл|ждем|ждём|ожида|на имя|за подписью|подпис|до \d|долж|оформ|требует|жд|на официальн)"
    r"|(?:ждем|ожидаем)\s(?:ваш\s|исправленн\w{2,3}\s|новый\s)?(?:ответ|письм|вариант|информац)"
    r"|срок\s(?:ответа|подготовк|исполнен"
    r"|рассмотрен|предоставл"
    r"|направлен|отработк|до |–|-|—|:)|на кажд\w{2,3}\s|телефона\s(?:у\s\w+\s)?нет|(?:первичный"
    r"|промежуточный) ответ"
    r"|примите (?:заявку|сообщение|в работу)|к (?:сообщению|обращению|посту) есть"
    r"|(?:заранее )?(?:благодар\w{1,3}|спасибо)(?: вас)? за (?:сотруднич|оператив|взаимод)"
)
_AUTOMATIC: Final = re.compile(
    r"(?:(?:это|данное|настоящее)\s(?:письмо|сообщение|уведомление)|письмо|сообщение"
    r"|уведомление)?\s?"
    r"(?:было\s)?(?:с?формировано|создано|отправлено|сгенерировано)\s(?:автоматически|системой"
    r"|роботом)"
    r"|(?:пожалуйста,?\s)?не отвечайте на|это (?:автоматическ|письмо|системное)|перейти (?:к|в"
    r"|по)\s"
    r"|открыть (?:в|коммент|карточк|сообщ|пост|заявк)|посмотреть (?:в|коммент|сообщ)"
    r"|перейти$|открыть$|инцидент возвращ"
    r"|(?:сообщение|заявка|обращение"
    r"|карточка)(?: №?\s?[\w/-]{4,20})? (?:возвращен[аоы]? (?:в работу"
    r"|на доработку|исполнителю|на этап .{3,30})|открыт[аоы]? повторно|повторно открыт[аоы]?"
    r"|переведен[аоы]? в (?:работу|статус .{3,30}))[.!]?$"
    r"|(?:принять|отклонить|взять|ответить|перейти|открыть|посмотреть|просмотреть|подробнее"
    r"|карточка|ссылка"
    r"|адрес карточки)(?: [\w ]{1,30})?\s?[:–—-]\s{0,2}https?://\S{3,500}$"
    r"|отправлено (?:с|из) (?:iphone|моб|android|mail|яндекс"
    r"|почты)"
    r""
    r"|(?:сведения|информация|данные) о (?:сообщени|заявител|мест|обращени|заявк"
    r"|инцидент)\w{1,3}:?$"
    r"|(?:взять|принять) в работу$|\d{1,2}\.\d{2}\.\d{4},? (?:в )?\d{1,2}:\d{2}"
    r"(?:, [\w-]{4,20} (?:платформ|систем|портал|цур)\w{0,3})$|оценка не (?:выставлен"
    r"|поставлен)|вы получили это|(?:установите"
    r"|скачайте) (?:мобильн\w{2,3} )?приложени|отписаться"
    r"|если вы не |конфиденциальн"
    r"|(?:данное |указанное )?сообщение не является|это сообщение и люб"
    r"|настоящее сообщение и|подробнее(?:$| в)|карточка сообщени"
)
_ATTACHED: Final = re.compile(
    r"\(?(?:фото\w{0,7}|вложени\w|прикреплен\w{0,3}|приложен\w{1,3}|файл\w?|видео|скриншот\w?)\)?"
    r"(?:\s?[:(–—\-.]|\s\d|$|\s(?:во|в|к|прил|прикр|шт|фото|видео|снимк|файл|изображ))"
    r"|\(?\d{1,2}\s(?:фото|видео|снимк|файл"
    r"|изображ)"
    r"|конец (?:текста|сообщения|цитаты)|к (?:сообщени|обращени|пост|заявк|инцидент"
    r"|вопрос)\w{1,2} "
    r"(?:прил|прикр|есть фото)"
)
_FAREWELL: Final = re.compile(
    r"(?:с\s{1,2}(?:уважением|почтением|наилучшими|ув\.)|(?:исполнитель|исп\.?"
    r"|контактн\w+ лицо)\s?[:.]"
    r"|тел(?:ефон)?[.:]?\s{0,2}(?:для справок|\d|\+|\()|(?:главный |ведущий )?специалист\s"
    r"|команда [«\"]"
    r"|(?:пресс-служба|управление|команда|департамент|администрация|центр управления"
    r"|отдел)\s\w.{0,90}(?<![.!?])$)"
)
_FORWARD: Final = re.compile(
    r"[\-–—_=*>\s]{0,60}(?:(?:(?:начало|конец) )?(?:пере(?:сыла|направля)\w{2,5}|пересланн\w{2}"
    r"|перенаправленн\w{2}"
    r"|исходн\w{2}|оригинальн\w{2})\s(?:сообщени\w|письм\w)|forwarded message|original message"
    r"|begin forwarded message)[\-–—_=*:\s]{0,60}"
)
_HEADER: Final = re.compile(
    r"[*>\s]{0,4}(от(?: кого)?|from|кому|to|копия|cc|дата|date|sent|отправлено|тема|subject"
    r"|reply-to"
    r"|ответить)[*\s]{0,3}:"
)
_ADDRESSED: Final = re.compile(
    r"[*>\s]{0,4}(?:кому|to|тема|subject)[*\s]{0,3}:|[\w.\-]{1,64}@[\w.\-]{1,99}"
)


_THANKS: Final = re.compile(
    r"(?:заранее\s)?(?:большое\s|огромное\s)?(?:спасибо|благодар(?:ю|им|ны|ен|на))"
    r"(?:\s(?:вас|вам|большое|огромное|заранее|за\s(?:внимание|понимание|сотрудничество|работу"
    r"|ответ"
    r"|помощь|оперативность|взаимодействие|содействие)))*[\s.!]*"
)
_OFFICER: Final = re.compile(
    r"[А-ЯЁ][а-яё-]+(?:\s[А-ЯЁ][а-яё-]+){1,2}|[А-ЯЁ][а-яё-]+\s(?:[А-ЯЁ]\.\s?){1,2}"
    r"|(?:[А-ЯЁ]\.\s?){1,2}[А-ЯЁ][а-яё-]+"
)
_REGARDS: Final = re.compile(r"с\s{1,2}(?:уважением|почтением|наилучшими|ув\.)")
_CALLED: Final = re.compile(r"тел|контактн")
_FIELDS: Final = frozenset(("applicant", "address", "link", "text", "received_at", "external_id"))


def is_greeting(line: str) -> bool:
    """Say whether the whole line greets and nothing else."""
    return len(line) < 90 and _GREETING.fullmatch(fold(line)) is not None  # noqa: PLR2004 - a short line


def is_opening(line: str) -> bool:
    """Say whether the line opens the press office's letter («Направляем для подготовки…»)."""
    return _OPENING.match(_start(line)) is not None


def ends_text(line: str) -> bool:
    """Say whether the line surely belongs to the press office even right under the text."""
    low = _start(line)
    return any(one.match(low) for one in (_AUTOMATIC, _ATTACHED, _FAREWELL, _DEMAND))


def is_request(line: str) -> bool:
    """Say whether the line asks us for an answer; a citizen writes «прошу» too, so use it late."""
    low = _start(line)
    return _REQUEST.match(low) is not None or _DEMAND.match(low) is not None


def is_thanks(line: str) -> bool:
    """Say whether the whole line thanks and says nothing else."""
    return len(line) < 90 and _THANKS.fullmatch(fold(line)) is not None  # noqa: PLR2004 - a short line


def is_farewell(line: str) -> bool:
    """Say whether a signature starts here."""
    low = _start(line)
    return _FAREWELL.match(low) is not None


def is_service(line: str) -> bool:
    """Say whether the line is none of the citizen's words, when nothing labels it."""
    return is_greeting(line) or is_opening(line) or is_request(line) or ends_text(line)


def _start(line: str) -> str:
    return fold(without_numbering(line)[:400])


def without_mail_headers(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """Take out «Пересылаемое сообщение» marks and the От/Кому/Тема lines under them.

    Their «От» and «Дата» are those of a mail, not of the citizen. A mark becomes a rule.
    """
    kept: list[Piece] = []
    index = 0
    while index < len(pieces):
        piece = pieces[index]
        marked = piece.kind != "row" and _FORWARD.fullmatch(fold(piece.text[:200])) is not None
        start = index + 1 if marked else index
        end = _headers_end(pieces, start)
        if marked or end > index:
            kept.append(FORWARDED)
            index = max(end, start)
        else:
            kept.append(piece)
            index += 1
    return tuple(kept)


def without_signatures(pieces: Sequence[Piece], labels: Labels) -> tuple[Piece, ...]:
    """Take out signatures: from «--» or «С уважением» to the end or to a forwarded mail.

    A part that holds a field of a notice is none: then the citizen wrote the farewell. A lone
    «Спасибо.» right above the signature goes with it; what stands inside «…» never does.
    """
    kept: list[Piece] = []
    last_field: int | None = None
    index = quoted = 0
    while index < len(pieces):
        piece = pieces[index]
        inside = quoted > 0
        quoted += piece.text.count("«") - piece.text.count("»")
        if inside:
            kept.append(piece)
            index += 1
            continue
        if kept and kept[-1].kind == "blank" and is_thanks(piece.text):
            if last_field is None:
                last_field = _last_field(pieces, labels)
            below = _below_thanks(pieces, index)
            if below > max(index, last_field):
                index = below
                continue
        if not _signs(piece):
            kept.append(piece)
            index += 1
            continue
        end = next((i for i in range(index, len(pieces)) if pieces[i] == FORWARDED), len(pieces))
        if any(_names_a_field(one, labels) for one in pieces[index:end]):
            kept.extend(pieces[index:end])
        index = end
    return tuple(kept)


def _signs(piece: Piece) -> bool:
    return piece == SIGNATURE or _REGARDS.match(_start(piece.text[:60])) is not None


def _last_field(pieces: Sequence[Piece], labels: Labels) -> int:
    """The last piece that names a field of a notice; -1 when none does."""
    return max((i for i, one in enumerate(pieces) if _names_a_field(one, labels)), default=-1)


def _below_thanks(pieces: Sequence[Piece], index: int) -> int:
    """Where the signature under a lone «Спасибо.» at `index` begins; `index` when none does."""
    filled = [
        i
        for i in range(index + 1, min(index + 12, len(pieces)))
        if pieces[i].kind != "blank" and not is_thanks(pieces[i].text)
    ]
    if not filled:
        return index
    first = pieces[filled[0]]
    if _signs(first) or is_farewell(first.text):
        return filled[0]
    # The officer's name above the office; a name above a telephone may be the citizen's.
    if len(filled) > 1 and _OFFICER.fullmatch(first.text.strip(" ,")):
        office = pieces[filled[1]].text
        return filled[1] if is_farewell(office) and not _CALLED.match(_start(office)) else index
    return index


def _names_a_field(piece: Piece, labels: Labels) -> bool:
    first = piece.cells[0] if piece.cells else ""
    label = labels.find(first) or labels.find(first[:80].partition(":")[0])
    return label is not None and label.field in _FIELDS


def _headers_end(pieces: Sequence[Piece], start: int) -> int:
    """Index after a block of mail headers that starts here, or `start` when none does."""
    index, headers, addressed, end = start, 0, 0, start
    while index < len(pieces) and index - start < 14:  # noqa: PLR2004 - a header block is short
        rule = pieces[index].kind == "rule" and pieces[index] not in {SIGNATURE, FORWARDED}
        text = "" if rule else fold(pieces[index].text[:300])
        if text and not _HEADER.match(text):
            break
        if text:
            headers += 1
            addressed += _ADDRESSED.search(text) is not None
            end = index + 1
        index += 1
    return end if headers >= 2 and addressed >= 2 else start  # noqa: PLR2004 - От and Кому at least
