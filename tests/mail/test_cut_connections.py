"""What our two doors say when the wire breaks, place by place, before real servers."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import pytest

from mcu_mail.errors import TemporaryError
from mcu_mail.mail.imap import ImapAccount, Mailbox
from mcu_mail.mail.smtp import Delivery, NotSentError, Post, SmtpAccount, UnclearError
from tests.peers.cuts import IMAP_PLACES, SMTP_PLACES, WAYS, BrokenWire, Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.peers.cuts import Way
    from tests.peers.post import RealPostOffice

pytestmark = pytest.mark.peers

US, FIRST, SECOND = "mcu@okrug.example", "otvet@region.example", "priem@region.example"
LETTER = b"Subject: x\r\n\r\n" + b"line\r\n" * 4000


@pytest.fixture
def smtp(real_post: RealPostOffice) -> Iterator[BrokenWire]:
    with BrokenWire(real_post.smtp_port, "smtp") as wire:
        yield wire


def outgoing(wire: BrokenWire, timeout: float = 10) -> SmtpAccount:
    return SmtpAccount(
        host="127.0.0.1",
        port=wire.port,
        security="none",
        user="mcu",
        password="пароль-от-ящика",
        timeout=timeout,
        data_timeout=timeout,
    )


def outcome(account: SmtpAccount) -> str:
    """What the door says of one letter to two recipients and to ourselves."""
    try:
        with Post(account) as post:
            delivery: Delivery = post.send(US, [FIRST, SECOND, US], LETTER)
    except UnclearError:
        return "unclear"
    except NotSentError:
        return "not sent"
    assert delivery.data is not None
    assert delivery.data.accepted
    return "sent"


def arrived(post: RealPostOffice) -> list[int]:
    return [len(post.mailbox(address)) for address in (FIRST, SECOND, US)]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("place", SMTP_PLACES)
def test_a_cut_anywhere_is_named_for_what_it_leaves(
    real_post: RealPostOffice, smtp: BrokenWire, place: str, way: Way
) -> None:
    smtp.plan(Fault(place=place, way=way))
    said = outcome(outgoing(smtp))
    assert smtp.happened == 1
    # A short letter is on its way, dot and all, before we can know that the wire broke in it.
    expected = {"dot": {"unclear"}, "quit": {"sent"}, "body": {"not sent", "unclear"}}
    assert said in expected.get(place, {"not sent"})
    there = (place, way) == ("dot", "back") or place == "quit"
    assert arrived(real_post) == ([1, 1, 1] if there else [0, 0, 0])


def test_a_delay_changes_nothing_and_a_silence_ends_with_its_time_out(
    real_post: RealPostOffice, smtp: BrokenWire
) -> None:
    for place in ("mail", "dot"):
        smtp.plan(Fault(place=place, way="back", action="delay", seconds=0.05))
        assert outcome(outgoing(smtp)) == "sent"
        assert smtp.happened == 1
    smtp.plan(Fault(place="rcpt", way="out", action="silence"))
    assert outcome(outgoing(smtp, timeout=0.2)) == "not sent"
    smtp.plan(Fault(place="dot", way="back", action="silence"))
    assert outcome(outgoing(smtp, timeout=0.2)) == "unclear"
    assert arrived(real_post) == [3, 3, 3]


@pytest.mark.parametrize(("way", "octets"), [("out", 0), ("out", 800), ("back", 60), ("back", 800)])
def test_under_tls_a_connection_is_cut_by_octets(
    real_post: RealPostOffice, monkeypatch: pytest.MonkeyPatch, octets: int, way: Way
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(real_post.cafile))
    with BrokenWire(real_post.smtps_port, "raw") as wire:
        wire.plan(Fault(way=way, octets=octets))
        account = SmtpAccount(host="127.0.0.1", port=wire.port, security="tls", timeout=10)
        with pytest.raises(TemporaryError), Post(account) as post:
            post.send(US, [FIRST], LETTER)
        assert wire.happened == 1
        with Post(account) as post:
            delivery = post.send(US, [FIRST], LETTER)
    assert delivery.recipients[FIRST].accepted
    assert len(real_post.mailbox(FIRST)) == 1


def incoming(wire: BrokenWire) -> ImapAccount:
    return ImapAccount(
        host="127.0.0.1",
        port=wire.port,
        security="none",
        user="mcu",
        password="пароль-от-ящика",
        folder="INBOX",
        done="МЦУ/Обработано",
        aside="МЦУ/Не разобрано",
        ignored="МЦУ/Прочее",
        timeout=10,
    )


def visit(account: ImapAccount) -> list[bytes]:
    """Read everything and move it: what was read before the wire broke."""
    read: list[bytes] = []
    with contextlib.suppress(TemporaryError), Mailbox.open(account) as box:
        # One by one: what was read before the wire broke counts.
        for message in box.fetch_many(box.all_uids()):
            read.append(message.raw)  # noqa: PERF401 - a list that is made whole at the end is none
        box.move_many(box.all_uids(), account.done)
    return read


@pytest.mark.parametrize(
    ("place", "way", "octets"),
    [
        *((place, way, 0) for place in IMAP_PLACES for way in WAYS),
        ("fetch", "back", 9000),
        ("move", "back", 5),
    ],
)
def test_a_mailbox_cut_off_anywhere_gives_no_half_mail_and_loses_none(
    real_post: RealPostOffice, place: str, way: Way, octets: int
) -> None:
    for number in (1, 2):
        real_post.deliver(US, b"Subject: %d\r\n\r\n" % number + b"words\r\n" * 1000)
    whole = real_post.mailbox(US)
    with BrokenWire(real_post.imap_port, "imap") as wire:
        account = incoming(wire)
        wire.plan(Fault(place=place, way=way, octets=octets))
        read = visit(account)
        assert wire.happened == 1
        assert read == (whole if place == "move" else [])
        wire.heal()
        visit(account)
    assert real_post.mailbox(US) == []
    assert real_post.mailbox(US, account.done) == whole
