"""One ordinary letter, to be changed where a test needs another one."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import zxingcpp

from mcu_mail.documents.office import find_soffice
from mcu_mail.documents.sheet import LetterContent, Letterhead

TEMPLATES = Path(__file__).parents[2] / "templates" / "letters"
TEMPLATE = (TEMPLATES / "answer.docx").read_bytes()
INTERIM = (TEMPLATES / "interim.docx").read_bytes()

CODE = "0123456789ABCDEF"

LETTER = LetterContent(
    case="2026-000123",
    version=2,
    letterhead=Letterhead(
        lines=(
            "КЕМЕРОВСКАЯ ОБЛАСТЬ – КУЗБАСС",
            "АДМИНИСТРАЦИЯ",
            "ТЯЖИНСКОГО",
            "МУНИЦИПАЛЬНОГО ОКРУГА",
        ),
        address="ул. Советская, д. 2, пгт Тяжинский, 652240",
        phone="тел. (38449) 0-00-00, факс 0-00-00",
        email="e-mail: adm@okrug.example",
        requisites=("ОКПО 00000000, ОГРН 0000000000000", "ИНН/КПП 0000000000/000000000"),
    ),
    number="01-12/345",
    date=date(2026, 11, 24),
    ref_number="3307",
    ref_date=date(2026, 11, 23),
    addressee="Небываловой А.И.",
    address_lines=("ул. Образцовая, д. 7,", "пгт Тяжинский, 652240"),
    heading="О расчистке дороги от снега по ул. Образцовой",
    salutation="Уважаемая Алла Игнатьевна!",
    paragraphs=(
        "На Ваше сообщение администрация Тяжинского муниципального округа сообщает следующее.",
        (
            "Расчистка проезжей части по ул. Образцовой на участке от дома № 1 до дома № 25 "
            "выполнена 23.11.2026 подрядной организацией автогрейдером, фотографии прилагаются."
        ),
        "23.11.2026 в 15:20 с Вами связались по телефону, разъяснения предоставлены.",
    ),
    enclosure="фотографии на 2 л. в 1 экз.",
    signer_title="Глава Тяжинского муниципального округа",
    signer_name="П.П. Тестов",
    executor_name="Образцов Пётр Макетович,",
    executor_details=("начальник отдела дорожного хозяйства", "(38449) 0-00-00"),
    print_code=CODE,
)


def letter(**changes: Any) -> LetterContent:
    return replace(LETTER, **changes)


def two_pages(**changes: Any) -> LetterContent:
    return letter(paragraphs=LETTER.paragraphs * 6, **changes)


def marks(pdf: bytes, dpi: int = 200) -> list[str]:
    """What a reader of codes finds on each page of the PDF, printed at `dpi`."""
    found = []
    with pypdfium2.PdfDocument(pdf) as document:
        for page in document:
            image = page.render(scale=dpi / 72).to_pil()
            [code] = zxingcpp.read_barcodes(image)
            found.append(code.text)
    return found


needs_office = pytest.mark.skipif(
    find_soffice() is None and "MCU_MAIL_REQUIRE_PEERS" not in os.environ,
    reason="LibreOffice is not installed",
)
