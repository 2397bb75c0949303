"""The register number and date put onto the scan of a signed letter.

They stand where the form leaves room for them, wherever the sheet lies on the scan, and stay text
that can be found and copied. Pages come out upright and without scripts, actions and embedded files
(`threats.md` A29). A PDF with an electronic signature is never altered.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas

from mcu_mail.documents import sheet
from mcu_mail.documents.anchor import Sheet, find_sheets
from mcu_mail.documents.esign import is_signed
from mcu_mail.documents.fonts import REGULAR, register_fonts
from mcu_mail.documents.pages import open_pdf
from mcu_mail.documents.plane import moved, scaled
from mcu_mail.documents.scan_cutting import redrawn
from mcu_mail.errors import RefusedError

if TYPE_CHECKING:
    from datetime import date

    from pypdf import PageObject

    from mcu_mail.documents.sheet import Field

MM_PER_POINT = 25.4 / 72
_TYPE_SIZE = 12.0
_BASE_MM = 1.5
_ACTIONS = ("/AA", "/A", "/PA", "/FS", "/Metadata", "/JS")
_ATTACHING = {"/FileAttachment", "/Screen", "/Movie", "/Sound", "/RichMedia", "/3D"}


def stamp_scan(pdf: bytes, *, number: str, on: date, original: bytes | None = None) -> bytes:
    """The scan with the number and the date on its first page; the same input, the same bytes.

    Args:
        pdf: the scan.
        number: the register number.
        on: the date of registration.
        original: the PDF that was printed for signature; with it the place is exact even on a scan
            that was scaled, without it the place is found by the QR alone.

    Raises:
        RefusedError: the PDF is signed electronically, or cannot be opened.

    """
    if is_signed(pdf):
        raise RefusedError("PDF с электронной подписью не меняется.")
    return _made(pdf, original, (number, on))


def upright_scan(pdf: bytes, *, original: bytes | None = None) -> bytes:
    """The scan as `stamp_scan` gives it, with nothing written on it: the number is on the paper.

    Raises:
        RefusedError: as `stamp_scan`.

    """
    if is_signed(pdf):
        raise RefusedError("PDF с электронной подписью не меняется.")
    return _made(pdf, original, None)


def _made(pdf: bytes, original: bytes | None, text: tuple[str, date] | None) -> bytes:
    with open_pdf(pdf) as opened:
        sheets = find_sheets(opened, original)
        if not sheets:
            raise RefusedError("В файле PDF нет ни одной страницы.")
    try:
        return _stamped(pdf, sheets, text)
    except Exception:  # noqa: BLE001 - pypdf fails in many ways on files that PDFium can draw
        drawn = redrawn(pdf)
    with open_pdf(drawn) as opened:
        sheets = find_sheets(opened, original)
    return _stamped(drawn, sheets, text)


def _stamped(pdf: bytes, sheets: tuple[Sheet, ...], text: tuple[str, date] | None) -> bytes:
    first = next((s for s in sheets if s.mark is not None and s.mark.page == 1), sheets[0])
    reader = PdfReader(io.BytesIO(pdf))
    if reader.is_encrypted:
        reader.decrypt("")
    # Pages are added one by one: what hangs on the document (scripts, attachments) stays behind.
    writer = PdfWriter()
    for found in sheets:
        page = writer.add_page(reader.pages[found.index])
        _disarm(page)
        if found is first and text is not None:
            number, on = text
            overlay = PdfReader(io.BytesIO(_overlay(found, number=number, on=on))).pages[0]
            # Pages are merged inside the boxes of the upper one, which must cover the whole scan.
            overlay.mediabox = overlay.cropbox = overlay.trimbox = page.mediabox
            page.merge_page(overlay)
        if found.turned:
            page.rotate(-found.turned)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _overlay(found: Sheet, *, number: str, on: date) -> bytes:
    """A page with the two texts at their place, in the coordinates of the scan's page."""
    register_fonts()
    out = io.BytesIO()
    canvas = Canvas(out, invariant=1)
    date_field, number_field = sheet.stamp_place()
    for text, field in ((f"{on:%d.%m.%Y}", date_field), (number, number_field)):
        _write(canvas, found, field, text)
    canvas.save()
    return out.getvalue()


def _write(canvas: Canvas, found: Sheet, field: Field, text: str) -> None:
    width = pdfmetrics.stringWidth(text, REGULAR, _TYPE_SIZE) * MM_PER_POINT
    shrink = min(1.0, field.w_mm / width) if width else 1.0
    left = field.x_mm + (field.w_mm - width * shrink) / 2
    base = field.y_mm + field.h_mm - _BASE_MM
    # Type is set in points with y up; the sheet is in millimetres with y down.
    place = scaled(MM_PER_POINT * shrink, -MM_PER_POINT * shrink).then(moved(left, base))
    put = place.then(found.place)
    canvas.saveState()
    canvas.transform(put.a, put.b, put.c, put.d, put.e, put.f)
    canvas.setFont(REGULAR, _TYPE_SIZE)
    canvas.drawString(0, 0, text)
    canvas.restoreState()


def _disarm(page: PageObject) -> None:
    """Take actions, scripts and attached files off a page; what is drawn stays."""
    for key in _ACTIONS:
        page.pop(NameObject(key), None)
    kept = ArrayObject()
    for reference in page.get("/Annots") or ():
        note = reference.get_object()
        if isinstance(note, DictionaryObject) and note.get("/Subtype") not in _ATTACHING:
            for key in _ACTIONS:
                note.pop(NameObject(key), None)
            kept.append(reference)
    if kept:
        page[NameObject("/Annots")] = kept
    else:
        page.pop(NameObject("/Annots"), None)
