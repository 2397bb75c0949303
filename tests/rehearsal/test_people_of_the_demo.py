"""What the people of a rehearsal write is read as they meant it, whatever program they use."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest

from mcu_mail.mail.mime import read_mail
from mcu_mail.mail.reply import new_text
from mcu_mail.mail.wording import SEPARATOR
from mcu_mail.rehearsal.people import Client, Writer, html_of, reply, text_of

AT = datetime(2026, 11, 23, 12, 0, tzinfo=timezone(timedelta(hours=7)))


def asked() -> EmailMessage:
    mail = EmailMessage(policy=default)
    mail["From"] = "МЦУ, служба писем <mcu@okrug.example>"
    mail["To"] = "zam@okrug.example"
    mail["Subject"] = "[МЦУ 2026-000001] Согласуйте"
    mail["Date"] = AT - timedelta(hours=1)
    mail["Message-ID"] = "<r.1@okrug.example>"
    lines = (SEPARATOR, "", "Илья Макетович, проверьте ответ.", "", "> Улица расчищена.", "Код: 1")
    mail.set_content("\n".join(lines))
    body = "".join(f"<p>{line}</p>" for line in lines)
    mail.add_alternative(f"<html><body>{body}</body></html>", subtype="html")
    return mail


@pytest.mark.parametrize("client", list(Client))
@pytest.mark.parametrize(
    "text",
    [
        "Согласовано",
        "На доработку: нет даты.\nИ телефона.",
        "Здравствуйте!\n\nУлица расчищена.\n\nСвязались: 23.11 12:50, по телефону",
    ],
)
def test_only_the_new_text_of_a_reply_is_read(client, text):
    writer = Writer(name="Хозяйственнов И.М.", address="zam@okrug.example", client=client)
    raw = reply(writer, asked(), text, AT)
    mail = read_mail(raw)
    assert mail.sender.address == "zam@okrug.example"
    assert new_text(mail, separator=SEPARATOR).text.strip() == text
    sent = message_from_bytes(raw, policy=default)
    assert isinstance(sent, EmailMessage)
    quoted = [part for part in (text_of(sent), html_of(sent)) if "Илья Макетович" in part]
    assert len(quoted) == (0 if client is Client.plain else 2)


def test_two_answers_to_one_mail_are_two_mails():
    writer = Writer(name="Трассов Ф.М.", address="dorogi@okrug.example")
    ids = {
        message_from_bytes(reply(writer, asked(), "Да", AT, serial=serial))["Message-ID"]
        for serial in (1, 1, 2)
    }
    assert len(ids) == 2
