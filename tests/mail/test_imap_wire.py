"""What the door to the mailbox does when the IMAP server is odd, old, or gone in the middle."""

from __future__ import annotations

import dataclasses
import socket
from typing import TYPE_CHECKING

import pytest

from mcu_mail.errors import RefusedError, TemporaryError
from mcu_mail.mail.imap import ImapAccount, LoginRefusedError, Mailbox
from mcu_mail.mail.imap_wire import connect
from tests.peers.wire import HOST, Talk, WireServer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ACCOUNT = ImapAccount(
    host=HOST,
    port=0,
    security="none",
    user="mcu",
    password="secret",
    folder="INBOX",
    done="МЦУ/Обработано",
    aside="МЦУ/Не разобрано",
    ignored="МЦУ/Прочее",
    timeout=5,
)

ORDINARY: dict[bytes, list[bytes] | None] = {
    b"CAPABILITY": [b"* CAPABILITY IMAP4rev1 MOVE UIDPLUS", b"OK done"],
    b"LIST": [b'* LIST (\\Noselect) "/" ""', b"OK done"],
    b"SELECT": [b"* 2 EXISTS", b"* OK [UIDVALIDITY 77] fine", b"OK [READ-WRITE] done"],
    b"UID SEARCH": [b"* SEARCH 9 3", b"OK done"],
}


def script(changes: Mapping[bytes, list[bytes] | None]) -> Callable[[Talk], None]:
    """An IMAP server; the last line of an answer gets the tag, None stands for hanging up."""
    answers = {**ORDINARY, **changes}

    def play(talk: Talk) -> None:
        talk.say(b"* OK ready")
        while command := talk.hear():
            tag, _, words = command.partition(b" ")
            answer: list[bytes] | None = [b"OK done"]
            for start, lines in answers.items():
                if words.upper().startswith(start):
                    answer = lines
            if answer is None:
                return
            for line in answer[:-1]:
                talk.say(line)
            talk.say(tag + b" " + answer[-1])

    return play


def account(server: WireServer, **changes: float) -> ImapAccount:
    return dataclasses.replace(ACCOUNT, port=server.port, **changes)  # type: ignore[arg-type]  # only timeouts


@pytest.mark.parametrize("command", [b"CAPABILITY", b"LOGIN", b"LIST", b"SELECT"])
def test_a_server_gone_before_the_mailbox_is_open_is_temporary(command):
    with WireServer(script({command: None})) as server, pytest.raises(TemporaryError) as raised:
        Mailbox.open(account(server))
    assert not isinstance(raised.value, LoginRefusedError)


@pytest.mark.parametrize(
    "answer",
    [
        None,
        [b"* 1 FETCH (UID 3 RFC822.SIZE 9 BODY[] {9}", b"cut"],
        [b"* BYE shutting down", b"BAD what"],
        [b"BAD what"],
        [b"NO [SERVERBUG] broken"],
    ],
    ids=["cut", "cut in a literal", "goodbye", "bad", "no"],
)
def test_a_fetch_that_fails_is_temporary_and_gives_no_half_mail(answer):
    with WireServer(script({b"UID FETCH": answer})) as server:
        box = Mailbox.open(account(server, timeout=0.2))
        with box, pytest.raises(TemporaryError):
            list(box.fetch_many([3]))


def test_a_silent_server_is_temporary_after_the_time_out():
    def silent(talk: Talk) -> None:
        talk.hear()

    with WireServer(silent) as server, pytest.raises(TemporaryError):
        Mailbox.open(account(server, timeout=0.05))


def test_nobody_listening_is_temporary():
    with socket.create_server((HOST, 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(TemporaryError):
        Mailbox.open(dataclasses.replace(ACCOUNT, port=port))


def test_numbers_are_sorted_and_those_below_are_left_out():
    with WireServer(script({})) as server, Mailbox.open(account(server)) as box:
        assert box.uids_above(0) == [3, 9]
        assert box.uids_above(3) == [9]
        assert box.uids_above(9) == []
        assert box.uidvalidity == 77
    assert b"UID SEARCH UID 10:*" in server.heard
    assert b"UNSEEN" not in server.heard


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"NO [AUTHENTICATIONFAILED] wrong", LoginRefusedError),
        (b"NO [UNAVAILABLE] try later", TemporaryError),
    ],
)
def test_a_login_refused_for_now_is_no_wrong_password(answer, error):
    with (
        WireServer(script({b"LOGIN": [answer]})) as server,
        pytest.raises(TemporaryError) as raised,
    ):
        Mailbox.open(account(server))
    assert type(raised.value) is error
    assert server.heard.count(b"LOGIN") == 1


def test_a_folder_name_follows_the_servers_prefix_and_delimiter():
    answers: dict[bytes, list[bytes] | None] = {
        b"CAPABILITY": [b"* CAPABILITY IMAP4rev1 NAMESPACE", b"OK done"],
        b"NAMESPACE": [b'* NAMESPACE (("INBOX." ".")) NIL NIL', b"OK done"],
        b"STATUS": [b"NO no such mailbox"],
    }
    with WireServer(script(answers)) as server, Mailbox.open(account(server)) as box:
        box.ensure_folder("A/B")
        box.ensure_folder("INBOX/C")
    assert b'CREATE "INBOX.A.B"' in server.heard
    assert b'CREATE "INBOX.C"' in server.heard
    assert b'SELECT "INBOX"' in server.heard


def test_a_server_without_levels_gets_the_name_as_it_stands():
    flat: dict[bytes, list[bytes] | None] = {
        b"LIST": [b'* LIST () NIL ""', b"OK done"],
        b"STATUS": [b"NO no such mailbox"],
    }
    with WireServer(script(flat)) as server, Mailbox.open(account(server)) as box:
        box.ensure_folder("A/B")
    assert b'CREATE "A/B"' in server.heard


def test_a_move_that_the_server_denies_is_temporary_and_says_why():
    full: dict[bytes, list[bytes] | None] = {b"UID MOVE": [b"NO [OVERQUOTA] full"]}
    with (
        WireServer(script(full)) as server,
        Mailbox.open(account(server)) as box,
        pytest.raises(TemporaryError, match="OVERQUOTA"),
    ):
        box.move(3, "МЦУ/Обработано")


@pytest.mark.parametrize(
    "changes",
    [
        {b"UID SEARCH": [b"* SEARCH three", b"OK done"]},
        {b"SELECT": [b"OK done"]},
        {b"UID FETCH": [b'* 1 FETCH (UID 3 RFC822.SIZE 0 BODY[] "")', b"OK done"]},
        {b"SELECT": [b"* OK [UIDVALIDITY none] fine", b"OK done"]},
    ],
    ids=["no number", "no UIDVALIDITY", "no time of arrival", "UIDVALIDITY is no number"],
)
def test_an_answer_that_is_none_is_temporary(changes):
    with (
        WireServer(script(changes)) as server,
        pytest.raises(TemporaryError),
        Mailbox.open(account(server)) as box,
    ):
        list(box.fetch_many(box.all_uids()))


def test_clear_text_to_another_machine_is_refused():
    with pytest.raises(RefusedError):
        Mailbox.open(dataclasses.replace(ACCOUNT, host="mail.okrug.example"))


def test_an_answer_in_two_packets_is_not_held_back_by_the_system():
    with WireServer(script({})) as server, connect(account(server)) as client:
        assert client.sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
