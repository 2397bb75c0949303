"""What a dispatcher adds to a notice by reply: «Заявитель: …», «Адрес: …», line by line."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mcu_mail.domain.notice import Notice

_FIELDS = {
    "applicant": ("заявитель", "фио", "автор", "имя"),
    "phone": ("телефон", "тел", "контакт"),
    "address": ("адрес", "место"),
    "link": ("ссылка",),
    "external_id": ("номер обращения", "рег номер"),
    "text": ("текст", "суть", "сообщение"),
}
_LINE = re.compile(r"^\s*([А-Яа-яЁё. ]{2,20}?)\s*[:–—-]\s*(\S.*)$")


def read_fields(text: str) -> tuple[dict[str, str], str]:
    """Return the fields that the lines of `text` name, and the lines that name none.

    «Текст: …» runs to the end or to the next field. A phone or a link is not checked here.
    """
    found: dict[str, list[str]] = {}
    rest: list[str] = []
    running: str | None = None
    for line in text.splitlines():
        match = _LINE.match(line)
        name = _name(match.group(1)) if match else None
        if match and name:
            found[name] = [match.group(2).strip()]
            running = name if name == "text" else None
        elif running and line.strip():
            found[running].append(line.strip())
        else:
            rest.append(line)
    return {key: "\n".join(lines) for key, lines in found.items()}, "\n".join(rest).strip()


def _name(label: str) -> str | None:
    plain = label.lower().replace("ё", "е").replace(".", " ").strip()
    plain = re.sub(r"\s+", " ", plain)
    for field, labels in _FIELDS.items():
        if plain in labels:
            return field
    return None


def with_fields(notice: Notice, fields: Mapping[str, str], unsure: tuple[str, ...]) -> Notice:
    """The notice with what a person filled in; what still is unsure stays so."""
    return replace(
        notice,
        applicant=fields.get("applicant", notice.applicant),
        phone=fields.get("phone", notice.phone),
        address=fields.get("address", notice.address),
        link=fields.get("link", notice.link),
        external_id=fields.get("external_id", notice.external_id),
        text=fields.get("text", notice.text),
        unsure=unsure,
    )
