"""The number and the date stand on their blanks wherever the sheet lies on the scan."""

from __future__ import annotations

import io
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from mcu_mail.documents import sheet
from mcu_mail.documents.anchor import find_sheets
from mcu_mail.documents.letter import write_docx
from mcu_mail.documents.office import to_pdf
from mcu_mail.documents.pages import open_pdf
from mcu_mail.documents.plane import Affine, moved, similarity
from mcu_mail.documents.scan import Scan, as_pdf, read_scan
from mcu_mail.documents.stamp import stamp_scan, upright_scan
from mcu_mail.errors import RefusedError
from mcu_mail.rehearsal.clerk import sign_and_scan
from tests.documents.letters_to_scan import (
    NUMBER,
    ON,
    content,
    joined,
    letter,
    page_with_codes,
    scanned,
)
from tests.documents.sample_letters import TEMPLATE, needs_office

POINT_MM = 25.4 / 72


def stamped(pdf: bytes, *, original: bytes | None = None) -> bytes:
    return stamp_scan(pdf, number=NUMBER, on=ON, original=original)


def text_of(pdf: bytes, page: int = 0) -> str:
    return PdfReader(io.BytesIO(pdf)).pages[page].extract_text()


def rule_on(scan: bytes, *, dpi: int, turn: int, skew: float) -> tuple[float, float]:
    """Where the scanner of the rehearsal put the middle of the number's rule: points, y up."""
    field = sheet.NUMBER_FIELD
    x, y = field.x_mm + field.w_mm / 2, field.y_mm + field.h_mm
    cx, cy = sheet.PAGE_WIDTH / 2, sheet.PAGE_HEIGHT / 2
    angle = math.radians(-skew)
    dx, dy = x - cx, y - cy
    x, y = dx * math.cos(angle) - dy * math.sin(angle), dx * math.sin(angle) + dy * math.cos(angle)
    for _ in range(turn // 90):
        x, y = y, -x
        cx, cy = cy, cx
    return (x + cx) / POINT_MM, (2 * cy - (y + cy)) / POINT_MM


def number_on(pdf: bytes) -> tuple[float, float]:
    """The middle of the stamped number on its base line, in the coordinates of the page."""
    with open_pdf(pdf) as opened:
        letters = opened.letters(0)
    text = "".join(letter.char[0] for letter in letters)
    run = letters[text.index(NUMBER) : text.index(NUMBER) + len(NUMBER)]
    xs = [(letter.left + letter.right) / 2 for letter in run]
    ys = [(letter.bottom + letter.top) / 2 for letter in run]
    return sum(xs) / len(xs), sum(ys) / len(ys)


@pytest.mark.parametrize("at_hand", [True, False], ids=["original", "form"])
@pytest.mark.parametrize(
    ("dpi", "turn", "skew"),
    [(200, 0, 0.8), (150, 0, -3), (300, 0, 3), (200, 90, 1), (150, 180, -2), (200, 270, 2)],
)
def test_the_number_stands_just_above_its_rule(dpi, turn, skew, at_hand):
    scan = scanned(dpi=dpi, turn=turn, skew_degrees=skew, grey=dpi == 150)
    result = stamped(scan, original=letter() if at_hand else None)
    assert f"{ON:%d.%m.%Y}" in text_of(result)
    assert NUMBER in text_of(result)
    (x, y), (rule_x, rule_y) = number_on(result), rule_on(scan, dpi=dpi, turn=turn, skew=skew)
    away = math.dist((x, y), (rule_x, rule_y)) * POINT_MM
    # The middle of the digits is about three millimetres above the rule they stand on.
    assert 1.5 < away < 4.2


@needs_office
@pytest.mark.office
@pytest.mark.parametrize("at_hand", [True, False], ids=["original", "form"])
def test_the_number_stands_just_above_its_rule_on_a_letter_made_by_the_office_engine(at_hand):
    printed = to_pdf(write_docx(content(), TEMPLATE))
    scan = sign_and_scan(printed, skew_degrees=-2)
    result = stamped(scan, original=printed if at_hand else None)
    away = math.dist(number_on(result), rule_on(scan, dpi=200, turn=0, skew=-2)) * POINT_MM
    assert 1.5 < away < 4.2


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_page_comes_out_upright_however_it_lay_in_the_scanner(turn):
    result = stamped(scanned(turn=turn), original=letter())
    with open_pdf(result) as opened:
        assert [found.turned for found in find_sheets(opened, None)] == [0]
        width, height = opened.size(0)
    assert height > width


@pytest.mark.parametrize("rotate", [90, 180, 270])
def test_a_page_turned_by_its_own_note_is_stamped_at_the_same_place(rotate):
    plain = stamped(scanned())
    writer = PdfWriter()
    writer.add_page(PdfReader(io.BytesIO(scanned())).pages[0]).rotate(rotate)
    out = io.BytesIO()
    writer.write(out)
    result = stamped(out.getvalue())
    assert math.dist(number_on(plain), number_on(result)) * POINT_MM < 0.5
    assert PdfReader(io.BytesIO(result)).pages[0].rotation == 0


def test_a_page_that_does_not_begin_at_zero_is_stamped_at_the_same_place():
    plain = number_on(stamped(scanned()))
    writer = PdfWriter()
    page = writer.add_page(PdfReader(io.BytesIO(scanned())).pages[0])
    page.add_transformation((1, 0, 0, 1, -300, -400))
    for box in (page.mediabox, page.cropbox):
        box.lower_left = (-300, -400)
        box.upper_right = (295.28, 441.89)
    out = io.BytesIO()
    writer.write(out)
    x, y = number_on(stamped(out.getvalue()))
    assert math.dist(plain, (x + 300, y + 400)) * POINT_MM < 0.5


@pytest.mark.parametrize("picture_scale", [0.8, 1.25])
def test_a_scan_reduced_or_enlarged_is_stamped_on_its_blank(picture_scale):
    writer = PdfWriter()
    page = writer.add_page(PdfReader(io.BytesIO(scanned(skew_degrees=0))).pages[0])
    page.scale_by(picture_scale)
    out = io.BytesIO()
    writer.write(out)
    x, y = number_on(stamped(out.getvalue(), original=letter()))
    rule = rule_on(b"", dpi=200, turn=0, skew=0)
    away = math.dist((x / picture_scale, y / picture_scale), rule) * POINT_MM
    assert 1.5 < away < 4.2


def test_the_number_goes_onto_the_first_page_whatever_its_place_in_the_file():
    result = stamped(sign_and_scan(letter(paragraphs=12), pages=[1, 0]))
    assert NUMBER not in text_of(result, 0)
    assert NUMBER in text_of(result, 1)


def test_a_scan_whose_code_is_gone_is_stamped_at_the_usual_place():
    x, y = number_on(stamped(page_with_codes()))
    field = sheet.NUMBER_FIELD
    assert abs(x * POINT_MM - (field.x_mm + field.w_mm / 2)) < 1
    assert 0 < sheet.PAGE_HEIGHT - y * POINT_MM - field.y_mm < field.h_mm


def test_a_long_number_stays_inside_its_blank():
    result = stamp_scan(letter(), number="01-12/345-" * 5, on=ON)
    with open_pdf(result) as opened:
        letters = opened.letters(0)
    start = "".join(letter.char[0] for letter in letters).index("01-12/345-01")
    run = letters[start : start + 50]
    field = sheet.NUMBER_FIELD
    assert min(letter.left for letter in run) * POINT_MM > field.x_mm - 1
    assert max(letter.right for letter in run) * POINT_MM < field.x_mm + field.w_mm + 1


def test_the_same_scan_gives_the_same_bytes():
    scan = scanned()
    assert stamped(scan, original=letter()) == stamped(scan, original=letter())


def test_a_stamped_picture_is_still_read_as_the_same_letter():
    picture = scanned(as_image=True, turn=90)
    scan = read_scan(picture, "a")
    assert isinstance(scan, Scan)
    again = read_scan(stamped(as_pdf(picture, scan)), "a")
    assert isinstance(again, Scan)
    assert again.marks == scan.marks


def test_a_pdf_signed_electronically_is_never_altered():
    signed = letter().replace(b"%%EOF", b"% /ByteRange [0 840 960 240] /Type /Sig\n%%EOF")
    with pytest.raises(RefusedError, match="не меняется"):
        stamped(signed)


@pytest.mark.parametrize("content", [b"", b"rubbish", b"%PDF-1.4\n%%EOF"])
def test_what_cannot_be_opened_is_refused(content):
    with pytest.raises(RefusedError):
        stamped(content)


def test_an_original_that_cannot_be_opened_does_no_harm():
    assert NUMBER in text_of(stamped(scanned(), original=b"rubbish"))


def test_a_file_that_can_be_drawn_but_not_edited_is_drawn_anew():
    whole = scanned()
    # PDFium rebuilds a file whose catalogue is a lie; pypdf has no page tree to start from.
    spoiled = whole.replace(b"/Type /Pages", b"/Type /Pagez").replace(b"/Count 1", b"/Count x")
    result = stamped(spoiled)
    assert NUMBER in text_of(result)


def test_scripts_actions_and_attachments_do_not_reach_the_addressee():
    writer = PdfWriter()
    page = writer.add_page(PdfReader(io.BytesIO(scanned())).pages[0])
    script = DictionaryObject({
        NameObject("/S"): NameObject("/JavaScript"),
        NameObject("/JS"): TextStringObject("app.alert('ALARM')"),
    })
    page[NameObject("/AA")] = DictionaryObject({NameObject("/O"): script})
    writer.add_attachment("virus.exe", b"ALARM")
    writer.root_object[NameObject("/OpenAction")] = script
    out = io.BytesIO()
    writer.write(out)
    assert b"ALARM" in out.getvalue()
    result = stamped(out.getvalue())
    for trace in (b"ALARM", b"/JavaScript", b"/OpenAction", b"/EmbeddedFile"):
        assert trace not in result
    assert "/AA" not in PdfReader(io.BytesIO(result)).pages[0]
    assert NUMBER in text_of(result)


def test_pages_of_annexes_are_kept():
    result = stamped(joined(scanned(), page_with_codes("https://pay.example/")))
    assert len(PdfReader(io.BytesIO(result)).pages) == 2
    assert "Page" in text_of(result, 1)


finite = st.floats(-1000, 1000)


@given(
    st.floats(-math.pi, math.pi),
    st.floats(0.1, 10),
    finite,
    finite,
    st.lists(st.tuples(finite, finite), min_size=1, max_size=3),
)
def test_a_similarity_is_found_again_from_its_points(angle, scale, dx, dy, others):
    true = Affine(
        a=scale * math.cos(angle),
        b=scale * math.sin(angle),
        c=-scale * math.sin(angle),
        d=scale * math.cos(angle),
        e=dx,
        f=dy,
    )
    points = [(0.0, 0.0), (100.0, 0.0), *others]
    found = similarity(points, [true.apply(point) for point in points])
    for point in points:
        assert math.dist(found.apply(point), true.apply(point)) < 1e-6
    assert math.isclose(found.scale, scale, rel_tol=1e-6)


def test_a_map_is_not_guessed_from_one_place():
    with pytest.raises(ValueError, match="two pairs"):
        similarity([(0, 0)], [(1, 1)])
    with pytest.raises(ValueError, match="one place"):
        similarity([(0, 0), (0, 0)], [(1, 1), (2, 2)])
    assert moved(1, 2).apply((0, 0)) == (1, 2)


def test_a_scan_whose_number_stands_on_the_paper_is_only_turned_upright():
    scan = sign_and_scan(letter(), turn=180)
    result = upright_scan(scan, original=letter())
    assert NUMBER not in text_of(result)
    assert PdfReader(io.BytesIO(result)).pages[0].rotation % 360 == 180
    assert result == upright_scan(scan, original=letter())
    signed = letter().replace(b"%%EOF", b"% /ByteRange [0 840 960 240] /Type /Sig\n%%EOF")
    with pytest.raises(RefusedError):
        upright_scan(signed)
