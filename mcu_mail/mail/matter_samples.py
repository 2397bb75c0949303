"""Samples of the mails about matters, appeals and what happened outside, for `wording_samples`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mcu_mail.domain.answers import Offer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mcu_mail.mail.markup import Button

Samples = tuple["Mapping[str, Any]", ...]
REASONS = (
    "outside_over",
    "outside_open",
    "outside_ended",
    "outside_no_basis_open",
    "outside_signature",
    "outside_nothing_to_approve",
    "outside_no_basis_phone",
    "outside_no_basis_duplicate",
    "outside_no_basis_published",
    "outside_no_basis_sent",
    "outside_no_basis_term",
    "outside_published_already",
    "outside_interim",
    "outside_reassign_late",
    "outside_matter_number",
    "outside_matter_unknown",
    "outside_matter_itself",
    "outside_matter_known",
    "outside_matter_none",
    "outside_matter_leads",
    "outside_matter_has_text",
    "outside_matter_no_text",
    "outside_matter_restricted",
    "outside_matter_follows",
    "outside_appeal_number",
    "outside_appeal_known",
    "outside_appeal_answer",
    "outside_appeal_out",
    "outside_address",
    "outside_template_no_text",
)
DECISIONS = (
    "outside_by_phone",
    "outside_closed",
    "outside_opened",
    "outside_merged",
    "outside_apart",
    "outside_appeal",
    "outside_clarified",
    "outside_template",
)
OFFER = Offer(
    titles=("Очистка от снега: принято в график", "Посыпка тротуаров"),
    best_title="Очистка от снега: выполнено",
    best="Участок очищен 23.11.2026.\nПросим сообщить, если снег остался.",
)
CLARIFIED = ("23.11 10:20, Орлова Н. П.: дом 5, въезд со двора",)


def mails(case: Mapping[str, Any], button: Callable[[str, str], Button]) -> Mapping[str, Samples]:
    """The contexts of each of these mails.

    Args:
        case: card, person and now.
        button: makes one from its label and the words it writes.

    """
    now, who = case["now"], "Письменнова Алла Проектовна"
    card = replace(case["card"], clarified=CLARIFIED, matter="2026-000122")
    case = {**case, "card": card}
    return {
        "by_phone": (
            {
                **case,
                "by": who,
                "basis": "Хозяйственнов, 14:05",
                "version": 2,
                "buttons": (button("Отозвать решение", "СТОП"),),
            },
            {**case, "by": who, "basis": "Хозяйственнов", "version": 1},
        ),
        "matter": tuple(
            {**case, "leader": "2026-000122", "by": by, "what": what}
            for what, by in (("not_needed", who), ("changed", ""), ("taken_back", ""))
        ),
        "matter_shared": tuple(
            {
                **case,
                "leader": card.number,
                "by": who,
                "what": "shared",
                "follower": "2026-000124",
                "follower_source": "Инцидент менеджмент",
                "wanted": wanted,
            }
            for wanted in (now, None)
        ),
        "dead_address": (
            {
                "person": case["person"],
                "now": now,
                "who": who,
                "address": "old@okrug.example",
                "explanation": "Такого ящика нет.",
            },
        ),
        "appeal_near": ({**case, "number": "01-15/77", "until": now.isoformat()},),
    }
