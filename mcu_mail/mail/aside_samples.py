"""Samples of the mails about mails that were set aside, for trying their templates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mcu_mail.mail.markup import Button

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from mcu_mail.domain.office import Person
    from mcu_mail.mail.card import Card

_WHY = (
    "empty_notice",
    "failed",
    "too_large",
    "other_track",
    "forged",
    "region_reply",
    "reply",
    "forward",
    "new_unproven",
    "new_refused",
    "unbound_event",
    "новое",
)
_OPEN = ("not_understood", "unproven", "no_case", "confirm", "refused")
_DONE = ("assigned", "opened", "dropped", "already")


def samples(
    now: datetime, person: Person, code: str, card: Card
) -> dict[str, tuple[Mapping[str, Any], ...]]:
    """Return what to render each template with."""
    base: Mapping[str, Any] = {"now": now, "person": person}
    button = Button(label="Не нужно", subject=f"[МЦУ] Не нужно {code}", body="Не нужно")
    one = {
        "sender": "press@region.example",
        "subject_line": "Fwd: срочно",
        "received_at": now,
        "folder": "МЦУ/Не разобрано",
        "mail_id": 17,
    }
    nameless = {**one, "sender": "", "subject_line": ""}
    answer = {**base, "number": "2026-000123", "details": "в письме нет текста", "mail_id": 17}
    return {
        "unreadable": tuple(
            {**base, **named, "why": why, "code": code, "buttons": (button,)}
            for named in (one, nameless)
            for why in _WHY
        ),
        "unreadable_many": tuple(
            {
                **base,
                "count": count,
                "since": now,
                "folder": "МЦУ/Не разобрано",
                "mails": ({**one, "why": "reply"}, {**nameless, "why": "failed"}),
            }
            for count in (2, 9_990)
        ),
        "aside_answer": (
            *(
                {**answer, "outcome": each, "words": "Ок", "code": code, "buttons": (button,)}
                for each in _OPEN
            ),
            *({**answer, "outcome": each, "words": "К делу 2026-000123"} for each in _DONE),
        ),
        "mail_assigned": tuple(
            {
                **base,
                "card": card,
                "who": who,
                "note_text": text,
                "files": files,
                "remark": remark,
            }
            for who, text, files, remark in (
                ("Вымыслова Т.П.", "Фото двора", ("двор.jpg",), "к прошлому письму"),
                ("", "", (), ""),
            )
        ),
        "stranger": (
            {
                "now": now,
                "office_name": "Администрация Образцового муниципального округа",
                "channels": ("через Госуслуги", "по телефону: (38449) 0-00-00"),
            },
        ),
    }
