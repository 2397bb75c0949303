"""Letters of an invented office, printed as PDF, for the tests of scans, stamps and folders."""

from __future__ import annotations

import io
from datetime import date
from functools import cache
from typing import Any

import segno
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from mcu_mail.documents.native import write_pdf
from mcu_mail.documents.sheet import LetterContent, Letterhead
from mcu_mail.rehearsal.clerk import sign_and_scan

CODE = "0123456789ABCDEF"
ON = date(2026, 11, 24)
NUMBER = "01-12/345"


def content(case: str = "2026-000123", version: int = 2, paragraphs: int = 2) -> LetterContent:
    return LetterContent(
        case=case,
        version=version,
        letterhead=Letterhead(
            lines=("Область-Пример", "АДМИНИСТРАЦИЯ", "ПРИМЕРНОГО ОКРУГА"),
            address="ул. Образцовая, 2",
            phone="тел. 0-00-00",
            email="adm@okrug.example",
        ),
        number=None,
        date=None,
        ref_number="3307",
        ref_date=date(2026, 11, 22),
        addressee="Небываловой А.И.",
        address_lines=("ул. Образцовая, д. 7",),
        heading="О расчистке дороги",
        salutation="Уважаемая Алла Игнатьевна!",
        paragraphs=tuple("Улица расчищена, посыпка проведена. " * 8 for _ in range(paragraphs)),
        enclosure=None,
        signer_title="Глава Примерного округа",
        signer_name="П.П. Тестов",
        executor_name="Образцов Пётр Макетович",
        executor_details=("2-00-00",),
        print_code=CODE,
    )


@cache
def letter(case: str = "2026-000123", version: int = 2, paragraphs: int = 2) -> bytes:
    """The PDF of a letter; eight paragraphs and more need a second page."""
    return write_pdf(content(case, version, paragraphs))


@cache
def scanned(**scanner: Any) -> bytes:
    """A usual letter, printed, signed and scanned."""
    return sign_and_scan(letter(), **scanner)


def page_with_codes(*texts: str) -> bytes:
    """A PDF page with a QR for each text."""
    out = io.BytesIO()
    canvas = Canvas(out)
    for place, text in enumerate(texts):
        picture = io.BytesIO()
        segno.make(text, error="q").save(picture, kind="png", scale=8, border=4)
        picture.seek(0)
        canvas.drawImage(ImageReader(picture), 60 + 180 * place, 100, 120, 120)
    canvas.drawString(60, 700, "Page")
    canvas.save()
    return out.getvalue()


def joined(*pdfs: bytes) -> bytes:
    """One PDF of the pages of several."""
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter()
    for pdf in pdfs:
        for page in PdfReader(io.BytesIO(pdf)).pages:
            writer.add_page(page)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
