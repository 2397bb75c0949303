"""The copy of a letter in our own mailbox: late, dropped, refused, renamed, or not to be read."""

from __future__ import annotations

import re
from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING

import pytest

from mcu_mail.rehearsal.people import press, reply
from mcu_mail.rehearsal.stage import Stage
from mcu_mail.service.receive import STRANGERS, _Ranks
from tests.peers.cuts import BrokenWire, Fault
from tests.peers.wire import WireServer, smtp_script
from tests.stories.signed_letter import (
    DRAFT,
    NATIVE,
    OURS,
    PASSWORD,
    REGION,
    Prepared,
    at,
    cases,
    copies,
    deputy,
    dispatcher,
    faulty,
    head,
    kinds,
    letter_out,
    notice,
    register,
    states,
    subjects,
    texts,
    the_case,
)

if TYPE_CHECKING:
    from pathlib import Path

    from mcu_mail.rehearsal.postoffice import PostOffice
    from tests.peers.post import RealPostOffice

FIRST, SECOND = REGION
FEATURES = (b"SIZE 50000000", b"8BITMIME", b"AUTH PLAIN")
ADMINISTRATOR = "it@okrug.example"
DROPPED, REFUSES, UNCLEAR = "Проверьте, дошёл ли ответ", "не принимает писем", "Неизвестно"


def told(stage: Stage, words: str, address: str = dispatcher.address) -> int:
    return sum(words in one for one in subjects(stage, address))


def test_a_letter_that_a_filter_drops_after_the_250_is_told_of_once(
    waiting_letter: Prepared, tmp_path: Path, post_office: PostOffice
) -> None:
    letters: list[bytes] = []
    with WireServer(smtp_script(features=FEATURES, letters=letters)) as wire:
        changed = {"mail.smtp.port": wire.port}
        stage = waiting_letter.on(tmp_path / "office", post_office, changed)
        with stage.opened():
            stage.drop("скан.pdf", waiting_letter.scan)
            stage.play(at(stage, "16:40"))
            assert states(stage) == dict.fromkeys(REGION, "accepted")
            assert the_case(stage).state.value == "closed"
            stage.play(at(stage, "16:54"))
            assert "no_witness" not in kinds(stage)
            for moment in ("16:56", "16:57", "17:30"):
                stage.play(at(stage, moment))
            assert kinds(stage).count("no_witness") == 1
            warnings = [one for one in letters if "Проверьте".encode() in decoded(one)]
            assert len(warnings) == 1
            assert f"To: {dispatcher.address}".encode() in warnings[0]
            assert len(register(stage)) == 1
            assert sum(b"X-Letter-Id: " in one for one in letters) == 1, "nothing is sent again"


def decoded(letter: bytes) -> bytes:
    return str(message_from_bytes(letter, policy=default)["Subject"]).encode()


def test_while_our_mailbox_cannot_be_read_nothing_is_concluded_from_its_silence(
    waiting_letter: Prepared, tmp_path: Path, post_office: PostOffice
) -> None:
    with (
        BrokenWire(post_office.smtp_port, "smtp") as smtp,
        BrokenWire(post_office.imap_port, "imap") as imap,
    ):
        changed = {
            "mail.smtp.port": smtp.port,
            "mail.imap.port": imap.port,
            "mail.witness": {"wait_seconds": 900, "then": "resend"},
        }
        stage = waiting_letter.on(tmp_path / "office", post_office, changed)
        with stage.opened():
            stage.play(at(stage, "16:38"))
            stage.drop("скан.pdf", waiting_letter.scan)
            smtp.plan(Fault(place="dot", way="back"))
            imap.plan(Fault(place="login", way="out", times=1000))
            for moment in ("16:40", "16:56", "17:20", "17:50"):
                stage.play(at(stage, moment))
            assert states(stage) == dict.fromkeys(REGION, "unknown")
            assert copies(stage) == [1, 1], "the witness lies in the mailbox, unread"
            imap.heal()
            stage.play(at(stage, "17:59"))
            assert states(stage) == dict.fromkeys(REGION, "accepted")
            assert copies(stage) == [1, 1]
            assert register(stage)[0].state == "sent"


@pytest.mark.parametrize("answer", [(452, "4.2.2 mailbox full"), (552, "5.2.2 mailbox full")])
def test_a_letter_goes_though_our_own_mailbox_is_full_and_people_hear_of_it(
    waiting_letter: Prepared, tmp_path: Path, post_office: PostOffice, answer: tuple[int, str]
) -> None:
    stage = waiting_letter.on(tmp_path / "office", post_office)
    with stage.opened():
        faulty(stage).refuse(OURS, *answer)
        stage.drop("скан.pdf", waiting_letter.scan)
        for moment in ("16:40", "16:41", "16:56", "17:30"):
            assert stage.play(at(stage, moment)) == ()
        assert copies(stage) == [1, 1]
        assert states(stage) == dict.fromkeys(REGION, "accepted")
        assert the_case(stage).state.value == "closed"
        assert kinds(stage).count("no_witness") == 1
        for address in (ADMINISTRATOR, dispatcher.address):
            assert told(stage, REFUSES, address) == 1
            assert "mailbox full" in texts(stage, address)
        assert told(stage, DROPPED) == 0


@pytest.mark.peers
def test_a_letter_that_the_server_holds_for_twenty_minutes_is_asked_about_and_never_sent_again(
    waiting_letter: Prepared, tmp_path: Path, real_post: RealPostOffice
) -> None:
    with BrokenWire(real_post.smtp_port, "smtp") as wire:
        stage = waiting_letter.on(tmp_path / "office", real_post, {"mail.smtp.port": wire.port})
        with stage.opened():
            stage.drop("скан.pdf", waiting_letter.scan)
            real_post.act(FIRST, "HOLD")
            wire.plan(Fault(place="dot", way="back"))
            stage.play(at(stage, "16:40"))
            for moment in ("16:54", "16:55", "16:59"):
                assert states(stage) == dict.fromkeys(REGION, "unknown")
                stage.play(at(stage, moment))
            assert copies(stage) == [0, 0]
            assert told(stage, UNCLEAR) == 1
            real_post.release()
            for moment in ("17:00", "17:30"):
                stage.play(at(stage, moment))
            assert copies(stage) == [1, 1]
            assert states(stage) == dict.fromkeys(REGION, "accepted")
            assert the_case(stage).state.value == "closed"
            assert letter_out(stage).recipients[0].attempts == 1


def test_the_witness_is_read_before_a_flood_of_strangers(
    tmp_path: Path, post_office: PostOffice
) -> None:
    stage = Stage(tmp_path / "office", post_office, PASSWORD, NATIVE)
    with stage.opened():
        ranks = _Ranks(stage.desk)
        own = f"From: МЦУ <{OURS}>\r\nX-Letter-Id: x\r\n\r\n".encode()
        assert ranks.of(own) < STRANGERS
        assert ranks.of(own.replace(OURS.encode(), b"someone@flood.example")) == STRANGERS


def renamed(letter: bytes) -> bytes:
    """What a gateway makes of a mail that gives every mail an id of its own."""
    return re.sub(
        rb"(?m)^Message-ID: <([^>]*)@[^>]*>", rb"Message-ID: <gw-\1@gateway.test>", letter
    )


def pass_on(stage: Stage, letters: list[bytes]) -> None:
    """The gateway delivers what it has taken."""
    for letter in letters:
        mail = message_from_bytes(letter, policy=default)
        to = [one.addr_spec for one in mail["To"].addresses]
        for address in (*to, *([OURS] if mail["X-Letter-Id"] else [])):
            stage.post.deliver(address, renamed(letter))
    letters.clear()


def test_behind_a_gateway_that_renames_every_mail_answers_find_their_request(
    tmp_path: Path, post_office: PostOffice
) -> None:
    letters: list[bytes] = []
    with WireServer(smtp_script(features=FEATURES, letters=letters)) as wire:
        changed = {**NATIVE, "mail.smtp.port": wire.port}
        stage = Stage(tmp_path / "new", post_office, PASSWORD, changed)
        with stage.opened():
            post_office.deliver(OURS, notice(stage, "2026-11-23 08:15"))
            stage.play(at(stage, "08:53"))
            pass_on(stage, letters)
            asked = stage.mails(head.address)[-1]
            assert "gateway.test" in str(asked["Message-ID"])
            post_office.deliver(OURS, reply(head, asked, DRAFT, at(stage, "11:30")))
            stage.play(at(stage, "11:31"))
            pass_on(stage, letters)
            asked = stage.mails(deputy.address)[-1]
            post_office.deliver(OURS, press(deputy, asked, "Согласовать", at(stage, "13:00")))
            stage.play(at(stage, "13:01"))
            assert the_case(stage).step == "sign"
            assert len(cases(stage)) == 1


def test_an_answer_to_the_name_that_a_gateway_gave_a_letter_finds_the_letter(
    tmp_path: Path, post_office: PostOffice, waiting_letter: Prepared
) -> None:
    letters: list[bytes] = []
    with WireServer(smtp_script(features=FEATURES, letters=letters)) as wire:
        stage = waiting_letter.on(tmp_path / "office", post_office, {"mail.smtp.port": wire.port})
        with stage.opened():
            stage.drop("скан.pdf", waiting_letter.scan)
            stage.play(at(stage, "16:40"))
            pass_on(stage, letters)
            stage.play(at(stage, "16:41"))
            (copy,) = stage.mails(SECOND)
            raw = (
                f"From: press@region.example\r\nTo: {OURS}\r\nSubject: Re: ваш ответ\r\n"
                f"Message-ID: <r1@region.example>\r\nIn-Reply-To: {copy['Message-ID']}\r\n"
                "Content-Type: text/plain; charset=utf-8\r\n\r\nПросим уточнить срок уборки.\r\n"
            )
            stage.post.deliver(OURS, raw.encode())
            stage.play(at(stage, "16:50"))
            pass_on(stage, letters)
            assert the_case(stage).state.value == "aside"
            assert told(stage, "ответил") == 1
            assert "Просим уточнить срок уборки" in texts(stage, dispatcher.address)
