"""Which track a person's answer names."""

from __future__ import annotations

import pytest

from mcu_mail.domain.track_names import track_named

NAMES = {"incident": "Инцидент менеджмент", "herald": "Вестник округа"}


@pytest.mark.parametrize(
    ("words", "track"),
    [
        ("ПОС", "pos"),
        ("пос.", "pos"),
        ("Это ПОС, номер потом", "pos"),
        ("Госуслуги", "pos"),
        ("Инцидент", "incident"),
        ("инцидент-менеджмент", "incident"),
        ("Кузбасс-онлайн", "kuzbass_online"),
        ("Кузбасс онлайн", "kuzbass_online"),
        ("соцсети Губернатора", "governor"),
        ("вестник округа", "herald"),
        ("Посмотрю и отвечу", ""),
        ("пос. Итатский", "pos"),
        ("инцидент или ПОС?", ""),
        ("", ""),
    ],
)
def test_one_track_is_named_or_none(words, track):
    assert track_named(words, NAMES) == track
