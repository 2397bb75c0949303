"""The embedded post office does for a rehearsal what real servers do, and not more."""

from __future__ import annotations

import datetime as dt
import pathlib
import smtplib
import socket
import sys

import pytest

from mcu_mail.mail.imap import ImapAccount, LoginRefusedError, Mailbox
from mcu_mail.mail.smtp import Post, SmtpAccount
from mcu_mail.rehearsal.postoffice import PostOffice

US, FIRST, SECOND = "mcu@okrug.example", "otvet@region.example", "priem@region.example"
DONE = "МЦУ/Обработано"
LETTER = b"Subject: x\r\n\r\n.dot\r\nbody\r\n"


def mailbox(office: PostOffice, **changes: str) -> Mailbox:
    fields = {"user": "mcu", "password": "пароль-от-ящика", "folder": "INBOX"} | changes
    return Mailbox.open(
        ImapAccount(
            host="127.0.0.1",
            port=office.imap_port,
            security="none",
            done=DONE,
            aside="МЦУ/Не разобрано",
            ignored="МЦУ/Прочее",
            timeout=10,
            **fields,
        )
    )


def post(office: PostOffice, user: str | None = None, password: str | None = None) -> Post:
    return Post(
        SmtpAccount(
            host="127.0.0.1",
            port=office.smtp_port,
            security="none",
            user=user,
            password=password,
            timeout=10,
        )
    )


def test_a_letter_reaches_every_address_and_our_own_mailbox_by_imap(post_office):
    with post(post_office) as door:
        delivery = door.send(US, [FIRST, US], LETTER)
    assert [answer.code for answer in delivery.recipients.values()] == [250, 250]
    assert post_office.mailbox(FIRST) == [LETTER]
    with mailbox(post_office) as box:
        assert [message.raw for message in box.fetch_many(box.all_uids())] == [LETTER]


@pytest.mark.parametrize(
    "raw",
    [
        LETTER,
        b"Subject: \xff\xfe\x00\n\nbare line ends\n",
        b"no header at all",
        b"From: ((((((((((\r\n\r\n",
        b"X: {5}\r\n\r\n)\r\n* 1 FETCH (UID 7)\r\n",
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n--b--\r\n",
    ],
    ids=["plain", "binary", "no header", "parentheses", "IMAP words", "empty parts"],
)
def test_outside_mail_arrives_octet_for_octet_with_its_time(post_office, raw):
    arrived = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.timezone(dt.timedelta(hours=7)))
    post_office.deliver("MCU@Okrug.Example", raw, internaldate=arrived)
    with mailbox(post_office) as box:
        (uid,) = box.all_uids()
        message = box.fetch(uid)
        assert b"".join(box.pieces(uid, 10)) == raw
    assert message is not None
    assert (message.raw, message.internaldate, message.size) == (raw, arrived, len(raw))
    assert post_office.mailbox(US) == [raw]


def test_arrivals_are_stamped_by_the_offices_own_clock():
    moment = dt.datetime(2026, 12, 31, 23, 59, tzinfo=dt.UTC)
    with PostOffice({US: "p"}, clock=lambda: moment) as office:
        office.deliver(US, LETTER)
        with mailbox(office, user=US, password="p") as box:
            message = box.fetch(box.all_uids()[0])
    assert message is not None
    assert message.internaldate == moment


def test_mail_is_sorted_into_nested_folders_with_cyrillic_names(post_office):
    post_office.deliver(US, LETTER)
    with mailbox(post_office) as box:
        box.ensure_folders()
        box.ensure_folders()
        (uid,) = box.all_uids()
        assert box.move(uid, DONE) is True
        assert box.move(uid, DONE) is False
        assert box.fetch(uid) is None
        post_office.deliver(US, LETTER)
        assert box.move(box.all_uids()[0], "Новая/Папка") is True
    assert post_office.mailbox(US) == []
    assert post_office.mailbox(US, DONE) == [LETTER]
    assert post_office.mailbox(US, "Новая/Папка") == [LETTER]
    assert post_office.mailbox(US, "Нет такой") == []


def test_reading_marks_nothing_and_the_mailbox_keeps_its_identity(post_office):
    post_office.deliver(US, LETTER)
    with mailbox(post_office) as box:
        first = box.uidvalidity
        assert len(list(box.fetch_many(box.all_uids()))) == 1
    with mailbox(post_office) as box:
        assert box.uidvalidity == first
        assert box.uids_above(0) == box.all_uids()
        assert box.uids_above(box.all_uids()[-1]) == []


def test_a_refusal_can_be_scripted_for_good_or_for_a_number_of_times(post_office):
    post_office.refuse(FIRST, 550, "5.1.1 No such user")
    post_office.refuse(SECOND, 450, "4.2.1 Busy", times=1)
    with post(post_office) as door:
        codes = [
            [answer.code for answer in door.send(US, [FIRST, SECOND], LETTER).recipients.values()]
            for _ in range(2)
        ]
        post_office.accept(FIRST)
        assert door.send(US, [FIRST], LETTER).recipients[FIRST].accepted
    assert codes == [[550, 450], [550, 250]]
    assert post_office.mailbox(FIRST) == post_office.mailbox(SECOND) == [LETTER]


def test_only_known_users_with_their_password_come_in(post_office):
    for user, password in (("mcu", "wrong"), ("nobody", "пароль-от-ящика"), (FIRST, "")):
        with pytest.raises(LoginRefusedError):
            mailbox(post_office, user=user, password=password)
        with post(post_office, user, password) as door, pytest.raises(LoginRefusedError):
            door.check()
    with post(post_office, "mcu", "пароль-от-ящика") as door:
        door.check()


@pytest.mark.skipif(sys.platform != "linux", reason="reads the table of Linux")
def test_it_listens_on_this_machine_only(post_office):
    addresses = {
        line.split()[1]
        for table in ("/proc/net/tcp", "/proc/net/tcp6")
        for line in pathlib.Path(table).read_text(encoding="ascii").splitlines()[1:]
        if line.split()[3] == "0A"
    }
    for port in (post_office.imap_port, post_office.smtp_port):
        assert [each for each in addresses if each.endswith(f":{port:04X}")] == [
            f"0100007F:{port:04X}"
        ]


def test_after_it_stops_nobody_answers():
    with PostOffice({}) as office, smtplib.SMTP("127.0.0.1", office.smtp_port) as client:
        client.noop()
    for port in (office.imap_port, office.smtp_port):
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), timeout=5)


def test_two_offices_do_not_know_each_other():
    with PostOffice({US: "a"}) as one, PostOffice({US: "b"}) as other:
        one.deliver(US, LETTER)
        assert other.mailbox(US) == []
        with pytest.raises(LoginRefusedError):
            mailbox(other, user=US, password="a")
