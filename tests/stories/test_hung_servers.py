"""Servers that hang or refuse us: what a pass waits for, and what goes on meanwhile."""

from __future__ import annotations

import dataclasses
import time
from typing import TYPE_CHECKING

import pytest

from mcu_mail.rehearsal.people import reply
from mcu_mail.rehearsal.stage import PASSWORD_VARIABLE, Stage
from mcu_mail.service.rounds import Rounds
from tests.peers.cuts import BrokenWire, Fault
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
    dispatcher,
    head,
    letter_out,
    notice,
    register,
    states,
    subjects,
    the_case,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from mcu_mail.rehearsal.postoffice import PostOffice
    from tests.peers.cuts import Action
    from tests.peers.post import RealPostOffice


@pytest.fixture
def smtp(post_office: PostOffice) -> Iterator[BrokenWire]:
    with BrokenWire(post_office.smtp_port, "smtp") as wire:
        yield wire


@pytest.fixture
def imap(post_office: PostOffice) -> Iterator[BrokenWire]:
    with BrokenWire(post_office.imap_port, "imap") as wire:
        yield wire


def patience(stage: Stage, **seconds: float) -> dict[str, float]:
    """How long the doors wait in this office: `imap`, `smtp` (the verdict on a letter), `hold`."""
    waits = {"imap": 20.0, "smtp": 20.0, "hold": 20.0, **seconds}
    desk = stage.desk
    imap, smtp = desk.imap(), desk.smtp()
    stage._desk = dataclasses.replace(
        desk,
        imap=lambda: dataclasses.replace(imap, timeout=waits["imap"]),
        smtp=lambda: dataclasses.replace(smtp, data_timeout=waits["smtp"], hold=waits["hold"]),
    )
    return waits


def test_a_mailbox_that_is_silent_lets_the_letter_go_in_the_same_pass(
    waiting_letter: Prepared, tmp_path: Path, post_office: PostOffice, imap: BrokenWire
) -> None:
    stage = waiting_letter.on(tmp_path / "office", post_office, {"mail.imap.port": imap.port})
    with stage.opened():
        waits = patience(stage, imap=0.3)
        # Right after an outage a letter would wait for the mailbox.
        stage.play(at(stage, "16:38"))
        stage.drop("скан.pdf", waiting_letter.scan)
        for moment, place in (("16:40", "login"), ("16:41", "select")):
            imap.plan(Fault(place=place, way="back", action="silence", times=1000))
            assert stage.play(at(stage, moment)) == ("mailbox",)
            assert imap.happened == 1, "one time-out, not one a job"
        assert copies(stage) == [1, 1]
        imap.heal()
        waits["imap"] = 20
        assert stage.play(at(stage, "16:42")) == ()


def test_a_server_that_is_silent_after_the_letter_costs_one_time_out_and_no_verdict(
    waiting_letter: Prepared, tmp_path: Path, post_office: PostOffice, smtp: BrokenWire
) -> None:
    stage = waiting_letter.on(tmp_path / "office", post_office, {"mail.smtp.port": smtp.port})
    with stage.opened():
        waits = patience(stage, smtp=0.3)
        stage.drop("скан.pdf", waiting_letter.scan)
        for serial in range(2, 5):
            post_office.deliver(OURS, notice(stage, "2026-11-23 16:20", serial=serial))
        smtp.plan(Fault(place="dot", way="back", action="silence", times=1000))
        rounds = Rounds(desk=stage.desk, played=True)
        rounds.start(at(stage, "16:40"))
        rounds.until_idle(at(stage, "16:40"))
        assert smtp.connections == smtp.happened == 1, "four were to be sent"
        with stage.desk.store.view() as view:
            assert len(view.queue.unclear()) == 1
        assert len(cases(stage)) == 4, "the mailbox was read"
        # While it is left alone, mail is read and decided about.
        post_office.deliver(OURS, notice(stage, "2026-11-23 16:20", serial=5))
        rounds.until_idle(at(stage, "16:40"))
        assert len(cases(stage)) == 5
        assert smtp.connections == 1

        smtp.heal()
        waits["smtp"] = 20
        for moment in ("16:42", "16:43"):
            rounds.until_idle(at(stage, moment))
        # It had taken the letter: never «failed», never a second time.
        assert states(stage) == dict.fromkeys(REGION, "accepted")
        assert copies(stage) == [1, 1]
        assert register(stage)[0].state == "sent"
        assert not any("Неизвестно" in one for one in subjects(stage, dispatcher.address))
        assert len(stage.mails(head.address)) >= 4


@pytest.mark.parametrize("is_late", [True, False], ids=["a late 250", "no answer at all"])
def test_a_slow_verdict_holds_no_pass_and_counts_when_it_comes(
    waiting_letter: Prepared,
    tmp_path: Path,
    post_office: PostOffice,
    smtp: BrokenWire,
    is_late: bool,
) -> None:
    stage = waiting_letter.on(tmp_path / "office", post_office, {"mail.smtp.port": smtp.port})
    with stage.opened():
        waits = patience(stage, hold=0.2)
        stage.drop("скан.pdf", waiting_letter.scan)
        action: Action = "delay" if is_late else "silence"
        smtp.plan(Fault(place="dot", way="back", action=action, seconds=600))
        assert stage.play(at(stage, "16:40")) == ("smtp",)
        assert list(stage.desk.silent) == [letter_out(stage).id]
        waits["hold"] = 20
        # Other mail goes on, in and out, over another connection; the letter is not sent again.
        post_office.deliver(OURS, notice(stage, "2026-11-23 16:20", serial=2))
        for moment in ("16:42", "17:10"):
            assert stage.play(at(stage, moment)) == ()
            assert states(stage) == dict.fromkeys(REGION, "sending")
        assert len(cases(stage)) == 2
        assert copies(stage) == [1, 1]

        smtp.heal()
        wait_until(lambda: stage.play(at(stage, "17:11")) == () and not stage.desk.silent)
        stage.play(at(stage, "17:12"))
        # Where the connection broke instead, the witness has told it.
        assert states(stage) == dict.fromkeys(REGION, "accepted")
        assert copies(stage) == [1, 1]
        assert register(stage)[0].state == "sent"
        assert not any("Неизвестно" in one for one in subjects(stage, dispatcher.address))


def test_an_address_to_be_tried_again_wakes_no_letter_whose_server_is_still_silent(
    waiting_letter: Prepared, tmp_path: Path, post_office: PostOffice, smtp: BrokenWire
) -> None:
    post_office.refuse(REGION[0], 450, "4.2.1 later", times=1)
    stage = waiting_letter.on(tmp_path / "office", post_office, {"mail.smtp.port": smtp.port})
    with stage.opened():
        waits = patience(stage, hold=0.2)
        stage.drop("скан.pdf", waiting_letter.scan)
        smtp.plan(Fault(place="dot", way="back", action="delay", seconds=600))
        assert stage.play(at(stage, "16:40")) == ("smtp",)
        half = dict(zip(REGION, ("deferred", "sending"), strict=True))
        assert states(stage) == half
        waits["hold"] = 20
        # The first address falls due; then another mail finds the server away.
        stage.play(at(stage, "16:42"))
        assert states(stage) == half
        smtp.plan(Fault(place="mail"))
        post_office.deliver(OURS, notice(stage, "2026-11-23 16:20", serial=2))
        assert stage.play(at(stage, "16:50")) == ("smtp",)
        assert smtp.happened == 1
        assert states(stage) == half
        assert letter_out(stage).rcpt_at is not None, "a power cut now would leave it unclear"
        assert copies(stage) == [0, 1]

        smtp.heal()
        wait_until(lambda: stage.play(at(stage, "17:10")) == () and not stage.desk.silent)
        stage.play(at(stage, "17:12"))
        assert states(stage) == dict.fromkeys(REGION, "accepted")
        assert copies(stage) == [1, 1]


def wait_until(done: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not done():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_an_answer_that_comes_before_we_know_that_its_request_went_counts(
    tmp_path: Path, post_office: PostOffice, smtp: BrokenWire
) -> None:
    changed = {**NATIVE, "mail.smtp.port": smtp.port}
    stage = Stage(tmp_path / "office", post_office, PASSWORD, changed)
    with stage.opened():
        post_office.deliver(OURS, notice(stage, "2026-11-23 08:15"))
        smtp.plan(Fault(place="dot", way="back"))
        stage.play(at(stage, "08:53"))
        (task,) = stage.mails(head.address)
        post_office.deliver(OURS, reply(head, task, DRAFT, at(stage, "08:54")))
        stage.play(at(stage, "08:55"))
        assert the_case(stage).step == "approve_deputy"
        for moment in ("09:09", "09:40"):
            stage.play(at(stage, moment))
        with stage.desk.store.view() as view:
            (asked,) = (
                one for one in view.queue.of_case(1) if one.message_id == str(task["Message-ID"])
            )
        assert [item.state.value for item in asked.addressees] == ["accepted"]
        assert [str(one["Message-ID"]) for one in stage.mails(head.address)].count(
            asked.message_id
        ) == 1, "what was answered is not sent again"


@pytest.mark.peers
def test_a_wrong_password_is_tried_at_most_ten_times_an_hour_and_alarmed_once(
    tmp_path: Path, real_post: RealPostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        BrokenWire(real_post.smtp_port, "smtp") as smtp,
        BrokenWire(real_post.imap_port, "imap") as imap,
    ):
        changed = {**NATIVE, "mail.smtp.port": smtp.port, "mail.imap.port": imap.port}
        stage = Stage(tmp_path / "office", real_post, PASSWORD, changed)
        monkeypatch.setenv(PASSWORD_VARIABLE, "сменили")
        with stage.opened():
            rounds = Rounds(desk=stage.desk, played=True)
            rounds.start(at(stage, "09:00"))
            for minute in range(0, 60, 4):
                rounds.one(at(stage, f"09:{minute:02}"))
            assert imap.connections == 4
            assert 1 <= smtp.connections <= 4
            assert rounds.health.alarmed == {"mailbox", "smtp"}
            monkeypatch.setenv(PASSWORD_VARIABLE, PASSWORD)
            for minute in (1, 17):
                rounds.one(at(stage, f"10:{minute:02}"))
            assert rounds.health.faults == {}
            for words in ("Почта не читается", "Почта не отправляется"):
                told = [one for one in subjects(stage, "it@okrug.example") if words in one]
                assert len(told) == 1
