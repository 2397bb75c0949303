"""Notifications of the three systems whose answers are published, for stories."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime
    from email.message import EmailMessage as Mail

    from tests.stories.office_day import OfficeDay

_FROM = {
    "incident": "Инцидент Менеджмент <noreply@incident.example>",
    "pos": "Платформа обратной связи <no-reply@pos.example>",
    "kuzbass_online": "Кузбасс-онлайн <notify@kuzbass-online.example>",
}


def notice(track: str, subject: str, body: str, at: datetime) -> bytes:
    """A notification as its system sends it; HTML where the body is HTML."""
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"] = _FROM[track], "mcu@okrug.example", subject
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<{track}.{at.timestamp():.0f}@source.example>"
    subtype = "html" if body.startswith("<") else "plain"
    mail.set_content(body, subtype=subtype, cte="base64")
    return mail.as_bytes()


def _rows(pairs: dict[str, str]) -> str:
    return "".join(f"<tr><td>{name}</td><td>{value}</td></tr>" for name, value in pairs.items())


def incident(
    number: str,
    text: str,
    *,
    author: str = "Алиса Примерова",
    place: str = "пгт Тяжинский, ул. Чертёжная",
    link: str = "https://vk.com/wall-990000002_17001?reply=17022",
) -> tuple[str, str]:
    """(subject, body) of a new incident."""
    rows = _rows({
        "Статус": "Новый",
        "Группа тем": "Дороги",
        "Тема": "Уборка снега и наледи",
        "Муниципалитет": "Тяжинский МО",
        "Место": place,
        "Автор": author,
        "Источник": f'<a href="{link}">Подслушано (тест)</a>',
        "Фаст-трек": "Нет",
    })
    subject = f"[Инцидент] Новый инцидент № {number} – Тяжинский МО"
    body = f"<html><body><h3>Новый инцидент № {number}</h3><table>{rows}</table>"
    return subject, f"{body}<blockquote>{text}</blockquote></body></html>"


def pos(
    number: str,
    text: str,
    *,
    applicant: str = "Небывалова Алла Игнатьевна",
    phone: str = "+7 999 000-11-01",
    address: str = "Кемеровская область – Кузбасс, Тяжинский м.о., пгт Тяжинский,"
    " ул. Образцовая, д. 7",
    due: str = "10.12.2026 23:59 (МСК)",
) -> tuple[str, str]:
    """(subject, body) of a new message of the feedback platform."""
    rows = _rows({
        "Номер": number,
        "Категория": "Дороги",
        "Подкатегория": "Уборка снега",
        "Заявитель": applicant,
        "Телефон": phone,
        "Адрес": address,
        "Регламентный срок": due,
    })
    body = f"<table>{rows}</table><p><b>Текст сообщения</b></p><p>{text}</p></body></html>"
    head = "<html><body><p>На Платформу обратной связи поступило новое сообщение.</p>"
    return f"Поступило новое сообщение № {number}", head + body


def kuzbass_online(
    number: str,
    text: str,
    *,
    author: str = "Изделиев Марк Борисович (+79990001301)",
    address: str = "пгт Тяжинский, ул. Сборная, д. 3",
) -> tuple[str, str]:
    """(subject, body) of a new claim of «Кузбасс-онлайн»."""
    lines = (
        f"На платформе «Кузбасс-онлайн» создана новая заявка № {number}.",
        "Категория: не назначена",
        f"Автор: {author}",
        f"Адрес: {address}",
        f"Описание: {text}",
        "Примите заявку в работу в течение 24 часов. Срок рассмотрения – до 07.12.2026 16:00.",
    )
    return f"Новая заявка № {number}", "\n".join(lines)


def sent(day: OfficeDay, track: str, message: tuple[str, str], at: str) -> None:
    """A system sends a message at «09:30», and the service hears it."""
    moment = day.stage.moment(f"2026-11-23 {at}")
    day.arrives(notice(track, *message, moment), at)


def of_case(day: OfficeDay, person: str, words: str) -> Mail:
    """The newest mail of a person whose subject holds these words."""
    found = [mail for mail in day.mails(person) if words in str(mail["Subject"])]
    return found[-1]
