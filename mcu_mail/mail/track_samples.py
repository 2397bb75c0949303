"""Samples of the mails of the tracks whose answers are published, for `wording_samples`."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mcu_mail.mail.markup import Button

Samples = tuple["Mapping[str, Any]", ...]


def mails(
    case: Mapping[str, Any], code: str, button: Callable[[str, str], Button]
) -> Mapping[str, Samples]:
    """The contexts of each of these mails.

    Args:
        case: card, person and now.
        code: of a request.
        button: makes one from its label and the words it writes.

    """
    now = case["now"]
    card = replace(
        case["card"],
        publishes=True,
        source="Инцидент менеджмент",
        external_id="8123456",
        goal=None,
    )
    case = {**case, "card": card}
    asked = {**case, "code": code}

    def marked(*labels: str) -> Mapping[str, Any]:
        return {**asked, "buttons": tuple(button(label, f"{label} ") for label in labels)}

    who = "Письменнова Алла Проектовна"
    told = {"person": case["person"], "now": now}
    return {
        "control": (
            {
                **marked("Первичный ответ дан", "Фаст-трек"),
                "first_reply_due": now,
                "first_reply": "Здравствуйте!",
                "actor_name": who,
            },
            *(
                {
                    **marked("Фаст-трек"),
                    "card": replace(card, forward=forward),
                    "first_reply_due": None,
                    "first_reply": "",
                    "actor_name": "",
                }
                for forward in ("", "администрации Образцового округа")
            ),
        ),
        "accept": tuple(
            {
                **marked("Принято" if needed else "В работу"),
                "term_known": known,
                "category": category,
                "category_needed": needed,
                "actor_name": name,
            }
            for known, category, needed, name in (
                (True, "ЖКХ / Освещение", True, who),
                (True, "", True, ""),
                (False, "", False, who),
            )
        ),
        "publish": (
            {**marked("Опубликовано"), "outcome_needed": False, "enclosure": None},
            {
                **marked("Опубликовано решено", "Опубликовано разъяснено"),
                "card": replace(card, promised=now.date()),
                "outcome_needed": True,
                "enclosure": "IMG_01.jpg, IMG_02.jpg",
            },
        ),
        "first_reply": (
            {
                **marked("Первичный ответ дан"),
                "late": False,
                "until": now,
                "late_name": "",
                "late_phone": "",
            },
            {
                **case,
                "late": True,
                "until": now,
                "late_name": who,
                "late_phone": "8 (38449) 0-00-07",
            },
        ),
        "regional_check": (marked("ЦУР согласовал", "ЦУР вернул"),),
        "calendar_order": tuple(
            {
                **told,
                "reason": reason,
                "line": "" if reason else "чт 31.12 – выходной (распоряжение)",
                "words": "Календарь 31.12.2026 выходной: распоряжение",
            }
            for reason in ("", "no_basis", "unproven", "configured", "unread")
        ),
        "calendar_moved": tuple(
            {
                **told,
                "days": (now.date(),),
                "why": why,
                "rows": rows,
            }
            for why, rows in (
                (
                    "распоряжение",
                    tuple(
                        ("2026-000123", "Снег, пгт Тяжинский", what, now, now)
                        for what in ("", "дать первичный ответ")
                    ),
                ),
                ("", ()),
            )
        ),
        "video": ({**case, "who": who},),
        "term_wanted": ({**case, "who": who},),
        "promised_day": (
            {**marked("Нужно время до"), "card": replace(card, owed=now.date())},
            {**marked("Нужно время до"), "card": replace(case["card"], owed=now.date())},
        ),
        "term_changed": tuple(
            {**said, "event": event, "excerpt": excerpt, "by": "region"}
            for said in (case, {**asked, "card": replace(card, due=now - timedelta(hours=1))})
            for event, excerpt in (("urgent", "поручение"), ("fast_track", ""), ("term", "ЦУР"))
        ),
    }
