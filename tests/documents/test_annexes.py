"""Files as annexes: what is taken and made harmless, what is refused and why, how it is bound."""

from __future__ import annotations

import io
import struct
import subprocess
import zlib

import pypdf
import pytest
from PIL import Image, ImageCms
from pypdf.generic import DictionaryObject
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from mcu_mail.documents import sheet
from mcu_mail.documents.annex_pdf import bare_jpeg
from mcu_mail.documents.annex_sheet import Owner
from mcu_mail.documents.annexes import (
    MAX_PAGES,
    Prepared,
    bind_annexes,
    joined,
    only_pages,
    prepare,
)
from mcu_mail.documents.binding import DENSITIES, Leaf, Part
from mcu_mail.documents.file_kinds import AnnexFault, FileKind, file_kind, is_silent
from mcu_mail.documents.marks import find_codes
from mcu_mail.documents.pages import open_pdf
from mcu_mail.documents.readback import read_pdf
from mcu_mail.domain.codes import read_payload
from tests.documents.annex_files import (
    CANARY,
    CORNERS,
    HEIC,
    armed_pdf,
    corners,
    exif,
    heavy_pdf,
    locked_pdf,
    noisy_photo,
    pdf,
    photo,
    saved,
    turned,
    with_part,
    word,
    zipped,
)

OWNER = Owner(case="2026-000123", version=2, code="0123456789ABCDEF", pages=1)
OLE = bytes.fromhex("D0CF11E0A1B11AE1")


def made(content: bytes, name: str = "x") -> Prepared:
    found = prepare(content, name)
    assert isinstance(found, Prepared)
    return found


def picture(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def pixel(image: Image.Image, x: int, y: int) -> tuple[int, ...]:
    found = image.convert("RGB").getpixel((x, y))
    assert isinstance(found, tuple)
    return found


def near(one: tuple[int, ...], two: tuple[int, ...], by: int = 12) -> bool:
    return all(abs(a - b) <= by for a, b in zip(one, two, strict=True))


def corners_of(image: Image.Image) -> list[tuple[int, ...]]:
    width, height = image.size
    spots = ((10, 10), (width - 10, 10), (10, height - 10), (width - 10, height - 10))
    return [pixel(image, *spot) for spot in spots]


def photos(*contents: bytes, heading: str = "Приложение") -> Part:
    leaves = tuple(
        Leaf(content=made(one).content, caption=f"Фото {number}")
        for number, one in enumerate(contents, start=1)
    )
    return Part(heading=heading, photos=True, leaves=leaves)


def papers(content: bytes, heading: str = "Приложение") -> Part:
    return Part(heading=heading, photos=False, leaves=(Leaf(content=made(content).content),))


def png_of(width: int, height: int) -> bytes:
    """A PNG that says it is so large and holds next to nothing: its rows are all zero."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(bytes(100_000)))
        + chunk(b"IEND", b"")
    )


# --- photos --------------------------------------------------------------------------------------


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_stands_as_its_camera_was_held(orientation):
    found = made(turned(orientation), "IMG_1.jpg")
    image = picture(found.content)
    assert image.size == (320, 240)
    assert all(map(near, corners_of(image), CORNERS))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_nothing_of_what_a_phone_writes_beside_the_pixels_is_left(kind):
    content = saved(corners(), kind, exif=exif())
    assert CANARY in content
    found = made(content)
    assert CANARY not in found.content
    assert b"Exif" not in found.content
    assert not picture(found.content).getexif()


def test_a_heic_of_a_phone_is_taken_without_its_place():
    assert CANARY in HEIC
    found = made(HEIC, "IMG_0001.HEIC")
    assert found.kind == "photo"
    assert all(map(near, corners_of(picture(found.content)), CORNERS))
    assert CANARY not in found.content


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF"])
def test_a_photo_is_known_by_its_bytes_whatever_it_is_called(kind):
    found = made(saved(corners(), kind), "акт.pdf")
    assert found.kind == "photo"
    assert (found.width, found.height) == (320, 240)
    assert all(map(near, corners_of(picture(found.content)), CORNERS))


def test_of_a_moving_picture_the_first_frame_is_taken():
    frames = [Image.new("RGB", (200, 200), colour) for colour in ("red", "blue")]
    content = saved(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert near(pixel(picture(made(content).content), 100, 100), (255, 0, 0))


def test_what_is_transparent_becomes_white():
    image = Image.new("RGBA", (200, 200), (0, 0, 0, 0))
    image.paste((255, 0, 0, 255), (100, 0, 200, 200))
    found = picture(made(saved(image, "PNG")).content)
    assert near(pixel(found, 20, 100), (255, 255, 255))
    assert near(pixel(found, 180, 100), (255, 0, 0))


def test_colours_for_print_become_those_of_a_screen():
    found = picture(made(saved(corners().convert("CMYK"))).content)
    assert found.mode == "RGB"
    assert all(near(a, b, 40) for a, b in zip(corners_of(found), CORNERS, strict=True))


def test_a_picture_of_sixteen_bits_keeps_its_greys():
    row = [32768] * 50 + [0] * 50 + [65535] * 100
    wide = Image.frombytes("I;16", (200, 200), struct.pack("<200H", *row) * 200)
    found = picture(made(saved(wide, "PNG")).content)
    assert [pixel(found, x, 100)[0] // 8 for x in (20, 75, 180)] == [127 // 8, 0, 255 // 8]


def test_a_colour_profile_is_used_and_left_behind():
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    found = picture(made(saved(corners(), icc_profile=srgb)).content)
    assert "icc_profile" not in found.info
    assert all(map(near, corners_of(found), CORNERS))


def test_a_broken_colour_profile_costs_nothing():
    found = picture(made(saved(corners(), icc_profile=b"no profile")).content)
    assert all(map(near, corners_of(found), CORNERS))


def test_a_large_photo_of_a_phone_is_taken_and_made_no_larger_than_a_sheet_needs():
    found = made(saved(Image.new("L", (12000, 9000)), quality=50))
    assert max(found.width, found.height) <= 2600


def test_the_scan_of_a_sheet_is_no_photo_and_gets_a_sheet_of_its_own():
    with open_pdf(pdf("Акт обследования улицы")) as opened:
        scan = opened.render(0, 200)
    found = made(saved(scan, exif=exif()), "Акт.jpg")
    assert (found.kind, found.pages) == ("pdf", 1)
    assert CANARY not in found.content
    with open_pdf(found.content) as opened:
        assert opened.size(0) == pytest.approx((595.3, 841.9), abs=0.2)
        assert pixel(opened.render(0, 72).resize((1, 1)), 0, 0)[0] > 200


@pytest.mark.parametrize(
    ("size", "colour"),
    [((1600, 1200), "white"), ((1500, 1000), "white"), ((1414, 1000), (150, 180, 230))],
)
def test_snow_and_sky_are_no_sheets_of_paper(size, colour):
    assert made(saved(Image.new("RGB", size, colour))).kind == "photo"


# --- what is refused -----------------------------------------------------------------------------


def locked_doc() -> bytes:
    head = b"\xec\xa5" + bytes(8) + (0x0100).to_bytes(2, "little")
    return OLE + bytes(504) + head.ljust(512, b"\0") + "WordDocument".encode("utf-16-le")


REFUSED = {
    "a docm": (with_part(word("x"), "word/vbaProject.bin", OLE), "x.docx", AnnexFault.MACROS),
    "a docm by name": (word("x"), "отчёт.docm", AnnexFault.MACROS),
    "a doc with macros": (
        OLE + "WordDocument".encode("utf-16-le") + "_VBA_PROJECT".encode("utf-16-le"),
        "x.doc",
        AnnexFault.MACROS,
    ),
    "an odt with macros": (
        zipped(**{"mimetype": b"application/vnd.oasis.opendocument.text", "Basic/a.xml": b""}),
        "x.odt",
        AnnexFault.MACROS,
    ),
    "a locked pdf": (locked_pdf(), "x.pdf", AnnexFault.ENCRYPTED),
    "a locked docx": (OLE + "EncryptedPackage".encode("utf-16-le"), "x.docx", AnnexFault.ENCRYPTED),
    "a locked doc": (locked_doc(), "x.doc", AnnexFault.ENCRYPTED),
    "an archive": (zipped(**{"a.jpg": b"x"}), "фото.zip", AnnexFault.ARCHIVE),
    "a damaged archive": (b"PK\x03\x04 half", "фото.zip", AnnexFault.ARCHIVE),
    "a rar": (b"Rar!\x1a\x07\x00" + bytes(50), "x.rar", AnnexFault.ARCHIVE),
    "a program": (b"MZ" + bytes(100), "Акт.pdf.exe", AnnexFault.PROGRAM),
    "a program called a photo": (b"MZ" + bytes(100), "IMG_1.jpg", AnnexFault.PROGRAM),
    "a script": (b"echo 1", "x.bat", AnnexFault.PROGRAM),
    "a video": (b"\0\0\0\x18ftypmp42" + bytes(90), "x.mp4", AnnexFault.VIDEO),
    "a table": (zipped(**{"xl/workbook.xml": b""}), "x.xlsx", AnnexFault.TABLE),
    "a mail": (b"From: a@b.example\n\nx", "x.eml", AnnexFault.MAIL),
    "nothing": (b"", "x.jpg", AnnexFault.EMPTY),
    "half a photo": (photo(1)[:3000], "x.jpg", AnnexFault.DAMAGED),
    "a picture of nothing": (b"GIF89a" + bytes(3), "x.gif", AnnexFault.DAMAGED),
    "half a pdf": (pdf("x")[:400], "x.pdf", AnnexFault.DAMAGED),
    "half a docx": (word("x")[:900], "x.docx", AnnexFault.DAMAGED),
    "a text called a photo": (b"no photo at all", "x.jpg", AnnexFault.DAMAGED),
    "a picture bomb": (png_of(60_000, 60_000), "x.png", AnnexFault.BOMB),
    "a docx bomb": (with_part(word("x"), "word/media/a.bin", bytes(20_000_000)), "x.docx", "bomb"),
    "too many pages": (pdf(*map(str, range(MAX_PAGES + 1))), "x.pdf", AnnexFault.PAGES),
    "a docx that shows a file elsewhere": (
        with_part(
            word("x"),
            "word/_rels/more.xml.rels",
            b'<Relationship Id="r" Type="http://x/image" Target="http://x.example/a.png" '
            b'TargetMode="External"/>',
        ),
        "x.docx",
        AnnexFault.LINKED,
    ),
    "an odt that shows a file elsewhere": (
        zipped(**{
            "mimetype": b"application/vnd.oasis.opendocument.text",
            "META-INF/manifest.xml": b"<manifest/>",
            "content.xml": b'<draw:image draw:x="1" xlink:href="file:///etc/hostname"/>',
        }),
        "x.odt",
        AnnexFault.LINKED,
    ),
    "a scan of several pages in pictures": (
        saved(corners(), "TIFF", save_all=True, append_images=[corners()]),
        "x.tif",
        AnnexFault.FRAMES,
    ),
    "anything else": (b"\x01\x02\x03", "x.dwg", AnnexFault.UNKNOWN),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_no_annex_is_refused_with_its_reason(what):
    content, name, fault = REFUSED[what]
    assert prepare(content, name) == fault


def test_ten_thousand_pages_are_refused_at_once():
    writer = pypdf.PdfWriter()
    for _ in range(10_000):
        writer.add_blank_page(595, 842)
    out = io.BytesIO()
    writer.write(out)
    assert prepare(out.getvalue(), "x.pdf") is AnnexFault.PAGES


def test_a_file_that_eats_memory_ends_its_own_process_only():
    """A page of a thousand pictures inside one another: the reader may fail, not the daemon."""
    bomb = b"%PDF-1.4\n1 0 obj<</Length 99999999/Filter[/FlateDecode/FlateDecode]>>stream\n"
    bomb += zlib.compress(zlib.compress(bytes(200_000_000))) + b"\nendstream endobj\n%%EOF"
    assert isinstance(prepare(bomb, "x.pdf"), AnnexFault)


@pytest.mark.parametrize(
    "name", ["smime.p7s", "ATT00001.htm", "Подпись.sig", "invite.ics", "Иванов.vcf", "winmail.dat"]
)
def test_what_mail_programs_add_by_themselves_is_passed_over(name):
    assert is_silent(name)


@pytest.mark.office
def test_word_files_of_an_office_program_become_annexes(tmp_path):
    (tmp_path / "a.docx").write_bytes(word("Справка"))
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    for kind, expected in (("doc", FileKind.DOC), ("odt", FileKind.ODT), ("rtf", FileKind.RTF)):
        command = ["soffice", profile, "--headless", "--convert-to", kind, "a.docx"]
        subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=120)
        content = (tmp_path / f"a.{kind}").read_bytes()
        assert file_kind(content, f"a.{kind}") is expected
        found = made(content, f"a.{kind}")
        assert (found.kind, found.pages) == ("word", 1)
        assert "Справка" in read_pdf(found.content).pages[0]


# --- foreign PDFs --------------------------------------------------------------------------------


def test_of_a_foreign_pdf_only_what_is_drawn_is_carried_over():
    content = armed_pdf()
    assert content.count(CANARY) >= 5
    found = made(content, "Акт.pdf")
    bound = bind_annexes([papers(content)], OWNER, most_bytes=10**8).pdf
    for left in (found.content, bound):
        assert CANARY not in left
        for word_of_action in (b"/JavaScript", b"/JS", b"/Launch", b"/EmbeddedFile", b"/URI"):
            assert word_of_action not in left
        assert b"/Annots" not in left
        assert b"/OpenAction" not in left
    assert "Акт с сюрпризами" in " ".join(read_pdf(bound).pages[0].split())
    with open_pdf(found.content) as opened:
        page = opened.render(0, 72, grey=False)
    # The picture on it is still there: its red corner.
    assert near(pixel(page, 110, 842 - 530), CORNERS[0])


def test_a_pdf_that_only_forbids_copying_is_taken():
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf("Можно читать")))
    writer.encrypt("", "owner", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    found = made(out.getvalue())
    assert "Можно читать" in " ".join(read_pdf(found.content).pages[0].split())
    assert b"/Encrypt" not in found.content


def test_a_jpeg_without_its_metadata_has_the_same_pixels():
    content = turned(1)
    bare = bare_jpeg(content)
    assert CANARY not in bare
    assert picture(bare).tobytes() == picture(content).tobytes()
    assert bare_jpeg(b"no jpeg") == b"no jpeg"
    assert bare_jpeg(content[:30]) == content[:30]


# --- binding -------------------------------------------------------------------------------------


def test_every_sheet_has_our_mark_in_the_place_of_following_pages_and_its_line():
    parts = [
        photos(photo(1), photo(2), photo(3), heading="Приложение 1"),
        papers(pdf("А4", "Второй лист"), heading="Приложение 2"),
        papers(pdf("Альбомный", size=(842, 595)), heading="Приложение 3"),
        papers(pdf("А3", size=(842, 1191)), heading="Приложение 4"),
    ]
    bound = bind_annexes(parts, OWNER, most_bytes=10**8)
    assert bound.pages == 6
    with open_pdf(bound.pdf) as opened:
        assert len(opened) == 6
        for index in range(6):
            width, height = opened.size(index)
            assert sorted((width, height)) == pytest.approx([595.3, 841.9], abs=0.2)
            (code,) = find_codes(opened.render(index, 200))
            mark = read_payload(code.text)
            assert mark is not None
            assert (mark.case, mark.version, mark.code) == ("2026-000123", 2, OWNER.code)
            assert mark.page == 2 + index
            per_mm = 200 / 25.4
            right = width / 72 * 25.4 - sheet.MARGIN_RIGHT
            bottom = height / 72 * 25.4 - sheet.FOOTER_EDGE
            assert code.corners[2][0] / per_mm == pytest.approx(right, abs=1)
            assert code.corners[2][1] / per_mm == pytest.approx(bottom, abs=1)
    texts = [" ".join(page.split()) for page in read_pdf(bound.pdf).pages]
    for number, text in enumerate(texts, start=1):
        assert f"Приложение к письму 2026-000123, лист {number}" in text
    headings = [text.count("Приложение ") for text in texts]
    assert headings == [2, 1, 2, 1, 2, 2]


def test_foreign_pages_never_reach_under_the_mark():
    """A page that is black to its edges leaves the place of the mark and the line white."""
    for size in ((595, 842), (842, 595), (842, 1191), (300, 2000), (2000, 300)):
        writer = pypdf.PdfWriter()
        page = writer.add_blank_page(*size)
        page.merge_page(pypdf.PdfReader(io.BytesIO(pdf("x", size=size))).pages[0])
        out = io.BytesIO()
        writer.write(out)
        bound = bind_annexes([papers(out.getvalue())], OWNER, most_bytes=10**8)
        with open_pdf(bound.pdf) as opened:
            image = opened.render(0, 72)
            foot = round((sheet.FOOTER_EDGE + sheet.NEXT_MARK + 1) / 25.4 * 72)
            strip = image.crop((0, image.height - foot, image.width // 3, image.height))
            assert strip.getextrema() == (255, 255)


@pytest.mark.parametrize("angle", [0, 90, 180, 270])
def test_a_turned_page_is_bound_as_it_is_shown(angle):
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(595, 842))
    canvas.drawImage(ImageReader(corners()), 0, 0, 595, 842)
    canvas.save()
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(out.getvalue()))
    writer.pages[0].rotate(angle)
    turned_pdf = io.BytesIO()
    writer.write(turned_pdf)
    bound = bind_annexes([papers(turned_pdf.getvalue())], OWNER, most_bytes=10**8)
    with open_pdf(turned_pdf.getvalue()) as opened:
        wanted = corners_of(opened.render(0, 50, grey=False))
    with open_pdf(bound.pdf) as opened:
        page = opened.render(0, 50, grey=False)
    # Our own type is grey; the picture is all colours.
    box = page.convert("HSV").getchannel("S").point(lambda value: 255 * (value > 150)).getbbox()
    assert box is not None
    assert all(near(a, b) for a, b in zip(corners_of(page.crop(box)), wanted, strict=True))


def test_two_photos_stand_on_a_sheet_with_their_captions():
    bound = bind_annexes([photos(*map(photo, range(5)))], OWNER, most_bytes=10**8)
    texts = read_pdf(bound.pdf).pages
    found = [[n for n in range(1, 6) if f"Фото {n}" in text] for text in texts]
    assert found == [[1, 2], [3, 4], [5]]


def test_our_sheets_bring_no_font_but_ours_and_none_unembedded():
    bound = bind_annexes([photos(photo(1), photo(2))], OWNER, most_bytes=10**8)
    assert b"Helvetica" not in bound.pdf
    for page in pypdf.PdfReader(io.BytesIO(bound.pdf)).pages:
        resources = page["/Resources"].get_object()
        assert isinstance(resources, DictionaryObject)
        fonts = resources["/Font"].get_object()
        assert isinstance(fonts, DictionaryObject)
        for item in fonts.values():
            font = item.get_object()
            assert "PTSerif" in str(font["/BaseFont"]).replace("-", "")
            assert "/FontFile2" in font["/FontDescriptor"]


def test_photos_are_lowered_step_by_step_until_they_fit():
    part = photos(*(noisy_photo(seed) for seed in range(2)))
    sizes = {}
    for most in (10**9, 1_000_000, 300_000, 1):
        bound = bind_annexes([part], OWNER, most_bytes=most)
        sizes[bound.dpi] = len(bound.pdf)
        assert len(bound.pdf) <= most or bound.dpi == DENSITIES[-1]
    assert list(sizes) == sorted(sizes, reverse=True)
    assert list(sizes.values()) == sorted(sizes.values(), reverse=True)
    assert DENSITIES[-1] in sizes


def test_the_least_size_of_a_photo_is_no_less_than_it_takes_in_the_end():
    contents = [noisy_photo(seed) for seed in range(2)]
    promised = sum(made(content).least for content in contents)
    bound = bind_annexes([photos(*contents)], OWNER, most_bytes=1)
    assert len(bound.pdf) <= promised + 40_000


def test_the_same_annexes_give_the_same_bytes():
    parts = [photos(photo(1), photo(2)), papers(pdf("x"))]
    first, second = (bind_annexes(parts, OWNER, most_bytes=10**8).pdf for _ in range(2))
    assert first == second


def test_the_letter_keeps_its_pages_when_annexes_are_joined_and_can_lose_them_again():
    letter = pdf("Письмо")
    annexes = bind_annexes([papers(pdf("Акт"))], OWNER, most_bytes=10**8).pdf
    whole = joined(letter, annexes)
    texts = [" ".join(page.split()) for page in read_pdf(whole).pages]
    assert ["Письмо" in texts[0], "Акт" in texts[1], len(texts)] == [True, True, 2]
    assert joined(letter, annexes) == whole
    assert len(read_pdf(only_pages(whole, [0])).pages) == 1
    assert only_pages(whole, [0, 1]) == whole


def test_a_page_that_cannot_be_taken_apart_is_drawn():
    """An unreadable content is nothing; the others of its file are still there."""
    content = heavy_pdf(3, 1000)
    assert made(content).pages == 1
