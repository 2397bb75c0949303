from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcu_mail.documents import office, sheet
from mcu_mail.documents.engines import letterhead_faults, make_doc, make_pdf
from mcu_mail.documents.letter import write_docx
from mcu_mail.documents.readback import read_pdf
from mcu_mail.errors import RefusedError
from tests.documents.sample_letters import LETTER, TEMPLATE, letter, needs_office, two_pages

if TYPE_CHECKING:
    from pathlib import Path

    from mcu_mail.documents.engines import Engine

DOCX = write_docx(LETTER, TEMPLATE)


@pytest.fixture
def no_office(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(office, "_USUAL_PLACES", ())


@pytest.fixture
def broken_office(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fake = tmp_path / "soffice"
    fake.write_text("#!/bin/sh\nexit 0\n", encoding="utf-8")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")


@pytest.mark.office
@needs_office
def test_where_the_office_is_installed_it_makes_both_files() -> None:
    rendered = make_pdf(LETTER, DOCX)
    assert (rendered.engine, rendered.pages, rendered.note) == ("libreoffice", 1, "")
    word = make_doc(DOCX)
    assert (word.suffix, word.note) == (".doc", "")


@pytest.mark.office
@needs_office
def test_the_native_engine_steps_in_when_the_office_would_leave_the_signature_alone() -> None:
    content = letter(paragraphs=("слово " * 255,))
    rendered = make_pdf(content, write_docx(content, TEMPLATE))
    assert rendered.engine == "native"
    assert "подпись" in rendered.note


@pytest.mark.office
@needs_office
def test_a_word_that_the_row_of_the_letterhead_would_clip_is_not_lost() -> None:
    content = letter(address_lines=("ул. Образцовая, д. 7,",) * 15)
    rendered = make_pdf(content, write_docx(content, TEMPLATE))
    assert read_pdf(rendered.pdf).lacks(sheet.visible_strings(content)) == ()


@pytest.mark.usefixtures("no_office")
@pytest.mark.parametrize(
    ("engine", "note"),
    [
        ("auto", ""),
        ("native", ""),
        ("libreoffice", "PDF сделан без LibreOffice: LibreOffice на этом компьютере не найден."),
        ("word", "PDF сделан без Word: Word работает только в Windows."),
    ],
)
def test_without_an_office_the_letter_is_drawn_natively(engine: Engine, note: str) -> None:
    rendered = make_pdf(two_pages(), DOCX, engine)
    assert (rendered.engine, rendered.pages, rendered.note) == ("native", 2, note)


@pytest.mark.usefixtures("no_office")
@pytest.mark.parametrize("engine", ["auto", "libreoffice", "word", "native"])
def test_without_an_office_the_word_file_stays_as_it_is(engine: Engine) -> None:
    word = make_doc(DOCX, engine)
    assert (word.data, word.suffix) == (DOCX, ".docx")
    assert word.note.startswith("Файл остался в формате .docx: ")


@pytest.mark.usefixtures("broken_office")
def test_when_the_office_fails_the_native_engine_says_why_it_stepped_in() -> None:
    rendered = make_pdf(LETTER, DOCX, "libreoffice")
    assert rendered.engine == "native"
    assert rendered.note.startswith("PDF сделан без LibreOffice: LibreOffice дважды")
    word = make_doc(DOCX)
    assert (word.data, word.suffix) == (DOCX, ".docx")
    assert "LibreOffice дважды" in word.note


def test_characters_that_cannot_be_drawn_are_named() -> None:
    rendered = make_pdf(letter(heading="О снеге ❄"), DOCX, "native")
    assert rendered.note == "В шрифте письма нет знаков: ❄."


@settings(deadline=None, max_examples=100)
@given(st.text())
def test_no_text_of_a_person_stops_a_letter(text: str) -> None:
    rendered = make_pdf(letter(paragraphs=(text,), addressee=text[:40]), DOCX, "native")
    assert rendered.pages >= 1


def test_the_letterhead_of_the_office_is_tried() -> None:
    form = LETTER.letterhead
    assert letterhead_faults(form) == ()
    [fault] = letterhead_faults(replace(form, lines=form.lines * 4))
    assert "Бланк не умещается" in fault


@pytest.mark.usefixtures("no_office")
def test_a_letter_whose_words_do_not_fit_is_refused() -> None:
    with pytest.raises(RefusedError, match=r"^В письме не уместилось: номер\.$"):
        make_pdf(letter(number="0" * 200), DOCX)
