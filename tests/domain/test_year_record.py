"""The record of a year: what was registered, what of it is void, and that nothing is missing."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcu_mail.domain.catalogue import year_missing, year_summary, year_totals, year_unsent
from mcu_mail.domain.numbering import first_number, names_number, number_key, ranges
from mcu_mail.domain.yearly import Row, year_record

ON = date(2026, 11, 24)


def row(n: int | None, state: str = "sent", *, scope: str = "2026", number: str = "") -> Row:
    return Row(n=n, scope=scope, number=number or f"01-12/{n}", on=ON, state=state)


def test_the_record_reads_as_the_registry_writes_it():
    record = year_record(2026, [row(n, "void" if n in {2, 5} else "sent") for n in range(1, 8)])
    assert year_summary(record) == "Зарегистрировано № 1–7, аннулировано 2 (№ 2, 5)."
    assert year_totals(record) == "Всего записей: 7, отправлено писем: 5, аннулировано: 2."
    assert (year_unsent(record), year_missing(record)) == ("", "")


def test_what_has_not_left_is_named():
    record = year_record(2026, [row(346), row(347, "registered")])
    assert year_summary(record) == "Зарегистрировано № 346–347, аннулированных нет."
    assert year_unsent(record) == "Зарегистрировано и не отправлено: № 01-12/347."


def test_a_gap_is_told_unless_the_office_gave_that_number():
    rows = [row(1), row(3), row(4), row(6), row(None, scope="given:2026", number="01-12/5")]
    assert year_missing(year_record(2026, rows)) == "В журнале нет записей № 2."


def test_the_offices_own_numbers_are_named_first_and_last():
    rows = [row(None, number="345"), row(None, "void", number="345/1"), row(None, number="398")]
    record = year_record(2026, rows)
    assert year_summary(record) == "Зарегистрировано № 345 – 398, аннулировано 1 (№ 345/1)."


def test_every_case_of_the_nomenclature_has_its_own_count():
    rows = [row(1, scope="2026/01-12"), row(2, scope="2026/01-12"), row(1, scope="2026/01-13")]
    record = year_record(2026, rows)
    assert record.numbers == "01-12: № 1–2; 01-13: № 1"
    assert record.missing == ""


@given(st.sets(st.integers(1, 60), min_size=1))
def test_ranges_name_every_number_once(numbers):
    named: list[int] = []
    for part in ranges(numbers).split(", "):
        first, _, last = part.partition("–")
        named += range(int(first), int(last or first) + 1)
    assert named == sorted(numbers)


@pytest.mark.parametrize(
    ("start", "year", "start_year", "first"),
    [(346, 2026, 2026, 346), (346, 2027, 2026, 1), (1, 2026, 2026, 1), (901, 2027, 2027, 901)],
)
def test_the_start_counts_for_its_own_year_only(start, year, start_year, first):
    assert first_number(start, year=year, start_year=start_year) == first


@pytest.mark.parametrize(
    ("said", "number", "same"),
    [
        ("01-12/345", "01-12/345", True),
        ("01 – 12/345", "01-12/345", True),
        ("345", "01-12/345", True),
        ("345", "345/01-12", True),
        ("345", "Исх-345", True),
        ("45", "01-12/345", False),
        ("12", "01-12/345", False),
        ("345", "01-12/3455", False),
        ("345A", "345а", True),
    ],
)
def test_what_a_person_may_mean_by_a_number(said, number, same):
    assert names_number(said, number) is same
    assert names_number(number, number)
    assert number_key(number) == number_key(number.upper())
