"""Files as executors send them, made here: photos with marks of their own, PDFs, Word files."""

from __future__ import annotations

import io
import random
import zipfile
from pathlib import Path

import docx
import pypdf
from PIL import Image
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)
from reportlab.pdfgen.canvas import Canvas

from mcu_mail.documents.fonts import REGULAR, register_fonts

CANARY = b"CANARY"
HEIC = (Path(__file__).parent / "data" / "corners.heic").read_bytes()
"""320 × 240, corners red, lime, blue, yellow; its EXIF says where it was taken, and CANARY."""
CORNERS = ((255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0))
"""Top left, top right, bottom left, bottom right of an upright picture."""

JPEG, PDF = "image/jpeg", "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def corners(width: int = 320, height: int = 240) -> Image.Image:
    """A picture whose four corners tell how it stands."""
    image = Image.new("RGB", (width, height), "white")
    for place, colour in enumerate(CORNERS):
        left, top = (place % 2) * width // 2, (place // 2) * height // 2
        image.paste(colour, (left, top, left + width // 2, top + height // 2))
    return image


def exif(orientation: int = 1) -> Image.Exif:
    """What a phone writes beside the pixels: its maker, the place."""
    data = Image.Exif()
    data[0x0112] = orientation
    data[0x010E] = "CANARY of the description"
    data[0x010F] = "CANARY of the maker"
    place = data.get_ifd(0x8825)
    place[1], place[2], place[29] = "N", (55.0, 12.0, 34.5), "CANARY of the date"
    return data


def saved(image: Image.Image, kind: str = "JPEG", **how: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **how)
    return out.getvalue()


def turned(orientation: int) -> bytes:
    """The corners as a camera held otherwise stores them; EXIF says how to turn them back."""
    back: dict[int, Image.Transpose | None] = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    turn = back[orientation]
    image = corners() if turn is None else corners().transpose(turn)
    return saved(image, quality=95, exif=exif(orientation))


def photo(seed: int, width: int = 640, height: int = 480) -> bytes:
    """A photo that is like no other; larger ones do not pack well, as real ones."""
    chance = random.Random(seed)
    small = Image.frombytes("RGB", (80, 60), chance.randbytes(80 * 60 * 3))
    return saved(small.resize((width, height), Image.Resampling.BICUBIC), quality=92, exif=exif())


def noisy_photo(seed: int, width: int = 1600, height: int = 1200) -> bytes:
    """A photo of a megabyte and more: every pixel is noise."""
    chance = random.Random(seed)
    noise = Image.frombytes("RGB", (width, height), chance.randbytes(width * height * 3))
    return saved(noise, quality=85)


def pdf(*texts: str, size: tuple[float, float] = (595, 842)) -> bytes:
    """A PDF with a page for each text."""
    register_fonts()
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=size, invariant=1)
    for text in texts:
        canvas.setFont(REGULAR, 14)
        canvas.drawString(60, size[1] - 80, text)
        canvas.rect(4, 4, size[0] - 8, size[1] - 8)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def heavy_pdf(seed: int, length: int) -> bytes:
    """A PDF of one page that cannot be made smaller."""
    writer = pypdf.PdfWriter()
    page = writer.add_blank_page(595, 842)
    drawing = StreamObject()
    drawing.set_data(b"% " + random.Random(seed).randbytes(length).hex().encode() + b"\n")
    page[NameObject("/Contents")] = writer._add_object(drawing)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def armed_pdf() -> bytes:
    """A PDF with everything that acts: scripts, launches, embedded files, links, a JPEG's EXIF."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf("Акт с сюрпризами")))
    script = DictionaryObject({
        NameObject("/S"): NameObject("/JavaScript"),
        NameObject("/JS"): TextStringObject("app.alert('CANARY script')"),
    })
    writer.add_attachment("CANARY.exe", b"MZ CANARY embedded")
    page = writer.pages[0]
    act = DictionaryObject({
        NameObject("/S"): NameObject("/Launch"),
        NameObject("/F"): TextStringObject("CANARY launch"),
    })
    page[NameObject("/AA")] = DictionaryObject({NameObject("/O"): act})
    link = DictionaryObject({
        NameObject("/Type"): NameObject("/Annot"),
        NameObject("/Subtype"): NameObject("/Link"),
        NameObject("/Rect"): ArrayObject(NumberObject(n) for n in (10, 10, 500, 500)),
        NameObject("/A"): DictionaryObject({
            NameObject("/S"): NameObject("/URI"),
            NameObject("/URI"): TextStringObject("http://canary.example/CANARY"),
        }),
    })
    page[NameObject("/Annots")] = ArrayObject([writer._add_object(link)])
    writer.root_object[NameObject("/OpenAction")] = script
    image = StreamObject()
    image.set_data(turned(1))
    image.update({
        NameObject("/Type"): NameObject("/XObject"),
        NameObject("/Subtype"): NameObject("/Image"),
        NameObject("/Width"): NumberObject(320),
        NameObject("/Height"): NumberObject(240),
        NameObject("/BitsPerComponent"): NumberObject(8),
        NameObject("/ColorSpace"): NameObject("/DeviceRGB"),
        NameObject("/Filter"): NameObject("/DCTDecode"),
        NameObject("/Metadata"): TextStringObject("CANARY beside the picture"),
    })
    drawn = DictionaryObject({NameObject("/Im0"): writer._add_object(image)})
    resources = page["/Resources"].get_object()
    assert isinstance(resources, DictionaryObject)
    resources[NameObject("/XObject")] = drawn
    more = StreamObject()
    more.set_data(b"q 320 0 0 240 100 300 cm /Im0 Do Q")
    page[NameObject("/Contents")] = ArrayObject([
        page.raw_get("/Contents"),
        writer._add_object(more),
    ])
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def locked_pdf() -> bytes:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf("Секрет")))
    writer.encrypt("secret", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def word(*lines: str) -> bytes:
    document = docx.Document()
    for line in lines:
        document.add_paragraph(line)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def with_part(package: bytes, name: str, content: bytes) -> bytes:
    """A package with one more part in it."""
    out = io.BytesIO(package)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return out.getvalue()


def zipped(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()
