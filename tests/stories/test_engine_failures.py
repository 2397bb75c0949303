"""17:50: the office program fails, the letter goes, and those who must know are told once."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mcu_mail.documents.office import find_soffice
from mcu_mail.rehearsal.clerk import sign_and_scan
from mcu_mail.rehearsal.people import reply, text_of
from mcu_mail.rehearsal.stage import Stage
from tests.documents.sample_letters import needs_office
from tests.documents.test_warm_office import gone
from tests.stories.office_day import DRAFT, LIGHTS, REGION, SNOW
from tests.stories.signed_letter import OURS, PASSWORD, deputy, head
from tests.stories.test_mailbox_daemon import snow, started, until

if TYPE_CHECKING:
    from email.message import EmailMessage

    from mcu_mail.rehearsal.postoffice import PostOffice
    from tests.stories.office_day import OfficeDay

WISHES = [{"letters.engine": "auto", "letters.word_format": "doc"}]
TOLD = "Письма готовятся запасным способом"


@pytest.fixture
def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A LibreOffice on this machine that gives nothing."""
    fake = tmp_path / "programs" / "soffice"
    fake.parent.mkdir()
    fake.write_text("#!/bin/sh\nexit 0\n", encoding="utf-8")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{fake.parent}:{os.environ['PATH']}")
    assert find_soffice() == fake


def told(day: OfficeDay, person: str) -> list[str]:
    return [str(mail["Subject"]) for mail in day.mails(person) if TOLD in str(mail["Subject"])]


def written(day: OfficeDay, text: str, at: tuple[str, str], *, number: int) -> None:
    """A citizen's message, and the answer of the department's head to it."""
    day.notice(at[0], text)
    (actor,) = [person for purpose, person in day.asked(number) if purpose == "draft"]
    day.reply(actor, DRAFT, at[1])


@pytest.mark.parametrize("changes", WISHES, indirect=True)
def test_the_letter_goes_and_the_registry_is_told_once_a_day(
    broken: None, day: OfficeDay, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, logger="mcu_mail")
    written(day, SNOW, ("08:41", "09:00"), number=1)

    (rendered,) = day.events("rendered")
    assert rendered.data["engine"] == "native"
    assert str(rendered.data["note"]).startswith("PDF сделан без LibreOffice: ")
    assert day.letter(1).note == rendered.data["note"]
    assert [len(told(day, person)) for person in ("registry", "it")] == [1, 1]
    (mail,) = [mail for mail in day.mails("registry") if TOLD in str(mail["Subject"])]
    assert "2026-000001" in text_of(mail)
    assert "уйдёт вовремя" in text_of(mail)
    assert "Небывалов" not in text_of(mail)

    # A second letter on the same day is no reason for a second mail.
    written(day, LIGHTS, ("09:01", "09:05"), number=2)
    assert len(day.events("rendered", 2)) == 1
    assert [len(told(day, person)) for person in ("registry", "it")] == [1, 1]

    day.press("dep_life", "Согласовать", "09:10", mail=approval(day, "2026-000001"))
    day.stage.drop("скан.pdf", sign_and_scan(day.stage.to_sign("2026-000001")))
    day.play("09:30")
    for address in REGION:
        (letter,) = day.mails(address)
        names = [str(part.get_filename()) for part in letter.iter_attachments()]
        assert names == ["Ответ 01-12-1.pdf", "Ответ 01-12-1.docx"]
    with day.stage.desk.store.view() as view:
        (entry,) = view.register.of_case(day.case().id)
    assert entry.note is not None
    assert entry.note.startswith("PDF сделан без LibreOffice: ")
    assert "Файл остался в формате .docx: " in entry.note
    assert [len(told(day, person)) for person in ("registry", "it")] == [1, 1]

    words = "\n".join(record.getMessage() for record in caplog.records)
    assert "case 2026-000001: the wanted engine made no pdf (failed)" in words
    assert "case 2026-000001: the wanted engine made no doc (failed)" in words
    assert not re.search("[а-яё]", words, re.IGNORECASE)


def approval(day: OfficeDay, number: str) -> EmailMessage:
    """The deputy's request for that case."""
    return next(mail for mail in day.mails("dep_life") if number in str(mail["Subject"]))


@pytest.mark.parametrize("changes", WISHES, indirect=True)
def test_on_another_day_the_registry_is_told_again(broken: None, day: OfficeDay) -> None:
    written(day, SNOW, ("08:41", "09:00"), number=1)
    assert len(told(day, "registry")) == 1
    day.reply("dep_life", "На доработку: уточните номера домов", "2026-11-24 09:00")
    (actor,) = [person for purpose, person in day.asked() if purpose == "draft"]
    day.reply(actor, DRAFT.replace("№ 25", "№ 31"), "2026-11-24 09:10")
    assert len(day.events("rendered")) == 2
    assert len(told(day, "registry")) == 2


@pytest.mark.parametrize("changes", [{"letters.engine": "native"}], indirect=True)
def test_an_office_that_wants_the_native_engine_is_told_nothing(day: OfficeDay) -> None:
    day.approved()
    day.stage.drop("скан.pdf", sign_and_scan(day.stage.to_sign("2026-000001")))
    day.play("09:30")
    with day.stage.desk.store.view() as view:
        (entry,) = view.register.of_case(day.case().id)
    assert (entry.state, entry.note) == ("sent", None)
    assert told(day, "registry") == told(day, "it") == []


CONTACTED = (
    "Улица Образцовая расчищена 23.11.2026 автогрейдером от дома № 1 до дома № 25. Посыпка "
    "противогололёдным материалом проведена. Повторная уборка запланирована на 25.11.2026.\n"
    "Связались: 23.11.2026 11:20, по телефону"
)


def running(folder: str) -> list[int]:
    """The processes of this machine that were started for that folder."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if folder in (place / "cmdline").read_bytes().decode(errors="replace"):
                found.append(int(place.name))
    return found


# --- the daemon as a process ----------------------------------------------------------------------


@pytest.mark.office
@needs_office
def test_a_killed_daemon_leaves_no_office_program(tmp_path: Path, post_office: PostOffice) -> None:
    changes = {"letters.engine": "libreoffice", "mail.imap.poll_seconds": 1}
    stage = Stage(tmp_path / "office", post_office, PASSWORD, changes)
    record = stage.folder / "var" / "files" / "office.json"
    notice = snow(stage, 1)
    daemon = started(stage, "run")
    try:
        post_office.deliver(OURS, notice)
        until(lambda: bool(stage.mails(head.address)), daemon)
        task = stage.mails(head.address)[-1]
        answered = stage.moment("2026-11-23 11:30")
        stage.close()
        post_office.deliver(OURS, reply(head, task, CONTACTED, answered))
        until(lambda: bool(stage.mails(deputy.address)), daemon)
        noted = json.loads(record.read_text(encoding="utf-8"))
        assert running(str(noted["folder"])) == [noted["pid"]]
    finally:
        daemon.kill()
        daemon.communicate()
    assert gone([noted["pid"]])
    # Who removes its files bears the folder's name too, and is gone when they are.
    assert gone(running(str(noted["folder"])))

    # The next one goes on with a process of its own, and ends it in order.
    daemon = started(stage, "run")
    try:
        asked = stage.mails(deputy.address)[-1]
        back = reply(deputy, asked, "На доработку: уточните номера домов", answered)
        post_office.deliver(OURS, back)
        seen = len(stage.mails(head.address))
        until(lambda: len(stage.mails(head.address)) > seen, daemon)
        again = reply(head, stage.mails(head.address)[-1], CONTACTED + "\nИ ещё.", answered)
        post_office.deliver(OURS, again)
        until(record.is_file, daemon)
        noted = json.loads(record.read_text(encoding="utf-8"))
        assert running(str(noted["folder"])) == [noted["pid"]]
        daemon.terminate()
        daemon.communicate(timeout=30)
    finally:
        daemon.kill()
        daemon.communicate()
    assert running(str(noted["folder"])) == []
    assert not record.exists()
