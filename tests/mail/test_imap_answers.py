"""What servers answer, in every order they put it, and what the door reads from it."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcu_mail.mail.imap_answers import (
    bulks,
    copied_uids,
    internaldate_of,
    is_empty_body,
    joined,
    numbers,
    personal_namespace,
    shown,
    size_of,
    uid_of,
    uid_set,
)


@pytest.mark.parametrize(
    ("data", "answers"),
    [
        ([(b"1 (UID 5 BODY[] {2}", b"ab"), b")"], [(b"1 (UID 5 BODY[] {2} )", b"ab")]),
        ([(b"1 (BODY[] {2}", b"ab"), b" UID 5)"], [(b"1 (BODY[] {2}  UID 5)", b"ab")]),
        (
            [(b"1 (UID 5 BODY[] {1}", b"a"), b")", b"2 (FLAGS (\\Seen))"],
            [(b"1 (UID 5 BODY[] {1} )", b"a"), (b"2 (FLAGS (\\Seen))", None)],
        ),
        (
            [b"9 (UID 7 FLAGS ())", (b"1 (UID 5 BODY[] {1}", b"a"), b")"],
            [(b"9 (UID 7 FLAGS ())", None), (b"1 (UID 5 BODY[] {1} )", b"a")],
        ),
        (
            [(b"1 (UID 5 BODY[] {1}", b"a"), (b"2 (UID 6 BODY[] {1}", b"b"), b")"],
            [(b"1 (UID 5 BODY[] {1}", b"a"), (b"2 (UID 6 BODY[] {1} )", b"b")],
        ),
        ([None], []),
        ([], []),
    ],
    ids=[
        "items before the body",
        "items after the body",
        "a report after it",
        "a report before it",
        "two bodies",
        "nothing found",
        "empty",
    ],
)
def test_an_answer_is_put_together_around_its_literal(data, answers):
    assert joined(data) == answers


def test_items_are_read_wherever_they_stand():
    items = b'3 (INTERNALDATE "01-Jan-2026 00:00:00 +0700" RFC822.SIZE 12 UID 44 BODY[] NIL)'
    assert (uid_of(items), size_of(items), is_empty_body(items)) == (44, 12, True)
    assert (uid_of(b"3 (FLAGS ())"), size_of(b"3 (FLAGS ())")) == (None, None)
    assert not is_empty_body(b"3 (UID 1 BODY[] {4}")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        (b"23-Nov-2026 17:59:59 +0700", "2026-11-23T17:59:59+07:00"),
        (b" 3-Feb-2026 01:02:03 -0330", "2026-02-03T01:02:03-03:30"),
        (b"03-FEB-2026 01:02:03 +0000", "2026-02-03T01:02:03+00:00"),
        (b"31-Dec-2026 23:59:60 +0000", "2026-12-31T23:59:59+00:00"),
        (b"30-Feb-2026 01:02:03 +0000", None),
        (b"03-Foo-2026 01:02:03 +0000", None),
        (b"", None),
    ],
)
def test_the_time_of_arrival_is_aware_or_nothing(text, moment):
    found = internaldate_of(b'1 (UID 5 INTERNALDATE "' + text + b'" RFC822.SIZE 1)')
    assert found == (dt.datetime.fromisoformat(moment) if moment else None)
    assert found is None or found.tzinfo is not None


@pytest.mark.parametrize(
    ("data", "uids"),
    [
        ([b"1511554416 142,399 41:42"], {142, 399}),
        ([b"1 3:5,9 10:13"], {3, 4, 5, 9}),
        ([b"1 5:3 10:12"], {3, 4, 5}),
        ([b"1 3 10", b"1 7 11"], {3, 7}),
        ([None], set()),
        ([b"nonsense"], set()),
    ],
)
def test_the_server_names_what_it_has_copied(data, uids):
    assert copied_uids(data) == uids


@pytest.mark.parametrize(
    ("answer", "namespace"),
    [
        (b'(("" "/")) NIL NIL', ("", "/")),
        (b'(("INBOX." ".")) NIL NIL', ("INBOX.", ".")),
        (b'(("" "\\\\")) (("~" "/")) NIL', ("", "\\")),
        (b'(("" NIL)) NIL NIL', ("", "")),
        (b"NIL NIL NIL", None),
    ],
)
def test_the_users_own_folders_have_a_prefix_and_a_delimiter(answer, namespace):
    assert personal_namespace(answer) == namespace


@given(st.sets(st.integers(1, 300), min_size=1))
def test_a_set_of_numbers_says_exactly_these_numbers(uids):
    text = uid_set(sorted(uids))
    assert set(text) <= set("0123456789:,")
    assert numbers(text.encode()) == uids


@given(st.dictionaries(st.integers(1, 10_000), st.integers(0, 50)), st.integers(1, 5))
def test_bulks_hold_every_message_once_in_order_and_stay_small(sizes, count):
    found = list(bulks(sizes, count=count, octets=60))
    assert [uid for bulk in found for uid in bulk] == sorted(sizes)
    for bulk in found:
        assert 1 <= len(bulk) <= count
        assert sum(sizes[uid] for uid in bulk) <= 60 or len(bulk) == 1


def test_a_message_too_large_for_a_bulk_goes_alone():
    assert list(bulks({1: 5, 2: 500, 3: 5, 4: 5}, count=9, octets=10)) == [[1], [2], [3, 4]]


def test_a_servers_words_become_one_harmless_line():
    assert shown([b"NO \x1b[31m\r\n a\x00b", None, b"\xff" * 500]).startswith("NO [31m a b")
    assert len(shown([b"x" * 500])) == 200
