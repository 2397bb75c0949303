"""Letters by the hundred made and read back: no field is lost, whatever people write into it.

The Word file is read by python-docx, the native PDF by poppler, which shares no code with the
engine that drew it. `MCU_MAIL_LETTERS=1000` tries as many instead of the usual 250 of each.
"""

from __future__ import annotations

import io
import os
import random
import shutil
import subprocess
import unicodedata
from datetime import date
from typing import TYPE_CHECKING

import docx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mcu_mail.documents import sheet
from mcu_mail.documents.fonts import drawable
from mcu_mail.documents.letter import write_docx
from mcu_mail.documents.native import write_pdf
from mcu_mail.domain.rich_text import bold, row
from tests.documents.sample_letters import INTERIM, LETTER, TEMPLATE, letter

if TYPE_CHECKING:
    from mcu_mail.documents.sheet import LetterContent

_COUNT = int(os.environ.get("MCU_MAIL_LETTERS", "250"))
_LETTERS = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"
_TEXT = _LETTERS + _LETTERS.upper() + "     0123456789.,;:!?()-–—«»\"'&<>№%{}#_/\\*+=~`😀👍é漢"
words = st.text(_TEXT, min_size=1, max_size=60)
short = st.text(_LETTERS + " -.&<>№«»", min_size=1, max_size=60)


def prose(chance: random.Random) -> str:
    """A paragraph, a bold line or a row of a table; drawn by one number, for speed."""

    def some(most: int) -> str:
        return "".join(chance.choices(_TEXT, k=chance.randint(1, most)))

    kind = chance.random()
    if kind < 0.1:
        return bold(some(80))
    if kind < 0.2:
        return row([[some(30) for _ in range(chance.randint(0, 2))] for _ in range(3)])
    return " ".join(some(90) for _ in range(chance.randint(1, 6)))


@st.composite
def letters(draw: st.DrawFn) -> LetterContent:
    count = draw(st.one_of(st.integers(1, 6), st.integers(1, 60)))
    chance = random.Random(draw(st.integers(0, 2**32)))
    kind = draw(st.sampled_from(["answer", "answer", "interim"]))
    return letter(
        version=draw(st.integers(1, 99)),
        number=draw(st.one_of(st.none(), st.just("01-12/345"))),
        date=draw(st.one_of(st.none(), st.just(date(2026, 11, 24)))),
        ref_number=draw(st.one_of(st.none(), st.text("0123456789-/АБВ", min_size=1, max_size=12))),
        addressee=draw(short),
        address_lines=tuple(draw(st.lists(short, max_size=3))),
        heading=draw(words),
        salutation=draw(st.sampled_from([LETTER.salutation, "Здравствуйте!"])),
        paragraphs=(draw(words), *(prose(chance) for _ in range(count - 1))),
        enclosure=draw(st.one_of(st.none(), short)),
        signer_title=draw(short),
        executor_name=draw(short),
        kind=kind,
        promise="Полный ответ будет дан до 01.12.2026." if kind == "interim" else "",
    )


def of_docx(content: bytes) -> str:
    document = docx.Document(io.BytesIO(content))
    section = document.sections[0]
    roots = [document.element.body, section.first_page_footer._element]
    return "".join(
        "".join(t.text or "" for t in p.iter("{*}t")) for root in roots for p in root.iter("{*}p")
    )


def of_pdf(content: bytes) -> str:
    done = subprocess.run(
        ["pdftotext", "-raw", "-enc", "UTF-8", "-", "-"],
        input=content,
        capture_output=True,
        check=True,
    )
    return done.stdout.decode()


def essence(text: str) -> str:
    """What must survive justification, line breaks and ligatures."""
    plain = unicodedata.normalize("NFKC", text)
    return "".join(
        c
        for c in plain
        if not c.isspace() and c not in "-\u2010\u2011" and unicodedata.category(c) != "Cf"
    )


@settings(deadline=None, max_examples=_COUNT, suppress_health_check=list(HealthCheck))
@given(letters())
def test_every_field_of_a_word_file_is_read_back(content: LetterContent) -> None:
    template = INTERIM if content.kind == "interim" else TEMPLATE
    text = essence(of_docx(write_docx(content, template)))
    assert [one for one in sheet.visible_strings(content) if essence(one) not in text] == []


@pytest.mark.skipif(
    shutil.which("pdftotext") is None and "MCU_MAIL_REQUIRE_PEERS" not in os.environ,
    reason="poppler-utils is not installed",
)
@settings(deadline=None, max_examples=_COUNT, suppress_health_check=list(HealthCheck))
@given(letters())
def test_every_field_of_a_native_pdf_is_read_back(content: LetterContent) -> None:
    found = of_pdf(write_pdf(content))
    # A page turn comes between the lines of a field: its words must be there.
    text = essence(found)
    lost = [
        word
        for one in sheet.visible_strings(content)
        for word in drawable(one).split()
        if essence(word) not in text and not _cut(essence(word), text)
    ]
    assert lost == []


def _cut(word: str, text: str) -> bool:
    """Whether a word longer than its line is there in parts: each cut breaks three of its fours."""
    fours = [word[at : at + 4] for at in range(len(word) - 3)]
    return len(fours) > 12 and sum(four not in text for four in fours) <= 6
