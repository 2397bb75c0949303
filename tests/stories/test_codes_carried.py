"""Whatever part of our mail a reply brings back, the code in it is enough."""

from __future__ import annotations

from email import message_from_bytes
from email.policy import SMTP

import pytest

from tests.stories.office_day import SERVICE, code_of, writer


def stripped(raw: bytes, kept: str) -> bytes:
    """The reply of a program that keeps only one of the fields that carry a code."""
    mail = message_from_bytes(raw, policy=SMTP)
    for name in {"In-Reply-To", "References", "Subject"} - {kept}:
        del mail[name]
    mail.clear_content()
    mail.set_content("Согласовано", cte="base64")
    return mail.as_bytes()


def with_field(name: str, value: str) -> bytes:
    """A mail of the deputy whose one field was written by hand."""
    who = writer("dep_life")
    head = f"From: {who.address}\r\nTo: {SERVICE}\r\n{name}: {value}\r\n"
    kind = "Content-Type: text/plain; charset=utf-8\r\n\r\n"
    return (head + kind + "Согласовано\r\n").encode()


def assert_approved_once(day):
    assert day.case().step == "sign"
    assert [event.actor for event in day.events("approved")] == ["dep_life"]
    assert day.reasons() == []
    assert set(day.got) == {"dep_life", "registry"}


@pytest.mark.parametrize("field", ["In-Reply-To", "References"])
def test_one_thread_field_alone_carries_the_code(day, field):
    request = day.drafted()
    day.arrives(stripped(day.reply_bytes("dep_life", "", "09:10", to=request), field), "09:10")
    assert_approved_once(day)


def test_a_button_opens_a_new_mail_that_carries_the_code_in_its_subject(day):
    day.drafted()
    day.press("dep_life", "Согласовать", "09:10")
    assert_approved_once(day)


def test_the_code_line_in_the_body_of_a_new_mail_is_enough(day):
    code = code_of(day.drafted())
    day.fresh("dep_life", "По письму", f"Согласовано\n\nКод: {code}", "09:10")
    # The code is no remark: the approval above it is plain.
    assert_approved_once(day)


def test_a_program_that_writes_message_ids_in_capitals_keeps_the_code(day):
    request = day.drafted()
    day.arrives(with_field("In-Reply-To", str(request["Message-ID"]).upper()), "09:10")
    assert_approved_once(day)


def test_a_folded_list_of_references_with_commas_keeps_the_code(day):
    request = day.drafted()
    case, own = str(request["References"]).split()
    folded = f"{case},\r\n\t{own},\r\n <another.1@pc.example>"
    day.arrives(with_field("References", folded), "09:10")
    assert_approved_once(day)


def test_a_code_typed_with_cyrillic_look_alikes_and_spaces_is_read(day):
    code = code_of(day.drafted()).lower().replace("-", " ")
    typed = code.translate(str.maketrans("aekmhopctx", "аекмнорстх"))
    day.arrives(with_field("Subject", f"код {typed}"), "09:10")
    assert_approved_once(day)


def test_every_part_of_a_request_carries_its_code_and_nobody_is_in_copy(day):
    request = day.drafted()
    code = code_of(request)
    bare = code.replace("-", "").lower()
    assert bare in str(request["Message-ID"])
    assert bare in str(request["References"])
    assert str(request["Subject"]).startswith("[МЦУ 2026-000001] ")
    assert (request["Cc"], request["Bcc"]) == (None, None)
    assert str(request["To"]) == "zam-zhkh@okrug.example"
