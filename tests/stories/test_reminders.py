"""What falls due by itself: reminders, escalation, the term, and a daemon that was away."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mcu_mail.documents.folder import Folder
from mcu_mail.rehearsal.clerk import sign_and_scan
from mcu_mail.rehearsal.people import reply, text_of
from mcu_mail.rehearsal.stage import Stage
from mcu_mail.reports import board
from mcu_mail.service.rounds import Rounds
from tests.stories.signed_letter import (
    DRAFT,
    NATIVE,
    NUMBER,
    OURS,
    PASSWORD,
    Prepared,
    bring_to_sign,
    cases,
    clerk,
    copies,
    deputy,
    dispatcher,
    head,
    kinds,
    notice,
    register,
    subjects,
    the_case,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from mcu_mail.rehearsal.postoffice import PostOffice

CENTRE = "press@okrug.example"
CURATOR = "upravdel@okrug.example"


@pytest.fixture
def stage(tmp_path: Path, post_office: PostOffice) -> Iterator[Stage]:
    """An office with nothing in it."""
    stage = Stage(tmp_path / "office", post_office, PASSWORD, NATIVE)
    with stage.opened():
        yield stage


def arrive(stage: Stage, when: str, serial: int = 1) -> datetime:
    """A notice comes at that moment; the latest time of the step it begins."""
    stage.post.deliver(OURS, notice(stage, when, serial=serial))
    stage.play(when)
    due = the_case(stage, f"2026-{serial:06}").due
    assert due is not None
    return stage.desk.local(due)


def minutes_from(moment: datetime, minutes: int) -> datetime:
    from datetime import timedelta

    return moment + timedelta(minutes=minutes)


def counts(stage: Stage) -> dict[str, int]:
    """How many mails each of the four who may be bothered has."""
    people = {"head": head.address, "deputy": deputy.address, "centre": CENTRE, "curator": CURATOR}
    return {name: len(stage.mails(address)) for name, address in people.items()}


def test_the_drafter_is_reminded_an_hour_and_a_quarter_before_and_nobody_else(
    stage: Stage,
) -> None:
    due = arrive(stage, "2026-11-23 08:15")
    assert counts(stage) == {"head": 1, "deputy": 0, "centre": 0, "curator": 0}
    for minutes, expected in ((-61, 1), (-60, 2), (-59, 2), (-16, 2), (-15, 3), (-1, 3)):
        stage.play(minutes_from(due, minutes))
        stage.play(minutes_from(due, minutes))
        assert counts(stage) == {"head": expected, "deputy": 0, "centre": 0, "curator": 0}
    task, *reminders = stage.mails(head.address)
    code = text_of(task).rpartition("Код: ")[2].split()[0]
    assert all(code in text_of(one) for one in reminders), "reminders carry the same code"


def test_lateness_goes_up_step_by_step_and_each_step_once(stage: Stage) -> None:
    due = arrive(stage, "2026-11-23 08:15")
    stage.play(minutes_from(due, -15))
    before = counts(stage)
    for minutes, deputy_has, centre_has, curator_has in (
        (0, 1, 0, 0),
        (29, 1, 0, 0),
        (30, 1, 1, 0),
        (59, 1, 1, 0),
        (60, 1, 1, 1),
        (61, 1, 1, 1),
    ):
        for _ in range(2):
            stage.play(minutes_from(due, minutes))
        now = counts(stage)
        assert (now["deputy"], now["centre"], now["curator"]) == (
            deputy_has,
            centre_has,
            curator_has,
        )
    assert counts(stage)["head"] == before["head"] + 1, "the late one hears of it too, once"
    assert "Трассов" in text_of(stage.mails(deputy.address)[0])
    assert "0-00-13" in text_of(stage.mails(CENTRE)[0])


def test_a_step_that_is_done_is_reminded_of_no_more(stage: Stage) -> None:
    due = arrive(stage, "2026-11-23 08:15")
    stage.post.deliver(
        OURS, reply(head, stage.mails(head.address)[0], DRAFT, stage.moment("2026-11-23 09:00"))
    )
    stage.play("2026-11-23 09:01")
    before = counts(stage)
    for minutes in (-60, -15, 0):
        stage.play(minutes_from(due, minutes))
    after = counts(stage)
    assert after["head"] == before["head"]
    assert after["centre"] == after["curator"] == 0


def test_after_a_pause_only_the_newest_reminder_comes(stage: Stage) -> None:
    due = arrive(stage, "2026-11-23 08:15")
    stage.play(minutes_from(due, -10))
    assert counts(stage)["head"] == 2, "the hour's and the quarter's fell into the pause: one mail"


def test_after_a_pause_over_the_latest_time_lateness_is_told_once_to_each(stage: Stage) -> None:
    due = arrive(stage, "2026-11-23 08:15")
    for _ in range(2):
        stage.play(minutes_from(due, 90))
    now = counts(stage)
    assert now["head"] == 2
    assert now["deputy"] == 1
    assert sum(NUMBER in one for one in subjects(stage, CENTRE)) == 1
    assert sum(NUMBER in one for one in subjects(stage, CURATOR)) == 1


def test_a_restart_repeats_no_reminder(stage: Stage, post_office: PostOffice) -> None:
    due = arrive(stage, "2026-11-23 08:15")
    stage.play(minutes_from(due, -60))
    stage.close()
    again = Stage(stage.folder, post_office, PASSWORD, NATIVE)
    try:
        again.play(minutes_from(due, -60))
        again.play(minutes_from(due, -58))
        assert counts(again)["head"] == 2
    finally:
        again.close()


def test_a_daemon_that_was_down_over_the_term_catches_up_and_says_so_once(
    waiting_letter: Prepared, tmp_path: Path, post_office: PostOffice
) -> None:
    stage = waiting_letter.on(tmp_path / "office", post_office)
    with stage.opened():
        term = stage.desk.local(the_case(stage).term)
        stage.drop("скан.pdf", waiting_letter.scan)
        after = minutes_from(term, 120)
        stage.play(after)
        stage.play(minutes_from(after, 1))

        assert copies(stage) == [1, 1], "the letter that was ready goes out at once"
        with stage.desk.store.view() as view:
            (sent,) = (one for one in view.journal.of_case(1) if one.kind == "sent")
            assert not board.is_bad(view, after)
        assert sent.data["late"] is True
        assert register(stage)[0].state == "sent"
        for address in (dispatcher.address, CENTRE):
            told = [one for one in subjects(stage, address) if "не работала" in one]
            assert len(told) == 1
            assert "просрочено: 1" in told[0]


def test_a_short_pause_is_not_worth_a_word(stage: Stage) -> None:
    arrive(stage, "2026-11-23 08:15")
    for moment in ("08:20", "08:30", "08:44"):
        stage.play(f"2026-11-23 {moment}")
    assert not any("не работала" in one for one in subjects(stage, dispatcher.address))


def test_the_term_that_passes_is_told_to_three_and_the_case_shows_red(stage: Stage) -> None:
    arrive(stage, "2026-11-23 08:15")
    term = stage.desk.local(the_case(stage).term)
    stage.play(minutes_from(term, -10))
    before = {one: len(stage.mails(one)) for one in (dispatcher.address, CENTRE, CURATOR)}
    with stage.desk.store.view() as view:
        assert not board.is_bad(view, minutes_from(term, -1))
    for _ in range(2):
        stage.play(minutes_from(term, 1))
    for address, had in before.items():
        assert len(stage.mails(address)) == had + 1
    with stage.desk.store.view() as view:
        assert board.is_bad(view, minutes_from(term, 1))
    assert "term_passed" in kinds(stage)


@pytest.mark.parametrize(
    ("when", "term"),
    [
        ("2026-11-23 17:30", "2026-11-24 17:30"),
        ("2026-11-23 19:00", "2026-11-24 18:00"),
        ("2026-11-27 16:00", "2026-11-28 16:00"),
        ("2026-11-28 11:00", "2026-11-29 11:00"),
        ("2026-11-29 19:30", "2026-11-30 18:00"),
    ],
)
def test_evenings_and_weekends_have_terms_and_reminders_that_lie_before_them(
    stage: Stage, when: str, term: str
) -> None:
    due = arrive(stage, when)
    case = the_case(stage)
    assert stage.desk.local(case.term) == stage.moment(term)
    assert stage.moment(when) < due < stage.moment(term)
    moments = list(case.plan.values())
    assert moments == sorted(moments)
    assert moments[-1] <= stage.moment(term)
    assert len(stage.mails(head.address)) == 1
    stage.play(minutes_from(due, -15))
    assert len(stage.mails(head.address)) == 2, "two fell due since: the newest is enough"


def test_the_clerk_is_reminded_of_a_letter_that_lies_unsigned(
    waiting_letter: Prepared, tmp_path: Path, post_office: PostOffice
) -> None:
    stage = waiting_letter.on(tmp_path / "office", post_office)
    with stage.opened():
        due = stage.desk.local(the_case(stage).due or the_case(stage).term)
        stage.play(minutes_from(due, -60))
        (mail,) = stage.mails(clerk.address)
        assert NUMBER in str(mail["Subject"])
        stage.play(minutes_from(due, -15))
        assert len(stage.mails(clerk.address)) == 2
        stage.drop("скан.pdf", waiting_letter.scan)
        stage.play(minutes_from(due, -14))
        for minutes in (0, 30, 60, 90):
            stage.play(minutes_from(due, minutes))
        assert len(stage.mails(clerk.address)) == 2
        assert not any("посл" in one for one in subjects(stage, CENTRE))


def test_a_scan_that_lies_there_comes_before_the_reminder_of_it(
    waiting_letter: Prepared, tmp_path: Path, post_office: PostOffice
) -> None:
    stage = waiting_letter.on(tmp_path / "office", post_office, {"folders.settle_seconds": 1})
    with stage.opened():
        due = stage.desk.local(the_case(stage).due or the_case(stage).term)
        stage.drop("скан.pdf", waiting_letter.scan)
        stage.play(due)
        assert the_case(stage).state.value == "closed"
        assert stage.mails(clerk.address) == []


# --- «Сегодня.txt» -------------------------------------------------------------------------------


def today(stage: Stage) -> str:
    raw = (stage.desk.folders.base / Folder.TO_SIGN / "Сегодня.txt").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert raw.count(b"\n") == raw.count(b"\r\n")
    return raw.decode("utf-8-sig")


def test_the_note_of_the_day_says_what_waits_and_what_has_gone(
    waiting_letter: Prepared, tmp_path: Path, post_office: PostOffice
) -> None:
    stage = waiting_letter.on(tmp_path / "office", post_office)
    with stage.opened():
        stage.play("2026-11-23 13:05")
        assert f"{NUMBER} Ответ.pdf" in today(stage)
        assert "Ждут подписи: 1" in today(stage)
        assert "Небывалова" not in today(stage), "names without personal data"
        stage.drop("скан.pdf", waiting_letter.scan)
        stage.play("2026-11-23 16:40")
        assert "Ждут подписи: 0" in today(stage)
        assert "№ 01-12/1" in today(stage)
        stage.play("2026-11-24 08:00")
        assert "Отправлено сегодня: 0" in today(stage)
        assert "24" in today(stage).splitlines()[0]


def test_the_note_is_not_touched_while_it_says_nothing_new(
    waiting_letter: Prepared, tmp_path: Path, post_office: PostOffice
) -> None:
    stage = waiting_letter.on(tmp_path / "office", post_office)
    with stage.opened():
        stage.play("2026-11-23 13:05")
        path = stage.desk.folders.base / Folder.TO_SIGN / "Сегодня.txt"
        before, written = path.read_bytes(), path.stat().st_mtime_ns
        rounds = Rounds(desk=stage.desk, played=True)
        for minute in (6, 7, 8):
            rounds.until_idle(stage.moment(f"2026-11-23 13:{minute:02}"))
        assert path.stat().st_mtime_ns == written
        assert path.read_bytes() == before
        path.unlink()
        stage.play("2026-11-23 13:10")
        assert path.read_bytes() != b""


# --- the register ---------------------------------------------------------------------------------


def send_one(stage: Stage, day: str, serial: int, *, scanned: str = "16:40", name: str = "") -> str:
    number = bring_to_sign(stage, day=day, serial=serial)
    stage.drop(
        name or f"скан {serial}.pdf", sign_and_scan(stage.to_sign(number), grey=True, dpi=150)
    )
    stage.play(f"{day} {scanned}")
    return number


def test_numbers_follow_each_other_without_a_gap_and_from_the_configured_start(
    tmp_path: Path, post_office: PostOffice
) -> None:
    changes = {
        **NATIVE,
        "register": {
            "mode": "master",
            "pattern": "{case}-Г/{n}-{yy}",
            "case": "01-12",
            "scope": "year",
            "start": 344,
        },
    }
    stage = Stage(tmp_path / "office", post_office, PASSWORD, changes)
    with stage.opened():
        send_one(stage, "2026-11-23", 1)
        stage.drop("мусор.pdf", b"")
        send_one(stage, "2026-11-24", 2)
        assert [entry.n for entry in register(stage)] == [344, 345]
        assert [entry.number for entry in register(stage)] == ["01-12-Г/344-26", "01-12-Г/345-26"]
        (_, second) = stage.mails("priem@ako.ru")
        names = [part.get_filename() for part in second.iter_attachments()]
        assert names == ["Ответ 01-12-Г-345-26.pdf", "Ответ 01-12-Г-345-26.docx"]


def test_the_year_of_a_number_is_the_offices_date_on_new_years_eve(stage: Stage) -> None:
    first = bring_to_sign(stage, day="2026-12-30", serial=1)
    second = bring_to_sign(stage, day="2026-12-31", serial=2)
    stage.drop("а.pdf", sign_and_scan(stage.to_sign(first), grey=True, dpi=150))
    stage.play("2026-12-31 23:59")
    stage.drop("б.pdf", sign_and_scan(stage.to_sign(second), grey=True, dpi=150))
    stage.play("2027-01-01 00:01")

    assert [(one.year, one.n, one.on_date) for one in register(stage)] == [
        (2026, 1, "2026-12-31"),
        (2027, 1, "2027-01-01"),
    ]
    base = stage.desk.folders.base / "Отправлено"
    assert (base / "2026" / f"{first} Ответ.pdf").is_file()
    assert (base / "2027" / f"{second} Ответ.pdf").is_file()


@pytest.fixture
def follower(waiting_letter: Prepared, tmp_path: Path, post_office: PostOffice) -> Iterator[Stage]:
    """An office whose clerk gives the numbers herself."""
    stage = waiting_letter.on(tmp_path / "office", post_office, {"register.mode": "follower"})
    with stage.opened():
        yield stage


def test_the_clerk_gives_the_number_by_reply(follower: Stage, waiting_letter: Prepared) -> None:
    follower.drop("скан.pdf", waiting_letter.scan)
    follower.play("2026-11-23 16:40")
    assert the_case(follower).step == "register"
    assert register(follower) == ()
    assert copies(follower) == [0, 0]
    asked = follower.mails(clerk.address)[-1]
    answer = reply(clerk, asked, "№ 345 от 24.11.2026", follower.moment("2026-11-24 07:00"))
    follower.post.deliver(OURS, answer)
    follower.play("2026-11-24 07:01")
    (entry,) = register(follower)
    assert (entry.number, entry.on_date, entry.state) == ("345", "2026-11-24", "sent")
    assert copies(follower) == [1, 1]


def test_the_clerk_gives_the_number_by_the_name_of_the_file(
    follower: Stage, waiting_letter: Prepared
) -> None:
    follower.drop(f"{NUMBER} № 345.pdf", waiting_letter.scan)
    follower.play("2026-11-23 16:40")
    (entry,) = register(follower)
    assert (entry.number, entry.on_date, entry.state) == ("345", "2026-11-23", "sent")
    assert follower.mails(clerk.address) == []


def test_a_number_that_is_taken_is_asked_for_again(
    follower: Stage, waiting_letter: Prepared
) -> None:
    follower.drop(f"{NUMBER} № 345.pdf", waiting_letter.scan)
    follower.play("2026-11-23 16:40")
    second = send_one(follower, "2026-11-24", 2, name="2026-000002 № 345.pdf")
    assert len(register(follower)) == 1, "a number is given once"
    assert the_case(follower, second).step == "register"
    told = follower.mails(clerk.address)
    assert sum("2026-000002" in str(one["Subject"]) for one in told) >= 2, "asked, and told why"
    asked = next(one for one in told if "номер" in str(one["Subject"]).lower())
    for number, count in (("345", 1), ("346", 2)):
        raw = reply(clerk, asked, f"№ {number}", follower.moment("2026-11-24 17:00"))
        follower.post.deliver(OURS, raw)
        follower.play("2026-11-24 17:01")
        assert len(register(follower)) == count
    assert [one.number for one in register(follower)] == ["345", "346"]
    assert {one.state.value for one in cases(follower)} == {"closed"}
