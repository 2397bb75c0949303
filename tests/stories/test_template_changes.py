"""The office edits its templates while the service runs; a broken one replaces none that works."""

from __future__ import annotations

import io
import shutil
from typing import TYPE_CHECKING

import docx
import pytest

from mcu_mail.rehearsal.stage import SHIPPED, Stage
from tests.stories.signed_letter import NATIVE, PASSWORD, bring_to_sign, subjects, texts

if TYPE_CHECKING:
    from pathlib import Path

    from mcu_mail.rehearsal.postoffice import PostOffice

ADMINISTRATOR = "it@okrug.example"


@pytest.fixture(name="office")
def _office(tmp_path: Path, post_office: PostOffice) -> Stage:
    shutil.copytree(SHIPPED.parent / "templates", tmp_path / "office" / "templates")
    return Stage(
        tmp_path / "office", post_office, PASSWORD, {**NATIVE, "letters.templates": "templates"}
    )


def answer(stage: Stage) -> Path:
    return stage.folder / "templates" / "letters" / "answer.docx"


def write_into(path: Path, words: str) -> None:
    document = docx.Document(str(path))
    document.add_paragraph(words)
    document.save(str(path))


def printed(stage: Stage, number: str) -> str:
    path = stage.desk.folders.base / "На подпись" / f"{number} Ответ.docx"
    document = docx.Document(io.BytesIO(path.read_bytes()))
    return "\n".join(paragraph.text for paragraph in document.paragraphs)


def test_a_letter_is_set_in_the_template_as_the_office_has_changed_it(office: Stage) -> None:
    with office.opened():
        write_into(answer(office), "Сайт округа: okrug.example")
        number = bring_to_sign(office)
        assert "Сайт округа: okrug.example" in printed(office, number)


def test_a_broken_template_is_told_once_and_the_working_one_goes_on(office: Stage) -> None:
    with office.opened():
        office.play("2026-11-23 08:00")
        write_into(answer(office), "{{ фамилия }}")
        number = bring_to_sign(office)
        assert "фамилия" not in printed(office, number)
        told = [one for one in subjects(office, ADMINISTRATOR) if "Ошибка в шаблоне" in one]
        assert len(told) == 1
        assert "answer.docx неизвестное поле «фамилия»" in texts(office, ADMINISTRATOR)


def test_a_mended_template_is_taken_by_itself(office: Stage) -> None:
    with office.opened():
        office.play("2026-11-23 08:00")
        whole = answer(office).read_bytes()
        answer(office).write_bytes(whole[:2000])
        office.play("2026-11-23 08:10")
        answer(office).write_bytes(whole)
        write_into(answer(office), "Сайт округа: okrug.example")
        number = bring_to_sign(office)
        assert "Сайт округа" in printed(office, number)


def test_a_broken_mail_template_stops_no_mail(office: Stage) -> None:
    with office.opened():
        office.play("2026-11-23 08:00")
        task = office.folder / "templates" / "mails" / "task.j2"
        task.write_text("Тема: дело\n{{ deadlin }}", encoding="utf-8")
        bring_to_sign(office)
        assert "неизвестное имя в шаблоне: «deadlin»" in texts(office, ADMINISTRATOR)


def test_a_service_that_starts_beside_a_broken_template_uses_the_last_good_one(
    office: Stage,
) -> None:
    with office.opened():
        office.play("2026-11-23 08:00")
    answer(office).write_bytes(b"")
    with office.opened():
        number = bring_to_sign(office)
        assert printed(office, number)
        assert any("Ошибка в шаблоне" in one for one in subjects(office, ADMINISTRATOR))
