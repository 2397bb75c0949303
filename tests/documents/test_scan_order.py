"""A stack of letters is taken apart by their codes; pages are put in order and none is invented."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mcu_mail.documents.scan import Scan, ScanFault, ScanPage
from mcu_mail.documents.scan_order import in_order, missing_pages, split
from mcu_mail.domain.codes import PrintMark

CODE = "0123456789ABCDEF"
UNREAD, BLANK, FOREIGN = "?", " ", "!"


def stack(*pages: str) -> Scan:
    """«A1» is page 1 of letter A; «A1B1» a page with two codes."""
    return Scan(
        pages=tuple(_page(index, text) for index, text in enumerate(pages)),
        media="pdf",
        signed_electronically=False,
    )


def _page(index: int, text: str) -> ScanPage:
    letters = "" if text in {UNREAD, BLANK, FOREIGN} else text
    return ScanPage(
        index=index,
        marks=tuple(
            PrintMark(
                case=f"2026-{ord(letters[at]):06}", version=1, page=int(letters[at + 1]), code=CODE
            )
            for at in range(0, len(letters), 2)
        ),
        foreign=("https://pay.example",) if text == FOREIGN else (),
        blank=text == BLANK,
    )


def parts(*pages: str) -> list[tuple[list[int], ScanFault | None]]:
    return [([page.index for page in part.scan.pages], part.fault) for part in split(stack(*pages))]


def test_each_letter_gets_its_pages_and_those_without_a_code_behind_them():
    assert parts("A1", "B1", UNREAD, "B2", "C1", FOREIGN) == [
        ([0], None),
        ([1, 2, 3], None),
        ([4, 5], None),
    ]


def test_pages_of_one_letter_find_each_other():
    assert parts("A2", "B1", "A1") == [([0, 2], None), ([1], None)]


def test_what_lies_before_the_first_code_of_a_stack_is_not_guessed():
    assert parts(UNREAD, "A1", "B1") == [
        ([0], ScanFault.NO_CODE),
        ([1], None),
        ([2], None),
    ]
    assert parts(FOREIGN, BLANK, "A1", "B1")[0] == ([0], ScanFault.FOREIGN_CODE)
    assert parts(BLANK, "A1", "B1") == [([1], None), ([2], None)]


def test_a_page_with_two_codes_is_nobodys():
    assert parts("A1", "A2B1", "B1") == [([0], None), ([2], None), ([1], ScanFault.MIXED)]
    assert parts("A1B1") == [([0], ScanFault.MIXED)]


def test_one_letter_is_one_part_with_all_its_pages():
    assert parts(UNREAD, "A1", BLANK, "A2") == [([0, 1, 2, 3], None)]
    assert parts(UNREAD, BLANK) == [([0, 1], ScanFault.NO_CODE)]


def test_missing_pages_are_named_and_annexes_are_never_among_them():
    assert missing_pages(stack("A1"), 2) == (2,)
    assert missing_pages(stack("A2"), 2) == (1,)
    assert missing_pages(stack("A1", UNREAD), 2) == ()
    assert missing_pages(stack("A1", BLANK), 2) == (2,), "an empty back is no page of a letter"
    assert missing_pages(stack("A1", "A3", "A4"), 2) == (2,)
    assert missing_pages(stack("A1", "A2", "A3", "A4"), 2) == ()
    assert missing_pages(stack("A1", "A0", "A0"), 3) == ()
    assert missing_pages(stack("A1", "A0"), 3) == (3,)


def test_pages_are_put_right_by_their_numbers():
    assert in_order(stack("A2", "A1"), 2) == (1, 0)
    assert in_order(stack("A1", "A2", "A3"), 2) == (0, 1, 2)
    assert in_order(stack("A3", "A2", "A1"), 2) == (2, 1, 0)
    assert in_order(stack("A0", "A1", "A0"), 3) == (1, 0, 2)
    assert in_order(stack("A2", UNREAD, "A1"), 2) == (2, 0, 1)
    assert in_order(stack("A3", UNREAD, "A1"), 3) == (2, 1, 0)


def test_of_a_page_fed_twice_the_signed_one_is_taken():
    assert in_order(stack("A1", "A1"), 1) == (0,)
    assert in_order(stack("A1", "A1"), 1, inked=1) == (1,)
    assert in_order(stack("A1", "A2", "A1", "A2"), 2, inked=3) == (0, 3)


@given(
    st.lists(st.sampled_from(["A1", "A2", "A3", "B1", "B2", UNREAD, BLANK, FOREIGN]), max_size=9)
)
def test_no_page_is_lost_and_none_is_in_two_letters(pages):
    scan = stack(*pages)
    found = split(scan)
    places = [page.index for part in found for page in part.scan.pages]
    assert len(places) == len(set(places))
    left_out = set(range(len(pages))) - set(places)
    assert all(scan.pages[place].blank for place in left_out)
    for part in found:
        assert len({mark.case for mark in part.scan.marks}) <= 1 or part.fault is ScanFault.MIXED


@given(
    st.lists(st.sampled_from(["A1", "A2", "A3", "A0", UNREAD, BLANK]), max_size=7),
    st.integers(1, 3),
)
def test_no_page_is_sent_twice_and_each_number_is_sent(pages, count):
    scan = stack(*pages)
    order = in_order(scan, count)
    assert len(order) == len(set(order))
    assert set(order) <= set(range(len(pages)))
    sent = {scan.pages[place].marks[0].page for place in order if scan.pages[place].marks}
    assert sent == {mark.page for mark in scan.marks}
    assert {page.index for page in scan.pages if not page.marks and not page.blank} <= set(order)
