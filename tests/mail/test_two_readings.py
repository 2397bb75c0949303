"""A mail that two programs show differently decides nothing: it is named, and asked again."""

from __future__ import annotations

import base64

import pytest

from mcu_mail.mail.alternative import is_ambiguous
from mcu_mail.mail.kind import MailKind, kind_of
from mcu_mail.mail.mime import read_mail
from tests.mail.outlook_files import signed
from tests.mail.test_wrapped_mails import mail_with, sealed

PLAIN = "Content-Type: text/plain; charset=utf-8\r\n"
YES, NO = f"{PLAIN}\r\nСогласовано\r\n", f"{PLAIN}\r\nНе согласовано, нет подписи\r\n"


def multipart(kind: str, *parts: str) -> bytes:
    inside = "".join(f"--b\r\n{part}\r\n" for part in parts)
    return f"Content-Type: multipart/{kind}; boundary=b\r\n\r\n{inside}--b--\r\n".encode()


def form(kind: str, text: str) -> str:
    return f"Content-Type: {kind}; charset=utf-8\r\n\r\n{text}\r\n"


def coded(*lines: str) -> bytes:
    said = "\n".join(
        line if line[:1] == "!" else base64.b64encode(line.encode()).decode() for line in lines
    )
    return f"{PLAIN}Content-Transfer-Encoding: base64\r\n\r\n{said}\n".encode()


OPAQUE = [
    f"Content-Type: text/html\r\n{YES}".encode(),
    b"Content-Type: multipart/mixed; boundary=a; boundary=b\r\n\r\n--a\r\n" + YES.encode(),
    multipart("mixed", YES, NO),
    sealed(signed(YES.encode(), streamed=False)),
    multipart("alternative", YES, form("text/enriched", "Не согласовано")),
]


@pytest.mark.parametrize("inside", OPAQUE)
def test_what_is_ambiguous_is_so_inside_an_opaque_signature_too(inside):
    assert is_ambiguous(read_mail(sealed(signed(inside, streamed=False))))


@pytest.mark.parametrize(
    "inside",
    [
        YES.encode(),
        multipart("alternative", YES, form("text/html", "<p>Согласовано</p>")),
        mail_with(("Ответ.docx", "application/octet-stream", b"PK")),
    ],
)
def test_an_honest_opaque_signature_is_not(inside):
    assert not is_ambiguous(read_mail(sealed(signed(inside, streamed=False))))


@pytest.mark.parametrize(
    "other",
    [
        form("text/enriched", "<bold>Не согласовано</bold>"),
        form("text/x-amp-html", "<html amp4email><p>Не согласовано</p></html>"),
        form("text/watch-html", "<b>Не согласовано</b>"),
        form("application/xhtml+xml", "<p>Не согласовано</p>"),
        form('text/html; name="a.html"', "<p>Не согласовано</p>"),
        form("text/plain", "Не согласовано"),
    ],
)
def test_a_form_of_the_letter_that_we_do_not_read_must_say_the_same(other):
    assert is_ambiguous(read_mail(multipart("alternative", YES, other)))


@pytest.mark.parametrize(
    "other",
    [
        form("text/html", "<p>Согласовано</p>"),
        form("text/enriched", "<bold>Согласовано</bold>"),
        form("text/x-amp-html", "<html amp4email><body>Согласовано</body></html>"),
        form("text/watch-html", "<b>Согласовано</b>"),
        form("text/calendar", "BEGIN:VCALENDAR"),
    ],
)
def test_one_that_says_the_same_is_honest(other):
    assert not is_ambiguous(read_mail(multipart("alternative", YES, other)))


@pytest.mark.parametrize(
    "lines",
    [
        ("Согласовано!", "Не согласовано, нет подписи"),
        ("Согласовано", "!", "Не согласовано, нет подписи"),
        ("Согласовано", "! 0J3QtSDRgdC+0LPQu9Cw0YHQvtCy0LDQvdC+"),
        ("!Согласовано", "Не согласовано, нет подписи"),
    ],
)
def test_base64_that_goes_on_where_we_leave_off_is_named(lines):
    assert is_ambiguous(read_mail(coded(*lines)))


@pytest.mark.parametrize(
    "lines",
    [
        ("Согласовано!!",),
        ("Согласовано", "!_______________", "!This message was checked by Gate 4.1"),
        ("Согласовано", "!Проверено антивирусом"),
    ],
)
def test_a_footer_below_base64_is_honest(lines):
    assert not is_ambiguous(read_mail(coded(*lines)))


@pytest.mark.parametrize(
    ("fields", "is_persons"),
    [
        ([], True),
        (["no"], True),
        ([" No "], True),
        (["no", "no"], False),
        (["no", "auto-replied"], False),
        (["(no) auto-replied"], False),
        (["no (auto-replied)"], False),
        (["no; auto-replied"], False),
        (["auto-generated"], False),
        ([""], False),
    ],
)
def test_a_mail_is_a_persons_only_when_nothing_calls_it_automatic(fields, is_persons):
    head = "".join(f"Auto-Submitted: {value}\r\n" for value in fields)
    mail = read_mail(f"From: a@b.test\r\nSubject: Re\r\n{head}{YES}".encode())
    assert (kind_of(mail) is MailKind.REPLY) == is_persons
