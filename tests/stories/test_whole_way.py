"""From the region's notice to the signed letter in both regional mailboxes.

Told twice with the engines that the office has: on Dovecot and Postfix, and on the embedded office.
"""

from __future__ import annotations

import io
import re

import docx
import pytest
from pypdf import PdfReader

from mcu_mail.rehearsal.clerk import sign_and_scan
from mcu_mail.rehearsal.people import text_of
from tests.stories.office_day import ANSWER, DRAFT, LIGHTS, REGION, SERVICE, OfficeDay, code_of

NUMBER = "01-12/1"
ON_BOTH = [
    pytest.param("post_office", id="embedded"),
    pytest.param("real_post", id="dovecot-postfix", marks=pytest.mark.peers),
]


def assert_request(day, mail):
    """One mail to one person; its code in every carrier, and nobody else waited for."""
    code = code_of(mail)
    bare = code.replace("-", "")
    assert [item.code for item in day.requests()] == [bare]
    assert bare.lower() in str(mail["Message-ID"])
    assert str(mail["References"]).split()[-1] == str(mail["Message-ID"])
    assert str(mail["Subject"]).startswith("[МЦУ 2026-000001] ")
    assert code in text_of(mail)
    assert code in str(mail.get_body(("html",)).get_content())
    assert (mail["Cc"], mail["Bcc"]) == (None, None)


@pytest.mark.office
@pytest.mark.parametrize("where", ON_BOTH)
def test_a_notice_becomes_a_signed_letter_in_both_regional_mailboxes(where, request, tmp_path):
    post = request.getfixturevalue(where)
    with OfficeDay(tmp_path / "office", post, {"letters.engine": "libreoffice"}).opened() as day:
        day.notice("08:40", LIGHTS)
        assert set(day.got) == {"uzhtr_head"}
        assert_request(day, day.last("uzhtr_head"))

        day.reply("uzhtr_head", "Исполнитель: Заместителева", "08:50")
        assert set(day.got) == {"uzhtr_deputy"}
        assert_request(day, day.last("uzhtr_deputy"))

        day.reply("uzhtr_deputy", DRAFT, "09:00")
        assert set(day.got) == {"uzhtr_head"}
        assert_request(day, day.last("uzhtr_head"))

        day.reply("uzhtr_head", "Согласовано", "09:10")
        assert set(day.got) == {"uzhtr_head", "dep_life"}
        assert_request(day, day.last("dep_life"))

        day.press("dep_life", "Согласовать", "09:20")
        assert set(day.got) == {"dep_life", "registry"}
        assert_request(day, day.last("registry"))
        assert day.files("На подпись") == ["2026-000001 Ответ.docx", "2026-000001 Ответ.pdf"]

        day.stage.drop("Scan0001.pdf", sign_and_scan(day.stage.to_sign("2026-000001")))
        day.play("09:30")
        assert day.case().state == "closed"
        assert day.asked() == []
        assert_both_got_the_letter(day)
        assert_nothing_lies_about(day)

        # Nothing more is owed: neither the evening nor the term brings another mail.
        for at in ("18:30", "2026-11-24 09:00"):
            day.play(at)
            assert day.got == {}


def assert_both_got_the_letter(day):
    for address in REGION:
        (letter,) = day.mails(address)
        files = {str(part.get_filename()): part.get_content() for part in letter.iter_attachments()}
        assert sorted(name.rpartition(".")[2] for name in files) == ["doc", "pdf"]
        for name, content in files.items():
            assert re.match(r"Ответ .+\.(pdf|doc)$", name)
            words = _pdf_words(content) if name.endswith("pdf") else _doc_words(content)
            assert NUMBER in words
        # The code of a request never leaves the office.
        assert code_of(letter) == ""
        assert "Код" not in text_of(letter)
    raw = [day.post.mailbox(address)[0] for address in REGION]
    assert len({tuple(re.findall(rb"(?im)^X-Letter-Id: *(\S+)", one)) for one in raw}) == 1


def _pdf_words(content):
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def _doc_words(content):
    """The old Word format keeps its text in UTF-16 or in one byte a character."""
    assert content[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    return content.decode("utf-16-le", "ignore") + content.decode("cp1251", "ignore")


def assert_nothing_lies_about(day):
    assert day.post.mailbox(SERVICE) == []
    # The notice, four replies; the witness copy of our own letter is no mail of anybody's.
    assert len(day.post.mailbox(SERVICE, "МЦУ/Обработано")) == 5
    assert day.post.mailbox(SERVICE, "МЦУ/Не разобрано") == []
    assert day.files("На подпись") == day.files("Подписано") == []
    sent = {"2026-000001 Ответ.doc", "2026-000001 Ответ.pdf"}
    assert sent <= set(day.files("Отправлено"))
    assert "2026-000001 Подтверждение отправки.pdf" in day.files("Отправлено"), day.files(
        "Отправлено"
    )
    assert day.mails("head") == []
    kinds = [event.kind for event in _events(day)]
    assert kinds.count("approved") == 2
    assert kinds.count("registered") == kinds.count("sent") == 1
    assert day.reasons() == []


def _events(day):
    case = day.case()
    with day.stage.desk.store.view() as view:
        assert view.journal.first_broken() is None
        return view.journal.of_case(case.id)


def test_the_head_who_drafts_himself_needs_only_the_deputy(day):
    request = day.drafted()
    assert_request(day, request)
    letter = next(
        part.get_content()
        for part in request.iter_attachments()
        if str(part.get_filename()).endswith(".docx")
    )
    words = "\n".join(paragraph.text for paragraph in docx.Document(io.BytesIO(letter)).paragraphs)
    assert " ".join(ANSWER.split()) in " ".join(words.replace("\u00a0", " ").split())
