from __future__ import annotations

import os
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcu_mail.documents import office, sheet, word
from mcu_mail.documents.engines import Press, letterhead_faults, make_doc, make_pdf
from mcu_mail.documents.letter import write_docx
from mcu_mail.documents.readback import read_pdf
from mcu_mail.documents.warm import WarmOffice
from mcu_mail.errors import RefusedError, TemporaryError
from tests.documents.sample_letters import LETTER, TEMPLATE, letter, needs_office, two_pages
from tests.documents.test_warm_office import StandIn, pids_in

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
    assert (rendered.engine, rendered.failure) == ("native", "failed")
    assert rendered.note.startswith("PDF сделан без LibreOffice: LibreOffice дважды")
    word = make_doc(DOCX)
    assert (word.data, word.suffix, word.failure) == (DOCX, ".docx", "failed")
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


@pytest.mark.office
@needs_office
def test_both_files_of_a_letter_come_from_one_load() -> None:
    with closing(Press()) as press:
        files = press.make_files(LETTER, DOCX)
    assert (files.pdf.engine, files.pdf.pages, files.pdf.note) == ("libreoffice", 1, "")
    assert read_pdf(files.pdf.pdf).lacks(sheet.visible_strings(LETTER)) == ()
    assert (files.word.suffix, files.word.note, files.word.failure) == (".doc", "", "")


@pytest.mark.usefixtures("no_office")
@pytest.mark.parametrize(
    ("engine", "failure"),
    [("auto", ""), ("native", ""), ("libreoffice", "absent"), ("word", "absent")],
)
def test_an_engine_that_was_asked_for_and_is_absent_is_a_failure(
    engine: Engine, failure: str
) -> None:
    with closing(Press(engine)) as press:
        files = press.make_files(LETTER, DOCX)
    assert (files.pdf.failure, files.word.failure) == (failure, failure)
    assert (files.pdf.engine, files.word.suffix) == ("native", ".docx")


@pytest.mark.parametrize(
    ("how", "pdf", "word_file"),
    [
        ("behaves", ("libreoffice", ""), (".doc", "")),
        ("loses a line", ("libreoffice", ""), (".docx", "lost_words")),
        ("writes another format", ("libreoffice", ""), (".docx", "lost_words")),
        ("answers garbage", ("native", "failed"), (".docx", "failed")),
        ("cuts the PDF", ("native", "failed"), (".docx", "failed")),
    ],
)
def test_each_file_falls_back_for_itself(
    tmp_path: Path, how: str, pdf: tuple[str, str], word_file: tuple[str, str]
) -> None:
    with closing(Press(program=StandIn(tmp_path).office(how))) as press:
        files = press.make_files(LETTER, DOCX)
    assert (files.pdf.engine, files.pdf.failure) == pdf
    assert (files.word.suffix, files.word.failure) == word_file
    assert read_pdf(files.pdf.pdf).lacks(sheet.visible_strings(LETTER)) == ()
    assert files.word.data.startswith(b"\xd0\xcf" if word_file[0] == ".doc" else b"PK")


def test_a_pdf_of_another_letter_is_not_taken(tmp_path: Path) -> None:
    content = letter(addressee="Иному Адресату")
    with closing(Press(program=StandIn(tmp_path).office("behaves"))) as press:
        rendered = press.make_pdf(content, write_docx(content, TEMPLATE))
    assert (rendered.engine, rendered.failure) == ("native", "lost_words")
    assert rendered.note.startswith("PDF сделан без LibreOffice: LibreOffice потерял часть текста")
    assert "Иному" not in rendered.note


def test_many_letters_do_not_wait_for_an_office_that_hangs(tmp_path: Path) -> None:
    stand_in = StandIn(tmp_path)
    with closing(Press(program=stand_in.office("hangs", seconds=1))) as press:
        made = [press.make_pdf(LETTER, DOCX) for _ in range(30)]
    assert {(one.engine, one.failure) for one in made} == {("native", "failed")}
    # The first letter tried all ways; the others did not try any.
    assert len(pids_in(stand_in.pids)) == 2
    assert stand_in.cold_calls == 2


def test_a_disk_that_is_full_costs_no_letter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "nowhere"))
    with closing(Press(program=WarmOffice(soffice=tmp_path / "none"))) as press:
        files = press.make_files(LETTER, DOCX)
    assert (files.pdf.engine, files.pdf.failure, files.word.failure) == (
        "native",
        "failed",
        "failed",
    )
    assert str(tmp_path) not in files.pdf.note + files.word.note


def test_an_office_can_be_tried_out_with_nothing_that_steps_in(tmp_path: Path) -> None:
    with closing(Press(program=StandIn(tmp_path).office("behaves"))) as press:
        press.try_out(LETTER, DOCX)
        with pytest.raises(RefusedError, match="потерял часть текста"):
            press.try_out(letter(addressee="Иному Адресату"), DOCX)
    with (
        closing(Press(program=StandIn(tmp_path).office("loses a line"))) as press,
        pytest.raises(RefusedError, match="1 из 2 строк"),
    ):
        press.try_out(LETTER, DOCX)


@pytest.mark.skipif(os.name == "nt", reason="Word may be here")
def test_word_is_said_to_need_windows_and_the_native_engine_steps_in() -> None:
    assert word.absence() == "Word работает только в Windows"
    with pytest.raises(TemporaryError, match="только в Windows"):
        word.Word().convert(DOCX, pdf=True, doc=True)
    with closing(Press("word")) as press:
        rendered = press.make_pdf(LETTER, DOCX)
    assert (rendered.engine, rendered.failure) == ("native", "absent")


@pytest.mark.parametrize("suffix", [".pdf", ".doc", ".txt"])
def test_a_word_that_does_not_answer_is_a_temporary_failure(tmp_path: Path, suffix: str) -> None:
    source = tmp_path / "letter.docx"
    source.write_bytes(b"no letter at all")
    with pytest.raises(TemporaryError, match="Word не сделал файл"):
        word._made(source, tmp_path / f"letter{suffix}")
