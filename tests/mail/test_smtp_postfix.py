"""Sending through a real Postfix into real mailboxes."""

from __future__ import annotations

import dataclasses

import pytest

from mcu_mail.errors import RefusedError
from mcu_mail.mail.smtp import LoginRefusedError, Post, SmtpAccount, TlsError
from tests.peers.post import BOUNCING

pytestmark = pytest.mark.peers

US = "mcu@okrug.example"
FIRST, SECOND = "otvet@region.example", "priem@region.example"
LETTER = b"Subject: x\r\nX-Letter-Id: 17\r\n\r\n.\r\n..\r\n.dot\r\nbody\r\n"


@pytest.fixture
def account(real_post):
    return SmtpAccount(host="127.0.0.1", port=real_post.smtp_port, security="none", timeout=10)


def bodies(raws: list[bytes]) -> list[bytes]:
    return [raw.split(b"\r\n\r\n", 1)[1] for raw in raws]


def test_one_letter_reaches_every_recipient_and_our_own_mailbox(real_post, account):
    with Post(account) as post:
        delivery = post.send(US, [FIRST, SECOND, US], LETTER)
    assert delivery.data is not None
    assert delivery.data.accepted
    assert [answer.accepted for answer in delivery.recipients.values()] == [True, True, True]
    for address in (FIRST, SECOND, US):
        assert bodies(real_post.mailbox(address)) == [b".\r\n..\r\n.dot\r\nbody\r\n"]
    assert b"X-Letter-Id: 17" in real_post.mailbox(US)[0]


@pytest.mark.parametrize(("code", "text"), [(550, "5.1.1 unknown"), (450, "4.2.1 mailbox busy")])
def test_one_of_two_recipients_is_refused_while_the_other_gets_the_letter(
    real_post, account, code, text
):
    real_post.refuse(SECOND, code, text)
    before: dict[str, int] = {}
    with Post(account) as post:
        delivery = post.send(
            US,
            [FIRST, SECOND],
            LETTER,
            before_data=lambda seen: before.update({who: a.code for who, a in seen.items()}),
        )
    assert before == {FIRST: 250, SECOND: code}
    assert delivery.recipients[FIRST].accepted
    assert delivery.recipients[SECOND].code == code
    assert text.split(" ", 1)[1] in delivery.recipients[SECOND].text
    assert len(real_post.mailbox(FIRST)) == 1
    assert real_post.mailbox(SECOND) == []


def test_a_deferred_recipient_is_sent_to_alone_later(real_post, account):
    real_post.refuse(SECOND, 450, "4.2.1 busy", times=1)
    with Post(account) as post:
        assert post.send(US, [FIRST, SECOND], LETTER).recipients[SECOND].temporary
        assert post.send(US, [SECOND], LETTER).recipients[SECOND].accepted
    assert len(real_post.mailbox(FIRST)) == len(real_post.mailbox(SECOND)) == 1


def test_after_a_letter_that_nobody_takes_the_next_one_goes_over_the_same_connection(
    real_post, account
):
    real_post.refuse(SECOND, 550, "5.1.1 unknown")
    with Post(account) as post:
        assert post.send(US, [SECOND], LETTER).data is None
        assert post.send(US, [FIRST], LETTER).recipients[FIRST].accepted
    assert real_post.log().count("smtpd") > 0
    assert len(real_post.mailbox(FIRST)) == 1


def test_a_letter_over_the_servers_limit_is_refused_and_its_limit_is_known_before(
    real_post, account
):
    with Post(account) as post:
        assert post.max_size == 30_000_000
        delivery = post.send(US, [FIRST], b"Subject: x\r\n\r\n" + b"x" * 60 + b"\r\n" * 15_000_001)
    assert delivery.data is None
    assert delivery.recipients[FIRST].code == 552


def test_mail_to_an_address_that_fails_later_comes_back_as_a_bounce(real_post, account):
    with Post(account) as post:
        delivery = post.send(US, [f"nobody@{BOUNCING}"], LETTER)
    assert delivery.recipients[f"nobody@{BOUNCING}"].accepted
    real_post.settle()
    (bounce,) = real_post.mailbox(US)
    assert b"multipart/report; report-type=delivery-status" in bounce
    assert b"X-Letter-Id: 17" in bounce


def test_the_login_is_taken_and_a_wrong_password_is_told_apart(account):
    known = dataclasses.replace(account, user="mcu", password="пароль-от-ящика")
    with Post(known) as post:
        post.check()
    wrong = dataclasses.replace(known, password="не тот")
    with Post(wrong) as post, pytest.raises(LoginRefusedError) as raised:
        post.send(US, [FIRST], LETTER)
    assert "не тот" not in str(raised.value)


def test_with_the_servers_own_authority_trusted_both_kinds_of_tls_work(
    real_post, account, monkeypatch
):
    monkeypatch.setenv("SSL_CERT_FILE", str(real_post.cafile))
    for security, port in (("tls", real_post.smtps_port), ("starttls", real_post.smtp_port)):
        login = dataclasses.replace(
            account, security=security, port=port, user="mcu", password="пароль-от-ящика"
        )
        with Post(login) as post:
            assert post.send(US, [FIRST], LETTER).recipients[FIRST].accepted
    assert len(real_post.mailbox(FIRST)) == 2


def test_without_that_trust_nothing_is_sent(real_post, account):
    for security, port in (("tls", real_post.smtps_port), ("starttls", real_post.smtp_port)):
        distrusted = dataclasses.replace(account, security=security, port=port)
        with Post(distrusted) as post, pytest.raises(TlsError):
            post.send(US, [FIRST], LETTER)
    assert real_post.mailbox(FIRST) == []


def test_a_smuggled_second_mail_never_arrives(real_post, account):
    smuggled = b"Subject: x\r\n\r\nx\n.\r\nMAIL FROM:<v@x.example>\r\nRCPT TO:<v@x.example>\r\n"
    with Post(account) as post, pytest.raises(RefusedError):
        post.send(US, [FIRST], smuggled)
    assert real_post.mailbox(FIRST) == []


# A second mail inside the bytes of a first one, behind every end of data that some server takes.
ENDS = (b"\n.\n", b"\n.\r\n", b"\r.\r", b"\r\n.\r", b"\r.\r\n", b"\r\n\x00.\r\n", b"\n\n.\r\r\n")


@pytest.mark.parametrize("end", ENDS)
def test_every_way_to_smuggle_a_second_mail_out_is_refused_before_the_wire(real_post, account, end):
    smuggled = (
        b"Subject: x\r\n\r\nx" + end + b"MAIL FROM:<v@x.example>\r\nRCPT TO:<v@x.example>\r\n"
    )
    with Post(account) as post:
        if b"\x00" in end:
            # Whole lines with a NUL in them smuggle nothing; they arrive as one mail or not at all.
            post.send(US, [FIRST], smuggled)
        else:
            with pytest.raises(RefusedError):
                post.send(US, [FIRST], smuggled)
    assert real_post.mailbox("v@x.example") == []
    assert len(real_post.mailbox(FIRST)) == int(b"\x00" in end)
