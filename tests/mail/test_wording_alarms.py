"""Every job that can fail, and all else that is told of, has a Russian name of its own."""

from __future__ import annotations

import ast
import re
from datetime import timedelta
from pathlib import Path

import pytest

from mcu_mail.domain import watch_words as words
from mcu_mail.domain.surroundings import Matter
from mcu_mail.domain.watch import MAIL_JOBS
from mcu_mail.mail.wording import Wording
from mcu_mail.mail.wording_samples import NOW, PERSON
from mcu_mail.settings.template_set import read_templates

ROOT = Path(__file__).resolve().parents[2]
OFFICE = Wording(
    read_templates(ROOT / "templates").files, "Тяжинский муниципальный округ", "mcu@okrug.example"
)
LATIN = re.compile(r"[A-Za-z_]+")
FILES = {"PDF", "DOC", "Word"}


def trees():
    for path in sorted((ROOT / "mcu_mail").rglob("*.py")):
        yield path, ast.parse(path.read_text(encoding="utf-8"))


def jobs_of_rounds():
    """The names given to `Rounds._job` and, for what is around them, to `Health`."""
    names = set()
    for _, tree in trees():
        for call in ast.walk(tree):
            if not isinstance(call, ast.Call):
                continue
            called = getattr(call.func, "attr", getattr(call.func, "id", ""))
            place = {"_job": 0, "job": 0, "went_well": 1, "failed": 1}.get(called)
            if place is not None and len(call.args) > place:
                name = call.args[place]
                if isinstance(name, ast.Constant) and isinstance(name.value, str):
                    names.add(name.value)
    return names


def kinds_of_alarms():
    """Each `what=` of an alarm, also as a value of a table of its module."""
    kinds = set()
    for _, tree in trees():
        tables = {
            target.id: node.value
            for node in tree.body
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name) and isinstance(node.value, ast.Dict)
        }
        for call in ast.walk(tree):
            if not isinstance(call, ast.Call) or getattr(call.func, "id", "") != "raise_alarm":
                continue
            (what,) = (item.value for item in call.keywords if item.arg == "what")
            match what:
                case ast.Constant():
                    kinds.add(what.value)
                case ast.Call(func=ast.Attribute(value=ast.Name(id=table)), args=[_, other]):
                    kinds |= {ast.literal_eval(value) for value in (*tables[table].values, other)}
                case _:
                    # A job or a matter: both are listed by their own names.
                    assert ast.unparse(what) in {"name", "what"}
    return kinds


USED = sorted(jobs_of_rounds() | kinds_of_alarms() | {one.value for one in Matter})


def test_every_name_in_use_is_found_and_has_russian_words() -> None:
    assert {"mailbox", "smtp", "late", "room", "around", "round", "backup_gaps", "quota"} <= {*USED}
    assert {*USED} == words.JOBS.keys() | words.NOTICES.keys()
    assert jobs_of_rounds() <= words.JOBS.keys()
    assert {*MAIL_JOBS} <= words.JOBS.keys()


def test_nothing_that_is_told_of_is_called_like_a_job() -> None:
    assert not words.JOBS.keys() & words.NOTICES.keys()
    assert {one.value for one in Matter} <= words.NOTICES.keys()
    called = [one.name for one in words.JOBS.values()]
    assert len({*called}) == len(called)
    subjects = [one.fails for one in words.JOBS.values()]
    assert len({*subjects}) == len(subjects)
    assert not {*subjects} & {*words.NOTICES.values()}


@pytest.mark.parametrize("what", USED)
@pytest.mark.parametrize("person", [PERSON, None])
def test_an_alarm_and_its_end_hold_no_latin_word(what, person):
    context = {"now": NOW, "person": person, "what": what, "since": NOW - timedelta(hours=1)}
    mails = [OFFICE.compose("alarm", **context, error="нет связи", hint="Проверьте.")]
    if what in words.JOBS:
        mails.append(OFFICE.compose("alarm_over", **context))
    for mail in mails:
        said = f"{mail.subject}\n{mail.text}".replace("mcu@okrug.example", "")
        assert {*LATIN.findall(said)} <= FILES
        # What a telephone shows of a subject.
        assert len(mail.subject) <= 75


def test_a_copy_with_gaps_is_not_called_missing_and_promises_nothing():
    context = {"now": NOW, "person": PERSON, "since": NOW, "hint": ""}
    said = OFFICE.compose("alarm", what="backup_gaps", error="нет файла 1: …", **context)
    assert said.subject == "[МЦУ] В резервной копии не хватает файлов"
    assert "копия сделана" in said.text
    assert "нет файла 1" in said.text
    assert "Ничего не потеряно" not in said.text
    assert (
        "Нет резервной копии" in OFFICE.compose("alarm", what="backup", error="", **context).subject
    )


def test_what_is_told_at_once_has_not_been_away_for_no_time_at_all():
    context = {"now": NOW, "person": PERSON, "since": NOW, "error": "нет", "what": "office"}
    said = OFFICE.compose("alarm", **context, hint=words.waiting_case("2026-000123"))
    assert "уже" not in said.text
    assert "Ждёт письмо по делу 2026-000123." in said.text
