from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcu_mail.mail.mime import read_mail
from mcu_mail.mail.proof import Trust, TrustLevel, prove

TRUST = Trust(authserv_id="mx.city.test")
OURS = (
    "Received: from x by mx.city.test (Postfix) with ESMTPS id 1; Mon, 16 Mar 2026 10:15:00 +0300\n"
)
FOREIGN = "Received: from y by mx.evil.test with ESMTP id 2; Mon, 16 Mar 2026 10:14:00 +0300\n"
PASS = "Authentication-Results: mx.city.test; dmarc=pass (p=none) header.from=city.test\n"
FAIL = "Authentication-Results: mx.city.test; dmarc=fail header.from=city.test\n"


def level(top: str, sender: str = "boss@city.test", trust: Trust = TRUST) -> TrustLevel:
    return prove(read_mail(f"{top}From: {sender}\n\nСогласовано".encode()), trust)


def result(text: str) -> str:
    return f"Authentication-Results: mx.city.test; {text}\n{OURS}"


def test_a_pass_above_our_own_received_proves_the_sender():
    assert level(PASS + OURS + FOREIGN) is TrustLevel.PROVEN


@pytest.mark.parametrize(
    "top",
    [
        OURS + PASS,
        OURS + FOREIGN + PASS,
        FOREIGN + PASS + OURS,
        PASS + FOREIGN + OURS,
        OURS,
        "",
        OURS + PASS + OURS,
        OURS + FAIL,
        PASS.replace("mx.city.test;", "mx.evil.test;") + OURS,
        PASS.replace("mx.city.test;", "evil.mx.city.test;") + OURS,
        PASS.replace("mx.city.test;", ";") + OURS,
    ],
)
def test_a_field_anybody_could_have_written_proves_nothing(top):
    assert level(top) is TrustLevel.SILENT


def test_a_received_field_only_naming_us_in_a_comment_or_as_the_other_side_is_not_ours():
    forged = "Received: from mx.city.test (by mx.city.test) by mx.evil.test with ESMTP; x\n"
    assert level(PASS + forged) is TrustLevel.SILENT


LMTP = (
    "Received: from mx.city.test by box.city.test with LMTP id 3; Mon, 16 Mar 2026 10:16:00 +0300\n"
)


def test_the_hand_over_to_the_mailbox_stands_above_the_servers_own_words():
    assert level(LMTP + PASS + OURS) is TrustLevel.PROVEN


def test_a_mail_that_never_came_over_a_wire_was_laid_down_by_our_own():
    assert level(PASS) is TrustLevel.PROVEN
    assert level(FAIL) is TrustLevel.REFUSED


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("mx1.city.test", TrustLevel.PROVEN),
        ("city.test", TrustLevel.PROVEN),
        ("mx.evilcity.test", TrustLevel.SILENT),
        ("city.test.evil.example", TrustLevel.SILENT),
    ],
)
def test_a_host_below_our_own_domain_is_ours(host, expected):
    trust = Trust(authserv_id="mail.city.test", own_hosts=("city.test",))
    top = PASS.replace("mx.city.test;", "mail.city.test;") + OURS.replace("mx.city.test", host)

    assert level(top, trust=trust) is expected


@pytest.mark.parametrize(
    "received",
    [
        'Received: from x by mx.city.test with ESMTP id 1 for <"mcu+ with LMTP "@city.test>',
        "Received: from x by mx.city.test (with LMTP) with ESMTP id 1 for <mcu@city.test>",
        'Received: from "y by z with LMTP" by mx.city.test with ESMTP id 1',
        "Received: from x by mx.city.test with ESMTP id 1 for <a@b>; by z with LMTP",
    ],
)
def test_a_wire_that_only_speaks_of_a_hand_over_is_none(received):
    assert level(received + "\n" + PASS + OURS) is TrustLevel.SILENT


def test_only_one_hand_over_is_passed_over():
    assert level(LMTP + LMTP + PASS + OURS) is TrustLevel.SILENT


def test_a_hand_over_below_our_received_opens_nothing():
    assert level(LMTP + OURS + LMTP + PASS + OURS) is TrustLevel.SILENT


def test_several_hosts_of_our_own_may_be_named():
    trust = Trust(authserv_id="city.test", own_hosts=("mx1.city.test", "MX2.city.test"))
    top = PASS.replace("mx.city.test;", "CITY.test 1;") + OURS.replace("mx.city", "mx2.city")
    assert level(top, trust=trust) is TrustLevel.PROVEN


@pytest.mark.parametrize(
    "text",
    [
        "dmarc=pass header.from=city.test",
        "spf=fail smtp.mailfrom=x@evil.test; dmarc=pass (p=reject dis=none) header.from=City.Test",
        "dkim=pass header.d=city.test header.s=a",
        "dkim=pass header.i=@city.test",
        'dkim=fail header.d=evil.test; dkim=pass reason="good; key" header.d=city.test',
        "auth=pass smtp.auth=boss@city.test",
        "auth=pass smtp.auth=boss",
        "dmarc/1 = pass header.from = city.test",
    ],
)
def test_aligned_passes_prove(text):
    assert level(result(text)) is TrustLevel.PROVEN


@pytest.mark.parametrize(
    "text",
    [
        "none",
        "spf=pass smtp.mailfrom=boss@city.test",
        "dmarc=pass",
        "dmarc=pass header.from=evil.test",
        "dmarc=pass header.from=city.test header.from=evil.test",
        "dmarc=pass header.from=mail.city.test",
        "dmarc=passed header.from=city.test",
        "dmarc=none header.from=city.test",
        "dkim=pass header.d=test",
        "dkim=pass header.d=evil.test",
        "dkim=pass header.d=evil.test header.i=@city.test",
        "auth=pass smtp.auth=clerk",
        "auth=pass smtp.auth=clerk@city.test",
        "auth=pass smtp.auth=boss+x@city.test",
        "auth=pass smtp.auth=boss@evil.test",
        "auth=pass",
        "x-dmarc=pass header.from=city.test",
        "(dmarc=pass header.from=city.test)",
        "(; dmarc=pass header.from=city.test",
        'spf=fail reason="x; dmarc=pass header.from=city.test"',
        'spf=fail reason="x\\"; dmarc=pass header.from=city.test"',
        'dmarc=pass reason="header.from=city.test" header.from=evil.test',
        'dmarc=pass reason=" header.from=city.test "',
        "spf=pass =?utf-8?q?=3B_dmarc=3Dpass_header=2Efrom=3Dcity=2Etest?=",
    ],
)
def test_anything_else_proves_nothing(text):
    assert level(result(text)) is TrustLevel.SILENT


@pytest.mark.parametrize(
    "other", [PASS, "Authentication-Results: mx.city.test; auth=pass smtp.auth=boss\n"]
)
def test_a_stated_failure_outweighs_every_pass(other):
    assert level(other + FAIL + OURS) is TrustLevel.REFUSED
    assert level(FAIL + other + OURS) is TrustLevel.REFUSED


def test_only_accepted_methods_count():
    trust = Trust(authserv_id="mx.city.test", accept=("dkim",))
    assert level(PASS + OURS, trust=trust) is TrustLevel.SILENT
    assert level(result("dkim=pass header.d=city.test"), trust=trust) is TrustLevel.PROVEN


def test_a_login_without_a_domain_is_an_account_of_our_own_domain_only():
    assert level(result("auth=pass smtp.auth=boss"), "boss@evil.test") is TrustLevel.SILENT


@pytest.mark.parametrize(
    "sender", ["boss@city.test <x@evil.test>", "=?utf-8?q?boss=40city=2Etest=2C?= x@evil.test"]
)
@pytest.mark.parametrize("unverified", [True, False])
def test_a_sender_read_in_two_ways_is_refused_whatever_the_server_says(sender, unverified):
    trust = Trust(authserv_id="mx.city.test", unverified=unverified)
    assert level(PASS + OURS, sender, trust) is TrustLevel.REFUSED


def test_two_from_fields_are_refused():
    assert level(PASS + OURS + "From: boss@city.test\n") is TrustLevel.REFUSED


def test_a_homoglyph_domain_is_refused():
    assert level(PASS + OURS, "boss@\u0441ity.test") is TrustLevel.REFUSED


def test_a_domain_of_russian_letters_agrees_with_its_ascii_form():
    top = result("dmarc=pass header.from=xn--e1afmkfd.xn--p1ai")
    assert level(top, "boss@пример.рф") is TrustLevel.PROVEN


def test_a_closed_network_may_believe_every_strict_sender():
    trust = Trust(authserv_id="mx.city.test", unverified=True)
    assert level("", trust=trust) is TrustLevel.PROVEN


MARK = "X-Internal: yes\n"
MARKED = Trust(authserv_id="mx.city.test", marker=("X-Internal", "yes"), domains=("city.test",))


def test_the_mark_of_internal_mail_counts_above_our_received_only():
    assert level(MARK + OURS, trust=MARKED) is TrustLevel.PROVEN
    assert level(OURS + MARK, trust=MARKED) is TrustLevel.SILENT
    assert level(MARK.replace("yes", "no") + OURS, trust=MARKED) is TrustLevel.SILENT


def test_below_it_counts_where_a_forged_one_was_seen_to_be_taken_out():
    seen = dataclasses.replace(MARKED, marker_stripped=True)
    assert level(OURS + MARK, trust=seen) is TrustLevel.PROVEN
    assert level(OURS + MARK + MARK, trust=seen) is TrustLevel.SILENT
    assert level(OURS + MARK + "X-Internal: no\n", trust=seen) is TrustLevel.SILENT


def test_it_says_nothing_of_a_sender_of_another_domain():
    for trust in (MARKED, dataclasses.replace(MARKED, marker_stripped=True)):
        assert level(MARK + OURS, "boss@evil.test", trust) is TrustLevel.SILENT


def test_where_forged_statements_survive_none_proves_and_a_failure_still_counts():
    trust = dataclasses.replace(TRUST, forgeable=True)
    assert level(PASS + OURS, trust=trust) is TrustLevel.SILENT
    assert level(FAIL + OURS, trust=trust) is TrustLevel.REFUSED


@given(st.text(alphabet='dmarc=pass;() "\\.headfromcitytest', max_size=80))
def test_what_stands_below_our_received_never_proves(text):
    below = f"{OURS}Authentication-Results: mx.city.test; {text}\n"
    assert level(below) is TrustLevel.SILENT
