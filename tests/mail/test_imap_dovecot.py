"""Reading and sorting mail on a real Dovecot, with other clients in the same mailbox."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import imaplib
from typing import TYPE_CHECKING

import pytest

from mcu_mail.errors import RefusedError, TemporaryError
from mcu_mail.mail.imap import ImapAccount, LoginRefusedError, Mailbox, TlsError
from mcu_mail.mail.imap_wire import connect
from tests.peers.wire import WireServer, passing_on

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.peers

US = "mcu@okrug.example"
DONE, ASIDE, IGNORED = "МЦУ/Обработано", "МЦУ/Не разобрано", "МЦУ/Прочее"


@pytest.fixture
def account(real_post):
    return ImapAccount(
        host="127.0.0.1",
        port=real_post.imap_port,
        security="none",
        user="mcu",
        password="пароль-от-ящика",
        folder="INBOX",
        done=DONE,
        aside=ASIDE,
        ignored=IGNORED,
        timeout=10,
    )


@pytest.fixture
def colleague(real_post):
    """Another mail program in the same mailbox."""
    with imaplib.IMAP4("127.0.0.1", real_post.imap_port, 10) as client:
        client.login(f"{US}*reader", "reader-only")
        client.select("INBOX")
        yield client


def mail(number: int) -> bytes:
    return f"Subject: {number}\r\nMessage-ID: <{number}@x>\r\n\r\nbody {number}\r\n".encode()


def subject(raw: bytes) -> int:
    return int(raw.split(b"Subject: ", 1)[1].split(b"\r\n", 1)[0])


def flags(client: imaplib.IMAP4) -> bytes:
    client.noop()
    return b" ".join(client.uid("FETCH", "1:*", "(FLAGS)")[1])


def test_reading_leaves_no_mark_on_a_mail(real_post, account, colleague):
    for number in range(3):
        real_post.deliver(US, mail(number))
    with Mailbox.open(account) as box:
        uids = box.all_uids()
        assert box.fetch(uids[0]) is not None
        assert len(list(box.fetch_many(uids))) == 3
    assert b"\\Seen" not in flags(colleague)


def test_a_mail_that_a_colleague_opened_first_is_still_read(real_post, account, colleague):
    real_post.deliver(US, mail(1))
    colleague.noop()
    colleague.uid("FETCH", "1:*", "(BODY[])")
    assert b"\\Seen" in flags(colleague)
    with Mailbox.open(account) as box:
        assert [subject(message.raw) for message in box.fetch_many(box.uids_above(0))] == [1]


def test_mail_is_read_oldest_first_and_only_above_the_last_number(real_post, account):
    for number in range(5):
        real_post.deliver(US, mail(number))
    with Mailbox.open(account) as box:
        uids = box.uids_above(0)
        assert uids == sorted(uids)
        fetched = list(box.fetch_many(reversed(uids)))
        assert [message.uid for message in fetched] == uids
        assert [subject(message.raw) for message in fetched] == [0, 1, 2, 3, 4]
        assert box.uids_above(uids[2]) == uids[3:]
        # `n:*` would name the last message here, although its number is not above n.
        assert box.uids_above(uids[-1]) == []
        assert box.uids_above(uids[-1] + 1000) == []
        assert box.count() == 5


def test_mail_that_comes_while_the_mailbox_is_open_is_seen(real_post, account):
    with Mailbox.open(account) as box:
        assert box.all_uids() == []
        real_post.deliver(US, mail(1))
        assert len(box.all_uids()) == 1


def test_the_bytes_and_the_time_of_arrival_are_the_servers(real_post, account):
    raw = (
        b"Subject: \xcf\xf0\xe8\xe2\xe5\xf2\r\nX: {5}\r\n\r\n)\r\n* 1 FETCH (UID 7)\r\n\xff\xfe\r\n"
    )
    arrived = dt.datetime(2026, 11, 23, 17, 59, 59, tzinfo=dt.timezone(dt.timedelta(hours=7)))
    real_post.deliver(US, raw, internaldate=arrived)
    with Mailbox.open(account) as box:
        message = box.fetch(box.all_uids()[0])
    assert message is not None
    assert message.raw == raw
    assert message.internaldate == arrived
    assert message.size == len(raw)


def test_a_mail_that_vanished_is_none_and_the_others_are_read(real_post, account, colleague):
    for number in range(4):
        real_post.deliver(US, mail(number))
    with Mailbox.open(account) as box:
        uids = box.all_uids()
        colleague.noop()
        colleague.uid("STORE", f"{uids[1]}", "+FLAGS.SILENT", r"(\Deleted)")
        colleague.expunge()
        assert box.fetch(uids[1]) is None
        assert [subject(m.raw) for m in box.fetch_many(uids)] == [0, 2, 3]
        assert box.fetch(99_999) is None
        assert list(box.fetch_many([])) == []
        assert box.move(uids[1], DONE) is False


def test_a_mail_expunged_inside_a_bulk_does_not_come_out_empty(real_post, account, colleague):
    # Dovecot answers OK, BODY[] NIL and the year 1970 for it (seen on 2.3.19).
    for number in range(3):
        real_post.deliver(US, mail(number))
    with Mailbox.open(account) as box:
        uids = box.all_uids()
        colleague.noop()
        colleague.uid("STORE", f"{uids[1]}", "+FLAGS.SILENT", r"(\Deleted)")
        colleague.expunge()
        assert [subject(m.raw) for m in box.fetch_many(uids)] == [0, 2]


def test_a_mail_goes_into_a_nested_folder_with_a_cyrillic_name(real_post, account):
    real_post.deliver(US, mail(1))
    real_post.deliver(US, mail(2))
    with Mailbox.open(account) as box:
        first, second = box.all_uids()
        assert box.move(first, DONE) is True
        assert box.move(first, DONE) is False
        assert box.all_uids() == [second]
        assert box.move(second, DONE) is True
    assert [subject(raw) for raw in real_post.mailbox(US, DONE)] == [1, 2]
    assert real_post.mailbox(US) == []


def test_folders_are_made_once_and_shown(real_post, account, colleague):
    for _ in range(2):
        with Mailbox.open(account) as box:
            box.ensure_folders()
    listed = b" ".join(colleague.lsub()[1])
    # Modified UTF-7 of «МЦУ/Обработано», «МЦУ/Не разобрано», «МЦУ/Прочее».
    for name in (
        b"&BBwEJgQj-/&BB4EMQRABDAEMQQ+BEIEMAQ9BD4-",
        b"&BBwEJgQj-/&BB0ENQ- &BEAEMAQ3BD4EMQRABDAEPQQ+-",
        b"&BBwEJgQj-/&BB8EQAQ+BEcENQQ1-",
    ):
        assert name in listed


def test_moving_never_deletes_what_a_colleague_has_marked(real_post, account, colleague):
    for number in range(3):
        real_post.deliver(US, mail(number))
    colleague.noop()
    colleague.store("2", "+FLAGS", r"(\Deleted)")
    with Mailbox.open(account) as box:
        uids = box.all_uids()
        assert box.move_many([uids[0], uids[2]], DONE) == {uids[0], uids[2]}
        assert box.all_uids() == [uids[1]]


def test_many_mails_move_in_one_call(real_post, account):
    for number in range(7):
        real_post.deliver(US, mail(number))
    with Mailbox.open(account) as box:
        uids = box.all_uids()
        assert box.move_many([*uids, 99_999], DONE) == set(uids)
        assert box.count() == 0
    with Mailbox.open(dataclasses.replace(account, folder=DONE)) as box:
        assert box.count() == 7


def without(*capabilities: bytes) -> Callable[[bytes], bytes]:
    """What an older server would not name."""

    def change(data: bytes) -> bytes:
        for capability in capabilities:
            data = data.replace(b" " + capability, b"")
        return data

    return change


@pytest.mark.parametrize("missing", [(b"MOVE",), (b"MOVE", b"UIDPLUS"), (b"UIDPLUS",)])
def test_an_older_server_moves_by_copy_and_harms_nobody_elses_mail(
    real_post, account, colleague, missing
):
    for number in range(3):
        real_post.deliver(US, mail(number))
    colleague.noop()
    colleague.store("1", "+FLAGS", r"(\Deleted)")
    relay = passing_on(real_post.imap_port, without(*missing))
    with (
        WireServer(relay) as server,
        Mailbox.open(dataclasses.replace(account, port=server.port)) as box,
    ):
        uids = box.all_uids()
        assert box.move(uids[1], DONE) is True
        assert box.move(uids[1], DONE) is False
        assert uids[0] in box.all_uids()
        assert uids[2] in box.all_uids()
    assert (b"COPY" in server.heard) is (b"MOVE" in missing)
    assert b"\r\nEXPUNGE" not in server.heard
    assert [subject(raw) for raw in real_post.mailbox(US, DONE)] == [1]


def test_a_folder_made_anew_has_another_uidvalidity(real_post, account, colleague):
    colleague.create("Work")
    validity = []
    for _ in range(2):
        with Mailbox.open(dataclasses.replace(account, folder="Work")) as box:
            validity.append(box.uidvalidity)
            validity.append(box.uidvalidity)
        colleague.delete("Work")
        colleague.create("Work")
    assert validity[0] == validity[1] != validity[2] == validity[3]


def test_a_message_id_with_a_second_command_in_it_deletes_nothing(real_post, account, colleague):
    colleague.create("Victim")
    hostile = 'x"\r\nZZ1 DELETE Victim'
    with Mailbox.open(account) as box:
        for folder in (hostile, "МЦУ/\r\nZZ1 DELETE Victim", "a\x00b", "x\n"):
            with pytest.raises(RefusedError):
                box.move(1, folder)
            with pytest.raises(RefusedError):
                box.ensure_folder(folder)
        assert box.all_uids() == []
    with pytest.raises(RefusedError):
        Mailbox.open(dataclasses.replace(account, folder=hostile))
    assert b"Victim" in b" ".join(colleague.list()[1])


def test_the_wire_itself_takes_no_second_command(account, colleague):
    # The search by a foreign Message-ID that deleted a folder through imaplib alone.
    colleague.create("Victim")
    client = connect(account)
    client.login(f"{US}*reader", "reader-only")
    client.select("INBOX")
    hostile = 'HEADER Message-ID "x"\r\nZZ1 DELETE Victim'
    for argument in (hostile, hostile.encode(), bytearray(hostile.encode()), "a\x00b", "\x1b"):
        with pytest.raises(RefusedError):
            client.uid("SEARCH", argument)  # type: ignore[arg-type]  # bytes pass, too
    client.logout()
    assert b"Victim" in b" ".join(colleague.list()[1])


def test_folder_names_with_quotes_backslashes_and_ampersands_are_only_names(real_post, account):
    real_post.deliver(US, mail(1))
    folder = 'Раз & "два" \\ три'
    with Mailbox.open(account) as box:
        assert box.move(box.all_uids()[0], folder)
    with Mailbox.open(dataclasses.replace(account, folder=folder)) as box:
        assert box.count() == 1


def test_a_wrong_password_is_told_apart_and_not_shown(account):
    with pytest.raises(LoginRefusedError) as raised:
        Mailbox.open(dataclasses.replace(account, password="не тот"))
    assert "не тот" not in str(raised.value)
    assert isinstance(raised.value, TemporaryError)


def test_a_missing_source_folder_needs_a_person(account):
    with pytest.raises(RefusedError, match="Нет такой"):
        Mailbox.open(dataclasses.replace(account, folder="Нет такой"))


def test_a_large_backlog_is_read_in_bulks_of_bounded_size(real_post, account):
    big = b"Subject: 0\r\n\r\n" + b"x" * 70 + b"\r\n" * 1_500_000
    for _ in range(4):
        real_post.deliver(US, big, internaldate=dt.datetime(2026, 11, 23, tzinfo=dt.UTC))
    with Mailbox.open(account) as box:
        assert [message.size for message in box.fetch_many(box.all_uids())] == [len(big)] * 4


@pytest.mark.parametrize("octets", [1, 7, 50, 100, 1_000_000])
def test_a_mail_too_large_for_memory_comes_in_pieces(real_post, account, octets):
    raw = b"Subject: 0\r\n\r\n" + bytes(range(32, 117)) + b"\r\n"
    assert len(raw) % 50 != 0 != len(raw) % 7
    real_post.deliver(US, raw, internaldate=dt.datetime(2026, 11, 23, tzinfo=dt.UTC))
    with Mailbox.open(account) as box:
        (uid,) = box.all_uids()
        found = list(box.pieces(uid, octets))
        assert list(box.pieces(99_999)) == []
    assert b"".join(found) == raw
    assert max(map(len, found)) == min(octets, len(raw))


def test_a_large_mail_that_vanishes_half_read_is_not_taken_for_whole(real_post, account, colleague):
    real_post.deliver(US, mail(1))
    with Mailbox.open(account) as box:
        (uid,) = box.all_uids()
        pieces = box.pieces(uid, 10)
        assert len(next(pieces)) == 10
        colleague.noop()
        colleague.uid("STORE", f"{uid}", "+FLAGS.SILENT", r"(\Deleted)")
        colleague.expunge()
        with pytest.raises(TemporaryError):
            list(pieces)


def test_with_the_servers_own_authority_trusted_both_kinds_of_tls_work(
    real_post, account, monkeypatch
):
    monkeypatch.setenv("SSL_CERT_FILE", str(real_post.cafile))
    real_post.deliver(US, mail(1))
    for security, port in (("tls", real_post.imaps_port), ("starttls", real_post.imap_port)):
        with Mailbox.open(dataclasses.replace(account, security=security, port=port)) as box:
            assert box.count() == 1


def test_without_that_trust_nobody_logs_in(real_post, account):
    for security, port in (("tls", real_post.imaps_port), ("starttls", real_post.imap_port)):
        with pytest.raises(TlsError):
            Mailbox.open(dataclasses.replace(account, security=security, port=port))


def test_a_mail_is_found_by_its_bytes_in_another_folder_and_headers_are_read_alone(
    real_post, account
):
    for number in range(5):
        real_post.deliver(US, mail(number), internaldate=dt.datetime.now(dt.UTC))
    with Mailbox.open(account) as box:
        uids = box.all_uids()
        kept = {one.uid: one for one in box.fetch_many(uids)}
        heads = box.heads(uids, ("SUBJECT",))
        assert [heads[uid].split() for uid in uids] == [
            [b"Subject:", str(number).encode()] for number in range(5)
        ]
        assert box.move(uids[3], ASIDE)
        assert not box.move(uids[3], ASIDE)
    wanted = {hashlib.sha256(one.raw).hexdigest(): one.size for one in kept.values()}
    moved = hashlib.sha256(kept[uids[3]].raw).hexdigest()
    with Mailbox.open(dataclasses.replace(account, folder=ASIDE)) as box:
        assert box.located(wanted) == {moved: box.all_uids()[0]}
        assert box.located({moved: kept[uids[3]].size + 1}) == {}
