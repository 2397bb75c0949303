"""The first look at a header: a hint for the order, whatever the bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcu_mail.mail.first_look import first_look, shown_subject

CODE = "7F3A9C2KM4XQT8RB"


@pytest.mark.parametrize(
    ("raw", "codes"),
    [
        (b"References: <a@b>\r\n <req.7f3a9c2km4xqt8rb.1@okrug.example>\r\n\r\n", (CODE,)),
        (b"in-reply-to: <REQ.7F3A9C2KM4XQT8RB.2@okrug.example>\n\n", (CODE,)),
        (b"Subject: Approve 7F3A-9C2K-M4XQ-T8RB\r\n\r\n", (CODE,)),
        (b"X-Subject: 7F3A-9C2K-M4XQ-T8RB\r\n\r\n", ()),
        (b"Subject: x\r\n\r\n7F3A-9C2K-M4XQ-T8RB", ()),
        (b"", ()),
        (b"\xff\xfe\x00", ()),
    ],
)
def test_codes_are_looked_for_where_mail_programs_carry_them(raw, codes):
    assert first_look(raw).codes == codes


def test_senders_are_all_addresses_of_from_and_a_domain_may_be_known():
    look = first_look(b'From: "A <x@y.example>" <Boss@Okrug.Example>\r\nTo: z@y.example\r\n\r\n')
    assert look.senders == ("x@y.example", "boss@okrug.example")
    assert look.is_from({"boss@okrug.example"})
    assert look.is_from({"@y.example"})
    assert not look.is_from({"z@y.example"})


def test_a_subject_is_shown_on_one_clean_line():
    raw = b"subject: =?utf-8?b?0KHQvdC10LM=?=\r\n =?utf-8?q?=0A=1B=5B2J!?=\r\n\r\n"
    assert shown_subject(raw).startswith("Снег")
    assert shown_subject(raw).isprintable()
    assert shown_subject(b"X: 1\r\n\r\nSubject: x") == ""


@given(st.binary(max_size=3000))
def test_any_bytes_may_be_looked_at(raw):
    look = first_look(raw)
    assert all(len(code) == len(CODE) for code in look.codes)
    assert len(shown_subject(raw)) <= 200


def test_a_huge_line_takes_no_time():
    assert first_look(b"From: " + b"a" * 2_000_000).senders == ()
    assert first_look(b"From: " + b"a@" * 1_000_000).senders == ("a@a",)
