"""What the responsible writes of her case on the mail that stays open with it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from mcu_mail.domain.case import STANDING
from mcu_mail.domain.decisions import Tell
from tests.domain.course_in_memory import Walk
from tests.domain.test_track_properties import START, forward

if TYPE_CHECKING:
    from mcu_mail.domain.course_parts import Rules


class Categorised(Walk):
    """A walk whose topic proposes a category, as those of the configuration do."""

    @property
    def rules(self) -> Rules:
        return replace(super().rules, category="ЖКХ / Освещение")


def walked(track: str, steps: int) -> Walk:
    """A case that has gone so many steps on."""
    walk = Categorised(track, START, "roads", term_known=True)
    for _ in range(steps):
        forward(walk)
    return walk


def says(walk: Walk, text: str) -> list[str]:
    """The responsible writes on the mail that stays open; why it was not taken."""
    standing = next(one for one in walk.open if one.purpose in STANDING)
    walk.replies(standing, text)
    return [
        str(one.context["reason"])
        for one in walk.last
        if isinstance(one, Tell) and one.template == "not_taken"
    ]


@pytest.mark.parametrize("words", ["Принято", "Принято.", "принято!"])
def test_accepted_alone_accepts_with_the_proposed_category(words):
    walk = walked("kuzbass_online", 0)
    assert says(walk, words) == []
    assert walk.case.step == "draft"
    assert walk.case.marks["category"] == "ЖКХ / Освещение"


@pytest.mark.parametrize("words", ["ок", "+", "Спасибо!"])
def test_less_than_that_accepts_nothing(words):
    walk = walked("kuzbass_online", 0)
    assert says(walk, words) != []
    assert walk.case.step == "accept"


def test_accepted_alone_moves_nothing_later_on():
    walk = walked("kuzbass_online", 1)
    before = walk.case
    assert says(walk, "Принято") == []
    assert walk.case == before
    told = [one.context["decision"] for one in walk.last if isinstance(one, Tell)]
    assert told == ["accepted_known"]


def test_a_publication_told_twice_moves_nothing_and_adds_its_link():
    walk = walked("incident", 3)
    assert walk.case.step == "regional"
    entry, at = walk.case.entry, walk.case.marks["published"]
    assert says(walk, "Опубликовано https://vk.com/wall-1_7") == []
    assert (walk.case.step, walk.case.entry) == ("regional", entry)
    assert walk.case.marks["published"] == at
    assert walk.case.marks["link"] == "https://vk.com/wall-1_7"


@pytest.mark.parametrize(
    ("track", "words"),
    [
        ("incident", "Первичный ответ: сообщение принято, ответ дадим 24.11.2026"),
        ("incident", "Первичный ответ дан в 10:40"),
        ("incident", "Исполнитель: Трассов"),
        ("incident", "Переназначить: Коммунальцев"),
        ("incident", "Фаст-трек"),
        ("incident", "Куратор поставил фаст-трек"),
        ("incident", "ЦУР согласовал"),
        ("incident", "Вернули из ЦУР: нет фото"),
        ("incident", "Срочно нужен ответ до 23:00, поручение губернатора"),
        ("incident", "Житель не согласен: сплошной лёд"),
        ("incident", "Заявитель доволен"),
        ("incident", "Срок до 25.11 12:00, ЦУР"),
        ("pos", "Взято в работу"),
        ("pos", "Взяла в работу, срок 10.12.2026"),
        ("pos", "В работу\nПередать: Отдел дорожного хозяйства"),
        ("pos", "Согласие получено"),
        ("kuzbass_online", "Принято: ЖКХ / Освещение, исполнитель Трассов"),
        ("kuzbass_online", "Категория: ЖКХ / Освещение"),
    ],
)
def test_natural_words_of_the_responsible_are_understood(track, words):
    assert says(walked(track, 0), words) == []
