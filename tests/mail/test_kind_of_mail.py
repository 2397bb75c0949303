from __future__ import annotations

import pytest

from mcu_mail.mail.kind import MailKind, bounced_ids, failed_recipients, kind_of
from mcu_mail.mail.mime import read_mail
from mcu_mail.mail.reaction import without_reaction
from mcu_mail.mail.returned import Cause, read_return, refusal_of
from tests.mail.kind_samples import FRESH, HELD, TUNED, Sample

FROM = "From: Петров <p@city.test>\r\n"


def kind(headers: str, text: str = "Согласовано") -> MailKind:
    return kind_of(read_mail(f"{FROM}{headers}\r\n{text}".encode()))


@pytest.mark.parametrize("sample", [*TUNED, *HELD, *FRESH], ids=lambda one: one[0])
def test_every_kind_of_mail_is_told_from_the_others(sample: Sample):
    _, expected, head, body = sample
    assert kind_of(read_mail(f"{head}\r\n{body}".encode())) == expected


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
    "Subject: Re: Автоответ: письмо\r\n",
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


DIAGNOSES = [
    ("5.1.1", "550 5.1.1 User unknown", Cause.unknown_user),
    ("5.1.2", "host not found", Cause.unknown_domain),
    ("5.2.2", "552 mailbox full", Cause.full),
    ("5.2.1", "mailbox disabled", Cause.disabled),
    ("5.2.3", "message too large", Cause.large),
    ("5.7.1", "554 rejected under suspicion of SPAM", Cause.spam),
    ("5.7.1", "550 Access denied", Cause.refused),
    ("4.4.7", "delivery time expired", Cause.away),
    ("5.4.6", "too many hops", Cause.loop),
    ("5.0.0", "550 No such user here", Cause.unknown_user),
    ("5.0.0", "переполнен почтовый ящик", Cause.full),
    ("", "мы не знаем, что это", Cause.other),
]


@pytest.mark.parametrize(("status", "words", "cause"), DIAGNOSES)
def test_a_report_says_why_the_mail_came_back(status: str, words: str, cause: Cause):
    failed = f"{FAILED}\r\nStatus: {status}\r\nDiagnostic-Code: smtp; {words}"
    told = read_return(read_mail(report(MTA, failed)))
    assert (told.cause, told.status, told.words) == (cause, status, words)
    assert told.addresses == ("old@city.test",)
    assert refusal_of(words)[0] in {cause, Cause.other}


PROSE = """Hi. This is the qmail-send program at mx.city.test.
I'm afraid I wasn't able to deliver your message to the following addresses.

<Petrov@City.Test>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.

Return-Path: <mcu@okrug.test>
From: mcu@okrug.test
Message-ID: <req.abc.1@okrug.test>
X-Letter-Id: 2026-000001-1-ABC.2
Subject: x
"""


def test_a_report_in_prose_names_the_mail_and_the_address_too():
    raw = f"From: MAILER-DAEMON@mx.city.test\nSubject: failure notice\n\n{PROSE}"
    told = read_return(read_mail(raw.encode()))
    assert "req.abc.1@okrug.test" in told.ids
    assert told.letter_ids == ("2026-000001-1-ABC.2",)
    assert "petrov@city.test" in told.named
    assert (told.status, told.cause) == ("5.1.1", Cause.unknown_user)


REACTIONS = [
    ("👍\r\n\r\nПётр отреагировал(а) через Gmail", '{"emoji":"👍","version":1}', "👍"),
    ("x", '{"emoji":"❤️"}', "❤️"),
    ("😮 Ivan reacted via Gmail", "это не JSON", "😮"),
    ("без знака", '{"emoji":5}', "👍"),
    ("без знака", '["emoji"]', "👍"),
]


@pytest.mark.parametrize(("text", "part", "sign"), REACTIONS)
def test_a_reaction_becomes_the_one_sign_that_was_clicked(text: str, part: str, sign: str):
    raw = (
        f"{FROM}Content-Type: multipart/alternative; boundary=z\r\n\r\n"
        f"--z\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
        f"--z\r\nContent-Type: text/vnd.google.email-reaction+json\r\n\r\n{part}\r\n--z--\r\n"
    )
    mail = without_reaction(read_mail(raw.encode()))
    assert (mail.text, mail.html, mail.attachments) == (sign, None, ())


def test_a_mail_that_is_no_reaction_stays_as_it_is():
    mail = read_mail(f"{FROM}\r\nСогласовано 👍".encode())
    assert without_reaction(mail) is mail
