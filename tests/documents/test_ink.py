"""Whether the head has signed the sheet: real cases in a table, each with what it shows."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from mcu_mail.documents.ink import look_for_ink
from mcu_mail.documents.ink_reading import LEAST_AREA, look, name_place
from mcu_mail.documents.letter import write_docx
from mcu_mail.documents.office import to_pdf
from mcu_mail.documents.pages import open_pdf
from mcu_mail.documents.scan import as_pdf, read_pages
from mcu_mail.rehearsal import clerk
from mcu_mail.rehearsal.clerk import sign_and_scan
from tests.documents.letters_to_scan import content, letter
from tests.documents.sample_letters import TEMPLATE, needs_office
from tests.documents.worn_sheets import over, sealed, worn

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

SIGNER = "П.П. Тестов"
OFFICE: dict[str, Any] = {"dpi": 150, "grey": True, "quality": 40}
CROOKED = {"dpi": 150, "grey": True, "skew_degrees": 3.0, "turn": 180}
FINE = {"dpi": 300, "turn": 90, "skew_degrees": -1.5}
SCANNERS = pytest.mark.parametrize("scanner", [OFFICE, CROOKED, FINE], ids=str)
# The middle of a seal, mm: on the post, on the free field, under it, across its edge, by the name.
SEALS = [(60, 180), (95, 175), (125, 180), (110, 165), (140, 190)]


@pytest.fixture
def nobody_signs(monkeypatch):
    monkeypatch.setattr(clerk, "_sign", lambda *_: None)


def seen(scan: bytes, printed: bytes | None = None) -> bool | None:
    return look(scan, printed or letter(), SIGNER).seen


@SCANNERS
def test_every_hand_is_seen(scanner):
    for seed in (1, 2, 3):
        found = look(sign_and_scan(letter(), seed=seed, **scanner), letter(), SIGNER)
        assert found.seen is True
        assert found.area > 10 * LEAST_AREA


@SCANNERS
def test_a_pale_pen_is_seen(scanner, monkeypatch):
    monkeypatch.setattr(clerk, "_INK", (130, 140, 200))
    assert seen(sign_and_scan(letter(), **scanner)) is True


@SCANNERS
@pytest.mark.usefixtures("nobody_signs")
def test_an_empty_field_is_seen_to_be_empty(scanner):
    for sheet in (letter(), worn(letter())):
        found = look(sign_and_scan(sheet, **scanner), letter(), SIGNER)
        assert (found.seen, found.page) == (False, 0)
        assert found.area < LEAST_AREA / 2


@SCANNERS
@pytest.mark.usefixtures("nobody_signs")
def test_a_seal_alone_is_no_signature(scanner):
    for x, y in SEALS if scanner is OFFICE else SEALS[1:3]:
        assert seen(sign_and_scan(sealed(letter(), x, y), **scanner)) is False, (x, y)


@SCANNERS
def test_a_signature_under_a_seal_is_seen(scanner):
    for x, y in SEALS if scanner is OFFICE else SEALS[1:3]:
        assert seen(sign_and_scan(sealed(letter(), x, y), **scanner)) is True, (x, y)


@pytest.mark.usefixtures("nobody_signs")
def test_dust_holes_and_streaks_of_the_scanner_are_no_signature():
    def dirt(canvas: Canvas) -> None:
        canvas.setFillGray(0.2)
        canvas.circle(330, 330, 8, stroke=0, fill=1)
        canvas.setStrokeGray(0.3)
        canvas.setLineWidth(0.7)
        canvas.line(300, 0, 301, 842)
        canvas.line(0, 325, 595, 325)

    assert seen(sign_and_scan(over(letter(), dirt), **OFFICE)) is False


def test_the_signature_of_a_long_letter_stands_on_its_last_page():
    long = letter(paragraphs=12)
    found = look(sign_and_scan(long, pages=[2, 0, 1], **OFFICE), long, SIGNER)
    assert (found.seen, found.page) == (True, 0)


@pytest.mark.usefixtures("nobody_signs")
def test_a_long_letter_that_nobody_signed():
    long = letter(paragraphs=12)
    assert seen(sign_and_scan(long, **OFFICE), long) is False


def test_our_own_print_has_no_ink():
    assert look_for_ink(letter(), letter(), SIGNER).seen is False


def test_what_cannot_be_compared_is_not_judged():
    other = letter(paragraphs=12)
    assert seen(sign_and_scan(other, pages=[0], **OFFICE), other) is None, "the page is not there"
    assert look(sign_and_scan(letter(), **OFFICE), letter(), "О.О. Чужой").seen is None
    assert look_for_ink(b"%PDF-1.4 rubbish", letter(), SIGNER).seen is None


def test_a_photograph_of_a_signed_sheet_is_looked_at_too():
    photo = sign_and_scan(letter(), as_image=True, dpi=200)
    out = io.BytesIO()
    Image.open(io.BytesIO(photo)).save(out, "WEBP", quality=80)
    scan = read_pages(out.getvalue())
    assert not isinstance(scan, str)
    assert seen(as_pdf(out.getvalue(), scan)) is True


def test_the_place_of_the_name_is_read_from_the_print():
    with open_pdf(letter()) as pdf:
        found = name_place(pdf, "П.П.\N{NO-BREAK SPACE}Тестов")
    assert found is not None
    page, box = found
    assert page == 0
    assert 160 < box.left < box.right < 201
    assert 100 < box.top < box.bottom < 280


@needs_office
@pytest.mark.office
@pytest.mark.parametrize("paragraphs", [2, 12])
def test_a_letter_made_by_the_office_engine_is_looked_at_as_well(paragraphs, monkeypatch):
    printed = to_pdf(write_docx(content(paragraphs=paragraphs), TEMPLATE))
    scan = sign_and_scan(printed, skew_degrees=-1.5, **OFFICE)
    assert seen(scan, printed) is True
    monkeypatch.setattr(clerk, "_sign", lambda *_: None)
    assert seen(sign_and_scan(printed, skew_degrees=-1.5, **OFFICE), printed) is False
