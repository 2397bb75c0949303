"""Names on a Windows share, and what a clerk says by one."""

from __future__ import annotations

import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcu_mail.documents.file_names import (
    case_in_name,
    date_in_name,
    is_service_file,
    number_in_name,
    numbered,
    safe_name,
)


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("2026-000123 Ответ.pdf", "2026-000123 Ответ.pdf"),
        ("01-12/345.pdf", "01-12_345.pdf"),
        ('a<b>:"c"|?*.pdf', "a_b___c____.pdf"),
        ("CON", "_CON"),
        ("nul.pdf", "_nul.pdf"),
        ("com1.tar.gz", "_com1.tar.gz"),
        ("console.pdf", "console.pdf"),
        ("имя. . .", "имя"),
        (" .скрытый", "скрытый"),
        ("", "Без имени"),
        ("...", "Без имени"),
        ("две\nстроки\t.pdf", "двестроки.pdf"),
        ("и\u0306.pdf", "й.pdf"),
        ("скан\u202efdp.exe", "сканfdp.exe"),
    ],
)
def test_a_name_becomes_one_that_windows_takes(name, safe):
    assert safe_name(name) == safe


@given(st.text(max_size=300))
def test_a_safe_name_is_short_plain_and_safe_again(name):
    safe = safe_name(name)
    assert safe
    assert len(safe) <= 121
    assert len(safe.encode()) <= 231
    assert not set(safe) & set('<>:"/\\|?*')
    assert not safe.endswith((" ", "."))
    assert unicodedata.is_normalized("NFC", safe)
    assert safe_name(safe) == safe


def test_a_long_name_keeps_its_extension():
    assert safe_name("Ответ" * 100 + ".pdf").endswith("Ответ.pdf"[-4:])


def test_free_names_are_counted_before_the_extension():
    names = numbered("Скан.pdf")
    assert [next(names) for _ in range(3)] == ["Скан.pdf", "Скан (2).pdf", "Скан (3).pdf"]


@pytest.mark.parametrize(
    ("name", "case"),
    [
        ("2026-000123.pdf", "2026-000123"),
        ("2026-000123 Ответ подписан.pdf", "2026-000123"),
        ("  2026_000123.pdf", "2026-000123"),
        ("2026–000123 № 345.pdf", "2026-000123"),
        ("МЦУ 2026-000123.jpg", "2026-000123"),
        ("[МЦУ 2026-000123].jpg", "2026-000123"),
        ("Scan 2026-000123.pdf", None),
        ("2026-0001234.pdf", None),
        ("2026-11-23 скан.pdf", None),
        ("20261123.pdf", None),
        ("SKM_C250i26112411230.pdf", None),
        ("", None),
    ],
)
def test_the_case_is_read_from_the_beginning_of_the_name_only(name, case):
    assert case_in_name(name) == case


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("2026-000123 № 345.pdf", "345"),
        ("№345.pdf", "345"),
        ("№ 01-12_345.pdf", "01-12/345"),
        ("N 01-12_345.pdf", "01-12/345"),
        ("2026-000123 N345.pdf", "345"),
        ("2026-000123 No 345 от 24.11.2026.pdf", "345"),
        ("2026-000123 № 345а.pdf", "345а"),
        ("2026-000123 № 345", "345"),
        ("2026-000123 № 01.345", "01.345"),
        ("2026-000123 № 345 (2).pdf", "345"),
        ("2026-000123 № 345 № 346.pdf", None),
        ("2026-000123 № 345 № 345.pdf", "345"),
        ("2026-000123.pdf", None),
        ("SCAN 345.pdf", None),
        ("IMN345.pdf", None),
        ("№.pdf", None),
    ],
)
def test_the_number_is_read_after_its_sign_and_never_guessed(name, number):
    assert number_in_name(name) == number


@pytest.mark.parametrize(
    "name",
    [
        *("Scan0007.pdf", "Ответ ~.pdf", "2026-000123.tiff", "tmp.pdf"),
        *("..имя.txt", ".Ответ.docx", "...scan.PDF", ".скан", "..x", "..."),
    ],
)
def test_files_of_the_clerk_are_not_mistaken_for_those_of_programs(name):
    assert not is_service_file(name)


@pytest.mark.parametrize(
    ("name", "number", "on"),
    [
        ("2026-000123 № 345.pdf", "345", None),
        ("2026-000123 № 01-12_345 от 24.11.2026.pdf", "01-12/345", date(2026, 11, 24)),
        ("№ 01-12_345 от 24_11_2026.pdf", "01-12/345", date(2026, 11, 24)),
        ("№ Исх-345 от 1.12.2026", "Исх-345", date(2026, 12, 1)),
        ("№ 345 от 31.02.2026.pdf", "345", None),
        ("ответ от 24.11.2026.pdf", None, date(2026, 11, 24)),
        ("поворот 24.11.2026.pdf", None, None),
        ("2026-000123 скан.pdf", None, None),
    ],
)
def test_number_and_date_of_the_register_are_read_from_a_name(name, number, on):
    assert (number_in_name(name), date_in_name(name)) == (number, on)
