"""Moments, names and sizes in the words an official reads.

Pure functions: `now` is an argument and stands in the office's zone; every other moment is shown
in that zone. Nothing here knows templates: the same words serve a mail, a note and a subject.
"""

from __future__ import annotations

import unicodedata
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

_WEEKDAYS = ("пн", "вт", "ср", "чт", "пт", "сб", "вс")
_NEAR = {-1: "вчера", 0: "сегодня", 1: "завтра"}

_FIELDS = {
    "applicant": "Заявитель",
    "phone": "Телефон",
    "address": "Адрес",
    "link": "Ссылка",
    "text": "Текст",
    "topic": "Тема",
    "due": "Срок",
    "received_at": "Получено",
    "external_id": "Номер сообщения",
}


def clean(value: str) -> str:
    """Return `value` on one line, without control characters and invisible direction marks."""
    return " ".join("".join(map(_visible, value)).split())


def clip(value: str, limit: int) -> str:
    """Return `value` on one line in at most `limit` characters, cut at a word, with «…»."""
    line = clean(value)
    if len(line) <= limit:
        return line
    head = line[: limit - 1]
    if not line[limit - 1].isspace() and " " in head[limit // 2 :]:
        head = head.rsplit(" ", 1)[0]
    return head.rstrip(" ,;:–—-") + "…"


def when(moment: datetime, now: datetime) -> str:
    """Return a term: «сегодня до 12:30», «завтра, вт 24.11, до 09:00», «чт 26.11 до 18:00»."""
    local = moment.astimezone(now.tzinfo)
    days = (local.date() - now.date()).days
    clock = f"до {local:%H:%M}"
    if days == 0:
        return f"сегодня {clock}"
    if days in _NEAR:
        return f"{_NEAR[days]}, {_day(local, now)}, {clock}"
    return f"{_day(local, now)} {clock}"


def until(moment: datetime, now: datetime) -> str:
    """Return by when something is asked: as `when`, but «немедленно» once the moment has passed."""
    return "немедленно" if moment <= now else when(moment, now)


def at(moment: datetime, now: datetime) -> str:
    """Return a moment that is no term: «сегодня в 15:20», «пн 23.11 в 15:20»."""
    local = moment.astimezone(now.tzinfo)
    days = (local.date() - now.date()).days
    day = _NEAR[days] if days in {0, -1} else _day(local, now)
    return f"{day} в {local:%H:%M}"


def stamp(moment: datetime, now: datetime) -> str:
    """Return a moment in full, in the office's zone: «23.11.2026 15:20»."""
    return f"{moment.astimezone(now.tzinfo):%d.%m.%Y %H:%M}"


def day(moment: datetime, now: datetime) -> str:
    """Return the office's date of `moment`: «24.11.2026»."""
    return f"{moment.astimezone(now.tzinfo):%d.%m.%Y}"


def span(length: timedelta) -> str:
    """Return a length without its sign: «5 мин», «2 ч», «2 ч 20 мин», «3 сут. 4 ч»."""
    minutes = int(abs(length).total_seconds()) // 60
    if minutes < 1:
        return "меньше минуты"
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        minutes = 0
    parts = ((days, "сут."), (hours, "ч"), (minutes, "мин"))
    return " ".join(f"{number} {unit}" for number, unit in parts if number)


def left(moment: datetime, now: datetime) -> str:
    """Return «осталось 2 ч 20 мин», or «просрочено на 15 мин» once `moment` has passed."""
    if moment - now >= timedelta(minutes=1):
        return f"осталось {span(moment - now)}"
    if now - moment >= timedelta(minutes=1):
        return f"просрочено на {span(now - moment)}"
    return "срок – сейчас"


def greet(name: str) -> str:
    """Return how to address «Фамилия Имя Отчество»: «Имя Отчество»; a single word as it is."""
    words = clean(name).split()
    return " ".join(words[1:]) or name


def initials(name: str) -> str:
    """Return «Фамилия И.О.» of «Фамилия Имя Отчество»; anything without a first name as it is."""
    surname, *rest = clean(name).split() or [""]
    return " ".join(filter(None, (surname, "".join(f"{word[0]}." for word in rest[:2]))))


def field_name(key: str) -> str:
    """Return the word a person writes before a missing field («Заявитель»); unknown keys as is."""
    return _FIELDS.get(key, key)


def _day(local: datetime, now: datetime) -> str:
    year = "" if local.year == now.year else f".{local.year}"
    return f"{_WEEKDAYS[local.weekday()]} {local:%d.%m}{year}"


def _visible(char: str) -> str:
    category = unicodedata.category(char)
    if category == "Cf":
        return ""
    return " " if category[0] in "CZ" else char
