"""Our mails as bytes: what other programs read from them, and what no value can do to them."""

from __future__ import annotations

import email
import email.policy
import re
from datetime import UTC, datetime
from email.header import decode_header, make_header
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcu_mail.errors import RefusedError
from mcu_mail.mail.compose import build, case_reference, read_message_id
from mcu_mail.mail.ics import term_event
from mcu_mail.mail.mime import read_mail
from mcu_mail.mail.wording import Worded

WORDED = Worded(
    subject="[МЦУ 2026-000123] Снег, пгт Тяжинский: ответ сегодня до 12:30",
    text="— Пишите ответ выше этой строки —\n\nФёдор Макетович, подготовьте ответ.\n.\nFrom here\n",
    html="<p>Фёдор Макетович</p>\n",
)
DATE = datetime(2026, 11, 23, 3, 5, tzinfo=UTC)
MINE = "<req.7f3a9c2km4xqt8rb.1@okrug.example>"
LONG_NAME = "2026-000123 Ответ на обращение об уборке снега с улицы Образцовой, окончательный.pdf"


def mail(**changes: Any) -> bytes:
    parts: dict[str, Any] = {
        "sender": "mcu@okrug.example",
        "sender_name": "МЦУ Тяжинского муниципального округа",
        "to": ["dorogi@okrug.example"],
        "worded": WORDED,
        "message_id": MINE,
        "date": DATE,
    }
    return build(**{**parts, **changes})


def read(data: bytes) -> email.message.EmailMessage:
    return email.message_from_bytes(data, policy=email.policy.default)


def header(data: bytes, name: str) -> str:
    raw = email.message_from_bytes(data)[name]
    return str(make_header(decode_header(re.sub(r"\r?\n", "", raw))))


def test_every_part_is_read_back_by_the_standard_library():
    data = mail(attachments=[(LONG_NAME, "application/pdf", b"%PDF-1.4")])
    found = read(data)

    assert header(data, "Subject") == WORDED.subject
    assert header(data, "From") == "МЦУ Тяжинского муниципального округа <mcu@okrug.example>"
    assert found["To"] == "dorogi@okrug.example"
    assert found["Message-ID"] == MINE
    assert found["Auto-Submitted"] == "auto-generated"
    assert found["Date"].datetime == DATE
    text, html = found.get_body(("plain",)), found.get_body(("html",))
    assert text is not None
    assert html is not None
    assert text.get_content().replace("\r\n", "\n") == WORDED.text
    assert html.get_content().replace("\r\n", "\n") == WORDED.html
    assert [part.get_content() for part in found.iter_attachments()] == [b"%PDF-1.4"]
    assert [part.defects for part in found.walk() if part.defects] == []


def test_our_own_reader_reads_the_witness_copy_as_it_was_written():
    found = read_mail(mail(attachments=[(LONG_NAME, "application/pdf", b"%PDF-1.4")]))

    assert found.subject == WORDED.subject
    assert found.text.strip() == WORDED.text.strip()
    assert [(one.name, one.content) for one in found.attachments] == [(LONG_NAME, b"%PDF-1.4")]


@pytest.mark.parametrize(
    "name", ["letter.pdf", "Ответ.doc", LONG_NAME, 'a"b\\c.pdf', "Ответ 👍.pdf"]
)
def test_an_attachment_keeps_its_name_in_the_new_and_in_the_old_way(name):
    data = mail(attachments=[(name, "application/pdf", b"x")])
    shown = name.replace("\\", "_")

    for policy in (email.policy.default, email.policy.compat32):
        (part,) = [
            one
            for one in email.message_from_bytes(data, policy=policy).walk()
            if one.get_content_disposition() == "attachment"
        ]
        assert part.get_filename() == shown
    old = part.get_param("name")
    assert isinstance(old, str)
    assert str(make_header(decode_header(re.sub(r"\r?\n", "", old)))) == shown.replace('"', "'")


def test_the_same_mail_is_the_same_bytes_and_another_id_makes_another_boundary():
    one = mail(attachments=[("a.pdf", "application/pdf", b"x")])

    assert mail(attachments=[("a.pdf", "application/pdf", b"x")]) == one
    boundaries = re.findall(rb'boundary="([^"]+)"', one)
    assert len(boundaries) == len(set(boundaries)) == 2
    other = mail(message_id="<req.x.2@okrug.example>")
    assert not set(boundaries) & set(re.findall(rb'boundary="([^"]+)"', other))


def test_foreign_message_ids_stay_whole_however_long_they_are():
    long_id = f"<{'A' * 120}@eurprd04.prod.outlook.example>"
    data = mail(references=[case_reference("2026-000123", "okrug.example"), long_id])

    assert long_id.encode() in data
    assert header(data, "References") == f"<case.2026-000123@okrug.example> {long_id}"


def test_a_long_thread_keeps_its_first_and_its_newest_ids():
    ids = [f"<{number}@x>" for number in range(100)]

    kept = header(mail(references=ids), "References").split()

    assert kept == [ids[0], *ids[-20:]]


@pytest.mark.parametrize("bad", ["no brackets", "<a b@x>", "<a@x>\r\nBcc: v@x", "<яндекс@x>", ""])
def test_what_is_no_message_id_is_left_out_of_the_thread(bad):
    found = read(mail(references=["<a@x>", bad], in_reply_to=bad))

    assert found["References"] == "<a@x>"
    assert found["In-Reply-To"] is None


def test_in_reply_to_names_the_mail_that_is_answered():
    assert read(mail(in_reply_to="<a@x>"))["In-Reply-To"] == "<a@x>"


def test_a_calendar_event_is_attached_as_one():
    event = term_event(uid="a@x", summary="Срок", due=DATE, now=DATE)
    (part,) = read(mail(ics=event)).iter_attachments()

    assert part.get_content_type() == "text/calendar"
    assert part.get_param("method") == "PUBLISH"
    assert part.get_filename() == "Срок.ics"
    assert part.get_payload(decode=True) == event


def test_an_attached_mail_goes_as_a_file():
    (part,) = read(
        mail(attachments=[("a.eml", "message/rfc822", b"From: a\r\n\r\nb")])
    ).iter_attachments()

    assert part.get_content_type() == "application/octet-stream"
    assert part.get_content() == b"From: a\r\n\r\nb"


def test_a_letter_to_the_region_is_not_marked_as_automatic():
    assert read(mail(auto_submitted=False))["Auto-Submitted"] is None


def test_several_recipients_stand_in_one_header():
    assert read(mail(to=["a@x.example", "b@y.example"]))["To"] == "a@x.example, b@y.example"


@pytest.mark.parametrize(
    "changes",
    [
        {"sender": "mcu@okrug.example\r\nBcc: v@x.example"},
        {"sender": "без адреса"},
        {"to": ["a@x.example, v@x.example"]},
        {"to": ["a@x.example>\r\n"]},
        {"to": ["житель@округ.рф"]},
        {"to": []},
        {"message_id": "<a@x>\r\nBcc: v@x"},
        {"message_id": "a@x"},
        {"headers": {"Bcc": "v@x.example"}},
        {"headers": {"X-A: b\r\nBcc": "v@x.example"}},
    ],
)
def test_what_would_break_a_header_is_refused(changes):
    with pytest.raises(RefusedError):
        mail(**changes)


@given(st.text(max_size=200), st.text(max_size=80), st.text(max_size=80), st.text(max_size=300))
def test_no_value_adds_a_header_or_leaves_a_bare_line_end(subject, name, file_name, body):
    data = mail(
        worded=Worded(subject=subject, text=body, html=body),
        sender_name=name,
        attachments=[(file_name, "application/pdf", body.encode("utf-8", "replace"))],
        headers={"X-Letter-Id": subject},
    )
    head = email.message_from_bytes(data)

    assert not re.search(rb"\r(?!\n)|(?<!\r)\n", data)
    assert data.isascii()
    assert sorted(head.keys()) == [
        "Auto-Submitted",
        "Content-Type",
        "Date",
        "From",
        "MIME-Version",
        "Message-ID",
        "Subject",
        "To",
        "X-Letter-Id",
    ]
    assert max(map(len, data.split(b"\r\n"))) <= 998


def test_text_that_looks_like_the_end_of_data_does_not_stand_in_the_bytes():
    body = "a\r\n.\r\nMAIL FROM:<v@x>\n.\n"

    data = mail(worded=Worded(subject="a", text=body, html=body))

    assert b"\r\n.\r\n" not in data
    assert b"MAIL FROM" not in data


def test_ids_of_requests_and_cases_are_message_ids():
    assert read_message_id("7F3A-9C2K-M4XQ-T8RB", 1, "okrug.example") == MINE
    assert case_reference("2026-000123", "okrug.example") == "<case.2026-000123@okrug.example>"
