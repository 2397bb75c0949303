"""A scan is known by the codes on its pages, however badly it was scanned."""

from __future__ import annotations

import io
import zlib
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from mcu_mail.documents.pages import open_pdf
from mcu_mail.documents.scan import Scan, ScanFault, as_pdf, decide, read_pages, read_scan
from mcu_mail.documents.scan_reading import UnreadableError, read_texts
from mcu_mail.domain.codes import PrintMark, print_payload
from mcu_mail.rehearsal import clerk
from mcu_mail.rehearsal.clerk import sign_and_scan
from tests.documents.letters_to_scan import CODE, joined, letter, page_with_codes, scanned

FIRST = PrintMark(case="2026-000123", version=2, page=1, code=CODE)


def read(content: bytes) -> Scan:
    scan = read_scan(content, "Scan0007.pdf")
    assert isinstance(scan, Scan), scan
    return scan


@pytest.mark.parametrize(
    "scanner",
    [
        {},
        {"dpi": 150},
        {"dpi": 300, "grey": True},
        {"dpi": 150, "skew_degrees": 3.0, "grey": True, "quality": 40},
        {"skew_degrees": -3.0, "quality": 40},
        {"turn": 90},
        {"turn": 180, "dpi": 150},
        {"turn": 270, "quality": 40, "skew_degrees": 2.0},
        {"as_image": True},
        {"as_image": True, "turn": 180, "dpi": 150, "grey": True, "quality": 40},
    ],
    ids=str,
)
def test_the_code_is_read_from_every_usual_scan(scanner):
    scan = read(scanned(**scanner))
    assert [page.marks for page in scan.pages] == [(FIRST,)]
    assert scan.media == ("image" if scanner.get("as_image") else "pdf")
    assert not scan.signed_electronically


def test_no_degraded_scan_is_ever_taken_for_another_letter():
    outcomes = []
    for seed in range(24):
        poor = sign_and_scan(
            letter(),
            dpi=(60, 72, 100, 150)[seed % 4],
            skew_degrees=(seed - 12) / 4,
            quality=(5, 15, 40)[seed % 3],
            turn=seed % 4 * 90,
            seed=seed,
            as_image=True,
        )
        outcomes.append(read_texts(poor, "image"))
    right = ((print_payload(FIRST),),)
    assert {pages for pages in outcomes if pages != right} <= {((),)}
    assert right in outcomes


@pytest.mark.parametrize("image_format", ["PNG", "TIFF", "BMP", "JPEG", "WEBP"])
def test_every_kind_of_picture_is_read_and_becomes_a_page_of_a4(image_format):
    with open_pdf(letter()) as pdf:
        picture = pdf.render(0, 200)
    out = io.BytesIO()
    picture.save(out, image_format)
    scan = read(out.getvalue())
    assert scan.marks == (FIRST,)
    made = as_pdf(out.getvalue(), scan)
    assert b"ASCII85Decode" not in made, "bytes written as letters are a quarter longer"
    page = PdfReader(io.BytesIO(made)).pages[0]
    assert (round(page.mediabox.width), round(page.mediabox.height)) == (595, 842)
    assert read(as_pdf(out.getvalue(), scan)).marks == (FIRST,)


def test_a_picture_in_the_colours_of_a_printer_is_read():
    with open_pdf(letter()) as pdf:
        picture = pdf.render(0, 200, grey=False)
    out = io.BytesIO()
    picture.convert("CMYK").save(out, "JPEG")
    scan = read(out.getvalue())
    assert scan.marks == (FIRST,)
    with open_pdf(as_pdf(out.getvalue(), scan)) as pdf:
        paper = pdf.render(0, 50)
    assert paper.getpixel((20, 20)) == paper.getextrema()[1], "white paper stays white"


def test_a_picture_of_a_telephone_is_opened():
    photo = (Path(__file__).parent / "data" / "corners.heic").read_bytes()
    assert read_scan(photo, "IMG_0001.heic") is ScanFault.NO_CODE
    assert isinstance(read_scan(photo[: len(photo) // 2], "IMG_0001.heic"), ScanFault)


def test_a_fax_of_several_pages_in_black_and_white_is_read():
    with open_pdf(letter(paragraphs=12)) as pdf:
        pictures = [pdf.render(index, 200).convert("1") for index in range(len(pdf))]
    out = io.BytesIO()
    pictures[0].save(out, "TIFF", save_all=True, append_images=pictures[1:], compression="group4")
    scan = read(out.getvalue())
    assert [mark.page for mark in scan.marks] == list(range(1, len(pictures) + 1))
    backwards = as_pdf(out.getvalue(), scan, range(len(pictures) - 1, -1, -1))
    assert [mark.page for mark in read(backwards).marks] == list(range(len(pictures), 0, -1))


def test_an_empty_back_of_a_sheet_is_known_from_a_page_with_one_word(monkeypatch):
    from pypdf import PdfWriter

    writer = PdfWriter()
    writer.add_blank_page(595, 842)
    out = io.BytesIO()
    writer.write(out)
    monkeypatch.setattr(clerk, "_sign", lambda *_: None)
    paper = sign_and_scan(out.getvalue(), dpi=150, grey=True)
    found = read_pages(joined(scanned(), page_with_codes(), paper))
    assert isinstance(found, Scan)
    assert [page.blank for page in found.pages] == [False, False, True]


def test_the_same_part_of_a_file_has_the_same_bytes():
    whole = joined(scanned(), letter("2026-000124"))
    found = read_pages(whole)
    assert isinstance(found, Scan)
    part = as_pdf(whole, found, [1])
    assert part == as_pdf(whole, found, [1])
    assert [mark.case for mark in read(part).marks] == ["2026-000124"]


def test_a_tiff_of_several_pages_becomes_a_pdf_of_as_many():
    with open_pdf(letter(paragraphs=12)) as pdf:
        pictures = [pdf.render(index, 150).convert("1") for index in range(len(pdf))]
    assert len(pictures) > 1
    out = io.BytesIO()
    pictures[0].save(out, "TIFF", save_all=True, append_images=pictures[1:])
    scan = read(out.getvalue())
    assert [mark.page for mark in scan.marks] == list(range(1, len(pictures) + 1))
    assert len(PdfReader(io.BytesIO(as_pdf(out.getvalue(), scan))).pages) == len(pictures)


def test_a_photograph_lying_sideways_by_its_own_note_is_turned_upright():
    with open_pdf(letter()) as pdf:
        picture = pdf.render(0, 150).rotate(90, expand=True)
    notes = Image.Exif()
    notes[0x0112] = 6
    out = io.BytesIO()
    picture.save(out, "JPEG", exif=notes)
    page = PdfReader(io.BytesIO(as_pdf(out.getvalue(), read(out.getvalue())))).pages[0]
    assert page.mediabox.height > page.mediabox.width


def test_a_pdf_stays_byte_for_byte():
    assert as_pdf(scanned(), read(scanned())) == scanned()


def test_the_name_of_the_file_means_nothing():
    picture = scanned(as_image=True)
    assert read_scan(picture, "договор.docx") == read_scan(picture, "2026-000999.pdf")


def test_a_letter_signed_electronically_is_recognised():
    signed = letter().replace(b"%%EOF", b"% /ByteRange [0 840 960 240] /Type /Sig\n%%EOF")
    assert read(signed).signed_electronically


def test_pages_of_other_letters_in_one_file_are_told_apart():
    other_case = joined(letter(), letter("2026-000124"))
    other_version = joined(letter(), letter(version=3))
    assert read_scan(other_case, "a") is ScanFault.MIXED
    assert read_scan(other_version, "a") is ScanFault.MIXED


def test_two_letters_on_one_page_are_not_guessed():
    both = page_with_codes(print_payload(FIRST), "TMO1-2026-000124-1-1-0123456789ABCDEF")
    assert read_scan(both, "a") is ScanFault.MIXED


@pytest.mark.parametrize(
    "text",
    [
        "https://pay.example/?sum=1",
        "XMO1-2026-000123-2-1-0123456789ABCDEF",
        "TMO1-2026-000123-2-1-0123456789ABCDE",
        "TMO1|2026|000123|7F3A9C",
    ],
)
def test_a_code_that_is_not_ours_is_called_foreign(text):
    assert read_scan(page_with_codes(text), "a") is ScanFault.FOREIGN_CODE


def test_a_foreign_code_on_an_annex_does_not_hide_ours():
    scan = read(joined(scanned(), page_with_codes("https://pay.example/")))
    assert scan.marks == (FIRST,)
    assert scan.pages[1].foreign == ("https://pay.example/",)


def test_a_page_without_a_code_is_no_letter_of_ours():
    assert read_scan(page_with_codes(), "a") is ScanFault.NO_CODE


def test_a_page_without_a_code_is_a_scan_when_the_clerk_has_named_the_case():
    scan = read_scan(page_with_codes(), "2026-000123.pdf", code_needed=False)
    assert isinstance(scan, Scan)
    assert (scan.marks, len(scan.pages), scan.media) == ((), 1, "pdf")


def test_a_foreign_code_stays_foreign_whatever_the_clerk_names_the_file():
    paid = page_with_codes("https://pay.example/")
    assert read_scan(paid, "2026-000123.pdf", code_needed=False) is ScanFault.FOREIGN_CODE


def test_a_large_drawing_among_the_annexes_is_no_obstacle():
    from pypdf import PdfWriter

    writer = PdfWriter(clone_from=io.BytesIO(scanned()))
    writer.add_blank_page(1684, 2384)
    out = io.BytesIO()
    writer.write(out)
    assert read(out.getvalue()).marks == (FIRST,)


def test_a_picture_bomb_inside_a_small_pdf_ends_as_a_fault():
    from pypdf import PdfWriter
    from pypdf.generic import NameObject, NumberObject, StreamObject

    side = 60_000
    bomb = StreamObject()
    bomb.set_data(zlib.compress(bytes(10_000_000), 9))
    bomb.update({
        NameObject("/Type"): NameObject("/XObject"),
        NameObject("/Subtype"): NameObject("/Image"),
        NameObject("/Width"): NumberObject(side),
        NameObject("/Height"): NumberObject(side),
        NameObject("/BitsPerComponent"): NumberObject(8),
        NameObject("/ColorSpace"): NameObject("/DeviceRGB"),
        NameObject("/Filter"): NameObject("/FlateDecode"),
    })
    writer = PdfWriter()
    page = writer.add_blank_page(595, 842)
    drawing = StreamObject()
    drawing.set_data(b"q 595 0 0 842 0 0 cm /B Do Q")
    page[NameObject("/Contents")] = writer._add_object(drawing)
    page[NameObject("/Resources")] = DictionaryObject({
        NameObject("/XObject"): DictionaryObject({NameObject("/B"): writer._add_object(bomb)})
    })
    out = io.BytesIO()
    writer.write(out)
    assert isinstance(read_scan(out.getvalue(), "a"), ScanFault)


def scanned_jpeg() -> bytes:
    return scanned(as_image=True, dpi=150)


def test_a_pdf_with_a_password_is_called_encrypted():
    from reportlab.lib.pdfencrypt import StandardEncryption
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out, encrypt=StandardEncryption("секрет".encode("cp1251").hex(), strength=128))
    canvas.drawString(10, 10, "x")
    canvas.save()
    assert read_scan(out.getvalue(), "a") is ScanFault.ENCRYPTED


@pytest.mark.parametrize("share", [0.02, 0.3, 0.9, 0.999])
def test_a_pdf_that_ends_early_is_still_being_copied(share):
    whole = scanned(dpi=150)
    assert read_scan(whole[: int(len(whole) * share)], "a") is ScanFault.INCOMPLETE


@pytest.mark.parametrize("share", [0.02, 0.3, 0.9, 0.999])
def test_a_jpeg_that_ends_early_is_still_being_copied(share):
    whole = scanned_jpeg()
    assert read_scan(whole[: int(len(whole) * share)], "a") is ScanFault.INCOMPLETE


@pytest.mark.parametrize("image_format", ["PNG", "TIFF", "BMP"])
def test_a_picture_that_ends_early_is_still_being_copied(image_format):
    with open_pdf(letter()) as pdf:
        picture = pdf.render(0, 100)
    out = io.BytesIO()
    picture.save(out, image_format)
    half = out.getvalue()[: len(out.getvalue()) // 2]
    assert read_scan(half, "a") in {ScanFault.INCOMPLETE, ScanFault.DAMAGED}


@pytest.mark.parametrize("written", [0, 5000, 100_000])
def test_a_file_whose_size_was_reserved_with_zeros_is_still_being_copied(written):
    for whole in (scanned(dpi=150), scanned_jpeg()):
        reserved = whole[:written] + bytes(len(whole) - written)
        assert read_scan(reserved, "a") is ScanFault.INCOMPLETE


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", ScanFault.EMPTY),
        (b"Hello", ScanFault.NOT_A_SCAN),
        (b"PK\x03\x04" + bytes(range(256)), ScanFault.NOT_A_SCAN),
        ("Ответ".encode(), ScanFault.NOT_A_SCAN),
        (b"%PDF-1.4 rubbish startxref 0 %%EOF", ScanFault.DAMAGED),
        (b"BM" + bytes(range(200)), ScanFault.DAMAGED),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(1, 200)), ScanFault.DAMAGED),
        (b"\xff\xd8\xff\xe0" + bytes(range(1, 90)) + b"\xff\xd9", ScanFault.DAMAGED),
    ],
)
def test_bytes_that_are_no_scan_have_a_name(content, fault):
    assert read_scan(content, "a") is fault


def test_a_file_of_too_many_pages_is_refused():
    many = joined(*[page_with_codes()] * 101)
    assert read_scan(many, "a") is ScanFault.TOO_LARGE


def test_a_picture_of_too_many_pixels_is_refused_before_it_is_unpacked():
    out = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(out, "TIFF", compression="group4")
    assert len(out.getvalue()) < 500_000
    assert read_scan(out.getvalue(), "a") is ScanFault.TOO_LARGE


def test_a_page_of_five_metres_is_refused():
    from pypdf import PdfWriter

    writer = PdfWriter()
    writer.add_blank_page(14_400, 14_400)
    out = io.BytesIO()
    writer.write(out)
    assert read_scan(out.getvalue(), "a") is ScanFault.TOO_LARGE


@given(st.binary(max_size=200), st.sampled_from([b"", b"PK", b"{", b"<html>", b"\0\0"]))
def test_no_bytes_make_it_raise(tail, head):
    assert isinstance(read_scan(head + b"#" + tail, "a"), ScanFault)


@settings(max_examples=60, deadline=None)
@given(
    st.data(),
    st.sampled_from(["pdf", "image"]),
)
def test_spoiled_files_end_as_a_fault_or_as_the_right_codes(data, media):
    whole = letter() if media == "pdf" else scanned(as_image=True, dpi=100, quality=40)
    spoiled = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 30))):
        spoiled[data.draw(st.integers(8, len(whole) - 1))] = data.draw(st.integers(0, 255))
    assert outcome(bytes(spoiled), media) <= {print_payload(FIRST), *ScanFault}


def outcome(content: bytes, media: Literal["pdf", "image"]) -> set[str]:
    try:
        pages = read_texts(content, media)
    except UnreadableError as error:
        return {error.fault}
    return {text for page in pages for text in page}


@given(
    st.lists(
        st.lists(
            st.one_of(
                st.builds(
                    lambda case, version, page: print_payload(
                        PrintMark(case=f"2026-{case:06}", version=version, page=page, code=CODE)
                    ),
                    st.integers(1, 3),
                    st.integers(1, 2),
                    st.integers(0, 2),
                ),
                st.text(max_size=30),
            ),
            max_size=2,
        ),
        max_size=4,
    )
)
def test_a_scan_never_holds_two_letters(texts):
    scan = decide(texts, media="pdf", signed=False)
    if isinstance(scan, Scan):
        assert len({(mark.case, mark.version) for mark in scan.marks}) == 1
        assert len(scan.pages) == len(texts)


@pytest.mark.parametrize("block", [4096, 65536])
@pytest.mark.parametrize("place", [0.2, 0.5, 0.8])
def test_a_file_with_a_block_that_nobody_has_written_yet_is_not_whole(block, place):
    whole = scanned(dpi=150)
    start = int(len(whole) * place) // block * block
    holed = whole[:start] + bytes(block) + whole[start + block :]
    assert len(holed) == len(whole)
    assert read_scan(holed, "Scan0001.pdf") is ScanFault.INCOMPLETE


def test_a_blank_sheet_that_is_packed_into_zeros_is_whole():
    out = io.BytesIO()
    Image.new("L", (2480, 3508), 255).save(out, "JPEG", optimize=True)
    assert bytes(4096) in out.getvalue()
    assert read_scan(out.getvalue(), "Scan0001.jpg") is ScanFault.NO_CODE
