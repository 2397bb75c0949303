"""Samples of the mails about a threat to life, for `wording_samples`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mcu_mail.mail.markup import Button

Samples = tuple["Mapping[str, Any]", ...]

_CALLS = ("112", "полиция 102", "ЕДДС 2-00-00")
_WORDS = "Если завтра не включат, наложу на себя руки."


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
    asked = {**case, "code": code, "buttons": (button("Принято", "Принято"),)}
    mail = {
        "now": now,
        "person": person,
        "found": (_WORDS, "взорву"),
        "excerpt": _WORDS,
        "received_at": now,
        "folder": "МЦУ/Не разобрано",
        "emergency": _CALLS,
    }
    who = "Письменнова Алла Проектовна"
    return {
        "restricted": tuple(
            {**asked, "flags": [flag], "emergency": _CALLS, **more}
            for flag in ("threat", "suicide")
            for more in ({}, {"again": "23:50 23.11.2026"})
        ),
        "danger": ({**case, "emergency": _CALLS},),
        "restricted_help": ({**asked, "by": who},),
        "restricted_done": tuple(
            {**sample, "who": who, "note_text": text, "files": files, "is_unproven": doubt}
            for sample in (asked, {**case, "code": "", "buttons": ()})
            for text, files, doubt in (("Сделано: был.", (), False), ("", ("фото.jpg",), True))
        ),
        "restricted_over": tuple(
            {**case, "who": name, "how": how, "words": "Передано в полицию: дежурный, 00:05"}
            for how in ("closed", "lifted", "seen")
            for name in (who, person.name)
        ),
        "grave_mail": tuple(
            {**mail, "flags": [flag], "is_grave": flag != "danger", **sender}
            for flag in ("suicide", "threat", "danger")
            for sender in (
                {"sender": "yan@mail.example", "sender_name": "Вымысел Ян"},
                {"sender": "", "sender_name": ""},
            )
        ),
        "stranger_grave": tuple(
            {
                "now": now,
                "office_name": "Администрация Тяжинского муниципального округа",
                "emergency": _CALLS,
                "helpline": line,
            }
            for line in ("8-800-000-00-00", "")
        ),
    }
