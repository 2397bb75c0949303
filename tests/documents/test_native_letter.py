from __future__ import annotations

import io
from dataclasses import replace

import pypdf
import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcu_mail.documents import sheet
from mcu_mail.documents.fonts import missing_characters
from mcu_mail.documents.native import write_pdf
from mcu_mail.documents.readback import lacks, read_pdf
from mcu_mail.errors import RefusedError
from tests.documents.sample_letters import CODE, LETTER, letter, marks, two_pages

MM = 72 / 25.4


def inside(pdf: bytes, field: sheet.Field) -> str:
    """The text that stands in a field of page 1."""
    with pypdfium2.PdfDocument(pdf) as document:
        page = document[0]
        top = page.get_height() - field.y_mm * MM
        return str(
            page.get_textpage().get_text_bounded(
                left=field.x_mm * MM,
                right=(field.x_mm + field.w_mm) * MM,
                top=top,
                bottom=top - field.h_mm * MM,
            )
        ).strip()


def test_every_word_of_the_letter_can_be_copied_from_the_pdf() -> None:
    assert read_pdf(write_pdf(LETTER)).lacks(sheet.visible_strings(LETTER)) == ()


def test_an_ordinary_letter_is_one_page() -> None:
    assert len(read_pdf(write_pdf(LETTER)).pages) == 1


def test_only_our_own_embedded_fonts_are_used() -> None:
    fonts = [
        font.get_object()
        for page in pypdf.PdfReader(io.BytesIO(write_pdf(two_pages()))).pages
        for font in page["/Resources"]["/Font"].values()  # type: ignore[index]  # PDF objects
    ]
    assert {font["/BaseFont"].partition("+")[2] for font in fonts} == {
        "PTSerif-Regular",
        "PTSerif-Bold",
    }
    assert all("/FontFile2" in font["/FontDescriptor"] for font in fonts)


def test_equal_content_gives_equal_pdf() -> None:
    assert write_pdf(two_pages()) == write_pdf(two_pages())


def test_every_page_carries_its_own_mark_readable_at_200_dpi() -> None:
    assert marks(write_pdf(two_pages())) == [
        f"TMO1-2026-000123-2-1-{CODE}",
        f"TMO1-2026-000123-2-2-{CODE}",
    ]


def test_the_mark_of_the_first_page_is_readable_at_150_dpi() -> None:
    assert marks(write_pdf(LETTER), dpi=150) == [f"TMO1-2026-000123-2-1-{CODE}"]


def test_pages_are_numbered_from_the_second() -> None:
    first, second = read_pdf(write_pdf(two_pages())).pages
    assert not first.startswith("1")
    assert second.split()[0] == "2"


def test_number_and_date_stand_in_the_fields_that_the_stamp_uses() -> None:
    date_field, number_field = sheet.stamp_place()
    pdf = write_pdf(LETTER)
    assert inside(pdf, date_field) == "24.11.2026"
    assert inside(pdf, number_field) == "01-12/345"


def test_before_registration_the_fields_are_empty() -> None:
    pdf = write_pdf(letter(number=None, date=None))
    assert [inside(pdf, field) for field in sheet.stamp_place()] == ["", ""]


@settings(deadline=None, max_examples=40)
@given(words=st.integers(1, 900), breaks=st.booleans(), enclosed=st.booleans())
def test_the_signature_is_on_the_last_page_with_the_end_of_the_text(
    words: int, breaks: bool, enclosed: bool
) -> None:
    text = ("слово " * 9).strip()
    paragraphs = (text,) * (words // 9) if breaks else (text * (words // 9 + 1),)
    content = letter(
        paragraphs=(*paragraphs, "Последние слова письма."),
        enclosure=LETTER.enclosure if enclosed else None,
    )
    text_of = read_pdf(write_pdf(content))
    assert text_of.lacks(sheet.visible_strings(content)) == ()
    assert [bool(lacks(page, ["П.П. Тестов"])) for page in text_of.pages].count(False) == 1
    assert lacks(text_of.pages[-1], ["П.П. Тестов", "Последние слова письма."]) == ()


@settings(deadline=None, max_examples=30)
@given(words=st.integers(150, 900))
def test_a_long_last_paragraph_is_split_so_that_two_lines_go_with_the_signature(words: int) -> None:
    pages = read_pdf(write_pdf(letter(paragraphs=("слово " * words,)))).pages
    assert lacks(pages[-1], ["П.П. Тестов", "слово " * 13]) == ()


def test_an_enclosure_of_half_a_page_flows_like_text() -> None:
    content = letter(enclosure="справка, " * 400)
    assert read_pdf(write_pdf(content)).lacks(sheet.visible_strings(content)) == ()


@pytest.mark.parametrize(
    "word",
    [
        "https://okrug.example/" + "очень-длинный-адрес-страницы" * 6,
        "ответственный.за.расчистку.дорог.и.тротуаров@отдел-жизнеобеспечения.okrug.example",
        "О" * 300,
    ],
)
def test_a_word_longer_than_the_line_is_kept_whole(word: str) -> None:
    content = letter(paragraphs=(f"Подробности: {word}.",), addressee=word[:120])
    assert read_pdf(write_pdf(content)).lacks(sheet.visible_strings(content)) == ()


def test_a_long_address_pushes_the_text_down_instead_of_covering_it() -> None:
    content = letter(address_lines=("ул. Образцовая, д. 7,",) * 15)
    assert read_pdf(write_pdf(content)).lacks(sheet.visible_strings(content)) == ()


def test_a_list_stays_a_list() -> None:
    items = ("1. Дорога расчищена.", "2. Тротуар посыпан.", "– сосульки сбиты;")
    content = letter(paragraphs=("Выполнено:", *items))
    lines = [line.strip() for line in read_pdf(write_pdf(content)).pages[0].splitlines()]
    assert [line for line in lines if line in items] == list(items)


@settings(deadline=None, max_examples=60)
@given(
    st.text(
        st.sampled_from("абвгдеёжзийклмнопрстуфхцчшщъыьэюя АБВЯ&<>{}%_№–—«»\"'/\\;:!?1234567890")
    )
)
def test_russian_text_survives_as_it_is(text: str) -> None:
    content = letter(paragraphs=(text,), heading=text[:60])
    assert read_pdf(write_pdf(content)).lacks(sheet.visible_strings(content)) == ()


def test_a_letter_without_applicant_reference_and_enclosure_is_drawn() -> None:
    content = letter(
        addressee="",
        address_lines=(),
        salutation="Здравствуйте!",
        ref_number=None,
        enclosure=None,
        heading="",
        executor_details=(),
    )
    text = read_pdf(write_pdf(content)).pages[0]
    assert "Здравствуйте!" in text
    assert "На №" not in text
    assert "Приложение" not in text


def test_a_letterhead_that_does_not_fit_is_refused() -> None:
    form = replace(LETTER.letterhead, requisites=("ОКПО 00000000",) * 12)
    with pytest.raises(RefusedError, match="Бланк не умещается"):
        write_pdf(letter(letterhead=form))


@pytest.mark.parametrize(
    ("text", "missing"),
    [("Ответ № 5 – «да»", ""), ("снег ❄ и ❄ лёд 🧊", "❄🧊"), ("таб\tи\nстрока", "")],
)
def test_characters_that_the_typeface_lacks_are_known(text: str, missing: str) -> None:
    assert missing_characters(text) == missing


def test_smileys_of_the_author_leave_no_question_marks() -> None:
    said = "Улица расчищена \U0001f69c\ufe0f, спасибо \U0001f600 за сообщение."
    (page,) = read_pdf(write_pdf(letter(paragraphs=(said,)))).pages
    assert "Улица расчищена, спасибо за сообщение." in " ".join(page.split())


def test_the_properties_of_the_file_name_the_office() -> None:
    content = letter()
    found = pypdf.PdfReader(io.BytesIO(write_pdf(content))).metadata
    assert found is not None
    assert found.author == " ".join(content.letterhead.name)
    assert found.subject == content.heading
