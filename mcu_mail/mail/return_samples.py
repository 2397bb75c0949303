"""Samples of the mails about what came back or cannot be reached, for `wording_samples`."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from mcu_mail.domain.office import Person
    from mcu_mail.mail.markup import Button

Samples = tuple["Mapping[str, Any]", ...]

_ADDRESS = "priem@region.example"
_FULL = "почтовый ящик получателя переполнен (5.2.2)"


def mails(
    case: Mapping[str, Any],
    code: str,
    button: Callable[[str, str], Button],
    at: Callable[..., datetime],
    absent: Person,
) -> Mapping[str, Samples]:
    """The contexts of each such mail.

    Args:
        case: card, person and now.
        code: of a request.
        button: makes one from its label and the words it writes.
        at: a moment of the sample day.
        absent: somebody of the office.

    """
    asked = {**case, "code": code}
    end = button("Закрыть с основанием", "Закрыть: ")
    anew = button("Готовить новый ответ", "На доработку: ")
    again = (
        button("Отправить ещё раз", "Отправить ещё раз"),
        button("Отправлено вручную", "Отправлено вручную "),
        end,
    )
    back = {"from_address": _ADDRESS, "excerpt": "550 5.1.1 User unknown", "files": ()}
    plain = {"explanation": "", "about": "", "opened": True, "sure": True, **back}
    instead = (
        button("Передать исполняющему обязанности: Хозяйственнов И.М.", "Передать: Хозяйственнов"),
        button("Передать: Трассов Ф.М.", "Передать: Трассов"),
        button("Ждать", "Ждать"),
    )
    waits = (("2026-000123", "Снег, пгт Тяжинский", "подготовить ответ", at(12, 30)),)
    away = {"absent": absent, "address": "", "explanation": "", "excerpt": "", "aliases": ()}
    return {
        "reopened": (
            {**asked, **plain, "kind": "bounce", "explanation": _FULL, "buttons": again},
            {
                **asked,
                **plain,
                "kind": "bounce",
                "about": "промежуточный ответ",
                "opened": False,
                "buttons": again,
            },
            *(
                {**case, **plain, "kind": kind, "opened": False, "sure": False}
                for kind in ("bounce", "return", "reply")
            ),
            *(
                {
                    **asked,
                    **plain,
                    "kind": kind,
                    "opened": opened,
                    "excerpt": "Не указан срок уборки.",
                    "files": files,
                    "buttons": (anew, end),
                }
                for kind in ("return", "reply")
                for opened, files in ((True, ()), (False, ("Замечания.pdf",)))
            ),
        ),
        "letter_delayed": tuple(
            {**case, "addresses": (_ADDRESS,), "explanation": why, "excerpt": words}
            for why, words in ((_FULL, "451 4.4.1 timed out"), ("", ""))
        ),
        "no_witness": ({**case, "at": at(16, 40), "minutes": 15},),
        "mailbox_refuses": tuple(
            {**case, "card": None, "address": "mcu@okrug.example", "excerpt": words}
            for words in ("452 4.2.2 mailbox full", "")
        ),
        "unreachable": (
            {
                **asked,
                **away,
                "cause": "away",
                "until": date(2026, 12, 4),
                "acting": "Хозяйственнов Илья Макетович",
                "waiting": waits,
                "excerpt": "Нахожусь в отпуске по 04.12.2026.",
                "buttons": instead,
            },
            {
                **asked,
                **away,
                "cause": "away",
                "until": None,
                "acting": "",
                "waiting": waits,
                "buttons": instead,
            },
            *(
                {
                    **asked,
                    **away,
                    "cause": cause,
                    "until": None,
                    "acting": "",
                    "address": absent.email,
                    "explanation": _FULL,
                    "aliases": ("trassov@mail.example",),
                    "waiting": waits,
                    "buttons": instead,
                }
                for cause in ("bounce", "delay")
            ),
            {
                **case,
                **away,
                "card": None,
                "cause": "bounce",
                "until": None,
                "acting": "",
                "address": absent.email,
                "explanation": _FULL,
                "waiting": (),
            },
        ),
    }
