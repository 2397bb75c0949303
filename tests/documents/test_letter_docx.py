from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
import zxingcpp
from docx import Document
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from mcu_mail.documents import sheet
from mcu_mail.documents.letter import (
    REQUIRED,
    letter_sha,
    template_faults,
    write_docx,
)
from mcu_mail.errors import RefusedError
from tests.documents.sample_letters import CODE, INTERIM, LETTER, TEMPLATE, letter


def lines(docx: bytes) -> list[str]:
    """Every paragraph of the file: body, cells, headers and footers."""
    document = Document(io.BytesIO(docx))
    section = document.sections[0]
    roots = [
        document.element.body,
        section.header._element,
        section.footer._element,
        section.first_page_footer._element,
    ]
    return ["".join(t.text or "" for t in p.iter("{*}t")) for r in roots for p in r.iter("{*}p")]


SHIPPED = {"letters/answer.docx": TEMPLATE, "letters/interim.docx": INTERIM}


def faults_of(answer: bytes) -> tuple[str, ...]:
    return template_faults({**SHIPPED, "letters/answer.docx": answer})


def saved(document: Any) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def edited(old: str, new: str, template: bytes = TEMPLATE) -> bytes:
    """The shipped template in which a person wrote `new` instead of `old`."""
    document = Document(io.BytesIO(template))
    section = document.sections[0]
    paragraphs = [
        *document.paragraphs,
        *(p for t in document.tables for row in t.rows for c in row.cells for p in c.paragraphs),
        *section.footer.paragraphs,
        *section.first_page_footer.paragraphs,
    ]
    hit = False
    for run in (run for paragraph in paragraphs for run in paragraph.runs):
        if old in run.text:
            run.text = run.text.replace(old, new)
            hit = True
    assert hit, f"{old} is not in the template"
    return saved(document)


def test_the_shipped_templates_have_no_faults() -> None:
    assert template_faults(SHIPPED) == ()


def test_a_missing_template_is_told() -> None:
    [answer, interim] = template_faults({})
    assert answer == "letters/answer.docx: Шаблон письма не найден."
    assert interim == "letters/interim.docx: Шаблон письма не найден."


def a_zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("readme.txt", "")
    return out.getvalue()


@pytest.mark.parametrize("content", [b"", b"not a package", b"PK\x03\x04 cut", a_zip()])
def test_a_template_that_is_no_word_file_is_told(content: bytes) -> None:
    assert faults_of(content) == (
        "letters/answer.docx: Шаблон письма answer.docx – не файл Word (.docx).",
    )


@pytest.mark.parametrize("name", sorted(set(REQUIRED) - {"letterhead"}))
def test_every_field_that_a_template_lost_is_named(name: str) -> None:
    document = Document(io.BytesIO(TEMPLATE))
    section = document.sections[0]
    for root in (
        document.element.body,
        section.footer._element,
        section.first_page_footer._element,
    ):
        for text in root.iter("{*}t"):
            if name in (text.text or ""):
                # A field inside of a loop or a condition goes with its whole tag.
                text.text = text.text.replace(name, "[]" if " in " in text.text else "''")
    told = f"В шаблоне письма answer.docx нет поля «{name}» ({REQUIRED[name]})."
    assert f"letters/answer.docx: {told}" in faults_of(saved(document))


def test_an_interim_answer_needs_its_promise_and_no_last_paragraph() -> None:
    without = edited("{{ promise }}", "{{ last_paragraph }}", INTERIM)
    without = edited("{%tr if promise %}", "{%tr if last_paragraph %}", without)
    told = template_faults({**SHIPPED, "letters/interim.docx": without})
    assert [fault.partition("interim.docx: ")[2] for fault in told] == [
        "В шаблоне письма interim.docx неизвестное поле «last_paragraph».",
        "В шаблоне письма interim.docx нет поля «promise» (до какого дня будет дан полный ответ).",
    ]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("{{ heading }}", "{{ heading }} {{ фамилия }}", "неизвестное поле «фамилия»"),
        ("{{ heading }}", "{{ heading", "ошибка в скобках подстановки"),
        ("{{ heading }}", "{{ heading }}{% if %}", "ошибка в скобках подстановки"),
        ("{{ heading }}", "{{ heading.about }}", "не заполняется"),
        ("{{ heading }}", "{{ heading }}{{ heading.__class__.__mro__ }}", "не заполняется"),
    ],
)
def test_a_wrong_template_is_told_in_russian(old: str, new: str, told: str) -> None:
    faults = faults_of(edited(old, new))
    assert len(faults) == 1
    assert told in faults[0]
    assert "answer.docx" in faults[0]


def test_a_template_with_a_linked_picture_is_refused() -> None:
    document = Document(io.BytesIO(TEMPLATE))
    image = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"
    document.part.relate_to("http://photo.example/coat.png", image, is_external=True)
    [fault] = faults_of(saved(document))
    assert "вставлен ссылкой: http://photo.example/coat.png" in fault


def test_an_undefined_name_never_becomes_an_empty_place() -> None:
    with pytest.raises(RefusedError, match="about"):
        write_docx(LETTER, edited("{{ heading }}", "{{ about }}"))


def test_every_word_of_the_letter_is_in_the_file() -> None:
    text = "\n".join(lines(write_docx(LETTER, TEMPLATE)))
    for expected in sheet.visible_strings(LETTER):
        assert expected in text


@pytest.mark.parametrize(
    "words",
    [
        "Рога & Копыта <b>",
        "письмо <b>срочно</b>",
        "{{ 7 * 7 }}",
        "{% for x in range(9) %}x{% endfor %}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{_{ signer_name }_} {_% %_}",
        "{# тайна #}",
        "{%p if false %}",
        "&lt;b&gt; &amp; &#123;",
        "]]> <!-- --> <?xml?>",
        "«ёлки» – “палки” ‘и’ 5° №",
    ],
)
def test_words_of_a_person_are_data(words: str) -> None:
    docx = write_docx(letter(paragraphs=(words, words), addressee=words, heading=words), TEMPLATE)
    assert lines(docx).count(words) == 4


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.one_of(st.text(), st.text("&<>{}%_#]a ")), min_size=1, max_size=4))
def test_no_character_that_can_be_printed_is_lost(paragraphs: list[str]) -> None:
    content = letter(paragraphs=tuple(paragraphs))
    found = lines(write_docx(content, TEMPLATE))
    assert [line for line in sheet.body(content) if line not in found] == []


def test_equal_content_gives_equal_bytes() -> None:
    assert write_docx(LETTER, TEMPLATE) == write_docx(replace(LETTER), TEMPLATE)


@pytest.mark.parametrize(
    "change",
    [
        {"paragraphs": ("Другой текст.",)},
        {"version": 3},
        {"print_code": "F" * 16},
        {"number": "01-12/346"},
        {"signer_title": "И.о. главы"},
    ],
)
def test_a_change_of_content_changes_the_hash(change: dict[str, object]) -> None:
    assert letter_sha(write_docx(LETTER, TEMPLATE)) != letter_sha(
        write_docx(letter(**change), TEMPLATE)
    )


def test_the_hash_does_not_depend_on_the_packing() -> None:
    docx = write_docx(LETTER, TEMPLATE)
    repacked = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx)) as old, zipfile.ZipFile(repacked, "w") as new:
        for name in reversed(old.namelist()):
            new.writestr(name, old.read(name))
    assert letter_sha(repacked.getvalue()) == letter_sha(docx)


@pytest.mark.parametrize("broken", [b"", b"text", b"PK\x03\x04"])
def test_the_hash_of_no_word_file_is_refused(broken: bytes) -> None:
    with pytest.raises(RefusedError, match="повреждён"):
        letter_sha(broken)


def test_before_registration_number_and_date_are_blank() -> None:
    found = lines(write_docx(letter(number=None, date=None), TEMPLATE))
    assert "№" in found
    assert not {"01-12/345", "24.11.2026", "None"} & set(found)


def test_registration_fills_number_and_date() -> None:
    found = lines(write_docx(letter(number="01-12/9", date=date(2027, 1, 11)), TEMPLATE))
    assert {"01-12/9", "11.01.2027"} <= set(found)


@pytest.mark.parametrize(
    ("number", "on", "line"),
    [
        ("3307", date(2026, 11, 23), "На № 3307 от 23.11.2026"),
        ("3307", None, "На № 3307"),
        (None, date(2026, 11, 23), ""),
        (None, None, ""),
        ("  ", None, ""),
    ],
)
def test_an_unknown_reference_is_left_out(number: str | None, on: date | None, line: str) -> None:
    found = lines(write_docx(letter(ref_number=number, ref_date=on), TEMPLATE))
    assert [text for text in found if "На №" in text] == ([line] if line else [])


@pytest.mark.parametrize(
    ("enclosure", "line"),
    [
        ("на 2 л. в 1 экз.", "Приложение: на 2 л. в 1 экз."),
        ("Приложение: справка на 1 л.", "Приложение: справка на 1 л."),
        (None, None),
        (" ", None),
    ],
)
def test_an_enclosure_is_named_once(enclosure: str | None, line: str | None) -> None:
    found = lines(write_docx(letter(enclosure=enclosure), TEMPLATE))
    assert [text for text in found if "Приложение" in text] == ([line] if line else [])


def test_a_letter_to_nobody_in_particular_has_no_address() -> None:
    docx = write_docx(letter(addressee="", address_lines=(), salutation="Здравствуйте!"), TEMPLATE)
    assert "Здравствуйте!" in lines(docx)


def test_a_letterhead_of_one_line_shows_it_as_the_name() -> None:
    form = replace(LETTER.letterhead, lines=("АДМИНИСТРАЦИЯ ОКРУГА",))
    assert form.higher == ()
    assert "АДМИНИСТРАЦИЯ ОКРУГА" in lines(write_docx(letter(letterhead=form), TEMPLATE))


def test_the_footers_carry_the_mark_of_page_one_and_of_a_following_page() -> None:
    with zipfile.ZipFile(io.BytesIO(write_docx(LETTER, TEMPLATE))) as archive:
        pictures = [archive.read(n) for n in archive.namelist() if n.startswith("word/media/")]
    codes = {zxingcpp.read_barcodes(Image.open(io.BytesIO(p)))[0].text for p in pictures}
    assert codes == {f"TMO1-2026-000123-2-1-{CODE}", f"TMO1-2026-000123-2-0-{CODE}"}


def test_a_line_break_in_a_paragraph_makes_a_new_one() -> None:
    content = letter(paragraphs=("Первое.\nВторое.\n\n", "", "Третье."))
    assert sheet.body(content) == ("Первое.", "Второе.", "Третье.")


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("  два  пробела ", "два пробела"),
        ("и\u0306од", "йод"),
        ("пере\u00adнос", "перенос"),
        ("№\u00a05", "№\u00a05"),
        ("a\x00\x1b\u202eb\ufeff\ud800", "ab"),
        ("таб\tсвет", "таб свет"),
    ],
)
def test_text_is_made_printable(raw: str, clean: str) -> None:
    assert sheet.printable(raw) == clean
