"""The Russian words of events about matters, appeals and what happened outside, for `words.py`."""

from __future__ import annotations

EVENTS = {
    "appeal": "ведётся как обращение по 59-ФЗ",
    "appeal_back": "не обращение: снова в потоке",
    "clarified": "уточнено у заявителя",
    "matter": "объединено с другим делом",
    "matter_apart": "больше не объединено",
    "matter_led": "ответ служит и другому делу",
    "matter_text": "взят согласованный текст общего дела",
    "not_similar": "не повтор",
    "template_proposed": "ответ предложен в шаблоны",
}
DETAILS = {
    "for": "за кого",
    "way": "способ",
    "executor": "исполнитель",
}
WAYS = {"phone": "по телефону"}
REASONS = {
    "outside_open": "дело не закрыто",
    "outside_ended": "дело закрыто не словом «Закрыть»",
    "outside_no_basis_open": "нет основания",
    "outside_over": "дело закрыто или ответ опубликован",
    "outside_signature": "подпись показывает только скан",
    "outside_nothing_to_approve": "согласовывать нечего",
    "outside_no_basis_phone": "нет основания",
    "outside_no_basis_duplicate": "нет основания",
    "outside_no_basis_published": "нет основания",
    "outside_no_basis_sent": "нет основания",
    "outside_no_basis_term": "нет основания",
    "outside_published_already": "публикация уже отмечена",
    "outside_interim": "промежуточный ответ",
    "outside_reassign_late": "исполнителя менять поздно",
    "outside_matter_number": "не назван номер одного дела",
    "outside_matter_unknown": "такого дела нет",
    "outside_matter_itself": "это же дело",
    "outside_matter_known": "уже объединены",
    "outside_matter_none": "ни с чем не объединено",
    "outside_matter_leads": "само ведёт другие дела",
    "outside_matter_has_text": "у дела свой текст",
    "outside_matter_no_text": "другое дело закрыто без ответа",
    "outside_matter_restricted": "доступ ограничен",
    "outside_matter_follows": "дело объединено с другим",
    "outside_appeal_number": "нет номера регистрации",
    "outside_appeal_known": "уже ведётся как обращение",
    "outside_appeal_answer": "нет номера ответа",
    "outside_appeal_out": "ведётся как обращение",
    "outside_address": "адрес меняет администратор",
    "outside_template_no_text": "текста ещё нет",
}
