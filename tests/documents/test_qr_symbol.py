from __future__ import annotations

import io
import re

import pytest
import segno
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from mcu_mail.documents import sheet
from mcu_mail.documents.qr import qr_modules, qr_png
from mcu_mail.domain.codes import ALPHABET, read_payload
from tests.documents.sample_letters import letter


@settings(deadline=None, max_examples=40)
@given(st.text(ALPHABET, min_size=16, max_size=16), st.integers(1, 99), st.integers(0, 99))
def test_what_is_printed_is_what_is_read(code: str, version: int, page: int) -> None:
    payload = sheet.payload(letter(print_code=code, version=version), page)
    image = ImageOps.expand(Image.open(io.BytesIO(qr_png(payload))).convert("L"), 40, 255)
    [found] = zxingcpp.read_barcodes(image)
    mark = read_payload(found.text)
    assert mark is not None
    assert (mark.case, mark.version, mark.page, mark.code) == ("2026-000123", version, page, code)


@pytest.mark.parametrize("page", [0, 1, 9, 10, 99])
def test_every_mark_has_the_same_number_of_modules(page: int) -> None:
    rows = qr_modules(sheet.payload(letter(version=12), page))
    assert {len(rows), *map(len, rows)} == {29}


@pytest.mark.parametrize("page", [0, 1, 12])
def test_an_independent_encoder_writes_the_same_symbol(page: int) -> None:
    """The library that writes is the one that reads: another one must agree on every module."""
    payload = sheet.payload(letter(), page)
    other = {
        tuple(
            tuple(bool(module) for module in row)
            for row in segno.make(
                payload, error="q", boost_error=False, micro=False, mask=mask
            ).matrix
        )
        for mask in range(8)
    }
    assert qr_modules(payload) in other


def test_a_mark_holds_no_name_and_no_sign_that_a_barcode_setting_could_eat() -> None:
    assert re.fullmatch(r"[A-Z0-9-]+", sheet.payload(letter(), 1))


def test_the_picture_is_the_symbol_alone_and_stands_flush_with_the_margin() -> None:
    image = Image.open(io.BytesIO(qr_png(sheet.payload(letter(), 1)))).convert("L")
    assert image.width == image.height == 10 * 29
    assert [image.getpixel(at) for at in ((0, 0), (289, 0), (0, 289))] == [0, 0, 0]


def test_the_same_payload_gives_the_same_picture() -> None:
    assert qr_png("TMO1") == qr_png("TMO1")
