"""`check`: everything that can be wrong before the first mail comes, all at once and in Russian."""

import os
import re
import shutil
import sqlite3
from pathlib import Path

import docx
import pytest
from typer.testing import CliRunner, Result

from mcu_mail.cli import app
from tests.cli.offices import ROOT, TEXT, YEAR, an_office, fill, run
from tests.documents.sample_letters import needs_office


def check(config: Path, *more: str) -> Result:
    return CliRunner().invoke(app, ["check", "-c", str(config), *more])


def faults(result: Result) -> list[str]:
    return [line[2:] for line in result.stdout.splitlines() if line.startswith("✗ ")]


def with_templates(folder: Path) -> Path:
    shutil.copytree(ROOT / "templates", folder / "templates")
    return an_office(folder)


def test_the_shipped_office_is_in_order(tmp_path: Path) -> None:
    done = run(an_office(tmp_path), "check")
    assert (done.returncode, done.stderr) == (0, "")
    assert "всё в порядке – людей 26, подразделений 12, тем 31" in done.stdout


def test_the_templates_of_the_office_itself_are_in_order(tmp_path: Path) -> None:
    assert check(with_templates(tmp_path)).exit_code == 0


def test_a_letter_template_without_a_field_is_named(tmp_path: Path) -> None:
    config = with_templates(tmp_path)
    answer = tmp_path / "templates" / "letters" / "answer.docx"
    document = docx.Document(str(answer))
    document.add_paragraph("{{ subjekt }}")
    document.save(str(answer))
    result = check(config)
    assert result.exit_code == 1
    (told,) = faults(result)
    assert told.startswith("letters.templates: letters/answer.docx: ")
    assert told.endswith("неизвестное поле «subjekt».")


def test_a_mail_template_with_an_unknown_field_is_named(tmp_path: Path) -> None:
    config = with_templates(tmp_path)
    task = tmp_path / "templates" / "mails" / "task.j2"
    task.write_text(task.read_text(encoding="utf-8") + "\n{{ deadlin }}\n", encoding="utf-8")
    result = check(config)
    assert result.exit_code == 1
    # The mails that repeat the task are broken with it.
    for fault, name in zip(faults(result), ("task", "reminder", "asked_anew"), strict=True):
        assert f"mails/{name}.j2: " in fault
        assert "deadlin" in fault


def test_an_edited_form_that_the_native_engine_does_not_know_is_named(tmp_path: Path) -> None:
    config = with_templates(tmp_path)
    answer = tmp_path / "templates" / "letters" / "answer.docx"
    document = docx.Document(str(answer))
    document.add_paragraph("Сайт округа")
    document.save(str(answer))
    text = config.read_text(encoding="utf-8").replace("engine: auto", "engine: native")
    config.write_text(text, encoding="utf-8")
    result = check(config)
    assert result.exit_code == 0
    assert "letters.templates: letters/answer.docx изменён" in result.stdout
    assert "interim.docx изменён" not in result.stdout


def test_another_typeface_is_not_passed_over_in_silence(tmp_path: Path) -> None:
    result = check(an_office(tmp_path, TEXT.replace('font: "PT Serif"', "font: Liberation Serif")))
    assert result.exit_code == 0
    told = "letters.font: письма печатаются шрифтом PT Serif, «Liberation Serif» не используется"
    assert told in result.stdout


def test_a_missing_template_is_named(tmp_path: Path) -> None:
    config = with_templates(tmp_path)
    (tmp_path / "templates" / "mails" / "approve.j2").unlink()
    (tmp_path / "templates" / "letters" / "answer.docx").unlink()
    told = faults(check(config))
    assert any("mails/approve.j2: нет файла шаблона" in fault for fault in told)
    assert any("letters/answer.docx: Шаблон письма не найден" in fault for fault in told)


def test_a_year_that_nobody_confirmed_is_a_fault(tmp_path: Path) -> None:
    text = TEXT.replace(f"years_confirmed: [{YEAR}, {YEAR + 1}]", "years_confirmed: [2020]")
    (told,) = faults(check(an_office(tmp_path, text)))
    assert told.startswith(f"calendar.years_confirmed: год {YEAR} не подтверждён")


def test_faults_of_every_kind_are_told_at_once(tmp_path: Path) -> None:
    config = with_templates(tmp_path)
    (tmp_path / "templates" / "mails" / "sign.j2").unlink()
    loop = (
        "absences: [{person: dep_life, acting: dep_social, from: 2026-11-20, to: 2026-12-04}, "
        "{person: dep_social, acting: dep_life, from: 2026-11-20, to: 2026-12-04}]"
    )
    text = (
        TEXT
        .replace(f"years_confirmed: [{YEAR}, {YEAR + 1}]", "years_confirmed: [2020]")
        .replace("poll_seconds: 20", "pol_seconds: 20")
        .replace("address: priem@ako.ru", "address: priem")
        .replace("absences: []", loop)
    )
    config.write_text(text, encoding="utf-8")
    result = check(config)
    told = "\n".join(faults(result))
    assert result.exit_code == 1
    for word in (
        "неизвестный ключ «pol_seconds»",
        "recipients[2].address: это не адрес",
        "замещение по кругу",
        f"год {YEAR} не подтверждён",
        "нет файла шаблона",
    ):
        assert word in told
    assert f"Ошибок: {len(faults(result))}" in result.stdout


def test_an_official_and_a_head_whose_posts_cannot_be_declined_are_told(tmp_path: Path) -> None:
    font = 'font: "PT Serif"}'
    official = 'font: "PT Serif", addressee: {title: Замруковод, name: Образцов Илья Примерович}}'
    post = 'title: "Глава Тяжинского муниципального округа"'
    text = TEXT.replace(font, official).replace(post, "title: Главнач округа")
    result = check(an_office(tmp_path, text))
    (told,) = faults(result)
    assert told.startswith("letters.addressee.title: «Замруковод» не удалось поставить")
    assert "letters.declension строку «Замруковод»" in told
    # Whoever acts for the head may never have to: that is said, and stops nothing.
    assert "строку «Главнач округа|р»" in result.stdout


def test_a_section_that_could_not_be_read_is_not_judged(tmp_path: Path) -> None:
    text = TEXT.replace(f"years_confirmed: [{YEAR}, {YEAR + 1}]", "years_confirmed: все")
    (told,) = faults(check(an_office(tmp_path, text)))
    assert told.endswith("calendar.years_confirmed: нужен список")


def test_a_database_that_is_none_is_told(tmp_path: Path) -> None:
    config = an_office(tmp_path)
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "mcu.db").write_bytes(b"not a database at all, " * 100)
    (told,) = faults(check(config))
    assert told == "store.url: база данных не открывается (file is not a database)"


def test_a_newer_database_is_told(tmp_path: Path) -> None:
    config = an_office(tmp_path)
    assert check(config).exit_code == 0
    raw = sqlite3.connect(tmp_path / "var" / "mcu.db")
    raw.execute("UPDATE alembic_version SET version_num = '9999'")
    raw.commit()
    raw.close()
    assert faults(check(config)) == ["база данных записана более новой версией mcu_mail"]


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("что-то", "store.url: не понять адрес базы «что-то»"),
        ("mydb://a/b", "store.url: не понять адрес базы «mydb://a/b»"),
        (
            "postgresql+nodriver://a/b",
            "store.url: не понять адрес базы «postgresql+nodriver://a/b»",
        ),
        ("sqlite:///config.yaml/mcu.db", "store.url: папка базы не создаётся"),
        ("sqlite://", "store.url: база данных работает без WAL"),
    ],
)
def test_a_store_that_cannot_be_opened_is_told(tmp_path: Path, url: str, told: str) -> None:
    text = TEXT.replace('url: "sqlite:///var/mcu.db"', f'url: "{url}"')
    (fault,) = faults(check(an_office(tmp_path, text)))
    assert fault.startswith(told)


def test_an_address_with_a_password_in_it_stands_outside_the_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = an_office(tmp_path, TEXT.replace('url: "sqlite:///var/mcu.db"', "url: env:THE_STORE"))
    (fault,) = faults(check(config))
    assert "не задана переменная окружения THE_STORE" in fault
    monkeypatch.setenv("THE_STORE", "sqlite:///elsewhere/mcu.db")
    assert check(config).exit_code == 0
    assert (tmp_path / "elsewhere" / "mcu.db").is_file()


def test_folders_that_cannot_be_made_are_told(tmp_path: Path) -> None:
    text = TEXT.replace("folders: {base: outbox,", "folders: {base: config.yaml/outbox,")
    (told,) = faults(check(an_office(tmp_path, text)))
    assert told.startswith("folders.base: ")


def test_a_missing_config_is_told_without_a_traceback(tmp_path: Path) -> None:
    done = run(tmp_path / "нет.yaml", "check")
    assert done.returncode == 1
    assert "нет.yaml: файл настроек не найден" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_online_tells_every_door_that_does_not_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MCU_IMAP_PASSWORD", "x")
    monkeypatch.delenv("MCU_SMTP_PASSWORD", raising=False)
    told = faults(check(an_office(tmp_path), "--online"))
    assert [fault.split(":")[0] for fault in told] == ["mail.imap", "mail.smtp"]
    assert "не задана переменная окружения MCU_SMTP_PASSWORD" in told[1]


@pytest.mark.office
@needs_office
def test_online_makes_a_letter_for_real_and_says_how_long_it_took(tmp_path: Path) -> None:
    shown = check(an_office(tmp_path), "--online").stdout
    made = re.search(r"LibreOffice сделал PDF и DOC пробного письма за (\d+) мс", shown)
    assert made is not None
    assert int(made[1]) > 0
    assert "letters.engine" not in shown


def test_online_tells_of_an_office_program_that_gives_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = tmp_path / "programs" / "soffice"
    fake.parent.mkdir()
    fake.write_text("#!/bin/sh\nexit 0\n", encoding="utf-8")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{fake.parent}:{os.environ['PATH']}")
    told = faults(check(an_office(tmp_path), "--online"))
    (engine,) = [fault for fault in told if fault.startswith("letters.engine: ")]
    assert engine.startswith("letters.engine: пробное письмо не сделано: LibreOffice дважды")


@pytest.mark.skipif(os.name == "nt", reason="Word may be here")
def test_word_is_said_to_need_windows(tmp_path: Path) -> None:
    text = TEXT.replace("engine: auto", "engine: word")
    (told,) = faults(check(an_office(tmp_path, text)))
    assert told == "letters.engine: Word работает только в Windows; выберите auto или native"


def test_a_history_that_was_altered_is_a_fault(tmp_path: Path) -> None:
    config = an_office(tmp_path)
    fill(config)
    assert check(config).exit_code == 0
    (database,) = tmp_path.rglob("*.db")
    with sqlite3.connect(database) as altered:
        altered.execute("DROP TRIGGER events_no_update")
        altered.execute("UPDATE events SET actor = 'nobody' WHERE id = 1")
    altered.close()

    result = check(config)

    assert result.exit_code == 1
    assert any("изменена в обход службы, начиная с события 1" in line for line in faults(result))
