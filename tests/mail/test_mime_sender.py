from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcu_mail.mail.address import read_sender
from mcu_mail.mail.mime import read_mail

GOOD = {
    "bare": ("boss@city.test", "boss@city.test", ""),
    "brackets": ("<Boss@City.Test>", "boss@city.test", ""),
    "name": ("Boss <boss@city.test>", "boss@city.test", "Boss"),
    "quoted name": ('"Петров, И. П." <boss@city.test>', "boss@city.test", "Петров, И. П."),
    "encoded name": ("=?koi8-r?Q?=F0=D2?= <boss@city.test>", "boss@city.test", "Пр"),
    "encoded in quotes": ('"=?utf-8?B?0J/RgA==?=" <boss@city.test>', "boss@city.test", "Пр"),
    "letter cut in two": (
        "=?utf-8?B?0J/R?= =?utf-8?B?gA==?= <boss@city.test>",
        "boss@city.test",
        "Пр",
    ),
    "dotted name": ("I.P. Petrov <boss@city.test>", "boss@city.test", "I.P. Petrov"),
    "name with a dot at its end": (
        "Петров И. П. <boss@city.test>",
        "boss@city.test",
        "Петров И. П.",
    ),
    "the same encoded by Python": (
        "=?utf-8?b?0J/QtdGC0YDQvtCyINCYLg==?=. <boss@city.test>",
        "boss@city.test",
        "Петров И..",
    ),
    "folded": ("Boss\r\n <boss@city.test>", "boss@city.test", "Boss"),
    "address as quoted name": ('"a@city.test" <b@evil.test>', "b@evil.test", "a@city.test"),
    "cyrillic domain": ("a@пример.рф", "a@xn--e1afmkfd.xn--p1ai", ""),
    "punycode domain": ("a@xn--e1afmkfd.xn--p1ai", "a@xn--e1afmkfd.xn--p1ai", ""),
}


@pytest.mark.parametrize(("raw", "address", "name"), GOOD.values(), ids=GOOD.keys())
def test_honest_senders_are_read(raw, address, name):
    sender = read_sender([raw.encode()])
    assert (sender.address, sender.name, sender.fault) == (address, name, None)


def test_a_raw_windows_display_name_does_not_hide_the_address():
    sender = read_sender(["Петров <boss@city.test>".encode("cp1251")])
    assert (sender.address, sender.name) == ("boss@city.test", "Петров")


BAD = [
    "boss@city.test. (x) <x@evil.test>",
    "I. P. (boss@city.test) <x@evil.test>",
    "boss@city.test <x@evil.test>",
    "=?utf-8?q?boss=40city=2Etest=2C?= x@evil.test",
    "=?utf-8?q?boss=40city=2Etest?=",
    "<=?utf-8?q?boss?=@city.test>",
    "boss@city.test, x@evil.test",
    "<boss@city.test>, <x@evil.test>",
    "<boss@city.test> <x@evil.test>",
    "<boss@city.test><x@evil.test>",
    "boss@city.test x@evil.test",
    "Group: boss@city.test;",
    "Group:;",
    "Boss (comment) <boss@city.test>",
    "boss@city.test (Boss)",
    "boss(comment)@city.test",
    "<boss@city.test",
    "boss@city.test>",
    "<<boss@city.test>>",
    '"boss@city.test',
    '"Boss <boss@city.test>" x@evil.test',
    '"Boss\\" <boss@city.test>',
    "<@evil.test:boss@city.test>",
    "boss@[192.0.2.1]",
    "boss@city..test",
    "boss@.city.test",
    "boss@city.test.",
    ".boss@city.test",
    "boss.@city.test",
    "bo..ss@city.test",
    '"boss"@city.test',
    "boss @city.test",
    "boss@ city.test",
    "boss@city.test\x00@evil.test",
    "boss@city.test\r\nBcc: x@evil.test",
    "boss@city.test\n@evil.test",
    "boss@@city.test",
    "boss",
    "@city.test",
    "boss@",
    "",
    " ",
    "<>",
    "бос@city.test",
    "boss@\u0441ity.test",
    "boss@-city.test",
    "boss@ci_ty.test",
    "boss@city.test;",
    "boss@city.test:",
    "boss%city.test@evil.test@x",
    "a@[",
    "(" * 500,
    "boss@city\u2024test\u3002@x",
    "x" * 65 + "@city.test",
    "boss@" + "a" * 64 + ".test",
    "A" * 3_000 + " <boss@city.test>",
    "Boss <boss@city.test> evil",
    "Boss <boss@city.test>\x00",
    "Boss, x <boss@city.test>",
    "\u202eBoss <boss@city.test>, x@y",
    "xn--boss <boss@xn--zz.test>",
]


@pytest.mark.parametrize("raw", BAD)
def test_doubtful_senders_have_no_address(raw):
    sender = read_sender([raw.encode()])
    assert sender.address is None
    assert sender.fault


def test_a_mixed_script_domain_is_named():
    assert read_sender(["boss@\u0441ity.test".encode()]).fault == "mixed-script"


def test_two_from_fields_are_nobody():
    mail = read_mail(b"From: boss@city.test\r\nfrom: x@evil.test\r\n\r\nx")
    assert (mail.sender.address, mail.sender.fault) == (None, "several")


def test_no_from_field_is_nobody():
    assert read_mail(b"Subject: x\r\n\r\nx").sender.fault == "missing"


@given(st.binary(max_size=120))
def test_an_address_is_never_made_up(raw):
    address = read_sender([raw]).address
    assert address is None or address.partition("@")[0].encode() in raw.lower()


@given(st.text(alphabet='ab<>@,;:()"\\ .=?\r\n', max_size=30))
def test_an_accepted_field_holds_one_unquoted_address_only(text):
    sender = read_sender([text.encode()])
    if sender.address:
        unquoted = text.rpartition('"')[2]
        assert unquoted.count("@") == 1
