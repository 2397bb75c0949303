from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcu_mail.domain.codes import (
    ALPHABET,
    PrintMark,
    find_codes,
    grouped,
    new_code,
    print_payload,
    read_payload,
    without_codes,
)

CODE = "7K3MABCE0HPXT19Z"
RANDOM = st.binary(min_size=10, max_size=10)


def test_a_code_is_made_of_all_eighty_bits():
    assert new_code(bytes(10)) == "0" * 16
    assert new_code(b"\xff" * 10) == "Z" * 16
    assert new_code(bytes([*range(10)])) == "000G40R40M30E209"


@pytest.mark.parametrize("length", [0, 9, 11])
def test_any_other_number_of_bytes_is_an_error(length):
    with pytest.raises(ValueError, match="10 random bytes"):
        new_code(bytes(length))


@given(st.sets(RANDOM, min_size=2, max_size=5))
def test_different_bits_give_different_codes(randoms):
    assert len({new_code(random) for random in randoms}) == len(randoms)


@given(RANDOM)
def test_a_code_is_found_however_it_is_written(random):
    code = new_code(random)
    assert set(code) <= set(ALPHABET)
    ways = (code, code.lower(), grouped(code), grouped(code).replace("-", " "))
    for way in (*ways, f"<req.{code.lower()}.2@okrug.example>", f"Код: {grouped(code)}."):
        assert code in find_codes(way)


@pytest.mark.parametrize(
    "text",
    [
        "7K3M-ABCE-0HPX-T19Z",
        "7k3m-abce-0hpx-t19z",
        "7K3M ABCE 0HPX T19Z",
        "7K3M\u00a0ABCE\u00a00HPX\u00a0T19Z",
        "7K3M–ABCE–0HPX–T19Z",
        "7K3M - ABCE - 0HPX - T19Z",
        "7K3M-ABCE-\n0HPX-T19Z",
        "7К3М-АВСЕ-0НРХ-Т19Z",
        "7к3м-авсе-онрх-тi9z",
        "7K3M-ABCE-OHPX-TI9Z",
        "7K3M-ABCE-OHPX-Tl9Z",
        "TEXT 7K3M-ABCE-0HPX-T19Z",
        "ТЕСТ ТЕСТ 7K3M ABCE 0HPX T19Z ТЕСТ",
        "Re: [МЦУ 2026-000123] Согласовать [7K3M-ABCE-0HPX-T19Z]",
        "<REQ.7K3MABCE0HPXT19Z.2@OKRUG.EXAMPLE>",
        "In-Reply-To: <req.7k3mabce0hpxt19z.2@okrug.example>,<x@y>",
    ],
)
def test_a_code_survives_typing_wrapping_and_gateways(text):
    assert CODE in find_codes(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "7K3M-ABCE-0HPX-T19",
        "7K3M-ABCE-0HPX-T19ZZ",
        "X7K3MABCE0HPXT19Z",
        "7K3M-ABCE--0HPX-T19Z",
        "7K3M-ABCE-0HPX-T1UZ",
        "7K3M.ABCE.0HPX.T19Z",
    ],
)
def test_what_is_no_code_is_not_found(text):
    assert CODE not in find_codes(text)


def test_two_codes_are_found_in_order_and_each_once():
    other = "0000111122223333"
    text = f"{grouped(other)}, {grouped(CODE)}, {other}"
    assert find_codes(text) == (other, CODE)


def test_a_long_text_without_codes_is_read():
    assert find_codes("ABCD-" * 200_000 + "!") == ("ABCDABCDABCDABCD",)
    assert find_codes(("A" * 3 + " ") * 200_000) == ()


MARK = PrintMark(case="2026-000123", version=2, page=1, code=CODE)


def test_the_print_code_names_case_version_and_page():
    assert print_payload(MARK) == f"TMO1-2026-000123-2-1-{CODE}"
    assert read_payload(print_payload(MARK)) == MARK
    assert read_payload(f"  {print_payload(MARK)}\n") == MARK


@given(st.integers(1, 9999), st.integers(1, 9999), RANDOM)
def test_every_print_code_is_read_back(version, page, random):
    mark = PrintMark(case="2026-000001", version=version, page=page, code=new_code(random))
    assert read_payload(print_payload(mark)) == mark


@pytest.mark.parametrize(
    "text",
    [
        "",
        "https://example.org",
        f"TMO2-2026-000123-2-1-{CODE}",
        f"TMO1-2026-000123-2-{CODE}",
        f"TMO1-2026-000123-2-1-{CODE}0",
        f"TMO1-2026-000123-2-1-{CODE[:-1]}U",
        f"TMO1-2026-000123-2-1-{CODE}\nx",
        f"TMO1-٢٠٢٦-000123-2-1-{CODE}",
        f"ST00012|TMO1-2026-000123-2-1-{CODE}",
    ],
)
def test_a_foreign_mark_is_not_ours(text):
    assert read_payload(text) is None


@given(RANDOM, st.sampled_from(["{}", "код {}.", "Re: {}\nда", "ß {} İ"]), st.booleans())
def test_a_code_is_hidden_however_it_is_written(random, around, lower):
    code = new_code(random)
    for form in (code, grouped(code), grouped(code).replace("-", " ")):
        text = around.format(form.lower() if lower else form)
        hidden = without_codes(text, {code})
        assert code not in find_codes(hidden)
        assert hidden == around.format("[код]")


def test_only_the_named_codes_are_hidden_but_those_of_message_ids_always():
    assert without_codes(f"{CODE} и всё", set()) == f"{CODE} и всё"
    own_id = f"<req.{CODE.lower()}.2@okrug.example>"
    assert without_codes(own_id, set()) == "<req.[код].2@okrug.example>"


def test_a_list_of_guesses_is_read_no_further_than_asked():
    text = ", ".join(f"0000-0000-0000-{number:04}" for number in (1, 1, 2, 3))
    assert find_codes(text, 2) == ("0000000000000001", "0000000000000002")
    assert len(find_codes(text, 9)) == len(find_codes(text)) == 3
