"""The Russian words of events, mails and their details, as `case` shows them.

An event keeps plain codes, so that its hash never depends on a wording; here they become words.
A test looks that every kind of event the service writes has one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from mcu_mail.domain.route import ROUTES
from mcu_mail.reports.board import RECIPIENT_STATES

if TYPE_CHECKING:
    from mcu_mail.domain.office import Office

EVENTS = {
    "addressing": "указано, как обратиться в письме",
    "annexes": "приложения к письму",
    "cloud_links": "вместо файлов прислали ссылки",
    "annexes_late": "приложения пришли после согласования",
    "approved": "согласовано",
    "assigned": "передано в подразделение",
    "attachments": "приложены файлы",
    "bounced": "письмо вернулось",
    "case_closed": "дело закрыто",
    "closed": "закрыто диспетчером",
    "code_void": "запрос отозван: человек больше не работает",
    "confirmed": "решение подтверждено",
    "contact": "связь с заявителем",
    "delivery": "ответы почтовых серверов",
    "draft": "сдан текст ответа",
    "draft_kept": "текст сохранён, ждёт дополнения",
    "duplicate": "повтор другого дела",
    "edited": "текст исправлен согласующим",
    "esigned": "электронная подпись",
    "escalated": "сообщено о задержке",
    "event_settled": "новый ответ не нужен",
    "executor": "назначен исполнитель",
    "fields": "дополнены сведения",
    "finished": "письмо с номером готово",
    "head_returned": "возвращено главой",
    "mail_assigned": "приложено письмо",
    "mail_retried": "письмо разобрано заново",
    "mail_refused": "наше письмо не принято сервером",
    "no_witness": "копия ответа не пришла в наш ящик",
    "no_contact_record": "нет записи о связи с заявителем",
    "not_ours": "не наш вопрос",
    "not_taken": "ответ не засчитан",
    "note": "заметка",
    "opened": "дело открыто",
    "promise_broken": "обещанный день прошёл без ответа",
    "promise_kept": "обещанное выполнено",
    "recalled": "решение отозвано",
    "region_reply": "ответ области",
    "registered": "зарегистрировано",
    "reminded": "напоминание",
    "rendered": "письмо подготовлено",
    "reopened": "отправка возобновлена",
    "rebuilt": "восстановлено по копии отправленного письма",
    "rescanned": "скан заменён",
    "returned": "возвращено на доработку",
    "scan_refused": "скан не принят",
    "sent": "отправлено",
    "sent_by_hand": "отправлено вручную",
    "hand_copy": "копия письма, отправленного вручную",
    "late_asked": "спросили, отправлено ли вручную",
    "send_now": "велено отправить службой",
    "signed": "получен подписанный скан",
    "similar": "похоже на другое дело",
    "step": "шаг",
    "task_failed": "сбой подготовки файлов",
    "task_succeeded": "сбой устранён",
    "term_changed": "срок изменён",
    "term_kept": "срок оставлен",
    "term_passed": "срок прошёл",
    "time_asked": "просят время",
    "unclear": "неизвестно, принято ли письмо",
    "appeal_term": "сроки по 59-ФЗ, для сведения",
    "citizen_comment": "комментарий заявителя",
    "event": "сообщение системы",
    "forwarded": "направляется по принадлежности",
    "region_returned": "область вернула ответ",
    "region_unproven": "письмо от имени области, отправитель не подтверждён",
    "repeated": "то же сообщение пришло ещё раз",
    "restricted": "доступ ограничен",
    "restricted_named": "доступ дан сотруднику",
    "restricted_seen": "угрозой жизни занимаются",
    "restriction_lifted": "ограничение доступа снято",
    "urgent": "просят ответить срочно",
    "index_confirmed": "индекс дела подтверждён",
    "number_told": "канцелярия назвала номер",
    "pen": "исправление на бумаге",
    "pen_late": "исправление на бумаге после отправки",
    "void": "снято с регистрации",
    "away": "автоответ: нет на месте",
    "bounce_unproven": "похоже на возврат, не подтверждено",
    "delayed": "письмо задерживается в пути",
    "earlier_by_hand": "прежнее письмо отправлено вручную",
    "earlier_left": "прежнее письмо больше не отправляем",
    "handed_back": "возвращено вышедшему на работу",
    "handed_over": "передано другому",
    "region_automatic": "автоматическое письмо области",
    "region_filed": "область получила ответ",
    "sent_again": "отправляем ещё раз",
    "waits": "решено ждать",
}
_DETAILS = {
    "actor": "ход",
    "added": "добавлено",
    "address": "адрес",
    "at": "в",
    "basis": "основание",
    "belongs": "подпись относится к этому файлу",
    "cases": "дела",
    "certificate": "сертификат",
    "changes": "исправлено",
    "count": "файлов",
    "date": "дата",
    "decided_by": "решение",
    "department": "подразделение",
    "doc": "Word-файл",
    "due": "до",
    "engine": "движок",
    "fields": "поля",
    "from": "от кого",
    "goal": "цель",
    "ink": "подпись от руки",
    "late": "опаздывает",
    "lines": "запись",
    "missing": "не хватает",
    "note": "примечание",
    "number": "номер",
    "of": "дело",
    "on": "от",
    "owner": "владелец",
    "pages": "страниц",
    "person": "кому",
    "reason": "причина",
    "received": "поступило",
    "refused": "не взято",
    "removed": "убрано",
    "recipients": "адреса",
    "signed_at": "подписано",
    "states": "состояния",
    "status": "код",
    "step": "шаг",
    "term": "срок",
    "text": "текст",
    "to": "кому",
    "topic": "тема",
    "unsure": "уточнить",
    "until": "до",
    "was": "был",
    "by": "со слов",
    "promised": "обещано",
    "valid_from": "сертификат с",
    "valid_to": "сертификат по",
    "version": "вариант",
}
ACTORS = {
    "service": "служба",
    "stranger": "посторонний",
    "region": "область",
    "mail_server": "почтовый сервер",
}
_REASONS = {
    "absent_decide": "не выбрано, кому передать",
    "already_decided": "решение уже было",
    "altered": "файл изменён после электронной подписи",
    "case_which": "номера нескольких дел",
    "conditional": "в решении есть условие",
    "date_before_letter": "дата раньше самого письма",
    "date_future": "дата ещё не наступила",
    "department_missing": "отдел не назван",
    "dispatchers_word": "отметка диспетчера",
    "duplicate": "такой скан уже есть",
    "empty": "пустое письмо",
    "expired": "запрос закрыт по сроку",
    "file_which": "несколько файлов с ответом",
    "foreign_code": "код не от нашего письма",
    "foreign_reply": "ответили с другого адреса",
    "forged": "отправитель подделан",
    "index_by_settings": "индекс меняется в настройках",
    "links_only": "только ссылка вместо слов",
    "author_named": "автор ответа не согласует его сам",
    "handed_away": "просьба передана другому",
    "own_letter": "письмо подготовил он сам",
    "disowned": "автор отказался от присланного текста",
    "flooded": "слишком много неподтверждённых писем за день",
    "promise_not_later": "новый день не позже обещанного",
    "recall_unproven": "отмена не подтверждена почтовым сервером",
    "missing_page": "не хватает страниц",
    "no_basis": "нет основания",
    "no_code": "нет кода",
    "no_number": "нет номера дела",
    "no_reason": "нет причины",
    "no_time": "не названо время",
    "not_confirmed": "не подтверждено",
    "not_the_head": "решает руководитель подразделения",
    "not_understood": "непонятные слова",
    "not_your_turn": "не его очередь",
    "number_by_program": "номер даёт программа",
    "number_expected": "ждали номер",
    "number_taken": "номер занят",
    "nothing_to_resend": "возвратов нет",
    "old_version": "о прежнем варианте",
    "other_track": "в этом деле такого шага нет",
    "own_print": "файл для печати без подписи",
    "pen_format": "непонятно, что было и что стало",
    "pen_late": "письмо уже ушло",
    "pen_no_letter": "на подписи нет письма",
    "pen_overlap": "два исправления на одном месте",
    "pen_places": "слов нет в письме или они не одни",
    "pen_yes": "исправление не подтверждено",
    "promise_past": "обещан прошедший день",
    "recall_late": "отозвать уже нельзя",
    "recalled": "решение отозвано",
    "scan_expected": "ждали скан",
    "sent_already": "письмо уже ушло",
    "step_over": "шаг уже закончен",
    "stranger": "решает не он",
    "two_codes": "коды двух запросов",
    "two_texts": "в письме два разных текста",
    "two_numbers": "два номера",
    "unknown_case": "такого дела нет",
    "unknown_department": "нет такого подразделения",
    "unknown_person": "нет такого сотрудника",
    "unproven": "отправитель не подтверждён",
    "unsigned": "не видно подписи",
    "verdict_on_draft": "ждали текст ответа",
    "void_already": "снято с регистрации раньше",
    "void_decide": "не выбрано, что дальше",
    "void_nothing": "ничего не зарегистрировано",
    "void_other_case": "номер у другого дела",
    "void_reason": "нет причины",
    "void_unknown": "такого номера нет",
    "void_which": "подходят несколько записей",
    "void_yes": "не подтверждено",
    "weak": "одного слова мало",
    "word_unchanged": "в присланном файле письма ничего не изменено",
    "word_unreadable": "вложенный файл не открывается",
    "wrong_print_code": "напечатано не из последнего файла",
    "wrong_version": "подписан старый вариант",
    "yes_or_no": "не выбран срок",
    "event_decide": "не выбрано, что дальше",
    "outside_decide": "не выбрано, чей это вопрос",
    "outside_where": "не названо, куда направить",
    "restricted_decide": "не выбрано, что дальше",
}
_CODES = {
    "actor": ACTORS,
    "engine": {"native": "встроенный", "libreoffice": "LibreOffice", "word": "Word"},
    "reason": _REASONS,
    "states": RECIPIENT_STATES,
    "ink": {"seen": "есть", "not_seen": "не видна", "unknown": "не проверена"},
    "belongs": {"yes": "да", "no": "нет", "unknown": "не проверено"},
}
MAILS = {
    "notice": "уведомление",
    "reply": "ответ",
    "bounce": "возврат",
    "delay": "задержка в пути",
    "autoreply": "автоответ",
    "mdn": "уведомление о прочтении",
    "other": "служебное",
    "own": "наше письмо",
    "witness": "наша копия",
    "duplicate": "повтор",
    "region_reply": "ответ области",
    "failed": "не прочитано",
    "too_large": "слишком велико, не открыто",
    "probe": "пробное письмо проверки",
    "assigned": "приложено к делу",
    "opened": "из него открыто дело",
    "dropped": "отложено человеком",
}
MAIL_STATES = {
    "stored": "получено",
    "handled": "обработано",
    "ignored": "отложено в «Прочее»",
    "aside": "не разобрано",
}
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}|$)")


def details(data: dict[str, Any], office: Office) -> str:
    """What an event holds, in words; codes that say nothing to an official are left out."""
    parts = []
    for key, value in data.items():
        word = _DETAILS.get(key)
        if word is None or value in ("", [], {}, None, False):
            continue
        parts.append(f"{word}: {_value(key, value, office)}")
    return "; ".join(parts)


def _value(key: str, value: Any, office: Office) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{one} – {_value(key, two, office)}" for one, two in value.items())
    if isinstance(value, list):
        return ", ".join(_value(key, one, office) for one in value)
    text = str(value)
    if text in _CODES.get(key, {}):
        return _CODES[key][text]
    if _MOMENT.match(text):
        day = f"{text[8:10]}.{text[5:7]}"
        return f"{day} {text[11:16]}" if text[11:] else f"{day}.{text[:4]}"
    if key == "step":
        return next(
            (step.title for route in ROUTES.values() for step in route.steps if step.name == text),
            text,
        )
    if key == "topic" and text in office.topics:
        return office.topics[text].name
    if key == "department":
        return next((item.name for item in office.departments if item.id == text), text)
    person = office.people.get(text)
    return person.name if person else text
