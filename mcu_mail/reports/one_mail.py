"""What `read` says of one mail, in Russian and for a terminal of any width.

Why: an administrator tunes `sources` on real letters with nothing but this page, so it says of each
field by which rule it was read, of each gap what to write into config.yaml, and of the mail itself
why it counts as what it is.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from rich.console import Group
from rich.table import Table
from rich.text import Text

from mcu_mail.reports.tables import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rich.console import RenderableType

_KINDS: Final = {
    "notice": "уведомление о сообщении гражданина",
    "reply": "письмо человека",
    "autoreply": "автоматический ответ",
    "bounce": "возврат: письмо не доставлено",
    "delay": "доставка задержана",
    "mdn": "уведомление о прочтении",
    "other": "прочее: рассылка, приглашение, пересылка без слов",
}
_NO_SENDER: Final = {
    "missing": "поля «От» нет",
    "several": "отправителей несколько",
    "long": "адрес слишком длинный",
    "form": "адрес записан неверно",
    "domain": "домен записан неверно",
    "mixed-script": "в адресе смешаны похожие буквы разных алфавитов",
    "defects": "поле «От» повреждено",
    "differs": "программы прочтут адрес по-разному",
}
"""Why the sender of a mail cannot be trusted (`mail/address.Sender.fault`)."""
_FIELDS: Final = {
    "applicant": "заявитель",
    "nickname": "имя в сети",
    "phone": "телефон",
    "address": "адрес",
    "link": "ссылка",
    "external_id": "номер",
    "received_at": "поступило",
    "due": "срок",
    "photos": "фото",
    "text": "текст",
    "topic": "тема",
}
_ALWAYS: Final = frozenset({"applicant", "phone", "address", "link", "external_id", "received_at"})
_EVENTS: Final = {
    "new": "новое сообщение",
    "returned": "ответ возвращён на доработку",
    "citizen_comment": "комментарий или отзыв заявителя",
    "appeal_59fz": "обращение по 59-ФЗ",
    "urgent": "просят срочно",
    "fast_track": "установлен фаст-трек",
    "approved": "ответ согласован",
    "closed": "закрыто площадкой",
    "rated": "оценка заявителя",
    "extended": "срок продлён",
    "extension_refused": "в продлении срока отказано",
    "term_changed": "срок изменён",
    "duplicate": "признано дублем",
    "accepted": "принято в работу",
    "assigned": "назначен исполнитель",
    "redirected": "передано в другую организацию",
    "first_replied": "первичный ответ дан",
    "interim_replied": "промежуточный ответ дан",
    "submitted": "ответ направлен на согласование",
    "consented": "согласие руководителя",
    "live": "ответ размещён",
    "awaiting_rating": "ответ на оценке у заявителя",
    "moderator_comment": "замечание модератора",
    "note": "ещё что-то о сообщении",
    "withdrawn": "заявитель отозвал сообщение",
    "reminder": "напоминание о сроке",
    "overdue": "срок нарушен",
}
_FLAGS: Final = {
    "collective": "коллективное",
    "anonymous": "без подписи",
    "outside": "место вне округа",
    "threat": "УГРОЗА",
    "suicide": "СЛОВА О САМОУБИЙСТВЕ",
    "danger": "ОПАСНОСТЬ прямо сейчас",
    "personal_secret": "сведения о здоровье другого человека",
}
_UNITS: Final = {
    "hours": "ч",
    "working_hours": "рабочих ч",
    "days": "дн.",
    "working_days": "рабочих дн.",
}
_RULES: Final = (
    ("label: none stated", "подпись есть, значения нет"),
    ("labels: the parts of an address", "подписи частей адреса"),
    ("labels: ", "подписи: {}"),
    ("label: ", "подпись «{}»"),
    ("marks: ", "метка text_begin «{}»"),
    ("words: ", "слова «{}»"),
    ("words of the event", "слова о событии"),
    ("words of the reason", "слова о причине"),
    ("subject and body", "номер стоит и в теме, и в письме"),
    ("pattern: prose", "из связного текста без подписи: проверьте"),
    ("pattern: moment of the event", "время события в тексте"),
    ("pattern: the new term", "новый срок после слова «стало»"),
    ("pattern: the end of a term", "слова об окончании или переносе срока"),
    ("address: ", "в адресе назван {}"),
    ("pattern: «…»", "слова в кавычках «…»"),
    ("pattern: blockquote", "отступ цитаты"),
    ("pattern: the only prose", "единственный связный текст без подписи"),
    ("pattern: the longest prose", "самый длинный связный текст: проверьте"),
    ("pattern: «до …»", "просьба ответить «до …»"),
    ("pattern: a length of time", "срок словами («в течение …»)"),
    ("pattern: «по адресу»", "слова «по адресу …»"),
    ("pattern: phone", "номер рядом со словом о телефоне"),
    ("pattern: link", "ссылка в тексте письма"),
    ("pattern: moment of arrival", "время рядом со словом «поступило», «вчера»"),
    ("pattern: full name", "имя с отчеством рядом с «житель», «от»"),
    ("pattern: name beside", "имя рядом с «пишет», «от», «автор»"),
    ("record: ", "строка-перечень"),
    ("line: ", "строка, где кроме этого ничего нет"),
    ("heading", "заголовок письма"),
    ("subject", "тема письма"),
    ("the whole body", "письмо целиком: текст не отделён"),
)
_NOTES: Final = (
    (" (a day without an hour)", "; день без часа – до конца дня"),
    (" (counted from arrival)", "; отсчитано от поступления"),
)
_VERDICTS: Final = {
    "none": "решения нет",
    "answer": "ответ или заметка",
    "approve": "согласовано",
    "return": "на доработку",
}

_TWO_TEXTS: Final = (
    "в письме два разных текста: в одних программах видно одно, в других – другое. Служба не"
    " возьмёт из него никакого решения и попросит нажать кнопку."
)


def rule_words(rule: str) -> str:
    """The rule's code as an administrator reads it: «подпись «ФИО»»."""
    note = ""
    for ending, words in _NOTES:
        if rule.endswith(ending):
            rule, note = rule.removesuffix(ending), words
    for start, words in _RULES:
        if rule.startswith(start):
            return words.format(rule[len(start) :]) + note
    return rule + note


def one_mail(mail: Mapping[str, Any]) -> RenderableType:
    """Everything that is read from a mail, by which rule, and what is missing."""
    parts: list[RenderableType] = [Text(), plain(mail["file"]), _head(mail)]
    for number, notice in enumerate(mail["notices"], 1):
        parts += [Text(), _title(number, len(mail["notices"]), notice), _notice(notice)]
        parts += _gaps(notice, mail)
    if mail["unread"]:
        parts += [Text(), *_unread(mail)]
    if mail["passed"]:
        told = ", ".join(f"«{label}»" for label in mail["passed"])
        parts += [Text(), plain(f"Узнаны и пропущены как ненужные: {told}.")]
    return Group(*parts)


def _head(mail: Mapping[str, Any]) -> Table:
    table = _grid()
    fault = mail["sender_fault"]
    _row(table, "Отправитель", mail["sender"] or f"не принят: {_NO_SENDER.get(fault, fault)}")
    _row(table, "Тема", mail["subject"] or "–")
    _row(table, "Вид", f"{_KINDS.get(mail['kind'], mail['kind'])} ({mail['kind']})")
    _row(table, "Почему", " ".join(_why(mail)))
    if mail["attachments"]:
        names = [
            f"{one} (в тексте)" if one in mail["inline"] else one for one in mail["attachments"]
        ]
        _row(table, f"Вложения: {len(names)}", "\n".join(names))
    if not mail["notices"]:
        verdict = _VERDICTS.get(mail["verdict"], mail["verdict"])
        reason = f": {mail['reason']}" if mail["reason"] else ""
        _row(table, "Решение", f"{verdict}{reason}")
        if mail["two_texts"]:
            _row(table, "Внимание", _TWO_TEXTS)
        _row(table, "Новый текст", mail["text"] or "–")
        _row(table, "Отрезано", _cut(mail))
    return table


def _cut(mail: Mapping[str, Any]) -> str:
    cut = ["цитата прежнего письма"] if mail["cut"]["quotation"] else []
    if mail["cut"]["signature"]:
        cut.append(f"подпись и концовка: {mail['cut']['signature']}")
    return "; ".join(cut) or "ничего"


def _why(mail: Mapping[str, Any]) -> Iterator[str]:
    if not mail["is_mail"]:
        yield "Это не похоже на письмо: в файле нет ни одного заголовка (From, Date, Subject)."
        return
    source = mail["source"]
    marks = "; ".join(mail["marks"])
    if mail["kind"] == "notice":
        yield f"отправитель и тема подошли под sources[{source['at']}] ({source['track']})."
    elif mail["kind"] == "reply":
        yield "признаков автоматического письма нет."
    else:
        yield (
            f"так говорят служебные поля письма: {marks}."
            if marks
            else "так говорят тема и вид письма."
        )
    if mail["kind"] == "notice":
        return
    if source["at"]:
        yield (
            f"Отправитель подошёл под sources[{source['at']}], но письма этого вида"
            " как уведомления не читаются."
        )
    elif source["subject_only"]:
        told = ", ".join(f"sources[{at}]" for at in source["subject_only"])
        yield f"Отправитель подошёл под {told}, но в теме нет ни одного из слов subject."
    elif mail["official"]:
        yield f"Отправитель – сотрудник из people: {mail['official']}."
    elif mail["sender"] and mail["kind"] in {"reply", "other"}:
        yield (
            "Ни один источник не подошёл: если это уведомление, добавьте"
            f" {mail['sender']} в from нужного раздела sources."
        )
    if source["forwarded"]:
        yield (
            f"Внутри переслано уведомление источника sources[{source['forwarded']}]:"
            " чтобы читать пересланное этим человеком, добавьте его адрес в from."
        )


def _title(number: int, count: int, notice: Mapping[str, Any]) -> Text:
    event = _EVENTS.get(notice["event"], notice["event"])
    rule = notice["rules"].get("event")
    by = f" – {rule_words(rule)}" if rule else ""
    return plain(f"Сообщение {number} из {count}: {event} ({notice['event']}){by}")


def _notice(notice: Mapping[str, Any]) -> Table:
    table = Table()
    for title, ratio in (("Поле", 2), ("Прочитано", 6), ("Правило", 4)):
        table.add_column(title, overflow="fold", ratio=ratio)
    rules = notice["rules"]
    for key, title in _FIELDS.items():
        value, rule = notice[key], rule_words(rules.get(key, ""))
        if key == "topic":
            rule = "слова текста" if notice["topic_sure"] else "слова текста: неточно"
            value = f"{value}, {notice['department']}" if value and notice["department"] else value
        if key in {"received_at", "due"}:
            value = _moment(value, day_only=key == "received_at" and notice["received_day_only"])
        if value or key in _ALWAYS:
            _row(table, title, str(value) if value else "–", rule if value else "не найдено")
    if notice["term_length"]:
        length = f"{notice['term_length']} {_UNITS[notice['term_unit']]}"
        _row(table, "срок длиной", length, rule_words(rules.get("due", "")))
    for words in _marks(notice):
        _row(table, *words)
    for flag in notice["flags"]:
        _row(table, "внимание", _FLAGS.get(flag, flag), rule_words(rules.get(flag, "")))
    return table


def _moment(value: str | None, *, day_only: bool) -> str:
    """`2026-11-23T17:40:00+07:00` → «23.11.2026 17:40»."""
    if not value:
        return ""
    day = f"{value[8:10]}.{value[5:7]}.{value[:4]}"
    return f"{day} (час не указан)" if day_only else f"{day} {value[11:16]}"


def _marks(notice: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    if notice["fast_track"] is not None:
        yield "фаст-трек", "да" if notice["fast_track"] else "нет", "слова уведомления"
    for key, title in (("urgent", "срочно"), ("repeat", "повторно")):
        if notice[key]:
            yield title, "да", "слова уведомления"
    if notice["satisfaction"]:
        word = "доволен" if notice["satisfaction"] == "positive" else "недоволен"
        yield "заявитель", word, "слова уведомления"
    for key, title in (("rating", "оценка"), ("same_as", "повторяет"), ("basis", "основание")):
        if notice[key]:
            yield title, str(notice[key]), "слова уведомления"


def _gaps(notice: Mapping[str, Any], mail: Mapping[str, Any]) -> Iterator[Text]:
    """What a person will be asked for, and what would spare him that."""
    if not notice["unsure"]:
        yield plain("Служба ничего не попросит уточнить.")
        return
    at = mail["source"]["at"]
    asked = ", ".join(_FIELDS.get(key, key) for key in notice["unsure"])
    yield plain(f"Служба попросит уточнить: {asked}.")
    for key in notice["unsure"]:
        if key in _FIELDS and not notice["rules"].get(key, "").startswith("label"):
            yield plain(
                f"  {_FIELDS[key]}: если есть в письме, впишите подпись строки"
                f" в sources[{at}].labels.{key}"
            )
    if "text" in notice["unsure"]:
        yield plain(f"  текст без подписи отделяют строками: sources[{at}].text_begin и text_end")


def _unread(mail: Mapping[str, Any]) -> Iterator[Text]:
    at = mail["source"]["at"]
    yield plain("Строки, похожие на подписи, но не узнанные:")
    for line in mail["unread"]:
        value = line["value"]
        shown = value if len(value) <= 60 else f"{value[:57]}…"  # noqa: PLR2004 - one line of a terminal
        yield plain(f"  «{line['label']}: {shown}»")
        field = line["field"] or "other"
        known = _FIELDS.get(field, "поле, которое службе не нужно")
        name = line["label"]
        quoted = f'"{name}"' if re.search(r"[^\w \-]", name) else name
        yield plain(f"     похоже на: {known}; в config.yaml: sources[{at}].labels:")
        yield plain(f"       {field}: [{quoted}]")


def _grid() -> Table:
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    return grid


def _row(table: Table, *cells: str) -> None:
    table.add_row(*(plain(cell) for cell in cells))
