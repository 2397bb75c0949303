from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcu_mail.domain.numbering import (
    case_number,
    counter_key,
    find_case_numbers,
    number_text,
    pattern_faults,
)

ON = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("pattern", "number"),
    [
        ("{case}/{n}", "01-12/345"),
        ("{n}/{case}", "345/01-12"),
        ("{case}-{n}", "01-12-345"),
        ("Исх-{n}", "Исх-345"),
        ("{n:05d}/{yy}", "00345/26"),
        ("{dept}-{track}-{n}-{yyyy}", "ДХ-governor-345-2026"),
    ],
)
def test_a_number_follows_the_offices_pattern(pattern, number):
    assert pattern_faults(pattern) == ()
    text = number_text(pattern, case="01-12", n=345, on=ON, dept="ДХ", track="governor")
    assert text == number


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("{case}/{n", ["непарные"]),
        ("{case}/n}", ["непарные"]),
        ("{case}", ["нет поля {n}"]),
        ("{n}/{year}", ["нет поля «year»"]),
        ("{n}/{}", ["нет поля «»"]),
        ("{n.real}", ["нет поля «n.real»", "нет поля {n}"]),
        ("{n!r}", ["нет поля «n!r»"]),
        ("{n:x}", ["нет поля «n:x»"]),
        ("{case:05d}/{n}", ["нет поля «case:05d»"]),
        ("{n:{case}}", ["нет поля «n:{case}»"]),
    ],
)
def test_a_pattern_that_cannot_be_used_is_named_in_russian(pattern, words):
    faults = pattern_faults(pattern)
    assert len(faults) == len(words)
    assert all(word in fault for word, fault in zip(words, faults, strict=True))


@given(st.text(alphabet="{}n:05d!case/", max_size=12))
def test_a_pattern_without_faults_never_fails(pattern):
    if not pattern_faults(pattern):
        assert "345" in number_text(pattern, case="01", n=345, on=ON)


@pytest.mark.parametrize(
    ("scope", "key"),
    [("year", "2026"), ("year+case", "2026/01-12"), ("year+track", "2026/governor")],
)
def test_the_counter_runs_within_its_scope_and_year(scope, key):
    assert counter_key(scope, on=ON, case="01-12", track="governor") == key
    following = counter_key(scope, on=date(2027, 1, 1), case="01-12", track="governor")
    assert following == key.replace("2026", "2027")


@given(st.integers(2000, 2099), st.integers(1, 999999))
def test_a_case_number_is_found_again(year, n):
    number = case_number(year, n)
    assert find_case_numbers(f"Re: [МЦУ {number}] Согласуйте") == (number,)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2026-000123 Ответ.pdf", ("2026-000123",)),
        ("дела 2026–000123 и 2026\u2011000124, 2026-000123", ("2026-000123", "2026-000124")),
        ("TMO1-2026-000123-2-1", ("2026-000123",)),
        ("12026-000123", ()),
        ("2026-0001234", ()),
        ("2026-123", ()),
        ("1926-000123", ()),
        ("", ()),
    ],
)
def test_only_whole_case_numbers_are_found(text, found):
    assert find_case_numbers(text) == found
