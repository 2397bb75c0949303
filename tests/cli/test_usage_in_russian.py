"""A command called wrongly says in Russian what is wrong, on standard error, with exit code 2."""

import re

import pytest
from typer.testing import CliRunner

from mcu_mail.cli import app
from mcu_mail.usage import in_russian

WRONG = {
    "nope": "нет команды «nope»",
    "stats": "нет команды «stats»; может быть, status",
    "case": "не указано: номер дела",
    "read": "не указано: файлы .eml",
    "status --nope": "нет ключа --nope",
    "status extra": "лишнее: extra",
    "status --json=1": "ключ --json пишется без значения",
    "journal --year": "после ключа --year нужно значение",
    "journal --year abc": "--year: нужно целое число",
    "aside lst": "нет команды «lst»; может быть, list",
    "backup": "не указано: файл архива",
    "aside show": "не указано: номер письма",
    "aside show abc": "номер письма: нужно целое число",
    "aside assign 1": "не указано: номер дела",
    "aside retry 1 --bad": "нет ключа --bad",
    "report KIND": "нет команды «report»",
}


@pytest.mark.parametrize("line", WRONG)
def test_what_is_wrong_is_said_in_russian(line):
    done = CliRunner().invoke(app, line.split())
    assert done.exit_code == 2
    assert done.stdout == ""
    assert WRONG[line] in done.stderr
    # Names of commands, keys and values are Latin; no sentence is.
    known = {*re.findall(r"[A-Za-z]{3,}", line), "status", "list", "root", "help", "all", "restore"}
    assert set(re.findall(r"[A-Za-z]{3,}", done.stderr)) <= {*known, "eml"}


@pytest.mark.parametrize("line", ["--help", "aside --help", "status --help", "case --help"])
def test_the_frame_of_the_help_is_russian(line):
    done = CliRunner().invoke(app, line.split(), env={"COLUMNS": "100"})
    assert done.exit_code == 0
    assert "Показать справку и выйти." in done.stdout
    assert "Options ─" not in done.stdout
    assert "Ключи" in done.stdout


def test_words_of_a_newer_library_stay_as_they_are():
    assert in_russian("Some new complaint.") == "Some new complaint."
