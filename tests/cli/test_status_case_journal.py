"""`status`, `case`, `journal`, `once`, `run`: stable keys of design §7, Russian for people."""

import fcntl
import json
import signal
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
from typer.testing import CliRunner, Result

from mcu_mail import wiring
from mcu_mail.cli import app
from mcu_mail.domain.case import CaseState
from mcu_mail.settings import load
from tests.cli.offices import HOUR, an_office, begin, fill, run
from tests.store.stores import NOW

ROW = {"number", "track", "step", "actor", "due", "term", "state"}
ROW_BESIDES = {"step_name", "step_title", "goal", "version"}


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = an_office(tmp_path)
    fill(path)
    return path


def call(config: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments, "-c", str(config)])


def document(config: Path, *arguments: str) -> Any:
    result = call(config, *arguments, "--json")
    assert result.exit_code == 0
    assert result.stdout.count("\n") == len(result.stdout.splitlines())
    return json.loads(result.stdout)


def set_case(config: Path, **values: Any) -> None:
    store = wiring.open_store(load(config), config)
    with store.work() as work:
        work.cases.change(1, values)
        work.commit()
    store.close()


def test_status_has_its_stable_keys_and_the_offices_offset(config: Path) -> None:
    said = document(config, "status")
    assert set(said) == {"cases"}
    (row,) = said["cases"]
    assert set(row) == ROW | ROW_BESIDES
    assert (row["number"], row["track"], row["step"]) == ("2026-000123", "governor", "approve")
    assert (row["actor"], row["state"]) == ("dep_life", "open")
    assert row["due"] == "2026-11-23T11:00:00+07:00"
    assert datetime.fromisoformat(row["term"]).utcoffset() == 7 * HOUR


def test_status_in_words_names_the_person_and_the_step(config: Path) -> None:
    result = call(config, "status")
    assert result.exit_code == 0
    for words in ("2026-000123", "Хозяйственнов Илья Макетович", "согласовать", "в работе"):
        assert words in result.stdout.replace("\n", " ")


def test_status_of_an_office_without_cases_is_an_empty_list(tmp_path: Path) -> None:
    assert document(an_office(tmp_path), "status") == {"cases": []}


@pytest.mark.parametrize(
    ("values", "code", "shown"),
    [
        ({"state": CaseState.closed}, 0, []),
        ({"state": CaseState.aside}, 1, ["aside"]),
        ({"state": CaseState.waiting}, 0, ["waiting"]),
        ({"term": datetime(2020, 1, 1, tzinfo=UTC)}, 1, ["open"]),
        ({"term": datetime(2020, 1, 1, tzinfo=UTC), "state": CaseState.closed}, 0, []),
    ],
)
def test_the_exit_code_says_whether_a_person_is_needed(
    config: Path, values: dict[str, Any], code: int, shown: list[str]
) -> None:
    set_case(config, **values)
    result = call(config, "status", "--json")
    assert result.exit_code == code
    assert [row["state"] for row in json.loads(result.stdout)["cases"]] == shown


def test_a_case_has_its_stable_keys_events_letters_and_mails(config: Path) -> None:
    said = document(config, "case", "2026-000123")
    assert set(said) >= ROW | {"events", "letters", "mails"}
    (event,) = said["events"]
    assert event == {
        "at": "2026-11-23T09:00:00+07:00",
        "actor": "roads_head",
        "kind": "draft_taken",
        "data": {"version": 1, "cause": "m"},
    }
    (letter,) = said["letters"]
    assert (letter["version"], letter["author"], letter["text"]) == (
        1,
        "roads_head",
        "Улица очищена.",
    )
    assert [mail["direction"] for mail in said["mails"]] == ["in", "out"]
    assert [item["address"] for item in said["mails"][1]["recipients"]] == [
        "first@region.example",
        "second@region.example",
    ]


def test_a_case_in_words_obeys_no_foreign_markup_and_no_control_codes(config: Path) -> None:
    result = call(config, "case", "2026-000123")
    assert result.exit_code == 0
    copied = call(config, "case", "[МЦУ 2026–000123]")
    assert (copied.exit_code, copied.stdout) == (0, result.stdout)
    for words in ("Дело 2026-000123", "События", "Варианты ответа", "Письма", "принято"):
        assert words in result.stdout
    assert "\x1b" not in result.stdout


def test_an_unknown_case_is_a_wrong_usage_told_in_russian(config: Path) -> None:
    for more in ((), ("--json",)):
        result = call(config, "case", "2026-999999", *more)
        assert (result.exit_code, result.stdout) == (2, "")
        assert "дела 2026-999999 нет" in result.stderr


def test_the_journal_has_its_stable_keys_and_no_witness(config: Path) -> None:
    said = document(config, "journal")
    assert set(said) == {"entries"}
    (entry,) = said["entries"]
    assert set(entry) == {
        "number",
        "date",
        "case",
        "addressee",
        "subject",
        "state",
        "sent_at",
        "recipients",
    } | {"executor", "signer", "sheets", "void_reason", "void_by", "void_at", "note"}
    assert (entry["number"], entry["date"], entry["case"]) == (
        "01-12/1",
        "2026-11-23",
        "2026-000123",
    )
    assert (entry["state"], entry["sent_at"]) == ("registered", None)
    assert entry["recipients"] == [
        {
            "address": "first@region.example",
            "state": "accepted",
            "at": "2026-11-23T10:00:00+07:00",
        },
        {"address": "second@region.example", "state": "queued", "at": None},
    ]


def test_the_journal_of_another_year_is_empty(config: Path) -> None:
    assert document(config, "journal", "--year", "2025") == {"entries": []}
    assert len(document(config, "journal", "--year", "2026")["entries"]) == 1


def test_the_journal_in_words(config: Path) -> None:
    result = call(config, "journal")
    for words in ("01-12/1", "зарегистрировано", "first@region.example: принято 23.11 10:00"):
        assert words in result.stdout


def test_the_journal_is_saved_for_excel_and_no_cell_is_a_formula(
    config: Path, tmp_path: Path
) -> None:
    path = tmp_path / "журнал.xlsx"
    result = call(config, "journal", "--xlsx", str(path))
    assert (result.exit_code, result.stdout) == (0, "")
    assert "журнал.xlsx" in result.stderr
    sheet = openpyxl.load_workbook(path).active
    assert sheet is not None
    cells = [cell for row in sheet.iter_rows(min_row=2) for cell in row]
    assert cells[1].value == "01-12/1"
    assert "=О снеге" in [cell.value for cell in cells]
    assert {cell.data_type for cell in cells if cell.value is not None} == {"s"}


def make_void(config: Path) -> None:
    store = wiring.open_store(load(config), config)
    with store.work() as work:
        work.register.void(1, reason="ошибка в адресате", by="Журналова Н.А.", at=NOW)
        work.commit()
    store.close()


def test_a_void_row_is_shown_with_its_reason_who_and_when(config: Path, tmp_path: Path) -> None:
    make_void(config)
    (entry,) = document(config, "journal")["entries"]
    assert (entry["state"], entry["void_reason"]) == ("void", "ошибка в адресате")
    assert (entry["void_by"], entry["void_at"]) == ("Журналова Н.А.", "2026-11-23T09:00:00+07:00")
    shown = " ".join(call(config, "journal").stdout.replace("│", " ").split())
    for words in ("аннулировано", "ошибка в", "Журналова"):
        assert words in shown
    path = tmp_path / "журнал.xlsx"
    call(config, "journal", "--xlsx", str(path))
    sheet = openpyxl.load_workbook(path).active
    assert sheet is not None
    titles, row = ([cell.value for cell in line] for line in sheet.iter_rows(max_row=2))
    told = dict(zip(titles, row, strict=True))
    assert told["Состояние"] == "аннулировано"
    assert told["Аннулировано: причина"] == "ошибка в адресате"
    assert told["Кто аннулировал"] == "Журналова Н.А."
    assert told["Когда"] == "23.11.2026 09:00"


def test_the_record_of_a_year_is_saved_as_a_word_file(config: Path, tmp_path: Path) -> None:
    make_void(config)
    path = tmp_path / "запись.docx"
    result = call(config, "journal", "--year", "2026", "--record", str(path))
    assert (result.exit_code, result.stdout) == (0, "")
    text = "\n".join(one.text for one in docx.Document(str(path)).paragraphs)
    assert "Зарегистрировано № 1, аннулировано 1 (№ 1)." in text
    result = call(config, "journal", "--record", str(path))
    assert result.exit_code == 2
    assert "укажите год" in result.stderr


def test_a_journal_that_cannot_be_saved_is_told(config: Path, tmp_path: Path) -> None:
    result = call(config, "journal", "--xlsx", str(tmp_path / "нет" / "журнал.xlsx"))
    assert result.exit_code == 1
    assert "файл не сохранён (такой папки нет)" in result.stderr


@pytest.mark.parametrize("command", [["status"], ["case", "1"], ["journal"], ["run"], ["once"]])
def test_a_missing_config_is_told_in_russian_on_every_command(
    tmp_path: Path, command: list[str]
) -> None:
    result = call(tmp_path / "нет.yaml", *command)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "файл настроек не найден" in result.stderr
    assert isinstance(result.exception, SystemExit)


def test_json_is_all_there_is_on_standard_output_of_the_real_command(config: Path) -> None:
    done = run(config, "status", "--json")
    assert done.returncode == 0
    assert [row["number"] for row in json.loads(done.stdout)["cases"]] == ["2026-000123"]


@pytest.mark.parametrize(
    "text", ["вчера", "2026-13-01", "23.11.2026", "9999-12-31T23:59+00:00", ""]
)
def test_a_moment_that_cannot_be_played_is_a_wrong_usage(config: Path, text: str) -> None:
    result = call(config, "once", "--now", text)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "--now: " in result.stderr


def test_a_played_moment_never_goes_backwards(tmp_path: Path) -> None:
    config = an_office(tmp_path)
    first = run(config, "once", "--now", "2026-11-23T09:00")
    assert first.returncode == 1  # nobody answers at the mailbox
    again = run(config, "once", "--now", "2026-11-23T08:59")
    assert (again.returncode, again.stdout) == (1, "")
    assert "назад нельзя, уже сыграно 2026-11-23T09:00:00+07:00" in again.stderr
    assert "Traceback" not in again.stderr
    store = wiring.open_store(load(config), config)
    with store.view() as view:
        assert view.facts.get("played_at") == "2026-11-23T09:00:00+07:00"
    store.close()


@pytest.mark.parametrize("command", [["run"], ["once"]])
def test_a_second_daemon_on_one_store_is_told(config: Path, command: list[str]) -> None:
    lock = config.parent / "var" / "files" / "daemon.lock"
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("a+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        result = call(config, *command)
    assert result.exit_code == 1
    assert "служба с этим хранилищем уже работает" in result.stderr


def test_the_daemon_tells_a_second_one_and_ends_cleanly_when_told_to(tmp_path: Path) -> None:
    config = an_office(tmp_path)
    with begin(config, "run") as daemon:
        assert daemon.stderr is not None
        while "работает" not in (line := daemon.stderr.readline()):
            assert line, "the daemon ended before it began"
        second = run(config, "run")
        assert second.returncode == 1
        assert "служба с этим хранилищем уже работает" in second.stderr
        assert run(config, "status", "--json").returncode == 0
        daemon.send_signal(signal.SIGTERM)
        out, said = daemon.communicate(timeout=60)
    assert (daemon.returncode, out) == (0, "")
    assert "остановлена" in said
    assert "Traceback" not in said
