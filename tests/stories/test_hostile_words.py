"""A citizen whose words are programs: they stay words in every mail, paper, table and log.

Template injection (A22), mark-up (A24), formulas (A30), log and terminal codes (A33, A43).
"""

from __future__ import annotations

import io
import logging
import re
import unicodedata
import zipfile

import docx
import openpyxl
from pypdf import PdfReader
from rich.console import Console

from mcu_mail.rehearsal.people import html_of, text_of
from mcu_mail.reports import board, tables
from mcu_mail.reports.workbook import write_workbook
from tests.stories.office_day import CONTACT, OfficeDay

TEMPLATES = (
    "{{ 7*7 }}",
    "{% for x in ().__class__.__base__.__subclasses__() %}{{ x }}{% endfor %}",
    "${7*7}",
    "#{7*7}",
    "<%= 7*7 %>",
    "{{ self.__init__.__globals__ }}",
    "{# нет #}",
    "%(password)s",
    "{password}",
    "{{r 'x' }}",
    "{%p if 1 %}",
)
MARKUP = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<a href='javascript:alert(1)'>тут</a>",
    '"><svg/onload=alert(1)>',
    "<!--[if mso]>x<![endif]-->",
    "&lt;b&gt; &amp; &#x3C;",
    "</w:t></w:r><w:br/>",
    "<![CDATA[x]]>",
    "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]>",
)
FORMULAS = ("=HYPERLINK('http://evil.test','x')", "+1+1", "-2+3", "@SUM(1)", "=cmd|' /C calc'!A0")
CODES = "\x1b[31mкрасный\x1b[0m \x1b]0;окно\x07 \u202eтаворовзад\u202c \u200bневидимое"
WORDS = " ; ".join([*TEMPLATES, *MARKUP, *FORMULAS])
CANARY = "Канарейкина"
NOTICE = (
    "Дата и время: 23.11.2026 08:15\n"
    f"Заявитель: {CANARY} Алла Игнатьевна\n"
    "Телефон: 8-999-000-11-01\n"
    "Адрес: пгт Тяжинский, ул. Образцовая, д. 7 {{ 7*7 }} <b>x</b>\n"
    "Номер: =СС-1\n"
    "Ссылка: https://vk.com/wall-990000001_48213?reply=48240\n"
    f"Текст: Не чистят снег на дороге. {WORDS} {CODES}\n"
)
ANSWER = (
    "Ответ: Улица Образцовая расчищена 23.11.2026 автогрейдером от дома № 1 до дома № 25. Посыпка "
    f"проведена. {WORDS}\n{CONTACT}"
)


def flat(text: str) -> str:
    return re.sub(r"\s+", "", text)


def paper_of(day: OfficeDay, sha256: str | None) -> bytes:
    assert sha256 is not None
    return day.stage.desk.store.files.get(sha256)


def test_a_citizens_words_stay_words(day: OfficeDay, caplog) -> None:
    caplog.set_level(logging.DEBUG, "mcu_mail")
    day.notice("08:41", NOTICE, subject="=?utf-8?B?0KHQvtC+0LHRidC10L3QuNC1DQpCY2M6IHZAeA==?=")
    (asked,) = day.got["roads_head"]
    day.reply("roads_head", ANSWER, "09:00")
    (shown,) = day.got["dep_life"]

    for mail in (asked, shown):
        assert mail["Bcc"] is None
        for payload in (*TEMPLATES, *MARKUP) if mail is asked else ():
            assert flat(payload) in flat(text_of(mail)), "the words reach whoever must answer"
        assert not re.search(r"<(?:script|img|svg|w:|!\[|!doctype a|\?xml)", html_of(mail).lower())
        # Buttons of ours are the only links besides the one to the message.
        links = re.findall(r'href="([^"]*)"', html_of(mail))
        assert all(link.startswith(("mailto:mcu@", "https://vk.com/", "tel:")) for link in links)
        seen = text_of(mail) + str(mail["Subject"])
        strange = {letter for letter in seen if unicodedata.category(letter) in {"Cc", "Cf"}}
        assert strange <= {"\n", "\r", "\t", "\u00ad"}
        assert "49" not in str(mail["Subject"])

    letter = day.letter(1)
    word = docx.Document(io.BytesIO(paper_of(day, letter.docx)))
    said = "".join(
        paragraph.text
        for holder in (
            word,
            *(cell for table in word.tables for row in table.rows for cell in row.cells),
        )
        for paragraph in holder.paragraphs
    )
    paper = "".join(
        page.extract_text() for page in PdfReader(io.BytesIO(paper_of(day, letter.pdf))).pages
    )
    for payload in (*TEMPLATES, *MARKUP, *FORMULAS):
        assert flat(payload) in flat(said), "nothing was run and nothing was dropped"
        assert flat(payload) in flat(paper)
    parts = zipfile.ZipFile(io.BytesIO(paper_of(day, letter.docx)))
    assert not any(b"<!DOCTYPE" in parts.read(name) for name in parts.namelist())

    logged = "\n".join(
        record.getMessage() for record in caplog.records if record.name.startswith("mcu")
    )
    assert CANARY not in logged
    assert "alert(1)" not in logged
    assert not any(unicodedata.category(letter) == "Cc" for letter in logged.replace("\n", ""))

    with day.stage.desk.store.view() as view:
        document = board.one_case(view, day.case(), day.stage.desk.zone)
    for part in tables.one_case(document, day.stage.desk.office):
        with Console(width=120, file=io.StringIO(), record=True) as console:
            console.print(part)
        assert not set(console.export_text()) & {"\x1b", "\x07", "\u202e"}

    row = {
        "number": "=1+1", "date": "2026-11-23", "case": "2026-000001", "addressee": FORMULAS[0],
        "subject": FORMULAS[4], "executor": FORMULAS[1], "signer": FORMULAS[2], "sheets": 1,
        "state": "sent", "sent_at": None, "recipients": [], "note": FORMULAS[3],
        "void_reason": MARKUP[0], "void_by": None, "void_at": None,
    }  # fmt: skip
    sheet = openpyxl.load_workbook(io.BytesIO(write_workbook([row]))).active
    assert sheet is not None
    assert {
        cell.data_type for line in sheet.iter_rows(min_row=2) for cell in line if cell.value
    } == {"s"}
