"""The demo plays a whole day: what it says is what lies in mailboxes, folders and the register."""

from __future__ import annotations

import contextlib
import email.policy
import io
import os
import re
import zipfile
from dataclasses import dataclass
from email import message_from_bytes
from typing import TYPE_CHECKING

import openpyxl
import pytest
import yaml

from mcu_mail.documents import office
from mcu_mail.documents.readback import read_pdf
from mcu_mail.documents.scan import Scan, read_scan
from mcu_mail.errors import RefusedError
from mcu_mail.rehearsal import day, demo
from mcu_mail.rehearsal.people import text_of
from mcu_mail.rehearsal.postoffice import PostOffice
from mcu_mail.rehearsal.stage import Stage

if TYPE_CHECKING:
    from email.message import EmailMessage
    from pathlib import Path

REGIONAL = ("otvetk42@gmail.com", "priem@ako.ru")
SENT = "outbox/Отправлено/2026"


@dataclass(frozen=True, kw_only=True)
class Played:
    code: int
    said: str
    folder: Path

    def mails(self, part_of_name: str) -> list[EmailMessage]:
        found = sorted((self.folder / "почта").glob(f"*{part_of_name}*.eml"))
        return [
            message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in found
        ]

    def bytes_of(self, path: str) -> bytes:
        return (self.folder / path).read_bytes()


def played(folder: Path) -> Played:
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        code = demo.play(folder)
    return Played(code=code, said=said.getvalue(), folder=folder)


@pytest.fixture(scope="module")
def plain_day(tmp_path_factory):
    """The day on a machine without LibreOffice: nothing in PATH, nothing in the usual places."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", os.fspath(tmp_path_factory.mktemp("empty")))
        patch.setattr(office, "_USUAL_PLACES", ())
        assert office.find_soffice() is None
        return played(tmp_path_factory.mktemp("day") / "новая папка")


def test_without_libreoffice_the_answer_reaches_both_regional_addresses(plain_day):
    assert plain_day.code == 0
    for address in REGIONAL:
        (mail,) = plain_day.mails(address)
        files = {part.get_filename(): part.get_content() for part in mail.iter_attachments()}
        assert sorted(files) == ["Ответ 01-12-1.docx", "Ответ 01-12-1.pdf"]
        assert files["Ответ 01-12-1.pdf"] == plain_day.bytes_of(f"{SENT}/2026-000001 Ответ.pdf")
        with zipfile.ZipFile(io.BytesIO(files["Ответ 01-12-1.docx"])) as word:
            text = re.sub(r"<[^>]+>", "", word.read("word/document.xml").decode())
        assert "27.11.2026" in text
        assert "01-12/1" in text
    assert "без LibreOffice" in plain_day.said
    assert "LibreOffice" in plain_day.said.split("Всё лежит в папке")[1], "one line says why"


def test_the_sent_scan_is_of_the_right_version_and_carries_its_number(plain_day):
    scan = read_scan(plain_day.bytes_of(f"{SENT}/2026-000001 Ответ.pdf"), "Ответ.pdf")
    assert isinstance(scan, Scan)
    assert {(mark.case, mark.version) for mark in scan.marks} == {("2026-000001", 2)}
    assert not read_pdf(plain_day.bytes_of(f"{SENT}/2026-000001 Ответ.pdf")).lacks(["01-12/1"])


def test_the_register_and_the_board_tell_the_end_of_the_day(plain_day):
    sheet = openpyxl.load_workbook(plain_day.folder / "Журнал.xlsx").active
    assert sheet is not None
    rows = list(sheet.values)
    assert len(rows) == 2
    assert {"01-12/1", "2026-000001", "отправлено"} <= set(rows[1])
    board = (plain_day.folder / "Доска.txt").read_text(encoding="utf-8-sig")
    assert "2026-000002" in board.split("Исходящие")[0]
    assert "2026-000001" in board.split("Исходящие")[1]


def test_a_scan_of_the_old_version_lies_refused_with_a_note(plain_day):
    note = plain_day.bytes_of("outbox/Не принято/Scan0007 – НЕ ПРИНЯТ.txt").decode("utf-8-sig")
    assert "вариант 1" in note
    assert plain_day.bytes_of("outbox/Не принято/Scan0007.pdf").startswith(b"%PDF")
    assert list((plain_day.folder / "outbox/Подписано").iterdir()) == []
    to_sign = plain_day.folder / "outbox/На подпись"
    assert [path.name for path in to_sign.iterdir()] == ["Сегодня.txt"]


def test_the_mails_of_the_day_tell_its_turns(plain_day):
    (asked,) = plain_day.mails("Не хватает")
    assert "Связались" in text_of(asked)
    assert "27.11.2026" not in text_of(plain_day.mails("Согласуйте сегодня")[0])
    assert "27.11.2026" in text_of(plain_day.mails("Согласуйте сегодня")[1])
    assert "Что изменилось" in text_of(plain_day.mails("Согласуйте сегодня")[1])
    (rework,) = plain_day.mails("Доработайте")
    assert "укажите дату следующей уборки" in text_of(rework)
    (stranger,) = plain_day.mails("Решение не записано")
    assert "zam-zhkh@okrug.example" in str(stranger["To"])
    assert len(plain_day.mails("Отправлено, №")) == 2
    reminders = plain_day.mails("Письменнова А.П. – Срок – сейчас")
    assert len(reminders) == 1
    assert len(plain_day.mails("Осталось")) == 0


def test_every_line_of_the_timeline_is_short_plain_and_in_order(plain_day):
    lines = plain_day.said.splitlines()
    story = lines[: lines.index("Что отправлено")]
    assert max(map(len, story)) <= 100
    assert "\x1b" not in plain_day.said
    assert [line for line in story if line != line.rstrip()] == []
    clocks = [line[:5] for line in story if re.match(r"\d\d:\d\d ", line)]
    assert clocks == sorted(set(clocks))
    assert {beat.at for beat in day.BEATS} <= set(clocks)
    # A Russian Windows writes a file in cp1251.
    "\n".join(story).encode("cp1251")


def test_what_the_end_names_is_there(plain_day):
    named = plain_day.said.split("Всё лежит в папке")[1]
    paths = re.findall(r"^  \S.*?  +(\S.*)$", named, re.MULTILINE)
    assert len(paths) == 9
    for path in paths:
        assert (plain_day.folder / path).exists(), path
    assert sorted(path.name for path in plain_day.folder.iterdir()) == [
        "outbox", "Доска.txt", "Журнал.xlsx", "почта", "служба",
    ]  # fmt: skip


def test_the_service_of_the_day_wrote_no_warning(plain_day):
    assert not (plain_day.folder / "служба" / "служба.log").exists()


@pytest.mark.office
@pytest.mark.skipif(
    office.find_soffice() is None and not os.environ.get("MCU_MAIL_REQUIRE_PEERS"),
    reason="LibreOffice is not installed",
)
def test_with_libreoffice_the_word_file_is_a_doc(tmp_path):
    result = played(tmp_path / "demo")
    assert result.code == 0
    assert result.bytes_of(f"{SENT}/2026-000001 Ответ.doc").startswith(b"\xd0\xcf\x11\xe0")
    assert "(LibreOffice)" in result.said


def test_a_day_on_which_nothing_was_signed_is_no_success(tmp_path, monkeypatch):
    monkeypatch.setattr(day, "BEATS", day.BEATS[:1])
    result = played(tmp_path / "demo")
    assert result.code == 1
    for address in REGIONAL:
        assert f"Не получилось: {address}: нет письма с PDF" in result.said
    assert "в журнале нет отправленного письма по делу 2026-000001" in result.said
    assert "День сыгран" not in result.said


def test_a_folder_that_is_not_empty_is_left_alone(tmp_path, capsys):
    (tmp_path / "нужное.txt").write_text("моё", encoding="utf-8")
    assert demo.play(tmp_path) == 2
    assert "не пуста" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["нужное.txt"]


def test_a_file_instead_of_a_folder_is_refused_in_words(tmp_path, capsys):
    path = tmp_path / "нужное.txt"
    path.write_text("моё", encoding="utf-8")
    assert demo.play(path) == 2
    assert demo.play(path / "внутри") == 2
    said = " ".join(capsys.readouterr().err.split())
    assert "это файл" in said
    assert "не создать" in said
    assert path.read_text(encoding="utf-8") == "моё"


def test_without_a_folder_one_is_named_by_the_time(tmp_path, monkeypatch):
    monkeypatch.setattr(day, "BEATS", ())
    monkeypatch.chdir(tmp_path)
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        assert demo.play() == 1
    (made,) = tmp_path.iterdir()
    assert re.fullmatch(r"demo-\d{8}-\d{6}", made.name)
    assert made.name in said.getvalue()


@pytest.mark.parametrize(
    "host", ["mail.okrug.example", "192.0.2.1", "::", "0.0.0.0", "127.0.0.1.example"]
)
def test_the_stage_refuses_a_host_that_is_not_this_machine(tmp_path, host):
    elsewhere = PostOffice({})
    elsewhere.host = host
    with pytest.raises(RefusedError, match="только на этой машине"):
        Stage(tmp_path / "stage", elsewhere, "пароль")
    assert not (tmp_path / "stage").exists()


@pytest.mark.parametrize("door", ["imap", "smtp"])
def test_no_change_of_settings_leads_the_stage_outside(tmp_path, post_office, door):
    with pytest.raises(RefusedError, match=r"а не на smtp\.gmail\.com"):
        Stage(tmp_path / "s", post_office, "п", {f"mail.{door}.host": "smtp.gmail.com"})
    assert not (tmp_path / "s" / "config.yaml").exists()


def test_the_settings_of_the_day_name_this_machine_only(plain_day):
    written = yaml.safe_load(plain_day.bytes_of("служба/config.yaml"))
    assert {written["mail"][door]["host"] for door in ("imap", "smtp")} == {"127.0.0.1"}
