"""An invented case for trying every template before the first real one (`threats.md` F36).

`check` renders each template with each of its samples; the same samples show an office which names
a template may use. People, addresses and the incident are invented.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from mcu_mail.domain.office import Person
from mcu_mail.mail import (
    aside_samples,
    clerk_samples,
    grave_samples,
    intake_samples,
    matter_samples,
    return_samples,
    sheet_samples,
    track_samples,
    watch_samples,
)
from mcu_mail.mail.card import Candidate, Card
from mcu_mail.mail.markup import Button

if TYPE_CHECKING:
    from collections.abc import Mapping

_ZONE = timezone(timedelta(hours=7))


def _at(hour: int, minute: int = 0, *, day: int = 23) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=_ZONE)


NOW = _at(10, 5)
CODE = "7F3A-9C2K-M4XQ-T8RB"
PERSON = Person(
    id="roads_head",
    name="Трассов Фёдор Макетович",
    title="Начальник отдела дорожного хозяйства и транспорта",
    email="dorogi@okrug.example",
    phone="8-999-000-22-02",
)
CARD = Card(
    number="2026-000123",
    title="Снег, пгт Тяжинский",
    due=_at(12, 30),
    term_due=_at(9, 40, day=24),
    goal=_at(18),
    term_sentence=(
        "Сообщение поступило 23.11.2026 в 09:40; сутки – до 09:40 24.11.2026, "
        "цель – 18:00 того же дня, так как поступило до 12:00."
    ),
    plan=(
        ("Ответ исполнителя", _at(12, 30)),
        ("Согласование начальника отдела", _at(13, 15)),
        ("Согласование заместителя главы", _at(14)),
        ("Подпись главы", _at(16, 30)),
        ("Регистрация и отправка", _at(17, 30)),
    ),
    applicant="Игнатьева Алла Игнатьевна",
    phone="8-999-000-11-01",
    address="пгт Тяжинский, ул. Образцовая, 7",
    link="https://social.example/wall-1_23",
    text="Третий день не чистят улицу Образцовую!\n"
    "Скорая к соседке не проехала. Когда уберут снег?",
    drafter_name="Трассов Фёдор Макетович",
    department_name="Отдел дорожного хозяйства и транспорта",
    version=2,
    draft_text=(
        "Улица Образцовая расчищена 23.11.2026, повторная уборка назначена на 25.11.2026.\n"
        "О времени работ Вам сообщили по телефону."
    ),
    contact_lines=("23.11 11:20, по телефону: разъяснено",),
    what_changed=("срок повторной уборки: 25.11 вместо 26.11",),
    unsure=("address", "text"),
    marks=("коллективное сообщение",),
    letter_notes=("В письме будет «Здравствуйте!»: по имени не понять, как обратиться.",),
)


def _button(label: str, body: str) -> Button:
    return Button(label=label, subject=f"[МЦУ {CARD.number}] {label} {CODE}", body=body)


TASK_BUTTONS = (
    _button("Нужно время", "Нужно время до 25.11.2026: "),
    _button("Не наше", "Не наше: "),
    _button("Не дозвонился", "Не дозвонились: "),
)
APPROVE_BUTTONS = (
    _button("Согласовать", "Согласовано"),
    _button("Вернуть с причиной", "На доработку: "),
)
NOTE_BUTTONS = (_button("Это ответ", "Ответ: "), *TASK_BUTTONS[:2])
ROUTE_BUTTONS = (
    _button("Отдел дорожного хозяйства", "Передать: Отдел дорожного хозяйства и транспорта"),
    _button("Управление ЖКХ", "Передать: Управление по жизнеобеспечению"),
)

_CASE: Mapping[str, Any] = {"card": CARD, "person": PERSON, "now": NOW}
_ASKED: Mapping[str, Any] = {**_CASE, "code": CODE}

_REFUSALS = (
    "old_version",
    "text_is_on",
    "stranger",
    "not_your_turn",
    "already_decided",
    "step_over",
    "absent_decide",
    "author_named",
    "handed_away",
    "own_letter",
    "nothing_to_resend",
    "unproven",
    "no_code",
    "weak",
    "conditional",
    "no_reason",
    "not_understood",
    "expired",
    "foreign_reply",
    "two_codes",
    "two_texts",
    "recall_late",
    "recall_unproven",
    "disowned",
    "flooded",
    "empty",
    "links_only",
    "verdict_on_draft",
    "other_track",
    "dispatchers_word",
    "file_which",
    "case_which",
    "no_number",
    "unknown_department",
    "department_missing",
    "unknown_person",
    "not_the_head",
    "scan_expected",
    "number_expected",
    "number_taken",
    "number_by_program",
    "two_numbers",
    "date_future",
    "date_before_letter",
    "void_nothing",
    "void_unknown",
    "void_other_case",
    "void_already",
    "void_which",
    "void_reason",
    "void_yes",
    "void_decide",
    "index_by_settings",
    "pen_format",
    "pen_places",
    "pen_overlap",
    "pen_yes",
    "pen_no_letter",
    "pen_late",
    "restricted_decide",
    "outside_decide",
    "outside_where",
    "event_decide",
    "yes_or_no",
    "no_time",
    "promise_past",
    "word_unreadable",
    "word_unchanged",
    "forged",
    "not_confirmed",
    "recalled",
    "no_basis",
    "taken_without_term",
)
_DECISIONS = (
    "approve",
    "return",
    "answer",
    "contact",
    "executor",
    "time",
    "route",
    "number",
    "fields",
    "restricted_named",
    "restricted_help",
    "forward",
    "",
    "handed_over",
    "came_back",
    "waits",
    "sent_again",
    "sent_now",
    "sent_by_hand",
    "left",
    "published",
    "accepted",
    "accepted_known",
    "category",
    "assigned",
    "first_reply",
    "first_reply_known",
    "told_approved",
    "told_returned",
    "told_commented",
    "told_term",
    "promise_kept",
    "promise_none",
)
_STALLS = (
    "clock",
    "year_end",
    "mailbox",
    "smtp",
    "office",
    "folder",
    "backup",
    "перепись почты",
    "template_faults",
    "backup_gaps",
    "quota",
)
_SCAN_REFUSALS = (
    "empty",
    "incomplete",
    "not_a_file",
    "not_a_scan",
    "damaged",
    "encrypted",
    "no_code",
    "foreign_code",
    "mixed",
    "too_large",
    "wrong_version",
    "missing_page",
    "unknown_case",
    "step_over",
    "duplicate",
    "wrong_print_code",
    "sent_already",
    "batch_again",
    "own_print",
    "unsigned",
    "altered",
    "no_code_in_batch",
    "bad_signature",
    "signature_alone",
    "foreign_signature",
    "unsure_signature",
)
_SIGN: Mapping[str, Any] = {
    "print_file": "На подпись\\2026-000123 Ответ.pdf",
    "scan_folder": "Подписано",
}
_POOR = replace(
    CARD,
    goal=None,
    applicant="",
    phone="",
    address="",
    link="",
    text="",
    term_sentence="",
    plan=(),
    drafter_name="",
    department_name="",
    version=0,
    draft_text="",
    contact_lines=(),
    what_changed=(),
    unsure=(),
    letter_notes=(),
)
_INTERIM = replace(CARD, promised=NOW.date() + timedelta(days=8), what_changed=())
_SCAN: Mapping[str, Any] = {
    **_SIGN,
    "now": NOW,
    "scan_name": "Scan0007.pdf",
    "number": CARD.number,
    "version": 3,
    "found_version": 2,
    "what_changed": ("срок 25.11 вместо 26.11",),
    "missing_pages": "2",
    "found_number": "2026-000122",
    "named": "",
    "limit_mb": 50,
    "signer": "Тестов Пётр Петрович",
    "register_number": "01-12/345",
    "phone_name": "Письменнова Алла Проектовна",
    "phone": "2-00-00",
    "until": _at(17, 40),
}


_ANNEXES: Mapping[str, Any] = {
    "taken": ("Фотографии, 1 л.: Фото 1 (IMG_1.jpg); Фото 2 (IMG_2.jpg)", "Акт обследования, 3 л."),
    "refused": (("отчёт.docm", "файл с макросами. Пришлите его без макросов (.docx) или в PDF"),),
    "same": 0,
    "gone": (),
    "unknown_numbers": (),
    "late": "",
    "only_removal": False,
    "present": ("Фотографии, 1 л.: Фото 1; Фото 2", "Акт обследования, 3 л."),
    "lacks": (),
    "kept_note": "",
    "text_wanted": True,
    "smaller": False,
    "details": "",
}
_ANNEXED: tuple[Mapping[str, Any], ...] = (
    {},
    {"lacks": ("contact", "second_call", "text"), "smaller": True, "kept_note": "Вот фото."},
    {"taken": (), "text_wanted": False, "gone": ("Фотография, 1 л.",), "unknown_numbers": (5,)},
    {"taken": (), "refused": (), "same": 2, "details": "файл не открывается"},
    {"taken": (), "refused": (), "present": (), "text_wanted": False, "late": "approved"},
    {"taken": (), "refused": (), "present": (), "text_wanted": False, "late": "sent"},
    *(
        {"taken": (), "refused": (), "text_wanted": False, "late": late, "only_removal": True}
        for late in ("approved", "sent")
    ),
)


def _both(context: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    """A full card and one of which only the number, the title and the terms are known."""
    return context, {**context, "card": _POOR}


_REQUESTS: Mapping[str, Mapping[str, Any]] = {
    "task": {
        **_ASKED,
        "buttons": TASK_BUTTONS,
        "executors": ("Грейдеров Павел Схемович",),
        "place": (
            "Тяжинский территориальный отдел",
            "Начальников Пётр Первович",
            "8-999-000-44-04",
        ),
    },
    "rework": {
        **_ASKED,
        "buttons": TASK_BUTTONS[:1],
        "by": "Хозяйственнов Илья Макетович",
        "returned_by": "dep_life",
        "reason": "нет даты повторной уборки; назовите улицу полностью",
    },
    "approve": {**_ASKED, "buttons": APPROVE_BUTTONS},
    "sign": {**_ASKED, **_SIGN, "follower": False},
    "route": {
        **_ASKED,
        "buttons": ROUTE_BUTTONS,
        "why": "два отдела подходят одинаково.",
        "candidates": (
            Candidate(
                name="Отдел дорожного хозяйства и транспорта",
                head_name="Трассов Фёдор Макетович",
                score=3,
                why="снег, чистят",
            ),
            Candidate(
                name="Управление по жизнеобеспечению и территориальному развитию",
                head_name="Коммунальцев Олег Примерович",
                score=3,
            ),
        ),
    },
    "register_number": {**_ASKED, "scan_name": "Scan0007.pdf"},
    "confirm_needed": {
        **_ASKED,
        "words": "Согласовано",
        "what": "verdict",
        "files": (),
        "buttons": (_button("Да, писали мы", "ДА"),),
    },
}

_PUBLISHED = replace(
    CARD,
    publishes=True,
    source="Инцидент менеджмент",
    external_id="8123456",
    goal=None,
    contact_lines=(),
    letter_notes=(),
)

MAILS: Mapping[str, tuple[Mapping[str, Any], ...]] = {
    **{name: _both(context) for name, context in _REQUESTS.items()},
    "sign": (
        *_both(_REQUESTS["sign"]),
        {**_REQUESTS["sign"], "annex_pages": 4},
        {**_REQUESTS["sign"], "follower": True},
        {**_REQUESTS["sign"], "voided": "01-12/345"},
        {**_REQUESTS["sign"], "duty": ((PERSON.name, PERSON.phone), ("Иванов Пётр Ильич", ""))},
    ),
    "route": (
        *_both(_REQUESTS["route"]),
        {**_REQUESTS["route"], "candidates": (), "buttons": ()},
        *({**_REQUESTS["route"], "doubt": doubt} for doubt in ("tie", "low", "none", "anonymous")),
        {**_REQUESTS["route"], "doubt": "appeal", "by_law": "59-ФЗ: ответить до 24.12.2026"},
        {**_REQUESTS["route"], "refused_by": PERSON.name, "reason": "дорога областная"},
    ),
    "rework": (
        *_both(_REQUESTS["rework"]),
        *(
            {**_REQUESTS["rework"], "card": _PUBLISHED, "returned_by": by}
            for by in ("region", "citizen")
        ),
    ),
    "approve": (
        *_both(_REQUESTS["approve"]),
        {**_REQUESTS["approve"], "card": _PUBLISHED},
        {**_REQUESTS["approve"], "card": replace(_PUBLISHED, is_published=True)},
        {**_REQUESTS["approve"], "card": _INTERIM},
        {**_REQUESTS["approve"], "enclosure": "фотографии на 2 л. в 1 экз."},
    ),
    "confirm_needed": (
        *_both(_REQUESTS["confirm_needed"]),
        {**_REQUESTS["confirm_needed"], "words": "СТОП", "what": "stop"},
        {**_REQUESTS["confirm_needed"], "words": "", "what": "files", "files": ("фото.jpg",)},
    ),
    "task": (
        *_both(_REQUESTS["task"]),
        *({**_REQUESTS["task"], "why": "interim", "card": card} for card in (CARD, _PUBLISHED)),
    ),
    "register_number": (
        *_both(_REQUESTS["register_number"]),
        {**_REQUESTS["register_number"], "voided": "01-12/345", "scan_name": ""},
    ),
    **clerk_samples.mails(_CASE, CODE, _button),
    **return_samples.mails(_CASE, CODE, _button, _at, PERSON),
    **intake_samples.mails(_CASE, CODE, _button),
    **grave_samples.mails(_CASE, CODE, _button),
    **watch_samples.mails(_CASE),
    **track_samples.mails(_CASE, CODE, _button),
    **sheet_samples.mails(_CASE, CODE, _button),
    **matter_samples.mails(_CASE, _button),
    "withdrawn": (_CASE,),
    "taken_from": (_CASE,),
    "similar": _both({
        **_ASKED,
        "similar": ("2026-000121", "2026-000122"),
        "elsewhere": ("Инцидент менеджмент",),
        "buttons": (_button("Это повтор", "Дубль 2026-000121"),),
    }),
    "reminder": tuple(
        {**context, "request": name, "now": now}
        for name, context in _REQUESTS.items()
        for now in (NOW, CARD.due, _at(12, 50))
    ),
    "asked_anew": tuple(
        {**context, "request": name, "late_words": words}
        for name, context in _REQUESTS.items()
        for words in ("Согласовано", "")
    ),
    "missing": _both({
        **_ASKED,
        "buttons": TASK_BUTTONS[2:],
        "lacks": ("contact", "second_call", "rest", "text"),
        "kept": ("text", "contact", "фото: 2"),
    }),
    "note_kept": ({**_ASKED, "buttons": NOTE_BUTTONS, "note_text": "А кто чистит этот участок?"},),
    "note_shown": tuple(
        {
            **_CASE,
            "card": replace(CARD, publishes=publishes),
            "who": PERSON.name,
            "note_text": "Трактор вышел на линию.",
            "files": files,
            "handed_in": handed_in,
        }
        for publishes, handed_in in ((False, False), (True, False), (True, True))
        for files in ((), ("фото.jpg", "акт.docx"))
    ),
    "words_of_case": tuple(
        {**_CASE, "who": PERSON.name, "note_text": "В письме ошибка: дом не 25.", "files": files}
        for files in ((), ("фото.jpg",))
    ),
    "cloud_links": tuple(
        {**_CASE, "who": who, "files": ("фото.jpg (cloud.mail.ru)", "disk.yandex.ru"), "limit": 15}
        for who in ("", PERSON.name)
    ),
    "annexes": tuple(
        {**_ASKED, "buttons": TASK_BUTTONS[:1], **_ANNEXES, **changes} for changes in _ANNEXED
    ),
    "not_taken": tuple(
        {
            **_ASKED,
            "buttons": APPROVE_BUTTONS,
            "reason": reason,
            "words": "ок",
            "by": "Хозяйственнов Илья Макетович",
            "asked_version": 1,
        }
        for reason in (*_REFUSALS, *matter_samples.REASONS)
    ),
    "receipt": tuple(
        {
            **_CASE,
            "decision": decision,
            "undo_until": undo_until,
            "next_step": "согласование заместителя главы",
            "buttons": (_button("Отозвать решение", "СТОП"),) if undo_until else (),
        }
        for decision in (*_DECISIONS, *matter_samples.DECISIONS)
        for undo_until in (_at(10, 15), None)
    ),
    "time_asked": tuple(
        {
            **_CASE,
            "who": "Грейдеров Павел Схемович",
            "phone": "8-999-000-33-03",
            "until": until,
            "reason": "техника на ремонте",
        }
        for until in (_at(15, day=25), None)
    ),
    "escalation": _both({
        **_CASE,
        "now": _at(14, 50),
        "step_name": "Ответ исполнителя",
        "late_name": "Трассов Фёдор Макетович",
        "late_phone": PERSON.phone,
    }),
    "recipient_refused": (
        {
            **_ASKED,
            "address": "priem@region.example",
            "server_answer": "550 5.1.1 User unknown",
            "others": (("otvet@region.example", "принято сегодня в 16:41"),),
        },
    ),
    "unclear": (
        {
            **_ASKED,
            "address": "priem@region.example",
            "others": (("otvet@region.example", "принято"),),
        },
    ),
    "late_ask": tuple(
        {
            **_ASKED,
            "why": why,
            "register_number": "01-12/345",
            "addresses": ("otvet@region.example", "priem@region.example"),
            "target": "18:00",
            "send_at": "18:35",
            "down": "с 17:50 до 18:20" if why == "down" else "",
        }
        for why in ("down", "copy", "word")
    ),
    "deferred_late": (
        {**_ASKED, "addresses": (("priem@region.example", "451 4.7.1 Try again later"),)},
    ),
    "late_scan": ({**_CASE, "register_number": "01-12/345"},),
    "sent": (
        {
            **_CASE,
            "register_number": "01-12/345",
            "register_date": NOW.date(),
            "deliveries": (
                ("otvet@region.example", _at(16, 41)),
                ("priem@region.example", _at(16, 42)),
            ),
            "attachments": ("Подтверждение отправки 2026-000123.pdf",),
        },
    ),
    **aside_samples.samples(NOW, PERSON, CODE, CARD),
    "caught_up": tuple(
        {
            "now": NOW,
            "person": PERSON,
            "since": _at(2),
            "until": _at(10),
            "overdue": overdue,
            "waits": waits,
            "others": others,
        }
        for overdue, waits, others in (
            (((CARD.number, CARD.title, "ответ исполнителя", _at(9, 30)),), (), ()),
            (
                (),
                ((CARD.number, CARD.title, "согласование", _at(11)),),
                ((CARD.number, CARD.title, "подпись", _at(9), PERSON.name, PERSON.phone),),
            ),
            ((), (), ()),
        )
    ),
    "reconciled": tuple(
        {
            "now": NOW,
            "person": PERSON,
            "copy_of": _at(3, 30) if full else None,
            "letters": (("01-12/345", "2026-000123"),) if full else (),
            "clashes": (("01-12/346", "2026-000124"),) if full else (),
            "lost": ("01-12/344",) if full else (),
            "doubtful": ("2026-000125",) if full else (),
            "scans": ("2026-000126",) if full else (),
            "read": 12 if full else 0,
            "unproven": 1 if full else 0,
            "next_case": "2026-000201" if full else "",
        }
        for full in (True, False)
    ),
    "alarm": tuple(
        {
            "now": NOW,
            "person": person,
            "what": what,
            "since": _at(8, 30),
            "error": "Connection refused",
            "hint": "Проверьте, работает ли почтовый сервер.",
        }
        for what in _STALLS
        for person in (PERSON, None)
    ),
    "engine_failed": tuple(
        {
            "now": NOW,
            "person": PERSON,
            "number": CARD.number,
            "what": what,
            "reason": "PDF сделан без LibreOffice: LibreOffice не ответил за 60 с.",
        }
        for what in ("pdf", "doc")
    ),
    "stated_later": (
        {
            **_ASKED,
            "stated": _at(18, day=26),
            "buttons": (_button("Срок из уведомления", "Верный срок: 26.11.2026 18:00"),),
        },
    ),
    "letter_cover": tuple(
        {
            "now": NOW,
            "card": card,
            "external_id": external_id,
            "received_at": _at(9, 40),
            "register_number": "01-12/345",
            "register_date": NOW.date(),
            "attachments": ("Ответ 01-12_345.pdf", "Ответ 01-12_345.doc"),
            "signer_name": "Тестов Пётр Примерович",
            "signer_title": "Глава Тяжинского муниципального округа",
            "contact": "Письменнова Алла Проектовна, 8 (38449) 2-00-00",
        }
        for card, external_id in (
            (CARD, "Г-1542"),
            (_POOR, ""),
            (_INTERIM, ""),
            (replace(CARD, forward="администрации Образцового округа"), ""),
        )
    ),
}

NOTES: Mapping[str, tuple[Mapping[str, Any], ...]] = {
    "scan_refused": tuple(
        {**_SCAN, "reason": reason, **more}
        for reason in (*_SCAN_REFUSALS, "other")
        for more in (
            {},
            {
                "phone_name": "",
                "phone": "",
                "until": None,
                "what_changed": (),
                "named": "2026-000777",
            },
        )
    ),
    "how_to_send": tuple(
        {
            "now": NOW,
            "number": CARD.number,
            "register_number": "01-12/345",
            "register_date": NOW.date(),
            "subject": "Ответ на сообщение № Г-1542",
            "addresses": addresses,
            "unknown": unknown,
            "accepted": accepted,
            "files": ("Ответ 01-12-345.pdf", "Ответ 01-12-345.doc"),
        }
        for addresses, unknown, accepted in (
            (("otvet@region.example",), (), ()),
            (("otvet@region.example",), (), ("priem@region.example",)),
            (("otvet@region.example",), ("priem@region.example",), ()),
            ((), ("otvet@region.example",), ("priem@region.example",)),
        )
    ),
    "today": clerk_samples.today(_CASE, _at),
    "incoming_refused": intake_samples.refused_files(_CASE),
    **watch_samples.notes(NOW),
}

SENT_PAGE: Mapping[str, Any] = {
    "case": "2026-000123",
    "number": "01-12/345",
    "date": "24.11.2026",
    "subject": "Ответ на сообщение № Г-1542",
    "recipients": (("priem@region.example", "принято", "250 2.0.0 Ok", "24.11.2026 16:41"),),
    "attachments": (("Ответ 01-12-345.pdf", "ab" * 32),),
}
