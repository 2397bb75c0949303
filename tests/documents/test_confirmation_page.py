"""«Подтверждение отправки»: one page whatever it has to hold."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from pypdf import PdfReader

from mcu_mail.documents.confirmation import write_confirmation
from mcu_mail.mail.sent_page import sent_page, template_faults
from mcu_mail.settings.template_set import read_templates

FILES = read_templates(Path(__file__).parents[2] / "templates").files
ROW = ("priem@region.example", "принято", "250 2.0.0 Ok: queued as 4F1", "24.11.2026 16:41:07")
FILE = ("Ответ 01-12_345.pdf", "ab" * 32)


def confirmation(rows=(ROW,), files=(FILE,), subject="Ответ на сообщение № 3307") -> bytes:
    words = sent_page(
        FILES,
        case="2026-000123",
        number="01-12/345",
        date="24.11.2026",
        subject=subject,
        recipients=list(rows),
        attachments=list(files),
    )
    return write_confirmation(words)


def text_of(pdf: bytes) -> str:
    (page,) = PdfReader(io.BytesIO(pdf)).pages
    return re.sub(r"\s+", " ", page.extract_text())


def test_it_says_what_went_where_and_when():
    text = text_of(confirmation())
    for part in ("Подтверждение отправки", "01-12/345", "24.11.2026", "2026-000123", "3307"):
        assert part in text
    for part in (*ROW, FILE[0]):
        assert part in text
    assert FILE[1] in text.replace(" ", "")


@pytest.mark.parametrize("count", [1, 2, 10, 20, 60])
def test_it_is_one_page_however_many_addresses_there_are(count):
    rows = [(f"priem{n}@region.example", *ROW[1:]) for n in range(count)]
    text = text_of(confirmation(rows))
    assert "priem0@region.example" in text
    left = count - text.count("priem")
    assert left == (0 if count <= 20 else 40)
    assert (f"и ещё {left}" in text) == (left > 0)


def test_long_answers_of_servers_stay_on_the_page():
    rows = [("a" * 500, "отказ " * 200, "550 <b>&amp; " * 300, "сейчас")] * 20
    files = [("f" * 400 + ".pdf", "ab" * 32)] * 20
    text = text_of(confirmation(rows, files, "Тема " * 500))
    assert "сейчас" in text
    assert "полностью – в деле" in text


def test_markup_in_a_servers_answer_is_text():
    rows = [(*ROW[:2], "550 <b>no</b> & <para>", ROW[3])]
    assert "<b>no</b> & <para>" in text_of(confirmation(rows))


def test_the_same_facts_give_the_same_bytes():
    assert confirmation() == confirmation()


def test_its_type_is_inside_the_file():
    pdf = confirmation()
    assert re.search(rb"/FontName /[A-Z+]*PTSerif", pdf)
    assert b"/FontFile2" in pdf
    assert b"Times" not in pdf


def test_a_servers_answer_can_neither_start_a_row_nor_a_bold_word():
    rows = [(*ROW[:2], "250 ok\x1fеще\x02ячейка\nстрока", ROW[3])]
    assert "250 ok еще ячейка строка" in text_of(confirmation(rows))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('" ~ number ~ "', '" ~ nomer ~ "', "неизвестное имя в шаблоне: «nomer»"),
        ("for name, digest in files", "for name, digest in []", "нет имени «files»"),
        ("{% endfor %}", "", "ошибка в записи шаблона"),
    ],
)
def test_a_template_that_would_lose_something_is_named(old, new, told):
    path = "letters/confirmation.j2"
    text = FILES[path].decode().replace(old, new)
    faults = template_faults({**FILES, path: text.encode()})
    assert [f"templates/{path}: " in fault and told in fault for fault in faults] == [True]
