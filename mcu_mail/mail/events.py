"""What a notification is about: a new message, or something that happened to an earlier one.

Why: the press office's own words decide, never the citizen's («мне вернули ответ на доработку» is a
new message). The lists are modest on purpose: what is not plainly said is a new message, and a
notice that brings a citizen's own text is one too unless its words tell of a change («установлен
фаст-трек»). Words of the configuration (`sources[].events`) come first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from mcu_mail.mail.labels import normal
from mcu_mail.mail.values import fold, states_nothing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mcu_mail.mail.draft import Draft
    from mcu_mail.mail.fields import Entry

_ITEM: Final = (
    r"(?:инцидент\w{0,2}|сообщени\w{1,2}|заявк\w|обращени\w{1,2}|карточк\w|комментари\w{1,2}"
    r"|вопрос\w?)"
)
_RETURNED: Final = re.compile(
    r"возвра(?:т|щ)\w{0,8}.{0,60}(?:доработ|ответ)|ответ\w{0,3}.{0,80}"
    r"(?:возвра(?:т|щ)|не (?:принят|согласован)|отклонен|не утвержд)"
    r"|не согласован[оа]?(?!\w)|(?:на|требу\w{1,4}) доработк|доработать (?:ответ|письмо)"
    rf"|(?:решение|ответ|проект)\w{{0,2}} .{{0,40}}отклонен|{_ITEM}\s.{{0,40}}:? возврат(?!\w)"
    r"|статус\w{0,2}(?: \w{1,12})?\W{1,4}возвра(?:т|щ)"
    r"|№\s?[\w\-/]{2,30}\W{1,4}возврат(?!\w)|возвра(?:т|щен\w?) (?:ответа|на исправлени"
    r"|на переделк)"
)
_SEND_BACK: Final = re.compile(
    r"верн(?:ите|уть)\W{1,3}(?:пожалуйста\W{1,3})?(?:ответ )?(?:на доработк|на исправлени"
    r"|в работу и (?:доработ|исправ|передел))"
)
"""A curator's order that no citizen gives, even where no label tells who speaks."""
_COMMENT: Final = re.compile(
    r"№\s?[\w\-/]{2,30}\W{0,4}(?:поступил |новый |оставлен ){1,2}комментари"
    r"|комментари\w{1,3} (?:заявител|гражданин|обратившег)\w{0,4} (?:по|к) (?:ответу|сообщени"
    r"|обращени|решению|инцидент)"
    r"|(?:автор|заявител\w{1,4}|пользовател\w{1,3}|жител\w{1,5}|граждан\w{2,3}) добавил[аи]? "
    r"(?:нов\w{2} )?комментари\w(?! (?:под|к (?:пост|запис|публик)))|нов\w{2} комментари\w{1,2} "
    r"(?:от )?(?:автора|заявител\w{1,3})(?! (?:под|к (?:пост|запис|публик)))"
    r"|комментари\w{1,3} к (?:ответу|решению)|не соглас(?:ен|на) с (?:результат|ответ|решени)"
    r"|(?:отрицательн|негативн)\w{2,3} (?:отзыв|оценк)|(?:не удовлетвор|недовол)\w{2,6} (?:ответ"
    rf"|результат|решени)|{_ITEM} .{{0,40}}(?:открыт\w{{0,2}} повторно|возобновлен)"
)
_APPEAL: Final = re.compile(r"59\s?-?\s?фз|федеральн\w{2,5} закон\w{0,4}.{0,60}№\s?59(?!\d)")
_DENIED: Final = re.compile(
    r"не (?:явля|относ|подпад|подлеж|регистр|рассматр).{0,140}59|59\s?-?\s?фз.{0,60}не (?:распр"
    r"|прим)"
)
_ASKS_59: Final = re.compile(r"в (?:порядке|соответствии).{0,60}59\s?-?\s?фз")

_CHANGES: Final[tuple[tuple[str, str], ...]] = (
    (
        "duplicate",
        (
            rf"(?:призна\w{{2,4}}|отмечен\w?|помечен\w?|является|закрыт\w? как) .{{0,20}}дубл"
            rf"|объединен\w? с {_ITEM}|присоединен\w? к {_ITEM}"
            rf"|{_ITEM} .{{0,40}}[:–—-] дубл|дубл\w{{1,7}} {_ITEM} №"
        ),
    ),
    (
        "extension_refused",
        (
            r"(?:в продлении|продлить|в отсрочке|продлении срок\w)\s.{0,30}(?:отказ|отклон"
            r"|не согласов"
            r"|не одобр)|(?:продлени|отсрочк)\w{1,2} .{0,50}(?:отклонен|отказано|не согласован"
            r"|не одобрен)"
        ),
    ),
    (
        "extended",
        (
            r"срок\w{0,2} .{0,80}продлен|продлен\w? срок|продлени\w .{0,80}(?:согласован|одобрен"
            r"|утвержден|подтвержден)|предоставлен\w? отсрочк|срок\w? .{0,30}увеличен"
        ),
    ),
    (
        "fast_track",
        (
            r"(?:установлен|присвоен|включен|поставлен|назначен|добавлен|выставлен)\w{0,2} .{0,30}"
            r"фаст\s?-?\s?трек|(?:перевед|перевод|перевел|перенес)\w{0,4} .{0,30}фаст\s?-?\s?трек"
            r"|фаст\s?-?\s?трек\w?» .{0,10}(?:установлен|присвоен|включен)"
            r"|взять? .{0,30}по фаст-?треку"
        ),
    ),
    (
        "term_changed",
        (
            rf"(?:срок|дат)\w{{0,2}} .{{0,80}}(?:изменен|изменил|перенес|сокращен"
            rf"|скорректирован|сдвин)"
            rf"|изменени\w срок|изменен\w? срок|нов(?:ый|ая) (?:срок|дата)(?: {_ITEM}| ответа"
            r"| исполнения)?\s?[:–—-]"
        ),
    ),
    (
        "approved",
        (
            r"(?:ответ|проект|публикаци|решени"
            r"|размещени)\w{0,3} .{0,80}(?<!не )(?<!\w)(?:согласован[аоы]?"
            r"|согласовал\w?|утвержден\w?|одобрен\w?)(?!\w)|решение куратора\W{0,4}согласовано"
            r"|(?:цур|куратор|модератор) .{0,40}(?<!не )(?:согласовал|утвердил|одобрил)"
            r"|ответ .{0,40}(?<!не )принят(?! в работ)(?!\w)|можно публиковать"
        ),
    ),
    (
        "rated",
        (
            r"(?:подтвердил|подтвердила) (?:решени|выполнени|устранени)|соглас(?:ен"
            r"|на) с (?:результат"
            r"|ответ|решени)|положительн\w{2,3} (?:отзыв|оценк)|оценил[аи]? (?:решени|ответ"
            r"|результат"
            r"|работ|качеств)|оценк\w{1,2} .{0,30}(?<!\d)[1-5](?!\d)|поставил\w? .{0,20}оценк"
            r"|благодарност\w .{0,40}за ответ"
            r"|получена оценка|удовлетворен\w? (?:ответ|результат|решени)"
        ),
    ),
    (
        "closed",
        (
            rf"{_ITEM} (?:№\s?)?(?:[\w\-/]{{3,30}}[»\":]?\s)?(?:был\w?\s|автоматически\s|успешно\s"
            r"|пользователем\s|куратором\s|системой\s|в системе\s){0,2}"
            r"(?:закрыт|завершен|снят\w? с контрол|отработан|исполнен|перенесен\w? в архив)"
            r"\w{0,2}(?!\w)(?! (?:дорог|проезд|детск|школ|клуб|магазин|садик|сад|аптек|больниц"
            r"|фап))"
            r"|статус\w{0,2}\W{1,4}(?:закрыт|завершен|решено|готово|отработан|исполнен|архив)"
            r"|снят\w? с контроля|перевед\w{2,4} в (?:статус )?.{0,3}(?:закрыт|завершен|архив"
            r"|готово)"
        ),
    ),
)
_CHANGE_RULES: Final = tuple((event, re.compile(rule)) for event, rule in _CHANGES)
_NUMBER: Final = re.compile(r"(?<![\w.])(?:№\s?)?(?:[a-zа-я]{1,6}-)?\d[\w\-/]{4,30}|№\s?\d")
_URGENT: Final = re.compile(
    r"(?<!не )(?<!\w)срочн(?:о|ый|ая|ое|ого|ому|ой|ые|ых)(?!\w)|в срочном порядке|незамедлительно"
    r"|безотлагательно|экстренн\w{2,3}|!срочно"
)
_URGENT_CALL: Final = re.compile(
    r"ответ|опубликов|подготов|предостав|направ|отработ|связа|принять мер"
)
_FAST_ON: Final = re.compile(r"фаст\s?-?\s?трек\w?|fast\s?-?\s?track")
_FAST_OFF: Final = re.compile(
    r"(?:без|не|нет|снят\w?|отмен\w{2,4}) (?:\w+ )?фаст\s?-?\s?трек|фаст\s?-?\s?трек\w?\W{1,4}"
    r"(?:нет|не |снят|отмен|отключ)"
)
_REPEAT: Final = re.compile(
    r"(?<!\w)повторн(?:о|ое|ая|ый)(?!\w)|ранее (?:направля|отправля|пересыл)|вторично направ"
)
_NEGATIVE: Final = re.compile(
    r"отрицательн|негативн|не соглас(?:ен|на)|не удовлетвор|недовол|не решен|не подтвердил"
)
_POSITIVE: Final = re.compile(
    r"положительн|(?<!не )соглас(?:ен|на) с|(?<!не )подтвердил|(?<!не )удовлетворен|благодарн"
)
_RATING: Final = re.compile(
    r"оцен(?:к\w{1,2}|ил\w?)(?: (?:автора|заявителя|пользователя|решения|ответа|качества"
    r"|гражданина"
    r"|на|в)){0,2}\W{0,4}([1-5])(?!\d|[.,]\d)"
)
_BASIS: Final = re.compile(
    r"(?:основани[ею]|причина(?: продления| переноса| изменения| срочности)?|в связи с(?= поручени"
    r"| указани| решени))\s?[:–—\-]?\s?([^.!?;()\n]{4,200})",
    re.IGNORECASE,
)
_OTHER_NUMBER: Final = re.compile(
    r"(?:дубл\w{0,7}|присоединен\w?|объединен\w?|повтор\w{0,6})[^№\d]{0,60}(?:№\s?)?"
    r"((?:[A-Za-zА-Яа-яЁё]{1,6}-)?\d[\w\-/]{2,30})",
    re.IGNORECASE,
)
_CITIZENS: Final = frozenset(("applicant", "nickname", "address", "phone"))
_LABELLED: Final = ("label:", "pattern: «…»", "pattern: blockquote", "marks:")


@dataclass(frozen=True, kw_only=True)
class Event:
    """What happened, with the words that say so."""

    name: str
    words: str = ""


def read_event(
    draft: Draft,
    subject: str,
    entries: Sequence[Entry] = (),
    own_words: Mapping[str, tuple[str, ...]] | None = None,
) -> Event:
    """Return the event (`domain.notice.EVENTS`) and fill in what the office says of it."""
    citizens = draft.rules.get("text", "").startswith(_LABELLED)
    said = [subject, *draft.frame, *_service_lines(entries)]
    # Prose that nothing marks as the citizen's may be the office's own: «Инцидент № 5 закрыт».
    lines = [fold(line[:600]) for line in said]
    prose = [] if citizens else [fold(part) for part in _sentences(draft.text[:2000])]
    _fill_marks(draft, lines, prose, entries)
    event = _configured(own_words or {}, [*lines, *prose]) or _event(
        draft, lines, prose, citizens=citizens
    )
    _fill_outcome(draft, event, [*said, *([] if citizens else [draft.text[:2000]])])
    return event


def _service_lines(entries: Iterable[Entry]) -> list[str]:
    """«Решение куратора: НЕ СОГЛАСОВАНО» is a line of the office though a label stands in it."""
    return [
        f"{one.label}: {one.value}"[:600]
        for one in entries
        # «Сообщение № 5 зарегистрировано как обращение» tells more than its number.
        if one.field == "other" or (one.field == "external_id" and len(one.value.split()) > 2)  # noqa: PLR2004 - «№ 5»
    ]


def _configured(own_words: Mapping[str, tuple[str, ...]], lines: Sequence[str]) -> Event | None:
    for name, many in own_words.items():
        for words in many:
            if any(fold(words) in line for line in lines):
                return Event(name=name, words=words)
    return None


def _event(draft: Draft, lines: list[str], prose: list[str], *, citizens: bool) -> Event:
    own = [line for line in lines if not _DENIED.search(line)]
    if found := _hit(_APPEAL, own):
        return Event(name="appeal_59fz", words=found)
    if len(own) == len(lines) and (found := _hit(_ASKS_59, [fold(draft.text[:4000])])):
        return Event(name="appeal_59fz", words=found)
    # Unmarked prose beside a citizen's name or place is his: «№ 5: срок ремонта перенесён».
    numbered = [] if _CITIZENS & set(draft.words) else [x for x in prose if _NUMBER.search(x)]
    official = [*own, *numbered]
    if found := _hit(_COMMENT, official):
        return Event(name="citizen_comment", words=found)
    # A card with the citizen's data and words is his message, whatever its status line says;
    # only its subject, or a change to the fast track, tells of something else.
    card = citizens and bool(_CITIZENS & set(draft.words))
    change = _change([line for line in official if _NUMBER.search(line)] if card else official)
    if change and card and change.name != "fast_track":
        change = _change([line for line in lines[:1] if _NUMBER.search(line)])
    if change:
        return change
    ordered = [] if citizens or _CITIZENS & set(draft.words) else prose
    if found := _hit(_RETURNED, official) or _hit(_SEND_BACK, ordered):
        return Event(name="returned", words=found)
    bare = not citizens and "applicant" not in draft.words and "external_id" in draft.words
    if bare and draft.urgent and _hit(_URGENT_CALL, [*lines, *prose]):
        return Event(name="urgent", words=_hit(_URGENT, [*lines, *prose]) or "")
    if bare and draft.fast_track:
        return Event(name="fast_track", words="фаст-трек")
    return Event(name="new")


def _change(lines: Sequence[str]) -> Event | None:
    if _hit(_RETURNED, lines) and not _hit(re.compile(r"продлен|дубл"), lines):
        return None
    for event, rule in _CHANGE_RULES:
        if found := _hit(rule, lines):
            return Event(name=event, words=found)
    return None


def _hit(rule: re.Pattern[str], lines: Iterable[str]) -> str | None:
    found = next((hit for line in lines if (hit := rule.search(line))), None)
    return found[0] if found else None


def _sentences(text: str) -> list[str]:
    return re.split(r"(?<=[.!?;])\s(?=[А-ЯЁA-Z«])", text)


def _fill_marks(
    draft: Draft, lines: Sequence[str], prose: Sequence[str], entries: Sequence[Entry]
) -> None:
    for entry in entries:
        if entry.field == "other" and _FAST_ON.fullmatch(normal(entry.label)):
            low = fold(entry.value)
            draft.fast_track = low.startswith(("да", "+", "есть", "установлен", "включен", "true"))
            if not draft.fast_track and not (states_nothing(low) or low.startswith("нет")):
                draft.fast_track = None
    said = [*lines, *(line for line in prose if _NUMBER.search(line))]
    if draft.fast_track is None and _hit(_FAST_ON, said):
        draft.fast_track = _hit(_FAST_OFF, said) is None
    draft.urgent = _hit(_URGENT, said) is not None
    draft.repeat = _hit(_REPEAT, lines) is not None


def _fill_outcome(draft: Draft, event: Event, said: Sequence[str]) -> None:
    lines = [fold(line) for line in said]
    if event.name in {"citizen_comment", "rated", "closed"}:
        rating = next((hit for line in lines if (hit := _RATING.search(line))), None)
        draft.rating = int(rating[1]) if rating else None
        if _hit(_NEGATIVE, lines) or (draft.rating or 5) <= 2:  # noqa: PLR2004 - marks of a school
            draft.satisfaction = "negative"
        elif _hit(_POSITIVE, lines) or (draft.rating or 0) >= 4:  # noqa: PLR2004 - as above
            draft.satisfaction = "positive"
        elif event.name == "citizen_comment":
            # A comment reopens the work: nobody comments on what he is content with.
            draft.satisfaction = "negative"
    if event.name == "duplicate":
        mine = draft.words.get("external_id")
        others = (hit[1] for line in said for hit in _OTHER_NUMBER.finditer(line))
        draft.same_as = next((number for number in others if number != mine), None)
    if event.name not in {"new", "appeal_59fz"} or draft.urgent:
        found = next((hit for line in said if (hit := _BASIS.search(line))), None)
        draft.basis = " ".join(found[1].split()).strip(' ,«»"') if found else ""
