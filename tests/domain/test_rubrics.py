"""What a system names as a category, and what says that it names none."""

from __future__ import annotations

import pytest

from mcu_mail.domain.rubrics import stated_rubric


@pytest.mark.parametrize(
    ("rubric", "stated"),
    [
        ("не назначена", ""),
        ("Категория: не указана", ""),
        ("–", ""),
        ("", ""),
        ("нет", ""),
        ("не определено", ""),
        ("не назначена; ЖКХ", "ЖКХ"),
        ("Дороги; Ямы, выбоины", "Дороги; Ямы, выбоины"),
        ("Нет отопления", "Нет отопления"),
        ("Прочее", "Прочее"),
    ],
)
def test_a_rubric_that_says_that_none_is_set_proposes_none(rubric, stated):
    assert stated_rubric(rubric) == stated
