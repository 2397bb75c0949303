"""A server that sends a byte now and then is as dead as a silent one: it holds no pass."""

from __future__ import annotations

import threading

import pytest

from mcu_mail.errors import TemporaryError
from mcu_mail.mail.imap import ImapAccount, Mailbox
from mcu_mail.mail.patience import time_for
from mcu_mail.mail.smtp import NotSentError, Post, SmtpAccount, UnclearError
from tests.peers.wire import HOST, Talk, WireServer

LETTER = b"Subject: x\r\n\r\nbody\r\n"
LIMIT = 0.4
STEPS = {
    b"": b"220 test",
    b"EHLO": b"250 ok",
    b"MAIL": b"250 ok",
    b"RCPT": b"250 ok",
    b"DATA": b"354 go on",
    b".": b"250 queued",
}


class Trickle:
    """Says its line byte by byte, far more often than the time-out, until nobody listens."""

    def __init__(self) -> None:
        self.left = threading.Event()

    def __call__(self, talk: Talk, line: bytes) -> None:
        pause = threading.Event()
        try:
            for number in range(400):
                talk.connection.sendall(line[number % len(line) :][:1])
                pause.wait(LIMIT / 8)
        except OSError:
            self.left.set()


@pytest.mark.parametrize(
    ("at", "error"),
    [
        (b"", NotSentError),
        (b"EHLO", NotSentError),
        (b"MAIL", NotSentError),
        (b"DATA", NotSentError),
        (b".", UnclearError),
    ],
)
def test_a_reply_that_trickles_is_given_up_after_the_time_out(
    at: bytes, error: type[Exception]
) -> None:
    trickle = Trickle()

    def script(talk: Talk) -> None:
        for step, answer in STEPS.items():
            # The letter has four lines, every command one.
            assert not step or any(talk.hear().upper().startswith(step) for _ in range(5))
            if step == at:
                trickle(talk, b"250-slow")
                return
            talk.say(answer)

    with WireServer(script) as server:
        account = SmtpAccount(
            host=HOST, port=server.port, security="none", timeout=LIMIT, data_timeout=LIMIT
        )
        with pytest.raises(error), Post(account) as post:
            post.send("mcu@okrug.example", ["otvet@region.example"], LETTER)
        assert trickle.left.wait(10)


@pytest.mark.parametrize("at", [b"", b"CAPABILITY", b"LOGIN"])
def test_a_mailbox_that_trickles_is_given_up_after_the_time_out(at: bytes) -> None:
    trickle = Trickle()

    def script(talk: Talk) -> None:
        if not at:
            trickle(talk, b"* OK slow")
            return
        talk.say(b"* OK ready")
        while command := talk.hear():
            tag, verb = command.split()[:2]
            if verb.upper() == at:
                trickle(talk, b"* untagged and so on ")
                return
            talk.say(b"* CAPABILITY IMAP4rev1")
            talk.say(tag + b" OK done")

    with WireServer(script) as server:
        account = ImapAccount(
            host=HOST,
            port=server.port,
            security="none",
            user="mcu",
            password="s3cret",
            folder="INBOX",
            done="a",
            aside="b",
            ignored="c",
            timeout=LIMIT,
        )
        with pytest.raises(TemporaryError):
            Mailbox.open(account)
        assert trickle.left.wait(10)


def test_a_large_letter_has_the_time_of_a_slow_line() -> None:
    assert time_for(30_000_000) == pytest.approx(3662, rel=0.01)
    assert time_for(0) == 0
