"""A day-old copy is put back: nothing is sent twice, no number is given twice, nothing is lost."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from mcu_mail import wiring
from mcu_mail.failpoints import armed
from mcu_mail.rehearsal.clerk import sign_and_scan
from mcu_mail.rehearsal.people import press, reply
from mcu_mail.service.backing_up import back_up
from mcu_mail.service.reconcile_mark import ask_to_reconcile, is_marked
from mcu_mail.service.reconciling import reconcile, reconciled_line
from mcu_mail.service.restoring import restore
from tests.stories.signed_letter import (
    DRAFT,
    NUMBER,
    OURS,
    REGION,
    Prepared,
    at,
    bring_to_sign,
    cases,
    copies,
    deputy,
    dispatcher,
    faulty,
    head,
    notice,
    register,
    states,
    subjects,
    tell,
    the_case,
)

if TYPE_CHECKING:
    from pathlib import Path

    from mcu_mail.rehearsal.postoffice import PostOffice
    from mcu_mail.rehearsal.stage import Stage
    from tests.peers.post import RealPostOffice

SECOND = "2026-000002"


class Office:
    """An office whose store is copied, lives on, and is put back."""

    def __init__(self, stage: Stage, waiting: Prepared, copy: Path) -> None:
        self.stage = stage
        self.waiting = waiting
        self.copy = copy

    def back_up(self) -> None:
        assert back_up(self.stage.desk.store, self.copy, wiring.clock(), {}).manifest.is_whole

    def live_on(self) -> None:
        """A letter goes, another case is opened and answered, a third one is begun."""
        stage = self.stage
        stage.drop("Scan0001.pdf", self.waiting.scan)
        stage.play(at(stage, "16:40"))
        assert bring_to_sign(stage, day="2026-11-24", serial=2) == SECOND
        stage.drop("Scan0002.pdf", sign_and_scan(stage.to_sign(SECOND), grey=True, dpi=150))
        stage.play("2026-11-24 14:00")
        stage.play("2026-11-24 14:05")
        stage.post.deliver(OURS, notice(stage, "2026-11-24 14:30", serial=3))
        stage.play("2026-11-24 14:31")
        asked = stage.mails(head.address)[-1]
        stage.post.deliver(OURS, reply(head, asked, DRAFT, stage.moment("2026-11-24 14:40")))
        stage.play("2026-11-24 14:41")
        assert copies(stage) == [2, 2]

    def put_back(self) -> None:
        self.stage.close()
        files = self.stage.folder / "var" / "files"
        url = f"sqlite:///{self.stage.folder / 'var' / 'mcu.db'}"
        restore(self.copy, url, files, wiring.clock())

    def copy_by_hand(self, kept: Path) -> None:
        """The administrator copies yesterday's folder over today's."""
        self.stage.close()
        shutil.rmtree(self.stage.folder / "var")
        shutil.copytree(kept, self.stage.folder / "var")


@pytest.fixture
def office(waiting_letter: Prepared, tmp_path: Path, post_office: PostOffice) -> Office:
    stage = waiting_letter.on(tmp_path / "office", post_office)
    return Office(stage, waiting_letter, tmp_path / "mcu.zip")


def numbers(stage: Stage) -> list[tuple[str, str]]:
    return [(entry.number, entry.state) for entry in register(stage)]


def test_a_day_old_copy_learns_from_the_mailbox_what_was_sent_since(office: Office) -> None:
    stage = office.stage
    with stage.opened():
        stage.play(at(stage, "16:30"))
        office.back_up()
        office.live_on()
        before = numbers(stage)
        assert [state for _, state in before] == ["sent", "sent"]
    office.put_back()
    with stage.opened():
        with stage.desk.store.view() as view:
            assert "ещё не прочитала" in reconciled_line(view, stage.desk)
        assert stage.play("2026-11-24 15:00") == ()
        assert copies(stage) == [2, 2]
        assert numbers(stage) == before
        assert states(stage) == dict.fromkeys(REGION, "accepted")
        assert the_case(stage).state == "closed"
        # The second case is known by its letter, and got the words of its notice back.
        assert the_case(stage, SECOND).state == "closed"
        assert "Не чистят снег" in the_case(stage, SECOND).notice.text
        with stage.desk.store.view() as view:
            assert "писем: 2" in reconciled_line(view, stage.desk)
        assert any("найдено писем 2" in one for one in subjects(stage, dispatcher.address))
        # The third begins anew under a number that nobody has seen, and is taken up by the draft
        # that came for it, or is asked for once more.
        third = [one for one in cases_after(stage) if one.state != "closed"]
        assert [one.step for one in third] in (["draft"], ["approve"])
        asked = [one for one in stage.mails(deputy.address) if third[0].number in one["Subject"]]
        if third[0].step == "draft":
            again = [one for one in stage.mails(head.address) if third[0].number in one["Subject"]]
            stage.post.deliver(
                OURS, reply(head, again[-1], DRAFT, stage.moment("2026-11-24 15:10"))
            )
            stage.play("2026-11-24 15:11")
            asked = stage.mails(deputy.address)
        stage.post.deliver(
            OURS, press(deputy, asked[-1], "Согласовать", stage.moment("2026-11-24 15:20"))
        )
        stage.play("2026-11-24 15:21")
        number = third[0].number
        stage.drop("Scan0003.pdf", sign_and_scan(stage.to_sign(number), grey=True, dpi=150))
        stage.play("2026-11-24 15:30")
        assert copies(stage) == [3, 3]
        assert [one for one, _ in numbers(stage)] == [*(one for one, _ in before), "01-12/3"]


def cases_after(stage: Stage):
    """Every case, those behind the numbers that were left out too."""
    with stage.desk.store.view() as view:
        return [*cases(stage), *(one for one in view.cases.open() if one not in cases(stage))]


@pytest.mark.peers
def test_a_folder_copied_back_by_hand_is_noticed_and_a_killed_look_is_taken_up_again(
    waiting_letter: Prepared, tmp_path: Path, real_post: RealPostOffice
) -> None:
    stage = waiting_letter.on(tmp_path / "office", real_post)
    office = Office(stage, waiting_letter, tmp_path / "mcu.zip")
    with stage.opened():
        stage.play(at(stage, "16:30"))
    kept = tmp_path / "kept"
    shutil.copytree(stage.folder / "var", kept)
    with stage.opened():
        office.live_on()
        before = numbers(stage)
    office.copy_by_hand(kept)
    with stage.opened():
        # Each is tried again minutes later: until then a database that failed is left alone.
        for at_time, point in (
            ("15:00", "commit:service.reading_again.read_again:after@2"),
            ("15:05", "commit:service.reconciling._put_back:after"),
            ("15:10", "commit:service.reconciling._end:before"),
        ):
            with armed(f"{point}=EIO"):
                assert stage.play(f"2026-11-24 {at_time}") == ("mailbox",)
                assert is_marked(stage.desk)
            assert copies(stage) == [2, 2]
        assert stage.play("2026-11-24 15:15") == ()
        assert copies(stage) == [2, 2]
        assert numbers(stage) == before
        assert "Восстановлено из копии: найдено писем 2" in str(subjects(stage, dispatcher.address))


@pytest.mark.parametrize("anything_new", [True, False])
def test_a_letter_that_may_have_gone_is_asked_about_and_one_that_cannot_have_goes(
    office: Office, anything_new: bool
) -> None:
    stage = office.stage
    with stage.opened():
        for address in REGION:
            faulty(stage).refuse(address, 451, "4.7.1 greylisted")
        stage.drop("Scan0001.pdf", office.waiting.scan)
        stage.play(at(stage, "16:40"))
        assert states(stage) == dict.fromkeys(REGION, "deferred")
        office.back_up()
        if anything_new:
            stage.post.deliver(OURS, notice(stage, "2026-11-23 16:45", serial=3))
            stage.play(at(stage, "16:46"))
    office.put_back()
    for address in REGION:
        faulty(stage).accept(address)
    with stage.opened():
        assert stage.play(at(stage, "17:00")) == ()
        stage.play(at(stage, "17:20"))
        if not anything_new:
            assert copies(stage) == [1, 1]
            return
        assert copies(stage) == [0, 0]
        assert states(stage) == dict.fromkeys(REGION, "unknown")
        asked = stage.mails(dispatcher.address)[-1]
        assert "Неизвестно, ушёл ли ответ" in str(asked["Subject"])
        tell(stage, dispatcher, asked, "Отправлено вручную 17:05", "17:25")
        stage.play(at(stage, "17:26"))
        assert the_case(stage).state == "closed"
        assert [entry.state for entry in register(stage)] == ["sent"]


def test_a_machine_that_was_rolled_back_with_its_mailbox_is_told_by_the_share(
    office: Office, tmp_path: Path
) -> None:
    stage = office.stage
    with stage.opened():
        stage.play(at(stage, "16:30"))
    kept = tmp_path / "kept"
    shutil.copytree(stage.folder / "var", kept)
    office.copy_by_hand(kept)
    sent = stage.folder / "outbox" / "Отправлено" / "2026"
    sent.mkdir(parents=True, exist_ok=True)
    (sent / f"{NUMBER} Ответ.pdf").write_bytes(b"%PDF-1.4")
    with stage.opened():
        assert stage.play(at(stage, "16:40")) == ()
        assert any("под вопросом 1" in one for one in subjects(stage, dispatcher.address))
        stage.drop("Scan0001.pdf", office.waiting.scan)
        stage.play(at(stage, "16:45"))
        stage.play(at(stage, "17:05"))
        assert copies(stage) == [0, 0]
        assert states(stage) == dict.fromkeys(REGION, "unknown")
        assert "Неизвестно, ушёл ли ответ" in subjects(stage, dispatcher.address)[-1]


def test_a_large_mailbox_is_read_in_turns_each_mail_once_and_an_altered_file_stops_nothing(
    office: Office,
) -> None:
    stage = office.stage
    with stage.opened():
        stage.post.deliver(OURS, notice(stage, "2026-11-23 16:25", serial=3))
        stage.post.deliver(OURS, notice(stage, "2026-11-23 16:26", serial=4))
        stage.play(at(stage, "16:30"))
        stage.post.deliver(OURS, notice(stage, "2026-11-23 16:45", serial=5))
        desk = replace(stage.desk, turn_seconds=0)
        with desk.store.work() as work:
            known = work.mails.newest()
            ask_to_reconcile(work, at(stage, "16:46"))
            work.commit()
        rounds = 0
        while is_marked(desk):
            reconcile(desk, at(stage, "16:46"), played=True)
            rounds += 1
            assert rounds <= 4, "three mails, and a look that finds no more"
            with desk.store.view() as view:
                fresh = view.mails.to_handle(10)
            for mail in fresh:
                desk.store.files.path(mail.sha256).write_bytes(b"altered")
        assert rounds == 4
        assert [mail.id for mail in fresh] == [known + 1]
        with desk.store.view() as view:
            assert "писем: 0" in reconciled_line(view, desk)
