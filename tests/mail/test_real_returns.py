"""What the real Postfix and Dovecot write when a mail does not arrive, read by us."""

from __future__ import annotations

import time

import pytest

from mcu_mail.mail.kind import MailKind, kind_of
from mcu_mail.mail.mime import read_mail
from mcu_mail.mail.returned import Cause, read_return
from mcu_mail.mail.smtp import Post, SmtpAccount
from tests.peers.post import BOUNCING, FULL, HOST, SLOW

pytestmark = pytest.mark.peers

US = "mcu@okrug.example"
UNKNOWN, LATE = f"nobody@{BOUNCING}", f"later@{SLOW}"
LETTER_ID = "2026-000001-1-ABCDEFGH.1"


def letter(address: str, place: int) -> bytes:
    return (
        f"From: {US}\r\nTo: {address}\r\nSubject: x\r\nMessage-ID: <our.{place}@okrug.example>\r\n"
        f"X-Letter-Id: {LETTER_ID}\r\n\r\n" + "Ответ\r\n" * 40
    ).encode()


def test_unknown_full_and_late_mailboxes_are_told_apart(real_post):
    account = SmtpAccount(host=HOST, port=real_post.smtp_port, security="none")
    with Post(account) as post:
        for place, address in enumerate((UNKNOWN, FULL, LATE)):
            answer = post.send(US, [address], letter(address, place)).recipients[address]
            assert answer.accepted, "the verdict comes by mail only"
    end = time.monotonic() + 20
    while len(real_post.mailbox(US)) < 3:
        assert time.monotonic() < end, real_post.log()
        time.sleep(0.2)
        # Postfix warns of what has waited for a second, at its next try.
        real_post.retry()

    found = {}
    for raw in real_post.mailbox(US):
        mail = read_mail(raw)
        told = read_return(mail)
        assert told.letter_ids == (LETTER_ID,)
        assert told.words
        (address,) = told.addresses
        found[address] = (kind_of(mail), told.cause, told.status, told.ids[0])
    assert found == {
        UNKNOWN: (MailKind.BOUNCE, Cause.unknown_user, "5.1.1", "our.0@okrug.example"),
        FULL: (MailKind.BOUNCE, Cause.full, "5.2.2", "our.1@okrug.example"),
        LATE: (MailKind.DELAY, Cause.away, "4.4.1", "our.2@okrug.example"),
    }
