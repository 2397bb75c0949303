"""Samples of the mails about the register, and of «Сегодня.txt», for `wording_samples`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from mcu_mail.mail.markup import Button

Samples = tuple["Mapping[str, Any]", ...]

_WHO = "Журналова Нина Архивовна"
_CHANGES = (("25.11.2026", "26.11.2026"), ("дом № 25", "дом № 27"))
_NUMBER = {"register_number": "01-12/345", "reason": "ошибка в адресате", "who": _WHO}


def mails(
    case: Mapping[str, Any], code: str, button: Callable[[str, str], Button]
) -> Mapping[str, Samples]:
    """The contexts of each mail about the register.

    Args:
        case: card, person and now.
        code: of a request.
        button: makes one from its label and the words it writes.

    """
    asked = {**case, "code": code}
    yes = {"buttons": (button("Да, верно", "ДА"),)}
    voided = {**asked, "register_number": "01-12/345", "register_date": "24.11.2026"}
    return {
        "void_confirm": (
            *(
                {**voided, **yes, "reason": "ошибка в адресате", "begun": begun}
                for begun in (True, False)
            ),
            {
                **voided,
                "reason": "",
                "begun": False,
                "buttons": (button("Указать причину", "Аннулировать: "),),
            },
        ),
        "pen_confirm": ({**asked, **yes, "changes": _CHANGES},),
        "pen_changed": tuple(
            {**case, "changes": _CHANGES, "figures": figures, "who": _WHO}
            for figures in (("date", "figure"), ("date",), ("figure",), ())
        ),
        "pen_late": ({**case, "changes": _CHANGES, "who": _WHO},),
        "voided": ({**case, **_NUMBER},),
        "voided_sent": tuple(
            {
                **asked,
                **_NUMBER,
                "addresses": addresses,
                "buttons": (
                    button("Готовить новый ответ", "На доработку: "),
                    button("Оставить как есть", "Закрыть: "),
                ),
            }
            for addresses in (("priem@region.example",), ())
        ),
        "new_year_index": (
            {**asked, **yes, "year": 2027, "register_number": "01-12/1", "index": "01-12"},
        ),
        "year_record": (
            {
                "person": case["person"],
                "now": case["now"],
                "year": 2026,
                "summary": "Зарегистрировано № 1–1234, аннулировано 3 (№ 17, 203, 998).",
                "folder": "Отправлено\\2026",
            },
        ),
        "command_unclear": tuple(
            {
                "person": case["person"],
                "now": case["now"],
                "command": command,
                "words": words,
                "details": details,
            }
            for command in ("void", "pen")
            for words, details in (("Аннулировать: дубль", "Есть такие записи: № 1."), ("", ""))
        ),
    }


def today(case: Mapping[str, Any], at: Callable[..., datetime]) -> Samples:
    """The contexts of «Сегодня.txt»: a full day, a quiet one, and one where the office numbers."""
    number, title = case["card"].number, case["card"].title
    full = {
        "now": case["now"],
        "follower": False,
        "refused": ("Scan0007.pdf", "Scan0008.pdf"),
        "refused_more": 3,
        "troubles": (
            (number, "01-12/345", "LibreOffice не ответил, письмо сделал встроенный движок"),
            ("2026-000120", "", "нужен диспетчер"),
        ),
        "owed": (),
        "questions": 1,
        "waiting": ((number, title, f"{number} Ответ.pdf", at(16, 30)),),
        "paper": (("01-12/344", "2026-000121", "Свет, с. Ступишино", at(9, 50), True),),
        "sent": (("01-12/344", "2026-000121", "Свет, с. Ступишино", at(9, 50)),),
        "voided": (("01-12/343", "ошибка в адресате"),),
        "duty": ((case["person"].name, case["person"].phone), ("Иванов Пётр Ильич", "")),
    }
    quiet = {
        **full,
        "refused": (),
        "refused_more": 0,
        "troubles": (),
        "questions": 0,
        "waiting": (),
        "paper": (),
        "sent": (),
        "voided": (),
        "duty": (),
    }
    owed = {**quiet, "follower": True, "owed": ((number, title, at(16, 30)),)}
    return full, quiet, owed
