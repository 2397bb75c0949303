"""What happens to a letter when the wire or the server fails, at every beat of the transaction."""

from __future__ import annotations

import dataclasses
import logging
import socket

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mcu_mail.errors import RefusedError, TemporaryError
from mcu_mail.mail.smtp import (
    Answer,
    LoginRefusedError,
    NotSentError,
    Post,
    SmtpAccount,
    UnclearError,
)
from tests.peers.wire import HOST, Talk, WireServer, smtp_script

SENDER = "mcu@okrug.example"
FIRST, SECOND = "otvet@region.example", "priem@region.example"
LETTER = b"Subject: =?utf-8?B?0J7RgtCy0LXRgg==?=\r\n\r\nbody\r\n"


def account(server: WireServer) -> SmtpAccount:
    return SmtpAccount(host=HOST, port=server.port, security="none", timeout=5, data_timeout=5)


@pytest.mark.parametrize("command", [b"EHLO", b"MAIL", b"RCPT", b"DATA"])
def test_a_connection_cut_before_the_letter_leaves_it_safe_to_send_again(command):
    with (
        WireServer(smtp_script(answers={command: None, b"HELO": None})) as server,
        Post(account(server)) as post,
        pytest.raises(NotSentError),
    ):
        post.send(SENDER, [FIRST], LETTER)


def test_a_connection_cut_inside_the_letter_leaves_it_safe_to_send_again():
    def script(talk: Talk) -> None:
        talk.say(b"220 test")
        while (command := talk.hear()) != b"DATA":
            talk.say(b"250 ok" if command else b"")
        talk.connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        talk.say(b"354 go on")
        talk.hear()

    with (
        WireServer(script) as server,
        Post(account(server)) as post,
        pytest.raises(NotSentError),
    ):
        post.send(SENDER, [FIRST], LETTER + b"0123456789abcdef\r\n" * 2_000_000)


@pytest.mark.parametrize("reply", [None, b"no code at all", b"354 again?", b"999 what"])
def test_no_verdict_after_the_final_dot_is_unclear_and_never_not_sent(reply):
    letters: list[bytes] = []
    with (
        WireServer(smtp_script(answers={b".": reply}, letters=letters)) as server,
        Post(account(server)) as post,
        pytest.raises(UnclearError) as raised,
    ):
        post.send(SENDER, [FIRST], LETTER)
    assert letters == [LETTER]
    assert not isinstance(raised.value, NotSentError)


def test_a_server_silent_after_the_final_dot_is_unclear_after_its_own_longer_time_out():
    def script(talk: Talk) -> None:
        smtp_script(answers={b".": b"250 too late"})(_Deaf(talk))

    with WireServer(script) as server:
        waiting = dataclasses.replace(account(server), timeout=5, data_timeout=0.05)
        with Post(waiting) as post, pytest.raises(UnclearError):
            post.send(SENDER, [FIRST], LETTER)


class _Deaf(Talk):
    """Never gives the verdict it was told to give."""

    def __init__(self, talk: Talk) -> None:
        self.connection, self.heard, self._lines = talk.connection, talk.heard, talk._lines

    def say(self, line: bytes) -> None:
        if line != b"250 too late":
            super().say(line)


def test_421_at_quit_changes_no_verdict(caplog):
    caplog.set_level(logging.INFO)
    with (
        WireServer(smtp_script(answers={b"QUIT": b"421 going down"})) as server,
        Post(account(server)) as post,
    ):
        delivery = post.send(SENDER, [FIRST], LETTER)
    assert delivery.data == Answer(250, "2.0.0 queued")
    assert "421" in caplog.text


def test_a_connection_cut_at_quit_changes_no_verdict():
    with WireServer(smtp_script(answers={b"QUIT": None})) as server, Post(account(server)) as post:
        delivery = post.send(SENDER, [FIRST], LETTER)
    assert delivery.recipients[FIRST].accepted


def test_when_all_recipients_are_refused_there_is_a_reset_and_no_data():
    committed: list[object] = []
    refusing = smtp_script(answers={b"RCPT": b"550 5.1.1 unknown"})
    with WireServer(refusing) as server, Post(account(server)) as post:
        delivery = post.send(SENDER, [FIRST, SECOND], LETTER, before_data=committed.append)
    assert committed == []
    assert delivery.data is None
    assert delivery.recipients == dict.fromkeys([FIRST, SECOND], Answer(550, "5.1.1 unknown"))
    assert b"RSET" in server.heard.upper()
    assert b"DATA" not in server.heard


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ({b"MAIL": b"552 5.3.4 too big"}, 552),
        ({b"MAIL": b"451 4.3.0 later"}, 451),
        ({b"MAIL": b"421 4.3.2 closing"}, 421),
        ({b"DATA": b"554 5.7.1 no"}, 554),
        ({b".": b"452 4.3.1 disk full"}, 452),
        ({b".": b"554 5.6.0 virus"}, 554),
        ({b".": b"421 4.3.0 closing"}, 421),
    ],
)
def test_a_refusal_of_the_whole_transaction_is_the_verdict_of_every_recipient(answers, code):
    with WireServer(smtp_script(answers=answers)) as server, Post(account(server)) as post:
        delivery = post.send(SENDER, [FIRST, SECOND], LETTER)
    assert [answer.code for answer in delivery.recipients.values()] == [code, code]
    assert {answer.temporary for answer in delivery.recipients.values()} == {400 <= code < 500}


def test_rcpt_answers_are_handed_over_before_data_is_said():
    told: list[tuple[dict[str, Answer], bool]] = []
    refused = {b"RCPT TO:<priem": b"450 4.2.1 busy"}
    with WireServer(smtp_script(answers=refused)) as server, Post(account(server)) as post:
        delivery = post.send(
            SENDER,
            [FIRST, SECOND],
            LETTER,
            before_data=lambda seen: told.append((dict(seen), b"DATA" in server.heard)),
        )
    assert told == [({FIRST: Answer(250, "ok"), SECOND: Answer(450, "4.2.1 busy")}, False)]
    assert delivery.recipients == {FIRST: delivery.data, SECOND: Answer(450, "4.2.1 busy")}


def test_when_the_commit_before_data_fails_nothing_is_sent_and_the_next_letter_goes():
    def broken(_: object) -> None:
        raise OSError("disk full")

    letters: list[bytes] = []
    with WireServer(smtp_script(letters=letters)) as server, Post(account(server)) as post:
        with pytest.raises(OSError, match="disk full"):
            post.send(SENDER, [FIRST], LETTER, before_data=broken)
        assert letters == []
        assert post.send(SENDER, [FIRST], LETTER).recipients[FIRST].accepted
    assert letters == [LETTER]


def test_a_server_that_left_between_two_letters_is_asked_again():
    def script(talk: Talk) -> None:
        smtp_script(answers={b"QUIT": None})(_Leaves(talk))

    with WireServer(script) as server, Post(account(server)) as post:
        for _ in range(3):
            assert post.send(SENDER, [FIRST], LETTER).recipients[FIRST].accepted
    assert server.connections == 3


class _Leaves(Talk):
    """Hangs up after the first letter."""

    def __init__(self, talk: Talk) -> None:
        self.connection, self.heard, self._lines = talk.connection, talk.heard, talk._lines

    def hear(self) -> bytes:
        line = super().hear()
        return b"QUIT" if line.startswith(b"MAIL") and b"DATA" in self.said() else line

    def said(self) -> bytes:
        return bytes(self.heard[self.heard.rfind(b"ehlo") :])


def test_one_connection_serves_a_whole_pass():
    with WireServer(smtp_script()) as server, Post(account(server)) as post:
        for _ in range(5):
            post.send(SENDER, [FIRST], LETTER)
    assert server.connections == 1


def test_no_connection_is_opened_before_there_is_a_letter():
    with WireServer(smtp_script()) as server, Post(account(server)):
        pass
    assert server.connections == 0


def test_the_size_limit_of_the_server_is_known_and_stated_with_the_letter():
    with WireServer(smtp_script()) as server, Post(account(server)) as post:
        assert post.max_size == 1_000_000
        post.send(SENDER, [FIRST], LETTER)
    assert f"MAIL FROM:<{SENDER}> SIZE={len(LETTER)}".encode() in server.heard


@pytest.mark.parametrize("features", [(b"HELP",), (b"SIZE",), (b"SIZE 0",)])
def test_a_server_without_a_size_limit_has_none(features):
    with WireServer(smtp_script(features=features)) as server, Post(account(server)) as post:
        assert post.max_size is None


@pytest.mark.parametrize(
    "letter",
    [
        b"Subject: a\nBcc: b\r\n\r\nx\r\n",
        b"Subject: a\r\n\r\nx\r.\r\n",
        b"Subject: a\r\n\r\n.\nMAIL FROM:<v@x>\r\n",
        b"Subject: a\r\n\r\nx\n.\r\n",
        b"\n",
        b"Subject: a\r\n\r\nx\r",
        b"Subject: a\r\r\n\r\nx\r\n",
    ],
)
def test_a_letter_with_a_bare_line_end_never_reaches_the_wire(letter):
    with (
        WireServer(smtp_script()) as server,
        Post(account(server)) as post,
        pytest.raises(RefusedError),
    ):
        post.send(SENDER, [FIRST], letter)
    assert server.connections == 0


@pytest.mark.parametrize(
    "address",
    [
        "a@b.example> SIZE=1",
        "a@b.example\r\nDATA",
        "иванов@b.example",
        "a b@c.example",
        "<a@b.example>",
        "a@b@c.example",
        "nobody",
        "",
        "a@b.example\n",
    ],
)
def test_an_address_that_could_say_more_than_itself_is_refused(address):
    with WireServer(smtp_script()) as server, Post(account(server)) as post:
        with pytest.raises(RefusedError):
            post.send(SENDER, [FIRST, address], LETTER)
        if address:
            with pytest.raises(RefusedError):
                post.send(address, [FIRST], LETTER)
    assert server.connections == 0


def test_the_empty_sender_of_automatic_mail_is_said_as_empty():
    with WireServer(smtp_script()) as server, Post(account(server)) as post:
        assert post.send("", [FIRST], LETTER).recipients[FIRST].accepted
    assert b"MAIL FROM:<> " in server.heard


def test_a_letter_without_recipients_is_refused():
    with pytest.raises(RefusedError):
        Post(SmtpAccount(host=HOST, port=1, security="none")).send(SENDER, [], LETTER)


def test_a_repeated_recipient_is_named_once():
    with WireServer(smtp_script()) as server, Post(account(server)) as post:
        post.send(SENDER, [FIRST, FIRST], LETTER)
    assert server.heard.count(b"RCPT TO") == 1


def test_eight_bit_letters_are_announced_and_refused_where_they_would_be_damaged():
    letter = "Subject: x\r\n\r\nпривет\r\n".encode()
    with WireServer(smtp_script()) as server, Post(account(server)) as post:
        post.send(SENDER, [FIRST], letter)
    assert b"BODY=8BITMIME" in server.heard
    with WireServer(smtp_script(features=(b"HELP",))) as server, Post(account(server)) as post:
        with pytest.raises(RefusedError):
            post.send(SENDER, [FIRST], letter)
        assert post.send(SENDER, [FIRST], LETTER).recipients[FIRST].accepted


@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.text(alphabet=".a ", max_size=4), max_size=6))
def test_whatever_stands_at_the_start_of_a_line_arrives_as_it_was(lines):
    letter = b"Subject: x\r\n\r\n" + "".join(f"{line}\r\n" for line in lines).encode()
    letters: list[bytes] = []
    with WireServer(smtp_script(letters=letters)) as server, Post(account(server)) as post:
        post.send(SENDER, [FIRST], letter)
    unstuffed = [line.removeprefix(b".") for line in letters[0].split(b"\r\n")]
    assert b"\r\n".join(unstuffed) == letter


@pytest.mark.parametrize(
    ("letter", "on_the_wire"),
    [
        (b".\r\n", b"..\r\n"),
        (b".", b"..\r\n"),
        (b"", b"\r\n"),
        (b"a\r\n.", b"a\r\n..\r\n"),
        (b"a\r\n.\r\n\r\n", b"a\r\n..\r\n\r\n"),
        (b"a.\r\n b.c\r\n", b"a.\r\n b.c\r\n"),
        (b"x" * 131_072 + b"\r\n.\r\n", b"x" * 131_072 + b"\r\n..\r\n"),
    ],
    ids=["dot", "only a dot", "nothing", "dot at the end", "dot inside", "no dot", "two pieces"],
)
def test_dots_are_doubled_at_line_starts_only_and_the_last_line_is_ended(letter, on_the_wire):
    letters: list[bytes] = []
    with WireServer(smtp_script(letters=letters)) as server, Post(account(server)) as post:
        post.send(SENDER, [FIRST], letter)
    assert letters == [on_the_wire]


def test_nobody_listening_is_not_sent():
    with socket.create_server((HOST, 0)) as closed:
        port = closed.getsockname()[1]
    with (
        Post(SmtpAccount(host=HOST, port=port, security="none", timeout=5)) as post,
        pytest.raises(NotSentError),
    ):
        post.send(SENDER, [FIRST], LETTER)


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (b"535 5.7.8 bad", LoginRefusedError),
        (b"454 4.7.0 later", NotSentError),
    ],
)
def test_a_refused_login_is_told_apart_from_one_that_may_succeed_later(reply, error):
    script = smtp_script(answers={b"AUTH": reply}, features=(b"AUTH PLAIN LOGIN",))
    with WireServer(script) as server:
        login = dataclasses.replace(account(server), user="mcu", password="пароль")
        with Post(login) as post, pytest.raises(error):
            post.check()
    assert server.heard.count(b"AUTH") == 1


def test_a_server_that_offers_no_login_is_not_given_the_password():
    with WireServer(smtp_script()) as server:
        login = dataclasses.replace(account(server), user="mcu", password="secret")
        with Post(login) as post, pytest.raises(LoginRefusedError):
            post.send(SENDER, [FIRST], LETTER)
    assert b"AUTH" not in server.heard


def test_clear_text_to_another_machine_is_refused_before_any_connection():
    with pytest.raises(RefusedError):
        Post(SmtpAccount(host="mail.okrug.example", port=25, security="none"))


def test_every_fault_but_the_unclear_one_is_safe_to_repeat():
    assert issubclass(NotSentError, TemporaryError)
    assert not issubclass(UnclearError, NotSentError)
