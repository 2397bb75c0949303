"""An executor's own Word file: its words go on, the frame around them stays behind."""

from __future__ import annotations

import io
import random
import zipfile
from typing import TYPE_CHECKING

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Cm, Pt

from mcu_mail.documents.draft import word_draft, word_text
from mcu_mail.documents.letter import write_docx
from mcu_mail.domain import rich_text
from mcu_mail.domain.rich_text import bold, readable, row
from mcu_mail.errors import RefusedError
from tests.documents.annex_files import photo
from tests.documents.sample_letters import TEMPLATE, letter, needs_office
from tests.documents.word_files import body_xml, paragraph_xml, saved, with_lines

if TYPE_CHECKING:
    from pathlib import Path

PROSE = (
    "Улица Образцовая расчищена 23.11.2026 автогрейдером от дома № 1 до дома № 25, посыпка "
    "противогололёдным материалом проведена, повторная уборка запланирована на 25.11.2026."
)


def test_the_paragraphs_are_the_lines() -> None:
    assert word_text(with_lines("Первое.", "", "  Второе.  "), "a.docx") == "Первое.\nВторое."


def test_bold_is_kept_whether_the_run_or_its_style_says_so() -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("Срок – ")
    paragraph.add_run("25.11").bold = True
    paragraph.add_run(".2026").bold = True
    paragraph.add_run(".")
    styled = document.add_paragraph()
    styled.add_run("Важно", style="Strong")
    assert word_text(saved(document), "a.docx").split("\n") == [
        f"Срок – {bold('25.11.2026')}.",
        bold("Важно"),
    ]


def test_lists_are_written_out_as_word_shows_them() -> None:
    document = docx.Document()
    document.add_paragraph("Сделано:")
    document.add_paragraph("расчищена дорога", style="List Number")
    document.add_paragraph("посыпан тротуар", style="List Number")
    document.add_paragraph("вывезен снег", style="List Bullet")
    assert word_text(saved(document), "a.docx").split("\n") == [
        "Сделано:",
        "1. расчищена дорога",
        "2. посыпан тротуар",
        "– вывезен снег",
    ]


def test_lists_of_several_levels_count_as_word_counts() -> None:
    document = docx.Document()
    numbering = document.part.numbering_part.element
    levels = (("decimal", 1, "%1."), ("decimal", 1, "%1.%2."), ("russianLower", 3, "%3)"))
    defined = "".join(
        f'<w:lvl w:ilvl="{depth}"><w:start w:val="{start}"/><w:numFmt w:val="{form}"/>'
        f'<w:lvlText w:val="{pattern}"/></w:lvl>'
        for depth, (form, start, pattern) in enumerate(levels)
    )
    numbering.insert(
        0,
        parse_xml(f'<w:abstractNum {nsdecls("w")} w:abstractNumId="77">{defined}</w:abstractNum>'),
    )
    numbering.append(
        parse_xml(f'<w:num {nsdecls("w")} w:numId="77"><w:abstractNumId w:val="77"/></w:num>')
    )
    for depth, words in (
        (0, "первый"),
        (1, "вложенный"),
        (1, "ещё"),
        (2, "пункт"),
        (0, "второй"),
        (1, "снова"),
    ):
        paragraph = document.add_paragraph(words)
        paragraph._p.get_or_add_pPr().append(
            parse_xml(
                f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{depth}"/><w:numId w:val="77"/></w:numPr>'
            )
        )
    assert word_text(saved(document), "a.docx").split("\n") == [
        "1. первый",
        "1.1. вложенный",
        "1.2. ещё",
        "в) пункт",
        "2. второй",
        "2.1. снова",
    ]


def test_a_table_stays_a_table() -> None:
    document = docx.Document()
    document.add_paragraph("График:")
    table = document.add_table(rows=2, cols=2)
    for at, text in enumerate(("Улица", "Дата", "Образцовая", "25.11")):
        table.cell(at // 2, at % 2).text = text
    document.add_paragraph("Работы продолжаются.")
    assert word_text(saved(document), "a.docx").split("\n") == [
        "График:",
        row([["Улица"], ["Дата"]]),
        row([["Образцовая"], ["25.11"]]),
        "Работы продолжаются.",
    ]


def test_merged_cells_repeat_nothing() -> None:
    document = docx.Document()
    table = document.add_table(rows=2, cols=3)
    table.cell(0, 0).merge(table.cell(1, 0)).text = "Снег"
    table.cell(0, 1).merge(table.cell(0, 2)).text = "Улицы"
    table.cell(1, 1).text, table.cell(1, 2).text = "Образцовая", "Макетная"
    text = word_text(saved(document), "a.docx")
    assert readable(text) == "Снег | Улицы | \n | Образцовая | Макетная"


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        pytest.param(
            '<w:r><w:t xml:space="preserve">Срок </w:t></w:r><w:del w:id="1"><w:r><w:delText>26.11'
            '</w:delText></w:r></w:del><w:ins w:id="2"><w:r><w:t>25.11</w:t></w:r></w:ins>',
            "Срок 25.11",
            id="a tracked change is accepted",
        ),
        pytest.param(
            "<w:moveFrom><w:r><w:t>старое</w:t></w:r></w:moveFrom>"
            "<w:moveTo><w:r><w:t>новое</w:t></w:r></w:moveTo>",
            "новое",
            id="moved words stand where they were moved to",
        ),
        pytest.param(
            '<w:commentRangeStart w:id="0"/><w:r><w:t>текст</w:t></w:r>'
            '<w:commentRangeEnd w:id="0"/>'
            '<w:r><w:commentReference w:id="0"/></w:r>',
            "текст",
            id="a comment leaves no trace",
        ),
        pytest.param(
            "<w:r><w:rPr><w:vanish/></w:rPr><w:t>скрыто</w:t></w:r><w:r><w:t>видно</w:t></w:r>",
            "видно",
            id="hidden text stays hidden",
        ),
        pytest.param(
            '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> DATE '
            "</w:instrText></w:r>"
            '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>25.11.2026</w:t></w:r>'
            '<w:r><w:fldChar w:fldCharType="end"/></w:r>',
            "25.11.2026",
            id="of a field its result",
        ),
        pytest.param(
            "<w:hyperlink><w:r><w:t>сайт</w:t></w:r></w:hyperlink><w:r><w:tab/><w:t>округа</w:t></w:r>"
            "<w:r><w:noBreakHyphen/><w:t>да</w:t></w:r>",
            "сайт округа\u2011да",
            id="links, tabs and hyphens",
        ),
        pytest.param(
            "<w:r><w:t>раз</w:t><w:br/><w:t>два</w:t></w:r>",
            "раз\nдва",
            id="a line break is a new line",
        ),
        pytest.param(
            '<w:r><w:t xml:space="preserve">знак </w:t><w:br w:type="page"/><w:t>листа</w:t></w:r>',
            "знак листа",
            id="a page break is nothing",
        ),
    ],
)
def test_only_what_a_reader_sees_is_taken(inner: str, expected: str) -> None:
    assert word_text(paragraph_xml(inner), "a.docx") == expected


def test_a_deleted_end_of_paragraph_joins_two() -> None:
    content = body_xml(
        '<w:p><w:pPr><w:rPr><w:del w:id="3"/></w:rPr></w:pPr><w:r>'
        '<w:t xml:space="preserve">Улица </w:t></w:r></w:p>',
        "<w:p><w:r><w:t>расчищена.</w:t></w:r></w:p>",
    )
    assert word_text(content, "a.docx") == "Улица расчищена."


def test_headers_footers_and_text_boxes_stay_behind() -> None:
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "ООО «Чужой бланк»"
    document.sections[0].footer.paragraphs[0].text = "стр. 1"
    document.add_paragraph("Дорога расчищена.")
    box = parse_xml(
        f'<w:r {nsdecls("w")} xmlns:v="urn:schemas-microsoft-com:vml"><w:pict><v:shape><v:textbox>'
        "<w:txbxContent><w:p><w:r><w:t>штамп</w:t></w:r></w:p></w:txbxContent></v:textbox></v:shape>"
        "</w:pict></w:r>"
    )
    document.paragraphs[0]._p.append(box)
    assert word_text(saved(document), "a.docx") == "Дорога расчищена."


def test_a_content_control_only_surrounds_its_text() -> None:
    content = body_xml(
        "<w:sdt><w:sdtContent><w:p><w:r><w:t>Внутри.</w:t></w:r></w:p></w:sdtContent></w:sdt>"
    )
    assert word_text(content, "a.docx") == "Внутри."


FRAMED = (
    "АДМИНИСТРАЦИЯ ТЯЖИНСКОГО МУНИЦИПАЛЬНОГО ОКРУГА",
    "Отдел дорожного хозяйства и транспорта",
    "ул. Советская, д. 2, пгт Тяжинский, 652240",
    "тел. 0-00-00, e-mail: dorogi@okrug.example",
    "от 23.11.2026 № 114",
    "Небываловой А.И.",
    "О расчистке улицы",
    "Уважаемая Алла Игнатьевна!",
    PROSE,
    "Приносим извинения за неудобства.",
    "С уважением,",
    "Начальник отдела",
    "дорожного хозяйства и транспорта                    Ф.М. Трассов",
    "Исп. Макетов И.И.",
    "8 (38449) 0-00-13",
)


def test_a_letter_on_a_foreign_form_gives_its_text_alone() -> None:
    text = word_text(with_lines(*FRAMED), "a.docx")
    assert text.split("\n") == [
        "Уважаемая Алла Игнатьевна!",
        PROSE,
        "Приносим извинения за неудобства.",
    ]


def test_without_a_salutation_too() -> None:
    lines = [line for line in FRAMED if not line.startswith("Уважаемая")]
    assert word_text(with_lines(*lines), "a.docx").split("\n") == [
        PROSE,
        "Приносим извинения за неудобства.",
    ]


def test_a_signature_set_by_tabs_goes_with_the_executor_named_by_initials() -> None:
    """«Приложение: на 2 л. в 1 экз.» counts sheets that do not lie behind our letter."""
    lines = (
        "Уважаемая Алла Игнатьевна!",
        PROSE,
        "Приложение: на 2 л. в 1 экз.",
        "Глава Тяжинского",
        "муниципального округа\t\t\t\tП.П. Тестов",
        "Трассов Ф.М.",
        "8 (38449) 0-00-13",
    )
    assert word_text(with_lines(*lines), "a.docx").split("\n") == list(lines[:2])


@pytest.mark.parametrize(
    "line",
    ["Приложение: схема объезда на 2 л. в 1 экз.", "Приложение 2 к постановлению отменено."],
)
def test_a_named_enclosure_is_left_to_its_author(line: str) -> None:
    assert word_text(with_lines(PROSE, line), "a.docx").split("\n") == [PROSE, line]


def test_photos_of_the_text_are_found_and_small_arms_are_not() -> None:
    document = docx.Document()
    document.add_picture(io.BytesIO(photo(1)), width=Cm(2))
    document.add_paragraph(PROSE)
    document.add_picture(io.BytesIO(photo(2)), width=Cm(12))
    document.sections[0].header.paragraphs[0].add_run().add_picture(
        io.BytesIO(photo(3)), width=Cm(12)
    )
    found = word_draft(saved(document), "a.docx").pictures
    assert found == (("Рисунок 1.jpg", photo(2)),)


def test_a_form_and_a_signature_in_tables_are_a_frame_too() -> None:
    document = docx.Document()
    form = document.add_table(rows=1, cols=2)
    form.cell(0, 0).text = "АДМИНИСТРАЦИЯ ОКРУГА\nОКПО 00000000"
    form.cell(0, 1).text = "Небываловой А.И."
    document.add_paragraph("Уважаемая Алла Игнатьевна!")
    document.add_paragraph(PROSE)
    signed = document.add_table(rows=1, cols=2)
    signed.cell(0, 0).text = "Начальник отдела"
    signed.cell(0, 1).text = "Ф.М. Трассов"
    assert word_text(saved(document), "a.docx").split("\n") == ["Уважаемая Алла Игнатьевна!", PROSE]


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param((PROSE,), id="prose alone"),
        pytest.param(("Снег убран.", "Дорога посыпана."), id="short sentences"),
        pytest.param(
            ("О сроках: работы закончат 25.11.", PROSE), id="a sentence that opens like a heading"
        ),
        pytest.param(
            (PROSE, "Ответственный – мастер участка А.И. Макетов."),
            id="a sentence that ends in a name",
        ),
        pytest.param(
            (PROSE, "По вопросам звоните: тел. 0-00-13, с 8 до 17 часов."), id="a number to call"
        ),
        pytest.param(("1. Дорога расчищена.", "2. Тротуар посыпан."), id="points"),
        pytest.param(("Администрация сообщает: снег убран.",), id="the office speaks"),
    ],
)
def test_a_sentence_is_never_taken_for_a_frame(lines: tuple[str, ...]) -> None:
    assert word_text(with_lines(*lines), "a.docx").split("\n") == list(lines)


def test_our_own_letter_comes_back_as_its_text_with_bold_and_table() -> None:
    text = (
        PROSE,
        f"Срок – {bold('25.11.2026')}.",
        row([["Улица"], ["Дата"]]),
        row([["Образцовая"], ["25.11"]]),
        "Приносим извинения.",
    )
    content = letter(paragraphs=text)
    assert word_text(write_docx(content, TEMPLATE), "Ответ.docx").split("\n") == list(text)


def test_a_file_locked_by_a_password_is_told_apart() -> None:
    locked = bytes.fromhex("D0CF11E0A1B11AE1") + bytes(600)
    with pytest.raises(RefusedError, match="закрыт паролем"):
        word_text(locked, "отчёт.docx")


def test_macros_are_refused() -> None:
    content = io.BytesIO(with_lines("текст"))
    with zipfile.ZipFile(content, "a") as package:
        package.writestr("word/vbaProject.bin", b"macro")
    with pytest.raises(RefusedError, match="макросы"):
        word_text(content.getvalue(), "a.docx")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"\x00" * 100, with_lines("x")[:400]])
def test_a_damaged_file_is_refused(content: bytes) -> None:
    with pytest.raises(RefusedError, match="не открывается"):
        word_text(content, "a.docx")


def test_broken_xml_inside_is_refused() -> None:
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(with_lines("x"))) as source,
        zipfile.ZipFile(out, "w") as target,
    ):
        for name in source.namelist():
            part = source.read(name)
            target.writestr(name, part[:300] if name == "word/document.xml" else part)
    with pytest.raises(RefusedError, match="не открывается"):
        word_text(out.getvalue(), "a.docx")


def repacked(document_xml: str) -> bytes:
    """A file whose body is that XML, with what does not shrink beside it."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(with_lines("x"))) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            body = f"<w:document {nsdecls('w')}><w:body>{document_xml}</w:body></w:document>"
            target.writestr(name, body if name == "word/document.xml" else source.read(name))
        target.writestr("word/media/noise.bin", random.Random(1).randbytes(200_000))
    return out.getvalue()


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("<w:p/>" * 6_000_000, id="36 MB of empty paragraphs"),
        pytest.param(
            "<w:tbl><w:tr>"
            + "<w:tc><w:p><w:r><w:t>x</w:t></w:r></w:p></w:tc>" * 160_000
            + "</w:tr></w:tbl>",
            id="a row of 160 000 cells",
        ),
        pytest.param("<w:p><w:r><w:t>снег </w:t></w:r></w:p>" * 90_000, id="hundreds of pages"),
    ],
)
def test_a_small_file_that_unpacks_to_a_giant_is_refused_outside_of_the_daemon(body: str) -> None:
    with pytest.raises(RefusedError, match="слишком велик"):
        word_text(repacked(body), "a.docx")


@needs_office
def test_an_old_word_file_keeps_bold_lists_and_tables() -> None:
    from mcu_mail.documents.office import to_doc

    document = docx.Document()
    paragraph = document.add_paragraph("Срок – ")
    paragraph.add_run("25.11.2026").bold = True
    document.add_paragraph("первое", style="List Number")
    table = document.add_table(rows=1, cols=2)
    table.cell(0, 0).text, table.cell(0, 1).text = "Улица", "Дата"
    document.add_paragraph("Работы продолжаются.")
    document.styles["Normal"].font.size = Pt(14)
    text = word_text(to_doc(saved(document)), "a.doc")
    assert bold("25.11.2026") in text
    assert "1. первое" in text
    assert f"Улица{rich_text.CELL}Дата" in text


@pytest.mark.parametrize(
    "entity",
    [
        '<!ENTITY x SYSTEM "{secret}">',
        '<!ENTITY % p SYSTEM "{secret}"> %p;',
        '<!ENTITY x PUBLIC "a" "{secret}">',
        # Each one holds ten of the one before.
        '<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'  # noqa: ISC004 - one entity in three lines
        '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">'
        '<!ENTITY x "&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;">',
    ],
)
def test_an_entity_brings_nothing_in(entity: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("СЕКРЕТ", encoding="utf-8")
    content = with_lines("Первый абзац.")
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "word/document.xml":
                start = part.index(b"<w:document")
                doctype = f"<!DOCTYPE w:document [{entity.format(secret=secret.as_uri())}]>"
                part = part[:start] + doctype.encode() + part[start:]
                part = part.replace("Первый".encode(), b"&x;" if "ENTITY x" in entity else b"x")
            new.writestr(name, part)
    try:
        text = word_text(out.getvalue(), "ответ.docx")
    except RefusedError:
        return
    assert "СЕКРЕТ" not in text
    assert len(text) < 1000
