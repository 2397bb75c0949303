"""A word changed by pen goes to its one place, and to no other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcu_mail.domain import pen
from mcu_mail.domain.rich_text import BOLD, CELL, PLAIN

CONTENT = {
    "case": "2026-000001",
    "version": 2,
    "letterhead": {"lines": ["Администрация"], "address": "ул. Образцовая, 1"},
    "number": None,
    "print_code": "ABCD",
    "addressee": "Небываловой А.И.",
    "address_lines": ["ул. Образцовая, д. 7,", "пгт Тяжинский"],
    "heading": "Об уборке снега",
    "paragraphs": [
        "Улица Образцовая расчищена 23.11.2026 от дома № 1 до\u00a0дома  № 25.",
        "Ещё раз уберут 25.11.2026, ещё позже – 26.11.2026 утром.",
    ],
    "enclosure": None,
}


def count(was: str) -> int:
    return len(pen.places(CONTENT, was))


@pytest.mark.parametrize(
    ("was", "places"),
    [
        ("23.11.2026", 1),
        ("до дома № 25", 1),
        ("еще раз", 1),
        ("Еще раз", 1),
        ("УТРОМ", 1),
        ("ещё", 1),
        ("дома", 2),
        ("11.2026", 3),
        ("11", 3),
        ("Образцов", 0),
        ("2026-000001", 0),
        ("ABCD", 0),
        ("Администрация", 0),
        ("Небываловой", 1),
        ("пгт Тяжинский", 1),
        ("трактором", 0),
        ("", 0),
        ("  ", 0),
    ],
)
def test_a_word_is_found_as_it_stands_then_in_any_case_of_letters(was, places):
    assert count(was) == places


def test_the_changed_words_are_put_in_and_nothing_else_changes():
    changed = pen.corrected(CONTENT, [("дома № 25", "дома № 27"), ("утром", "вечером")])
    assert changed["paragraphs"] == [
        "Улица Образцовая расчищена 23.11.2026 от дома № 1 до\u00a0дома № 27.",
        "Ещё раз уберут 25.11.2026, ещё позже – 26.11.2026 вечером.",
    ]
    del changed["paragraphs"]
    assert changed == {key: value for key, value in CONTENT.items() if key != "paragraphs"}


def test_two_changes_on_the_same_words_are_refused():
    with pytest.raises(pen.OverlapError):
        pen.corrected(CONTENT, [("расчищена 23.11.2026", "убрана"), ("23.11.2026", "24.11.2026")])


@pytest.mark.parametrize("was", ["дома", "бульдозером"])
def test_a_change_without_its_one_place_is_refused(was):
    with pytest.raises(LookupError):
        pen.corrected(CONTENT, [(was, "что-то")])


def test_a_second_word_about_the_same_place_replaces_the_first():
    kept = pen.joined([("Утром", "днём"), ("25", "26")], [("утром", "вечером")])
    assert kept == (("25", "26"), ("утром", "вечером"))


@pytest.mark.parametrize(
    ("was", "now", "kinds"),
    [
        ("25.11.2026", "26.11.2026", ("date",)),
        ("дом 25", "дом 27", ("figure",)),
        ("утром", "вечером", ()),
        ("до 25.11", "к 25.11", ()),
        ("двух", "2", ("figure",)),
    ],
)
def test_a_date_or_a_figure_is_named(was, now, kinds):
    assert pen.figures([(was, now)]) == kinds


WORDS = st.text("абвгдеёжз", min_size=1, max_size=6)


@given(st.lists(WORDS, min_size=1, max_size=12), st.data())
def test_a_change_touches_its_one_word_whatever_stands_around(words, data):
    was = data.draw(st.sampled_from(words))
    content = {"paragraphs": [" ".join(words)]}
    found = pen.places(content, was)
    same = [one for one in words if one.replace("ё", "е") == was.replace("ё", "е")]
    assert len(found) == len(same)
    if len(found) == 1:
        changed = pen.corrected(content, [(was, "НОВОЕ")])["paragraphs"][0]
        index = words.index(same[0])
        assert changed.split(" ") == [*words[:index], "НОВОЕ", *words[index + 1 :]]


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        (f"до дома {BOLD}№ 25{PLAIN} утром", f"до дома № 27{BOLD}{PLAIN} утром"),
        (f"до {BOLD}дома № 25{PLAIN}.", f"до {BOLD}дома № 27{PLAIN}."),
        (f"Участок{CELL}до дома № 25{CELL}утром", f"Участок{CELL}до дома № 27{CELL}утром"),
    ],
)
def test_bold_words_and_cells_of_a_table_are_found_and_stay(text, changed):
    content = {"paragraphs": [text]}
    assert pen.corrected(content, [("дома № 25", "дома № 27")]) == {"paragraphs": [changed]}


def test_words_of_two_cells_are_no_phrase():
    content = {"paragraphs": [f"до дома{CELL}№ 25"]}
    assert pen.places(content, "дома № 25") == ()
