"""Servers that give up or fall silent around the end of a letter, and how long they hold a pass."""

from __future__ import annotations

import socket
import threading
import time

import pytest

from mcu_mail.mail.smtp import NotSentError, Post, SmtpAccount, StillSilentError, UnclearError
from mcu_mail.mail.verdict import is_speaking
from tests.peers.wire import HOST, Talk, WireServer, smtp_script

SENDER, FIRST = "mcu@okrug.example", "otvet@region.example"
LETTER = b"Subject: x\r\n\r\nbody\r\n"


def account(server: WireServer) -> SmtpAccount:
    return SmtpAccount(host=HOST, port=server.port, security="none", timeout=5, data_timeout=5)


def until_data(talk: Talk) -> None:
    """Agree to everything up to the letter."""
    talk.say(b"220 test ESMTP")
    while (command := talk.hear()) != b"DATA":
        assert command
        talk.say(b"250 ok")
    talk.say(b"354 go on")


def test_when_the_mark_before_the_dot_fails_the_letter_is_taken_back() -> None:
    marks: list[str] = []

    def broken() -> None:
        raise ValueError("no commit")

    letters: list[bytes] = []
    with WireServer(smtp_script(letters=letters)) as server, Post(account(server)) as post:
        with pytest.raises(ValueError, match="no commit"):
            post.send(SENDER, [FIRST], LETTER, before_dot=broken)
        # Inside a letter no command is heard: only hanging up takes it back.
        assert not post.is_open
        delivery = post.send(SENDER, [FIRST], LETTER, before_dot=lambda: marks.append("marked"))
        assert delivery.recipients[FIRST].accepted
    assert marks == ["marked"]
    assert server.connections == 2
    assert letters == [LETTER]


@pytest.mark.parametrize(
    ("last", "code"),
    [
        (b"", None),
        (b"250 early\r\n", None),
        (b"421 4.4.2 timeout exceeded\r\n", 421),
        (b"552 5.3.4 message too big\r\n", 552),
    ],
)
def test_a_server_that_gives_up_inside_the_letter_does_not_have_it(
    last: bytes, code: int | None
) -> None:
    gone = threading.Event()

    def script(talk: Talk) -> None:
        until_data(talk)
        talk.hear()
        talk.connection.sendall(last)
        talk.connection.shutdown(socket.SHUT_RDWR)
        gone.set()

    def the_commit_takes_its_time() -> None:
        assert gone.wait(5)

    def send(post: Post) -> int:
        delivery = post.send(SENDER, [FIRST], LETTER, before_dot=the_commit_takes_its_time)
        return delivery.recipients[FIRST].code

    with WireServer(script) as server, Post(account(server)) as post:
        if code is None:
            with pytest.raises(NotSentError):
                send(post)
        else:
            assert send(post) == code


def test_half_an_answer_that_comes_late_holds_a_pass_no_longer_than_a_command_may_take() -> None:
    over = threading.Event()

    def script(talk: Talk) -> None:
        until_data(talk)
        while talk.hear() != b".":
            pass
        assert begun.wait(5)
        talk.connection.sendall(b"25")
        over.wait(60)

    begun = threading.Event()
    try:
        with WireServer(script) as server:
            patient = SmtpAccount(
                host=HOST, port=server.port, security="none", timeout=1, data_timeout=50, hold=0.1
            )
            with Post(patient) as post, pytest.raises(StillSilentError) as silent:
                post.send(SENDER, [FIRST], LETTER)
            late = silent.value.late
            assert late.answer() is None
            sock = late._smtp.sock
            assert sock is not None
            begun.set()
            assert is_speaking(sock, 5)
            with pytest.raises(UnclearError):
                late.answer()
            assert late._until - time.monotonic() > 30
    finally:
        over.set()


@pytest.mark.parametrize("digits", [1, 2])
@pytest.mark.parametrize("command", [b"", b"EHLO", b"MAIL", b"RCPT", b"DATA", b"."])
def test_half_a_reply_is_no_refusal(command: bytes, digits: int) -> None:
    def script(talk: Talk) -> None:
        steps = {b"": b"220 test", b"EHLO": b"250 ok", b"MAIL": b"250 ok", b"RCPT": b"250 ok"}
        for step, answer in {**steps, b"DATA": b"354 go on", b".": b""}.items():
            assert not step or any(talk.hear().upper().startswith(step) for _ in range(5))
            if step == command:
                talk.connection.sendall(b"550"[:digits])
                return
            talk.say(answer)

    expected = UnclearError if command == b"." else NotSentError
    with (
        WireServer(script) as server,
        Post(account(server)) as post,
        pytest.raises(expected),
    ):
        post.send(SENDER, [FIRST], LETTER)


def test_a_server_that_is_silent_at_quit_holds_nobody_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("mcu_mail.mail.smtp._FAREWELL", 0.05)
    left: list[str] = []
    seen = threading.Event()

    def script(talk: Talk) -> None:
        until_data(talk)
        while talk.hear() != b".":
            pass
        talk.say(b"250 queued")
        assert talk.hear().upper() == b"QUIT"
        talk.connection.settimeout(3)
        try:
            left.append("by itself" if talk.hear() == b"" else "spoke")
        except TimeoutError:
            left.append("it waits")
        seen.set()

    with WireServer(script) as server:
        with Post(account(server)) as post:
            assert post.send(SENDER, [FIRST], LETTER).recipients[FIRST].accepted
        assert seen.wait(5)
    assert left == ["by itself"]
