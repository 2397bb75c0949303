"""The scripts of the demo by track: one message through each of those whose answers are published.

As in `day`, only people and systems act by a script; what the service makes of it is read after.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from mcu_mail.domain.routes import ROUTES
from mcu_mail.rehearsal import day
from mcu_mail.rehearsal.day import Beat, Notice, Say
from mcu_mail.rehearsal.people import Client, Writer

if TYPE_CHECKING:
    from collections.abc import Sequence

ALL = "all"
_TUESDAY, _WEDNESDAY, _THURSDAY = (date(2026, 11, number) for number in (24, 25, 26))
_FRIDAY, _MONDAY = date(2026, 11, 27), date(2026, 11, 30)

INCIDENT_SYSTEM = Writer(name="Инцидент менеджмент", address="noreply@incident.example")
REGIONAL = Writer(name="Куратор ЦУР", address="curator@cur.example", client=Client.plain)
POS_SYSTEM = Writer(name="ПОС", address="no-reply@pos.example")
PORTAL = Writer(name="Кузбасс-онлайн", address="notify@kuzbass-online.example")
APPEALS = Writer(name="Письменнова А.П.", address="obr@okrug.example", client=Client.mailru)
IT = Writer(name="Модулев Р.С.", address="it@okrug.example")
EDDS = Writer(name="Сигналов М.Ч.", address="edds@okrug.example", client=Client.outlook)
ROADS = Writer(name="Трассов Ф.М.", address="dorogi@okrug.example", client=Client.outlook)
ROADS_PHONE = Writer(name="Трассов Ф.М.", address="dorogi@okrug.example", client=Client.phone)
UTILITIES = Writer(name="Коммунальцев О.П.", address="uzhtr@okrug.example", client=Client.mailru)
AFFAIRS = Writer(name="Управляева И.О.", address="upravdel@okrug.example")
HER = "her"


@dataclass(frozen=True, kw_only=True)
class Script:
    """What is played.

    Attributes:
        tracks: whose messages are in it.
        on: its first day; `ends` its last.

    """

    tracks: tuple[str, ...]
    beats: tuple[Beat, ...]
    on: date
    ends: date


def _said(
    on: date, at: str, writer: Writer, of: str, asked: str, text: str, *, told: str = ""
) -> Beat:
    shown = told or "«" + text.partition("\n")[0] + "»"
    act = Say(writer=writer, of=of, asked=asked, text=text)
    return Beat(on=on, at=at, who=writer.name, told=shown, act=act)


def _came(
    on: date, at: str, sender: Writer, subject: str, text: str, told: str, *, html: bool = False
) -> Beat:
    act = Notice(
        sender=sender,
        subject=subject,
        text="" if html else text,
        html=text if html else "",
    )
    return Beat(on=on, at=at, who=sender.name, told=told, act=act)


def _rows(rows: Sequence[tuple[str, str]], words: str) -> str:
    cells = "".join(f"<tr><td>{name}</td><td>{value}</td></tr>" for name, value in rows)
    return f"<html><body><table>{cells}</table><blockquote>{words}</blockquote></body></html>"


_INCIDENT, _POS, _CLAIM = "8123455", "990012377", "345690"

_INCIDENT_NOTICE = _rows(
    (
        ("Статус", "Новый"),
        ("Группа тем", "Дороги"),
        ("Тема", "Уборка снега и наледи"),
        ("Муниципалитет", "Тяжинский МО"),
        ("Место", "пгт Тяжинский, ул. Чертёжная"),
        ("Автор", "Алиса Примерова"),
        ("Источник", "https://vk.com/wall-990000002_17001?reply=17022"),
        ("Дата сообщения", "24.11.2026 09:41"),
        ("Поступил", "24.11.2026 10:00"),
        ("Фаст-трек", "Нет"),
        ("Ответить до", "25.11.2026 09:00"),
    ),
    "Когда уже почистят тротуар вдоль Чертёжной? Бабушки падают, идти можно только по дороге.",
)
_CLEARED = (
    "Уважаемая Алиса!\nТротуар вдоль улицы Чертёжной очищен 24.11.2026, работы вела бригада "
    "МКУ «Дорожник». Приносим извинения за неудобства."
)
_CLEARED_WHOLE = (
    "Уважаемая Алиса!\nТротуар вдоль улицы Чертёжной очищен 24.11.2026, работы вела бригада "
    "МКУ «Дорожник». Следующая очистка – 26.11.2026, ответственный Трассов Ф.М., телефон "
    "8 (38449) 0-00-13. Приносим извинения за неудобства."
)
_SWEPT = (
    "Уважаемая Алиса!\nУтром 25.11.2026 тротуар вдоль улицы Чертёжной очищен до плитки, наледь "
    "сколота и вывезена. Ответственный Трассов Ф.М., телефон 8 (38449) 0-00-13."
)

INCIDENT_BEATS = (
    _came(
        _TUESDAY,
        "10:02",
        INCIDENT_SYSTEM,
        f"[Инцидент] Новый инцидент № {_INCIDENT} – Тяжинский МО",
        _INCIDENT_NOTICE,
        "новый инцидент: не чистят тротуар",
        html=True,
    ),
    _said(_TUESDAY, "10:20", APPEALS, _INCIDENT, HER, "Первичный ответ дан"),
    _said(
        _TUESDAY,
        "11:30",
        ROADS,
        _INCIDENT,
        "draft",
        _CLEARED,
        told="отвечает из Outlook текстом для заявителя",
    ),
    _said(
        _TUESDAY,
        "11:45",
        APPEALS,
        _INCIDENT,
        "approve",
        "На доработку: назовите день следующей очистки и телефон",
    ),
    _said(
        _TUESDAY, "12:05", ROADS, _INCIDENT, "draft", _CLEARED_WHOLE, told="присылает новый текст"
    ),
    _said(_TUESDAY, "12:20", APPEALS, _INCIDENT, "approve", "Согласовано"),
    _said(
        _TUESDAY,
        "12:30",
        APPEALS,
        _INCIDENT,
        "publish",
        "Опубликовано https://vk.com/wall-990000002_17001?reply=17040",
    ),
    _came(
        _TUESDAY,
        "14:10",
        REGIONAL,
        f"Re: [Инцидент] № {_INCIDENT} – ответ согласован",
        f"Инцидент № {_INCIDENT}\nРешение куратора: СОГЛАСОВАНО\nДата: 24.11.2026 14:10\n",
        "согласовал ответ; у заявителя два дня на отзыв",
    ),
    _came(
        _WEDNESDAY,
        "09:10",
        INCIDENT_SYSTEM,
        f"[Инцидент] № {_INCIDENT}: новый комментарий пользователя",
        (
            f"<p>По инциденту <b>№ {_INCIDENT}</b> поступил комментарий пользователя "
            "<b>Алиса Примерова</b> (25.11.2026 09:08):</p><blockquote>Почистили только у "
            "магазина, дальше сплошной лёд!</blockquote><p>Инцидент возвращён в работу.</p>"
        ),
        "заявитель недоволен: «Почистили только у магазина…»",
        html=True,
    ),
    _said(
        _WEDNESDAY,
        "11:40",
        ROADS_PHONE,
        _INCIDENT,
        "draft",
        _SWEPT,
        told="с телефона: новый текст",
    ),
    _said(_WEDNESDAY, "12:00", APPEALS, _INCIDENT, "approve", "Согласовано"),
    _said(_WEDNESDAY, "12:10", APPEALS, _INCIDENT, "publish", "Опубликовано"),
    _said(_WEDNESDAY, "14:30", APPEALS, _INCIDENT, HER, "ЦУР согласовал"),
)

_POS_NOTICE = _rows(
    (
        ("Номер", _POS),
        ("Дата создания", "24.11.2026 04:58 (МСК)"),
        ("Категория", "Дороги"),
        ("Подкатегория", "Ямы, выбоины"),
        ("Заявитель", "Бланкова Елена Юрьевна"),
        ("Телефон", "+7 999 000-12-01"),
        ("Адрес", "Тяжинский м.о., пгт Тяжинский, ул. Проектная, д. 4"),
        ("Регламентный срок", "10.12.2026 23:59 (МСК)"),
        (
            "Текст сообщения",
            (
                "После прокладки водопровода на ул. Проектной у дома 4 остались провалы глубиной "
                "до 30 см. Просим отремонтировать дорогу."
            ),
        ),
    ),
    "",
)
_POS_INTERIM = (
    "Промежуточный ответ до 30.11.2026: Уважаемая Елена Юрьевна! Провал у дома 4 по ул. Проектной "
    "огорожен, щебень завезён. Работы подрядчик закончит к 30.11.2026, о результате сообщим."
)
_POS_WHOLE = (
    "Уважаемая Елена Юрьевна!\nПровал у дома 4 по ул. Проектной засыпан щебнем и уплотнён "
    "26.11.2026, проезд открыт. Асфальт уложат в мае 2027 года, участок включён в план."
)

POS_BEATS = (
    _came(
        _TUESDAY,
        "09:02",
        POS_SYSTEM,
        f"Поступило новое сообщение № {_POS}",
        _POS_NOTICE,
        "новое сообщение: провалы на дороге; срок – 10.12, 23:59 МСК",
        html=True,
    ),
    _said(_TUESDAY, "09:30", IT, _POS, HER, "В работу"),
    _said(
        _WEDNESDAY,
        "10:00",
        ROADS,
        _POS,
        "draft",
        _POS_INTERIM,
        told="«Промежуточный ответ до 30.11.2026: …»",
    ),
    _said(_WEDNESDAY, "10:20", IT, _POS, "approve", "Согласовано"),
    _said(_WEDNESDAY, "10:30", IT, _POS, "publish", "Опубликовано"),
    _said(
        _FRIDAY,
        "10:00",
        ROADS,
        _POS,
        "draft",
        _POS_WHOLE,
        told="раньше обещанного дня присылает полный ответ",
    ),
    _said(_FRIDAY, "10:20", IT, _POS, "approve", "Согласовано"),
    _said(_FRIDAY, "10:30", IT, _POS, "publish", "Опубликовано"),
    _said(_FRIDAY, "15:00", IT, _POS, HER, "ЦУР согласовал"),
    _said(
        _FRIDAY,
        "15:30",
        AFFAIRS,
        _POS,
        "approve",
        "Согласовано",
        told="даёт согласие на опубликование: «Согласовано»",
    ),
)

_CLAIM_NOTICE = f"""\
Здравствуйте!
На платформе «Кузбасс-онлайн» создана новая заявка № {_CLAIM}.

Создана: 24.11.2026 16:00
Категория: не назначена
Автор: Изделиев Марк Борисович (+79990001301)
Адрес: пгт Тяжинский, ул. Сборная, д. 3
Описание: Во дворе дома 3 по ул. Сборной не работает освещение, перегорели все лампы на опорах.

Примите заявку в работу в течение 24 часов. Срок рассмотрения – до 08.12.2026 16:00.
https://kuzbass-online.example/claims/{_CLAIM}
"""
_LINK = f"https://kuzbass-online.example/claims/{_CLAIM}"
_LAMPS = (
    "Уважаемый Марк Борисович!\nВо дворе дома 3 по ул. Сборной лампы на трёх опорах заменены "
    "26.11.2026, освещение работает."
)
_CABLE = (
    "Уважаемый Марк Борисович!\nПовреждённый кабель у дома 3 по ул. Сборной заменён 30.11.2026, "
    "освещение проверено, все опоры горят."
)

CLAIM_BEATS = (
    _came(
        _TUESDAY,
        "16:02",
        PORTAL,
        f"Новая заявка № {_CLAIM}",
        _CLAIM_NOTICE,
        "новая заявка: не горят фонари во дворе",
    ),
    _said(_TUESDAY, "16:20", EDDS, _CLAIM, HER, "Принято: ЖКХ / Освещение"),
    _said(
        _THURSDAY,
        "11:00",
        UTILITIES,
        _CLAIM,
        "draft",
        _LAMPS,
        told="из Mail.ru: текст ответа",
    ),
    _said(_THURSDAY, "11:30", UTILITIES, _CLAIM, "publish", f"Опубликовано решено {_LINK}"),
    _came(
        _FRIDAY,
        "18:22",
        PORTAL,
        f"Заявка № {_CLAIM}: отрицательный отзыв автора",
        (
            f"<p>Автор заявки № {_CLAIM} Изделиев Марк Борисович не согласен с результатом "
            "(27.11.2026 18:20):</p><p><i>Лампы заменили, но вечером снова темно. Статус «решено» "
            f"поставили зря.</i></p><p>{_LINK}</p>"
        ),
        "отрицательный отзыв: «вечером снова темно»",
        html=True,
    ),
    _said(
        _MONDAY, "12:00", UTILITIES, _CLAIM, "draft", _CABLE, told="присылает новый текст ответа"
    ),
    _said(_MONDAY, "12:20", UTILITIES, _CLAIM, "publish", f"Опубликовано решено {_LINK}"),
)

_BEATS = {"incident": INCIDENT_BEATS, "pos": POS_BEATS, "kuzbass_online": CLAIM_BEATS}
CHOICES = (ALL, *ROUTES)
"""What `demo --track` may name."""


def script_of(track: str | None) -> Script | None:
    """The script that a name of `CHOICES` stands for; None when there is none.

    Without a name it is the governor's day.
    """
    if track in {None, "governor"}:
        return Script(tracks=("governor",), beats=day.BEATS, on=day.ON, ends=day.ON)
    if track == ALL:
        beats = (*day.SNOW_BEATS, *(beat for part in _BEATS.values() for beat in part))
        return Script(tracks=tuple(ROUTES), beats=_in_order(beats), on=day.ON, ends=_MONDAY)
    found = _BEATS.get(track or "")
    if found is None:
        return None
    return Script(tracks=(track or "",), beats=_in_order(found), on=_TUESDAY, ends=_MONDAY)


def _in_order(beats: Sequence[Beat]) -> tuple[Beat, ...]:
    return tuple(sorted(beats, key=lambda beat: (beat.on, beat.at)))
