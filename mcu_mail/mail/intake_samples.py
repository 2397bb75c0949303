"""Samples of the mails about what opens a case and what is passed on, for `wording_samples`."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mcu_mail.mail.markup import Button

Samples = tuple["Mapping[str, Any]", ...]

_WORDS = "Ответ не по существу, прошу доработать."
_WHO = "Письменнова Алла Проектовна"
_EVENTS = ("returned", "citizen_comment", "approved")


def mails(
    case: Mapping[str, Any], code: str, button: Callable[[str, str], Button]
) -> Mapping[str, Samples]:
    """The contexts of each of these mails.

    Args:
        case: card, person and now.
        code: of a request.
        button: makes one from its label and the words it writes.

    """
    now, person = case["now"], case["person"]
    asked = {**case, "code": code, "buttons": (button("Да", "ДА"),)}
    bare = {"now": now, "person": person}
    event = {"event_name": "ответ возвращён на доработку", "excerpt": _WORDS}
    soon = now + timedelta(hours=2)
    return {
        "outside": (asked, {**asked, "card": replace(case["card"], publishes=True, source="ПОС")}),
        "event": tuple({**asked, **event, "event": one} for one in _EVENTS),
        "event_told": tuple(
            {**case, **event, "event": one, "card": replace(case["card"], publishes=publishes)}
            for publishes in (False, True)
            for one in (*_EVENTS, "closed", "term", "put_up", "note")
        ),
        "urgent": tuple(
            {**case, "stated": stated, "excerpt": words}
            for stated, words in ((soon, ""), (None, _WORDS))
        ),
        "urgent_term": tuple(
            {**asked, "stated_text": "12:00 23.11.2026", "earlier": earlier}
            for earlier in (True, False)
        ),
        "opened": tuple(
            {**case, "how": how, "who": who}
            for how, who in (
                ("typed", ""),
                ("forwarded", ""),
                ("forwarded", _WHO),
                ("file", ""),
                ("notice", ""),
            )
        ),
        "repeated": tuple({**case, "who": who} for who in (_WHO, "")),
        "intake_refused": tuple(
            {**bare, "why": why, "words": _WORDS} for why in ("no_right", "unproven", "empty")
        ),
        "intake_confirm": ({**asked, "words": _WORDS},),
        "intake_decide": tuple(
            {**asked, "card": None, "why": why, "who": "press@region.example", "excerpt": _WORDS}
            | {"named": "ПОС 990012345" if why == "event" else ""}
            for why in ("event", "no_right", "unproven")
        ),
        "intake_track": (
            {
                **asked,
                "card": None,
                "tracks": ("Инцидент менеджмент", "ПОС", "Кузбасс-онлайн"),
                "excerpt": _WORDS,
            },
        ),
        "status_filed": tuple(
            {
                **bare,
                "event_name": "ответ размещён",
                "track": "ПОС",
                "number": number,
                "excerpt": _WORDS,
            }
            for number in ("990012345", "")
        ),
        "question_unclear": tuple(
            {**asked, "card": None, "words": "хм", "why": why} for why in ("", "empty")
        ),
        "question_over": (bare,),
        "no_such_case": tuple(
            {**bare, "numbers": numbers, "words": words}
            for numbers, words in ((("2026-000777",), _WORDS), (("2026-000777", "2026-000778"), ""))
        ),
        "intake_late": tuple(
            {**bare, "asked": person, "since": now, "excerpt": words} for words in ("", _WORDS)
        ),
    }


def refused_files(case: Mapping[str, Any]) -> Samples:
    """The contexts of the note beside a file that was not taken from «Входящие»."""
    reasons = ("empty", "too_large", "duplicate", "not_a_file", "unreadable", "no_message", "kind")
    return tuple(
        {
            "now": case["now"],
            "reason": reason,
            "file_name": "Scan0007.pdf",
            "number": "2026-000123",
            "limit_mb": 100,
            "folder": "Входящие",
            "phone_name": case["person"].name,
            "phone": "2-00-00",
        }
        for reason in reasons
    )
