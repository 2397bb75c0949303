"""An invented case for trying every template before the first real one (`threats.md` F36).

`check` renders each template with each of its samples; the same samples show an office which names
a template may use. People, addresses and the incident are invented.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from mcu_mail.domain.office import Person
from mcu_mail.mail.card import Card
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

MAILS: Mapping[str, tuple[Mapping[str, Any], ...]] = {
    "task": (
        {**_ASKED, "buttons": TASK_BUTTONS, "executors": ()},
        {**_ASKED, "buttons": TASK_BUTTONS, "executors": ("Грейдеров Павел Схемович",)},
    ),
    "approve": ({**_ASKED, "buttons": APPROVE_BUTTONS},),
    "sign": (
        {
            **_ASKED,
            "print_file": "На подпись\\2026-000123 Ответ.pdf",
            "scan_folder": "Подписано",
            "follower": False,
        },
    ),
    "letter_cover": (
        {
            "now": NOW,
            "card": CARD,
            "external_id": "Г-1542",
            "received_at": _at(9, 40),
            "register_number": "01-12/345",
            "register_date": NOW.date(),
            "attachments": ("Ответ 01-12_345.pdf", "Ответ 01-12_345.doc"),
            "signer_name": "Тестов Пётр Примерович",
            "signer_title": "Глава Тяжинского муниципального округа",
            "contact": "Письменнова Алла Проектовна, 8 (38449) 2-00-00",
        },
    ),
}
NOTES: Mapping[str, tuple[Mapping[str, Any], ...]] = {}
