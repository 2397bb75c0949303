"""What a file in «Входящие» is taken for, and whether its end is there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcu_mail.documents.incoming_files import IncomingKind, incoming_kind, looks_whole

OLE = bytes.fromhex("D0CF11E0A1B11AE1")


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("Письмо.EML", b"From: a@b.example\r\n\r\n", IncomingKind.MAIL),
        ("письмо.eml", b"PK\x03\x04 From: x", None),
        ("письмо.eml", "просто текст".encode(), None),
        ("письмо.msg", OLE, IncomingKind.OUTLOOK),
        ("письмо.msg", b"From: a", None),
        ("звонок.txt", "Звонила".encode("cp1251"), IncomingKind.TEXT),
        ("звонок.txt", "Звонила".encode("utf-16"), IncomingKind.TEXT),
        ("звонок.txt", b"MZ\0\0\0", None),
        ("заявление.docx", b"PK\x03\x04", IncomingKind.WORD),
        ("заявление.doc", OLE, IncomingKind.WORD),
        ("заявление.doc", b"MZ", None),
        ("скан.pdf", b"%PDF-1.4", IncomingKind.PAPER),
        ("скан.pdf", b"\xff\xd8\xff\xe0", IncomingKind.PAPER),
        ("скан.pdf", b"MZ\x90\0", None),
        ("фото.JPG", b"\xff\xd8\xff\xe0", IncomingKind.PAPER),
        ("фото.heic", b"\0\0\0\x18ftypheic", IncomingKind.PAPER),
        ("архив.zip", b"PK\x03\x04", None),
        ("таблица.xlsm", b"PK\x03\x04", None),
        ("страница.html", b"<html>", None),
        ("без расширения", b"From: a@b.example", None),
    ],
)
def test_name_and_bytes_must_agree(name, content, kind):
    assert incoming_kind(content, name) == kind


@pytest.mark.parametrize(
    ("name", "content", "whole"),
    [
        ("a.pdf", b"%PDF-1.4 ... %%EOF\n", True),
        ("a.pdf", b"%PDF-1.4 ...", False),
        ("a.jpg", b"\xff\xd8 ... \xff\xd9", True),
        ("a.jpeg", b"\xff\xd8 ...", False),
        ("a.png", b"\x89PNG ... IEND\xaeB`\x82", True),
        ("a.png", b"\x89PNG ...", False),
        ("a.docx", b"PK\x03\x04 ... PK\x05\x06", True),
        ("a.docx", b"PK\x03\x04 ...", False),
        ("a.txt", b"", True),
    ],
)
def test_a_copy_that_was_cut_is_seen(name, content, whole):
    assert looks_whole(content, name) is whole


@given(st.binary(max_size=300), st.text(max_size=20))
def test_any_file_is_looked_at_without_a_fault(content, name):
    incoming_kind(content, name)
    looks_whole(content, name)
