"""To whom letters go and how hard words are declined: the office's own word, with its faults."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator

from mcu_mail.domain.declined import MARKS, doubles
from mcu_mail.settings.kinds import Model, Text

_MARKS = "«м» или «ж» (пол) либо «р» (родительный падеж должности)"


class OfficialSettings(Model):
    """An official to whom every letter goes. `title` and `name` are in the nominative."""

    title: Text
    name: Text
    address_lines: tuple[Text, ...] = ()
    salutation: str = ""
    """«Уважаемый Илья Владимирович!»; empty: made from the name."""


def _addressee(value: Any) -> Any:
    if value == "applicant":
        return None
    if isinstance(value, dict):
        return value
    raise ValueError("нужно applicant (заявитель) или должностное лицо: {title: …, name: …}")


def _key(value: str) -> str:
    word, bar, mark = (part.strip() for part in value.partition("|"))
    meaning = MARKS.get(mark.lower())
    if not word:
        raise ValueError("перед «|» нужна фамилия или должность")
    if bar and meaning is None:
        raise ValueError(f"после «|» может стоять {_MARKS}")
    if meaning in {"masc", "femn"} and len(word.split()) > 1:
        raise ValueError("с полом указывают одну фамилию: «Заяц|м»")
    return value


def _pairs(value: dict[str, str]) -> dict[str, str]:
    for key, form in value.items():
        mark = MARKS.get(key.partition("|")[2].strip().lower())
        if "\n" in form.strip():
            raise ValueError(f"«{key}»: нужна одна строка")
        if mark in {"masc", "femn"} and len(form.split()) > 1:
            raise ValueError(f"«{key}»: нужна одна фамилия в дательном падеже, без инициалов")
        if re.search("[A-Za-z]", form) and re.search("[А-Яа-яЁё]", form):
            raise ValueError(f"«{key}»: русские и латинские буквы вместе")
    if twice := doubles(value):
        raise ValueError(f"«{twice[0]}» и «{twice[1]}» – это одно и то же")
    return value


Addressee = Annotated[OfficialSettings | None, BeforeValidator(_addressee)]
"""None: the letter goes to the applicant."""

Declension = Annotated[dict[Annotated[Text, AfterValidator(_key)], Text], AfterValidator(_pairs)]
"""«Заяц|м»: «Зайцу», «Название должности»: its dative, «Название должности|р»: its genitive."""
