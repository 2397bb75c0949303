"""The mail server on a bad day: away, tired, or silent after the final dot."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mcu_mail.documents.folder import Folder
from mcu_mail.domain.hand_catalogue import SET_NOTE
from mcu_mail.rehearsal.people import text_of
from mcu_mail.service import delivery
from mcu_mail.service.attempt import attempt_id
from mcu_mail.service.dispatch import recover
from mcu_mail.service.rounds import Rounds
from mcu_mail.store.queue import RecipientState
from tests.peers.wire import WireServer, smtp_script
from tests.stories.signed_letter import (
    NUMBER,
    OURS,
    PASSWORD,
    REGION,
    Prepared,
    at,
    copies,
    dispatcher,
    letter_out,
    listing,
    register,
    states,
    subjects,
    tell,
    the_case,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from mcu_mail.rehearsal.postoffice import PostOffice
    from mcu_mail.rehearsal.stage import Stage

FIRST, SECOND = REGION
FEATURES = (b"SIZE 50000000", b"8BITMIME", b"AUTH PLAIN")


class Office:
    """The same office through several restarts, each with its own outgoing server."""

    def __init__(self, waiting: Prepared, folder: Path, post: PostOffice) -> None:
        self.waiting = waiting
        self.folder = folder
        self.post = post
        self.first = True

    def open(self, port: int | None = None, changes: Mapping[str, object] | None = None) -> Stage:
        """The office with an outgoing server on `port`, the post office's own without it."""
        changed = {**(changes or {})}
        if port is not None:
            changed["mail.smtp.port"] = port
        if self.first:
            self.first = False
            stage = self.waiting.on(self.folder, self.post, changed)
            stage.drop("Scan0001.pdf", self.waiting.scan)
            return stage
        from mcu_mail.rehearsal.stage import Stage as Again

        return Again(self.folder, self.post, PASSWORD, {**self.waiting.changes, **changed})


@pytest.fixture
def office(waiting_letter: Prepared, tmp_path: Path, post_office: PostOffice) -> Office:
    return Office(waiting_letter, tmp_path / "office", post_office)


def play(stage: Stage, *moments: str) -> tuple[str, ...]:
    faults: tuple[str, ...] = ()
    with stage.opened():
        for moment in moments:
            faults = stage.play(at(stage, moment))
    return faults


def dying_after_the_dot(letters: list[bytes]) -> WireServer:
    """Takes the letter and hangs up instead of saying so."""
    return WireServer(smtp_script(answers={b".": None}, features=FEATURES, letters=letters))


def free_port() -> int:
    """A port on which nobody listens."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as held:
        port: int = held.getsockname()[1]
    return port


@pytest.mark.parametrize(
    "server",
    [
        None,
        lambda: WireServer(lambda talk: talk.say(b"421 4.3.2 shutting down")),
        lambda: WireServer(lambda talk: talk.say(b"554 5.3.2 no service")),
        lambda: WireServer(lambda talk: talk.close()),
        lambda: WireServer(smtp_script(answers={b"EHLO": None}, features=FEATURES)),
    ],
    ids=["nobody listens", "421", "554", "hangs up", "hangs up at EHLO"],
)
def test_nothing_is_lost_while_the_server_is_away(
    office: Office, server: Callable[[], WireServer] | None
) -> None:
    if server is None:
        assert play(office.open(free_port()), "16:40") == ("smtp",)
    else:
        with server() as wire:
            assert play(office.open(wire.port), "16:40") == ("smtp",)
            # One try is enough for a moment: no loop beats on a server that is down.
            assert wire.connections == 1
            play(office.open(wire.port), "16:40", "16:40")
            assert wire.connections == 1

    stage = office.open()
    with stage.opened():
        assert len(register(stage)) == 1
        assert copies(stage) == [0, 0]
        assert stage.play(at(stage, "16:41")) == ()
        assert copies(stage) == [1, 1]
        assert states(stage) == dict.fromkeys(REGION, "accepted")
        assert len(register(stage)) == 1


def test_a_server_that_is_away_is_asked_ever_more_seldom(office: Office) -> None:
    with WireServer(lambda talk: talk.say(b"421 4.3.2 shutting down")) as wire:
        stage = office.open(wire.port)
        with stage.opened():
            rounds = Rounds(desk=stage.desk, played=True)
            for minute in range(60):
                rounds.until_idle(at(stage, f"16:{minute:02}"))
            tries = letter_out(stage).addressees[0].attempts
            assert 10 <= tries <= 16, "every five minutes after the first tries"
        assert wire.connections <= 60, "whatever else is queued: once a minute at most"
        assert rounds.health.faults


def test_ten_minutes_without_sending_are_an_alarm_and_the_mails_say_it_later(
    office: Office,
) -> None:
    with WireServer(lambda talk: talk.say(b"421 4.3.2 shutting down")) as wire:
        stage = office.open(wire.port)
        with stage.opened():
            rounds = Rounds(desk=stage.desk, played=True)
            for minute in range(20):
                rounds.until_idle(at(stage, f"16:{minute:02}"))
            assert "smtp" in rounds.health.alarmed
    stage = office.open()
    with stage.opened():
        stage.play(at(stage, "16:30"))
        for address in ("it@okrug.example", dispatcher.address):
            told = [one for one in subjects(stage, address) if "не отправляется" in one]
            assert len(told) == 1


@pytest.mark.parametrize(
    ("at_command", "answer"),
    [
        (b"DATA", None),
        (b"MAIL", b"421 4.3.2 shutting down"),
        (b"RCPT", b"421 4.3.2 shutting down"),
        (b"DATA", b"421 4.3.2 shutting down"),
        (b".", b"421 4.3.2 shutting down"),
        (b".", b"451 4.3.0 try again later"),
    ],
)
def test_a_letter_that_was_not_taken_is_simply_sent_later(
    office: Office, at_command: bytes, answer: bytes | None
) -> None:
    script = smtp_script(answers={at_command: answer}, features=FEATURES)
    with WireServer(script) as wire:
        play(office.open(wire.port), "16:40")
        assert wire.connections <= 3, "no message has a connection of its own"
    stage = office.open()
    with stage.opened():
        assert states(stage) == dict.fromkeys(REGION, "deferred")
        assert register(stage)[0].state == "registered"
        stage.play(at(stage, "16:45"))
        assert copies(stage) == [1, 1]
        assert register(stage)[0].state == "sent"


def test_421_at_quit_takes_no_acceptance_back(office: Office) -> None:
    letters: list[bytes] = []
    answers = {b"QUIT": b"421 4.4.2 timeout"}
    with WireServer(smtp_script(answers=answers, features=FEATURES, letters=letters)) as wire:
        assert play(office.open(wire.port), "16:40", "16:41", "16:50") == ()
    assert sum(b"X-Letter-Id: " in one for one in letters) == 1
    stage = office.open()
    with stage.opened():
        assert states(stage) == dict.fromkeys(REGION, "accepted")
        assert register(stage)[0].state == "sent"


def test_the_witness_settles_what_the_server_left_unsaid(office: Office) -> None:
    letters: list[bytes] = []
    with dying_after_the_dot(letters) as wire:
        stage = office.open(wire.port)
        with stage.opened():
            stage.play(at(stage, "16:40"))
            assert states(stage) == dict.fromkeys(REGION, "unknown")
            assert the_case(stage).state.value == "aside"
            assert len(letters) == 1
    stage = office.open()
    with stage.opened():
        # The server had taken it: the copies of the region and ours arrive.
        for address in (*REGION, OURS):
            office.post.deliver(address, letters[0])
        stage.play(at(stage, "16:42"))
        assert states(stage) == dict.fromkeys(REGION, "accepted")
        assert the_case(stage).state.value == "closed"
        assert register(stage)[0].state == "sent"
        stage.play(at(stage, "17:30"))
        assert copies(stage) == [1, 1]
        assert not any("Неизвестно" in one for one in subjects(stage, dispatcher.address))


def test_without_a_witness_the_dispatcher_is_asked_after_the_wait(office: Office) -> None:
    letters: list[bytes] = []
    with dying_after_the_dot(letters) as wire:
        play(office.open(wire.port), "16:40")
    stage = office.open()
    with stage.opened():
        stage.play(at(stage, "16:54"))
        assert not any("Неизвестно" in one for one in subjects(stage, dispatcher.address))
        for moment in ("16:55", "16:56", "17:30"):
            stage.play(at(stage, moment))
        asked = [
            one for one in stage.mails(dispatcher.address) if "Неизвестно" in str(one["Subject"])
        ]
        assert len(asked) == 1
        assert copies(stage) == [0, 0]
        note = stage.desk.folders.base / Folder.READY / NUMBER / SET_NOTE
        words = note.read_text("utf-8-sig")
        assert "неизвестно, ушло ли" in words
        assert "Программа отправит его сама" not in words
        assert register(stage)[0].state == "registered"

        tell(stage, dispatcher, asked[0], "Отправлено вручную 17:35", "17:36")
        stage.play(at(stage, "17:40"))
        assert the_case(stage).state.value == "closed"
        assert register(stage)[0].state == "sent"
        assert copies(stage) == [0, 0]


def test_a_witness_that_comes_after_the_question_answers_it(office: Office) -> None:
    letters: list[bytes] = []
    with dying_after_the_dot(letters) as wire:
        play(office.open(wire.port), "16:40")
    stage = office.open()
    with stage.opened():
        stage.play(at(stage, "17:00"))
        office.post.deliver(OURS, letters[0])
        stage.play(at(stage, "17:05"))
        assert the_case(stage).state.value == "closed"
        with stage.desk.store.view() as view:
            assert view.requests.open_of_case(1) == ()


def test_a_resend_that_was_chosen_is_the_same_letter(office: Office) -> None:
    letters: list[bytes] = []
    changes = {"mail.witness": {"wait_seconds": 900, "then": "resend"}}
    with dying_after_the_dot(letters) as wire:
        play(office.open(wire.port, changes), "16:40")
    stage = office.open(changes=changes)
    with stage.opened():
        stage.play(at(stage, "16:50"))
        assert copies(stage) == [0, 0]
        stage.play(at(stage, "16:56"))
        assert copies(stage) == [1, 1]
        (again,) = office.post.mailbox(FIRST)
        assert letters[0].count(b"\r\nX-Letter-Id: ") == 1
        first, second = (without_attempt(one) for one in (letters[0], again))
        assert first == second
        assert f"{attempt_id(letter_out(stage))}".endswith(".2")
        assert not any("Неизвестно" in one for one in subjects(stage, dispatcher.address))


def test_no_resend_overrides_the_dispatcher_who_has_closed_the_case(office: Office) -> None:
    letters: list[bytes] = []
    answers = {f"RCPT TO:<{FIRST}>".encode(): b"550 5.1.1 no such user", b".": None}
    changes = {"mail.witness": {"wait_seconds": 900, "then": "resend"}}
    with WireServer(smtp_script(answers=answers, features=FEATURES, letters=letters)) as wire:
        play(office.open(wire.port, changes), "16:40")
    stage = office.open(changes=changes)
    with stage.opened():
        stage.play(at(stage, "16:42"))
        assert states(stage) == {FIRST: "refused", SECOND: "unknown"}
        (asked,) = (one for one in stage.mails(dispatcher.address) if FIRST in text_of(one))
        tell(stage, dispatcher, asked, "Закрыть: ответ передан по телефону", "16:43")
        for moment in ("16:44", "16:56", "17:30"):
            stage.play(at(stage, moment))
        assert the_case(stage).state.value == "closed"
        assert states(stage) == {FIRST: "refused", SECOND: "unknown"}
        assert copies(stage) == [0, 0]


def without_attempt(letter: bytes) -> bytes:
    """Without what names the attempt, and what proves that name."""
    own = (b"X-Letter-Id: ", b"X-Letter-Proof: ")
    lines = letter.split(b"\r\n")
    return b"\r\n".join(one for one in lines if not one.startswith(own)).rstrip()


def test_the_witness_of_an_earlier_attempt_proves_nothing_about_a_later_one(
    office: Office,
) -> None:
    office.post.refuse(SECOND, 450, "4.2.1 later", times=1)
    stage = office.open()
    with stage.opened():
        stage.play(at(stage, "16:40"))
        stage.play(at(stage, "16:40"))
        assert letter_out(stage).witnessed_at is not None
        assert states(stage) == {FIRST: "accepted", SECOND: "deferred"}
    letters: list[bytes] = []
    with dying_after_the_dot(letters) as wire:
        play(office.open(wire.port), "16:42")
    stage = office.open()
    with stage.opened():
        stage.play(at(stage, "16:43"))
        assert states(stage) == {FIRST: "accepted", SECOND: "unknown"}
        assert register(stage)[0].state == "registered"
        stage.play(at(stage, "17:00"))
        assert sum("Неизвестно" in one for one in subjects(stage, dispatcher.address)) == 1
        office.post.deliver(OURS, letters[0])
        stage.play(at(stage, "17:01"))
        assert states(stage) == dict.fromkeys(REGION, "accepted")


def test_who_was_turned_away_before_the_cut_is_not_in_doubt(office: Office) -> None:
    answers = {f"RCPT TO:<{SECOND}>".encode(): b"550 5.1.1 no such user", b".": None}
    letters: list[bytes] = []
    with WireServer(smtp_script(answers=answers, features=FEATURES, letters=letters)) as wire:
        stage = office.open(wire.port)
        with stage.opened():
            stage.play(at(stage, "16:40"))
            assert states(stage) == {FIRST: "unknown", SECOND: "refused"}


@pytest.mark.parametrize("handed_over", [False, True])
def test_a_daemon_killed_while_sending_settles_it_at_the_next_start(
    office: Office, handed_over: bool
) -> None:
    # The server says «later», so that the letter stands in the queue as before the kill.
    for address in REGION:
        office.post.refuse(address, 450, "4.2.1 later", times=1)
    stage = office.open()
    with stage.opened():
        stage.play(at(stage, "16:40"))
        message = letter_out(stage)
        with stage.desk.store.work() as work:
            ids = [item.id for item in message.recipients]
            for one in ids:
                work.queue.set_state(one, {"state": RecipientState.queued})
            assert work.queue.start(ids)
            if handed_over:
                work.queue.rcpt_done(message.id, at(stage, "16:41"))
            work.commit()
    stage = office.open()
    with stage.opened():
        stage.play(at(stage, "16:45"))
        if not handed_over:
            assert copies(stage) == [1, 1]
            assert register(stage)[0].state == "sent"
            return
        assert copies(stage) == [0, 0]
        assert states(stage) == dict.fromkeys(REGION, "unknown")
        with stage.desk.store.view() as view:
            raw = stage.desk.store.files.get(view.queue.get(letter_out(stage).id).raw)
        ours = letter_out(stage)
        plain = f"X-Letter-Id: {ours.letter_id}\r\n".encode()
        witness = raw.replace(plain, f"X-Letter-Id: {attempt_id(ours)}\r\n".encode())
        assert witness != raw
        office.post.deliver(OURS, witness)
        stage.play(at(stage, "16:50"))
        assert states(stage) == dict.fromkeys(REGION, "accepted")
        assert copies(stage) == [0, 0]
        assert register(stage)[0].state == "sent"
        assert recover(stage.desk, at(stage, "16:51")) == 0


def test_a_fault_of_ours_after_the_acceptance_never_sends_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the disk is full")

    stage = office.open()
    with stage.opened():
        with monkeypatch.context() as patched:
            patched.setattr(delivery, "_sent", broken)
            stage.play(at(stage, "16:40"))
        assert states(stage) == dict.fromkeys(REGION, "accepted")
        assert register(stage)[0].state == "registered"
        for moment in ("16:42", "16:50", "17:10"):
            stage.play(at(stage, moment))
        assert copies(stage) == [1, 1]
        assert register(stage)[0].state == "sent"
        assert the_case(stage).state.value == "closed"
        assert f"{NUMBER} Подтверждение отправки.pdf" in listing(stage, "Отправлено/2026")


def test_a_refused_login_is_tried_once_and_the_letter_waits(office: Office) -> None:
    script = smtp_script(answers={b"AUTH": b"535 5.7.8 bad credentials"}, features=FEATURES)
    with WireServer(script) as wire:
        stage = office.open(wire.port)
        with stage.opened():
            rounds = Rounds(desk=stage.desk, played=True)
            for minute in range(14):
                rounds.until_idle(at(stage, f"16:{minute:02}"))
            assert wire.connections == 1, "an account is not locked out"
            rounds.until_idle(at(stage, "16:16"))
            assert wire.connections == 2
            assert isinstance(rounds.health.faults["smtp"], str)
    stage = office.open()
    with stage.opened():
        stage.play(at(stage, "16:40"))
        assert copies(stage) == [1, 1]
