"""Template answers and first replies in words: filled with what is known of a case, or faulty."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from mcu_mail.domain.answers import ANSWERS, FIRST_REPLIES, read_template
from mcu_mail.mail import templates

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import datetime

SAMPLE: Final[Mapping[str, str]] = {
    "applicant": "Игнатьева Алла Игнатьевна",
    "address": "пгт Тяжинский, ул. Образцовая, 7",
    "phone": "8-999-000-11-01",
    "due": "18:00 25.11.2026",
    "day": "25.11.2026",
    "today": "23.11.2026",
    "number": "2026-000123",
    "external_id": "8123456",
    "department": "Отдел дорожного хозяйства и транспорта",
    "executor": "Трассов Ф. М.",
    "office": "Тяжинский МО",
}
"""The names that a file may use, with what they may be."""


def filled(text: str, values: Mapping[str, str]) -> str | None:
    """The words of a file with what is known of a case; None when it cannot be filled."""
    return _filled(text, values) if not templates.fault(partial(_tried, text, values)) else None


def library_faults(files: Mapping[str, bytes], topics: Collection[str]) -> tuple[str, ...]:
    """What is wrong with the library, in Russian, with its place; such a file is not offered."""
    return tuple(
        f"templates/{path}: {fault}"
        for path, content in sorted(files.items())
        if path.partition("/")[0] in {ANSWERS, FIRST_REPLIES}
        for fault in _faults(path, content, topics)
    )


def _faults(path: str, content: bytes, topics: Collection[str]) -> Iterable[str]:
    folder, _, rest = path.partition("/")
    topic, _, name = (
        rest.partition("/") if folder == ANSWERS else (rest.removesuffix(".txt"), "", rest)
    )
    if not path.endswith(".txt"):
        yield "в этой папке читаются только файлы .txt"
        return
    if folder == ANSWERS and not name:
        yield "положите файл в папку темы: answers/<тема>/<название>.txt"
        return
    if topic not in topics and not (folder == FIRST_REPLIES and topic == "general"):
        yield f"темы «{topic}» нет в настройках (topics)"
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        yield "файл не в кодировке UTF-8: сохраните его в Блокноте как «UTF-8»"
        return
    if folder == ANSWERS:
        known = read_template(path, topic, content)
        if known is None:
            yield "первая строка – название, ниже – текст ответа"
            return
        text = known.body
    fault = templates.fault(partial(_tried, text, SAMPLE))
    if fault:
        yield fault


def _tried(text: str, values: Mapping[str, str]) -> str:
    return "" if _filled(text, values).strip() else "шаблон не даёт текста"


def _filled(text: str, values: Mapping[str, Any]) -> str:
    return templates.plain(text, values).strip()


def moment(at: datetime) -> str:
    """A moment as the files show it."""
    return f"{at:%H:%M %d.%m.%Y}"
