"""Notices of the three systems at any moment, for stories about their clocks."""

from __future__ import annotations

from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Novokuznetsk")


def incident(
    received: str,
    *,
    number: str = "8123401",
    due: str = "",
    fast: bool = False,
    arrived: str = "",
    place: str = "ул. Чертёжная",
    district: str = "Тяжинский МО",
) -> bytes:
    """An incident about snow that came at «2026-11-27 16:45»; the mail at `arrived`."""
    rows = {
        "Статус": "Новый",
        "Группа тем": "Дороги",
        "Тема": "Уборка снега и наледи",
        "Муниципалитет": district,
        "Место": f"пгт Тяжинский, {place}" if district == "Тяжинский МО" else place,
        "Автор": "Алиса Примерова",
        "Источник": "https://vk.com/wall-990000002_17001?reply=17022",
        "Поступил": _stamp(received),
        "Фаст-трек": "Да" if fast else "Нет",
    }
    if due:
        rows["Ответить до"] = _stamp(due)
    table = "".join(f"<tr><td>{name}</td><td>{value}</td></tr>" for name, value in rows.items())
    body = (
        f"<html><body><h3>Новый инцидент № {number}</h3><table>{table}</table>"
        "<blockquote>Когда уже почистят тротуар? Третий день не чистят снег, люди падают."
        "</blockquote></body></html>"
    )
    return _mail(
        "noreply@incident.example",
        f"[Инцидент] Новый инцидент № {number} – {district}",
        body,
        arrived or received,
        html=True,
    )


def pos(received: str, *, due: str = "", number: str = "990012345", appeal: bool = False) -> bytes:
    """A message of «ПОС», or what it calls an appeal; `due` in local time."""
    rows = {
        "Номер": number,
        "Дата создания": _stamp(received),
        "Категория": "Дороги",
        "Подкатегория": "Ямы, выбоины",
        "Заявитель": "Бланкова Елена Юрьевна",
        "Телефон": "+7 999 000-12-01",
        "Адрес": "пгт Тяжинский, ул. Проектная, д. 4",
    }
    if due:
        rows["Регламентный срок"] = _stamp(due)
    table = "".join(f"<tr><th>{name}</th><td>{value}</td></tr>" for name, value in rows.items())
    what = "обращение по 59-ФЗ" if appeal else "новое сообщение"
    body = (
        f"<html><body><p>На Платформу обратной связи поступило {what}.</p>"
        f"<table>{table}</table><p><b>Текст сообщения</b></p>"
        "<p>Прошу отремонтировать дорожное полотно: остались провалы глубиной до 30 см.</p>"
        "</body></html>"
    )
    subject = f"Поступило {what} № {number}"
    return _mail("no-reply@pos.example", subject, body, received, html=True)


def kuzbass(received: str, *, number: str = "345678") -> bytes:
    """A message of «Кузбасс-онлайн»."""
    body = (
        "Здравствуйте!\n"
        f"На платформе «Кузбасс-онлайн» создана новая заявка № {number}.\n\n"
        f"Создана: {_stamp(received)}\n"
        "Категория: не назначена\n"
        "Автор: Изделиев Марк Борисович (+79990001301)\n"
        "Адрес: пгт Тяжинский, ул. Сборная, д. 3\n"
        "Описание: Во дворе дома 3 не работает освещение, перегорели все лампы на опорах.\n"
    )
    return _mail("notify@kuzbass-online.example", f"Новая заявка № {number}", body, received)


def _stamp(moment: str) -> str:
    return f"{datetime.fromisoformat(moment):%d.%m.%Y %H:%M}"


def _mail(sender: str, subject: str, body: str, when: str, *, html: bool = False) -> bytes:
    mail = EmailMessage(policy=SMTP)
    mail["From"] = sender
    mail["To"] = "mcu@okrug.example"
    mail["Subject"] = subject
    mail["Date"] = format_datetime(datetime.fromisoformat(when).replace(tzinfo=ZONE))
    mail["Message-ID"] = f"<{abs(hash((subject, when)))}@source.example>"
    mail.set_content(body, subtype="html" if html else "plain", cte="base64")
    return mail.as_bytes()
