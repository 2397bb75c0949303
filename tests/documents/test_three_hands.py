"""The same letter by three hands: the Word file, LibreOffice's PDF of it, the native PDF.

Requisites stand in the same places, lines and pages break alike, the pictures cover each other.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import docx
import pytest
from docx.oxml.ns import qn
from PIL import Image, ImageChops, ImageFilter, ImageStat

from mcu_mail.documents import sheet
from mcu_mail.documents.letter import write_docx
from mcu_mail.documents.marks import find_codes
from mcu_mail.documents.native import write_pdf
from mcu_mail.documents.office import to_pdf
from mcu_mail.documents.pages import open_pdf
from mcu_mail.documents.readback import lacks
from mcu_mail.domain.rich_text import bold, row
from tests.documents.sample_letters import INTERIM, LETTER, TEMPLATE, letter, needs_office

if TYPE_CHECKING:
    from mcu_mail.documents.sheet import LetterContent

_MM_PER_POINT = 25.4 / 72
_REACH = 3.0
"""How far apart a requisite may stand, mm (ГОСТ Р 7.0.97-2025 gives places, not hundredths)."""

LETTERS = {
    "short": LETTER,
    "bare": letter(
        ref_number=None, enclosure=None, number=None, date=None, paragraphs=("Снег убран.",)
    ),
    "acting": letter(
        signer_title="Исполняющий обязанности главы Тяжинского муниципального округа",
        signer_name="И.М. Хозяйственнов",
    ),
    "official": letter(
        addressee="Заместителю Губернатора Кемеровской области – Кузбасса Образцову О.О.",
        address_lines=("пр. Советский, д. 62,", "г. Кемерово, 650064"),
    ),
    "bold and table": letter(
        paragraphs=(
            "По улицам сообщаем:",
            row([["Улица"], ["Работы"], ["Срок"]]),
            row([["Образцовая"], ["расчистка, посыпка"], ["23.11.2026"]]),
            row([["Макетная"], ["расчистка проезжей части автогрейдером"], ["25.11.2026"]]),
            f"Повторная уборка – {bold('25.11.2026')}.",
        ),
    ),
    "interim": letter(
        kind="interim", promise="Полный ответ будет дан до 01.12.2026.", enclosure=None
    ),
    "two pages": letter(paragraphs=LETTER.paragraphs * 6),
}


def of_word(content: LetterContent) -> bytes:
    return write_docx(content, INTERIM if content.kind == "interim" else TEMPLATE)


@pytest.fixture(name="hands", scope="module", params=LETTERS, ids=lambda name: name)
def _hands(request: pytest.FixtureRequest) -> tuple[LetterContent, bytes, bytes]:
    content = LETTERS[request.param]
    return content, to_pdf(of_word(content)), write_pdf(content)


def places(pdf: bytes, content: LetterContent) -> dict[str, tuple[int, float, float]]:
    """Page, left and lower edge (mm) of the first characters of every text on the sheet."""
    wanted = {text for _, text in sheet.visible_fields(content)}
    found = {}
    with open_pdf(pdf) as opened:
        for index in range(len(opened)):
            letters = [one for one in opened.letters(index) if not one.char.isspace()]
            whole = "".join(one.char for one in letters)
            height = opened.size(index)[1]
            for text in wanted:
                start = "".join(text.split())[:14]
                at = whole.find(start)
                if at >= 0 and text not in found:
                    first = letters[at]
                    found[text] = (
                        index,
                        first.left * _MM_PER_POINT,
                        (height - first.bottom) * _MM_PER_POINT,
                    )
    return found


@needs_office
def test_every_requisite_stands_in_the_same_place(
    hands: tuple[LetterContent, bytes, bytes],
) -> None:
    content, office, native = hands
    here, there = places(office, content), places(native, content)
    assert set(here) == set(there)
    apart = {
        text: (here[text], there[text])
        for text in here
        if here[text][0] != there[text][0]
        or abs(here[text][1] - there[text][1]) > _REACH
        or abs(here[text][2] - there[text][2]) > _REACH
    }
    assert apart == {}
    assert len(here) >= 14


@needs_office
def test_the_pages_are_as_many_and_hold_the_same_words(
    hands: tuple[LetterContent, bytes, bytes],
) -> None:
    content, office, native = hands
    with open_pdf(office) as one, open_pdf(native) as other:
        assert len(one) == len(other)
        for index in range(len(one)):
            words = {
                "".join(letter.char for letter in opened.letters(index)) for opened in (one, other)
            }
            essence = {"".join(sorted("".join(text.split()))) for text in words}
            assert len(essence) == 1
    assert lacks("".join(text_of_word(of_word(content))), sheet.visible_strings(content)) == ()


def text_of_word(content: bytes) -> list[str]:
    document = docx.Document(io.BytesIO(content))
    roots = (document.element.body, document.sections[0].first_page_footer._element)
    return [t.text or "" for root in roots for t in root.iter(qn("w:t"))]


@needs_office
def test_the_marks_stand_in_the_same_corner(hands: tuple[LetterContent, bytes, bytes]) -> None:
    _, office, native = hands
    corners = []
    for pdf in (office, native):
        with open_pdf(pdf) as opened:
            (code,) = find_codes(opened.render(0, 200))
            corners.append([(x * 25.4 / 200, y * 25.4 / 200) for x, y in code.corners])
    for one, other in zip(*corners, strict=True):
        assert one == pytest.approx(other, abs=_REACH)
    right, bottom = corners[1][2]
    assert right == pytest.approx(sheet.PAGE_WIDTH - sheet.MARGIN_RIGHT, abs=0.5)
    assert bottom == pytest.approx(sheet.PAGE_HEIGHT - sheet.FOOTER_EDGE, abs=0.5)


@needs_office
def test_the_pictures_cover_each_other(hands: tuple[LetterContent, bytes, bytes]) -> None:
    """Softened by about the reach, the two sheets are one picture; another letter is not."""
    _, office, native = hands
    one, other = picture(office), picture(native)
    assert difference(one, other) < 0.25 * difference(one, ImageChops.offset(other, 0, 30))


def picture(pdf: bytes) -> Image.Image:
    with open_pdf(pdf) as opened:
        page = opened.render(0, 75)
    return page.filter(ImageFilter.GaussianBlur(75 / 25.4))


def difference(one: Image.Image, other: Image.Image) -> float:
    return float(ImageStat.Stat(ImageChops.difference(one, other)).mean[0])


@needs_office
@pytest.mark.parametrize("count", [1, 15, 16, 17, 24])
def test_a_text_up_to_a_page_breaks_alike(count: int) -> None:
    content = letter(
        paragraphs=tuple(f"Строка {at}." for at in range(1, count + 1)), enclosure=None
    )
    pages = []
    for pdf in (to_pdf(of_word(content)), write_pdf(content)):
        with open_pdf(pdf) as opened:
            pages.append([
                "".join(one.char for one in opened.letters(index)).count("Строка")
                for index in range(len(opened))
            ])
    assert pages[0] == pages[1]
    assert len(pages[0]) == (1 if count <= 16 else 2)


def test_the_template_has_the_type_that_the_native_sheet_has() -> None:
    """An office that changes a size in Word is told by the pictures, we by this."""
    for template in (TEMPLATE, INTERIM):
        styles = docx.Document(io.BytesIO(template)).styles
        for name, kind in (
            ("Бланк вышестоящий", sheet.HIGHER_TYPE),
            ("Бланк название", sheet.NAME_TYPE),
            ("Бланк данные", sheet.DETAILS_TYPE),
            ("Адресат", sheet.BODY_TYPE),
            ("Заголовок к тексту", sheet.BODY_TYPE),
            ("Обращение", sheet.BODY_TYPE),
            ("Текст письма", sheet.BODY_TYPE),
            ("Последний абзац", sheet.BODY_TYPE),
            ("Таблица письма", sheet.TABLE_TYPE),
            ("Приложение", sheet.BODY_TYPE),
            ("Подпись", sheet.BODY_TYPE),
            ("Исполнитель", sheet.EXECUTOR_TYPE),
        ):
            style = styles[name]
            line = style.paragraph_format.line_spacing
            assert (style.font.size.pt, line.pt) == (kind.size, kind.line), name
