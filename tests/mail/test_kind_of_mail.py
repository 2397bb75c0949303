from __future__ import annotations

import pytest

from mcu_mail.mail.kind import MailKind, bounced_ids, failed_recipients, kind_of
from mcu_mail.mail.mime import read_mail

FROM = "From: Петров <p@city.test>\r\n"


def kind(headers: str, text: str = "Согласовано") -> MailKind:
    return kind_of(read_mail(f"{FROM}{headers}\r\n{text}".encode()))


AUTOREPLIES = [
    "Auto-Submitted: auto-replied\r\n",
    "Auto-Submitted: auto-replied (vacation)\r\n",
    "AUTO-SUBMITTED: Auto-Replied; x=y\r\n",
    "X-Autoreply: yes\r\n",
    "X-Yandex-Autoreply: yes\r\n",
    "X-Autorespond: x\r\n",
    "Precedence: bulk\r\n",
    "Precedence: auto_reply\r\n",
    "Return-Path: <>\r\n",
    "Subject: Автоматический ответ: [МЦУ 2026-000123]\r\n",
    "Subject: Re: Автоответ: письмо\r\n",
    "Subject: Out of Office: x\r\n",
    "Subject: Automatic reply: x\r\n",
]


@pytest.mark.parametrize("headers", AUTOREPLIES)
def test_automatic_replies_are_told_by_headers_and_subjects(headers):
    assert kind(headers) is MailKind.AUTOREPLY


HUMAN = [
    "",
    "Auto-Submitted: no\r\n",
    "X-Autoreply: no\r\n",
    "Precedence: first-class\r\n",
    "Return-Path: <p@city.test>\r\n",
    "Subject: Re: [МЦУ 2026-000123] Согласование\r\n",
    "Subject: Не доставлено письмо жителю\r\n",
    "Subject: Fwd: скан\r\n",
    "Subject: Доставка отложена\r\n",
    "Subject: Прочитано: x\r\n",
    "X-Auto-Response-Suppress: All\r\n",
    "List-Unsubscribe: <mailto:x@y.test>\r\n",
]


@pytest.mark.parametrize("headers", HUMAN)
def test_a_person_stays_a_person(headers):
    assert kind(headers) is MailKind.REPLY


OTHERS = [
    "List-Id: <x.y>\r\n",
    "Precedence: list\r\n",
    "Auto-Submitted: auto-generated\r\n",
    "Content-Class: urn:content-classes:calendarmessage\r\n",
]


@pytest.mark.parametrize("headers", OTHERS)
def test_lists_meetings_and_broadcasts_are_others(headers):
    assert kind(headers) is MailKind.OTHER


def test_a_vacation_text_needs_two_marks_and_no_quotation():
    absent, later = "Я нахожусь в отпуске до 24.03.", "Ваше письмо будет прочитано позже."
    assert kind("", f"{absent} {later}") is MailKind.AUTOREPLY
    assert kind("", absent) is MailKind.REPLY
    assert kind("", later) is MailKind.REPLY
    quoted = "16.03.2026 10:15, МЦУ пишет:\n> Здравствуйте!"
    assert kind("", f"{absent} {later}\n\n{quoted}") is MailKind.REPLY


def test_a_forward_without_a_word_is_nothing_to_act_upon():
    forwarded = "-------- Пересылаемое сообщение --------\nСогласовано"
    assert kind("Subject: Fwd: x\r\n", forwarded) is MailKind.OTHER
    assert kind("Subject: Fwd: x\r\n", f"Прошу учесть\n{forwarded}") is MailKind.REPLY


MACHINE_SUBJECTS = {
    "Undelivered Mail Returned to Sender": MailKind.BOUNCE,
    "Недоставленное сообщение: x": MailKind.BOUNCE,
    "Не удается доставить: x": MailKind.BOUNCE,
    "Warning: could not send message for past 4 hours": MailKind.DELAY,
    "Доставка отложена: x": MailKind.DELAY,
}


@pytest.mark.parametrize(("subject", "expected"), MACHINE_SUBJECTS.items())
def test_reports_without_the_standard_form_are_told_by_their_writer(subject, expected):
    raw = f"From: MAILER-DAEMON@mx.test\r\nSubject: {subject}\r\n\r\nx"
    assert kind_of(read_mail(raw.encode())) is expected


def report(*blocks: str, original: str = "") -> bytes:
    status = "\r\n\r\n".join(blocks)
    return (
        "From: MAILER-DAEMON@mx.test\r\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=q\r\n\r\n"
        "--q\r\n\r\nкраткий текст\r\n"
        f"--q\r\nContent-Type: message/delivery-status\r\n\r\n{status}\r\n\r\n"
        f"--q\r\nContent-Type: message/rfc822\r\n\r\n{original}\r\n\r\nтело\r\n--q--\r\n"
    ).encode()


FAILED = (
    "Final-Recipient: rfc822; New@City.Test\r\n"
    "Original-Recipient: rfc822;old@city.test\r\nAction: failed"
)
DELAYED = "Final-Recipient: rfc822; slow@city.test\r\nAction: delayed"
RELAYED = "Final-Recipient: rfc822; fine@city.test\r\nAction: relayed"
MTA = "Reporting-MTA: dns; mx.test"


@pytest.mark.parametrize(
    ("blocks", "expected", "failed"),
    [
        ((MTA, FAILED), MailKind.BOUNCE, ("old@city.test",)),
        ((MTA, DELAYED), MailKind.DELAY, ("slow@city.test",)),
        ((MTA, RELAYED), MailKind.OTHER, ()),
        ((MTA, RELAYED, DELAYED, FAILED), MailKind.BOUNCE, ("slow@city.test", "old@city.test")),
        ((MTA,), MailKind.BOUNCE, ()),
    ],
)
def test_delivery_reports_are_read_by_their_actions(blocks, expected, failed):
    mail = read_mail(report(*blocks))
    assert (kind_of(mail), failed_recipients(mail)) == (expected, failed)


def test_the_returned_letter_is_named_by_its_identifiers():
    original = "Message-ID: <our.1@mcu.test>\r\nX-Letter-Id: 2026-000123-1-abc\r\nSubject: x"
    mail = read_mail(report(MTA, FAILED, original=original))
    assert bounced_ids(mail) == ("our.1@mcu.test", "2026-000123-1-abc")
    assert mail.attachments == ()


def test_a_report_attached_by_a_person_is_a_persons_mail():
    inner = report(MTA, FAILED).decode()
    raw = (
        f"{FROM}Content-Type: multipart/mixed; boundary=z\r\n\r\n--z\r\n\r\nпосмотрите\r\n"
        f"--z\r\nContent-Type: message/rfc822\r\n\r\n{inner}\r\n--z--\r\n"
    )
    assert kind_of(read_mail(raw.encode())) is MailKind.REPLY
